/**
 * Simulated time: tasks in the order of their time out of a heap, and activities of people and programs that wait between
 * their steps. Runs as a stream: frames leave as soon as nothing earlier can come. (Discrete-event simulation with an event
 * list, Law, Simulation Modeling and Analysis, 2015, section 1.3.)
 */
import type { FrameBatch } from '../../src/core/frame.ts';
import { BATCH_FRAMES, type Mirror } from './mirror.ts';

export type Task = (tsUs: number) => void;
/** Something that takes time: each `yield` waits so many microseconds. What it does happens at the clock's `nowUs`. */
export type Activity = Generator<number, void, void>;

/** Tasks waiting at a time. Beyond it a task is a programmer's error (it plans without end): it throws. */
export const MAX_TASKS = 1 << 20;

interface Entry {
  atUs: number;
  readonly order: number;
  readonly task: Task;
}
const isBefore = (a: Entry, b: Entry): boolean => a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);

export class Clockwork {
  nowUs: number;
  readonly #mirror: Mirror;
  readonly #uniform: () => number;
  readonly #before: (tsUs: number) => void;
  readonly #heap: Entry[] = [];
  #order = 0;

  /** `before` is told the time before each task: the world catches up. */
  constructor(
    mirror: Mirror,
    startUs: number,
    uniform: () => number,
    before: (tsUs: number) => void = () => undefined,
  ) {
    this.#mirror = mirror;
    this.#uniform = uniform;
    this.#before = before;
    this.nowUs = startUs;
    mirror.nowUs = startUs;
  }

  /** Does `task` at `atUs`, or now when that is over. */
  once(atUs: number, task: Task): void {
    this.#push({ atUs: Math.max(atUs, this.nowUs), order: this.#order++, task });
  }

  /** From `firstUs` every `periodUs`, late by up to `jitterUs` each time without drifting away; ends when `task` gives true. */
  every(firstUs: number, periodUs: number, jitterUs: number, task: (tsUs: number) => unknown): void {
    let dueUs = firstUs;
    const late = (): number => (jitterUs > 0 ? Math.floor(this.#uniform() * jitterUs) : 0);
    const turn: Task = (tsUs) => {
      if (task(tsUs) === true) return;
      do dueUs += periodUs;
      while (dueUs <= tsUs);
      this.once(dueUs + late(), turn);
    };
    this.once(dueUs + late(), turn);
  }

  /** Begins an activity at `atUs`. */
  begin(atUs: number, activity: () => Activity): void {
    this.once(atUs, () => {
      const running = activity();
      const step = (): void => {
        const { value, done } = running.next();
        if (done !== true) this.once(this.nowUs + Math.max(0, Math.round(value)), step);
      };
      step();
    });
  }

  /** Runs until `endUs` and yields frames as they become final; a batch is valid until the next one is asked for. */
  *run(endUs: number): Generator<FrameBatch, void, void> {
    for (;;) {
      const next = this.#heap[0];
      const horizonUs = next === undefined || next.atUs >= endUs ? endUs : next.atUs;
      if (this.#mirror.count >= BATCH_FRAMES || horizonUs === endUs) {
        const batch = this.#mirror.take(horizonUs);
        if (batch !== undefined) yield batch;
        this.#mirror.release();
        if (horizonUs === endUs) {
          // Frames up to here left: what is begun before the next run begins now, not in what is over.
          if (this.nowUs < endUs) this.nowUs = endUs;
          return;
        }
      }
      this.#pop();
      this.nowUs = next!.atUs;
      this.#before(this.nowUs);
      next!.task(this.nowUs);
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    if (heap.length >= MAX_TASKS) throw new RangeError('too many tasks are waiting');
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
