import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { dhcpv6 } from './index.ts';
import { type Dhcpv6Message, encodeDhcpv6 } from './wire.ts';

const DUID = '0001 0001 29d08613 000001010000'; // DUID-LLT, Ethernet, time, MAC 00:00:01:01:00:00
const REPLY = octets(
  '07 5f98e6' + // Reply, xid
    `0001 000e ${DUID}` + // client identifier
    '0003 0028 01010000 00000e10 00001518' + // IA_NA, IAID, T1, T2
    '0005 0018 12345678000000000000000000000004 00001c20 00007080' + // IA address 1234:5678::4
    '0027 0006 00 03706c63 00', // FQDN plc
);
const SOLICIT = octets(`01 6aebe6 0001 000e ${DUID} 0006 0004 0017 0018 0027 0006 00 03706c63 00`); // option request 23,24
const RELAYED = octets(`0c 00 ${'00'.repeat(32)} 0009 0004 01 000001`); // Relay-forward of a Solicit

const decode = (b: Uint8Array): Dhcpv6Message => {
  const d = dhcpv6.decode(b, 0, b.length, contextOf(), undefined);
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};

describe('dhcpv6', () => {
  it('binds the address of a Reply to the client in the DUID', () => {
    expect(decode(REPLY)).toMatchObject({
      type: 'DHCPv6 Reply',
      xid: 0x5f98e6,
      clientMac: '00:00:01:01:00:00',
      addresses: ['1234:5678::4'],
      fqdn: 'plc',
      cut: false,
    });
    const { out, sink } = recorder();
    dhcpv6.observe({ request: decode(REPLY), response: undefined, state: 'single', at: contextOf() }, sink, undefined);
    expect(out.names.map((x) => `${out.endpoints[x.endpoint]} ${x.kind} ${x.name}`)).toEqual([
      '00:00:01:01:00:00 dhcp plc',
      '00:00:01:01:00:00 ip 1234:5678::4',
    ]);
  });
  it('reads requests, relays and what it writes', () => {
    expect(decode(SOLICIT)).toMatchObject({ type: 'DHCPv6 Solicit', requested: '23,24', fqdn: 'plc' });
    expect(decode(RELAYED)).toMatchObject({ type: 'DHCPv6 Solicit', xid: 1, relays: 1 });
    expect(decode(encodeDhcpv6({ messageType: 8, xid: 9, options: [{ code: 1, data: octets(DUID) }] }))).toMatchObject({
      type: 'DHCPv6 Release',
      clientMac: '00:00:01:01:00:00',
    });
  });
  it('survives truncation and 20,000 mutations', () => {
    expect(torture(dhcpv6, [REPLY, SOLICIT, RELAYED], 8).message).toBeGreaterThan(1000);
  });
});

describeShared('dhcpv6 on captures', () => {
  it('reads the exchange of the SZTP capture', () => {
    const out = run(dhcpv6, readFrames(sharedCapture('l2l3-discovery/tcpdump.dhcpv4v6-rfc5970-rfc8572')));
    expect(out.failures).toEqual([]);
    expect(out.messages.slice(0, 5).map((x) => x.message.type.slice(7))).toEqual([
      'Solicit',
      'Solicit',
      'Advertise',
      'Request',
      'Reply',
    ]);
    expect(new Set(out.names.map((x) => x.name))).toEqual(new Set(['1234:5678::4']));
  });
});
