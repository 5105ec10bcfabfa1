/**
 * How V8 may use memory. Left alone it lets the old generation grow to a multiple of what lives before it collects, which
 * made a third of the process's memory; collecting sooner costs nothing measurable here (bench/RESULTS.md).
 */
import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';

/** The old generation is collected when it has grown by this share of what was alive, percent. */
export const HEAP_GROWING_PERCENT = 30;
/** Largest half of the young generation, MiB; three such parts make it up. Larger ones measured no faster. */
export const SEMI_SPACE_MIB = 8;

/** Command line of a process that reads captures in its main thread (the bench). The young generation keeps its size. */
export const HEAP_FLAGS: readonly string[] = [
  `--heap-growing-percent=${HEAP_GROWING_PERCENT}`,
  `--max-semi-space-size=${SEMI_SPACE_MIB}`,
  `--min-semi-space-size=${SEMI_SPACE_MIB}`,
];

/** For worker threads, whose young generation is set apart from the main thread's. */
export const WORKER_LIMITS = { maxYoungGenerationSizeMb: 3 * SEMI_SPACE_MIB } as const;

/** Sets what can be set in a running process, for threads that it starts; call it before anything is loaded. */
export const tuneHeap = (): void => {
  setFlagsFromString(HEAP_FLAGS[0]!);
  setFlagsFromString(HEAP_FLAGS[2]!);
};

/**
 * From now on collections close gaps: V8 otherwise moves what lives off a page only when 70 % of it is free, and a fifth of
 * the old generation was such holes. Called by the thread that reads, once it runs: a thread that starts while it is set gets a
 * young generation of 1 MiB halves, and collects it ten times as often.
 */
export const packHeap = (): void => setFlagsFromString('--optimize-for-size');

/** Starts another thread beside one that packs, with a young generation as large as any (after `tuneHeap`: it would not grow). */
export const startUnpacked = (start: () => Worker): Worker => {
  setFlagsFromString('--no-optimize-for-size');
  const worker = start();
  worker.once('online', packHeap);
  worker.once('exit', packHeap);
  return worker;
};
