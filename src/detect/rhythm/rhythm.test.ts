import { describe, expect, it } from 'vitest';
import { MINUTE, Scene, SECOND } from '../testing.ts';
import { rhythm } from './index.ts';

const plant = () => {
  const s = new Scene({ learningTimeUs: 90 * MINUTE });
  const hmi = s.host('10.20.0.41', 'hmi');
  const plc = s.host('10.20.0.10', 'plc');
  const poll = (minutes: number, everyS: number): void => {
    for (let i = 0; i < (minutes * 60) / everyS; i++) {
      s.read(hmi, plc);
      s.pass(everyS * SECOND, SECOND);
    }
  };
  poll(100, 2);
  return { s, hmi, plc, poll };
};

describe('rhythm', () => {
  it('is quiet while the rhythm is, and shows what it learned', () => {
    const { s, poll } = plant();
    poll(10, 2);
    expect(s.findings()).toEqual([]);
    expect(s.learning('rhythm')).toHaveLength(1);
  });
  it('tells a poll that stops, since when, and ends it when it comes back', () => {
    const { s, hmi, plc } = plant();
    const since = s.now;
    s.pass(2 * MINUTE, SECOND);
    const [f] = s.of('poll-lost');
    expect(f!.target).toBe(hmi);
    expect(f!.parts.server).toEqual({ kind: 'endpoints', endpoints: [plc] });
    expect(since - f!.firstUs).toBeLessThan(3 * SECOND);
    // The last request that was seen.
    expect(f!.evidence).toMatchObject([{ source: expect.any(String), frame: expect.any(Number) }]);
    s.read(hmi, plc);
    expect(s.of('poll-lost')[0]!.state).toBe('ended');
  });
  it('tells a panel that asks nobody any more as one, and a device that several lose as one', () => {
    const s = new Scene({ detectors: [rhythm], learningTimeUs: 70 * MINUTE });
    const clients = [41, 42, 43, 44, 45].map((n) => s.host(`10.20.0.${n}`, 'hmi'));
    const plcs = [1, 2, 3, 4].map((n) => s.host(`10.20.1.${n}`, 'plc'));
    const poll = (minutes: number, who: readonly number[], whom: readonly number[]): void => {
      for (let i = 0; i < minutes * 12; i++) {
        for (const client of who) for (const plc of whom) s.read(client, plc);
        s.pass(5 * SECOND, SECOND);
      }
    };
    poll(80, clients, plcs);
    poll(3, clients.slice(1), plcs);
    expect(s.of('poll-lost').map((f) => [f.target, f.parts.server])).toEqual([
      [clients[0], { kind: 'endpoints', endpoints: plcs }],
    ]);
    poll(3, clients, plcs);
    expect(s.of('poll-lost').map((f) => f.state)).toEqual(['ended']);
    poll(3, clients, plcs.slice(1));
    expect(s.of('poll-lost').map((f) => f.target)).toEqual([clients[0], plcs[0]]);
    expect(s.of('poll-lost')[1]!.parts.client).toEqual({ kind: 'endpoints', endpoints: clients });
    poll(1, clients, plcs);
    expect(s.of('poll-lost').map((f) => f.state)).toEqual(['ended', 'ended']);
  });
  it('tells three odd minutes as one, and learns the new rhythm when accepted', () => {
    const { s, poll } = plant();
    poll(2, 0.5);
    expect(s.of('poll-changed')).toEqual([]);
    poll(6, 0.5);
    const [f] = s.of('poll-changed');
    expect(f!.parts.usual).toMatchObject({ value: 30 });
    expect(f!.parts.now).toMatchObject({ value: 120 });
    expect(s.detection.accept(f!)).toBe(true);
    poll(90, 0.5);
    expect(s.of('poll-changed')).toHaveLength(1);
  });
  it('tells many that stop together as one', () => {
    const s = new Scene({ detectors: [rhythm], learningTimeUs: 70 * MINUTE });
    const hmi = s.host('10.20.0.41', 'hmi');
    const plcs = [1, 2, 3, 4, 5, 6].map((n) => s.host(`10.20.1.${n}`, 'plc'));
    for (let i = 0; i < 80 * 12; i++) {
      for (const plc of plcs) s.read(hmi, plc);
      s.pass(5 * SECOND, SECOND);
    }
    s.pass(2 * MINUTE, SECOND);
    expect(s.findings().map((f) => [f.kind, f.parts.number])).toEqual([
      ['poll-lost.many', { kind: 'count', value: 6 }],
    ]);
    // It goes on until the last of them is asked again.
    for (const plc of plcs.slice(1)) s.read(hmi, plc);
    expect(s.findings().map((f) => f.state)).toEqual(['open']);
    s.read(hmi, plcs[0]!);
    expect(s.findings().map((f) => f.state)).toEqual(['ended']);
  });
  it('says nothing after a gap in the capture', () => {
    const { s, poll } = plant();
    s.pass(2 * 60 * MINUTE, 2 * 60 * MINUTE);
    poll(5, 2);
    // A restart takes less than a minute.
    s.pass(40 * SECOND, 40 * SECOND);
    poll(5, 2);
    expect(s.findings()).toEqual([]);
  });
});
