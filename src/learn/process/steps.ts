/**
 * Learns how long each state of a discrete point lasts and which state follows which: a pump that never ran longer than
 * seven hours and now runs for fourteen, a valve that chatters, a step of a sequence that is left out. `CellLearner` for deviations of
 * kind `cycle`. Sources: dwell times with limits by the continued tail (Hill, Annals of Statistics 3, 1975); order as a first-order
 * automaton (Forrest et al., IEEE Symposium on Security and Privacy, 1996, for sequences that were never seen).
 *
 * Works for states that come again often enough (`MIN_VISITS`). Fails for batches whose length is set by people, whose limits become
 * wide; it knows no reason for a length, so a state that lasts long because another point is late is told all the same. A limit that
 * would have alarmed on the later, normal part of the training rows is not armed.
 */
import type { CellLearner, CellModel, Deviation, PointArming, RowScore, RowTable } from '../../core/process.ts';
import { medianStepUs } from './dynamics-points.ts';

/** A point of more distinct values has no states. */
const MAX_STATES_PER_POINT = 12;
/** Rows that a state lasts on average; what changes more often is a coarse measurement. */
const MIN_DWELL_ROWS = 3;
/** Visits of a state before its limits, and departures from it before its order, are known. */
const MIN_VISITS = 20;
/** Part of visits that may last longer than the limit. */
const LONG_PART = 1e-4;
/** Part of the visits that makes the tail. */
const TAIL_PART = 0.1;
/** The limits leave this factor to the longest and the shortest stay that was seen. */
const MARGIN = 1.25;
/** Earlier part of the rows; guards that alarm on the rest are not armed. */
const PROOF_FROM = 0.7;

interface State {
  readonly value: number;
  readonly visits: number;
  /** Middle, longest and shortest stay seen, microseconds. */
  readonly median: number;
  readonly longest: number;
  readonly shortest: number;
  /** Beyond these it is told; 0 and null (without limit) where too little is known or the later rows did not keep to it. */
  readonly least: number;
  readonly most: number | null;
  /** States that followed; null where any may follow. */
  readonly next: readonly number[] | null;
}

interface Guard {
  readonly point: number;
  readonly states: readonly State[];
}

interface Learned {
  readonly points: readonly string[];
  readonly arming: readonly Omit<PointArming, 'detectable' | 'withinUs' | 'explained'>[];
  readonly stepUs: number;
  readonly guards: readonly Guard[];
}

interface Running {
  lastUs: number | null;
  /** Per guard: the state it is in (null before it is known), since when, and whether its beginning was seen. */
  readonly now: { value: number | null; sinceUs: number; begun: boolean }[];
}

type What = 'long' | 'short' | 'order';
const duration = (us: number): string => {
  const [value, unit] =
    us >= 48 * 3600e6
      ? [us / 86_400e6, 'days']
      : us >= 2 * 3600e6
        ? [us / 3600e6, 'h']
        : us >= 120e6
          ? [us / 60e6, 'min']
          : [us / 1e6, 's'];
  return `${Number(value.toPrecision(3))} ${unit}`;
};

/** Completed stays (begin and end seen) and what followed; a gap in time ends a stay unseen. */
const staysOf = (table: RowTable, column: Float64Array, from: number, to: number, stepUs: number) => {
  const stays = new Map<number, { lengths: number[]; next: Set<number> }>();
  let value = Number.NaN;
  let since = 0;
  let begun = false;
  let changes = 0;
  for (let i = from; i < to; i++) {
    const x = column[i]!;
    const gap = i > from && table.tsUs[i]! - table.tsUs[i - 1]! > 1.5 * stepUs;
    if (gap || !Number.isFinite(x)) {
      if (gap) value = Number.NaN;
      if (!Number.isFinite(x)) continue;
    }
    if (x === value) continue;
    if (!Number.isInteger(x) || (!stays.has(x) && stays.size >= MAX_STATES_PER_POINT)) return undefined;
    if (!stays.has(x)) stays.set(x, { lengths: [], next: new Set() });
    if (!Number.isNaN(value)) {
      changes++;
      const left = stays.get(value)!;
      left.next.add(x);
      if (begun) left.lengths.push(table.tsUs[i]! - since);
    }
    begun = !Number.isNaN(value);
    value = x;
    since = table.tsUs[i]!;
  }
  return stays.size >= 2 && changes * MIN_DWELL_ROWS <= to - from ? stays : undefined;
};

