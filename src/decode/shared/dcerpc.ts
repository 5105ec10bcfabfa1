/**
 * DCE/RPC headers: connectionless (version 4, PROFINET and old NT services over UDP) and connection-oriented (version 5,
 * MSRPC and OPC Classic over TCP and SMB pipes). Source: The Open Group C706, chapter 12 (RPC PDU encodings), 14.1 (NDR
 * format label) and appendix A (UUID). Only headers: what a call means is its interface's matter.
 */
import { hex, i32be, u16be, u16le, u32be, u32le } from '../../lib/bytes.ts';

/** Octets of a connectionless header (12.5.1). */
export const CL_HEADER = 80;
/** Octets of the header that all connection-oriented PDUs share (12.6.3.1). */
export const CO_HEADER = 16;

/** PDU types (12.1); 0..10 connectionless, 0..19 connection-oriented. */
export const PTYPE = {
  REQUEST: 0,
  PING: 1,
  RESPONSE: 2,
  FAULT: 3,
  WORKING: 4,
  NOCALL: 5,
  REJECT: 6,
  ACK: 7,
  CL_CANCEL: 8,
  FACK: 9,
  CANCEL_ACK: 10,
  BIND: 11,
  BIND_ACK: 12,
  BIND_NAK: 13,
  ALTER_CONTEXT: 14,
  ALTER_CONTEXT_RESP: 15,
  AUTH3: 16,
  SHUTDOWN: 17,
  CO_CANCEL: 18,
  ORPHANED: 19,
} as const;

/** First flags of connectionless PDUs (12.5.1, table 12-2). */
export const CL_FLAG = { LAST: 0x02, FRAGMENT: 0x04, NO_FACK: 0x08, MAYBE: 0x10, IDEMPOTENT: 0x20, BROADCAST: 0x40 };
/** Flags of connection-oriented PDUs (12.6.3.1): first and last fragment, object UUID present. */
export const CO_FLAG = { FIRST: 0x01, LAST: 0x02, OBJECT: 0x80 } as const;

/** Status codes of Fault and Reject PDUs (appendix E), as far as they name a reason. */
const STATUS: Readonly<Record<number, string>> = {
  1: 'no further information',
  5: 'access denied',
  1783: 'bad stub data',
  469762049: 'integer divided by zero',
  469762050: 'address error',
  469762056: 'unspecified fault',
  469762057: 'tag mismatch',
  469762059: 'invalid bound',
  469762061: 'cancelled',
  469762065: 'out of memory',
  469762068: 'context mismatch',
  469827585: 'communication failure',
  469827586: 'operation out of range',
  469827587: 'unknown interface',
  469827590: 'wrong boot time',
  469827593: 'you crashed',
  469827595: 'protocol error',
  469827603: 'output arguments too big',
  469827604: 'server too busy',
  469827607: 'unsupported type',
};
/** `server too busy (0x1c010014)`. */
export const rpcStatusText = (status: number): string =>
  `${STATUS[status] ?? 'status'} (0x${status.toString(16).padStart(8, '0')})`;

export const u16of = (b: Uint8Array, o: number, little: boolean): number => (little ? u16le(b, o) : u16be(b, o));
export const u32of = (b: Uint8Array, o: number, little: boolean): number => (little ? u32le(b, o) : u32be(b, o));

/** UUIDs whose text is remembered, by a hash of their octets: a connection repeats the same three in every PDU. */
const UUID_SLOTS = 256;
const uuidWords = new Int32Array(UUID_SLOTS * 4);
const uuidTexts: string[] = new Array<string>(UUID_SLOTS).fill('');
const uuidOrders = new Uint8Array(UUID_SLOTS);

