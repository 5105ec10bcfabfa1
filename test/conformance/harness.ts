/** Runs over a folder of captures: each is decoded once and compared with everything that peers say about it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { canonified, compareChecks, compareFrames, compareRows } from './compare.ts';
import { MAPS } from './maps/list.ts';
import { type FrameTable, readIpal, readSuricata, readText, readTshark, readZeek } from './readers.ts';
import { seeCapture } from './seen.ts';
import { here, type Tally } from './tally.ts';
import type { CheckMap, FrameMap, Mapping, PeerLog, RowMap, SeenCapture } from './types.ts';

export interface Options {
  readonly protocol?: string | undefined;
  readonly peer?: string | undefined;
  /** Only captures whose name holds this. */
  readonly capture?: string | undefined;
  /** What no mapping reads, gathered: file or column, and where first seen. */
  readonly uncovered?: Map<string, string> | undefined;
  /** What could not be read or compared, gathered: one damaged file must not hide what the others say. Absent: it is thrown. */
  readonly failures?: string[] | undefined;
}

/** What has no usable oracle: files by pattern, tshark columns by name, each with the reason. */
interface NoOracle {
  readonly file?: string;
  readonly column?: string;
  readonly reason: string;
}

interface Found {
  readonly name: string;
  readonly path: string;
  readonly expected: string;
}

/** Folders with a capture and its `expected/`, at any depth up to four. */
const findCaptures = (dir: string): Found[] => {
  const out: Found[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const file of ['capture.pcap', 'capture.pcapng']) {
      const path = join(folder, file);
      if (existsSync(path) && existsSync(join(folder, 'expected'))) {
        out.push({
          name: relative(dir, folder).split(sep).join('/') || folder,
          path,
          expected: join(folder, 'expected'),
        });
        return;
      }
    }
    if (depth === 0) return;
    for (const e of readdirSync(folder))
      if (statSync(join(folder, e), { throwIfNoEntry: false })?.isDirectory()) walk(join(folder, e), depth - 1);
  };
  walk(dir, 3);
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
};

const filesBelow = (folder: string, prefix = ''): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) =>
      e.isDirectory() ? filesBelow(join(folder, e.name), `${prefix}${e.name}/`) : [`${prefix}${e.name}`],
    );

const COMMON_COLUMN = /^(frame|eth|ip|tcp|udp|_ws)\./;
/** Who, when and in which connection: by them rows are found, not judged. */
const COMMON_ZEEK = /^(ts|uid|proto|id\.(orig|resp)_[hp]|(source|destination)_[hp])$/;
const ZEEK_LOG = /^zeek(?:.*\/)?[^/]*\/([^/]+?)\.log(\.gz)?$/;

const baselineColumns = (dir: string): Record<string, { columns: readonly string[] }> => {
  for (const path of [
    join(dir, 'BASELINE_COLUMNS.json'),
    join(dir, '..', 'BASELINE_COLUMNS.json'),
    join(dir, '..', '..', 'BASELINE_COLUMNS.json'),
    process.env.GATEHOUSE_SHARED ? join(process.env.GATEHOUSE_SHARED, 'captures/BASELINE_COLUMNS.json') : '',
    join(here, '../../../shared/captures/BASELINE_COLUMNS.json'),
  ])
    if (path !== '' && existsSync(path))
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, { columns: readonly string[] }>;
  return {};
};

const globOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((t) => t.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

/** Compares every capture below `dir` and counts in `tally`; returns how many captures there are. */
export const runConformance = async (dir: string, tally: Tally, options: Options = {}): Promise<number> => {
  const maps = MAPS.filter(
    (m) => (!options.protocol || m.protocol === options.protocol) && (!options.peer || m.peer === options.peer),
  );
  const frameMaps = maps.filter((m) => m.shape === 'frames') as unknown as FrameMap[];
  const checkMaps = maps.filter((m) => m.shape === 'checks') as CheckMap[];
  const rowMaps = maps.filter((m) => m.shape === 'rows') as unknown as RowMap<unknown>[];
  const baselines = baselineColumns(dir);
  const noOracle = (JSON.parse(readFileSync(join(here, 'no-oracle.json'), 'utf8')) as NoOracle[]).map((n) => ({
    ...n,
    pattern: globOf(n.file ?? n.column ?? ''),
  }));
  const excused = (kind: 'file' | 'column', text: string): boolean =>
    noOracle.some((n) => n[kind] !== undefined && n.pattern.test(text));
  const known = new Set((MAPS.filter((m) => m.shape === 'checks') as CheckMap[]).map((m) => m.eventType));
  const compareFile = async (file: string, found: Found, seen: () => Promise<SeenCapture>): Promise<void> => {
    const path = join(found.expected, file);
    const where = `${found.name}/${file}`;
    if (/^tshark.*\.tsv(\.gz)?$/.test(file)) {
      await frames(readTshark(readText(path)), frameMaps, found, seen, tally, options, excused);
      return;
    }
    if (excused('file', where)) return;
    if (/(^|\/)test\.yaml$/.test(file)) {
      const checks = readSuricata(readText(path));
      for (const map of checkMaps)
        if (checks.some((c) => c.match.event_type === map.eventType))
          compareChecks(map, 'test.yaml', await seen(), checks, tally);
      for (const c of checks) {
        const type = c.match.event_type;
        if (!known.has(type ?? '')) {
          if (!excused('column', `suricata ${type}`))
            options.uncovered?.set(`suricata ${type ?? 'without event_type'}`, where);
        } else if (c.other.some((key) => !excused('column', `suricata check ${key}`)))
          options.uncovered?.set(`suricata check ${c.other.join(' ')}`, where);
      }
      return;
    }
    const zeek = ZEEK_LOG.exec(file);
    const name = zeek ? `${zeek[1]}.log` : file.slice(file.lastIndexOf('/') + 1);
    if (options.uncovered) {
      const all = (MAPS.filter((m) => m.shape === 'rows') as unknown as RowMap<unknown>[]).filter((m) =>
        applies(m, file, zeek?.[1]),
      );
      if (all.length === 0) options.uncovered.set(zeek ? `zeek ${name}` : `file ${file}`, found.name);
      else uncoveredColumns(all, name, logOf(all[0]!, path, name), options.uncovered, excused, found.name);
    }
    for (const map of rowMaps) {
      if (!applies(map, file, zeek?.[1])) continue;
      const log = logOf(map, path, name);
      if (log) compareRows(map, name, await seen(), log, tally);
      else options.uncovered?.set(`${name} has no columns`, found.name);
    }
  };
  const logOf = (map: RowMap<unknown>, path: string, name: string): PeerLog | undefined => {
    const text = readText(path);
    if (map.read) return map.read(text);
    const log = map.peer === 'ipal' ? readIpal(text) : readZeek(text, baselines[name]?.columns);
    return log && map.merge ? map.merge(log) : log;
  };
  let captures = 0;
  for (const found of findCaptures(dir)) {
    if (options.capture && !found.name.includes(options.capture)) continue;
    const files = filesBelow(found.expected);
    let capture: SeenCapture | undefined;
    // Decoded when the first mapping needs it, once for all.
    const seen = async (): Promise<SeenCapture> => {
      capture ??= await seeCapture(found.name, found.path);
      return capture;
    };
    captures++;
    for (const file of files)
      try {
        await compareFile(file, found, seen);
      } catch (error) {
        if (!options.failures) throw error;
        options.failures.push(`${found.name}/expected/${file}: ${error instanceof Error ? error.message : error}`);
      }
  }
  return captures;
};

/** Columns of a log that have values and that neither a mapping compares nor no-oracle.json excuses. */
const uncoveredColumns = (
  maps: readonly RowMap<unknown>[],
  name: string,
  log: PeerLog | undefined,
  uncovered: Map<string, string>,
  excused: (kind: 'file' | 'column', text: string) => boolean,
  where: string,
): void => {
  for (const c of log?.columns ?? []) {
    if (COMMON_ZEEK.test(c) || maps.some((m) => c in m.columns || c in (m.align ?? {}))) continue;
    const what = `${maps[0]!.peer} ${name} ${c}`;
    if (
      !uncovered.has(what) &&
      !excused('column', what) &&
      log!.rows.some((r) => (r[c] ?? '') !== '' && !canonified(r[c]!))
    )
      uncovered.set(what, where);
  }
};

const applies = (map: RowMap<unknown>, file: string, zeekLog: string | undefined): boolean => {
  if (map.peer === 'zeek')
    return zeekLog !== undefined && (typeof map.log === 'string' ? map.log === zeekLog : map.log.test(zeekLog));
  if (!file.startsWith(map.peer)) return false;
  const name = file.slice(file.lastIndexOf('/') + 1);
  return typeof map.log === 'string' ? map.log === name : map.log.test(name);
};

const frames = async (
  table: FrameTable,
  maps: readonly FrameMap[],
  found: Found,
  seen: () => Promise<SeenCapture>,
  tally: Tally,
  options: Options,
  excused: (kind: 'file' | 'column', text: string) => boolean,
): Promise<void> => {
  const filled = new Set<string>();
  for (let c = 0; c < table.columns.length; c++)
    if (!COMMON_COLUMN.test(table.columns[c]!) && table.frames.some((f) => f !== undefined && (f[c] ?? '') !== ''))
      filled.add(table.columns[c]!);
  for (const map of maps) {
    const own = [...Object.keys(map.columns), ...Object.keys(map.framed ?? {})];
    if (!own.some((c) => filled.has(c))) continue;
    compareFrames(map, await seen(), table, tally);
  }
  if (options.uncovered)
    for (const c of filled) {
      const known = (MAPS.filter((m: Mapping) => m.shape === 'frames') as unknown as FrameMap[]).some(
        (m) => m.columns[c] !== undefined || m.framed?.[c] !== undefined,
      );
      if (!known && !excused('column', `tshark ${c}`) && !options.uncovered.has(`tshark ${c}`))
        options.uncovered.set(`tshark ${c}`, found.name);
    }
};
