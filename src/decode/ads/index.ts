/**
 * Beckhoff ADS: the protocol of TwinCAT systems, in AMS/TCP on TCP 48898; discovery and routes on UDP 48899. Secure ADS
 * (TCP 8016) is TLS and seen as such.
 */

import type { Decoder } from '../../core/decoder.ts';
import { adsCodes } from './codes.ts';
import { decodeDiscovery, probeDiscovery } from './discovery.ts';
import type { AnyAdsMessage } from './message.ts';
import { COMMAND } from './names.ts';
import { observeAds } from './observe.ts';
import { type AdsState, openAds } from './state.ts';
import { decodeTcp, probeTcp } from './wire.ts';

export type { AdsDetail, AdsMessage, AnyAdsMessage } from './message.ts';

export const ads: Decoder<AnyAdsMessage, AdsState> = {
  name: 'ads',
  title: 'Beckhoff ADS/AMS',
  family: 'ot',
  codes: adsCodes,
  attach: [
    { over: 'tcp', ports: [48898] },
    { over: 'udp', ports: [48899] },
  ],
  probe: (bytes, start, end, context) =>
    context.carrier === 'udp' ? probeDiscovery(bytes, start, end) : probeTcp(bytes, start, end),
  open: openAds,
  decode: (bytes, start, end, context) =>
    context.carrier === 'udp' ? decodeDiscovery(bytes, start, end) : decodeTcp(bytes, start, end),
  pairing: {
    scope: 'flow',
    role(m) {
      if (m.kind === 'router') return 'single';
      if (m.kind === 'ads' && m.command === COMMAND.NOTIFICATION) return 'single';
      return m.response ? 'response' : 'request';
    },
    // Both sides may ask on one connection, each AMS port counts its own invoke ids: the asking port and side are part.
    key(m, context) {
      if (m.kind === 'router') return 0;
      if (m.kind === 'discovery') return m.service;
      const port = m.response ? m.targetPort : m.sourcePort;
      const side = m.response === context.toServer ? 1 : 0;
      return (port * 2 + side) * 0x1_0000_0000 + m.invokeId;
    },
  },
  observe: observeAds,
};
