/**
 * NetBIOS name service messages: RFC 1002 section 4.2. The format is that of DNS with other record types and operation
 * codes.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text, macText } from '../../lib/address.ts';
import { i32be, paddedAscii, u8, u16be, u32be } from '../../lib/bytes.ts';
import { type NetbiosName, netbiosCursor, readNetbiosName } from '../shared/netbios.ts';

/** Records decoded per message, and addresses or names in one record. */
export const MAX_RECORDS = 32;
export const MAX_ENTRIES = 64;

/** RFC 1002 section 4.2.1.1. */
const OPERATION: Readonly<Record<number, string>> = {
  0: 'query',
  5: 'registration',
  6: 'release',
  7: 'wait',
  8: 'refresh',
  9: 'refresh',
  15: 'multi-homed registration',
};
export type NbnsOperation = 'query' | 'registration' | 'release' | 'wait' | 'refresh' | 'multi-homed registration';
/** RFC 1002 section 4.2.1.3. */
export const NB = 0x20;
export const NBSTAT = 0x21;

export interface NbnsAddress {
  readonly group: boolean;
  readonly ip: string;
}
export interface NbnsStatusName {
  readonly name: string;
  readonly suffix: number;
  readonly group: boolean;
  readonly active: boolean;
}
export interface NbnsRecord {
  readonly name: NetbiosName;
  readonly recordType: number;
  readonly ttl: number;
  readonly addresses: readonly NbnsAddress[];
  /** Node status only. */
  readonly names: readonly NbnsStatusName[];
  readonly unitId: string | undefined;
}
export interface NbnsMessage extends Message {
  readonly type: 'NBNS request' | 'NBNS response';
  readonly id: number;
  readonly response: boolean;
  readonly operation: NbnsOperation;
  readonly broadcast: boolean;
  /** NM_FLAGS of section 4.2.1.1: set in requests to a name server, also by most broadcasters. */
  readonly recursionDesired: boolean;
  readonly rcode: number;
  readonly questions: readonly { readonly name: NetbiosName; readonly recordType: number }[];
  readonly answers: readonly NbnsRecord[];
  readonly additionals: readonly NbnsRecord[];
}

/** One message in `start`..`end`; undefined when it is none, text when it is broken. */
export const decodeNbns = (b: Uint8Array, start: number, end: number): NbnsMessage | string | undefined => {
  if (end - start < 12) return undefined;
  const flags = u16be(b, start + 2);
  const operation = OPERATION[(flags >> 11) & 15] as NbnsOperation | undefined;
  if (!operation) return undefined;
  const questions: { name: NetbiosName; recordType: number }[] = [];
  let o = start + 12;
  for (let i = 0; i < Math.min(MAX_RECORDS, u16be(b, start + 4)); i++) {
    const name = readNetbiosName(b, start, o, end);
    if (!name || netbiosCursor.next + 4 > end) return `question ${i + 1}`;
    o = netbiosCursor.next + 4;
    questions.push({ name, recordType: u16be(b, o - 4) });
  }
  const section = (count: number): NbnsRecord[] | undefined => {
    const list: NbnsRecord[] = [];
    for (let i = 0; i < Math.min(MAX_RECORDS, count); i++) {
      const name = readNetbiosName(b, start, o, end);
      if (!name || netbiosCursor.next + 10 > end) return undefined;
      const at = netbiosCursor.next;
      const recordType = u16be(b, at);
      const data = at + 10;
      const next = data + u16be(b, at + 8);
      if (next > end) return undefined;
      const addresses: NbnsAddress[] = [];
      const names: NbnsStatusName[] = [];
      let unitId: string | undefined;
      if (recordType === NB)
        // NB_FLAGS (group bit first) and NB_ADDRESS, repeated: section 4.2.13.
        for (let e = data; e + 6 <= next && addresses.length < MAX_ENTRIES; e += 6)
          addresses.push({ group: (b[e]! & 0x80) !== 0, ip: ipv4Text(i32be(b, e + 2)) });
      if (recordType === NBSTAT && next > data) {
        // NUM_NAMES, then 18 octets each, then statistics that begin with the unit id: section 4.2.18.
        const count_ = Math.min(MAX_ENTRIES, u8(b, data));
        let e = data + 1;
        for (let n = 0; n < count_ && e + 18 <= next; n++, e += 18)
          names.push({
            name: paddedAscii(b, e, e + 15),
            suffix: b[e + 15]!,
            group: (b[e + 16]! & 0x80) !== 0,
            active: (b[e + 16]! & 0x04) !== 0,
          });
        if (e + 6 <= next) unitId = macText(b, e);
      }
      list.push({ name, recordType, ttl: u32be(b, at + 4), addresses, names, unitId });
      o = next;
    }
    return list;
  };
  const answers = section(u16be(b, start + 6));
  const skipped = answers && section(u16be(b, start + 8));
  const additionals = skipped && section(u16be(b, start + 10));
  if (!answers || !additionals) return 'a record runs past the message';
  const response = (flags & 0x8000) !== 0;
  return {
    type: response ? 'NBNS response' : 'NBNS request',
    id: u16be(b, start),
    response,
    operation,
    broadcast: (flags & 0x10) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    rcode: flags & 15,
    questions,
    answers,
    additionals,
  };
};
