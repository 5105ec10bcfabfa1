import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, drive, hostile, textBytes, up } from '../../../test/decoding.ts';
import { tftp } from './index.ts';

const on69 = { carrier: 'udp', serverPort: 69 };
const read = textBytes('\0\x01startup.cfg\0octet\0blksize\x001428\0');
const firmware = textBytes('\0\x02fw/ioblock_v3.bin\0octet\0');
const fetch = textBytes('\0\x01boot.img\0netascii\0');

describe('tftp', () => {
  it('tells who reads or writes which file', () => {
    const run = drive(tftp, [up(read), up(firmware), up(fetch)], on69);
    expect(run.messages[0]).toMatchObject({
      type: 'TFTP read request',
      file: 'startup.cfg',
      mode: 'octet',
      options: [['blksize', '1428']],
    });
    expect(run.commands.map((c) => [c.verb, c.target, c.object, c.outcome])).toEqual([
      ['read', 2, 'startup.cfg', 'unseen'],
      ['firmware-update', 2, 'fw/ioblock_v3.bin', 'unseen'],
      ['firmware-update', 1, 'boot.img', 'unseen'],
    ]);
  });
  it('knows itself', () => {
    expect(tftp.probe(read, 0, read.length, contextOf(on69))).toBe('sure');
    expect(tftp.probe(bytesOf('0001 6162 00 6364 00'), 0, 8, contextOf(on69))).toBe('no'); // no such mode
    expect(tftp.probe(bytesOf('0003 0001 00'), 0, 5, contextOf(on69))).toBe('maybe');
  });
  it('is known by content where the server answers from a port of its own', () => {
    const other = contextOf({ carrier: 'udp', clientPort: 40069, serverPort: 40070 });
    const probed = (b: Uint8Array) => tftp.probe(b, 0, b.length, other);
    const block = (n: number, octets: number) =>
      Uint8Array.from({ length: 4 + octets }, (_, i) => [0, 3, 0, n][i] ?? 7);
    expect(probed(textBytes('\0\x06blksize\x001428\0tsize\x0020000\0'))).toBe('sure');
    expect(probed(textBytes('\0\x05\0\x02Access violation\0'))).toBe('sure');
    expect(probed(block(1, 512))).toBe('sure');
    // Too little to be sure: an acknowledgement, a last or later block, an option nobody knows, a text that goes on.
    expect(probed(bytesOf('0004 0000'))).toBe('maybe');
    expect(probed(block(1, 20))).toBe('maybe');
    expect(probed(block(2, 512))).toBe('maybe');
    expect(probed(textBytes('\0\x06colour\x00red\0'))).toBe('maybe');
    expect(probed(textBytes('\0\x05\0\x02Access violation\0more'))).toBe('maybe');
  });
  it('stands hostile octets', () => hostile(tftp, [[up(read), up(firmware)]], on69));
});
