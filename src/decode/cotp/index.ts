/**
 * ISO transport over TCP: TPKT (RFC 1006) with COTP class 0 (ISO 8073, ITU-T X.224). Carries S7comm, S7comm-plus and
 * MMS. DT TPDUs are envelopes without a message of their own.
 */
import type { Decoder } from '../../core/decoder.ts';
import { observeCotp } from './observe.ts';
import { type CotpState, decodeTpkt, openCotp } from './stream.ts';
import { type CotpMessage, cotpCodes, probeTpkt, TPDU } from './wire.ts';

export type { CotpMessage } from './wire.ts';

export const cotp: Decoder<CotpMessage, CotpState> = {
  name: 'cotp',
  title: 'ISO on TCP (COTP)',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [102] }],
  probe: (bytes, start, end) => probeTpkt(bytes, start, end),
  open: openCotp,
  decode: decodeTpkt,
  pairing: {
    scope: 'flow',
    role: (message, context) => {
      if (message.code === TPDU.CR) return 'request';
      if (message.code === TPDU.CC) return 'response';
      // The called side refuses a connection with DR; from the calling side it is a release.
      return message.code === TPDU.DR && !context.toServer ? 'response' : 'single';
    },
    key: (message) => (message.code === TPDU.CR ? message.sourceReference : message.destinationReference),
  },
  observe: observeCotp,
  codes: cotpCodes,
};
