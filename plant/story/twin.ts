/**
 * The plant as it would have been without the attacker: a second world of the same chance that gets what people and
 * disturbances do, and nothing of the attacker. The largest true differences while a move lasts are its effect; what an
 * earlier move left behind is in them too. Costs the physics a second time.
 */
import { createWorld, type PlantWorld } from '../physics/index.ts';
import type { Happening } from '../world.ts';
import { type Deviation, inWords, MAX_DEVIATIONS } from './effect.ts';

/** Part of the span below which a difference is none. */
const LEAST = 0.002;

export class Twin {
  readonly #world: PlantWorld;
  readonly #attacked: PlantWorld;
  readonly #points: readonly {
    readonly name: string;
    readonly unit: string;
    readonly span: number;
    readonly own: () => number;
    readonly other: () => number;
  }[];

  constructor(attacked: PlantWorld, seed: number, startS: number) {
    this.#attacked = attacked;
    this.#world = createWorld({ seed, startS, people: false });
    const others = new Map(this.#world.controllers.flatMap((c) => c.list).map((p) => [p.definition.name, p]));
    this.#points = attacked.controllers
      .flatMap((c) => c.list)
      .filter((p) => p.actual !== undefined)
      .map((p) => {
        const { name, unit, low, high } = p.definition;
        return { name, unit, span: high - low, own: p.actual!, other: others.get(name)!.actual! };
      });
  }

  #follow(): void {
    this.#world.advance(this.#attacked.timeS);
  }
  write(controller: string, point: string, value: number): void {
    this.#follow();
    this.#world.controller(controller).write(point, value);
  }
  happen(happening: Happening): void {
    this.#follow();
    this.#world.happen(happening);
  }

  /** True difference of a point now, as part of its span; 0 for one that is only memory. */
  differs(name: string): number {
    this.#follow();
    const p = this.#points.find((x) => x.name === name);
    return p === undefined ? 0 : Math.abs(p.own() - p.other()) / p.span;
  }

  /** A look at both now and then; `inWords` tells the largest differences so far. */
  watch(): { readonly look: () => void; readonly inWords: () => string } {
    const by = new Float64Array(this.#points.length);
    return {
      look: () => {
        this.#follow();
        this.#points.forEach((p, i) => {
          const d = p.own() - p.other();
          if (Math.abs(d) > Math.abs(by[i]!)) by[i] = d;
        });
      },
      inWords: () => {
        const found = this.#points.map((p, i): Deviation => {
          const ofSpan = Math.abs(by[i]!) / p.span;
          return { point: p.name, unit: p.unit, by: by[i]!, ofSpan, ofUsual: Number.NaN, atS: 0 };
        });
        const large = found.filter((d) => d.ofSpan >= LEAST).sort((a, b) => b.ofSpan - a.ofSpan);
        return inWords(large.slice(0, MAX_DEVIATIONS));
      },
    };
  }
}
