/** Readers of the peers' files. They know the formats, not what stands in them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { PeerLog } from './types.ts';

/** A file's text, unpacked when its name ends with .gz. */
export const readText = (path: string): string => {
  const raw = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
};

/** Zeek writes octets that are not printable as \xNN, and the separator within a field likewise. */
const unescapeZeek = (text: string): string =>
  text.includes('\\x')
    ? text.replace(/\\x([0-9a-fA-F]{2})/g, (_m, h: string) => String.fromCharCode(Number.parseInt(h, 16)))
    : text;

/** A Zeek log. Columns come from `#fields`, else from `fallback` (those of the log without header). */
export const readZeek = (text: string, fallback: readonly string[] | undefined): PeerLog | undefined => {
  let columns: readonly string[] | undefined;
  let separator = '\t';
  let unset = '-';
  let empty = '(empty)';
  const rows: Record<string, string>[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#')) {
      const [tag, ...rest] = line.split(/[\t ]/);
      if (tag === '#separator') separator = unescapeZeek(rest[0] ?? '\\x09');
      else if (tag === '#unset_field') unset = rest[0] ?? '-';
      else if (tag === '#empty_field') empty = rest[0] ?? '(empty)';
      else if (tag === '#fields') columns = line.split(separator).slice(1);
      continue;
    }
    columns ??= fallback;
    if (columns === undefined) return undefined;
    const cells = line.split(separator);
    const row: Record<string, string> = {};
    for (let i = 0; i < columns.length; i++) {
      const cell = cells[i];
      if (cell !== undefined && cell !== unset && cell !== empty && cell !== '') row[columns[i]!] = cell;
    }
    rows.push(row);
  }
  // Without rows there is nothing that a header would name.
  columns ??= fallback ?? [];
  const sorted = /^### NOTE: This file has been sorted/m.test(text.slice(0, 1000));
  return { columns, rows, ...(sorted ? { sorted } : {}) };
};

export interface FrameTable {
  readonly columns: readonly string[];
  /** Cells of a frame by column number; index 0 is frame 1. */
  readonly frames: readonly (readonly string[])[];
}

/** `tshark -T fields -E header=y`: one row per frame. tshark escapes tabs and line ends in values. */
export const readTshark = (text: string): FrameTable => {
  const lines = text.split('\n');
  const columns = lines[0]!.split('\t');
  const number = columns.indexOf('frame.number');
  const frames: string[][] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line === '') continue;
    const cells = line.split('\t');
    frames[number < 0 ? i - 1 : Number(cells[number]) - 1] = cells;
  }
  return { columns, frames };
};

export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

