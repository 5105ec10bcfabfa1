/**
 * PROFINET real-time frames: octets <-> message. Source: IEC 61158-6-10 section 4.2 (FrameID ranges, APDU status of cyclic
 * frames) and 4.1.3 (RTA, alarms).
 */
import { macText } from '../../lib/address.ts';
import { u16be, u32be } from '../../lib/bytes.ts';
import { uuidText } from '../shared/dcerpc.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export const ALARM_HIGH = 0xfc01;
export const ALARM_LOW = 0xfe01;
/** Least octets of a cyclic frame: FrameID, 40 of data (4.2.2), APDU status. */
export const CYCLIC_LEAST = 46;

/** Octets at the end of a cyclic frame: cycle counter, DataStatus, TransferStatus. */
export const APDU_STATUS = 4;
const NO_DATA = new Uint8Array(0);

/** DataStatus bits (4.2.2.6). */
export const STATUS_PRIMARY = 0x01;
export const STATUS_VALID = 0x04;
export const STATUS_RUN = 0x10;
export const STATUS_NO_PROBLEM = 0x20;

export interface RtMessage {
  readonly type: 'RT cyclic data' | 'RT alarm' | 'RT alarm transport' | 'PTCP' | 'RT fragment' | 'RT other';
  readonly frameId: number;
  /** Octets of process data with their status octets. */
  readonly length: number;
  /** Counts in units of 31.25 us; -1 where there is none. */
  readonly cycleCounter: number;
  readonly dataStatus: number;
  readonly transferStatus: number;
  /** The provider of the data is in RUN. */
  readonly isRunning: boolean;
  readonly isValid: boolean;
  readonly hasProblem: boolean;
  /** Cyclic frames: octets of process data with their status octets, padding included; empty where nobody asks for them. */
  readonly data: Uint8Array;
  /** The data are to be told: they differ from those told last. */
  readonly isNews: boolean;
  /** Alarms: name of the type, slot, subslot; '' and -1 elsewhere. */
  readonly alarm: string;
  readonly slot: number;
  readonly subslot: number;
  /** What carries alarms; absent elsewhere. */
  readonly rta?: RtaPart;
  /** What synchronises clocks; absent elsewhere. */
  readonly ptcp?: PtcpPart;
}

/** RTA header and what it carries (4.1.3, 5.2.4.2). */
export interface RtaPart {
  readonly isHigh: boolean;
  readonly pdu: 'data' | 'nack' | 'ack' | 'error' | 'fragment request' | 'fragment response' | 'unknown';
  readonly destination: number;
  readonly source: number;
  readonly sendSequence: number;
  readonly ackSequence: number;
  /** An alarm is acknowledged, not notified. */
  readonly isAcknowledgement: boolean;
  readonly api: number;
  readonly moduleIdent: number;
  readonly submoduleIdent: number;
  /** Sequence number (11 bits), channel, manufacturer, submodule and AR diagnosis; -1 where there is none. */
  readonly specifier: number;
  /** How the rest is built: 0x8000 channel, 0x8002 extended channel, 0x8003 qualified; -1 where there is none. */
  readonly userStructure: number;
  /** First channel of a diagnosis: number, error type, extended error type; -1 where there is none. */
  readonly channel: number;
  readonly errorType: number;
  readonly extErrorType: number;
  /** PNIOStatus of errors and acknowledgements; 0 elsewhere. */
  readonly status: number;
}

/** PTCP (IEC 61158-6-10 section 4.5): sequence, and the master of the subdomain where the frame names it. */
export interface PtcpPart {
  readonly kind: 'sync' | 'announce' | 'follow-up' | 'delay request' | 'delay response' | 'delay follow-up';
  readonly sequence: number;
  readonly master: string;
  readonly subdomain: string;
}

export const isCyclic = (frameId: number): boolean => frameId >= 0x0100 && frameId <= 0xfbff;

