/** Compares our messages with one file of a peer, value by value. */
import { alignRows, type Pairs } from './align.ts';
import type { FrameTable, SuricataCheck } from './readers.ts';
import type { Tally } from './tally.ts';
import type { Cell, CheckMap, Column, ColumnRule, FrameMap, PeerLog, RowMap, Seen, SeenCapture } from './types.ts';

/** A list longer than this is compared position by position where the lengths differ. */
const MAX_LIST = 600;

const rule = <R>(column: Column<R>): ColumnRule<R> => (typeof column === 'function' ? { value: column } : column);

const push = (cell: Cell, yes: string, no: string, out: string[]): void => {
  if (cell === undefined || cell === '') return;
  if (typeof cell === 'object') for (const c of cell) push(c, yes, no, out);
  else out.push(typeof cell === 'boolean' ? (cell ? yes : no) : String(cell));
};

const textOf = (cell: Cell, yes: string, no: string): string => {
  const out: string[] = [];
  push(cell, yes, no, out);
  return out.join(',');
};

/** What a test suite wrote over a time so that runs compare equal: no value. */
export const canonified = (theirs: string): boolean => /^X{10}\.X{6}$/.test(theirs);

/** Texts side by side: equal ones meet, what is between them is paired in order. */
const pairLists = (
  ours: readonly string[],
  theirs: readonly string[],
  same: (a: string, b: string) => boolean,
): (readonly [string, string])[] => {
  if (ours.length === theirs.length || ours.length > MAX_LIST || theirs.length > MAX_LIST)
    return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => [ours[i] ?? '', theirs[i] ?? '']);
  return alignRows(
    ours.length,
    theirs.length,
    (i, j) => same(ours[i]!, theirs[j]!),
    () => 0.5,
  ).map(([i, j]) => [i < 0 ? '' : ours[i]!, j < 0 ? '' : theirs[j]!]);
};

/** One value against another of the same place, whole or as a list. */
const compareCell = <R>(
  tally: Tally,
  where: Parameters<Tally['value']>[0],
  r: ColumnRule<R>,
  ours: readonly string[],
  theirs: string,
  separate: boolean,
  complete: boolean,
  row: (column: string) => string,
  ourRow?: (column: string) => string,
): void => {
  if (canonified(theirs) || (theirs === '' && !(complete && ours.length > 0))) return;
  if (!separate) {
    tally.value(where, ours.join(','), theirs, r.same, row, ourRow);
    return;
  }
  const list = theirs === '' ? [] : theirs.split(',');
  const same = (a: string, b: string): boolean => a === b || r.same?.(a, b) === true;
  for (const [a, b] of pairLists(ours, list, same)) {
    if (b === '' && (a === '' || !complete)) continue;
    tally.value(where, a, b, r.same, row, ourRow);
  }
};

/** tshark dissected what lies above the transport: the frame's last layer is a protocol of its own. */
const judged = (layers: string): boolean =>
  layers !== '' && !/(^|:)(ethertype|ip|ipv6|llc|tcp|udp|data|malformed)$/.test(layers) && !layers.includes(':icmp');

/**
 * A PDU of which only the head is read (a large file by HTTP or SMB) is told at once; tshark tells it in the frame where it ends.
 * So what is told in a frame of which the peer says nothing belongs to the next frame in the same direction of its connection of which the
 * peer says something and we do not.
 */
