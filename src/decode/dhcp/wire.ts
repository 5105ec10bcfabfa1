/**
 * DHCPv4 and BOOTP: octets <-> message. Sources: RFC 951 (BOOTP), RFC 2131 section 2 (layout), RFC 2132 section 9.3
 * (overload), RFC 3396 (long options).
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { hex, i32be, paddedAscii, u16be, u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { type OptionValue, optionName, readOption, writeOption } from './options.ts';

/** op to the end of `file`; what follows is the vendor area. */
export const HEADER = 236;
export const MAGIC_COOKIE = 0x63825363;
/** Options kept of one message (different codes); more are counted in `dropped`. */
export const MAX_OPTIONS = 128;

const TYPES = [
  'BOOTP request',
  'DHCP DISCOVER',
  'DHCP OFFER',
  'DHCP REQUEST',
  'DHCP DECLINE',
  'DHCP ACK',
  'DHCP NAK',
  'DHCP RELEASE',
  'DHCP INFORM',
  'DHCP FORCERENEW',
  'DHCP LEASEQUERY',
  'DHCP LEASEUNASSIGNED',
  'DHCP LEASEUNKNOWN',
  'DHCP LEASEACTIVE',
] as const;
export type DhcpType = (typeof TYPES)[number] | 'BOOTP reply' | 'DHCP other';

export interface DhcpOption {
  readonly code: number;
  readonly name: string;
  readonly value: OptionValue;
}

export interface DhcpMessage {
  readonly type: DhcpType;
  /** 1 from a client, 2 from a server. */
  readonly op: number;
  readonly hardwareType: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  /** The client cannot receive unicast yet. */
  readonly broadcast: boolean;
  readonly ciaddr: string;
  readonly yiaddr: string;
  readonly siaddr: string;
  readonly giaddr: string;
  /** `00:11:..` for Ethernet, hexadecimal otherwise. */
  readonly chaddr: string;
  readonly sname: string;
  readonly file: string;
  /** `other`: a vendor area that is neither RFC 1048 options nor empty. */
  readonly cookie: 'options' | 'empty' | 'other';
  readonly options: readonly DhcpOption[];
  readonly dropped: number;
  /** An option ran beyond its field. */
  readonly cut: boolean;
}

interface Gathered {
  readonly chunks: Map<number, Uint8Array[]>;
  dropped: number;
  cut: boolean;
}

const gather = (b: Uint8Array, start: number, end: number, into: Gathered): void => {
  for (let p = start; p < end; ) {
    const code = b[p]!;
    if (code === 0) {
      p++;
      continue;
    }
    if (code === 255) return;
    const length = p + 1 < end ? b[p + 1]! : 0;
    if (p + 2 + length > end) {
      into.cut = true;
      return;
    }
    const chunk = b.slice(p + 2, p + 2 + length);
    const known = into.chunks.get(code);
    // "the client MUST concatenate": an option that comes again is one long option (RFC 3396 section 7).
    if (known !== undefined) known.push(chunk);
    else if (into.chunks.size < MAX_OPTIONS) into.chunks.set(code, [chunk]);
    else into.dropped++;
    p += 2 + length;
  }
};

const joined = (chunks: readonly Uint8Array[]): Uint8Array => {
  if (chunks.length === 1) return chunks[0]!;
  const w = new OctetWriter();
  for (const chunk of chunks) w.bytes(chunk);
  return w.done();
};

const isEmpty = (b: Uint8Array, start: number, end: number): boolean => {
  for (let p = start; p < end; p++) if (b[p] !== 0) return false;
  return true;
};

