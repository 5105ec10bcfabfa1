/**
 * GE SRTP (Service Request Transport Protocol) of Series 90, VersaMax and PACSystems controllers, TCP 18245. There is no
 * public specification; the layout is that of Denton, Karpisek, Breitinger, Baggili, "Leveraging the SRTP protocol for
 * over-the-network memory acquisition of a GE Fanuc Series 90-30" (DFRWS USA 2017). Little-endian. The status that every answer carries is
 * that of SNP: GE Fanuc GFK-0529, Series 90 PLC SNP communications, table 3-8.
 */
import type { Decoded, Message, Probe } from '../../core/decoder.ts';
import { hex, u16le } from '../../lib/bytes.ts';
import { MASKED_OCTETS } from '../../lib/masked.ts';

export interface SrtpMessage extends Message {
  /** 0 session request, 1 session answer, 2 service request, 3 service answer; others are the programmer's. */
  readonly packet: number;
  readonly sequence: number;
  /** 0xC0 short request, 0x80 request with text, 0xD4 short answer, 0x94 answer with text, 0xD1 refusal. */
  readonly messageType: number;
  readonly response: boolean;
  /** -1 in answers and session packets. */
  readonly service: number;
  /** Memory of services 4 to 9; -1 elsewhere. Offset and count in units of the selector. */
  readonly selector: number;
  readonly offset: number;
  readonly count: number;
  /** Major << 8 | minor status of a refusal; 0 otherwise. */
  readonly status: number;
  /** Values, as octets: written, or read (6 octets fit into a short answer). Empty where a password may stand. */
  readonly data: Uint8Array;
  /** Time of day that the sender wrote, `07:08:09`. */
  readonly time: string;
  /** Which of how many packets of a service this is. */
  readonly part: number;
  readonly parts: number;
  /** What answers carry on, -1 elsewhere: privilege level (0..4) of the asking side, control program it is logged on to (255 none). */
  readonly privilege: number;
  readonly program: number;
  /** Of the last sweep, in units of 100 us. */
  readonly sweepTime: number;
  /** The PLC status word. */
  readonly plcStatus: number;
  /** Octets 32..39: mailboxes, which name rack and slot of the CPU. */
  readonly mailbox: string;
}

export const HEADER = 56;
/** Text behind the header; program blocks come in pieces of 2 KB and less. */
const MAX_TEXT = 16_384;
const NOTHING = new Uint8Array(0);
const SHORT_REQUEST = 0xc0;
const LONG_REQUEST = 0x80;
const SHORT_ANSWER = 0xd4;
const LONG_ANSWER = 0x94;
const REFUSAL = 0xd1;
const PRIVILEGE = 0x21;
const LOGON = 0x20;

const isMessage = (type: number): boolean =>
  type === SHORT_REQUEST || type === LONG_REQUEST || type === SHORT_ANSWER || type === LONG_ANSWER || type === REFUSAL;

/** Service packets say twice that they are ones; a session begins with 56 octets that are nearly all 0. */
export const probeSrtp = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 1) return 'more';
  const packet = b[start]!;
  if (packet > 3 && packet !== 8) return 'no';
  if (available > 1 && b[start + 1] !== 0) return 'no';
  if (available < HEADER) return 'more';
  if (u16le(b, start + 4) > MAX_TEXT) return 'no';
  if (packet >= 2 && packet <= 3) {
    const type = b[start + 31]!;
    if (!isMessage(type)) return 'maybe';
    return (packet === 2) === (type === SHORT_REQUEST || type === LONG_REQUEST) && b[start + 40] === 1
      ? 'sure'
      : 'maybe';
  }
  let zeros = 0;
  for (let i = 2; i < HEADER; i++) if (b[start + i] === 0) zeros++;
  return available === HEADER && zeros >= HEADER - 8 ? 'maybe' : 'no';
};

export const decodeSrtp = (b: Uint8Array, start: number, end: number): Decoded<SrtpMessage> => {
  const available = end - start;
  if (available < HEADER) return { kind: 'incomplete', missing: HEADER - available };
  const packet = b[start]!;
  const text = u16le(b, start + 4);
  if ((packet > 3 && packet !== 8) || text > MAX_TEXT) return { kind: 'foreign' };
  const total = HEADER + (packet >= 2 ? text : 0);
  if (available < total) return { kind: 'incomplete', missing: total - available };
  return { kind: 'message', message: message(b, start, start + total, packet), consumed: total };
};

