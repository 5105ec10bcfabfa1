/**
 * Slows down guessing: after five failures in a row an account name (known or not) or an address has to wait, each time
 * twice as long up to a limit. Short enough that nobody can lock an engineer out of the plant for hours.
 */

/** Failures that are free. */
export const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 30_000;
export const MAX_WAIT_MS = 5 * 60_000;
/** Quiet for this long, and the failures are forgotten. */
const FORGET_MS = 30 * 60_000;
/** Names and addresses remembered; beyond it the oldest is forgotten. */
export const MAX_REMEMBERED = 10_000;

interface Failures {
  count: number;
  lastMs: number;
  untilMs: number;
}

export class Lockout {
  readonly #failures = new Map<string, Failures>();

  /** Milliseconds to wait; 0 when it may be tried. */
  waitMs(key: string, nowMs: number): number {
    const failures = this.#failures.get(key);
    if (failures === undefined) return 0;
    const leftMs = failures.untilMs - nowMs;
    // Longer than any wait: the clock was set back. Nobody waits for it to catch up.
    if (leftMs > MAX_WAIT_MS) this.#failures.delete(key);
    return leftMs > MAX_WAIT_MS ? 0 : Math.max(0, leftMs);
  }

  failed(key: string, nowMs: number): void {
    const known = this.#failures.get(key);
    const count = known === undefined || nowMs - known.lastMs > FORGET_MS ? 1 : known.count + 1;
    const waitMs = count < FREE_FAILURES ? 0 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - FREE_FAILURES));
    this.#failures.delete(key);
    this.#failures.set(key, { count, lastMs: nowMs, untilMs: nowMs + waitMs });
    if (this.#failures.size > MAX_REMEMBERED) this.#failures.delete(this.#failures.keys().next().value as string);
  }

  succeeded(key: string): void {
    this.#failures.delete(key);
  }
}
