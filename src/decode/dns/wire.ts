/**
 * DNS messages: RFC 1035 section 4, with SRV (RFC 2782), AAAA (RFC 3596), OPT (RFC 6891), NSEC (RFC 4034), SVCB/HTTPS
 * (RFC 9460), dynamic update (RFC 2136), multicast DNS (RFC 6762) and LLMNR (RFC 4795), which share the format.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { hex, i32be, u8, u16be, u32be, utf8 } from '../../lib/bytes.ts';
import { encodeName, nameCursor, readName } from './name.ts';

/** Records decoded per message; those beyond are counted in `omitted`. */
export const MAX_RECORDS = 200;
/** Strings kept of one TXT record. */
const MAX_TEXTS = 32;
/** Octets of data kept as hexadecimal of a record type not known here. */
const MAX_OPAQUE = 32;
export const HEADER_OCTETS = 12;

/** IANA "Resource Record (RR) TYPEs". */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  NULL: 10,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  SSHFP: 44,
  NSEC: 47,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const;
const TYPE_NAME = new Map<number, string>(Object.entries(TYPE).map(([name, code]) => [code, name]));
TYPE_NAME.set(TYPE.ANY, '*');
export const typeName = (type: number): string => TYPE_NAME.get(type) ?? `TYPE${type}`;

/** RFC 1035 section 4.1.1 and RFC 2136 section 2.2. */
const RCODE = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET', 'NOTAUTH', 'NOTZONE']; // biome-ignore format: a table
export const rcodeName = (rcode: number): string => RCODE[rcode] ?? `rcode ${rcode}`;
export const OPCODE_UPDATE = 5;

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** RFC 6762 section 5.4: the asker wants a unicast answer. */
  readonly unicast: boolean;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** RFC 6762 section 10.2: this replaces what was said before. */
  readonly flush: boolean;
  /** Seconds. */
  readonly ttl: number;
  /** Text as in a zone file (A: the address; MX: `10 mail.example`; SRV: `0 5 80 host`); '' for an update without data. */
  readonly data: string;
  /** The name in the data of CNAME, NS, PTR, MX, SRV, HTTPS. */
  readonly target: string | undefined;
  /** SRV port. */
  readonly port: number | undefined;
  /** Strings of TXT, or CPU and OS of HINFO. */
  readonly texts: readonly string[] | undefined;
}

export interface DnsMessage extends Message {
  readonly type: 'DNS query' | 'DNS response';
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  /** The three bits behind it: reserved (4), authentic data (2), checking disabled (1; RFC 4035 section 3.1.6). */
  readonly z: number;
  readonly rcode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Records beyond `MAX_RECORDS`, not decoded. */
  readonly omitted: number;
}

export type DnsResult =
  | { readonly ok: true; readonly message: DnsMessage; readonly end: number }
  | { readonly ok: false; readonly code: string; readonly detail: string };

const fail = (code: string, detail: string): DnsResult => ({ ok: false, code, detail });
const NONE: readonly never[] = [];

const textsOf = (b: Uint8Array, o: number, end: number): string[] => {
  const out: string[] = [];
  while (o < end && out.length < MAX_TEXTS) {
    const length = b[o]!;
    out.push(utf8(b, o + 1, Math.min(end, o + 1 + length)));
    o += 1 + length;
  }
  return out;
};

interface Data {
  text: string;
  target: string | undefined;
  port: number | undefined;
  texts: readonly string[] | undefined;
}
/** Filled by `readData`, read at once by its caller: no object per record besides the record. */
const data: Data = { text: '', target: undefined, port: undefined, texts: undefined };
const BROKEN = '(broken)';

