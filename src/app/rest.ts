/**
 * When a site was read or opened and then nothing happens for a while, what that needed is given back: V8 collects by how fast the heap
 * grows, and one that grows no more keeps its garbage for good.
 */

/** Nothing was read or opened for so long, monotonic milliseconds. */
export const REST_AFTER_MS = 20_000;

export class Rest {
  readonly #giveBack: () => Promise<void>;
  #workedMs = Number.NEGATIVE_INFINITY;
  #isRested = true;

  constructor(giveBack: () => Promise<void>) {
    this.#giveBack = giveBack;
  }

  /** Called now and then. `works`: something was read or opened since the last call. */
  async look(works: boolean, nowMs: number): Promise<void> {
    if (works) {
      this.#workedMs = nowMs;
      this.#isRested = false;
    }
    if (this.#isRested || nowMs - this.#workedMs < REST_AFTER_MS) return;
    this.#isRested = true;
    await this.#giveBack();
  }
}
