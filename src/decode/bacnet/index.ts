/**
 * BACnet/IP and BACnet/IPv6 on UDP (ANSI/ASHRAE 135 Annexes J and U), ports 47808..47823 by custom, and BACnet on Ethernet (clause 7).
 * BACnet/SC is TLS.
 */

import type { Decoder } from '../../core/decoder.ts';
import { bacnetCodes } from './codes.ts';
import { BACNET_SAP, fitness } from './link.ts';
import { type BacnetMessage, type BacnetState, openBacnet } from './message.ts';
import { observeBacnet } from './observe.ts';
import { PDU } from './tables.ts';
import { decodeBacnet } from './wire.ts';

/** BVLC functions that are answered by a Result or a table, and those answers. */
const LINK_REQUESTS: readonly boolean[] = [false, true, true, false, false, true, true, false, true];
const LINK_ANSWERS: readonly boolean[] = [true, false, false, true, false, false, false, true];

export const bacnet: Decoder<BacnetMessage, BacnetState> = {
  name: 'bacnet',
  title: 'BACnet/IP',
  family: 'ot',
  codes: bacnetCodes,
  attach: [
    { over: 'udp', ports: Array.from({ length: 16 }, (_, i) => 47808 + i) },
    { over: 'llc', dsaps: [BACNET_SAP] },
  ],
  probe(b, start, end, context) {
    const fit = fitness(b, start, end, context);
    return fit === 2 ? 'sure' : fit === 1 ? 'maybe' : 'no';
  },
  open: openBacnet,
  decode: decodeBacnet,
  pairing: {
    scope: 'hosts',
    role(m) {
      if (m.segments === 0) return 'single';
      switch (m.pdu) {
        case PDU.CONFIRMED:
          return 'request';
        case PDU.SIMPLE_ACK:
        case PDU.COMPLEX_ACK:
        case PDU.ERROR:
        case PDU.REJECT:
          return 'response';
        case PDU.ABORT:
          // The asking side may give up, too (5.4.4): that is no answer.
          return m.type === 'abort by client' ? 'single' : 'response';
        case -2:
          return LINK_REQUESTS[m.choice] === true ? 'request' : LINK_ANSWERS[m.choice] === true ? 'response' : 'single';
        default:
          return 'single';
      }
    },
    key: (m) => m.pairKey,
  },
  observe: observeBacnet,
};
