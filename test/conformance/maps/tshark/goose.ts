/** tshark's goose.* columns. */
import type { GooseMessage } from '../../../../src/decode/goose/index.ts';
import type { MmsData } from '../../../../src/decode/shared/mms-data.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex, nanosecondsText } from '../text.ts';

type M = Seen<GooseMessage>;
const has = (s: M, field: number): boolean => (s.message.present & (1 << field)) !== 0;

/** Simple values of one type, whatever they are nested in. */
const leaves = (data: readonly MmsData[], type: string, out: MmsData[] = []): MmsData[] => {
  for (const d of data) {
    if (d.items !== undefined) leaves(d.items, type, out);
    else if (d.type === type) out.push(d);
  }
  return out;
};

/** Octets of a bit string without the count of unused bits. */
const bitOctets = (d: MmsData): string => {
  const bits = String(d.value);
  let out = '';
  for (let i = 0; i < bits.length; i += 8)
    out += Number.parseInt(bits.slice(i, i + 8).padEnd(8, '0'), 2)
      .toString(16)
      .padStart(2, '0');
  return out;
};

/** Contents of FloatingPoint as sent: exponent width, then IEEE 754. */
const floatOctets = (d: MmsData): string => {
  if (typeof d.value === 'string') return d.value;
  const b = Buffer.alloc(d.octets);
  b[0] = d.octets === 9 ? 11 : 8;
  if (d.octets === 9) b.writeDoubleBE(Number(d.value), 1);
  else b.writeFloatBE(Number(d.value), 1);
  return b.toString('hex');
};

export const tsharkGoose = frameMap<GooseMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'goose',
  columns: {
    'goose.appid': (s) => hex(s.message.appid, 4),
    'goose.gocbRef': { value: (s) => s.message.gocbRef, whole: true },
    'goose.datSet': { value: (s) => s.message.datSet, whole: true },
    'goose.goID': { value: (s) => s.message.goID, whole: true },
    'goose.stNum': (s) => (has(s, 5) ? s.message.stNum : undefined),
    'goose.sqNum': (s) => (has(s, 6) ? s.message.sqNum : undefined),
    'goose.confRev': (s) => (has(s, 8) ? s.message.confRev : undefined),
    'goose.timeAllowedtoLive': (s) => (has(s, 1) ? s.message.timeAllowedToLive : undefined),
    'goose.simulation': (s) => (has(s, 7) ? s.message.simulation : undefined),
    'goose.ndsCom': (s) => (has(s, 9) ? s.message.ndsCom : undefined),
    'goose.numDatSetEntries': (s) => (has(s, 10) ? s.message.numDatSetEntries : undefined),
    'goose.t': {
      // 24 bits of fraction as nanoseconds, cut.
      value: (s) =>
        has(s, 4)
          ? nanosecondsText(s.message.tSeconds, Math.floor((s.message.tFraction / 0x1000000) * 1e9))
          : undefined,
      whole: true,
    },
    'goose.boolean': (s) => leaves(s.message.allData, 'boolean').map((d) => d.value),
    'goose.integer': (s) => leaves(s.message.allData, 'integer').map((d) => d.value),
    'goose.bit_string': (s) => leaves(s.message.allData, 'bit-string').map(bitOctets),
    'goose.floating_point': (s) => leaves(s.message.allData, 'floating-point').map(floatOctets),
  },
});
