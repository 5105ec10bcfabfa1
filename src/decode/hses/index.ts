/** Yaskawa robots over UDP: their High-Speed Ethernet Server. */
import type { Decoder } from '../../core/decoder.ts';
import { headingOf, observeHses } from './observe.ts';
import { decodeHses, type HsesMessage, isHses } from './wire.ts';

export const hses: Decoder<HsesMessage> = {
  name: 'hses',
  title: 'Yaskawa HSES',
  family: 'ot',
  attach: [{ over: 'udp', ports: [10040, 10041] }],
  probe: (b, start, end) => (isHses(b, start, end) ? 'sure' : 'no'),
  open: () => undefined,
  decode: (b, start, end) => decodeHses(b, start, end),
  heading: headingOf,
  pairing: {
    scope: 'flow',
    role: (m) =>
      m.type === 'HSES request'
        ? 'request'
        : m.type === 'HSES acknowledgement'
          ? 'single'
          : // A file comes in several answers; the last has the top bit of its number.
            m.block > 0 && m.block < 0x8000_0000
            ? 'partial'
            : 'response',
    key: (m) => m.division * 256 + m.requestId,
  },
  observe: observeHses,
};
