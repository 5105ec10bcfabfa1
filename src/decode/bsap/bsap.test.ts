import { describe, expect, it } from 'vitest';
import { bytesOf, down, drive, hostile, up } from '../../../test/decoding.ts';
import { bsap } from './index.ts';
import { encodeBsapIp, probeBsap } from './wire.ts';

const UDP = { carrier: 'udp' } as const;
const READ = encodeBsapIp(6, 0x4b87, bytesOf(`
  a0 00        # remote database
  04           # read signal by name
  03 d0 01     # two selectors: type, value, address; version
  0f 02        # security level 15, two signals
  40 47 56 2e 44 53 31 00   # @GV.DS1
  40 47 56 2e 41 53 34 00   # @GV.AS4
`)); // biome-ignore format: octets with comments
const ANSWER = encodeBsapIp(5, 0x4b87, bytesOf(`
  00 02                     # no error, two signals
  00 01 11 00 24 77         # logical, 1, address 0x0011, version 0x7724
  02 00 00 a0 42 06 00 24 77  # analog, 80.0, address 0x0006
`)); // biome-ignore format: octets with comments
const WRITE = encodeBsapIp(6, 0x4b9e, bytesOf(`
  a0 00
  80 24 77 0f  # write signal by address, version 0x7724, level 15
  01 11 00 0a  # one: address 0x0011, descriptor 10: off
`)); // biome-ignore format: octets with comments
const WRITTEN = encodeBsapIp(5, 0x4b9e, bytesOf('00 00'));
/** Local serial header in DLE STX .. DLE ETX: address 3, reset system. */
const SERIAL = bytesOf('10 02 03 01 a1 10 10 00 03 00 01 01 10 03 aa bb');

describe('BSAP', () => {
  it('gives names to values and to addresses that are written later', () => {
    const seen = drive(bsap, [up(READ), down(ANSWER), up(WRITE), down(WRITTEN)], UDP);
    expect(seen.values.map((v) => [v.path, v.type, v.value, v.access])).toEqual([
      ['@GV.DS1', 'logical', 1, 'read'],
      ['@GV.AS4', 'analog', 80, 'read'],
      ['@GV.DS1', 'logical', 0, 'write'],
    ]);
    expect(seen.commands.map((c) => [c.verb, c.object, c.value, c.outcome])).toEqual([
      ['read', '@GV.DS1, @GV.AS4', undefined, 'accepted'],
      ['write', '@GV.DS1', 'off', 'accepted'],
    ]);
  });

  it('reads two messages of one datagram', () => {
    const both = bytesOf(`
      0e 00 02 00 05 00 01 00 00 00 00 00 00 00
      0b 00 00 00 0c 07 00 00 00 00 00
      0b 00 00 00 0c 08 00 00 00 00 00
    `);
    const seen = drive(bsap, [down(both)], UDP);
    expect(seen.messages.map((m) => m.sequence)).toEqual([7, 8]);
    expect(seen.messages.map((m) => m.ip?.messages)).toEqual([2, undefined]);
  });

  it('reads serial frames and says what resets a controller', () => {
    const seen = drive(bsap, [up(SERIAL)], UDP);
    expect(seen.messages[0]!.serial).toMatchObject({
      global: false,
      address: 3,
      destinationFunction: 0xa1,
      sequence: 0x10,
    });
    expect(seen.commands).toMatchObject([{ verb: 'restart', operation: 'Reset System', target: 99 }]);
  });

  it('is sure when messages fill the datagram', () => {
    expect(probeBsap(READ, 0, READ.length)).toBe('sure');
    expect(probeBsap(READ, 0, READ.length - 1)).toBe('no');
    expect(probeBsap(SERIAL, 0, SERIAL.length)).toBe('maybe');
    expect(probeBsap(bytesOf('0e 00 00 00 00 00 01 00 00 00 02 00 00 00'), 0, 14)).toBe('sure');
  });

  it('survives anything', () => hostile(bsap, [[up(READ), down(ANSWER), up(WRITE), down(WRITTEN)], [up(SERIAL)]], UDP));
});
