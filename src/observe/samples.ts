/**
 * Changed values on their way to the store, in columns of bounded chunks. A value is a sample when it differs from the
 * one before; the first value of a point counts as a change.
 */
import type { SampleChunk } from '../core/site-model.ts';
import { type Context, drop } from './context.ts';

const CHUNK = 65_536;
const FIRST_CHUNK = 1024;

export class Samples {
  private readonly context: Context;
  private full: SampleChunk[] = [];
  private size = 0;
  private point = new Int32Array(FIRST_CHUNK);
  private tsUs = new Float64Array(FIRST_CHUNK);
  private value = new Float64Array(FIRST_CHUNK);
  private others = new Map<number, string | bigint>();

  constructor(context: Context) {
    this.context = context;
  }

  add(point: number, tsUs: number, value: number, other: string | bigint | undefined): void {
    if (this.size === this.point.length && !this.more()) return;
    const i = this.size++;
    this.point[i] = point;
    this.tsUs[i] = tsUs;
    this.value[i] = value;
    if (other !== undefined) this.others.set(i, other);
  }

  take(): SampleChunk[] {
    const out = this.full;
    if (this.size > 0) out.push(this.chunk());
    this.full = [];
    this.begin(FIRST_CHUNK);
    return out;
  }

  /** Share of the chunks that may wait, 0..1. */
  get backlog(): number {
    return (this.full.length + this.size / CHUNK) / this.context.limits.sampleChunks;
  }

  private more(): boolean {
    if (this.size < CHUNK) {
      const size = this.size * 4;
      const { point, tsUs, value } = this;
      this.point = new Int32Array(size);
      this.point.set(point);
      this.tsUs = new Float64Array(size);
      this.tsUs.set(tsUs);
      this.value = new Float64Array(size);
      this.value.set(value);
      return true;
    }
    if (this.full.length + 1 >= this.context.limits.sampleChunks) {
      drop(this.context, 'sampleChunks');
      return false;
    }
    this.full.push(this.chunk());
    this.begin(CHUNK);
    return true;
  }

  private chunk(): SampleChunk {
    return { count: this.size, point: this.point, tsUs: this.tsUs, value: this.value, others: this.others };
  }

  private begin(size: number): void {
    this.size = 0;
    this.point = new Int32Array(size);
    this.tsUs = new Float64Array(size);
    this.value = new Float64Array(size);
    this.others = new Map();
  }
}
