/** IGMP versions 1 to 3: RFC 1112 appendix I, RFC 2236, RFC 3376. */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32be, u16be } from '../../lib/bytes.ts';

/** Groups kept of one version 3 report. */
const MAX_GROUPS = 64;

export interface IgmpMessage extends Message {
  readonly type:
    | 'IGMP membership query'
    | 'IGMPv1 membership report'
    | 'IGMPv2 membership report'
    | 'IGMP leave group'
    | 'IGMPv3 membership report'
    | 'IGMP other';
  readonly igmpType: number;
  /** Tenths of a second in queries. */
  readonly maxResponseTime: number;
  /** 0.0.0.0 in general queries. */
  readonly group: string;
  /** Records of a version 3 report; type 3 with no source is a leave (section 4.2.12). */
  readonly records: readonly { readonly recordType: number; readonly group: string; readonly sources: number }[];
}

const TYPE: Readonly<Record<number, IgmpMessage['type']>> = {
  17: 'IGMP membership query',
  18: 'IGMPv1 membership report',
  22: 'IGMPv2 membership report',
  23: 'IGMP leave group',
  34: 'IGMPv3 membership report',
};

/** A message of at least eight octets. */
export const decodeIgmp = (b: Uint8Array, o: number, end: number): IgmpMessage => {
  const igmpType = b[o]!;
  const records: { recordType: number; group: string; sources: number }[] = [];
  if (igmpType === 34)
    for (let p = o + 8, n = u16be(b, o + 6); n > 0 && p + 8 <= end && records.length < MAX_GROUPS; n--) {
      const sources = u16be(b, p + 2);
      records.push({ recordType: b[p]!, group: ipv4Text(i32be(b, p + 4)), sources });
      p += 8 + sources * 4 + b[p + 1]! * 4;
    }
  return {
    type: TYPE[igmpType] ?? 'IGMP other',
    igmpType,
    maxResponseTime: b[o + 1]!,
    group: igmpType === 34 ? '' : ipv4Text(i32be(b, o + 4)),
    records,
  };
};
