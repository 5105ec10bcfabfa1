/**
 * Process variables in columns. Named ones are found by text; registers by (target, area, page), and block reads that
 * come again and again by their run, so that an unchanged block costs one comparison per value: how often and when it was
 * read is kept once per run, not once per register.
 */
import type { At, Value, ValueBlock, ValueItem } from '../core/observation.ts';
import type { Point } from '../core/site.ts';
import type { PointRow, PointWatch, RunRow } from '../core/site-model.ts';
import { IntTable } from '../lib/int-table.ts';
import { tableOf } from '../lib/table.ts';
import { bounded, type Context, drop, f64, Interner, i32, u8, u32 } from './context.ts';
import { DirtyRows } from './dirty-rows.ts';
import { type Ear, Ears } from './ears.ts';
import { Runs, smoothed } from './runs.ts';
import type { Samples } from './samples.ts';

const PAGE_BITS = 6;
const PAGE = 1 << PAGE_BITS;
const QUALITIES = ['unknown', 'good', 'uncertain', 'bad'] as const;
const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const BIGINT = 3;
const KINDS = tableOf({ number: NUMBER, boolean: BOOLEAN, string: STRING, bigint: BIGINT });

/** A value is far from all that it was when it lies beyond by this part of its range; of one that stood still, of itself. */
const FAR_OF_RANGE = 0.5;
const FAR_OF_VALUE = 0.02;
/** What stood still and is a code may be the next one. */
const NEXT_CODE = 1;
/** Points that wait to be looked at for it; further ones are not told. */
export const MAX_FAR = 1024;
const NONE: readonly number[] = [];
const NO_COUNTS = new Int32Array(0);

/** `low` and `high`: all that it was; NaN before its first number. */
const isFar = (value: number, low: number, high: number): boolean => {
  const beyond = value < low ? low - value : value - high;
  const still = Math.max(NEXT_CODE, FAR_OF_VALUE * Math.max(Math.abs(low), Math.abs(high)));
  return beyond > Math.max(FAR_OF_RANGE * (high - low), high > low ? 0 : still);
};

/** Point indexes stand from 1; 0 is none. */
export class Points {
  count = 0;
  get dirtyRuns(): DirtyRows {
    return this.runs.dirty;
  }
  readonly dirty = new DirtyRows();
  private readonly context: Context;
  private readonly samples: Samples;
  private readonly minSpacingUs: number;
  readonly areas = new Interner();
  private readonly types = new Interner();
  /** target, protocol * 256 + area, page -> page number in `pagePool`. */
  private readonly pages = new IntTable();
  private pagePool = new Int32Array(PAGE * 16);
  private readonly named = new Map<number, Map<string, number>>();
  /** Key and map of the last look into `named`: values come target by target, and several ask for each. */
  private namedKey = -1;
  private namedLast: Map<string, number> | undefined;
  private perTarget = new Map<number, number>();
  readonly pointsOfTarget = new Map<number, number[]>();

  target = new Int32Array(256);
  /** protocol * 256 + area; area 0 is "named". */
  private space = new Int32Array(256);
  private address = new Int32Array(256);
  private readonly path: (string | undefined)[] = [];
  private type = new Int32Array(256);
  private kind = new Uint8Array(256);
  private quality = new Uint8Array(256);
  private value = new Float64Array(256);
  private readonly others = new Map<number, string | bigint>();
  private firstUs = new Float64Array(256);
  private lastUs = new Float64Array(256);
  private lastChangeUs = new Float64Array(256);
  private sampledUs = new Float64Array(256);
  private min = new Float64Array(256);
  private max = new Float64Array(256);
  private reads = new Uint32Array(256);
  private writes = new Uint32Array(256);
  private changes = new Uint32Array(256);
  private cadence = new Float64Array(256);
  private reader = new Int32Array(256);
  private writer = new Int32Array(256);

  private far: number[] = [];
  private readonly runs: Runs;
  private readonly ears = new Ears();

  constructor(context: Context, samples: Samples, minSpacingUs: number) {
    this.context = context;
    this.samples = samples;
    this.minSpacingUs = minSpacingUs;
    this.areas.id('');
    this.runs = new Runs(context);
  }

