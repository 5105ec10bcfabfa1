import { describe, expect, it } from 'vitest';
import { drive as driveBlocks } from '../../../test/controller-harness.ts';
import {
  bytesOf,
  contextOf,
  costUs,
  down,
  drive,
  hostile,
  join,
  sameInPieces,
  textBytes,
  up,
} from '../../../test/decoding.ts';
import { flowsOf } from '../../../test/flows.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { COMMAND } from './commands.ts';
import { slmp } from './index.ts';
import { encodeRequest, encodeResponse } from './wire.ts';

const onTcp = { carrier: 'tcp', serverPort: 5007 };
const onUdp = { carrier: 'udp', serverPort: 5010 };
// SH-080008, batch read in bit units: M100 to M107.
const readBits = bytesOf(`
  5000                # subheader: request
  00 ff ff03 00       # network 0, station own, module 0x03FF, multidrop 0
  0c00                # 12 octets follow
  1000                # timer 4 s
  0104 0100           # Device Read, bit units
  640000 90  0800     # M100, 8 points`);
const bitsAnswer = bytesOf(`
  d000 00 ff ff03 00 0600 0000
  00 01 00 11         # a nibble each: 0 0 0 1 0 0 1 1`);
const writeWords = encodeRequest(COMMAND.DEVICE_WRITE, 0, [0x20, 0x01, 0, 0xb4, 2, 0, 0x34, 0x12, 0xcd, 0xab]);
const stop = encodeRequest(COMMAND.STOP, 0, [1, 0], 7);
const run = encodeRequest(COMMAND.RUN, 0, [3, 0, 2, 0], 8);
const unlock = encodeRequest(COMMAND.PASSWORD_UNLOCK, 0, [4, 0, ...textBytes('g3Hm')]);
const typeName = encodeRequest(COMMAND.READ_TYPE_NAME, 0, []);
const typeAnswer = encodeResponse(0, join(textBytes('Q26UDEHCPU      '), bytesOf('6c02')));
// The same read in ASCII coding: M000100, 8 points.
const asciiRead = textBytes('500000FF03FF00001800100401' + '0001M*0001000008');
const asciiAnswer = textBytes('D00000FF03FF00000C0000' + '00010011');
const random = encodeRequest(COMMAND.DEVICE_READ_RANDOM, 0, [2, 1, 0, 0, 0, 0xa8, 0, 0, 0, 0xc2, 0xdc, 5, 0, 0xa8]);
// 1E: words from D100, 2 points.
const read1E = bytesOf('01 ff 0a00 64000000 2044 02 00');
const answer1E = bytesOf('81 00 3412 0100');

// The same in ASCII coding: device code before its number, digits highest first.
const ascii1E = textBytes('01FF000A' + '4420' + '00000064' + '0200');
const asciiAnswer1E = textBytes('8100' + '1234' + '0001');
// M50 to M52 written 1, 0, 1 and a digit to fill up; refused with code 5B and abnormal code 10.
const asciiWrite1E = textBytes('02FF000A' + '4D20' + '00000032' + '0300' + '1010');
const asciiRefusal1E = textBytes('825B1000');
// D100 = 1 and W20 = 2 at random.
const asciiRandom1E = textBytes('05FF000A' + '0200' + '4420' + '00000064' + '0001' + '5720' + '00000020' + '0002');

