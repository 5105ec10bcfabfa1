/**
 * A new model on trial. It was armed on the last rows of its training; that it predicts later rows of other days it has to
 * show first. What it says by itself meanwhile is kept as a finding below an alert, and how far it was off is what it must
 * exceed from then on. The trial is over when it said next to nothing by itself for half as long again as it learned (what comes
 * once a day comes a little later on the next), at the latest after seven times as long. What it is forgiven it has to go on saying: after seven
 * learning times without it the margin is gone, so that a fault on the first day does not mute its like for good. Where something else is odd
 * at the same controller, it is believed at once, but for what it had been saying for minutes before. What one day showed of a slow level says
 * little of the next: of several equal days each is as likely as any other to reach furthest, so that the room beyond the range learned is half
 * of it after one day, a quarter after two, and so on.
 * What regressions say has such room too, and how long a value stands still: as much again as was forgiven after one day, the n-th part of it after n.
 * Source: "armed only where it predicts later, unseen normal data"; limits from held-out data as in Chiang, Russell, Braatz,
 * Fault detection and diagnosis in industrial systems (2001), section 2.2; records of equal periods: Arnold, Balakrishnan, Nagaraja, Records (1998), chapter 2.
 */
import type { Statement } from '../../core/detector.ts';
import type { Finding } from '../../core/finding.ts';
import type { WindowHit } from '../../core/incident.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';

/** What was not said for so long is over; what was said for so long began before what somebody does now. */
const OVER_US = 600_000_000;
const BEFORE_US = 300_000_000;
/** Most that is said on trial: below every alert, above what is not kept. */
export const ON_TRIAL = 0.45;
/** Then it must be off by so many times as much as it was on trial, or as its limit where it was quiet. */
const MARGIN = 1.2;
/**
 * Models keep a budget of false alarms for a cell, people read those of all cells: what regressions say must be further out by the
 * logarithm of their number, for a limit that stands this many scales out in an exponential tail (learn/process/charts.ts).
 * Source: Bonferroni; Dunn, Journal of the American Statistical Association 56, 1961.
 */
const SCALES_OUT = 15;
/** Learning times that a trial takes at most, and a margin lasts: of a day, a week, in which most lines have done everything. */
export const MAX_PERIODS = 7;
/** Learning times that it must be quiet for: what comes once in one comes earlier or later by parts of it. */
const QUIET_PERIODS = 1.5;
/** Part of the rows in which a model may speak by itself and still be quiet: some times the false alarms it is made for. */
const QUIET_PART = 1e-3;
/** The cycle that every plant has. */
const DAY_US = 86_400_000_000;
/**
 * How far a level may be beyond its limits after one day, in the unit of its ratio (a twentieth of its range, or the accuracy
 * of a point that hardly moves): half of its range. After n days the n-th part of it.
 */
const ROOM = 10;
/** Largest ratio that is told apart. */
const MAX_RATIO = 1e6;
/** What needs no other day to be true, beyond the margin. A total of equal batches repeats itself to the last digit: not a tape. */
const CERTAIN: ReadonlySet<string> = new Set([PROCESS_KINDS.junk.code]);

/** What is drawn out of other states where a state is new: on trial there, whenever it comes. */
const DRAWN_OUT: ReadonlySet<string> = new Set(
  (['soft-sensor', 'spread', 'set-point', 'dynamics', 'drift'] as const).map((kind) => PROCESS_KINDS[kind].code),
);

/** The longest pause of one day is passed on the next as likely as not; a tape or a dead sensor passes it by as much as it likes. */
const LONGEST: ReadonlySet<string> = new Set([PROCESS_KINDS.stuck.code]);

/** Times its limit: models say surprise .5 at the limit and 1 - 1 / (2 ratio) above. */
const ratioOf = (surprise: number): number =>
  surprise < 0.5 ? surprise * 2 : Math.min(MAX_RATIO, 0.5 / Math.max(1e-9, 1 - surprise));
