/** Suricata's mqtt events: one for each exchange, the packets of it nested by their names. */
import type { Properties } from '../../../../src/decode/mqtt/properties.ts';
import { type MqttMessage, payloadText } from '../../../../src/decode/mqtt/wire.ts';
import { checkMap, type Seen, type SeenCapture } from '../../types.ts';

/** `Session Expiry Interval` is `session_expiry_interval`; user properties stand among the others by their own names. */
const properties = (all: Properties): Record<string, unknown> => {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(all)) {
    if (name === 'User Property') for (const [key, of] of value as [string, string][]) out[key] = of;
    else out[name.toLowerCase().replaceAll(' ', '_')] = value instanceof Uint8Array ? payloadText(value, 1e6) : value;
  }
  return out;
};

const packet = (m: MqttMessage): Record<string, unknown> => {
  const common = { qos: m.qos, retain: m.retain, dup: m.dup };
  const own = 'properties' in m ? { properties: properties(m.properties) } : {};
  switch (m.type) {
    case 'CONNECT':
      return {
        ...common,
        ...own,
        protocol_string: m.protocolName,
        protocol_version: m.version,
        flags: {
          username: m.userName !== undefined,
          password: m.password !== undefined,
          will: m.will !== undefined,
          will_retain: m.will?.retain === true,
          clean_session: m.cleanStart,
        },
        client_id: m.clientId,
        username: m.userName,
        password: m.password,
        will: m.will && {
          topic: m.will.topic,
          message: payloadText(m.will.payload, 1e6),
          properties: properties(m.will.properties),
        },
      };
    case 'CONNACK':
      return { ...common, ...own, session_present: m.sessionPresent, return_code: m.reasonCode };
    case 'PUBLISH':
      return {
        ...common,
        ...own,
        topic: m.topic,
        message: payloadText(m.payload, 1e6),
        message_id: m.qos > 0 ? m.packetId : undefined,
      };
    case 'SUBSCRIBE':
      return {
        ...common,
        ...own,
        message_id: m.packetId,
        topics: m.subscriptions.map((s) => ({ topic: s.filter, qos: s.qos })),
      };
    case 'UNSUBSCRIBE':
      return { ...common, ...own, message_id: m.packetId, topics: m.filters };
    case 'SUBACK':
      return { ...common, ...own, message_id: m.packetId, qos_granted: m.reasonCodes };
    case 'UNSUBACK':
      return {
        ...common,
        ...own,
        message_id: m.packetId,
        reason_codes: m.version >= 5 ? m.reasonCodes : undefined,
      };
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return { ...common, ...own, message_id: m.packetId, reason_code: m.version >= 5 ? m.reasonCode : undefined };
    case 'DISCONNECT':
    case 'AUTH':
      return { ...common, ...own, reason_code: m.version >= 5 ? m.reasonCode : undefined };
    default:
      return common;
  }
};

type Event = { readonly seen: Seen; readonly event: { readonly mqtt: Record<string, unknown> } };

const events = (capture: SeenCapture): readonly Event[] => {
  const out: Event[] = [];
  const open = new Map<string, Event>();
  for (const s of capture.of<MqttMessage>('mqtt')) {
    const m = s.message;
    const id =
      m.type === 'CONNECT' || m.type === 'CONNACK'
        ? 'connect'
        : 'packetId' in m && m.packetId > 0
          ? m.packetId
          : undefined;
    const begins = m.type === 'CONNECT' || m.type === 'PUBLISH' || m.type === 'SUBSCRIBE' || m.type === 'UNSUBSCRIBE';
    const key = `${s.flow} ${id}`;
    let event = begins || id === undefined ? undefined : open.get(key);
    if (event === undefined) {
      event = { seen: s, event: { mqtt: {} } };
      out.push(event);
      if (id !== undefined) open.set(key, event);
    }
    event.event.mqtt[m.type.toLowerCase()] = packet(m);
  }
  return out;
};

export const suricataMqtt = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'mqtt',
  eventType: 'mqtt',
  events,
});
