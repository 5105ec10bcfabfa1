import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { DAY, HOUR, MINUTE, Scene, SECOND } from '../testing.ts';
import { writePattern } from './index.ts';

/** A day learned in which the recipe writes three values, in no order. */
const plant = () => {
  const s = new Scene({ detectors: [writePattern] });
  const [scada, plc] = [s.host('10.20.0.90', 'scada-server'), s.host('10.20.0.10', 'plc')];
  const set = (value: number, afterUs = 10 * MINUTE, address = 10): void => {
    s.values(scada, plc, { start: address, values: [value] });
    s.pass(afterUs);
  };
  for (const value of [500, 750, 500, 1000, 750, 1000]) set(value, 4 * HOUR);
  s.pass(2 * HOUR);
  return { s, scada, plc, set };
};

describe('write pattern', () => {
  it('tells a value that creeps, with where it began, and not before the seventh step', () => {
    const { s, set } = plant();
    for (let i = 1; i <= 6; i++) set(1000 - i * 3);
    expect(s.findings()).toEqual([]);
    set(1000 - 21);
    const [f] = s.of('write-creep');
    expect(f!.parts).toMatchObject({ from: { value: 1000 }, value: { value: 979 }, number: { value: 7 } });
    expect(f!.parts.direction).toMatchObject({ text: 'lower' });
    set(1000 - 24);
    expect(s.of('write-creep')).toHaveLength(1);
  });

  it('takes a held key and a ramp within a minute for one act, and a step back for an end', () => {
    const { s, set } = plant();
    for (let i = 1; i <= 40; i++) set(1000 - i, SECOND);
    for (let i = 1; i <= 30; i++) set(900 - i + (i % 6 === 0 ? 5 : 0));
    expect(s.of('write-creep')).toEqual([]);
  });

  it('takes steps that go back within their act for no run', () => {
    const { s, set } = plant();
    for (let i = 1; i <= 12; i++) {
      set(900, SECOND);
      set(950);
    }
    expect(s.of('write-creep')).toEqual([]);
  });

  it('does not judge what ran on like this while it was learned', () => {
    const s = new Scene({ detectors: [writePattern] });
    const [scada, plc] = [s.host('10.20.0.90', 'scada-server'), s.host('10.20.0.10', 'plc')];
    for (let hour = 0; hour < 60; hour++) {
      s.value(scada, plc, { path: 'hours', value: hour });
      s.pass(HOUR);
    }
    expect(s.findings()).toEqual([]);
  });

  it('tells what is thrown to and fro once, with the usual', () => {
    const { s, set } = plant();
    for (let i = 0; i < 40; i++) set(i % 2 === 0 ? 490 : 510, 5 * SECOND);
    const [f, ...more] = s.of('write-to-and-fro');
    expect(more).toEqual([]);
    expect(f!.parts).toMatchObject({ number: { value: 12 }, usual: { text: '1 such turn' } });
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(2 * DAY);
    for (let i = 0; i < 14; i++) set(i % 2 === 0 ? 490 : 510, 5 * SECOND);
    expect(s.of('write-to-and-fro')).toHaveLength(1);
  });

  it('leaves alone a point that swung while it was learned', () => {
    const s = new Scene({ detectors: [writePattern] });
    const [scada, plc] = [s.host('10.20.0.90', 'scada-server'), s.host('10.20.0.10', 'plc')];
    for (let i = 0; i < 30 * 60; i++) {
      s.values(scada, plc, { start: 3, values: [i % 2] });
      s.pass(MINUTE);
    }
    expect(s.findings()).toEqual([]);
  });

  it('tells a small change of what was always the same, at occasions and not by sending again', () => {
    const { s, set } = plant();
    for (let i = 0; i < 12; i++) set(1000, 20 * MINUTE, 40);
    for (let i = 0; i < 12; i++) set(1000, 20 * SECOND, 41);
    set(1030, MINUTE, 41);
    expect(s.findings()).toEqual([]);
    set(1030, MINUTE, 40);
    const [f] = s.of('write-constant-changed');
    expect(f!.parts).toMatchObject({ from: { value: 1000 }, value: { value: 1030 }, number: { value: 12 } });
    expect(f!.surprise).toBeGreaterThan(0.5);
    // A large one is outside of the range that another detector knows.
    for (let i = 0; i < 12; i++) set(1000, 20 * MINUTE, 42);
    set(1400, MINUTE, 42);
    expect(s.of('write-constant-changed')).toHaveLength(1);
  });

  it('is as rare as it says where values come in no order', () => {
    const seed = 20261123;
    const random = seededRandom(seed);
    const s = new Scene({ detectors: [writePattern] });
    const [scada, plc] = [s.host('10.20.0.90', 'scada-server'), s.host('10.20.0.10', 'plc')];
    s.pass(25 * HOUR);
    for (let i = 0; i < 6000; i++) {
      s.values(scada, plc, { start: i % 4, values: [random.normal()] });
      s.pass(20 * MINUTE);
    }
    // Runs are dense: each of 6,000 writes may end one.
    expect(s.of('write-creep').length, `seed ${seed}`).toBeLessThanOrEqual(2);
    expect(s.of('write-to-and-fro'), `seed ${seed}`).toEqual([]);
  });
});
