/**
 * PTP messages: octets <-> message. Source: IEEE 1588-2008 and IEEE 1588-2019 clauses 13 (messages) and 14, 15 (TLVs,
 * management); IEEE 1588-2002 annex D for version 1, of which the header and the grandmaster are read.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, hex, i32be, u16be, u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { type ClockDescription, type Management, readManagement } from './management.ts';

export const PTP_TYPE = 0x88f7;
export const PTP_PORTS = [319, 320];
/** Common header (13.3). */
export const HEADER = 34;
/** Header of version 1. */
const HEADER_V1 = 40;
/** TLVs of one message that are read. */
const MAX_TLVS = 32;

export const TYPE = {
  SYNC: 0,
  DELAY_REQ: 1,
  PDELAY_REQ: 2,
  PDELAY_RESP: 3,
  FOLLOW_UP: 8,
  DELAY_RESP: 9,
  PDELAY_RESP_FOLLOW_UP: 10,
  ANNOUNCE: 11,
  SIGNALING: 12,
  MANAGEMENT: 13,
} as const;
const NAMES: readonly string[] = [
  'Sync',
  'Delay_Req',
  'Pdelay_Req',
  'Pdelay_Resp',
  '',
  '',
  '',
  '',
  'Follow_Up',
  'Delay_Resp',
  'Pdelay_Resp_Follow_Up',
  'Announce',
  'Signaling',
  'Management',
];
/** Octets of the body behind the header (13.4 to 13.12). */
const BODY: readonly number[] = [10, 10, 20, 20, 0, 0, 0, 0, 10, 20, 20, 30, 10, 14];
/** Version 1 tells its messages apart by the control field (1588-2002 D.1.12). */
const NAMES_V1 = ['Sync', 'Delay_Req', 'Follow_Up', 'Delay_Resp', 'Management'] as const;

/** tlvType (14.1.1). */
export const TLV = {
  MANAGEMENT: 1,
  MANAGEMENT_ERROR_STATUS: 2,
  ORGANIZATION_EXTENSION: 3,
  REQUEST_UNICAST: 4,
  GRANT_UNICAST: 5,
  CANCEL_UNICAST: 6,
  ACKNOWLEDGE_CANCEL: 7,
  PATH_TRACE: 8,
} as const;

export interface PtpTlv {
  readonly tlvType: number;
  readonly length: number;
  /** Octets as hexadecimal, at most 64 of them. */
  readonly value: string;
}

export interface PtpMessage {
  /** `Sync`, `Announce`, ... */
  readonly type: string;
  readonly messageType: number;
  /** 1, 2; minor version 1 for 2.1. */
  readonly versionPTP: number;
  readonly minorVersionPTP: number;
  readonly majorSdoId: number;
  readonly minorSdoId: number;
  readonly messageLength: number;
  readonly domainNumber: number;
  /** Version 1: subdomain name. */
  readonly subdomain: string;
  readonly flagField: number;
  /** correctionField: whole nanoseconds, and 2^-16 ns. */
  readonly correctionNs: number;
  readonly correctionSubNs: number;
  readonly messageTypeSpecific: number;
  /** EUI-64 (version 1: 48 bits) as hexadecimal. */
  readonly clockIdentity: string;
  readonly portNumber: number;
  readonly sequenceId: number;
  readonly controlField: number;
  readonly logMessageInterval: number;
  /** The message's timestamp: 48 bits of seconds, nanoseconds; -1 where there is none. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** requestingPortIdentity or targetPortIdentity; '' and -1 elsewhere. */
  readonly otherIdentity: string;
  readonly otherPort: number;
  readonly announce: PtpAnnounce | undefined;
  readonly management: Management | undefined;
  readonly tlvs: readonly PtpTlv[];
}

export interface PtpAnnounce {
  readonly currentUtcOffset: number;
  readonly grandmasterPriority1: number;
  readonly grandmasterClockClass: number;
  readonly grandmasterClockAccuracy: number;
  readonly grandmasterVariance: number;
  readonly grandmasterPriority2: number;
  readonly grandmasterIdentity: string;
  readonly stepsRemoved: number;
  readonly timeSource: number;
}
export type { ClockDescription, Management };

