import { describe, expect, it } from 'vitest';
import { DAY, HOUR, Scene, throughRouter } from '../testing.ts';

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
    s.pass(25 * HOUR);
    const found = s.of('new-conversation');
    expect(found).toHaveLength(1);
    expect(found[0]!.state).toBe('ended');
    expect(found[0]!.count).toBeGreaterThan(3500);
  });

  it('learns it when a person accepts it, and not before', () => {
    const { s, plc, office } = plant();
    s.read(office, plc);
    const [f] = s.of('new-conversation');
    s.pass(26 * HOUR);
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

  it('keeps an engineer who goes online for the first time after the learning day below what asks a person, for a week', () => {
    const { s, plc } = plant();
    const station = s.host('10.20.0.50', 'engineering-station');
    const odd = s.host('10.20.0.51', 'engineering-station');
    s.read(station, plc);
    s.read(station, s.host('10.20.0.99', 'safety-controller'));
    s.read(station, s.host('10.20.0.12', 'plc'));
    s.command(odd, plc, 's7comm', { verb: 'program-download', operation: 'Download' });
    s.read(odd, plc);
    // At the safety controller it asks; who did something odd before, by then the station itself too, is no engineer at work.
    expect(s.of('new-conversation').map((f) => f.surprise)).toEqual([0.4, 0.8, 0.8, 0.8]);
    s.pass(8 * DAY);
    s.read(s.host('10.20.0.52', 'engineering-station'), plc);
    expect(s.of('new-conversation').at(-1)!.surprise).toBe(0.8);
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

  it('takes the layers of one connection for one conversation', () => {
    const { s, plc, office } = plant();
    s.read(office, plc, 'connect', 'enip');
    s.read(office, plc, 'DB1', 's7comm');
    const found = s.of('new-conversation');
    expect(found).toHaveLength(1);
    expect(found[0]!.parts.protocol).toEqual({ kind: 'protocols', protocols: ['enip', 's7comm'] });
    expect(s.detection.accept(found[0]!)).toBe(true);
    s.pass(26 * HOUR);
    s.read(office, plc, 'DB1', 's7comm');
    expect(s.of('new-conversation')).toHaveLength(1);
  });

  it('knows a flow that began while it learned, though it is reported later', () => {
    const { s, plc, office } = plant();
    s.flow(office, plc, 'http', { firstUs: s.now - 20 * HOUR });
    expect(s.of('new-conversation')).toEqual([]);
  });

  it('takes one more computer at a service that everybody of its network uses for no news, at a controller for news', () => {
    const s = new Scene();
    const wsus = s.host('10.35.0.5', 'server', 3.5);
    const plc = s.host('10.20.0.10', 'plc', 1);
    for (let n = 1; n <= 5; n++) s.flow(s.host(`10.40.0.${n}`, 'workstation', 4), wsus, 'http');
    for (let n = 1; n <= 5; n++) s.read(s.host(`10.20.0.${100 + n}`, 'hmi', 2), plc);
    s.pass(25 * HOUR);
    s.flow(s.host('10.40.0.6', 'workstation', 4), wsus, 'http');
    expect(s.of('new-conversation')).toEqual([]);
    s.flow(s.host('10.41.0.6', 'workstation', 4), wsus, 'http');
    expect(s.of('new-conversation')).toHaveLength(1);
    s.read(s.host('10.20.0.106', 'hmi', 2), plc);
    expect(s.of('new-conversation')).toHaveLength(2);
  });

  it('keeps for the record that a station goes online with one more controller, as engineers do; of a panel it asks', () => {
    const s = new Scene();
    const plcs = [1, 2, 3, 4].map((n) => s.host(`10.20.0.${n}`, 'plc', 1));
    const station = s.host('10.20.0.95', 'engineering-station', 2);
    const panel = s.host('10.20.0.81', 'hmi', 2);
    for (const plc of plcs.slice(0, 3)) {
      s.flow(station, plc, 'modbus');
      s.flow(panel, plc, 'modbus', { final: false });
    }
    s.pass(25 * HOUR);
    s.read(station, plcs[3]!);
    s.read(panel, plcs[3]!);
    expect(s.of('new-conversation').map((f) => f.surprise)).toEqual([0.4, 0.8]);
  });

  it('does not take a refused connection for a conversation', () => {
    const { s, plc, office } = plant();
    s.flow(office, plc, '', { serverPort: 4444, tcpState: 'rejected' });
    expect(s.of('new-conversation')).toEqual([]);
    s.flow(office, plc, '', { serverPort: 4444, tcpState: 'established', final: false });
    expect(s.of('new-conversation')[0]!.protocol).toBe('tcp port 4444');
  });
});

it('knows a conversation through a router from either side of it', () => {
  const s = new Scene();
  const { historian, scada, stranger } = throughRouter(s);
  for (let i = 0; i < 49; i++) {
    s.read(historian.own, scada.seen);
    s.pass(HOUR / 2);
  }
  // After a restart a frame of the other side is the first.
  s.read(historian.seen, scada.own);
  expect(s.of('new-conversation')).toEqual([]);
  s.read(stranger, scada.own);
  expect(s.of('new-conversation')).toHaveLength(1);
});
