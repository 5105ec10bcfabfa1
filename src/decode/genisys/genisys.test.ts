import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, join, sameInPieces, up } from '../../../test/decoding.ts';
import { genisys } from './index.ts';
import { encodeGenisys, HEADER, probeGenisys } from './wire.ts';

/** Poll of station 1 with CRC 0x4083, low octet first. */
const POLL = bytesOf('fb 01 83 40 f6');
/** Bytes 1, 0x1d and 0x1e ...; the CRC is sent as it is, without escape. */
const INDICATION = bytesOf('f2 01 01 05 1d 06 1e 05 2c 04 cd f5 f6');

describe('Genisys', () => {
  it('reads a poll and the indications that answer it', () => {
    const indication = encodeGenisys(HEADER.INDICATION_DATA, 1, [
      [0, 5],
      [0xf3, 0xff], // both need an escape
    ]);
    const seen = drive(genisys, [up(POLL), down(indication)]);
    expect(seen.commands).toMatchObject([{ verb: 'read', operation: 'Poll', target: 99, outcome: 'accepted' }]);
    expect(seen.values.map((v) => [v.path, v.value])).toEqual([
      ['indication byte 0', 5],
      ['indication byte 243', 255],
    ]);
  });

  it('says what is controlled, and that nobody answered', () => {
    const seen = drive(genisys, [up(encodeGenisys(HEADER.CONTROL_DATA, 7, [[2, 0x80]]))]);
    expect(seen.commands).toMatchObject([
      { verb: 'control', operation: 'Control Data', object: 'control byte 2', value: 128, outcome: 'unanswered' },
    ]);
  });

  it('takes a CRC that is sent without escapes', () => {
    const ok = bytesOf('f2 01 01 06 1e 04 2d 04 0c fd f6');
    const seen = drive(genisys, [down(ok)]).messages;
    expect(seen).toMatchObject([{ station: 1, crc: 0xfd0c, crcRight: true }]);
    expect(seen[0]!.pairs).toEqual([
      [1, 6],
      [0x1e, 4],
      [0x2d, 4],
    ]);
    expect(drive(genisys, [down(INDICATION)]).messages).toHaveLength(1);
  });

  it('keeps a message with a wrong CRC and says so', () => {
    const broken = join(bytesOf('fb 01 84 40 f6'), encodeGenisys(HEADER.POLL, 2));
    const seen = drive(genisys, [up(broken)]);
    expect(seen.messages).toHaveLength(2);
    expect(seen.weirds.map((w) => w.code)).toContain('genisys.crc');
  });

  it('is sure by the CRC only', () => {
    expect(probeGenisys(POLL, 0, 5)).toBe('sure');
    expect(probeGenisys(bytesOf('f1 01 f6'), 0, 3)).toBe('maybe');
    expect(probeGenisys(bytesOf('fb 01 84 40 f6 00 00 00'), 0, 8)).toBe('no');
    expect(probeGenisys(bytesOf('f6 01 84'), 0, 3)).toBe('no');
    expect(probeGenisys(POLL, 0, 3)).toBe('more');
  });

  it('survives anything, in pieces or not', () => {
    const talk = [
      up(POLL),
      down(
        encodeGenisys(HEADER.INDICATION_DATA, 1, [
          [0, 5],
          [1, 0xf6],
        ]),
      ),
      up(encodeGenisys(HEADER.RECALL, 1)),
    ];
    sameInPieces(genisys, talk);
    hostile(genisys, [talk]);
  });
});
