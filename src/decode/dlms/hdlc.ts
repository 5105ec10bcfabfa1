/**
 * HDLC frames of DLMS/COSEM (IEC 62056-46, ISO/IEC 13239 frame format type 3): flag, format and length, addresses, control, header
 * check, information, frame check, flag. Gateways and modems carry them over TCP as they are.
 */
import { u16be, u16le } from '../../lib/bytes.ts';
import type { LinkParameters } from './message.ts';

export const FLAG = 0x7e;
/** Flag, format (2), two addresses, control, frame check (2), flag. */
export const SHORTEST = 9;
/** Octets of the check sequences. */
const CHECK = 2;

/** FCS-16 of ISO/IEC 13239: polynomial 0x1021 reflected, from all ones, inverted. */
const TABLE = Uint16Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? (c >> 1) ^ 0x8408 : c >> 1;
  return c;
});
export const fcs = (b: Uint8Array, start: number, end: number): number => {
  let c = 0xffff;
  for (let i = start; i < end; i++) c = (c >> 8) ^ TABLE[(c ^ b[i]!) & 255]!;
  return c ^ 0xffff;
};

/** Octets of the frame with both flags; 0 where none begins here. Needs three octets. */
export const frameLength = (b: Uint8Array, start: number): number => {
  if (b[start] !== FLAG || (b[start + 1]! & 0xf0) !== 0xa0) return 0;
  const length = u16be(b, start + 1) & 0x7ff;
  return length + 2 >= SHORTEST ? length + 2 : 0;
};

export const KIND = {
  INFORMATION: 0,
  SUPERVISORY: 1,
  SNRM: 0x83,
  UA: 0x63,
  DISC: 0x43,
  DM: 0x0f,
  FRMR: 0x87,
  UI: 0x03,
} as const;
export interface HdlcFrame {
  /** Upper address: the application process; lower: the meter, -1 where there is none. */
  readonly destination: number;
  readonly destinationLower: number;
  readonly source: number;
  readonly sourceLower: number;
  /** `KIND`, or the control octet without its poll bit. */
  readonly kind: number;
  /** Information goes on in the next frame. */
  readonly segmented: boolean;
  readonly information: number;
  readonly informationEnd: number;
}

const address = { upper: 0, lower: -1, next: 0 };
/** Addresses of one, two and four octets; the lowest bit of the last octet is 1 (6.4.2.1). */
const readAddress = (b: Uint8Array, at: number, end: number): boolean => {
  let n = 0;
  while (at + n < end && n < 4 && (b[at + n]! & 1) === 0) n++;
  const size = n + 1;
  if (at + size > end || size === 3 || size > 4) return false;
  address.next = at + size;
  const part = (o: number): number => b[o]! >> 1;
  address.upper = size === 4 ? (part(at) << 7) | part(at + 1) : part(at);
  address.lower = size === 4 ? (part(at + 2) << 7) | part(at + 3) : size === 2 ? part(at + 1) : -1;
  return true;
};

/** The frame of `total` octets at `start`; a text where it is damaged. */
export const readFrame = (b: Uint8Array, start: number, total: number): HdlcFrame | string => {
  const check = start + total - 1 - CHECK;
  if (b[check + CHECK] !== FLAG) return 'no flag at the end';
  if (fcs(b, start + 1, check) !== u16le(b, check)) return 'frame check sequence';
  if (!readAddress(b, start + 3, check)) return 'destination address';
  const { upper: destination, lower: destinationLower } = address;
  if (!readAddress(b, address.next, check)) return 'source address';
  const { upper: source, lower: sourceLower, next } = address;
  if (next >= check) return 'no control field';
  const control = b[next]!;
  let information = next + 1;
  if (information < check) {
    if (check - information < CHECK || fcs(b, start + 1, information) !== u16le(b, information))
      return 'header check sequence';
    information += CHECK;
  }
  return {
    destination,
    destinationLower,
    source,
    sourceLower,
    kind: (control & 1) === 0 ? KIND.INFORMATION : (control & 3) === 1 ? KIND.SUPERVISORY : control & 0xef,
    segmented: (b[start + 1]! & 8) !== 0,
    information,
    informationEnd: check,
  };
};

/** Makes both check sequences of the frame at `start` right again. */
export const resealFrame = (b: Uint8Array, start: number, total: number): void => {
  const check = start + total - 1 - CHECK;
  if (!readAddress(b, start + 3, check) || !readAddress(b, address.next, check)) return;
  const header = address.next + 1;
  const put = (at: number, sum: number): void => {
    b[at] = sum & 255;
    b[at + 1] = sum >> 8;
  };
  if (check - header >= CHECK) put(header, fcs(b, start + 1, header));
  put(check, fcs(b, start + 1, check));
};

/** Parameter negotiation of SNRM and UA: `81 80 length`, then identifier, length and value of each. */
export const readParameters = (b: Uint8Array, start: number, end: number): LinkParameters | undefined => {
  if (end - start < 3 || b[start] !== 0x81 || b[start + 1] !== 0x80) return undefined;
  const found = [-1, -1, -1, -1];
  for (let at = start + 3; at + 2 <= end; ) {
    const id = b[at]!;
    const size = b[at + 1]!;
    at += 2;
    if (at + size > end) break;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + b[at + i]!;
    if (id >= 5 && id <= 8) found[id - 5] = value;
    at += size;
  }
  return {
    maxInformationTransmit: found[0]!,
    maxInformationReceive: found[1]!,
    windowTransmit: found[2]!,
    windowReceive: found[3]!,
  };
};

/** A frame between addresses as they stand on the wire. */
export const encodeFrame = (
  destination: readonly number[],
  source: readonly number[],
  control: number,
  information: ArrayLike<number> = [],
  segmented = false,
): Uint8Array => {
  const header = 2 + destination.length + source.length + 1;
  const length = header + (information.length > 0 ? CHECK + information.length : 0) + CHECK;
  const b = new Uint8Array(length + 2);
  b[0] = FLAG;
  b[1] = 0xa0 | (segmented ? 8 : 0) | (length >> 8);
  b[2] = length & 255;
  b.set([...destination, ...source, control], 3);
  b.set(Array.from(information), 1 + header + CHECK);
  b[length + 1] = FLAG;
  resealFrame(b, 0, length + 2);
  return b;
};
