/**
 * TriStation: the engineering protocol of Triconex safety controllers, UDP 1502. It is not public; what is read here was
 * published after the TRITON incident (Mandiant, "A Totally Tubular Treatise on TRITON and TriStation", 2018; Nozomi
 * Networks, "TRITON: The First ICS Cyber Attack on Safety Instrument Systems", 2018). Little-endian:
 *
 *   message   type (1), channel (1), length of data (2), data, CRC-16 (2, polynomial 0xA001 reflected, from 0, over all before)
 *   data of type 5: direction (1), connection (1), function (1), counter (1), 2 unknown, checksum (2), length (2), arguments
 */
import {
  type Decoded,
  type Decoder,
  type Message,
  outcomeOf,
  type Probe,
  type Transaction,
} from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { u16le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export interface TristationMessage extends Message {
  /** 1 connect, 2 its answer, 3 disconnect, 4 its answer, 5 command, 6 ping, 7 and above refusals. */
  readonly messageType: number;
  readonly channel: number;
  /** Function of a command or code of its answer; -1 elsewhere. */
  readonly functionCode: number;
  readonly counter: number;
  readonly response: boolean;
}

const TYPES: readonly string[] = [
  '',
  'Connection Request',
  'Connection Response',
  'Disconnect Request',
  'Disconnect Response',
  'Execution Command',
  'Ping',
  'Connection Limit Reached',
  'Not Connected',
  'Main Processors Dead',
  'Access Denied',
  'Connection Failed',
];
const CONNECT = 1;
const CONNECT_ANSWER = 2;
const DISCONNECT = 3;
const DISCONNECT_ANSWER = 4;
const COMMAND = 5;
const PING = 6;

/** By function code, as published; of a safety controller nearly all of them are engineering. */
const FUNCTIONS: readonly (readonly [name: string, verb: Verb])[] = [
  ['Start Download All', 'program-download'],
  ['Start Download Change', 'program-download'],
  ['Update Configuration', 'configure'],
  ['Upload Configuration', 'program-upload'],
  ['Set I/O Addresses', 'configure'],
  ['Allocate Network', 'configure'],
  ['Load Vector Table', 'program-download'],
  ['Set Calendar', 'configure'],
  ['Get Calendar', 'read'],
  ['Set Scan Time', 'configure'],
  ['End Download All', 'program-download'],
  ['End Download Change', 'program-download'],
  ['Cancel Download Change', 'program-download'],
  ['Attach TRICON', 'invoke'],
  ['Set I/O Address Limits', 'configure'],
  ['Configure Module', 'configure'],
  ['Set Multiple Point Values', 'force'],
  ['Enable All Points', 'control'],
  ['Upload Vector Table', 'program-upload'],
  ['Get CP Status', 'read'],
  ['Run Program', 'mode-change'],
  ['Halt Program', 'mode-change'],
  ['Pause Program', 'mode-change'],
  ['Do Single Scan', 'control'],
  ['Get Chassis Status', 'read'],
  ['Get Minimum Scan Time', 'read'],
  ['Set Node Number', 'configure'],
  ['Set I/O Point Values', 'force'],
  ['Get I/O Point Values', 'read'],
  ['Get MP Status', 'read'],
  ['Set Retentive Values', 'write'],
  ['Adjust Clock', 'configure'],
  ['Clear Module Alarms', 'control'],
  ['Get Event Log', 'read'],
  ['Set SOE Block', 'configure'],
  ['Record Event Log', 'invoke'],
  ['Get SOE Data', 'read'],
  ['Enable OVD', 'configure'],
  ['Disable OVD', 'configure'],
  ['Enable All OVDs', 'configure'],
  ['Disable All OVDs', 'configure'],
  ['Process Modbus', 'invoke'],
  ['Upload Network', 'program-upload'],
  ['Set Label', 'configure'],
  ['Configure System Variables', 'configure'],
  ['Deconfigure Module', 'configure'],
  ['Get System Variables', 'read'],
  ['Get Module Types', 'discover'],
  ['Begin Conversion Table Download', 'program-download'],
  ['Continue Conversion Table Download', 'program-download'],
  ['End Conversion Table Download', 'program-download'],
  ['Get Conversion Table', 'read'],
  ['Set ICM Status', 'configure'],
  ['Broadcast SOE Data Available', 'invoke'],
  ['Get Module Versions', 'discover'],
  ['Allocate Program', 'program-download'],
  ['Allocate Function', 'program-download'],
  ['Clear Retentives', 'control'],
  ['Set Initial Values', 'configure'],
  ['Start TS2 Program Download', 'program-download'],
  ['Set TS2 Data Area', 'configure'],
  ['Get TS2 Data', 'read'],
  ['Set TS2 Data', 'write'],
  ['Set Program Information', 'configure'],
  ['Get Program Information', 'read'],
  ['Upload Program', 'program-upload'],
  ['Upload Function', 'program-upload'],
  ['Get Point Groups', 'read'],
  ['Allocate Symbol Table', 'program-download'],
  ['Get I/O Address', 'read'],
  ['Resend I/O Address', 'configure'],
  ['Get Program Timing', 'read'],
  ['Allocate Multiple Functions', 'program-download'],
  ['Get Node Number', 'read'],
  ['Get Symbol Table', 'read'],
];
/** Answers begin here; this one refuses. */
const REJECTED = 100;

const HEADER = 4;
const CRC = 2;
const EXECUTION_HEADER = 10;
const crcOf = (b: Uint8Array, start: number, end: number): number => {
  let c = 0;
  for (let i = start; i < end; i++) {
    c ^= b[i]!;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ 0xa001 : c >> 1;
  }
  return c;
};
/** Lengths that fit and a checksum over everything exclude chance. */
const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const n = end - start;
  const type = b[start]!;
  if (n < HEADER + CRC || type === 0 || type >= TYPES.length || u16le(b, start + 2) !== n - HEADER - CRC) return 'no';
  return crcOf(b, start, end - CRC) === u16le(b, end - CRC) ? 'sure' : 'maybe';
};

