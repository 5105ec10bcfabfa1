/**
 * PTP, the precision time protocol (IEEE 1588-2002, -2008, -2019; IEEE 802.1AS, power profile): on EtherType 0x88f7 and
 * UDP 319, 320. Cyclic: clocks speak several times a second.
 */
import type { Decoder, PairRole } from '../../core/decoder.ts';
import { ACTION } from './management.ts';
import { observePtp, PtpState } from './observe.ts';
import { decodePtp, PTP_PORTS, PTP_TYPE, type PtpMessage, probePtp } from './wire.ts';

export type { PtpMessage } from './wire.ts';

const isAnswer = (m: PtpMessage): boolean =>
  m.management?.action === ACTION.RESPONSE || m.management?.action === ACTION.ACKNOWLEDGE;

const roleOf = (m: PtpMessage): PairRole => {
  if (m.management === undefined) return 'single';
  // Asked of all clocks at once, many answer: the question stays open.
  return isAnswer(m) ? 'partial' : 'request';
};

export const ptp: Decoder<PtpMessage, PtpState> = {
  name: 'ptp',
  title: 'PTP (IEEE 1588)',
  family: 'network',
  attach: [
    { over: 'ethertype', types: [PTP_TYPE] },
    { over: 'udp', ports: PTP_PORTS },
  ],
  cyclic: true,
  probe: (b, start, end, context) => probePtp(b, start, end, context.carrier !== 'udp'),
  open: () => new PtpState(),
  decode: (b, start, end) => decodePtp(b, start, end),
  pairing: {
    scope: 'segment',
    role: roleOf,
    // An answer names the port that asked as its target (15.4.1.2).
    key: (m) =>
      isAnswer(m)
        ? `${m.otherIdentity}/${m.otherPort}/${m.sequenceId}`
        : `${m.clockIdentity}/${m.portNumber}/${m.sequenceId}`,
  },
  observe: observePtp,
};
