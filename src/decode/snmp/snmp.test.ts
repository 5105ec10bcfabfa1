import { describe, expect, it } from 'vitest';
import { bytesOf, costUs, down, drive, hostile, up } from '../../../test/decoding.ts';
import { flowsOf, zeekLog } from '../../../test/flows.ts';
import { describeShared, sharedCapture, sharedPath } from '../../../test/shared.ts';
import { snmp } from './index.ts';
import { encodeSnmp } from './wire.ts';

const on161 = { carrier: 'udp', serverPort: 161 };
const get = bytesOf(`
  30 26                 # message
  02 01 01              # version 2c
  04 06 7075626c6963    # community
  a0 19                 # GetRequest
  02 01 2a  02 01 00  02 01 00 # request id 42, error status, error index
  30 0e 30 0c           # one binding
  06 08 2b06010201010500 # sysName.0
  05 00`);
const response = bytesOf(`
  30 2a 02 01 01 04 06 7075626c6963
  a2 1d 02 01 2a 02 01 00 02 01 00
  30 12 30 10 06 08 2b06010201010500
  04 04 73773037        # sw07`);
const set = encodeSnmp({
  version: 1,
  community: 's3cret-rw',
  pdu: 'set',
  id: 7,
  bindings: [{ oid: '1.3.6.1.2.1.1.6.0', value: 'Hall 4' }],
});
const refused = encodeSnmp({
  version: 1,
  community: 's3cret-rw',
  pdu: 'response',
  id: 7,
  errorStatus: 4,
  bindings: [],
});
const entity = encodeSnmp({
  version: 2,
  community: 'public',
  pdu: 'response',
  id: 9,
  bindings: [
    { oid: '1.3.6.1.2.1.1.2.0', value: { oid: '1.3.6.1.4.1.248.14.10' } },
    { oid: '1.3.6.1.2.1.47.1.1.1.1.13.1', value: 'MACH102' },
    { oid: '1.3.6.1.2.1.47.1.1.1.1.11.1', value: '942-0077' },
    { oid: '1.3.6.1.2.1.47.1.1.1.1.13.2', value: 'SFP-LX' },
  ],
});
const v3 = bytesOf(`
  30 3c 02 01 03        # version 3
  30 0e 02 01 05 02 03 00ffe3 04 01 03 02 01 03 # message id 5, flags auth+priv, USM
  04 22 30 20           # security parameters
  04 0b 80000009 03 001122334455 # engine id: Cisco, MAC
  02 01 01 02 01 10     # boots, time
  04 03 6f7073          # user ops
  04 04 deadbeef 04 00  # authentication, privacy parameters
  04 03 aabbcc          # encrypted`);

describe('snmp', () => {
  it('reads a question and its answer', () => {
    const run = drive(snmp, [up(get), down(response)], on161);
    expect(run.malformed).toEqual([]);
    expect(run.messages[0]).toMatchObject({ version: 2, pdu: 'get', id: 42, community: '(masked)' });
    expect(run.commands).toMatchObject([{ verb: 'read', object: 'sysName.0', outcome: 'accepted' }]);
    expect(run.identities).toMatchObject([{ endpoint: 2, attribute: 'hostname', value: 'sw07', via: 'SNMP sysName' }]);
    expect(run.sessions).toMatchObject([{ clearCredential: true, detail: 'SNMPv2c default community' }]);
    expect(JSON.stringify(run)).not.toContain('public');
  });
  it('shows a refused set without its community', () => {
    const run = drive(snmp, [up(set), down(refused)], on161);
    expect(run.commands).toMatchObject([
      { verb: 'write', object: 'sysLocation.0', value: 'Hall 4', outcome: 'refused', reason: 'readOnly' },
    ]);
    expect(JSON.stringify(run)).not.toContain('s3cret');
    expect(run.messages.map((m) => snmp.heading?.(m))).toEqual(['SNMP set', 'SNMP response: readOnly']);
    expect(snmp.codes?.['.errorStatus']?.(4, Number)).toBe('readOnly');
    expect(snmp.codes?.['.version']?.(run.messages[0]!.version, Number)).toBe('SNMPv1');
  });
  it('learns vendor, model and serial', () => {
    const run = drive(snmp, [down(entity)], on161);
    expect(run.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'vendor Hirschmann',
      'model MACH102',
      'serial 942-0077',
    ]);
  });
  it('reads what version 3 leaves in clear', () => {
    expect(v3.length).toBe(2 + v3[1]!);
    const run = drive(snmp, [up(v3), down(v3)], on161);
    expect(run.messages[0]).toMatchObject({ version: 3, pdu: 'encrypted', user: 'ops', encrypted: true });
    expect(run.sessions).toEqual([
      { phase: 'authenticate', outcome: 'accepted', user: 'ops', detail: 'SNMPv3 authPriv' },
    ]);
    expect(run.names).toMatchObject([{ endpoint: 2, kind: 'mac', name: '00:11:22:33:44:55' }]);
    expect(run.identities).toMatchObject([{ attribute: 'vendor', value: 'Cisco' }]);
  });
  it('stays whole under hostile octets', () => {
    hostile(snmp, [[up(get), down(response)], [up(set), down(refused)], [down(entity)], [up(v3)]], on161);
  });
  it('costs little', () => {
    const cost = costUs(snmp, response, on161);
    console.log(`snmp response: ${cost.toFixed(3)} us`);
    expect(cost).toBeLessThan(10);
  });
});

describeShared('snmp on real captures', () => {
  it('counts requests and responses as Zeek does', () => {
    const captures = [
      'zeek.snmpv1_get',
      'zeek.snmpv2_get',
      'zeek.snmpwalk-short',
      'suricata-verify.SNMPv2c_get_requests',
      'zeek.snmpv1_set',
    ];
    let compared = 0;
    for (const name of captures) {
      const rows = zeekLog(sharedPath(`captures/snmp/${name}/expected/zeek-3.0.14/snmp.log`));
      const flows = flowsOf(sharedCapture(`snmp/${name}`));
      for (const row of rows) {
        const parts =
          flows.find((f) => String(f.clientPort) === row['id.orig_p'] && f.client === row['id.orig_h'])?.parts ?? [];
        const run = drive(snmp, parts, on161);
        expect(run.malformed).toEqual([]);
        // Zeek counts variable bindings, not messages.
        const count = (...pdus: string[]) =>
          String(run.messages.filter((m) => pdus.includes(m.pdu)).reduce((n, m) => n + m.bindings.length, 0));
        expect([count('get', 'get-next'), count('get-bulk'), count('response'), count('set')]).toEqual([
          row.get_requests,
          row.get_bulk_requests,
          row.get_responses,
          row.set_requests,
        ]);
        compared++;
      }
    }
    console.log(`snmp: ${compared} flows compared`);
    expect(compared).toBeGreaterThan(20);
  });
  it('survives the captures made to break agents', () => {
    for (const name of [
      'tcpdump.snmp-heapoverflow-1',
      'zeek.snmp-crash-62790',
      'suricata-verify.snmp-v3-get-bulk-unauth',
    ])
      for (const flow of flowsOf(sharedCapture(`snmp/${name}`))) drive(snmp, flow.parts, on161);
  });
});
