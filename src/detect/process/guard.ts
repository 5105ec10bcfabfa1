/**
 * From what a cell's model says row by row to findings: one episode per point, whatever the number of ways in which it
 * deviates, with the chart that proves it. The model decides what is odd (surprise .5); nothing is smoothed here.
 */
import type { Statement } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind, Part, Proof } from '../../core/finding.ts';
import type { BandColumns, Deviation, DeviationKind, RowScore } from '../../core/process.ts';
import { fellAway, isNextTo } from '../../learn/process/index.ts';
import { PROCESS_KINDS } from './kinds.ts';

/** From here on a deviation is stated. */
export const STATED = 0.5;
/** Most that is said of what does not last: below every alert. */
const LONE = 0.45;
/**
 * Rows from which it lasts. One nonsensical value alone is a fault of its transmission at most. A drift is told for a block of ten
 * rows at a time (more where rows are missing), and goes on: what is gone with the next block was a change of state. Both are kept
 * below an alert until then; what is in UNSAID is not told at all.
 */
const LASTS: Readonly<Partial<Record<DeviationKind, number>>> = {
  junk: 2,
  'soft-sensor': 3,
  'set-point': 3,
  spread: 3,
  dynamics: 3,
  drift: 15,
};
/**
 * Rows are put together from polls of different moments: what starts or stops between them does not fit for a row or two. Nobody
 * learns anything from that, and it was a seventh of all that stood below an alert on quiet days. The noise of a point is its own matter.
 */
const UNSAID: ReadonlySet<DeviationKind> = new Set(['soft-sensor', 'set-point', 'dynamics']);
/** Rows of a chart before the episode, and during it (of more every second one is left out, again and again). */
export const PROOF_BEFORE = 120;
export const PROOF_DURING = 240;
/** An episode is over after so many rows without a deviation, and at least so long. */
const QUIET_ROWS = 10;
const QUIET_US = 600_000_000;
/** Open episodes of one cell; more points at once are one matter (the cell's `dynamics` names the strongest). */
export const MAX_OPEN_POINTS = 16;
/** Points told as what it was judged from. */
const MAX_FROM = 8;

export interface GuardOptions {
  readonly cell: string;
  /** Point ids by column. */
  readonly points: ArrayLike<number>;
  readonly protocols: readonly string[];
  /** The device that serves a column, and the cell's controller. */
  readonly targets: ArrayLike<EndpointId>;
  readonly controller: EndpointId;
  readonly stepUs: number;
  /** Frame time that the model learned from, microseconds. */
  readonly learnedUs: number;
  /** Values of a column before a time, oldest first, at most `rows`. */
  readonly before: (
    column: number,
    untilUs: number,
    rows: number,
  ) => { readonly tsUs: Float64Array; readonly values: Float64Array };
  /** The band of a column over the rows before the one in hand, oldest first; NaN where it is not remembered. */
  readonly bandBefore?: (column: number, rows: number) => BandBefore;
  /** What a person must know of how the value of a column is read; '' where it is as it came. */
  readonly note?: (column: number) => string;
  readonly state: (statement: Statement) => void;
  readonly end: (kind: FindingKind, key: string, tsUs: number) => void;
}

