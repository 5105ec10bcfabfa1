/** ICSNPP's profinet_io_cm log: the DCE/RPC header of every datagram. UUIDs are printed octet by octet, as they stand on the wire. */
import type { CmMessage } from '../../../../src/decode/profinet-cm/index.ts';
import { rowMap, type Seen } from '../../types.ts';

type M = Seen<CmMessage>;

const PACKETS: readonly string[] = [
  'Request',
  'Ping',
  'Response',
  'Fault',
  'Working',
  'No call Response to Ping',
  'Reject',
  'Acknowledge',
  'Connectionless Canel', // so the plug-in spells it
  'Fragment Acknowledge',
  'Cancel Acknowledge',
];
const OPERATIONS: readonly string[] = ['Connect', 'Release', 'Read', 'Write', 'Control', 'Read Implicit'];
const FLOATS: readonly string[] = ['IEEE', 'VAX', 'CRAY', 'IBM'];

/** Text of a UUID back to the order of its octets: the first three groups are turned around where the sender is little-endian. */
const raw = (uuid: string, little: boolean): string => {
  const turn = (x: string): string => (little ? (x.match(/../g) ?? []).reverse().join('') : x);
  const [a, b, c, d, e] = uuid.split('-') as [string, string, string, string, string];
  return `${turn(a)}-${turn(b)}-${turn(c)}-${d}-${e}`.toUpperCase();
};
const flag = (bit: number) => (s: M) => (s.message.header.flags1 & bit) !== 0;
const flag2 = (bit: number) => (s: M) => (s.message.header.flags2 & bit) !== 0;
const h = (s: M) => s.message.header;
const fack = (s: M) => s.message.fack;

export const zeekProfinetCm = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'profinet-cm',
  log: 'profinet_io_cm',
  rows: (capture) => capture.of<CmMessage>('profinet-cm'),
  columns: {
    rpc_version: () => 4,
    packet_type: (s) => PACKETS[h(s).packetType] ?? 'unknown',
    reserved_for_impl_1: flag(0x01),
    last_fragment: flag(0x02),
    fragment: flag(0x04),
    no_fragment_requested: flag(0x08),
    maybe: flag(0x10),
    idempotent: flag(0x20),
    broadcast: flag(0x40),
    reserved_for_impl_2: flag2(0x01),
    cancel_was_pending_at_call_end: flag2(0x02),
    integer_encoding: (s) => (h(s).little ? 'Little Endian' : 'Big Endian'),
    character_encoding: (s) => ['ASCII', 'EBCDIC'][h(s).characters] ?? 'unknown',
    floating_point_encoding: (s) => FLOATS[h(s).floats] ?? 'unknown',
    serial_high: (s) => h(s).serialHigh,
    object_uuid: (s) => raw(h(s).object, h(s).little),
    interface_uuid: (s) => raw(h(s).interface, h(s).little),
    activity_uuid: (s) => raw(h(s).activity, h(s).little),
    server_boot_time: (s) => h(s).serverBoot,
    interface_vers_major: (s) => h(s).interfaceMinor,
    interface_vers_minor: (s) => h(s).interfaceMajor,
    sequence_num: (s) => h(s).sequence,
    operation_num: (s) => OPERATIONS[h(s).opnum] ?? 'unknown',
    interface_hint: (s) => h(s).interfaceHint,
    activity_hint: (s) => h(s).activityHint,
    len_of_body: (s) => h(s).bodyLength,
    fragment_num: (s) => h(s).fragment,
    auth_protocol: (s) => h(s).authentication,
    serial_low: (s) => h(s).serialLow,
    vers_fack: (s) =>
      fack(s) === undefined
        ? undefined
        : fack(s)!.version === 0
          ? 'Initial version'
          : fack(s)!.version === 1
            ? 'Default version'
            : 'unknown',
    window_size: (s) => fack(s)?.windowSize,
    max_tsdu: (s) => fack(s)?.maxTsdu,
    max_frag_size: (s) => fack(s)?.maxFragmentSize,
    serial_number: (s) => fack(s)?.serial,
    sel_ack_len: (s) => fack(s)?.selectiveAcks.length,
    array_of_sel_ack: {
      value: (s) => (fack(s)?.selectiveAcks.length ? fack(s)!.selectiveAcks : undefined),
      list: true,
    },
  },
});