  block(at: At, block: ValueBlock): void {
    const { target, start, values, count } = block;
    if (count <= 0) return;
    this.ears.hear(target);
    const space = this.context.protocols.id(at.protocol) * 256 + this.area(block.area);
    const write = block.access === 'write' ? 1 : 0;
    const run = this.run(target, at.client, space, write, start, count, at.tsUs);
    if (run < 0) {
      for (let i = 0; i < count; i++) {
        const p = this.register(target, space, start + i, at.tsUs);
        if (p > 0) this.touch(p, NUMBER, values[i]!, undefined, at, write === 1);
      }
      return;
    }
    const t = at.tsUs;
    this.runs.use(run, t);
    const base = this.runs.base[run]!;
    const last = this.value;
    if (base > 0) {
      for (let i = 0; i < count; i++) if (last[base + i] !== values[i]) this.changed(base + i, NUMBER, values[i]!, t);
    } else {
      const indexes = this.runs.indexes.get(run)!;
      for (let i = 0; i < count; i++) {
        const p = indexes[i]!;
        if (p > 0 && last[p] !== values[i]) this.changed(p, NUMBER, values[i]!, t);
      }
    }
  }

  item(at: At, item: ValueItem): void {
    const p = this.namedPoint(at, item);
    if (p <= 0) return;
    this.ears.hear(item.target);
    const v = item.value;
    let kind = NUMBER;
    let number = Number.NaN;
    let other: string | bigint | undefined;
    if (typeof v === 'number') number = v;
    else if (typeof v === 'boolean') {
      kind = BOOLEAN;
      number = v ? 1 : 0;
    } else if (typeof v === 'string') {
      kind = STRING;
      other = bounded(v, this.context.limits.text);
    } else {
      kind = BIGINT;
      other = v;
    }
    if (item.quality !== undefined) this.quality[p] = QUALITIES.indexOf(item.quality);
    this.touch(p, kind, number, other, at, item.access === 'write');
  }

  get(index: number): Point | undefined {
    if (index < 1 || index > this.count) return undefined;
    let reads = this.reads[index]!;
    let writes = this.writes[index]!;
    let lastUs = this.lastUs[index]!;
    let reader = this.reader[index]!;
    let writer = this.writer[index]!;
    let cadence = this.cadence[index]!;
    let most = reads;
    let readUs = reads > 0 ? lastUs : -1;
    let writeUs = writes > 0 ? lastUs : -1;
    for (const run of this.runsOver(index)) {
      const uses = this.runs.uses[run]!;
      const last = this.runs.lastUs[run]!;
      if (last > lastUs) lastUs = last;
      if (this.runs.isWrite(run)) {
        writes += uses;
        if (last > writeUs) {
          writeUs = last;
          writer = this.runs.clientOf(run);
        }
        continue;
      }
      reads += uses;
      if (last > readUs) {
        readUs = last;
        reader = this.runs.clientOf(run);
      }
      if (uses > most) {
        most = uses;
        cadence = this.runs.cadence[run]!;
      }
    }
    return {
      id: index,
      target: this.target[index]!,
      protocol: this.context.protocols.texts[this.space[index]! >> 8]!,
      path: this.pathOf(index),
      type: this.types.texts[this.type[index]!]!,
      value: this.valueOf(index),
      quality: QUALITIES[this.quality[index]!]!,
      firstUs: this.firstUs[index]!,
      lastUs,
      lastChangeUs: this.lastChangeUs[index]!,
      reads,
      writes,
      changes: this.changes[index]!,
      cadenceUs: Math.round(cadence),
      lastReader: reader,
      lastWriter: writer,
      min: this.min[index]!,
      max: this.max[index]!,
    };
  }

  placeOf(index: number): Pick<Point, 'target' | 'protocol'> | undefined {
    if (index < 1 || index > this.count) return undefined;
    return { target: this.target[index]!, protocol: this.protocolOf(index) };
  }
  pathOf(index: number): string {
    return this.path[index] ?? `${this.areas.texts[this.space[index]! & 255]} ${this.address[index]}`;
  }
  changesOf(index: number): number {
    return this.changes[index]!;
  }
  lastChangeOf(index: number): number {
    return this.lastChangeUs[index]!;
  }
  protocolOf(index: number): string {
    return this.context.protocols.texts[this.space[index]! >> 8]!;
  }
  /** Writes of one point, with those of its runs. */
  writesOf(index: number): number {
    let n = this.writes[index]!;
    for (const run of this.runsOver(index)) if (this.runs.isWrite(run)) n += this.runs.uses[run]!;
    return n;
  }

