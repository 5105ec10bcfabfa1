/**
 * The dynamics model as octets and back, exactly: a line of JSON (names, limits, lengths), then the numbers as they lie in
 * memory, little-endian. Version 1; another version is refused, the cell then learns again.
 */
import type { PointArming } from '../../core/process.ts';
import type { Horizon, Learned, Running } from './dynamics-model.ts';

interface Head {
  readonly version: 1;
  readonly names: readonly string[];
  /** NaN is not JSON: null stands for it. */
  readonly arming: readonly (Omit<PointArming, 'detectable' | 'withinUs' | 'explained'> & {
    readonly detectable: number | null;
    readonly withinUs: number | null;
  })[];
  readonly columns: readonly number[];
  readonly stepUs: number;
  readonly lags: number;
  readonly horizons: readonly Horizon[];
  readonly lastUs: number | null;
  readonly filled: number;
  readonly raised: readonly number[];
}

const orNull = (x: number): number | null => (Number.isNaN(x) ? null : x);

export const encodeDynamics = (learned: Learned, running: Running): Uint8Array => {
  const head: Head = {
    version: 1,
    names: learned.names,
    arming: learned.arming.map(({ point, nature, armed, unarmed, detectable, withinUs }) => ({
      point,
      nature,
      armed,
      unarmed,
      detectable: orNull(detectable),
      withinUs: orNull(withinUs),
    })),
    columns: learned.columns,
    stepUs: learned.stepUs,
    lags: learned.lags,
    horizons: learned.horizons,
    lastUs: orNull(running.lastUs),
    filled: running.filled,
    raised: [...running.raised],
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const parts = [learned.mean, learned.scale, learned.offset, running.history, running.smooth, running.variance];
  let size = 4 + text.length + learned.operator.length * 4;
  for (const part of parts) size += part.length * 8;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, text.length, true);
  out.set(text, 4);
  let at = 4 + text.length;
  for (const part of parts)
    for (const x of part) {
      view.setFloat64(at, x, true);
      at += 8;
    }
  for (const x of learned.operator) {
    view.setFloat32(at, x, true);
    at += 4;
  }
  return out;
};

/** Throws RangeError or SyntaxError where these are not the octets that `encodeDynamics` made. */
export const decodeDynamics = (saved: Uint8Array): { learned: Learned; running: Running } => {
  const view = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  const length = view.getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(saved.subarray(4, 4 + length))) as Head;
  if (head.version !== 1) throw new RangeError('a dynamics model of another version');
  let at = 4 + length;
  const doubles = (n: number): Float64Array =>
    Float64Array.from({ length: n }, () => {
      at += 8;
      return view.getFloat64(at - 8, true);
    });
  const p = head.columns.length;
  const mean = doubles(p);
  const scale = doubles(p);
  const offset = doubles(p);
  const history = doubles(p * (head.lags + 1));
  const smooth = doubles(p * head.horizons.length);
  const variance = doubles(head.horizons.length);
  const operator = Float32Array.from({ length: p * p * (head.lags + 1) }, () => {
    at += 4;
    return view.getFloat32(at - 4, true);
  });
  const arming = head.arming.map((a) => ({
    ...a,
    detectable: a.detectable ?? Number.NaN,
    withinUs: a.withinUs ?? Number.NaN,
    explained: Number.NaN,
  }));
  const { names, columns, stepUs, lags, horizons, filled, raised } = head;
  const learned = { names, arming, columns, mean, scale, stepUs, lags, operator, offset, horizons };
  return {
    learned,
    running: { lastUs: head.lastUs ?? Number.NaN, filled, raised: Uint8Array.from(raised), history, smooth, variance },
  };
};
