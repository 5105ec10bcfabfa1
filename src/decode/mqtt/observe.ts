/**
 * What MQTT says: who connects as whom, who subscribes to what, and the values of topics. A topic is a point of the
 * broker: publishing writes it, delivery reads it. Sparkplug nodes and devices are children of the broker, because that
 * is the only address by which everybody knows them; their births and data are reports, only their commands are writes.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Attribute, ObservationSink } from '../../core/observation.ts';
import { MASKED_OCTETS } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { tableOf } from '../../lib/table.ts';
import { plainValues } from '../shared/plain-values.ts';
import { reasonText } from './properties.ts';
import {
  decodeSparkplug,
  type Metric,
  openSparkplug,
  type SparkplugState,
  type SparkplugTopic,
  sparkplugTopic,
} from './sparkplug.ts';
import {
  type MqttConnect,
  type MqttMessage,
  type MqttPublish,
  type MqttWireState,
  openWire,
  payloadText,
  versionText,
} from './wire.ts';

/** Filters of one SUBSCRIBE that become commands. */
const MAX_SUBSCRIBE_COMMANDS = 16;
/** Sparkplug addresses that were named already in this flow; emptied when full, then they are named again. */
const MAX_SAID = 1024;

export interface MqttState {
  readonly wire: MqttWireState;
  readonly sparkplug: SparkplugState;
  /** User name of the connection. */
  user: string | undefined;
  readonly said: Set<string>;
}
export const openMqtt = (): MqttState => ({
  wire: openWire(),
  sparkplug: openSparkplug(),
  user: undefined,
  said: new Set(),
});

const once = (state: MqttState, key: string): boolean => {
  if (state.said.has(key)) return false;
  if (state.said.size >= MAX_SAID) state.said.clear();
  state.said.add(key);
  return true;
};

const connected = (t: Transaction<MqttMessage>, request: MqttConnect, sink: ObservationSink, state: MqttState) => {
  const { at } = t;
  const answer = t.response?.type === 'CONNACK' ? t.response : undefined;
  const refused = answer !== undefined && answer.reasonCode !== 0;
  state.user = request.userName;
  const id = request.clientId !== '' ? request.clientId : answer?.properties['Assigned Client Identifier'];
  const why = refused ? `: ${reasonText(answer.reasonCode, request.version)}` : '';
  sink.session(at, {
    phase: request.userName === undefined ? 'open' : 'authenticate',
    outcome: outcomeOf(t, refused),
    ...(request.userName === undefined ? {} : { user: request.userName }),
    ...(request.password === undefined ? {} : { clearCredential: true }),
    detail: `MQTT ${versionText(request.version)} client ${id ? String(id) : '(assigned)'}${why}`,
  });
  if (typeof id === 'string' && id !== '')
    sink.name(at, { endpoint: at.client, kind: 'other', name: id, via: 'MQTT client identifier' });
  if (answer && !refused)
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'role',
      value: 'MQTT broker',
      confidence: 0.9,
      via: 'MQTT CONNACK',
    });
};

/** Metrics of births that describe the node (chapter 6.4.18), lower case. */
const NODE_FACT = tableOf<Attribute>({
  'properties/hardware make': 'vendor',
  'node info/hardware make': 'vendor',
  'properties/hardware model': 'model',
  'properties/hardware version': 'hardware',
  'properties/fw': 'firmware',
  'properties/firmware version': 'firmware',
  'properties/serial number': 'serial',
  'properties/os': 'os',
  'properties/os version': 'os',
});

const commandMetric = (
  t: Transaction<MqttMessage>,
  m: MqttPublish,
  target: EndpointId,
  metric: Metric,
  sink: ObservationSink,
  user: string | undefined,
) => {
  const name = metric.name.toLowerCase();
  const answer = t.response as { readonly reasonCode?: number } | undefined;
  const refused = (answer?.reasonCode ?? 0) >= 0x80;
  const restart = name === 'node control/reboot' || name === 'device control/reboot';
  sink.command(t.at, {
    verb: restart
      ? 'restart'
      : name.startsWith('node control/') || name.startsWith('device control/')
        ? 'control'
        : 'write',
    operation: m.topic.includes('/DCMD/') ? 'Sparkplug DCMD' : 'Sparkplug NCMD',
    target,
    object: metric.name,
    value: metric.value,
    outcome: outcomeOf(t, refused),
    reason: refused ? reasonText(answer!.reasonCode!, m.version) : undefined,
    user,
  });
};

