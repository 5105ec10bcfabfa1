/** The report of opendnp3's conformance runs (log.html): link frames, transport segments, fragments, object headers, objects. */
import type { Dnp3Message, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
import { readReport } from '../../readers.ts';
import { type Column, type PeerLog, rowMap, type Seen, type SeenCapture } from '../../types.ts';

type M = Seen<Dnp3Message>;
const LOG = /^log\.html$/;
const all = (capture: SeenCapture): readonly M[] => capture.of<Dnp3Message>('dnp3');
/** The report leaves out what its procedure did not read, so that what it lacks says nothing. */
const told = <R>(columns: Readonly<Record<string, Column<R>>>): Record<string, Column<R>> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, c]) => [
      name,
      typeof c === 'function' ? { value: c, complete: false } : { ...c, complete: false },
    ]),
  );
const flag = (octet: number, mask: number): number => (octet & mask ? 1 : 0);

/** Lines of one level as rows: `read` gives the cells of a line, undefined to leave it out. */
const lines =
  (
    level: number,
    columns: readonly string[],
    read: (text: string, kind: string) => Record<string, string> | undefined,
    detail = -1,
  ) =>
  (text: string): PeerLog => {
    const rows: Record<string, string>[] = [];
    for (const line of readReport(text)) {
      if (!line.kind.includes(`data-level-${level}`) || !/(transmit|receive)/.test(line.kind)) continue;
      const found = /detail-level-(\d)/.exec(line.kind);
      if ((found ? Number(found[1]) : -1) > detail && detail < 0) continue;
      const row = read(line.text.replace(/\s+/g, ' '), line.kind);
      if (row) rows.push(row);
    }
    return { columns, rows };
  };
const fields = (text: string): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const m of text.matchAll(/(\w+): ([-\w.()]+)/g)) out[m[1]!] = m[2]!;
  return out;
};

const PRIMARY: Record<number, string> = {
  0: 'RESET_LINK_STATES',
  2: 'TEST_LINK_STATES',
  3: 'CONFIRMED_USER_DATA',
  4: 'UNCONFIRMED_USER_DATA',
  9: 'REQUEST_LINK_STATES',
};
const SECONDARY: Record<number, string> = { 0: 'ACK', 1: 'NACK', 11: 'LINK_STATUS', 15: 'NOT_SUPPORTED' };

export const opendnp3Link = rowMap<M>({
  shape: 'rows',
  peer: 'opendnp3',
  protocol: 'dnp3',
  log: LOG,
  read: lines(2, ['master', 'pri', 'fcb', 'fcv', 'function', 'control', 'length', 'dest', 'src'], (text) => {
    const m = /func: (\S+)\(0x[0-9A-F]+\) (0x[0-9A-F]+)/.exec(text);
    return m ? { ...fields(text.replace(/func: .* (?=length)/, '')), function: m[1]!, control: m[2]! } : undefined;
  }),
  rows: all,
  columns: told({
    master: (s) => flag(s.message.control, 0x80),
    pri: (s) => flag(s.message.control, 0x40),
    fcb: (s) => flag(s.message.control, 0x20),
    fcv: (s) => flag(s.message.control, 0x10),
    function: (s) => (s.message.control & 0x40 ? PRIMARY : SECONDARY)[s.message.control & 15] ?? 'Unknown',
    control: (s) => `0x${s.message.control.toString(16).toUpperCase().padStart(2, '0')}`,
    length: (s) => s.message.length,
    dest: (s) => s.message.destination,
    src: (s) => s.message.source,
  }),
});

export const opendnp3Transport = rowMap<M>({
  shape: 'rows',
  peer: 'opendnp3',
  protocol: 'dnp3',
  log: LOG,
  read: lines(3, ['transport-fir', 'transport-fin', 'transport-seq'], (text) => {
    const f = fields(text);
    return f.fir === undefined
      ? undefined
      : { 'transport-fir': f.fir, 'transport-fin': f.fin ?? '', 'transport-seq': f.seq ?? '' };
  }),
  rows: (capture) => all(capture).filter((s) => s.message.transport >= 0 && s.message.defect !== 'link-function'),
  columns: told({
    'transport-fir': (s) => flag(s.message.transport, 0x40),
    'transport-fin': (s) => flag(s.message.transport, 0x80),
    'transport-seq': (s) => s.message.transport & 63,
  }),
});

const fragments = (capture: SeenCapture): M[] =>
  all(capture).filter((s) => s.message.application !== undefined && s.message.defect !== 'link-function');
const IIN: readonly (readonly [number, string])[] = [
  [0x8000, 'DeviceRestart'],
  [0x4000, 'DeviceTrouble'],
  [0x2000, 'LocalControl'],
  [0x1000, 'NeedTime'],
  [0x0800, 'Class3Events'],
  [0x0400, 'Class2Events'],
  [0x0200, 'Class1Events'],
  [0x0100, 'Broadcast'],
  [0x0020, 'ConfigCorrupt'],
  [0x0010, 'AlreadyExecuting'],
  [0x0008, 'EventBufferOverflow'],
  [0x0004, 'ParamError'],
  [0x0002, 'ObjectUnknown'],
  [0x0001, 'FuncNotSupported'],
];
const hex = (n: number): string => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;

