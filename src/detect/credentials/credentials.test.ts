import { describe, expect, it } from 'vitest';
import { DAY, HOUR, Scene, SECOND } from '../testing.ts';

describe('credentials', () => {
  it('tells clear credentials and default users from the first frame, once a day', () => {
    const s = new Scene();
    const [a, plc] = [s.host('10.0.0.1'), s.host('10.0.0.10', 'plc')];
    for (let i = 0; i < 10; i++) s.session(a, plc, 'ftp', { user: 'USER', clearCredential: true });
    expect(s.codes()).toEqual(['clear-credential', 'default-user']);
    expect(s.of('clear-credential')[0]!.count).toBe(1);
    expect(JSON.stringify(s.findings())).not.toContain('secret');
  });
  it('has one finding for all days of what is no device of the plant, and asks anew each day for what is', () => {
    const s = new Scene();
    const [a, plc, panel] = [s.host('10.0.0.1'), s.host('10.0.0.10', 'plc'), s.host('10.0.0.11', 'switch', 4)];
    for (let hour = 0; hour < 73; hour++) {
      for (const to of [plc, panel]) s.session(a, to, 'snmp', { user: 'x', clearCredential: true });
      s.pass(HOUR);
    }
    const counts = (target: number) => s.of('clear-credential').flatMap((f) => (f.target === target ? [f.count] : []));
    expect(counts(panel)).toEqual([4]);
    expect(counts(plc)).toEqual([1, 1, 1, 1]);
  });
  it('tells guessing, not three typing errors', () => {
    const s = new Scene();
    const [a, b] = [s.host('10.0.0.1'), s.host('10.0.0.2')];
    for (let i = 0; i < 3; i++) s.session(a, b, 'smb', { user: 'meier', outcome: 'refused' });
    expect(s.findings()).toEqual([]);
    for (let i = 0; i < 40; i++) {
      s.session(a, b, 'smb', { user: `name${i}`, outcome: 'refused' });
      s.pass(SECOND);
    }
    expect(s.of('brute-force')[0]!.parts.number).toEqual({ kind: 'count', value: 43 });
  });
  it('tells passwords that are tried at a controller, whichever way its protocol says so, each frame once', () => {
    const tried = (protocol: string, also = false) => {
      const s = new Scene();
      const [a, plc] = [s.host('10.0.0.1'), s.host('10.0.0.10', 'plc')];
      for (let n = 0; n < 12; n++) {
        const at = s.at(a, plc, protocol);
        s.detection.command(at, { verb: 'authenticate', operation: 'Log In', target: plc, outcome: 'refused' });
        if (also) s.detection.session(at, { phase: 'authenticate', outcome: 'refused' });
        s.pass(4 * SECOND);
      }
      expect(s.of('refused-burst')).toEqual([]);
      return s.of('brute-force').map((f) => f.parts.number);
    };
    expect(tried('s7comm')).toEqual([{ kind: 'count', value: 12 }]);
    expect(tried('s7comm', true)).toEqual([{ kind: 'count', value: 12 }]);
    expect(tried('kerberos')).toEqual([]);
  });
  it('tells a user at a host where he never was, with where he usually is', () => {
    const s = new Scene();
    const [a, b, c] = [s.host('10.0.0.1'), s.host('10.0.0.2'), s.host('10.0.0.3', 'scada-server')];
    for (let i = 0; i < 26; i++) {
      s.session(a, c, 'smb', { user: 'PLANT\\meier' });
      s.pass(HOUR);
    }
    s.session(a, c, 'smb', { user: 'plant\\Meier' });
    s.session(b, c, 'smb', { user: 'PC7$' });
    expect(s.of('user-new-host')).toEqual([]);
    s.session(b, c, 'smb', { user: 'PLANT\\meier' });
    const [f] = s.of('user-new-host');
    expect(f!.parts.usual).toEqual({ kind: 'endpoints', endpoints: [a] });
    expect(s.detection.accept(f!)).toBe(true);
    s.pass(DAY);
    s.session(b, c, 'smb', { user: 'PLANT\\meier' });
    expect(s.of('user-new-host')).toHaveLength(1);
  });
  it('tells an account that goes to many hosts', () => {
    const s = new Scene();
    s.pass(25 * HOUR);
    for (let i = 1; i < 20; i++) s.session(s.host('10.0.0.1'), s.host(`10.0.1.${i}`), 'smb', { user: 'svc' });
    expect(s.of('user-many-hosts')[0]!.parts.number).toEqual({ kind: 'count', value: 19 });
  });
  it('tells a default account that gets in after one that was refused, each as what it was', () => {
    const s = new Scene();
    const [pc, plc] = [s.host('10.1.0.66'), s.host('10.0.0.10', 'plc')];
    s.session(pc, plc, 'ssh', { user: 'admin', outcome: 'refused' });
    s.pass(60 * SECOND);
    s.session(pc, plc, 'ssh', { user: 'admin' });
    expect(s.of('default-user').map(({ parts }) => [parts.outcome, parts.refused])).toEqual([
      [
        { kind: 'text', text: 'refused' },
        { kind: 'text', text: ', which is refused' },
      ],
      [{ kind: 'text', text: 'accepted' }, undefined],
    ]);
    expect(s.detection.accept(s.of('default-user')[1]!)).toBe(true);
    s.pass(2 * DAY);
    for (const outcome of ['refused', 'accepted'] as const) s.session(pc, plc, 'ssh', { user: 'admin', outcome });
    expect(s.of('default-user')).toHaveLength(2);
  });
});
