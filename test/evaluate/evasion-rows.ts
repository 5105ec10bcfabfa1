/**
 * Evasions of the process guard: rows of the plant's cells go through the product's own cell (rows, models, guard) without
 * the network between, because frames would add nothing but time. Each run of the world has another evasion at each of four
 * controllers; a run without attacker says what is chance and what the truth would have been.
 */
import { PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { createWorld, type PlantWorld } from '../../plant/physics/index.ts';
import { type Overheard, SIGNALS, type SignalEvasion, TARGETS } from '../../plant/story/evasion/signals.ts';
import { Cell } from '../../src/app/detection/cell.ts';
import { inPlaceFitter } from '../../src/app/detection/fitting.ts';
import { LEARNER } from '../../src/app/detection/learner.ts';
import type { CellPlan, SavedCell } from '../../src/app/detection/saved-cell.ts';
import type { Statement } from '../../src/core/detector.ts';
import type { PointWatch } from '../../src/core/site-model.ts';
import { STATED } from '../../src/detect/index.ts';
import type { EvasionResult } from './evasion.ts';

export interface RowsCase {
  readonly seed: number;
  readonly learnHours: number;
  readonly hours: number;
  readonly stepS: number;
  /** Controllers of `TARGETS` that are attacked. */
  readonly targets: number;
  /** Rounds: each is one run of the world, after which every evasion has met so many controllers. */
  readonly rounds: number;
}

/** What is told of the same point without attacker so near in time is chance. */
const NEAR_US = 1800e6;
const START_S = Math.floor(PLANT_DEFAULTS.startUs / 1e6);

interface Said {
  /** It asks a person; what is below is kept. */
  readonly asks: boolean;
  readonly kind: string;
  readonly tsUs: number;
  readonly key: string;
}
interface Recording {
  /** By point name; one value per row, from the first row on. */
  readonly shown: ReadonlyMap<string, Float64Array>;
  /** Truth of the targets' sensors. */
  readonly truth: ReadonlyMap<string, Float64Array>;
}

/** A cell of one controller, fed by its memory. */
class Fed {
  readonly cell: Cell;
  readonly said: Said[] = [];
  readonly names: readonly string[];
  #nowUs = 0;

  constructor(world: PlantWorld, target: number, stepS: number) {
    const board = world.controller(TARGETS[target]!.controller);
    this.names = board.list.map((p) => p.definition.name);
    const ids = Int32Array.from(this.names, (_, i) => i + 1);
    const watch: PointWatch = {
      ids,
      heard: () => Number.NaN,
      read: (values, lastUs) => {
        this.names.forEach((name, i) => {
          values[i] = board.read(name);
        });
        lastUs.fill(this.#nowUs);
      },
      cadenceUs: () => stepS * 1e6,
    };
    const plan: CellPlan = { id: `c${target}`, controller: 1, points: [...ids], stepUs: stepS * 1e6, rows: 8640 };
    this.cell = new Cell({
      plan,
      watch,
      names: this.names,
      targets: this.names.map(() => 1),
      protocols: this.names.map(() => 'modbus'),
      fitter: inPlaceFitter(LEARNER),
      onFitted: () => undefined,
      state: (s: Statement) =>
        void this.said.push({ kind: s.kind.code, tsUs: s.tsUs, key: s.key, asks: s.surprise >= STATED }),
      end: () => undefined,
    });
  }

  tick(timeS: number): void {
    this.#nowUs = (START_S + timeS) * 1e6;
    // Its models are past their trial: what is judged here is what they see, not when they may speak alone.
    this.cell.tick(this.#nowUs, this.cell.isArmed);
  }
}

/** Runs a world and gives every cell its rows; `at` is called before each row with the time. */
const play = (
  c: RowsCase,
  fedOf: (world: PlantWorld) => readonly Fed[],
  at: (world: PlantWorld, fed: readonly Fed[], timeS: number) => void,
): readonly Fed[] => {
  const world = createWorld({ seed: c.seed, startS: START_S });
  const fed = fedOf(world);
  for (let timeS = c.stepS; timeS <= (c.learnHours + c.hours) * 3600; timeS += c.stepS) {
    world.advance(timeS);
    at(world, fed, timeS);
    for (const f of fed) f.tick(timeS);
  }
  return fed;
};

/** What an attacker knows who listened as long as the models learned. */
const overheard = (recording: Recording, learnedRows: number, sensor: string, stepS: number): Overheard => {
  const of = (name: string): Float64Array => recording.shown.get(name)!;
  const steps = (name: string): number[] =>
    Array.from({ length: learnedRows - 1 }, (_, i) => Math.abs(of(name)[i + 1]! - of(name)[i]!));
  const mean = (list: ArrayLike<number>): number => Array.from(list).reduce((a, v) => a + v, 0) / list.length;
  const cut = (name: string): Float64Array => of(name).subarray(0, learnedRows);
  const row = (timeS: number): number => Math.max(0, Math.floor(timeS / stepS) - 1);
  return {
    stepS,
    low: (name) => cut(name).reduce((a, v) => Math.min(a, v), Number.POSITIVE_INFINITY),
    high: (name) => cut(name).reduce((a, v) => Math.max(a, v), Number.NEGATIVE_INFINITY),
    step: (name) => Math.sqrt(mean(steps(name).map((v) => v * v))),
    largestStep: (name) => Math.max(...steps(name)),
    slope: (name) => {
      const [x, y] = [cut(sensor), cut(name)];
      const [mx, my] = [mean(x), mean(y)];
      let sxy = 0;
      let sxx = 0;
      for (let i = 0; i < x.length; i++) {
        sxy += (x[i]! - mx) * (y[i]! - my);
        sxx += (x[i]! - mx) ** 2;
      }
      return sxx === 0 ? 0 : sxy / sxx;
    },
    earlier: (name, timeS, agoS) => of(name)[row(timeS - agoS)]!,
    without: (name, timeS) => of(name)[row(timeS)]!,
  };
};

interface Saved {
  readonly header: SavedCell;
  readonly model: Uint8Array;
}

/** First thing said that was not said without attacker too. */
const found = (said: readonly Said[], clean: readonly Said[], startUs: number): readonly Said[] =>
  said.filter(
    (s) =>
      s.tsUs >= startUs &&
      !clean.some((x) => x.kind === s.kind && x.key === s.key && Math.abs(x.tsUs - s.tsUs) < NEAR_US),
  );

export const runRows = (c: RowsCase): EvasionResult[] => {
  const learnS = c.learnHours * 3600;
  const startUs = (START_S + learnS) * 1e6;
  const rows = Math.floor(((c.learnHours + c.hours) * 3600) / c.stepS);
  const targets = TARGETS.slice(0, c.targets);
  const make = (world: PlantWorld): Fed[] => targets.map((_, i) => new Fed(world, i, c.stepS));
  const shown = new Map<string, Float64Array>();
  const truth = new Map<string, Float64Array>();
  const saved: Saved[] = [];
  const clean = play(c, make, (world, fed, timeS) => {
    const row = timeS / c.stepS - 1;
    targets.forEach(({ controller, sensor }, i) => {
      for (const name of fed[i]!.names) {
        const column = shown.get(name) ?? new Float64Array(rows);
        shown.set(name, column);
        column[row] = world.controller(controller).read(name);
      }
      const column = truth.get(sensor) ?? new Float64Array(rows);
      truth.set(sensor, column);
      column[row] = world.truth(sensor);
      if (timeS !== learnS) return;
      fed[i]!.cell.fit();
      saved.push(fed[i]!.cell.save());
    });
  });
  const recording: Recording = { shown, truth };
  const learnedRows = Math.floor(learnS / c.stepS);
  const results: EvasionResult[] = [];
  for (let round = 0; round < c.rounds; round++)
    for (let from = 0; from < SIGNALS.length; from += targets.length) {
      const some = SIGNALS.slice(from, from + targets.length);
      const at = (n: number): number => (n + round) % targets.length;
      results.push(...oneRun(c, some, at, { recording, learnedRows, saved, clean, startUs }));
    }
  return results;
};

interface Prepared {
  readonly recording: Recording;
  readonly learnedRows: number;
  readonly saved: readonly Saved[];
  readonly clean: readonly Fed[];
  readonly startUs: number;
}

const oneRun = (
  c: RowsCase,
  evasions: readonly SignalEvasion[],
  targetOf: (n: number) => number,
  p: Prepared,
): EvasionResult[] => {
  const learnS = c.learnHours * 3600;
  const progress = evasions.map((): { tsUs: number; amount: number }[] => []);
  const fed = play(
    c,
    (world) =>
      evasions.map((_, n) => {
        const f = new Fed(world, targetOf(n), c.stepS);
        const { header, model } = p.saved[targetOf(n)]!;
        f.cell.load(header, model);
        return f;
      }),
    (world, _, timeS) => {
      const row = timeS / c.stepS - 1;
      evasions.forEach((evasion, n) => {
        const target = TARGETS[targetOf(n)]!;
        const board = world.controller(target.controller);
        if (timeS === learnS) {
          const heard = overheard(p.recording, p.learnedRows, target.sensor, c.stepS);
          evasion.begin(board, target, heard, timeS, c.seed);
        }
        if (timeS < learnS) return;
        const { low, high } = board.point(target.sensor).definition;
        const calm = p.recording.truth.get(target.sensor)![row]!;
        const moved = Math.abs(world.truth(target.sensor) - calm);
        const wrong = Math.abs(
          board.read(target.sensor) - world.truth(target.sensor) - (p.recording.shown.get(target.sensor)![row]! - calm),
        );
        const amount = (100 * Math.max(moved, wrong)) / (high - low);
        const list = progress[n]!;
        if (amount > (list.at(-1)?.amount ?? 0)) list.push({ tsUs: (START_S + timeS) * 1e6, amount });
      });
    },
  );
  return evasions.map((evasion, n): EvasionResult => {
    const target = TARGETS[targetOf(n)]!;
    const told = found(fed[n]!.said, p.clean[targetOf(n)]!.said, p.startUs);
    const asked = told.filter(({ asks }) => asks);
    const said = asked.length > 0 ? asked : told;
    const firstUs = said[0]?.tsUs ?? Number.NaN;
    const list = progress[n]!;
    const total = list.at(-1)?.amount ?? 0;
    return {
      name: `${evasion.name} (${target.sensor})`,
      through: 'rows',
      how: evasion.how,
      past: evasion.past,
      isReference: false,
      outcome: asked.length > 0 ? 'alert' : told.length > 0 ? 'record' : 'missed',
      by: [...new Set(said.map((s) => s.kind))].sort(),
      delayS: (firstUs - p.startUs) / 1e6,
      reached: said.length === 0 ? total : (list.findLast((x) => x.tsUs <= firstUs)?.amount ?? 0),
      total,
      unit: '% of span',
    };
  });
};
