/**
 * 1E frames in ASCII coding (SH-080008 section 18, A compatible 1E frames): the fields of the binary frame as hexadecimal
 * digits, highest first, and the device's code before its number. They are written as binary frames and read as those.
 */
import { codeOf1E } from './devices.ts';
import { hexAt } from './reader.ts';

/** Subheader, PC number, timer; of an answer subheader and end code. */
const REQUEST_HEAD = 8;
const RESPONSE_HEAD = 4;
/** Device code and number. */
const POINT = 12;
/** Characters of one datagram or segment that are looked at; a frame of 256 points has about 4,100. */
export const MAX_ASCII_1E = 8192;

/** Does a frame in ASCII coding begin here? `0`, `1`: a request; `8`, `9`: an answer. Binary subheaders are others. */
export const isAscii1E = (first: number): boolean =>
  first === 0x30 || first === 0x31 || first === 0x38 || first === 0x39;

/** Characters of the frame; 0: too short to tell, -1: none. Answers take all that there is. */
export const asciiLength1E = (b: Uint8Array, start: number, end: number): number => {
  const available = end - start;
  if (available < RESPONSE_HEAD) return 0;
  const subheader = hexAt(b, start, 2, end);
  if (subheader < 0 || hexAt(b, start + 2, 2, end) < 0) return -1;
  if (subheader >= 0x80) return available;
  if (available < REQUEST_HEAD) return 0;
  if (hexAt(b, start + 4, 4, end) < 0) return -1;
  const o = start + REQUEST_HEAD;
  if (subheader <= 3) {
    if (available < REQUEST_HEAD + POINT + 4) return 0;
    const count = hexAt(b, o + POINT, 2, end);
    if (codeOf1E(hexAt(b, o, 4, end)) < 0 || count < 0 || hexAt(b, o + POINT + 2, 2, end) !== 0) return -1;
    const points = count || 256;
    return REQUEST_HEAD + POINT + 4 + (subheader < 2 ? 0 : subheader === 2 ? points + (points & 1) : points * 4);
  }
  if (subheader <= 7) {
    if (available < REQUEST_HEAD + 4) return 0;
    const count = hexAt(b, o, 2, end);
    if (count < 1 || hexAt(b, o + 2, 2, end) !== 0) return -1;
    if (available >= REQUEST_HEAD + 8 && codeOf1E(hexAt(b, o + 4, 4, end)) < 0) return -1;
    return REQUEST_HEAD + 4 + count * (POINT + (subheader === 4 ? 2 : subheader === 5 ? 4 : 0));
  }
  if (subheader === 8 || subheader === 9 || (subheader >= 0x13 && subheader <= 0x15)) return REQUEST_HEAD;
  return available;
};

/** The frame in `start`..`end` in binary coding; undefined when a character is no digit. */
export const binaryOf1E = (b: Uint8Array, start: number, end: number): Uint8Array | undefined => {
  const out: number[] = [];
  let o = start;
  let bad = end - start > MAX_ASCII_1E;
  /** A number of `octets` octets, lowest first. */
  const number = (octets: number, at = o): void => {
    const value = hexAt(b, at, octets * 2, end);
    if (value < 0) bad = true;
    for (let i = 0, rest = value; i < octets; i++, rest = Math.floor(rest / 256)) out.push(rest & 255);
    o = at + octets * 2;
  };
  const point = (): void => {
    const at = o;
    number(4, at + 4);
    number(2, at);
    o = at + POINT;
  };
  number(1);
  number(1);
  const subheader = out[0]!;
  const words = (): void => {
    while (!bad && o + 4 <= end) number(2);
  };
  const octets = (): void => {
    while (!bad && o + 2 <= end) number(1);
  };
  if (subheader >= 0x80) {
    if (subheader === 0x81 || subheader === 0x89) words();
    else octets();
    return bad ? undefined : Uint8Array.from(out);
  }
  number(2);
  if (subheader <= 3) {
    point();
    number(1);
    number(1);
    // Bits are a digit each, which is how two share an octet.
    if (subheader === 3) words();
    else octets();
  } else if (subheader <= 7) {
    number(1);
    number(1);
    while (!bad && o + POINT <= end) {
      point();
      if (subheader <= 5) number(subheader - 3);
    }
  } else octets();
  return bad ? undefined : Uint8Array.from(out);
};
