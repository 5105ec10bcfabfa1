/**
 * How the lines of the map run: along the free rows between cards and the free columns between them, with right angles, as on a
 * wiring diagram. Lines of one client share the way out of it, lines to one server the way into it, so that a crowd becomes a
 * few trunks and no line is lost behind a card. Pure arithmetic over the places of `layout.ts`.
 */
import type { Line } from './edges.ts';
import { CARD, CLOSED, GAP, type Placed } from './layout.ts';

export interface Corner {
  readonly x: number;
  readonly y: number;
}
interface Rect {
  readonly id: string;
  /** Its centre. */
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** More lines than this are drawn straight: nobody follows one of them, and the way of each has to be looked for. */
const MOST_ROUTED = 400;
/** Lines side by side in one gap, so that the ways into two neighbours are two lines. */
const TRACK_PX = 4;
const TRACKS = [0, -TRACK_PX, TRACK_PX] as const;
/** What a card in the way costs, in pixels of a detour. */
const CARD_IN_THE_WAY = 4000;
const ROW_IN_THE_WAY = 900;
const BEND = 30;

const rectAt = (id: string, x: number, y: number, w: number, h: number): Rect => ({
  id,
  x,
  y,
  left: x - w / 2,
  right: x + w / 2,
  top: y - h / 2,
  bottom: y + h / 2,
});

const rectsOf = (placed: Placed): Map<string, Rect> => {
  const out = new Map<string, Rect>();
  for (const [id, { x, y }] of placed.cards) out.set(id, rectAt(id, x, y, CARD.w, CARD.h));
  for (const b of placed.boxes)
    if (!b.open) out.set(b.id, rectAt(b.id, b.x + b.w / 2, b.y + b.h / 2, CLOSED.w, CLOSED.h));
  return out;
};

/** Cards that the way up or down at `x` would run behind. */
const onTheWay = (rects: readonly Rect[], x: number, from: number, to: number): number => {
  const [low, high] = from < to ? [from, to] : [to, from];
  let n = 0;
  for (const r of rects) if (x > r.left - 2 && x < r.right + 2 && r.bottom > low && r.top < high) n++;
  return n;
};
const inTheRow = (rects: readonly Rect[], y: number, from: number, to: number): number => {
  const [low, high] = from < to ? [from, to] : [to, from];
  let n = 0;
  for (const r of rects) if (y > r.top && y < r.bottom && r.right > low && r.left < high) n++;
  return n;
};

/** One track for each that lines leave or reach, given in the order of the lines. */
const tracksOf = (ids: Iterable<string>): Map<string, number> => {
  const out = new Map<string, number>();
  for (const id of ids) if (!out.has(id)) out.set(id, TRACKS[out.size % TRACKS.length] ?? 0);
  return out;
};

interface Ways {
  readonly rects: readonly Rect[];
  /** Columns that are free at least somewhere. */
  readonly columns: readonly number[];
}
const routeOf = (s: Rect, t: Rect, out: number, into: number, { rects, columns }: Ways): Corner[] => {
  const isBeside = s.top < t.bottom && t.top < s.bottom;
  if (isBeside) {
    const y = Math.max(s.bottom, t.bottom) + GAP / 2 + out;
    return [
      { x: s.x, y },
      { x: t.x, y },
    ];
  }
  const down = t.y > s.y ? 1 : -1;
  const leaves = (down > 0 ? s.bottom : s.top) + down * (GAP / 2 + out);
  const enters = (down > 0 ? t.top : t.bottom) - down * (GAP / 2 + into);
  if ((enters - leaves) * down < 2 * TRACK_PX) {
    const y = (down > 0 ? s.bottom + t.top : s.top + t.bottom) / 2 + out;
    return s.x === t.x
      ? []
      : [
          { x: s.x, y },
          { x: t.x, y },
        ];
  }
  let best: { x: number; cost: number } = { x: t.x, cost: Number.POSITIVE_INFINITY };
  const consider = (x: number, bends: number) => {
    let cost = Math.abs(x - s.x) + Math.abs(x - t.x) + bends * BEND;
    if (cost >= best.cost) return;
    cost += CARD_IN_THE_WAY * onTheWay(rects, x, leaves, enters);
    if (cost >= best.cost) return;
    cost += ROW_IN_THE_WAY * (inTheRow(rects, leaves, s.x, x) + inTheRow(rects, enters, x, t.x));
    if (cost < best.cost) best = { x, cost };
  };
  consider(t.x, s.x === t.x ? 0 : 2);
  consider(s.x, 2);
  for (const x of columns) consider(x + into, 4);
  if (best.x === s.x && best.x === t.x) return [];
  if (best.x === t.x)
    return [
      { x: s.x, y: leaves },
      { x: t.x, y: leaves },
    ];
  if (best.x === s.x)
    return [
      { x: s.x, y: enters },
      { x: t.x, y: enters },
    ];
  return [
    { x: s.x, y: leaves },
    { x: best.x, y: leaves },
    { x: best.x, y: enters },
    { x: t.x, y: enters },
  ];
};

/** The corners of each line, from its client to its server; a line that is not in it runs straight. */
export const routesOf = (lines: readonly Line[], placed: Placed): ReadonlyMap<string, readonly Corner[]> => {
  const routes = new Map<string, readonly Corner[]>();
  if (lines.length > MOST_ROUTED) return routes;
  const byId = rectsOf(placed);
  const rects = [...byId.values()];
  const columns = [...new Set(rects.flatMap((r) => [r.left - GAP / 2, r.right + GAP / 2]))];
  const out = tracksOf(lines.map((l) => l.from));
  const into = tracksOf(lines.map((l) => l.to));
  for (const { id, from, to } of lines) {
    const s = byId.get(from);
    const t = byId.get(to);
    if (s && t) routes.set(id, routeOf(s, t, out.get(from) ?? 0, into.get(to) ?? 0, { rects, columns }));
  }
  return routes;
};

/**
 * Corners as Cytoscape takes them: for each its place along the line between the two centres (0..1) and its distance from that
 * line in pixels, positive to the right of the way there (y points down: to its left as seen).
 */
export const segmentsOf = (
  s: Corner,
  t: Corner,
  corners: readonly Corner[],
): { weights: number[]; distances: number[] } => {
  const dx = t.x - s.x;
  const dy = t.y - s.y;
  const square = dx * dx + dy * dy || 1;
  const length = Math.sqrt(square);
  return {
    weights: corners.map((c) => ((c.x - s.x) * dx + (c.y - s.y) * dy) / square),
    distances: corners.map((c) => ((c.y - s.y) * dx - (c.x - s.x) * dy) / length),
  };
};
