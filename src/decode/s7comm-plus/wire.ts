/**
 * S7comm-plus PDUs: octets to messages. No public specification; known from the wire. A PDU is 0x72, the protocol version,
 * a length, data, and a trailer of 0x72, version and two zeros; data split over several PDUs has the trailer on the last
 * one only. Version 3 puts a digest of 32 octets before the data, version 2 behind it. What a PDU says beyond what is
 * known here is left unread, and `unread` says how much.
 */
import type { Decoded, PduContext, Probe } from '../../core/decoder.ts';
import { hex, u16be, u32be } from '../../lib/bytes.ts';
import { FUNCTION as F, OPCODE, typeOf } from './names.ts';
import { type Attribute, type PlusObject, type PlusValue, Reader, readObject, readValue, TAG } from './values.ts';

export const PROTOCOL_ID = 0x72;
const KEEP_ALIVE = 0xff;
const SYSTEM_EVENT = 0xfe;
const DIGEST = 32;
/** Data joined from several PDUs; more is malformed `s7comm-plus.too-long` and dropped up to its end. */
export const MAX_JOINED = 256 * 1024;
/** Addresses and items of one PDU. */
const MAX_ITEMS = 1024;
/** Ids of one address. */
const MAX_IDS = 32;

/** A symbolic or absolute address: area, sub-area and the ids that lead to the variable. */
export interface PlusAddress {
  /** CRC of the symbol's name and type, 0 for absolute addresses. */
  readonly symbolCrc: number;
  readonly area: number;
  readonly subArea: number;
  readonly ids: readonly number[];
}
export interface PlusItem {
  readonly number: number;
  readonly value: PlusValue;
}
export interface PlusError {
  readonly number: number;
  readonly returnValue: bigint;
}

export interface PlusMessage {
  readonly type: string;
  /** 1, 2, 3; 254 system event, 255 keep-alive. */
  readonly version: number;
  /** -1 where there is none. */
  readonly opcode: number;
  readonly functionCode: number;
  readonly sequence: number;
  /** Of requests; -1 elsewhere. */
  readonly sessionId: number;
  /** Transport flags; bit 6 set: no answer is wanted. */
  readonly flags: number;
  /** A digest protects it: content can be read, not changed unnoticed. */
  readonly isProtected: boolean;
  /** Of responses: 0 success; the lower 16 bits are a signed error code. */
  readonly returnValue: bigint;
  /** The object that a service names: of Delete, Explore, Set Variable, Invoke; a notification's subscription, whose items have numbers of its own. */
  readonly objectId: number;
  readonly addresses: readonly PlusAddress[];
  /** Attributes addressed of `objectId`. */
  readonly attributeIds: readonly number[];
  readonly items: readonly PlusItem[];
  readonly errors: readonly PlusError[];
  /** New session or object ids of a Create Object response. */
  readonly objectIds: readonly number[];
  readonly objects: readonly PlusObject[];
  /** Object qualifier of a request: whose part (1258), which relation (1259), which key (1260) is meant; nearly always zeros. */
  readonly qualifier: readonly Attribute[];
  /** Number of the protected message in its session, -1 where there is none. */
  readonly integrityId: number;
  /** Octets of the header that are reserved: behind the opcode and behind the function; 0 from all known senders. */
  readonly reserved: number;
  /** Numbers of the service whose meaning is not known, in their order. */
  readonly numbers: readonly number[];
  /** HMAC-SHA-256 of the message in hexadecimal, '' where there is none. */
  readonly digest: string;
  /** The trailer in hexadecimal where it does not repeat the version with two zeros. */
  readonly trailer?: string;
  /** Octets behind what is understood. */
  readonly unread: number;
}

interface Side {
  parts: Uint8Array[];
  octets: number;
  overflow: boolean;
}
export interface PlusState {
  readonly client: Side;
  readonly server: Side;
  /** TLS was agreed on: what follows is TLS records. */
  tls: boolean;
  saidTls: boolean;
  /** Paths of notified items, by subscription and number. */
  readonly paths: Map<number, string>;
}
const side = (): Side => ({ parts: [], octets: 0, overflow: false });
export const openPlus = (): PlusState => ({
  client: side(),
  server: side(),
  tls: false,
  saidTls: false,
  paths: new Map(),
});