const decode = (b: Uint8Array, start: number, end: number): Decoded<TristationMessage> => {
  if (probe(b, start, end) === 'no') return { kind: 'foreign' };
  const messageType = b[start]!;
  const at = start + HEADER;
  const length = u16le(b, start + 2);
  const command = messageType === COMMAND && length >= EXECUTION_HEADER;
  const functionCode = command ? b[at + 2]! : -1;
  return {
    kind: 'message',
    message: {
      type: `TriStation ${TYPES[messageType]}`,
      messageType,
      channel: b[start + 1]!,
      functionCode,
      counter: command ? b[at + 3]! : -1,
      // The direction octet and the code agree: answers are numbered from 100 on.
      response: command
        ? functionCode >= REJECTED
        : messageType !== CONNECT && messageType !== DISCONNECT && messageType !== PING,
    },
    consumed: end - start,
  };
};

const observe = (t: Transaction<TristationMessage>, sink: ObservationSink): void => {
  const q = t.request;
  const answer = t.response;
  const target = t.at.server;
  const subject = q ?? answer;
  if (subject === undefined) return;
  const refused = answer !== undefined && (answer.messageType > PING || answer.functionCode === REJECTED);
  const outcome = outcomeOf(t, refused);
  const reason = !refused
    ? {}
    : { reason: answer.messageType > PING ? TYPES[answer.messageType]! : 'Command Rejected' };
  sink.identity(t.at, {
    endpoint: target,
    attribute: 'vendor',
    value: 'Triconex',
    confidence: answer === undefined ? 0.5 : 0.9,
    via: 'TriStation',
  });
  switch (subject.messageType) {
    case CONNECT:
    case CONNECT_ANSWER:
      sink.session(t.at, { phase: 'open', outcome, detail: 'TriStation' });
      return;
    case DISCONNECT:
    case DISCONNECT_ANSWER:
      sink.session(t.at, { phase: 'close', outcome, detail: 'TriStation' });
      return;
    case PING:
      sink.command(t.at, { verb: 'discover', operation: 'TriStation Ping', target, outcome, ...reason });
      return;
    default:
  }
  if (q === undefined || q.functionCode < 0) return;
  const known = FUNCTIONS[q.functionCode];
  sink.command(t.at, {
    verb: known?.[1] ?? 'invoke',
    operation: known?.[0] ?? 'TriStation function',
    target,
    outcome,
    native: q,
    object: known === undefined ? `function ${q.functionCode}` : undefined,
    ...reason,
  });
};

/** A message with `data` and its checksum. */
export const encodeTristation = (type: number, data: ArrayLike<number> = [], channel = 0): Uint8Array => {
  const b = new OctetWriter().u8(type, channel).u16le(data.length).bytes(data).u16(0).done();
  const crc = crcOf(b, 0, b.length - CRC);
  b.set([crc & 255, crc >> 8], b.length - CRC);
  return b;
};

export const tristation: Decoder<TristationMessage, undefined> = {
  name: 'tristation',
  title: 'TriStation',
  family: 'ot',
  attach: [{ over: 'udp', ports: [1502] }],
  probe: (bytes, start, end) => probe(bytes, start, end),
  open: () => undefined,
  decode: (bytes, start, end) => decode(bytes, start, end),
  pairing: {
    scope: 'flow',
    role: (m) => (m.response ? 'response' : 'request'),
    // One request at a time on a channel.
    key: (m) => m.channel,
  },
  observe,
};