const toldAtTheirEnd = (
  table: FrameTable,
  byFrame: ReadonlyMap<number, readonly Seen[]>,
  tells: (cells: readonly string[]) => boolean,
): Map<number, readonly Seen[]> => {
  const at = (name: string): number => table.columns.indexOf(name);
  const [source, target, from, to] = [at('ip.src'), at('ip.dst'), at('tcp.srcport'), at('tcp.dstport')];
  const moved = new Map<number, readonly Seen[]>();
  const waiting = new Map<string, number>();
  for (let f = 0; f < table.frames.length; f++) {
    const cells = table.frames[f];
    if (!cells || (cells[from] ?? '') === '') continue;
    const key = `${cells[source]}:${cells[from]} ${cells[target]}:${cells[to]}`;
    const own = byFrame.get(f + 1);
    const told = tells(cells);
    if (own && !told) waiting.set(key, f + 1);
    else if (own) waiting.delete(key);
    else if (told && waiting.has(key)) {
      moved.set(f + 1, byFrame.get(waiting.get(key)!)!);
      waiting.delete(key);
    }
  }
  return moved;
};

/** A tshark table: our messages of a frame against the cells of its row. */
export const compareFrames = (map: FrameMap, capture: SeenCapture, table: FrameTable, tally: Tally): void => {
  const columns: {
    at: number;
    name: string;
    rule: ColumnRule<Seen>;
    framed: ColumnRule<readonly Seen[]> | undefined;
  }[] = [];
  for (const [name, column] of Object.entries(map.columns) as [string, Column<Seen>][]) {
    const at = table.columns.indexOf(name);
    if (at >= 0) columns.push({ at, name, rule: rule(column), framed: undefined });
  }
  for (const [name, column] of Object.entries(map.framed ?? {}) as [string, Column<readonly Seen[]>][]) {
    const at = table.columns.indexOf(name);
    const framed = rule(column);
    if (at >= 0) columns.push({ at, name, rule: { ...framed, value: () => undefined }, framed });
  }
  if (columns.length === 0) return;
  const first = (frame: string): number => capture.repeatOf(Number(frame)) || Number(frame);
  const sameFrame = (a: string, b: string): boolean => first(a) === first(b);
  for (const c of columns) if (c.rule.frame) c.rule = { ...c.rule, same: sameFrame };
  const byFrame = new Map<number, Seen[]>();
  for (const seen of capture.of(...(map.of ?? [map.protocol]))) {
    const list = byFrame.get(seen.frame);
    if (list) list.push(seen);
    else byFrame.set(seen.frame, [seen]);
  }
  const none: readonly Seen[] = [];
  const layers = table.columns.indexOf('frame.protocols');
  const tells = (cells: readonly string[]): boolean => columns.some((c) => (cells[c.at] ?? '') !== '');
  const moved = toldAtTheirEnd(table, byFrame, tells);
  for (let f = 0; f < table.frames.length; f++) {
    const cells = table.frames[f];
    if (!cells) continue;
    const own = byFrame.get(f + 1);
    const seen = own ?? byFrame.get(capture.repeatOf(f + 1)) ?? moved.get(f + 1) ?? none;
    const inside = cells[layers] ?? '';
    // What an ICMP error quotes is no message; what lies in other layers belongs to another mapping.
    if (!own && (/:icmp(v6)?:ip/.test(inside) || map.layers?.test(inside) === false)) continue;
    // tshark may leave octets undissected (a retransmission, data behind a hole): then it says nothing about them. Where it
    // names another protocol, what we say is too much.
    if (!tells(cells) && !(own && judged(inside))) continue;
    let counted = false;
    for (const c of columns) {
      const cell = cells[c.at] ?? '';
      const theirs = c.rule.only === undefined ? cell : c.rule.only(cell);
      if (theirs === '' && seen.length === 0) continue;
      if (theirs !== '' && !counted) {
        counted = true;
        tally.row(map.protocol, 'tshark', capture.name);
      }
      const ours: string[] = [];
      if (c.framed) push(c.framed.value(seen, capture), '1', '0', ours);
      else for (const s of seen) push(c.rule.value(s, capture), '1', '0', ours);
      compareCell(
        tally,
        { capture: capture.name, protocol: map.protocol, peer: 'tshark', log: 'frame', row: f + 1, column: c.name },
        c.rule,
        ours,
        theirs,
        c.rule.whole !== true,
        c.rule.complete !== false,
        (name) => cells[table.columns.indexOf(name)] ?? '',
      );
    }
  }
};

