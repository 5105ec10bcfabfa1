import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, Scene } from '../testing.ts';

describe('identity', () => {
  it('tells two cards that claim one address, more surely when they change places', () => {
    const s = new Scene();
    const a = s.endpoints.add({ mac: '00:80:f4:00:00:01' });
    const b = s.endpoints.add({ mac: '00:0c:29:00:00:02' });
    s.name(a, a, 'ip', '10.0.0.10');
    s.pass(MINUTE);
    s.name(a, a, 'ip', '10.0.0.10');
    expect(s.findings()).toEqual([]);
    s.name(b, b, 'ip', '10.0.0.10');
    expect(s.of('ip-two-cards')[0]).toMatchObject({ actor: b, target: a, surprise: 0.6, certainty: 'likely' });
    s.name(a, a, 'ip', '10.0.0.10');
    s.name(b, b, 'ip', '10.0.0.10');
    expect(s.of('ip-two-cards')[0]).toMatchObject({ surprise: 0.85, certainty: 'certain', count: 3 });
  });
  it('takes a lease handed on, a virtual router and a device replaced after a day for what they are', () => {
    const s = new Scene();
    const a = s.endpoints.add({ mac: '00:80:f4:00:00:01' });
    const b = s.endpoints.add({ mac: '00:0c:29:00:00:02' });
    const v = s.endpoints.add({ mac: '00:00:5e:00:01:07' });
    s.name(a, a, 'ip', '10.0.0.10');
    s.name(b, b, 'ip', '10.0.0.10', 'DHCP ACK');
    s.name(v, v, 'ip', '10.0.0.10');
    s.pass(DAY);
    s.name(a, a, 'ip', '10.0.0.10');
    expect(s.of('ip-two-cards')).toEqual([]);
  });
  it('tells a second server for addresses, with the known one', () => {
    const s = new Scene();
    const [server, rogue, client] = [s.host('10.0.0.1'), s.host('10.0.0.250'), s.host('10.0.0.20')];
    s.name(server, client, 'ip', '10.0.0.20', 'DHCP ACK', 'dhcp');
    s.pass(25 * 60 * MINUTE);
    s.name(server, client, 'ip', '10.0.0.20', 'DHCP ACK', 'dhcp');
    expect(s.of('second-address-server')).toEqual([]);
    s.name(rogue, client, 'ip', '10.0.0.20', 'DHCP ACK', 'dhcp');
    expect(s.of('second-address-server')[0]!.parts.others).toEqual({ kind: 'endpoints', endpoints: [server] });
  });
  it('tells changed firmware, not the same version said by another protocol', () => {
    const s = new Scene();
    const plc = s.host('10.0.0.10', 'plc');
    const say = (value: string, via: string): void =>
      s.detection.identity(s.at(0, plc, 's7comm'), { endpoint: plc, attribute: 'firmware', value, confidence: 1, via });
    say('V2.8', 'SZL');
    say('2.8.1', 'LLDP');
    say('V2.8', 'SZL');
    expect(s.findings()).toEqual([]);
    say('V2.9', 'SZL');
    expect(s.of('identity-changed')[0]!.parts).toMatchObject({ before: { text: 'V2.8' }, now: { text: 'V2.9' } });
  });
});
