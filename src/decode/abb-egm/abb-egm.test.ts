import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, up } from '../../../test/decoding.ts';
import { abbEgm } from './index.ts';
import { encodeEgm, MTYPE } from './wire.ts';

const on6510 = { carrier: 'udp', serverPort: 6510 };
/** 45.5 and -90 degrees; motors on; RAPID running; convergence met. */
const STATE = bytesOf(
  '0a 07 08 05 10 e8 07 18 02' + // header: sequence 5, 1000 ms, DATA
    '12 14 0a 12 09 0000000000c04640 09 00000000008056c0' + // feedBack.joints
    '22 02 08 01 30 01 42 02 08 02', // motorState, mciConvergenceMet, rapidExecState
);
/** pathCorr.pos 0, 10, -1 mm, 1 ms old. */
const PATH = bytesOf('0a 04 08 07 18 04 12 1f 0a 1b 09 0000000000000000 11 0000000000002440 19 000000000000f0bf 10 01');

describe('abb-egm', () => {
  it('reads the state of a robot', () => {
    const run = drive(abbEgm, [up(STATE)], on6510);
    expect(run.malformed).toEqual([]);
    expect(run.messages).toEqual([
      {
        type: 'EGM robot state',
        mtype: 2,
        sequence: 5,
        timeMs: 1000,
        more: false,
        fields: [
          { path: 'feedBack.joints[0]', value: 45.5 },
          { path: 'feedBack.joints[1]', value: -90 },
          { path: 'motorState', value: 1 },
          { path: 'mciConvergenceMet', value: 1 },
          { path: 'rapidExecState', value: 2 },
        ],
      },
    ]);
    expect(run.identities.map((i) => `${i.attribute}=${i.value}`)).toEqual(['vendor=ABB', 'mode=motors on']);
  });
  it('tells that a computer guides the robot, once, and where to', () => {
    const guide = (n: number) => down(encodeEgm(MTYPE.CORRECTION, n, n * 4, [1.5, 2]));
    const run = drive(abbEgm, [up(STATE), guide(1), guide(2), down(PATH)], on6510);
    expect(run.malformed).toEqual([]);
    expect(run.commands).toMatchObject([{ verb: 'control', operation: 'EGM guidance', outcome: 'unconfirmed' }]);
    expect(run.sessions).toHaveLength(1);
    expect(run.values.filter((v) => v.access === 'write').map((v) => [v.path, v.value])).toEqual([
      ['planned.joints[0]', 1.5],
      ['planned.joints[1]', 2],
      ['pathCorr.pos.x', 0],
      ['pathCorr.pos.y', 10],
      ['pathCorr.pos.z', -1],
      ['pathCorr.age', 1],
    ]);
  });
  it('is known by its header and shape on any port, and by nothing less', () => {
    const say = (b: Uint8Array) => abbEgm.probe(b, 0, b.length, contextOf({ carrier: 'udp', serverPort: 40_000 }));
    expect([STATE, PATH, encodeEgm(MTYPE.DATA, 1, 2, [3])].map(say)).toEqual(['sure', 'sure', 'sure']);
    // Only a header; a type that there is not; a joint that is no double; text.
    expect(say(STATE.subarray(0, 9))).toBe('no');
    expect(say(bytesOf('0a 04 08 07 18 09 12 03 0a 01 00'))).toBe('no');
    expect(say(join(STATE.subarray(0, 9), bytesOf('12 04 0a 02 08 01')))).toBe('no');
    expect(say(new TextEncoder().encode('\nhello world, hello'))).toBe('no');
  });
  it('survives anything', () => hostile(abbEgm, [[up(STATE), down(PATH)]], on6510));
});
