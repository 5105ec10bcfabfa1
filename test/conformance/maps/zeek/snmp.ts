/** Zeek's snmp.log: a row per connection with counts of variable bindings. The community is a credential: we never keep it. */
import type { SnmpMessage } from '../../../../src/decode/snmp/wire.ts';
import { rowMap, type Seen } from '../../types.ts';

interface Row {
  readonly seen: Seen<SnmpMessage>;
  readonly all: readonly Seen<SnmpMessage>[];
}
const VERSIONS: Record<number, string> = { 1: '1', 2: '2c', 3: '3' };
const SYS_DESCR = '1.3.6.1.2.1.1.1.0';
const count = (r: Row, pdus: readonly string[]): number =>
  r.all
    .filter((s) => pdus.includes(s.message.pdu))
    .reduce((n, s) => n + s.message.bindings.length + s.message.omitted, 0);

export const zeekSnmp = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'snmp',
  log: 'snmp',
  rows: (capture) => {
    const flows = new Map<number, Seen<SnmpMessage>[]>();
    for (const s of capture.of<SnmpMessage>('snmp')) {
      const list = flows.get(s.flow);
      if (list) list.push(s);
      else flows.set(s.flow, [s]);
    }
    return [...flows.values()].map((all) => ({ seen: all[0]!, all }));
  },
  columns: {
    version: (r) => VERSIONS[r.seen.message.version],
    get_requests: (r) => count(r, ['get', 'get-next']),
    get_bulk_requests: (r) => count(r, ['get-bulk']),
    get_responses: (r) => count(r, ['response']),
    set_requests: (r) => count(r, ['set']),
    display_string: (r) => {
      const found = r.all
        .filter((s) => s.message.pdu === 'response')
        .flatMap((s) => s.message.bindings)
        .find((b) => b.oid === SYS_DESCR && b.type === 'OCTET STRING');
      return found === undefined ? undefined : String(found.value);
    },
  },
});