const ALARMS: Readonly<Record<number, string>> = {
  1: 'diagnosis appears',
  2: 'process',
  3: 'pull',
  4: 'plug',
  5: 'status',
  6: 'update',
  7: 'media redundancy',
  8: 'controlled by supervisor',
  9: 'released',
  10: 'plug wrong submodule',
  11: 'return of submodule',
  12: 'diagnosis disappears',
  13: 'multicast communication mismatch',
  14: 'port data changed',
  15: 'sync data changed',
  16: 'isochronous mode problem',
  17: 'network component problem',
  18: 'time data changed',
  30: 'upload and retrieval',
  31: 'pull module',
};

const other = (
  type: RtMessage['type'],
  frameId: number,
  length: number,
  alarm = '',
  slot = -1,
  subslot = -1,
): RtMessage => ({
  type,
  frameId,
  length,
  cycleCounter: -1,
  dataStatus: -1,
  transferStatus: -1,
  isRunning: false,
  isValid: false,
  hasProblem: false,
  data: NO_DATA,
  isNews: false,
  alarm,
  slot,
  subslot,
});

const PDUS: readonly RtaPart['pdu'][] = [
  'unknown',
  'data',
  'nack',
  'ack',
  'error',
  'fragment request',
  'fragment response',
];
const RTA_HEADER = 14;

const alarmOf = (b: Uint8Array, o: number, end: number, frameId: number): RtMessage => {
  // RTA header: destination and source endpoint, PDU type, flags, two sequence numbers, length; then the alarm block.
  if (end - o < RTA_HEADER) return other('RT alarm transport', frameId, end - o - 2);
  const block = o + RTA_HEADER;
  const rta = {
    isHigh: frameId === ALARM_HIGH,
    pdu: PDUS[b[o + 6]! & 15] ?? 'unknown',
    destination: u16be(b, o + 2),
    source: u16be(b, o + 4),
    sendSequence: u16be(b, o + 8),
    ackSequence: u16be(b, o + 10),
    isAcknowledgement: false,
    api: -1,
    moduleIdent: -1,
    submoduleIdent: -1,
    specifier: -1,
    userStructure: -1,
    channel: -1,
    errorType: -1,
    extErrorType: -1,
    status: 0,
  };
  if (rta.pdu === 'error' && end - block >= 4) rta.status = u32be(b, block);
  if (rta.pdu !== 'data' || end - block < 16) return { ...other('RT alarm transport', frameId, end - o - 2), rta };
  const kind = u16be(b, block + 6); // behind BlockType, BlockLength, BlockVersion
  rta.isAcknowledgement = (b[block]! & 0x80) !== 0;
  rta.api = u32be(b, block + 8);
  const body = block + 16;
  if (rta.isAcknowledgement) {
    if (end - body >= 6) {
      rta.specifier = u16be(b, body);
      rta.status = u32be(b, body + 2);
    }
  } else if (end - body >= 10) {
    rta.moduleIdent = u32be(b, body);
    rta.submoduleIdent = u32be(b, body + 4);
    rta.specifier = u16be(b, body + 8);
    if (end - body >= 18 && u16be(b, block + 2) >= 32) {
      rta.userStructure = u16be(b, body + 10);
      // Channel number, properties, error type; then the extended type.
      if (rta.userStructure >= 0x8000 && rta.userStructure <= 0x8003) {
        rta.channel = u16be(b, body + 12);
        rta.errorType = u16be(b, body + 16);
        if (rta.userStructure >= 0x8002 && end - body >= 20) rta.extErrorType = u16be(b, body + 18);
      }
    }
  }
  const name = ALARMS[kind] ?? `alarm type ${kind}`;
  return {
    ...other('RT alarm', frameId, end - o - 2, name, u16be(b, block + 12), u16be(b, block + 14)),
    rta,
  };
};

