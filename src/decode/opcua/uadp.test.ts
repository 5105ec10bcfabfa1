import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, drive, hostile, up } from '../../../test/decoding.ts';
import { uadp } from './uadp.ts';

// A key frame of two fields: OPC 10000-14 section 7.2.4.4.2 (header), 7.2.4.5.4 (data set message).
const KEY_FRAME = bytesOf(`
  f1           # version 1; publisher id, group header, payload header, extended flags 1
  01           # publisher id is UInt16
  d2 04        # publisher 1234
  09           # group: writer group id and sequence number
  64 00        # writer group 100
  2a 00        # sequence 42
  01           # one data set
  05 00        # writer 5
  09           # valid, variants, with sequence number
  07 00        # sequence 7
  02 00        # two fields
  0b 00 00 00 00 00 00 f8 3f  # Double 1.5
  01 01        # Boolean true
`);
// Two data sets, the second a delta frame of data values; the first a keep-alive.
const TWO = bytesOf(`
  d1 04        # publisher id, payload header, extended flags 1: publisher id is a string
  03 00 00 00 41 42 43  # ABC
  02 01 00 02 00        # writers 1 and 2
  02 00                 # 2 octets
  10 00                 # 16 octets
  81 03                 # valid; keep-alive
  85 01                 # valid, data values; delta frame
  01 00                 # one field
  03 00                 # field 3
  03 06 09 00 00 00 00 00 00 00  # value and status: Int32 9, good
`);
const SECURED = bytesOf(`
  91 91 00     # publisher id; UInt16, security, extended flags 2
  01 00        # publisher 1
  03           # signed and encrypted
  07 00 00 00  # token 7
  02 aa bb     # nonce
  de ad be ef  # ciphertext
`);

const run = (bytes: Uint8Array) => drive(uadp, [up(bytes)], { carrier: 'udp' });

describe('UADP', () => {
  it('reads publisher, group, writer and fields', () => {
    const out = run(KEY_FRAME);
    expect(out.messages).toMatchObject([
      {
        type: 'UADP data',
        publisherId: 1234,
        writerGroupId: 100,
        sequenceNumber: 42,
        writerIds: [5],
        dataSets: [{ writerId: 5, messageType: 0, sequenceNumber: 7, valid: true }],
      },
    ]);
    expect(out.values.map((v) => [v.target, v.path, v.type, v.value])).toEqual([
      [1, 'publisher 1234 writer 5 field 0', 'Double', 1.5],
      [1, 'publisher 1234 writer 5 field 1', 'Boolean', true],
    ]);
    expect(out.identities.map((i) => i.value)).toEqual(['OPC UA publisher', 'publisher 1234']);
    expect(uadp.probe(KEY_FRAME, 0, KEY_FRAME.length, contextOf())).toBe('maybe');
  });

  it('keeps to the sizes of the payload', () => {
    expect(run(TWO.slice(0, -1)).malformed.map((m) => m.code)).toEqual(['uadp.message']);
    const out = run(TWO);
    expect(out.messages[0]).toMatchObject({ publisherId: 'ABC', dataSets: [{ messageType: 3 }, { messageType: 1 }] });
    expect(out.values.map((v) => [v.path, v.value])).toEqual([['publisher ABC writer 2 field 3', 9]]);
  });

  it('does not read what is encrypted', () => {
    const out = run(SECURED);
    expect(out.messages).toMatchObject([{ publisherId: 1, securityFlags: 3, securityTokenId: 7, dataSets: [] }]);
  });

  it('survives truncation and mutation', () => {
    hostile(uadp, [[up(KEY_FRAME)], [up(TWO)], [up(SECURED)]], { carrier: 'udp' });
  }, 60_000);
});