export const opendnp3Application = rowMap<M>({
  shape: 'rows',
  peer: 'opendnp3',
  protocol: 'dnp3',
  log: LOG,
  read: lines(4, ['code', 'fir', 'fin', 'con', 'uns', 'seq', 'iin'], (text) => {
    const code = /^[^(]*\((0x[0-9A-F]+)\) fir/.exec(text);
    const iin = /IIN\(([^)]*)\)/.exec(text);
    if (!code) return undefined;
    const sorted = (iin?.[1] ?? '')
      .split(/, ?/)
      .filter((w) => w !== '')
      .sort()
      .join(',');
    return { ...fields(text), code: code[1]!, ...(sorted ? { iin: sorted } : {}) };
  }),
  rows: fragments,
  columns: told({
    code: (s) => hex(s.message.application!.functionCode),
    fir: (s) => flag(s.message.application!.control, 0x80),
    fin: (s) => flag(s.message.application!.control, 0x40),
    con: (s) => flag(s.message.application!.control, 0x20),
    uns: (s) => flag(s.message.application!.control, 0x10),
    seq: (s) => hex(s.message.application!.control & 15),
    iin: {
      list: true,
      value: (s) => {
        const { iin } = s.message.application!;
        return iin < 0
          ? undefined
          : IIN.filter(([b]) => iin & b)
              .map(([, name]) => name)
              .sort();
      },
    },
  }),
});

interface Header {
  readonly seen: M;
  readonly block: ObjectBlock;
}
const headers = (capture: SeenCapture): Header[] =>
  fragments(capture).flatMap((seen) => seen.message.application!.objects.map((block) => ({ seen, block })));
const WIDTHS = ['1-Byte', '2-Byte', '4-Byte'];
const qualifierText = (o: ObjectBlock): string => {
  const range = o.qualifier & 15;
  const prefix = (o.qualifier >> 4) & 7;
  if (range <= 2) return `${WIDTHS[range]} Start/Stop`;
  if (range === 6) return 'All Objects';
  if (range === 11) return 'Free Format';
  return `${WIDTHS[range - 7]} Count${prefix > 0 ? ' and Index' : ''}`;
};

export const opendnp3Headers = rowMap<Header>({
  shape: 'rows',
  peer: 'opendnp3',
  protocol: 'dnp3',
  log: LOG,
  read: lines(
    4,
    ['object', 'qualifier', 'header-count', 'start', 'stop'],
    (text) => {
      const m = /^(g\d+v\d+), ([^,]+)/.exec(text);
      if (!m) return undefined;
      const { count, start, stop } = fields(text.slice(m[0].length));
      return {
        object: m[1]!,
        qualifier: m[2]!,
        ...(count && { 'header-count': count }),
        ...(start && { start }),
        ...(stop && { stop }),
      };
    },
    1,
  ),
  rows: headers,
  columns: told({
    object: (r) => `g${r.block.group}v${r.block.variation}`,
    qualifier: (r) => qualifierText(r.block),
    'header-count': (r) => ((r.block.qualifier & 15) > 6 ? r.block.count : undefined),
    start: (r) => (r.block.start >= 0 ? r.block.start : undefined),
    stop: (r) => (r.block.start >= 0 ? r.block.stop : undefined),
  }),
});

interface Point extends Header {
  readonly i: number;
}
const control = (r: Point) => {
  const d = r.block.details[r.i];
  return d?.kind === 'control' ? d : undefined;
};
const isAnalog = (o: ObjectBlock): boolean => o.group >= 30 && o.group <= 43;
const near = (ours: string, theirs: string): boolean =>
  Math.abs(Number(ours) - Number(theirs)) <= 1e-5 * Math.abs(Number(theirs));

/** The objects themselves, one row each. */
export const opendnp3Objects = rowMap<Point>({
  shape: 'rows',
  peer: 'opendnp3',
  protocol: 'dnp3',
  log: LOG,
  read: lines(
    4,
    [
      'index',
      'flags',
      'value',
      'count',
      'time',
      'cto',
      'status',
      'control-code',
      'onTime',
      'offTime',
      'delay',
      'state',
    ],
    (text, kind) => {
      if (!/detail-level-1/.test(kind)) return undefined;
      const { code, ...rest } = fields(text);
      const index = /^\[(\d+)\]/.exec(text);
      const state = /BooleanValue\((\w+)\)/.exec(text);
      return {
        ...rest,
        ...(index && { index: index[1]! }),
        ...(code && { 'control-code': code }),
        ...(state && { state: state[1]! }),
      };
    },
    1,
  ),
  rows: (capture) =>
    headers(capture).flatMap(({ seen, block }) =>
      Array.from({ length: Math.max(block.values.length, block.details.length, block.times.length) }, (_, i) => ({
        seen,
        block,
        i,
      })),
    ),
  columns: told({
    index: ({ block, i }) =>
      block.indexes.length > 0 ? block.indexes[i] : block.start >= 0 ? block.start + i : undefined,
    flags: ({ block, i }) => (block.flags[i] === undefined ? undefined : hex(block.flags[i])),
    value: { value: ({ block, i }) => (isAnalog(block) ? block.values[i] : undefined), same: near },
    count: (r) => (r.block.group >= 20 && r.block.group <= 23 ? r.block.values[r.i] : control(r)?.repeat),
    time: ({ block, i }) => (block.group >= 50 || block.variation !== 3 ? block.times[i] : undefined),
    cto: ({ block, i }) => (block.group < 50 && block.variation === 3 ? block.times[i] : undefined),
    status: ({ block, i }) => block.statuses[i],
    'control-code': (r) => control(r)?.code,
    onTime: (r) => control(r)?.onMs,
    offTime: (r) => control(r)?.offMs,
    delay: ({ block, i }) => (block.group === 52 ? block.values[i] : undefined),
    state: ({ block, i }) => (block.group === 80 ? (block.values[i] === 1 ? 'true' : 'false') : undefined),
  }),
});
