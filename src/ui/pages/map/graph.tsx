/** The drawing: Cytoscape with places of our own, lanes named at the left edge, selection and neighbourhood as classes. */
import { useComputedColorScheme } from '@mantine/core';
import cytoscape from 'cytoscape';
import { type RefObject, useCallback, useEffect, useImperativeHandle, useRef } from 'react';
import { PRIORITIES, type Priority } from '../../../api/words.ts';
import { ROLES } from '../../../core/site.ts';
import { number, plural } from '../../lib/format.ts';
import { LEVEL_WORD, PriorityGlyph, ROLE_WORD, RoleGlyph } from '../../parts/glyphs.tsx';
import { type Line, lineLabel } from './edges.ts';
import { type Box, CARD, CARD_FONT_PX, type LaneKey, MOST_CARDS, type Placed, rolesOf } from './layout.ts';
import { routesOf, segmentsOf } from './routes.ts';
import { type Ink, mapStyle, readInk } from './style.ts';

export interface GraphHandle {
  fit: () => void;
  zoom: (by: number) => void;
  /** Brings these into view, if they are not, with what is around them if that stays legible. */
  show: (ids: ReadonlySet<string>, around: ReadonlySet<string>) => void;
}
interface Props {
  placed: Placed;
  lines: readonly Line[];
  /** Drawn ids that are chosen, and those around them; everything else steps back. Empty: nothing is chosen. */
  chosen: ReadonlySet<string>;
  near: ReadonlySet<string>;
  found: ReadonlySet<string>;
  onChoose: (id: string) => void;
  onOpen: (id: string) => void;
  handle: RefObject<GraphHandle | null>;
  label: string;
}

const MARGIN = 22;
const MOST_NAMED = 12;
/** Below this the cards cannot be read. */
const LEGIBLE = 0.62;
/** Room for the names of the lanes, which stand over the drawing. */
export const LANE_LABEL_PX = 116;
let ruler: CanvasRenderingContext2D | null | undefined;
const rulerOf = (): CanvasRenderingContext2D | null => {
  const made = document.createElement('canvas').getContext('2d');
  if (made) made.font = `${CARD_FONT_PX}px ${getComputedStyle(document.body).fontFamily}`;
  return made;
};
/** As much of a text as fits into `px` in the type of the map: capitals are wide, and a box has an edge. */
const cut = (text: string, px: number): string => {
  ruler ??= rulerOf();
  if (!ruler) return text;
  if (ruler.measureText(text).width <= px) return text;
  let n = text.length - 1;
  while (n > 1 && ruler.measureText(`${text.slice(0, n)}…`).width > px) n--;
  return `${text.slice(0, n).trimEnd()}…`;
};
/** Between the picture of a card and its edge; the mark of an attention stands at the end of the first line. */
const NAME_PX = CARD.w - 30 - 22;
const SECOND_PX = CARD.w - 30 - 6;
const BOX_PX = 22;

const worst = (box: Box): Priority | '' => {
  let best: number = PRIORITIES.length;
  for (const { attention } of [...box.members, ...box.groups])
    if (attention) best = Math.min(best, PRIORITIES.indexOf(attention));
  return PRIORITIES[best] ?? '';
};
const boxTitle = (b: Box): string =>
  b.network === '*' ? `${number(b.networks)} more networks` : b.network === '' ? 'network not known' : b.network;
const mostly = (b: Box): string => {
  const [first] = rolesOf(b);
  return first ? `mostly ${ROLE_WORD[first[0]].toLowerCase().replace('plc', 'PLC').replace('hmi', 'HMI')}` : '';
};

