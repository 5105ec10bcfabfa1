import { describe, expect, it } from 'vitest';
import { DAY, HOUR, Scene } from '../testing.ts';

const plant = () => {
  const s = new Scene();
  const hmi = s.host('10.20.0.41', 'hmi');
  const plc = s.host('10.20.0.10', 'plc');
  const office = s.host('10.1.0.7', 'workstation', 4);
  for (let i = 0; i < 49; i++) {
    s.read(hmi, plc);
    s.pass(HOUR / 2);
  }
  return { s, hmi, plc, office };
};

describe('conversation', () => {
  it('says nothing while learning, and shows how far it is', () => {
    const s = new Scene();
    s.read(s.host('10.0.0.1'), s.host('10.0.0.2'));
    s.pass(6 * HOUR);
    s.read(s.host('10.0.0.3'), s.host('10.0.0.2'));
    expect(s.findings()).toEqual([]);
    expect(s.learning('conversation')[0]).toMatchObject({ seen: 6, needed: 24, unit: 'h', unarmed: '' });
  });

  it('tells a client that never talked to the controller, with who usually does', () => {
    const { s, hmi, plc, office } = plant();
    s.read(hmi, plc);
    expect(s.of('new-conversation')).toEqual([]);
    s.read(office, plc);
    const [f] = s.of('new-conversation');
    expect(f).toMatchObject({ actor: office, target: plc, protocol: 'modbus', state: 'open', count: 1 });
    expect(f!.surprise).toBeGreaterThanOrEqual(0.5);
    expect(f!.parts.usual).toEqual({ kind: 'endpoints', endpoints: [hmi] });
    expect(f!.evidence.length).toBe(2);
  });

  it('is one episode however often it polls, with the true count, and ends when it is quiet', () => {
    const { s, plc, office } = plant();
    for (let i = 0; i < 3600; i++) {
      s.read(office, plc);
      s.pass(1e6);
    }
    s.pass(2 * HOUR);
    const found = s.of('new-conversation');
    expect(found).toHaveLength(1);
    expect(found[0]!.state).toBe('ended');
    expect(found[0]!.count).toBeGreaterThan(3500);
  });

  it('learns it when a person accepts it, and not before', () => {
    const { s, plc, office } = plant();
    s.read(office, plc);
    const [f] = s.of('new-conversation');
    s.pass(DAY);
    s.read(office, plc);
    expect(s.of('new-conversation')).toHaveLength(2);
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(DAY);
    s.read(office, plc);
    expect(s.of('new-conversation')).toHaveLength(2);
  });

  it('knows a host again behind another router, and a capture that took the ends for each other', () => {
    const { s, hmi, plc } = plant();
    const same = s.host('10.20.0.41', 'hmi', Number.NaN, '00:aa:00:00:00:01');
    expect(same).not.toBe(hmi);
    s.read(same, plc);
    s.read(plc, hmi);
    expect(s.of('new-conversation')).toEqual([]);
  });

  it('tells many new servers of one client together', () => {
    const { s, office } = plant();
    for (let i = 0; i < 40; i++) {
      s.read(office, s.host(`10.20.0.${100 + i}`, 'plc'));
      s.pass(30e6);
    }
    expect(s.of('new-conversation').length).toBe(5);
    const [many] = s.of('new-conversation.many');
    expect(many!.parts.number).toEqual({ kind: 'count', value: 40 });
  });

  it('does not take a refused connection for a conversation', () => {
    const { s, plc, office } = plant();
    s.flow(office, plc, '', { serverPort: 4444, tcpState: 'rejected' });
    expect(s.of('new-conversation')).toEqual([]);
    s.flow(office, plc, '', { serverPort: 4444, tcpState: 'established', final: false });
    expect(s.of('new-conversation')[0]!.protocol).toBe('tcp port 4444');
  });
});
