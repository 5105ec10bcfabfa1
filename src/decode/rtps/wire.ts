/**
 * RTPS, the wire protocol of DDS: OMG DDSI-RTPS 2.5 chapter 9. Of DATA only discovery (clause 8.5, parameter lists of clause 9.6) is
 * read, because the types of user data are not on the wire; of user data it is said which topic they belong to.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { hex, i32be, i32le, u16be, u16le, u32be, u32le, utf8 } from '../../lib/bytes.ts';

/** Submessages kept of one datagram, parameters read of one list, locators and properties kept. */
const MAX_SUBMESSAGES = 64;
const MAX_PARAMETERS = 128;
const MAX_LOCATORS = 8;
const MAX_PROPERTIES = 32;
/** Bits of a set that are listed, partitions of an endpoint. */
const MAX_SET = 256;
const MAX_PARTITIONS = 16;

const KINDS: Readonly<Record<number, string>> = {
  1: 'PAD', 6: 'ACKNACK', 7: 'HEARTBEAT', 8: 'GAP', 9: 'INFO_TS', 12: 'INFO_SRC', 13: 'INFO_REPLY_IP4', 14: 'INFO_DST',
  15: 'INFO_REPLY', 18: 'NACK_FRAG', 19: 'HEARTBEAT_FRAG', 21: 'DATA', 22: 'DATA_FRAG', 48: 'SEC_BODY', 49: 'SEC_PREFIX',
  50: 'SEC_POSTFIX', 51: 'SRTPS_PREFIX', 52: 'SRTPS_POSTFIX', 128: 'RTI_CRC',
}; // biome-ignore format: a table

/** Vendor identifiers that the OMG's DDS Foundation lists. */
const VENDORS: Readonly<Record<number, string>> = {
  257: 'RTI Connext DDS',
  258: 'ADLINK OpenSplice DDS',
  259: 'OCI OpenDDS',
  260: 'MilSoft DDS',
  261: 'Kongsberg InterCOM DDS',
  262: 'Twin Oaks CoreDX DDS',
  263: 'Lakota Technical Solutions',
  264: 'ICOUP Consulting',
  265: 'ETRI DDS',
  266: 'RTI Connext DDS Micro',
  267: 'ADLINK Vortex Cafe',
  268: 'PrismTech Vortex Gateway',
  269: 'ADLINK Vortex Lite',
  270: 'Technicolor Qeo',
  271: 'eProsima Fast DDS',
  272: 'Eclipse Cyclone DDS',
  273: 'GurumNetworks GurumDDS',
  274: 'Atostek RustDDS',
};
export const vendorName = (id: number): string => VENDORS[id] ?? `vendor ${id.toString(16).padStart(4, '0')}`;

/** Entities of discovery (table 9.3), by their four octets. */
const SPDP_WRITER = 0x000100c2;
const SPDP_SECURE_WRITER = 0xff0101c2;
const PUBLICATIONS_WRITER = 0x000003c2;
const SUBSCRIPTIONS_WRITER = 0x000004c2;