const NO_TLVS: readonly PtpTlv[] = [];
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const isVersion1 = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= HEADER_V1 &&
  u16be(b, start) === 1 &&
  u16be(b, start + 2) === 1 &&
  (b[start + 20] === 1 || b[start + 20] === 2) &&
  b[start + 32]! < NAMES_V1.length;

const isVersion2 = (b: Uint8Array, start: number, end: number): boolean => {
  if (end - start < HEADER || (b[start + 1]! & 15) !== 2) return false;
  const messageType = b[start]! & 15;
  const length = u16be(b, start + 2);
  return (BODY[messageType] ?? 0) > 0 && length >= HEADER && length <= end - start;
};

/** The type on Ethernet, the port on UDP say that it is PTP: the content must only agree. */
export const probePtp = (b: Uint8Array, start: number, end: number, ethernet: boolean): Probe => {
  if (!isVersion2(b, start, end) && !isVersion1(b, start, end)) return 'no';
  return ethernet ? 'sure' : 'maybe';
};

const fresh = (type: string, messageType: number): Writable<PtpMessage> => ({
  type,
  messageType,
  versionPTP: 2,
  minorVersionPTP: 0,
  majorSdoId: 0,
  minorSdoId: 0,
  messageLength: 0,
  domainNumber: 0,
  subdomain: '',
  flagField: 0,
  correctionNs: 0,
  correctionSubNs: 0,
  messageTypeSpecific: 0,
  clockIdentity: '',
  portNumber: 0,
  sequenceId: 0,
  controlField: 0,
  logMessageInterval: 0,
  seconds: -1,
  nanoseconds: 0,
  otherIdentity: '',
  otherPort: -1,
  announce: undefined,
  management: undefined,
  tlvs: NO_TLVS,
});

/** EUI-64 as hexadecimal, built once for each clock: a direct-mapped cache of this many. */
const IDENTITIES = 256;
const identityHigh = new Int32Array(IDENTITIES);
const identityLow = new Int32Array(IDENTITIES);
const identityText: string[] = new Array<string>(IDENTITIES).fill('');
const identityOf = (b: Uint8Array, o: number): string => {
  const high = i32be(b, o);
  const low = i32be(b, o + 4);
  const slot = (high ^ low ^ (low >>> 8)) & (IDENTITIES - 1);
  if (identityText[slot] !== '' && identityHigh[slot] === high && identityLow[slot] === low) return identityText[slot]!;
  const text = hex(b, o, o + 8);
  identityHigh[slot] = high;
  identityLow[slot] = low;
  identityText[slot] = text;
  return text;
};

/** Codes: `ptp.header`, `ptp.message-length`. */
export const decodePtp = (b: Uint8Array, start: number, end: number): Decoded<PtpMessage> => {
  const consumed = end - start;
  if (isVersion1(b, start, end)) return { kind: 'message', message: version1(b, start, end), consumed };
  if (consumed < HEADER) return { kind: 'malformed', code: 'ptp.header', detail: `${consumed} octets`, consumed };
  if ((b[start + 1]! & 15) !== 2) return { kind: 'foreign' };
  const messageType = b[start]! & 15;
  const length = u16be(b, start + 2);
  const body = BODY[messageType] ?? 0;
  if (body === 0 || length < HEADER + body || length > consumed)
    return {
      kind: 'malformed',
      code: 'ptp.message-length',
      detail: `type ${messageType}, ${length} of ${consumed} octets`,
      consumed,
    };
  const m = fresh(NAMES[messageType]!, messageType);
  m.majorSdoId = b[start]! >> 4;
  m.minorVersionPTP = b[start + 1]! >> 4;
  m.messageLength = length;
  m.domainNumber = b[start + 4]!;
  m.minorSdoId = b[start + 5]!;
  m.flagField = u16be(b, start + 6);
  // 64 bits in units of 2^-16 ns: the upper 48 are signed nanoseconds.
  m.correctionNs = i32be(b, start + 8) * 0x10000 + u16be(b, start + 12);
  m.correctionSubNs = u16be(b, start + 14);
  m.messageTypeSpecific = u32be(b, start + 16);
  m.clockIdentity = identityOf(b, start + 20);
  m.portNumber = u16be(b, start + 28);
  m.sequenceId = u16be(b, start + 30);
  m.controlField = b[start + 32]!;
  m.logMessageInterval = (b[start + 33]! << 24) >> 24;
  const o = start + HEADER;
  const stop = start + length;
  if (messageType < TYPE.SIGNALING) {
    m.seconds = u16be(b, o) * 0x1_0000_0000 + u32be(b, o + 2);
    m.nanoseconds = u32be(b, o + 6);
  } else {
    m.otherIdentity = identityOf(b, o);
    m.otherPort = u16be(b, o + 8);
  }
  if (body === 20) {
    m.otherIdentity = identityOf(b, o + 10);
    m.otherPort = u16be(b, o + 18);
  }
  if (messageType === TYPE.ANNOUNCE) m.announce = announceOf(b, o + 10);
  if (messageType === TYPE.MANAGEMENT) m.management = readManagement(b, o + 10, stop);
  if (stop > o + body) m.tlvs = tlvsOf(b, o + body, stop);
  return { kind: 'message', message: m, consumed };
};

