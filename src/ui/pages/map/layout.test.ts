import { describe, expect, it } from 'vitest';
import type { MapGroup, MapNode } from '../../../api/overview.ts';
import { place } from './layout.ts';

const node = (id: string, network: string): MapNode => ({
  id,
  name: id,
  role: 'plc',
  level: 1,
  network,
  vendor: '',
  model: '',
  address: id,
  kind: 'device',
  parent: '',
  attention: null,
});
const group = (network: string, assets: number): MapGroup => ({
  id: `1|${network}`,
  level: 1,
  network,
  assets,
  roles: [{ role: 'plc', assets }],
  attention: null,
});
const VIEW = { w: 1000, h: 700 };
const NONE: ReadonlySet<string> = new Set();

describe('place', () => {
  it('draws a group that is only counted as a closed box that stands for its assets', () => {
    const { boxes, lanes, standIn } = place([node('a', '10.0.1.0/24')], [group('10.0.2.0/24', 700)], NONE, NONE, VIEW);
    expect(boxes.map(({ id, assets, open }) => [id, assets, open])).toEqual([
      ['1|10.0.1.0/24', 1, true],
      ['1|10.0.2.0/24', 700, false],
    ]);
    expect(lanes).toMatchObject([{ lane: 1, assets: 701 }]);
    expect(standIn.get('1|10.0.2.0/24')).toBe('1|10.0.2.0/24');
  });

  it('does not open a box before its assets are there, and counts those that are left out of it', () => {
    const id = '1|10.0.2.0/24';
    const wanted = new Set([id]);
    expect(place([], [group('10.0.2.0/24', 700)], wanted, NONE, VIEW).boxes[0]!.open).toBe(false);
    const { boxes, standIn } = place([node('a', '10.0.2.0/24')], [group('10.0.2.0/24', 699)], wanted, NONE, VIEW);
    expect(boxes.map(({ assets, open }) => [assets, open])).toEqual([[700, true]]);
    expect([standIn.get('a'), standIn.get(id)]).toEqual(['a', id]);
  });

  it('gathers the smallest groups of a crowded lane, with all that they count', () => {
    const groups = Array.from({ length: 40 }, (_, i) => group(`10.0.${i}.0/24`, 100 + i));
    const { boxes, standIn } = place([], groups, NONE, NONE, VIEW);
    const rest = boxes.find(({ network }) => network === '*')!;
    expect([boxes.length, rest.networks]).toEqual([12, 29]);
    expect(boxes.reduce((n, { assets }) => n + assets, 0)).toBe(groups.reduce((n, { assets }) => n + assets, 0));
    expect(standIn.get('1|10.0.0.0/24')).toBe(rest.id);
  });

  it('draws what has no level with its network, what joins networks apart, and leaves the rest where it is', () => {
    const unlevelled = (id: string, network: string, role: MapNode['role']): MapNode => ({
      ...node(id, network),
      level: null,
      role,
    });
    const here = '10.0.1.0/24';
    const placed = place(
      [
        node('plc', here),
        unlevelled('server', here, 'server'),
        unlevelled('switch', here, 'switch'),
        unlevelled('stray', '10.0.9.0/24', 'server'),
      ],
      [],
      NONE,
      NONE,
      VIEW,
    );
    expect(placed.boxes.map(({ id, members }) => [id, members.map((m) => m.id)])).toEqual([
      [`1|${here}`, ['plc', 'server']],
      [`joining|${here}`, ['switch']],
      ['?|10.0.9.0/24', ['stray']],
    ]);
    // What is not known is not counted as known.
    expect(placed.lanes).toMatchObject([
      { lane: 1, assets: 1, guests: 1 },
      { lane: 'joining', assets: 1, guests: 0 },
      { lane: null, assets: 1, guests: 0 },
    ]);
    expect([...placed.guests]).toEqual(['server']);
  });

  it('keeps the parts of a large site as they come', () => {
    const stray = { ...node('server', '10.0.1.0/24'), level: null };
    const { boxes, guests } = place([node('plc', '10.0.1.0/24'), stray], [group('10.0.2.0/24', 700)], NONE, NONE, VIEW);
    expect(boxes.map(({ id }) => id)).toEqual(['1|10.0.1.0/24', '1|10.0.2.0/24', '?|10.0.1.0/24']);
    expect(guests.size).toBe(0);
  });
});
