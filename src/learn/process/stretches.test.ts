import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { CellStretches, LEAST_CHANGES, MAX_STRETCH_SAMPLES } from './stretches.ts';

const SAMPLE_US = 4e6;
/** A slow wave with noise, to a resolution; seed 7. */
const signal = (count: number, resolution: number, noise = 1, seed = 7): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, (_, i) => {
    const x = 20 + 8 * Math.sin(i / 300) + noise * random.normal();
    return resolution === 0 ? x : Math.round(x / resolution) * resolution;
  });
};

/** Plays a signal of one point at its pace; answers the samples at which a repetition is told, and the last one told. */
const play = (cell: CellStretches, values: ArrayLike<number>, from: number, learns: boolean) => {
  const told: number[] = [];
  let backUs = 0;
  for (let i = 0; i < values.length; i++) {
    cell.see(Float64Array.of(values[i]!), Float64Array.of((from + i + 1) * SAMPLE_US), learns);
    cell.repetitions((r) => {
      told.push(i);
      backUs = r.backUs;
    });
  }
  return { told, backUs };
};

const learned = (normal: Float64Array): CellStretches => {
  const cell = new CellStretches(1, SAMPLE_US);
  play(cell, normal, 0, true);
  cell.arm();
  return cell;
};

describe('stretches', () => {
  const all = signal(6000, 0.5);
  const normal = all.subarray(0, 4000);

  it('finds a stretch of 20 minutes that comes again, to the pace, also of coarse values', () => {
    const cell = learned(normal);
    expect(cell.isArmed(0)).toBe(true);
    const before = all.subarray(4000, 4500);
    expect(play(cell, before, 4000, false).told).toEqual([]);
    const { told, backUs } = play(cell, before.subarray(200, 500), 4500, false);
    expect(told.length).toBeGreaterThan(200);
    // 300 samples of 4 s before.
    expect(backUs).toBe(300 * SAMPLE_US);
    expect(told[0]).toBeLessThan(75);
  });

  it('finds a short loop that is played again and again', () => {
    const cell = learned(normal);
    const tape = all.subarray(4000, 4150);
    play(cell, tape, 4000, false);
    const loop = Float64Array.from({ length: 600 }, (_, i) => tape[i % 150]!);
    expect(play(cell, loop, 4150, false).told.length).toBeGreaterThan(500);
  });

  it('goes on where a second reader polls between the samples', () => {
    const cell = learned(normal);
    const tape = all.subarray(4000, 4300);
    play(cell, tape, 4000, false);
    const random = seededRandom(11);
    // Each eighth sample is another reader's, a moment later.
    const polluted = tape.map((x, i) => (i % 8 === 3 ? Math.round((x + random.normal()) * 2) / 2 : x));
    expect(play(cell, polluted, 4300, false).told.length).toBeGreaterThan(150);
  });

  it('is silent on later normal work, on standstill and on a step', () => {
    const cell = learned(normal);
    expect(play(cell, all.subarray(4000), 4000, false).told).toEqual([]);
    expect(play(cell, new Float64Array(500).fill(20), 6000, false).told).toEqual([]);
    expect(
      play(
        cell,
        signal(500, 0.5, 1, 9).map((x) => x + 30),
        6500,
        false,
      ).told,
    ).toEqual([]);
  });

  it('does not watch what repeats by itself, nor what hardly moved, and says so', () => {
    const cyclic = learned(Float64Array.from({ length: 3000 }, (_, i) => i % 50));
    expect(cyclic.isArmed(0)).toBe(false);
    expect(cyclic.unarmed(0)).toContain('repeat themselves');
    const still = learned(Float64Array.from({ length: 3000 }, (_, i) => Math.floor(i / 100)));
    expect(still.isArmed(0)).toBe(false);
    expect(still.unarmed(0)).toContain(`${LEAST_CHANGES} are needed`);
  });

  it('begins anew after a gap as long as its memory, and after a clock that steps back', () => {
    const cell = learned(normal);
    const tape = all.subarray(4000, 4300);
    play(cell, tape, 4000, false);
    expect(play(cell, tape, 4300 + MAX_STRETCH_SAMPLES, false).told).toEqual([]);
    expect(play(cell, all.subarray(5000, 5500), 100, false).told).toEqual([]);
  });

  it('takes what a person accepts as normal, and what it learned through a restart', () => {
    const cell = learned(normal);
    const tape = all.subarray(4000, 4300);
    play(cell, tape, 4000, false);
    expect(play(cell, tape.subarray(0, 100), 4300, false).told.length).toBeGreaterThan(0);
    cell.arm();
    expect(play(cell, tape.subarray(100, 200), 4400, false).told).toEqual([]);
    const again = new CellStretches(1, SAMPLE_US);
    again.load(learned(normal).save());
    again.arm();
    play(again, tape, 0, false);
    expect(play(again, tape, 300, false).told.length).toBeGreaterThan(100);
  });
});
