/**
 * How V8 may use memory. Left alone it lets the old generation grow to a multiple of what lives before it collects, which
 * made a third of the process's memory; collecting sooner costs nothing measurable here (bench/RESULTS.md).
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** The old generation is collected when it has grown by this share of what was alive, percent. */
export const HEAP_GROWING_PERCENT = 30;
/** Largest half of the young generation, MiB; three such parts make it up. Larger ones measured no faster. */
export const SEMI_SPACE_MIB = 8;

/** Command line of a process that reads captures in its main thread (the bench). */
export const HEAP_FLAGS: readonly string[] = [
  `--heap-growing-percent=${HEAP_GROWING_PERCENT}`,
  `--max-semi-space-size=${SEMI_SPACE_MIB}`,
];

/** For worker threads, whose young generation is set apart from the main thread's. */
export const WORKER_LIMITS = { maxYoungGenerationSizeMb: 3 * SEMI_SPACE_MIB } as const;

/** Sets what can be set in a running process, for all its threads; call it before anything is loaded. */
export const tuneHeap = (): void => setFlagsFromString(HEAP_FLAGS[0]!);

/** `closeHoles` is called so often. */
export const HOLES_MS = 500;
/** The young generation has grown from this share of its size on. */
const GROWN = 0.9;
/** Share of the old generation that may be free: what it grows by before it is collected again, and a little. */
const HOLES = 0.3;

/** A thread's heap: octets of the young generation, and the free share of the old one, 0..1. */
export interface HeapLook {
  readonly youngBytes: number;
  readonly freeShare: number;
}

let isClosing = false;

/**
 * Lets collections of this thread move what lives out of pages that are mostly empty: left alone V8 does so for next to none, and
 * what dies among what stays leaves holes that made a third of the heap of a long capture. V8 has one flag for it, under which a
 * young generation does not grow, so that it is set only while that has grown and holes are large. Call it every `HOLES_MS`;
 * 20 us. Answers whether holes are closed until the next call.
 */
export const closeHoles = ({ youngBytes, freeShare }: HeapLook = heapLook()): boolean => {
  const isDue = youngBytes >= GROWN * 2 * SEMI_SPACE_MIB * 1024 * 1024 && freeShare > HOLES;
  if (isDue !== isClosing) setFlagsFromString(isDue ? '--optimize-for-size' : '--no-optimize-for-size');
  isClosing = isDue;
  return isDue;
};

const heapLook = (): HeapLook => {
  const spaces = getHeapSpaceStatistics();
  const old = spaces.find(({ space_name }) => space_name === 'old_space');
  return {
    youngBytes: spaces.find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0,
    freeShare: old === undefined ? 0 : 1 - old.space_used_size / old.physical_space_size,
  };
};
