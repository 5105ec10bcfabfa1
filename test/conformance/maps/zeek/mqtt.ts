/** Zeek's mqtt_connect.log, mqtt_publish.log and mqtt_subscribe.log. */
import {
  type MqttConnAck,
  type MqttConnect,
  type MqttMessage,
  type MqttPublish,
  type MqttSubscribe,
  type MqttUnsubscribe,
  payloadText,
  versionText,
} from '../../../../src/decode/mqtt/wire.ts';
import { rowMap, type Seen, type SeenCapture } from '../../types.ts';

type S = Seen<MqttMessage>;
const is = <M extends MqttMessage>(s: S, type: M['type']): s is S & { readonly message: M } => s.message.type === type;

const RETURN = [
  'Connection Accepted',
  'Connection Refused: unacceptable protocol version',
  'Connection Refused: identifier rejected',
  'Connection Refused: server unavailable',
  'Connection Refused: bad user name or password',
  'Connection Refused: not authorized',
];
/** Zeek shows octets that are not printable as \xNN; the reader turns them back. */
const text = (payload: Uint8Array): string => Array.from(payload, (c) => String.fromCharCode(c)).join('');
/** The payload is cut at a length that the analyst sets (100, in tests 8); its whole length is a column of its own. */
const begins = (ours: string, theirs: string): boolean => theirs.length >= 8 && ours.startsWith(theirs);

interface Connect {
  readonly seen: S;
  readonly connect: MqttConnect | undefined;
  readonly status: number;
}
const connects = (capture: SeenCapture): Connect[] => {
  const out: Connect[] = [];
  for (const s of capture.of<MqttMessage>('mqtt')) {
    if (!is<MqttConnAck>(s, 'CONNACK')) continue;
    const asked = s.transaction?.request?.message;
    out.push({ seen: s, connect: asked?.type === 'CONNECT' ? asked : undefined, status: s.message.reasonCode });
  }
  return out;
};

export const zeekMqttConnect = rowMap<Connect>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'mqtt',
  log: 'mqtt_connect',
  rows: connects,
  columns: {
    proto_name: (r) => r.connect?.protocolName,
    proto_version: (r) => r.connect && versionText(r.connect.version),
    client_id: (r) => r.connect?.clientId,
    connect_status: (r) => RETURN[r.status],
    will_topic: (r) => r.connect?.will?.topic,
    will_payload: { value: (r) => r.connect?.will && payloadText(r.connect.will.payload, 1e6), same: begins },
  },
});

interface Publish {
  readonly seen: S;
  readonly publish: MqttPublish;
  readonly complete: boolean;
}
/** A row is written when the exchange that its QoS asks for is over; what stays open comes last. */
const publishes = (capture: SeenCapture): Publish[] => {
  const out: Publish[] = [];
  const open = new Map<string, S>();
  for (const s of capture.of<MqttMessage>('mqtt')) {
    const m = s.message;
    if (m.type === 'PUBLISH') {
      if (m.qos === 0) out.push({ seen: s, publish: m, complete: true });
      else open.set(`${s.flow} ${m.packetId}`, s);
    } else if (m.type === 'PUBACK' || m.type === 'PUBCOMP') {
      const key = `${s.flow} ${m.packetId}`;
      const before = open.get(key);
      if (before?.message.type !== 'PUBLISH') continue;
      open.delete(key);
      out.push({ seen: before, publish: before.message, complete: true });
    }
  }
  for (const s of open.values())
    if (s.message.type === 'PUBLISH') out.push({ seen: s, publish: s.message, complete: false });
  return out;
};

export const zeekMqttPublish = rowMap<Publish>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'mqtt',
  log: 'mqtt_publish',
  rows: publishes,
  columns: {
    from_client: (r) => r.publish.fromClient,
    retain: (r) => r.publish.retain,
    qos: (r) => ['at most once', 'at least once', 'exactly once'][r.publish.qos],
    status: (r) => (r.complete ? 'ok' : 'incomplete_qos'),
    topic: (r) => r.publish.topic,
    payload: { value: (r) => text(r.publish.payload), same: begins },
    payload_len: (r) => r.publish.payloadLength,
  },
});

interface Subscribe {
  readonly seen: S;
  readonly asked: MqttSubscribe | MqttUnsubscribe;
  readonly codes: readonly number[] | undefined;
}
const subscribes = (capture: SeenCapture): Subscribe[] =>
  capture.transactions<MqttMessage>('mqtt').flatMap((t) => {
    const m = t.request?.message;
    if (t.request === undefined || (m?.type !== 'SUBSCRIBE' && m?.type !== 'UNSUBSCRIBE')) return [];
    const answer = t.response?.message;
    const codes = answer?.type === 'SUBACK' || answer?.type === 'UNSUBACK' ? answer.reasonCodes : undefined;
    return [{ seen: t.request, asked: m, codes }];
  });

export const zeekMqttSubscribe = rowMap<Subscribe>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'mqtt',
  log: 'mqtt_subscribe',
  rows: subscribes,
  columns: {
    action: (r) => `MQTT::${r.asked.type}`,
    topics: {
      value: (r) => (r.asked.type === 'SUBSCRIBE' ? r.asked.subscriptions.map((s) => s.filter) : r.asked.filters),
      list: true,
    },
    qos_levels: {
      value: (r) => (r.asked.type === 'SUBSCRIBE' ? r.asked.subscriptions.map((s) => s.qos) : undefined),
      list: true,
    },
    granted_qos_level: (r) => (r.asked.type === 'SUBSCRIBE' ? r.codes?.[0] : undefined),
    ack: (r) => r.codes !== undefined,
  },
});
