/**
 * BSAP (Bristol Standard Asynchronous/Synchronous Protocol) on IP and as serial frames inside UDP, with the remote database
 * (RDB) functions in it. Sources: Bristol Babcock, Network 3000 Communications Application Programmer's Reference (D4052) and
 * Network Communications (D4054); the IP envelope as seen on the wire.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, f32le, indexOfByte, u16le, u32le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** Octets of the IP header: id, number of messages, type, sequence, acknowledged sequence. */
const IP_HEADER = 14;
const IP_ID = 0x000e;
const DLE = 0x10;
const STX = 0x02;
const ETX = 0x03;

/** Elements read from one message; the rest is left. */
export const MAX_ELEMENTS = 255;

export const FUNCTION = { PEI_PC: 0x03, RDB: 0xa0, RDB_EXTENSION: 0xa1 } as const;

/** RDB functions (D4052, chapter 2). */
export const RDB = {
  READ_SIGNAL_BY_ADDRESS: 0x00, READ_LOGICAL_BY_ADDRESS: 0x02, READ_SIGNAL_BY_NAME: 0x04, READ_LOGICAL_BY_NAME: 0x06, READ_SIGNAL_BY_LIST_START: 0x0c,
  READ_SIGNAL_BY_LIST_CONTINUE: 0x0d, READ_LOGICAL_BY_LIST_START: 0x0e, READ_LOGICAL_BY_LIST_CONTINUE: 0x0f, WRITE_SIGNAL_BY_ADDRESS: 0x80, WRITE_SIGNAL_BY_NAME: 0x84,
  WRITE_SIGNAL_BY_LIST_START: 0x8c, WRITE_SIGNAL_BY_LIST_CONTINUE: 0x8d,
} as const; // biome-ignore format: a table

/** One signal of an answer. */
export interface BsapElement {
  /** Octet of type and inhibits: bits 1-0 are 0 logical, 2 analog, 3 string. */
  readonly type: number;
  readonly value: number | string;
  /** Master signal directory address; -1 where it was not asked for. */
  readonly address: number;
  /** Version of the directory, -1 where it was not asked for. */
  readonly version: number;
  /** All octets of the element. */
  readonly octets: Uint8Array;
}
/** One signal of a write. */
export interface BsapWrite {
  /** '' when written by address. */
  readonly name: string;
  /** -1 when written by name. */
  readonly address: number;
  /** Write field descriptor: what is set. */
  readonly descriptor: number;
  /** Undefined where the descriptor says it all. */
  readonly value: number | undefined;
}

/** The serial header (D4054, 2.2); numbers that a local header lacks are -1. */
export interface BsapSerial {
  readonly global: boolean;
  readonly address: number;
  readonly serialNumber: number;
  readonly destination: number;
  readonly source: number;
  readonly control: number;
  readonly destinationFunction: number;
  readonly sequence: number;
  readonly sourceFunction: number;
  readonly nodeStatus: number;
}

export interface BsapMessage {
  readonly type: string;
  /** Present on the first message of a datagram. */
  readonly ip?:
    | undefined
    | {
        readonly messages: number;
        readonly kind: number;
        readonly sequence: number;
        readonly acknowledged: number;
      };
  readonly serial?: BsapSerial | undefined;
  readonly kind: 'poll' | 'request' | 'response' | 'other';
  /** Octets of this message with its length field (IP). */
  readonly length: number;
  readonly sequence: number;
  /** RDB function; -1 in answers (the request says it). */
  readonly rdbFunction: number;
  /** RDB extension function, -1 otherwise. */
  readonly extension: number;
  /** Error octet of an answer, 0: none; -1 in requests. */
  readonly error: number;
  readonly count: number;
  /** Names or addresses asked for. */
  readonly names: readonly string[];
  readonly addresses: readonly number[];
  readonly elements: readonly BsapElement[];
  readonly writes: readonly BsapWrite[];
  readonly data: Uint8Array;
}

/** What answers need of requests, and where we are in a datagram. */
export interface BsapState {
  left: number;
  frame: number;
  /** Field selectors of the last request: which parts an element of the answer has. */
  select1: number;
  select2: number;
  /** Signal names by directory address. */
  readonly names: Map<number, string>;
}

const KNOWN_RDB: ReadonlySet<number> = new Set(Object.values(RDB));
const EMPTY = new Uint8Array(0);
const NO_STRINGS: readonly string[] = [];
const NO_NUMBERS: readonly number[] = [];
const NO_ELEMENTS: readonly BsapElement[] = [];
const NO_WRITES: readonly BsapWrite[] = [];

