/** The filter grammar as `api/filter.ts` states it; what is not understood is an error with its column. */
import { describe, expect, it } from 'vitest';
import { FILTER_FIELDS } from '../../api/index.ts';
import { compileFilter, compileSort } from './filter.ts';

interface Row {
  name: string;
  role: string;
  level: number | undefined;
  firmware: string;
  ips: string[];
  last: number;
}
const HOUR = 3_600_000_000;
const NOW = 1_700_000_000_000_000;
const rows: Row[] = [
  { name: 'Press 9', role: 'plc', level: 1, firmware: '', ips: ['10.1.2.3'], last: NOW - HOUR },
  { name: 'Press 10', role: 'hmi', level: 2, firmware: '1.2', ips: ['10.2.0.1', 'fe80::1'], last: NOW - 30 * HOUR },
  { name: 'Office printer', role: 'printer', level: undefined, firmware: 'x', ips: [], last: 0 },
];
const accessors = {
  name: (row: Row) => row.name,
  role: (row: Row) => row.role,
  level: (row: Row) => row.level,
  firmware: (row: Row) => row.firmware,
  ip: (row: Row) => row.ips,
  last: (row: Row) => row.last,
  vendor: () => '',
  model: () => '',
  serial: () => '',
  os: () => '',
  mac: () => [],
};
const fields = FILTER_FIELDS.assets.filter(({ name }) => name in accessors);
const keep = (text: string): string[] =>
  rows.filter(compileFilter(text, fields, accessors, NOW)).map((row) => row.name);

describe('filter', () => {
  it.each([
    ['', ['Press 9', 'Press 10', 'Office printer']],
    ['press', ['Press 9', 'Press 10']],
    ['press -"press 10"', ['Press 9']],
    ['"press 1"', ['Press 10']],
    ['role:plc', ['Press 9']],
    ['role:pl', []],
    ['role:plc,printer', ['Press 9', 'Office printer']],
    ['-role:plc,printer', ['Press 10']],
    ['name:=press', []],
    ['level:<2', ['Press 9']],
    ['level:>=1', ['Press 9', 'Press 10']],
    ['level:*', ['Press 9', 'Press 10']],
    ['-firmware:*', ['Press 9']],
    ['ip:10.1.0.0/16', ['Press 9']],
    ['ip:fe80::/10', ['Press 10']],
    ['last:>2h', ['Press 9']],
    ['last:<2h', ['Press 10']],
    ['last:>2023-11-14T00:00:00Z press role:hmi,plc level:1', ['Press 9']],
  ])('%j', (text, expected) => {
    expect(keep(text)).toEqual(expected);
  });

  it.each([
    ['colour:red', 1],
    ['press level:high', 7],
    ['last:soon', 1],
    ['ip:10.0.0.0/99', 1],
    ['name:>a', 1],
    ['name:', 6],
    ['name:"open', 6],
  ])('%j is refused at column %i', (text, column) => {
    expect(() => keep(text)).toThrow(`column ${column}:`);
  });

  it('sorts numbers in names as numbers, and the unknown last', () => {
    const order = (sort: string): string[] =>
      [...rows].sort(compileSort(sort, fields, accessors)).map((row) => row.name);
    expect(order('name')).toEqual(['Office printer', 'Press 9', 'Press 10']);
    expect(order('level')).toEqual(['Press 9', 'Press 10', 'Office printer']);
    expect(order('-level')).toEqual(['Press 10', 'Press 9', 'Office printer']);
    expect(() => order('vlan')).toThrow('vlan');
  });

  it('sorts what has an address only after what has a name', () => {
    const named = [
      '10.0.0.10',
      'pump 2.4',
      '10.0.0.9',
      '00:13:49:26:be:5c',
      'fe80::1',
      'cleaning',
      '192.168.0.10 unit 4',
    ];
    const order = named.map((name) => ({ ...rows[0]!, name })).sort(compileSort('name', fields, accessors));
    expect(order.map((row) => row.name)).toEqual([
      'cleaning',
      'pump 2.4',
      '00:13:49:26:be:5c',
      '10.0.0.9',
      '10.0.0.10',
      '192.168.0.10 unit 4',
      'fe80::1',
    ]);
  });
});
