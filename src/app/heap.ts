/**
 * How V8 may use memory. Left alone it lets the old generation grow to a multiple of what lives before it collects, which
 * made a third of the process's memory; collecting sooner costs nothing measurable here (bench/RESULTS.md).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

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

/**
 * Sets what can be set in a running process, for all its threads; called as the command begins. The young generation of the
 * main thread cannot: its size is read when the process starts.
 */
export const tuneHeap = (): void => setFlagsFromString(HEAP_FLAGS[0]!);

/** The same while a site is brought back: nearly all that is made then stays, and collections look at it in vain. */
export const BRINGING_GROWING_PERCENT = 200;
let bringing = 0;

/** Does work that fills the heap with what stays. Others of its kind may go on beside it. */
export const withGrowingHeap = async <T>(work: () => Promise<T>): Promise<T> => {
  if (bringing++ === 0) setFlagsFromString(`--heap-growing-percent=${BRINGING_GROWING_PERCENT}`);
  try {
    return await work();
  } finally {
    if (--bringing === 0) tuneHeap();
  }
};

/**
 * Collects all that nothing refers to in this thread's heap, which stands still for it: a millisecond for each MiB that is alive. Node
 * has no call for it but the one of V8, which contexts have that are made while the flag stands.
 */
export const collectNow = (): void => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
};

/** Each moves some MiB out of the emptiest pages; further ones found nothing more to move after a capture of an hour. */
export const COMPACTING_ROUNDS = 3;

/**
 * Collects, and gives pages back of which a small part is alive. By itself V8 leaves pages that are half empty as they are: between what
 * stays, flows and messages of some seconds leave holes, a third of the old generation once a long capture was read. As long as
 * `COMPACTING_ROUNDS` of `collectNow`; others have their turn between them.
 */
export const compactHeap = async (): Promise<void> => {
  for (let round = 0; round < COMPACTING_ROUNDS; round++) {
    setFlagsFromString('--optimize-for-size');
    try {
      collectNow();
    } finally {
      setFlagsFromString('--no-optimize-for-size');
    }
    await turn();
  }
};
