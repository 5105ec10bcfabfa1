/**
 * Envelopes that carry whole packets or frames: GRE (RFC 2784, 2890), ERSPAN I-III (as documented in the Internet-Draft
 * draft-foschiano-erspan), VXLAN (RFC 7348), IP in IP (RFC 2003), 6in4 (RFC 4213).
 */
import { u16be, u24be, u32be } from '../lib/bytes.ts';
import { ETHERTYPE } from './link.ts';

/** GRE protocol type of a whole Ethernet frame: Transparent Ethernet Bridging. */
export const ETHERNET_FRAME = 0x6558;
const ERSPAN_I_II = 0x88be;
const ERSPAN_III = 0x22eb;
export const VXLAN_PORT = 4789;

/** What was found; one object, reused. */
export interface Tunnel {
  /** '' is a mirror (ERSPAN): what it carries is the plant's own network. Others make a place of their own. */
  kind: string;
  /** VNI or GRE key; 0 where there is none. */
  key: number;
  /** First octet of what is carried. */
  start: number;
  /** ETHERNET_FRAME or an EtherType. */
  type: number;
}

const found: Tunnel = { kind: '', key: 0, start: 0, type: 0 };
const tunnel = (kind: string, key: number, start: number, type: number): Tunnel => {
  found.kind = kind;
  found.key = key;
  found.start = start;
  found.type = type;
  return found;
};

/** IP protocols 4, 41 and 47 at `o`; undefined when it carries nothing that is understood. */
export const tunnelOverIp = (b: Uint8Array, protocol: number, at: number, end: number): Tunnel | undefined => {
  if (protocol === 4) return tunnel('ipip', 0, at, ETHERTYPE.IPV4);
  if (protocol === 41) return tunnel('6in4', 0, at, ETHERTYPE.IPV6);
  if (at + 4 > end) return undefined;
  const flags = u16be(b, at);
  const type = u16be(b, at + 2);
  // Version 0 only; version 1 is PPTP's.
  if ((flags & 7) !== 0) return undefined;
  let o = at + 4;
  if ((flags & 0xc000) !== 0) o += 4;
  let key = 0;
  if ((flags & 0x2000) !== 0) {
    key = u32be(b, o);
    o += 4;
  }
  const sequenced = (flags & 0x1000) !== 0;
  if (sequenced) o += 4;
  // ERSPAN type I has no header of its own and no sequence number; type II has 8 octets, type III 12 and perhaps 8 more.
  if (type === ERSPAN_I_II) return tunnel('', 0, sequenced ? o + 8 : o, ETHERNET_FRAME);
  if (type === ERSPAN_III)
    return o + 12 > end ? undefined : tunnel('', 0, o + 12 + ((b[o + 11]! & 1) !== 0 ? 8 : 0), ETHERNET_FRAME);
  if (type === ETHERNET_FRAME || type === ETHERTYPE.IPV4 || type === ETHERTYPE.IPV6) return tunnel('gre', key, o, type);
  return undefined;
};

/** The payload of a datagram to the VXLAN port; undefined when it is something else. */
export const tunnelOverUdp = (b: Uint8Array, at: number, end: number): Tunnel | undefined =>
  at + 22 > end || (b[at]! & 0x08) === 0 ? undefined : tunnel('vxlan', u24be(b, at + 4), at + 8, ETHERNET_FRAME);
