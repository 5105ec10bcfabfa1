import { describe, expect, it } from 'vitest';
import type { Verb } from '../../core/observation.ts';
import { DAY, HOUR, MINUTE, Scene, SECOND } from '../testing.ts';

const plant = () => {
  const s = new Scene();
  const hmi = s.host('10.20.0.41', 'hmi');
  const eng = s.host('10.20.0.50', 'engineering-station');
  const plc = s.host('10.20.0.10', 'plc');
  for (let i = 0; i < 100; i++) {
    s.write(hmi, plc, `holding registers ${i % 4}`, 10);
    s.pass(15 * MINUTE);
  }
  return { s, hmi, eng, plc };
};

describe('writer', () => {
  it('tells the first write of a client, compared with the usual writers', () => {
    const { s, hmi, plc } = plant();
    const other = s.host('10.20.0.51', 'workstation');
    s.write(hmi, plc, 'holding registers 2', 11);
    expect(s.codes()).toEqual([]);
    s.write(other, plc, 'holding registers 2', 99);
    const [f] = s.of('new-writer');
    expect(f).toMatchObject({ actor: other, target: plc, verb: 'write', severity: 'uptime' });
    expect(f!.surprise).toBeGreaterThan(0.8);
    expect(f!.parts.usual).toEqual({ kind: 'endpoints', endpoints: [hmi] });
    expect(f!.parts.value).toEqual({ kind: 'text', text: '99' });
  });

  it('keeps for the record that an engineering station writes to one more controller, never to a safety controller', () => {
    const { s, eng } = plant();
    const plcs = [1, 2, 3].map((n) => s.host(`10.21.0.${n}`, 'plc'));
    const other = new Scene();
    const station = other.host('10.20.0.50', 'engineering-station');
    const known = [1, 2, 3].map((n) => other.host(`10.21.0.${n}`, 'plc'));
    for (const plc of known.slice(0, 2)) other.write(station, plc, 'x', 1);
    for (const n of [1, 2, 4]) other.flow(station, other.host(`10.21.0.${n}`, 'plc'), 'modbus');
    other.pass(DAY + MINUTE);
    other.write(station, known[2]!, 'x', 1);
    other.write(station, other.host('10.21.0.9', 'safety-controller'), 'x', 1);
    expect(other.of('new-writer').map((f) => f.surprise)).toEqual([0.45, 0.9]);
    // One that never wrote while learning is no such station after its first week, whatever it is called.
    s.pass(7 * DAY);
    s.write(eng, plcs[0]!, 'x', 1);
    expect(s.of('new-writer')[0]!.surprise).toBe(0.9);
  });

  it('keeps the first write of an engineering station for the record in its first week, and asks about it later', () => {
    const surprise = (days: number, kind: 'plc' | 'safety-controller' = 'plc'): number => {
      const s = new Scene();
      const eng = s.host('10.20.0.50', 'engineering-station');
      const target = s.host('10.20.0.10', kind);
      for (let hour = 0; hour < days * 24; hour++) {
        s.read(eng, target);
        s.pass(HOUR);
      }
      s.write(eng, target, 'holding registers 2', 99);
      return s.of('new-writer')[0]!.surprise;
    };
    expect(surprise(2)).toBeLessThan(0.5);
    expect(surprise(2, 'safety-controller')).toBeGreaterThan(0.8);
    expect(surprise(8)).toBeGreaterThan(0.8);
  });

  it('knows who goes online here and there and leaves again as an engineer, and learns what comes back another day', () => {
    const s = new Scene();
    const station = s.host('10.20.0.50', 'workstation');
    const panel = s.host('10.20.0.60', 'hmi');
    const plcs = [1, 2, 3, 4].map((n) => s.host(`10.21.0.${n}`, 'plc'));
    for (const plc of plcs.slice(0, 3)) {
      s.flow(station, plc, 'modbus');
      s.flow(panel, plc, 'modbus', { firstUs: s.now - 20 * HOUR });
    }
    s.pass(DAY + MINUTE);
    s.write(station, plcs[3]!, 'x', 1);
    s.write(panel, plcs[3]!, 'x', 1);
    expect(s.of('new-writer').map((f) => f.surprise)).toEqual([0.45, 0.9]);
    for (let day = 0; day < 3; day++) {
      s.pass(DAY);
      s.write(station, plcs[3]!, 'x', 1);
    }
    // Told on two days; usual from the third on.
    expect(s.of('new-writer').filter((f) => f.actor === station)).toHaveLength(2);
    s.pass(6 * DAY);
    s.write(station, plcs[0]!, 'x', 1);
    expect(s.of('new-writer').at(-1)).toMatchObject({ actor: station, target: plcs[0], surprise: 0.9 });
  });

  it('asks about an engineer whose station did something odd before, and says that this is why', () => {
    const s = new Scene();
    const eng = s.host('10.20.0.50', 'engineering-station');
    const plcs = [10, 11].map((n) => s.host(`10.20.0.${n}`, 'plc'));
    for (let hour = 0; hour < 48; hour++) {
      s.read(eng, plcs[0]!);
      s.pass(HOUR);
    }
    s.write(eng, plcs[0]!, 'holding registers 2', 99);
    const how = (surprise: number) => s.of('new-writer').find((f) => f.surprise === surprise)!.parts.how;
    expect(how(0.45)).toEqual({ kind: 'text', text: 'holding registers 2, value 99, accepted' });
    s.write(eng, s.host('10.20.0.9', 'safety-controller'), 'x', 1);
    s.write(eng, plcs[1]!, 'holding registers 3', 98);
    const asked = s.of('new-writer').filter((f) => f.target === plcs[1]);
    expect(asked[0]!.surprise).toBe(0.9);
    expect(asked[0]!.parts.how).toEqual({
      kind: 'text',
      text: 'holding registers 3, value 98, accepted',
    });
  });

  it('keeps what a seldom writer writes for the first time for the record', () => {
    const s = new Scene();
    const [station, plc] = [s.host('10.20.0.50', 'engineering-station'), s.host('10.20.0.10', 'plc')];
    s.write(station, plc, 'DB1', 1);
    s.pass(DAY + MINUTE);
    s.write(station, plc, 'DB1', 2);
    expect(s.findings()).toEqual([]);
    s.write(station, plc, 'DB2', 2);
    expect(s.of('new-written-point').map((f) => f.surprise)).toEqual([0.45]);
    // After something odd it asks a person, and is not learned.
    s.command(station, plc, 's7comm', { verb: 'program-download', operation: 'Download' });
    s.write(station, plc, 'DB3', 2);
    expect(s.of('new-written-point').map((f) => f.surprise)).toEqual([0.45, 0.55]);
    s.pass(3 * DAY);
    s.write(station, plc, 'DB3', 2);
    expect(s.of('new-written-point')).toHaveLength(3);
  });

  it('concerns safety when it is a safety controller', () => {
    const { s, eng } = plant();
    s.write(eng, s.host('10.20.0.99', 'safety-controller'), 'x', 1);
    expect(s.of('new-writer')[0]!.severity).toBe('safety');
  });

  it('tells an address that the usual writer never wrote, learns it when accepted, never silently', () => {
    const { s, hmi, plc } = plant();
    s.write(hmi, plc, 'holding registers 77', 1);
    s.pass(DAY);
    s.write(hmi, plc, 'holding registers 77', 1);
    const found = s.of('new-written-point');
    expect(found).toHaveLength(2);
    expect(found[0]!.parts.number).toEqual({ kind: 'text', text: '4 other addresses' });
    expect(s.detection.accept(found[1]!)).toBe(true);
    s.pass(DAY);
    s.write(hmi, plc, 'holding registers 77', 1);
    expect(s.of('new-written-point')).toHaveLength(2);
  });

  it('does not judge addresses of a client that keeps writing new ones, and says so', () => {
    const s = new Scene();
    const hmi = s.host('10.0.0.1');
    const plc = s.host('10.0.0.2');
    for (let i = 0; i < 200; i++) {
      s.write(hmi, plc, `register ${i}`, 1);
      s.pass(10 * MINUTE);
    }
    expect(s.of('new-written-point')).toEqual([]);
    expect(s.learning('writer').find((l) => l.of.kind === 'conversation')!.unarmed).toContain('still writes new');
  });

  it('leaves files and names of the office alone', () => {
    const { s, eng, plc } = plant();
    s.command(eng, plc, 'smb', { verb: 'write', object: 'share\\file' });
    expect(s.of('new-writer')).toEqual([]);
  });

  it('tells commands of a known address from another network card, not those of a router that took over', () => {
    const s = new Scene();
    const plc = s.host('10.0.0.10', 'plc');
    const panel = s.host('10.0.0.20', 'hmi', 2, '28:63:36:00:00:01');
    for (let i = 0; i < 60; i++) {
      s.write(panel, plc, 'holding register 4', 1);
      s.pass(HOUR / 2);
    }
    const forged = s.host('10.0.0.20', 'unknown', Number.NaN, 'b8:27:eb:00:00:09');
    s.write(forged, plc, 'holding register 4', 0);
    expect(s.of('writer-other-card')[0]).toMatchObject({ actor: forged, target: plc, severity: 'uptime' });
    expect(s.of('new-writer')).toEqual([]);
    const behind = [20, 21, 22, 23].map((n) => s.host(`10.0.0.${n}`, 'unknown', Number.NaN, '00:80:63:00:00:01'));
    s.pass(MINUTE);
    s.write(behind[0]!, plc, 'holding register 4', 1);
    expect(s.of('writer-other-card').length).toBe(1);
  });

  it('tells the write of a device that was there before by itself, in a flood of forged ones', () => {
    const s = new Scene();
    const [plc, historian] = [s.host('10.0.0.10', 'plc'), s.host('10.0.0.30', 'historian')];
    s.pass(DAY + HOUR);
    for (let n = 0; n < 1_200; n++) s.write(s.host(`10.9.${n >> 8}.${n & 255}`), plc, 'holding register 4', 1);
    expect(s.of('new-writer').length).toBe(1_001);
    s.write(historian, plc, 'holding register 4', 1);
    expect(s.of('new-writer').filter((f) => f.actor === historian)).toMatchObject([{ target: plc, count: 1 }]);
    expect(s.of('new-writer').filter((f) => f.state === 'open').length).toBe(1_001);
  });

  describe('a control centre that operates one breaker a day', () => {
    const station = () => {
      const s = new Scene();
      const centre = s.host('10.20.0.60', 'scada-server');
      const rtu = s.host('10.20.0.61', 'plc');
      for (let day = 0; day < 4; day++) {
        s.command(centre, rtu, 'iec104', { verb: 'control', object: `IOA ${1001 + (day & 1)}`, value: day & 1 });
        s.pass(DAY);
      }
      return {
        s,
        operate: (ioa: number, verb: Verb = 'control') =>
          s.command(centre, rtu, 'iec104', { verb, object: `IOA ${ioa}`, value: 0 }),
      };
    };

    it('asks from the fifth breaker on that it never operated within a minute, in one finding', () => {
      const { s, operate } = station();
      for (let n = 0; n < 12; n++) {
        operate(2000 + n);
        s.pass(2 * SECOND);
        if (n === 3) expect(s.of('new-outputs')).toEqual([]);
      }
      const [f, ...more] = s.of('new-outputs');
      expect(more).toEqual([]);
      expect(f).toMatchObject({ count: 8, parts: { number: { value: 12 }, before: { text: '2 outputs' } } });
      expect(f!.surprise).toBeGreaterThan(0.5);
      expect(s.of('new-written-point').every((x) => x.surprise < 0.5)).toBe(true);
      expect(s.detection.accept(f!)).toBe(true);
      s.pass(DAY);
      for (let n = 0; n < 12; n++) operate(2000 + n);
      expect(s.of('new-outputs')).toHaveLength(1);
    });

    it('does not where a person takes his time, for those of every day, or for set points of a recipe', () => {
      const { s, operate } = station();
      for (let n = 0; n < 12; n++) {
        operate(2000 + n);
        s.pass(MINUTE);
        for (let again = 0; again < 8; again++) operate(1001 + (again & 1));
      }
      for (let n = 0; n < 12; n++) operate(3000 + n, 'write');
      expect(s.of('new-outputs')).toEqual([]);
    });
  });
});
