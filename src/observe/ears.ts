/** Counts what targets tell, for those who look at their points again and again: they look only when there is news. */
export interface Ear {
  /** Blocks and items that its targets told since it was made. */
  readonly count: number;
}

/** One ear for all who listen to the same targets; nothing is counted for targets that nobody listens to. */
export class Ears {
  private readonly byTargets = new Map<string, Ear>();
  private readonly byTarget: ({ count: number }[] | undefined)[] = [];

  /** The target told something. */
  hear(target: number): void {
    const ears = this.byTarget[target];
    if (ears !== undefined) for (let i = 0; i < ears.length; i++) ears[i]!.count++;
  }

  /** `targets`: each once. */
  of(targets: readonly number[]): Ear {
    const key = targets.join();
    const known = this.byTargets.get(key);
    if (known !== undefined) return known;
    const ear = { count: 0 };
    this.byTargets.set(key, ear);
    for (const target of targets) {
      while (this.byTarget.length <= target) this.byTarget.push(undefined);
      const ears = this.byTarget[target];
      if (ears === undefined) this.byTarget[target] = [ear];
      else ears.push(ear);
    }
    return ear;
  }
}
