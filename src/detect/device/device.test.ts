import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';

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
  it('says of which devices it learns the rhythm still, and of none any more when it is known', () => {
    const { s, talk } = plant();
    const devices = () => s.learning('device').filter(({ of }) => of.kind === 'endpoint');
    talk(80);
    expect(devices()).toEqual([]);
    s.flow(s.host('10.20.0.77', 'plc', 1), s.host('10.20.0.10'), 'modbus');
    expect(devices()).toHaveLength(1);
  });

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
    expect(found[0]!.parts.number).toEqual({ kind: 'text', text: '5 devices' });
    expect(s.detection.accept(found[0]!)).toBe(true);
  });

  it('forgets what was accepted since, and doubts nobody twice, when an earlier state is put back', () => {
    const { s, plcs, talk } = plant();
    const before = s.detection.save();
    const laptop = s.host('10.20.0.77');
    s.flow(laptop, plcs[0]!, 'modbus');
    s.findings();
    expect(s.detection.accept(s.of('new-device')[0]!)).toBe(true);
    s.pass(MINUTE);
    s.detection.load(before);
    expect(s.detection.nowUs).toBe(s.now);
    s.flow(laptop, plcs[0]!, 'modbus');
    s.findings();
    expect(s.of('new-device')[0]).toMatchObject({ target: laptop, state: 'open' });
    s.detection.load(s.detection.save());
    s.findings();
    for (const finding of s.detection.openFindings()) s.detection.accept(finding);
    expect(s.detection.openFindings()).toEqual([]);
    // Nothing is open any more, so that it is no suspect: what it does while learning is usual.
    s.detection.setLearningTime(100 * DAY);
    talk(1);
    s.flow(laptop, plcs[2]!, 'modbus');
    s.detection.setLearningTime(DAY);
    talk(1);
    s.flow(laptop, plcs[2]!, 'modbus');
    expect(s.detection.openFindings()).toEqual([]);
  });

  it('takes what was heard while it learned for known, though its flow is reported later', () => {
    const { s, plcs } = plant();
    const since = s.now - DAY;
    s.flow(s.host('10.20.0.78'), plcs[0]!, 'modbus', { firstUs: since });
    expect(s.findings()).toEqual([]);
  });

  it('tells new office computers as one list a day, below what asks a person, and more than four new ones anywhere', () => {
    const { s, plcs } = plant();
    const server = s.host('10.40.0.1', 'server', 4);
    s.flow(s.host('10.40.0.2', 'workstation', 4), server, 'smb');
    s.findings();
    const before = s.of('new-device').length;
    for (let n = 10; n < 50; n++) {
      s.flow(s.host(`10.40.0.${n}`), server, 'smb');
      s.pass(MINUTE, MINUTE);
    }
    expect(s.of('new-device')).toHaveLength(before);
    const office = s.of('new-device.many').at(-1)!;
    expect(office).toMatchObject({ surprise: 0.3, actor: 0, count: 42 });
    for (let n = 60; n < 70; n++) s.flow(s.host(`10.20.0.${n}`), plcs[0]!, 'modbus');
    expect(s.of('new-device')).toHaveLength(before + 4);
    expect(s.of('new-device.many')).toHaveLength(2);
    expect(s.of('new-device.many').at(-1)!.parts.number).toEqual({ kind: 'count', value: 10 });
  });

  it('tells what comes after an accepted list of devices as another list', () => {
    const { s, plcs } = plant();
    const bring = (from: number): void => {
      for (let n = from; n < from + 6; n++) s.flow(s.host(`10.20.0.${n}`), plcs[0]!, 'modbus');
      s.findings();
      s.pass(MINUTE);
    };
    bring(60);
    const [first] = s.of('new-device.many');
    expect(s.detection.accept(first!)).toBe(true);
    bring(80);
    const [accepted, second] = s.of('new-device.many');
    expect(accepted).toMatchObject({ id: first!.id, state: 'ended' });
    expect(second).toMatchObject({ state: 'open', parts: { number: { kind: 'count', value: 6 } } });
  });

  it('leaves who only answers somebody suspect to what is told of him, until it acts itself', () => {
    const { s, hmi, plcs } = plant();
    s.command(hmi, plcs[0]!, 's7comm', { verb: 'program-download', operation: 'Request download' });
    const hidden = s.host('10.20.0.80');
    s.flow(hmi, hidden, 'smb');
    s.flow(hmi, hidden, 'smb');
    expect(s.of('new-device')).toEqual([]);
    s.flow(hidden, plcs[1]!, 'modbus');
    expect(s.of('new-device')).toHaveLength(1);
  });

  it('judges silence where a device is plugged in, not where it is seen behind a router', () => {
    const s = new Scene();
    const router = '00:09:0f:00:00:01';
    const hmi = s.host('10.20.0.41', 'hmi', 2);
    const plc = s.host('10.20.0.10', 'plc', 1);
    // The historian, in its own network and as the DMZ sees it behind the router; others are seen so too.
    const historian = s.host('10.20.0.20', 'historian', 3);
    const mirror = s.host('10.35.0.30', 'server', 3.5);
    const behind = [20, 21, 22, 23, 24].map((n) => {
      const id = s.endpoints.add({ ip: `10.20.0.${n}`, mac: router, vlan: 35 });
      s.endpoints.says(id, 1);
      s.roles.set(id, 'historian');
      return id;
    });
    const hour = (mirrored: boolean): void => {
      for (let i = 0; i < 30; i++) {
        s.flow(hmi, plc, 'modbus');
        s.flow(historian, hmi, 'opcua');
        if (mirrored) for (const id of behind) s.flow(id, mirror, 'tls');
        s.pass(2 * MINUTE);
      }
    };
    for (let h = 0; h < 25; h++) hour(true);
    hour(false);
    // Those that are seen behind the router only are judged there.
    expect(s.of('device-silent').map((f) => f.target)).toEqual(behind.slice(1));
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
    // What falls silent once more is told once more.
    talk(2);
    talk(2, plcs.slice(1));
    expect(s.of('device-silent').map((again) => [again.target, again.state])).toEqual([
      [plcs[0], 'ended'],
      [plcs[0], 'open'],
    ]);
  });

  it('learns by time how long a device pauses that speaks seldom, and says so', () => {
    const { s, hmi, plcs, talk } = plant();
    const printer = s.host('10.20.0.90', 'hmi', 2);
    const about = () => s.learning('device').find(({ of }) => of.kind === 'endpoint' && of.endpoint === printer);
    s.flow(printer, plcs[0]!, 'modbus');
    s.pass(MINUTE, MINUTE);
    for (const f of s.detection.openFindings()) s.detection.accept(f);
    talk(24);
    // One sighting in a day is not 1 of 60.
    expect(about()).toMatchObject({ unit: 'h', needed: 168, unarmed: '' });
    expect(about()!.seen).toBeCloseTo(24, 0);
    for (let day = 0; day < 7; day++) {
      s.flow(printer, plcs[0]!, 'modbus');
      talk(24);
    }
    s.flow(printer, plcs[0]!, 'modbus');
    s.pass(MINUTE, MINUTE);
    expect(about()).toBeUndefined();
    expect(s.of('device-silent')).toEqual([]);
    // It pauses for a day: three of them are silence.
    talk(71);
    expect(s.of('device-silent')).toEqual([]);
    talk(3);
    expect(s.of('device-silent').map((f) => f.target)).toEqual([printer]);
    expect(hmi).not.toBe(printer);
  });

  it('tells six of thirty that fall silent in one minute as one', () => {
    const s = new Scene();
    const hmi = s.host('10.20.0.41', 'hmi', 2);
    const plcs = Array.from({ length: 30 }, (_, n) => s.host(`10.20.0.${100 + n}`, 'plc', 1));
    const talk = (hours: number, with_: readonly number[]): void => {
      for (let n = 0; n < hours * 12; n++) {
        for (const plc of with_) s.flow(hmi, plc, 'modbus');
        s.pass(5 * MINUTE, MINUTE);
      }
    };
    talk(25, plcs);
    talk(1, plcs.slice(6));
    expect(s.codes()).toEqual(['network-silent']);
    expect(s.of('network-silent')[0]!.parts).toMatchObject({
      number: { value: 6 },
      devices: { endpoints: plcs.slice(0, 6) },
    });
  });

  it('tells many silent ones as one, and says nothing after a gap in the capture', () => {
    const { s, talk, plcs } = plant();
    s.pass(HOUR, 10 * MINUTE);
    expect(s.codes()).toEqual(['network-silent']);
    // Longer than a silence that is told, and the program was off for a coffee or for a morning.
    for (const gap of [11 * MINUTE, 25 * MINUTE, 5 * HOUR]) {
      const other = plant();
      other.s.pass(gap, gap);
      other.talk(1);
      expect(other.s.findings()).toEqual([]);
      // What was silent before the gap already is so after it.
      other.talk(0.3, other.plcs.slice(1));
      other.s.pass(gap, gap);
      other.talk(0.2, other.plcs.slice(1));
      expect(other.s.codes()).toEqual(['device-silent']);
    }
    expect(plcs.length + talk.length).toBeGreaterThan(0);
  });
});
