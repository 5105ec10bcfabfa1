/**
 * S7 communication (S7comm): the protocol of SIMATIC S7-300, S7-400 and compatible controllers, and of S7-1200/1500 where
 * PUT/GET is allowed. Carried by COTP. Requests may come from both sides: a controller fetches the blocks of a download.
 */

import type { Decoder } from '../../core/decoder.ts';
import { s7commCodes } from './codes.ts';
import type { S7Message } from './message.ts';
import { ROSCTR } from './names.ts';
import { observeS7 } from './observe.ts';
import { openS7, type S7State } from './state.ts';
import { KIND } from './userdata.ts';
import { decodeS7, probeS7 } from './wire.ts';

export type { S7Message } from './message.ts';

const isRequest = (m: S7Message): boolean =>
  m.rosctr === ROSCTR.JOB || (m.detail?.kind === 'userdata' && m.detail.head.kindOfUserdata === KIND.REQUEST);

export const s7comm: Decoder<S7Message, S7State> = {
  name: 's7comm',
  title: 'S7comm',
  family: 'ot',
  codes: s7commCodes,
  attach: [{ over: 'carried' }],
  probe: (bytes, start, end) => probeS7(bytes, start, end),
  open: openS7,
  decode: (bytes, start, end, context, state) => decodeS7(bytes, start, end, context.toServer, state),
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (isRequest(m)) return 'request';
      return m.detail?.kind === 'userdata' && m.detail.head.kindOfUserdata !== KIND.RESPONSE ? 'single' : 'response';
    },
    // Both sides number their own jobs: the side that asked is part of the key, and so is the kind of PDU.
    key: (m, context) =>
      m.pduReference | (isRequest(m) === context.toServer ? 0 : 0x10000) | (m.rosctr === ROSCTR.USERDATA ? 0x20000 : 0),
  },
  observe: observeS7,
};
