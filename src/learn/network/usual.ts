/**
 * A few members per key, in order of first sight: the usual clients of a server, the usual writers of a controller. For
 * the comparison that a finding makes (`in 23 h only 10.20.0.41 wrote here`), not for judging.
 */

/** Members kept per key; more are known to be more, by `more`. */
export const MAX_MEMBERS = 8;
/** Keys; at the limit the comparison says "not known". */
export const MAX_KEYS = 100_000;

export class Usual {
  readonly #members = new Map<number | string, number[]>();

  add(key: number | string, member: number): void {
    const members = this.#members.get(key);
    if (members === undefined) {
      if (this.#members.size < MAX_KEYS) this.#members.set(key, [member]);
    } else if (members.length < MAX_MEMBERS && !members.includes(member)) members.push(member);
  }
  of(key: number | string): readonly number[] {
    return this.#members.get(key) ?? [];
  }
}
