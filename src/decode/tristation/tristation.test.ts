import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, down, drive, hostile, up } from '../../../test/decoding.ts';
import { encodeTristation, tristation } from './index.ts';

const onUdp = { carrier: 'udp', serverPort: 1502 };
/** Direction, connection, function, counter, unknown (2), checksum (2), length (2). */
const command = (functionCode: number, counter = 1) =>
  encodeTristation(5, [0, 0, functionCode, counter, 0, 0, 0, 0, 10, 0]);

describe('tristation', () => {
  it('knows the ping that was published', () => {
    expect([...encodeTristation(6)]).toEqual([...bytesOf('06 00 0000 0088')]);
    expect(tristation.probe(bytesOf('060000000088'), 0, 6, contextOf(onUdp))).toBe('sure');
    expect(tristation.probe(bytesOf('060000000089'), 0, 6, contextOf(onUdp))).toBe('maybe');
  });
  it('shows what is done to a safety controller', () => {
    const parts = [
      up(encodeTristation(1)),
      down(encodeTristation(2)),
      up(command(21)),
      down(command(110)),
      up(command(1)),
      down(command(100)),
      up(command(0)),
      down(encodeTristation(10)),
    ];
    const seen = drive(tristation, parts, onUdp);
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted' }]);
    expect(seen.commands.map((c) => `${c.verb} ${c.operation} ${c.outcome} ${c.reason ?? ''}`)).toEqual([
      'mode-change Halt Program accepted ',
      'program-download Start Download Change refused Command Rejected',
      'program-download Start Download All refused Access Denied',
    ]);
  });
  it('stays whole under hostile octets and costs little', () => {
    hostile(
      tristation,
      [[up(encodeTristation(1)), down(encodeTristation(2)), up(command(21)), down(command(110))]],
      onUdp,
    );
    expect(costUs(tristation, command(20), onUdp)).toBeLessThan(10);
  });
});