export interface Discovered {
  readonly kind: 'participant' | 'publication' | 'subscription';
  readonly guid: string;
  readonly vendor: number;
  /** Entity name (participant). */
  readonly name: string;
  readonly topic: string;
  readonly typeName: string;
  readonly domainId: number;
  /** Seconds; -1 where absent. */
  readonly leaseDuration: number;
  /** `10.0.0.1:7411`. */
  readonly locators: readonly string[];
  readonly properties: readonly (readonly [string, string])[];
  /** Quality of service (table 9.14), '' where it is not said: `reliable`, `transient-local`, `exclusive`. */
  readonly reliability: string;
  readonly durability: string;
  readonly ownership: string;
  readonly partitions: readonly string[];
  /** The participant shows an identity token: DDS Security is in use (DDS-SECURITY 7.4.1.4). */
  readonly secured: boolean;
  /** Disposed or unregistered (status info of clause 9.6.4.9): the entity is gone. */
  readonly gone: boolean;
}
export interface Submessage {
  readonly kind: string;
  readonly flags: number;
  readonly length: number;
  /** Entity ids of those that have them, as hexadecimal. */
  readonly readerId: string;
  readonly writerId: string;
  /** Writer sequence number of DATA, DATA_FRAG, HEARTBEAT_FRAG and NACK_FRAG, 0 otherwise. */
  readonly sequence: number;
  /** HEARTBEAT: what the writer has; GAP: what is not for the reader; ACKNACK: all before `first` arrived. 0 otherwise. */
  readonly first: number;
  readonly last: number;
  /** ACKNACK and NACK_FRAG: what is asked for again; GAP: what else is not for the reader. */
  readonly set: readonly number[];
  /** How many of its kind were sent; -1 where there is none. */
  readonly count: number;
  /** INFO_DST: for whom; INFO_SRC: from whom. GUID prefix. */
  readonly prefix: string;
  /** INFO_TS: microseconds since 1970, 0 otherwise. */
  readonly timestampUs: number;
  /** DATA_FRAG: first fragment, how many, octets of each, octets of all. HEARTBEAT_FRAG: the last fragment there is. */
  readonly fragment: number;
  readonly fragments: number;
  readonly fragmentSize: number;
  readonly sampleSize: number;
  /** Where the writer was announced to this pair of hosts: its topic and type. */
  readonly topic: string;
}
type Draft = { -readonly [K in keyof Submessage]: Submessage[K] };

/** Writers that were announced, by GUID: their topic. */
export type Topics = Map<string, string>;
/** Writers remembered for each pair of hosts; the oldest leaves. */
const MAX_TOPICS = 1024;
const NONE: readonly never[] = [];
const fresh = (kind: string, flags: number, length: number): Draft => ({
  kind,
  flags,
  length,
  readerId: '',
  writerId: '',
  sequence: 0,
  first: 0,
  last: 0,
  set: NONE,
  count: -1,
  prefix: '',
  timestampUs: 0,
  fragment: 0,
  fragments: 0,
  fragmentSize: 0,
  sampleSize: 0,
  topic: '',
});
export interface RtpsMessage extends Message {
  readonly type: 'RTPS' | 'RTPS discovery';
  readonly version: string;
  readonly vendorId: number;
  readonly guidPrefix: string;
  readonly submessages: readonly Submessage[];
  readonly discovered: readonly Discovered[];
}

/** A string of CDR: length with its NUL, then the octets. */
const cdrString = (b: Uint8Array, o: number, end: number, little: boolean): string => {
  if (o + 4 > end) return '';
  const length = little ? u32le(b, o) : u32be(b, o);
  if (length === 0 || length > end - o - 4) return '';
  return utf8(b, o + 4, o + 4 + Math.min(length - 1, 256));
};

const RELIABILITY: Readonly<Record<number, string>> = { 1: 'best-effort', 2: 'reliable' };
const DURABILITY: readonly string[] = ['volatile', 'transient-local', 'transient', 'persistent'];
const OWNERSHIP: readonly string[] = ['shared', 'exclusive'];
const kindOf = (names: Readonly<Record<number, string>>, kind: number): string => names[kind] ?? `kind ${kind}`;

