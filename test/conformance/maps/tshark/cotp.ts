/** tshark's cotp.* columns. DT TPDUs are envelopes: type 15, without references in class 0. */
import type { CotpMessage } from '../../../../src/decode/cotp/index.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

const isEnvelope = (s: Seen<CotpMessage>): boolean => s.protocol !== 'cotp';
const connects = (s: Seen<CotpMessage>): boolean =>
  !isEnvelope(s) && (s.message.code === 0xe0 || s.message.code === 0xd0);
/** As text where all octets are characters. */
const tsap = (octets: string): string | undefined => {
  const text = Buffer.from(octets, 'hex').toString('latin1');
  return octets === '' ? undefined : /^[ -~]+$/.test(text) ? text : `0x${octets}`;
};

export const tsharkCotp = frameMap<CotpMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'cotp',
  of: ['cotp', 'cotp envelope'],
  columns: {
    'cotp.type': (s) => hex(isEnvelope(s) ? 15 : s.message.code >> 4, 2),
    'cotp.srcref': (s) => (isEnvelope(s) || s.message.code < 0x80 ? undefined : hex(s.message.sourceReference, 4)),
    'cotp.destref': (s) => hex(isEnvelope(s) ? 0 : s.message.destinationReference, 4),
    'cotp.src-tsap': (s) => (connects(s) ? tsap(s.message.callingTsap) : undefined),
    'cotp.dst-tsap': (s) => (connects(s) ? tsap(s.message.calledTsap) : undefined),
    'tpkt.length': (s) => s.octets,
  },
});
