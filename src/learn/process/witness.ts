/**
 * Witnesses: points of different controllers that measure the same quantity (the flow out of one unit is the flow into the
 * next) change together by far more than any two others do. What draws one of them away slowly leaves the other where it is.
 * Found by the correlation of changes over some minutes, each clipped to what is usual, so that one wash or start does not
 * make a pair. Whether such a pair then goes apart is the drift guard's matter (drift.ts), on the two of them.
 * Works where two instruments of one quantity are heard, with rows at the same pace. Fails for a quantity measured once.
 * Cost: of MAX_SIGNALS points some 860 numbers each for a day of rows, while pairs are looked for.
 * Source: hardware redundancy and parity checks, Isermann, Fault-Diagnosis Systems (2006), section 10.
 */
import { knownFirst, nthSmallest } from '../../lib/select.ts';
import { BLOCK_ROWS } from './drift-channels.ts';
import { countsUp } from './nature.ts';

/** Points that are compared with each other; further ones have no witness. */
export const MAX_SIGNALS = 512;
/** Correlation of changes from which on two points are witnesses of each other. */
export const TOGETHER = 0.995;
/** Blocks over which changes are looked at: ten minutes of rows at 10 s. */
const LAG = 6;
/** Different values that a measured quantity has at least, and known changes that are needed. */
const LEAST_VALUES = 64;
const LEAST_CHANGES = 200;
/** Blocks that are looked at, the latest: of rows with pauses between them some days, of a clock that was set by decades no more. */
export const MAX_BLOCKS = 4096;
/** Values that a block needs. */
const LEAST_KNOWN = 5;
/** Changes are clipped at this quantile of their size. */
const USUAL_PART = 0.98;

/** The blocks of rows of a pace from `firstUs` to `lastUs` that are looked at: where the first begins, and how many. */
export const blocksOf = (
  firstUs: number,
  lastUs: number,
  stepUs: number,
): { readonly fromUs: number; readonly blocks: number } => {
  const blockUs = stepUs * BLOCK_ROWS;
  const all = blockUs > 0 && lastUs > firstUs ? Math.ceil((lastUs - firstUs) / blockUs) : 0;
  const blocks = Math.min(all, MAX_BLOCKS);
  return { fromUs: blocks < all ? lastUs - blocks * blockUs : firstUs, blocks };
};

/**
 * Changes of a point over LAG blocks of `stepUs` since `fromUs`, clipped, of length 1 as a vector; 0 where not known.
 * Undefined for what is no measured quantity: too few values or changes, or a count.
 */
export const signalOf = (
  tsUs: Float64Array,
  values: Float64Array,
  fromUs: number,
  stepUs: number,
  blocks: number,
): Float32Array | undefined => {
  const sums = new Float64Array(blocks);
  const known = new Uint32Array(blocks);
  const different = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const block = Math.floor((tsUs[i]! - fromUs) / (stepUs * BLOCK_ROWS));
    if (!(block >= 0 && block < blocks) || Number.isNaN(value)) continue;
    sums[block]! += value;
    known[block]!++;
    if (different.size < LEAST_VALUES) different.add(value);
  }
  if (different.size < LEAST_VALUES) return undefined;
  const mean = sums.map((sum, b) => (known[b]! >= LEAST_KNOWN ? sum / known[b]! : Number.NaN));
  const changes = new Float64Array(blocks).fill(Number.NaN);
  let ups = 0;
  let downs = 0;
  for (let b = 1; b < blocks; b++) {
    if (mean[b]! > mean[b - 1]!) ups++;
    else if (mean[b]! < mean[b - 1]!) downs++;
    if (b >= LAG) changes[b] = mean[b]! - mean[b - LAG]!;
  }
  if (countsUp(ups, downs)) return undefined;
  const sizes = changes.map(Math.abs);
  const count = knownFirst(sizes);
  if (count < LEAST_CHANGES) return undefined;
  const most = nthSmallest(sizes, Math.floor(USUAL_PART * (count - 1)), count);
  const signal = Float32Array.from(changes, (x) => (Number.isNaN(x) ? 0 : Math.max(-most, Math.min(most, x))));
  const length = Math.sqrt(signal.reduce((sum, x) => sum + x * x, 0));
  return length > 0 ? signal.map((x) => x / length) : undefined;
};

/** How far two signals change together, 0..1. */
export const togetherness = (a: Float32Array, b: Float32Array): number => {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return Math.abs(product);
};
