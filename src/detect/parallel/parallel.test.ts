import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene, SECOND } from '../testing.ts';
import { parallel } from './index.ts';

const made = () => {
  const s = new Scene({ detectors: [parallel] });
  const [panel, plc] = [s.host('10.20.0.41', 'hmi'), s.host('10.20.0.10', 'plc')];
  const firstUs = s.now;
  /** A report of the connection `flow`; final ones are over. */
  const report = (flow: number, first: number, final = false): void => {
    s.flow(panel, plc, 'modbus', {
      flow,
      firstUs: first,
      lastUs: s.now,
      final,
      tcpState: final ? 'closed' : 'established',
    });
  };
  const hold = (us: number): void => {
    for (let t = 0; t < us; t += MINUTE) {
      s.pass(MINUTE, MINUTE);
      report(1000, firstUs);
    }
  };
  return { s, panel, plc, report, hold };
};

describe('parallel', () => {
  it('tells a second connection beside the one that a panel always holds', () => {
    const { s, panel, plc, report, hold } = made();
    hold(2 * HOUR);
    s.pass(DAY - 2 * HOUR);
    hold(5 * MINUTE);
    expect(s.findings()).toEqual([]);
    const since = s.now;
    s.pass(50 * SECOND);
    report(1001, since, true);
    expect(s.findings()).toEqual([]);
    hold(MINUTE);
    const [f] = s.of('parallel-session');
    expect(f).toMatchObject({ actor: panel, target: plc, surprise: 0.6, firstUs: since });
    expect(f!.parts).toMatchObject({ number: { value: 2 }, usual: { value: 1 } });
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(2 * DAY);
    hold(3 * MINUTE);
    report(1002, s.now - 2 * MINUTE);
    expect(s.of('parallel-session')).toHaveLength(1);
  });

  it('says nothing where the panel connects anew and the old connection is silent', () => {
    const { s, report, hold } = made();
    hold(2 * HOUR);
    s.pass(DAY);
    hold(2 * MINUTE);
    const again = s.now;
    for (let i = 0; i < 5; i++) {
      s.pass(MINUTE, MINUTE);
      report(1001, again);
    }
    expect(s.findings()).toEqual([]);
  });

  it('does not judge who comes and goes', () => {
    const { s, report } = made();
    for (let i = 0; i < 30; i++) {
      report(i, s.now - 5 * MINUTE, true);
      s.pass(HOUR);
    }
    report(100, s.now - 5 * MINUTE);
    report(101, s.now - 4 * MINUTE);
    expect(s.findings()).toEqual([]);
  });
});