  /** See `SiteModel.takeFar`. */
  takeFar(): readonly number[] {
    if (this.far.length === 0) return NONE;
    const { far } = this;
    this.far = [];
    return far;
  }

  /** Number of a register or named variable, 0 where there is none; makes none. */
  find(target: number, protocol: string, area: string, address: number | string): number {
    const protocolId = this.context.protocols.peek(protocol);
    if (protocolId < 0) return 0;
    if (typeof address === 'string') return this.namedOf(target * 4096 + protocolId)?.get(address) ?? 0;
    const areaId = this.areas.peek(area);
    if (areaId < 0) return 0;
    const page = this.pages.find(target, protocolId * 256 + Math.min(areaId, 255), address >> PAGE_BITS, 0);
    return page < 0 ? 0 : this.pagePool[page * PAGE + (address & (PAGE - 1))]!;
  }

  /** Which runs cover a point is looked up again only when its target has new runs. */
  watch(points: readonly number[]): PointWatch {
    const ids = Int32Array.from(points);
    // The rest when it is read first: a large site begins with thousands that are not.
    let targets: readonly number[] | undefined;
    const targetsOf = (): readonly number[] => {
      targets ??= [...new Set(points.map((id) => this.target[id]!))];
      return targets;
    };
    let had = NO_COUNTS;
    /** Sets of runs that cover points alike (a block and its neighbours), which of them covers each point, when it was seen. */
    let sets: Int32Array[] = [];
    let setOf = NO_COUNTS;
    let seenUs = new Float64Array(0);
    let known = -1;
    const look = (): void => {
      if (known === this.runs.count) return;
      known = this.runs.count;
      const of = targetsOf();
      if (had === NO_COUNTS) had = new Int32Array(of.length).fill(-1);
      let isNew = false;
      for (let i = 0; i < of.length; i++) {
        const count = this.runs.countAt(of[i]!);
        if (count !== had[i]) isNew = true;
        had[i] = count;
      }
      if (!isNew) return;
      if (setOf === NO_COUNTS) setOf = new Int32Array(ids.length);
      const numbers = new Map<string, number>();
      sets = [];
      for (let i = 0; i < ids.length; i++) {
        const runs = this.runsOver(ids[i]!);
        const key = runs.join();
        let set = numbers.get(key);
        if (set === undefined) {
          set = sets.push(Int32Array.from(runs)) - 1;
          numbers.set(key, set);
        }
        setOf[i] = set;
      }
      seenUs = new Float64Array(sets.length);
    };
    const { ears } = this;
    let ear: Ear | undefined;
    return {
      ids,
      heard: () => {
        ear ??= ears.of(targetsOf());
        return ear.count;
      },
      read: (values, lastUs) => {
        look();
        const runsUs = this.runs.lastUs;
        for (let s = 0; s < sets.length; s++) {
          const runs = sets[s]!;
          let last = 0;
          for (let r = 0; r < runs.length; r++) if (runsUs[runs[r]!]! > last) last = runsUs[runs[r]!]!;
          seenUs[s] = last;
        }
        const { value, lastUs: aloneUs } = this;
        for (let i = 0; i < ids.length; i++) {
          const p = ids[i]!;
          const number = value[p]!;
          // Texts and 64-bit numbers have NaN there.
          values[i] =
            Number.isNaN(number) && this.kind[p] === BIGINT ? Number(this.others.get(p) ?? Number.NaN) : number;
          const run = seenUs[setOf[i]!]!;
          const alone = aloneUs[p]!;
          lastUs[i] = alone > run ? alone : run;
        }
      },
      cadenceUs: (index) => {
        look();
        // Of several that read it the quickest.
        let best = this.cadence[ids[index]!]!;
        for (const run of sets[setOf[index]!]!) {
          const cadence = this.runs.cadence[run]!;
          if (cadence > 0 && (best === 0 || cadence < best)) best = cadence;
        }
        return best;
      },
    };
  }

  row(index: number): PointRow {
    return Object.assign(this.get(index)!, {
      reads: this.reads[index]!,
      writes: this.writes[index]!,
      lastUs: this.lastUs[index]!,
      cadenceUs: this.cadence[index]!,
      lastReader: this.reader[index]!,
      lastWriter: this.writer[index]!,
      area: this.areas.texts[this.space[index]! & 255]!,
      address: this.address[index]!,
      sampledUs: this.sampledUs[index] ?? 0,
    });
  }