/** Type bit maps (RFC 4034 section 4.1.2): window, length, bits. */
const typeBits = (b: Uint8Array, o: number, end: number): string => {
  const names: string[] = [];
  while (o + 2 <= end && names.length < 64) {
    const length = Math.min(32, b[o + 1]!);
    for (let i = 0; i < length * 8; i++)
      if (u8(b, o + 2 + (i >> 3)) & (0x80 >> (i & 7))) names.push(typeName(b[o]! * 256 + i));
    o += 2 + length;
  }
  return names.join(' ');
};

/** The presentation of one record's data into `data`; names in it may point anywhere earlier in the message. */
const readData = (b: Uint8Array, start: number, o: number, end: number, limit: number, type: number): void => {
  data.text = BROKEN;
  data.target = undefined;
  data.port = undefined;
  data.texts = undefined;
  const length = end - o;
  switch (type) {
    case TYPE.A:
      if (length === 4) data.text = ipv4Text(i32be(b, o));
      return;
    case TYPE.AAAA:
      if (length === 16) data.text = ipv6Text(b, o);
      return;
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      if (readName(b, start, o, limit)) data.text = data.target = nameCursor.name;
      return;
    case TYPE.MX:
      if (length <= 2 || !readName(b, start, o + 2, limit)) return;
      data.target = nameCursor.name;
      data.text = `${u16be(b, o)} ${data.target}`;
      return;
    case TYPE.SRV:
      if (length <= 6 || !readName(b, start, o + 6, limit)) return;
      data.target = nameCursor.name;
      data.port = u16be(b, o + 4);
      data.text = `${u16be(b, o)} ${u16be(b, o + 2)} ${data.port} ${data.target}`;
      return;
    case TYPE.SOA: {
      if (!readName(b, start, o, limit)) return;
      const primary = nameCursor.name;
      if (!readName(b, start, nameCursor.next, limit) || nameCursor.next + 20 > end) return;
      const numbers = [0, 4, 8, 12, 16].map((i) => u32be(b, nameCursor.next + i));
      data.text = `${primary} ${nameCursor.name} ${numbers.join(' ')}`;
      return;
    }
    case TYPE.TXT:
    case TYPE.SPF:
    case TYPE.HINFO:
      data.texts = textsOf(b, o, end);
      data.text = data.texts.map((t) => `"${t}"`).join(' ');
      return;
    case TYPE.NSEC:
      if (readName(b, start, o, limit)) data.text = `${nameCursor.name} ${typeBits(b, nameCursor.next, end)}`;
      return;
    case TYPE.SVCB:
    case TYPE.HTTPS:
      if (length <= 2 || !readName(b, start, o + 2, limit)) return;
      data.target = nameCursor.name;
      data.text = `${u16be(b, o)} ${data.target === '' ? '.' : data.target}`;
      return;
    default:
      // RFC 3597 section 5: the presentation of unknown data.
      data.text = `\\# ${length} ${hex(b, o, Math.min(end, o + MAX_OPAQUE))}`;
  }
};

/** What the sections of one message share while it is read. */
const walk = { o: 0, budget: 0, omitted: 0 };
const readSection = (b: Uint8Array, start: number, end: number, count: number): readonly DnsRecord[] | undefined => {
  if (count === 0) return NONE;
  const list: DnsRecord[] = [];
  for (let i = 0; i < count; i++) {
    if (walk.omitted > 0 || walk.budget-- <= 0) {
      walk.omitted += count - i;
      break;
    }
    if (!readName(b, start, walk.o, end)) return undefined;
    const name = nameCursor.name;
    const o = nameCursor.next;
    if (o + 10 > end) return undefined;
    const type = u16be(b, o);
    const klass = u16be(b, o + 2);
    const next = o + 10 + u16be(b, o + 8);
    if (next > end) return undefined;
    readData(b, start, o + 10, next, end, type);
    const special = type === TYPE.OPT;
    list.push({
      name,
      type,
      class: special ? klass : klass & 0x7fff,
      flush: !special && (klass & 0x8000) !== 0,
      ttl: u32be(b, o + 4),
      // An update may carry no data at all (RFC 2136 section 2.5.2): that is a deletion.
      data: next === o + 10 ? '' : data.text,
      target: data.target,
      port: data.port,
      texts: data.texts,
    });
    walk.o = next;
  }
  return list;
};

