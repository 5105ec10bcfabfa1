import { expect, it } from 'vitest';
import type { Source } from '../../core/site.ts';
import { namedApart } from './sources.ts';

const source = (path: string, sha256 = '', name = path.split('/').at(-1)!): Source =>
  ({ id: `s${path}${sha256}`, name, path, sha256 }) as Source;
const names = (...sources: Source[]): string[] => namedApart(sources).map(({ name }) => name);

it('leaves names alone that tell sources apart', () => {
  const list = [source('/a/one.pcap'), source('/a/two.pcap')];
  expect(namedApart(list)).toBe(list);
});

it('gives sources of one name as much of their folder as it takes', () => {
  expect(names(source('/x/mon/capture.pcap'), source('/x/tue/capture.pcap'), source('/x/other.pcap'))).toEqual([
    'mon/capture.pcap',
    'tue/capture.pcap',
    'other.pcap',
  ]);
  expect(names(source('/press/mon/c.pcap'), source('/mixer/mon/c.pcap'), source('/mixer/tue/c.pcap'))).toEqual([
    'press/mon/c.pcap',
    'mixer/mon/c.pcap',
    'tue/c.pcap',
  ]);
});

it('tells files that were handed over without their folder apart by content', () => {
  expect(
    names(
      source('/data/uploads/1', '0123456789abcdef', 'c.pcap'),
      source('/data/uploads/2', 'fedcba9876543210', 'c.pcap'),
    ),
  ).toEqual(['c.pcap (0123456789ab)', 'c.pcap (fedcba987654)']);
});

it('counts what was listened to again and again, in the order of its starts', () => {
  const run = (id: string, startedUs: number): Source => ({ ...source('', '', 'eth1'), id, startedUs }) as Source;
  expect(names(run('p-b', 200), run('p-a', 100))).toEqual(['eth1 (2)', 'eth1 (1)']);
});
