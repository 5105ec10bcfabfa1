/**
 * pcapng: sections of blocks, each block with its length before and after. Byte order belongs to the section, the clock
 * and link type to the interface. Source: draft-ietf-opsawg-pcapng sections 3 and 4, and appendix A (packet block).
 */
import { OperatingError, type WarningCode } from '../../core/errors.ts';
import type { CaptureWarning, FrameBatch } from '../../core/frame.ts';
import { hex, i32be, i32le, u16be, u16le, u32be, u32le } from '../../lib/bytes.ts';
import {
  type FormatParser,
  MAX_BATCH_FRAMES,
  MAX_BLOCK_BYTES,
  MAX_FRAME_BYTES,
  MAX_INTERFACES,
  type SideEvent,
  type Step,
} from '../parser.ts';
import { warning } from '../tally.ts';
import { readInterfaceOptions, readStatistics } from './options.ts';
import { type Clock, clockReading, readClock } from './timestamp.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
/** Obsolete since 2008 (appendix A), still written by some recorders. */
const PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type, length and length again: the shortest block. */
const MIN_BLOCK = 12;
const PACKET_HEADER = 28;
const SIMPLE_PACKET_HEADER = 12;
/** Octets before the options of the blocks that have them. */
const SECTION_HEADER_FIXED = 24;
const INTERFACE_FIXED = 16;
const STATISTICS_FIXED = 20;

const UNITS = new Map<number, string>([
  [SECTION_HEADER, 'section header block'],
  [INTERFACE_DESCRIPTION, 'interface description block'],
  [PACKET, 'packet block'],
  [SIMPLE_PACKET, 'simple packet block'],
  [INTERFACE_STATISTICS, 'interface statistics block'],
  [ENHANCED_PACKET, 'enhanced packet block'],
]);

/** An interface as its packets need it. */
interface Interface {
  readonly index: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: Clock;
}

/** What is told once at the end: how often, where first, and what. */
interface Counted {
  count: number;
  at: number;
  detail: string;
}

/** Counts of microseconds with an upper half below this are safe integers. */
const PLAIN_HIGH_LIMIT = 0x20_0000;

const nothing = (): Counted => ({ count: 0, at: 0, detail: '' });
const count = (counted: Counted, at: number, detail = ''): void => {
  if (counted.count++ === 0) {
    counted.at = at;
    counted.detail = detail;
  }
};

/** True when the 4 octets at `at` begin a pcapng file (the block type reads the same in both byte orders). */
export const isPcapng = (bytes: Uint8Array, at: number): boolean => u32be(bytes, at) === SECTION_HEADER;

/** Throws `input.not-a-capture` or, on a major version other than 1, `input.unsupported-version`, for the first section. */
export const createPcapngParser = (name: string): FormatParser => new PcapngParser(name);

class PcapngParser implements FormatParser {
  at = 0;
  need = MIN_BLOCK;
  unit = 'section header block';
  readonly events: SideEvent[] = [];
  readonly #name: string;
  #big = false;
  #sections = 0;
  /** Interfaces of the section being read. */
  #interfaces: (Interface | undefined)[] = [];
  /** Interfaces of the whole source. */
  #announced = 0;
  #lastUs = 0;
  readonly #badPackets = nothing();
  readonly #badOptions = nothing();
  readonly #badTimes = nothing();
  readonly #noTimes = nothing();
  readonly #surplus = nothing();

  constructor(name: string) {
    this.#name = name;
  }