/** The parameter list at `o` (clause 9.4.2.11). */
const readList = (
  b: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  kind: Discovered['kind'],
  gone: boolean,
): Discovered => {
  let guid = '';
  let vendor = 0;
  let name = '';
  let topic = '';
  let typeName = '';
  let domainId = -1;
  let leaseDuration = -1;
  const locators: string[] = [];
  const properties: [string, string][] = [];
  let reliability = '';
  let durability = '';
  let ownership = '';
  const partitions: string[] = [];
  let secured = false;
  const word = (o: number): number => (little ? u32le(b, o) : u32be(b, o));
  for (let o = start, n = 0; o + 4 <= end && n < MAX_PARAMETERS; n++) {
    const whole = little ? u16le(b, o) : u16be(b, o);
    const id = whole & 0x3fff;
    const length = little ? u16le(b, o + 2) : u16be(b, o + 2);
    const from = o + 4;
    const to = from + length;
    // The top bit marks what one vendor means by it (clause 9.6.2.2.1), the next what must be understood.
    if (id === 1 || to > end) break;
    if (whole >= 0x8000) {
      o = to;
      continue;
    }
    switch (id) {
      case 0x02:
        if (length >= 8) leaseDuration = little ? u32le(b, from) : u32be(b, from);
        break;
      case 0x05:
        topic = cdrString(b, from, to, little);
        break;
      case 0x07:
        typeName = cdrString(b, from, to, little);
        break;
      case 0x0f:
        if (length >= 4) domainId = little ? u32le(b, from) : u32be(b, from);
        break;
      case 0x16:
        if (length >= 2) vendor = u16be(b, from);
        break;
      case 0x2f: // unicast locator of an endpoint
      case 0x31: // default unicast locator
      case 0x32: // metatraffic unicast locator
        // Kind 1 is UDPv4, whose address stands in the last four of sixteen octets (clause 9.3.2).
        if (length >= 24 && (little ? u32le(b, from) : u32be(b, from)) === 1 && locators.length < MAX_LOCATORS)
          locators.push(`${ipv4Text(i32be(b, from + 20))}:${little ? u32le(b, from + 4) : u32be(b, from + 4)}`);
        break;
      case 0x50:
      case 0x5a:
      case 0x70: // key hash: the same octets, in lists of those that are gone
        if (length >= 16) guid = hex(b, from, from + 16);
        break;
      case 0x59: {
        const count = length >= 4 ? (little ? u32le(b, from) : u32be(b, from)) : 0;
        let p = from + 4;
        for (let i = 0; i < count && properties.length < MAX_PROPERTIES && p + 8 <= to; i++) {
          const pair: string[] = [];
          for (let k = 0; k < 2 && p + 4 <= to; k++) {
            pair.push(cdrString(b, p, to, little));
            const size = little ? u32le(b, p) : u32be(b, p);
            p += 4 + ((Math.min(size, length) + 3) & ~3);
          }
          if (pair.length === 2) properties.push([pair[0]!, pair[1]!]);
        }
        break;
      }
      case 0x1a:
        if (length >= 4) reliability = kindOf(RELIABILITY, word(from));
        break;
      case 0x1d:
        if (length >= 4) durability = kindOf(DURABILITY, word(from));
        break;
      case 0x1f:
        if (length >= 4) ownership = kindOf(OWNERSHIP, word(from));
        break;
      case 0x29: {
        let p = from + 4;
        for (
          let left = length >= 4 ? word(from) : 0;
          left > 0 && partitions.length < MAX_PARTITIONS && p + 4 <= to;
          left--
        ) {
          partitions.push(cdrString(b, p, to, little));
          p += 4 + ((Math.min(word(p), length) + 3) & ~3);
        }
        break;
      }
      case 0x1001:
        secured = true;
        break;
      case 0x62:
        name = cdrString(b, from, to, little);
        break;
    }
    o = to;
  }
  return {
    kind, guid, vendor, name, topic, typeName, domainId, leaseDuration, locators, properties, reliability, durability, ownership,
    partitions, secured, gone,
  }; // biome-ignore format: as declared
};

/** A sequence number (clause 9.3.2.3): the high half is signed. */
const numberAt = (b: Uint8Array, o: number, little: boolean): number =>
  little ? i32le(b, o) * 0x1_0000_0000 + u32le(b, o + 4) : i32be(b, o) * 0x1_0000_0000 + u32be(b, o + 4);

