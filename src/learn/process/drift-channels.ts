/**
 * What drift is looked for in: means over blocks of rows of each point, and of its sum over time. A tank's level changes as
 * the sum of its flows does, a temperature as the sum of its heat: with both on one scale a balance of mass or energy is a
 * linear relation between changes. Where a loop goes to and fro between two states within a block, what holds in one of them is lost
 * in a mean over both: means over the rows of one state are channels of their own there. The same code fills them for the fit and
 * row by row.
 */
import type { PointShape } from './nature.ts';

/** Rows of a block: enough that the noise of a row is no change. */
export const BLOCK_ROWS = 10;
/** Values that a point must have in a block; where more are missing its changes are not known. */
const LEAST_KNOWN = 5;
/** A distance of more than this many usual steps is a gap: no change is known over it. */
const GAP_STEPS = 1.5;

/** Rows of a block in which a state must have held, and held in the row before, for a mean of it to be known. */
export const LEAST_DURING = 3;
/** Weight of the mean so far, in rows, against those of a block. */
const SMOOTH_ROWS = 20;
/** Rows behind a mean before its changes are known: the first few are nowhere near it. */
const SETTLED_ROWS = 2 * SMOOTH_ROWS;
/** Blocks without one that a mean outlasts: nothing is known to have changed meanwhile. */
const MOST_GAP = 2;

/** A column while another one has this value. */
export interface During {
  readonly point: number;
  readonly state: number;
  readonly is: number;
}

/**
 * The running block, per point, and the one before it. Channels 2 p and 2 p + 1 are the value of point p and its sum; behind
 * those of all points comes one for each of `during`.
 */
export interface ChannelMemory {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** Standardised value seen last, sum over the block, sum of the sums, values seen. */
  readonly last: Float32Array;
  readonly sum: Float64Array;
  readonly sums: Float64Array;
  readonly seen: Uint8Array;
  /** Of the block before; NaN where it is not known. */
  readonly mean0: Float64Array;
  readonly rest0: Float64Array;
  /** Columns of means during a state; the state's value now and in the row before. */
  readonly duringPoint: Uint16Array;
  readonly duringState: Uint16Array;
  readonly duringIs: Float64Array;
  readonly duringWas: Float64Array;
  /** Sum and rows in this block; mean known last, rows behind it (SETTLED_ROWS at most), and blocks since. */
  readonly duringSum: Float64Array;
  readonly duringSeen: Uint8Array;
  readonly duringMean0: Float64Array;
  readonly duringRows: Uint8Array;
  readonly duringGap: Uint8Array;
}

/** Column that a channel is of. */
export const pointOfChannel = ({ mean, duringPoint }: ChannelMemory, channel: number): number =>
  channel < 2 * mean.length ? channel >> 1 : duringPoint[channel - 2 * mean.length]!;

export const channelMemory = (shapes: readonly PointShape[], during: readonly During[] = []): ChannelMemory => {
  const n = shapes.length;
  const d = during.length;
  return {
    mean: Float64Array.from(shapes, (s) => s.mean),
    deviation: Float64Array.from(shapes, (s) => (s.deviation > 0 ? s.deviation : 1)),
    last: new Float32Array(n),
    sum: new Float64Array(n),
    sums: new Float64Array(n),
    seen: new Uint8Array(n),
    mean0: new Float64Array(n).fill(Number.NaN),
    rest0: new Float64Array(n).fill(Number.NaN),
    duringPoint: Uint16Array.from(during, ({ point }) => point),
    duringState: Uint16Array.from(during, ({ state }) => state),
    duringIs: Float64Array.from(during, ({ is }) => is),
    duringWas: new Float64Array(d).fill(Number.NaN),
    duringSum: new Float64Array(d),
    duringSeen: new Uint8Array(d),
    duringMean0: new Float64Array(d).fill(Number.NaN),
    duringRows: new Uint8Array(d),
    duringGap: new Uint8Array(d),
  };
};

export class Channels {
  /** Rows of the running block; time of the row before. */
  rows = 0;
  lastUs = Number.NaN;
  private readonly memory: ChannelMemory;
  private readonly stepUs: number;

  constructor(memory: ChannelMemory, stepUs: number) {
    this.memory = memory;
    this.stepUs = stepUs;
  }

  /**
   * Takes a row. Where it ends a block, `changes[2 p]` is the change of the mean of point p since the block before and
   * `changes[2 p + 1]` that of its sum over time (in blocks), standardised; NaN: not known. Those of means during a state follow.
   * True then.
   */
  take(tsUs: number, row: Float64Array, changes: Float64Array): boolean {
    const m = this.memory;
    const { mean, deviation, last, sum, sums, seen, mean0, rest0 } = m;
    if (!(tsUs > this.lastUs && tsUs - this.lastUs <= GAP_STEPS * this.stepUs)) this.begin(true);
    this.lastUs = tsUs;
    this.rows++;
    for (let p = 0; p < mean.length; p++) {
      const z = (row[p]! - mean[p]!) / deviation[p]!;
      if (z - z === 0) {
        last[p] = z;
        seen[p]!++;
      }
      sum[p]! += last[p]!;
      sums[p]! += sum[p]!;
    }
    this.addDuring(row);
    if (this.rows < BLOCK_ROWS) return false;
    for (let p = 0; p < mean.length; p++) {
      const known = seen[p]! >= LEAST_KNOWN;
      const now = known ? sum[p]! / BLOCK_ROWS : Number.NaN;
      const rest = known ? sums[p]! / (BLOCK_ROWS * BLOCK_ROWS) : Number.NaN;
      changes[2 * p] = now - mean0[p]!;
      changes[2 * p + 1] = mean0[p]! + rest - rest0[p]!;
      mean0[p] = now;
      rest0[p] = rest;
    }
    this.endDuring(changes);
    this.begin(false);
    return true;
  }

