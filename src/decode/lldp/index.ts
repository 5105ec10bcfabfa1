/** LLDP (IEEE 802.1AB) on EtherType 0x88CC: one frame, one message; no answers. */
import type { Decoder } from '../../core/decoder.ts';
import { type LldpState, observeLldp, openLldp } from './observe.ts';
import { decodeLldp, type Lldp } from './wire.ts';

export const lldp: Decoder<Lldp, LldpState> = {
  name: 'lldp',
  title: 'LLDP',
  family: 'network',
  attach: [{ over: 'ethertype', types: [0x88cc] }],
  probe: () => 'sure',
  open: openLldp,
  decode(b, start, end) {
    const message = decodeLldp(b, start, end);
    if (message === undefined || end - start < 2)
      return {
        kind: 'malformed',
        code: 'lldp.no-chassis',
        detail: 'the first TLV is not a chassis id',
        consumed: end - start,
      };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeLldp,
};