/** Two ends of a connection, whoever of them is named first. */
const ends = (a: string, ap: string | number, b: string, bp: string | number): string => {
  const x = `${a}:${ap}`;
  const y = `${b}:${bp}`;
  return x < y ? `${x}|${y}` : `${y}|${x}`;
};

/** A log: our rows against the peer's, in order within each connection. */
export const compareRows = (
  map: RowMap<unknown>,
  name: string,
  capture: SeenCapture,
  log: PeerLog,
  tally: Tally,
): void => {
  const has = new Set(log.columns);
  const columns = (Object.entries(map.columns) as [string, Column<unknown>][])
    .filter(([c]) => has.has(c))
    .map(([c, column]) => ({ name: c, rule: rule(column) }));
  if (columns.length === 0) return;
  const align = Object.entries(map.align ?? {}).filter(([c]) => has.has(c));
  const seenOf =
    map.seen ??
    ((row: unknown): Seen | undefined => {
      const r = row as Seen & { seen?: Seen };
      return r.seen ?? (r.message === undefined ? undefined : r);
    });
  const ours = map.rows(capture, log).map((row) => ({
    row,
    seen: seenOf(row),
    cells: columns.map((c) => {
      const out: string[] = [];
      push(c.rule.value(row, capture), 'T', 'F', out);
      return out;
    }),
    align: align.map(([, value]) => textOf(value(row), 'T', 'F')),
  }));
  const theirs = log.rows.map((row, at) => ({ row, at })).filter((t) => map.skip?.(t.row) !== true);
  const grouped = has.has('id.orig_h') && has.has('id.resp_h') && ours.every((o) => o.seen !== undefined);
  const groups = new Map<string, { ours: typeof ours; theirs: typeof theirs; twice: boolean }>();
  const group = (key: string) => {
    let g = groups.get(key);
    if (!g) {
      g = { ours: [], theirs: [], twice: false };
      groups.set(key, g);
    }
    return g;
  };
  for (const t of theirs)
    group(
      grouped
        ? ends(t.row['id.orig_h'] ?? '', t.row['id.orig_p'] ?? 0, t.row['id.resp_h'] ?? '', t.row['id.resp_p'] ?? 0)
        : '',
    ).theirs.push(t);
  for (const o of ours)
    group(
      grouped && o.seen ? ends(o.seen.sender, o.seen.senderPort, o.seen.receiver, o.seen.receiverPort) : '',
    ).ours.push(o);
  // The other side of a NAT: we decoded the connection once, from what either side shows; the peer decoded each side, with
  // what the mirror lost there. So rows that one side lacks are not ours too many.
  const flows = new Map(capture.flows.map((f) => [f.flow, f]));
  const endsOf = (flow: number): string => {
    const f = flows.get(flow);
    return f ? ends(f.clientAddress, f.clientPort, f.serverAddress, f.serverPort) : '';
  };
  for (const [copy, original] of capture.aliases) {
    const from = groups.get(endsOf(original));
    if (!from) continue;
    from.twice = true;
    const g = groups.get(endsOf(copy));
    if (!g) continue;
    g.twice = true;
    if (g.ours.length === 0) g.ours = from.ours;
  }

  const equal = (o: (typeof ours)[number], t: (typeof theirs)[number], c: number): boolean => {
    const { name: column, rule: r } = columns[c]!;
    const b = t.row[column] ?? '';
    const a = o.cells[c]!.length === 1 ? o.cells[c]![0]! : o.cells[c]!.join(',');
    if (a === b || (b === '' && r.complete === false) || canonified(b)) return true;
    if (a === '' || b === '' || !r.same) return false;
    if (!r.list) return r.same(a, b);
    const list = b.split(',');
    return (
      list.length === o.cells[c]!.length && list.every((v, i) => v === o.cells[c]![i] || r.same!(o.cells[c]![i]!, v))
    );
  };
  for (const g of groups.values()) {
    if (map.sortBy) {
      const at = map.sortBy.map((name) => columns.findIndex((c) => c.name === name)).filter((c) => c >= 0);
      const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
      const mine = (o: (typeof ours)[number]): string =>
        at
          .map((c) => o.cells[c]!.join(','))
          .join('\t')
          .toLowerCase();
      const peers = (t: (typeof theirs)[number]): string =>
        at
          .map((c) => t.row[columns[c]!.name] ?? '')
          .join('\t')
          .toLowerCase();
      g.ours = g.ours.slice().sort((a, b) => order(mine(a), mine(b)));
      g.theirs = g.theirs.slice().sort((a, b) => order(peers(a), peers(b)));
    }
    const pair = (): Pairs =>
      alignRows(
        g.ours.length,
        g.theirs.length,
        (i, j) => {
          const o = g.ours[i]!;
          const t = g.theirs[j]!;
          for (let c = 0; c < columns.length; c++) if (!equal(o, t, c)) return false;
          for (let a = 0; a < align.length; a++) if (o.align[a] !== (t.row[align[a]![0]] ?? '')) return false;
          return true;
        },
        (i, j) => {
          const o = g.ours[i]!;
          const t = g.theirs[j]!;
          let n = 0;
          for (let a = 0; a < align.length; a++) if (o.align[a] === (t.row[align[a]![0]] ?? '')) n++;
          if (align.length > 0 && n === 0) return 0;
          for (let c = 0; c < columns.length; c++)
            if (equal(o, t, c)) n += (t.row[columns[c]!.name] ?? '') === '' ? 0.1 : 1;
          return n + 0.01;
        },
      );
    let pairs = pair();
    if (log.sorted && !map.sortBy) {
      // Rows were sorted with what we do not compare among it: where the order of time does not fit, that of the values may.
      const score = (p: Pairs): number =>
        p.reduce((n, [i, j]) => {
          if (i < 0 || j < 0) return n;
          for (let c = 0; c < columns.length; c++) if (equal(g.ours[i]!, g.theirs[j]!, c)) n++;
          return n;
        }, 0);
      const inTime = { ours: g.ours, theirs: g.theirs, pairs, score: score(pairs) };
      if (inTime.score < Math.max(g.ours.length, g.theirs.length) * columns.length) {
        const byText = (a: { text: string }, b: { text: string }): number =>
          a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
        g.ours = g.ours
          .map((o) => ({ o, text: o.cells.map((c) => c.join(',')).join('\t') }))
          .sort(byText)
          .map((x) => x.o);
        g.theirs = g.theirs
          .map((t) => ({ t, text: columns.map((c) => t.row[c.name] ?? '').join('\t') }))
          .sort(byText)
          .map((x) => x.t);
        pairs = pair();
        if (score(pairs) < inTime.score) ({ ours: g.ours, theirs: g.theirs, pairs } = inTime);
      }
    }
    for (const [i, j] of pairs) {
      const o = i < 0 ? undefined : g.ours[i];
      const t = j < 0 ? undefined : g.theirs[j];
      if (!t && g.twice) continue;
      if (t) tally.row(map.protocol, map.peer, capture.name);
      for (let c = 0; c < columns.length; c++) {
        const { name: column, rule: r } = columns[c]!;
        compareCell(
          tally,
          {
            capture: capture.name,
            protocol: map.protocol,
            peer: map.peer,
            log: name,
            row: t ? t.at + 1 : 0,
            column,
          },
          r,
          o?.cells[c] ?? [],
          t?.row[column] ?? '',
          r.list === true,
          r.complete !== false,
          (other) => t?.row[other] ?? '',
          (other) => o?.cells[columns.findIndex((x) => x.name === other)]?.join(',') ?? '',
        );
      }
    }
  }
};

