import { describe, expect, it } from 'vitest';
import { costUs, down, drive, hostile, type Part, up } from '../../../test/decoding.ts';
import * as f from '../../../test/enip-octets.ts';
import { enip } from './index.ts';

const CONVERSATIONS: readonly (readonly Part[])[] = [
  [up(f.registerRequest), down(f.registerResponse)],
  [up(f.identityOfSlot('00')), down(f.identityAnswer)],
  [up(f.identityOfSlot('04')), down(f.slotTimeout)],
  [up(f.forwardOpen), down(f.forwardOpened), up(f.stopRequest), down(f.stopAnswer)],
  [up(f.readTag), down(f.readTagAnswer)],
  [up(f.writeTag), down(f.writeRefused)],
  [up(f.multiple), down(f.multipleAnswer)],
  [up(f.pcccMode), down(f.pcccAnswer), up(f.pcccForce)],
  [up(f.listIdentity), down(f.listIdentityAnswer)],
  [up(f.setIpAddress)],
];

describe('EtherNet/IP on hostile octets', () => {
  it('survives every truncation and 20,000 mutations', () => {
    hostile(enip, CONVERSATIONS);
  }, 60_000);

  it('asks a stream for more, never less than one octet, at every cut', () => {
    for (const { bytes } of CONVERSATIONS.flat()) {
      for (let end = 1; end < bytes.length; end++) {
        const seen = drive(enip, [up(bytes.slice(0, end))]);
        expect(seen.messages).toEqual([]);
        expect(seen.left).toBe(end);
      }
    }
  });

  it('reads no deeper than its limit into requests inside requests', () => {
    let cip: number[] = [1, 2, 0x20, 1, 0x24, 1];
    for (let i = 0; i < 40; i++)
      cip = [0x52, 2, 0x20, 6, 0x24, 1, 5, 1, cip.length & 255, cip.length >> 8, ...cip, 1, 0, 1, 0];
    const data = [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xb2, 0, cip.length & 255, cip.length >> 8, ...cip];
    const frame = Uint8Array.from([0x6f, 0, data.length & 255, data.length >> 8, ...new Array(20).fill(0), ...data]);
    expect(drive(enip, [up(frame)]).malformed).toMatchObject([{ code: 'enip.cip' }]);
  });

  it('costs little per poll', () => {
    // 0.2 us where it was written; the bound only catches a mistake of another order.
    expect(costUs(enip, f.readTag)).toBeLessThan(5);
    expect(costUs(enip, f.multiple)).toBeLessThan(5);
  });
});
