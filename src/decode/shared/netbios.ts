/**
 * NetBIOS names as NBNS, NetBIOS datagrams and the session service write them: 16 octets, the last one saying what kind
 * of service it is, each octet as two letters A..P (RFC 1001 section 14.1, RFC 1002 section 4.1). Suffixes: [MS-NBTE]
 * section 1.8 and Microsoft KB 163409.
 */
import { ascii, utf8 } from '../../lib/bytes.ts';

export interface NetbiosName {
  /** Up to 15 octets, trailing blanks removed; `*` for the wildcard. */
  readonly name: string;
  readonly suffix: number;
  /** Scope id, usually ''. */
  readonly scope: string;
}

/** Reused: offset behind the name that `readNetbiosName` read. */
export const netbiosCursor = { next: 0 };

const textOf = (octets: Uint8Array): string => {
  let end = 15;
  while (end > 0 && (octets[end - 1] === 0x20 || octets[end - 1] === 0)) end--;
  return octets.subarray(0, end).some((c) => c >= 0x80) ? utf8(octets, 0, end) : ascii(octets, 0, end);
};

/** An encoded name at `o`, or a pointer into the message that starts at `start`; undefined when it is broken. */
export const readNetbiosName = (b: Uint8Array, start: number, o: number, end: number): NetbiosName | undefined => {
  if (o + 2 <= end && b[o]! >= 0xc0) {
    const target = start + (((b[o]! & 0x3f) << 8) | b[o + 1]!);
    // Only backwards, and never to another pointer: no loop.
    if (target >= o || b[target]! >= 0xc0) return undefined;
    const name = readNetbiosName(b, start, target, end);
    netbiosCursor.next = o + 2;
    return name;
  }
  if (o + 34 > end || b[o] !== 32) return undefined;
  const octets = new Uint8Array(16);
  for (let i = 0; i < 16; i++) {
    const high = b[o + 1 + 2 * i]! - 0x41;
    const low = b[o + 2 + 2 * i]! - 0x41;
    if (high < 0 || high > 15 || low < 0 || low > 15) return undefined;
    octets[i] = (high << 4) | low;
  }
  o += 33;
  let scope = '';
  while (o < end && b[o] !== 0) {
    const length = b[o]!;
    if (length > 63 || o + 1 + length > end || scope.length > 255) return undefined;
    scope += `${scope === '' ? '' : '.'}${ascii(b, o + 1, o + 1 + length)}`;
    o += 1 + length;
  }
  if (o >= end) return undefined;
  netbiosCursor.next = o + 1;
  return { name: textOf(octets), suffix: octets[15]!, scope };
};

/** The 34 octets of a name without scope. */
export const encodeNetbiosName = (name: string, suffix: number): Uint8Array => {
  const out = new Uint8Array(34);
  out[0] = 32;
  for (let i = 0; i < 16; i++) {
    const wildcard = name === '*';
    const c = i === 15 ? suffix : i < name.length ? name.charCodeAt(i) & 255 : wildcard ? 0 : 0x20;
    out[1 + 2 * i] = 0x41 + (c >> 4);
    out[2 + 2 * i] = 0x41 + (c & 15);
  }
  return out;
};

const UNIQUE: Readonly<Record<number, string>> = {
  0: 'workstation',
  1: 'messenger',
  3: 'messenger',
  6: 'remote access server',
  27: 'domain master browser',
  29: 'master browser',
  31: 'NetDDE',
  32: 'file server',
  33: 'remote access client',
  190: 'network monitor agent',
  191: 'network monitor',
};
const GROUP: Readonly<Record<number, string>> = {
  0: 'domain or workgroup',
  1: 'master browser group',
  28: 'domain controllers',
  30: 'browser elections',
};
/** What a name's suffix stands for. */
export const suffixMeaning = (suffix: number, group: boolean): string =>
  (group ? GROUP[suffix] : UNIQUE[suffix]) ?? `suffix ${suffix.toString(16).padStart(2, '0')}`;
