/** IPAL messages of IEC 104: kind of APDU, who acts, length, and the values by common address and object. */
import type { Asdu, Iec104Message } from '../../../../src/decode/iec104/index.ts';
import { rowMap, type Seen } from '../../types.ts';

type M = Seen<Iec104Message>;

const NORMALIZED = [9, 10, 21, 34, 48, 61, 110];
/** 32 bits in the order of the octets: IPAL reads them as one big-endian number. */
const BITSTRINGS = [7, 8, 33, 51, 64];
const swapped = (n: number): number =>
  (((n & 255) << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)) >>> 0;
const values = (a: Asdu): Record<string, number> => {
  const out: Record<string, number> = {};
  a.values.forEach((value, i) => {
    if (a.typeId === 104 || a.typeId === 107) return;
    out[`${a.commonAddress}.${a.addresses[i]}`] = NORMALIZED.includes(a.typeId)
      ? Math.round(value * 32768)
      : BITSTRINGS.includes(a.typeId)
        ? swapped(value)
        : value;
  });
  return out;
};
const data = (s: M): Record<string, number | boolean> => {
  const m = s.message;
  if (m.asdu) return values(m.asdu);
  if (m.format === 1) return {};
  if (m.control >= 0x40) return { test: 1 };
  return m.control >= 0x10 ? { 'stop data transfer': true } : { 'start data transfer': true };
};

/** Floats with fewer digits. */
const near = (ours: string, theirs: string): boolean => {
  const [a, b] = [ours.split('='), theirs.split('=')];
  return a[0] === b[0] && Math.fround(Number(a[1])) === Math.fround(Number(b[1]));
};

export const ipalIec104 = rowMap<M>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'iec104',
  log: /^(iec104|test_transcriber_raw_iec104)\.ipal$/,
  // Acknowledgements are messages in the older of the two kinds of file only: `S` without data.
  rows: (capture, log) => {
    const all = capture.of<Iec104Message>('iec104');
    return log.rows.some((r) => r.type === 'S') ? all : all.filter((s) => s.message.format !== 1);
  },
  columns: {
    type: (s) => (s.message.asdu ? `I-${s.message.asdu.typeId}` : s.message.format === 1 ? 'S' : 'U'),
    length: (s) => s.octets,
    activity: (s) => {
      const m = s.message;
      if (m.format === 1) return 'confirmation';
      if (!m.asdu) return [0x07, 0x13, 0x43].includes(m.control) ? 'command' : 'action';
      if (m.asdu.typeId < 45) return m.asdu.cause === 5 ? 'action' : 'inform';
      if (m.asdu.typeId === 70) return 'action';
      return [5, 6, 8].includes(m.asdu.cause) ? 'command' : 'action';
    },
    data: {
      list: true,
      value: (s) => Object.entries(data(s)).map(([name, value]) => `${name}=${value}`),
      same: near,
    },
  },
});
