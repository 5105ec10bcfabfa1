/**
 * From the first octet of a frame to its network layer: Ethernet II and 802.3 with 802.2 LLC/SNAP, Linux cooked 1 and 2,
 * BSD null/loopback and raw IP, with 802.1Q/802.1ad tags, MPLS, PPPoE and HSR removed. Sources: IEEE 802.3, 802.1Q, 802.2,
 * RFC 3032 (MPLS), RFC 2516 (PPPoE), IEC 62439-3 (HSR), https://www.tcpdump.org/linktypes.html.
 */
import { LINK } from '../core/frame.ts';
import { i32be, u16be, u24be, u32le } from '../lib/bytes.ts';
import type { PacketCursor } from './cursor.ts';

export const ETHERTYPE = {
  IPV4: 0x0800,
  ARP: 0x0806,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  PPPOE_SESSION: 0x8864,
  QINQ: 0x88a8,
  HSR: 0x892f,
  QINQ_OLD: 0x9100,
} as const;

/** How `parseLink` ended. */
export const LINK_OK = 0;
export const LINK_CUT = 1;
export const LINK_UNKNOWN = 2;

/** Tags and labels removed from one frame; deeper nesting is left undecoded. */
const MAX_TAGS = 8;
/** SNAP protocol ids are marked with this bit so that they cannot be taken for a DSAP. */
export const SNAP = 0x1_0000_0000_00;

/** 802.3 payload after the length field: 802.2 LLC, and SNAP inside it. */
const parseLlc = (c: PacketCursor, o: number): number => {
  const b = c.bytes;
  if (o + 3 > c.end) return LINK_CUT;
  const dsap = b[o]!;
  if (dsap === 0xaa && b[o + 1] === 0xaa && b[o + 2] === 0x03 && o + 8 <= c.end) {
    const oui = u24be(b, o + 3);
    const pid = u16be(b, o + 6);
    // RFC 1042: OUI 0 means that the PID is an EtherType.
    if (oui === 0) return parseType(c, pid, o + 8);
    c.llc = SNAP + oui * 65536 + pid;
    c.etherType = 0;
    c.l3 = o + 8;
    return LINK_OK;
  }
  c.llc = dsap;
  c.etherType = 0;
  c.l3 = o + 3;
  return LINK_OK;
};

/** MPLS carries no type: the first nibble of the payload tells (RFC 4928 section 3); anything else is a pseudo-wire. */
const parseMpls = (c: PacketCursor, at: number): number => {
  let o = at;
  for (let i = 0; i < MAX_TAGS; i++) {
    if (o + 5 > c.end) return LINK_CUT;
    const bottom = (c.bytes[o + 2]! & 1) !== 0;
    o += 4;
    if (!bottom) continue;
    const nibble = c.bytes[o]! >> 4;
    if (nibble === 4) return parseType(c, ETHERTYPE.IPV4, o);
    if (nibble === 6) return parseType(c, ETHERTYPE.IPV6, o);
    // RFC 4385: a control word starts with nibble 0; then the customer's Ethernet frame.
    if (nibble === 0) return parseEthernet(c, o + 4);
    return parseEthernet(c, o);
  }
  return LINK_UNKNOWN;
};

/** Follows tags from an EtherType at `type` with its payload at `o`. */
const parseType = (c: PacketCursor, firstType: number, at: number): number => {
  let type = firstType;
  let o = at;
  const b = c.bytes;
  for (let i = 0; i < MAX_TAGS; i++) {
    switch (type) {
      case ETHERTYPE.VLAN:
      case ETHERTYPE.QINQ:
      case ETHERTYPE.QINQ_OLD: {
        if (o + 4 > c.end) return LINK_CUT;
        const id = u16be(b, o) & 0xfff;
        // Priority tags (VLAN 0) do not make another network. A third tag is dropped.
        if (id !== 0) {
          if ((c.place & 0xfff) === 0) c.place |= id;
          else if ((c.place & 0xfff000) === 0) c.place |= id << 12;
        }
        type = u16be(b, o + 2);
        o += 4;
        break;
      }
      case ETHERTYPE.HSR:
        if (o + 6 > c.end) return LINK_CUT;
        // Path (4 bits) and size (12 bits), sequence number: the copies differ in the path only.
        c.redundancy = ((u16be(b, o) & 0xfff) << 16) | u16be(b, o + 2);
        type = u16be(b, o + 4);
        o += 6;
        break;
      case ETHERTYPE.MPLS:
      case ETHERTYPE.MPLS_MULTICAST:
        return parseMpls(c, o);
      case ETHERTYPE.PPPOE_SESSION: {
        if (o + 8 > c.end) return LINK_CUT;
        const ppp = u16be(b, o + 6);
        if (ppp !== 0x0021 && ppp !== 0x0057) {
          c.etherType = type;
          c.l3 = o;
          return LINK_OK;
        }
        type = ppp === 0x0021 ? ETHERTYPE.IPV4 : ETHERTYPE.IPV6;
        o += 8;
        break;
      }
      default:
        if (type <= 1500) {
          // IEEE 802.3 length field: what follows is LLC, and padding beyond it is not payload.
          if (o + type < c.end) c.end = o + type;
          return parseLlc(c, o);
        }
        c.etherType = type;
        c.llc = -1;
        c.l3 = o;
        return LINK_OK;
    }
  }
  return LINK_UNKNOWN;
};

