/** Conversations gathered to what is drawn: one line per direction between two cards or closed boxes. */
import type { MapEdge } from '../../../api/overview.ts';
import { ENGINEERING_VERBS, WRITING_VERBS } from '../../../api/words.ts';

export type EdgeMode = 'all' | 'writers' | 'engineering' | 'none';
export interface Line {
  /** `client>server` by what stands for them. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  bytes: number;
  conversations: number;
  writes: boolean;
  engineering: boolean;
  refused: number;
  /** Only one direction visible in all of them. */
  oneWay: boolean;
  readonly verbs: Map<string, number>;
  readonly protocols: Set<string>;
  readonly edges: MapEdge[];
}

export const gather = (edges: readonly MapEdge[], standIn: ReadonlyMap<string, string>): Line[] => {
  const lines = new Map<string, Line>();
  for (const e of edges) {
    const from = standIn.get(e.client);
    const to = standIn.get(e.server);
    if (from === undefined || to === undefined || from === to) continue;
    const id = `${from}>${to}`;
    let line = lines.get(id);
    if (!line) {
      line = {
        id,
        from,
        to,
        bytes: 0,
        conversations: 0,
        writes: false,
        engineering: false,
        refused: 0,
        oneWay: true,
        verbs: new Map(),
        protocols: new Set(),
        edges: [],
      };
      lines.set(id, line);
    }
    line.bytes += e.bytes;
    line.conversations += e.pairs;
    line.writes ||= e.writes;
    line.engineering ||= e.engineering;
    line.refused += e.refused;
    line.oneWay &&= e.oneWay;
    line.edges.push(e);
    for (const p of e.protocols) {
      line.protocols.add(p.protocol);
      for (const [verb, n] of Object.entries(p.verbs)) line.verbs.set(verb, (line.verbs.get(verb) ?? 0) + Number(n));
    }
  }
  return [...lines.values()];
};

/** More lines than this are a hairball: writers alone are drawn unless a person asks for all. */
const MOST_LINES = 80;
export const defaultMode = (lines: readonly Line[]): EdgeMode =>
  lines.length <= MOST_LINES
    ? 'all'
    : lines.filter((l) => l.writes || l.engineering).length <= MOST_LINES
      ? 'writers'
      : 'engineering';

export const drawn = (lines: readonly Line[], mode: EdgeMode): Line[] =>
  lines.filter(
    (l) =>
      mode === 'all' ||
      (mode === 'writers' && (l.writes || l.engineering)) ||
      (mode === 'engineering' && l.engineering),
  );

const engineering: readonly string[] = ENGINEERING_VERBS;
const writing: readonly string[] = WRITING_VERBS;
const rank = (v: string): number => (engineering.includes(v) ? 0 : writing.includes(v) ? 1 : 2);
/** Verbs of a line, those that matter first. */
export const verbsOf = (verbs: ReadonlyMap<string, number>): [string, number][] =>
  [...verbs.entries()].sort((a, b) => rank(a[0]) - rank(b[0]) || b[1] - a[1]);
/** All that is asked in one direction between two, whatever the protocol. */
export const sumVerbs = (e: MapEdge): Map<string, number> => {
  const out = new Map<string, number>();
  for (const p of e.protocols) for (const [v, n] of Object.entries(p.verbs)) out.set(v, (out.get(v) ?? 0) + Number(n));
  return out;
};
/** Engineering before writes before what only reads; among equals the busiest. */
export const weightOf = (e: MapEdge): number => (e.engineering ? 2e15 : 0) + (e.writes ? 1e15 : 0) + e.bytes;
/** Words on a line have room for so many verbs; the others are counted. */
const MOST_VERBS = 2;
/** Words on a line: the engineering verbs, for colour alone says nothing. */
export const lineLabel = (l: Line): string => {
  if (!l.engineering) return '';
  const verbs = verbsOf(l.verbs).flatMap(([v]) => (engineering.includes(v) ? [v] : []));
  const more = verbs.length - MOST_VERBS;
  return `${verbs.slice(0, MOST_VERBS).join(', ')}${more > 0 ? ` +${more}` : ''}`;
};
