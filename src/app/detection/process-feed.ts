/**
 * From points to cells to rows: the points of one controller and of what stands behind it are a cell (64 at most), a row
 * is taken at equal steps, and when the site has learned for its time a model of each cell is asked for, one per tick.
 * Everything happens by frame time, so that a capture read twice makes the same cells, rows and findings.
 */
import type { Statement } from '../../core/detector.ts';
import type { EndpointId, EndpointView } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { growF64 } from '../../lib/grow.ts';
import { Cell, MIN_ROWS } from './cell.ts';
import { BAND_ROWS } from './cell-bands.ts';
import { CellPlace, type CellSite } from './cell-place.ts';
import { CommonCause, type SavedCommon } from './common.ts';
import type { Fitter } from './fitting.ts';
import { Kept, type SavedKept } from './kept.ts';
import type { Decided } from './relations.ts';
import { BLOCK_ROWS } from './rows.ts';
import type { CellPlan, SavedCell } from './saved-cell.ts';
import { type SavedWitnesses, Witnesses } from './witnesses.ts';
import { type SavedWrites, Writes } from './writes.ts';

export const MAX_CELL_POINTS = 64;
/** Cells of a site: each controller has one of its own at least. Further points belong to no cell: counted, shown. */
export const MAX_CELLS = 8192;
/** Points of all cells of a site; the same happens to further ones. */
export const MAX_WATCHED_POINTS = 131_072;
/** Rows of one cell that are kept to learn from; of more the latest. */
export const MAX_ROWS = 8640;
/**
 * Values of all cells of a site that are kept (4 octets each, 8 where they need it). Cells share three quarters of it; where
 * there are so many points that a share is less than a block of rows, each point has a block all the same.
 */
export const MAX_VALUES = 8_388_608;
/** Points wait so long for their neighbours before a cell is made of them: slow polls come round. */
const SETTLE_US = 600_000_000;
/** Part of the learning time of which rows are needed: some go by before a cell is made, some polls are missed. */
const ENOUGH = 0.9;
/** New points are looked for so often. */
const LOOK_US = 60_000_000;
/** Steps that rows are taken at, seconds. */
const STEPS_S = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600] as const;
/** Protocols of offices and of the network itself carry no process. */
const FAMILIES = new Set(['ot', 'iiot']);

/** Rows that each cell keeps where there are so many points in cells: whole blocks. */
export const rowsFor = (points: number): number => {
  const blocks = Math.floor((0.75 * MAX_VALUES) / points / BLOCK_ROWS);
  return Math.max(BLOCK_ROWS, Math.min(MAX_ROWS, blocks * BLOCK_ROWS));
};

/** Values of all cells of a site whose band is remembered for the eye, 12 octets each; where there are more, fewer rows of each. */
export const MAX_BAND_VALUES = 2_097_152;
/** Enough for a chart to begin with. */
const LEAST_BAND_ROWS = 16;
/** Rows of each point whose band is remembered where there are so many points in cells. */
export const bandRowsFor = (points: number): number =>
  Math.max(LEAST_BAND_ROWS, Math.min(BAND_ROWS, Math.floor(MAX_BAND_VALUES / Math.max(1, points))));

export interface FeedOptions {
  readonly model: Pick<SiteModel, 'pointCount' | 'point' | 'placeOf' | 'watch'>;
  readonly endpoints: EndpointView;
  readonly fitter: Fitter;
  /** A model that was asked for is there, or could not be made. */
  readonly onFitted: () => void;
  readonly family: (protocol: string) => string;
  /** Something is going on at this controller that must not be learned. */
  readonly isSuspect: (controller: EndpointId) => boolean;
  /** The site has watched for its learning time. */
  readonly isWatching: () => boolean;
  readonly learningUs: () => number;
  /** Where a copy that a server offers comes from; 0: it is none. Default: none is. */
  readonly sourceOf?: (point: number) => number;
  readonly state: (statement: Statement) => void;
  readonly end: (kind: FindingKind, key: string, tsUs: number) => void;
}

interface Pending {
  readonly points: number[];
  sinceUs: number;
}

