/**
 * Block reads that come again and again: how often one client read (or wrote) the same registers, when last, and at what
 * pace. Kept once per block instead of once per register.
 */
import type { RunRow } from '../core/site-model.ts';
import { IntTable } from '../lib/int-table.ts';
import { type Context, drop, f64, type Interner, i32 } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';

/** Weight of the newest interval in a smoothed cadence. */
const SMOOTH = 1 / 8;
const NONE: readonly number[] = [];
export const smoothed = (cadence: number, interval: number): number =>
  cadence === 0 ? interval : cadence + (interval - cadence) * SMOOTH;

export class Runs {
  readonly dirty = new DirtyRows();
  /** First point where the points of a run follow each other; 0 where they do not: see `indexes`. */
  base = new Int32Array(64);
  uses = new Float64Array(64);
  lastUs = new Float64Array(64);
  cadence = new Float64Array(64);
  readonly indexes = new Map<number, Int32Array>();
  private readonly context: Context;
  /** target, client, space * 2 + write, start << 11 | count. */
  private readonly table = new IntTable();
  private readonly ofSpace = new Map<number, Map<number, number[]>>();
  private readonly ofTarget = new Map<number, number>();

  constructor(context: Context) {
    this.context = context;
  }

  find(target: number, client: number, spaceAndWrite: number, shape: number): number {
    return this.table.find(target, client, spaceAndWrite, shape);
  }

  /** A new run; -1 at the limit. */
  add(target: number, client: number, spaceAndWrite: number, shape: number): number {
    if (this.table.count >= this.context.limits.runs) {
      drop(this.context, 'runs');
      return -1;
    }
    const run = this.table.add(target, client, spaceAndWrite, shape);
    if (run >= this.base.length) {
      this.base = i32(this.base, run * 2);
      this.uses = f64(this.uses, run * 2);
      this.lastUs = f64(this.lastUs, run * 2);
      this.cadence = f64(this.cadence, run * 2);
    }
    this.ofTarget.set(target, this.countAt(target) + 1);
    const space = spaceAndWrite >> 1;
    let bySpace = this.ofSpace.get(target);
    if (bySpace === undefined) {
      bySpace = new Map();
      this.ofSpace.set(target, bySpace);
    }
    const list = bySpace.get(space);
    if (list === undefined) bySpace.set(space, [run]);
    else list.push(run);
    return run;
  }

  /** Says which points the run covers, in order of address (0: dropped at a limit). */
  cover(run: number, indexes: Int32Array): void {
    const first = indexes[0]!;
    if (first > 0 && indexes.every((p, i) => p === first + i)) this.base[run] = first;
    else this.indexes.set(run, indexes);
  }

  /** One more occurrence. */
  use(run: number, tsUs: number): void {
    if (this.uses[run]!++ > 0) {
      const interval = tsUs - this.lastUs[run]!;
      if (interval > 0) this.cadence[run] = smoothed(this.cadence[run]!, interval);
    }
    this.lastUs[run] = tsUs;
    this.dirty.mark(run);
  }

  get count(): number {
    return this.table.count;
  }
  /** Runs of one target. */
  countAt(target: number): number {
    return this.ofTarget.get(target) ?? 0;
  }
  clientOf(run: number): number {
    return this.table.part(run, 1);
  }
  isWrite(run: number): boolean {
    return (this.table.part(run, 2) & 1) === 1;
  }

  /** Runs that cover an address. */
  over(target: number, space: number, address: number): readonly number[] {
    const runs = this.ofSpace.get(target)?.get(space);
    if (runs === undefined) return NONE;
    const out: number[] = [];
    for (const run of runs) {
      const shape = this.table.part(run, 3);
      const start = shape >>> 11;
      if (address >= start && address < start + (shape & 0x7ff)) out.push(run);
    }
    return out;
  }

  row(run: number, areas: Interner): RunRow {
    const space = this.table.part(run, 2);
    const shape = this.table.part(run, 3);
    return {
      id: run + 1,
      target: this.table.part(run, 0),
      client: this.table.part(run, 1),
      protocol: this.context.protocols.texts[space >> 9]!,
      area: areas.texts[(space >> 1) & 255]!,
      start: shape >>> 11,
      count: shape & 0x7ff,
      write: (space & 1) === 1,
      uses: this.uses[run]!,
      lastUs: this.lastUs[run]!,
      cadenceUs: this.cadence[run]!,
    };
  }

  restore(run: number, row: RunRow): void {
    this.uses[run] = row.uses;
    this.lastUs[run] = row.lastUs;
    this.cadence[run] = row.cadenceUs;
  }
}
