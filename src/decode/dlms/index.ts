/** DLMS/COSEM in its wrapper for TCP and UDP, port 4059, and in HDLC frames on TCP. */
import type { Decoder } from '../../core/decoder.ts';
import { APDU } from './apdu.ts';
import { type DlmsMessage, type DlmsState, openDlms } from './message.ts';
import { observeDlms } from './observe.ts';
import { decodeDlms, pairOf, probeDlms, resealDlms } from './wire.ts';

/** Nobody answers these. */
const UNANSWERED = new Set<number>([APDU.NOTIFICATION, APDU.EVENT, APDU.INFORMATION_REPORT, APDU.UNCONFIRMED_WRITE]);

export const dlms: Decoder<DlmsMessage, DlmsState> = {
  name: 'dlms',
  title: 'DLMS/COSEM',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [4059] },
    { over: 'udp', ports: [4059] },
  ],
  probe: (b, start, end, context) => probeDlms(b, start, end, context.carrier === 'udp'),
  open: openDlms,
  decode: decodeDlms,
  pairing: {
    scope: 'flow',
    role: (m) => (UNANSWERED.has(m.tag) ? 'single' : m.response ? 'response' : 'request'),
    // One request at a time for each pair of application processes.
    key: (m, context) => pairOf(m.source, m.destination, m.physical, context.toServer),
  },
  observe: observeDlms,
  reseal: resealDlms,
};
