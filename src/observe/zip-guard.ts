/**
 * Looks at a ZIP archive before it is opened: how many entries and how much they hold when unpacked, measured, not
 * believed. Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end).
 */
import { inflateRawSync } from 'node:zlib';
import { u16le, u32le } from '../lib/bytes.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** A data descriptor after an entry takes at most 24 octets (4.3.9). */
const DESCRIPTOR_BYTES = 24;
const MAX_ENTRIES = 2000;

/** '' when the archive unpacks to at most `maxBytes`; else a sentence that says what is wrong. */
export const zipProblem = (b: Uint8Array, maxBytes: number): string => {
  let end = b.length - 22;
  const lowest = Math.max(0, b.length - 22 - 0xffff);
  while (end >= lowest && u32le(b, end) !== END) end--;
  if (end < lowest) return 'it is not a complete workbook (the end of the archive is missing)';
  const entries = u16le(b, end + 10);
  const directory = u32le(b, end + 16);
  if (entries > MAX_ENTRIES) return `it holds ${entries} parts; at most ${MAX_ENTRIES} are read`;
  const parts: { start: number; packed: number; method: number }[] = [];
  let o = directory;
  for (let i = 0; i < entries; i++) {
    if (o + 46 > b.length || u32le(b, o) !== CENTRAL) return 'its table of contents is damaged';
    parts.push({ start: u32le(b, o + 42), packed: u32le(b, o + 20), method: u16le(b, o + 10) });
    o += 46 + u16le(b, o + 28) + u16le(b, o + 30) + u16le(b, o + 32);
  }
  parts.sort((x, y) => x.start - y.start);
  let at = 0;
  let unpacked = 0;
  for (const part of parts) {
    // Readers that stream see every octet in order: nothing may hide between the entries of the directory.
    if (part.start < at || part.start > at + DESCRIPTOR_BYTES || u32le(b, part.start) !== LOCAL)
      return 'its parts do not follow each other';
    const data = part.start + 30 + u16le(b, part.start + 26) + u16le(b, part.start + 28);
    at = data + part.packed;
    if (at > directory) return 'its parts do not follow each other';
    if (part.method === 0) unpacked += part.packed;
    else if (part.method === 8) {
      try {
        unpacked += inflateRawSync(b.subarray(data, at), { maxOutputLength: maxBytes - unpacked + 1 }).length;
      } catch {
        return `it is damaged, or unpacks to more than ${Math.round(maxBytes / 1048576)} MB`;
      }
    } else return 'it is packed in a way that workbooks are not';
    if (unpacked > maxBytes) return `it unpacks to more than ${Math.round(maxBytes / 1048576)} MB`;
  }
  return directory > at + DESCRIPTOR_BYTES ? 'its parts do not follow each other' : '';
};