const isTlsRecord = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= 5 &&
  b[o]! >= 0x14 &&
  b[o]! <= 0x17 &&
  b[o + 1] === 3 &&
  b[o + 2]! <= 4 &&
  u16be(b, o + 3) > 0 &&
  u16be(b, o + 3) <= 0x4200;

export const probePlus = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== PROTOCOL_ID) {
    // S7comm-plus of newer firmware is wrapped in TLS inside of COTP; nothing else on that port is.
    return isTlsRecord(b, start, end) && start + 5 + u16be(b, start + 3) <= end ? 'maybe' : 'no';
  }
  const version = b[start + 1]!;
  if (version === KEEP_ALIVE) return end - start === 4 ? 'maybe' : 'no';
  if (end - start < 5 || !((version >= 1 && version <= 3) || version === SYSTEM_EVENT)) return 'no';
  const stop = start + 4 + u16be(b, start + 2);
  if (stop === end) return 'maybe';
  if (stop + 4 !== end || b[stop] !== PROTOCOL_ID || b[stop + 1] !== version) return 'no';
  return 'sure';
};

const EMPTY: readonly never[] = [];
const base = (type: string, version: number): PlusMessage => ({
  type,
  version,
  opcode: -1,
  functionCode: -1,
  sequence: -1,
  sessionId: -1,
  flags: 0,
  isProtected: false,
  returnValue: 0n,
  objectId: -1,
  addresses: EMPTY,
  attributeIds: EMPTY,
  items: EMPTY,
  errors: EMPTY,
  objectIds: EMPTY,
  objects: EMPTY,
  qualifier: EMPTY,
  integrityId: -1,
  reserved: 0,
  numbers: EMPTY,
  digest: '',
  unread: 0,
});

const clear = (s: Side): void => {
  s.parts = [];
  s.octets = 0;
  s.overflow = false;
};

/** Codes: `s7comm-plus.length`, `s7comm-plus.too-long`, `s7comm-plus.header`. */
export const decodePlus = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: PlusState,
): Decoded<PlusMessage> => {
  const consumed = end - start;
  if (b[start] !== PROTOCOL_ID) {
    if (!state.tls && !isTlsRecord(b, start, end)) return { kind: 'foreign' };
    // One message says that it became blind; each record would say nothing more.
    if (state.saidTls) return { kind: 'skip', consumed };
    state.saidTls = true;
    state.tls = true;
    return { kind: 'message', message: base('TLS', 0), consumed };
  }
  if (consumed < 4) return { kind: 'malformed', code: 's7comm-plus.length', detail: `${consumed} octets`, consumed };
  const version = b[start + 1]!;
  if (version === KEEP_ALIVE) return { kind: 'message', message: base('Keep Alive', version), consumed };
  if (version === SYSTEM_EVENT) return { kind: 'message', message: base('System Event', version), consumed };
  if (version < 1 || version > 3) return { kind: 'foreign' };
  let from = start + 4;
  const stop = from + u16be(b, start + 2);
  if (stop > end)
    return {
      kind: 'malformed',
      code: 's7comm-plus.length',
      detail: `${stop - from} of ${end - from} octets`,
      consumed,
    };
  const isLast = end - stop >= 4 && b[stop] === PROTOCOL_ID;
  let digest = '';
  if (version === 3 && b[from] === DIGEST && stop - from > DIGEST) {
    digest = context.lean === true ? PROTECTED : hex(b, from + 1, from + 1 + DIGEST);
    from += 1 + DIGEST;
  }
  const own = context.toServer ? state.client : state.server;
  if (context.afterGap) clear(own);
  const trailer =
    isLast && (b[stop + 1] !== version || b[stop + 2] !== 0 || b[stop + 3] !== 0) ? hex(b, stop, stop + 4) : '';
  if (!isLast || own.octets > 0 || own.overflow) {
    if (own.overflow || own.octets + stop - from > MAX_JOINED) {
      const first = !own.overflow;
      clear(own);
      own.overflow = !isLast;
      if (!first) return { kind: 'skip', consumed };
      return { kind: 'malformed', code: 's7comm-plus.too-long', detail: `more than ${MAX_JOINED} octets`, consumed };
    }
    own.parts.push(b.slice(from, stop));
    own.octets += stop - from;
    if (!isLast) return { kind: 'skip', consumed };
    const joined = new Uint8Array(own.octets);
    let at = 0;
    for (const part of own.parts) {
      joined.set(part, at);
      at += part.length;
    }
    clear(own);
    return readPdu(joined, 0, joined.length, { version, digest, trailer, consumed }, context, state);
  }
  return readPdu(b, from, stop, { version, digest, trailer, consumed }, context, state);
};
/** Stands for a digest that nobody will read. */
const PROTECTED = 'protected';