const surpriseOf = (ratio: number): number => (ratio < 1 ? ratio / 2 : 1 - 0.5 / ratio);

const inRoom = (statement: Statement, days: number): Statement => {
  const also = statement.parts.also?.kind === 'text' ? statement.parts.also.text : '';
  const text = ` It was seen for ${days.toFixed(1)} days only: up to ${Math.round((100 * ROOM) / (20 * days))} % of its range beyond them is no alert yet.`;
  return {
    ...statement,
    surprise: Math.min(statement.surprise, ON_TRIAL),
    parts: { ...statement.parts, also: { kind: 'text', text: `${also}${text}` } },
  };
};

/** Looking does nothing to the process. */
const LOOKS: ReadonlySet<string> = new Set(['', 'read', 'subscribe', 'discover', 'authenticate']);

/**
 * Whether a finding at a controller is a reason to believe its model at once, and not to learn from what it does: somebody
 * acts on it, and no work was announced. A new panel that reads, and polls that are lost, say nothing of the values.
 */
export const isReason = (
  { detector, actor, verb, severity }: Pick<Finding, 'detector' | 'actor' | 'verb' | 'severity'>,
  hit: Pick<WindowHit, 'overrun'> | undefined,
): boolean =>
  // What a process finding itself says is odd row by row already.
  detector !== 'process' &&
  detector !== 'maintenance' &&
  actor > 0 &&
  severity !== 'none' &&
  !LOOKS.has(verb) &&
  (hit === undefined || hit.overrun);

export interface SavedTrial {
  readonly untilUs: number;
  /** Absent in what older versions saved: their trials are not prolonged, their margins last. */
  readonly periodUs?: number;
  readonly latestUs?: number;
  readonly stepUs?: number;
  readonly odd?: number;
  /** Absent in what older versions saved: their levels have no room. */
  readonly sinceUs?: number;
  readonly worst: readonly (readonly [matter: string, ratio: number, tsUs?: number])[];
}

export class Trial {
  /** End of the trial, frame time; 0 before the first model. */
  untilUs = 0;
  #periodUs = 0;
  #latestUs = 0;
  #stepUs = 0;
  /** Frame time since which it has learned or was watched; 0: not known. */
  #sinceUs = 0;
  /** Rows in which it spoke by itself since the trial began, or was prolonged. */
  #odd = 0;
  readonly #cells: () => number;
  /** Largest ratio of each episode's matter on trial, when it was last within it, and since when it said so without a pause. Bounded by kinds times points of the cell. */
  readonly #worst = new Map<string, { ratio: number; tsUs: number; runUs: number }>();

  /** `cells`: how many cells of the site are judged beside each other. */
  constructor(cells: () => number = () => 1) {
    this.#cells = cells;
  }