const statesOf = (stays: NonNullable<ReturnType<typeof staysOf>>, stepUs: number): State[] =>
  [...stays]
    .sort(([a], [b]) => a - b)
    .map(([value, { lengths, next }]) => {
      const sorted = Float64Array.from(lengths).sort();
      const n = sorted.length;
      const known = n >= MIN_VISITS;
      const tail = Math.max(2, Math.floor(n * TAIL_PART));
      let most: number | null = null;
      if (known) {
        const from = sorted[n - tail - 1]!;
        let excess = 0;
        for (let i = n - tail; i < n; i++) excess += Math.log(sorted[i]! / from) / tail;
        // A stay is known to a step of time only.
        most = Math.max(from * Math.exp(excess * Math.log(tail / n / LONG_PART)), sorted[n - 1]! * MARGIN) + stepUs;
      }
      return {
        value,
        visits: n,
        median: sorted[n >> 1] ?? 0,
        longest: sorted[n - 1] ?? 0,
        shortest: sorted[0] ?? 0,
        least: known ? Math.max(0, sorted[0]! / MARGIN - stepUs) : 0,
        most,
        next: known && stays.size > 2 ? [...next].sort((a, b) => a - b) : null,
      };
    });

const NONE: readonly Deviation[] = [];

class StepsModel implements CellModel {
  readonly arming: readonly PointArming[];
  readonly bytesPerPoint: number;
  /** Called with each deviation's guard, state and kind: how arming finds out which limits do not hold. */
  onDeviation: ((guard: number, value: number, what: What) => void) | undefined;
  private readonly learned: Learned;
  private readonly running: Running;
  private readonly found: Deviation[] = [];

  constructor(learned: Learned, running: Running) {
    this.learned = learned;
    this.running = running;
    this.arming = learned.arming.map((a) => ({
      ...a,
      detectable: Number.NaN,
      withinUs: Number.NaN,
      explained: Number.NaN,
    }));
    // A guard: six numbers a state and its followers, and what it is in.
    const octets = learned.guards.reduce((sum, g) => sum + 40 + g.states.length * 120, 0);
    this.bytesPerPoint = octets / Math.max(1, learned.guards.length);
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { guards, stepUs } = this.learned;
    const { running } = this;
    this.found.length = 0;
    if (guards.length === 0) return { surprise: 0, state: 'learning', deviations: NONE };
    const gap = running.lastUs !== null && Math.abs(tsUs - running.lastUs) > 1.5 * stepUs;
    running.lastUs = tsUs;
    let surprise = 0;
    for (let g = 0; g < guards.length; g++) {
      const now = running.now[g]!;
      const x = row[guards[g]!.point]!;
      if (gap) now.value = null;
      if (!Number.isFinite(x)) continue;
      if (now.value === null || x !== now.value) {
        if (now.value !== null) this.leave(g, tsUs, x);
        now.begun = now.value !== null;
        now.value = x;
        now.sinceUs = tsUs;
      } else this.stay(g, tsUs);
    }
    for (const d of this.found) surprise = Math.max(surprise, d.surprise);
    return { surprise, state: 'scored', deviations: this.found };
  }

