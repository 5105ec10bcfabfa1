/**
 * Options of pcapng blocks: code, length, value padded to 4 octets, up to opt_endofopt or the end of the block.
 * Source: draft-ietf-opsawg-pcapng sections 3.5, 4.2 (interface description) and 4.6 (interface statistics).
 */
import type { CaptureCounters, CaptureInterface } from '../../core/frame.ts';
import { i64be, i64le, u16be, u16le, u64be, u64le, utf8 } from '../../lib/bytes.ts';
import { type Clock, createClock, DEFAULT_RESOLUTION } from './timestamp.ts';

/** Octets of a text option that are kept. */
export const MAX_TEXT_BYTES = 1024;

const OPT_ENDOFOPT = 0;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_FILTER = 11;
const IF_OS = 12;
const IF_TSOFFSET = 14;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Calls `use` for each option in `at`..`end`; gives false when one reaches beyond the end. */
const eachOption = (
  bytes: Uint8Array,
  at: number,
  end: number,
  big: boolean,
  use: (code: number, start: number, stop: number) => void,
): boolean => {
  let o = at;
  while (o + 4 <= end) {
    const code = big ? u16be(bytes, o) : u16le(bytes, o);
    const length = big ? u16be(bytes, o + 2) : u16le(bytes, o + 2);
    if (code === OPT_ENDOFOPT) return true;
    if (o + 4 + length > end) return false;
    use(code, o + 4, o + 4 + length);
    o += 4 + ((length + 3) & ~3);
  }
  return o >= end;
};

const text = (bytes: Uint8Array, start: number, stop: number): string =>
  utf8(bytes, start, Math.min(stop, start + MAX_TEXT_BYTES)).replace(/\.+$/, '');

export interface InterfaceOptions {
  readonly texts: Pick<CaptureInterface, 'name' | 'description' | 'filter' | 'os'>;
  readonly clock: Clock;
  /** What could not be used, absent when all is well. */
  readonly problem?: string;
}

/** Options of an interface description block in `at`..`end`. A clock that cannot be is replaced by microseconds. */
export const readInterfaceOptions = (bytes: Uint8Array, at: number, end: number, big: boolean): InterfaceOptions => {
  const texts: { -readonly [K in keyof InterfaceOptions['texts']]: string } = {};
  let resolution = DEFAULT_RESOLUTION;
  let offsetSeconds = 0n;
  let problem = eachOption(bytes, at, end, big, (code, start, stop) => {
    if (code === IF_NAME) texts.name = text(bytes, start, stop);
    else if (code === IF_DESCRIPTION) texts.description = text(bytes, start, stop);
    else if (code === IF_OS) texts.os = text(bytes, start, stop);
    // The first octet says what follows; 0 is the text of a filter, others are programs for a filter machine.
    else if (code === IF_FILTER && stop > start + 1 && bytes[start] === 0) texts.filter = text(bytes, start + 1, stop);
    else if (code === IF_TSRESOL && stop === start + 1) resolution = bytes[start]!;
    else if (code === IF_TSOFFSET && stop === start + 8)
      offsetSeconds = big ? i64be(bytes, start) : i64le(bytes, start);
  })
    ? undefined
    : 'an option of an interface reaches beyond its block';
  let clock = createClock(resolution, offsetSeconds);
  if (clock === undefined) {
    problem = `timestamp resolution ${resolution} with offset ${offsetSeconds} s, microseconds assumed`;
    clock = createClock(DEFAULT_RESOLUTION, 0n)!;
  }
  return problem === undefined ? { texts, clock } : { texts, clock, problem };
};

/** Counters of an interface statistics block; `dropped` joins what the interface and the system dropped. */
export const readStatistics = (
  bytes: Uint8Array,
  at: number,
  end: number,
  big: boolean,
  interfaceIndex: number,
): CaptureCounters => {
  let received: number | undefined;
  let dropped: number | undefined;
  eachOption(bytes, at, end, big, (code, start, stop) => {
    if (stop !== start + 8) return;
    const value = Number(big ? u64be(bytes, start) : u64le(bytes, start));
    if (code === ISB_IFRECV) received = value;
    else if (code === ISB_IFDROP || code === ISB_OSDROP) dropped = (dropped ?? 0) + value;
  });
  return {
    kind: 'counters',
    interfaceIndex,
    ...(received === undefined ? {} : { received }),
    ...(dropped === undefined ? {} : { dropped }),
  };
};
