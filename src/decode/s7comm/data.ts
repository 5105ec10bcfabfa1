/**
 * Data items of S7 PDUs: return code, transport size, length (in bits or octets, by the size), octets, fill octet.
 */
import { u16be } from '../../lib/bytes.ts';
import type { S7Datum } from './message.ts';

/** Transport sizes whose length counts bits. */
const inBits = (size: number): boolean => size === 3 || size === 4 || size === 5 || size === 0x11;

/** `count` items from `start`; undefined when one of them does not fit. Offsets are those of `b`. */
export const dataAt = (b: Uint8Array, start: number, end: number, count: number): S7Datum[] | undefined => {
  const out: S7Datum[] = [];
  let o = start;
  for (let i = 0; i < count; i++) {
    if (o + 4 > end) return undefined;
    const transportSize = b[o + 1]!;
    const raw = u16be(b, o + 2);
    const length = inBits(transportSize) ? (raw + 7) >> 3 : raw;
    if (o + 4 + length > end) return undefined;
    out.push({ returnCode: b[o]!, transportSize, start: o + 4, length });
    o += 4 + length + (length & 1);
  }
  return out;
};

/** Data items with their octets, fill octets between them. */
export const encodeData = (out: number[], data: readonly S7Datum[], payload: Uint8Array): void => {
  data.forEach(({ returnCode, transportSize, start, length }, i) => {
    const counted = transportSize === 3 ? length : inBits(transportSize) ? length * 8 : length;
    out.push(returnCode, transportSize, counted >> 8, counted & 255);
    for (let j = 0; j < length; j++) out.push(payload[start + j] ?? 0);
    if ((length & 1) === 1 && i + 1 < data.length) out.push(0);
  });
};
