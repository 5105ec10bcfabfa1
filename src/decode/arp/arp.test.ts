import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { arp } from './index.ts';
import { encodeArp } from './wire.ts';

const REQUEST = octets(
  '0001 0800 06 04' + // hardware Ethernet, protocol IPv4, address lengths
    '0001' + // operation: request
    '0000bc3eebe4 c0a80a7d' + // sender 00:00:bc:3e:eb:e4, 192.168.10.125
    '000000000000 c0a80ac8' + // target unknown, 192.168.10.200
    '000000000000000000000000000000000000', // Ethernet padding
);
const PROBE = octets('0001 0800 06 04 0001 0000bc3eebe4 00000000 000000000000 c0a80a78');
const ANNOUNCEMENT = octets('0001 0800 06 04 0001 0000bc3eebe4 c0a80a78 000000000000 c0a80a78');
const REPLY = octets('0001 0800 06 04 0002 0000bc3eebe4 c0a80a78 001122334455 c0a80a69');

const say = (bytes: Uint8Array, frameSource = '00:00:bc:3e:eb:e4') => {
  const { out, sink, endpoint } = recorder();
  const state = arp.open();
  const at = contextOf({ sender: endpoint(frameSource), carrier: 'ethernet' });
  const d = arp.decode(bytes, 0, bytes.length, at, state);
  if (d.kind !== 'message') throw new Error(d.kind);
  for (let i = 0; i < 3; i++)
    arp.observe({ request: d.message, response: undefined, state: 'single', at }, sink, state);
  return { message: d.message, out };
};

describe('arp', () => {
  it('tells a request, its sender binding and its target that is only mentioned', () => {
    const { message, out } = say(REQUEST);
    expect(message).toEqual({
      type: 'ARP request',
      operation: 1,
      senderMac: '00:00:bc:3e:eb:e4',
      senderIp: '192.168.10.125',
      targetMac: '00:00:00:00:00:00',
      targetIp: '192.168.10.200',
    });
    expect(out.names).toHaveLength(1);
    expect(out.names[0]).toMatchObject({ kind: 'ip', name: '192.168.10.125', endpoint: 1 });
    expect([...out.mentioned].map((id) => out.endpoints[id])).toContain('192.168.10.200');
    expect(out.weirds).toEqual([]);
  });
  it('takes IEEE 802 networks for what they are', () => {
    const other = REQUEST.slice();
    other[1] = 6;
    const d = arp.decode(other, 0, other.length, contextOf(), arp.open());
    expect(d).toMatchObject({ kind: 'message', message: { type: 'ARP request' } });
    other[1] = 15; // frame relay
    expect(arp.decode(other, 0, other.length, contextOf(), arp.open())).toMatchObject({ code: 'arp.family' });
  });
  it('binds nothing on a probe, and binds on announcement and reply', () => {
    expect(say(PROBE).message.type).toBe('ARP probe');
    expect(say(PROBE).out.names).toEqual([]);
    expect(say(ANNOUNCEMENT).message.type).toBe('ARP announcement');
    expect(say(ANNOUNCEMENT).out.names[0]).toMatchObject({ name: '192.168.10.120' });
    expect(say(REPLY).out.names[0]).toMatchObject({ name: '192.168.10.120', via: 'ARP reply' });
  });
  it('reports a sender in the body that did not send the frame', () => {
    expect(say(REPLY, '00:11:22:33:44:55').out.weirds[0]?.code).toBe('arp.sender-mismatch');
  });
  it('writes what it reads', () => {
    const { message } = say(REPLY);
    expect(encodeArp(message)).toEqual(REPLY);
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(arp, [REQUEST, PROBE, ANNOUNCEMENT, REPLY], 1);
    expect(counts.message).toBeGreaterThan(1000);
    expect(counts.malformed).toBeGreaterThan(1000);
  });
});

describeShared('arp on captures', () => {
  it('sees both addresses of the moved chassis and no owner for 192.168.10.200', () => {
    const out = run(arp, readFrames(sharedCapture('enip-cip/iti.EIP-IPAddressChangeAttempt')));
    const held = new Set(out.names.map((n) => `${out.endpoints[n.endpoint]} ${n.name}`));
    // .125 was only probed for by ARP here (frame 760): DHCP binds it.
    expect([...held].filter((x) => x.endsWith(' 192.168.10.125'))).toEqual([]);
    expect(held).toContain('00:e0:62:60:35:d0 192.168.10.131');
    expect(held).toContain('00:e0:62:60:35:d0 192.168.10.136');
    expect(held).toContain('00:00:bc:3e:eb:e4 192.168.10.120');
    expect([...held].filter((x) => x.endsWith(' 192.168.10.200'))).toEqual([]);
    expect([...out.mentioned].map((id) => out.endpoints[id])).toContain('192.168.10.200');
    expect(out.failures).toEqual([]);
  });
});
