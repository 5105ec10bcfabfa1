/**
 * MMS (ISO 9506), carried by COTP: IEC 61850 between substation devices and their clients, TASE.2 (ICCP) between control
 * centres, and controllers of the 1990s. Both sides may ask.
 */

import type { Decoder, PairRole, PduContext } from '../../core/decoder.ts';
import { SPDU } from '../shared/osi.ts';
import { mmsCodes } from './codes.ts';
import type { MmsMessage } from './message.ts';
import { observeMms } from './observe.ts';
import { MmsState } from './state.ts';
import { PDU } from './tables.ts';
import { decodeMms, probeMms } from './wire.ts';

export type { MmsMessage } from './message.ts';

const ROLES: readonly PairRole[] = [
  'request',
  'response',
  'response',
  'single',
  'response',
  'request',
  'response',
  'response',
  'request',
  'response',
  'response',
  'request',
  'response',
  'response',
];

/** Of what stands below MMS: an association is asked for, answered, released or aborted. */
const lowerRole = (m: MmsMessage): PairRole => {
  const apdu = m.association?.apdu;
  if (apdu === 'AARQ' || apdu === 'RLRQ') return 'request';
  if (apdu === 'AARE' || apdu === 'RLRE') return 'response';
  if (apdu === 'ABRT') return 'single';
  if (m.spdu === SPDU.CONNECT || m.spdu === SPDU.FINISH) return 'request';
  return m.spdu === SPDU.ABORT || m.spdu === SPDU.ABORT_ACCEPT ? 'single' : 'response';
};

const roleOf = (m: MmsMessage): PairRole => {
  if (m.pdu < 0) return lowerRole(m);
  // A reject that names no request, or complains about an answer, answers nothing.
  if (m.pdu === PDU.REJECT && (m.invokeId < 0 || m.errorClass !== 1)) return 'single';
  return ROLES[m.pdu]!;
};

const KIND = { CONFIRMED: 0, CANCEL: 1, INITIATE: 2, CONCLUDE: 3, RELEASE: 4 } as const;
const kindOf = (m: MmsMessage): number => {
  if (m.pdu < 0) {
    const apdu = m.association?.apdu;
    const opens = apdu === 'AARQ' || apdu === 'AARE' || m.spdu >= SPDU.REFUSE;
    return opens ? KIND.INITIATE : KIND.RELEASE;
  }
  if (m.pdu <= PDU.REJECT) return KIND.CONFIRMED;
  if (m.pdu <= PDU.CANCEL_ERROR) return KIND.CANCEL;
  return m.pdu <= PDU.INITIATE_ERROR ? KIND.INITIATE : KIND.CONCLUDE;
};

/** Both sides number their own requests: the side that asked is part of the key. */
const keyOf = (m: MmsMessage, context: PduContext): number => {
  const asked = (roleOf(m) === 'request') === context.toServer ? 1 : 0;
  const id = m.invokeId < 0 ? 0 : m.invokeId;
  return (id * 2 + asked) * 8 + kindOf(m);
};

export const mms: Decoder<MmsMessage, MmsState> = {
  name: 'mms',
  title: 'MMS (IEC 61850, ICCP)',
  family: 'ot',
  codes: mmsCodes,
  attach: [{ over: 'carried' }],
  probe: (b, start, end) => probeMms(b, start, end),
  open: () => new MmsState(),
  decode: (b, start, end, _, state) => decodeMms(b, start, end, state.cache),
  pairing: { scope: 'flow', role: roleOf, key: keyOf },
  observe: observeMms,
};
