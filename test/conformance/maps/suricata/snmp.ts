/** Suricata's snmp events: one per message. */
import type { SnmpMessage } from '../../../../src/decode/snmp/wire.ts';
import { checkMap } from '../../types.ts';

const PDUS: Record<string, string> = {
  get: 'get_request',
  'get-next': 'get_next_request',
  response: 'response',
  set: 'set_request',
  'trap-v1': 'trap_v1',
  'get-bulk': 'get_bulk_request',
  inform: 'inform_request',
  trap: 'trap_v2',
  report: 'report',
};

export const suricataSnmp = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'snmp',
  eventType: 'snmp',
  masked: ['snmp.community'],
  events: (capture) =>
    capture.of<SnmpMessage>('snmp').map((seen) => ({
      seen,
      event: {
        snmp: {
          version: seen.message.version,
          pdu_type: PDUS[seen.message.pdu],
          community: seen.message.version < 3 ? seen.message.community : undefined,
          vars: seen.message.bindings.map((b) => b.oid),
          usm: seen.message.version === 3 ? seen.message.user : undefined,
        },
      },
    })),
});
