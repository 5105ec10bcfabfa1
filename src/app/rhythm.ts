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
/** Pauses of one side of a tap are taken once in so long. */
const SIDE_STEP_US = 1_000_000;

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

/**
 * One of several interfaces that make one source, by the time of the frames. What passes there may be little, and the others show
 * that the wire is alive: it counts as silent only this much beyond its own usual pause.
 */
export class SideRhythm {
  #lastUs: number;
  #usualUs = 0;
  #isHeard = false;

  constructor(nowUs: number) {
    this.#lastUs = nowUs;
  }

  /** A frame of this time. Of those within a second only the first is taken, so that the usual pause does not decay with traffic. */
  heard(tsUs: number): void {
    const pauseUs = tsUs - this.#lastUs;
    if (this.#isHeard && pauseUs >= 0 && pauseUs < SIDE_STEP_US) return;
    if (this.#isHeard) this.#usualUs = Math.max(pauseUs, this.#usualUs * DECAY);
    this.#isHeard = true;
    this.#lastUs = tsUs;
  }

  /** When it was heard last, to the second; 0 for never. */
  get lastUs(): number {
    return this.#isHeard ? this.#lastUs : 0;
  }

  /** The others came so far. */
  isSilent(tsUs: number): boolean {
    return tsUs - this.#lastUs > this.#usualUs + MAX_SILENCE_US;
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
