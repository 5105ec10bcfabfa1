/** AMQP 0-9-1 (RabbitMQ) and 1.0 (Azure, ActiveMQ, Qpid) over TCP or WebSocket: logins, queues, and what is published. */
import { type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { plainValues } from '../shared/plain-values.ts';
import { type AmqpContent, type AmqpMessage, type AmqpMethod, type AmqpState, openAmqp } from './message.ts';
import { decodeAmqp, isFrame10, isFrame091 } from './wire.ts';

/** Methods of 0-9-1 that are commands, with the argument that says what is addressed. */
const COMMANDS = tableOf<readonly [Verb, string]>({
  'exchange.declare': ['configure', 'exchange'],
  'exchange.delete': ['delete', 'exchange'],
  'exchange.bind': ['configure', 'destination'],
  'exchange.unbind': ['configure', 'destination'],
  'queue.declare': ['configure', 'queue'],
  'queue.bind': ['configure', 'queue'],
  'queue.unbind': ['configure', 'queue'],
  'queue.purge': ['delete', 'queue'],
  'queue.delete': ['delete', 'queue'],
  'basic.consume': ['subscribe', 'queue'],
  'basic.get': ['read', 'queue'],
});

const identity = (
  at: At,
  m: AmqpMethod,
  endpoint: EndpointId,
  side: 'client' | 'server',
  sink: ObservationSink,
  state: AmqpState,
): void => {
  const product = m.fields[`${side}.product`];
  const version = m.fields[`${side}.version`];
  if (typeof product === 'string' && !state.said.has(side)) {
    state.said.add(side);
    const value = `${product} ${version ?? ''}`.trim();
    sink.identity(at, { endpoint, attribute: 'software', value, confidence: 0.9, via: `AMQP ${side} properties` });
    if (side === 'server')
      sink.identity(at, {
        endpoint,
        attribute: 'role',
        value: 'AMQP broker',
        confidence: 0.9,
        via: 'AMQP server properties',
      });
  }
  const cluster = m.fields['server.cluster_name'];
  if (typeof cluster === 'string' && !state.said.has('cluster')) {
    state.said.add('cluster');
    sink.name(at, { endpoint, kind: 'other', name: cluster, via: 'AMQP cluster name' });
  }
  const connection = m.fields['client.connection_name'];
  if (typeof connection === 'string' && !state.said.has('connection')) {
    state.said.add('connection');
    sink.name(at, { endpoint, kind: 'other', name: connection, via: 'AMQP connection name' });
  }
};

const login = (t: Transaction<AmqpMessage>, m: AmqpMethod, refusal: string, sink: ObservationSink): void => {
  const { mechanism, user } = m.fields;
  const clear = mechanism === 'PLAIN' || mechanism === 'AMQPLAIN';
  sink.session(t.at, {
    phase: 'authenticate',
    outcome: outcomeOf(t, refusal !== ''),
    ...(typeof user === 'string' && user !== '' ? { user } : {}),
    ...(clear ? { clearCredential: true } : {}),
    detail: `AMQP ${mechanism}${refusal === '' ? '' : `: ${refusal}`}`,
  });
};

const content = (at: At, m: AmqpContent, sink: ObservationSink, state: AmqpState): void => {
  if (m.address === '') return;
  const values = plainValues(m.payload);
  if (m.fromClient)
    sink.command(at, {
      verb: 'write',
      operation: 'AMQP publish',
      target: at.server,
      object: m.address,
      value: values.length === 1 && values[0]!.key === '' ? values[0]!.value : undefined,
      outcome: 'unconfirmed',
      user: state.user,
    });
  for (const v of values)
    sink.value(at, {
      target: at.server,
      path: m.address + v.key,
      type: v.type,
      value: v.value,
      access: m.fromClient ? 'write' : 'read',
    });
};

const observe = (t: Transaction<AmqpMessage>, sink: ObservationSink, state: AmqpState): void => {
  const { at } = t;
  const m = t.request;
  const answer = t.response !== undefined && 'refusal' in t.response ? t.response : undefined;
  if (answer !== undefined) identity(at, answer, at.server, 'server', sink, state);
  if (m === undefined || m.type === 'AMQP protocol header' || m.type === 'AMQP content header') return;
  if (m.type === 'AMQP content') {
    content(at, m, sink, state);
    return;
  }
  identity(at, m, m.fromClient ? at.client : at.server, m.fromClient ? 'client' : 'server', sink, state);
  const refusal = answer?.refusal ?? '';
  if (m.name === 'connection.start-ok' || m.name === 'sasl-init') {
    login(t, m, refusal, sink);
    return;
  }
  if (m.name === 'connection.open' || m.name === 'open') {
    const where = m.fields['virtual-host'] ?? m.fields.hostname ?? '';
    sink.session(at, {
      phase: 'open',
      outcome: outcomeOf(t, refusal !== ''),
      ...(state.user === undefined ? {} : { user: state.user }),
      detail: `AMQP ${where}${refusal === '' ? '' : `: ${refusal}`}`,
    });
    return;
  }
  if (m.name === 'connection.close' || m.name === 'close') {
    const text = m.fields['reply-text'] ?? m.refusal;
    sink.session(at, { phase: 'close', outcome: 'unconfirmed', detail: `AMQP ${text}`.trim() });
    return;
  }
  const row = COMMANDS[m.name];
  const attach = m.name === 'attach' && m.fromClient;
  if (row === undefined && !attach) return;
  // `role` is true for the end that receives (part 2 section 2.8.1).
  const receives = m.fields.role === true;
  sink.command(at, {
    verb: row?.[0] ?? (receives ? 'subscribe' : 'configure'),
    operation: attach ? (receives ? 'AMQP attach receiver' : 'AMQP attach sender') : `AMQP ${m.name}`,
    target: at.server,
    object: String(row ? m.fields[row[1]] : ((receives ? m.fields.source : m.fields.target) ?? m.fields.name)),
    outcome: outcomeOf(t, refusal !== ''),
    reason: refusal === '' ? undefined : refusal,
    user: state.user,
  });
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const first = b[start]!;
  if (first === 0x41) {
    if (end - start < 8) return end - start < 4 || (b[start + 1] === 0x4d && b[start + 2] === 0x51) ? 'more' : 'no';
    return b[start + 1] === 0x4d && b[start + 2] === 0x51 && b[start + 3] === 0x50 && b[start + 4]! <= 3
      ? 'sure'
      : 'no';
  }
  if (first === 0) return isFrame10(b, start, end) ? 'sure' : 'no';
  if (first > 8) return 'no';
  // The end octet at the place that the length tells, and for methods a class that exists.
  if (!isFrame091(b, start, end)) return 'no';
  const classId = b[start + 8]!;
  const known = b[start + 7] === 0 && classId >= 10 && classId <= 90 && classId % 5 === 0;
  return first === 1 && known ? 'sure' : 'maybe';
};

export const amqp: Decoder<AmqpMessage, AmqpState> = {
  name: 'amqp',
  title: 'AMQP',
  family: 'iiot',
  attach: [{ over: 'tcp', ports: [5672] }],
  probe,
  open: openAmqp,
  decode: (b, start, end, context, state) => {
    if (context.afterGap) state.left[context.toServer ? 0 : 1] = 0;
    return decodeAmqp(b, start, end, context.toServer, state);
  },
  pairing: { scope: 'flow', role: (m) => m.role, key: (m) => m.key, timeoutUs: 20_000_000 },
  observe,
};
