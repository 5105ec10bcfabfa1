/**
 * DLMS/COSEM on TCP and UDP (IEC 62056-4-7 wrapper, IEC 62056-5-3 application layer): associations, get, set and action with
 * their attributes, ciphered services as such.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, f32be, f64be, hex, i16be, i64be, u16be, u32be, u64be } from '../../lib/bytes.ts';
import { readTlv, tlv } from '../shared/asn1.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** version (2), source and destination port (2 each), length (2). */
export const WRAPPER = 8;
/** Attributes of one request with list. */
export const MAX_LIST = 64;
/** Levels of arrays and structures that are walked; deeper ones end the reading. */
const MAX_DEPTH = 8;
/** Elements of arrays and structures walked in one APDU. */
const MAX_ELEMENTS = 4096;

export interface Descriptor {
  readonly classId: number;
  /** `1.0.1.8.0.255`. */
  readonly obis: string;
  /** Attribute (get, set) or method (action). */
  readonly index: number;
}
export type DlmsValue = number | string | boolean | bigint;
export interface DlmsData {
  /** As the standard names it: `octet-string`, `structure`. */
  readonly type: string;
  /** Of arrays and structures the number of elements as text. */
  readonly value: DlmsValue;
}
export interface DlmsMessage {
  readonly type: string;
  readonly tag: number;
  /** Logical ports: client and server application processes. */
  readonly source: number;
  readonly destination: number;
  readonly response: boolean;
  /** Low four bits of invoke id and priority; -1 without. */
  readonly invokeId: number;
  /** 1 normal, 2 next or block, 3 list; -1 where it has no meaning. */
  readonly choice: number;
  readonly descriptors: readonly Descriptor[];
  readonly data: readonly DlmsData[];
  /** Result of answers: 0 is good; -1 without. */
  readonly result: number;
  /** Association: mechanism 0 none, 1 low, 2.. high; -1 without. */
  readonly mechanism: number;
  readonly systemTitle: string;
  readonly length: number;
}

// biome-ignore format: a table
const APDUS: Readonly<Record<number, readonly [string, response: boolean]>> = {
  1: ['InitiateRequest', false], 5: ['ReadRequest', false], 6: ['WriteRequest', false], 8: ['InitiateResponse', true], 12: ['ReadResponse', true],
  13: ['WriteResponse', true], 14: ['ConfirmedServiceError', true], 15: ['DataNotification', false], 24: ['InformationReportRequest', false], 96: ['AARQ', false],
  97: ['AARE', true], 98: ['RLRQ', false], 99: ['RLRE', true], 192: ['GetRequest', false], 193: ['SetRequest', false], 194: ['EventNotificationRequest', false],
  195: ['ActionRequest', false], 196: ['GetResponse', true], 197: ['SetResponse', true], 199: ['ActionResponse', true], 200: ['glo-GetRequest', false],
  201: ['glo-SetRequest', false], 202: ['glo-EventNotificationRequest', false], 203: ['glo-ActionRequest', false], 204: ['glo-GetResponse', true],
  205: ['glo-SetResponse', true], 207: ['glo-ActionResponse', true], 208: ['ded-GetRequest', false], 209: ['ded-SetRequest', false], 211: ['ded-ActionRequest', false],
  212: ['ded-GetResponse', true], 213: ['ded-SetResponse', true], 215: ['ded-ActionResponse', true], 216: ['ExceptionResponse', true], 219: ['General-Glo-Ciphering', false],
  220: ['General-Ded-Ciphering', false], 221: ['General-Ciphering', false], 223: ['General-Signing', false], 224: ['General-Block-Transfer', false],
};
export const APDU = {
  AARQ: 0x60,
  AARE: 0x61,
  RLRQ: 0x62,
  RLRE: 0x63,
  GET: 0xc0,
  SET: 0xc1,
  ACTION: 0xc3,
  GET_RESPONSE: 0xc4,
  SET_RESPONSE: 0xc5,
  ACTION_RESPONSE: 0xc7,
  EVENT: 0xc2,
  NOTIFICATION: 0x0f,
  EXCEPTION: 0xd8,
} as const;

