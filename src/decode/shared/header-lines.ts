/**
 * Messages in the form of HTTP (RFC 9112 section 2) that fit in one datagram: a start line, then `Name: value` lines. For
 * SSDP and SIP; HTTP itself has its own, because its messages are streams.
 */
import { ascii } from '../../lib/bytes.ts';

/** Lines read of one message, and characters kept of one value. */
const MAX_LINES = 64;
const MAX_VALUE = 512;

export interface HeaderLines {
  readonly first: string;
  /** By lower-case name; of a repeated one the first. */
  readonly fields: ReadonlyMap<string, string>;
}

/** The lines of `start`..`end` up to the empty one. */
export const headerLines = (b: Uint8Array, start: number, end: number): HeaderLines => {
  const fields = new Map<string, string>();
  let first = '';
  let from = start;
  let count = 0;
  for (let i = start; i <= end && count < MAX_LINES; i++) {
    if (i < end && b[i] !== 0x0a) continue;
    const stop = i > from && b[i - 1] === 0x0d ? i - 1 : i;
    if (stop === from) break;
    const line = ascii(b, from, Math.min(stop, from + 64 + MAX_VALUE));
    from = i + 1;
    if (count++ === 0) {
      first = line;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name))
      fields.set(
        name,
        line
          .slice(colon + 1)
          .trim()
          .slice(0, MAX_VALUE),
      );
  }
  return { first, fields };
};

/** Does the text `wanted` stand at `o`? */
export const startsWith = (b: Uint8Array, o: number, end: number, wanted: string): boolean => {
  if (end - o < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (b[o + i] !== wanted.charCodeAt(i)) return false;
  return true;
};
