/**
 * Saia S-Bus on UDP 5050 (Ether S-Bus) of Saia PCD controllers. Frame: length (4, all octets), version, protocol type,
 * sequence (2), attribute (0 request, 1 answer, 2 acknowledgement), then in requests station and command; CRC (2) at
 * the end. Big-endian. Source: Saia manual 26/739 (S-Bus) and its Ethernet supplement.
 */
import {
  type Decoded,
  type Decoder,
  type Message,
  outcomeOf,
  type Probe,
  type Transaction,
} from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import { ascii, i32be, u16be, u32be } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export interface SbusMessage extends Message {
  readonly attribute: number;
  readonly sequence: number;
  /** Of requests; -1 elsewhere. */
  readonly station: number;
  readonly command: number;
  /** Elements asked for or written; -1 where the command has none. */
  readonly count: number;
  readonly address: number;
  /** Of acknowledgements: 0 done, others refuse; -1 elsewhere. */
  readonly code: number;
  /** Values written, or the answer's octets. */
  readonly data: Uint8Array;
}

/** Length, version, type, sequence, attribute. */
const HEADER = 9;
const CRC = 2;
/** Answers carry 32 registers or a block of 1 KB. */
const MAX_LENGTH = 4096;

type Kind = 'registers' | 'bits' | 'none';
interface Command_ {
  readonly name: string;
  readonly verb: Verb;
  readonly area: string;
  readonly kind: Kind;
}
const COMMANDS = new Map<number, Command_>();
const add = (code: number, name: string, verb: Verb, area = '', kind: Kind = 'none'): void => {
  COMMANDS.set(code, { name, verb, area, kind });
};
add(0, 'Read Counter', 'read', 'C', 'registers');
add(1, 'Read Display Register', 'read');
add(2, 'Read Flag', 'read', 'F', 'bits');
add(3, 'Read Input', 'read', 'I', 'bits');
add(4, 'Read Real Time Clock', 'read');
add(5, 'Read Output', 'read', 'O', 'bits');
add(6, 'Read Register', 'read', 'R', 'registers');
add(7, 'Read Timer', 'read', 'T', 'registers');
add(10, 'Write Counter', 'write', 'C', 'registers');
add(11, 'Write Flag', 'write', 'F', 'bits');
add(12, 'Write Real Time Clock', 'configure');
add(13, 'Write Output', 'write', 'O', 'bits');
add(14, 'Write Register', 'write', 'R', 'registers');
add(15, 'Write Timer', 'write', 'T', 'registers');
add(19, 'Read/Write Multi-media', 'invoke');
for (let cpu = 0; cpu < 7; cpu++) add(20 + cpu, 'Read PCD Status', 'read');
add(27, 'Read PCD Status', 'read');
add(29, 'Read Station Number', 'discover');
add(30, 'Read User Memory', 'program-upload');
add(31, 'Read Program Line', 'program-upload');
add(32, 'Read Firmware Version', 'discover');
add(33, 'Read Text', 'read');
add(34, 'Read Active Transition', 'read');
add(35, 'Write User Memory', 'program-download');
add(36, 'Write Program Line', 'program-download');
add(37, 'Write Text', 'write');
for (let cpu = 0; cpu < 9; cpu++) add(40 + cpu, 'Run Procedure', 'mode-change');
for (let cpu = 0; cpu < 8; cpu++) add(50 + cpu, 'Restart Cold', 'restart');
for (let cpu = 0; cpu < 9; cpu++) add(60 + cpu, 'Stop Procedure', 'mode-change');
for (const code of [70, 71, 72, 73, 74, 75]) add(code, 'Read CPU Internals', 'read');
for (const code of [80, 81, 82, 83]) add(code, 'Write CPU Internals', 'write');
for (const code of [90, 91, 92, 93, 94]) add(code, 'Clear Memory', 'control');
for (let cpu = 0; cpu < 8; cpu++) add(100 + cpu, 'Restart Warm', 'restart');
for (const code of [110, 112, 114, 117]) add(code, 'Edit Program', 'program-download');
for (const code of [113, 115, 116, 118, 119]) add(code, 'Step Program', 'control');
add(111, 'Clear Failure History', 'delete');
for (const code of [130, 131, 132]) add(code, 'XOB Interrupt', 'invoke');
add(145, 'Read Hangup Timeout', 'read');
add(150, 'Read Data Block', 'read');
add(151, 'Write Data Block', 'write');
for (const code of [152, 153, 154]) add(code, 'Change Data Block', 'configure');
for (const code of [155, 156, 157, 158, 159]) add(code, 'Read Block Information', 'read');
add(161, 'Read User EEPROM Register', 'read');
add(163, 'Write User EEPROM Register', 'write');
add(165, 'Erase Flash', 'delete');
add(166, 'Restart Cold Flag', 'restart');
add(167, 'Write System Buffer', 'configure');
add(168, 'Read System Buffer', 'read');
add(169, 'Read/Write Block', 'program-download');
add(170, 'Get Diagnostic', 'read');
add(171, 'Read System Information', 'discover');
add(172, 'Change Blocks on Run', 'program-download');
add(173, 'Flashcard Telegram', 'invoke');
add(174, 'Download Firmware', 'firmware-update');
add(175, 'Web Server Communication', 'invoke');

