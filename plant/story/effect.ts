/**
 * What a move truly did to the process: the plant is run once with all acts and once more without those of the move, with
 * the same chance, and the largest true difference of every point is the effect. Costs one run of the plant for each move.
 */
import { createWorld, type PlantWorld, type WorldOptions } from '../physics/index.ts';
import type { Happening } from '../world.ts';

/** Something that was done to the plant, by the network or by the story. */
export type Act = { readonly atS: number; readonly move: string } & (
  | { readonly act: 'write'; readonly controller: string; readonly point: string; readonly value: number }
  | { readonly act: 'happen'; readonly happening: Happening }
);

export interface Deviation {
  readonly point: string;
  readonly unit: string;
  /** With the move less without it where it was largest, in the point's unit and as part of its span. */
  readonly by: number;
  readonly ofSpan: number;
  /** As a multiple of what the point moves by itself in that time. */
  readonly ofUsual: number;
  readonly atS: number;
}

/** Points told for one move; smaller deviations are left out. */
export const MAX_DEVIATIONS = 6;
/** Part of the span below which a difference is none. */
const LEAST = 0.002;

/** Runs the world until `toS` with the acts at their times; `each` is called every `everyS` seconds. */
const run = (world: PlantWorld, acts: readonly Act[], toS: number, everyS: number, each: () => void): void => {
  let next = 0;
  for (let t = 0; t <= toS; t++) {
    world.advance(t);
    for (; next < acts.length && acts[next]!.atS <= t; next++) {
      const a = acts[next]!;
      if (a.act === 'happen') world.happen(a.happening);
      else world.controller(a.controller).write(a.point, a.value);
    }
    if (t % everyS === 0) each();
  }
};

/**
 * The largest true deviations of each measured point and output between `fromS` and `toS` (whole seconds), the most
 * unusual for its point first, at most `MAX_DEVIATIONS`. `acts` in order of time, those of people included when `options.people` is
 * false; the move's own are those that carry its name.
 */
export const trueEffect = (
  options: WorldOptions,
  acts: readonly Act[],
  move: string,
  fromS: number,
  toS: number,
  everyS = 10,
): readonly Deviation[] => {
  const sample = (own: boolean): { world: PlantWorld; rows: Float64Array[]; names: string[] } => {
    const world = createWorld(options);
    const points = world.controllers.flatMap((c) => c.list).filter((p) => p.actual !== undefined);
    const rows: Float64Array[] = [];
    const list = own ? acts : acts.filter((a) => a.move !== move);
    run(world, list, toS, everyS, () => {
      if (world.timeS >= fromS) rows.push(Float64Array.from(points, (p) => p.actual!()));
    });
    return { world, rows, names: points.map((p) => p.definition.name) };
  };
  const withMove = sample(true);
  const without = sample(false);
  const definitions = new Map(withMove.world.controllers.flatMap((c) => c.points).map((p) => [p.name, p]));
  const out: Deviation[] = [];
  for (const [i, point] of withMove.names.entries()) {
    const { unit, low, high } = definitions.get(point)!;
    let by = 0;
    let atS = 0;
    for (let r = 0; r < withMove.rows.length; r++) {
      const d = withMove.rows[r]![i]! - without.rows[r]![i]!;
      if (Math.abs(d) > Math.abs(by)) {
        by = d;
        atS = Math.ceil(fromS / everyS) * everyS + r * everyS;
      }
    }
    const ofSpan = Math.abs(by) / (high - low);
    if (ofSpan < LEAST) continue;
    const calm = without.rows.map((row) => row[i]!);
    const mean = calm.reduce((a, v) => a + v, 0) / calm.length;
    const spread = Math.sqrt(calm.reduce((a, v) => a + (v - mean) ** 2, 0) / calm.length);
    out.push({ point, unit, by, ofSpan, ofUsual: Math.abs(by) / (spread + LEAST * (high - low)), atS });
  }
  return out.sort((a, b) => b.ofUsual - a.ofUsual).slice(0, MAX_DEVIATIONS);
};

/** `TT-603 +1.46 degC, FT-701 +12.1 kg/h`; `nothing that shows` where there is none. */
export const inWords = (deviations: readonly Deviation[]): string =>
  deviations.length === 0
    ? 'nothing that shows'
    : deviations
        .map(
          (d) => `${d.point} ${d.by > 0 ? '+' : ''}${Number(d.by.toPrecision(3))}${d.unit === '' ? '' : ` ${d.unit}`}`,
        )
        .join(', ');
