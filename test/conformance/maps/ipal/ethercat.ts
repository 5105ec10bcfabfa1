/** IPAL's ethercat messages: one for each datagram, named by the address that is written. */
import type { EcatMessage } from '../../../../src/decode/ethercat/index.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { hex } from '../text.ts';

type Datagram = EcatMessage['datagrams'][number];
interface Row {
  readonly seen: Seen<EcatMessage>;
  readonly d: Datagram;
}

const LRD = 10;
const LRW = 12;
/** NOP, APRD, FPRD, BRD, LRD. */
const READS = new Set([0, 1, 4, 7, LRD]);
const isLogical = (d: Datagram): boolean => d.command >= LRD && d.command <= LRW;

const data = ({ d }: Row): Cell => {
  if (READS.has(d.command) || d.data.length === 0) return undefined;
  // Every octet of a logical write gets the same name, so that only the last is left.
  if (isLogical(d)) return ipalData([[`log_${hex(d.logical, 8)}`, d.data[d.data.length - 1]!]]);
  const place =
    d.command === 8 || d.command === 9 ? '*' : `${d.command === 2 || d.command === 3 ? 'aic' : 'con'}_${hex(d.adp, 4)}`;
  return ipalData([...d.data].map((v, i) => [`${place}/${hex(d.ado + i, 4)}`, v]));
};

export const ipalEthercat = rowMap<Row>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'ethercat',
  log: /ethercat.*\.ipal$/,
  rows: (capture: SeenCapture) =>
    capture.of<EcatMessage>('ethercat').flatMap((seen) => seen.message.datagrams.map((d) => ({ seen, d }))),
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