/** Reads a message of at least `HEADER` octets. */
export const decodeDhcp = (b: Uint8Array, o: number, end: number): DhcpMessage => {
  const op = b[o]!;
  const hardwareType = b[o + 1]!;
  const hlen = b[o + 2]!;
  const gathered: Gathered = { chunks: new Map(), dropped: 0, cut: false };
  const vendor = o + HEADER;
  const cookie =
    end - vendor >= 4 && u32be(b, vendor) === MAGIC_COOKIE ? 'options' : isEmpty(b, vendor, end) ? 'empty' : 'other';
  if (cookie === 'options') gather(b, vendor + 4, end, gathered);
  // Overload: 1 `file`, 2 `sname`, 3 both hold options; `file` is read first (RFC 2131 section 4.1).
  const overload = gathered.chunks.get(52)?.[0]?.[0] ?? 0;
  if (overload & 1) gather(b, o + 108, o + 236, gathered);
  if (overload & 2) gather(b, o + 44, o + 108, gathered);
  const options: DhcpOption[] = [];
  for (const [code, chunks] of gathered.chunks)
    options.push({ code, name: optionName(code), value: readOption(code, joined(chunks)) });
  const messageType = gathered.chunks.get(53)?.[0]?.[0];
  return {
    type:
      messageType === undefined
        ? op === 2
          ? 'BOOTP reply'
          : 'BOOTP request'
        : messageType > 0
          ? (TYPES[messageType] ?? 'DHCP other')
          : 'DHCP other',
    op,
    hardwareType,
    hops: b[o + 3]!,
    xid: u32be(b, o + 4),
    secs: u16be(b, o + 8),
    broadcast: (b[o + 10]! & 0x80) !== 0,
    ciaddr: ipv4Text(i32be(b, o + 12)),
    yiaddr: ipv4Text(i32be(b, o + 16)),
    siaddr: ipv4Text(i32be(b, o + 20)),
    giaddr: ipv4Text(i32be(b, o + 24)),
    chaddr: hardwareType === 1 && hlen === 6 ? macText(b, o + 28) : hex(b, o + 28, o + 28 + Math.min(16, hlen)),
    sname: overload & 2 ? '' : paddedAscii(b, o + 44, o + 108),
    file: overload & 1 ? '' : paddedAscii(b, o + 108, o + 236),
    cookie,
    options,
    dropped: gathered.dropped,
    cut: gathered.cut,
  };
};

/** The value of an option by code, when it is there. */
export const optionOf = (m: DhcpMessage, code: number): OptionValue | undefined => {
  for (const option of m.options) if (option.code === code) return option.value;
  return undefined;
};
/** The same as text; lists give their first entry. */
export const optionText = (m: DhcpMessage, code: number): string => {
  const value = optionOf(m, code);
  return value === undefined ? '' : typeof value === 'object' ? (value[0] ?? '') : String(value);
};

export interface DhcpFields {
  readonly op: 1 | 2;
  readonly xid: number;
  readonly chaddr: string;
  readonly secs?: number;
  readonly hops?: number;
  readonly broadcast?: boolean;
  readonly ciaddr?: string;
  readonly yiaddr?: string;
  readonly siaddr?: string;
  readonly giaddr?: string;
  readonly sname?: string;
  readonly file?: string;
  /** Empty: BOOTP with an empty vendor area. */
  readonly options: readonly { readonly code: number; readonly value: OptionValue | Uint8Array }[];
}

/** A message of at least 300 octets (the minimum of RFC 951); options over 255 octets are split (RFC 3396). */
export const encodeDhcp = (m: DhcpFields): Uint8Array => {
  const w = new OctetWriter()
    .u8(m.op, 1, 6, m.hops ?? 0)
    .u32(m.xid)
    .u16(m.secs ?? 0)
    .u16(m.broadcast ? 0x8000 : 0);
  for (const ip of [m.ciaddr, m.yiaddr, m.siaddr, m.giaddr]) w.ipv4(ip ?? '0.0.0.0');
  w.mac(m.chaddr)
    .zeros(10)
    .text(m.sname ?? '', 64)
    .text(m.file ?? '', 128);
  if (m.options.length > 0) {
    w.u32(MAGIC_COOKIE);
    for (const option of m.options) {
      const data = writeOption(option.code, option.value);
      for (let p = 0; p === 0 || p < data.length; p += 255) {
        const piece = data.subarray(p, p + 255);
        w.u8(option.code, piece.length).bytes(piece);
      }
    }
    w.u8(255);
  }
  return w.zeros(Math.max(0, 300 - w.length)).done();
};
