/**
 * ARP for IPv4 over Ethernet: octets <-> message. Source: RFC 826 (layout), RFC 5227 sections 1.1 and 2 (probe and
 * announcement).
 */
import { u16be } from '../../lib/bytes.ts';
import type { AddressText } from '../shared/address-text.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

/** Octets of an ARP packet for IPv4 over Ethernet; what follows is padding. */
export const ARP_LENGTH = 28;

export type ArpType =
  | 'ARP request'
  | 'ARP reply'
  | 'ARP probe'
  | 'ARP announcement'
  | 'ARP gratuitous reply'
  | 'ARP other';

export interface ArpMessage {
  readonly type: ArpType;
  /** ar$op: 1 request, 2 reply; RARP and InARP use others. */
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

/** True when the fixed fields say IPv4 over Ethernet. */
export const isArp = (b: Uint8Array, o: number, end: number): boolean =>
  end - o >= ARP_LENGTH &&
  (u16be(b, o) === 1 || u16be(b, o) === 6) && // ar$hrd: Ethernet, IEEE 802 networks (IANA, hardware types)
  u16be(b, o + 2) === 0x0800 && // ar$pro: IPv4
  b[o + 4] === 6 && // ar$hln
  b[o + 5] === 4; // ar$pln

const same4 = (b: Uint8Array, x: number, y: number): boolean =>
  b[x] === b[y] && b[x + 1] === b[y + 1] && b[x + 2] === b[y + 2] && b[x + 3] === b[y + 3];
const zero4 = (b: Uint8Array, x: number): boolean => (b[x]! | b[x + 1]! | b[x + 2]! | b[x + 3]!) === 0;

/** Reads a packet that `isArp` accepted. */
export const decodeArp = (b: Uint8Array, o: number, text: AddressText): ArpMessage => {
  const operation = u16be(b, o + 6);
  const own = same4(b, o + 14, o + 24);
  const type: ArpType =
    operation === 1
      ? zero4(b, o + 14)
        ? 'ARP probe' // RFC 5227 1.1: sender IP all zero, so that no cache is polluted
        : own
          ? 'ARP announcement' // RFC 5227 1.1: a request whose sender and target IP are both the claimed one
          : 'ARP request'
      : operation === 2
        ? own
          ? 'ARP gratuitous reply'
          : 'ARP reply'
        : 'ARP other';
  return {
    type,
    operation,
    senderMac: text.mac(b, o + 8),
    senderIp: text.ipv4(b, o + 14),
    targetMac: text.mac(b, o + 18),
    targetIp: text.ipv4(b, o + 24),
  };
};

export type ArpFields = Omit<ArpMessage, 'type'>;

/** The 28 octets after the EtherType. */
export const encodeArp = (m: ArpFields): Uint8Array =>
  new OctetWriter()
    .u16(1)
    .u16(0x0800)
    .u8(6, 4)
    .u16(m.operation)
    .mac(m.senderMac)
    .ipv4(m.senderIp)
    .mac(m.targetMac)
    .ipv4(m.targetIp)
    .done();
