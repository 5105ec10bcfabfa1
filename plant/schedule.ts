/** Who does what when: tasks in the order of their time, each with its own rhythm. */

/** Does something at `tsUs`; may give the time of its next turn, otherwise its period decides. */
export type Task = (tsUs: number) => void;

interface Entry {
  atUs: number;
  readonly periodUs: number;
  readonly jitterUs: number;
  readonly order: number;
  readonly task: Task;
}

export class Schedule {
  readonly #entries: Entry[] = [];
  readonly #uniform: () => number;

  constructor(uniform: () => number) {
    this.#uniform = uniform;
  }

  once(atUs: number, task: Task): void {
    this.#add(atUs, 0, 0, task);
  }

  /** From `atUs` every `periodUs`, late by up to `jitterUs` each time without drifting away. */
  every(atUs: number, periodUs: number, jitterUs: number, task: Task): void {
    this.#add(atUs, periodUs, jitterUs, task);
  }

  #add(atUs: number, periodUs: number, jitterUs: number, task: Task): void {
    this.#entries.push({ atUs, periodUs, jitterUs, order: this.#entries.length, task });
  }

  /** Runs everything due before `endUs`; tasks of the same time run in the order in which they were added. */
  run(endUs: number): void {
    for (;;) {
      let next: Entry | undefined;
      for (const e of this.#entries) if (e.atUs < endUs && (next === undefined || e.atUs < next.atUs)) next = e;
      if (next === undefined) return;
      const late = next.jitterUs > 0 ? Math.floor(this.#uniform() * next.jitterUs) : 0;
      next.task(next.atUs + late);
      next.atUs = next.periodUs > 0 ? next.atUs + next.periodUs : Number.POSITIVE_INFINITY;
    }
  }
}
