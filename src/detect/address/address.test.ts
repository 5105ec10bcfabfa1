import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, Scene, SECOND } from '../testing.ts';

const scene = () => {
  const s = new Scene({ learningTimeUs: HOUR });
  const everyone = s.host('255.255.255.255');
  const [server, pc] = [s.host('10.0.0.1'), s.host('10.0.0.20', 'unknown', Number.NaN, '00:0c:29:00:00:20')];
  const card = (n: number): string => `00:0c:29:00:01:${n.toString(16).padStart(2, '0')}`;
  /** Asks once a minute; a message says two things of its sender. All clients share one flow. */
  const ask = (n: number, minutes: number): void => {
    const client = s.host('0.0.0.0', 'unknown', Number.NaN, card(n));
    const endpoint = s.endpoints.add({ mac: card(n) });
    for (let i = 0; i < minutes; i++) {
      const at = { ...s.at(client, everyone, 'dhcp'), sender: client };
      const says = { endpoint, confidence: 0.8, via: 'DHCP DISCOVER' };
      s.detection.identity(at, { ...says, attribute: 'hostname', value: `pc-${n}` });
      s.detection.identity(at, { ...says, attribute: 'description', value: 'DHCP vendor class MSFT 5.0' });
      s.pass(MINUTE);
    }
  };
  const gets = (n: number): void =>
    s.name(server, s.endpoints.add({ mac: card(n) }), 'ip', `10.0.0.${100 + n}`, 'DHCP ACK', 'dhcp');
  s.name(server, pc, 'ip', '10.0.0.20', 'DHCP ACK', 'dhcp');
  return { s, server, card, ask, gets };
};

describe('address', () => {
  it('tells who asks for ten minutes and gets none, with who gives addresses there', () => {
    const { s, server, ask } = scene();
    s.pass(2 * HOUR);
    ask(1, 10);
    expect(s.findings()).toEqual([]);
    ask(1, 5);
    const [f] = s.of('no-address');
    expect(f).toMatchObject({ certainty: 'certain', severity: 'uptime' });
    expect(f!.parts).toMatchObject({ servers: { endpoints: [server] }, before: { text: 'nobody asked' } });
    expect(f!.parts.number).toEqual({ kind: 'count', value: 15 });
    expect(f!.firstUs).toBe(f!.lastUs - 14 * MINUTE);
  });
  it('is quiet where the answer came, late or at once', () => {
    const { s, ask, gets } = scene();
    s.pass(2 * HOUR);
    for (let n = 1; n <= 20; n++) {
      ask(n, 5);
      gets(n);
      s.pass(10 * SECOND);
    }
    ask(1, 5);
    gets(1);
    ask(1, 5);
    expect(s.findings()).toEqual([]);
  });
  it('takes many clients that ask one after the other for no one that asks in vain', () => {
    const { s, ask, gets } = scene();
    s.pass(2 * HOUR);
    // A shift begins: twenty computers start within half an hour.
    for (let n = 1; n <= 20; n++) {
      ask(n, 2);
      if (n % 4 > 0) gets(n);
    }
    expect(s.findings()).toEqual([]);
  });
  it('is one finding for a network whose server is down', () => {
    const { s, ask } = scene();
    s.pass(2 * HOUR);
    for (let round = 0; round < 4; round++) for (const n of [1, 2, 3]) ask(n, 5);
    const found = s.of('no-address');
    expect(found).toHaveLength(1);
    expect(found[0]!.parts.devices).toMatchObject({ kind: 'endpoints', endpoints: { length: 3 } });
    expect(s.detection.accept(found[0]!)).toBe(true);
    s.pass(HOUR);
    for (const n of [1, 2, 3]) ask(n, 20);
    expect(s.of('no-address')).toHaveLength(1);
  });
  it('leaves a device that waits for its engineer since the site was learned', () => {
    const { s, ask, gets } = scene();
    ask(1, 20);
    s.pass(2 * HOUR);
    ask(1, 30);
    expect(s.findings()).toEqual([]);
    // Once it had one, asking in vain is new.
    gets(1);
    s.pass(HOUR);
    ask(1, 20);
    expect(s.of('no-address')[0]!.parts.before).toEqual({ kind: 'text', text: 'nobody asked' });
  });
});
