/** ROC Plus and ROC, the protocols of Emerson's remote operations controllers and flow computers, on TCP and UDP 4000. */
import type { Decoder } from '../../core/decoder.ts';
import { rocPlusCodes } from './codes.ts';
import { observeRoc } from './observe.ts';
import { decodeRoc, probeRoc, type RocMessage, type RocState } from './wire.ts';

export const rocPlus: Decoder<RocMessage, RocState> = {
  name: 'roc-plus',
  title: 'ROC Plus',
  family: 'ot',
  codes: rocPlusCodes,
  attach: [
    { over: 'tcp', ports: [4000] },
    { over: 'udp', ports: [4000] },
  ],
  probe: (b, start, end, context) => probeRoc(b, start, end, context.carrier === 'udp'),
  open: () => ({ bigEndian: undefined, said: new Set() }),
  decode: (b, start, end, context, state) => decodeRoc(b, start, end, context.toServer, state),
  pairing: {
    // The order of octets is a property of the equipment: learned once for a pair of hosts.
    scope: 'hosts',
    role: (m) => (m.response ? 'response' : 'request'),
    // One question at a time on a line; an error indicator answers whatever was asked.
    key: (_, context) => context.clientPort,
  },
  observe: observeRoc,
};
