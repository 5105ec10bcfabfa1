/** IPAL's ethercat messages: one for each datagram, named by the address that is written. */
import type { EcatMessage } from '../../../../src/decode/ethercat/index.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, type PeerLog, rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { hex } from '../text.ts';

type Datagram = EcatMessage['datagrams'][number];
interface Row {
  readonly seen: Seen<EcatMessage>;
  readonly d: Datagram;
  /** Of a station address that was given out earlier: the position it was given to. */
  readonly position: string | undefined;
}

const APWR = 2;
const APRW = 3;
const BWR = 8;
const BRW = 9;
const STATION_ADDRESS = 0x0010;
const LRD = 10;
const LRW = 12;
/** NOP, APRD, FPRD, BRD, LRD. */
const READS = new Set([0, 1, 4, 7, LRD]);
const isLogical = (d: Datagram): boolean => d.command >= LRD && d.command <= LRW;

const data = ({ d, position }: Row): Cell => {
  if (READS.has(d.command) || d.data.length === 0) return undefined;
  // Every octet of a logical write gets the same name, so that only the last is left.
  if (isLogical(d)) return ipalData([[`log_${hex(d.logical, 8)}`, d.data[d.data.length - 1]!]]);
  const isPosition = d.command === APWR || d.command === APRW;
  const place =
    d.command === BWR || d.command === BRW
      ? '*'
      : isPosition
        ? `aic_${hex(d.adp, 4)}`
        : (position ?? `phy_${hex(d.adp, 4)}`);
  return ipalData([...d.data].map((v, i) => [`${place}/${hex(d.ado + i, 4)}`, v]));
};

/**
 * Datagrams in order; a write of register 0x0010 gives a position its station address. A transcription that ended early
 * (one version of the peer stops at a register access that it does not expect) says nothing about what follows.
 */
const rowsOf = (capture: SeenCapture, log: PeerLog): Row[] => {
  const times = log.rows.map((r) => Number(r.timestamp) * 1e6);
  const begin = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const end = times.reduce((a, b) => Math.max(a, b), 0);
  const positions = new Map<number, string>();
  const out: Row[] = [];
  for (const seen of capture.of<EcatMessage>('ethercat').filter((s) => s.tsUs > begin - 2 && s.tsUs < end + 2))
    for (const d of seen.message.datagrams) {
      if ((d.command === APWR || d.command === APRW) && d.ado === STATION_ADDRESS && d.data.length >= 2)
        positions.set(d.data[0]! | (d.data[1]! << 8), `aic_${hex(d.adp, 4)}`);
      out.push({ seen, d, position: positions.get(d.adp) });
    }
  return out;
};

export const ipalEthercat = rowMap<Row>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'ethercat',
  log: /ethercat.*\.ipal$/,
  rows: rowsOf,
  columns: {
    activity: ({ d }) => (d.command === 0 ? 'inform' : READS.has(d.command) ? 'interrogate' : 'command'),
    type: ({ d }) => d.command,
    length: {
      // One version of the peer counts the data of reads, another does not.
      value: ({ d }) => (READS.has(d.command) ? `12 ${12 + d.length}` : 12 + d.length),
      same: (ours, theirs) => ours.split(' ').includes(theirs),
    },
    data: { value: data, list: true },
  },
});
