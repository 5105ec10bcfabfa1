/**
 * Domain names in messages: labels, compression pointers (RFC 1035 sections 3.1 and 4.1.4) and text with escapes
 * (section 5.1). A pointer must go to before the place where the name part began, so that no octets can make a loop.
 */
import { utf8 } from '../../lib/bytes.ts';

/** RFC 1035 section 2.3.4. */
export const MAX_NAME_OCTETS = 255;

/** Reused result of `readName`: `name` is '' for the root; `next` is the offset behind the name, -1 when it is broken. */
export const nameCursor = { name: '', next: 0 };

/** A label that is not plain: UTF-8 (RFC 6762 section 16), or octets that need an escape. */
const oddLabel = (b: Uint8Array, o: number, length: number): string => {
  for (let i = o; i < o + length; i++)
    if (b[i]! >= 0x80)
      return utf8(b, o, o + length)
        .replaceAll('\\', '\\\\')
        .replaceAll('.', '\\.');
  let text = '';
  for (let i = o; i < o + length; i++) {
    const c = b[i]!;
    // A dot inside a label is data, not a separator (section 5.1); control characters become decimal escapes.
    if (c === 0x2e || c === 0x5c) text += c === 0x2e ? '\\.' : '\\\\';
    else if (c < 0x20 || c === 0x7f) text += `\\${String(c).padStart(3, '0')}`;
    else text += String.fromCharCode(c);
  }
  return text;
};

/** The octets of the name being read, dots between the labels. Odd names leave through `odd`. */
const scratch = new Uint8Array(MAX_NAME_OCTETS + 1);
/** Names seen lately, direct-mapped by hash: the same names come again and again, and need no new string. */
const SEEN = 1024;
const seen: string[] = new Array<string>(SEEN).fill('');

const intern = (length: number, hash: number): string => {
  const slot = (hash ^ (hash >>> 10) ^ (hash >>> 20)) & (SEEN - 1);
  const known = seen[slot]!;
  if (known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === scratch[i]) i++;
    if (i === length) return known;
  }
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(scratch[i]!);
  seen[slot] = text;
  return text;
};

/**
 * Reads the name at `o` of the message `start`..`end` into `nameCursor`; returns false when it is broken. Pointers count
 * from `start`. Bound: 255 octets of labels and one pass backwards.
 */
export const readName = (b: Uint8Array, start: number, o: number, end: number): boolean => {
  let odd: string | undefined;
  let at = 0;
  let hash = 0;
  let total = 0;
  let next = -1;
  let floor = o;
  while (o < end) {
    const length = b[o]!;
    if (length === 0) {
      nameCursor.name = odd ?? intern(at, hash);
      nameCursor.next = next < 0 ? o + 1 : next;
      return true;
    }
    if (length >= 0xc0) {
      if (o + 1 >= end) break;
      const target = start + (((length & 0x3f) << 8) | b[o + 1]!);
      if (next < 0) next = o + 2;
      if (target >= floor) break;
      floor = target;
      o = target;
      continue;
    }
    // 01 and 10 are reserved (section 4.1.4).
    if (length > 63 || o + 1 + length > end) break;
    total += length + 1;
    if (total > MAX_NAME_OCTETS) break;
    const before = at;
    const hashBefore = hash;
    let plain = odd === undefined;
    if (plain) {
      if (at > 0) scratch[at++] = 0x2e;
      for (let i = o + 1; i <= o + length; i++) {
        const c = b[i]!;
        if (c < 0x20 || c > 0x7e || c === 0x2e || c === 0x5c) {
          plain = false;
          break;
        }
        scratch[at++] = c;
        hash = (Math.imul(hash, 31) + c) | 0;
      }
    }
    if (!plain) {
      odd ??= intern(before, hashBefore);
      odd = odd === '' ? oddLabel(b, o + 1, length) : `${odd}.${oddLabel(b, o + 1, length)}`;
    }
    o += 1 + length;
  }
  nameCursor.name = '';
  nameCursor.next = -1;
  return false;
};

/** Octets of a name without compression; escapes are not interpreted. Labels over 63 octets are cut. */
export const encodeName = (name: string): number[] => {
  const out: number[] = [];
  for (const label of name.split('.')) {
    const octets = new TextEncoder().encode(label).subarray(0, 63);
    if (octets.length > 0) out.push(octets.length, ...octets);
  }
  out.push(0);
  return out;
};