const TYPE_AND_INHIBITS = 0x80;
const VALUE = 0x40;
const ADDRESS = 0x10;
const VERSION = 0x01;

/** Elements that fill `start`..`end` exactly; undefined where the selectors ask for parts we do not know or it does not fit. */
const readElements = (
  b: Uint8Array,
  start: number,
  end: number,
  count: number,
  s1: number,
  s2: number,
): BsapElement[] | undefined => {
  if ((s1 & ~(TYPE_AND_INHIBITS | VALUE | ADDRESS)) !== 0 || (s2 & ~VERSION) !== 0 || (s1 & TYPE_AND_INHIBITS) === 0)
    return undefined;
  const out: BsapElement[] = [];
  let at = start;
  for (let i = 0; i < count && at < end; i++) {
    const from = at;
    const type = b[at++]!;
    let value: number | string = 0;
    if ((s1 & VALUE) !== 0) {
      const kind = type & 3;
      if (kind === 2) {
        if (at + 4 > end) return undefined;
        value = f32le(b, at);
        at += 4;
      } else if (kind === 3) {
        const stop = indexOfByte(b, 0, at, end);
        if (stop < 0) return undefined;
        value = ascii(b, at, stop);
        at = stop + 1;
      } else {
        if (at >= end) return undefined;
        value = b[at++]!;
      }
    }
    let address = -1;
    if ((s1 & ADDRESS) !== 0) {
      if (at + 2 > end) return undefined;
      address = u16le(b, at);
      at += 2;
    }
    let version = -1;
    if ((s2 & VERSION) !== 0) {
      if (at + 2 > end) return undefined;
      version = u16le(b, at);
      at += 2;
    }
    out.push({ type, value, address, version, octets: b.slice(from, at) });
  }
  return at === end ? out : undefined;
};

const readNames = (b: Uint8Array, start: number, end: number, count: number): string[] => {
  const out: string[] = [];
  let at = start;
  while (out.length < count && at < end) {
    const stop = indexOfByte(b, 0, at, end);
    out.push(ascii(b, at, stop < 0 ? end : stop));
    if (stop < 0) break;
    at = stop + 1;
  }
  return out;
};

/** Descriptors that are followed by nothing: set, reset, enable, disable (D4052, table of write field descriptors). */
const readWrites = (b: Uint8Array, start: number, end: number, count: number, byName: boolean): BsapWrite[] => {
  const out: BsapWrite[] = [];
  let at = start;
  while (out.length < count && at < end) {
    let name = '';
    let address = -1;
    if (byName) {
      const stop = indexOfByte(b, 0, at, end);
      if (stop < 0) break;
      name = ascii(b, at, stop);
      at = stop + 1;
    } else {
      if (at + 3 > end) break;
      address = u16le(b, at);
      at += 2;
    }
    if (at >= end) break;
    const descriptor = b[at++]!;
    // What is left, shared equally, tells whether a number follows.
    const room = (end - at) / (count - out.length);
    const value = room >= 4 && count - out.length === 1 ? f32le(b, at) : undefined;
    if (value !== undefined) at += 4;
    out.push({ name, address, descriptor, value });
  }
  return out;
};

interface Body {
  readonly rdbFunction: number;
  readonly count: number;
  readonly names: readonly string[];
  readonly addresses: readonly number[];
  readonly writes: readonly BsapWrite[];
}
const NO_BODY: Body = { rdbFunction: -1, count: 0, names: NO_STRINGS, addresses: NO_NUMBERS, writes: NO_WRITES };

/** An RDB request behind the destination function: function, selectors or version, security, count, signals. */
const readRequest = (b: Uint8Array, start: number, end: number, state: BsapState): Body => {
  const code = b[start]!;
  let at = start + 1;
  let names = NO_STRINGS;
  let addresses = NO_NUMBERS;
  let writes = NO_WRITES;
  let count = 0;
  if (code < 0x80) {
    // A bit for each selector octet that follows.
    const mask = b[at++]!;
    state.select1 = (mask & 1) !== 0 && at < end ? b[at++]! : 0;
    state.select2 = (mask & 2) !== 0 && at < end ? b[at++]! : 0;
    for (let bit = 4; bit < 256; bit <<= 1) if ((mask & bit) !== 0) at++;
    const byAddress = code === RDB.READ_SIGNAL_BY_ADDRESS || code === RDB.READ_LOGICAL_BY_ADDRESS;
    // Directory version in front of the security level, where addresses are used.
    if (byAddress) at += 2;
    at++;
    if (at < end) count = b[at++]!;
    if (code === RDB.READ_SIGNAL_BY_NAME || code === RDB.READ_LOGICAL_BY_NAME) names = readNames(b, at, end, count);
    else if (byAddress) {
      const list: number[] = [];
      for (; list.length < count && at + 2 <= end; at += 2) list.push(u16le(b, at));
      addresses = list;
    }
  } else {
    const byName = code === RDB.WRITE_SIGNAL_BY_NAME;
    if (!byName) at += 2;
    at++;
    if (at < end) count = b[at++]!;
    writes = readWrites(b, at, end, count, byName);
  }
  return { rdbFunction: code, count, names, addresses, writes };
};