  runRow(run: number): RunRow {
    return this.runs.row(run, this.areas);
  }

  load(p: PointRow): void {
    const space = this.context.protocols.id(p.protocol) * 256 + this.area(p.area);
    let index = p.id;
    if (index > this.count) {
      index =
        p.area === ''
          ? this.addNamed(p.target, space, p.path, this.types.id(p.type), p.firstUs)
          : this.register(p.target, space, p.address, p.firstUs);
      if (index <= 0) return;
    }
    this.ears.hear(p.target);
    this.kind[index] = KINDS[typeof p.value]!;
    this.value[index] =
      typeof p.value === 'number' ? p.value : typeof p.value === 'boolean' ? (p.value ? 1 : 0) : Number.NaN;
    if (typeof p.value === 'string' || typeof p.value === 'bigint') this.others.set(index, p.value);
    this.quality[index] = QUALITIES.indexOf(p.quality);
    this.lastUs[index] = p.lastUs;
    this.lastChangeUs[index] = p.lastChangeUs;
    this.sampledUs[index] = p.sampledUs;
    this.min[index] = p.min;
    this.max[index] = p.max;
    this.reads[index] = p.reads;
    this.writes[index] = p.writes;
    this.changes[index] = p.changes;
    this.cadence[index] = p.cadenceUs;
    this.reader[index] = p.lastReader;
    this.writer[index] = p.lastWriter;
  }

  /** Runs come after the points they read. */
  loadRun(r: RunRow): void {
    const space = this.context.protocols.id(r.protocol) * 256 + this.area(r.area);
    const run = this.run(r.target, r.client, space, r.write ? 1 : 0, r.start, r.count, r.lastUs);
    if (run < 0) return;
    this.runs.restore(run, r);
    this.ears.hear(r.target);
  }

  private area(area: string): number {
    const id = this.areas.id(area);
    return id < 256 ? id : 255;
  }

  private valueOf(index: number): Value {
    const kind = this.kind[index]!;
    if (kind === NUMBER) return this.value[index]!;
    if (kind === BOOLEAN) return this.value[index] === 1;
    return this.others.get(index) ?? '';
  }

  private runsOver(index: number): readonly number[] {
    if (this.path[index] !== undefined) return NONE;
    return this.runs.over(this.target[index]!, this.space[index]!, this.address[index]!);
  }

  private run(
    target: number,
    client: number,
    space: number,
    write: number,
    start: number,
    count: number,
    t: number,
  ): number {
    if (start > 0xffff || start < 0 || count > 0x7ff) return -1;
    const shape = (start << 11) | count;
    const found = this.runs.find(target, client, space * 2 + write, shape);
    if (found >= 0) return found;
    const run = this.runs.add(target, client, space * 2 + write, shape);
    if (run < 0) return -1;
    const indexes = new Int32Array(count);
    for (let i = 0; i < count; i++) indexes[i] = this.register(target, space, start + i, t);
    this.runs.cover(run, indexes);
    return run;
  }

  /** Point of a register, made when new; 0 at a limit. */
  private register(target: number, space: number, address: number, t: number): number {
    let page = this.pages.find(target, space, address >> PAGE_BITS, 0);
    if (page < 0) {
      page = this.pages.add(target, space, address >> PAGE_BITS, 0);
      if ((page + 1) * PAGE > this.pagePool.length) this.pagePool = i32(this.pagePool, this.pagePool.length * 2);
    }
    const slot = page * PAGE + (address & (PAGE - 1));
    const known = this.pagePool[slot]!;
    if (known !== 0) return known;
    const index = this.create(target, space, this.types.id(''), t);
    if (index > 0) {
      this.address[index] = address;
      this.pagePool[slot] = index;
    }
    return index;
  }

  private namedPoint(at: At, item: ValueItem): number {
    const space = this.context.protocols.id(at.protocol) * 256;
    const known = this.namedOf(item.target * 4096 + (space >> 8))?.get(item.path);
    if (known !== undefined) return known;
    return this.addNamed(
      item.target,
      space,
      bounded(item.path, this.context.limits.text),
      this.types.id(item.type),
      at.tsUs,
    );
  }

  private namedOf(key: number): Map<string, number> | undefined {
    if (key !== this.namedKey || this.namedLast === undefined) {
      this.namedKey = key;
      this.namedLast = this.named.get(key);
    }
    return this.namedLast;
  }

