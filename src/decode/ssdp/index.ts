/** SSDP on UDP 1900 (UPnP Device Architecture 2.0): printers, cameras, gateways and televisions that announce themselves. */
import type { Decoder } from '../../core/decoder.ts';
import { observeSsdp, openSsdp, type SsdpState } from './observe.ts';
import { decodeSsdp, type SsdpMessage, startOf } from './wire.ts';

export type { SsdpMessage } from './wire.ts';

export const ssdp: Decoder<SsdpMessage, SsdpState> = {
  name: 'ssdp',
  title: 'SSDP',
  family: 'it',
  attach: [{ over: 'udp', ports: [1900] }],
  probe: (bytes, start, end) => {
    const type = startOf(bytes, start, end);
    // A response looks like any of HTTP: the port decides.
    return type === undefined ? 'no' : type === 'SSDP response' ? 'maybe' : 'sure';
  },
  open: openSsdp,
  decode: (bytes, start, end) => {
    const message = decodeSsdp(bytes, start, end);
    return message === undefined ? { kind: 'foreign' } : { kind: 'message', message, consumed: end - start };
  },
  // Searches go to a group and are answered from elsewhere by many or none: nothing pairs.
  observe: observeSsdp,
};