  save(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ version: 1, learned: this.learned, running: this.running }));
  }

  private stay(g: number, tsUs: number): void {
    const now = this.running.now[g]!;
    const state = this.stateOf(g, now.value!);
    const lasted = tsUs - now.sinceUs;
    if (state?.most != null && lasted > state.most)
      this.tell(g, state, 'long', lasted, `${duration(lasted)} already, ${this.usual(state)}`);
  }

  private leave(g: number, tsUs: number, to: number): void {
    const now = this.running.now[g]!;
    const state = this.stateOf(g, now.value!);
    if (state === undefined) return;
    const lasted = tsUs - now.sinceUs;
    // A state that was never seen is told by another guard.
    if (state.next !== null && !state.next.includes(to) && this.stateOf(g, to) !== undefined)
      this.tell(
        g,
        state,
        'order',
        lasted,
        `followed by ${to}, in ${state.visits} times always by ${state.next.join(' or ')}`,
      );
    else if (now.begun && lasted < state.least)
      this.tell(g, state, 'short', lasted, `left after ${duration(lasted)}, ${this.usual(state)}`);
  }

  private usual(s: State): string {
    return `in ${s.visits} times it lasted ${duration(s.shortest)} to ${duration(s.longest)}, ${duration(s.median)} in the middle`;
  }

  private stateOf(g: number, value: number): State | undefined {
    return this.learned.guards[g]!.states.find((s) => s.value === value);
  }

  private tell(g: number, state: State, what: What, lasted: number, text: string): void {
    const { point } = this.learned.guards[g]!;
    this.onDeviation?.(g, state.value, what);
    const odds =
      what === 'long'
        ? lasted / state.most!
        : what === 'short'
          ? state.least / Math.max(lasted, 1)
          : Math.sqrt(state.visits / MIN_VISITS);
    this.found.push({
      point,
      kind: 'cycle',
      surprise: odds / (1 + odds),
      observed: lasted / 1e6,
      expected: state.median / 1e6,
      low: state.least / 1e6,
      high: (state.most ?? Number.POSITIVE_INFINITY) / 1e6,
      from: [{ point, weight: 1 }],
      text: `${this.learned.points[point]} = ${state.value}: ${text}`,
    });
  }
}

const startRunning = (guards: readonly Guard[]): Running => ({
  lastUs: null,
  now: guards.map(() => ({ value: null, sinceUs: 0, begun: false })),
});

export const steps: CellLearner = {
  name: 'steps',
  fit(table, options = {}): CellModel {
    const stepUs = options.stepUs ?? medianStepUs(table.tsUs);
    const to = table.count;
    const middle = Math.floor(to * PROOF_FROM);
    const guardsOf = (end: number): Guard[] =>
      table.columns.flatMap((column, point) => {
        const stays = staysOf(table, column, 0, end, stepUs);
        return stays === undefined ? [] : [{ point, states: statesOf(stays, stepUs) }];
      });
    // What the first part would have told of the later, normal part is not armed.
    const first = guardsOf(middle);
    const broken = new Set<string>();
    const trial = new StepsModel({ points: table.points, arming: [], stepUs, guards: first }, startRunning(first));
    trial.onDeviation = (g, value, what) => broken.add(`${first[g]!.point} ${value} ${what}`);
    const row = new Float64Array(table.columns.length);
    for (let i = middle; i < to; i++) {
      for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
      trial.score(table.tsUs[i]!, row);
    }
    const guards = guardsOf(to).map(({ point, states }) => ({
      point,
      states: states.map((s) => ({
        ...s,
        most: broken.has(`${point} ${s.value} long`) ? null : s.most,
        least: broken.has(`${point} ${s.value} short`) ? 0 : s.least,
        next: broken.has(`${point} ${s.value} order`) ? null : s.next,
      })),
    }));
    const arming = table.points.map((point, p) => {
      const guard = guards.find((g) => g.point === p);
      const armed = guard?.states.some((s) => s.most !== null || s.next !== null) === true;
      const nature =
        guard === undefined
          ? ('unknown' as const)
          : guard.states.length === 2
            ? ('binary' as const)
            : ('discrete' as const);
      const few = guard?.states.filter((s) => s.visits < MIN_VISITS).map((s) => `${s.value} (${s.visits} times)`) ?? [];
      const unarmed =
        guard === undefined
          ? 'has no states that last'
          : few.length > 0
            ? `entered fewer than ${MIN_VISITS} times: ${few.join(', ')}`
            : armed
              ? ''
              : 'later normal rows did not keep to what was learned';
      return { point, nature, armed: armed ? (['cycle'] as const) : [], unarmed };
    });
    return new StepsModel({ points: table.points, arming, stepUs, guards }, startRunning(guards));
  },
  restore(saved): CellModel {
    const { version, learned, running } = JSON.parse(new TextDecoder().decode(saved)) as {
      readonly version: number;
      readonly learned: Learned;
      readonly running: Running;
    };
    if (version !== 1) throw new RangeError('a model of steps of another version');
    return new StepsModel(learned, running);
  },
};