/** Redundancy control trailer of PRP: sequence number, LAN A or B (4 bits) and size (12 bits), suffix. */
const RCT = 6;
const RCT_SUFFIX = 0x88fb;

/**
 * Removes the trailer that PRP (IEC 62439-3 section 4.1.10) puts behind a frame: known by its suffix, the name of the LAN,
 * and a size that is the frame's. Call it after the link layer was parsed.
 */
export const stripPrp = (c: PacketCursor): void => {
  const b = c.bytes;
  const o = c.end - RCT;
  if (u16be(b, o + 4) !== RCT_SUFFIX || c.llc >= 0 || o < c.l3) return;
  const lan = b[o + 2]! >> 4;
  const size = u16be(b, o + 2) & 0xfff;
  if ((lan !== 0xa && lan !== 0xb) || (size !== c.end - c.l3 && size !== c.end - c.l3 + 2)) return;
  c.redundancy = (size << 16) | u16be(b, o);
  c.end = o;
};

/** An Ethernet frame at `o`; also used for those inside tunnels. */
export const parseEthernet = (c: PacketCursor, o: number): number => {
  const b = c.bytes;
  if (o + 14 > c.end) return LINK_CUT;
  c.hasMac = true;
  c.dstHigh = u24be(b, o);
  c.dstLow = u24be(b, o + 3);
  c.srcHigh = u24be(b, o + 6);
  c.srcLow = u24be(b, o + 9);
  const type = u16be(b, o + 12);
  if (type === ETHERTYPE.IPV4) {
    c.etherType = type;
    c.llc = -1;
    c.l3 = o + 14;
    return LINK_OK;
  }
  return parseType(c, type, o + 14);
};

/** No link address: raw IP, by the version nibble. */
const parseRaw = (c: PacketCursor, o: number): number => {
  if (o >= c.end) return LINK_CUT;
  const nibble = c.bytes[o]! >> 4;
  c.l3 = o;
  c.etherType = nibble === 4 ? ETHERTYPE.IPV4 : nibble === 6 ? ETHERTYPE.IPV6 : 0;
  return c.etherType === 0 ? LINK_UNKNOWN : LINK_OK;
};

/** Address of a cooked header: only 6-octet Ethernet addresses identify; cooked frames know the sender only. */
const cookedAddress = (c: PacketCursor, length: number, o: number): void => {
  if (length !== 6) return;
  c.hasMac = true;
  c.srcHigh = u24be(c.bytes, o);
  c.srcLow = u24be(c.bytes, o + 3);
  c.dstHigh = 0;
  c.dstLow = 0;
  if (c.srcHigh === 0 && c.srcLow === 0) c.hasMac = false;
};

/**
 * Parses the link layer of the frame at `start` into the cursor.
 * LINK_OK: `etherType` or `llc` and `l3` are set. LINK_CUT: shorter than its headers. LINK_UNKNOWN: link type not understood.
 */
export const parseLink = (c: PacketCursor, linkType: number, start: number): number => {
  const b = c.bytes;
  c.place = 0;
  c.llc = -1;
  c.redundancy = -1;
  if (linkType === LINK.ETHERNET) return parseEthernet(c, start);
  c.hasMac = false;
  c.srcHigh = 0;
  c.srcLow = 0;
  c.dstHigh = 0;
  c.dstLow = 0;
  switch (linkType) {
    case LINK.RAW:
    case LINK.RAW_BSD:
    case LINK.RAW_OPENBSD:
    case LINK.IPV4:
    case LINK.IPV6:
      return parseRaw(c, start);
    case LINK.NULL:
    case LINK.LOOP: {
      if (start + 4 > c.end) return LINK_CUT;
      // The address family is in the capturing host's byte order; AF_INET6 differs by system, so the nibble decides.
      const family = linkType === LINK.LOOP ? i32be(b, start) : u32le(b, start);
      if (family > 255 && i32be(b, start) >>> 0 > 255) return LINK_UNKNOWN;
      return parseRaw(c, start + 4);
    }
    case LINK.LINUX_SLL: {
      if (start + 16 > c.end) return LINK_CUT;
      cookedAddress(c, u16be(b, start + 4), start + 6);
      return parseType(c, u16be(b, start + 14), start + 16);
    }
    case LINK.LINUX_SLL2: {
      if (start + 20 > c.end) return LINK_CUT;
      cookedAddress(c, b[start + 11]!, start + 12);
      return parseType(c, u16be(b, start), start + 20);
    }
    default:
      return LINK_UNKNOWN;
  }
};
