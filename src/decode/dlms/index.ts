/** DLMS/COSEM in its wrapper for TCP and UDP, port 4059. */
import type { Decoder } from '../../core/decoder.ts';
import { type DlmsState, observeDlms } from './observe.ts';
import { APDU, type DlmsMessage, decodeDlms, isCiphered, probeDlms } from './wire.ts';

export const dlms: Decoder<DlmsMessage, DlmsState> = {
  name: 'dlms',
  title: 'DLMS/COSEM',
  family: 'ot',
  attach: [
    { over: 'tcp', ports: [4059] },
    { over: 'udp', ports: [4059] },
  ],
  probe: (b, start, end, context) => probeDlms(b, start, end, context.carrier === 'udp'),
  open: () => ({ said: new Set() }),
  decode: decodeDlms,
  pairing: {
    scope: 'flow',
    role: (m, context) => {
      if (m.tag === APDU.NOTIFICATION || m.tag === APDU.EVENT) return 'single';
      // General ciphering hides which of both it is.
      if (isCiphered(m.tag) && m.tag >= 0xdb) return context.toServer ? 'request' : 'response';
      return m.response ? 'response' : 'request';
    },
    // One request at a time for each pair of application processes; the client's port comes first.
    key: (m, context) => (context.toServer ? (m.source << 16) | m.destination : (m.destination << 16) | m.source),
  },
  observe: observeDlms,
};
