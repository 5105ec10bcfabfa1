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

/**
 * Growth of a watched folder: files come as the recorder turns them over, some every second, some every hour. So there is
 * no silence that is too long for all of them, a rhythm is known only after some pauses (captures that somebody put there and
 * that stay as they are have none), and silence counts at the latest `MAX_SILENCE_US` beyond the usual pause.
 */
export const PAUSES_NEEDED = 3;

export class FolderRhythm {
  #lastUs = 0;
  #usualUs = 0;
  #pauses = 0;
  #caughtUp = false;

  /** There is nothing more to read now. */
  waited(): void {
    this.#caughtUp = true;
  }

  /** Octets came at this wall time. What was there already, and is read at a stretch, is no rhythm. */
  grew(nowUs: number): void {
    if (this.#caughtUp && this.#lastUs > 0) {
      this.#usualUs = Math.max(Math.max(0, nowUs - this.#lastUs), this.#usualUs * DECAY);
      this.#pauses++;
    }
    this.#caughtUp = false;
    this.#lastUs = nowUs;
  }

  get lastUs(): number {
    return this.#lastUs;
  }

  /** How long it may stay as it is, microseconds. */
  get allowedUs(): number {
    return Math.min(this.#usualUs + MAX_SILENCE_US, Math.max(MIN_SILENCE_US, this.#usualUs * TIMES_USUAL));
  }

  isBlind(nowUs: number): boolean {
    // As with a wire: a clock that was set back.
    if (nowUs < this.#lastUs) this.#lastUs = nowUs;
    return this.#caughtUp && this.#pauses >= PAUSES_NEEDED && nowUs - this.#lastUs > this.allowedUs;
  }
}

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
