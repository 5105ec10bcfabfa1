/**
 * How far a live source is behind the wire. Frames that come faster than they are read wait in the kernel's buffer, minutes
 * of them where it is large: what is shown is old then, and the wall clock says nothing about the frames that still wait.
 */

/** A live wire is this much behind the clock at most when it ticks by the wall. */
const LAG_US = 2_000_000;
/** From here on it is told that the picture is behind, until it is less than half of it. */
export const BEHIND_US = 10_000_000;
/** Frames that are older were not recorded by the clock of this machine: that is no lag. */
const OTHER_CLOCK_US = 3_600_000_000;
/** Seconds without a frame after which nothing waits: on a wire that is read as it comes, and on one that was behind. */
const QUIET_S = 2;
const QUIET_BEHIND_S = 10;

export class WireLag {
  #lagUs = 0;
  #quietS = 0;
  #isTold = false;

  /** Frames were read, the last of which has this time. */
  heard(tsUs: number, nowUs: number): void {
    const lagUs = nowUs - tsUs;
    this.#lagUs = lagUs > 0 && lagUs < OTHER_CLOCK_US ? lagUs : 0;
    this.#quietS = 0;
  }

  /**
   * A second passed. Gives the time until which no more frames can come, and `undefined` while frames come or may wait: they
   * bring their time with them, and those that wait would step backwards behind it.
   */
  second(nowUs: number): number | undefined {
    this.#quietS++;
    if (this.#quietS < (this.#lagUs > LAG_US ? QUIET_BEHIND_S : QUIET_S)) return undefined;
    this.#lagUs = 0;
    return nowUs - LAG_US;
  }

  /** Age of what was read last, microseconds, where that is worth telling; 0 otherwise. */
  get behindUs(): number {
    this.#isTold = this.#lagUs > (this.#isTold ? BEHIND_US / 2 : BEHIND_US);
    return this.#isTold ? this.#lagUs : 0;
  }
}