/** A UUID of 16 octets in the order of the format label, as text `dea00001-6c97-11d1-8271-00a02442df7d`. */
export const uuidText = (b: Uint8Array, o: number, little: boolean): string => {
  const w0 = i32be(b, o);
  const w1 = i32be(b, o + 4);
  const w2 = i32be(b, o + 8);
  const w3 = i32be(b, o + 12);
  const order = little ? 2 : 1;
  const h = Math.imul(w0 ^ Math.imul(w1, 0x85ebca6b) ^ Math.imul(w2, 0xc2b2ae35) ^ w3, 0x9e3779b1) >>> 24;
  const at = h * 4;
  if (
    uuidOrders[h] === order &&
    uuidWords[at] === w0 &&
    uuidWords[at + 1] === w1 &&
    uuidWords[at + 2] === w2 &&
    uuidWords[at + 3] === w3
  )
    return uuidTexts[h]!;
  const first = u32of(b, o, little).toString(16).padStart(8, '0');
  const second = u16of(b, o + 4, little)
    .toString(16)
    .padStart(4, '0');
  const third = u16of(b, o + 6, little)
    .toString(16)
    .padStart(4, '0');
  const text = `${first}-${second}-${third}-${hex(b, o + 8, o + 10)}-${hex(b, o + 10, o + 16)}`;
  uuidWords[at] = w0;
  uuidWords[at + 1] = w1;
  uuidWords[at + 2] = w2;
  uuidWords[at + 3] = w3;
  uuidOrders[h] = order;
  uuidTexts[h] = text;
  return text;
};

/** The format label is one that exists: order and character set in the first octet, floating point in the second. */
export const isFormatLabel = (b: Uint8Array, o: number): boolean =>
  (b[o]! & 0xee) === 0 && b[o + 1]! <= 3 && b[o + 2] === 0;

/** A connectionless header, field by field. */
export interface ClHeader {
  readonly packetType: number;
  readonly flags1: number;
  readonly flags2: number;
  /** Data representation: true where integers are little-endian. */
  readonly little: boolean;
  /** 0 ASCII, 1 EBCDIC. */
  readonly characters: number;
  /** 0 IEEE, 1 VAX, 2 Cray, 3 IBM. */
  readonly floats: number;
  readonly serialHigh: number;
  readonly object: string;
  readonly interface: string;
  readonly activity: string;
  readonly serverBoot: number;
  readonly interfaceMajor: number;
  readonly interfaceMinor: number;
  readonly sequence: number;
  readonly opnum: number;
  readonly interfaceHint: number;
  readonly activityHint: number;
  /** Octets behind the header. */
  readonly bodyLength: number;
  readonly fragment: number;
  readonly authentication: number;
  readonly serialLow: number;
}

/** Reads a connectionless header of which all CL_HEADER octets are there. */
export const readClHeader = (b: Uint8Array, o: number): ClHeader => {
  const little = (b[o + 4]! & 0x10) !== 0;
  const version = u32of(b, o + 60, little);
  return {
    packetType: b[o + 1]! & 0x1f,
    flags1: b[o + 2]!,
    flags2: b[o + 3]!,
    little,
    characters: b[o + 4]! & 0x0f,
    floats: b[o + 5]!,
    serialHigh: b[o + 7]!,
    object: uuidText(b, o + 8, little),
    interface: uuidText(b, o + 24, little),
    activity: uuidText(b, o + 40, little),
    serverBoot: u32of(b, o + 56, little),
    interfaceMajor: version & 0xffff,
    interfaceMinor: version >>> 16,
    sequence: u32of(b, o + 64, little),
    opnum: u16of(b, o + 68, little),
    interfaceHint: u16of(b, o + 70, little),
    activityHint: u16of(b, o + 72, little),
    bodyLength: u16of(b, o + 74, little),
    fragment: u16of(b, o + 76, little),
    authentication: b[o + 78]!,
    serialLow: b[o + 79]!,
  };
};

/** The body of a Fragment Acknowledgement (12.5.3.4). */
export interface FackBody {
  readonly version: number;
  /** Kilobytes the receiver takes. */
  readonly windowSize: number;
  readonly maxTsdu: number;
  readonly maxFragmentSize: number;
  readonly serial: number;
  /** 32-bit masks of fragments received out of order. */
  readonly selectiveAcks: readonly number[];
}
/** Selective masks kept of one acknowledgement; more are dropped. */
const MAX_SELECTIVE = 64;