interface BandBefore {
  readonly expected: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

interface Episode {
  readonly kind: DeviationKind;
  readonly key: string;
  readonly sinceUs: number;
  lastUs: number;
  readonly also: Set<DeviationKind>;
  strongest: number;
  rows: number;
  /** Told with a chart at the first row and each time the episode has doubled. */
  nextProof: number;
  /** Every how many rows one is charted. */
  stride: number;
  readonly columns: number[][];
  /** What was expected before it began: kept, since the cell remembers its last rows only. */
  readonly bandBefore: BandBefore;
  /** Column that is charted: its own, of the whole cell the strongest one. */
  readonly charted: number;
  from: readonly { readonly point: number; readonly weight: number }[];
  /** What was said last of the column itself by this kind; of nonsense the worst. What is said of the cell has no value of a point. */
  said: Pick<Deviation, 'observed' | 'expected' | 'low' | 'high' | 'text' | 'rows'>;
}

const NO_BAND: BandBefore = { expected: [], low: [], high: [] };
/** Column -1 is the cell as a whole. */
const WHOLE = -1;
const words = (text: string): Part => ({ kind: 'text', text });
/** Figures of a number in a sentence, and as many as make sense where it lies that close to what it is compared with. */
const DIGITS = 4;
const MAX_DIGITS = 9;
/** Figures that it takes to tell `value` from all of `others`; four where there is nothing to tell apart. */
const digitsApart = (value: number, others: readonly number[]): number => {
  const told = others.filter((other) => Number.isFinite(other) && other !== value);
  let digits = DIGITS;
  while (digits < MAX_DIGITS && told.some((other) => other.toPrecision(digits) === value.toPrecision(digits))) digits++;
  return digits;
};
/** Kinds whose words hold the value against what was expected. */
const EXPECTS: ReadonlySet<DeviationKind> = new Set(['soft-sensor', 'set-point', 'drift']);
const OTHER_STATE = words('in another state');
const ALSO: Readonly<Record<DeviationKind, string>> = {
  level: 'its level',
  spread: 'its noise',
  stuck: 'that it stands still',
  'never-seen': 'its state',
  junk: 'its range',
  'soft-sensor': 'the points around it',
  relation: 'a relation',
  'set-point': 'its set point',
  replay: 'that it repeats itself',
  drift: 'its slow course',
  dynamics: 'how the points beside it move',
};

/**
 * What a deviation is called. Nonsense that lies on the way to nothing is a supply that sags or a machine that runs out, and the
 * number beside a constant is no state: both are levels, the second as little beyond as can be.
 */
const namedAs = (deviation: Deviation): Deviation => {
  const { kind, observed, low, high } = deviation;
  if (kind === 'junk' && fellAway(observed, low, high)) return { ...deviation, kind: 'level' };
  if (kind === 'never-seen' && low === high && isNextTo(observed, low))
    return { ...deviation, kind: 'level', surprise: STATED, expected: low, text: '' };
  return deviation;
};

const isWithin = ({ observed, low, high }: Deviation): boolean => observed >= low && observed <= high;
/** A time in a sentence, to the minute. */
const minutesText = (us: number): string =>
  us < 7_200_000_000 ? `${Math.max(1, Math.round(us / 60e6))} min` : `${Math.round(us / 3_600e6)} h`;
const shortText = (value: number): string => String(Number(value.toPrecision(4)));
/** What one reading of a soft sensor tells little of: the charts look at how long it is off (charts.ts). */
const usualText = ({ low, high }: Pick<Deviation, 'low' | 'high'>): string =>
  Number.isFinite(low + high)
    ? ` Single readings stay between ${shortText(low)} and ${shortText(high)} then; a smaller difference did not last.`
    : '';

const isLone = ({ kind, rows, said }: Episode): boolean => rows < (LASTS[kind] ?? 1) && Number.isFinite(said.observed);

export class CellGuard {
  readonly #options: GuardOptions;
  readonly #open = new Map<number, Episode>();
  readonly #quietUs: number;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#quietUs = Math.max(QUIET_US, QUIET_ROWS * options.stepUs);
  }

  /** Columns with an open episode. */
  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Judges nothing: takes the row, what the model said of it and the band it expected. Returns true when something is odd. */
  take(tsUs: number, row: Float64Array, score: RowScore, band: BandColumns | undefined): boolean {
    let odd = false;
    if (score.state === 'scored') {
      for (const deviation of score.deviations) {
        if (!(deviation.surprise >= STATED)) continue;
        odd = true;
        this.#deviates(tsUs, row, namedAs(deviation), band);
      }
    }
    for (const [column, episode] of this.#open) {
      if (episode.lastUs === tsUs) continue;
      // A clock that stepped back does not keep it open for as long again.
      if (episode.lastUs > tsUs) episode.lastUs = tsUs;
      this.#chart(episode, tsUs, row, band);
      if (tsUs - episode.lastUs > this.#quietUs) {
        this.#open.delete(column);
        this.#options.end(PROCESS_KINDS[episode.kind], episode.key, episode.lastUs);
      }
    }
    return odd;
  }

