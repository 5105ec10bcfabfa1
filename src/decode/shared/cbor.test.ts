import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../test/decoding.ts';
import { readCbor } from './cbor.ts';

/** Examples of RFC 8949 appendix A. */
const EXAMPLES: readonly (readonly [string, unknown])[] = [
  ['00', 0], ['17', 23], ['1818', 24], ['1903e8', 1000], ['1a000f4240', 1_000_000], ['1b000000e8d4a51000', 1_000_000_000_000], ['1bffffffffffffffff', 18446744073709551615n],
  ['20', -1], ['3903e7', -1000], ['3bffffffffffffffff', -18446744073709551616n], ['f90000', 0], ['f93c00', 1], ['f93e00', 1.5], ['f97bff', 65504], ['f90001', 2 ** -24],
  ['f9c400', -4], ['fa47c35000', 100000], ['fb3ff199999999999a', 1.1], ['f97c00', Number.POSITIVE_INFINITY], ['f97e00', Number.NaN], ['f4', false], ['f5', true], ['f6', null],
  ['c11a514b67b0', 1363896240], ['4401020304', '01020304'], ['6449455446', 'IETF'], ['62c3bc', 'ü'], ['83010203', [1, 2, 3]],
  ['a201020304', { entries: [[1, 2], [3, 4]] }], ['a26161016162820203', { entries: [['a', 1], ['b', [2, 3]]] }], ['5f42010243030405ff', '0102030405'],
  ['7f657374726561646d696e67ff', 'streaming'], ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]], ['bf6346756ef563416d7421ff', { entries: [['Fun', true], ['Amt', -2]] }],
]; // biome-ignore format: a table

describe('CBOR', () => {
  it.each(EXAMPLES)('reads %s', (hex, value) => {
    expect(readCbor(bytesOf(hex))).toEqual(value);
  });
  it.each(['', '18', '8301', '6449', 'a101', 'ff', '1c', 'f8', '0000', '5f01ff', '9f'])('refuses %s', (hex) => {
    expect(readCbor(bytesOf(hex))).toBeUndefined();
  });
  it('ends where octets announce without end', () => {
    expect(readCbor(new Uint8Array(100_000).fill(0x81))).toBeUndefined();
    expect(readCbor(bytesOf(`9affffffff${'00'.repeat(2000)}`))).toBeUndefined();
  });
});
