/**
 * Where everything stands on the map: Purdue levels are lanes from the outside down to the process, networks are boxes in
 * them, assets are cards in a box. Pure arithmetic, so the same site always looks the same. Large boxes are drawn closed,
 * small networks of a crowded lane are gathered, and the width is chosen so that the whole fits the window best.
 */
import type { MapGroup, MapNode } from '../../../api/overview.ts';

export const CARD = { w: 158, h: 40 } as const;
export const CARD_FONT_PX = 12.5;
export const CLOSED = { w: 178, h: 60 } as const;
/** Between two cards: room for the lines that run there, side by side. */
export const GAP = 16;
const PAD = 12;
const HEAD = 24;
const BOX_GAP = 22;
const LANE_PAD = 13;
/** A box with more members than this starts closed, as soon as the site has more than MANY assets. */
const SMALL_BOX = 12;
const MANY = 90;
/** Boxes of one lane before the smallest are gathered. */
const MOST_BOXES = 12;
/** More cards than this are not drawn in one box: the rest is counted on its last card. */
export const MOST_CARDS = 400;
/** A Purdue level; what joins networks and belongs to none of them; `null`: level not known. */
export type LaneKey = number | 'joining' | null;
/** Lanes from top to bottom. */
const LANES: readonly LaneKey[] = [5, 4, 3.5, 3, 2, 1, 0, 'joining', null];
/** A level is where a device works in the process; these carry what others say, between levels and within them. */
const JOINING: readonly MapNode['role'][] = ['switch', 'router', 'firewall'];

export interface Box {
  /** `1|192.168.0.0/24`; gathered small networks: `1|*`. */
  readonly id: string;
  readonly lane: LaneKey;
  readonly network: string;
  readonly networks: number;
  /** Those that are known one by one. */
  readonly members: readonly MapNode[];
  /** Groups whose assets are only counted, or were left out of an open one. */
  readonly groups: readonly MapGroup[];
  readonly assets: number;
  readonly open: boolean;
  /** May be opened and closed; a gathered one can only be opened. */
  readonly opens: boolean;
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Lane {
  readonly lane: LaneKey;
  /** Those whose place it is; guests are told apart. */
  readonly assets: number;
  readonly guests: number;
  y: number;
  h: number;
}
export interface Placed {
  readonly lanes: readonly Lane[];
  readonly boxes: readonly Box[];
  /** Centre of the card of each drawn asset. */
  readonly cards: ReadonlyMap<string, { x: number; y: number }>;
  /** What stands for an asset, or a group, on the map: itself, or its box. */
  readonly standIn: ReadonlyMap<string, string>;
  /** Assets whose level is not known: they stand where most of their network stands. */
  readonly guests: ReadonlySet<string>;
  readonly w: number;
  readonly h: number;
}

const boxId = (lane: LaneKey, network: string): string => `${lane ?? '?'}|${network}`;

/**
 * The lane of each asset. One whose level is not known stands with its network, if that has a level: beside its neighbours it
 * says more than in a heap of unknowns. A network is where most of its known devices are. Of a large site, which comes in parts,
 * the parts of the server are kept.
 */
const seatsOf = (nodes: readonly MapNode[], groups: readonly MapGroup[]): Map<string, LaneKey> => {
  const levels = new Map<string, Map<number, number>>();
  for (const { network, level } of nodes) {
    if (level === null || network === '') continue;
    const of = levels.get(network) ?? new Map<number, number>();
    levels.set(network, of.set(level, (of.get(level) ?? 0) + 1));
  }
  const home = (network: string): number | null => {
    const most = [...(levels.get(network) ?? [])].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0];
    return most?.[0] ?? null;
  };
  const isWhole = groups.length === 0;
  return new Map(
    nodes.map((n) => [
      n.id,
      n.level !== null || !isWhole ? n.level : JOINING.includes(n.role) ? 'joining' : home(n.network),
    ]),
  );
};

const byName = new Intl.Collator('en', { numeric: true });

/** How many of each role, most first. */
export const rolesOf = ({ members, groups }: Pick<Box, 'members' | 'groups'>): [MapNode['role'], number][] => {
  const roles = new Map<MapNode['role'], number>();
  const add = (role: MapNode['role'], n: number) => roles.set(role, (roles.get(role) ?? 0) + n);
  for (const { role } of members) add(role, 1);
  for (const g of groups) for (const { role, assets } of g.roles) add(role, assets);
  return [...roles].sort((a, b) => b[1] - a[1]);
};

interface Lot {
  readonly id: string;
  readonly lane: LaneKey;
  readonly network: string;
  readonly members: MapNode[];
  readonly groups: MapGroup[];
}
const sizeOf = ({ members, groups }: Lot): number => members.length + groups.reduce((n, g) => n + g.assets, 0);

