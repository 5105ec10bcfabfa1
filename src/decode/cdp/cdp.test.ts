import { describe, expect, it } from 'vitest';
import { contextOf, octets, readFrames, recorder, run, torture } from '../../../test/datagram-harness.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { cdp } from './index.ts';
import { type Cdp, encodeCdp } from './wire.ts';

const SWITCH = octets(
  '02 b4 0000' + // version 2, 180 s, checksum
    '0001 0006 5331' + // device id S1
    '0002 0011 00000001 01 01 cc 0004 0a000001' + // one address: IPv4 10.0.0.1
    '0003 0008 46617030' + // port id Fap0
    '0004 0008 00000028' + // capabilities: switch, IGMP
    '0005 0011 56657273696f6e20312e322e33' + // software version "Version 1.2.3"
    '0006 000c 636973636f205831' + // platform "cisco X1"
    '000a 0006 0001' + // native VLAN 1
    '000b 0005 01' + // full duplex
    '000000', // padding
);
const decode = (b: Uint8Array): Cdp => {
  const d = cdp.decode(b, 0, b.length, contextOf(), cdp.open());
  if (d.kind !== 'message') throw new Error(d.kind);
  return d.message;
};

describe('cdp', () => {
  it('reads who it is', () => {
    expect(decode(SWITCH)).toMatchObject({
      deviceId: 'S1',
      portId: 'Fap0',
      platform: 'cisco X1',
      capabilities: 0x28,
      addresses: ['10.0.0.1'],
      nativeVlan: 1,
      duplex: 'full',
      ttlS: 180,
      cut: false,
    });
    const { out, sink } = recorder();
    const state = cdp.open();
    for (let i = 0; i < 3; i++)
      cdp.observe({ request: decode(SWITCH), response: undefined, state: 'single', at: contextOf() }, sink, state);
    expect(out.identities.map((x) => `${x.attribute}=${x.value}`)).toEqual([
      'hostname=S1',
      'vendor=Cisco',
      'model=X1',
      'firmware=1.2.3',
      'description=Version 1.2.3',
      'role=switch',
    ]);
    expect(out.names.map((x) => `${x.kind} ${x.name}`)).toEqual(['other S1', 'ip 10.0.0.1']);
  });
  it('reads what it writes', () => {
    const fields = {
      ttlS: 60,
      deviceId: 'a',
      portId: 'b',
      platform: 'c',
      softwareVersion: 'd',
      capabilities: 1,
      addresses: ['10.0.0.1', '10.0.0.2'],
      nativeVlan: 7,
    };
    expect(decode(encodeCdp(fields))).toMatchObject(fields);
  });
  it('survives truncation and 20,000 mutations', () => {
    const counts = torture(cdp, [SWITCH], 6);
    expect(counts.message).toBeGreaterThan(1000);
  });
});

describeShared('cdp on captures', () => {
  it('reads both switches', () => {
    const out = run(cdp, readFrames(sharedCapture('l2l3-discovery/tcpdump.LLDP_and_CDP')));
    expect(out.failures).toEqual([]);
    expect(out.weirds).toEqual([]);
    expect(
      out.messages.map((x) => `${x.frame} ${(x.message as Cdp).deviceId} ${(x.message as Cdp).portId}`).slice(0, 2),
    ).toEqual(['1 S1 FastEthernet0/13', '2 S2 GigabitEthernet0/13']);
    const facts = new Set(out.identities.map((x) => `${x.attribute}=${x.value}`));
    for (const fact of ['vendor=Cisco', 'model=WS-C3560-24TS', 'firmware=12.2(44)SE', 'role=switch'])
      expect(facts).toContain(fact);
  });
});
