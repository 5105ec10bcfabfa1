/** Niagara Fox on TCP 1911; Foxs on 4911 is the same in TLS. */
import type { Decoder } from '../../core/decoder.ts';
import { observeFox } from './observe.ts';
import { decodeFox, type FoxMessage, probeFox } from './wire.ts';

export const fox: Decoder<FoxMessage, undefined> = {
  name: 'fox',
  title: 'Niagara Fox',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [1911, 4911] }],
  probe: probeFox,
  open: () => undefined,
  decode: decodeFox,
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (m.kind === 's') return 'request';
      return (m.kind === 'r' || m.kind === 'e') && m.replyTo >= 0 ? 'response' : 'single';
    },
    key: (m) => (m.kind === 's' ? m.sequence : m.replyTo),
  },
  observe: observeFox,
};
