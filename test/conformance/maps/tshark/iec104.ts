/** tshark's iec60870_104.* and iec60870_asdu.* columns. */
import type { Asdu, Iec104Message } from '../../../../src/decode/iec104/index.ts';
import { frameMap, type Seen } from '../../types.ts';

type M = Seen<Iec104Message>;

const asdu =
  <T>(read: (a: Asdu) => T) =>
  (s: M): T | undefined =>
    s.message.asdu ? read(s.message.asdu) : undefined;
/** Values of the types that hold one of these; tshark shows six digits or so. */
const valuesOf = (types: readonly number[]) => asdu((a) => (types.includes(a.typeId) ? a.values : undefined));
const near = (ours: string, theirs: string): boolean => {
  const [a, b] = [Number(ours), Number(theirs)];
  return (
    a === b ||
    (Number.isNaN(a) && theirs.endsWith('nan')) ||
    Math.abs(a - b) <= Math.abs(b) * 1e-5 ||
    Math.fround(a) === Math.fround(b)
  );
};

const SINGLE = [1, 2, 30];
const DOUBLE = [3, 4, 31];
const COUNTERS = [15, 16, 37];
/** With quality descriptor QDS: steps, bit strings, measured values. */
const DESCRIBED = [5, 6, 32, 7, 8, 33, 9, 10, 34, 11, 12, 35, 13, 14, 36];
/** One bit of the quality. */
const quality = (bit: number, types: readonly number[]) =>
  asdu((a) => (types.includes(a.typeId) ? a.qualities.map((q) => (q & bit) !== 0) : undefined));
const qualifier = (types: readonly number[], read: (q: number) => number | boolean) =>
  asdu((a) => (types.includes(a.typeId) ? a.qualifiers.map(read) : undefined));
const selecting = (q: number): boolean => (q & 0x80) !== 0;
/** QU of a command (7.2.6.26): five bits. */
const pulse = (q: number): number => (q >> 2) & 31;

/** CP56Time2a, where tshark reads it. */
const TIMED = new Set([30, 31, 32, 33, 34, 35, 36, 37, 58, 59, 60, 61, 62, 63, 64, 103]);
const time = (read: (t: Date) => number) =>
  asdu((a) => (TIMED.has(a.typeId) ? a.times.map((ms) => read(new Date(ms))) : undefined));
const timeFlag = (bit: number) =>
  asdu((a) => (TIMED.has(a.typeId) ? a.timeFlags.map((f) => (f & bit) !== 0) : undefined));
/** tshark writes the octets of a bit string as they come; the standard has the lowest bit first. */
const bitText = (v: number): string => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(v);
  return `0x${b.toString('hex')}`;
};

/** Events of protection equipment and 101's own commands: tshark 4.0 shows where their first object is and reads nothing of it. */
const UNREAD = new Set([17, 18, 19, 20, 38, 39, 40, 102, 104, 106, 107, 113]);