export const isCiphered = (tag: number): boolean => tag >= 0xc8 && tag <= 0xdd && tag !== APDU.EXCEPTION;

interface Cursor {
  at: number;
  end: number;
  elements: number;
  bad: boolean;
}
const readLength = (b: Uint8Array, c: Cursor): number => {
  if (c.at >= c.end) {
    c.bad = true;
    return 0;
  }
  const first = b[c.at++]!;
  if (first < 0x80) return first;
  const octets = first & 0x7f;
  if (octets > 4 || c.at + octets > c.end) {
    c.bad = true;
    return 0;
  }
  let n = 0;
  for (let i = 0; i < octets; i++) n = n * 256 + b[c.at++]!;
  return n;
};
const FIXED: Readonly<Record<number, readonly [string, number]>> = {
  0: ['null-data', 0], 3: ['boolean', 1], 5: ['double-long', 4], 6: ['double-long-unsigned', 4], 13: ['bcd', 1], 15: ['integer', 1], 16: ['long', 2], 17: ['unsigned', 1],
  18: ['long-unsigned', 2], 20: ['long64', 8], 21: ['long64-unsigned', 8], 22: ['enum', 1], 23: ['float32', 4], 24: ['float64', 8], 25: ['date-time', 12], 26: ['date', 5],
  27: ['time', 4],
}; // biome-ignore format: a table
const fixedValue = (b: Uint8Array, at: number, tag: number, size: number): DlmsValue => {
  switch (tag) {
    case 3:
      return b[at] !== 0;
    case 5:
      return u32be(b, at) | 0;
    case 6:
      return u32be(b, at);
    case 15:
      return (b[at]! << 24) >> 24;
    case 16:
      return i16be(b, at);
    case 13:
    case 17:
    case 22:
      return b[at]!;
    case 18:
      return u16be(b, at);
    case 20:
      return i64be(b, at);
    case 21:
      return u64be(b, at);
    case 23:
      return f32be(b, at);
    case 24:
      return f64be(b, at);
    case 25:
    case 26:
      return `${u16be(b, at)}-${b[at + 2]}-${b[at + 3]}${tag === 25 ? ` ${b[at + 5]}:${b[at + 6]}:${b[at + 7]}` : ''}`;
    case 27:
      return `${b[at]}:${b[at + 1]}:${b[at + 2]}`;
    default:
      return size === 0 ? '' : hex(b, at, at + size);
  }
};
const MAX_TEXT = 64;
const isText = (b: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) if (b[i]! < 0x20 || b[i]! > 0x7e) return false;
  return end > start;
};

/** One value at the cursor, which moves behind it. */
const readData = (b: Uint8Array, c: Cursor, depth: number): DlmsData | undefined => {
  if (c.at >= c.end || depth > MAX_DEPTH || ++c.elements > MAX_ELEMENTS) {
    c.bad = true;
    return undefined;
  }
  const tag = b[c.at++]!;
  const fixed = FIXED[tag];
  if (fixed !== undefined) {
    const [type, size] = fixed;
    if (c.at + size > c.end) {
      c.bad = true;
      return undefined;
    }
    const value = fixedValue(b, c.at, tag, size);
    c.at += size;
    return { type, value };
  }
  if (tag === 1 || tag === 2) {
    const count = readLength(b, c);
    for (let i = 0; i < count && !c.bad; i++) readData(b, c, depth + 1);
    return c.bad ? undefined : { type: tag === 1 ? 'array' : 'structure', value: `${count} elements` };
  }
  if (tag === 4 || tag === 9 || tag === 10 || tag === 12) {
    const count = readLength(b, c);
    const size = tag === 4 ? Math.ceil(count / 8) : count;
    if (c.bad || c.at + size > c.end) {
      c.bad = true;
      return undefined;
    }
    const from = c.at;
    c.at += size;
    const stop = from + Math.min(size, MAX_TEXT);
    const value = tag !== 4 && isText(b, from, stop) ? ascii(b, from, stop) : hex(b, from, stop);
    return {
      type: ['', '', '', '', 'bit-string', '', '', '', '', 'octet-string', 'visible-string', '', 'utf8-string'][tag]!,
      value,
    };
  }
  c.bad = true;
  return undefined;
};