  private addNamed(target: number, space: number, path: string, type: number, t: number): number {
    const key = target * 4096 + (space >> 8);
    let map = this.named.get(key);
    if (map === undefined) {
      map = new Map();
      this.named.set(key, map);
    }
    const known = map.get(path);
    if (known !== undefined) return known;
    const index = this.create(target, space, type, t);
    if (index > 0) {
      this.path[index] = path;
      map.set(path, index);
    }
    return index;
  }

  private create(target: number, space: number, type: number, t: number): number {
    const { limits } = this.context;
    const of = this.perTarget.get(target) ?? 0;
    if (this.count >= limits.points || of >= limits.pointsPerTarget) {
      drop(this.context, of >= limits.pointsPerTarget ? 'pointsPerTarget' : 'points');
      return 0;
    }
    this.perTarget.set(target, of + 1);
    const index = ++this.count;
    if (index >= this.target.length) this.grow(index * 2);
    const list = this.pointsOfTarget.get(target);
    if (list === undefined) this.pointsOfTarget.set(target, [index]);
    else list.push(index);
    this.target[index] = target;
    this.space[index] = space;
    this.type[index] = type;
    this.firstUs[index] = t;
    this.lastUs[index] = t;
    this.value[index] = Number.NaN;
    this.min[index] = Number.NaN;
    this.max[index] = Number.NaN;
    this.dirty.mark(index);
    return index;
  }

  /** One sighting of one point, outside of runs. */
  private touch(
    p: number,
    kind: number,
    number: number,
    other: string | bigint | undefined,
    at: At,
    write: boolean,
  ): void {
    const t = at.tsUs;
    if (write) {
      this.writes[p]!++;
      this.writer[p] = at.client;
    } else {
      if (this.reads[p]!++ > 0) {
        const interval = t - this.lastUs[p]!;
        const cadence = this.cadence[p]!;
        if (interval > 0) this.cadence[p] = smoothed(cadence, interval);
      }
      this.reader[p] = at.client;
    }
    this.lastUs[p] = t;
    this.dirty.mark(p);
    if (other !== undefined) {
      if (this.kind[p] === kind && this.others.get(p) === other) return;
      this.others.set(p, other);
      this.changed(p, kind, Number.NaN, t);
    } else if (this.value[p] !== number) this.changed(p, kind, number, t);
  }

  private changed(p: number, kind: number, value: number, t: number): void {
    const isNumber = !Number.isNaN(value);
    // No number equals NaN, not even the one before.
    if (!isNumber && kind === NUMBER && this.kind[p] === NUMBER && this.changes[p]! > 0 && Number.isNaN(this.value[p]))
      return;
    this.value[p] = value;
    this.kind[p] = kind;
    this.changes[p]!++;
    this.lastChangeUs[p] = t;
    const low = this.min[p]!;
    const high = this.max[p]!;
    if (isNumber && !(low <= value && value <= high)) {
      if (isFar(value, low, high) && this.far.length < MAX_FAR) this.far.push(p);
      if (!(low <= value)) this.min[p] = value;
      if (!(high >= value)) this.max[p] = value;
    }
    this.dirty.mark(p);
    if (this.minSpacingUs > 0) {
      const since = t - this.sampledUs[p]!;
      if (this.sampledUs[p] !== 0 && since >= 0 && since < this.minSpacingUs) {
        drop(this.context, 'samplesSpacing');
        return;
      }
      this.sampledUs[p] = t;
    }
    this.samples.add(p, t, value, kind >= STRING ? this.others.get(p) : undefined);
  }

  private grow(size: number): void {
    this.target = i32(this.target, size);
    this.space = i32(this.space, size);
    this.address = i32(this.address, size);
    this.type = i32(this.type, size);
    this.kind = u8(this.kind, size);
    this.quality = u8(this.quality, size);
    this.value = f64(this.value, size);
    this.firstUs = f64(this.firstUs, size);
    this.lastUs = f64(this.lastUs, size);
    this.lastChangeUs = f64(this.lastChangeUs, size);
    if (this.minSpacingUs > 0) this.sampledUs = f64(this.sampledUs, size);
    this.min = f64(this.min, size);
    this.max = f64(this.max, size);
    this.reads = u32(this.reads, size);
    this.writes = u32(this.writes, size);
    this.changes = u32(this.changes, size);
    this.cadence = f64(this.cadence, size);
    this.reader = i32(this.reader, size);
    this.writer = i32(this.writer, size);
  }
}