const elements = (placed: Placed, lines: readonly Line[]): cytoscape.ElementDefinition[] => {
  const out: cytoscape.ElementDefinition[] = [];
  placed.lanes.forEach((l, i) => {
    out.push({
      data: { id: `lane ${l.lane}`, kind: 'lane', w: placed.w + 4000, h: l.h, odd: i % 2 === 1 },
      position: { x: placed.w / 2, y: l.y + l.h / 2 },
      selectable: false,
    });
  });
  for (const b of placed.boxes) {
    const more = b.assets - Math.min(b.members.length, MOST_CARDS);
    const label = b.open
      ? `${boxTitle(b)}${more > 0 ? `  (${number(more)} more not drawn)` : ''}`
      : `${cut(boxTitle(b), b.w - BOX_PX)}\n${plural(b.assets, 'asset')}\n${cut(mostly(b), b.w - BOX_PX)}`;
    out.push({
      data: { id: b.id, kind: b.open ? 'box' : 'closed', w: b.w, h: b.h, label, attention: b.open ? '' : worst(b) },
      position: { x: b.x + b.w / 2, y: b.y + b.h / 2 },
    });
    if (!b.open) continue;
    // Its name apart: lines run behind it, and over the box.
    out.push({
      data: { id: `name ${b.id}`, kind: 'name', label },
      position: { x: b.x, y: b.y },
      selectable: false,
    });
    for (const m of b.members.slice(0, MOST_CARDS)) {
      const p = placed.cards.get(m.id);
      if (!p) continue;
      const second = m.name === m.address ? (m.vendor === '' ? ROLE_WORD[m.role] : m.vendor) : m.address;
      out.push({
        data: {
          id: m.id,
          kind: 'asset',
          label: `${cut(m.name, m.attention ? NAME_PX : SECOND_PX)}\n${cut(second, SECOND_PX)}`,
          role: m.role,
          attention: m.attention ?? '',
          silent: m.kind === 'silent-child',
          guest: placed.guests.has(m.id),
        },
        position: { ...p },
      });
    }
  }
  // A word on every line of a crowd is a crowd of words: then it appears on the chosen ones.
  const named = lines.filter((l) => l.engineering).length <= MOST_NAMED;
  const routes = routesOf(lines, placed);
  const centreOf = (id: string) => {
    const box = placed.boxes.find((b) => b.id === id);
    return placed.cards.get(id) ?? (box && { x: box.x + box.w / 2, y: box.y + box.h / 2 });
  };
  for (const l of lines) {
    const corners = routes.get(l.id) ?? [];
    const [s, t] = [centreOf(l.from), centreOf(l.to)];
    out.push({
      data: {
        id: l.id,
        ...(s && t && corners.length > 0 ? segmentsOf(s, t, corners) : {}),
        source: l.from,
        target: l.to,
        width: l.engineering ? 2.4 : l.writes ? 1.8 : 1 + Math.min(2, Math.log10(1 + l.bytes) / 5),
        writes: l.writes,
        engineering: l.engineering,
        oneWay: l.oneWay,
        label: lineLabel(l),
        named,
      },
    });
  }
  return out;
};

const laneWords = (lane: LaneKey): readonly string[] =>
  lane === null
    ? ['Level not known']
    : lane === 'joining'
      ? ['Between', 'switches, routers']
      : (LEVEL_WORD[String(lane)] ?? `Level ${lane}`).split(': ');

