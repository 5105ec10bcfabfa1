/** MELSOFT: GX Works and its kin to MELSEC controllers. See `wire.ts` for what is known of it. */
import type { Decoder } from '../../core/decoder.ts';
import { type MelsoftState, observeMelsoft, openMelsoft } from './observe.ts';
import { decodeMelsoft, type MelsoftMessage, probeMelsoft } from './wire.ts';

export type { MelsoftMessage } from './wire.ts';

export const melsoft: Decoder<MelsoftMessage, MelsoftState> = {
  name: 'melsoft',
  title: 'MELSOFT',
  family: 'ot',
  attach: [
    { over: 'udp', ports: [5560, 5561] },
    { over: 'tcp', ports: [5560, 5561, 5562] },
  ],
  probe: (bytes, start, end) => probeMelsoft(bytes, start, end),
  open: openMelsoft,
  decode: (bytes, start, end) => decodeMelsoft(bytes, start, end),
  pairing: {
    // Tools ask by broadcast from a new port each time; sequence numbers go on.
    scope: 'segment',
    role: (m) => (m.response ? 'response' : 'request'),
    key: (m, context) => {
      const port = m.response === context.toServer ? context.serverPort : context.clientPort;
      return port * 0x1_0000_0000 + (m.search >= 0 ? 0x1000000 + m.search : ((m.command & 0xff) << 16) | m.sequence);
    },
  },
  observe: observeMelsoft,
};
