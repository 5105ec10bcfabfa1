import { describe, expect, it } from 'vitest';
import { drive as driveBlocks } from '../../../test/controller-harness.ts';
import { contextOf, costUs, down, drive, hostile, sameInPieces, textBytes, up } from '../../../test/decoding.ts';
import { srtp } from './index.ts';
import { encodeRequest, encodeResponse } from './wire.ts';

const onTcp = { carrier: 'tcp', serverPort: 18245 };
const hello = new Uint8Array(56);
const welcome = Uint8Array.from({ length: 56 }, (_, i) => (i === 0 ? 1 : 0));
const read = encodeRequest(5, 4, [0x08, 99, 0, 2, 0]); // %R100, two words
const answer = encodeResponse(5, [0x34, 0x12, 7, 0, 0, 0]);
const run = encodeRequest(6, 0x23, [0, 0, 0, 0, 0, 1]);
const logon = encodeRequest(7, 0x21, [...textBytes('geheim')]);

describe('srtp', () => {
  it('reads registers under the numbers that people use', () => {
    const seen = driveBlocks(
      [srtp],
      [
        { frame: 1, toServer: true, bytes: read },
        { frame: 2, toServer: false, bytes: answer },
      ],
    );
    expect(seen.commands).toMatchObject([{ verb: 'read', operation: 'Read System Memory', object: '%R100..101' }]);
    expect(seen.blocks).toEqual([{ target: 2, area: '%R', start: 100, values: [0x1234, 7], access: 'read' }]);
  });
  it('shows sessions, modes and refusals, and no passwords', () => {
    const parts = [
      up(hello),
      down(welcome),
      up(run),
      down(encodeResponse(6, [], 0x05f0)),
      up(logon),
      down(encodeResponse(7, [])),
    ];
    const seen = drive(srtp, parts, onTcp);
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted' }]);
    expect(seen.commands).toMatchObject([
      {
        verb: 'mode-change',
        operation: 'Set PLC Run/Stop',
        outcome: 'refused',
        reason: 'service request error: only valid in stop mode (0x05f0)',
      },
      { verb: 'authenticate', operation: 'Change Privilege Level', outcome: 'accepted' },
    ]);
    expect(JSON.stringify(seen)).not.toContain([...textBytes('geh')].join(','));
  });
  it('tells what the CPU does, as its answers carry it, once until it changes', () => {
    const running = encodeResponse(5, [1, 0], 0, 0x0130); // RUN, key switch in RUN, entries in both fault tables
    const stopped = encodeResponse(6, [1, 0], 0, 0x2080); // STOP, outputs disabled
    expect(srtp.decode(stopped, 0, 56, contextOf(onTcp), srtp.open())).toMatchObject({
      message: { plcStatus: 0x2080, part: 1, parts: 1, sweepTime: 0, privilege: 0, time: '00:00:00' },
    });
    const seen = drive(
      srtp,
      [up(read), down(running), up(encodeRequest(5, 4, [8, 1, 0, 1, 0])), down(running), up(run), down(stopped)],
      onTcp,
    );
    expect(seen.identities).toMatchObject([
      { attribute: 'mode', value: 'RUN' },
      { attribute: 'mode', value: 'STOP, outputs disabled' },
    ]);
  });
  it('probes by content, goes in pieces, stays whole, costs little', () => {
    expect(srtp.probe(read, 0, 56, contextOf(onTcp))).toBe('sure');
    expect(srtp.probe(hello, 0, 56, contextOf(onTcp))).toBe('maybe');
    expect(srtp.probe(textBytes('GET /'), 0, 5, contextOf(onTcp))).toBe('no');
    sameInPieces(srtp, [up(read), down(answer), up(run)], onTcp);
    hostile(
      srtp,
      [
        [up(read), down(answer)],
        [up(hello), down(welcome)],
        [up(run), up(logon)],
      ],
      onTcp,
    );
    expect(costUs(srtp, read, onTcp)).toBeLessThan(10);
  });
});
