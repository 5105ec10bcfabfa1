/** BSAP, the protocol of Bristol controllers: BSAP/IP on UDP 1234 and 1235, and serial frames that a converter puts into UDP. */
import type { Decoder } from '../../core/decoder.ts';
import { bsapCodes } from './codes.ts';
import { observeBsap } from './observe.ts';
import { type BsapMessage, type BsapState, decodeBsap, probeBsap } from './wire.ts';

export const bsap: Decoder<BsapMessage, BsapState> = {
  name: 'bsap',
  title: 'BSAP',
  family: 'ot',
  codes: bsapCodes,
  attach: [{ over: 'udp', ports: [1234, 1235] }],
  probe: probeBsap,
  open: () => ({ left: 0, frame: 0, select1: 0, select2: 0, names: new Map() }),
  decode: (b, start, end, context, state) => decodeBsap(b, start, end, context.frame, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.kind === 'request' ? 'request' : m.kind === 'response' ? 'response' : 'single'),
    key: (m) => m.sequence,
  },
  observe: observeBsap,
};
