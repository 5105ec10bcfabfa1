/** Dashboard of Universal Robots: who loads, starts, stops and powers a robot. */
import { type Decoder, outcomeOf, type Probe, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink } from '../../core/observation.ts';
import { startsWith } from '../shared/header-lines.ts';
import { commandOf, decodeLine, GREETING, type LineMessage } from './wire.ts';

const PORT = 29_999;
interface State {
  open: boolean;
  /** Number of the next command and of the next answer: they come in order. */
  asked: number;
  answered: number;
}

const probe = (b: Uint8Array, start: number, end: number, context: { serverPort: number }): Probe =>
  startsWith(b, start, end, GREETING)
    ? 'sure'
    : context.serverPort === PORT && b[start]! >= 0x20 && b[start]! < 0x7f
      ? 'maybe'
      : 'no';

/** `Failed to execute: play`, `could not understand: x`, `File not found: y`. */
const REFUSALS = ['failed', 'could not', 'file not found', 'error', 'no permission'];

const observe = (t: Transaction<LineMessage>, sink: ObservationSink, state: State): void => {
  const { request, response, at } = t;
  if (request === undefined || !request.toRobot) {
    const line = request ?? response!;
    if (state.open || !line.text.startsWith(GREETING)) return;
    state.open = true;
    sink.session(at, { phase: 'open', outcome: 'accepted', detail: 'robot dashboard' });
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'vendor',
      value: 'Universal Robots',
      confidence: 0.9,
      via: GREETING,
    });
    return;
  }
  const command = commandOf(request.text);
  const answer = response?.text ?? '';
  const lower = answer.toLowerCase();
  const refused = REFUSALS.some((text) => lower.startsWith(text));
  if (command?.name === 'polyscopeversion' && answer !== '' && !refused)
    sink.identity(at, {
      endpoint: at.server,
      attribute: 'software',
      value: answer,
      confidence: 1,
      via: 'PolyscopeVersion',
    });
  if (command?.name === 'get' && answer !== '' && !refused) {
    const rest = command.rest.toLowerCase();
    if (rest === 'serial number')
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'serial',
        value: answer,
        confidence: 1,
        via: 'get serial number',
      });
    if (rest === 'robot model')
      sink.identity(at, {
        endpoint: at.server,
        attribute: 'model',
        value: answer,
        confidence: 1,
        via: 'get robot model',
      });
  }
  sink.command(at, {
    verb: command?.verb ?? 'invoke',
    operation: command === undefined ? 'Dashboard command' : command.name,
    target: at.server,
    ...(command === undefined
      ? { object: request.text.slice(0, 100) }
      : command.rest !== '' && { object: command.rest }),
    outcome: outcomeOf(t, refused),
    reason: refused ? answer : undefined,
  });
};

export const urDashboard: Decoder<LineMessage, State> = {
  name: 'ur-dashboard',
  title: 'Universal Robots dashboard',
  family: 'ot',
  attach: [{ over: 'tcp', ports: [PORT] }],
  probe,
  open: () => ({ open: false, asked: 0, answered: 0 }),
  decode: (b, start, end, context, state) => decodeLine(b, start, end, context.toServer, state),
  pairing: {
    scope: 'flow',
    role: (m) => (m.toRobot ? 'request' : m.text.startsWith(GREETING) ? 'single' : 'response'),
    key: (m) => m.number,
    timeoutUs: 60_000_000,
  },
  observe,
};