/** CRC-16 with polynomial 0x1021, from 0. */
const TABLE = Uint16Array.from({ length: 256 }, (_, i) => {
  let c = i << 8;
  for (let k = 0; k < 8; k++) c = c & 0x8000 ? (c << 1) ^ 0x1021 : c << 1;
  return c & 0xffff;
});
const crcOf = (b: Uint8Array, start: number, end: number): number => {
  let c = 0;
  for (let i = start; i < end; i++) c = ((c << 8) & 0xffff) ^ TABLE[(c >> 8) ^ b[i]!]!;
  return c;
};

/** The length is that of the datagram; with its checksum chance is excluded. */
const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const n = end - start;
  if (n < HEADER + CRC || n > MAX_LENGTH || u32be(b, start) !== n || b[start + 4]! > 1 || b[start + 8]! > 2)
    return 'no';
  return crcOf(b, start, end - CRC) === u16be(b, end - CRC) ? 'sure' : 'maybe';
};

const NOTHING = new Uint8Array(0);
const REFUSALS = ['done', 'no reason given', 'password', 'port in reduced protocol', 'port already in use'] as const;

const decode = (b: Uint8Array, start: number, end: number): Decoded<SbusMessage> => {
  if (probe(b, start, end) === 'no') return { kind: 'foreign' };
  const attribute = b[start + 8]!;
  const last = end - CRC;
  const o = start + HEADER;
  const request = attribute === 0;
  if (request && last < o + 2)
    return { kind: 'malformed', code: 'sbus.short', detail: 'request without a command', consumed: end - start };
  const command = request ? b[o + 1]! : -1;
  const known = COMMANDS.get(command);
  const sized = known !== undefined && known.kind !== 'none' && last >= o + 5;
  const write = known?.verb === 'write';
  let count = -1;
  let data: Uint8Array = NOTHING;
  if (sized) {
    // Reads count elements from 0. Writes count octets that follow the address, also from 0; bits have a count of their own.
    count = !write
      ? b[o + 2]! + 1
      : known.kind === 'bits'
        ? last > o + 5
          ? b[o + 5]! + 1
          : 0
        : (b[o + 2]! + 1 - 2) >> 2;
    if (write) data = b.slice(Math.min(last, o + (known.kind === 'bits' ? 6 : 5)), last);
  } else if (attribute === 1) data = b.slice(o, last);
  return {
    kind: 'message',
    message: {
      type: attribute === 0 ? 'S-Bus request' : attribute === 1 ? 'S-Bus response' : 'S-Bus acknowledgement',
      attribute,
      sequence: u16be(b, start + 6),
      station: request ? b[o]! : -1,
      command,
      count,
      address: sized ? u16be(b, o + 3) : -1,
      code: attribute === 2 && last >= o + 2 ? u16be(b, o) : -1,
      data,
    },
    consumed: end - start,
  };
};

/** Stations behind one address. */
const MAX_STATIONS = 256;
export interface SbusState {
  /** The first station that answers is the one spoken to; -1 before. */
  own: number;
  readonly children: Map<number, EndpointId>;
}
const BROADCAST = 255;

const targetOf = (
  station: number,
  answered: boolean,
  server: EndpointId,
  sink: ObservationSink,
  state: SbusState,
): EndpointId => {
  if (state.own < 0 && answered && station !== BROADCAST) state.own = station;
  if (station < 0 || station === BROADCAST || state.own < 0 || station === state.own) return server;
  const known = state.children.get(station);
  if (known !== undefined && !answered) return known;
  const id = sink.child(server, 'other', `S-Bus ${station}`, answered);
  if (state.children.size < MAX_STATIONS) state.children.set(station, id);
  return id;
};