describe('slmp', () => {
  it('reads 1E frames in ASCII coding as in binary coding', () => {
    const run = drive(slmp, [up(ascii1E), down(asciiAnswer1E)], onTcp);
    const binary = drive(slmp, [up(read1E), down(answer1E)], onTcp);
    expect(run.malformed).toEqual([]);
    expect(run.messages).toEqual(binary.messages.map((m) => ({ ...m, ascii: true })));
    expect(run.commands).toMatchObject([{ operation: '1E Batch Read Words', object: 'D100, 2 words' }]);
    const parts = [
      { frame: 1, toServer: true, bytes: ascii1E },
      { frame: 2, toServer: false, bytes: asciiAnswer1E },
    ];
    expect(driveBlocks([slmp], parts).blocks).toMatchObject([{ area: 'D', start: 100, values: [0x1234, 1] }]);
    const writes = drive(
      slmp,
      [up(asciiWrite1E), down(asciiRefusal1E), up(asciiRandom1E), down(textBytes('8500'))],
      onTcp,
    );
    expect(writes.malformed).toEqual([]);
    expect(writes.left).toBe(0);
    expect(writes.commands.map((c) => [c.verb, c.object, c.outcome])).toMatchObject([
      ['write', 'M50, 3 bits', 'refused'],
      ['write', 'D100', 'accepted'],
      ['write', 'W20', 'accepted'],
    ]);
    expect(writes.messages[0]!.detail).toMatchObject({ kind: 'range', values: [1, 0, 1] });
    expect(writes.messages[2]!.detail).toMatchObject({ kind: 'random', values: [1, 2] });
  });

  it('reads bits in binary and in ASCII coding alike', () => {
    for (const parts of [
      [up(readBits), down(bitsAnswer)],
      [up(asciiRead), down(asciiAnswer)],
    ]) {
      const seen = drive(slmp, parts, onTcp);
      expect(seen.malformed).toEqual([]);
      expect(seen.commands).toMatchObject([
        { verb: 'read', operation: 'Device Read', object: 'M100, 8 bits', outcome: 'accepted' },
      ]);
      expect(seen.values.map((v) => `${v.path}=${v.value}`).slice(2, 5)).toEqual([
        'M102=false',
        'M103=true',
        'M104=false',
      ]);
    }
  });
  it('writes hexadecimal devices under their own names and says why not', () => {
    const done = drive(slmp, [up(writeWords), down(encodeResponse(0, []))], onTcp);
    expect(done.commands).toMatchObject([{ verb: 'write', object: 'W120, 2 words', outcome: 'accepted' }]);
    expect(done.values.map((v) => `${v.path} ${v.value}`)).toEqual(['W120 4660', 'W121 43981']);
    const refused = encodeResponse(0xc05b, bytesOf('00 ff ff03 00 0114 0000'));
    expect(drive(slmp, [up(writeWords), down(refused)], onTcp).commands).toMatchObject([
      { outcome: 'refused', reason: 'CPU cannot read or write this device (0xc05b)' },
    ]);
    expect(drive(slmp, [down(refused)], onTcp).commands).toMatchObject([
      { operation: 'Device Write', outcome: 'refused' },
    ]);
  });
  it('gives words of decimal devices as one block', () => {
    const read = encodeRequest(COMMAND.DEVICE_READ, 0, [100, 0, 0, 0xa8, 2, 0]);
    const seen = driveBlocks(
      [slmp],
      [
        { frame: 1, toServer: true, bytes: read },
        { frame: 2, toServer: false, bytes: encodeResponse(0, [0x95, 0x19, 2, 0x12]) },
      ],
    );
    expect(seen.blocks).toEqual([{ target: 2, area: 'D', start: 100, values: [0x1995, 0x1202], access: 'read' }]);
  });
  it('reads single points of any kind', () => {
    const answer = encodeResponse(0, [1, 0, 2, 0, 0x78, 0x56, 0x34, 0x12]);
    const seen = drive(slmp, [up(random), down(answer)], onTcp);
    expect(seen.values.map((v) => `${v.path} ${v.type} ${v.value}`)).toEqual([
      'D0 WORD 1',
      'TN0 WORD 2',
      'D1500 DWORD 305419896',
    ]);
  });
  it('shows modes, masks passwords, learns the model', () => {
    const seen = drive(
      slmp,
      [up(stop), down(encodeResponse(0, [], 7)), up(run), down(encodeResponse(0, [], 8))],
      onTcp,
    );
    expect(seen.commands.map((c) => `${c.verb} ${c.operation} ${c.value ?? ''}`)).toEqual([
      'mode-change Remote Stop ',
      'mode-change Remote Run clear all',
    ]);
    const locked = drive(slmp, [up(unlock), down(encodeResponse(0xc200, []))], onTcp);
    expect(locked.commands).toMatchObject([{ verb: 'authenticate', reason: 'remote password error (0xc200)' }]);
    expect(locked.sessions).toMatchObject([{ phase: 'authenticate', outcome: 'refused', clearCredential: true }]);
    const said = JSON.stringify(locked);
    expect(said).not.toContain('g3Hm');
    expect(said).not.toContain(String([...textBytes('g3Hm')]));
    const named = drive(slmp, [up(typeName), down(typeAnswer)], onTcp);
    expect(named.identities.map((i) => `${i.attribute} ${i.value}`)).toEqual([
      'vendor Mitsubishi Electric',
      'model Q26UDEHCPU',
    ]);
  });
  it('takes other stations as devices behind the one spoken to', () => {
    const other = Uint8Array.from(readBits);
    other[2] = 1;
    other[3] = 5;
    const answer = Uint8Array.from(bitsAnswer);
    answer[2] = 1;
    answer[3] = 5;
    expect(drive(slmp, [up(other), down(answer)], onTcp).commands).toMatchObject([{ target: 99 }]);
  });
  it('reads 1E frames', () => {
    const seen = driveBlocks(
      [slmp],
      [
        { frame: 1, toServer: true, bytes: read1E },
        { frame: 2, toServer: false, bytes: answer1E },
      ],
    );
    expect(seen.commands).toMatchObject([{ operation: '1E Batch Read Words', object: 'D100, 2 words' }]);
    expect(seen.blocks).toMatchObject([{ area: 'D', start: 100, values: [0x1234, 1] }]);
  });
  it('probes by content', () => {
    const probe = (b: Uint8Array) => slmp.probe(b, 0, b.length, contextOf(onTcp));
    for (const b of [readBits, bitsAnswer, stop, asciiRead, asciiAnswer, read1E, ascii1E, asciiWrite1E, asciiRandom1E])
      expect(probe(b)).toBe('sure');
    expect(probe(readBits.slice(0, 5))).toBe('more');
    expect(probe(textBytes('PORT 1,2,3'))).toBe('no');
    expect(probe(textBytes('DELE 1\r\n'))).toBe('no');
    // RTP, payload type 0
    const rtp = bytesOf('80 00 0001 00000064 12345678 7f7f7f7f');
    expect(slmp.probe(rtp, 0, rtp.length, contextOf(onUdp))).toBe('no');
    expect(probe(bytesOf('5000 00 ff ff03 00 0c00 1000 ffff 0100 640000 90 0800'))).toBe('maybe');
  });
  it('gives the same in pieces and stays whole under hostile octets', () => {
    const all = [up(readBits), down(bitsAnswer), up(stop), down(encodeResponse(0, [], 7)), up(random)];
    sameInPieces(slmp, all, onTcp);
    sameInPieces(slmp, [up(asciiRead), down(asciiAnswer)], onTcp);
    hostile(slmp, [all, [up(writeWords), down(encodeResponse(0, []))], [up(asciiRead), down(asciiAnswer)]], onTcp);
    hostile(
      slmp,
      [
        [up(read1E), down(answer1E)],
        [up(ascii1E), down(asciiAnswer1E), up(asciiWrite1E), down(asciiRefusal1E), up(asciiRandom1E)],
        [up(typeName), down(typeAnswer)],
        [up(unlock), up(run)],
      ],
      onUdp,
    );
  });
  it('costs little', () => {
    expect(costUs(slmp, readBits, onTcp)).toBeLessThan(10);
  });
});

describeShared('slmp on real captures', () => {
  it('reads CC-Link IE Field Basic and the acyclic side of CC-Link IE TSN', () => {
    const [request] = flowsOf(sharedCapture('cclink-ief-basic/nttcom-CCLinkFieldBasic.cclink_ief_basic_only'));
    const seen = drive(slmp, request!.parts, { carrier: 'udp', serverPort: 61450 });
    expect(seen.messages).toHaveLength(222);
    expect(seen.messages[0]!.detail).toEqual({
      kind: 'cyclic',
      master: '172.16.134.128',
      group: 1,
      sequence: 0x06d8,
      slaves: ['172.16.134.129'],
    });
    const flows = flowsOf(sharedCapture('cclink-tsn-slmp/nttcom-CCLinkTSNSLMP.Traces'));
    const tsn = flows.map((f) => drive(slmp, f.parts, { carrier: 'udp', serverPort: 45238 }));
    expect(tsn.reduce((n, x) => n + x.messages.length, 0)).toBe(7156);
    expect(tsn.flatMap((x) => x.malformed)).toEqual([]);
  });
});
