/** ARP (RFC 826, RFC 5227) directly on Ethernet, EtherType 0x0806. Other address families are told as malformed. */
import type { Decoder } from '../../core/decoder.ts';
import { type ArpState, observeArp, openArp } from './observe.ts';
import { ARP_LENGTH, type ArpMessage, decodeArp, isArp } from './wire.ts';

export const arp: Decoder<ArpMessage, ArpState> = {
  name: 'arp',
  title: 'ARP',
  family: 'network',
  attach: [{ over: 'ethertype', types: [0x0806] }],
  // The EtherType already says so; what does not fit is a malformed ARP, not another protocol.
  probe: () => 'sure',
  open: openArp,
  decode(b, start, end, _context, state) {
    if (end - start < ARP_LENGTH)
      return {
        kind: 'malformed',
        code: 'arp.short',
        detail: `${end - start} of ${ARP_LENGTH} octets`,
        consumed: end - start,
      };
    if (!isArp(b, start, end))
      return { kind: 'malformed', code: 'arp.family', detail: 'not IPv4 over Ethernet', consumed: end - start };
    return { kind: 'message', message: decodeArp(b, start, state.text), consumed: end - start };
  },
  // One state for a segment; ARP is not paired: floods of it must stay cheap.
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeArp,
};
