/**
 * Whether the wall clock may be believed when it comes to deleting. A clock that jumped ahead by years (a dead battery, a
 * time server gone wrong) would make everything look too old at once. It is believed when Gatehouse has run by it for a
 * day without a jump, or has already recorded by it: then time has really passed. Until then nothing is deleted by age.
 */

const DAY_US = 86_400_000_000;
/** The clock ran ahead of the time that passed by more than this: it was set, not corrected. */
const JUMP_US = 3_600_000_000;

export class ClockTrust {
  #offsetUs: number | undefined;
  #sinceMs = 0;

  /** Looks at both clocks; called often. `nowMs`: monotonic. */
  look(nowUs: number, nowMs: number): void {
    const offsetUs = nowUs - nowMs * 1000;
    if (this.#offsetUs === undefined || offsetUs - this.#offsetUs > JUMP_US) this.#sinceMs = nowMs;
    this.#offsetUs = offsetUs;
  }

  /** Has run by it for a day. */
  hasRun(nowMs: number): boolean {
    return this.#offsetUs !== undefined && (nowMs - this.#sinceMs) * 1000 >= DAY_US;
  }

  /**
   * The stretch in which something must have been recorded otherwise, microseconds: of the last half of what is kept, all
   * but the last day. A jump within it deletes half of the history at most, and the older one.
   */
  static proof(nowUs: number, keptDays: number): { readonly fromUs: number; readonly toUs: number } {
    return { fromUs: nowUs - Math.max(2, keptDays / 2) * DAY_US, toUs: nowUs - DAY_US };
  }
}