/** Boxes of the site, closed or open, without places. */
const makeBoxes = (
  nodes: readonly MapNode[],
  groups: readonly MapGroup[],
  toggled: ReadonlySet<string>,
  shown: ReadonlySet<string>,
  seats: ReadonlyMap<string, LaneKey>,
): Box[] => {
  const lots = new Map<string, Lot>();
  const lotOf = (lane: LaneKey, network: string): Lot => {
    const id = boxId(lane, network);
    const lot = lots.get(id) ?? { id, lane, network, members: [], groups: [] };
    lots.set(id, lot);
    return lot;
  };
  const mustShow = new Set<string>();
  for (const n of nodes) {
    const lot = lotOf(seats.get(n.id) ?? null, n.network);
    lot.members.push(n);
    if (shown.has(n.id)) mustShow.add(lot.id);
  }
  for (const g of groups) lotOf(g.level, g.network).groups.push(g);
  const total = [...lots.values()].reduce((n, lot) => n + sizeOf(lot), 0);
  const out: Box[] = [];
  const place = { x: 0, y: 0, w: 0, h: 0 };
  for (const lane of LANES) {
    const here = [...lots.values()].filter((lot) => lot.lane === lane);
    const gathered = boxId(lane, '*');
    let drawn = here;
    let rest: Lot[] = [];
    if (here.length > MOST_BOXES && !toggled.has(gathered)) {
      const sorted = [...here].sort(
        (a, b) =>
          Number(mustShow.has(b.id)) - Number(mustShow.has(a.id)) ||
          sizeOf(b) - sizeOf(a) ||
          byName.compare(a.id, b.id),
      );
      drawn = sorted.slice(0, MOST_BOXES - 1);
      rest = sorted.slice(MOST_BOXES - 1);
    }
    drawn.sort((a, b) => byName.compare(a.id, b.id));
    for (const { id, network, members, groups: own } of drawn) {
      members.sort((a, b) => byName.compare(a.name, b.name));
      const assets = sizeOf({ id, lane, network, members, groups: own });
      const startsOpen = total <= MANY || assets <= SMALL_BOX / 4;
      // What is only counted cannot be drawn one by one yet.
      const open = members.length > 0 && (mustShow.has(id) || startsOpen !== toggled.has(id));
      out.push({ id, lane, network, networks: 1, members, groups: own, assets, open, opens: true, ...place });
    }
    if (rest.length > 0)
      out.push({
        id: gathered,
        lane,
        network: '*',
        networks: rest.length,
        members: rest.flatMap((lot) => lot.members),
        groups: rest.flatMap((lot) => lot.groups),
        assets: rest.reduce((n, lot) => n + sizeOf(lot), 0),
        open: false,
        opens: true,
        ...place,
      });
  }
  return out;
};

/** Cards side by side in an open box; `flat` above 1 makes boxes broader than high. */
const columnsFor = (n: number, flat: number): number => Math.min(n, Math.max(3, Math.ceil(Math.sqrt(n * flat))));
const FLATNESS = [1.1, 2.2, 4.5, 9, 18];
const measure = (b: Box, flat: number): void => {
  if (!b.open) {
    b.w = CLOSED.w;
    b.h = CLOSED.h;
    return;
  }
  const n = Math.min(b.members.length, MOST_CARDS);
  const cols = columnsFor(n, flat);
  const rows = Math.ceil(n / cols);
  b.w = cols * CARD.w + (cols - 1) * GAP + 2 * PAD;
  b.h = rows * CARD.h + (rows - 1) * GAP + HEAD + PAD;
};

/** Boxes of a lane side by side, wrapped at `width`. Returns the size used. */
const flow = (boxes: readonly Box[], width: number, top: number): { w: number; h: number } => {
  let x = 0;
  let y = top;
  let row = 0;
  let most = 0;
  for (const b of boxes) {
    if (x > 0 && x + b.w > width) {
      x = 0;
      y += row + BOX_GAP;
      row = 0;
    }
    b.x = x;
    b.y = y;
    x += b.w + BOX_GAP;
    row = Math.max(row, b.h);
    most = Math.max(most, x - BOX_GAP);
  }
  return { w: most, h: y + row - top };
};

