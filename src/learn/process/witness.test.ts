import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { blocksOf, MAX_BLOCKS, signalOf, TOGETHER, togetherness } from './witness.ts';

const STEP = 10e6;
const ROWS = 8000;
const BLOCKS = ROWS / 10;
const tsUs = Float64Array.from({ length: ROWS }, (_, i) => 1e15 + i * STEP);
const signal = (values: Float64Array) => signalOf(tsUs, values, tsUs[0]!, STEP, BLOCKS);

/** A flow that goes where demand takes it, as two instruments see it, and another one. */
const flows = (seed: number) => {
  const random = seededRandom(seed);
  const walk = (): Float64Array => {
    let x = 20;
    return Float64Array.from({ length: ROWS }, () => (x += 0.02 * (20 - x) + 0.3 * random.normal()));
  };
  const truth = walk();
  const seen = (gain: number): Float64Array => truth.map((x) => gain * x + 0.05 * random.normal());
  return { one: seen(1), two: seen(-1.02), other: walk() };
};

it('knows two instruments of one quantity, whatever their sign and scale, and no two of different ones', () => {
  for (const seed of [1, 2, 3]) {
    const { one, two, other } = flows(seed);
    expect(togetherness(signal(one)!, signal(two)!), `seed ${seed}`).toBeGreaterThan(TOGETHER);
    expect(togetherness(signal(one)!, signal(other)!), `seed ${seed}`).toBeLessThan(0.5);
  }
});

it('clips one start that both saw, so that it makes no pair', () => {
  const { one, other } = flows(4);
  const start = (values: Float64Array) => values.map((x, i) => (i > 4000 && i < 4030 ? x + 1000 : x));
  expect(togetherness(signal(start(one))!, signal(start(other))!)).toBeLessThan(0.7);
});

it('has no signal of counts, of states, and of what was hardly seen', () => {
  expect(signal(Float64Array.from(tsUs, (_, i) => i))).toBeUndefined();
  expect(signal(Float64Array.from(tsUs, (_, i) => Math.floor(i / 500) % 3))).toBeUndefined();
  const { one } = flows(5);
  expect(signal(one.map((x, i) => (i % 40 < 30 ? Number.NaN : x)))).toBeUndefined();
  expect(signal(one.map((x, i) => (i > 1500 ? Number.NaN : x)))).toBeUndefined();
});

it('looks at the latest rows where a clock was set: decades of pause between two rows are no decades of blocks', () => {
  const last = 1.8e15;
  expect(blocksOf(last - 86_400e6, last, STEP)).toEqual({ fromUs: last - 86_400e6, blocks: 864 });
  const { fromUs, blocks } = blocksOf(0, last, 1e6);
  expect(blocks).toBe(MAX_BLOCKS);
  expect(fromUs).toBe(last - MAX_BLOCKS * 10e6);
  expect(blocksOf(last, 0, STEP).blocks).toBe(0);
  expect(blocksOf(Number.POSITIVE_INFINITY, last, 0).blocks).toBe(0);
});
