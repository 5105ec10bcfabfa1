import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, Scene } from '../testing.ts';
import { REACHED_US } from './index.ts';

const site = () => {
  const s = new Scene();
  const hosts = {
    pc: s.host('10.10.40.20', 'workstation', 4),
    jump: s.host('10.20.35.10', 'unknown', 3.5),
    historian: s.host('10.20.30.20', 'historian', 3),
    station: s.host('10.20.10.95', 'engineering-station', 2),
  };
  const desktop = (client: number, server: number): void =>
    s.session(client, server, 'rdp', { phase: 'open', outcome: 'accepted' });
  /** A rule that needs no learning makes it a suspect. */
  const scan = (client: number): void => {
    for (let i = 1; i <= 60; i++)
      s.flow(client, s.host(`10.10.40.${100 + i}`), '', {
        serverPort: 445,
        transport: 'tcp',
        tcpState: 'rejected',
        serverPackets: 1,
      });
    s.pass(MINUTE);
  };
  return { s, ...hosts, desktop, scan };
};

describe('remote access', () => {
  it('keeps what a suspect opens while the site learns, and what is opened from there, below an alert and said so', () => {
    const { s, pc, jump, historian, station, desktop, scan } = site();
    s.pass(HOUR);
    scan(pc);
    expect(s.codes()).toContain('scan.hosts');
    desktop(pc, jump);
    desktop(jump, historian);
    desktop(historian, station);
    const told = s.of('remote-access');
    expect(told.map(({ actor, target }) => [actor, target])).toEqual([
      [pc, jump],
      [jump, historian],
      [historian, station],
    ]);
    for (const { surprise, certainty, parts } of told) {
      expect(surprise).toBeLessThan(0.5);
      expect(certainty).toBe('possible');
      expect(parts.learning).toMatchObject({ text: expect.stringContaining('still learning') });
    }
  });

  it('says nothing while learning of what nobody odd opens, nor of what was usual before, nor a shift later', () => {
    const { s, pc, jump, historian, station, desktop, scan } = site();
    desktop(jump, historian);
    desktop(historian, station);
    s.pass(HOUR);
    scan(pc);
    desktop(pc, jump);
    desktop(jump, historian);
    expect(s.of('remote-access').map(({ actor }) => actor)).toEqual([pc]);
    s.pass(REACHED_US + HOUR);
    desktop(jump, station);
    expect(s.of('remote-access')).toHaveLength(1);
    // It was learned, then.
    s.pass(DAY);
    desktop(jump, station);
    expect(s.of('remote-access')).toHaveLength(1);
  });

  it('asks once it has learned, also of what a suspect opened before', () => {
    const { s, pc, jump, station, desktop, scan } = site();
    s.pass(HOUR);
    scan(pc);
    desktop(pc, station);
    s.pass(2 * DAY);
    desktop(pc, station);
    desktop(jump, station);
    const asking = s.of('remote-access').filter(({ surprise }) => surprise >= 0.5);
    expect(asking.map(({ actor }) => actor)).toEqual([pc, jump]);
    expect(asking.every(({ parts }) => parts.learning === undefined)).toBe(true);
  });

  it('goes on after a restart in the middle of the way', () => {
    const { s, pc, jump, historian, desktop, scan } = site();
    s.pass(HOUR);
    scan(pc);
    desktop(pc, jump);
    const later = new Scene();
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    later.session(jump, historian, 'rdp', { phase: 'open', outcome: 'accepted' });
    expect(later.of('remote-access').map(({ actor }) => actor)).toContain(jump);
  });
});
