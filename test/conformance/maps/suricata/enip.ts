/** Suricata's enip events: one per transaction. */
import type { EnipMessage } from '../../../../src/decode/enip/index.ts';
import { checkMap, type Seen } from '../../types.ts';
import { CIP_CLASSES, CIP_SERVICES } from '../zeek/enip-names.ts';

const COMMANDS: Record<number, string> = {
  0: 'nop',
  4: 'list_services',
  99: 'list_identity',
  100: 'list_interfaces',
  101: 'register_session',
  102: 'unregister_session',
  111: 'send_rr_data',
  112: 'send_unit_data',
  114: 'indicate_status',
  115: 'cancel',
};
const STATUS: Record<number, string> = {
  0: 'success',
  1: 'invalid_cmd',
  2: 'no_resources',
  3: 'incorrect_data',
  100: 'invalid_session',
  101: 'invalid_length',
  105: 'unsupported_protocol',
  106: 'service_not_allowed',
};

const side = (s: Seen<EnipMessage> | undefined): object | undefined => {
  if (!s) return undefined;
  const m = s.message;
  const identity = m.identities[0];
  return {
    command: COMMANDS[m.command] ?? `unknown-${m.command}`,
    status: STATUS[m.status] ?? `unknown-${m.status}`,
    ...(identity && {
      identity: {
        protocol_version: identity.encapsulationVersion,
        revision: identity.revision,
        vendor_id: identity.vendor,
        device_type: identity.deviceType,
        product_code: identity.productCode,
        status: identity.status,
        serial: Number(identity.serial),
        product_name: identity.productName,
        state: identity.state,
      },
    }),
    ...(m.cip && {
      cip: {
        service: CIP_SERVICES[m.cip.service] ?? `unknown-${m.cip.service}`,
        ...(m.cip.kind === 'request' && {
          path: m.cip.path.segments.map((p) => ({
            segment_type: p.kind,
            value: p.kind === 'symbol' ? p.text : p.value,
          })),
          class_name: CIP_CLASSES[m.cip.path.cls] ?? `unknown-${m.cip.path.cls}`,
        }),
      },
    }),
  };
};

export const suricataEnip = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'enip',
  eventType: 'enip',
  events: (capture) =>
    capture.transactions<EnipMessage>('enip').map((t) => ({
      seen: (t.request ?? t.response)!,
      event: { enip: { request: side(t.request), response: side(t.response) } },
    })),
});
