import { describe, expect, it } from 'vitest';
import { MINUTE, Scene, SECOND } from '../testing.ts';

const plant = () => {
  const s = new Scene();
  const hmi = s.host('10.20.0.41', 'hmi');
  const plc = s.host('10.20.0.10', 'plc');
  for (let i = 0; i < 100; i++) {
    s.values(hmi, plc, { start: 10, values: [700 + (i % 5) * 10] });
    s.value(hmi, plc, { path: 'SP', value: 75 });
    s.pass(15 * MINUTE);
  }
  return { s, hmi, plc };
};

describe('write range', () => {
  it('tells a value far outside, with the range it knows', () => {
    const { s, hmi, plc } = plant();
    s.values(hmi, plc, { start: 10, values: [755] });
    expect(s.findings()).toEqual([]);
    s.values(hmi, plc, { start: 10, values: [1400] });
    const [f] = s.of('write-out-of-range');
    expect(f!.surprise).toBeGreaterThan(0.8);
    expect(f!.parts).toMatchObject({
      value: { value: 1400 },
      low: { value: 700 },
      high: { value: 740 },
      object: { text: 'holding 10' },
    });
  });

  it('takes a constant set point within a tenth, and not beyond', () => {
    const { s, hmi, plc } = plant();
    s.value(hmi, plc, { path: 'SP', value: 80 });
    expect(s.codes()).toEqual(['write-constant-changed']);
    s.value(hmi, plc, { path: 'SP', value: 90 });
    expect(s.of('write-out-of-range')).toHaveLength(1);
  });

  it('cannot be led away step by step, and learns what a person accepts', () => {
    const { s, hmi, plc } = plant();
    for (let v = 740; v < 900; v += 5) s.values(hmi, plc, { start: 10, values: [v] });
    const [f] = s.of('write-out-of-range');
    expect(f!.parts.value).toMatchObject({ value: 895 });
    expect(s.detection.accept(f!)).toBe(true);
    s.values(hmi, plc, { start: 10, values: [890] });
    expect(s.of('write-out-of-range')).toHaveLength(1);
    // Without it the same is told once more: the range alone says so.
    const doubted = plant();
    for (let v = 740; v < 900; v += 5) doubted.s.values(doubted.hmi, doubted.plc, { start: 10, values: [v] });
    const once = doubted.s.of('write-out-of-range').length;
    for (const { s: scene, hmi: from, plc: to } of [{ s, hmi, plc }, doubted]) {
      scene.pass(25 * 60 * MINUTE);
      scene.values(from, to, { start: 10, values: [890] });
    }
    expect([s.of('write-out-of-range').length, doubted.s.of('write-out-of-range').length]).toEqual([1, once + 1]);
  });

  it('hears no reads, no bits and no cyclic outputs', () => {
    const { s, hmi, plc } = plant();
    s.values(hmi, plc, { start: 10, values: [9999], access: 'read' });
    s.values(hmi, plc, { area: 'coil', start: 10, values: [9999] });
    s.values(hmi, plc, { start: 10, values: [9999] }, 'cip-io');
    expect(s.findings()).toEqual([]);
  });

  it('tells a storm of writes once', () => {
    const { s, hmi, plc } = plant();
    for (let i = 0; i < 300; i++) {
      s.values(hmi, plc, { start: 10, values: [710] });
      s.pass(SECOND / 10);
    }
    expect(s.of('write-rate')).toHaveLength(1);
    expect(s.of('write-rate')[0]!.parts.usual).toMatchObject({ value: 2 });
  });

  it('tells an hour of many writes that come one by one', () => {
    const { s, hmi, plc } = plant();
    for (let i = 0; i < 90; i++) {
      s.values(hmi, plc, { start: 10, values: [710] });
      s.pass(30 * SECOND);
    }
    const [f] = s.of('write-rate');
    expect(f!.parts).toMatchObject({ within: { us: 3600 * SECOND } });
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(3 * 3600 * SECOND);
    for (let i = 0; i < 90; i++) {
      s.values(hmi, plc, { start: 10, values: [710] });
      s.pass(30 * SECOND);
    }
    expect(s.of('write-rate')).toHaveLength(1);
  });
});