const observeSparkplug = (
  t: Transaction<MqttMessage>,
  m: MqttPublish,
  topic: SparkplugTopic,
  broker: EndpointId,
  sink: ObservationSink,
  state: MqttState,
): void => {
  const { at } = t;
  if (topic.kind === 'STATE') {
    if (m.fromClient && once(state, `host ${topic.node}`)) {
      const value = `Sparkplug host application ${topic.node}`;
      sink.identity(at, { endpoint: at.client, attribute: 'role', value, confidence: 0.8, via: 'Sparkplug STATE' });
    }
    const online = /^\s*(?:ONLINE|\{.{0,200}"online"\s*:\s*true)/.test(payloadText(m.payload, 256));
    sink.session(at, {
      phase: online ? 'open' : 'close',
      outcome: outcomeOf(t, false),
      detail: `Sparkplug host ${topic.node}`,
    });
    return;
  }
  const node = sink.child(broker, 'sparkplug-node', `${topic.group}/${topic.node}`, true);
  const target = topic.device === '' ? node : sink.child(broker, 'sparkplug-node', topic.address, true);
  const command = topic.kind === 'NCMD' || topic.kind === 'DCMD';
  const payload = m.payload.length === m.payloadLength ? decodeSparkplug(m.payload, topic, state.sparkplug) : undefined;
  if (payload === undefined) {
    if (m.payloadLength > 0)
      sink.weird(at, { code: 'mqtt.sparkplug-payload', detail: `${topic.kind} of ${topic.address}` });
    return;
  }
  if (once(state, `name ${topic.address}`)) {
    sink.name(at, { endpoint: target, kind: 'other', name: topic.address, via: 'Sparkplug topic' });
    const role = topic.device === '' ? 'Sparkplug edge node' : 'Sparkplug device';
    sink.identity(at, { endpoint: target, attribute: 'role', value: role, confidence: 0.9, via: 'Sparkplug topic' });
    // Only the node itself publishes its births; then the client of this connection is that machine.
    if (m.fromClient && !command && topic.device === '')
      sink.identity(at, {
        endpoint: at.client,
        attribute: 'role',
        value: `Sparkplug edge node ${topic.address}`,
        confidence: 0.9,
        via: 'Sparkplug topic',
      });
  }
  if (topic.kind === 'NDEATH' || topic.kind === 'DDEATH') {
    sink.session(at, { phase: 'close', outcome: outcomeOf(t, false), detail: `${topic.kind} ${topic.address}` });
    return;
  }
  const birth = topic.kind === 'NBIRTH' || topic.kind === 'DBIRTH';
  if (birth)
    sink.session(at, { phase: 'open', outcome: outcomeOf(t, false), detail: `${topic.kind} ${topic.address}` });
  for (const metric of payload.metrics) {
    if (command) commandMetric(t, m, target, metric, sink, m.fromClient ? state.user : undefined);
    if (metric.value === undefined || metric.name === '') continue;
    const fact = birth ? NODE_FACT[metric.name.toLowerCase()] : undefined;
    if (fact !== undefined && typeof metric.value === 'string' && metric.value !== '')
      sink.identity(at, {
        endpoint: target,
        attribute: fact,
        value: metric.value,
        confidence: 1,
        via: `Sparkplug ${topic.kind}`,
      });
    // What happened while the node was offline is not how things are now.
    if (metric.historical) continue;
    sink.value(at, {
      target,
      path: metric.name,
      type: metric.type,
      value: metric.value,
      quality: metric.quality,
      access: command ? 'write' : 'read',
    });
  }
};

/** Metrics of a Sparkplug payload go by their alias, whose name was said at birth: a payload with a secret one is not shown. */
export const shownMqtt = (m: MqttMessage, state: MqttState): MqttMessage => {
  if (m.type !== 'PUBLISH' || m.payload.length !== m.payloadLength || m.payloadLength === 0) return m;
  const topic = sparkplugTopic(m.topic, state.sparkplug);
  if (topic === null || topic.kind === 'STATE') return m;
  const metrics = decodeSparkplug(m.payload, topic, state.sparkplug)?.metrics ?? [];
  const isSecret = metrics.some(({ name, value }) => typeof value === 'string' && isSecretName(name));
  return isSecret ? { ...m, payload: MASKED_OCTETS } : m;
};

const published = (t: Transaction<MqttMessage>, m: MqttPublish, sink: ObservationSink, state: MqttState): void => {
  const { at } = t;
  // In an answered exchange `client` is who asked, whichever end of the connection that was.
  const broker = m.fromClient || t.state === 'single' ? at.server : at.client;
  if (m.topic === '') return;
  const sparkplug = sparkplugTopic(m.topic, state.sparkplug);
  if (sparkplug !== null) {
    observeSparkplug(t, m, sparkplug, broker, sink, state);
    return;
  }
  const answer = t.response as { readonly reasonCode?: number } | undefined;
  const refused = (answer?.reasonCode ?? 0) >= 0x80;
  const values = m.payload.length === m.payloadLength ? plainValues(m.payload) : [];
  if (m.fromClient) {
    const only = values.length === 1 && values[0]!.key === '' ? values[0]!.value : undefined;
    // An empty retained message deletes what the broker kept (section 3.3.1.3).
    const clears = m.retain && m.payloadLength === 0;
    sink.command(at, {
      verb: clears ? 'delete' : 'write',
      operation: clears ? 'MQTT clear retained' : 'MQTT PUBLISH',
      target: broker,
      object: m.topic,
      value: only,
      outcome: outcomeOf(t, refused),
      reason: refused ? reasonText(answer!.reasonCode!, m.version) : undefined,
      user: state.user,
    });
  } else if (m.topic === '$SYS/broker/version' && values[0] !== undefined)
    sink.identity(at, {
      endpoint: broker,
      attribute: 'software',
      value: String(values[0].value),
      confidence: 0.9,
      via: 'MQTT $SYS/broker/version',
    });
  if (refused) return;
  for (const v of values)
    sink.value(at, {
      target: broker,
      path: v.key === '' ? m.topic : m.topic + v.key,
      type: v.type,
      value: v.value,
      access: m.fromClient ? 'write' : 'read',
    });
};

export const observeMqtt = (t: Transaction<MqttMessage>, sink: ObservationSink, state: MqttState): void => {
  const { at } = t;
  const m = t.request;
  if (m === undefined) return;
  switch (m.type) {
    case 'CONNECT':
      connected(t, m, sink, state);
      break;
    case 'PUBLISH':
      published(t, m, sink, state);
      break;
    case 'SUBSCRIBE': {
      const codes = t.response?.type === 'SUBACK' ? t.response.reasonCodes : undefined;
      for (let i = 0; i < m.subscriptions.length && i < MAX_SUBSCRIBE_COMMANDS; i++) {
        const code = codes?.[i] ?? 0;
        sink.command(at, {
          verb: 'subscribe',
          operation: 'MQTT SUBSCRIBE',
          target: at.server,
          object: m.subscriptions[i]!.filter,
          outcome: outcomeOf(t, code >= 0x80),
          reason: code >= 0x80 ? reasonText(code, 5) : undefined,
          user: state.user,
        });
      }
      break;
    }
    case 'DISCONNECT':
      sink.session(at, {
        phase: 'close',
        outcome: 'unconfirmed',
        ...(state.user === undefined ? {} : { user: state.user }),
        detail: m.reasonCode === 0 ? 'MQTT' : `MQTT ${reasonText(m.reasonCode, 5)}`,
      });
      break;
    default:
  }
};
