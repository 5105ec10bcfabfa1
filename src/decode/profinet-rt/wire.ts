/**
 * PROFINET real-time frames: octets <-> message. Source: IEC 61158-6-10 section 4.2 (FrameID ranges, APDU status of cyclic
 * frames) and 4.1.3 (RTA, alarms). Process values are not read: their layout is in the device's GSD, not on the wire.
 */
import { u16be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export const ALARM_HIGH = 0xfc01;
export const ALARM_LOW = 0xfe01;
/** Least octets of a cyclic frame: FrameID, 40 of data (4.2.2), APDU status. */
export const CYCLIC_LEAST = 46;

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
  /** Alarms: name of the type, slot, subslot; '' and -1 elsewhere. */
  readonly alarm: string;
  readonly slot: number;
  readonly subslot: number;
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
  alarm,
  slot,
  subslot,
});

const alarmOf = (b: Uint8Array, o: number, end: number, frameId: number): RtMessage => {
  // RTA header: destination and source endpoint, PDU type, flags, two sequence numbers, length; then the alarm block.
  const block = o + 14;
  const isData = end - o >= 14 && (b[o + 6]! & 0x0f) === 1;
  if (!isData || end - block < 16) return other('RT alarm transport', frameId, end - o - 2);
  const kind = u16be(b, block + 6); // behind BlockType, BlockLength, BlockVersion
  return other(
    'RT alarm',
    frameId,
    end - o - 2,
    ALARMS[kind] ?? `alarm type ${kind}`,
    u16be(b, block + 12),
    u16be(b, block + 14),
  );
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
      alarm: '',
      slot: -1,
      subslot: -1,
    };
  }
  if (frameId === ALARM_HIGH || frameId === ALARM_LOW) return alarmOf(b, o, end, frameId);
  if (frameId < 0x0100 || (frameId >= 0xff00 && frameId <= 0xff43)) return other('PTCP', frameId, end - o - 2);
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