const announceOf = (b: Uint8Array, o: number): PtpAnnounce => ({
  currentUtcOffset: (u16be(b, o) << 16) >> 16,
  grandmasterPriority1: b[o + 3]!,
  grandmasterClockClass: b[o + 4]!,
  grandmasterClockAccuracy: b[o + 5]!,
  grandmasterVariance: u16be(b, o + 6),
  grandmasterPriority2: b[o + 8]!,
  grandmasterIdentity: identityOf(b, o + 9),
  stepsRemoved: u16be(b, o + 17),
  timeSource: b[o + 19]!,
});

const tlvsOf = (b: Uint8Array, start: number, end: number): readonly PtpTlv[] => {
  const out: PtpTlv[] = [];
  for (let at = start; at + 4 <= end && out.length < MAX_TLVS; ) {
    const length = u16be(b, at + 2);
    const stop = Math.min(end, at + 4 + length);
    out.push({ tlvType: u16be(b, at), length, value: hex(b, at + 4, Math.min(stop, at + 68)) });
    at += 4 + length;
  }
  return out;
};

/** Version 1: fixed places (1588-2002 D.1, D.2). */
const version1 = (b: Uint8Array, start: number, end: number): PtpMessage => {
  const control = b[start + 32]!;
  const m = fresh(NAMES_V1[control]!, [0, 1, 8, 9, 13][control]!);
  m.versionPTP = 1;
  m.messageLength = end - start;
  m.subdomain = ascii(b, start + 4, start + 20).replace(/\.+$/, '');
  m.clockIdentity = hex(b, start + 22, start + 28);
  m.portNumber = u16be(b, start + 28);
  m.sequenceId = u16be(b, start + 30);
  m.controlField = control;
  m.flagField = u16be(b, start + 34);
  if (control < 4 && end - start >= HEADER_V1 + 8) {
    m.seconds = u32be(b, start + 40);
    m.nanoseconds = u32be(b, start + 44);
  }
  if (control < 2 && end - start >= 68)
    m.announce = {
      currentUtcOffset: (u16be(b, start + 50) << 16) >> 16,
      grandmasterPriority1: -1,
      grandmasterClockClass: b[start + 67]!,
      grandmasterClockAccuracy: -1,
      grandmasterVariance: -1,
      grandmasterPriority2: -1,
      grandmasterIdentity: hex(b, start + 54, start + 60),
      stepsRemoved: -1,
      timeSource: -1,
    };
  return m;
};

export interface PtpFields {
  readonly messageType: number;
  readonly domainNumber: number;
  /** 16 hexadecimal digits. */
  readonly clockIdentity: string;
  readonly portNumber: number;
  readonly sequenceId: number;
  /** The body behind the header, TLVs included. */
  readonly body: ArrayLike<number>;
}
/** A message of version 2.0. */
export const encodePtp = (f: PtpFields): Uint8Array =>
  new OctetWriter()
    .u8(f.messageType, 2)
    .u16(HEADER + f.body.length)
    .u8(f.domainNumber, 0)
    .u16(0)
    .zeros(12)
    .bytes((f.clockIdentity.match(/../g) ?? []).map((x) => Number.parseInt(x, 16)))
    .u16(f.portNumber)
    .u16(f.sequenceId)
    .u8(f.messageType === TYPE.MANAGEMENT ? 4 : 5, 0)
    .bytes(f.body)
    .done();
