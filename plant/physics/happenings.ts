/**
 * Lets happenings begin and end at their time, and keeps the last two hours of every measured value, which is what an
 * attacker who replays a signal has recorded.
 */
import type { Happening } from '../world.ts';
import { ATTACKS } from './attacks.ts';
import { STEP_S } from './board.ts';
import { DISTURBANCES } from './disturbances.ts';
import { Context, checkParameters, type Kind, type Running } from './kinds.ts';
import type { Point } from './point.ts';
import type { Site } from './site.ts';

/** Happenings of one world; one more is a programmer's error and throws. */
export const MAX_HAPPENINGS = 10_000;
/** Seconds of measured values kept for a replay; older ones are forgotten and the truth is shown in their place. */
export const MAX_REPLAY_S = 7200;

const kindOf = (name: string): Kind => {
  const kind = ATTACKS[name] ?? DISTURBANCES[name];
  if (kind === undefined) throw new Error(`unknown kind of happening ${name}`);
  return kind;
};

export class Happenings {
  readonly #site: Site;
  /** In order of their start, equal ones in the order they were added. */
  #waiting: Happening[] = [];
  #active: { readonly happening: Happening; readonly running: Running }[] = [];
  #count = 0;
  readonly #points: readonly Point[];
  readonly #place = new Map<Point, number>();
  readonly #ring: Float32Array;
  #steps = 0;

  /** `site` with all its units made. */
  constructor(site: Site) {
    this.#site = site;
    this.#points = site.boards.flatMap((b) => b.sensors);
    this.#points.forEach((p, i) => {
      this.#place.set(p, i);
    });
    this.#ring = new Float32Array((MAX_REPLAY_S / STEP_S) * this.#points.length).fill(Number.NaN);
  }

  add(happening: Happening, nowS: number): void {
    checkParameters(happening, kindOf(happening.kind));
    if (++this.#count > MAX_HAPPENINGS) throw new Error(`more than ${MAX_HAPPENINGS} happenings`);
    if (!(happening.endS > Math.max(nowS, happening.startS)))
      throw new Error(`${happening.kind} ends before it begins`);
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.startS > happening.startS) at--;
    this.#waiting.splice(at, 0, happening);
  }

  step(timeS: number): void {
    if (this.#active.some((a) => a.happening.endS <= timeS)) {
      for (const a of this.#active) if (a.happening.endS <= timeS) a.running.end?.();
      this.#active = this.#active.filter((a) => a.happening.endS > timeS);
    }
    while (this.#waiting.length > 0 && this.#waiting[0]!.startS <= timeS) {
      const happening = this.#waiting.shift()!;
      const kind = kindOf(happening.kind);
      const context = new Context(this.#site, happening, kind, timeS, (p, agoS) => this.#earlier(p, agoS));
      this.#active.push({ happening, running: kind.begin(context) });
    }
    for (const a of this.#active) a.running.step?.(timeS);
  }

  /** Keeps the measured values of the step that ends. */
  record(): void {
    const count = this.#points.length;
    const from = (this.#steps++ % (MAX_REPLAY_S / STEP_S)) * count;
    for (let i = 0; i < count; i++) this.#ring[from + i] = this.#points[i]!.value;
  }

  #earlier(point: Point, agoS: number): number {
    const slots = MAX_REPLAY_S / STEP_S;
    const step = this.#steps - Math.round(agoS / STEP_S);
    if (step < 0 || agoS < STEP_S || agoS > MAX_REPLAY_S) return Number.NaN;
    return this.#ring[(step % slots) * this.#points.length + this.#place.get(point)!]!;
  }
}
