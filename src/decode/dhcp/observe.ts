/**
 * What DHCP and BOOTP say: who the client is (in its own words), and which address it holds once the server acknowledged
 * it. A BOOTP reply is also a `configure` command: somebody gave a device its address by hand or from a fixed table, which
 * on plants is an engineering step; DHCP leases are routine and are names only.
 */
import type { Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink } from '../../core/observation.ts';
import { vendorClassHint } from '../shared/host-hints.ts';
import { type DhcpMessage, optionOf, optionText } from './wire.ts';

const NOBODY = '0.0.0.0';

/** The client is named by its hardware address: the sender may be a relay. */
const clientOf = (m: DhcpMessage, at: At, sink: ObservationSink): EndpointId => {
  if (m.hardwareType === 1 && m.chaddr.length === 17 && m.chaddr !== '00:00:00:00:00:00')
    return sink.mention(at, m.chaddr, undefined);
  return m.op === 1 ? at.sender : at.receiver;
};

const fromClient = (m: DhcpMessage, at: At, endpoint: EndpointId, sink: ObservationSink): void => {
  const via = m.type;
  const say = (attribute: Attribute, value: string, confidence: number) => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence, via });
  };
  const host = optionText(m, 12);
  say('hostname', host, 0.8);
  if (host !== '') sink.name(at, { endpoint, kind: 'dhcp', name: host, via });
  const fqdn = optionText(m, 81);
  if (fqdn !== '' && fqdn !== host) {
    say('hostname', fqdn, 0.8);
    sink.name(at, { endpoint, kind: 'dhcp', name: fqdn, via });
  }
  const vendorClass = optionText(m, 60);
  if (vendorClass !== '') {
    const hint = vendorClassHint(vendorClass);
    if (hint !== undefined) say(hint.attribute, hint.value, hint.confidence);
    say('description', `DHCP vendor class ${vendorClass}`, 0.5);
  }
  const mud = optionText(m, 161);
  if (mud !== '') say('description', `MUD URL ${mud}`, 0.9);
};

const bound = (m: DhcpMessage, at: At, endpoint: EndpointId, sink: ObservationSink): void => {
  // An ACK of an INFORM gives no address: the client has one of its own (RFC 2131 section 4.3.5).
  const ip = m.yiaddr !== NOBODY ? m.yiaddr : m.ciaddr;
  if (ip !== NOBODY) sink.name(at, { endpoint, kind: 'ip', name: ip, via: m.type });
  const say = (attribute: Attribute, value: string) => {
    if (value !== '') sink.identity(at, { endpoint, attribute, value, confidence: 0.8, via: m.type });
  };
  say('netmask', optionText(m, 1));
  say('gateway', optionText(m, 3));
  say('domain', optionText(m, 15));
  const host = optionText(m, 12);
  if (host !== '') sink.name(at, { endpoint, kind: 'dhcp', name: host, via: m.type });
};

export const observeDhcp = (t: Transaction<DhcpMessage>, sink: ObservationSink): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  const at = t.at;
  if (m.cut) sink.weird(at, { code: 'dhcp.option-cut', detail: 'an option runs beyond its field' });
  if (m.dropped > 0) sink.weird(at, { code: 'dhcp.options', detail: 'more options than are kept' });
  if (m.cookie === 'other') sink.weird(at, { code: 'dhcp.cookie', detail: 'the vendor area has no RFC 1048 cookie' });
  const endpoint = clientOf(m, at, sink);
  switch (m.type) {
    case 'DHCP DISCOVER':
    case 'DHCP REQUEST':
    case 'DHCP INFORM':
      fromClient(m, at, endpoint, sink);
      if (m.ciaddr !== NOBODY) sink.name(at, { endpoint, kind: 'ip', name: m.ciaddr, via: m.type });
      break;
    case 'BOOTP request':
      if (m.ciaddr === NOBODY)
        sink.identity(at, {
          endpoint,
          attribute: 'description',
          value: 'asks for its address by BOOTP',
          confidence: 0.5,
          via: m.type,
        });
      if (m.ciaddr !== NOBODY) sink.name(at, { endpoint, kind: 'ip', name: m.ciaddr, via: m.type });
      break;
    case 'DHCP ACK':
      bound(m, at, endpoint, sink);
      break;
    case 'BOOTP reply':
      bound(m, at, endpoint, sink);
      if (m.yiaddr !== NOBODY)
        sink.command(at, {
          verb: 'configure',
          operation: 'BOOTP reply',
          target: endpoint,
          object: 'IP address',
          value: m.yiaddr,
          outcome: 'unconfirmed',
          native: m,
        });
      break;
    case 'DHCP DECLINE':
      // The client found the offered address in use (RFC 2131 section 3.1 step 5).
      sink.weird(at, { code: 'dhcp.address-in-use', detail: `the client declined ${optionText(m, 50)}` });
      break;
    case 'DHCP NAK':
      if (optionOf(m, 56) !== undefined)
        sink.weird(at, { code: 'dhcp.refused', detail: `the server refused: ${optionText(m, 56)}` });
      break;
    default:
      break;
  }
};