  #deviates(tsUs: number, row: Float64Array, deviation: Deviation, band: BandColumns | undefined): void {
    const { cell, points } = this.#options;
    const column = this.#columnOf(deviation);
    let episode = this.#open.get(column);
    if (episode === undefined) {
      if (this.#open.size >= MAX_OPEN_POINTS) return;
      const charted = column === WHOLE ? (deviation.from.find(({ point }) => point >= 0)?.point ?? WHOLE) : column;
      episode = {
        kind: column === WHOLE ? 'dynamics' : deviation.kind,
        key: `${cell} ${column === WHOLE ? 'whole' : points[column]}`,
        sinceUs: tsUs,
        lastUs: tsUs,
        also: new Set(),
        strongest: 0,
        rows: 0,
        nextProof: 1,
        stride: 1,
        columns: [[], [], [], [], []],
        charted,
        bandBefore: charted === WHOLE ? NO_BAND : (this.#options.bandBefore?.(charted, PROOF_BEFORE) ?? NO_BAND),
        from: [],
        said: deviation,
      };
      this.#open.set(column, episode);
    }
    // Of nonsense the worst value is told: what comes after it for a moment may lie well within its range. So may a level while it goes back.
    const isTold = deviation.kind === episode.kind && deviation.point === column;
    const isWorst = deviation.surprise >= episode.strongest;
    if (isTold && (isWorst || (episode.kind !== 'junk' && !(episode.kind === 'level' && isWithin(deviation))))) {
      const { observed, expected, low, high, text, rows } = deviation;
      episode.said = { observed, expected, low, high, text, ...(rows === undefined ? {} : { rows }) };
    }
    const isFirstOfRow = episode.lastUs !== tsUs || episode.rows === 0;
    episode.lastUs = tsUs;
    if (deviation.kind !== episode.kind) episode.also.add(deviation.kind);
    if (isFirstOfRow) {
      episode.rows++;
      this.#chart(episode, tsUs, row, band, deviation);
    }
    if (deviation.surprise > episode.strongest || episode.from.length === 0) {
      episode.strongest = Math.max(episode.strongest, deviation.surprise);
      episode.from = deviation.from.slice(0, MAX_FROM).map(({ point, weight }) => ({ point, weight }));
    }
    // A stuck value or a replay says the same thing row after row: stated again where it says more.
    if (isFirstOfRow) this.#state(tsUs, column, episode, deviation);
  }

  /** A cell that moves oddly because of a point that is told already is that point's matter. */
  #columnOf(deviation: Deviation): number {
    if (deviation.point !== WHOLE) return deviation.point;
    const known = deviation.from.slice(0, 3).find(({ point }) => this.#open.has(point));
    return known === undefined ? WHOLE : known.point;
  }

  #chart(
    episode: Episode,
    tsUs: number,
    row: Float64Array,
    band: BandColumns | undefined,
    deviation?: Deviation,
  ): void {
    const column = episode.charted;
    if (column === WHOLE) return;
    if ((episode.rows + 1) % episode.stride !== 0) return;
    const [ts, observed, expected, low, high] = episode.columns;
    ts!.push(tsUs);
    observed!.push(row[column]!);
    // The model's band where it has one for every row; what it said of this deviation otherwise.
    const own = deviation !== undefined && deviation.point === column ? deviation : undefined;
    const pick = (ofBand: number | undefined, ofDeviation: number | undefined): number =>
      ofBand !== undefined && !Number.isNaN(ofBand) ? ofBand : (ofDeviation ?? Number.NaN);
    expected!.push(pick(band?.expected[column], own?.expected));
    low!.push(pick(band?.low[column], own?.low));
    high!.push(pick(band?.high[column], own?.high));
    if (ts!.length < PROOF_DURING) return;
    episode.stride *= 2;
    for (const list of episode.columns) {
      const kept = list.filter((_, i) => i % 2 === 0);
      list.length = 0;
      list.push(...kept);
    }
  }

