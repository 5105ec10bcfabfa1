import { describe, expect, it } from 'vitest';
import { MAX_MEMO_OCTETS, MAX_MEMO_SLOTS, OctetMemo } from './octet-memo.ts';

/** Asks and keeps as a decoder does; what was handed out, or undefined where it had to be read. */
const ask = (memo: OctetMemo<string>, b: Uint8Array, start = 0, end = b.length): string | undefined => {
  const known = memo.find(b, start, end);
  if (known === undefined) memo.keep(b, start, end, b.subarray(start, end).join());
  return known;
};

describe('OctetMemo', () => {
  it('keeps what comes a second time and hands it out from the third', () => {
    const memo = new OctetMemo<string>();
    const b = Uint8Array.of(9, 1, 2, 3, 4, 5, 9);
    expect(ask(memo, b, 1, 6)).toBeUndefined();
    expect(ask(memo, b, 1, 6)).toBeUndefined();
    expect(ask(memo, b, 1, 6)).toBe('1,2,3,4,5');
    expect(ask(memo, Uint8Array.of(1, 2, 3, 4, 5))).toBe('1,2,3,4,5');
  });

  it('tells octets apart by every octet and by their number', () => {
    const memo = new OctetMemo<string>();
    const b = Uint8Array.from({ length: 23 }, (_, i) => i);
    for (let n = 0; n < 3; n++) ask(memo, b);
    for (let i = 0; i < b.length; i++) {
      const other = b.slice();
      other[i]! ^= 0x40;
      expect(memo.find(other, 0, other.length), `octet ${i}`).toBeUndefined();
    }
    expect(memo.find(b, 0, 22)).toBeUndefined();
    expect(memo.find(b, 0, 23)).toBe(b.join());
  });

  it('is right about octets that want one slot: four times as many as there are slots, again and again', () => {
    const memo = new OctetMemo<string>();
    const b = new Uint8Array(6);
    let known = 0;
    for (let round = 0; round < 4; round++)
      for (let i = 0; i < 4 * MAX_MEMO_SLOTS; i++) {
        b[1] = i & 255;
        b[2] = i >> 8;
        // Each twice in a row: a slot that changes hands keeps what repeats.
        for (let n = 0; n < 3; n++) {
          const found = ask(memo, b);
          if (found === undefined) continue;
          known++;
          expect(found).toBe(b.join());
        }
      }
    expect(known).toBeGreaterThan(4 * 4 * MAX_MEMO_SLOTS - 1);
  });

  it('does not remember what never repeats, nor what is longer than its places', () => {
    const memo = new OctetMemo<string>();
    const counter = new Uint8Array(4);
    for (let i = 0; i < 256; i++) {
      counter[0] = i;
      memo.find(counter, 0, 4);
      expect(memo.repeats).toBe(false);
    }
    const long = new Uint8Array(MAX_MEMO_OCTETS + 1);
    for (let n = 0; n < 4; n++) expect(ask(memo, long)).toBeUndefined();
    const longest = new Uint8Array(MAX_MEMO_OCTETS);
    for (let n = 0; n < 3; n++) ask(memo, longest);
    expect(memo.find(longest, 0, MAX_MEMO_OCTETS)).toBe(longest.join());
  });
});
