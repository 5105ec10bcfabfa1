/**
 * Ethernet POWERLINK frames: octets to messages. Source: EPSG DS 301 V1.3 sections 4.6 (frames), 6.3 (SDO), 6.5 (errors of
 * nodes), 7.3 (NMT services). All numbers are little-endian, IP addresses
 * too, which are UNSIGNED32 as any other.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32le, paddedAscii, u16le, u32le, u64le } from '../../lib/bytes.ts';

export const ETHERTYPE = 0x88ab;
/** Octets of SDO data kept. */
const MAX_DATA = 64;
/** Entries of a node's error history that are read; a StatusResponse of an Ethernet frame has room for 74. */
const MAX_ERRORS = 74;

const TYPES = {
  1: 'POWERLINK SoC',
  3: 'POWERLINK PReq',
  4: 'POWERLINK PRes',
  5: 'POWERLINK SoA',
  6: 'POWERLINK ASnd',
  7: 'POWERLINK AMNI',
  13: 'POWERLINK AInv',
} as const;
export const FRAME = { SOC: 1, PREQ: 3, PRES: 4, SOA: 5, ASND: 6 } as const;
export const SERVICE = { IDENT: 1, STATUS: 2, NMT_REQUEST: 3, NMT_COMMAND: 4, SDO: 5 } as const;

/** What a node says of itself (7.3.3.2.1). */
export interface Ident {
  readonly version: number;
  /** Bits of D_NMT feature flags. */
  readonly features: number;
  readonly mtu: number;
  readonly pollInSize: number;
  readonly pollOutSize: number;
  /** Nanoseconds. */
  readonly responseTimeNs: number;
  /** Device profile in the low half (401 I/O, 402 drives), more about it in the high one. */
  readonly deviceType: number;
  readonly vendorId: number;
  readonly productCode: number;
  readonly revision: number;
  readonly serial: number;
  /** Date and time of the configuration and of the application's software, as the object dictionary has them: days and milliseconds. */
  readonly configurationDate: number;
  readonly configurationTime: number;
  readonly softwareDate: number;
  readonly softwareTime: number;
  readonly ip: string;
  readonly netmask: string;
  readonly gateway: string;
  readonly hostName: string;
}
/** One entry of the error history in a StatusResponse (6.5.8.2). */
export interface NodeError {
  /** Mode, profile and where it is kept. */
  readonly type: number;
  readonly code: number;
}
export interface Sdo {
  /** Sequence layer (6.3.2.3.2): the numbers, and the state of the connection 0 none, 1 initialising, 2 valid, 3 acknowledge asked for or error. */
  readonly receiveSequence: number;
  readonly receiveState: number;
  readonly sendSequence: number;
  readonly sendState: number;
  readonly transaction: number;
  readonly isResponse: boolean;
  readonly isAbort: boolean;
  /** 0 all in one, 1 the first of several, 2 one between, 3 the last. */
  readonly segmentation: number;
  /** 1 write by index, 2 read by index; others are named by number; 0 none. */
  readonly command: number;
  readonly segmentSize: number;
  /** -1 where the command has none. */
  readonly index: number;
  readonly subindex: number;
  readonly data: Uint8Array;
  /** Octets of data, as announced or present. */
  readonly size: number;
  readonly abortCode: number;
}
export interface PowerlinkMessage extends Message {
  readonly type: (typeof TYPES)[keyof typeof TYPES] | 'POWERLINK frame';
  /** Message type without its reserved bit. */
  readonly kind: number;
  readonly destination: number;
  readonly source: number;
  /** NMT state of the sender; -1 where the frame has none. */
  readonly state: number;
  /** Of ASnd; of SoA the requested one; -1 elsewhere. */
  readonly service: number;
  /** The octet of flags of the frame, and the next with link states, priority and requests to send; -1 where there is none. */
  readonly flags: number;
  readonly requests: number;
  /** Whom the SoA invites to speak, or whom an NMT request is about; -1 elsewhere. */
  readonly target: number;
  /** Version of the process data's mapping (PReq, PRes), of the protocol (SoA); -1 elsewhere. */
  readonly version: number;
  /** Octets of process data; -1 elsewhere. */
  readonly size: number;
  /** SoC: time of the network in seconds and nanoseconds, microseconds since it began; -1 elsewhere. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly relativeUs: number;
  readonly ident: Ident | undefined;
  readonly errors: readonly NodeError[];
  /** Of an NMT command, or what an NMT request asks for; -1 elsewhere. */
  readonly nmtCommand: number;
  readonly sdo: Sdo | undefined;
}

const NO_ERRORS: readonly NodeError[] = [];
const IDENT_OCTETS = 110;
const readIdent = (b: Uint8Array, p: number): Ident => ({
  version: b[p + 4]!,
  features: u32le(b, p + 6),
  mtu: u16le(b, p + 10),
  pollInSize: u16le(b, p + 12),
  pollOutSize: u16le(b, p + 14),
  responseTimeNs: u32le(b, p + 16),
  deviceType: u32le(b, p + 22),
  vendorId: u32le(b, p + 26),
  productCode: u32le(b, p + 30),
  revision: u32le(b, p + 34),
  serial: u32le(b, p + 38),
  configurationDate: u32le(b, p + 50),
  configurationTime: u32le(b, p + 54),
  softwareDate: u32le(b, p + 58),
  softwareTime: u32le(b, p + 62),
  ip: ipv4Text(i32le(b, p + 66)),
  netmask: ipv4Text(i32le(b, p + 70)),
  gateway: ipv4Text(i32le(b, p + 74)),
  hostName: paddedAscii(b, p + 78, p + 110),
});

