import { describe, expect, it } from 'vitest';
import { HOUR, Scene, SECOND } from '../testing.ts';
import { flood } from './index.ts';

const vain = { decodedBytes: 0, undecodedBytes: 0, clientPackets: 1, serverPackets: 0, tcpState: 'new' } as const;
const made = () => {
  const s = new Scene({ detectors: [flood] });
  return { s, plc: s.host('10.20.0.10', 'plc') };
};

describe('flood', () => {
  it('tells connections from many addresses that are never used, with the card they came through', () => {
    const { s, plc } = made();
    const card = '02:66:00:00:00:66';
    for (let i = 0; i < 1300; i++)
      s.flow(s.host(`10.9.${i >> 8}.${i & 255}`, 'unknown', Number.NaN, card), plc, '', { ...vain, serverPort: 502 });
    const [f, ...more] = s.of('flood.connections');
    expect(more).toEqual([]);
    expect(f!.target).toBe(plc);
    expect(f!.parts).toMatchObject({
      number: { value: 1200 },
      from: { text: '512 or more addresses' },
      cards: { texts: [card] },
      ports: { text: 'port 502' },
    });
    expect(f!.techniques).toContain('T0814');
  });
  it('tells one client that opens without end, not one that searches ports or talks', () => {
    const { s, plc } = made();
    const [bad, scanner, busy] = [s.host('10.1.0.1'), s.host('10.1.0.2'), s.host('10.1.0.3')];
    for (let i = 0; i < 700; i++) {
      s.flow(busy, plc, 'modbus', { serverPort: 502 });
      s.flow(scanner, s.host('10.20.0.11', 'plc'), '', { ...vain, serverPort: i });
    }
    expect(s.findings()).toEqual([]);
    for (let i = 0; i < 700; i++) s.flow(bad, plc, '', { ...vain, serverPort: 502 });
    expect(s.of('flood.connections')[0]).toMatchObject({ actor: bad, target: plc });
  });
  it('is quiet on a client that tries a dead server for hours, and on senders of logs', () => {
    const { s, plc } = made();
    const [hmi, sender] = [s.host('10.1.0.1', 'hmi'), s.host('10.1.0.2')];
    for (let i = 0; i < 2000; i++) {
      s.flow(hmi, plc, '', { ...vain, serverPort: 502 });
      for (let n = 0; n < 3; n++) s.flow(sender, plc, '', { ...vain, transport: 'udp', serverPort: 514, tcpState: '' });
      s.pass(SECOND);
    }
    expect(s.findings()).toEqual([]);
  });
  it('tells datagrams from ever new addresses, fragments and cards', () => {
    const { s, plc } = made();
    for (let i = 0; i < 650; i++)
      s.flow(s.host(`10.9.${i >> 8}.${i & 255}`), plc, '', { ...vain, transport: 'udp', serverPort: i, tcpState: '' });
    s.weird(s.host('10.1.0.1'), plc, 'ip', 'ip.fragment-flood', '300 datagrams were never complete');
    s.weird(s.host('10.1.0.1'), 0, 'ethernet', 'ethernet.card-flood', '900 times a card that was not told apart');
    expect(s.codes()).toEqual(['flood.cards', 'flood.datagrams', 'flood.fragments']);
  });
  it('goes on counting after a restart, and begins anew after a pause', () => {
    const { s, plc } = made();
    const bad = s.host('10.1.0.1');
    for (let i = 0; i < 400; i++) s.flow(bad, plc, '', { ...vain, serverPort: 502 });
    const later = new Scene({ detectors: [flood] });
    later.continueFrom(s);
    later.detection.load(s.detection.save());
    s.pass(HOUR);
    for (let i = 0; i < 300; i++) {
      later.flow(bad, plc, '', { ...vain, serverPort: 502 });
      s.flow(bad, plc, '', { ...vain, serverPort: 502 });
    }
    expect([later.codes(), s.codes()]).toEqual([['flood.connections'], []]);
  });
});
