/** Numbers in the fields of a message have the words of their specification, and unknown ones stay numbers. */
import { describe, expect, it } from 'vitest';
import { DECODERS } from './list.ts';

const NAMED: readonly (readonly [
  decoder: string,
  path: string,
  code: number,
  name: string,
  siblings?: Readonly<Record<string, number>>,
])[] = [
  ['profinet-rt', '.frameId', 0xfe01, 'alarm, low priority'],
  ['profinet-rt', '.dataStatus', 0x35, 'primary, data valid, run'],
  ['profinet-rt', '.dataStatus', 0x04, 'backup, data valid, stop, problem'],
  ['profinet-rt', 'rta.errorType', 1, 'short circuit'],
  ['profinet-rt', 'rta.userStructure', 0x8002, 'extended channel diagnosis'],
  ['profinet-rt', 'rta.specifier', 0xa801, 'number 1, channel diagnosis, submodule has diagnosis, AR has diagnosis'],
  ['goose', '.tQuality', 0x0a, 'clock synchronised, 10 bits of accuracy'],
  ['goose', '.tQuality', 0x3f, 'clock not synchronised, accuracy unspecified'],
  ['cotp', '.code', 0xe0, 'CR Connection Request'],
  ['cotp', '.reason', 3, 'address unknown', { code: 0x80 }],
  ['cotp', '.reason', 3, 'invalid parameter value', { code: 0x70 }],
  ['mms', '.spdu', 13, 'CONNECT'],
  ['mms', 'association.result', 1, 'rejected (permanent)'],
  ['roc-plus', '.opcode', 180, 'Request Parameters'],
  ['roc-plus', 'tlps[].type', 103, 'analog input'],
  ['bsap', '.rdbFunction', 4, 'Read Signal By Name'],
  ['bsap', 'elements[].type', 0x42, 'analog'],
  ['bsap', 'writes[].descriptor', 9, 'on'],
  ['genisys', '.header', 0xfb, 'Poll'],
  ['dhcp', '.op', 1, 'BOOTREQUEST'],
  ['dhcp', '.hardwareType', 1, 'Ethernet'],
  ['dhcp', 'options[].value', 5, 'ACK', { code: 53 }],
  ['dhcp', 'options[].value', 8, 'H-node', { code: 46 }],
  ['kerberos', '.errorCode', 24, 'pre-authentication failed'],
  ['kerberos', 'etypes[]', 23, 'rc4-hmac'],
  ['kerberos', 'preauth[]', 2, 'PA-ENC-TIMESTAMP'],
  ['ldap', '.resultCode', 49, 'invalidCredentials'],
  ['ldap', '.scope', 2, 'whole subtree'],
];
const named = (decoder: string, path: string, code: number, siblings: Readonly<Record<string, number>> = {}) =>
  DECODERS.find((d) => d.name === decoder)?.codes?.[path]?.(code, (name) => siblings[name] ?? Number.NaN);

describe('codes', () => {
  it('are named', () => {
    for (const [decoder, path, code, name, siblings] of NAMED)
      expect(named(decoder, path, code, siblings), `${decoder} ${path} ${code}`).toBe(name);
  });
  it('leave what the specification does not have a number', () => {
    for (const [decoder, path, , , siblings] of NAMED)
      if (!/dataStatus|tQuality|specifier|elements/.test(path))
        expect(named(decoder, path, 0x7ffffff1, siblings), `${decoder} ${path}`).toBeUndefined();
    expect(named('goose', '.tQuality', -1)).toBeUndefined();
    expect(named('profinet-rt', '.dataStatus', -1)).toBeUndefined();
  });
});