/** Members of the set whose bit count stands at `o`, bits from the top (clause 9.4.2.6); ends at `setEnd.at`. */
const setEnd = { at: 0 };
const setOf = (b: Uint8Array, o: number, end: number, little: boolean, base: number): readonly number[] => {
  const bits = o + 4 <= end ? Math.min(MAX_SET, little ? u32le(b, o) : u32be(b, o)) : 0;
  const words = (bits + 31) >> 5;
  setEnd.at = o + 4 + 4 * words;
  if (bits === 0 || setEnd.at > end) return NONE;
  const out: number[] = [];
  for (let i = 0; i < bits; i++) {
    const w = o + 4 + 4 * (i >> 5);
    if (((little ? u32le(b, w) : u32be(b, w)) >>> (31 - (i & 31))) & 1) out.push(base + i);
  }
  return out;
};

/** What the submessage of this kind says; `from`..`to` is its content. */
const readContent = (m: Draft, id: number, b: Uint8Array, from: number, to: number, little: boolean): void => {
  const size = to - from;
  const word = (o: number): number => (little ? u32le(b, o) : u32be(b, o));
  const half = (o: number): number => (little ? u16le(b, o) : u16be(b, o));
  const data = id === 21 || id === 22;
  const at = data ? from + 4 : from;
  if ((data && size >= 20) || ((id === 6 || id === 7 || id === 8 || id === 18 || id === 19) && size >= 8)) {
    m.readerId = hex(b, at, at + 4);
    m.writerId = hex(b, at + 4, at + 8);
  }
  if (data) {
    if (size >= 20) m.sequence = numberAt(b, at + 8, little);
    if (id === 22 && size >= 32) {
      m.fragment = word(at + 16);
      m.fragments = half(at + 20);
      m.fragmentSize = half(at + 22);
      m.sampleSize = word(at + 24);
    }
  } else if (id === 6 && size >= 24) {
    m.first = numberAt(b, at + 8, little);
    m.set = setOf(b, at + 16, to, little, m.first);
    if (setEnd.at + 4 <= to) m.count = word(setEnd.at);
  } else if (id === 7 && size >= 28) {
    m.first = numberAt(b, at + 8, little);
    m.last = numberAt(b, at + 16, little);
    m.count = word(at + 24);
  } else if (id === 8 && size >= 28) {
    // All up to what the list begins with, and those of the list.
    m.first = numberAt(b, at + 8, little);
    const base = numberAt(b, at + 16, little);
    m.last = base - 1;
    m.set = setOf(b, at + 24, to, little, base);
  } else if (id === 18 && size >= 28) {
    m.sequence = numberAt(b, at + 8, little);
    m.set = setOf(b, at + 20, to, little, word(at + 16));
    if (setEnd.at + 4 <= to) m.count = word(setEnd.at);
  } else if (id === 19 && size >= 24) {
    m.sequence = numberAt(b, at + 8, little);
    m.fragment = word(at + 16);
    m.count = word(at + 20);
  } else if (id === 9 && size >= 8) {
    // Seconds and a binary fraction (clause 9.3.2.1).
    m.timestampUs = word(from) * 1_000_000 + Math.round((word(from + 4) * 1_000_000) / 0x1_0000_0000);
  } else if (id === 14 && size >= 12) m.prefix = hex(b, from, from + 12);
  else if (id === 12 && size >= 20) m.prefix = hex(b, from + 8, from + 20);
};

/** Where the serialized payload of the DATA at `o` begins, and whether its inline QoS says that the entity is gone. */
const inline = { payload: -1, gone: false };
const skipInline = (b: Uint8Array, o: number, end: number, little: boolean, flags: number): void => {
  inline.gone = false;
  const toInline = little ? u16le(b, o + 2) : u16be(b, o + 2);
  let p = o + 4 + toInline;
  if ((flags & 2) !== 0)
    for (let n = 0; p + 4 <= end && n < MAX_PARAMETERS; n++) {
      const id = little ? u16le(b, p) : u16be(b, p);
      const length = little ? u16le(b, p + 2) : u16be(b, p + 2);
      if (id === 0x71 && p + 8 <= end) inline.gone = (b[p + 7]! & 3) !== 0;
      p += 4 + (id === 1 ? 0 : length);
      if (id === 1) break;
    }
  inline.payload = p;
};

