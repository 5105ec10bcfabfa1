import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, sameInPieces, up } from '../../../test/decoding.ts';
import { hartIp } from './index.ts';
import { encodeHartIp, encodeToken, probeHartIp, unpack } from './wire.ts';

const probe = (b: Uint8Array) => probeHartIp(b, 0, b.length);

const INITIATE = bytesOf(`
  01 00 00 00   # version 1, request, session initiate, status
  00 02         # sequence
  00 0d         # length
  01            # primary master
  00 00 75 30   # 30,000 ms without a message close it
`);
const INITIATED = bytesOf('01 01 00 00 0002 000d 01 0000ea60');
const READ_ID = bytesOf(`
  01 00 03 00 0003 0011
  82                 # long address, from the primary master
  26 4e 00 00 d2     # manufacturer 38, type 4e, id 210
  00 00              # command 0, no data
  38                 # check octet
`);
const ID = bytesOf(`
  01 01 03 00 0003 0029
  86 26 4e 00 00 d2  # from the device
  00 18              # command 0, 24 octets
  00 d0              # success; malfunction, configuration changed, more status
  fe 26 4e 05 07 04  # 254, type, preambles, HART 7, device revision 4
  01 0e              # software 1, hardware 1 with signalling 6
  0c                 # flags: bridge, 802.15.4
  00 00 d2           # device id 210
  05 02 00 02 d0     # preambles, last variable, change counter, extended status
  00 26 00 26 84     # manufacturer and distributor Rosemount, WirelessHART gateway
  e4
`);

