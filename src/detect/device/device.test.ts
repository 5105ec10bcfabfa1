import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, Scene } from '../testing.ts';

const plant = () => {
  const s = new Scene();
  const hmi = s.host('10.20.0.41', 'hmi', 2);
  const plcs = [10, 11, 12, 13].map((n) => s.host(`10.20.0.${n}`, 'plc', 1));
  const talk = (hours: number, only = plcs): void => {
    for (let i = 0; i < hours * 30; i++) {
      for (const plc of only) s.flow(hmi, plc, 'modbus', { final: false });
      s.pass(2 * MINUTE);
    }
  };
  talk(25);
  return { s, hmi, plcs, talk };
};

describe('device', () => {
  it('tells a device that was never seen, once, and learns it when accepted', () => {
    const { s, plcs, talk } = plant();
    expect(s.findings()).toEqual([]);
    const laptop = s.host('10.20.0.77');
    s.flow(laptop, plcs[0]!, 'modbus');
    s.flow(laptop, plcs[1]!, 'modbus');
    talk(1);
    const found = s.of('new-device');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ target: laptop, surprise: 0.8 });
    expect(found[0]!.parts.number).toEqual({ kind: 'count', value: 5 });
    expect(s.detection.accept(found[0]!)).toBe(true);
  });

  it('does not take a known network card with another address for a new device', () => {
    const { s, hmi, plcs } = plant();
    s.flow(s.host('10.20.0.200', 'hmi', 2, s.endpoints.get(hmi).mac), plcs[0]!, 'modbus');
    expect(s.of('new-device')).toEqual([]);
  });

  it('takes a known address behind a router in another network for the same device, a new one for new', () => {
    const { s, hmi, plcs } = plant();
    const router = '00:09:0f:00:00:01';
    // What is behind a router has its card: it is known for one from its fourth address on.
    for (const n of [1, 2, 3, 4]) s.flow(s.host(`10.30.0.${n}`, 'server', 4, router), plcs[0]!, 'https');
    const before = s.of('new-device').length;
    const past = (ip: string): number => {
      const id = s.endpoints.add({ ip, mac: router, vlan: 35 });
      s.endpoints.says(id, 1);
      return id;
    };
    s.flow(past(s.endpoints.get(hmi).ip!), plcs[0]!, 'modbus');
    expect(s.of('new-device')).toHaveLength(before);
    s.flow(past('10.20.0.99'), plcs[0]!, 'modbus');
    expect(s.of('new-device')).toHaveLength(before + 1);
  });

  it('tells a controller that falls silent, since when, and ends it when it is back', () => {
    const { s, hmi, plcs, talk } = plant();
    const since = s.now;
    talk(1, plcs.slice(1));
    const [f] = s.of('device-silent');
    expect(f).toMatchObject({ target: plcs[0], state: 'open' });
    expect(Math.abs(f!.firstUs - since)).toBeLessThan(3 * MINUTE);
    s.flow(hmi, plcs[0]!, 'modbus');
    expect(s.of('device-silent')[0]!.state).toBe('ended');
  });

  it('tells many silent ones as one, and says nothing after a gap in the capture', () => {
    const { s, talk, plcs } = plant();
    s.pass(HOUR, 10 * MINUTE);
    expect(s.codes()).toEqual(['network-silent']);
    const other = plant();
    other.s.pass(5 * HOUR, 5 * HOUR);
    other.talk(1);
    expect(other.s.findings()).toEqual([]);
    expect(plcs.length + talk.length).toBeGreaterThan(0);
  });
});
