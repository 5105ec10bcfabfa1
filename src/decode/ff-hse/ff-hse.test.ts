import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, sameInPieces, up } from '../../../test/decoding.ts';
import { ffHse } from './index.ts';

const fms = { carrier: 'tcp', serverPort: 1090 };
const long = (n: number) => n.toString(16).padStart(8, '0');
const padded = (text: string, octets: number) => Buffer.from(text.padEnd(octets)).toString('hex');
/** Version 1, options, protocol and type, service, FDA address, length; body; invoke id 7 as the trailer. */
const message = (protocol: number, type: number, service: number, body: string, invoke = 7) => {
  const trailer = service & 0x80 ? long(invoke) : '';
  const head = `01${trailer ? '40' : '00'}${((protocol << 2) | type).toString(16).padStart(2, '0')}${service.toString(16).padStart(2, '0')}11223344`;
  return bytesOf(`${head}${long(12 + (body.length + trailer.length) / 2)}${body}${trailer}`);
};
// State, type, redundancy, duplicates; index 2 of 16; address; device id; PD tag; repeat 5000 ms, port, versions, entries
const device = `31400900${'00020010'}${'00'.repeat(12)}0a000005${padded('000310AABB-DEVICE-1', 32)}${padded('FT-101', 32)}${long(5000)}00010000${long(3)}${long(4)}${long(0)}`;
const conversation = [
  up(message(1, 0, 0x81, '00'.repeat(24), 1)),
  down(message(1, 1, 0x81, '00'.repeat(24), 1)),
  up(join(message(3, 0, 0xd2, long(412) + long(2), 2), message(3, 0, 0xd3, `${long(412)}${long(2)}3f800000`, 3))),
  down(message(3, 1, 0xd2, '40000000', 2)),
  down(message(3, 2, 0x83, `08020005${'00'.repeat(16)}`, 3)),
  up(message(3, 0, 0x94, '00000001', 4)),
  down(message(3, 1, 0x94, '', 4)),
  down(message(3, 0, 0x00, `${long(9)}41200000`)),
];

describe('ff-hse', () => {
  it('tells reads, writes, refusals and what stops a program', () => {
    const run = drive(ffHse, conversation, fms);
    expect(run.malformed).toEqual([]);
    expect(run.sessions).toMatchObject([{ phase: 'open', outcome: 'accepted' }]);
    expect(run.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['read', 'FMS Read with Subindex', '11223344 index 412.2', 'accepted', undefined],
      ['write', 'FMS Write with Subindex', '11223344 index 412.2', 'refused', 'other, code 2 (5)'],
      ['mode-change', 'FMS Stop', undefined, 'accepted', undefined],
    ]);
    expect(run.values.map((v) => [v.path, v.value, v.access])).toEqual([
      ['11223344 index 412.2', '40000000', 'read'],
      ['11223344 index 9', '41200000', 'read'],
    ]);
  });

  it('reads who a device is from its annunciation and its identification', () => {
    const said = drive(ffHse, [up(message(2, 0, 0x10, device))], { carrier: 'udp', serverPort: 1089, group: true });
    expect(said.identities.map((i) => [i.attribute, i.value])).toEqual([
      ['serial', '000310AABB-DEVICE-1'],
      ['plant-id', 'FT-101'],
    ]);
    const asked = drive(
      ffHse,
      [
        up(message(3, 0, 0x81, '')),
        down(message(3, 1, 0x81, padded('Vendor Inc', 32) + padded('Model 7', 32) + padded('2.1', 32))),
      ],
      fms,
    );
    expect(asked.identities.map((i) => [i.attribute, i.value])).toEqual([
      ['vendor', 'Vendor Inc'],
      ['model', 'Model 7'],
      ['firmware', '2.1'],
    ]);
  });

  it('gives the same however TCP cuts it', () => sameInPieces(ffHse, conversation, fms));

  it('is known by content, and by nothing less', () => {
    const say = (b: Uint8Array) => ffHse.probe(b, 0, b.length, contextOf(fms));
    expect(say(message(3, 0, 0x82, long(1)))).toBe('sure');
    expect(say(message(3, 0, 0x82, long(1)).subarray(0, 8))).toBe('more');
    expect(say(message(3, 0, 0x7f, long(1)))).toBe('no');
    expect(say(bytesOf('010000000006010300000001'))).toBe('no');
  });

  it('survives anything', () => hostile(ffHse, [conversation], fms));
});
