/**
 * DNP3 (IEEE 1815-2012) over TCP and UDP: data link frames, transport segments, application fragments, the object
 * library, secure authentication version 5. Outstations are children of the host that speaks for them.
 */

import type { Decoder, PairRole } from '../../core/decoder.ts';
import { dnp3Codes } from './codes.ts';
import type { Dnp3Message } from './message.ts';
import { FUNCTION, isSilent, REQUEST_NAMES } from './names.ts';
import { type ObserveState, observeDnp3, openObserve } from './observe.ts';
import { BROADCAST, decodeFrame, isChallengeReply, type LinkState, openLink, probeFrame, resealFrame } from './wire.ts';

export type { Dnp3Message, Fragment, ObjectBlock, ObjectDetail } from './message.ts';

const role = (m: Dnp3Message): PairRole => {
  const f = m.application;
  if (f === undefined || m.defect !== '') return 'single';
  const code = f.functionCode;
  if (code < 0x80) {
    if (code >= REQUEST_NAMES.length || isSilent(code) || m.destination >= BROADCAST || isChallengeReply(f))
      return 'single';
    return 'request';
  }
  if (code === FUNCTION.RESPONSE) return (f.control & 0x40) !== 0 ? 'response' : 'partial';
  // A challenge is not the answer: that comes when the challenge was met (7.5.2).
  if (code === FUNCTION.AUTHENTICATION_RESPONSE && (f.control & 0x10) === 0)
    return f.objects.some((o) => o.group === 120 && o.variation === 1) ? 'partial' : 'response';
  return 'single';
};

export const dnp3: Decoder<Dnp3Message, LinkState & ObserveState> = {
  name: 'dnp3',
  title: 'DNP3',
  family: 'ot',
  codes: dnp3Codes,
  attach: [
    { over: 'tcp', ports: [20000] },
    { over: 'udp', ports: [20000] },
  ],
  probe: probeFrame,
  open: () => Object.assign(openLink(), openObserve()),
  decode: decodeFrame,
  reseal: resealFrame,
  pairing: {
    scope: 'flow',
    role,
    key: (m) => m.application?.exchange ?? 0,
  },
  observe: observeDnp3,
};
