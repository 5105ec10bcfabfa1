/** tshark's dnp3.* columns. */
import type { Dnp3Message, Fragment, ObjectBlock } from '../../../../src/decode/dnp3/index.ts';
import type { FileDetail } from '../../../../src/decode/dnp3/message.ts';
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
/**
 * Objects of IEEE 1815 that tshark 4.0 calls unknown: it shows their header and nothing that follows in the fragment. Of g43v1 and g43v3 it reads the
 * value before the status (A.24 has the status first, as it reads the other variations): frames with them are not comparable.
 */
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
/** 64-bit floats have columns of their own. */
const isDouble = (o: ObjectBlock): boolean =>
  o.group === 40 || o.group === 41
    ? o.variation === 4
    : o.group !== 34 && (o.variation === 6 || o.variation === 8) && isFloat(o);
const analogInput = (o: ObjectBlock): boolean => o.group >= 30 && o.group <= 34;
const near = (ours: string, theirs: string): boolean => {
  const [a, b] = [Number(ours), Number(theirs)];
  return a === b || (Number.isNaN(a) && theirs.endsWith('nan')) || Math.abs(a - b) <= Math.abs(b) * 1e-5;
};

const analogOutput = (o: ObjectBlock): boolean => o.group >= 40 && o.group <= 43;
/** Eight columns of one flag octet: groups with flags of this name. */
const flagBits = (name: string, groups: readonly number[]): Record<string, (s: M) => Cell> =>
  Object.fromEntries(
    Array.from({ length: 8 }, (_, bit) => [
      `dnp3.al.${name}.b${bit}`,
      flat((o) => (groups.includes(o.group) ? o.flags.map((f) => (f >> bit) & 1) : undefined)),
    ]),
  );
const controls = (read: (code: number, d: { repeat: number; onMs: number; offMs: number }) => number) =>
  flat((o) => o.details.flatMap((d) => (d.kind === 'control' ? [read(d.code, d)] : [])));
/** Of file control tshark 4.0 reads neither descriptors nor specification strings. */
const file = (read: (d: FileDetail) => Cell) =>
  flat((o) =>
    o.variation >= 7
      ? []
      : o.details
          .flatMap((d) => (d.kind.startsWith('file-') ? [read(d as FileDetail)] : []))
          .filter((x) => x !== undefined),
  );

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
    'dnp3.al.2bit': flat((o) => (o.group === 3 && o.variation === 1 ? o.values : undefined)),
    'dnp3.al.ana.double': { value: flat((o) => (analogInput(o) && isDouble(o) ? o.values : undefined)), same: near },
    'dnp3.al.anaout.int': flat((o) => (analogOutput(o) && !isFloat(o) ? o.values : undefined)),
    'dnp3.al.anaout.float': {
      value: flat((o) => (analogOutput(o) && isFloat(o) && !isDouble(o) ? o.values : undefined)),
      same: near,
    },
    'dnp3.al.anaout.double': {
      value: flat((o) => (analogOutput(o) && isDouble(o) ? o.values : undefined)),
      same: near,
    },
    ...flagBits('biq', [1, 2, 3, 4]),
    ...flagBits('boq', [10, 11]),
    ...flagBits('ctrq', [20, 21, 22, 23]),
    ...flagBits('aiq', [30, 31, 32, 33]),
    ...flagBits('aoq', [40, 42]),
    'dnp3.ctl.op': controls((code) => code & 15),
    'dnp3.ctl.clr': controls((code) => (code >> 4) & 3),
    'dnp3.ctl.trip': controls((code) => code >> 6),
    'dnp3.al.count': controls((_, d) => d.repeat),
    'dnp3.al.on_time': controls((_, d) => d.onMs),
    'dnp3.al.off_time': controls((_, d) => d.offMs),
    'dnp3.al.time_delay': flat((o) => (o.group === 52 ? o.values : undefined)),
    'dnp3.al.file_name': file((d) => ('name' in d ? d.name : undefined)),
    'dnp3.al.file.mode': file((d) => (d.kind === 'file-command' ? d.mode : undefined)),
    'dnp3.al.file.size': file((d) =>
      // Of what is opened for reading, or deleted, the size says nothing (A.27.4) and is not shown.
      d.kind === 'file-status' || (d.kind === 'file-command' && d.mode > 1) ? hex(d.size, 8) : undefined,
    ),
    'dnp3.al.file.maxblock': file((d) => ('maxBlock' in d ? d.maxBlock : undefined)),
    'dnp3.al.file.reqID': file((d) => ('requestId' in d ? d.requestId : undefined)),
    'dnp3.al.file.handle': file((d) => ('handle' in d ? hex(d.handle, 8) : undefined)),
    'dnp3.al.file.blocknum': file((d) => ('block' in d ? hex(d.block, 8) : undefined)),
    'dnp3.al.file.lastblock': file((d) => ('last' in d ? d.last : undefined)),
    'dnp3.al.file.status': file((d) => ('status' in d ? d.status : undefined)),
    'dnp3.al.ctrlstatus': flat((o) => ([12, 13, 41, 43].includes(o.group) ? o.statuses : undefined)),
  },
});
