/** KNXnet/IP on UDP and TCP 3671: discovery, tunnelling, routing. */
import type { Decoder, PairRole, PduContext } from '../../core/decoder.ts';
import { type KnxState, observeKnx } from './observe.ts';
import { decodeKnx, type KnxMessage, probeKnx, SERVICE } from './wire.ts';

const role = (m: KnxMessage): PairRole => {
  switch (m.service) {
    case SERVICE.DESCRIPTION_REQUEST:
    case SERVICE.CONNECT_REQUEST:
    case SERVICE.DISCONNECT_REQUEST:
    case SERVICE.CONNECTIONSTATE_REQUEST:
      return 'request';
    case SERVICE.TUNNELLING_REQUEST:
    case SERVICE.CONFIGURATION_REQUEST:
      return 'request';
    case SERVICE.DESCRIPTION_RESPONSE:
    case SERVICE.CONNECT_RESPONSE:
    case SERVICE.DISCONNECT_RESPONSE:
    case SERVICE.CONNECTIONSTATE_RESPONSE:
    case SERVICE.TUNNELLING_ACK:
    case SERVICE.CONFIGURATION_ACK:
      return 'response';
    default:
      return 'single';
  }
};
/** Both ends send tunnelled frames and count them alone; an acknowledgement goes the other way. */
const key = (m: KnxMessage, context: PduContext): number => {
  if (m.sequence < 0) return m.service - (role(m) === 'response' ? 1 : 0);
  const ack = m.service === SERVICE.TUNNELLING_ACK || m.service === SERVICE.CONFIGURATION_ACK;
  const fromClient = context.toServer !== ack ? 1 : 0;
  return 0x10000 | (m.channel << 9) | (m.sequence << 1) | fromClient;
};

export const knx: Decoder<KnxMessage, KnxState> = {
  name: 'knx',
  title: 'KNXnet/IP',
  family: 'ot',
  attach: [
    { over: 'udp', ports: [3671] },
    { over: 'tcp', ports: [3671] },
  ],
  probe: (b, start, end, context) => probeKnx(b, start, end, context.carrier === 'udp'),
  open: () => ({ said: new Set() }),
  decode: decodeKnx,
  pairing: { scope: 'flow', role, key },
  observe: observeKnx,
};
