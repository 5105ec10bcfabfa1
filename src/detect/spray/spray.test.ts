import { describe, expect, it } from 'vitest';
import { DAY, HOUR, Scene } from '../testing.ts';

describe('spray', () => {
  /** One refused login an hour: account `n` at the server `n` of `servers`. */
  const tries = (s: Scene, from: string, n: number, servers: number): void => {
    for (let i = 0; i < n; i++) {
      const server = s.host(`10.0.1.${1 + (i % servers)}`, 'server');
      s.session(s.host(from), server, 'smb', { user: `name${i}`, outcome: 'refused' });
      s.pass(HOUR, HOUR);
    }
  };

  it('tells accounts that are tried one an hour, from the eighth on, once', () => {
    const s = new Scene();
    s.pass(25 * HOUR);
    tries(s, '10.0.0.1', 7, 1);
    expect(s.findings().map((f) => f.kind)).not.toContain('brute-force.slow');
    tries(s, '10.0.0.9', 12, 12);
    const [f, ...more] = s.of('brute-force.slow');
    expect(more).toEqual([]);
    expect(f).toMatchObject({ actor: s.host('10.0.0.9') });
    expect(f!.parts.number).toEqual({ kind: 'count', value: 12 });
    expect(f!.parts.places).toEqual({ kind: 'text', text: ' at many hosts with many accounts' });
    expect(s.of('brute-force')).toEqual([]);
  });

  it('says nothing of a person with one account, nor of a terminal server as bad as while learning', () => {
    const s = new Scene();
    tries(s, '10.0.0.1', 12, 1);
    s.pass(DAY);
    tries(s, '10.0.0.1', 14, 1);
    for (let i = 0; i < 40; i++) {
      s.session(s.host('10.0.0.2'), s.host('10.0.1.1'), 'smb', { user: 'Meier', outcome: 'refused' });
      s.pass(HOUR / 2);
    }
    expect(s.of('brute-force.slow')).toEqual([]);
  });

  it('says what changes from try to try: the account, or the host', () => {
    const placesOf = (more: (i: number) => { readonly host: string; readonly user: string }) => {
      const s = new Scene();
      s.pass(25 * HOUR);
      for (let i = 0; i < 9; i++) {
        const { host, user } = more(i);
        s.session(s.host('10.0.0.9'), s.host(host, 'server'), 'smb', { user, outcome: 'refused' });
        s.pass(HOUR, HOUR);
      }
      return s.of('brute-force.slow')[0]?.parts.places;
    };
    expect(placesOf((i) => ({ host: `10.0.1.${i + 1}`, user: 'Administrator' }))).toEqual({
      kind: 'text',
      text: ' at one host after the other',
    });
    expect(placesOf((i) => ({ host: '10.0.1.1', user: `name${i}` }))).toEqual({
      kind: 'text',
      text: ' at one host with one account after the other',
    });
  });

  it('learns what a person accepts', () => {
    const s = new Scene();
    s.pass(25 * HOUR);
    tries(s, '10.0.0.1', 10, 1);
    expect(s.detection.accept(s.of('brute-force.slow')[0]!)).toBe(true);
    s.pass(3 * DAY);
    tries(s, '10.0.0.1', 15, 1);
    expect(s.of('brute-force.slow')).toHaveLength(1);
  });
});
