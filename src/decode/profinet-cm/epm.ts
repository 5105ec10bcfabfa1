/**
 * The endpoint mapper's Lookup: which interfaces a station offers, on which ports, and what it is. PROFINET puts device
 * type, order number and versions into the annotation. Source: C706 appendix O (ept_lookup) and L (protocol towers),
 * IEC 61158-6-10 section 4.10.3 (RPCEndpointMapper, annotation).
 */
import { hex, paddedAscii, u16be, u16le } from '../../lib/bytes.ts';
import { u32of, uuidText } from '../shared/dcerpc.ts';

/** Entries read of one answer; more are dropped. */
const MAX_ENTRIES = 64;
/** Floors of one tower; real ones have five. */
const MAX_FLOORS = 8;

export interface EpmEntry {
  readonly object: string;
  readonly annotation: string;
  /** Interface of the tower, '' where there is no tower. */
  readonly interface: string;
  /** UDP port of the tower; 0 where there is none. */
  readonly port: number;
}
export interface EpmAnswer {
  readonly entries: readonly EpmEntry[];
  /** 0, or why there are no (more) entries: 0x16c9a0d6 not registered. */
  readonly status: number;
}

/** Interface and port of a protocol tower; its numbers are little-endian whatever the PDU is, ports are big-endian. */
const readTower = (b: Uint8Array, start: number, end: number): { interface: string; port: number } => {
  const tower = { interface: '', port: 0 };
  let o = start + 2;
  for (let n = Math.min(MAX_FLOORS, end - start >= 2 ? u16le(b, start) : 0); n > 0 && o + 2 <= end; n--) {
    const left = u16le(b, o);
    const right = o + 2 + left;
    if (right + 2 > end) break;
    const protocol = left > 0 ? b[o + 2]! : 0;
    const length = u16le(b, right);
    if (right + 2 + length > end) break;
    if (protocol === 0x0d && left >= 17 && tower.interface === '') tower.interface = uuidText(b, o + 3, true);
    else if (protocol === 0x08 && length >= 2) tower.port = u16be(b, right + 2);
    o = right + 2 + length;
  }
  return tower;
};

/** The answer to a Lookup whose stub is `o`..`end`; undefined when it is shorter than an answer without entries. */
export const readLookupAnswer = (b: Uint8Array, start: number, end: number, little: boolean): EpmAnswer | undefined => {
  if (end - start < 40) return undefined;
  // Behind the entry handle and the number of entries: a conformant varying array of entries, then the towers.
  const count = Math.min(u32of(b, start + 32, little), MAX_ENTRIES);
  let o = start + 36;
  const heads: { object: string; hasTower: boolean; annotation: string }[] = [];
  for (let i = 0; i < count && o + 28 <= end; i++) {
    const length = u32of(b, o + 24, little);
    if (length > end - o - 28) break;
    heads.push({
      object: uuidText(b, o, little),
      hasTower: u32of(b, o + 16, little) !== 0,
      annotation: paddedAscii(b, o + 28, o + 28 + length),
    });
    o = start + ((o - start + 28 + length + 3) & ~3);
  }
  const entries: EpmEntry[] = [];
  for (const head of heads) {
    let tower = { interface: '', port: 0 };
    if (head.hasTower && o + 8 <= end) {
      const length = u32of(b, o + 4, little);
      if (length <= end - o - 8) {
        tower = readTower(b, o + 8, o + 8 + length);
        o = start + ((o - start + 8 + length + 3) & ~3);
      }
    }
    entries.push({ object: head.object, annotation: head.annotation, ...tower });
  }
  return { entries, status: o + 4 <= end ? u32of(b, o, little) : 0 };
};

/** What a PROFINET annotation says, in its fixed columns; undefined when the text has not that form. */
export interface Annotation {
  readonly deviceType: string;
  readonly orderId: string;
  readonly hardware: string;
  /** `V 2.0.1` with the prefix of the release. */
  readonly firmware: string;
}
export const readAnnotation = (text: string): Annotation | undefined => {
  // DeviceType 25, blank, OrderID 20, blank, hardware revision 5, blank, prefix and software revision 10.
  if (text.length < 54 || text[25] !== ' ' || text[46] !== ' ' || text[52] !== ' ') return undefined;
  const prefix = text[53]!;
  const parts = [text.slice(54, 57), text.slice(57, 60), text.slice(60, 63)].map((x) => Number(x.trim() || 'x'));
  const version = parts.every((x) => Number.isInteger(x)) ? `${prefix}${parts.join('.')}` : text.slice(53).trim();
  return {
    deviceType: text.slice(0, 25).trim(),
    orderId: text.slice(26, 46).trim(),
    hardware: text.slice(47, 52).trim(),
    firmware: version,
  };
};

/** Object UUIDs of PROFINET: `dea00000-6c97-11d1-8271-` instance, device and vendor id. */
const OBJECT = 'dea00000-6c97-11d1-8271-';
export interface PnioObject {
  readonly instance: number;
  readonly deviceId: number;
  readonly vendorId: number;
}
export const readObject = (uuid: string): PnioObject | undefined => {
  if (!uuid.startsWith(OBJECT)) return undefined;
  const part = (o: number) => Number.parseInt(uuid.slice(OBJECT.length + o, OBJECT.length + o + 4), 16);
  return { instance: part(0), deviceId: part(4), vendorId: part(8) };
};

/** The inquiry of a Lookup, in words: 0 all, 1 by interface, 2 by object, 3 by both. */
export const readInquiry = (b: Uint8Array, o: number, end: number, little: boolean): string => {
  if (end - o < 4) return '';
  const kind = u32of(b, o, little);
  return kind === 0
    ? 'all'
    : kind === 1
      ? 'by interface'
      : kind === 2
        ? 'by object'
        : kind === 3
          ? 'by both'
          : hex(b, o, o + 4);
};