const readPdu = (
  b: Uint8Array,
  from: number,
  stop: number,
  frame: { readonly version: number; readonly digest: string; readonly trailer: string; readonly consumed: number },
  context: PduContext,
  state: PlusState,
): Decoded<PlusMessage> => {
  const { version, digest, trailer, consumed } = frame;
  const opcode = b[from]!;
  if (opcode === OPCODE.NOTIFICATION) {
    if (stop - from < NOTIFICATION_HEAD) return short(stop - from, consumed);
    const m: Mutable = base('Notification', version);
    m.opcode = opcode;
    m.digest = digest;
    if (trailer !== '') m.trailer = trailer;
    m.objectId = u32be(b, from + 1);
    m.numbers = [u16be(b, from + 5), u16be(b, from + 7), u16be(b, from + 9)];
    const r = new Reader(b, from + NOTIFICATION_HEAD, stop);
    readNotification(r, m);
    readTail(r, m, context);
    return { kind: 'message', message: m, consumed };
  }
  const isRequest = opcode === OPCODE.REQUEST;
  if (!isRequest && opcode !== OPCODE.RESPONSE && opcode !== OPCODE.RESPONSE2)
    return { kind: 'malformed', code: 's7comm-plus.header', detail: `opcode ${opcode}`, consumed };
  // Opcode, reserved, function, reserved, sequence number; requests: session id; transport flags.
  const head = isRequest ? 14 : 10;
  if (stop - from < head) return short(stop - from, consumed);
  const functionCode = u16be(b, from + 3);
  const r = new Reader(b, from + head, stop);
  const m: Mutable = base(typeOf(opcode, functionCode), version);
  m.opcode = opcode;
  m.functionCode = functionCode;
  m.reserved = u16be(b, from + 1) * 65_536 + u16be(b, from + 5);
  m.sequence = u16be(b, from + 7);
  if (isRequest) m.sessionId = u32be(b, from + 9);
  m.flags = b[from + head - 1]!;
  m.digest = digest;
  if (trailer !== '') m.trailer = trailer;
  if (isRequest) readRequest(r, m);
  else readResponse(r, m);
  readTail(r, m, context);
  if (functionCode === F.INIT_SSL && !isRequest && m.returnValue === 0n) state.tls = true;
  return { kind: 'message', message: m, consumed };
};

const short = (n: number, consumed: number) =>
  ({ kind: 'malformed', code: 's7comm-plus.header', detail: `${n} octets`, consumed }) as const;

/** Class of the attributes that say which part of an object a request means. */
const OBJECT_QUALIFIER = 1256;
/** What a message ends with when nothing is protected: a few zeros. */
const MAX_ZEROS = 12;

/**
 * What stands behind the parameters of a service: of requests the object qualifier; of protected messages the number of the
 * message and (version 2) its digest; of others zeros.
 */
const readTail = (r: Reader, m: Mutable, context: PduContext): void => {
  if (!r.failed) {
    if (r.o + 4 <= r.end && u32be(r.b, r.o) === OBJECT_QUALIFIER) {
      r.o += 4;
      const parts: Attribute[] = [];
      for (let id = r.vlq(); id !== 0 && !r.failed && parts.length < MAX_IDS; id = r.vlq())
        parts.push({ id, value: readValue(r, id) });
      m.qualifier = parts;
    }
    const isLastDigest = m.version === 2 && r.end - r.o > DIGEST && r.b[r.end - DIGEST - 1] === DIGEST;
    const end = isLastDigest ? r.end - DIGEST - 1 : r.end;
    if ((isLastDigest || m.digest !== '') && r.o < end) {
      // Some services have numbers of their own before it, whose meaning is not known.
      for (let n = 0; n < MAX_ZEROS && r.o < end && !r.failed; n++) {
        if (n > 0) more(m, m.integrityId);
        m.integrityId = r.vlq();
      }
    }
    if (isLastDigest && r.o === end) {
      m.digest = context.lean === true ? PROTECTED : hex(r.b, end + 1, r.end);
      r.o = r.end;
    }
    let zeros = r.o;
    while (zeros < r.end && r.b[zeros] === 0) zeros++;
    if (zeros === r.end && zeros - r.o <= MAX_ZEROS) r.o = r.end;
  }
  m.isProtected = m.digest !== '';
  m.unread = Math.max(0, r.end - r.o);
};