/** Undefined when the body is shorter than its fixed part: it is optional. */
export const readFack = (b: Uint8Array, o: number, end: number, little: boolean): FackBody | undefined => {
  if (end - o < 16) return undefined;
  const count = Math.min(u16of(b, o + 14, little), MAX_SELECTIVE, (end - o - 16) >> 2);
  const selectiveAcks: number[] = [];
  for (let i = 0; i < count; i++) selectiveAcks.push(u32of(b, o + 16 + 4 * i, little));
  return {
    version: b[o]!,
    windowSize: u16of(b, o + 2, little),
    maxTsdu: u32of(b, o + 4, little),
    maxFragmentSize: u32of(b, o + 8, little),
    serial: u16of(b, o + 12, little),
    selectiveAcks,
  };
};

/** The header of a connection-oriented PDU. */
export interface CoHeader {
  readonly minor: number;
  readonly packetType: number;
  readonly flags: number;
  readonly little: boolean;
  /** Whole PDU with header and authentication trailer. */
  readonly fragmentLength: number;
  readonly authenticationLength: number;
  readonly callId: number;
}

/** Is there a connection-oriented header at `o`? Needs 9 octets: version 5, a type and a format label that exist. */
export const isCoHeader = (b: Uint8Array, o: number): boolean =>
  b[o] === 5 && b[o + 1]! <= 1 && b[o + 2]! <= PTYPE.ORPHANED && isFormatLabel(b, o + 4) && b[o + 7] === 0;

/** Reads a connection-oriented header of which all CO_HEADER octets are there. */
export const readCoHeader = (b: Uint8Array, o: number): CoHeader => {
  const little = (b[o + 4]! & 0x10) !== 0;
  return {
    minor: b[o + 1]!,
    packetType: b[o + 2]!,
    flags: b[o + 3]!,
    little,
    fragmentLength: u16of(b, o + 8, little),
    authenticationLength: u16of(b, o + 10, little),
    callId: u32of(b, o + 12, little),
  };
};

/** One presentation context of Bind and Alter Context (12.6.3.1). */
export interface CoContext {
  readonly id: number;
  readonly interface: string;
  readonly interfaceVersion: number;
  /** First transfer syntax offered. */
  readonly transfer: string;
}
/** Contexts read of one Bind; more are dropped. */
const MAX_CONTEXTS = 32;

/** The contexts of a Bind or Alter Context PDU at `o` (its header); stops where they run out of the PDU. */
export const readBindContexts = (b: Uint8Array, o: number, end: number, little: boolean): CoContext[] => {
  const out: CoContext[] = [];
  if (end - o < CO_HEADER + 12) return out;
  const count = Math.min(b[o + 24]!, MAX_CONTEXTS);
  let at = o + 28;
  for (let i = 0; i < count && at + 24 <= end; i++) {
    const transfers = b[at + 2]!;
    const next = at + 24 + 20 * transfers;
    if (next > end) break;
    out.push({
      id: u16of(b, at, little),
      interface: uuidText(b, at + 4, little),
      interfaceVersion: u32of(b, at + 20, little),
      transfer: transfers > 0 ? uuidText(b, at + 24, little) : '',
    });
    at = next;
  }
  return out;
};

/** What a connection-oriented Request says behind its header: context, operation, object (when flagged), where the stub starts. */
export interface CoRequest {
  readonly contextId: number;
  readonly opnum: number;
  readonly object: string;
  readonly stub: number;
}
/** Undefined when the PDU is shorter than its fixed part. */
export const readCoRequest = (b: Uint8Array, o: number, end: number, header: CoHeader): CoRequest | undefined => {
  if (end - o < CO_HEADER + 8) return undefined;
  const hasObject = (header.flags & CO_FLAG.OBJECT) !== 0;
  if (hasObject && end - o < CO_HEADER + 24) return undefined;
  return {
    contextId: u16of(b, o + 20, header.little),
    opnum: u16of(b, o + 22, header.little),
    object: hasObject ? uuidText(b, o + 24, header.little) : '',
    stub: o + CO_HEADER + (hasObject ? 24 : 8),
  };
};
