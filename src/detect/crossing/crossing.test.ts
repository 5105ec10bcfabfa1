import { describe, expect, it } from 'vitest';
import { HOUR, Scene } from '../testing.ts';

describe('crossing and remote access', () => {
  const made = () => {
    const s = new Scene();
    return {
      s,
      office: s.host('10.1.0.7', 'workstation', 4),
      plc: s.host('10.20.0.10', 'plc', 1),
      hmi: s.host('10.20.0.41', 'hmi', 2),
      dmz: s.host('10.9.0.5', 'server', 3.5),
      out: s.host('203.0.113.9'),
    };
  };
  it('tells the office at a controller and the plant on the internet, not what goes through the DMZ', () => {
    const { s, office, plc, hmi, dmz, out } = made();
    s.flow(office, dmz, 'http');
    s.flow(dmz, hmi, 'http');
    s.flow(office, out, 'tls');
    expect(s.findings()).toEqual([]);
    s.flow(office, plc, 'http');
    s.flow(hmi, out, 'tls');
    s.flow(out, plc, 'modbus');
    expect(s.codes()).toEqual(['office-to-controller', 'outside-to-plant', 'plant-to-outside']);
    expect(s.of('office-to-controller')[0]!.parts.from).toEqual({ kind: 'text', text: '4' });
    for (const f of s.findings()) expect(s.detection.accept(f)).toBe(true);
  });
  it('keeps a way that was used while learning for the record when it turns out to come from the office', () => {
    const { s, hmi, plc } = made();
    const jump = s.host('10.9.0.6', 'server');
    s.flow(jump, hmi, 'tls');
    expect(s.findings()).toEqual([]);
    s.pass(25 * 3600e6);
    s.levels.set(jump, 4);
    s.flow(jump, hmi, 'tls');
    s.flow(jump, plc, 'tls');
    const told = s.of('office-to-controller').map((f) => [f.target, f.surprise, f.parts.state]);
    expect(told).toEqual([
      [hmi, 0.4, { kind: 'text', text: 'used before' }],
      [plc, 0.7, { kind: 'text', text: 'never used before' }],
    ]);
  });
  it('keeps a way to the outside for the record when its host turns out to be one of the plant', () => {
    const { s, out } = made();
    const patches = s.host('10.9.0.20', 'server');
    s.flow(patches, out, 'tls');
    s.pass(26 * 3600e6);
    s.roles.set(patches, 'iiot-gateway');
    s.flow(patches, out, 'tls');
    s.flow(patches, out, 'ssh');
    expect(s.of('plant-to-outside').map((f) => [f.surprise, f.parts.state])).toEqual([
      [0.4, { kind: 'text', text: 'used before' }],
      [0.7, { kind: 'text', text: 'never used before' }],
    ]);
  });
  it('takes a workstation that stands among the controllers for none of the office', () => {
    const { s, plc } = made();
    s.flow(s.host('10.20.0.95', 'workstation', 4), plc, 's7comm');
    expect(s.findings()).toEqual([]);
  });
  it('tells a desktop session that is new, and support programs from the first frame', () => {
    const { s, office, hmi, dmz, out } = made();
    s.session(dmz, hmi, 'rdp', { phase: 'open' });
    expect(s.of('remote-access')).toEqual([]);
    s.pass(25 * 3600e6);
    s.session(dmz, hmi, 'rdp', { phase: 'open' });
    s.session(office, hmi, 'rdp', { phase: 'open' });
    const [f] = s.of('remote-access');
    expect(f).toMatchObject({ actor: office, target: hmi, surprise: 0.85 });
    expect(f!.parts.usual).toEqual({ kind: 'endpoints', endpoints: [dmz] });
    // The jump host is the way in; a server of the office is not.
    s.session(office, dmz, 'rdp', { phase: 'open' });
    s.session(office, s.host('10.1.0.9', 'server', 4), 'rdp', { phase: 'open' });
    expect(s.of('remote-access').map((x) => x.surprise)).toEqual([0.85, 0.55, 0.3]);
    s.flow(hmi, out, 'teamviewer', { serverPort: 5938 });
    expect(s.of('remote-access.outside')[0]!.surprise).toBeGreaterThan(0.8);
  });
  it('says nothing of a session that only passes by', () => {
    const { s, out } = made();
    s.session(s.host('198.51.100.7', 'external', 5), out, 'telnet', { phase: 'open' });
    expect(s.findings()).toEqual([]);
  });

  it('knows a controller that is reached through a router for the first time by what it is where it is plugged in', () => {
    const s = new Scene();
    const [router, far] = ['00:09:0f:00:00:01', '00:09:0f:00:00:02'];
    const plc = s.host('10.20.0.10', 'plc', 1, undefined, 10);
    s.flow(s.host('10.20.0.41', 'hmi', 2, undefined, 10), plc, 'modbus');
    // The card of the router in the other network stands for whoever is behind it.
    for (let n = 1; n <= 5; n++) s.host(`10.30.0.${n}`, 'server', 3, router, 35);
    s.pass(25 * HOUR);
    const side = s.host('10.20.0.10', 'unknown', Number.NaN, router, 35);
    s.flow(s.host('203.0.113.9', 'unknown', Number.NaN, far, 35), side, '', { serverPort: 20_256 });
    expect(s.codes()).toContain('outside-to-plant');
    expect(s.of('new-conversation')[0]!.surprise).toBeGreaterThan(0.5);
  });
});