/** A number whose meaning is not known. */
const more = (m: Mutable, ...numbers: readonly number[]): void => {
  m.numbers = [...m.numbers, ...numbers];
};

type Mutable = { -readonly [K in keyof PlusMessage]: PlusMessage[K] };

/** Opcode, subscription, six octets whose meaning is not known. */
const NOTIFICATION_HEAD = 11;
/** How an item of a notification begins: its reference of 4 octets or of variable length, then its value; or an error. */
const ITEM = 0x92;
const ITEM_VLQ = 0x9b;
const ITEM_ERROR = 0x13;
const ITEM_ERROR_OLD = 0x03;

/** A tick of the credit that the subscriber gave, on newer controllers a running number, and the changed items. */
const readNotification = (r: Reader, m: Mutable): void => {
  m.sequence = r.u8();
  // Older controllers have no running number: there 1 and an item (or the end) follow at once.
  const next = r.o + 1 < r.end ? r.b[r.o + 1]! : 0;
  if (r.b[r.o] !== 1 || (next !== 0 && next !== ITEM && next !== ITEM_VLQ && next !== ITEM_ERROR)) more(m, r.vlq());
  more(m, r.u8());
  const items: PlusItem[] = [];
  const errors: PlusError[] = [];
  while (!r.failed && r.o < r.end && items.length < MAX_ITEMS) {
    const kind = r.b[r.o]!;
    if (kind === ITEM || kind === ITEM_VLQ) {
      r.o++;
      const number = kind === ITEM ? r.u32() : r.vlq();
      items.push({ number, value: readValue(r, 0) });
    } else if (kind === ITEM_ERROR || kind === ITEM_ERROR_OLD) {
      r.o++;
      errors.push({ number: r.u32(), returnValue: -1n });
    } else {
      if (kind === 0) r.o++;
      break;
    }
  }
  m.items = items;
  m.errors = errors;
};

/** Addresses as Get and Set Multi Variables carry them. */
const readAddresses = (r: Reader, count: number): PlusAddress[] => {
  const out: PlusAddress[] = [];
  for (let i = 0; i < count && i < MAX_ITEMS && !r.failed; i++) {
    const symbolCrc = r.vlq();
    const area = r.vlq();
    const n = r.vlq();
    const subArea = r.vlq();
    const ids: number[] = [];
    for (let k = 1; k < n && k < MAX_IDS && !r.failed; k++) ids.push(r.vlq());
    if (!r.failed) out.push({ symbolCrc, area, subArea, ids });
  }
  return out;
};
/** Values with their item numbers, ended by item number 0. */
const readItems = (r: Reader, secretOf: readonly number[]): PlusItem[] => {
  const out: PlusItem[] = [];
  while (!r.failed && out.length < MAX_ITEMS) {
    const number = r.vlq();
    if (number === 0 || r.failed) break;
    const value = readValue(r, secretOf[number - 1] ?? 0);
    out.push({ number, value });
  }
  return out;
};
const readErrors = (r: Reader): PlusError[] => {
  const out: PlusError[] = [];
  while (!r.failed && out.length < MAX_ITEMS) {
    const number = r.vlq();
    if (number === 0 || r.failed) break;
    out.push({ number, returnValue: r.vlq64() });
  }
  return out;
};
const readIds = (r: Reader, count: number): number[] => {
  const out: number[] = [];
  for (let i = 0; i < count && i < MAX_ITEMS && !r.failed; i++) out.push(r.vlq());
  return out;
};

