/** DHCPv4 and BOOTP on UDP 67/68 (RFC 2131, RFC 951). Messages are observed one by one: retries and several servers are normal. */
import type { Decoder } from '../../core/decoder.ts';
import { u32be } from '../../lib/bytes.ts';
import { dhcpCodes } from './codes.ts';
import { observeDhcp } from './observe.ts';
import { type DhcpMessage, decodeDhcp, HEADER, MAGIC_COOKIE } from './wire.ts';

const fits = (b: Uint8Array, o: number): boolean =>
  (b[o] === 1 || b[o] === 2) && b[o + 2]! <= 16 && b[o + 1]! > 0 && b[o + 1]! < 40;

export const dhcp: Decoder<DhcpMessage, undefined> = {
  name: 'dhcp',
  title: 'DHCP / BOOTP',
  family: 'network',
  codes: dhcpCodes,
  attach: [{ over: 'udp', ports: [67, 68] }],
  probe(b, start, end) {
    if (end - start < HEADER || !fits(b, start)) return 'no';
    return end - start >= HEADER + 4 && u32be(b, start + HEADER) === MAGIC_COOKIE ? 'sure' : 'maybe';
  },
  open: () => undefined,
  decode(b, start, end) {
    if (end - start < HEADER)
      return {
        kind: 'malformed',
        code: 'dhcp.short',
        detail: `${end - start} of ${HEADER} octets`,
        consumed: end - start,
      };
    if (!fits(b, start)) return { kind: 'foreign' };
    return { kind: 'message', message: decodeDhcp(b, start, end), consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: (m) => m.xid },
  observe: observeDhcp,
};
