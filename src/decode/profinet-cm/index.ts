/**
 * PROFINET IO context management: connections between controllers and devices, their parameters, records, identification
 * and diagnosis, and the endpoint mapper. A device answers from another port than it was asked on, so calls are paired by
 * activity between two hosts.
 */

import type { Decoder } from '../../core/decoder.ts';
import { PTYPE } from '../shared/dcerpc.ts';
import { profinetCmCodes } from './codes.ts';
import { observeCm } from './observe.ts';
import { type CmState, openCm } from './state.ts';
import { type CmMessage, decodeCm, EPM, laysOut, probeCm } from './wire.ts';

export type { CmMessage } from './wire.ts';

/** Activity and sequence as one number: 32 bits of FNV-1a and 21 of the sequence. A text would be joined and hashed for each. */
const keyOf = ({ header: { activity, sequence } }: CmMessage): number => {
  let hash = 0x811c9dc5 ^ (sequence >>> 21);
  for (let i = 0; i < activity.length; i++) hash = Math.imul(hash ^ activity.charCodeAt(i), 0x01000193);
  return (hash >>> 0) * 0x200000 + (sequence & 0x1fffff);
};

export const profinetCm: Decoder<CmMessage, CmState> = {
  name: 'profinet-cm',
  title: 'PROFINET IO CM',
  family: 'ot',
  codes: profinetCmCodes,
  attach: [{ over: 'udp', ports: [34964] }],
  probe: (b, start, end) => probeCm(b, start, end),
  open: openCm,
  decode: decodeCm,
  pairing: {
    scope: 'hosts',
    role: (m) => {
      if (m.isFragment) return 'single';
      const type = m.header.packetType;
      if (type === PTYPE.REQUEST) return 'request';
      return type === PTYPE.RESPONSE || type === PTYPE.FAULT || type === PTYPE.REJECT ? 'response' : 'single';
    },
    key: keyOf,
  },
  observe: observeCm,
  opens: (m) => m.interface !== EPM && laysOut(m),
};
