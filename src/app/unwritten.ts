/**
 * Batches that the store refused. What was taken from a model is not marked as changed any more, so they are kept and
 * handed over again before anything newer; otherwise their rows would wait for their next change.
 */
import type { Batch } from '../store/index.ts';

/** Times that a batch is tried; one that the store refuses each time has a row that cannot be written, and is given up. */
export const MAX_TRIES = 3;

export class Unwritten {
  readonly #batches: { readonly batch: Batch; tries: number }[] = [];

  get count(): number {
    return this.#batches.length;
  }

  /** The site is emptied: what it was is not written over what it will be. */
  clear(): void {
    this.#batches.length = 0;
  }

  /** Writes `batch`; where that fails it is kept, and the failure thrown. */
  async write(batch: Batch, submit: (batch: Batch) => Promise<void>): Promise<void> {
    try {
      await submit(batch);
    } catch (error) {
      this.#batches.push({ batch, tries: 1 });
      throw error;
    }
  }

  /** Writes what was refused, oldest first. Throws with the first that is refused again: newer rows wait behind it. */
  async again(submit: (batch: Batch) => Promise<void>): Promise<void> {
    for (let oldest = this.#batches[0]; oldest !== undefined; oldest = this.#batches[0]) {
      try {
        await submit(oldest.batch);
      } catch (error) {
        if (++oldest.tries >= MAX_TRIES) this.#batches.shift();
        throw error;
      }
      this.#batches.shift();
    }
  }
}
