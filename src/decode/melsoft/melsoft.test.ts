import { describe, expect, it } from 'vitest';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { decodeCapture } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import type { Command } from '../../core/observation.ts';
import { melsoft } from './index.ts';
import { COMMAND, encodeMelsoft } from './wire.ts';

const onUdp = { carrier: 'udp', serverPort: 5560 };
const onTcp = { carrier: 'tcp', serverPort: 5562 };
const utf16 = (text: string): number[] => [...text].flatMap((c) => [c.charCodeAt(0), 0]);
// Octets 0x24 (36) of name, as GX Works3 sends them.
const path = '$MELPRJ$\\MAIN.PRG';
const open = encodeMelsoft(COMMAND.FILE_OPEN, 9, false, [0, 0, 4, 0, 0, 0, 0, 0, 0x24, 0, ...utf16(path), 0, 0]);
const opened = encodeMelsoft(COMMAND.FILE_OPEN, 9, true, [2, 0]);
const write = encodeMelsoft(COMMAND.FILE_WRITE, 10, false, [2, 0, 0, 0, 0, 0, 1, 0, 0x99]);
const wrote = encodeMelsoft(COMMAND.FILE_WRITE, 10, true, []);
const stop = encodeMelsoft(0x1002, 11, false, [1, 0]);
const type = encodeMelsoft(COMMAND.TYPE_NAME, 1, false, [0, 1]);
const typed = encodeMelsoft(COMMAND.TYPE_NAME, 1, true, [...textBytes('FX5U-32MT/ES\0\0\0\0'), 0, 0, 0x29, 0x4a]);

describe('melsoft', () => {
  it('follows a program down to the CPU', () => {
    const seen = drive(
      melsoft,
      [up(open), down(opened), up(write), down(wrote), up(stop), down(encodeMelsoft(0x1002, 11, true, []))],
      onUdp,
    );
    expect(seen.malformed).toEqual([]);
    expect(seen.commands.map((c) => `${c.verb} ${c.operation} ${c.object ?? ''} ${c.outcome}`)).toEqual([
      `read Open File file ${path} accepted`,
      `program-download Write File file ${path} accepted`,
      'mode-change Remote Stop  accepted',
    ]);
  });
  it('learns the model', () => {
    const seen = drive(melsoft, [up(type), down(typed)], onUdp);
    expect(seen.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'vendor Mitsubishi Electric',
      'model FX5U-32MT/ES',
    ]);
    expect(seen.messages[1]).toMatchObject({ typeCode: 0x4a29, endCode: 0 });
  });
  it('probes by content', () => {
    const probe = (b: Uint8Array) => melsoft.probe(b, 0, b.length, contextOf(onUdp));
    expect(probe(open)).toBe('sure');
    expect(probe(opened)).toBe('sure');
    expect(probe(bytesOf('5a000001'))).toBe('maybe');
    expect(probe(textBytes('WHO AM I, AND WHY, AND SINCE WHEN, PLEASE'))).toBe('no');
  });
  it('gives the same in pieces, stays whole under hostile octets, costs little', () => {
    sameInPieces(melsoft, [up(open), down(opened), up(write), down(wrote)], onTcp);
    hostile(melsoft, [[up(open), down(opened), up(write)], [up(type), down(typed)], [up(bytesOf('5a0000ff'))]], onUdp);
    expect(costUs(melsoft, write, onUdp)).toBeLessThan(10);
  });
});

describeShared('melsoft on real captures', () => {
  it('reads every frame of an engineering session: stop, download, the files of the project', async () => {
    const run = await decodeCapture(sharedCapture('melsec/iti.melsoft_UDP_unclean_1'), { decoders: [melsoft] });
    // 556 messages and 51 searches, each with its answer.
    expect(run.messages).toHaveLength(1214);
    const commands = run.of('command').map((s) => s.what as Command);
    expect(commands.every((c) => c.outcome === 'accepted')).toBe(true);
    expect(commands.filter((c) => c.verb === 'mode-change').map((c) => c.operation)).toEqual(['Remote Stop']);
    const loaded = commands.filter((c) => c.verb === 'program-download').map((c) => c.object);
    expect(new Set(loaded)).toContain('file $MELPRJ$\\MAIN.PRG');
  });
});
