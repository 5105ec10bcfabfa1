/** ANSI C12.22, meters and their networks, on TCP and UDP 1153. */
import type { Decoder } from '../../core/decoder.ts';
import { hex } from '../../lib/bytes.ts';
import { observeC1222 } from './observe.ts';
import { type C1222Message, type C1222State, decodeC1222, probeC1222 } from './wire.ts';

export const c1222: Decoder<C1222Message, C1222State> = {
  name: 'c1222',
  title: 'ANSI C12.22',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [1153] },
    { over: 'udp', ports: [1153] },
  ],
  probe: probeC1222,
  open: () => ({ waiting: new Map(), said: new Set() }),
  decode: (b, start, end, _, state) => decodeC1222(b, start, end, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.type === 'C12.22 request' ? 'request' : 'response'),
    // Some nodes leave out the called id and repeat the calling one.
    key: (m) =>
      hex(m.type === 'C12.22 response' && m.calledInvocation.length > 0 ? m.calledInvocation : m.callingInvocation),
  },
  observe: observeC1222,
};
