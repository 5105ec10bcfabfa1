/**
 * The samples of a plant as the process feed sees them, recorded once: on every tick which points were seen, and the values
 * that changed. Learning, guard and trial are then asked again in a fraction of the time that frames take. The network is
 * not in it: no office, no attack, nobody is suspect.
 *
 * File: records of little-endian numbers. A tick is its time (f64) and how many points were seen (u16), then for each the point
 * (u16), milliseconds between the sighting and the tick (u16), 1 where the value changed (u8) and then the value (f64).
 * Beside it `.json`: the points, their devices, writes and labels.
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import type { Labels } from '../../plant/world.ts';
import type { EndpointId } from '../../src/core/endpoint.ts';
import type { PointWatch, SiteModel } from '../../src/core/site-model.ts';

/** A point that the site came to know: its cadence is worked out again from its sightings. */
export interface SampledPoint {
  readonly id: number;
  readonly knownUs: number;
  readonly target: EndpointId;
  readonly protocol: string;
  readonly path: string;
  readonly isNumber: boolean;
}
export interface SampleHeader {
  readonly points: readonly SampledPoint[];
  /** Gateway that a device stands behind, where it does, and its address there. */
  readonly endpoints: readonly {
    readonly id: EndpointId;
    readonly ip: string;
    readonly parent?: EndpointId;
    readonly sub?: { readonly kind: string; readonly address: string };
  }[];
  /** Point and frame time of each write that was not refused. */
  readonly writes: readonly (readonly [point: number, tsUs: number])[];
  readonly labels: Labels;
}

const CHUNK = 1 << 22;
/** Longest record of one tick: all points changed. */
const LONGEST = 10 + 65_535 * 13;
const MAX_MS = 65_535;

/** Writes ticks to a file; `close` writes what stands beside it. */
export class SampleWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #bytes = Buffer.alloc(CHUNK + LONGEST);
  #at = 0;
  readonly #seenUs: number[] = [];
  readonly #value: number[] = [];

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'w');
  }
  tick(tsUs: number, values: Float64Array, lastUs: Float64Array): void {
    const bytes = this.#bytes;
    bytes.writeDoubleLE(tsUs, this.#at);
    const countAt = this.#at + 8;
    this.#at += 10;
    let seen = 0;
    for (let id = 1; id < values.length; id++) {
      const last = lastUs[id]!;
      if (last <= 0 || last === this.#seenUs[id]) continue;
      this.#seenUs[id] = last;
      seen++;
      bytes.writeUInt16LE(id, this.#at);
      bytes.writeUInt16LE(Math.min(MAX_MS, Math.max(0, Math.round((tsUs - last) / 1000))), this.#at + 2);
      const changed = !Object.is(values[id], this.#value[id]);
      bytes[this.#at + 4] = changed ? 1 : 0;
      this.#at += 5;
      if (!changed) continue;
      this.#value[id] = values[id]!;
      bytes.writeDoubleLE(values[id]!, this.#at);
      this.#at += 8;
    }
    bytes.writeUInt16LE(seen, countAt);
    if (this.#at >= CHUNK) this.#flush();
  }
  #flush(): void {
    writeSync(this.#file, this.#bytes, 0, this.#at);
    this.#at = 0;
  }
  close(header: SampleHeader): void {
    this.#flush();
    closeSync(this.#file);
    writeFileSync(`${this.#path}.json`, JSON.stringify(header));
  }
}

/** How a smoothed distance of sightings moves. */
const CADENCE_WEIGHT = 0.1;

/** What the feed asks of a site model, played back. */
export class SampledModel implements Pick<SiteModel, 'pointCount' | 'point' | 'watch'> {
  readonly header: SampleHeader;
  readonly value: Float64Array;
  readonly lastUs: Float64Array;
  readonly #cadenceUs: Float64Array;
  readonly #changes: Int32Array;
  pointCount = 0;

  constructor(header: SampleHeader) {
    this.header = header;
    const n = header.points.length + 1;
    this.value = new Float64Array(n).fill(Number.NaN);
    this.lastUs = new Float64Array(n);
    this.#cadenceUs = new Float64Array(n);
    this.#changes = new Int32Array(n);
  }
  seen(id: number, tsUs: number): void {
    const before = this.lastUs[id]!;
    if (before > 0 && tsUs > before) {
      const had = this.#cadenceUs[id]!;
      this.#cadenceUs[id] = had === 0 ? tsUs - before : had + CADENCE_WEIGHT * (tsUs - before - had);
    }
    this.lastUs[id] = tsUs;
  }
  changed(id: number, value: number): void {
    this.value[id] = value;
    this.#changes[id]!++;
  }
  /** Points that the site knew at this time. */
  reach(tsUs: number): void {
    const { points } = this.header;
    while (this.pointCount < points.length && points[this.pointCount]!.knownUs <= tsUs) this.pointCount++;
  }
  point(id: number): ReturnType<SiteModel['point']> {
    const known = this.header.points[id - 1];
    if (known === undefined) return undefined;
    const { target, protocol, path, isNumber } = known;
    const lastUs = this.lastUs[id]!;
    return {
      id,
      target,
      protocol,
      path,
      type: '',
      value: isNumber ? this.value[id]! : '',
      quality: 'good',
      firstUs: known.knownUs,
      lastUs,
      lastChangeUs: lastUs,
      reads: 1,
      writes: 0,
      changes: this.#changes[id]!,
      cadenceUs: this.#cadenceUs[id]!,
      lastReader: 0,
      lastWriter: 0,
      min: Number.NaN,
      max: Number.NaN,
    };
  }
  placeOf(id: number): ReturnType<SiteModel['placeOf']> {
    return this.header.points[id - 1];
  }
  watch(points: readonly number[]): PointWatch {
    const ids = Int32Array.from(points);
    return {
      ids,
      heard: () => Number.NaN,
      read: (values, lastUs) => {
        for (let i = 0; i < ids.length; i++) {
          values[i] = this.value[ids[i]!]!;
          lastUs[i] = this.lastUs[ids[i]!]!;
        }
      },
      cadenceUs: (i) => this.#cadenceUs[ids[i]!]!,
    };
  }
}

export const headerOf = (path: string): SampleHeader =>
  JSON.parse(readFileSync(`${path}.json`, 'utf8')) as SampleHeader;

/** Plays a file into a model; `tick` hears each time after its values, and may change them (falsifications). */
export const play = (path: string, model: SampledModel, tick: (tsUs: number) => boolean | undefined): void => {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(CHUNK + LONGEST);
  let end = 0;
  let at = 0;
  const fill = (): void => {
    bytes.copy(bytes, 0, at, end);
    end -= at;
    at = 0;
    for (let n = -1; n !== 0 && end < bytes.length; end += n) n = readSync(file, bytes, end, bytes.length - end, null);
  };
  fill();
  while (at < end) {
    if (end - at < LONGEST) fill();
    const tsUs = bytes.readDoubleLE(at);
    let seen = bytes.readUInt16LE(at + 8);
    at += 10;
    for (; seen > 0; seen--) {
      const id = bytes.readUInt16LE(at);
      model.seen(id, tsUs - bytes.readUInt16LE(at + 2) * 1000);
      const changed = bytes[at + 4] === 1;
      at += 5;
      if (!changed) continue;
      model.changed(id, bytes.readDoubleLE(at));
      at += 8;
    }
    model.reach(tsUs);
    if (tick(tsUs) === false) break;
    if (at === end) fill();
  }
  closeSync(file);
};