describe('HART-IP', () => {
  it('keeps no keys, also where another command carries them, and says what was set', () => {
    const key = [...'s3cr3tkey0123456'].map((c) => c.charCodeAt(0));
    // Direct PDU (HCF_SPEC-085): status of the device, then command 768 Write Join Key with 16 octets
    const join = encodeHartIp(0, 4, 7, [0, 0, 0x03, 0x00, 16, ...key]);
    // Command 78 carries 961 Write Network Key
    const inside = [1, 0x03, 0xc1, 16, ...key];
    const aggregated = encodeHartIp(0, 4, 8, [0, 0, 0, 78, inside.length, ...inside]);
    const seen = drive(hartIp, [up(join), up(aggregated)]);
    expect(seen.malformed).toEqual([]);
    expect(seen.messages.map((m) => m.commands.map((c) => [c.name, c.secret, c.data.length]))).toEqual([
      [['Write Join Key', true, 0]],
      [['Read Aggregated Commands', true, 0]],
    ]);
    const octets = Buffer.from(key).toString('hex');
    const all = JSON.stringify(seen, (_, x) => (x instanceof Uint8Array ? Buffer.from(x).toString('hex') : x));
    expect(all).not.toContain(octets);
    expect(seen.commands[0]).toMatchObject({ verb: 'authenticate', operation: 'Write Join Key' });
  });
  it('reads a long tag as ISO Latin-1: umlauts stay, control octets do not', () => {
    // HCF_SPEC-127, command 20: Long Tag, 32 octets of Latin-1
    const tag = [...'Kühler Süd 5 µS'].map((c) => c.charCodeAt(0));
    const answer = [0, 0, ...tag, 0x9b, 0x31, ...new Array<number>(15).fill(0)]; // 9b: a control of C1
    const seen = drive(hartIp, [
      up(encodeHartIp(0, 3, 4, encodeToken(false, '264e0000d2', 20, []))),
      down(encodeHartIp(1, 3, 4, encodeToken(true, '264e0000d2', 20, answer))),
    ]);
    expect(seen.messages[1]?.commands[0]?.fields).toEqual({ longTag: 'Kühler Süd 5 µS.1' });
    expect(seen.identities.map((x) => x.value)).toContain('Kühler Süd 5 µS.1');
  });
  it('opens a session, identifies a gateway by its own address and reads its variables', () => {
    const read = encodeHartIp(0, 3, 4, encodeToken(false, '264e0000d2', 3, []));
    const values = [
      0, 0, // success, device status
      0x7f, 0xa0, 0, 0, // loop current: not a number
      32, 0x42, 0x02, 0, 0, // PV 32.5 degrees Celsius
      57, 0x41, 0x20, 0, 0, // SV 10 percent
    ]; // biome-ignore format: a field per line
    const answer = encodeHartIp(1, 3, 4, encodeToken(true, '264e0000d2', 3, values));
    const seen = drive(hartIp, [up(INITIATE), down(INITIATED), up(READ_ID), down(ID), up(read), down(answer)]);
    expect(seen.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted', detail: 'primary master' }]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.target, c.outcome])).toEqual([
      ['discover', 'Read Unique Identifier', 2, 'accepted'],
      ['read', 'Read Dynamic Variables And Loop Current', 2, 'accepted'],
    ]);
    expect(seen.identities.map((x) => `${x.attribute} ${x.value}`)).toEqual([
      'vendor Rosemount',
      'model HART device type 0x264e',
      'serial 210',
      'firmware 1',
      'hardware 1',
      'device-type WirelessHART gateway',
    ]);
    expect(seen.values.map((v) => [v.path, v.type, v.value])).toEqual([
      ['PV', 'float °C', 32.5],
      ['SV', 'float %', 10],
    ]);
    expect(seen.weirds).toEqual([]);
  });

  it('says who refuses and why, and which device behind the server is meant', () => {
    const reset = encodeHartIp(0, 3, 9, encodeToken(false, '2695eb27b8', 42, []));
    const refused = encodeHartIp(1, 3, 9, encodeToken(true, '2695eb27b8', 42, [7, 0]));
    const seen = drive(hartIp, [up(reset), down(refused)]);
    expect(seen.commands).toMatchObject([
      {
        verb: 'restart',
        operation: 'Perform Device Reset',
        target: 99,
        outcome: 'refused',
        reason: 'in write protect mode (7)',
      },
    ]);
  });

  it('reads every command of a direct PDU and those inside command 77', () => {
    const direct = bytesOf(`
      00 00          # device status, extended status
      0023 09        # command 35, 9 octets
      4b 46bb8000 00000000   # kg/h, 24,000, 0
      004d 0d        # command 77
      00 01 05       # card 0, channel 1, preambles
      82 264e0000d3  # delimiter and address of the sub-device
      22 00          # command 34, nothing
      00 00
    `);
    const seen = drive(hartIp, [up(encodeHartIp(0, 4, 5, direct))]);
    expect(seen.messages[0]!.commands.map((c) => c.number)).toEqual([35, 77]);
    expect(seen.commands.map((c) => [c.verb, c.operation, c.value, c.outcome])).toEqual([
      ['configure', 'Write Primary Variable Range Values', '0..24000', 'unanswered'],
      ['configure', 'Write Primary Variable Damping Value', undefined, 'unanswered'],
    ]);
  });

  it('unpacks six-bit characters as the specification shows', () => {
    expect(unpack(bytesOf('00 10 83 10 51 87'), 0, 6)).toBe('@ABCDEFG');
  });

  it('is sure only where the octets prove it', () => {
    expect(probe(INITIATE)).toBe('sure');
    expect(probe(READ_ID)).toBe('sure');
    expect(probe(READ_ID.slice(0, 12))).toBe('more');
    const broken = READ_ID.slice();
    broken[16] = 0;
    expect(probe(broken)).toBe('maybe');
    expect(probe(bytesOf('01 00 02 00 0001 0009 00'))).toBe('no');
    expect(probe(bytesOf('03 00 00 13 0e e0 00 00'))).toBe('no');
    expect(hartIp.probe(INITIATE, 0, INITIATE.length, contextOf())).toBe('sure');
  });

  it('survives anything, in pieces or not', () => {
    const talk = [up(INITIATE), down(INITIATED), up(READ_ID), down(ID)];
    sameInPieces(hartIp, talk);
    hostile(hartIp, [talk, [up(encodeHartIp(0, 4, 5, bytesOf('0000 004d 0d 00010582264e0000d32200 0000')))]]);
  });
});
