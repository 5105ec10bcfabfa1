import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { rocPlus } from './index.ts';
import { splitParameters } from './observe.ts';
import { errorText } from './opcodes.ts';
import { encodeRoc, probeRoc } from './wire.ts';

const HOST = [1, 3] as const;
const UNIT = [5, 2] as const;
const ask = (opcode: number, ...data: number[]) => up(encodeRoc(UNIT, HOST, opcode, data));
const tell = (opcode: number, ...data: number[]) => down(encodeRoc(HOST, UNIT, opcode, data));

describe('ROC Plus', () => {
  it('reads parameters by TLP, cutting the answer by what was asked', () => {
    const seen = drive(rocPlus, [
      ask(180, 2, 103, 0, 14, 91, 0, 3),
      // 103,0,14 is a float (42.5, least significant octet first), 91,0,3 one octet
      tell(180, 2, 103, 0, 14, 0, 0, 0x2a, 0x42, 91, 0, 3, 7),
    ]);
    expect(seen.commands).toMatchObject([
      {
        verb: 'read',
        object: 'TLP 103,0,14 (analog input 1), TLP 91,0,3 (system variables 1)',
        target: 99,
        outcome: 'accepted',
      },
    ]);
    expect(seen.values.map((v) => [v.path, v.type, v.value])).toEqual([
      ['TLP 103,0,14 (analog input 1)', 'FLOAT', 42.5],
      ['TLP 91,0,3 (system variables 1)', 'UINT8', 7],
    ]);
    expect(splitParameters(bytesOf('02 67 00 0e 00 00 2a'), [{ type: 103, logical: 0, parameter: 14 }])).toEqual([]);
  });

  it('says what was written, and why it was refused', () => {
    const seen = drive(rocPlus, [ask(181, 1, 102, 3, 1, 1), tell(255, 20, 6)]);
    expect(seen.commands).toMatchObject([
      {
        verb: 'write',
        object: 'TLP 102,3,1 (discrete output 4)',
        value: 1,
        outcome: 'refused',
        reason: 'security error (20)',
      },
    ]);
    expect(seen.values).toEqual([]);
  });

  it('masks passwords and keeps operators', () => {
    const seen = drive(rocPlus, [ask(17, 0x4c, 0x4f, 0x49, 0xe8, 0x03, 5), tell(17)]);
    expect(seen.sessions).toMatchObject([
      { phase: 'authenticate', outcome: 'accepted', user: 'LOI', clearCredential: true, detail: 'access level 5' },
    ]);
    expect(seen.messages[0]!.fields.password).toBe('(masked)');
    expect(seen.messages[0]!.data).toHaveLength(0);
  });

  it('learns the order of octets from a year that can only be read one way', () => {
    // second, minute, hour, day, month, year 2024 (0x07e8)
    const little = drive(rocPlus, [ask(8, 30, 45, 12, 15, 3, 0xe8, 0x07), tell(8)]);
    const big = drive(rocPlus, [ask(8, 30, 45, 12, 15, 3, 0x07, 0xe8), tell(8)]);
    for (const seen of [little, big])
      expect(seen.commands).toMatchObject([
        { verb: 'configure', operation: 'Set Real-Time Clock', value: '2024-03-15 12:45:30', outcome: 'accepted' },
      ]);
    expect([little.messages[0]!.swapped, big.messages[0]!.swapped]).toEqual([false, true]);
  });

  it('is sure by opcode, length and CRC', () => {
    const b = encodeRoc(UNIT, HOST, 7, []);
    expect(probeRoc(b, 0, b.length, true)).toBe('sure');
    expect(probeRoc(b, 0, 7, false)).toBe('more');
    b[7]! ^= 1;
    expect(probeRoc(b, 0, b.length, true)).toBe('no');
    expect(probeRoc(new Uint8Array(8), 0, 8, true)).toBe('no');
    // System configuration request with its CRC as on the wire.
    expect(probeRoc(bytesOf('01 02 03 04 06 00 3a 2f'), 0, 8, true)).toBe('sure');
  });

  it('survives anything, in pieces or not', () => {
    const talk = [
      ask(6), tell(6, ...new Array(50).fill(1)), ask(180, 1, 103, 0, 14), tell(180, 1, 103, 0, 14, 0, 0, 0x2a, 0x42), ask(203, 6, ...new Array(125).fill(65)),
      tell(203, 6, 0, 1, 97, 46, 116, 0), ask(206, 1, 1, 0, 0), tell(206, 1, 1, 0, ...new Array(18).fill(48)), ask(139, 1, 0, 0, 0, 0, 2, 1, 1, 5),
      tell(139, 1, 0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8),
    ]; // biome-ignore format: a talk
    sameInPieces(rocPlus, talk);
    hostile(rocPlus, [talk.slice(0, 4), talk.slice(4)]);
  });

  it('names the error codes of opcode 255 by the manual', () => {
    expect([1, 3, 6, 20, 63].map(errorText)).toEqual([
      'invalid opcode request (1)',
      'invalid logical number (3)',
      'received too few data bytes (6)',
      'security error (20)',
      'requested access level too high (63)',
    ]);
    expect(errorText(0)).toBe('error (0)');
  });
});
