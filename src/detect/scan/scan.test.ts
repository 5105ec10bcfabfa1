import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, Scene, SECOND } from '../testing.ts';

const made = () => {
  const s = new Scene();
  return { s, evil: s.host('10.1.0.66'), plc: s.host('10.20.0.10', 'plc') };
};

describe('scan', () => {
  it('tells many failed ports of one host, not ports that answer', () => {
    const { s, evil, plc } = made();
    for (let port = 1; port <= 40; port++) {
      s.flow(evil, plc, '', { serverPort: port, tcpState: port % 2 === 0 ? 'rejected' : 'established' });
      s.pass(SECOND);
    }
    const [f] = s.of('scan.ports');
    expect(f!.parts.number).toEqual({ kind: 'count', value: 20 });
    expect(s.codes()).toEqual(['scan.ports']);
  });
  it('does not say that people can come to harm where the ports of a safety controller are tried', () => {
    const { s, evil } = made();
    const sis = s.host('10.20.0.20', 'safety-controller');
    for (let port = 1; port <= 20; port++) s.flow(evil, sis, '', { serverPort: port, tcpState: 'rejected' });
    expect(s.of('scan.ports')[0]!.severity).toBe('uptime');
  });
  it('tells one port at many hosts', () => {
    const s = new Scene({ portUse: (transport, port) => (`${transport} ${port}` === 'tcp 102' ? 'S7 or MMS' : '') });
    const evil = s.host('10.1.0.66');
    for (let i = 1; i <= 30; i++)
      s.flow(evil, s.host(`10.20.0.${i}`), '', { serverPort: 102, tcpState: 'new', serverPackets: 0 });
    expect(s.of('scan.hosts')[0]!.parts).toMatchObject({
      number: { kind: 'count', value: 30 },
      port: { kind: 'text', text: 'tcp port 102 (S7 or MMS)' },
    });
    // It began with the first of them, not when they were enough to be told.
    const later = made();
    const beganUs = later.s.now;
    for (let i = 1; i <= 30; i++) {
      later.s.flow(later.evil, later.s.host(`10.20.0.${i}`), '', { serverPort: 102, tcpState: 'rejected' });
      later.s.pass(SECOND);
    }
    expect(later.s.of('scan.hosts')[0]).toMatchObject({ actor: later.evil, firstUs: beganUs });
  });
  it('is not fooled by a slow service or a retry', () => {
    const { s, evil, plc } = made();
    for (let i = 0; i < 100; i++) {
      s.flow(evil, plc, '', { serverPort: 502, tcpState: 'rejected' });
      s.pass(MINUTE);
    }
    expect(s.findings()).toEqual([]);
  });
  it('tells stations and addresses that are tried one after the other', () => {
    const { s, evil, plc } = made();
    for (let unit = 1; unit <= 20; unit++)
      s.command(evil, plc, 'modbus', {
        target: s.endpoints.add({ parent: plc, sub: { kind: 'modbus-unit', address: `${unit}` } }),
        outcome: 'unanswered',
      });
    for (let a = 0; a < 30; a++)
      s.command(evil, plc, 'modbus', { outcome: 'refused', object: `holding register ${a}` });
    expect(s.codes()).toEqual(['scan.addresses', 'scan.units']);
  });
  it('tells a ping sweep and an ARP sweep', () => {
    const { s, evil } = made();
    for (let i = 1; i <= 25; i++)
      s.command(evil, s.host(`10.20.1.${i}`), 'icmp', {
        verb: 'discover',
        operation: 'ICMP echo',
        outcome: 'unanswered',
      });
    s.weird(evil, 0, 'arp', 'arp.sweep', '64 addresses asked for within a minute');
    expect(s.of('scan.sweep').map((f) => f.parts.number)).toEqual([
      { kind: 'count', value: 25 },
      { kind: 'count', value: 64 },
    ]);
    // What was counted in a minute is not said of ten.
    expect(s.of('scan.sweep').map((f) => f.parts.within)).toEqual([
      { kind: 'text', text: 'ten minutes' },
      { kind: 'text', text: 'a minute' },
    ]);
  });

  it('tells a client that tries one controller after the other for hours, not one that did so while learning', () => {
    const s = new Scene();
    const plcs = Array.from({ length: 9 }, (_, n) => s.host(`10.0.0.${10 + n}`, 'plc'));
    const [evil, own] = [s.host('10.0.1.1'), s.host('10.0.1.2')];
    const probe = (client: number, n: number): void => {
      s.flow(client, plcs[n]!, '', { serverPort: 5900, tcpState: 'rejected', serverPackets: 1, decodedBytes: 0 });
      s.pass(20 * MINUTE);
    };
    for (let n = 0; n < 9; n++) probe(own, n);
    s.pass(DAY);
    for (let n = 0; n < 9; n++) probe(own, n);
    for (let n = 0; n < 7; n++) {
      probe(evil, n);
      // The same port again is no other attempt.
      probe(evil, n);
    }
    expect(s.of('scan.slow')).toEqual([]);
    probe(evil, 7);
    expect(s.of('scan.slow')[0]).toMatchObject({ actor: evil, parts: { client: { endpoint: evil } } });
  });

  it('tells a client that tries one port at host after host for hours, not one that did so while learning', () => {
    const s = new Scene();
    const pcs = Array.from({ length: 10 }, (_, n) => s.host(`10.10.40.${100 + n}`, 'workstation', 4));
    const [evil, own] = [s.host('10.10.40.30', 'workstation', 4), s.host('10.10.40.31', 'workstation', 4)];
    const probe = (client: number, n: number): void => {
      s.flow(client, pcs[n]!, '', { serverPort: 445, tcpState: 'rejected', serverPackets: 1, decodedBytes: 0 });
      s.pass(15 * MINUTE);
    };
    for (let n = 0; n < 6; n++) probe(own, n);
    s.pass(DAY);
    for (let n = 0; n < 10; n++) probe(own, n);
    for (let n = 0; n < 9; n++) {
      probe(evil, n);
      probe(evil, n);
    }
    expect(s.of('scan.slow-hosts')).toEqual([]);
    probe(evil, 9);
    expect(s.of('scan.slow-hosts')[0]).toMatchObject({ actor: evil, count: 1 });
    // Many at once are no slow search too.
    for (let n = 0; n < 30; n++)
      s.flow(s.host('10.10.40.32'), s.host(`10.10.40.${100 + n}`), '', { serverPort: 445, tcpState: 'rejected' });
    expect(s.of('scan.slow-hosts').map((f) => f.actor)).toEqual([evil]);
    expect(s.of('scan.hosts')).toHaveLength(1);
    const later = new Scene();
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    for (let n = 0; n < 10; n++)
      later.flow(own, pcs[n]!, '', { serverPort: 445, tcpState: 'rejected', serverPackets: 1, decodedBytes: 0 });
    expect(later.of('scan.slow-hosts')).toHaveLength(1);
  });
});