/** The parts of a flow sequence or mapping: commas inside of quotes and brackets do not separate. */
const splitFlow = (text: string): string[] => {
  const out: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[' || c === '{') depth++;
    else if (c === ']' || c === '}') depth--;
    else if (c === ',' && depth === 0) {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out.filter((part) => part.trim() !== '');
};

/** The part of YAML that suricata-verify's test.yaml uses: maps, lists, scalars, quotes, comments, block texts. Scalars stay texts. */
const readYaml = (text: string): Yaml => {
  const lines = text
    .split('\n')
    .map((raw) => {
      const body = raw.replace(/\s+$/, '');
      const content = body.replace(/(^|\s)#(?=(?:[^'"]|'[^']*'|"[^"]*")*$).*$/, '').replace(/\s+$/, '');
      return { indent: content.length - content.trimStart().length, text: content.trimStart(), raw: body };
    })
    .filter((l) => l.text !== '' && l.text !== '---');
  let at = 0;
  const scalar = (t: string): Yaml => {
    const s = t.trim();
    if (s.startsWith('[') && s.endsWith(']')) return splitFlow(s.slice(1, -1)).map(scalar);
    if (s.startsWith('{') && s.endsWith('}'))
      return Object.fromEntries(
        splitFlow(s.slice(1, -1)).map((pair) => {
          const colon = pair.indexOf(':');
          return [String(scalar(pair.slice(0, colon))), scalar(pair.slice(colon + 1))];
        }),
      );
    if (s.length > 1 && s.startsWith('"') && s.endsWith('"')) {
      try {
        return JSON.parse(s) as string;
      } catch {
        return s.slice(1, -1);
      }
    }
    if (s.length > 1 && s.startsWith("'") && s.endsWith("'")) return s.slice(1, -1).replaceAll("''", "'");
    return s;
  };
  const keyOf = (t: string): [string, string] | undefined => {
    const m = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:'"[{-][^:]*|-[^\s:][^:]*|\S[^:\s]*)\s*:(?:\s+(.*))?$/.exec(t);
    return m ? [String(scalar(m[1]!)), m[2] ?? ''] : undefined;
  };
  const block = (indent: number): Yaml => {
    const first = lines[at];
    if (first === undefined || first.indent < indent) return '';
    return first.text.startsWith('- ') || first.text === '-' ? list(first.indent) : map(first.indent);
  };
  const value = (rest: string, indent: number): Yaml => {
    if (rest === '|' || rest === '>' || rest === '|-' || rest === '>-') {
      const out: string[] = [];
      while (at < lines.length && lines[at]!.indent > indent) out.push(lines[at++]!.raw.trim());
      return out.join('\n');
    }
    if (rest !== '') return scalar(rest);
    const next = lines[at];
    if (next && (next.indent > indent || (next.indent === indent && next.text.startsWith('- '))))
      return block(next.indent);
    return '';
  };
  const list = (indent: number): Yaml => {
    const out: Yaml[] = [];
    while (at < lines.length && lines[at]!.indent === indent && /^-( |$)/.test(lines[at]!.text)) {
      const line = lines[at]!;
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        at++;
        out.push(block(indent + 1));
      } else if (keyOf(rest)) {
        // A map that begins on the line of its dash: as if the dash were a space.
        lines[at] = { indent: indent + (line.text.length - rest.length), text: rest, raw: line.raw };
        out.push(map(lines[at]!.indent));
      } else {
        at++;
        out.push(scalar(rest));
      }
    }
    return out;
  };
  const map = (indent: number): Yaml => {
    const out: Record<string, Yaml> = {};
    while (at < lines.length && lines[at]!.indent === indent) {
      const pair = keyOf(lines[at]!.text);
      if (!pair) {
        at++;
        continue;
      }
      at++;
      out[pair[0]] = value(pair[1], indent);
    }
    return out;
  };
  const result = block(0);
  return result;
};

export interface SuricataCheck {
  readonly count: number;
  /** Dotted keys, values as texts. */
  readonly match: Readonly<Record<string, string>>;
  /** Keys that the event must have, whatever their values, and those that it must not have. */
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
  /** What the check asks that we cannot compare: `x.__len`, a count that is no number, a file of its own ... */
  readonly other: readonly string[];
}

const flat = (value: Yaml, prefix: string, out: Record<string, string>): void => {
  if (typeof value === 'string') out[prefix] = value;
  else if (Array.isArray(value))
    for (const [i, v] of (value as readonly Yaml[]).entries()) flat(v, `${prefix}[${i}]`, out);
  else for (const [k, v] of Object.entries(value)) flat(v, prefix === '' ? k : `${prefix}.${k}`, out);
};

/** The `filter` checks of a test.yaml. */
export const readSuricata = (text: string): SuricataCheck[] => {
  const yaml = readYaml(text);
  const checks = typeof yaml === 'object' && !Array.isArray(yaml) ? (yaml as Record<string, Yaml>).checks : undefined;
  if (!Array.isArray(checks)) return [];
  const out: SuricataCheck[] = [];
  for (const check of checks as Yaml[]) {
    const filter =
      typeof check === 'object' && !Array.isArray(check) ? (check as Record<string, Yaml>).filter : undefined;
    if (filter === undefined || typeof filter === 'string' || Array.isArray(filter)) continue;
    const f = filter as Record<string, Yaml>;
    const match: Record<string, string> = {};
    if (f.match !== undefined) flat(f.match, '', match);
    const all = Object.entries(match);
    // Keys of the protocol; what Suricata adds to every event (community_id) is not ours to say.
    const own = (v: string): boolean => v.split('.')[0] === match.event_type;
    const of = (key: string): string[] => all.filter(([k, v]) => k === key && own(v)).map(([, v]) => v);
    const plain = all.filter(([k]) => k !== 'has-key' && k !== 'not-has-key' && !k.includes('__'));
    out.push({
      count: Number(f.count ?? Number.NaN),
      match: Object.fromEntries(plain),
      has: of('has-key'),
      hasNot: of('not-has-key'),
      other: [
        ...all.filter(([k, v]) => /^(not-)?has-key$/.test(k) && !own(v)).map(([k, v]) => `${k} ${v}`),
        ...all.map(([k]) => k).filter((k) => k.includes('__') || /^(not-)?has-key\[/.test(k)),
        ...Object.keys(f).filter((k) => !['count', 'match', 'comment', 'min-version', 'requires'].includes(k)),
        // What an older Suricata wrote: the check for the newer one stands beside it.
        ...(typeof f.requires === 'object' && 'lt-version' in f.requires ? ['lt-version'] : []),
        ...(/^\d+$/.test(String(f.count ?? '')) ? [] : ['count']),
      ],
    });
  }
  return out;
};

/** Objects of a text that holds one JSON value after another, over lines or not; lines that are not JSON are passed over. */
const readJsonStream = (text: string): Record<string, unknown>[] => {
  const out: Record<string, unknown>[] = [];
  const lines = text.split('\n').filter((l) => !l.startsWith('###'));
  let held = '';
  for (const line of lines) {
    if (held === '' && !line.trimStart().startsWith('{')) continue;
    held += `${line}\n`;
    // A pretty-printed object ends at a brace in the first column.
    if (line.startsWith('}') || (held === `${line}\n` && line.trimEnd().endsWith('}'))) {
      try {
        out.push(JSON.parse(held.replace(/,(\s*[}\]])/g, '$1')) as Record<string, unknown>);
      } catch {
        // What the baseline cut out may leave no JSON: nothing to compare.
      }
      held = '';
    }
  }
  return out;
};

/** IPAL's data as a list of `key=value`, sorted, because its files differ in order. Commas would part the list. */
export const ipalData = (entries: readonly (readonly [string, unknown])[]): string[] =>
  entries.map(([k, v]) => `${k}=${String(v)}`.replaceAll(',', ';')).sort();

/** IPAL messages as rows; `data` is a list of `key=value`, `key=null` in requests. */
export const readIpal = (text: string): PeerLog => ({
  columns: ['timestamp', 'src', 'dest', 'activity', 'type', 'length', 'data'],
  rows: readJsonStream(text)
    .filter((m) => 'activity' in m)
    .map((m) => ({
      timestamp: String(m.timestamp),
      src: String(m.src),
      dest: String(m.dest),
      activity: String(m.activity),
      type: String(m.type),
      length: String(m.length),
      data: ipalData(Object.entries(m.data ?? {})).join(','),
    })),
});

export interface ReportLine {
  /** Classes of the row: `transmit data-level-4 detail-level-0`. */
  readonly kind: string;
  readonly time: string;
  /** `--A->`, `<-L--`, or '' where the line goes on. */
  readonly arrow: string;
  readonly text: string;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', apos: "'" };

/** The table of an opendnp3 conformance report (log.html), line by line. */
export const readReport = (text: string): ReportLine[] => {
  const out: ReportLine[] = [];
  for (const row of text.split('<tr class="').slice(1)) {
    const kind = row.slice(0, row.indexOf('"'));
    const cells = row
      .split('<td>')
      .slice(1)
      .map((c) =>
        c
          .slice(0, c.indexOf('</td>'))
          .replace(/&(?:#(\d+)|(\w+));/g, (m, n: string, e: string) =>
            n ? String.fromCharCode(Number(n)) : (ENTITIES[e] ?? m),
          )
          .trim(),
      );
    out.push({ kind, time: cells[0] ?? '', arrow: cells[1] ?? '', text: cells[2] ?? '' });
  }
  return out;
};

export interface DumpBlock {
  /** 0 where tcpdump did not number its lines. */
  readonly number: number;
  readonly head: string;
  /** Lines that belong to it, with their tabs. */
  readonly body: readonly string[];
}

/** tcpdump -# -v output: a block per packet. */
export const readDump = (text: string): DumpBlock[] => {
  const out: { number: number; head: string; body: string[] }[] = [];
  for (const line of text.split('\n')) {
    const m = /^\s*(\d+)\s\s(.*)$/.exec(line);
    if (m) out.push({ number: Number(m[1]), head: m[2]!, body: [] });
    else if (line.trim() !== '' && out.length > 0) out[out.length - 1]!.body.push(line);
  }
  return out;
};