/** Networks in columns of their own, so that a network's levels stand above each other; disjoint networks share one. */
const columnOf = (boxes: readonly Box[]): Map<string, number> => {
  const lanesOf = new Map<string, Set<LaneKey>>();
  for (const b of boxes) lanesOf.set(b.network, (lanesOf.get(b.network) ?? new Set()).add(b.lane));
  const columns: Set<LaneKey>[] = [];
  const out = new Map<string, number>();
  const order = [...lanesOf.entries()].sort((a, b) => b[1].size - a[1].size || byName.compare(a[0], b[0]));
  for (const [network, lanes] of order) {
    let c = columns.findIndex((used) => [...lanes].every((l) => !used.has(l)));
    if (c < 0) c = columns.push(new Set()) - 1;
    for (const l of lanes) columns[c]?.add(l);
    out.set(network, c);
  }
  return out;
};

/** How much smaller the drawing may get for the sake of columns. */
const COLUMNS_ARE_WORTH = 1.3;
const inColumns = (boxes: readonly Box[]) => {
  const column = columnOf(boxes);
  const widths: number[] = [];
  for (const b of boxes) {
    const c = column.get(b.network) ?? 0;
    widths[c] = Math.max(widths[c] ?? 0, b.w);
  }
  const left = (c: number) => widths.slice(0, c).reduce((sum, w) => sum + w + BOX_GAP, 0);
  return (list: readonly Box[], top: number) => {
    for (const b of list) {
      b.x = left(column.get(b.network) ?? 0);
      b.y = top;
    }
    return { w: Math.max(...list.map((b) => b.x + b.w)), h: Math.max(...list.map((b) => b.h)) };
  };
};

/** `toggled`: boxes that a person opened or closed; `mustShow`: assets whose box is open whatever. Window in pixels. */
export const place = (
  nodes: readonly MapNode[],
  groups: readonly MapGroup[],
  toggled: ReadonlySet<string>,
  mustShow: ReadonlySet<string>,
  view: { w: number; h: number },
): Placed => {
  const seats = seatsOf(nodes, groups);
  const guests = new Set(nodes.filter((n) => n.level === null && typeof seats.get(n.id) === 'number').map((n) => n.id));
  const boxes = makeBoxes(nodes, groups, toggled, mustShow, seats);
  const perLane = LANES.map((lane) => ({ lane, boxes: boxes.filter((b) => b.lane === lane) })).filter(
    (l) => l.boxes.length > 0,
  );
  const scale = (w: number, h: number) => Math.min(view.w / w, view.h / h);

  const run = (placeLane: (boxes: readonly Box[], top: number) => { w: number; h: number }) => {
    const lanes: Lane[] = [];
    let y = 0;
    let w = 0;
    for (const l of perLane) {
      const size = placeLane(l.boxes, y + LANE_PAD);
      const strangers = l.boxes.reduce((n, b) => n + b.members.filter((m) => guests.has(m.id)).length, 0);
      lanes.push({
        lane: l.lane,
        assets: l.boxes.reduce((n, b) => n + b.assets, 0) - strangers,
        guests: strangers,
        y,
        h: size.h + 2 * LANE_PAD,
      });
      y += size.h + 2 * LANE_PAD;
      w = Math.max(w, size.w);
    }
    return { lanes, w: Math.max(w, 1), h: Math.max(y, 1) };
  };
  let best = { scale: 0, flat: 1.1, width: 0, columns: false };
  for (const flat of FLATNESS) {
    for (const b of boxes) measure(b, flat);
    const widest = Math.max(...boxes.map((b) => b.w), 1);
    for (let width = widest; width < 20_000; width *= 1.2) {
      const r = run((b, top) => flow(b, width, top));
      const s = scale(r.w, r.h);
      if (s > best.scale) best = { scale: s, flat, width, columns: false };
    }
    // Columns are easier to read than a flow, as long as they do not make everything much smaller.
    const r = run(inColumns(boxes));
    const s = Math.min(scale(r.w, r.h), 1) * COLUMNS_ARE_WORTH;
    if (s > best.scale) best = { scale: s, flat, width: 0, columns: true };
  }
  for (const b of boxes) measure(b, best.flat);
  const result = run(best.columns ? inColumns(boxes) : (b, top) => flow(b, best.width, top));

  const cards = new Map<string, { x: number; y: number }>();
  const standIn = new Map<string, string>();
  for (const b of boxes) {
    for (const g of b.groups) standIn.set(g.id, b.id);
    const cols = columnsFor(Math.min(b.members.length, MOST_CARDS), best.flat);
    b.members.forEach((m, i) => {
      if (!b.open || i >= MOST_CARDS) {
        standIn.set(m.id, b.id);
        return;
      }
      standIn.set(m.id, m.id);
      cards.set(m.id, {
        x: b.x + PAD + (i % cols) * (CARD.w + GAP) + CARD.w / 2,
        y: b.y + HEAD + Math.floor(i / cols) * (CARD.h + GAP) + CARD.h / 2,
      });
    });
  }
  return { ...result, boxes, cards, standIn, guests };
};
