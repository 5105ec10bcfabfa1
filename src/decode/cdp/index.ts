/** CDP on SNAP, OUI 00-00-0C protocol 0x2000: one frame, one message; no answers. */
import type { Decoder } from '../../core/decoder.ts';
import { type CdpState, observeCdp, openCdp } from './observe.ts';
import { type Cdp, decodeCdp } from './wire.ts';

export const cdp: Decoder<Cdp, CdpState> = {
  name: 'cdp',
  title: 'CDP',
  family: 'network',
  attach: [{ over: 'llc', snap: [0x00000c * 65536 + 0x2000] }],
  probe: (b, start, end) => (end - start >= 4 && (b[start] === 1 || b[start] === 2) ? 'sure' : 'no'),
  open: openCdp,
  decode(b, start, end) {
    if (end - start < 4)
      return { kind: 'malformed', code: 'cdp.short', detail: `${end - start} of 4 octets`, consumed: end - start };
    return { kind: 'message', message: decodeCdp(b, start, end), consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: () => 0 },
  observe: observeCdp,
};