const TYPES = {
  poll: 'BSAP poll',
  request: 'BSAP request',
  response: 'BSAP response',
  other: 'BSAP message',
} as const;

type Envelope = Pick<BsapMessage, 'length' | 'sequence'> & Partial<Pick<BsapMessage, 'ip' | 'serial'>>;

/** One literal for all messages: objects put together from parts have a hidden class each, and cost more than the octets. */
const messageOf = (
  kind: BsapMessage['kind'],
  { length, sequence, ip, serial }: Envelope,
  { rdbFunction, count, names, addresses, writes }: Body,
  extension: number,
  error: number,
  elements: readonly BsapElement[],
  data: Uint8Array,
): BsapMessage => ({
  type: TYPES[kind],
  length,
  sequence,
  ip,
  serial,
  kind,
  rdbFunction,
  extension,
  error,
  count,
  names,
  addresses,
  elements,
  writes,
  data,
});

const requestOf = (b: Uint8Array, start: number, end: number, state: BsapState, envelope: Envelope): BsapMessage =>
  messageOf('request', envelope, readRequest(b, start, end, state), -1, -1, NO_ELEMENTS, b.slice(start, end));

/** Error octet, count, elements. */
const responseOf = (b: Uint8Array, start: number, end: number, state: BsapState, envelope: Envelope): BsapMessage => {
  const error = end > start ? b[start]! : 0;
  const count = end - start >= 2 ? b[start + 1]! : 0;
  const elements =
    readElements(b, start + 2, end, count, state.select1, state.select2) ??
    readElements(b, start + 2, end, count, TYPE_AND_INHIBITS | VALUE | ADDRESS, VERSION) ??
    NO_ELEMENTS;
  return messageOf(
    'response',
    envelope,
    { rdbFunction: -1, count, names: NO_STRINGS, addresses: NO_NUMBERS, writes: NO_WRITES },
    -1,
    error,
    elements,
    b.slice(start, end),
  );
};

const plainOf = (kind: 'poll' | 'other', data: Uint8Array, envelope: Envelope, extension = -1): BsapMessage =>
  messageOf(kind, envelope, NO_BODY, extension, -1, NO_ELEMENTS, data);

/** Serial: DLE doubled inside, DLE ETX and a CRC behind (D4054, 2.1). */
const decodeSerial = (b: Uint8Array, start: number, end: number, state: BsapState): Decoded<BsapMessage> => {
  const plain: number[] = [];
  for (let i = start + 2; i < end; i++) {
    if (b[i] !== DLE) plain.push(b[i]!);
    else if (b[i + 1] === ETX) break;
    else if (i + 1 < end && b[i + 1] === DLE) plain.push(b[i++]!);
    else plain.push(b[i]!);
  }
  const p = Uint8Array.from(plain);
  const consumed = end - start;
  if (p.length < 3) return { kind: 'malformed', code: 'bsap.short', detail: 'no room for a header', consumed };
  const global = p[0]! >= 0x80;
  const size = global ? 12 : 7;
  if (p.length < size) {
    // Polls and acknowledgements have address, serial number and function only.
    const serial = serialOf(p, false, p[2]!);
    return {
      kind: 'message',
      message: plainOf('poll', p.slice(3), { length: consumed, sequence: -1, serial }),
      consumed,
    };
  }
  const serial = serialOf(p, global, global ? p[7]! : p[2]!);
  const envelope = { length: consumed, sequence: serial.sequence, serial };
  const stop = p.length;
  if (serial.destinationFunction === FUNCTION.RDB && stop > size)
    return { kind: 'message', message: requestOf(p, size, stop, state, envelope), consumed };
  if (serial.destinationFunction === FUNCTION.PEI_PC && serial.sourceFunction === FUNCTION.RDB)
    return { kind: 'message', message: responseOf(p, size, stop, state, envelope), consumed };
  const extension = serial.destinationFunction === FUNCTION.RDB_EXTENSION && stop >= size + 2 ? u16le(p, size) : -1;
  return { kind: 'message', message: plainOf('other', p.slice(size), envelope, extension), consumed };
};
const serialOf = (p: Uint8Array, global: boolean, destinationFunction: number): BsapSerial => {
  const at = global ? 7 : 2;
  const whole = p.length >= at + 5;
  return {
    global,
    address: p[0]! & 0x7f,
    serialNumber: p[1]!,
    destination: global ? u16le(p, 2) : -1,
    source: global ? u16le(p, 4) : -1,
    control: global ? p[6]! : -1,
    destinationFunction,
    sequence: whole ? u16le(p, at + 1) : -1,
    sourceFunction: whole ? p[at + 3]! : -1,
    nodeStatus: whole ? p[at + 4]! : -1,
  };
};

