/** The site: Purdue levels as lanes, networks as boxes, lines by what is asked. The URL holds the choice and what is drawn. */
import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconMinus, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { MapNode, SiteMap } from '../../../api/overview.ts';
import { call } from '../../lib/api.ts';
import { number, plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useSite } from '../../lib/site.ts';
import { Empty, Loading, Problem } from '../../parts/basics.tsx';
import { ROLE_WORD, RoleGlyph } from '../../parts/glyphs.tsx';
import { defaultMode, drawn, type EdgeMode, gather } from './edges.ts';
import { Graph, type GraphHandle, LANE_LABEL_PX } from './graph.tsx';
import { boxOf, place } from './layout.ts';
import './map.css';
import { AssetPanel, BoxPanel, LinePanel, SitePanel } from './panel.tsx';

const NOTHING: ReadonlySet<string> = new Set();
const MODES: readonly { value: EdgeMode; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'writers', label: 'Writers' },
  { value: 'engineering', label: 'Engineering' },
  { value: 'none', label: 'None' },
];

export const MapPage = () => {
  const site = useSite();
  const query = useQuery({
    queryKey: ['map', site],
    queryFn: ({ signal }) => call('map', { site }, undefined, signal),
    staleTime: 30_000,
  });
  // The map follows what is learned about assets and flows, which have the topics.
  if (query.isLoading) return <Loading lines={14} what="Loading the map" />;
  if (query.error && !query.data) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (!query.data || query.data.nodes.length === 0) {
    return <Empty title="Nothing to draw yet">A device stands here with the first frame that it sends.</Empty>;
  }
  return <SiteDrawing key={site} map={query.data} />;
};