const observe = (t: Transaction<SbusMessage>, sink: ObservationSink, state: SbusState): void => {
  const q = t.request;
  // Answers do not say to what.
  if (q === undefined || q.command < 0) return;
  const answer = t.response;
  const refused = answer !== undefined && answer.code > 0;
  const outcome = outcomeOf(t, refused);
  const known = COMMANDS.get(q.command);
  const target = targetOf(q.station, answer !== undefined, t.at.server, sink, state);
  const object =
    known === undefined
      ? `command ${q.command}`
      : q.address < 0
        ? undefined
        : `${known.area}${q.address}${q.count > 1 ? `..${q.address + q.count - 1}` : ''}`;
  const single = known?.verb === 'write' && q.count === 1 && q.data.length > 0;
  const value = !single ? undefined : known.kind === 'bits' ? q.data[0]! & 1 : i32be(q.data, 0);
  sink.command(t.at, {
    verb: known?.verb ?? 'invoke',
    operation: known?.name ?? 'S-Bus command',
    target,
    outcome,
    native: q,
    object,
    value,
    reason: refused ? `${REFUSALS[answer.code] ?? 'refused'} (${answer.code})` : undefined,
  });
  if (outcome !== 'accepted' || known === undefined || answer === undefined) return;
  const access = known.verb === 'write' ? 'write' : 'read';
  const data = access === 'write' ? q.data : answer.data;
  if (known.kind === 'none') identity(t, known, data, target, sink);
  else {
    const n = Math.min(q.count, known.kind === 'bits' ? data.length * 8 : data.length >> 2);
    if (n <= 0) return;
    const values = new Array<number>(n);
    for (let i = 0; i < n; i++) values[i] = known.kind === 'bits' ? (data[i >> 3]! >> (i & 7)) & 1 : i32be(data, i * 4);
    sink.values(t.at, { target, area: known.area, start: q.address, values, count: n, access });
  }
};

const STATUS = tableOf<string>({
  R: 'RUN',
  S: 'STOP',
  H: 'HALT',
  C: 'conditional RUN',
  D: 'disconnected',
});
const identity = (
  t: Transaction<SbusMessage>,
  known: Command_,
  data: Uint8Array,
  endpoint: EndpointId,
  sink: ObservationSink,
): void => {
  const via = `S-Bus ${known.name}`;
  if (known.name === 'Read Firmware Version' && data.length >= 7) {
    // Type in four or five characters, version in the last three.
    const text = ascii(data).trim();
    sink.identity(t.at, { endpoint, attribute: 'vendor', value: 'Saia-Burgess Controls', confidence: 0.9, via });
    sink.identity(t.at, {
      endpoint,
      attribute: 'model',
      value: `PCD${text.slice(0, -3).replace(/^PCD/, '').trim()}`,
      confidence: 0.8,
      via,
    });
    sink.identity(t.at, { endpoint, attribute: 'firmware', value: text.slice(-3).trim(), confidence: 0.9, via });
  } else if (known.name === 'Read PCD Status' && data.length >= 1) {
    const mode = STATUS[String.fromCharCode(data[0]!)];
    if (mode !== undefined) sink.identity(t.at, { endpoint, attribute: 'mode', value: mode, confidence: 1, via });
  } else if (known.name === 'Read Station Number' && data.length >= 1)
    sink.name(t.at, { endpoint, kind: 'other', name: `S-Bus station ${data[0]}`, via });
};

/** A datagram: attribute 0 request (`payload` from the station on), 1 answer, 2 acknowledgement. */
export const encodeSbus = (attribute: number, sequence: number, payload: ArrayLike<number>): Uint8Array => {
  const b = new OctetWriter()
    .u32(HEADER + payload.length + CRC)
    .u8(1, 0)
    .u16(sequence)
    .u8(attribute)
    .bytes(payload)
    .u16(0)
    .done();
  const crc = crcOf(b, 0, b.length - CRC);
  b.set([crc >> 8, crc & 255], b.length - CRC);
  return b;
};

export const sbus: Decoder<SbusMessage, SbusState> = {
  name: 'sbus',
  title: 'Saia S-Bus',
  family: 'ot',
  attach: [{ over: 'udp', ports: [5050] }],
  probe: (bytes, start, end) => probe(bytes, start, end),
  open: () => ({ own: -1, children: new Map() }),
  decode: (bytes, start, end) => decode(bytes, start, end),
  pairing: {
    scope: 'flow',
    role: (m) => (m.attribute === 0 ? 'request' : 'response'),
    key: (m) => m.sequence,
  },
  observe,
};
