import type { EndpointId } from '../../core/endpoint.ts';
import type { CellModel, PointArming } from '../../core/process.ts';
import type { PointWatch } from '../../core/site-model.ts';
import { CellGuard, PROCESS_KINDS, STATED } from '../../detect/index.ts';
import {
  CellStretches,
  type Cycle,
  OtherForm,
  printRelation,
  type RelationWatch,
  type WordPair,
  wordsText,
} from '../../learn/process/index.ts';
import { Slab } from '../../lib/slab.ts';
import { Away } from './away.ts';
import { BAND_ROWS, CellBands, type Ranges } from './cell-bands.ts';
import { deviationsOf } from './cell-deviations.ts';
import type { CellOptions } from './cell-place.ts';
import type { FitOutcome, Fitting } from './fitting.ts';
import { Freshness, Heard } from './freshness.ts';
import { CellReading } from './reading.ts';
import { CellRelations, type Decided, NOTHING_DECIDED } from './relations.ts';
import { type DueRow, RowClock } from './row-clock.ts';
import { CellRows } from './rows.ts';
import { type CellPlan, fillRanges, knownCycle, type SavedCell, savedRanges } from './saved-cell.ts';
import { BriefStates } from './states.ts';
import { Trial } from './trial.ts';

/** Fewer rows teach nothing. */
export const MIN_ROWS = 200;
/** Samples that are compared with earlier ones come at most so often: ticks come once in a second. */
const LEAST_SAMPLE_US = 2_000_000;
/** A cell without a new row for more steps than this was not seen. */
const UNSEEN_STEPS = 2.5;
/** A model that could not be made is tried again after so long: what kept it from being made may be over. */
const AGAIN_US = 3_600_000_000;
/** What a guard without an open episode saves. */
const SILENT = '[]';

/** Number of a row that is judged and not kept. */
const NOT_KEPT = -1;

const NOTHING_LEARNED: Ranges = { low: new Float64Array(0), high: new Float64Array(0) };
interface Scratch {
  readonly sampled: Float64Array;
  readonly lastUs: Float64Array;
}
const scratches: (Scratch | undefined)[] = [];
const scratchOf = (points: number): Scratch => {
  const scratch = scratches[points] ?? { sampled: new Float64Array(points), lastUs: new Float64Array(points) };
  scratches[points] = scratch;
  return scratch;
};

const whyAgain = (error: unknown): string =>
  error instanceof OtherForm
    ? `the form of saved models changed with this version of Gatehouse (${error.message})`
    : 'the model that was saved could not be read';

interface Pending {
  readonly sinceUs: number;
  readonly after: (() => void)[];
  request: Fitting | undefined;
}

export class Cell {
  plan: CellPlan;
  rows: CellRows;
  watch: PointWatch;
  readonly #options: CellOptions;
  // What it works with, made by `#begin`: of thousands of cells that are away after a start it takes time and memory.
  #row!: Float64Array;
  /** This and `#lastUs`: filled and read within one call, cells of one width share them. */
  #sampled!: Float64Array;
  #lastUs!: Float64Array;
  #freshness!: Freshness;
  /** Made with the first row. */
  #heard: Heard | undefined;
  #heardUs: readonly number[] = [];
  #stretches!: CellStretches;
  readonly #trial: Trial;
  readonly #states = new BriefStates();
  /** It is in a state that training held a few times only. */
  #isInBrief = false;
  /** Something that is no matter of the process is odd at its controller. */
  #isSuspect = false;
  /** Made with the first row that is judged. */
  #bands: CellBands | undefined;
  /** Number of the row that is judged: behind the last one where rows waited for their model. */
  #inHand = 0;
  /** Of what was learned from; empty without a model. */
  #ranges: Ranges = NOTHING_LEARNED;
  /** Where they stand when they are brought back. */
  #room!: Ranges;
  #model: CellModel | undefined;
  /** Made when there is something to say. */
  #guard: CellGuard | undefined;
  #relations = NOTHING_DECIDED;
  #decided: readonly Decided[] = [];
  #fittedUs = 0;
  #learnedUs = 0;
  readonly #sampleUs: number;
  readonly #clock: RowClock;
  /** What was heard of its points when they were sampled last (`PointWatch.heard`). */
  #sampledHeard = -1;
  #arming: readonly PointArming[] | undefined;
  #armed: number | undefined;
  #cycles: readonly Cycle[] = [];
  readonly #reading = new CellReading();
  #failedUs = 0;
  /** A model was being made anew when it was saved. */
  #asksAgain = false;
  /** The model that is being made, and what is to be done when it is there. */
  #fitting: Pending | undefined;
  #isRead = true;
  /** Keeps what comes until it is back. */
  #away: Away | undefined;
  /** Rows that were due since the start and are judged by nobody: too much came before it was back. */
  missed = 0;
  /** Why it is not armed although it saw enough; '' otherwise. */
  problem = '';
  /** Why what it had learned was given up, and is learned again from its rows; '' where it was not, and once another model followed. */
  relearned = '';
  /** Changed since it was saved. */
  dirty = true;
  /** When it was saved last, wall clock; 0: never since it was made. */
  savedUs = 0;