export class ProcessFeed {
  readonly #options: FeedOptions;
  readonly #cells = new Map<string, Cell>();
  /** The same in order, and when each has something to do (`Cell.dueUs`): most have not, second by second. */
  #list: Cell[] = [];
  #dueUs: Float64Array<ArrayBuffer> = new Float64Array(64);
  #restsFromUs: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** `Cell.rowDueUs` and `heardAt`: of most cells nothing was heard since the last second. */
  #rowDueUs: Float64Array<ArrayBuffer> = new Float64Array(64);
  #heardAt: Float64Array<ArrayBuffer> = new Float64Array(64).fill(Number.NaN);
  /** By point. */
  #cellOf: (Cell | undefined)[] = [];
  /** Points not in a cell yet, by controller. */
  readonly #pending = new Map<EndpointId, Pending>();
  readonly #cellsOf = new Map<EndpointId, number>();
  readonly #writes = new Writes();
  readonly #common = new CommonCause();
  readonly #kept = new Kept();
  readonly #witnesses: Witnesses;
  readonly #site: CellSite;
  #decided: readonly Decided[] = [];
  #known = 0;
  /** Points in cells, and waiting for one. */
  #points = 0;
  #lookedUs = 0;
  /** Time of the last tick. */
  #tickUs = 0;
  #without = 0;
  /** Cells of which what they learned is not read back yet. */
  readonly #away = new Set<Cell>();
  /** Cells that judge, of which earlier rows are not read back yet. */
  readonly #rowless = new Set<Cell>();
  /** After a start: rows are kept, and judged when all cells are back. */
  #isLate = false;
  /** Those of them that somebody waits for, and how they are told. */
  readonly #wanted = new Map<Cell, (() => void)[]>();
  readonly #relearned: Cell[] = [];
  /** Put back when all cells are. */
  #savedWitnesses: SavedWitnesses | undefined;
  /** Called when no model is being made any more. */
  #waiters: (() => void)[] = [];

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#site = {
      model: options.model,
      fitter: options.fitter,
      cells: () => this.#cells.size,
      bandRows: () => bandRowsFor(this.#points),
      onFitted: this.#fitted,
      namesOf: (plan) => this.#namesOf(plan),
      state: (statement, { controller, stepUs }) => this.#say(statement, options.isSuspect(controller), stepUs),
      end: this.#end,
    };
    this.#witnesses = new Witnesses({
      cells: () => this.cells,
      cellOf: (point) => this.cellOf(point),
      isWhole: () => this.#isWhole,
      sourceOf: options.sourceOf ?? (() => 0),
      nameOf: this.#nameOf,
      isSuspect: options.isSuspect,
      state: this.#say,
      end: this.#end,
    });
  }

  get cells(): readonly Cell[] {
    return this.#list;
  }
  cell(id: string): Cell | undefined {
    return this.#cells.get(id);
  }
  cellOf(point: number): Cell | undefined {
    return this.#cellOf[point];
  }
  /** Points of different controllers that measure the same quantity, two and two. */
  get witnesses(): readonly (readonly [number, number])[] {
    return this.#witnesses.pairs;
  }
  /** A write that was not refused: its value is the writer's matter. */
  wrote(point: number, tsUs: number): void {
    if (point > 0) this.#writes.wrote(point, tsUs);
  }
  /** Points that are in no cell: texts, office protocols, beyond the limits. */
  get without(): number {
    return this.#without;
  }

  tick(tsUs: number): void {
    if (tsUs - this.#lookedUs >= LOOK_US || tsUs < this.#lookedUs) {
      this.#lookedUs = tsUs;
      this.#look(tsUs);
    }
    this.#tickUs = tsUs;
    const { isSuspect, isWatching } = this.#options;
    const mayFit = isWatching();
    let asked = false;
    const list = this.#list;
    for (let i = 0; i < list.length; i++) {
      if (tsUs < this.#dueUs[i]! && tsUs >= this.#restsFromUs[i]!) continue;
      const cell = list[i]!;
      if (tsUs < this.#rowDueUs[i]! && tsUs >= this.#restsFromUs[i]! && cell.watch.heard() === this.#heardAt[i])
        continue;
      const isNew = cell.tick(tsUs, isSuspect(cell.plan.controller));
      // One at a time: making a model takes longer than everything else here.
      if (isNew && mayFit && !asked && this.#isDue(cell)) asked = cell.fit();
      this.#dueUs[i] = cell.dueUs;
      this.#restsFromUs[i] = cell.restsFromUs;
      this.#rowDueUs[i] = cell.rowDueUs;
      this.#heardAt[i] = cell.heardAt;
    }
    // Pairs are looked for, and judged, by the rows of all cells.
    if (!this.#isLate) this.#witnesses.tick(tsUs);
  }
  /** It has no model, and what it needs for one. */
  #isDue(cell: Cell): boolean {
    return cell.isUnlearned(this.#tickUs) && this.shareOf(cell) >= 1;
  }
  /** The thread that makes models is free: thousands of cells do not wait for a tick each. */
  #fitNext(): void {
    if (!this.#options.isWatching()) return;
    for (const cell of this.#cells.values()) if (this.#isDue(cell) && cell.fit()) return;
  }

  /** Points that were seen far from all that they were (`SiteModel.takeFar`): their cells are judged at once. */
  early(points: readonly number[], tsUs: number): void {
    for (const point of points) {
      const cell = this.cellOf(point);
      cell?.early(tsUs, this.#options.isSuspect(cell.plan.controller));
    }
  }

  /** Resolves when no model is being made or brought back; undefined where none is. What is read faster than it happened waits for it. */
  settled(): Promise<void> | undefined {
    if (!this.isFitting && this.#isWhole) return undefined;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }
  get isFitting(): boolean {
    for (const cell of this.#cells.values()) if (cell.fitting !== undefined) return true;
    return false;
  }
  /** The site is unloaded: nothing is waited for any more. */
  close(): void {
    for (const cell of this.#cells.values()) cell.close();
    this.#away.clear();
    this.#rowless.clear();
    this.#isLate = false;
    for (const cell of [...this.#wanted.keys()]) this.#tellBack(cell);
    this.#wake();
  }
  #wake(): void {
    for (const wake of this.#waiters.splice(0)) wake();
  }
  readonly #fitted = (wasAwaited: boolean): void => {
    // Where somebody waits, cells are learned tick by tick of frame time, as where models are made in place.
    if (wasAwaited && this.#waiters.length === 0 && !this.isFitting) this.#fitNext();
    if (!this.isFitting && this.#isWhole) this.#wake();
    this.#witnesses.cellsChanged();
    this.#options.onFitted();
  };

  /** How much of what a cell needs it has seen, 0..1: rows for most of the learning time, whenever it began. */
  shareOf(cell: Cell): number {
    const { stepUs } = cell.plan;
    const needed = Math.min(cell.rows.capacity, Math.max(MIN_ROWS, (this.#options.learningUs() * ENOUGH) / stepUs));
    return Math.min(1, cell.rows.count / needed);
  }

  #isFull(): boolean {
    return this.#cells.size >= MAX_CELLS || this.#points >= MAX_WATCHED_POINTS;
  }

  /** The controller of an endpoint: what stands at the top of its chain of gateways. */
  #controllerOf(endpoint: EndpointId): EndpointId {
    let at = endpoint;
    for (let depth = 0; depth < 8; depth++) {
      const { parent } = this.#options.endpoints.get(at);
      if (parent === undefined) return at;
      at = parent;
    }
    return at;
  }

  #look(tsUs: number): void {
    const { model, family } = this.#options;
    for (let id = this.#known + 1; id <= model.pointCount; id++) {
      const point = model.point(id)!;
      const isNumber =
        typeof point.value === 'number' || typeof point.value === 'boolean' || typeof point.value === 'bigint';
      if (!isNumber || !FAMILIES.has(family(point.protocol)) || this.#isFull()) {
        this.#without++;
        continue;
      }
      this.#points++;
      const controller = this.#controllerOf(point.target);
      const pending = this.#pending.get(controller) ?? { points: [], sinceUs: tsUs };
      pending.points.push(id);
      // What comes in company waits for the rest of it.
      pending.sinceUs = tsUs;
      this.#pending.set(controller, pending);
    }
    this.#known = model.pointCount;
    const due = [...this.#pending].filter(([, { sinceUs }]) => tsUs - sinceUs >= SETTLE_US);
    if (due.length === 0) return;
    const rows = this.#share(due.reduce((sum, [, { points }]) => sum + points.length, 0));
    for (const [controller, { points }] of due) {
      this.#pending.delete(controller);
      this.#form(controller, points, rows);
    }
  }

  /** Points that move stand together: they tell something of each other. Constants guard themselves. */
  #form(controller: EndpointId, points: number[], rows: number): void {
    const { model } = this.#options;
    const changes = new Map(points.map((id) => [id, model.point(id)!.changes]));
    const order = points.sort((a, b) => Number(changes.get(b)! > 1) - Number(changes.get(a)! > 1) || a - b);
    for (let from = 0; from < order.length; from += MAX_CELL_POINTS) {
      const some = order.slice(from, from + MAX_CELL_POINTS).sort((a, b) => a - b);
      if (this.#cells.size >= MAX_CELLS) {
        this.#without += some.length;
        this.#points -= some.length;
        continue;
      }
      const number = (this.#cellsOf.get(controller) ?? 0) + 1;
      this.#cellsOf.set(controller, number);
      const watch = model.watch(some);
      const cadences = some
        .map((_, i) => watch.cadenceUs(i))
        .filter((us) => us > 0)
        .sort((a, b) => a - b);
      const cadence = cadences[Math.floor(cadences.length / 2)] ?? 0;
      // The learning time must fit into the rows that are kept.
      const least = Math.max(cadence, (this.#options.learningUs() * ENOUGH) / rows);
      const stepUs = (STEPS_S.find((s) => s * 1e6 >= least * 0.98) ?? 3600) * 1e6;
      this.#add({
        id: number === 1 ? `c${controller}` : `c${controller}-${number}`,
        controller,
        points: some,
        stepUs,
        rows,
        // Polls are late by parts of a second now and then: their pace is one of whole seconds.
        ...(cadence > 0 && { sampleUs: Math.min(stepUs, Math.max(1e6, Math.round(cadence / 1e6) * 1e6)) }),
      });
    }
  }

  /** Rows of each cell where so many points come to those that there are, which have to make room for them. */
  #share(more: number): number {
    const total = [...this.#cells.values()].reduce((sum, cell) => sum + cell.plan.points.length, more);
    const rows = rowsFor(total);
    for (const cell of this.#cells.values()) cell.keepRows(rows);
    return rows;
  }

  #add(plan: CellPlan, isAway = false): Cell {
    const cell = new Cell(new CellPlace(plan, this.#site), isAway);
    this.#cells.set(plan.id, cell);
    this.#list.push(cell);
    if (this.#list.length > this.#dueUs.length) {
      this.#dueUs = growF64(this.#dueUs, this.#list.length * 2);
      this.#restsFromUs = growF64(this.#restsFromUs, this.#list.length * 2);
      this.#rowDueUs = growF64(this.#rowDueUs, this.#list.length * 2);
      this.#heardAt = growF64(this.#heardAt, this.#list.length * 2).fill(Number.NaN, this.#list.length - 1);
    }
    this.#decide(cell);
    for (const point of plan.points) {
      // Without holes: points are numbered as they are found.
      while (this.#cellOf.length < point) this.#cellOf.push(undefined);
      this.#cellOf[point] = cell;
    }
    return cell;
  }

  /** A statement as it may be made: explained by a write, by what came first, or kept beside what it was before. */
  readonly #say = (statement: Statement, isSuspect: boolean, stepUs: number): void => {
    const written = this.#writes.weigh(statement, isSuspect, stepUs);
    // What its writer explains draws nothing else after it.
    const weighed = written !== statement ? written : this.#common.weigh(statement, isSuspect, this.#nameOf);
    this.#options.state(this.#kept.weigh(weighed));
  };
  readonly #end = (kind: FindingKind, key: string, tsUs: number): void => {
    for (const told of this.#kept.end(kind, key)) this.#options.end(kind, told, tsUs);
  };

  readonly #nameOf = (point: number): string => this.#options.model.point(point)?.path ?? `point ${point}`;

  /** Names that are unique in the cell: paths of several units behind one gateway are told apart by the unit. */
  #namesOf({ points }: CellPlan): readonly string[] {
    const { model, endpoints } = this.#options;
    const taken = new Set<string>();
    return points.map((id) => {
      const point = model.point(id);
      if (point === undefined) return `point ${id}`;
      const { sub } = endpoints.get(point.target);
      let name = sub === undefined ? point.path : `${sub.kind.replace(/^[a-z0-9]+-/, '')} ${sub.address} ${point.path}`;
      if (taken.has(name)) name = `${name} (${id})`;
      taken.add(name);
      return name;
    });
  }

  /** What people decided about relations, of all cells. */
  get decided(): readonly Decided[] {
    return this.#decided;
  }
  setDecided(decided: readonly Decided[]): void {
    this.#decided = decided;
    for (const cell of this.#cells.values()) this.#decide(cell);
  }
  #decide(cell: Cell): void {
    const decided = this.#decided.filter((row) => row.cell_id === cell.plan.id);
    if (decided.length + cell.decided.length > 0) cell.setDecided(decided);
  }

  /** What is not in the rows of cells. */
  save(): string {
    return JSON.stringify({
      known: this.#known,
      lookedUs: this.#lookedUs,
      without: this.#without,
      pending: [...this.#pending],
      cellsOf: [...this.#cellsOf],
      plans: this.cells.map(({ plan }) => plan),
      writes: this.#writes.save(),
      common: this.#common.save(),
      kept: this.#kept.save(),
      witnesses: this.#savedWitnesses ?? this.#witnesses.save(),
    } satisfies SavedFeed);
  }

  /**
   * Puts back what `save` told; its cells are away (`Cell.isAway`) until each is given to `bringBack`. What older versions saved
   * names cells only: `planOf` finds how they were. One step a cell: of thousands of points it takes a part of a second in all.
   */
  *loading(text: string, planOf: (id: string) => CellPlan | undefined): Generator<void, void> {
    const saved = JSON.parse(text) as SavedFeed;
    this.#known = saved.known;
    this.#lookedUs = saved.lookedUs;
    this.#without = saved.without;
    if (saved.writes !== undefined) this.#writes.load(saved.writes);
    if (saved.common !== undefined) this.#common.load(saved.common);
    if (saved.kept !== undefined) this.#kept.load(saved.kept);
    this.#pending.clear();
    this.close();
    this.#cells.clear();
    this.#list = [];
    this.#dueUs.fill(0);
    this.#heardAt.fill(Number.NaN);
    this.#cellOf = [];
    for (const [controller, pending] of saved.pending) this.#pending.set(controller, pending);
    for (const [controller, count] of saved.cellsOf) this.#cellsOf.set(controller, count);
    const plans = saved.plans ?? (saved.order ?? []).map(planOf).filter((plan) => plan !== undefined);
    for (const plan of plans) {
      this.#add(plan, true);
      yield;
    }
    const idOf = ({ plan }: Cell): string => plan.id;
    for (const cell of this.cells.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))) this.#away.add(cell);
    const inCells = plans.reduce((sum, { points }) => sum + points.length, 0);
    this.#points = inCells + saved.pending.reduce((sum, [, { points }]) => sum + points.length, 0);
    this.#savedWitnesses = saved.witnesses;
    this.#isLate = true;
  }

  /** Cells of which what they learned is still to be read, in the order of their ids as text. */
  get away(): ReadonlySet<Cell> {
    return this.#away;
  }
  /** The same of those that judge again, and of which earlier rows are still to be read. */
  get rowless(): ReadonlySet<Cell> {
    return this.#rowless;
  }
  /** Cells that do not judge yet what comes now: when the last is back, all of them until they have caught up. */
  get returning(): number {
    return this.#isLate && this.#away.size === 0 ? this.#list.length : this.#away.size;
  }
  /** All that was saved is back. */
  get #isWhole(): boolean {
    return !this.#isLate && this.#rowless.size === 0;
  }
  #tellWhole(): void {
    if (this.#isWhole && !this.isFitting) this.#wake();
  }

  /** One of them that somebody waits for: it is read before others. */
  get wantedAway(): Cell | undefined {
    return this.#wantedOf(this.#away);
  }
  /** The same of those without rows. */
  get wantedRowless(): Cell | undefined {
    return this.#wantedOf(this.#rowless);
  }
  #wantedOf(cells: ReadonlySet<Cell>): Cell | undefined {
    for (const wanted of this.#wanted.keys()) if (cells.has(wanted)) return wanted;
    return undefined;
  }
  /** Resolves when all of the cell is back (or the site unloaded): it is read before others. */
  whenBack(cell: Cell): Promise<void> {
    if (!this.#away.has(cell) && !this.#rowless.has(cell)) return Promise.resolve();
    return new Promise((resolve) => this.#wanted.set(cell, [...(this.#wanted.get(cell) ?? []), resolve]));
  }
  #tellBack(cell: Cell): void {
    const told = this.#wanted.get(cell);
    this.#wanted.delete(cell);
    for (const tell of told ?? []) tell();
  }
  /** Cells of which what they had learned could not be brought back, since this was asked last. */
  takeRelearned(): readonly Cell[] {
    return this.#relearned.splice(0);
  }
  /** One that is away goes on from what was saved of it; from nothing where that is not there or cannot be read. */
  bringBack(cell: Cell, saved: StoredCell | undefined): void {
    if (!this.#away.delete(cell)) return;
    const isIts = saved?.header.plan.points.join() === cell.plan.points.join();
    if (saved === undefined || !isIts) cell.loadNothing();
    else {
      cell.load(saved.header, saved.model, saved.blocks);
      if (cell.relearned !== '' && saved.header.relearned === undefined) this.#relearned.push(cell);
    }
    if (cell.rows.isAway) this.#rowless.add(cell);
    else this.#tellBack(cell);
  }
  /** The rows of one without. */
  bringRows(cell: Cell, blocks: ReadonlyMap<number, Uint8Array>): void {
    if (!this.#rowless.delete(cell)) return;
    cell.loadRows(blocks);
    this.#tellBack(cell);
    this.#tellWhole();
  }

  /**
   * Judges what came while cells were away, once all are there: in order of time, as it would have been judged then, since what one
   * cell says is weighed by what others said. One row of a cell at a step; what comes meanwhile waits behind it.
   */
  *catchingUp(): Generator<void, void> {
    if (!this.#isLate) return;
    // They stand on the rows of cells.
    this.#witnesses.cellsChanged();
    if (this.#savedWitnesses !== undefined) this.#witnesses.load(this.#savedWitnesses);
    this.#savedWitnesses = undefined;
    for (;;) {
      let tsUs = Number.POSITIVE_INFINITY;
      for (const cell of this.#cells.values()) tsUs = Math.min(tsUs, cell.keptUs);
      if (tsUs === Number.POSITIVE_INFINITY) break;
      for (const cell of this.cells) {
        if (cell.keptUs !== tsUs) continue;
        cell.playKept();
        yield;
      }
      this.#witnesses.tick(tsUs);
    }
    for (const cell of this.#cells.values()) cell.beBack();
    this.#isLate = false;
    this.#tellWhole();
  }
}

/** One cell as the store has it: what it says of itself, its model, its rows by block. */
export interface StoredCell {
  readonly header: SavedCell;
  /** Nobody else's: the model works in it. */
  readonly model: Uint8Array;
  /** Later: the cell judges without them (`SavedCell.last`). */
  readonly blocks: ReadonlyMap<number, Uint8Array> | 'later';
}

interface SavedFeed {
  readonly known: number;
  readonly lookedUs: number;
  readonly without: number;
  readonly pending: readonly [EndpointId, Pending][];
  readonly cellsOf: readonly [EndpointId, number][];
  /** Of all cells, in order. */
  readonly plans?: readonly CellPlan[];
  /** Their ids: what older versions saved in place of plans. */
  readonly order?: readonly string[];
  readonly writes?: SavedWrites;
  readonly common?: SavedCommon;
  readonly kept?: SavedKept;
  readonly witnesses?: SavedWitnesses;
}
