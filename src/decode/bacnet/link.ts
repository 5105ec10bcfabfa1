/**
 * What lies below BACnet's network layer: the BVLC of BACnet/IP (ANSI/ASHRAE 135 Annex J.2), the BVLC of BACnet/IPv6 (Annex U.2), and on
 * Ethernet (clause 7) nothing but the LLC header.
 */
import type { PduContext } from '../../core/decoder.ts';
import type { Value } from '../../core/observation.ts';
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { hex, i32be, u16be } from '../../lib/bytes.ts';
import { BVLC_FUNCTIONS, BVLC_RESULTS, BVLC6_RESULTS } from './tables.ts';

export const BVLC_TYPE = 0x81;
const BVLC6_TYPE = 0x82;
/** DSAP and SSAP of BACnet (clause 7.1). */
export const BACNET_SAP = 0x82;

/** Functions as they stand in `BVLC_FUNCTIONS`. */
export const FORWARDED = 4;
export const DISTRIBUTE = 9;
export const UNICAST = 10;
export const BROADCAST = 11;
/** No BVLC: Ethernet. */
const NO_BVLC = -1;
/** Functions of Annex J; those behind them in the table are of Annex U alone. */
const FUNCTIONS_OF_IP = 13;
/** By function of Annex U.2. */
const FUNCTIONS_OF_IPV6: readonly number[] = [
  0,
  UNICAST,
  BROADCAST,
  13,
  14,
  15,
  16,
  17,
  FORWARDED,
  5,
  8,
  12,
  DISTRIBUTE,
];

const isEthernet = (context: PduContext): boolean => context.carrier === 'ethernet';
const carriesNpdu = (bvlc: number): boolean =>
  bvlc === NO_BVLC || bvlc === UNICAST || bvlc === BROADCAST || bvlc === FORWARDED || bvlc === DISTRIBUTE;

/** The link layer of one PDU; one object, reused. `error` is '' where it fits. */
export const link = {
  /** Place in `BVLC_FUNCTIONS`; -1 on Ethernet. */
  bvlc: NO_BVLC,
  isIpv6: false,
  carriesNpdu: false,
  /** Where the NPDU, or the rest of a message without one, begins and ends. */
  from: 0,
  end: 0,
  /** The length field says more octets than there are. */
  isShort: false,
  /** Where the six or eighteen octets of the address that a forwarded NPDU comes from begin; -1 elsewhere. */
  originAt: -1,
  error: '',
  detail: '',
};

const failed = (error: string, detail: string): typeof link => {
  link.error = error;
  link.detail = detail;
  return link;
};

/** Virtual addresses of three octets before the NPDU or the rest (Annex U.2): of the source, of the destination. */
const vmacs = (bvlc: number): number => (bvlc === UNICAST ? 2 : 1);

/** Reads the link layer of `o`..`limit`; undefined where it is none of BACnet's. */
export const readLink = (b: Uint8Array, o: number, limit: number, context: PduContext): typeof link | undefined => {
  link.error = '';
  link.originAt = -1;
  link.isShort = false;
  link.isIpv6 = false;
  link.end = limit;
  link.from = o;
  link.bvlc = NO_BVLC;
  link.carriesNpdu = true;
  if (isEthernet(context)) return link;
  if (limit - o < 4 || (b[o] !== BVLC_TYPE && b[o] !== BVLC6_TYPE)) return undefined;
  link.isIpv6 = b[o] === BVLC6_TYPE;
  const number = b[o + 1]!;
  const bvlc = link.isIpv6 ? FUNCTIONS_OF_IPV6[number] : number < FUNCTIONS_OF_IP ? number : undefined;
  if (bvlc === undefined) return failed('bacnet.bvlc-function', `function ${number}`);
  const length = u16be(b, o + 2);
  if (length < 4) return failed('bacnet.bvlc-length', `BVLC length ${length}`);
  link.bvlc = bvlc;
  link.carriesNpdu = carriesNpdu(bvlc);
  // Stacks exist that write a wrong BVLC length: what is there is read, and the message says so.
  link.isShort = length > limit - o;
  link.end = Math.min(limit, o + length);
  link.from = o + 4;
  if (link.isIpv6 && link.carriesNpdu) link.from += 3 * vmacs(bvlc);
  if (bvlc === FORWARDED) {
    link.originAt = link.from;
    link.from += link.isIpv6 ? 18 : 6;
  }
  if (link.from > link.end)
    return failed(bvlc === FORWARDED ? 'bacnet.forwarded-short' : 'bacnet.npdu-short', 'addresses of the link cut');
  return link;
};

