import { describe, expect, it } from 'vitest';
import { contextOf, drive, hostile, up } from '../../../test/decoding.ts';
import { vnetip } from './index.ts';

const onUdp = { carrier: 'udp', clientPort: 5313, serverPort: 5313 };
describe('vnetip', () => {
  it('is recognised by its ports on both sides and never taken for sure', () => {
    const datagram = new Uint8Array(64);
    expect(vnetip.probe(datagram, 0, 64, contextOf(onUdp))).toBe('maybe');
    expect(vnetip.probe(datagram, 0, 64, contextOf({ ...onUdp, clientPort: 40000 }))).toBe('no');
    const seen = drive(vnetip, [up(datagram), up(datagram)], onUdp);
    expect(seen.identities).toMatchObject([{ attribute: 'device-type', value: 'Vnet/IP station', confidence: 0.5 }]);
    hostile(vnetip, [[up(datagram)]], onUdp);
  });
});