const flatten = (value: unknown, prefix: string, out: Record<string, string>): void => {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    out[prefix] = JSON.stringify(value);
    value.forEach((v, i) => {
      flatten(v, `${prefix}[${i}]`, out);
    });
  } else if (typeof value === 'object')
    for (const [k, v] of Object.entries(value)) flatten(v, prefix === '' ? k : `${prefix}.${k}`, out);
  else out[prefix] = String(value);
};

/** An event's value against the one that a check asks for. Only the letters of true and false may differ (YAML's True). */
const matches = (
  event: Readonly<Record<string, string>>,
  key: string,
  value: string,
  masked: readonly string[] = [],
): boolean => {
  const own = event[key];
  if (own === undefined) return false;
  // RFC 2132 section 2: a trailing NUL of text is the receiver's to delete.
  return (
    masked.includes(key) || own === (/^(true|false)$/i.test(value) ? value.toLowerCase() : value.replace(/\0+$/, ''))
  );
};

/** `has-key: dnp3.request` and `not-has-key`: the event has it, or something below it. */
const hasKey = (event: Readonly<Record<string, string>>, key: string): boolean =>
  event[key] !== undefined || Object.keys(event).some((k) => k.startsWith(`${key}.`) || k.startsWith(`${key}[`));

const COMMON = new Set([
  'event_type',
  'src_ip',
  'dest_ip',
  'src_port',
  'dest_port',
  'proto',
  'pcap_cnt',
  'flow_id',
  'direction',
  'app_proto',
]);

