/** tshark's mms.* columns. */
import type { MmsMessage } from '../../../../src/decode/mms/index.ts';
import { frameMap, type Seen } from '../../types.ts';

type M = Seen<MmsMessage>;
const domains = (s: M) => s.message.names.filter((n) => n.scope === 'domain');

export const tsharkMms = frameMap<MmsMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'mms',
  columns: {
    // Reject and cancel PDUs have identifiers of other names.
    'mms.invokeID': (s) => (s.message.pdu >= 0 && s.message.pdu <= 2 ? s.message.invokeId : undefined),
    'mms.confirmedServiceRequest': (s) =>
      s.message.pdu === 0 && s.message.service >= 0 ? s.message.service : undefined,
    'mms.confirmedServiceResponse': (s) =>
      s.message.pdu === 1 && s.message.service >= 0 ? s.message.service : undefined,
    'mms.unconfirmedService': (s) => (s.message.pdu === 3 ? s.message.service : undefined),
    'mms.domainId': (s) => domains(s).map((n) => n.domainId),
    'mms.itemId': (s) => domains(s).map((n) => n.itemId),
    'mms.initiate_RequestPDU_element': (s) => (s.message.pdu === 8 ? 1 : undefined),
  },
});
