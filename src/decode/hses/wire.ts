/**
 * High-Speed Ethernet Server of Yaskawa robot controllers (FS100, DX200, YRC1000), UDP 10040 for the robot and 10041 for files.
 * Little-endian. Source: Yaskawa HW1483602, "Options Instructions for High-Speed Ethernet Server Function", chapter 3.
 */
import type { Decoded, Message } from '../../core/decoder.ts';
import { paddedAscii, u16le, u32be, u32le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** Header and the eight octets that say what is asked or answered. */
export const HEADER = 32;
/** "YERC" */
const MAGIC = 0x59455243;
/** Octets of a part that the specification allows. */
const MAX_PART = 479;

export interface HsesMessage extends Message {
  readonly type: 'HSES request' | 'HSES response' | 'HSES acknowledgement';
  /** 1 the robot, 2 files. */
  readonly division: number;
  readonly requestId: number;
  /** Of an answer in several parts; the last has the top bit. */
  readonly block: number;
  /** Of requests; -1 elsewhere. */
  readonly command: number;
  readonly instance: number;
  readonly attribute: number;
  /** Of an answer with 0x80 added. */
  readonly service: number;
  /** 0 done, others refuse; -1 in requests. */
  readonly status: number;
  /** Why (chapter 3.4); -1 in requests. */
  readonly addedStatus: number;
  readonly data: Uint8Array;
}

/** Header size, reserve and the eight nines exclude chance. */
export const isHses = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= HEADER &&
  u32be(b, o) === MAGIC &&
  u16le(b, o + 4) === HEADER &&
  (b[o + 9] === 1 || b[o + 9] === 2) &&
  b[o + 10]! <= 1 &&
  u32be(b, o + 16) === 0x39393939;

const NOTHING = new Uint8Array(0);

export const decodeHses = (b: Uint8Array, start: number, end: number): Decoded<HsesMessage> => {
  if (!isHses(b, start, end)) return { kind: 'foreign' };
  const size = u16le(b, start + 6);
  const consumed = end - start;
  if (size !== end - start - HEADER || size > MAX_PART)
    return { kind: 'malformed', code: 'hses.length', detail: `part of ${size} octets`, consumed };
  const isAnswer = b[start + 10] === 1;
  const block = u32le(b, start + 12);
  // Files come in parts; who receives one acknowledges it with its number and no data.
  const acknowledges = isAnswer && b[start + 9] === 2 && size === 0 && block > 0 && block < 0x8000_0000;
  return {
    kind: 'message',
    consumed,
    message: {
      type: acknowledges ? 'HSES acknowledgement' : isAnswer ? 'HSES response' : 'HSES request',
      division: b[start + 9]!,
      requestId: b[start + 11]!,
      block,
      command: isAnswer ? -1 : u16le(b, start + 24),
      instance: isAnswer ? -1 : u16le(b, start + 26),
      attribute: isAnswer ? -1 : b[start + 28]!,
      service: isAnswer ? b[start + 24]! : b[start + 29]!,
      status: isAnswer ? b[start + 25]! : -1,
      addedStatus: isAnswer ? u16le(b, start + 28) : -1,
      data: size === 0 ? NOTHING : b.slice(start + HEADER, end),
    },
  };
};

/** Text of a field of `size` octets at `o` of the data. */
export const textAt = (m: HsesMessage, o: number, size: number): string =>
  o >= m.data.length ? '' : paddedAscii(m.data, o, Math.min(m.data.length, o + size));

/** A request or an answer, for speakers of the protocol. */
export const encodeHses = (m: {
  readonly division?: number;
  readonly requestId: number;
  readonly command?: number;
  readonly instance?: number;
  readonly attribute?: number;
  readonly service: number;
  readonly status?: number;
  readonly addedStatus?: number;
  readonly data?: ArrayLike<number>;
}): Uint8Array => {
  const data = m.data ?? [];
  const isAnswer = m.status !== undefined;
  const half = (n: number): readonly [number, number] => [n & 255, (n >> 8) & 255];
  const w = new OctetWriter()
    .u32(MAGIC)
    .u8(HEADER, 0, ...half(data.length), 3, m.division ?? 1, isAnswer ? 1 : 0, m.requestId)
    .u8(0, 0, 0, isAnswer ? 0x80 : 0)
    .u32(0x39393939)
    .u32(0x39393939);
  if (isAnswer) w.u8(m.service, m.status, m.addedStatus ? 2 : 0, 0, ...half(m.addedStatus ?? 0), 0, 0);
  else w.u8(...half(m.command ?? 0), ...half(m.instance ?? 0), m.attribute ?? 0, m.service, 0, 0);
  return w.bytes(data).done();
};