  /** The first model of a cell, of so much time. Later ones learned more: they go on under the same limits. */
  begin(fittedUs: number, learnedUs: number, stepUs: number): void {
    if (this.untilUs > 0) return;
    this.untilUs = fittedUs + learnedUs;
    this.#periodUs = learnedUs;
    this.#stepUs = stepUs;
    this.#latestUs = fittedUs + MAX_PERIODS * learnedUs;
    this.#sinceUs = fittedUs - learnedUs;
  }
  /** Days of this cell that were seen. */
  #daysOf(tsUs: number): number {
    return Math.max(1, (tsUs - this.#sinceUs) / DAY_US);
  }
  isOn(tsUs: number): boolean {
    return tsUs < this.untilUs;
  }

  /**
   * The statement as it may be made. `supported`: something else is odd at this controller.
   * `isInBrief`: the cell is in a state that is hardly known (states.ts).
   */
  weigh(statement: Statement, supported: boolean, isInBrief = false): Statement {
    const { kind, key, tsUs, surprise, severity } = statement;
    const ratio = ratioOf(surprise);
    const matter = `${kind.code} ${key}`;
    if (severity === 'safety' || (supported && !this.#wentOn(matter, ratio, tsUs))) return statement;
    if (CERTAIN.has(kind.code)) return { ...statement, surprise: surpriseOf(ratio / MARGIN) };
    const worst = this.#worst.get(matter);
    const isOn = this.isOn(tsUs);
    if (!isOn && !(isInBrief && DRAWN_OUT.has(kind.code))) {
      const days = this.#daysOf(tsUs);
      // Of what is within the room nothing is forgiven: a signal that creeps on would take its limit with it.
      if (kind === PROCESS_KINDS.level && ratio >= 1 && ratio < 1 + ROOM / days) return inRoom(statement, days);
      const isForgiven = worst !== undefined && tsUs - worst.tsUs <= this.#forgivenUs;
      const most = (isForgiven ? Math.max(1, worst.ratio) : 1) * this.#marginOf(kind.code, tsUs);
      if (isForgiven && ratio >= 1 && ratio < most) worst.tsUs = Math.max(worst.tsUs, tsUs);
      return { ...statement, surprise: surpriseOf(ratio / most) };
    }
    if (worst === undefined) this.#worst.set(matter, { ratio, tsUs, runUs: tsUs });
    else {
      if (tsUs - worst.tsUs > OVER_US) worst.runUs = tsUs;
      worst.ratio = Math.max(worst.ratio, ratio);
      worst.tsUs = Math.max(worst.tsUs, tsUs);
    }
    if (isOn && ratio >= 1 && ++this.#odd > this.#quietRows) {
      this.#odd = 0;
      this.untilUs = Math.max(this.untilUs, Math.min(this.#latestUs, tsUs + QUIET_PERIODS * this.#periodUs));
    }
    return { ...statement, surprise: Math.min(surprise, ON_TRIAL) };
  }

  /** It said so before anybody acted, says it still, and says no more than it did: what was done since does not explain it. */
  #wentOn(matter: string, ratio: number, tsUs: number): boolean {
    const worst = this.#worst.get(matter);
    return (
      worst !== undefined &&
      tsUs - worst.tsUs <= OVER_US &&
      worst.tsUs - worst.runUs >= BEFORE_US &&
      ratio <= MARGIN * worst.ratio
    );
  }
  #marginOf(code: string, tsUs: number): number {
    const room = 1 + 1 / this.#daysOf(tsUs);
    if (LONGEST.has(code)) return MARGIN * room;
    if (!DRAWN_OUT.has(code)) return MARGIN;
    return MARGIN * (1 + Math.log(Math.max(1, this.#cells())) / SCALES_OUT) * room;
  }
  get #quietRows(): number {
    return this.#stepUs > 0 ? (QUIET_PART * this.#periodUs) / this.#stepUs : 0;
  }
  get #forgivenUs(): number {
    return this.#periodUs > 0 ? MAX_PERIODS * this.#periodUs : Number.POSITIVE_INFINITY;
  }

  save(): SavedTrial {
    const worst = [...this.#worst].map(([matter, { ratio, tsUs }]) => [matter, ratio, tsUs] as const);
    return {
      untilUs: this.untilUs,
      periodUs: this.#periodUs,
      latestUs: this.#latestUs,
      stepUs: this.#stepUs,
      sinceUs: this.#sinceUs,
      odd: this.#odd,
      worst,
    };
  }
  load(saved: SavedTrial): void {
    this.untilUs = saved.untilUs;
    this.#periodUs = saved.periodUs ?? 0;
    this.#latestUs = saved.latestUs ?? 0;
    this.#stepUs = saved.stepUs ?? 0;
    this.#odd = saved.odd ?? 0;
    this.#sinceUs = saved.sinceUs ?? Number.NEGATIVE_INFINITY;
    this.#worst.clear();
    for (const [matter, ratio, tsUs] of saved.worst) {
      const at = tsUs ?? this.untilUs;
      this.#worst.set(matter, { ratio, tsUs: at, runUs: at });
    }
  }
}
