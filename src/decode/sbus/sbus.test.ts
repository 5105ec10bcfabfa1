import { describe, expect, it } from 'vitest';
import { drive as driveBlocks } from '../../../test/controller-harness.ts';
import { bytesOf, contextOf, costUs, down, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { encodeSbus, sbus } from './index.ts';

const onUdp = { carrier: 'udp', serverPort: 5050 };
const read = encodeSbus(0, 7, [1, 6, 1, 0, 100]); // station 1, Read Register, two from R100
const answer = encodeSbus(1, 7, bytesOf('0000 002a ffff ffff'));
const write = encodeSbus(0, 8, [1, 11, 3, 0, 5, 0, 1]); // Write Flag, F5, one bit, on
const stop = encodeSbus(0, 9, [1, 67]);
const version = encodeSbus(0, 10, [1, 32]);

describe('sbus', () => {
  it('reads registers', () => {
    const seen = driveBlocks(
      [sbus],
      [
        { frame: 1, toServer: true, bytes: read },
        { frame: 2, toServer: false, bytes: answer },
      ],
    );
    expect(seen.commands).toMatchObject([{ verb: 'read', operation: 'Read Register', object: 'R100..101' }]);
    expect(seen.blocks).toEqual([{ target: 2, area: 'R', start: 100, values: [42, -1], access: 'read' }]);
  });
  it('shows writes, modes, refusals, identities', () => {
    const parts = [
      up(write),
      down(encodeSbus(2, 8, [0, 0])),
      up(stop),
      down(encodeSbus(2, 9, [0, 2])),
      up(version),
      down(encodeSbus(1, 10, textBytes('D3M51EA'))),
    ];
    const seen = drive(sbus, parts, onUdp);
    expect(seen.commands).toMatchObject([
      { verb: 'write', object: 'F5', value: 1, outcome: 'accepted' },
      { verb: 'mode-change', operation: 'Stop Procedure', outcome: 'refused', reason: 'password (2)' },
      { verb: 'discover', operation: 'Read Firmware Version' },
    ]);
    expect(seen.identities.map((i) => i.attribute)).toEqual(['vendor', 'model', 'firmware']);
  });
  it('probes by content, stays whole, costs little', () => {
    expect(sbus.probe(read, 0, read.length, contextOf(onUdp))).toBe('sure');
    const broken = Uint8Array.from(read, (x, i) => (i === read.length - 1 ? x ^ 1 : x));
    expect(sbus.probe(broken, 0, broken.length, contextOf(onUdp))).toBe('maybe');
    expect(sbus.probe(bytesOf('00000010 01 00 0001 00'), 0, 9, contextOf(onUdp))).toBe('no');
    hostile(
      sbus,
      [
        [up(read), down(answer)],
        [up(write), up(stop), up(version)],
      ],
      onUdp,
    );
    expect(costUs(sbus, read, onUdp)).toBeLessThan(10);
  });
});
