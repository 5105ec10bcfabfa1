/** The site: Purdue levels as lanes, networks as boxes, lines by what is asked. The URL holds the choice and what is drawn. */
import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowsMaximize, IconMinus, IconPlus, IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
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
import { place } from './layout.ts';
import './map.css';
import { AssetPanel, BoxPanel, LinePanel, SitePanel } from './panel.tsx';

const NOTHING: ReadonlySet<string> = new Set();
const MODES: readonly { value: EdgeMode; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'writers', label: 'Writers' },
  { value: 'engineering', label: 'Engineering' },
  { value: 'none', label: 'None' },
];

/** Ids of lines are `a>b`, of boxes `1|network`; all others are assets. */
const isAsset = (id: string): boolean => id !== '' && !/[>|]/.test(id);

export const MapPage = () => {
  const site = useSite();
  const { sel = '' } = useSearch({ strict: false }) as { sel?: string };
  const [toggled, setToggled] = useState<ReadonlySet<string>>(NOTHING);
  const [isLarge, setLarge] = useState(false);
  // A small site comes whole, whatever is opened and chosen in it.
  const open = isLarge ? [...toggled].sort().join(',') : '';
  const asset = isLarge && isAsset(sel) ? sel : '';
  const query = useQuery({
    queryKey: ['map', site, open, asset],
    queryFn: ({ signal }) => call('map', { site, ...(open && { open }), ...(asset && { asset }) }, undefined, signal),
    staleTime: 30_000,
    placeholderData: (before, of) => (of?.queryKey[1] === site ? before : undefined),
  });
  useEffect(() => {
    if (query.data) setLarge(query.data.groups.length > 0);
  }, [query.data]);
  // The map follows what is learned about assets and flows, which have the topics.
  if (query.isLoading) return <Loading lines={14} what="Loading the map" />;
  if (query.error && !query.data) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (!query.data || query.data.assets === 0) {
    return <Empty title="Nothing to draw yet">A device stands here with the first frame that it sends.</Empty>;
  }
  return (
    <SiteDrawing
      key={site}
      map={query.data}
      isPending={query.isPlaceholderData}
      toggled={toggled}
      setToggled={setToggled}
    />
  );
};

interface DrawingProps {
  map: SiteMap;
  /** What was opened or chosen last is on its way. */
  isPending: boolean;
  toggled: ReadonlySet<string>;
  setToggled: (next: ReadonlySet<string>) => void;
}

const SiteDrawing = ({ map, isPending, toggled, setToggled }: DrawingProps) => {
  const isLarge = map.groups.length > 0;
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { sel?: string; edges?: string; by?: string };
  const sel = search.sel ?? '';
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
  const nodes = useMemo(() => new Map([...map.pairs.nodes, ...map.nodes].map((n) => [n.id, n])), [map]);
  /** Those of the panel: of a large site they come beside the drawing. */
  const pairs = isLarge ? map.pairs.edges : map.edges;
  const node = nodes.get(sel);
  const isNear = search.by === 'near' && node !== undefined;

  const { shownNodes, shownGroups, shownEdges } = useMemo(() => {
    if (!isNear) return { shownNodes: map.nodes, shownGroups: map.groups, shownEdges: map.edges };
    const ids = new Set([sel]);
    for (const e of pairs) {
      if (e.client === sel) ids.add(e.server);
      if (e.server === sel) ids.add(e.client);
    }
    return {
      shownNodes: [...nodes.values()].filter((n) => ids.has(n.id)),
      shownGroups: [],
      shownEdges: pairs.filter((e) => e.client === sel || e.server === sel),
    };
  }, [map, nodes, pairs, isNear, sel]);
  const mustShow = useMemo(() => (node ? new Set([node.id]) : NOTHING), [node]);
  const placed = useMemo(
    () => (view ? place(shownNodes, shownGroups, toggled, mustShow, view) : undefined),
    [shownNodes, shownGroups, toggled, mustShow, view],
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

  const { matches, count, isSearching } = useFound(map, words);
  const found = useMemo(
    () => new Set(words.trim() === '' ? [] : matches.map((m) => placed?.standIn.get(m.id) ?? m.id)),
    [matches, words, placed],
  );

  const choose = useCallback(
    (id: string) => change({ sel: id === '' ? undefined : id, ...(id === '' ? { by: undefined } : {}) }),
    [change],
  );
  const toggle = useCallback(
    (id: string) => {
      const next = new Set(toggled);
      if (!next.delete(id)) next.add(id);
      setToggled(next);
    },
    [toggled, setToggled],
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
              {matches.length === 0 && (
                <span className="dim">{isSearching ? 'Looking …' : 'No asset answers to that.'}</span>
              )}
              {matches.slice(0, 8).map((m) => (
                <button key={m.id} type="button" onMouseDown={() => go(m)}>
                  <RoleGlyph role={m.role} />
                  <span className="cut grow">{m.name}</span>
                  <span className="mono dim">{m.address === m.name ? '' : m.address}</span>
                </button>
              ))}
              {count > 8 && <span className="dim small">and {number(count - 8)} more</span>}
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
          placed.boxes.filter((b) => !b.open).reduce((n, b) => n + b.assets, 0) <= 600 && (
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
        <span className="dim small nowrap">{plural(map.assets, 'asset')}</span>
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
              label={`Map of ${plural(isNear ? shownNodes.length : map.assets - map.nodesMore, 'asset')} in ${plural(placed.lanes.length, 'level')}. The panel beside it says the same in words; the list is under Assets.`}
            />
          )}
        </div>
        <aside className="map-panel" aria-label="About what is chosen">
          {node ? (
            <AssetPanel
              node={node}
              edges={pairs}
              more={isLarge ? map.pairs.more : 0}
              isPending={isLarge && isPending}
              nodes={nodes}
              choose={choose}
              isNear={isNear}
              onNear={() => change({ by: isNear ? undefined : 'near' })}
            />
          ) : line ? (
            <LinePanel line={line} nodes={nodes} boxes={boxes} choose={choose} />
          ) : boxes.has(sel) ? (
            <BoxPanel
              box={boxes.get(sel)!}
              guests={placed?.guests ?? NOTHING}
              choose={choose}
              onToggle={() => toggle(sel)}
            />
          ) : (
            <SitePanel
              edges={pairs}
              more={isLarge ? map.pairs.more : 0}
              nodes={nodes}
              choose={choose}
              hasGuests={(placed?.guests.size ?? 0) > 0}
            />
          )}
        </aside>
      </div>
    </div>
  );
};

/** Of a large site the server searches: its assets are not here. */
const useFound = (map: SiteMap, words: string): { matches: MapNode[]; count: number; isSearching: boolean } => {
  const site = useSite();
  const isAsked = map.groups.length > 0 && words.trim() !== '';
  const [wanted] = useDebouncedValue(words.trim(), 200);
  const asked = useQuery({
    queryKey: ['assets', site, 'on the map', wanted],
    queryFn: ({ signal }) => call('assets', { site, q: wanted, limit: 9 }, undefined, signal),
    enabled: isAsked && wanted !== '',
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    if (!isAsked) {
      const matches = find(map.nodes, words);
      return { matches, count: matches.length, isSearching: false };
    }
    const matches = (asked.data?.items ?? []).map(
      (row): MapNode => ({ ...row, address: row.ips[0] ?? row.macs[0] ?? '', attention: null }),
    );
    return {
      matches,
      count: asked.data?.total ?? matches.length,
      isSearching: asked.isFetching || wanted !== words.trim(),
    };
  }, [isAsked, map.nodes, words, wanted, asked.data, asked.isFetching]);
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
