/**
 * ICSNPP's ge_srtp_general.log: a row per request or answer. Not compared: mailboxes and data, whose writing is not documented, and the wording of minor
 * status codes. Of requests with text the plug-in reads service and memory at the place of short ones, where they are not.
 */
import type { SrtpMessage } from '../../../../src/decode/srtp/index.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

type M = Seen<SrtpMessage>;
// biome-ignore format: a table
const SERVICES: Readonly<Record<number, string>> = {
  0: 'PLC short status request', 3: 'Return control program names', 4: 'Read system memory', 5: 'Read task memory', 6: 'Read program memory',
  7: 'Write system memory', 8: 'Write task memory', 9: 'Write program block memory', 32: 'Programmer logon', 33: 'Change PLC CPU privilege level',
  34: 'Set control ID (CPU ID)', 35: 'Set PLC (run vs stop)', 36: 'Set PLC time/date', 37: 'Return PLC time/date', 56: 'Return fault table',
  57: 'Clear fault table', 63: 'Program store (upload from PLC)', 64: 'Program load (download to PLC)', 67: 'Return controller type and ID information',
  68: 'Toggle force system memory',
};
const AREAS: readonly (readonly [byte: number, bit: number, name: string])[] = [
  [0x10, 0x46, 'Discrete Inputs (%I)'],
  [0x12, 0x48, 'Discrete Outputs (%Q)'],
  [0x16, 0x4c, 'Discrete Internals (%M)'],
  [0x14, 0x4a, 'Discrete Temporaries (%T)'],
  [0x18, 0x4e, '%SA Discrete'],
  [0x1a, 0x50, '%SB Discrete'],
  [0x1c, 0x52, '%SC Discrete'],
  [0x1e, 0x54, '%S Discrete'],
  [0x38, 0x56, 'Genius Global Data (%G)'],
];
const SELECTORS = new Map<number, string>([
  ...AREAS.flatMap(([byte, bit, name]): [number, string][] => [
    [byte, `${name} Byte-selector`],
    [bit, `${name} Bit-selector`],
  ]),
  [0x0a, 'Analog Inputs (%AI) Word-selector'],
  [0x0c, 'Analog Outputs (%AQ) Word-selector'],
  [0x08, 'Registers (%R) Word-selector'],
]);
const MESSAGES: Readonly<Record<number, string>> = {
  192: 'Initial Request Mailbox message (0xC0)',
  128: 'Initial Request Mailbox message with text buffer (0x80)',
  212: 'Completion ACK Mailbox message (0xD4)',
  148: 'Completion ACK Mailbox message with text buffer (0x94)',
  209: 'Error Nack Mailbox message (0xD1)',
};
const ERRORS: Readonly<Record<number, string>> = {
  0: 'No Error Occurred',
  1: 'Illegal Service Request: not defined/supported',
  2: 'Insufficient Privilege for request',
  4: 'Protocol Sequence Error: message is out of order',
  5: 'Service Request Error',
  6: 'Illegal Mailbox Type: type undefined/unexpected',
  7: 'Request Queue Full: PLC request queue is full',
};
// biome-ignore format: a table
const STATES = ['Run I/O enabled', 'Run I/O disabled', 'Stop I/O disabled', 'CPU stop faulted', 'CPU halted', 'CPU suspended', 'Stop I/O enabled'];

const isRequest = (s: M): boolean => s.message.packet === 2;
const request = (s: M, cell: Cell): Cell => (isRequest(s) ? cell : undefined);
/** Behind the same head a refusal has no status of the controller. */
const answer = (s: M, cell: Cell): Cell => (isRequest(s) || s.message.plcStatus < 0 ? undefined : cell);
const flag = (bit: number, off: string, on: string) => (s: M) => answer(s, (s.message.plcStatus >> bit) & 1 ? on : off);
const time = (part: number) => (s: M) => Number(s.message.time.split(':')[part]);

export const zeekGeSrtp = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'srtp',
  log: 'ge_srtp_general',
  rows: (capture) => capture.of<SrtpMessage>('srtp').filter((s) => s.message.packet === 2 || s.message.packet === 3),
  columns: {
    srtp_type: (s) => (isRequest(s) ? 'Request' : 'Reply'),
    time_seconds: time(2),
    time_minutes: time(1),
    time_hours: time(0),
    sequence_number_2: (s) => request(s, s.message.sequence),
    message_type: (s) => MESSAGES[s.message.messageType] ?? 'Unknown',
    packet_number: (s) => s.message.part,
    total_packet_number: (s) => s.message.parts,
    service_request_code: (s) => request(s, SERVICES[s.message.service] ?? 'Unknown'),
    // Where a service names no memory, its own parameters stand in these places.
    segment_selector: { value: (s) => SELECTORS.get(s.message.selector), same: (_, theirs) => theirs === 'Unknown' },
    memory_offset: (s) => (s.message.offset < 0 ? undefined : s.message.offset),
    data_length: (s) => (s.message.count < 0 ? undefined : s.message.count),
    status_code: (s) => (isRequest(s) ? undefined : (ERRORS[s.message.status >> 8] ?? 'Unknown')),
    control_program_number: (s) => answer(s, s.message.program),
    current_privilege_level: (s) => answer(s, s.message.privilege),
    last_sweep_time: (s) => answer(s, s.message.sweepTime),
    oversweep_flag: flag(0, 'No oversweep condition exists', 'Constant sweep value exceeded'),
    constant_sweep_mode: flag(1, 'Constant sweep mode is not active', 'Constant sweep mode active'),
    plc_fault_entry_present: flag(4, 'PLC fault table is empty', 'One or more fault entries in PLC fault table'),
    io_fault_entry_present: flag(5, 'I/O fault table is empty', 'One or more fault entries in I/O fault table'),
    programmer_attachment: flag(6, 'No programmer attachment found', 'Programmer attachment found'),
    front_panel_enable_switch: flag(7, 'Outputs enabled', 'Outputs disabled'),
    front_panel_run_switch: flag(8, 'STOP', 'RUN'),
    oem_protected: flag(9, 'No OEM protection', 'OEM protection in effect'),
    plc_state: (s) => answer(s, STATES[s.message.plcStatus >> 12] ?? 'Unknown'),
  },
});
