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
    'iec60870_asdu.normval': { value: valuesOf([9, 10, 21, 34, 48, 61, 110]), same: near },
  },
});
