import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, join, textBytes, up } from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import type { Decoder } from '../../core/decoder.ts';
import { encodeNetbiosName } from '../shared/netbios.ts';
import { nbdgm, nbns } from './index.ts';

const udp = { carrier: 'udp', serverPort: 137, clientPort: 137 };
const query = join(
  bytesOf('970e 0110 0001 0000 0000 0000'), // id, broadcast query, one question
  encodeNetbiosName('HISTORIAN', 0x20),
  bytesOf('0020 0001'), // NB, IN
);
const answer = join(
  bytesOf('970e 8500 0000 0001 0000 0000'), // positive answer
  encodeNetbiosName('HISTORIAN', 0x20),
  bytesOf('0020 0001 000493e0 0006 0000 c0a80a69'), // unique, 192.168.10.105
);
const registration = join(
  bytesOf('0001 2910 0001 0000 0000 0001'), // registration, broadcast
  encodeNetbiosName('PLANT', 0x00),
  bytesOf('0020 0001 c00c 0020 0001 000493e0 0006 8000 c0a80a16'), // group name of 192.168.10.22
);
const statusName = (name: string, suffix: number, flags: number) =>
  join(textBytes(name.padEnd(15)), Uint8Array.of(suffix, flags >> 8, flags & 255));
const status = join(
  bytesOf('0002 8400 0000 0001 0000 0000'),
  encodeNetbiosName('*', 0),
  bytesOf('0021 0001 00000000 003d 03'), // NBSTAT, 61 octets, three names
  statusName('HMI7', 0x00, 0x0400),
  statusName('PLANT', 0x00, 0x8400),
  statusName('HMI7', 0x20, 0x0400),
  bytesOf('000c29112233'), // unit id
);
const mailslot = (browser: Uint8Array) => {
  const name = textBytes('\\MAILSLOT\\BROWSE\0');
  const smb = join(
    bytesOf('ff534d42 25'), // SMB, Transaction
    new Uint8Array(27),
    bytesOf('11 0000'), // 17 words, TotalParameterCount
    Uint8Array.of(browser.length, 0), // TotalDataCount
    bytesOf('0000 0000 00 00 0000 00000000 0000 0000 0000'), // ... Timeout, Reserved, ParameterCount, ParameterOffset
    Uint8Array.of(browser.length, 0, 32 + 1 + 34 + 2 + name.length, 0), // DataCount, DataOffset
    bytesOf('03 00 0100 0100 0200'), // three setup words: write mail slot
    Uint8Array.of(name.length + browser.length, 0),
    name,
    browser,
  );
  const body = join(encodeNetbiosName('HMI7', 0x20), encodeNetbiosName('PLANT', 0x1d), smb);
  return join(
    bytesOf('11 02 8001 c0a80a16 008a'), // direct group, id, source address and port
    Uint8Array.of((body.length + 14) >> 8, (body.length + 14) & 255, 0, 0),
    body,
  );
};
const announcement = mailslot(
  join(
    bytesOf('01 00 60ea0000'), // host announcement, count, period
    textBytes('HMI7'.padEnd(16, '\0')),
    bytesOf('06 01 03100000 0f 01 55aa'), // 6.1, workstation and server
    textBytes('Line 3 panel\0'),
  ),
);

describe('nbns', () => {
  it('gives the address its NetBIOS name', () => {
    const run = drive(nbns, [up(query), down(answer)], udp);
    expect(run.messages[0]?.questions[0]?.name).toEqual({ name: 'HISTORIAN', suffix: 0x20, scope: '' });
    expect(run.mentioned).toEqual(['192.168.10.105']);
    expect(run.names).toMatchObject([{ endpoint: 100, kind: 'netbios', name: 'HISTORIAN' }]);
  });
  it('a group registration is a domain, not a name', () => {
    const run = drive(nbns, [up(registration)], udp);
    expect(run.names).toEqual([]);
    expect(run.identities).toMatchObject([{ attribute: 'domain', value: 'PLANT', endpoint: 100 }]);
  });
  it('reads a node status answer', () => {
    const run = drive(nbns, [down(status)], udp);
    expect(run.identities.map((i) => `${i.endpoint} ${i.attribute} ${i.value}`)).toEqual([
      '2 hostname HMI7',
      '2 domain PLANT',
    ]);
    expect(run.names.map((n) => `${n.kind} ${n.name}`)).toEqual([
      'netbios HMI7',
      'netbios HMI7',
      'mac 00:0c:29:11:22:33',
    ]);
  });
  it('stays whole under hostile octets', () => {
    hostile(nbns, [[up(query), down(answer)], [up(registration)], [down(status)]], udp);
  });
});

describe('nbdgm', () => {
  const on138 = { carrier: 'udp', serverPort: 138, clientPort: 138 };
  it('reads a host announcement', () => {
    const run = drive(nbdgm, [up(announcement)], on138);
    expect(run.messages[0]).toMatchObject({ mailslot: '\\MAILSLOT\\BROWSE', browserCommand: 'host announcement' });
    expect(run.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'hostname HMI7',
      'os Windows 7 or Server 2008 R2',
      'description Line 3 panel',
    ]);
  });
  it('stays whole under hostile octets', () => {
    hostile(nbdgm, [[up(announcement)]], on138);
  });
});

describeShared('NetBIOS on real captures', () => {
  it('hears the license server of the EtherNet/IP capture by name', () => {
    const found = new Set<string>();
    for (const flow of flowsOf(sharedCapture('l2l3-discovery/iti.EIP-ControlProtocolChangeAttempt'))) {
      if (flow.serverPort !== 137) continue;
      const run = drive(nbns, flow.parts, { ...udp, clientPort: flow.clientPort });
      expect(run.malformed).toEqual([]);
      for (const n of run.names) found.add(`${run.mentioned[n.endpoint - 100]} ${n.name}`);
    }
    expect([...found]).toEqual(['192.168.10.105 DBLICENSESERVER']);
  });
  it('decodes every name service message and browser datagram', () => {
    const seen: string[] = [];
    for (const capture of [
      'beckhoff-ads/iti.addroute',
      'iec104/iti.090813_diverse',
      'profinet/iti.Profinet_Failed',
      'synchrophasor/icsnpp.C37.118_2PMUsInSync_TCP',
    ])
      for (const flow of flowsOf(sharedCapture(capture))) {
        if (flow.serverPort !== 137 && flow.serverPort !== 138) continue;
        const run = drive((flow.serverPort === 137 ? nbns : nbdgm) as Decoder, flow.parts, {
          carrier: 'udp',
          serverPort: flow.serverPort,
          clientPort: flow.clientPort,
        });
        expect(run.malformed).toEqual([]);
        for (const i of run.identities) seen.push(`${i.attribute} ${i.value}`);
      }
    console.log([...new Set(seen)]);
    expect(seen.length).toBeGreaterThan(3);
  });
});
