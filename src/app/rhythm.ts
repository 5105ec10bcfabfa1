/**
 * How often a live source speaks, and when its silence means "we are blind here". The usual pause is a slowly decaying
 * maximum, so that a wire that is quiet for half a minute now and then does not cry wolf, and one that never pauses is
 * missed within seconds.
 */

/** Silence is never judged sooner than this, and always by the second. */
export const MIN_SILENCE_US = 5_000_000;
export const MAX_SILENCE_US = 55_000_000;
/** Silence counts after this many times the usual pause. */
const TIMES_USUAL = 4;
/** Share of the usual pause that stays after each shorter one. */
const DECAY = 0.999;

export class Rhythm {
  #lastUs: number;
  #usualUs = 0;

  /** `nowUs`: wall clock when the source was opened. */
  constructor(nowUs: number) {
    this.#lastUs = nowUs;
  }

  /** Frames came at this wall time. */
  heard(nowUs: number): void {
    const pause = Math.max(0, nowUs - this.#lastUs);
    this.#usualUs = Math.max(pause, this.#usualUs * DECAY);
    this.#lastUs = nowUs;
  }

  /** How long it may be silent, microseconds. */
  get allowedUs(): number {
    return Math.min(MAX_SILENCE_US, Math.max(MIN_SILENCE_US, this.#usualUs * TIMES_USUAL));
  }

  isBlind(nowUs: number): boolean {
    // The clock was set back: silence is measured from here, not from a moment that is still to come.
    if (nowUs < this.#lastUs) this.#lastUs = nowUs;
    return nowUs - this.#lastUs > this.allowedUs;
  }
}