const discoveryKind = (writer: number): Discovered['kind'] | undefined =>
  writer === SPDP_WRITER || writer === SPDP_SECURE_WRITER
    ? 'participant'
    : writer === PUBLICATIONS_WRITER
      ? 'publication'
      : writer === SUBSCRIPTIONS_WRITER
        ? 'subscription'
        : undefined;

/** Does it begin with `RTPS` and a version 1 or 2? */
export const isRtps = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= 20 &&
  b[o] === 0x52 &&
  b[o + 1] === 0x54 &&
  b[o + 2] === 0x50 &&
  (b[o + 3] === 0x53 || b[o + 3] === 0x58) &&
  b[o + 4]! <= 4;

/** The message of a datagram that `isRtps` accepted; a text when a length in it is wrong. */
export const decodeRtps = (b: Uint8Array, start: number, end: number, topics: Topics): RtpsMessage | string => {
  const submessages: Submessage[] = [];
  const discovered: Discovered[] = [];
  const guidPrefix = hex(b, start + 8, start + 20);
  /** Whose the submessages are that follow. */
  let source = guidPrefix;
  let destination = '';
  let o = start + 20;
  while (o + 4 <= end) {
    const id = b[o]!;
    const flags = b[o + 1]!;
    const little = (flags & 1) !== 0;
    let length = little ? u16le(b, o + 2) : u16be(b, o + 2);
    const from = o + 4;
    // Clause 9.4.5.1.3: 0 in the last submessage means up to the end, except in PAD and INFO_TS.
    if (length === 0 && id !== 1 && id !== 9) length = end - from;
    if (length > end - from) return `${KINDS[id] ?? id} of ${length} octets beyond the message`;
    const m = fresh(KINDS[id] ?? `submessage ${id}`, flags, length);
    readContent(m, id, b, from, from + length, little);
    if (id === 12) source = m.prefix || source;
    else if (id === 14) destination = m.prefix;
    if (submessages.length < MAX_SUBMESSAGES) submessages.push(m);
    const kind = id === 21 && m.writerId !== '' ? discoveryKind(u32be(b, from + 8)) : undefined;
    if (kind !== undefined && discovered.length < MAX_SUBMESSAGES) {
      skipInline(b, from, from + length, little, flags);
      const p = inline.payload;
      // Encapsulation (clause 10.5): PL_CDR_BE 0x0002, PL_CDR_LE 0x0003; with XCDR2 0x000a and 0x000b.
      const encapsulation = p + 4 <= from + length ? u16be(b, p) : 0;
      if (encapsulation === 2 || encapsulation === 3 || encapsulation === 10 || encapsulation === 11)
        discovered.push(readList(b, p + 4, from + length, (encapsulation & 1) === 1, kind, inline.gone));
    } else if (m.writerId !== '')
      // Who acknowledges (6, 18) speaks to the writer.
      m.topic = topics.get((id === 6 || id === 18 ? destination : source) + m.writerId) ?? '';
    o = from + length;
  }
  for (const d of discovered)
    if (d.kind === 'publication' && d.guid !== '') {
      if (d.gone) topics.delete(d.guid);
      else if (d.topic !== '') {
        if (topics.size >= MAX_TOPICS) topics.delete(topics.keys().next().value!);
        topics.set(d.guid, d.typeName === '' ? d.topic : `${d.topic} (${d.typeName})`);
      }
    }
  return {
    type: discovered.length > 0 ? 'RTPS discovery' : 'RTPS',
    version: `${b[start + 4]}.${b[start + 5]}`,
    vendorId: u16be(b, start + 6),
    guidPrefix,
    submessages,
    discovered,
  };
};
