import { describe, expect, it } from 'vitest';
import { HOUR, Scene } from '../testing.ts';
import { tls } from './index.ts';

describe('tls', () => {
  it('tells a program never seen on a device of the plant, more so without a name outside', () => {
    const s = new Scene({ detectors: [tls] });
    const [hmi, pc, out] = [s.host('10.20.0.41', 'hmi'), s.host('10.1.0.7', 'workstation', 4), s.host('203.0.113.9')];
    const hello = (client: number, ja4: string, serverName?: string): void =>
      s.session(client, out, 'tls', { phase: 'open', native: { ja4, serverName } });
    hello(hmi, 't13d1516h2', 'cloud.example.com');
    s.pass(25 * HOUR);
    hello(hmi, 't13d1516h2', 'cloud.example.com');
    hello(pc, 't12i0809', undefined);
    expect(s.findings()).toEqual([]);
    hello(hmi, 't12i0809');
    const [f] = s.of('tls-new-program');
    expect(f!.surprise).toBe(0.75);
    expect(s.detection.accept(f!)).toBe(true);
  });
  it('knows what ran on a host before it turned out to be one of the plant', () => {
    const s = new Scene({ detectors: [tls] });
    const [server, out] = [s.host('10.9.0.20', 'server'), s.host('203.0.113.9')];
    const hello = (ja4: string): void =>
      s.session(server, out, 'tls', { phase: 'open', native: { ja4, serverName: 'x' } });
    hello('at first');
    s.pass(25 * HOUR);
    hello('later');
    s.roles.set(server, 'iiot-gateway');
    for (const ja4 of ['at first', 'later', 'now']) hello(ja4);
    expect(s.findings().map((f) => f.parts.fingerprint)).toEqual([{ kind: 'text', text: 'now' }]);
  });
  it('tells self-signed outside only, and weak encryption once a day', () => {
    const s = new Scene({ detectors: [tls] });
    const [hmi, plc, out] = [s.host('10.20.0.41', 'hmi'), s.host('10.20.0.10', 'plc'), s.host('203.0.113.9')];
    s.weird(hmi, plc, 'tls', 'tls.self-signed', 'CN=plc');
    expect(s.findings()).toEqual([]);
    s.weird(hmi, out, 'tls', 'tls.self-signed', 'CN=x');
    for (let i = 0; i < 5; i++) s.weird(hmi, plc, 'tls', 'tls.obsolete-version', 'TLS 1.0');
    expect(s.findings().map((f) => [f.kind, f.count])).toEqual([
      ['tls-self-signed-outside', 1],
      ['tls-weak', 1],
    ]);
  });
});
