/** tshark's snmp.* columns. The community is a credential: we never keep it. */
import type { SnmpMessage } from '../../../../src/decode/snmp/wire.ts';
import { frameMap, type Seen } from '../../types.ts';

type M = Seen<SnmpMessage>;

/** Our value is text, or octets as `aa:bb` where they are not: back to what was on the wire. */
const octets = (value: unknown): string => {
  const text = String(value);
  return /^([0-9a-f]{2}:)+[0-9a-f]{2}$/.test(text)
    ? text.replaceAll(':', '')
    : Buffer.from(text, 'utf8').toString('hex');
};
const values = (s: M, type: string) => s.message.bindings.filter((b) => b.type === type).map((b) => b.value);

export const tsharkSnmp = frameMap<SnmpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'snmp',
  columns: {
    'snmp.version': (s) => (s.message.version < 3 ? s.message.version - 1 : undefined),
    'snmp.name': (s) => s.message.bindings.map((b) => b.oid),
    'snmp.value.octets': {
      value: (s) => values(s, 'OCTET STRING').map((v) => (v === '' ? '<MISSING>' : octets(v))),
      // A single octet that is no text is two digits of ours; a trailing NUL is left out of text; empty is `<MISSING>`.
      same: (ours, theirs) => theirs.replace(/(00)+$/, '') === ours || Buffer.from(ours, 'hex').toString() === theirs,
    },
    'snmp.value.oid': (s) => values(s, 'OBJECT IDENTIFIER').map(String),
    'snmp.request_id': (s) =>
      s.message.pdu === 'trap-v1' || s.message.pdu === 'encrypted' ? undefined : s.message.requestId,
  },
});
