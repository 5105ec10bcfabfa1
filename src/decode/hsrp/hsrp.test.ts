import { describe, expect, it } from 'vitest';
import { bytesOf, drive, hostile, up } from '../../../test/decoding.ts';
import { hsrp } from './index.ts';

const on1985 = { carrier: 'udp', serverPort: 1985, group: true };
// RFC 2281 section 5.1: hello, active, 3 s, 10 s, priority 100, group 1, password "cisco", 10.0.0.1.
const one = bytesOf('00 00 10 03 0a 64 01 00 636973636f000000 0a000001');
const two = bytesOf(`01 28 02 00 06 04 0002 001122334455 00000078 00000bb8 00002710
  0a000101 000000000000000000000000`);

describe('hsrp', () => {
  it('tells who is active for which address', () => {
    const run = drive(hsrp, [up(one), up(two)], on1985);
    expect(run.messages).toMatchObject([
      { type: 'HSRP hello', version: 1, state: 'active', group: 1, priority: 100, virtualIp: '10.0.0.1' },
      {
        type: 'HSRP hello',
        version: 2,
        state: 'active',
        group: 2,
        priority: 120,
        virtualIp: '10.0.1.1',
        identifier: '00:11:22:33:44:55',
      },
    ]);
    expect(run.identities.map((i) => i.value)).toEqual([
      'HSRP active router of group 1',
      'HSRP active router of group 2',
    ]);
    expect(run.mentioned).toEqual(['10.0.0.1', '10.0.1.1']);
    expect(JSON.stringify(run)).not.toContain('cisco');
  });
  it('stands hostile octets', () => hostile(hsrp, [[up(one), up(two)]], on1985));
});