  #proof(episode: Episode): Proof {
    const column = episode.charted;
    const { before, points } = this.#options;
    const had = before(column, episode.sinceUs, PROOF_BEFORE);
    const n = had.tsUs.length;
    const [ts, observed, expected, low, high] = episode.columns as [number[], number[], number[], number[], number[]];
    // What is remembered of a band ends where the episode begins; it may be shorter than the values before it.
    const join = (first: ArrayLike<number>, later: readonly number[]): Float64Array => {
      const out = new Float64Array(n + later.length).fill(Number.NaN);
      const skip = Math.max(0, first.length - n);
      for (let i = skip; i < first.length; i++) out[n - first.length + i] = first[i]!;
      out.set(later, n);
      return out;
    };
    const { bandBefore } = episode;
    return {
      point: points[column]!,
      tsUs: join(had.tsUs, ts),
      observed: join(had.values, observed),
      expected: join(bandBefore.expected, expected),
      low: join(bandBefore.low, low),
      high: join(bandBefore.high, high),
      from: this.#fromOf(episode, column),
    };
  }

  #fromOf(episode: Episode, column: number): Proof['from'] {
    const { points } = this.#options;
    return episode.from
      .filter(({ point }) => point >= 0 && point !== column)
      .map(({ point, weight }) => ({ point: points[point]!, weight: Math.min(1, Math.max(0, weight)) }));
  }

  #state(tsUs: number, column: number, episode: Episode, deviation: Deviation): void {
    const { cell, points, protocols, targets, controller, learnedUs, state } = this.#options;
    const { said } = episode;
    if (isLone(episode) && UNSAID.has(episode.kind)) return;
    // What was said of it while it did not last may not have been kept, and its chart with it.
    const isDue = episode.rows >= episode.nextProof || episode.rows === LASTS[episode.kind];
    const proved = episode.charted !== WHOLE && isDue;
    if (proved && episode.rows >= episode.nextProof) episode.nextProof *= 2;
    const culprits = deviation.from.map(({ point }) => point).filter((point) => point >= 0);
    const columns = [...new Set([...(column === WHOLE ? [] : [column]), ...culprits])].slice(0, MAX_FROM);
    const others = culprits.filter((point) => point !== column).map((point) => points[point]!);
    const also = [...episode.also].map((kind) => ALSO[kind]);
    const averaged = said.rows === undefined ? '' : ` on average over ${minutesText(said.rows * this.#options.stepUs)}`;
    const note = column === WHOLE ? '' : (this.#options.note?.(column) ?? '');
    const digits = digitsApart(said.observed, [
      said.low,
      said.high,
      ...(EXPECTS.has(episode.kind) ? [said.expected] : []),
    ]);
    const number = (value: number): Part => ({
      ...{ kind: 'number', value, unit: '' },
      ...(column === WHOLE ? {} : { of: points[column]! }),
      ...(digits === DIGITS ? {} : { digits }),
    });
    state({
      kind: PROCESS_KINDS[episode.kind],
      key: episode.key,
      target: column === WHOLE ? controller : targets[column]!,
      ...(column === WHOLE ? {} : { point: points[column]!, protocol: protocols[column]! }),
      points: columns.map((at) => points[at]!),
      tsUs,
      sinceUs: episode.sinceUs,
      surprise: isLone(episode) ? Math.min(LONE, episode.strongest) : episode.strongest,
      certainty: episode.kind === 'never-seen' || episode.kind === 'junk' ? 'certain' : 'likely',
      parts: {
        cell: words(cell),
        observed: number(said.observed),
        // Of states it is known that another one would fit, not which.
        expected: episode.kind === 'soft-sensor' && Number.isNaN(said.expected) ? OTHER_STATE : number(said.expected),
        low: number(said.low),
        high: number(said.high),
        since: { kind: 'time', us: episode.sinceUs },
        learned: { kind: 'duration', us: learnedUs },
        from: { kind: 'points', points: others.length > 0 ? others : columns.map((at) => points[at]!) },
        text: words(said.text === '' || episode.kind === 'relation' ? said.text : ` ${said.text}`),
        also: words(
          `${also.length === 0 ? '' : ` It also shows in ${also.join(', ')}.`}${note === '' ? '' : ` ${note}`}`,
        ),
        direction: words(said.observed < said.low ? 'lower' : 'higher'),
        averaged: words(averaged),
        lasting: words(averaged === '' ? '' : ' for so long'),
        usual: words(usualText(said)),
      },
      quietUs: this.#quietUs,
      ...(proved ? { proof: this.#proof(episode) } : {}),
    });
  }

  /** Running episodes, so that a restart does not tell them anew. */
  save(): string {
    return JSON.stringify(
      [...this.#open].map(([column, e]) => [column, { ...e, also: [...e.also] }]),
      (_, x) => (typeof x === 'number' && !Number.isFinite(x) ? String(x) : x),
    );
  }
  load(text: string): void {
    const number = (x: number | string): number => (typeof x === 'string' ? Number(x) : x);
    for (const [column, e] of JSON.parse(text) as [number, Episode & { also: DeviationKind[] }][])
      this.#open.set(column, {
        ...e,
        also: new Set(e.also),
        columns: e.columns.map((list) => list.map(number)),
        said: {
          text: e.said?.text ?? '',
          observed: number(e.said?.observed ?? Number.NaN),
          expected: number(e.said?.expected ?? Number.NaN),
          low: number(e.said?.low ?? Number.NaN),
          high: number(e.said?.high ?? Number.NaN),
          ...(e.said?.rows === undefined ? {} : { rows: number(e.said.rows) }),
        },
        bandBefore: {
          expected: e.bandBefore?.expected.map(number) ?? [],
          low: e.bandBefore?.low.map(number) ?? [],
          high: e.bandBefore?.high.map(number) ?? [],
        },
      });
  }
}