const SiteDrawing = ({ map }: { map: SiteMap }) => {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { sel?: string; edges?: string; by?: string };
  const sel = search.sel ?? '';
  const [toggled, setToggled] = useState<ReadonlySet<string>>(NOTHING);
  const [words, setWords] = useState('');
  const handle = useRef<GraphHandle>(null);
  const finder = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<{ w: number; h: number } | undefined>();
  useEffect(() => {
    if (area.current) setView({ w: area.current.clientWidth - LANE_LABEL_PX - 44, h: area.current.clientHeight - 44 });
  }, []);
  const change = useCallback(
    (next: { sel?: string | undefined; edges?: string | undefined; by?: string | undefined }, replace = false) =>
      void navigate({ to: '.', replace, search: (old: Record<string, unknown>) => ({ ...old, ...next }) }),
    [navigate],
  );
  const nodes = useMemo(() => new Map(map.nodes.map((n) => [n.id, n])), [map.nodes]);
  const node = nodes.get(sel);
  const isNear = search.by === 'near' && node !== undefined;

  const { shownNodes, shownEdges } = useMemo(() => {
    if (!isNear) return { shownNodes: map.nodes, shownEdges: map.edges };
    const ids = new Set([sel]);
    for (const e of map.edges) {
      if (e.client === sel) ids.add(e.server);
      if (e.server === sel) ids.add(e.client);
    }
    return {
      shownNodes: map.nodes.filter((n) => ids.has(n.id)),
      shownEdges: map.edges.filter((e) => e.client === sel || e.server === sel),
    };
  }, [map, isNear, sel]);
  const mustShow = useMemo(() => (node ? new Set([boxOf(node)]) : NOTHING), [node]);
  const placed = useMemo(
    () => (view ? place(shownNodes, toggled, mustShow, view) : undefined),
    [shownNodes, toggled, mustShow, view],
  );
  const lines = useMemo(() => (placed ? gather(shownEdges, placed.standIn) : []), [shownEdges, placed]);
  const wished = MODES.find((m) => m.value === search.edges)?.value;
  const mode = wished ?? defaultMode(lines);
  const boxes = useMemo(() => new Map((placed?.boxes ?? []).map((b) => [b.id, b])), [placed]);
  const line = lines.find((l) => l.id === sel);

  /** The lines of the mode, and all lines of what is chosen. */
  const shownLines = useMemo(() => {
    const base = drawn(lines, mode);
    if (!sel || line) return line && !base.includes(line) ? [...base, line] : base;
    const own = lines.filter((l) => l.from === sel || l.to === sel);
    return [...new Set([...base, ...own])];
  }, [lines, mode, sel, line]);
  const { chosen, near } = useMemo(() => {
    if (sel === '' || !(nodes.has(sel) || line || boxes.has(sel)) || (boxes.get(sel)?.open ?? false))
      return { chosen: NOTHING, near: NOTHING };
    const around = new Set<string>();
    for (const l of shownLines) {
      if (l.id === sel) {
        around.add(l.from);
        around.add(l.to);
      } else if (l.from === sel || l.to === sel) {
        around.add(l.id);
        around.add(l.from === sel ? l.to : l.from);
      }
    }
    return { chosen: new Set([sel]), near: around };
  }, [sel, nodes, boxes, line, shownLines]);

  const matches = useMemo(() => find(map.nodes, words), [map.nodes, words]);
  const found = useMemo(
    () => new Set(words.trim() === '' ? [] : matches.map((m) => placed?.standIn.get(m.id) ?? m.id)),
    [matches, words, placed],
  );

  const choose = useCallback(
    (id: string) => change({ sel: id === '' ? undefined : id, ...(id === '' ? { by: undefined } : {}) }),
    [change],
  );
  const toggle = useCallback(
    (id: string) =>
      setToggled((old) => {
        const next = new Set(old);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  const go = (n: MapNode) => {
    setWords('');
    finder.current?.blur();
    choose(n.id);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: also when the scene was laid out anew
  useEffect(() => {
    if (chosen.size > 0) handle.current?.show(chosen, near);
  }, [chosen, near, placed]);
  useKeys({
    '/': () => finder.current?.select(),
    f: () => handle.current?.fit(),
    '+': () => handle.current?.zoom(1.3),
    '-': () => handle.current?.zoom(1 / 1.3),
    n: () => node && change({ by: isNear ? undefined : 'near' }),
    Escape: () => choose(''),
  });
  const openable = placed?.boxes.some((b) => !b.open);
  return (
    <div className="page full map">
      <div className="toolbar">
        <h1 className="sr">Site</h1>
        <search className="map-find">
          <IconSearch size={14} aria-hidden="true" className="dim" />
          <input
            ref={finder}
            value={words}
            placeholder="Find on the map"
            aria-label="Find an asset on the map"
            autoComplete="off"
            spellCheck={false}
            onChange={(e) => setWords(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === 'Enter' && matches[0]) go(matches[0]);
              if (e.key === 'Escape') {
                setWords('');
                finder.current?.blur();
              }
            }}
          />
          <kbd>/</kbd>
          {words.trim() !== '' && (
            <div className="map-found">
              {matches.length === 0 && <span className="dim">No asset answers to that.</span>}
              {matches.slice(0, 8).map((m) => (
                <button key={m.id} type="button" onMouseDown={() => go(m)}>
                  <RoleGlyph role={m.role} />
                  <span className="cut grow">{m.name}</span>
                  <span className="mono dim">{m.address === m.name ? '' : m.address}</span>
                </button>
              ))}
              {matches.length > 8 && <span className="dim small">and {number(matches.length - 8)} more</span>}
            </div>
          )}
        </search>
        <span className="dim small nowrap" id="lines-label">
          Lines
        </span>
        <SegmentedControl
          aria-labelledby="lines-label"
          data={MODES.map((m) => ({ ...m }))}
          value={mode}
          onChange={(v) => change({ edges: v }, true)}
        />
        <span className="dim small nowrap">
          {number(shownLines.length)} of {number(lines.length)}
        </span>
        <span className="grow" />
        {openable === true &&
          placed &&
          placed.boxes.filter((b) => !b.open).reduce((n, b) => n + b.members.length, 0) <= 600 && (
            <button
              type="button"
              className="chip"
              onClick={() => setToggled(new Set([...toggled, ...placed.boxes.filter((b) => !b.open).map((b) => b.id)]))}
            >
              Open all
            </button>
          )}
        {toggled.size > 0 && (
          <button type="button" className="chip" onClick={() => setToggled(NOTHING)}>
            As delivered
          </button>
        )}
        <span className="dim small nowrap">{plural(map.nodes.length + map.nodesMore, 'asset')}</span>
        <Tooltip label="Closer (+)">
          <ActionIcon aria-label="Closer" onClick={() => handle.current?.zoom(1.3)}>
            <IconPlus size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Farther (-)">
          <ActionIcon aria-label="Farther" onClick={() => handle.current?.zoom(1 / 1.3)}>
            <IconMinus size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Show everything (f)">
          <ActionIcon aria-label="Show everything" onClick={() => handle.current?.fit()}>
            <IconArrowsMaximize size={15} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </div>
      {(map.nodesMore > 0 || map.edgesMore > 0) && (
        <div className="map-limit small">
          Not drawn, at the limit of the map: {plural(map.nodesMore, 'asset')}, {plural(map.edgesMore, 'pair')}. They
          are in the lists.
        </div>
      )}
      <div className="map-split">
        <div ref={area} className="map-area">
          {placed && (
            <Graph
              placed={placed}
              lines={shownLines}
              chosen={chosen}
              near={near}
              found={found}
              onChoose={choose}
              onOpen={toggle}
              handle={handle}
              label={`Map of ${plural(shownNodes.length, 'asset')} in ${plural(placed.lanes.length, 'level')}. The panel beside it says the same in words; the list is under Assets.`}
            />
          )}
        </div>
        <aside className="map-panel" aria-label="About what is chosen">
          {node ? (
            <AssetPanel
              node={node}
              map={map}
              nodes={nodes}
              choose={choose}
              isNear={isNear}
              onNear={() => change({ by: isNear ? undefined : 'near' })}
            />
          ) : line ? (
            <LinePanel line={line} nodes={nodes} boxes={boxes} choose={choose} />
          ) : boxes.has(sel) ? (
            <BoxPanel box={boxes.get(sel)!} choose={choose} onToggle={() => toggle(sel)} />
          ) : (
            <SitePanel map={map} nodes={nodes} choose={choose} />
          )}
        </aside>
      </div>
    </div>
  );
};

const find = (nodes: readonly MapNode[], words: string): MapNode[] => {
  const wanted = words
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  if (wanted.length === 0) return [];
  return nodes.filter((n) => {
    const text = `${n.name} ${n.address} ${n.vendor} ${n.model} ${ROLE_WORD[n.role]}`.toLowerCase();
    return wanted.every((w) => text.includes(w));
  });
};
