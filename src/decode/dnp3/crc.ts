/**
 * The CRC of the data link layer: polynomial x16+x13+x12+x11+x10+x8+x6+x5+x2+1, reflected, complemented, sent low octet
 * first; one after the 8 octets of the header and one after each block of up to 16 (IEEE 1815-2012 clause 9.2.5).
 */

/** 0x3D65 with its bits reversed. */
const POLYNOMIAL = 0xa6bc;

const TABLE = Uint16Array.from({ length: 256 }, (_, octet) => {
  let crc = octet;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** The CRC of octets `start`..`end`, 0..65535. */
export const crcOf = (b: Uint8Array, start: number, end: number): number => {
  let crc = 0;
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ b[i]!) & 255]!;
  return ~crc & 0xffff;
};

/** Do octets `start`..`end` have their CRC right behind them? */
export const crcFits = (b: Uint8Array, start: number, end: number): boolean => {
  const crc = crcOf(b, start, end);
  return b[end] === (crc & 255) && b[end + 1] === crc >>> 8;
};
