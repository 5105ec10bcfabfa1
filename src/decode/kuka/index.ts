/** KUKA robots: variables through KUKAVARPROXY, and the correction of their path through the Robot Sensor Interface. */
import { type Decoder, outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Attribute, ObservationSink, Value } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';
import { decodeRsi, probeRsi, type RsiMessage } from './rsi.ts';
import { decodeProxy, FUNCTION, type KukaProxyMessage, openProxy, type ProxyState, probeProxy } from './wire.ts';

export type { RsiMessage } from './rsi.ts';
export type { KukaProxyMessage } from './wire.ts';

const PROXY_PORT = 7000;
/** Values of the path are told this far apart at least: cycles of 4 ms repeat. */
const RSI_EVERY_US = 100_000;
const VENDOR = { attribute: 'vendor', value: 'KUKA' } as const;

/** System variables that say who a robot is, or how it runs (KUKA System Software, "System variables"). */
const IDENTITIES = tableOf<Attribute>({
  $KR_SERIALNO: 'serial',
  '$MODEL_NAME[]': 'model',
  '$TRAFONAME[]': 'model',
  '$ROBNAME[]': 'station-name',
  $MODE_OP: 'mode',
});

/** `12.5`, `TRUE`, `#AUT`, `"text"` in the robot's language. */
const krlValue = (text: string): Value => {
  const t = text.trim();
  if (t === 'TRUE' || t === 'FALSE') return t === 'TRUE';
  return /^-?\d{1,15}(\.\d{1,15})?(E[+-]?\d{1,3})?$/.test(t) ? Number(t) : t;
};
const plain = (text: string): string => text.trim().replace(/^["#]+|"$/g, '');

const observeProxy = (t: Transaction<KukaProxyMessage>, sink: ObservationSink, state: ProxyState): void => {
  const { request, response, at } = t;
  if (request === undefined) return;
  const via = 'KUKAVARPROXY';
  const refused = response !== undefined && !response.isDone;
  const outcome = outcomeOf(t, refused);
  const writes = request.function === FUNCTION.WRITE;
  const text = writes ? request.value : (response?.value ?? '');
  const done = response !== undefined && !refused;
  if (done && !state.isKnown) {
    state.isKnown = true;
    sink.identity(at, { endpoint: at.server, ...VENDOR, confidence: 0.9, via });
  }
  const attribute = IDENTITIES[request.name.toUpperCase()];
  if (done && !writes && attribute !== undefined && plain(text) !== '')
    sink.identity(at, { endpoint: at.server, attribute, value: plain(text), confidence: 0.9, via: request.name });
  sink.command(at, {
    verb: writes ? 'write' : 'read',
    operation: writes ? 'Write Variable' : 'Read Variable',
    target: at.server,
    object: request.name,
    value: writes ? krlValue(text) : undefined,
    outcome,
    reason: refused ? `error ${response.error}` : undefined,
    native: request,
  });
  if (done && text !== '')
    sink.value(at, {
      target: at.server,
      path: request.name,
      type: 'KRL',
      value: krlValue(text),
      access: writes ? 'write' : 'read',
    });
};

export const kukaProxy: Decoder<KukaProxyMessage, ProxyState> = {
  name: 'kuka-proxy',
  title: 'KUKAVARPROXY',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [PROXY_PORT] }],
  probe: (b, start, end, context) => probeProxy(b, start, end, context.toServer),
  open: openProxy,
  decode: (b, start, end, context, state) => decodeProxy(b, start, end, context.toServer, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.error < 0 ? 'request' : 'response'),
    key: (m) => m.number,
  },
  observe: observeProxy,
};

interface RsiState {
  isOpen: boolean;
  /** When values of the robot, and corrections, were told last. */
  readonly told: Record<RsiMessage['type'], number>;
}

const observeRsi = (t: Transaction<RsiMessage>, sink: ObservationSink, state: RsiState): void => {
  const m = t.request;
  if (m === undefined) return;
  const { at } = t;
  const isRobot = m.type === 'RSI robot state';
  const robot = isRobot ? at.sender : at.receiver;
  if (isRobot && !state.isOpen) {
    state.isOpen = true;
    const via = 'KUKA RSI';
    sink.session(at, { phase: 'open', outcome: 'unconfirmed', detail: 'correction of the path by a sensor (RSI)' });
    sink.identity(at, { endpoint: robot, ...VENDOR, confidence: 0.9, via });
  }
  if (at.tsUs - state.told[m.type] < RSI_EVERY_US) return;
  state.told[m.type] = at.tsUs;
  for (const { path, value } of m.fields)
    sink.value(at, { target: robot, path, type: 'RSI', value, access: isRobot ? 'read' : 'write' });
};

export const kukaRsi: Decoder<RsiMessage, RsiState> = {
  name: 'kuka-rsi',
  title: 'KUKA Robot Sensor Interface',
  family: 'ot',
  // The port is configured; that of the manual's examples (49152) is one that clients of anything take.
  attach: [{ over: 'udp', ports: [] }],
  probe: (b, start, end) => probeRsi(b, start, end),
  open: () => ({
    isOpen: false,
    told: { 'RSI robot state': Number.NEGATIVE_INFINITY, 'RSI correction': Number.NEGATIVE_INFINITY },
  }),
  decode: (b, start, end) => decodeRsi(b, start, end),
  pairing: { scope: 'flow', role: () => 'single', key: () => 0 },
  observe: observeRsi,
  cyclic: true,
};
