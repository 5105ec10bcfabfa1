import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, Scene, SECOND } from '../testing.ts';

describe('refused', () => {
  it('knows the old program that is always refused, and tells ten times as many', () => {
    const s = new Scene();
    const hmi = s.host('10.20.0.41', 'hmi');
    const plc = s.host('10.20.0.10', 'plc');
    const refuse = (n: number, outcome: 'refused' | 'unanswered' = 'refused'): void => {
      for (let i = 0; i < n; i++)
        s.command(hmi, plc, 'modbus', { outcome, reason: 'illegal data address (2)', object: 'holding registers 99' });
    };
    for (let i = 0; i < 30; i++) {
      refuse(4);
      s.pass(HOUR);
    }
    refuse(9);
    expect(s.findings()).toEqual([]);
    s.pass(2 * MINUTE);
    refuse(40);
    const [f] = s.of('refused-burst');
    expect(f!.parts.usual).toEqual({ kind: 'count', value: 9 });
    expect(f!.parts.reason).toEqual({ kind: 'text', text: 'illegal data address (2)' });
    refuse(12, 'unanswered');
    expect(s.codes()).toEqual(['refused-burst', 'unanswered-burst']);
  });
  it('tells pages of a controller that are tried, and none of an office server', () => {
    const s = new Scene();
    const [pc, plc, web] = [s.host('10.0.4.7'), s.host('10.20.0.10', 'plc'), s.host('10.0.4.9', 'server', 4)];
    const guess = (server: number): void => {
      for (let i = 0; i < 40; i++)
        s.command(pc, server, 'http', {
          operation: 'HTTP GET',
          object: `/page${i}`,
          outcome: 'refused',
          reason: '404',
        });
    };
    s.pass(25 * HOUR);
    guess(web);
    expect(s.of('refused-burst')).toEqual([]);
    guess(plc);
    expect(s.of('refused-burst')).toMatchObject([{ actor: pc, target: plc }]);
  });
  it('tells functions tried one after the other from the first frame', () => {
    const s = new Scene();
    for (let i = 0; i < 6; i++) {
      s.command(s.host('10.0.0.66'), s.host('10.0.0.10', 'plc'), 'modbus', {
        verb: 'invoke',
        operation: `function ${i}`,
        outcome: 'refused',
        reason: 'illegal function (1)',
      });
      s.pass(SECOND);
    }
    expect(s.of('scan.functions')[0]!.parts).toMatchObject({
      number: { kind: 'count', value: 6 },
      reason: { kind: 'text', text: 'illegal function (1)' },
    });
  });
});
