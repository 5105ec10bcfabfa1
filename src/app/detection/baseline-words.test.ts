/** Words of a baseline: known answers. */
import { describe, expect, it } from 'vitest';
import { addressText, cellsText, changedText, pointText } from './baseline-words.ts';

const ADDRESSES = ['0 10 0  10.20.10.12', '0 0 0  28:63:36:1a:00:2c', '0 10 0  10.20.10.19 cip-path 1/1'];

describe('what a baseline names by keys', () => {
  it('is an address in its VLAN', () => {
    expect(ADDRESSES.map(addressText)).toEqual([
      '10.20.10.12 in VLAN 10',
      '28:63:36:1a:00:2c',
      '10.20.10.19 cip-path 1/1 in VLAN 10',
    ]);
    expect(addressText('1 0 0 vxlan 42 10.0.0.1>10.0.0.2 10.1.1.1')).toBe('vxlan 42 10.0.0.1>10.0.0.2 10.1.1.1');
    expect(addressText('not a key')).toBe('not a key');
  });
  it('is a point at its device, and the point alone where that is not known', () => {
    expect(pointText('1 s7comm DB10.DBD12 REAL', ADDRESSES)).toBe('10.20.10.12 in VLAN 10: s7comm DB10.DBD12 REAL');
    expect(pointText('9 s7comm DB10.DBD12 REAL', ADDRESSES)).toBe('s7comm DB10.DBD12 REAL');
  });
  it('is cells that learned something else, one as one', () => {
    expect(cellsText(1, 0)).toBe('The process cell goes on with what was learned.');
    expect(cellsText(21, 0)).toBe('All 21 process cells go on with what was learned.');
    expect(cellsText(21, 1)).toBe('1 of 21 process cells has learned something else.');
    expect(cellsText(2, 2)).toBe('2 of 2 process cells have learned something else.');
  });
  it('is counted, one as one', () => {
    expect(changedText('addresses', 0, 0)).toBe('The addresses are the same.');
    expect(changedText('addresses', 1, 0)).toBe('Of the addresses 1 is new since.');
    expect(changedText('points', 0, 2)).toBe('Of the points 2 are not known here.');
    expect(changedText('points', 3, 1)).toBe('Of the points 3 are new since, 1 is not known here.');
  });
});
