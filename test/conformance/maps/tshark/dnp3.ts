/** tshark's dnp3.* columns. */
import type { Dnp3Message, Fragment, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';

type M = Seen<Dnp3Message>;

const transport = (bit: number) => (s: M) => (s.message.transport >= 0 ? (s.message.transport & bit) !== 0 : undefined);
const application = (read: (f: Fragment) => Cell) => (s: M) =>
  s.message.application ? read(s.message.application) : undefined;
const blocks = (read: (o: ObjectBlock, f: Fragment) => Cell) => (s: M) => {
  const f = s.message.application;
  return f?.objects.map((o) => read(o, f)).filter((x) => x !== undefined && x !== '');
};
const flat = (read: (o: ObjectBlock, f: Fragment) => readonly Cell[] | undefined) => (s: M) => {
  const f = s.message.application;
  return f?.objects.flatMap((o) => read(o, f) ?? []);
};
const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;
const isFloat = (o: ObjectBlock): boolean =>
  o.group === 34
    ? o.variation === 3
    : o.group === 40 || o.group === 41
      ? o.variation >= 3
      : o.group === 31
        ? o.variation >= 7
        : o.variation >= 5;
/** Outputs (groups 40 to 43) have columns of their own, which the tables do not ask for. */
const analogInput = (o: ObjectBlock): boolean => o.group >= 30 && o.group <= 34;
const near = (ours: string, theirs: string): boolean => {
  const [a, b] = [Number(ours), Number(theirs)];
  return a === b || (Number.isNaN(a) && theirs.endsWith('nan')) || Math.abs(a - b) <= Math.abs(b) * 1e-5;
};

export const tsharkDnp3 = frameMap<Dnp3Message>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'dnp3',
  columns: {
    'dnp3.len': (s) => s.message.length,
    'dnp3.ctl.dir': (s) => (s.message.control & 0x80) !== 0,
    'dnp3.ctl.prm': (s) => (s.message.control & 0x40) !== 0,
    'dnp3.ctl.prifunc': (s) => (s.message.control & 0x40 ? s.message.control & 15 : undefined),
    'dnp3.ctl.secfunc': (s) => (s.message.control & 0x40 ? undefined : s.message.control & 15),
    'dnp3.src': (s) => s.message.source,
    'dnp3.dst': (s) => s.message.destination,
    'dnp3.tr.fir': transport(0x40),
    'dnp3.tr.fin': transport(0x80),
    'dnp3.tr.seq': (s) => (s.message.transport >= 0 ? s.message.transport & 63 : undefined),
    'dnp3.al.fir': application((f) => (f.control & 0x80) !== 0),
    'dnp3.al.fin': application((f) => (f.control & 0x40) !== 0),
    'dnp3.al.con': application((f) => (f.control & 0x20) !== 0),
    'dnp3.al.uns': application((f) => (f.control & 0x10) !== 0),
    'dnp3.al.seq': application((f) => f.control & 15),
    'dnp3.al.func': application((f) => f.functionCode),
    'dnp3.al.iin': application((f) => (f.iin >= 0 ? hex(f.iin, 4) : undefined)),
    'dnp3.al.obj': blocks((o) => hex((o.group << 8) | o.variation, 4)),
    'dnp3.al.objq.prefix': blocks((o) => (o.qualifier >> 4) & 7),
    'dnp3.al.objq.range': blocks((o) => o.qualifier & 15),
    'dnp3.al.range.start': blocks((o) => (o.start >= 0 ? o.start : undefined)),
    'dnp3.al.range.stop': blocks((o) => (o.start >= 0 ? o.stop : undefined)),
    'dnp3.al.range.quantity': blocks((o) => ((o.qualifier & 15) >= 7 ? o.count : undefined)),
    'dnp3.al.index': flat((o) => o.indexes),
    'dnp3.al.ana.int': flat((o) => (analogInput(o) && !isFloat(o) ? o.values : undefined)),
    'dnp3.al.ana.float': {
      value: flat((o) => (analogInput(o) && isFloat(o) ? o.values : undefined)),
      same: near,
    },
    'dnp3.al.cnt': flat((o) => (o.group >= 20 && o.group <= 23 ? o.values : undefined)),
    'dnp3.al.bit': flat((o) =>
      o.variation === 1 && (o.group === 1 || o.group === 10 || o.group === 80) ? o.values : undefined,
    ),
    'dnp3.al.ctrlstatus': flat((o) => (o.group === 12 || o.group === 41 ? o.statuses : undefined)),
  },
});
