/**
 * Yokogawa Vnet/IP (UDP 5313 on both sides; CENTUM VP, ProSafe-RS): real-time control network of stations and domains. Its
 * payload is not published (IEC 61784-2 CPF 10 names its services, not its octets on UDP): it is recognised by its ports
 * and seen as such, so that an engineer knows what the flow is, and that nobody reads into it here.
 */
import type { Decoder, Message, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';

export interface VnetMessage extends Message {
  readonly octets: number;
}
const PORT = 5313;
/** Stations whose kind was said. */
const MAX_STATIONS = 1024;

export const vnetip: Decoder<VnetMessage, Set<number>> = {
  name: 'vnetip',
  title: 'Vnet/IP',
  family: 'ot',
  attach: [{ over: 'udp', ports: [PORT] }],
  cyclic: true,
  probe: (_b, start, end, context) =>
    context.clientPort === PORT && context.serverPort === PORT && end - start >= 16 ? 'maybe' : 'no',
  open: () => new Set(),
  decode: (_b, start, end) => ({
    kind: 'message',
    message: { type: 'Vnet/IP datagram', octets: end - start },
    consumed: end - start,
  }),
  observe(t: Transaction<VnetMessage>, sink: ObservationSink, said: Set<number>): void {
    const { sender } = t.at;
    if (said.has(sender) || said.size >= MAX_STATIONS) return;
    said.add(sender);
    sink.identity(t.at, {
      endpoint: sender,
      attribute: 'device-type',
      value: 'Vnet/IP station',
      confidence: 0.5,
      via: 'Vnet/IP ports',
    });
  },
};