/** class (2), instance (6), attribute or method (1). */
const readDescriptor = (b: Uint8Array, at: number): Descriptor => ({
  classId: u16be(b, at),
  obis: `${b[at + 2]}.${b[at + 3]}.${b[at + 4]}.${b[at + 5]}.${b[at + 6]}.${b[at + 7]}`,
  index: (b[at + 8]! << 24) >> 24,
});

interface Body {
  invokeId: number;
  choice: number;
  descriptors: Descriptor[];
  data: DlmsData[];
  result: number;
  mechanism: number;
  systemTitle: string;
  bad: boolean;
}

/** A descriptor and, where a flag says so, its selection or parameters. */
const readSelected = (b: Uint8Array, c: Cursor, out: Body, parameters: boolean): void => {
  if (c.at + 9 > c.end) {
    c.bad = true;
    return;
  }
  out.descriptors.push(readDescriptor(b, c.at));
  c.at += 9;
  if (c.at >= c.end) return;
  if (b[c.at++] === 0) return;
  // Selective access has a selector in front of its data.
  if (!parameters) c.at++;
  const data = readData(b, c, 0);
  if (parameters && data !== undefined) out.data.push(data);
};

const LLS_OID = [0x60, 0x85, 0x74, 0x05, 0x08, 0x02] as const;
const readAssociation = (b: Uint8Array, start: number, end: number, out: Body): void => {
  if (!readTlv(b, start, end)) {
    out.bad = true;
    return;
  }
  let at = tlv.start;
  const stop = tlv.end;
  while (at < stop && readTlv(b, at, stop)) {
    const { tag, start: from, end: to } = tlv;
    at = to;
    // 8B (request) and 89 (answer): mechanism name, the last arc counts; A6/A4: titles; A2: result.
    if ((tag === 0x8b || tag === 0x89) && to - from === 7 && LLS_OID.every((x, i) => b[from + i] === x))
      out.mechanism = b[from + 6]!;
    else if ((tag === 0xa6 || tag === 0xa4) && readTlv(b, from, to)) out.systemTitle = hex(b, tlv.start, tlv.end);
    else if (tag === 0xa2 && b[start] === APDU.AARE && readTlv(b, from, to) && to > from) out.result = b[tlv.end - 1]!;
  }
};

const readBody = (b: Uint8Array, start: number, end: number, tag: number): Body => {
  const out: Body = {
    invokeId: -1,
    choice: -1,
    descriptors: [],
    data: [],
    result: -1,
    mechanism: -1,
    systemTitle: '',
    bad: false,
  };
  const c: Cursor = { at: start + 3, end, elements: 0, bad: false };
  if (tag === APDU.AARQ || tag === APDU.AARE) {
    readAssociation(b, start, end, out);
    return out;
  }
  const service =
    tag === APDU.GET ||
    tag === APDU.SET ||
    tag === APDU.ACTION ||
    tag === APDU.GET_RESPONSE ||
    tag === APDU.SET_RESPONSE ||
    tag === APDU.ACTION_RESPONSE;
  if (!service) return out;
  if (end - start < 4) {
    out.bad = true;
    return out;
  }
  out.choice = b[start + 1]!;
  out.invokeId = b[start + 2]! & 15;
  if (out.choice === 0 || out.choice > 6) out.bad = true;
  if (tag === APDU.GET) {
    if (out.choice === 1) readSelected(b, c, out, false);
    else if (out.choice === 3)
      for (let n = readLength(b, c); n > 0 && !c.bad && out.descriptors.length < MAX_LIST; n--)
        readSelected(b, c, out, false);
  } else if (tag === APDU.SET) {
    if (out.choice === 1 || out.choice === 2) {
      readSelected(b, c, out, false);
      if (out.choice === 1 && !c.bad) {
        const data = readData(b, c, 0);
        if (data !== undefined) out.data.push(data);
      }
    } else if (out.choice === 4) {
      for (let n = readLength(b, c); n > 0 && !c.bad && out.descriptors.length < MAX_LIST; n--)
        readSelected(b, c, out, false);
      for (let n = readLength(b, c); n > 0 && !c.bad && out.data.length < MAX_LIST; n--) {
        const data = readData(b, c, 0);
        if (data !== undefined) out.data.push(data);
      }
    }
  } else if (tag === APDU.ACTION) {
    if (out.choice === 1) readSelected(b, c, out, true);
  } else if (tag === APDU.GET_RESPONSE) {
    if (out.choice === 1) {
      if (b[c.at++] === 0) {
        const data = readData(b, c, 0);
        if (data !== undefined) out.data.push(data);
        out.result = 0;
      } else out.result = c.at < end ? b[c.at]! : 250;
    } else if (out.choice === 3) {
      for (let n = readLength(b, c); n > 0 && !c.bad && out.data.length < MAX_LIST; n--) {
        if (b[c.at++] === 0) {
          const data = readData(b, c, 0);
          if (data !== undefined) out.data.push(data);
        } else out.data.push({ type: 'data-access-error', value: b[c.at++] ?? 250 });
      }
      out.result = 0;
    } else out.result = 0;
  } else if (tag === APDU.SET_RESPONSE || tag === APDU.ACTION_RESPONSE) out.result = out.choice === 1 ? b[c.at]! : 0;
  out.bad ||= c.bad;
  return out;
};

