/**
 * DHCPv6: octets -> message. Sources: RFC 8415 sections 8 and 9 (messages), 11 (DUID), 21 (options), RFC 4704 (client FQDN),
 * RFC 8520 (MUD URL, option 112). Relay messages are unwrapped; authentication (option 11) is never kept.
 */
import { ipv6Text, macText } from '../../lib/address.ts';
import { ascii, hex, u16be, u24be, u32be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** Relays unwrapped; RFC 8415 section 19.1.2 lets at most 8 relays pass a message on. */
export const MAX_RELAYS = 8;
/** Options read of one message, all levels together. */
export const MAX_OPTIONS = 128;

const TYPES = [
  'DHCPv6 other',
  'DHCPv6 Solicit',
  'DHCPv6 Advertise',
  'DHCPv6 Request',
  'DHCPv6 Confirm',
  'DHCPv6 Renew',
  'DHCPv6 Rebind',
  'DHCPv6 Reply',
  'DHCPv6 Release',
  'DHCPv6 Decline',
  'DHCPv6 Reconfigure',
  'DHCPv6 Information-request',
  'DHCPv6 Relay-forward',
  'DHCPv6 Relay-reply',
] as const;

export interface Dhcpv6Message {
  readonly type: (typeof TYPES)[number];
  readonly messageType: number;
  readonly xid: number;
  /** Hexadecimal DUIDs, '' where absent; the MAC inside of link-layer DUIDs (types 1 and 3). */
  readonly clientDuid: string;
  readonly clientMac: string;
  readonly serverDuid: string;
  readonly addresses: readonly string[];
  readonly fqdn: string;
  readonly vendorClass: string;
  readonly requested: string;
  readonly mudUrl: string;
  readonly status: number;
  readonly relays: number;
  readonly cut: boolean;
}

const labels = (b: Uint8Array, o: number, end: number): string => {
  const parts: string[] = [];
  for (let p = o; p < end && b[p] !== 0 && parts.length < 32; p += 1 + b[p]!)
    parts.push(ascii(b, p + 1, Math.min(end, p + 1 + b[p]!)));
  return parts.join('.');
};
const macOfDuid = (b: Uint8Array, o: number, end: number): string => {
  const skip = u16be(b, o) === 1 ? 8 : u16be(b, o) === 3 ? 4 : -1; // DUID-LLT has a time, DUID-LL has none
  return skip > 0 && end - o === skip + 6 && u16be(b, o + 2) === 1 ? macText(b, o + skip) : '';
};

export const decodeDhcpv6 = (b: Uint8Array, start: number, limit: number): Dhcpv6Message | undefined => {
  let o = start;
  let end = limit;
  let relays = 0;
  while (o < end && (b[o] === 12 || b[o] === 13) && relays < MAX_RELAYS) {
    // Relay: type, hop count, link address, peer address, then options; option 9 is the message that is passed on.
    let found = false;
    for (let p = o + 34; p + 4 <= end; p += 4 + u16be(b, p + 2)) {
      const stop = p + 4 + u16be(b, p + 2);
      if (u16be(b, p) !== 9 || stop > end) continue;
      o = p + 4;
      end = stop;
      found = true;
      break;
    }
    if (!found) break;
    relays++;
  }
  if (end - o < 4) return undefined;
  const messageType = b[o]!;
  const m = {
    type: TYPES[messageType] ?? TYPES[0],
    messageType,
    xid: u24be(b, o + 1),
    clientDuid: '',
    clientMac: '',
    serverDuid: '',
    addresses: [] as string[],
    fqdn: '',
    vendorClass: '',
    requested: '',
    mudUrl: '',
    status: 0,
    relays,
    cut: false,
  };
  if (messageType === 12 || messageType === 13) return m;
  let count = 0;
  const options = (from: number, to: number, depth: number): void => {
    let p = from;
    while (p + 4 <= to && ++count <= MAX_OPTIONS) {
      const code = u16be(b, p);
      const q = p + 4;
      const stop = q + u16be(b, p + 2);
      if (stop > to) {
        m.cut = true;
        return;
      }
      p = stop;
      const n = stop - q;
      if (code === 1 && n >= 2) {
        m.clientDuid = hex(b, q, Math.min(stop, q + 130));
        m.clientMac = macOfDuid(b, q, stop);
      } else if (code === 2) m.serverDuid = hex(b, q, Math.min(stop, q + 130));
      else if ((code === 3 || code === 25) && n >= 12 && depth < 2) options(q + 12, stop, depth + 1);
      else if (code === 4 && n >= 4 && depth < 2) options(q + 4, stop, depth + 1);
      else if (code === 5 && n >= 24) m.addresses.push(ipv6Text(b, q));
      else if (code === 6) m.requested = Array.from({ length: n >> 1 }, (_, i) => u16be(b, q + 2 * i)).join(',');
      else if (code === 13 && n >= 2) m.status = u16be(b, q);
      else if (code === 16 && n > 6) m.vendorClass = ascii(b, q + 6, Math.min(stop, q + 6 + u16be(b, q + 4)));
      else if (code === 39 && n > 1) m.fqdn = labels(b, q + 1, stop);
      else if (code === 112) m.mudUrl = ascii(b, q, Math.min(stop, q + 512));
    }
  };
  options(o + 4, end, 0);
  return m;
};

/** A message with raw options, for the simulated plant. */
export const encodeDhcpv6 = (m: {
  readonly messageType: number;
  readonly xid: number;
  readonly options: readonly { readonly code: number; readonly data: ArrayLike<number> }[];
}): Uint8Array => {
  const w = new OctetWriter().u8(m.messageType).u24(m.xid);
  for (const x of m.options) w.u16(x.code).u16(x.data.length).bytes(x.data);
  return w.done();
};

export const hasDhcpv6Header = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= 4 &&
  b[o]! >= 1 &&
  b[o]! <= 13 &&
  (b[o]! < 12 ? end - o < 8 || u32be(b, o + 4) >>> 16 < 200 : end - o >= 38);
