/** Starts the engine's thread, which loads its code at once and waits for a data folder (`engine-protocol.ts`). Built JavaScript only. */
import { Worker } from 'node:worker_threads';
import { WORKER_LIMITS } from './heap.ts';

/**
 * A command that will need the engine calls this first: its code takes as long to load as all that the command does before it
 * knows of which folder. It keeps no process alive until it is given one.
 */
export const startThread = (): Worker => {
  const worker = new Worker(new URL('./engine-entry.js', import.meta.url), {
    resourceLimits: WORKER_LIMITS,
    // Handed on when it is opened as a source: without this the worker would never read it, and with it nobody else does.
    stdin: true,
  });
  worker.unref();
  return worker;
};