/** Entries of 20 octets after flags, state and 8 octets of static errors; one of mode 0 ends them. */
const readErrors = (b: Uint8Array, p: number, end: number): readonly NodeError[] => {
  const errors: NodeError[] = [];
  for (let o = p + 14; o + 20 <= end && errors.length < MAX_ERRORS; o += 20) {
    const type = u16le(b, o);
    if ((type & 0xf000) === 0) break;
    errors.push({ type, code: u16le(b, o + 2) });
  }
  return errors;
};

/** Sequence layer of 4 octets, command layer of 8, perhaps the size of all segments, then index and data. */
const readSdo = (b: Uint8Array, p: number, end: number): Sdo | undefined => {
  const c = p + 4;
  if (c > end) return undefined;
  const sdo = {
    receiveSequence: b[p]! >> 2,
    receiveState: b[p]! & 3,
    sendSequence: b[p + 1]! >> 2,
    sendState: b[p + 1]! & 3,
    transaction: 0,
    isResponse: false,
    isAbort: false,
    segmentation: 0,
    command: 0,
    segmentSize: 0,
    index: -1,
    subindex: -1,
    data: new Uint8Array(0),
    size: 0,
    abortCode: 0,
  };
  // Opening, closing and acknowledging a connection take no command.
  if (c + 8 > end || b[c + 3] === 0) return sdo;
  const flags = b[c + 2]!;
  sdo.transaction = b[c + 1]!;
  sdo.isResponse = (flags & 0x80) !== 0;
  sdo.isAbort = (flags & 0x40) !== 0;
  sdo.segmentation = (flags >> 4) & 3;
  sdo.command = b[c + 3]!;
  sdo.segmentSize = u16le(b, c + 4);
  let o = c + 8;
  const stop = Math.min(end, o + sdo.segmentSize);
  if (sdo.isAbort) {
    sdo.abortCode = o + 4 <= stop ? u32le(b, o) : 0;
    return sdo;
  }
  sdo.size = -1;
  // The first of several says how many octets come.
  if (sdo.segmentation === 1 && o + 4 <= stop) {
    sdo.size = u32le(b, o);
    o += 4;
  }
  const hasIndex = !sdo.isResponse && (sdo.command === 1 || sdo.command === 2) && sdo.segmentation <= 1;
  if (hasIndex && o + 4 <= stop) {
    sdo.index = u16le(b, o);
    sdo.subindex = b[o + 2]!;
    o += 4;
  }
  sdo.data = b.slice(o, Math.min(stop, o + MAX_DATA));
  if (sdo.size < 0) sdo.size = Math.max(0, stop - o);
  return sdo;
};

/** Undefined when the frame is shorter than its type demands. */
export const readPowerlink = (b: Uint8Array, o: number, end: number): PowerlinkMessage | undefined => {
  const octets = end - o;
  if (octets < 4) return undefined;
  const kind = b[o]! & 0x7f;
  const m = {
    type: TYPES[kind as keyof typeof TYPES] ?? ('POWERLINK frame' as const),
    kind,
    destination: b[o + 1]!,
    source: b[o + 2]!,
    state: -1,
    service: -1,
    flags: -1,
    requests: -1,
    target: -1,
    version: -1,
    size: -1,
    seconds: -1,
    nanoseconds: -1,
    relativeUs: -1,
    ident: undefined as Ident | undefined,
    errors: NO_ERRORS,
    nmtCommand: -1,
    sdo: undefined as Sdo | undefined,
  };
  switch (kind) {
    case FRAME.SOC:
      if (octets < 6) return m;
      m.flags = b[o + 4]!;
      if (octets < 22) return m;
      m.seconds = u32le(b, o + 6);
      m.nanoseconds = u32le(b, o + 10);
      m.relativeUs = Number(u64le(b, o + 14));
      return m;
    case FRAME.PREQ:
    case FRAME.PRES:
      if (octets < 10) return undefined;
      if (kind === FRAME.PRES) m.state = b[o + 3]!;
      m.flags = b[o + 4]!;
      m.requests = b[o + 5]!;
      m.version = b[o + 6]!;
      m.size = u16le(b, o + 8);
      return m;
    case FRAME.SOA:
      if (octets < 9) return undefined;
      m.state = b[o + 3]!;
      m.flags = b[o + 4]!;
      m.service = b[o + 6]!;
      m.target = b[o + 7]!;
      m.version = b[o + 8]!;
      return m;
    case FRAME.ASND:
      readAsnd(b, o + 3, end, m);
      return m;
    default:
      return m;
  }
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The service at `o` and what it holds (4.6.1.2.5, 7.3). */
const readAsnd = (b: Uint8Array, o: number, end: number, m: Writable<PowerlinkMessage>): void => {
  const p = o + 1;
  m.service = b[o]!;
  switch (m.service) {
    case SERVICE.IDENT:
    case SERVICE.STATUS:
      if (p + 3 > end) return;
      m.flags = b[p]!;
      m.requests = b[p + 1]!;
      m.state = b[p + 2]!;
      if (m.service === SERVICE.STATUS) m.errors = readErrors(b, p, end);
      else if (p + IDENT_OCTETS <= end) m.ident = readIdent(b, p);
      return;
    case SERVICE.NMT_REQUEST:
      if (p + 2 > end) return;
      m.nmtCommand = b[p]!;
      m.target = b[p + 1]!;
      return;
    case SERVICE.NMT_COMMAND:
      if (p + 1 <= end) m.nmtCommand = b[p]!;
      return;
    case SERVICE.SDO:
      m.sdo = readSdo(b, p, end);
  }
};