export const tsharkIec104 = frameMap<Iec104Message>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'iec104',
  columns: {
    'iec60870_104.type': (s) => `0x${s.message.format.toString(16).padStart(8, '0')}`,
    'iec60870_104.tx': (s) => (s.message.sendSequence >= 0 ? s.message.sendSequence : undefined),
    'iec60870_104.rx': (s) => (s.message.receiveSequence >= 0 ? s.message.receiveSequence : undefined),
    'iec60870_104.utype': (s) =>
      s.message.control >= 0 ? `0x${(s.message.control >> 2).toString(16).padStart(8, '0')}` : undefined,
    'iec60870_104.apdulen': (s) => s.message.length,
    'iec60870_asdu.typeid': asdu((a) => a.typeId),
    'iec60870_asdu.causetx': asdu((a) => a.cause),
    'iec60870_asdu.addr': asdu((a) => a.commonAddress),
    'iec60870_asdu.ioa': asdu((a) => (UNREAD.has(a.typeId) ? a.addresses.slice(0, 1) : a.addresses)),
    'iec60870_asdu.numix': asdu((a) => a.count),
    'iec60870_asdu.sq': asdu((a) => a.sq),
    'iec60870_asdu.nega': asdu((a) => a.negative),
    'iec60870_asdu.test': asdu((a) => a.test),
    'iec60870_asdu.float': { value: valuesOf([13, 14, 36, 50, 63, 112]), same: near },
    'iec60870_asdu.scalval': valuesOf([11, 12, 35, 49, 62, 111]),
    'iec60870_asdu.oa': asdu((a) => (a.originator < 0 ? undefined : a.originator)),
    'iec60870_asdu.siq.spi': valuesOf(SINGLE),
    'iec60870_asdu.siq.bl': quality(0x10, SINGLE),
    'iec60870_asdu.siq.sb': quality(0x20, SINGLE),
    'iec60870_asdu.siq.nt': quality(0x40, SINGLE),
    'iec60870_asdu.siq.iv': quality(0x80, SINGLE),
    'iec60870_asdu.diq.dpi': valuesOf(DOUBLE),
    'iec60870_asdu.diq.bl': quality(0x10, DOUBLE),
    'iec60870_asdu.diq.sb': quality(0x20, DOUBLE),
    'iec60870_asdu.diq.nt': quality(0x40, DOUBLE),
    'iec60870_asdu.diq.iv': quality(0x80, DOUBLE),
    'iec60870_asdu.qds.ov': quality(0x01, DESCRIBED),
    'iec60870_asdu.qds.bl': quality(0x10, DESCRIBED),
    'iec60870_asdu.qds.sb': quality(0x20, DESCRIBED),
    'iec60870_asdu.qds.nt': quality(0x40, DESCRIBED),
    'iec60870_asdu.qds.iv': quality(0x80, DESCRIBED),
    'iec60870_asdu.vti.v': valuesOf([5, 6, 32]),
    'iec60870_asdu.vti.t': asdu((a) => a.transients),
    'iec60870_asdu.bitstring': asdu((a) => ([7, 8, 33, 51, 64].includes(a.typeId) ? a.values.map(bitText) : undefined)),
    'iec60870_asdu.bcr.count': valuesOf(COUNTERS),
    'iec60870_asdu.bcr.sq': asdu((a) => (COUNTERS.includes(a.typeId) ? a.readings : undefined)),
    'iec60870_asdu.bcr.cy': quality(0x20, COUNTERS),
    'iec60870_asdu.bcr.ca': quality(0x40, COUNTERS),
    'iec60870_asdu.bcr.iv': quality(0x80, COUNTERS),
    'iec60870_asdu.sco.on': qualifier([45, 58], (q) => q & 1),
    'iec60870_asdu.sco.qu': qualifier([45, 58], pulse),
    'iec60870_asdu.sco.se': qualifier([45, 58], selecting),
    'iec60870_asdu.dco.on': qualifier([46, 59], (q) => q & 3),
    'iec60870_asdu.dco.qu': qualifier([46, 59], pulse),
    'iec60870_asdu.dco.se': qualifier([46, 59], selecting),
    'iec60870_asdu.rco.up': qualifier([47, 60], (q) => q & 3),
    'iec60870_asdu.rco.qu': qualifier([47, 60], pulse),
    'iec60870_asdu.rco.se': qualifier([47, 60], selecting),
    'iec60870_asdu.qos.ql': qualifier([48, 49, 50, 61, 62, 63], (q) => q & 127),
    'iec60870_asdu.qos.se': qualifier([48, 49, 50, 61, 62, 63], selecting),
    'iec60870_asdu.qpm.kpa': qualifier([110, 111, 112], (q) => q & 63),
    'iec60870_asdu.qpm.lpc': qualifier([110, 111, 112], (q) => (q & 64) !== 0),
    'iec60870_asdu.qpm.pop': qualifier([110, 111, 112], selecting),
    'iec60870_asdu.coi_r': qualifier([70], (q) => q & 127),
    'iec60870_asdu.coi_i': qualifier([70], selecting),
    'iec60870_asdu.qoi': qualifier([100], (q) => q),
    'iec60870_asdu.rqt': qualifier([101], (q) => q & 63),
    'iec60870_asdu.frz': qualifier([101], (q) => q >> 6),
    'iec60870_asdu.qrp': qualifier([105], (q) => q),
    'iec60870_asdu.cp56time.ms': time((t) => t.getUTCSeconds() * 1000 + t.getUTCMilliseconds()),
    'iec60870_asdu.cp56time.min': time((t) => t.getUTCMinutes()),
    'iec60870_asdu.cp56time.hour': time((t) => t.getUTCHours()),
    'iec60870_asdu.cp56time.day': time((t) => t.getUTCDate()),
    'iec60870_asdu.cp56time.month': time((t) => t.getUTCMonth() + 1),
    'iec60870_asdu.cp56time.year': time((t) => t.getUTCFullYear() - 2000),
    'iec60870_asdu.cp56time.iv': timeFlag(0x80),
    'iec60870_asdu.cp56time.su': timeFlag(0x01),
    'iec60870_asdu.normval': { value: valuesOf([9, 10, 21, 34, 48, 61, 110]), same: near },
  },
});