const FOREIGN = { kind: 'foreign' } as const;

/** One message of a datagram: the first with the IP header. Codes: `bsap.short`, `bsap.length`. */
export const decodeBsap = (
  b: Uint8Array,
  start: number,
  end: number,
  frame: number,
  state: BsapState,
): Decoded<BsapMessage> => {
  const inside = state.left > 0 && state.frame === frame;
  let at = start;
  let ip: BsapMessage['ip'];
  if (!inside) {
    state.left = 0;
    if (end - start >= 4 && b[start] === DLE && b[start + 1] === STX) return decodeSerial(b, start, end, state);
    if (end - start < IP_HEADER || u16le(b, start) !== IP_ID) return FOREIGN;
    ip = {
      messages: u16le(b, start + 2),
      kind: u16le(b, start + 4),
      sequence: u32le(b, start + 6),
      acknowledged: u32le(b, start + 10),
    };
    at += IP_HEADER;
    if (ip.messages === 0)
      return {
        kind: 'message',
        message: plainOf('poll', EMPTY, { length: 0, sequence: ip.sequence, ip }),
        consumed: end - start,
      };
    state.left = ip.messages;
    state.frame = frame;
  }
  state.left--;
  const length = end - at >= 4 ? u32le(b, at) : 0;
  if (length < 9 || at + length > end) {
    state.left = 0;
    return {
      kind: 'malformed',
      code: 'bsap.length',
      detail: `a message of ${length} octets in ${end - at}`,
      consumed: end - start,
    };
  }
  const stop = at + length;
  const envelope = { length, sequence: u32le(b, at + 5), ip, serial: undefined };
  const body = at + 9;
  const consumed = stop - start;
  if (isRequest(b, body, stop, ip))
    return { kind: 'message', message: requestOf(b, body + 2, stop, state, envelope), consumed };
  if (b[body] === FUNCTION.RDB_EXTENSION && stop >= body + 4)
    return {
      kind: 'message',
      message: plainOf('other', b.slice(body + 2, stop), envelope, u16le(b, body + 2)),
      consumed,
    };
  return { kind: 'message', message: responseOf(b, body, stop, state, envelope), consumed };
};

/** Destination function RDB, an octet of zero and a function that exists. */
const isRequest = (b: Uint8Array, body: number, stop: number, ip: BsapMessage['ip']): boolean =>
  stop - body >= 3 &&
  b[body] === FUNCTION.RDB &&
  (ip === undefined || (ip.kind & 7) !== 5) &&
  KNOWN_RDB.has(b[body + 2]!);

/** IP header whose messages tile the datagram, or a serial frame with DLE STX and DLE ETX. */
export const probeBsap = (b: Uint8Array, start: number, end: number): Probe => {
  const size = end - start;
  if (size < 6) return 'no';
  if (b[start] === DLE && b[start + 1] === STX) {
    for (let i = end - 2; i > start + 3 && i > end - 6; i--) if (b[i] === DLE && b[i + 1] === ETX) return 'maybe';
    return 'no';
  }
  if (b[start] !== 0x0e || b[start + 1] !== 0 || size < IP_HEADER) return 'no';
  const messages = u16le(b, start + 2);
  if (messages === 0) return size === IP_HEADER && u16le(b, start + 4) === 0 ? 'sure' : 'no';
  if (messages > 32 || u16le(b, start + 4) > 255) return 'no';
  let at = start + IP_HEADER;
  for (let i = 0; i < messages; i++) {
    if (at + 9 > end) return 'no';
    const length = u32le(b, at);
    if (length < 9 || at + length > end) return 'no';
    at += length;
  }
  return at === end ? 'sure' : 'no';
};

/** A datagram of one message; `body` begins with the destination function (requests) or the error octet (answers). */
export const encodeBsapIp = (kind: number, sequence: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter()
    .u16le(IP_ID)
    .u16le(1)
    .u16le(kind)
    .u32le(sequence)
    .u32le(0)
    .u32le(9 + body.length)
    .u8(0x0c)
    .u32le(sequence)
    .bytes(body)
    .done();
