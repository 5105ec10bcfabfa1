/**
 * S7comm-plus: SIMATIC S7-1200 and S7-1500 with TIA Portal, HMIs and OPC servers. Carried by COTP. What can be known
 * without keys: sessions, identities, services, addresses and most values; protocol versions 1 to 3 are protected against
 * change at most, not encrypted. Newer firmware wraps it in TLS, which is said and not guessed at.
 */

import type { Decoder } from '../../core/decoder.ts';
import { s7commPlusCodes } from './codes.ts';
import { NO_ANSWER, OPCODE } from './names.ts';
import { observePlus } from './observe.ts';
import { decodePlus, openPlus, type PlusMessage, type PlusState, probePlus } from './wire.ts';

export type { PlusMessage } from './wire.ts';

export const s7commPlus: Decoder<PlusMessage, PlusState> = {
  name: 's7comm-plus',
  title: 'S7comm-plus',
  family: 'ot',
  codes: s7commPlusCodes,
  attach: [{ over: 'carried' }],
  probe: (b, start, end) => probePlus(b, start, end),
  open: openPlus,
  decode: decodePlus,
  pairing: {
    scope: 'flow',
    role: (m) =>
      m.opcode === OPCODE.REQUEST
        ? (m.flags & NO_ANSWER) !== 0
          ? 'single'
          : 'request'
        : m.opcode === OPCODE.RESPONSE || m.opcode === OPCODE.RESPONSE2
          ? 'response'
          : 'single',
    key: (m) => m.sequence,
  },
  observe: observePlus,
};
