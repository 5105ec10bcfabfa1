import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { DAY, HOUR, MINUTE, Scene, SECOND } from '../testing.ts';
import { carriesData, dns, domainOf } from './index.ts';

const made = () => {
  const s = new Scene({ detectors: [dns] });
  const pc = s.host('10.20.0.41', 'hmi');
  const server = s.host('10.20.0.2');
  const ask = (name: string, rcode = 0): void =>
    s.command(pc, server, 'dns', {
      operation: 'DNS query',
      outcome: rcode === 0 ? 'accepted' : 'refused',
      native: { questions: [{ name }], rcode },
    });
  return { s, ask };
};

describe('dns', () => {
  it('knows names of hosts from names that carry data', () => {
    expect(domainOf('a.b.example.co.uk')).toBe('example.co.uk');
    expect(domainOf('www.example.com.')).toBe('example.com');
    for (const name of [
      'www.siemens.com',
      'plc-filler-07.plant.example.com',
      '41.0.20.10.in-addr.arpa',
      'outlook.office365.com',
    ])
      expect([name, carriesData(name)]).toEqual([name, false]);
    expect(carriesData('3f9a1c77e0b2d4485aa1.t.example.com')).toBe(true);
    expect(carriesData('mzxw6ytboi4dcmrtgq2tmnzyhe5dcmrtgq2tmnzyhe.x.example.com')).toBe(true);
  });
  it('tells a tunnel from the first frame, not the same name again and again', () => {
    const { s, ask } = made();
    for (let i = 0; i < 100; i++) ask('3f9a1c77e0b2d4485aa1.t.example.com');
    expect(s.findings()).toEqual([]);
    const r = seededRandom(5);
    for (let i = 0; i < 40; i++) {
      ask(`${r.bits().toString(16)}${r.bits().toString(16)}${r.bits().toString(16)}.t.example.com`);
      s.pass(SECOND);
    }
    expect(s.of('dns-tunnel')[0]!.parts.domain).toEqual({ kind: 'text', text: 'example.com' });
  });
  it('tells a storm of names that do not exist, not a wrong suffix', () => {
    const { s, ask } = made();
    s.pass(25 * HOUR);
    for (let i = 0; i < 200; i++) ask(`host${i}.old.example.com`, 3);
    expect(s.findings()).toEqual([]);
    for (let i = 0; i < 40; i++) ask(`kq${i}zzv.net`, 3);
    expect(s.codes()).toEqual(['dns-nxdomain']);
  });

  it('tells a server that carries data out in names all day, not below a domain that was asked for while learning', () => {
    const s = new Scene();
    const [server, resolver] = [s.host('10.0.3.5', 'server', 3.5), s.host('10.0.3.1')];
    const ask = (n: number, domain: string, label = 'q7x3k9z2m5p8w4v1'): void => {
      const name = `${label.slice(0, -2)}${`${n}`.padStart(2, '0')}.${domain}`;
      s.command(server, resolver, 'dns', { operation: 'Query', native: { questions: [{ name }], rcode: 0 } });
      s.pass(2 * MINUTE, 2 * MINUTE);
    };
    for (let n = 0; n < 20; n++) ask(n, 'antivirus.example');
    s.pass(DAY);
    for (let n = 0; n < 60; n++) ask(n, 'antivirus.example');
    for (let n = 0; n < 39; n++) ask(n, 'relay.example');
    expect(s.findings()).toEqual([]);
    ask(39, 'relay.example');
    expect(s.of('dns-tunnel.slow')[0]).toMatchObject({ actor: server });
    // Half as many where each carries twice as much.
    const long = 'q7x3k9z2m5p8w4v1'.repeat(2);
    for (let n = 0; n < 19; n++) ask(n, 'status.example', long);
    expect(s.of('dns-tunnel.slow')).toHaveLength(1);
    ask(19, 'status.example', long);
    expect(s.of('dns-tunnel.slow')).toHaveLength(2);
  });
});