  parse(bytes: Uint8Array, from: number, end: number, base: number, batch: FrameBatch): Step {
    let at = from;
    for (;;) {
      this.at = at;
      this.need = MIN_BLOCK;
      if (end - at < MIN_BLOCK) {
        this.unit = 'block';
        return 'need';
      }
      if (batch.count === MAX_BATCH_FRAMES) return 'flush';
      const rawType = i32le(bytes, at);
      if (rawType === SECTION_HEADER) {
        const problem = this.#byteOrder(bytes, at);
        if (problem !== undefined) return this.#corrupt(base + at, batch, problem);
      }
      const big = this.#big;
      const type = big ? i32be(bytes, at) : rawType;
      const stated = (big ? i32be(bytes, at + 4) : i32le(bytes, at + 4)) >>> 0;
      this.unit = UNITS.get(type) ?? 'block';
      if (stated < MIN_BLOCK || stated > MAX_BLOCK_BYTES) return this.#corruptLength(base + at, batch, stated);
      // Section 3.1: a multiple of 4; some writers state the length without the padding that follows.
      const length = (stated + 3) & ~3;
      if (!UNITS.has(type)) {
        // Name resolution, decryption secrets, custom and unknown blocks: passed over, even where not all is here yet.
        at += length;
        continue;
      }
      if (end - at < length) {
        this.need = length;
        return 'need';
      }
      const trailer = at + length - 4;
      const again = (big ? i32be(bytes, trailer) : i32le(bytes, trailer)) >>> 0;
      if (again !== stated && again !== length)
        return this.#corrupt(base + at, batch, `its length is ${stated} in front and ${again} behind`);
      if (type === ENHANCED_PACKET || type === PACKET) this.#packet(bytes, at, trailer, base, batch, type);
      else if (type === SIMPLE_PACKET) this.#simplePacket(bytes, at, trailer, base, batch);
      else {
        if (batch.count > 0) return 'flush';
        const problem = this.#describe(type, bytes, at, trailer, base);
        if (problem !== undefined) return this.#corrupt(base + at, batch, problem);
      }
      at += length;
    }
  }