/** One DNS message in `start`..`end` (without the length prefix of TCP). */
export const decodeDns = (b: Uint8Array, start: number, end: number): DnsResult => {
  if (end - start < HEADER_OCTETS) return fail('dns.truncated', 'header shorter than 12 octets');
  // RFC 1035 section 4.1.1: id, flags, QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT.
  const flags = u16be(b, start + 2);
  const asked = u16be(b, start + 4);
  let o = start + HEADER_OCTETS;
  let questions: DnsQuestion[] | readonly never[] = NONE;
  let budget = MAX_RECORDS;
  let omitted = 0;
  if (asked > 0) {
    const list: DnsQuestion[] = [];
    for (let i = 0; i < asked; i++) {
      if (budget-- <= 0) {
        omitted += asked - i;
        break;
      }
      if (!readName(b, start, o, end)) return fail('dns.bad-name', `question ${i + 1}`);
      o = nameCursor.next;
      if (o + 4 > end) return fail('dns.truncated', `question ${i + 1}`);
      const klass = u16be(b, o + 2);
      list.push({
        name: nameCursor.name,
        type: u16be(b, o),
        class: klass & 0x7fff,
        unicast: (klass & 0x8000) !== 0,
      });
      o += 4;
    }
    questions = list;
  }
  walk.o = o;
  walk.budget = budget;
  walk.omitted = omitted;
  const answers = readSection(b, start, end, u16be(b, start + 6));
  const authorities = answers && readSection(b, start, end, u16be(b, start + 8));
  const additionals = authorities && readSection(b, start, end, u16be(b, start + 10));
  if (!answers || !authorities || !additionals) return fail('dns.truncated', 'a record runs past the message');
  const response = (flags & 0x8000) !== 0;
  const message: DnsMessage = {
    type: response ? 'DNS response' : 'DNS query',
    id: u16be(b, start),
    response,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    z: (flags >> 4) & 7,
    rcode: flags & 15,
    questions,
    answers,
    authorities,
    additionals,
    omitted: walk.omitted,
  };
  return { ok: true, message, end: walk.o };
};

/** What `encodeDns` needs; everything else takes its usual value. */
export interface DnsDraft {
  readonly id: number;
  readonly response?: boolean;
  readonly authoritative?: boolean;
  readonly rcode?: number;
  readonly questions?: readonly { readonly name: string; readonly type: number }[];
  readonly answers?: readonly {
    readonly name: string;
    readonly type: number;
    readonly ttl: number;
    /** A: 4 octets; PTR, CNAME: use `encodeName`; TXT: length-prefixed strings. */
    readonly data: ArrayLike<number>;
  }[];
}

/** A message without compression, class IN (RFC 1035 section 4). */
export const encodeDns = (draft: DnsDraft): Uint8Array => {
  const questions = draft.questions ?? [];
  const answers = draft.answers ?? [];
  const flags = (draft.response ? 0x8080 : 0) | 0x0100 | (draft.authoritative ? 0x0400 : 0) | ((draft.rcode ?? 0) & 15);
  const out: number[] = [];
  const put16 = (x: number) => out.push((x >> 8) & 255, x & 255);
  for (const x of [draft.id, flags, questions.length, answers.length, 0, 0]) put16(x);
  for (const q of questions) {
    out.push(...encodeName(q.name));
    put16(q.type);
    put16(1);
  }
  for (const a of answers) {
    out.push(...encodeName(a.name));
    put16(a.type);
    put16(1);
    put16(a.ttl >>> 16);
    put16(a.ttl & 0xffff);
    put16(a.data.length);
    out.push(...Array.from(a.data));
  }
  return Uint8Array.from(out);
};