/** `0` no, `1` the link header fits, `2` the NPDU behind it fits too. */
export const fitness = (b: Uint8Array, o: number, end: number, context: PduContext): 0 | 1 | 2 => {
  const l = readLink(b, o, end, context);
  if (l === undefined || l.error !== '') return 0;
  if (!l.carriesNpdu) return 1;
  // Version 1 and both reserved bits of the control octet zero (6.2.2).
  if (l.from + 2 > l.end || b[l.from] !== 1 || (b[l.from + 1]! & 0x50) !== 0) return 0;
  return l.bvlc === NO_BVLC || o + u16be(b, o + 2) === end ? 2 : 1;
};

/** A B/IPv6 address: 16 octets and the port (Annex U.5). */
export const ipv6Address = (b: Uint8Array, o: number): string => `[${ipv6Text(b, o)}]:${u16be(b, o + 16)}`;
const ipv4Address = (b: Uint8Array, o: number): string => `${ipv4Text(i32be(b, o))}:${u16be(b, o + 4)}`;

type Detail = Record<string, Value>;

/** Tables and results of Annex J: `o` is behind the header. */
const detailOfIp = (b: Uint8Array, o: number, end: number, bvlc: number, detail: Detail): void => {
  const body = end - o;
  if (bvlc === 5 && body >= 2) detail.timeToLiveS = u16be(b, o);
  else if (bvlc === 8 && body >= 6) detail.entry = ipv4Address(b, o);
  else if (bvlc === 1 || bvlc === 3 || bvlc === 7) {
    const entries: string[] = [];
    const told: string[] = [];
    for (let p = o; p + 10 <= end && entries.length < 64; p += 10) {
      entries.push(ipv4Address(b, p));
      // Of a broadcast table the mask, of foreign devices how long they are kept and how much of it is left (J.2.2, J.2.8).
      told.push(bvlc === 7 ? `${u16be(b, p + 6)} s, ${u16be(b, p + 8)} s left` : ipv4Text(i32be(b, p + 6)));
    }
    detail.entries = entries.join(' ');
    if (told.length > 0) detail[bvlc === 7 ? 'kept' : 'masks'] = told.join('; ');
  }
};

/** Annex U.2: the virtual address of the source comes first. */
const detailOfIpv6 = (b: Uint8Array, o: number, end: number, bvlc: number, detail: Detail): void => {
  if (end - o < 3) return;
  detail.sourceVmac = hex(b, o, o + 3);
  const body = end - o - 3;
  const p = o + 3;
  if (bvlc === 5 && body >= 2) detail.timeToLiveS = u16be(b, p);
  else if (bvlc === 8 && body >= 18) detail.entry = ipv6Address(b, p);
  else if (bvlc >= 13 && body >= 3) {
    detail.targetVmac = hex(b, p, p + 3);
    if (bvlc === 14 && body >= 21) detail.origin = ipv6Address(b, p + 3);
  }
};

/** What a message without an NPDU says, and why it is a refusal ('' where it is none). `l` is of this message. */
export const readLinkMessage = (
  b: Uint8Array,
  l: typeof link,
): { readonly detail: Detail; readonly reason: string } => {
  const detail: Detail = {};
  const { bvlc, from, end } = l;
  if (l.isIpv6) detailOfIpv6(b, from, end, bvlc, detail);
  else detailOfIp(b, from, end, bvlc, detail);
  const codeAt = l.isIpv6 ? from + 3 : from;
  if (bvlc !== 0 || end - codeAt < 2) return { detail, reason: '' };
  const code = u16be(b, codeAt);
  const result = (l.isIpv6 ? BVLC6_RESULTS : BVLC_RESULTS).get(code) ?? String(code);
  detail.result = result;
  return { detail, reason: code === 0 ? '' : `${result} (${code})` };
};

/** `Original-Unicast-NPDU`; '' on Ethernet. */
export const bvlcName = (bvlc: number): string => (bvlc === NO_BVLC ? '' : (BVLC_FUNCTIONS[bvlc] ?? 'unknown'));
