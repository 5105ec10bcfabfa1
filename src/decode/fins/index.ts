/**
 * OMRON FINS: the protocol of SYSMAC C, CV, CS, CJ, CP, NSJ controllers and, for compatibility, NJ and NX; on UDP and in
 * FINS/TCP, port 9600 of both.
 */

import type { Decoder } from '../../core/decoder.ts';
import { finsCodes } from './codes.ts';
import type { FinsMessage } from './message.ts';
import { observeFins } from './observe.ts';
import { type FinsState, openFins } from './state.ts';
import { decodeTcp, decodeUdp, probeTcp, probeUdp } from './wire.ts';

export type { FinsDetail, FinsMessage, FinsPoint } from './message.ts';

const NO_RESPONSE_WANTED = 1;

export const fins: Decoder<FinsMessage, FinsState> = {
  name: 'fins',
  title: 'OMRON FINS',
  family: 'ot',
  codes: finsCodes,
  attach: [
    { over: 'udp', ports: [9600] },
    { over: 'tcp', ports: [9600] },
  ],
  probe: (bytes, start, end, context) =>
    context.carrier === 'udp' ? probeUdp(bytes, start, end) : probeTcp(bytes, start, end),
  open: openFins,
  decode: (bytes, start, end, context) =>
    context.carrier === 'udp' ? decodeUdp(bytes, start, end) : decodeTcp(bytes, start, end),
  pairing: {
    scope: 'flow',
    role: (m) => {
      if (m.response) return 'response';
      if (m.command < 0) return m.tcp?.command === 0 ? 'request' : 'single';
      return (m.icf & NO_RESPONSE_WANTED) !== 0 ? 'single' : 'request';
    },
    // Many clients never count the service id: the command is part of the key.
    key: (m) => (m.command << 8) | m.sid,
  },
  observe: observeFins,
};
