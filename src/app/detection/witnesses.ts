/**
 * Pairs of points of different controllers that measure the same quantity, watched for going apart. A sensor that is drawn away
 * in front of its controller moves the whole cell with it: what the cell's other points explain may be too little, and the
 * witness stands in the next cell. Pairs are looked for when the cells have models, a little in each tick, and again when a cell
 * was learned anew; what they say is on trial as a cell's model is.
 */
import type { Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { CellModel } from '../../core/process.ts';
import { CellGuard } from '../../detect/index.ts';
import { blocksOf, driftLearner, MAX_SIGNALS, signalOf, TOGETHER, togetherness } from '../../learn/process/index.ts';
import type { Cell } from './cell.ts';
import { type SavedTrial, Trial } from './trial.ts';

/** Pairs that are watched; of more those that move together most. */
export const MAX_PAIRS = 128;
/** Models of cells are made one after the other: pairs are looked for when none was made for so long. */
const SETTLED_US = 600_000_000;

export interface WitnessOptions {
  readonly cells: () => readonly Cell[];
  /** All rows of the cells are there. */
  readonly isWhole: () => boolean;
  readonly cellOf: (point: number) => Cell | undefined;
  /** Where a copy that a server offers comes from; 0: it is none. Copies go where their source goes. */
  readonly sourceOf: (point: number) => number;
  readonly nameOf: (point: number) => string;
  readonly isSuspect: (controller: EndpointId) => boolean;
  readonly state: (statement: Statement, isSuspect: boolean, stepUs: number) => void;
  readonly end: (kind: FindingKind, key: string, tsUs: number) => void;
}

/** A column of a cell. */
interface Place {
  readonly cell: Cell;
  readonly column: number;
  readonly point: number;
}
interface Signal extends Place {
  readonly changes: Float32Array;
}
interface Pair {
  readonly places: readonly [Place, Place];
  readonly model: CellModel;
  readonly learnedUs: number;
  readonly trial: Trial;
  readonly guard: CellGuard;
  lastUs: number;
}
interface SavedPair {
  readonly points: readonly [number, number];
  readonly model: string;
  readonly learnedUs: number;
  readonly trial: SavedTrial;
  readonly guard: string;
  readonly lastUs: number;
}
export interface SavedWitnesses {
  readonly fittedUs: number;
  readonly pairs: readonly SavedPair[];
}

const idOf = ([a, b]: readonly [Place, Place]): string => `w${a.point}-${b.point}`;

export class Witnesses {
  readonly #options: WitnessOptions;
  #pairs: Pair[] = [];
  /** Latest fit of a cell that pairs were looked for after. */
  #fittedUs = 0;
  /** Latest fit of a cell that is known of, and whether there may be a later one. */
  #latestUs = 0;
  #isStale = true;
  #work: Generator<void, void> | undefined;
  readonly #row = new Float64Array(2);

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Points that watch each other. */
  get pairs(): readonly (readonly [number, number])[] {
    return this.#pairs.map(({ places: [a, b] }) => [a.point, b.point] as const);
  }

  /** A cell has another model than before, or has one no more. */
  cellsChanged(): void {
    this.#isStale = true;
  }

  /** After the cells took their rows. */
  tick(tsUs: number): void {
    if (this.#isStale) {
      this.#latestUs = 0;
      for (const { fittedUs } of this.#options.cells()) this.#latestUs = Math.max(this.#latestUs, fittedUs);
      this.#isStale = false;
    }
    const latestUs = this.#latestUs;
    if (latestUs > this.#fittedUs && tsUs - latestUs >= SETTLED_US && this.#options.isWhole()) {
      this.#fittedUs = latestUs;
      this.#work = this.#look();
    }
    if (this.#work?.next().done === true) this.#work = undefined;
    for (const pair of this.#pairs) this.#judge(pair);
  }

  /** One cell, one point or one pair at a step: none of them takes longer than some rows do. */
  *#look(): Generator<void, void> {
    const signals: Signal[] = [];
    const cells = this.#options.cells().filter((cell) => cell.isArmed);
    const stepUs = cells[0]?.plan.stepUs ?? 0;
    const firstUs = Math.min(...cells.map((cell) => cell.rows.firstUs));
    const { fromUs, blocks } = blocksOf(firstUs, this.#fittedUs, stepUs);
    for (const cell of cells) {
      // Rows of another pace have no moment in common.
      if (cell.plan.stepUs !== stepUs) continue;
      const { tsUs, columns } = cell.rows.table(cell.names);
      for (const [column, point] of cell.plan.points.entries()) {
        if (signals.length >= MAX_SIGNALS) break;
        const changes = signalOf(tsUs, columns[column]!, fromUs, stepUs, blocks);
        if (changes !== undefined) signals.push({ cell, column, point, changes });
      }
      yield;
    }
    const found = new Map<string, { readonly places: readonly [Place, Place]; readonly together: number }>();
    for (const signal of signals) {
      const best = this.#bestOf(signal, signals);
      if (best !== undefined) found.set(idOf(best.places), best);
      yield;
    }
    const chosen = [...found.values()].sort((a, b) => b.together - a.together).slice(0, MAX_PAIRS);
    const pairs: Pair[] = [];
    for (const { places } of chosen) {
      const pair = this.#fit(places);
      if (pair !== undefined) pairs.push(pair);
      yield;
    }
    this.#pairs = pairs;
  }

  #bestOf(signal: Signal, signals: readonly Signal[]) {
    const { sourceOf } = this.#options;
    const source = sourceOf(signal.point) || signal.point;
    let together = TOGETHER;
    let best: Signal | undefined;
    for (const other of signals) {
      if (other.cell.plan.controller === signal.cell.plan.controller) continue;
      const r = togetherness(signal.changes, other.changes);
      if (r < together || (sourceOf(other.point) || other.point) === source) continue;
      together = r;
      best = other;
    }
    if (best === undefined) return undefined;
    const places: readonly [Place, Place] = signal.point < best.point ? [signal, best] : [best, signal];
    return { places, together };
  }

  /** Undefined where the two tell nothing of each other's slow course. */
  #fit(places: readonly [Place, Place]): Pair | undefined {
    const [a, b] = places;
    const { stepUs } = a.cell.plan;
    const own = a.cell.rows.normal(a.column);
    const other = b.cell.rows.normal(b.column);
    const values = new Map<number, number>();
    for (let i = 0; i < other.tsUs.length; i++) values.set(other.tsUs[i]!, other.values[i]!);
    const rows = [...own.tsUs.keys()].filter((i) => values.has(own.tsUs[i]!));
    const tsUs = Float64Array.from(rows, (i) => own.tsUs[i]!);
    const columns = [Float64Array.from(rows, (i) => own.values[i]!), Float64Array.from(tsUs, (us) => values.get(us)!)];
    const points = places.map(({ point }) => this.#options.nameOf(point));
    const model = driftLearner.fit({ points, count: rows.length, tsUs, columns }, { stepUs });
    if (model.arming.every(({ armed }) => armed.length === 0)) return undefined;
    const learnedUs = rows.length * stepUs;
    const known = this.#pairs.find((pair) => idOf(pair.places) === idOf(places));
    const trial = known?.trial ?? this.#trial();
    trial.begin(this.#fittedUs, learnedUs, stepUs);
    return this.#pairOf(places, model, learnedUs, trial);
  }
  #trial(): Trial {
    return new Trial(() => this.#options.cells().length + this.#pairs.length);
  }

  #pairOf(places: readonly [Place, Place], model: CellModel, learnedUs: number, trial: Trial): Pair {
    const { nameOf, isSuspect, state, end } = this.#options;
    const at = (p: number): Place => places[p]!;
    const guard = new CellGuard({
      cell: idOf(places),
      points: places.map(({ point }) => point),
      protocols: places.map(({ cell, column }) => cell.protocolOf(column)),
      targets: places.map(({ cell, column }) => cell.targetOf(column)),
      controller: places[0].cell.plan.controller,
      stepUs: places[0].cell.plan.stepUs,
      learnedUs,
      before: (p, untilUs, rows) => at(p).cell.rows.before(at(p).column, untilUs, rows),
      note: (p) => `${nameOf(at(1 - p).point)} of another device measures the same and did not go with it.`,
      state: (statement) => {
        const suspect = places.some(({ cell }) => isSuspect(cell.plan.controller));
        state(trial.weigh(statement, suspect), suspect, places[0].cell.plan.stepUs);
      },
      end,
    });
    return { places, model, learnedUs, trial, guard, lastUs: 0 };
  }

  /** The row of this moment, once both cells have taken theirs. */
  #judge(pair: Pair): void {
    const [a, b] = pair.places;
    const tsUs = a.cell.rows.lastUs;
    if (tsUs !== b.cell.rows.lastUs || tsUs <= pair.lastUs) return;
    pair.lastUs = tsUs;
    const row = this.#row;
    row[0] = a.cell.rows.lastValue(a.column);
    row[1] = b.cell.rows.lastValue(b.column);
    pair.guard.take(tsUs, row, pair.model.score(tsUs, row), undefined);
  }

  save(): SavedWitnesses {
    return {
      // What was looked for and not found yet is looked for again.
      fittedUs: this.#work === undefined ? this.#fittedUs : 0,
      pairs: this.#pairs.map(({ places, model, learnedUs, trial, guard, lastUs }) => ({
        points: [places[0].point, places[1].point],
        model: Buffer.from(model.save()).toString('base64'),
        learnedUs,
        trial: trial.save(),
        guard: guard.save(),
        lastUs,
      })),
    };
  }
  /** After the cells. What another version made is looked for anew. */
  load(saved: SavedWitnesses): void {
    this.#fittedUs = saved.fittedUs;
    this.#work = undefined;
    this.#pairs = [];
    for (const { points, model, learnedUs, trial, guard, lastUs } of saved.pairs) {
      const [a, b] = points.map((point) => this.#placeOf(point));
      if (a === undefined || b === undefined) continue;
      try {
        const own = this.#trial();
        own.load(trial);
        const pair = this.#pairOf([a, b], driftLearner.restore(Buffer.from(model, 'base64')), learnedUs, own);
        pair.guard.load(guard);
        pair.lastUs = lastUs;
        this.#pairs.push(pair);
      } catch {
        this.#fittedUs = 0;
      }
    }
  }
  #placeOf(point: number): Place | undefined {
    const cell = this.#options.cellOf(point);
    return cell === undefined ? undefined : { cell, column: cell.plan.points.indexOf(point), point };
  }
}
