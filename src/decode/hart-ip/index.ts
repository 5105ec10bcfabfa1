/**
 * HART-IP (FieldComm Group, HCF_SPEC-085 section 10.3) on TCP and UDP 5094. Servers on UDP open another port for each session,
 * so requests meet their answers by the two hosts, not by the flow. With security the same messages are inside TLS or DTLS.
 */

import type { Decoder } from '../../core/decoder.ts';
import { hartIpCodes } from './codes.ts';
import { type HartIpState, observeHartIp, openHartIp } from './observe.ts';
import { decodeHartIp, type HartIpMessage, MESSAGE, probeHartIp } from './wire.ts';

export const hartIp: Decoder<HartIpMessage, HartIpState> = {
  name: 'hart-ip',
  title: 'HART-IP',
  family: 'ot',
  codes: hartIpCodes,
  attach: [
    { over: 'tcp', ports: [5094, 20004] },
    { over: 'udp', ports: [5094, 20004] },
  ],
  probe: probeHartIp,
  open: openHartIp,
  decode: decodeHartIp,
  pairing: {
    scope: 'hosts',
    role: (m) => {
      if (m.messageType === MESSAGE.REQUEST) return 'request';
      return m.messageType === MESSAGE.PUBLISH ? 'single' : 'response';
    },
    key: (m) => (m.sequence << 3) | (m.messageId & 7),
  },
  observe: observeHartIp,
};
