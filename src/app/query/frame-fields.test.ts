import { describe, expect, it } from 'vitest';
import type { Decoder, PduContext } from '../../core/decoder.ts';
import { encodeFrame } from '../../decode/dnp3/wire.ts';
import { DECODERS } from '../../decode/index.ts';
import { leavesOf, locatedFields } from './frame-fields.ts';

const context: PduContext = {
  frame: 1,
  requestFrame: 1,
  firstFrame: 1,
  tsUs: 1,
  requestTsUs: 1,
  flow: 0,
  client: 1,
  server: 2,
  sender: 1,
  receiver: 2,
  protocol: 'modbus',
  toServer: true,
  clientPort: 40_000,
  serverPort: 502,
  carrier: 'tcp',
  protocolNumber: 6,
  group: false,
  afterGap: false,
};

/** Where each field of the one PDU in `octets` stands, from the first octet of the frame on. */
const located = (name: string, octets: string, offset: number): Record<string, string> => {
  const decoder = DECODERS.find((d) => d.name === name) as Decoder;
  const bytes = Uint8Array.from(octets.split(' ').map((x) => Number.parseInt(x, 16)));
  const result = decoder.decode(bytes, 0, bytes.length, context, decoder.open());
  if (result.kind !== 'message') throw new Error(`not a message: ${result.kind}`);
  const fields = locatedFields(decoder, result.message, context, bytes, 0, bytes.length, offset);
  return Object.fromEntries(
    fields.map((f) => [f.name, `${f.value}${f.meaning && ` ${f.meaning}`} @ ${f.start}..${f.end}`]),
  );
};

describe('locatedFields', () => {
  it('finds the octets of each field by what moves with them', () => {
    // Write Multiple Registers: transaction 7, unit 5, from register 40, values 100 and 200; 54 octets of headers before.
    const fields = located('modbus', '00 07 00 00 00 0b 05 10 00 28 00 02 04 00 64 00 c8', 54);
    expect(fields).toMatchObject({
      transactionId: '7 @ 54..56',
      unitId: '5 @ 60..61',
      functionCode: '16 Write Multiple Registers @ 61..62',
      address: '40 @ 62..64',
      'values[0]': '100 @ 67..69',
      'values[1]': '200 @ 69..71',
    });
  });

  it('finds octets behind checksums, and names codes in the words of the protocol', () => {
    // DNP3: from 100 to 5, read all of class 1 (group 60, variation 2, qualifier 6); CRCs of the header and of the user data.
    const user = Uint8Array.of(0xc0, 0xc1, 0x01, 60, 2, 6);
    const frame = encodeFrame({ control: 0xc4, destination: 5, source: 100 }, user);
    const fields = located('dnp3', [...frame].map((o) => o.toString(16)).join(' '), 54);
    expect(fields).toMatchObject({
      control: '196 Unconfirmed User Data @ 57..58',
      destination: '5 @ 58..60',
      source: '100 @ 60..62',
      'application.functionCode': '1 Read @ 66..67',
      'application.objects[0].group': expect.stringMatching(/^60 .*Class 1.* @ 67\.\.68$/i),
      'application.objects[0].variation': '2 @ 68..69',
      'application.objects[0].qualifier': '6 no index, all objects @ 69..70',
    });
  });

  it('says nothing about the place of what no octet moves', () => {
    const fields = located('modbus', '00 07 00 00 00 06 05 03 00 28 00 02', 0);
    expect(fields.response).toBe('false @ -1..-1');
  });
});

describe('leavesOf', () => {
  it('names nested values by path and keeps long lists together', () => {
    const leaves = leavesOf({
      type: 't',
      list: [{ a: 1, b: undefined }, { a: 'x' }],
      none: [],
      many: Array.from({ length: 40 }, (_, i) => i),
      octets: Uint8Array.of(1, 255),
      big: 5n,
    } as never);
    expect([...leaves]).toEqual([
      ['list[0].a', '1'],
      ['list[1].a', 'x'],
      ['none', 'none'],
      ['many', Array.from({ length: 40 }, (_, i) => i).join(', ')],
      ['octets', '01 ff'],
      ['big', '5'],
    ]);
  });
});