/** FrameIDs of PTCP (4.2.2.1). */
const ptcpKind = (frameId: number): PtcpPart['kind'] => {
  if (frameId < 0x0100) return 'sync';
  if (frameId < 0xff20) return 'announce';
  if (frameId < 0xff40) return 'follow-up';
  return frameId === 0xff40 ? 'delay request' : frameId === 0xff42 ? 'delay follow-up' : 'delay response';
};
const PTCP_HEADER = 22;
const PTCP_SUBDOMAIN = 1;

/** The header has 20 octets behind the FrameID with the sequence number in the 13th; then TLVs of 7 and 9 bits. */
const ptcpOf = (b: Uint8Array, o: number, end: number, frameId: number): RtMessage => {
  const message = other('PTCP', frameId, end - o - 2);
  if (end - o < PTCP_HEADER) return message;
  let master = '';
  let subdomain = '';
  for (let at = o + PTCP_HEADER; at + 2 <= end; ) {
    const head = u16be(b, at);
    const length = head & 0x1ff;
    if (head === 0 || at + 2 + length > end) break;
    if (head >> 9 === PTCP_SUBDOMAIN && length >= 22) {
      master = macText(b, at + 2);
      subdomain = uuidText(b, at + 8, false);
    }
    at += 2 + length;
  }
  return { ...message, ptcp: { kind: ptcpKind(frameId), sequence: u16be(b, o + 14), master, subdomain } };
};

/** Reads a frame of at least 2 octets from the FrameID on. */
export const decodeRt = (b: Uint8Array, o: number, end: number): RtMessage | undefined => {
  const frameId = u16be(b, o);
  if (isCyclic(frameId)) {
    if (end - o < CYCLIC_LEAST) return undefined;
    const status = b[end - 2]!;
    return {
      type: 'RT cyclic data',
      frameId,
      length: end - o - 6,
      cycleCounter: u16be(b, end - 4),
      dataStatus: status,
      transferStatus: b[end - 1]!,
      isRunning: (status & STATUS_RUN) !== 0,
      isValid: (status & STATUS_VALID) !== 0,
      hasProblem: (status & STATUS_NO_PROBLEM) === 0,
      data: NO_DATA,
      isNews: false,
      alarm: '',
      slot: -1,
      subslot: -1,
    };
  }
  if (frameId === ALARM_HIGH || frameId === ALARM_LOW) return alarmOf(b, o, end, frameId);
  if (frameId < 0x0100 || (frameId >= 0xff00 && frameId <= 0xff43)) return ptcpOf(b, o, end, frameId);
  return other(frameId >= 0xff80 && frameId <= 0xff8f ? 'RT fragment' : 'RT other', frameId, end - o - 2);
};

export interface RtFields {
  readonly frameId: number;
  readonly data: ArrayLike<number>;
  readonly cycleCounter: number;
  readonly dataStatus: number;
}
/** A cyclic frame from the FrameID on; the data is padded to 40 octets. */
export const encodeRt = (m: RtFields): Uint8Array =>
  new OctetWriter()
    .u16(m.frameId)
    .bytes(m.data)
    .zeros(Math.max(0, 40 - m.data.length))
    .u16(m.cycleCounter)
    .u8(m.dataStatus, 0)
    .done();

/** An alarm (RTA data) from the FrameID on. */
export const encodeAlarm = (m: {
  readonly high: boolean;
  readonly alarmType: number;
  readonly slot: number;
  readonly subslot: number;
}): Uint8Array =>
  new OctetWriter()
    .u16(m.high ? ALARM_HIGH : ALARM_LOW)
    .u16(0)
    .u16(0)
    .u8(0x11, 0x11)
    .u16(0xffff)
    .u16(0xfffe)
    .u16(28)
    .u16(m.high ? 1 : 2)
    .u16(24)
    .u16(0x0100)
    .u16(m.alarmType)
    .u32(0)
    .u16(m.slot)
    .u16(m.subslot)
    .zeros(12)
    .done();
