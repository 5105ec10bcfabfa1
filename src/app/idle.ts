/**
 * Which sites in memory nobody reads or looks at any more. Looking at one again is reading it from the store first, which of a large
 * one takes a second: who looks now and then does not wait, and a site that was looked at once does not stay for good.
 */

/** Sites in memory that nobody reads or looks at. */
export const MAX_IDLE_LOADED = 4;
/** A site that nobody read or looked at for so long is let go, monotonic milliseconds. */
export const IDLE_LOADED_MS = 600_000;

interface Looked {
  /** Changes with each look. */
  readonly usedUs: number;
}

export class Idle<S extends Looked> {
  #since = new Map<S, { readonly usedUs: number; readonly sinceMs: number }>();

  /** Called now and then with all sites that are idle now; those that are to be let go. */
  due(idle: readonly S[], nowMs: number): S[] {
    // A site that is none of them any more is forgotten: it was read meanwhile.
    this.#since = new Map(
      idle.map((site) => {
        const { usedUs } = site;
        const known = this.#since.get(site);
        return [site, known?.usedUs === usedUs ? known : { usedUs, sinceMs: nowMs }];
      }),
    );
    return [...idle]
      .sort((a, b) => b.usedUs - a.usedUs)
      .filter((site, i) => i >= MAX_IDLE_LOADED || nowMs - this.#since.get(site)!.sinceMs >= IDLE_LOADED_MS);
  }
}
