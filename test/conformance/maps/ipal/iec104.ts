/** IPAL messages of IEC 104: kind of APDU, who acts, length, and the values by common address and object. */
import type { Asdu, Iec104Message } from '../../../../src/decode/iec104/index.ts';
import { rowMap, type Seen } from '../../types.ts';

type M = Seen<Iec104Message>;

const NORMALIZED = [9, 10, 21, 34, 48, 61, 110];
const values = (a: Asdu): Record<string, number> => {
  const out: Record<string, number> = {};
  a.values.forEach((value, i) => {
    if (a.typeId === 104 || a.typeId === 107) return;
    out[`${a.commonAddress}.${a.addresses[i]}`] = NORMALIZED.includes(a.typeId) ? Math.round(value * 32768) : value;
  });
  return out;
};
const data = (s: M): Record<string, number | boolean> => {
  const m = s.message;
  if (m.asdu) return values(m.asdu);
  if (m.control >= 0x40) return { test: 1 };
  return m.control >= 0x10 ? { 'stop data transfer': true } : { 'start data transfer': true };
};

export const ipalIec104 = rowMap<M>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'iec104',
  log: /^(iec104|test_transcriber_raw_iec104)\.ipal$/,
  // Acknowledgements are not messages to IPAL.
  rows: (capture) => capture.of<Iec104Message>('iec104').filter((s) => s.message.format !== 1),
  columns: {
    type: (s) => (s.message.asdu ? `I-${s.message.asdu.typeId}` : 'U'),
    length: (s) => s.octets,
    activity: (s) => {
      const m = s.message;
      if (!m.asdu) return [0x07, 0x13, 0x43].includes(m.control) ? 'command' : 'action';
      if (m.asdu.typeId < 45) return m.asdu.cause === 5 ? 'action' : 'inform';
      if (m.asdu.typeId === 70) return 'action';
      return [5, 6, 8].includes(m.asdu.cause) ? 'command' : 'action';
    },
    data: (s) => JSON.stringify(data(s)),
  },
});
