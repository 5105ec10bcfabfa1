import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';

const says = (s: Scene, master: number, station: number, value: string): void =>
  s.value(master, station, { path: 'internal indications', type: 'IIN', value, access: 'read' }, 'dnp3');
const station = () => {
  const s = new Scene();
  const master = s.host('10.20.0.5', 'scada-server');
  const rtu = s.host('10.20.0.60', 'plc');
  return { s, master, rtu };
};
const watched = () => {
  const scene = station();
  scene.s.pass(DAY + MINUTE);
  return scene;
};
const surprise = (s: Scene, kind: string): number[] => s.of(kind).map((f) => f.surprise);

describe('trouble', () => {
  it('tells what an outstation says of itself, once, until it says it no more', () => {
    const { s, master, rtu } = watched();
    says(s, master, rtu, 'NEED_TIME');
    expect(s.codes()).toEqual([]);
    says(s, master, rtu, 'NEED_TIME, DEVICE_TROUBLE');
    says(s, master, rtu, 'DEVICE_TROUBLE');
    const [f, ...more] = s.of('device-trouble');
    expect(more).toEqual([]);
    expect(f).toMatchObject({ target: rtu, protocol: 'dnp3', surprise: 0.6, count: 1 });
    expect(f!.parts.what).toEqual({ kind: 'text', text: 'something is wrong with the device' });
    says(s, master, rtu, '');
    expect(s.of('device-trouble')[0]!.state).toBe('ended');
    says(s, master, rtu, 'CONFIG_CORRUPT, EVENT_BUFFER_OVERFLOW');
    expect(surprise(s, 'events-lost')).toEqual([0.6]);
    expect(s.of('device-trouble')).toHaveLength(2);
  });

  it('keeps for the record what a device says all the time, and what a person accepted', () => {
    const { s, master, rtu } = station();
    says(s, master, rtu, 'DEVICE_TROUBLE');
    expect(surprise(s, 'device-trouble')).toEqual([0.45]);
    says(s, master, rtu, '');
    s.pass(2 * DAY);
    says(s, master, rtu, 'DEVICE_TROUBLE');
    expect(surprise(s, 'device-trouble')).toEqual([0.45, 0.45]);
    says(s, master, rtu, 'EVENT_BUFFER_OVERFLOW');
    expect(s.detection.accept(s.of('events-lost')[0]!)).toBe(true);
    says(s, master, rtu, '');
    s.pass(2 * DAY);
    says(s, master, rtu, 'EVENT_BUFFER_OVERFLOW');
    expect(surprise(s, 'events-lost')).toEqual([0.6, 0.45]);
  });

  it('tells restarts, those that were commanded for the record, and the third of a day as such', () => {
    const { s, master, rtu } = watched();
    const restart = (): void => {
      says(s, master, rtu, 'DEVICE_RESTART');
      says(s, master, rtu, '');
      s.pass(2 * HOUR);
    };
    restart();
    expect(surprise(s, 'device-restarted')).toEqual([0.6]);
    restart();
    expect(s.of('device-restarted.often')).toEqual([]);
    restart();
    expect(s.of('device-restarted.often')[0]).toMatchObject({ target: rtu, surprise: 0.6 });
    const other = watched();
    says(other.s, other.master, other.rtu, 'EVENT_BUFFER_OVERFLOW');
    other.s.command(other.master, other.rtu, 'dnp3', { verb: 'restart', operation: 'Cold Restart' });
    other.s.pass(MINUTE);
    says(other.s, other.master, other.rtu, 'DEVICE_RESTART');
    expect(surprise(other.s, 'device-restarted')).toEqual([0.45]);
  });

  it('tells exception 4 of Modbus, no other refusal, and not of who always answers so', () => {
    const failed = {
      outcome: 'refused',
      reason: 'server device failure (4)',
      operation: 'Read Holding Registers',
    } as const;
    const { s, master, rtu } = watched();
    s.command(master, rtu, 'modbus', { ...failed, reason: 'server device busy (6)' });
    expect(s.of('device-trouble')).toEqual([]);
    s.command(master, rtu, 'modbus', failed);
    s.command(master, rtu, 'modbus', failed);
    expect(s.of('device-trouble')).toMatchObject([{ target: rtu, surprise: 0.6, count: 2 }]);
    const other = station();
    other.s.command(other.master, other.rtu, 'modbus', failed);
    other.s.pass(2 * DAY);
    other.s.command(other.master, other.rtu, 'modbus', failed);
    expect(surprise(other.s, 'device-trouble')).toEqual([0.45, 0.45]);
  });

  it('tells a mode that a controller never said, worse where it says a fault, for the record after a command', () => {
    const { s, master, rtu } = station();
    s.identity(rtu, 'mode', 'RUN', master, 's7comm');
    s.pass(DAY + MINUTE);
    s.identity(rtu, 'mode', 'RUN', master, 's7comm');
    expect(s.codes()).toEqual([]);
    s.identity(rtu, 'mode', 'STOP', master, 's7comm');
    s.identity(rtu, 'mode', 'DEFECT', master, 's7comm');
    expect(surprise(s, 'mode-reported')).toEqual([0.6, 0.75]);
    expect(s.of('mode-reported')[0]!.parts.usual).toEqual({ kind: 'texts', texts: ['RUN'] });
    s.command(master, rtu, 's7comm', { verb: 'mode-change', operation: 'PLC Stop' });
    s.identity(rtu, 'mode', 'STARTUP', master, 's7comm');
    expect(surprise(s, 'mode-reported')[2]).toBe(0.45);
    expect(s.detection.accept(s.of('mode-reported')[0]!)).toBe(true);
    s.pass(2 * DAY);
    const before = s.of('mode-reported').length;
    s.identity(rtu, 'mode', 'STOP', master, 's7comm');
    expect(s.of('mode-reported')).toHaveLength(before);
  });

  it('goes on after a restart of its own', () => {
    const { s, master, rtu } = watched();
    says(s, master, rtu, 'DEVICE_TROUBLE');
    s.identity(rtu, 'mode', 'RUN', master, 's7comm');
    const later = new Scene();
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    says(later, master, rtu, 'DEVICE_TROUBLE');
    later.identity(rtu, 'mode', 'STOP', master, 's7comm');
    expect(later.of('mode-reported')).toHaveLength(1);
    expect(later.of('device-trouble')).toHaveLength(1);
  });
});
