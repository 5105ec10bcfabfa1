/** ICSNPP's cotp.log: a row per TPDU. */
import type { CotpMessage } from '../../../../src/decode/cotp/index.ts';
import { rowMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

const NAMES: Record<number, string> = {
  1: 'ED Expedited Data',
  2: 'EA Expedited Data Acknowledgement',
  5: 'RJ Reject',
  6: 'AK Data Acknowledgement',
  7: 'ER TPDU Error',
  8: 'DR Disconnect Request',
  12: 'DC Disconnect Confirm',
  13: 'CC Connection Confirm',
  14: 'CR Connection Request',
  15: 'DT Data',
};
const code = (s: Seen<CotpMessage>): number => (s.protocol === 'cotp' ? s.message.code >> 4 : 15);

export const zeekCotp = rowMap<Seen<CotpMessage>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'cotp',
  log: 'cotp',
  rows: (capture) => capture.of<CotpMessage>('cotp', 'cotp envelope'),
  columns: {
    pdu_code: (s) => hex(code(s), 2),
    pdu_name: (s) => NAMES[code(s)] ?? `Unknown COTP PDU-${hex(code(s), 2)}`,
  },
  align: { is_orig: (s) => s.toServer },
});