const two = (n: number): string => String(n).padStart(2, '0');
/** Upper four bits of the status word (GFK-0529 table 3-8). */
const STATES = [
  'RUN',
  'RUN, outputs disabled',
  'STOP, outputs disabled',
  'STOP, CPU faulted',
  'CPU halted',
  'CPU suspended',
  'STOP, outputs enabled',
] as const;
/** What the CPU does by its status word; undefined where the word says nothing known. */
export const plcState = (status: number): string | undefined => STATES[status >> 12];

const message = (b: Uint8Array, o: number, end: number, packet: number): SrtpMessage => {
  const messageType = packet >= 2 ? b[o + 31]! : -1;
  const long = messageType === LONG_REQUEST;
  const request = messageType === SHORT_REQUEST || long;
  // A long request moves the service and its parameters eight octets back, to make room for its text.
  const at = o + (long ? 50 : 42);
  const service = request ? b[at]! : -1;
  const memory = service >= 4 && service <= 9;
  const secret = service === PRIVILEGE || service === LOGON;
  let data: Uint8Array = secret ? MASKED_OCTETS : NOTHING;
  if (!secret) {
    if (end > o + HEADER) data = b.slice(o + HEADER, end);
    else if (messageType === SHORT_ANSWER) data = b.slice(o + 44, o + 50);
    else if (messageType === SHORT_REQUEST) data = b.slice(o + 48, o + 56);
  }
  const carries = messageType === SHORT_ANSWER || messageType === LONG_ANSWER;
  return {
    type: TYPES[packet === 8 ? 4 : packet]!,
    packet,
    sequence: packet >= 2 ? b[o + 30]! : -1,
    messageType,
    response: packet === 1 || packet === 3,
    service,
    selector: memory ? b[at + 1]! : -1,
    offset: memory ? u16le(b, at + 2) : -1,
    count: memory ? u16le(b, at + 4) : -1,
    status: messageType === REFUSAL ? (b[o + 42]! << 8) | b[o + 43]! : 0,
    data,
    time: packet >= 2 ? `${two(b[o + 28]!)}:${two(b[o + 27]!)}:${two(b[o + 26]!)}` : '',
    part: packet >= 2 ? b[o + 40]! : -1,
    parts: packet >= 2 ? b[o + 41]! : -1,
    privilege: carries ? b[o + 51]! : -1,
    program: carries ? b[o + 50]! : -1,
    sweepTime: carries ? u16le(b, o + 52) : -1,
    plcStatus: carries ? u16le(b, o + 54) : -1,
    mailbox: hex(b, o + 32, o + 40),
  };
};
const TYPES = ['SRTP session request', 'SRTP session response', 'SRTP request', 'SRTP response', 'SRTP programmer'];

/** A short request to the CPU in slot 1. */
export const encodeRequest = (sequence: number, service: number, parameters: ArrayLike<number>): Uint8Array => {
  const b = new Uint8Array(HEADER);
  b.set([2, 0, sequence]);
  b[9] = 1;
  b[17] = 1;
  b.set([sequence, SHORT_REQUEST, 0, 0, 0, 0, 0x10, 0x0e, 0, 0, 1, 1, service, ...Array.from(parameters)], 30);
  return b;
};
/** An answer: short with up to six octets, long with more, a refusal with its status; and the PLC status word. */
export const encodeResponse = (sequence: number, data: ArrayLike<number>, status = 0, plcStatus = 0): Uint8Array => {
  const long = data.length > 6;
  const b = new Uint8Array(HEADER + (long ? data.length : 0));
  b.set([3, 0, sequence, 0, long ? data.length & 255 : 0, long ? data.length >> 8 : 0]);
  b.set([sequence, status > 0 ? REFUSAL : long ? LONG_ANSWER : SHORT_ANSWER, 0x10, 0x0e, 0, 0, 0, 0, 0, 0, 1, 1], 30);
  if (status > 0) b.set([status >> 8, status & 255], 42);
  else {
    b.set(Array.from(data), long ? HEADER : 44);
    b.set([plcStatus & 255, plcStatus >> 8], 54);
  }
  return b;
};
