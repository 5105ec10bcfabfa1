import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, Scene } from '../testing.ts';
import { lateral } from './index.ts';

const SERVICES = { verb: 'write', operation: 'SMB CREATE', object: '\\\\h\\IPC$\\svcctl' } as const;

const made = () => {
  const s = new Scene({ detectors: [lateral] });
  const admin = s.host('10.1.0.5', 'server', 4);
  const panel = s.host('10.20.0.41', 'hmi', 2);
  s.command(admin, panel, 'smb', SERVICES);
  s.pass(25 * HOUR);
  return { s, admin, panel, pc: s.host('10.1.0.66', 'workstation', 4) };
};

describe('lateral', () => {
  it('tells who administers a host for the first time, by what means, and who usually does', () => {
    const { s, admin, panel, pc } = made();
    s.command(admin, panel, 'smb', SERVICES);
    expect(s.findings()).toEqual([]);
    s.command(pc, panel, 'smb', { ...SERVICES, user: 'anna' });
    s.session(pc, panel, 'smb', { detail: 'share \\\\h\\ADMIN$' });
    const [f, ...others] = s.of('remote-execution');
    expect(others).toEqual([]);
    expect(f).toMatchObject({ actor: pc, target: panel, surprise: 0.8 });
    expect(f!.parts).toMatchObject({
      means: { text: 'the service manager' },
      asUser: { text: ' as anna' },
      usual: { endpoints: [admin] },
    });
  });

  it('hears no refusal, no pipe of files, and nobody where an end is not known', () => {
    const { s, panel, pc } = made();
    s.command(pc, panel, 'smb', { ...SERVICES, outcome: 'refused' });
    s.command(pc, panel, 'smb', { ...SERVICES, object: '\\\\h\\data\\orders.xlsx' });
    s.command(pc, 0, 'smb', SERVICES);
    s.command(0, panel, 'smb', SERVICES);
    expect(s.findings()).toEqual([]);
  });

  it('takes as usual what a person accepts, after a restart too', () => {
    const { s, panel, pc } = made();
    s.command(pc, panel, 'smb', SERVICES);
    expect(s.detection.accept(s.of('remote-execution')[0]!)).toBe(true);
    const next = new Scene({ detectors: [lateral] });
    next.continueFrom(s);
    next.found.length = 0;
    next.detection.load(s.detection.save());
    for (const scene of [s, next]) {
      const before = scene.findings().length;
      scene.pass(HOUR);
      scene.command(pc, panel, 'smb', SERVICES);
      expect(scene.findings()).toHaveLength(before);
    }
  });

  it('tells that it spreads over hosts, and of a distribution that was accepted only what is half as many more', () => {
    const { s, pc } = made();
    const reach = (from: number, to: number): void => {
      for (let n = from; n <= to; n++)
        s.command(pc, s.host(`10.20.0.${100 + n}`, 'hmi', 2), 'smb', { ...SERVICES, object: '\\\\h\\IPC$\\atsvc' });
    };
    const beganUs = s.now;
    reach(1, 2);
    s.pass(MINUTE);
    expect(s.of('remote-execution.spread')).toEqual([]);
    reach(3, 4);
    const [f] = s.of('remote-execution.spread');
    expect(f).toMatchObject({ actor: pc, firstUs: beganUs, surprise: 0.95, certainty: 'likely' });
    expect(f!.parts).toMatchObject({ number: { value: 4 }, plant: { value: 4 } });
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(2 * HOUR);
    reach(11, 16);
    expect(s.of('remote-execution.spread')).toHaveLength(1);
    reach(17, 17);
    expect(s.of('remote-execution.spread')).toHaveLength(2);
  });
});
