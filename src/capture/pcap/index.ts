/**
 * Classic pcap: a file header of 24 octets, then records of a 16-octet header and the frame.
 * Source: draft-ietf-opsawg-pcap (sections 4 and 5); the "modified" form is described in libpcap's sf-pcap.c history.
 */
import { OperatingError } from '../../core/errors.ts';
import { i32be, i32le, u16be, u16le, u32be, u32le } from '../../lib/bytes.ts';
import { type FormatParser, MAX_BATCH_FRAMES, MAX_FRAME_BYTES, type SideEvent } from '../parser.ts';
import { warning } from '../tally.ts';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** Kuznetzov's patched libpcap of 1998: interface index, protocol and packet type follow each record header. */
const MODIFIED = 0xa1b2cd34;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MODIFIED_RECORD_HEADER = 24;

const isMagic = (magic: number): boolean => magic === MICROSECONDS || magic === NANOSECONDS || magic === MODIFIED;

/** True when the 4 octets at `at` begin a pcap file of either byte order. */
export const isPcap = (bytes: Uint8Array, at: number): boolean =>
  isMagic(u32be(bytes, at)) || isMagic(u32le(bytes, at));

/** Throws `input.unsupported-version` on a version other than 2; `name` is the source's name for that sentence. */
export const createPcapParser = (name: string): FormatParser => {
  const events: SideEvent[] = [];
  let big = false;
  let nanoseconds = false;
  let oldLengths = false;
  let linkType = -1;
  let recordHeader = RECORD_HEADER;
  /** The columns that never change in a pcap file are written once. */
  let columnsReady = false;
  let unit = 'file header';
  let badTimes = 0;
  let firstBadTime = 0;

  const readFileHeader = (bytes: Uint8Array, at: number, base: number): void => {
    big = isMagic(u32be(bytes, at));
    const magic = big ? u32be(bytes, at) : u32le(bytes, at);
    const u16 = big ? u16be : u16le;
    const u32 = big ? u32be : u32le;
    const major = u16(bytes, at + 4);
    const minor = u16(bytes, at + 6);
    if (major !== 2)
      throw new OperatingError('input.unsupported-version', {
        path: name,
        format: 'pcap',
        version: `${major}.${minor}`,
      });
    nanoseconds = magic === NANOSECONDS;
    // Up to version 2.3 captured and wire length stood in either order, depending on the program.
    oldLengths = minor <= 3;
    recordHeader = magic === MODIFIED ? MODIFIED_RECORD_HEADER : RECORD_HEADER;
    // Section 4: the upper 16 bits carry the length of the frame check sequence and reserved bits.
    linkType = u32(bytes, at + 20) & 0xffff;
    events.push({ kind: 'interface', index: 0, linkType, snapLength: u32(bytes, at + 16) });
    if (magic === MODIFIED) events.push(warning('capture.modified-pcap', base + at, {}));
    unit = 'packet record';
  };

  return {
    at: 0,
    need: FILE_HEADER,
    events,
    get unit() {
      return unit;
    },
    finish: () => (badTimes === 0 ? [] : [warning('capture.time-invalid', firstBadTime, { count: badTimes })]),
    parse(bytes, from, end, base, batch) {
      let at = from;
      if (linkType < 0) {
        this.at = at;
        this.need = FILE_HEADER;
        if (end - at < FILE_HEADER) return 'need';
        readFileHeader(bytes, at, base);
        at += FILE_HEADER;
      }
      if (!columnsReady) {
        batch.linkType.fill(linkType);
        batch.interfaceIndex.fill(0);
        batch.tsNs.fill(0);
        columnsReady = true;
      }
      const { start, captured, wire, tsUs, tsNs, offset } = batch;
      const header = recordHeader;
      const lastHeader = end - header;
      const isBig = big;
      const isNano = nanoseconds;
      const second = isNano ? 1_000_000_000 : 1_000_000;
      let count = batch.count;
      while (at <= lastHeader && count < MAX_BATCH_FRAMES) {
        let length = isBig ? i32be(bytes, at + 8) : i32le(bytes, at + 8);
        let onWire = isBig ? i32be(bytes, at + 12) : i32le(bytes, at + 12);
        if (oldLengths && length > onWire) {
          const swap = length;
          length = onWire;
          onWire = swap;
        }
        if (length >>> 0 > MAX_FRAME_BYTES) {
          batch.count = count;
          this.at = at;
          if (count > 0) return 'flush';
          const details = { unit, length: length >>> 0, limit: MAX_FRAME_BYTES };
          events.push(warning('capture.corrupt-length', base + at, details));
          return 'stop';
        }
        const data = at + header;
        if (data + length > end) {
          batch.count = count;
          this.at = at;
          this.need = header + length;
          return 'need';
        }
        const seconds = (isBig ? i32be(bytes, at) : i32le(bytes, at)) >>> 0;
        let fraction = isBig ? i32be(bytes, at + 4) : i32le(bytes, at + 4);
        if (fraction < 0 || fraction >= second) {
          // Some recorders wrote negative or overflowing fractions; the second is still good.
          fraction = fraction < 0 ? 0 : second - 1;
          if (badTimes++ === 0) firstBadTime = base + at;
        }
        if (isNano) {
          const us = Math.floor(fraction / 1000);
          tsUs[count] = seconds * 1_000_000 + us;
          tsNs[count] = fraction - us * 1000;
        } else tsUs[count] = seconds * 1_000_000 + fraction;
        start[count] = data;
        captured[count] = length;
        // A wire length beyond 31 bits can only be damage; the captured octets are still good.
        wire[count] = onWire < 0 ? length : onWire;
        offset[count] = base + data;
        count++;
        at = data + length;
      }
      batch.count = count;
      this.at = at;
      this.need = header;
      return at <= lastHeader ? 'flush' : 'need';
    },
  };
};