const FOREIGN = { kind: 'foreign' } as const;

/** Codes: `dlms.apdu`. */
export const decodeDlms = (b: Uint8Array, start: number, end: number): Decoded<DlmsMessage> => {
  const available = end - start;
  if (b[start] !== 0 || (available > 1 && b[start + 1] !== 1)) return FOREIGN;
  if (available < WRAPPER + 1) return { kind: 'incomplete', missing: WRAPPER + 1 - available };
  const length = u16be(b, start + 6);
  if (length === 0) return FOREIGN;
  const consumed = WRAPPER + length;
  const at = start + WRAPPER;
  const tag = b[at]!;
  const known = APDUS[tag];
  if (known === undefined) return FOREIGN;
  if (available < consumed) return { kind: 'incomplete', missing: consumed - available };
  const body = readBody(b, at, at + length, tag);
  if (body.bad)
    return { kind: 'malformed', code: 'dlms.apdu', detail: `${known[0]} does not hold what it announces`, consumed };
  const { bad: _, ...rest } = body;
  return {
    kind: 'message',
    message: {
      type: known[0],
      tag,
      source: u16be(b, start + 2),
      destination: u16be(b, start + 4),
      response: known[1],
      ...rest,
      length: consumed,
    },
    consumed,
  };
};

/** The wrapper's version, ports that application processes have, and an APDU that holds what it announces. */
export const probeDlms = (b: Uint8Array, start: number, end: number, datagram: boolean): Probe => {
  const available = end - start;
  if (b[start] !== 0 || (available > 1 && b[start + 1] !== 1)) return 'no';
  if (available < WRAPPER + 1) return 'more';
  const length = u16be(b, start + 6);
  const at = start + WRAPPER;
  const tag = b[at]!;
  if (u16be(b, start + 2) === 0 || u16be(b, start + 4) === 0 || length === 0 || APDUS[tag] === undefined) return 'no';
  if (datagram && available !== WRAPPER + length) return 'no';
  if (available < WRAPPER + length) return 'more';
  if (readBody(b, at, at + length, tag).bad) return 'no';
  if (tag === APDU.AARQ || tag === APDU.AARE) return b[at + 1] === length - 2 ? 'sure' : 'maybe';
  return tag >= APDU.GET && tag <= APDU.ACTION_RESPONSE && length >= 4 && b[at + 1]! <= 4 ? 'sure' : 'maybe';
};

/** An APDU in its wrapper. */
export const encodeDlms = (source: number, destination: number, apdu: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u16(1).u16(source).u16(destination).u16(apdu.length).bytes(apdu).done();
