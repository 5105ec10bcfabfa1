import { describe, expect, it } from 'vitest';
import type { MapNode } from '../../../api/overview.ts';
import { gather } from './edges.ts';
import { CARD, place } from './layout.ts';
import { type Corner, routesOf, segmentsOf } from './routes.ts';

const NONE: ReadonlySet<string> = new Set();
const node = (id: string, level: number): MapNode => ({
  id,
  name: id,
  role: 'plc',
  level,
  network: '10.0.0.0/24',
  vendor: '',
  model: '',
  address: id,
  kind: 'device',
  parent: '',
  attention: null,
});
const edge = (client: string, server: string) =>
  ({
    client,
    server,
    bytes: 1,
    pairs: 1,
    writes: true,
    engineering: false,
    refused: 0,
    oneWay: false,
    protocols: [],
  }) as unknown as Parameters<typeof gather>[0][number];

const nodes = [
  ...Array.from({ length: 4 }, (_, i) => node(`hmi${i}`, 2)),
  ...Array.from({ length: 18 }, (_, i) => node(`plc${String(i).padStart(2, '0')}`, 1)),
  node('drive', 0),
];
const placed = place(nodes, [], NONE, NONE, { w: 1000, h: 700 });
const lines = gather(
  [
    ...nodes.filter((n) => n.level === 1).flatMap((n) => [edge('hmi0', n.id), edge('hmi3', n.id)]),
    edge('hmi1', 'drive'),
    edge('drive', 'hmi2'),
    edge('hmi0', 'hmi2'),
  ],
  placed.standIn,
);

describe('routesOf', () => {
  const routes = routesOf(lines, placed);

  it('runs behind no card but the two it joins, with right angles only', () => {
    for (const l of lines) {
      const ends = [placed.cards.get(l.from)!, placed.cards.get(l.to)!];
      const way: Corner[] = [ends[0]!, ...routes.get(l.id)!, ends[1]!];
      for (let i = 1; i < way.length; i++) {
        const [a, b] = [way[i - 1]!, way[i]!];
        expect(Math.min(Math.abs(a.x - b.x), Math.abs(a.y - b.y)), `${l.id} is not at a right angle`).toBeLessThan(
          1e-9,
        );
        for (const [id, c] of placed.cards) {
          if (id === l.from || id === l.to) continue;
          const isOver =
            Math.max(a.x, b.x) > c.x - CARD.w / 2 &&
            Math.min(a.x, b.x) < c.x + CARD.w / 2 &&
            Math.max(a.y, b.y) > c.y - CARD.h / 2 &&
            Math.min(a.y, b.y) < c.y + CARD.h / 2;
          expect(isOver, `${l.id} runs behind ${id}`).toBe(false);
        }
      }
    }
  });

  it('draws the same site the same way', () => {
    expect([...routesOf(lines, placed)]).toEqual([...routes]);
  });

  it('leaves a crowd of lines straight', () => {
    const crowd = Array.from({ length: 401 }, (_, i) => ({ ...lines[0]!, id: `${i}` }));
    expect(routesOf(crowd, placed).size).toBe(0);
  });
});

describe('segmentsOf', () => {
  it('tells where a corner lies beside the line between the centres', () => {
    // Down 100, the corner 30 to the right at its middle: Cytoscape's normal of (0, 100) is (-1, 0).
    const { weights, distances } = segmentsOf({ x: 0, y: 0 }, { x: 0, y: 100 }, [{ x: 30, y: 50 }]);
    expect([weights, distances]).toEqual([[0.5], [-30]]);
  });
});