export const Graph = ({ placed, lines, chosen, near, found, onChoose, onOpen, handle, label }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const names = useRef<HTMLDivElement>(null);
  const cy = useRef<cytoscape.Core | null>(null);
  const before = useRef('');
  const latest = useRef({ onChoose, onOpen, placed });
  latest.current = { onChoose, onOpen, placed };
  const scheme = useComputedColorScheme('light');

  const follow = useCallback(() => {
    const c = cy.current;
    if (!c || !names.current) return;
    const { y } = c.pan();
    const z = c.zoom();
    latest.current.placed.lanes.forEach((l, i) => {
      const el = names.current?.children[i] as HTMLElement | undefined;
      if (el) el.style.cssText = `top:${l.y * z + y}px;height:${l.h * z}px`;
    });
  }, []);
  const showAll = useCallback(() => {
    const c = cy.current;
    if (!c) return;
    const p = latest.current.placed;
    const w = c.width() - LANE_LABEL_PX - 2 * MARGIN;
    const h = c.height() - 2 * MARGIN;
    if (w <= 0 || h <= 0) return;
    const z = Math.min(w / p.w, h / p.h, 1.15);
    c.viewport({
      zoom: z,
      pan: { x: LANE_LABEL_PX + MARGIN + Math.max(0, (w - p.w * z) / 2), y: MARGIN + Math.max(0, (h - p.h * z) / 2) },
    });
  }, []);

  useEffect(() => {
    if (!box.current) return;
    const c = cytoscape({
      container: box.current,
      layout: { name: 'preset' },
      autoungrabify: true,
      boxSelectionEnabled: false,
      selectionType: 'single',
      minZoom: 0.04,
      maxZoom: 2.5,
      hideEdgesOnViewport: false,
      pixelRatio: Math.min(window.devicePixelRatio, 2),
    });
    cy.current = c;
    c.on('viewport', follow);
    c.on('tap', (e) => {
      if (e.target === c) latest.current.onChoose('');
      else if (e.target.data('kind') === 'closed') latest.current.onOpen(e.target.id());
      else latest.current.onChoose(e.target.id());
    });
    c.on('mouseover', 'node[kind = "asset"], node[kind = "closed"], edge', (e) => {
      e.target.addClass('over');
      if (box.current) box.current.style.cursor = 'pointer';
    });
    c.on('mouseout', 'node, edge', (e) => {
      e.target.removeClass('over');
      if (box.current) box.current.style.cursor = '';
    });
    const watch = new ResizeObserver(() => {
      c.resize();
      follow();
    });
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      c.destroy();
      cy.current = null;
      before.current = '';
    };
  }, [follow]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new scheme has new tokens
  useEffect(() => {
    if (!cy.current || !sheet.current) return;
    const ink: Ink = readInk(sheet.current);
    cy.current.style(mapStyle(ink));
  }, [scheme]);

  useEffect(() => {
    const c = cy.current;
    if (!c) return;
    c.batch(() => {
      c.elements().remove();
      c.add(elements(placed, lines));
    });
    // The same places keep the view; other places are shown whole.
    const shape = `${placed.boxes.map((b) => `${b.id}${b.open}${b.x}${b.y}`).join()}`;
    if (shape !== before.current) showAll();
    before.current = shape;
    follow();
  }, [placed, lines, follow, showAll]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: classes are put on the elements of this scene
  useEffect(() => {
    const c = cy.current;
    if (!c) return;
    c.batch(() => {
      c.elements().removeClass('away near chosen found');
      if (chosen.size > 0) {
        c.elements('edge, node[kind = "asset"], node[kind = "closed"]').forEach((e) => {
          const id = e.id();
          if (chosen.has(id)) e.addClass('chosen');
          else if (near.has(id)) e.addClass('near');
          else e.addClass('away');
        });
      }
      for (const id of found) c.getElementById(id).addClass('found');
    });
  }, [chosen, near, found, placed, lines]);

  useImperativeHandle(handle, () => ({
    fit: showAll,
    zoom: (by) => {
      const c = cy.current;
      c?.zoom({ level: c.zoom() * by, renderedPosition: { x: c.width() / 2, y: c.height() / 2 } });
    },
    show: (ids, around) => {
      const c = cy.current;
      if (!c) return;
      const target = c.elements().filter((e) => ids.has(e.id()));
      if (target.empty()) return;
      const w = c.width() - LANE_LABEL_PX;
      const h = c.height();
      const inside = (bb: { x1: number; x2: number; y1: number; y2: number }) =>
        bb.x1 >= LANE_LABEL_PX && bb.x2 <= c.width() && bb.y1 >= 0 && bb.y2 <= h;
      if (c.zoom() >= LEGIBLE && inside(target.renderedBoundingBox())) return;
      // With its neighbours if that stays legible, otherwise alone in the middle.
      const all = target.union(c.nodes().filter((e) => around.has(e.id())));
      const bb = all.boundingBox();
      const whole = Math.min((w - 60) / bb.w, (h - 60) / bb.h);
      const of = whole >= LEGIBLE ? bb : target.boundingBox();
      const zoom = Math.min(Math.max(whole, LEGIBLE), 1);
      c.viewport({
        zoom,
        pan: { x: LANE_LABEL_PX + w / 2 - ((of.x1 + of.x2) / 2) * zoom, y: h / 2 - ((of.y1 + of.y2) / 2) * zoom },
      });
    },
  }));

  return (
    <div className="graph">
      <div ref={box} className="graph-canvas" role="img" aria-label={label} />
      <div ref={names} className="lane-names" aria-hidden="true">
        {placed.lanes.map((l) => {
          const [first, rest] = laneWords(l.lane);
          return (
            <div key={String(l.lane)}>
              <span className="lane-title">
                <b>{first}</b>
                <span className="tiny">
                  {number(l.assets)}
                  {l.guests > 0 && <span className="lane-guests">+{number(l.guests)}</span>}
                </span>
              </span>
              <span>{rest}</span>
            </div>
          );
        })}
      </div>
      <div ref={sheet} hidden>
        {ROLES.map((r) => (
          <span key={r} data-role={r}>
            <RoleGlyph role={r} />
          </span>
        ))}
        {PRIORITIES.map((p) => (
          <span key={p} data-mark={p}>
            <PriorityGlyph priority={p} />
          </span>
        ))}
      </div>
    </div>
  );
};