  /** `isAway`: what it learned is still to be read back: until `beBack` it judges nothing, and keeps what comes. */
  constructor(options: CellOptions, isAway = false) {
    const { plan } = options;
    this.plan = plan;
    this.#options = options;
    this.watch = options.watch;
    this.rows = new CellRows(plan.points.length, plan.rows);
    this.#trial = new Trial(options.cells);
    this.#sampleUs = Math.max(LEAST_SAMPLE_US, plan.sampleUs ?? plan.stepUs);
    this.#clock = new RowClock(plan.stepUs, this.#sampleUs);
    if (!isAway) {
      this.#begin();
      return;
    }
    this.#away = new Away(this.watch, plan.stepUs);
    this.#isRead = false;
    this.dirty = false;
  }

  #begin(): void {
    const n = this.plan.points.length;
    const slab = new Slab({ of8: 3 * n, columns: 3 }, Freshness.room(n), CellStretches.room(n));
    this.#row = slab.f64(n);
    this.#room = { low: slab.f64(n), high: slab.f64(n) };
    const scratch = scratchOf(n);
    this.#sampled = scratch.sampled;
    this.#lastUs = scratch.lastUs;
    this.#freshness = new Freshness(n, slab);
    this.#stretches = new CellStretches(n, this.#sampleUs, slab);
  }

  get names(): readonly string[] {
    return this.#options.names;
  }

  /** The device that serves a column, and by which protocol. */
  targetOf(column: number): EndpointId {
    return this.#options.targets[column]!;
  }
  protocolOf(column: number): string {
    return this.#options.protocols[column]!;
  }

  /** What people decided about relations of this cell. */
  get decided(): readonly Decided[] {
    return this.#decided;
  }
  setDecided(decided: readonly Decided[]): void {
    this.#decided = decided;
    const found = (): string[] => (this.#model?.invariants ?? []).map(({ text }) => text);
    // Names and texts are found out for those who decided something: few cells.
    this.#relations =
      decided.length === 0 ? NOTHING_DECIDED : new CellRelations(this.plan.id, found(), decided, this.names);
  }
  /** Texts of relations among `watch` that the latest row breaks; undefined while there is no row. */
  broken(watch: RelationWatch): ReadonlySet<string> | undefined {
    if (this.rows.count === 0) return undefined;
    const out = new Set<string>();
    watch.check(this.#row, (relation) => void out.add(printRelation(relation)));
    return out;
  }

  /** Rows at most from now on: others need room. */
  keepRows(rows: number): void {
    if (rows >= this.plan.rows) return;
    this.plan = { ...this.plan, rows };
    // One that is away makes the room when it is back.
    if (this.isAway || this.rows.isAway) return;
    this.rows.shrink(rows);
    this.dirty = true;
  }

  get isArmed(): boolean {
    return this.#model !== undefined;
  }
  get fittedUs(): number {
    return this.#fittedUs;
  }
  /** Its model is being made of the rows until `sinceUs`, after `before` other cells; undefined otherwise. */
  get fitting(): { readonly sinceUs: number; readonly before: number } | undefined {
    return this.#fitting && { sinceUs: this.#fitting.sinceUs, before: this.#fitting.request?.before ?? 0 };
  }
  /** It has no model, and none is being made. */
  isUnlearned(tsUs: number): boolean {
    if (this.isArmed || this.#fitting !== undefined || this.#away !== undefined) return false;
    return this.#failedUs === 0 || tsUs - this.#failedUs >= AGAIN_US || tsUs < this.#failedUs;
  }
  get model(): CellModel | undefined {
    return this.#model;
  }
  /** The number that a column is a word of; undefined where it is one by itself. */
  pairOf(column: number): WordPair | undefined {
    return this.#reading.pairOf(column);
  }
  /** How a register is read otherwise than it came, as a sentence; '' as it came. */
  note(column: number): string {
    return this.#reading.note(column, this.names);
  }
  /** By column; empty without a model. Found out when somebody asks. */
  get arming(): readonly PointArming[] {
    this.#arming ??= this.#model?.arming.map((arming, p) => this.#armingOf(arming, p)) ?? [];
    return this.#arming;
  }
  /** Points with at least one guard armed. The list of what each is armed for is not kept for it. */
  get armed(): number {
    this.#armed ??= (this.#arming ?? this.#model?.arming.map((arming, p) => this.#armingOf(arming, p)) ?? []).filter(
      ({ armed }) => armed.length > 0,
    ).length;
    return this.#armed;
  }
  /** Cycles of the rows that its model was made of; points are columns. Empty without a model. */
  get cycles(): readonly Cycle[] {
    return this.#cycles;
  }

  /** What it learned is not read back yet. */
  get isAway(): boolean {
    return !this.#isRead;
  }
  /** Time of the oldest row that came since and is not judged; infinite where there is none. */
  get keptUs(): number {
    return this.#away?.nextUs ?? Number.POSITIVE_INFINITY;
  }
  /** Judges that row. */
  playKept(): void {
    const away = this.#away;
    const { watch } = this;
    this.#away = undefined;
    away?.play(({ tsUs, odd, isEarly }, then) => {
      this.watch = then;
      if (isEarly) this.early(tsUs, odd);
      else this.tick(tsUs, odd);
    });
    this.watch = watch;
    this.#away = away;
  }
  /** From now on it judges what comes when it comes. */
  beBack(): void {
    this.missed = this.#away?.missed ?? 0;
    this.#away = undefined;
    this.#isRead = true;
    this.#sampledHeard = -1;
  }

  /** From here until `dueUs` a tick finds nothing to do; before it the clock stepped back. */
  get restsFromUs(): number {
    return this.#clock.restsFromUs;
  }
  /** What comes while it is away is always kept. */
  get dueUs(): number {
    return this.#away === undefined ? this.#clock.dueUs : Number.NEGATIVE_INFINITY;
  }

  /**
   * Where it looks at its samples on every tick: what was heard of its points (`PointWatch.heard`) at the last look. While that stays the
   * same, a tick finds nothing to do before `rowDueUs`. NaN elsewhere.
   */
  get heardAt(): number {
    return this.#away === undefined && this.#clock.looksAlways ? this.#sampledHeard : Number.NaN;
  }
  get rowDueUs(): number {
    return this.#clock.nextUs;
  }

  /** Takes the row that is due. `odd`: something is going on here that must not be learned. Returns true for a new row. */
  tick(tsUs: number, odd: boolean): boolean {
    if (this.#away !== undefined) {
      this.#away.tick(tsUs, odd);
      return false;
    }
    this.#isSuspect = odd;
    this.#sample(tsUs, odd);
    const due = this.#clock.due(tsUs);
    return due !== undefined && this.#takeRow(due, odd);
  }

  #takeRow({ seenUs: tsUs, tsUs: at }: DueRow, odd: boolean): boolean {
    const row = this.#row;
    this.watch.read(row, this.#lastUs);
    this.#heardOf().look(tsUs, this.#lastUs);
    const known = this.#understand((i) => this.#freshness.isFresh(i, tsUs, this.#lastUs[i]!, this.watch.cadenceUs(i)));
    // A cell of which nothing is seen makes no rows: not seen is not normal.
    if (known === 0) return false;
    if (at <= this.rows.lastUs) {
      // A clock stepped back: rows are kept in order, so that these are judged and not kept.
      this.#judge(at, NOT_KEPT);
      return false;
    }
    const isOdd = this.#judge(at, this.rows.taken) || odd;
    this.rows.add(at, row, isOdd);
    this.dirty = true;
    return true;
  }

  /**
   * A value far from all that it was came between two rows, which may be minutes apart: the cell is judged as it stands now, and that
   * row is not kept; of rows that follow closely the next one is taken instead (`RowClock`).
   */
  early(tsUs: number, odd: boolean): void {
    const clock = this.#clock;
    if (clock.waits) return;
    if (this.#away !== undefined) {
      // Also of one that is read back already: it is judged in its turn.
      this.#away.early(tsUs, odd);
      return;
    }
    if (!this.isArmed) return;
    if (clock.takesAhead) {
      const next = clock.ahead(tsUs);
      if (next === undefined) return;
      this.#isSuspect = odd;
      this.#takeRow(next, odd);
      return;
    }
    if (!clock.isEarly(tsUs)) return;
    this.#isSuspect = odd;
    this.watch.read(this.#row, this.#lastUs);
    if (this.#understand((i) => this.#freshness.mayStand(i, tsUs, this.#lastUs[i]!)) > 0) this.#judge(tsUs, NOT_KEPT);
  }

  /** Makes of what was read last the row in hand; answers how many of its values are known. */
  #understand(isFresh: (column: number) => boolean): number {
    const row = this.#row;
    const heard = this.#heardOf();
    let known = 0;
    for (let i = 0; i < row.length; i++) {
      // What was not seen is unknown: a value that is held would look like one that is frozen.
      if (!isFresh(i) || heard.isDark(i)) row[i] = Number.NaN;
      else if (!Number.isNaN(row[i]!)) known++;
    }
    this.#reading.read(row);
    this.#reading.passZero(row, this.#lastOf, this.#ranges);
    this.#reading.count(row, this.#lastOf, this.#options.followers);
    return known;
  }

  #heardOf(): Heard {
    if (this.#heard === undefined) {
      this.#heard = new Heard(this.#options.targets);
      this.#heard.load(this.#heardUs);
      this.#heardUs = [];
    }
    return this.#heard;
  }

  /** Samples between rows, for repetitions: looked at twice in the time of one. */
  #sample(tsUs: number, odd: boolean): void {
    if (!this.#clock.isSampleDue(tsUs)) return;
    const heard = this.watch.heard();
    if (heard === this.#sampledHeard) return;
    this.#sampledHeard = heard;
    this.watch.read(this.#sampled, this.#lastUs);
    this.#reading.read(this.#sampled);
    this.#stretches.see(this.#sampled, this.#lastUs, !this.isArmed && this.#fitting === undefined && !odd);
  }

  /** Judges the row in hand, which is that of this number (or is not kept). */
  #judge(tsUs: number, number: number): boolean {
    if (this.#model === undefined) return false;
    const row = this.#row;
    const score = this.#model.score(tsUs, row);
    this.#isInBrief = this.#states.take(tsUs, row);
    this.#bands ??= new CellBands(this.plan.points.length, this.#options.bandRows?.() ?? BAND_ROWS);
    const bands = this.#bands;
    const all = bands.surprise;
    // What is not seen is not normal.
    for (let p = 0; p < row.length; p++) all[p] = score.state !== 'scored' || Number.isNaN(row[p]!) ? Number.NaN : 0;
    const deviations = deviationsOf(score.deviations, {
      row,
      ranges: this.#ranges,
      relations: this.#relations,
      reading: this.#reading,
      stretches: this.#stretches,
    });
    for (const { point, surprise } of deviations) if (point >= 0) all[point] = Math.max(all[point]! || 0, surprise);
    const band = bands.look(this.#model, this.#ranges);
    this.#inHand = number === NOT_KEPT ? this.rows.taken : number;
    if (number !== NOT_KEPT) bands.keep(number, band);
    // What never deviated has nothing to say: of most cells none is made.
    const isSilent = score.state !== 'scored' || !deviations.some(({ surprise }) => surprise >= STATED);
    if (this.#guard === undefined && isSilent) return false;
    return this.#guardOf().take(tsUs, row, { ...score, deviations }, band);
  }

  /**
   * Asks for a model of the rows that were normal until now; one that is being made is not waited for. False where there
   * are too few. `after` is called when the new model judges. `problem` says why it could not be made.
   */
  fit(after?: () => void): boolean {
    const until = this.rows.taken;
    const count = this.rows.countNormal();
    if (count < MIN_ROWS) return false;
    const { fitter, onFitted } = this.#options;
    this.#readWords(until);
    const before = this.#fitting;
    before?.request?.withdraw();
    const fitting: Pending = {
      sinceUs: this.rows.lastUs,
      after: [...(before?.after ?? []), ...(after === undefined ? [] : [after])],
      request: undefined,
    };
    this.#fitting = fitting;
    fitting.request = fitter.request({
      table: () => this.rows.table(this.names, until),
      stepUs: this.plan.stepUs,
      done: (outcome) => {
        if (this.#fitting !== fitting) return;
        this.#fitting = undefined;
        this.#fitted(outcome, fitting.sinceUs, until, count);
        if (outcome.kind === 'made') for (const work of fitting.after) work();
        onFitted(fitting.request !== undefined);
      },
    });
    this.dirty = true;
    return true;
  }

  /** Before anything is learned of a cell, its words are made the numbers that they are. */
  #readWords(until: number): void {
    const { followers, targets } = this.#options;
    if (this.isArmed || this.#fitting !== undefined) return;
    if (!this.#reading.learn(this.rows.table(this.names, until), followers, (column) => targets[column]!)) return;
    this.rows.rewrite(this.#reading.read);
    for (const { first, second } of this.#reading.pairs) this.#stretches.join(first, second);
  }
  readonly #lastOf = (column: number): number => this.rows.lastValue(column);

  #fitted(outcome: FitOutcome, sinceUs: number, until: number, count: number): void {
    this.dirty = true;
    if (outcome.kind === 'failed') {
      this.problem = `its model could not be made: ${outcome.why}`;
      this.#failedUs = sinceUs;
      return;
    }
    const wasArmed = this.isArmed;
    if (wasArmed) this.relearned = '';
    this.#fittedUs = sinceUs;
    this.#learnedUs = count * this.plan.stepUs;
    this.problem = '';
    this.#trial.begin(sinceUs, this.#learnedUs, this.plan.stepUs);
    this.#ranges = this.rows.ranges(until);
    this.#cycles = outcome.cycles;
    this.#arm(outcome.model);
    const natures = this.arming.map(({ nature }) => nature);
    this.#states.learn(this.rows.table(this.names, until), natures);
    this.#catchUp(until, wasArmed);
  }

  /** Rows that came while the model was made: it must have seen them, and what nobody judged is judged now. */
  #catchUp(from: number, wereJudged: boolean): void {
    for (let number = from; number < this.rows.taken; number++) {
      const tsUs = this.rows.read(number, this.#row);
      if (Number.isNaN(tsUs)) continue;
      if (wereJudged) this.#model!.score(tsUs, this.#row);
      else if (this.#judge(tsUs, number)) this.rows.makeOdd(number);
    }
  }

  #arm(model: CellModel): void {
    this.#model = model;
    this.#guard = undefined;
    this.#stretches.arm();
    this.#arming = undefined;
    this.#armed = undefined;
    this.setDecided(this.#decided);
  }

  #guardOf(): CellGuard {
    const options = this.#options;
    const { plan } = options;
    this.#guard ??= new CellGuard({
      cell: plan.id,
      points: plan.points,
      // Of a cell that says nothing nobody asks.
      get protocols() {
        return options.protocols;
      },
      get targets() {
        return options.targets;
      },
      controller: plan.controller,
      stepUs: plan.stepUs,
      learnedUs: this.#learnedUs,
      before: (column, untilUs, rows) => this.rows.before(column, untilUs, rows),
      // The slot of the oldest row holds the row in hand already.
      note: (column) => this.note(column),
      bandBefore: (column, rows) =>
        this.bands(column, Math.min(rows, this.#bands!.rows - 1, this.#inHand), this.#inHand),
      state: (statement) => {
        // A relation that people approved or wrote holds by their word.
        const isTheirs = statement.kind === PROCESS_KINDS.relation && this.#relations.watch.relations.length > 0;
        options.state(isTheirs ? statement : this.#trial.weigh(statement, this.#isSuspect, this.#isInBrief));
      },
      end: (kind, key, tsUs) => options.end(kind, key, tsUs),
    });
    return this.#guard;
  }

  /** Until when what its model says by itself is kept below an alert; 0 where it is not on trial. */
  trialUntilUs(nowUs: number): number {
    return this.isArmed && this.#trial.isOn(nowUs) ? this.#trial.untilUs : 0;
  }

  /** What the model is armed for, and whether samples are watched for replays. */
  #armingOf(arming: PointArming, p: number): PointArming {
    const pair = this.pairOf(p);
    if (pair?.second === p)
      return { ...arming, armed: [], unarmed: `judged with ${this.names[pair.first]}: both are ${wordsText(pair)}` };
    if (this.#stretches.isArmed(p))
      return arming.armed.includes('replay') ? arming : { ...arming, armed: [...arming.armed, 'replay'] };
    if (arming.nature !== 'continuous' || arming.armed.includes('replay')) return arming;
    return { ...arming, unarmed: [arming.unarmed, this.#stretches.unarmed(p)].filter((t) => t !== '').join('; ') };
  }

  /** Something about it is being told: after a restart that must go on, not begin anew. */
  get isTelling(): boolean {
    return this.#guard !== undefined && this.#guard.open.length > 0;
  }
  /** Nothing of the cell was seen when its last row was due. `nowUs`: frame time. */
  isUnseen(nowUs: number): boolean {
    return nowUs - this.rows.lastUs > UNSEEN_STEPS * this.plan.stepUs;
  }
  /** A column has a value in the latest row. */
  isSeen(column: number): boolean {
    return !Number.isNaN(this.rows.lastValue(column));
  }

  /** Surprise of a column in the latest row; NaN while learning, and where it was not seen. */
  surprise(column: number): number {
    return this.#bands?.surprise[column] ?? Number.NaN;
  }
  /** The band of a column over the last rows before row `until`, oldest first: NaN before those that are remembered; empty while not armed. */
  bands(
    column: number,
    rows: number,
    until = this.rows.taken,
  ): { readonly expected: number[]; readonly low: number[]; readonly high: number[] } {
    if (this.#bands !== undefined) return this.#bands.before(column, rows, until);
    // Brought back, and no row was judged since.
    const none = new Array<number>(this.isArmed ? rows : 0).fill(Number.NaN);
    return { expected: none, low: none, high: none };
  }

  save(): { readonly header: SavedCell; readonly model: Uint8Array } {
    return {
      header: {
        plan: this.plan,
        taken: this.rows.taken,
        ...(this.rows.last && { last: this.rows.last }),
        fittedUs: this.#fittedUs,
        learnedUs: this.#learnedUs,
        nextUs: this.#clock.nextUs,
        failedUs: this.#failedUs,
        // What is being made anew because a person asked for it is asked for again after a restart.
        again: this.#asksAgain || (this.#fitting !== undefined && this.isArmed),
        problem: this.problem,
        ...(this.relearned !== '' && { relearned: this.relearned }),
        usualUs: this.#freshness.save(),
        heardUs: this.#heard?.save() ?? this.#heardUs,
        stretches: this.#stretches.save(),
        ...this.#reading.save(),
        trial: this.#trial.save(),
        states: this.#states.save(),
        range: savedRanges(this.#ranges),
        cycles: this.#cycles,
        guard: this.#guard?.save() ?? (this.isArmed ? SILENT : ''),
      },
      model: this.#model?.save() ?? new Uint8Array(0),
    };
  }

  /**
   * Puts back what was saved, with the rows in `blocks`; with `later` it judges from now on, and they follow (`loadRows`). The octets
   * of the model are its own from now on.
   */
  load(header: SavedCell, model: Uint8Array, blocks?: ReadonlyMap<number, Uint8Array> | 'later'): void {
    const { rows } = this.plan;
    if (this.isAway) this.#begin();
    if (blocks !== undefined) {
      this.plan = header.plan;
      this.#clock.stepUs = header.plan.stepUs;
      this.rows = new CellRows(header.plan.points.length, header.plan.rows);
      if (blocks !== 'later') this.rows.load(header.taken, blocks);
      else if (header.last !== undefined) this.rows.loadLater(header.taken, header.last);
    }
    this.#fittedUs = header.fittedUs;
    this.#learnedUs = header.learnedUs;
    this.#clock.nextUs = header.nextUs;
    this.#failedUs = header.failedUs;
    this.problem = header.problem;
    this.relearned = header.relearned ?? '';
    this.dirty = false;
    this.#freshness.load(header.usualUs ?? []);
    this.#heard = undefined;
    this.#heardUs = header.heardUs ?? [];
    this.#stretches.load(header.stretches ?? []);
    this.#reading.load(header);
    if (header.trial !== undefined) this.#trial.load(header.trial);
    this.#states.load(header.states ?? []);
    if (model.length > 0) {
      try {
        this.#ranges = header.range === undefined ? this.rows.ranges() : fillRanges(this.#room, header.range);
        this.#cycles = (header.cycles ?? []).map(knownCycle);
        this.#arm(this.#options.fitter.restore(model, true));
        if (header.guard !== '' && header.guard !== SILENT) this.#guardOf().load(header.guard);
      } catch (error) {
        // Made by another version: it is learned again from the rows that were kept.
        this.#fittedUs = 0;
        this.relearned = whyAgain(error);
        this.dirty = true;
      }
    }
    this.savedUs = 1;
    this.#isRead = true;
    this.keepRows(rows);
    this.#asksAgain = header.again;
    if (!this.rows.isAway) this.#whole();
  }
  /** The rows of which `load` said that they come later; without any it learns anew. */
  loadRows(blocks: ReadonlyMap<number, Uint8Array>): void {
    if (!this.rows.isAway) return;
    this.rows.load(this.rows.stored, blocks);
    if (this.plan.rows < this.rows.capacity) this.rows.shrink(this.plan.rows);
    this.#whole();
  }
  /** What waited for all of its rows. */
  #whole(): void {
    if (this.#asksAgain) this.fit();
    this.#asksAgain = false;
  }
  /** Nothing of it was saved, or it cannot be read: it learns from now on. */
  loadNothing(): void {
    if (this.isAway) this.#begin();
    this.dirty = true;
    this.#isRead = true;
  }

  /** It is not needed any more: no model is waited for. */
  close(): void {
    this.#fitting?.request?.withdraw();
    this.#fitting = undefined;
  }
}
