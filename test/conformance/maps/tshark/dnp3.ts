/** tshark's dnp3.* columns. */
import type { Dnp3Message, Fragment, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
import { type Cell, frameMap, type Seen } from '../../types.ts';

type M = Seen<Dnp3Message>;

const transport = (bit: number) => (s: M) => (s.message.transport >= 0 ? (s.message.transport & bit) !== 0 : undefined);
const application = (read: (f: Fragment) => Cell) => (s: M) =>
  s.message.application ? read(s.message.application) : undefined;
/** Functions whose objects tshark 4.0 dissects: of the others (freeze at time, start, stop, authenticate ...) it names the function only. */
const isDissected = (code: number): boolean =>
  (code >= 1 && code <= 0x0a) ||
  (code >= 0x14 && code <= 0x15) ||
  (code >= 0x19 && code <= 0x1b) ||
  code === 0x81 ||
  code === 0x82;
/** Objects of IEEE 1815 that tshark 4.0 calls unknown: it shows their header and nothing that follows in the fragment. */
const isUnknown = ({ group: g, variation: v }: ObjectBlock): boolean =>
  (g === 4 && v === 3) ||
  (g === 31 && v >= 1 && v <= 6) ||
  (g === 33 && v >= 1 && v <= 4) ||
  ((g === 50 || g === 51 || g === 86) && v === 2) ||
  (g === 52 && v === 1) ||
  (g === 102 && v === 1) ||
  g === 120 ||
  ((g === 112 || g === 113 || g === 121 || g === 122) && v > 0);
/** Octet strings, whose variation is a length, are one object to tshark. */
const isOctets = (o: ObjectBlock): boolean => o.group === 110 || o.group === 111;
const shown = (f: Fragment | undefined): readonly ObjectBlock[] => {
  if (f === undefined || !isDissected(f.functionCode)) return [];
  // A read of such an object carries no octets of it, so that its end is known all the same.
  const last = f.functionCode === 1 ? -1 : f.objects.findIndex(isUnknown);
  return last < 0 ? f.objects : f.objects.slice(0, last + 1);
};
const blocks = (read: (o: ObjectBlock, f: Fragment) => Cell) => (s: M) => {
  const f = s.message.application;
  return shown(f)
    .map((o) => read(o, f!))
    .filter((x) => x !== undefined && x !== '');
};
const flat = (read: (o: ObjectBlock, f: Fragment) => readonly Cell[] | undefined) => (s: M) => {
  const f = s.message.application;
  return shown(f).flatMap((o) => (f!.functionCode !== 1 && isUnknown(o) ? [] : (read(o, f!) ?? [])));
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
/** 64-bit floats have a column of their own (dnp3.al.ana.double), which the tables do not ask for. */
const isDouble = (o: ObjectBlock): boolean =>
  (o.group >= 30 && o.group <= 33 && (o.variation === 6 || o.variation === 8) && isFloat(o)) ||
  ((o.group === 40 || o.group === 41) && o.variation === 4);
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
    // Of authentication responses and unknown functions tshark names the function only.
    'dnp3.al.iin': application((f) => (f.iin >= 0 && f.functionCode <= 0x82 ? hex(f.iin, 4) : undefined)),
    'dnp3.al.obj': blocks((o) => hex((o.group << 8) | (isOctets(o) ? 0 : o.variation), 4)),
    'dnp3.al.objq.prefix': blocks((o) => (o.qualifier >> 4) & 7),
    'dnp3.al.objq.range': blocks((o) => o.qualifier & 15),
    'dnp3.al.range.start': blocks((o) => (o.start >= 0 ? o.start : undefined)),
    'dnp3.al.range.stop': blocks((o) => (o.start >= 0 ? o.stop : undefined)),
    'dnp3.al.range.quantity': blocks((o) => ([7, 8, 9, 11].includes(o.qualifier & 15) ? o.count : undefined)),
    'dnp3.al.index': (s) => {
      const f = s.message.application;
      return shown(f).flatMap((o) => (f!.functionCode !== 1 && isUnknown(o) ? o.indexes.slice(0, 1) : o.indexes));
    },
    // A dead-band (g34) is unsigned (IEEE 1815-2012, A.17); tshark 4.0 reads it as signed.
    'dnp3.al.ana.int': flat((o) =>
      analogInput(o) && !isFloat(o)
        ? o.group === 34
          ? o.values.map((v) => (o.variation === 1 ? (Number(v) << 16) >> 16 : Number(v) | 0))
          : o.values
        : undefined,
    ),
    'dnp3.al.ana.float': {
      value: flat((o) => (analogInput(o) && isFloat(o) && !isDouble(o) ? o.values : undefined)),
      same: near,
    },
    'dnp3.al.cnt': flat((o) => (o.group >= 20 && o.group <= 23 ? o.values : undefined)),
    'dnp3.al.bit': flat((o) =>
      (o.variation === 1 && (o.group === 1 || o.group === 10 || o.group === 80)) ||
      (o.group === 12 && o.variation === 3)
        ? o.values
        : undefined,
    ),
    'dnp3.al.ctrlstatus': flat((o) => ([12, 13, 41, 43].includes(o.group) ? o.statuses : undefined)),
  },
});
