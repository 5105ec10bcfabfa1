/** ICSNPP's enip, cip, cip_io and cip_identity logs. */
import type { EnipMessage } from '../../../../src/decode/enip/index.ts';
import { rowMap, type Seen } from '../../types.ts';
import { hex, octets } from '../text.ts';
import { CIP_CLASSES, CIP_SERVICES, CIP_STATUS, COMMANDS, ENIP_STATUS, EXTENDED_STATUS } from './enip-names.ts';

type M = Seen<EnipMessage>;
type Cip = NonNullable<EnipMessage['cip']>;

const commandName = (s: M): string => COMMANDS[s.message.command] ?? 'unknown';

export const zeekEnip = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'enip',
  log: 'enip',
  rows: (capture) => capture.of<EnipMessage>('enip'),
  columns: {
    enip_command_code: (s) => hex(s.message.command, 2),
    enip_command: commandName,
    length: (s) => s.message.length,
    session_handle: (s) => hex(s.message.session, 8),
    enip_status: (s) => ENIP_STATUS[s.message.status] ?? `Unknown ENIP Status-${hex(s.message.status, 2)}`,
    sender_context: (s) => `${hex(s.message.contextHigh, 8)}${hex(s.message.contextLow, 8).slice(2)}`,
    options: (s) => hex(s.message.options, 8),
  },
  align: { is_orig: (s) => s.toServer },
});

interface CipRow {
  readonly seen: M;
  readonly cip: Cip;
}
/** A row for the message and one for each part of a Multiple Service Packet. */
const cipRows = (seen: M, cip: Cip): CipRow[] => [
  { seen, cip },
  ...(cip.service === 0x0a ? cip.embedded.flatMap((e) => cipRows(seen, e)) : []),
];
const isRequest = (r: CipRow): boolean => r.cip.kind === 'request';
const known = (n: number): string | undefined => (n < 0 ? undefined : hex(n, 2));

export const zeekCip = rowMap<CipRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'enip',
  log: 'cip',
  rows: (capture) => capture.of<EnipMessage>('enip').flatMap((s) => (s.message.cip ? cipRows(s, s.message.cip) : [])),
  columns: {
    cip_sequence_count: (r) => (r.seen.message.sequence > 0 ? r.seen.message.sequence : undefined),
    direction: (r) => r.cip.kind,
    cip_service_code: (r) => hex(r.cip.service, 2),
    cip_service: (r) => CIP_SERVICES[r.cip.service] ?? 'unknown',
    cip_status_code: (r) => (isRequest(r) ? undefined : hex(r.cip.status, 2)),
    cip_status: (r) =>
      isRequest(r) ? undefined : (CIP_STATUS[r.cip.status] ?? `Unknown CIP Status-${hex(r.cip.status, 2)}`),
    cip_extended_status_code: (r) => (r.cip.extended < 0 ? undefined : hex(r.cip.extended, 4)),
    cip_extended_status: (r) =>
      r.cip.extended < 0
        ? undefined
        : (EXTENDED_STATUS[r.cip.extended] ?? `Unknown Extended Status-${hex(r.cip.extended, 4)}`),
    class_id: (r) => (isRequest(r) ? known(r.cip.path.cls) : undefined),
    class_name: (r) => (isRequest(r) && r.cip.path.cls >= 0 ? (CIP_CLASSES[r.cip.path.cls] ?? 'unknown') : undefined),
    instance_id: (r) => (isRequest(r) ? known(r.cip.path.instance) : undefined),
    attribute_id: (r) => (isRequest(r) ? known(r.cip.path.attribute) : undefined),
  },
  align: { is_orig: (r) => r.seen.toServer },
});

interface Io {
  readonly type: 'CIP I/O';
  readonly connectionId: number;
  readonly sequence: number;
  readonly count: number;
  readonly run: number;
  readonly length: number;
  readonly data: Uint8Array;
}
const little = (n: number, size: number): string =>
  Array.from({ length: size }, (_, i) => hex((n >>> (8 * i)) & 255, 2).slice(2)).join('');

export const zeekCipIo = rowMap<Seen<Io>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'enip',
  log: 'cip_io',
  rows: (capture) => capture.of<Io>('cip-io'),
  columns: {
    connection_id: (s) => hex(s.message.connectionId, 8),
    sequence_number: (s) => s.message.sequence,
    data_length: (s) => s.message.length,
    // Counts and run/idle header are data to the plug-in.
    io_data: (s) =>
      (s.message.count < 0 ? '' : little(s.message.count, 2)) +
      (s.message.run < 0 ? '' : little(s.message.run, 4)) +
      octets(s.message.data),
  },
  align: { is_orig: (s) => s.toServer },
});

interface IdentityRow {
  readonly seen: M;
  readonly identity: EnipMessage['identities'][number];
}
export const zeekCipIdentity = rowMap<IdentityRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'enip',
  log: 'cip_identity',
  rows: (capture) =>
    capture.of<EnipMessage>('enip').flatMap((seen) => seen.message.identities.map((identity) => ({ seen, identity }))),
  columns: {
    encapsulation_version: (r) => r.identity.encapsulationVersion,
    socket_address: (r) => r.identity.socketAddress,
    socket_port: (r) => r.identity.socketPort,
    vendor_id: (r) => r.identity.vendorId,
    vendor_name: (r) => r.identity.vendor,
    device_type_id: (r) => r.identity.deviceTypeId,
    device_type_name: (r) => r.identity.deviceType,
    product_code: (r) => r.identity.productCode,
    revision: (r) => r.identity.revision,
    device_status: (r) => hex(r.identity.status, 4),
    serial_number: (r) => r.identity.serial,
    product_name: (r) => r.identity.productName,
    device_state: (r) => (r.identity.state < 0 ? undefined : hex(r.identity.state, 4)),
  },
  align: { is_orig: (r) => r.seen.toServer },
});
