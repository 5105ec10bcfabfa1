/**
 * What BACnet's network and link layers say: routers, broadcast tables, foreign devices. Source: ANSI/ASHRAE 135 clause
 * 6.4 (network layer messages) and Annex J.2 (BVLC).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Verb } from '../../core/observation.ts';
import type { BacnetMessage, BacnetState } from './message.ts';

/** By network message type. */
const NETWORK_VERBS: ReadonlyMap<number, Verb> = new Map<number, Verb>([
  [0x00, 'discover'],
  [0x06, 'configure'],
  [0x08, 'configure'],
  [0x09, 'configure'],
  [0x0e, 'configure'],
  [0x11, 'configure'],
  [0x12, 'discover'],
]);
/** By BVLC function. */
const LINK_VERBS: ReadonlyMap<number, Verb> = new Map<number, Verb>([
  [1, 'configure'],
  [2, 'read'],
  [5, 'subscribe'],
  [6, 'read'],
  [8, 'configure'],
]);

export const observeNetwork = (t: Transaction<BacnetMessage>, sink: ObservationSink, _state: BacnetState): void => {
  const m = t.request ?? t.response;
  if (m === undefined) return;
  if (m.pdu === -1) {
    // I-Am-Router-To-Network and Initialize-Routing-Table-Ack come from routers only.
    if (m.choice === 0x01 || m.choice === 0x07)
      sink.identity(t.at, { endpoint: t.at.sender, attribute: 'role', value: 'router', confidence: 0.6, via: m.type });
    const verb = NETWORK_VERBS.get(m.choice);
    if (verb === undefined) return;
    const networks = m.detail?.networks;
    sink.command(t.at, {
      verb,
      operation: m.type,
      target: t.at.receiver,
      outcome: 'unconfirmed',
      object: networks !== undefined ? `networks ${networks}` : undefined,
      native: m,
    });
    return;
  }
  if (t.request === undefined) return;
  const verb = LINK_VERBS.get(m.choice);
  if (verb === undefined) return;
  const reason = t.response?.reason ?? '';
  const object = m.detail?.entries ?? m.detail?.entry;
  sink.command(t.at, {
    verb,
    operation: m.type,
    target: t.response === undefined ? t.at.receiver : t.at.sender,
    outcome: outcomeOf(t, reason !== ''),
    object: typeof object === 'string' && object !== '' ? object : undefined,
    reason: reason !== '' ? reason : undefined,
    native: m,
  });
};