  finish(): CaptureWarning[] {
    const told: readonly [WarningCode, Counted][] = [
      ['capture.bad-packet-block', this.#badPackets],
      ['capture.bad-option', this.#badOptions],
      ['capture.time-invalid', this.#badTimes],
      ['capture.no-timestamp', this.#noTimes],
      ['capture.too-many-interfaces', this.#surplus],
    ];
    return told
      .filter(([, counted]) => counted.count > 0)
      .map(([code, { count, at, detail }]) => warning(code, at, { count, detail, limit: MAX_INTERFACES }));
  }

  /** Enhanced packet block (section 4.3) and packet block (appendix A): the same layout but for the interface id. */
  #packet(bytes: Uint8Array, at: number, trailer: number, base: number, batch: FrameBatch, type: number): void {
    const big = this.#big;
    if (at + PACKET_HEADER > trailer) {
      count(this.#badPackets, base + at, 'shorter than its header');
      return;
    }
    let id: number;
    if (type === ENHANCED_PACKET) id = (big ? i32be(bytes, at + 8) : i32le(bytes, at + 8)) >>> 0;
    else id = big ? u16be(bytes, at + 8) : u16le(bytes, at + 8);
    const from = this.#interfaces[id];
    if (from === undefined) {
      this.#withoutInterface(id, base + at);
      return;
    }
    const captured = (big ? i32be(bytes, at + 20) : i32le(bytes, at + 20)) >>> 0;
    const data = at + PACKET_HEADER;
    if (captured > trailer - data) {
      count(this.#badPackets, base + at, 'the frame is longer than its block');
      return;
    }
    if (captured > MAX_FRAME_BYTES) {
      count(this.#badPackets, base + at, `a frame over ${MAX_FRAME_BYTES} octets`);
      return;
    }
    const wire = big ? i32be(bytes, at + 24) : i32le(bytes, at + 24);
    const high = (big ? i32be(bytes, at + 12) : i32le(bytes, at + 12)) >>> 0;
    const low = (big ? i32be(bytes, at + 16) : i32le(bytes, at + 16)) >>> 0;
    const i = batch.count++;
    const { clock } = from;
    if (clock.plain && high < PLAIN_HIGH_LIMIT) {
      batch.tsUs[i] = this.#lastUs = high * 4_294_967_296 + low;
      batch.tsNs[i] = 0;
    } else {
      readClock(clock, high, low);
      if (!clockReading.valid) count(this.#badTimes, base + at);
      batch.tsUs[i] = this.#lastUs = clockReading.us;
      batch.tsNs[i] = clockReading.ns;
    }
    batch.start[i] = data;
    batch.captured[i] = captured;
    batch.wire[i] = wire < 0 ? captured : wire;
    batch.linkType[i] = from.linkType;
    batch.interfaceIndex[i] = from.index;
    batch.offset[i] = base + data;
  }

  /** Simple packet block (section 4.4): interface 0, no time, the captured length follows from the snap length. */
  #simplePacket(bytes: Uint8Array, at: number, trailer: number, base: number, batch: FrameBatch): void {
    const data = at + SIMPLE_PACKET_HEADER;
    if (data > trailer) {
      count(this.#badPackets, base + at, 'shorter than its header');
      return;
    }
    const from = this.#interfaces[0];
    if (from === undefined) {
      this.#withoutInterface(0, base + at);
      return;
    }
    const wire = this.#big ? u32be(bytes, at + 8) : u32le(bytes, at + 8);
    const snapped = from.snapLength === 0 ? wire : Math.min(wire, from.snapLength);
    const captured = Math.min(snapped, trailer - data);
    if (captured > MAX_FRAME_BYTES) {
      count(this.#badPackets, base + at, `a frame over ${MAX_FRAME_BYTES} octets`);
      return;
    }
    count(this.#noTimes, base + at);
    const i = batch.count++;
    batch.tsUs[i] = this.#lastUs;
    batch.tsNs[i] = 0;
    batch.start[i] = data;
    batch.captured[i] = captured;
    batch.wire[i] = wire > 0x7fffffff ? captured : wire;
    batch.linkType[i] = from.linkType;
    batch.interfaceIndex[i] = from.index;
    batch.offset[i] = base + data;
  }

  /** Learns the byte order of a section; says what is wrong with its magic otherwise. */
  #byteOrder(bytes: Uint8Array, at: number): string | undefined {
    const big = u32be(bytes, at + 8) === BYTE_ORDER_MAGIC;
    if (big || u32le(bytes, at + 8) === BYTE_ORDER_MAGIC) {
      this.#big = big;
      return undefined;
    }
    if (this.#sections > 0) return 'it has no byte-order magic';
    throw new OperatingError('input.not-a-capture', { path: this.#name, magic: hex(bytes, at, at + 12, ' ') });
  }

  /** Blocks that describe what follows. Gives what is wrong with one that cannot be used. */
  #describe(type: number, bytes: Uint8Array, at: number, trailer: number, base: number): string | undefined {
    const big = this.#big;
    const u16 = big ? u16be : u16le;
    const u32 = big ? u32be : u32le;
    if (type === SECTION_HEADER) {
      if (at + SECTION_HEADER_FIXED > trailer) return 'it is shorter than its fixed part';
      const major = u16(bytes, at + 12);
      if (major !== 1) {
        const version = `${major}.${u16(bytes, at + 14)}`;
        if (this.#sections > 0) return `its version is ${version}`;
        throw new OperatingError('input.unsupported-version', { path: this.#name, format: 'pcapng', version });
      }
      this.#sections++;
      this.#interfaces = [];
    } else if (type === INTERFACE_DESCRIPTION) {
      if (at + INTERFACE_FIXED > trailer) return 'it is shorter than its fixed part';
      // Never grows beyond the limit of the whole source, whatever a file announces.
      if (this.#announced >= MAX_INTERFACES) return undefined;
      const { texts, clock, problem } = readInterfaceOptions(bytes, at + INTERFACE_FIXED, trailer, big);
      if (problem !== undefined) count(this.#badOptions, base + at, problem);
      const linkType = u16(bytes, at + 8);
      const snapLength = u32(bytes, at + 12);
      const index = this.#announced++;
      this.#interfaces.push({ index, linkType, snapLength, clock });
      this.events.push({ kind: 'interface', index, linkType, snapLength, ...texts });
    } else {
      if (at + STATISTICS_FIXED > trailer) return 'it is shorter than its fixed part';
      const known = this.#interfaces[u32(bytes, at + 8)];
      if (known === undefined) count(this.#badOptions, base + at, 'statistics of an interface that was not announced');
      else this.events.push(readStatistics(bytes, at + STATISTICS_FIXED, trailer, big, known.index));
    }
    return undefined;
  }

  #withoutInterface(id: number, at: number): void {
    if (this.#announced >= MAX_INTERFACES) count(this.#surplus, at);
    else count(this.#badPackets, at, `interface ${id} was not announced`);
  }

  #corrupt(at: number, batch: FrameBatch, detail: string): Step {
    if (batch.count > 0) return 'flush';
    this.events.push(warning('capture.corrupt-block', at, { unit: this.unit, detail }));
    return 'stop';
  }

  #corruptLength(at: number, batch: FrameBatch, length: number): Step {
    if (length < MIN_BLOCK) return this.#corrupt(at, batch, `a length of ${length} octets cannot be`);
    if (batch.count > 0) return 'flush';
    this.events.push(warning('capture.corrupt-length', at, { unit: this.unit, length, limit: MAX_BLOCK_BYTES }));
    return 'stop';
  }
}
