/** DHCPv6 on UDP 546/547 (RFC 8415): who the client is, and which addresses a Reply gives it. There is no magic number, so the port must hint. */
import type { Decoder, Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { vendorClassHint } from '../shared/host-hints.ts';
import { type Dhcpv6Message, decodeDhcpv6, hasDhcpv6Header } from './wire.ts';

const observe = (t: Transaction<Dhcpv6Message>, sink: ObservationSink): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.cut) sink.weird(at, { code: 'dhcpv6.option-cut', detail: 'an option runs beyond its message' });
  const fromServer = m.messageType === 2 || m.messageType === 7 || m.messageType === 10;
  const endpoint = m.clientMac !== '' ? sink.mention(at, m.clientMac, undefined) : fromServer ? at.receiver : at.sender;
  if (m.fqdn !== '') sink.name(at, { endpoint, kind: 'dhcp', name: m.fqdn, via: m.type });
  if (fromServer) {
    if (m.messageType === 7 && m.status === 0)
      for (const ip of m.addresses) sink.name(at, { endpoint, kind: 'ip', name: ip, via: m.type });
    return;
  }
  if (m.fqdn !== '')
    sink.identity(at, { endpoint, attribute: 'hostname', value: m.fqdn, confidence: 0.8, via: m.type });
  const hint = m.vendorClass === '' ? undefined : vendorClassHint(m.vendorClass);
  if (hint !== undefined) sink.identity(at, { endpoint, ...hint, via: m.type });
  if (m.mudUrl !== '')
    sink.identity(at, {
      endpoint,
      attribute: 'description',
      value: `MUD URL ${m.mudUrl}`,
      confidence: 0.9,
      via: m.type,
    });
};

export const dhcpv6: Decoder<Dhcpv6Message, undefined> = {
  name: 'dhcpv6',
  title: 'DHCPv6',
  family: 'network',
  attach: [{ over: 'udp', ports: [546, 547] }],
  probe: (b, start, end) => (hasDhcpv6Header(b, start, end) ? 'maybe' : 'no'),
  open: () => undefined,
  decode(b, start, end) {
    const message = decodeDhcpv6(b, start, end);
    if (message === undefined)
      return { kind: 'malformed', code: 'dhcpv6.short', detail: `${end - start} octets`, consumed: end - start };
    return { kind: 'message', message, consumed: end - start };
  },
  pairing: { scope: 'segment', role: () => 'single', key: (m) => m.xid },
  observe,
};