  /** The first row of a state is on its way from the one before. */
  private addDuring(row: Float64Array): void {
    const { mean, deviation, duringPoint, duringState, duringIs, duringWas, duringSum, duringSeen } = this.memory;
    for (let d = 0; d < duringPoint.length; d++) {
      const state = row[duringState[d]!]!;
      const holds = state === duringIs[d] && duringWas[d] === state;
      duringWas[d] = state;
      const p = duringPoint[d]!;
      const z = (row[p]! - mean[p]!) / deviation[p]!;
      if (!holds || z - z !== 0) continue;
      duringSum[d]! += z;
      duringSeen[d]!++;
    }
  }

  private endDuring(changes: Float64Array): void {
    const { mean, duringPoint, duringSum, duringSeen, duringMean0, duringRows, duringGap } = this.memory;
    for (let d = 0; d < duringPoint.length; d++) {
      const channel = 2 * mean.length + d;
      const seen = duringSeen[d]!;
      const isSettled = duringRows[d]! >= SETTLED_ROWS;
      changes[channel] = isSettled ? 0 : Number.NaN;
      if (seen >= LEAST_DURING) {
        // A few rows say little: the mean follows over some blocks, the slower the fewer.
        const before = duringMean0[d]!;
        const step = duringSum[d]! / seen - before;
        const change = (step * seen) / (seen + Math.min(SMOOTH_ROWS, duringRows[d]!));
        duringMean0[d] = Number.isNaN(before) ? duringSum[d]! / seen : before + change;
        duringRows[d] = Math.min(SETTLED_ROWS, duringRows[d]! + seen);
        duringGap[d] = 0;
        if (isSettled) changes[channel] = change;
      } else if (duringGap[d]! < MOST_GAP) duringGap[d]!++;
      else this.forget(d);
    }
  }
  private forget(d: number): void {
    this.memory.duringMean0[d] = Number.NaN;
    this.memory.duringRows[d] = 0;
  }

  private begin(afterGap: boolean): void {
    const { sum, sums, seen, mean0, rest0, duringSum, duringSeen, duringWas } = this.memory;
    this.rows = 0;
    sum.fill(0);
    sums.fill(0);
    seen.fill(0);
    duringSum.fill(0);
    duringSeen.fill(0);
    if (!afterGap) return;
    mean0.fill(Number.NaN);
    rest0.fill(Number.NaN);
    duringWas.fill(Number.NaN);
    for (let d = 0; d < duringWas.length; d++) this.forget(d);
  }
}

/**
 * What a sensor sees of blocks: the change that its inputs leave, that of its point, and how much its inputs moved it. One
 * number a block.
 */
export interface BlockErrors {
  readonly rest: Float64Array;
  readonly own: Float64Array;
  readonly moved: Float64Array;
}

/**
 * `steady`: how much of a change over the `lag` blocks up to block `last` is left without its two neighbouring blocks that did
 * most of it: a jump leaves nothing, what goes on evenly nearly all. `unrest`: how much its inputs moved it in all, and how
 * much it went to and fro itself: where much happens a relation is off by more.
 */
export const overLag = (
  lag: number,
  { rest, own, moved }: BlockErrors,
  last: number,
): { steady: number; unrest: number } => {
  let all = 0;
  let change = 0;
  let ways = 0;
  let inputs = 0;
  const first = last - lag + 1;
  for (let b = last; b >= first; b--) {
    all += rest[b]!;
    change += own[b]!;
    ways += Math.abs(own[b]!);
    inputs += moved[b]!;
  }
  let steady = all;
  for (let b = last; b > first; b--) {
    const without = all - rest[b]! - rest[b - 1]!;
    if (Math.abs(without) < Math.abs(steady)) steady = without;
  }
  return { steady, unrest: inputs + ways - Math.abs(change) };
};
/** Part of an even change that `steady` leaves. */
export const steadyPart = (lag: number): number => (lag - 2) / lag;
/** Unrest of so many times what is usual is no state to tell a drift in: the wash of a filter, a start. */
const MOST_UNREST = 6;
/** Error that counts where so much happens: half of it at the usual unrest of the sensor. NaN: so much happens that it says nothing. */
export const weighed = (steady: number, unrest: number, usual: number): number =>
  unrest > MOST_UNREST * usual ? Number.NaN : steady / (1 + unrest / usual);