/** Checks: a check is a row, its count and each of its values are columns. */
export const compareChecks = (
  map: CheckMap,
  name: string,
  capture: SeenCapture,
  checks: readonly SuricataCheck[],
  tally: Tally,
): void => {
  const mine = checks.filter((c) => c.match.event_type === map.eventType && c.other.length === 0);
  if (mine.length === 0) return;
  const events = map.events(capture).map(({ seen, event }) => {
    const out: Record<string, string> = {
      event_type: map.eventType,
      src_ip: seen.sender,
      dest_ip: seen.receiver,
      src_port: String(seen.senderPort),
      dest_port: String(seen.receiverPort),
      proto: seen.carrier.toUpperCase(),
      pcap_cnt: String(seen.frame),
    };
    flatten(event, '', out);
    return out;
  });
  mine.forEach((check, row) => {
    // The frame that Suricata names is the one that made it write (an acknowledgement), not the one that held the PDU.
    const keys = Object.keys(check.match).filter((k) => k !== 'pcap_cnt');
    tally.row(map.protocol, 'suricata', capture.name);
    const where = { capture: capture.name, protocol: map.protocol, peer: 'suricata', log: name, row: row + 1 };
    const theirs = (column: string): string => check.match[column] ?? '';
    const found = events.filter(
      (e) =>
        keys.every((k) => matches(e, k, check.match[k]!, map.masked)) &&
        check.has.every((k) => hasKey(e, k)) &&
        !check.hasNot.some((k) => hasKey(e, k)),
    );
    tally.value({ ...where, column: 'count' }, String(found.length), String(check.count), undefined, theirs);
    if (check.count === 0) return;
    // Where the whole does not fit, the event that comes nearest tells which values differ.
    let best = found[0];
    if (!best) {
      let most = -1;
      for (const e of events) {
        const n = keys.filter((k) => matches(e, k, check.match[k]!, map.masked)).length;
        if (n > most) {
          most = n;
          best = e;
        }
      }
    }
    for (const k of keys) {
      if (COMMON.has(k) || map.masked?.includes(k)) continue;
      const value = check.match[k]!;
      tally.value(
        { ...where, column: k },
        best && matches(best, k, value) ? value : (best?.[k] ?? ''),
        value,
        undefined,
        theirs,
      );
    }
  });
};