const readRequest = (r: Reader, m: Mutable): void => {
  switch (m.functionCode) {
    case F.CREATE_OBJECT: {
      m.objectId = r.u32();
      m.items = [{ number: 0, value: readValue(r, 0) }];
      more(m, r.u32());
      // Newer versions put the number of the integrity part here; it is below any tag.
      while (!r.failed && r.o < r.end && r.b[r.o] !== TAG.START && r.b[r.o]! !== 0) more(m, r.vlq());
      if (r.u8() === TAG.START && !r.failed) m.objects = [readObject(r)];
      return;
    }
    case F.GET_MULTI: {
      m.objectId = r.u32();
      const count = r.vlq();
      const fields = r.vlq();
      if (m.objectId === 0) m.addresses = readAddresses(r, count);
      else m.attributeIds = readIds(r, fields);
      return;
    }
    case F.SET_MULTI: {
      m.objectId = r.u32();
      const count = r.vlq();
      const fields = r.vlq();
      if (m.objectId === 0) m.addresses = readAddresses(r, count);
      else m.attributeIds = readIds(r, fields);
      m.items = readItems(r, m.attributeIds);
      return;
    }
    case F.SET_VARIABLE: {
      m.objectId = r.u32();
      const count = r.vlq();
      m.attributeIds = readIds(r, count);
      const values: PlusItem[] = [];
      for (let i = 0; i < m.attributeIds.length && !r.failed; i++)
        values.push({ number: i + 1, value: readValue(r, m.attributeIds[i]!) });
      m.items = values;
      return;
    }
    case F.GET_VARIABLE:
    case F.GET_SUBSTREAMED:
    case F.SET_SUBSTREAMED:
      m.objectId = r.u32();
      if (m.functionCode === F.GET_SUBSTREAMED) {
        // A number list of ids stands in an address array of UDInt.
        const value = readValue(r, 0);
        m.attributeIds = String(value.value)
          .split(', ')
          .map(Number)
          .filter((x) => Number.isInteger(x) && x > 0);
      } else m.attributeIds = readIds(r, r.vlq());
      return;
    case F.DELETE_OBJECT:
      m.objectId = r.u32();
      more(m, r.u8());
      return;
    case F.EXPLORE: {
      m.objectId = r.u32();
      // Number of the request, then flags: objects within, not known, objects around.
      more(m, r.vlq(), r.u8(), r.u8(), r.u8());
      // No filter, and the attributes asked for: another form is left unread.
      const o = r.o;
      if (r.u8() === 0) m.attributeIds = readIds(r, r.vlq());
      if (r.failed || (r.o < r.end && r.b[r.o] !== 0)) r.o = o;
      return;
    }
    case F.INVOKE:
    case F.BEGIN_SEQUENCE:
    case F.END_SEQUENCE:
    case F.GET_LINK:
      m.objectId = r.u32();
      return;
    default:
  }
};

const readResponse = (r: Reader, m: Mutable): void => {
  m.returnValue = r.vlq64();
  switch (m.functionCode) {
    case F.CREATE_OBJECT:
      m.objectIds = readIds(r, r.u8());
      if (r.o < r.end && r.b[r.o] === TAG.START) {
        r.u8();
        m.objects = [readObject(r)];
      }
      return;
    case F.GET_MULTI:
      m.items = readItems(r, EMPTY);
      m.errors = readErrors(r);
      return;
    case F.SET_MULTI:
      m.errors = readErrors(r);
      return;
    case F.DELETE_OBJECT:
      m.objectId = r.u32();
      return;
    case F.EXPLORE: {
      m.objectId = r.u32();
      // Protected: the number of the message stands before the objects, which begin with a tag.
      if (r.o < r.end && r.b[r.o] !== TAG.START && r.b[r.o] !== 0) m.integrityId = r.vlq();
      const objects: PlusObject[] = [];
      while (!r.failed && r.o < r.end && r.b[r.o] === TAG.START) {
        r.o++;
        objects.push(readObject(r));
      }
      m.objects = objects;
      return;
    }
    case F.GET_SUBSTREAMED:
      more(m, r.u8());
      if (!isRefused(m.returnValue)) m.items = [{ number: 1, value: readValue(r, 0) }];
      return;
    default:
  }
};

/** Error code of a return value: its lower 16 bits, signed; negative codes are errors. */
export const errorCode = (returnValue: bigint): number => (Number(returnValue & 0xffffn) << 16) >> 16;
export const isRefused = (returnValue: bigint): boolean => errorCode(returnValue) < 0;

/** The first attribute with this id in an object or those within. */
export const findAttribute = (o: PlusObject, id: number): PlusValue | undefined => {
  for (const a of o.attributes) {
    if (a.id === id) return a.value;
    const inner = memberOf(a, id);
    if (inner !== undefined) return inner;
  }
  for (const x of o.objects) {
    const found = findAttribute(x, id);
    if (found !== undefined) return found;
  }
  return undefined;
};
const memberOf = (a: Attribute, id: number): PlusValue | undefined => a.value.members?.find((m) => m.id === id)?.value;
