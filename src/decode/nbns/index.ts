/** NetBIOS name service (UDP 137) and NetBIOS datagrams with browser announcements (UDP 138): RFC 1002. */
import type { Decoder, PduContext } from '../../core/decoder.ts';
import { readNetbiosName } from '../shared/netbios.ts';
import { type DatagramMessage, decodeDatagram } from './datagram.ts';
import { observeDatagram, observeNbns } from './observe.ts';
import { decodeNbns, type NbnsMessage } from './wire.ts';

const onPort = (context: PduContext, port: number): boolean =>
  context.serverPort === port || context.clientPort === port;

export const nbns: Decoder<NbnsMessage, undefined> = {
  name: 'nbns',
  title: 'NetBIOS name service',
  family: 'it',
  attach: [{ over: 'udp', ports: [137] }],
  probe: (b, start, end, context) => {
    if (end - start < 12 + 34) return onPort(context, 137) && end - start >= 12 ? 'maybe' : 'no';
    return readNetbiosName(b, start, start + 12, end) && typeof decodeNbns(b, start, end) === 'object' ? 'sure' : 'no';
  },
  open: () => undefined,
  decode: (b, start, end) => {
    const message = decodeNbns(b, start, end);
    if (message === undefined) return { kind: 'foreign' };
    if (typeof message === 'string')
      return { kind: 'malformed', code: 'nbns.malformed', detail: message, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  // A query goes to everybody and one host answers from its own address: the pair meets in the segment.
  pairing: {
    scope: 'segment',
    role: (message) => {
      if (message.operation === 'query') return message.response ? 'response' : 'request';
      return 'single';
    },
    key: (message) => message.id,
    timeoutUs: 5_000_000,
  },
  observe: observeNbns,
};

export const nbdgm: Decoder<DatagramMessage, undefined> = {
  name: 'nbdgm',
  title: 'NetBIOS datagram service',
  family: 'it',
  attach: [{ over: 'udp', ports: [138] }],
  probe: (b, start, end, context) =>
    onPort(context, 138) && typeof decodeDatagram(b, start, end) === 'object' ? 'sure' : 'no',
  open: () => undefined,
  decode: (b, start, end) => {
    const message = decodeDatagram(b, start, end);
    if (message === undefined) return { kind: 'foreign' };
    if (typeof message === 'string')
      return { kind: 'malformed', code: 'nbdgm.malformed', detail: message, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  observe: observeDatagram,
};
