/**
 * Observations of userdata services: identities from system status lists, operating mode, clock, password, cyclic values.
 * No public specification; see `userdata.ts` and `szl.ts`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { ObservationSink, Outcome } from '../../core/observation.ts';
import type { S7Item } from './address.ts';
import { emit } from './emit.ts';
import { errorText, returnCodeText, SUCCESS } from './errors.ts';
import { observeSzl } from './identity.ts';
import type { S7Message, UserdataBody, UserdataHead } from './message.ts';
import { GROUP, type Service, serviceOf } from './names.ts';
import type { S7State } from './state.ts';
import { isIdentification, szlText } from './szl.ts';
import { TIS } from './tis.ts';
import { KIND } from './userdata.ts';
import { itemValue } from './values.ts';

/** Cyclic subscriptions remembered per flow; values of others are not reported. */
const MAX_SUBSCRIPTIONS = 64;

const bodyOf = (m: S7Message | undefined): UserdataBody | undefined =>
  m?.detail?.kind === 'userdata' ? m.detail.body : undefined;
const headOf = (m: S7Message | undefined): UserdataHead | undefined =>
  m?.detail?.kind === 'userdata' ? m.detail.head : undefined;

export const observeUserdata = (
  t: Transaction<S7Message>,
  m: S7Message,
  head: UserdataHead,
  sink: ObservationSink,
  state: S7State,
): void => {
  const service = serviceOf(head.group, head.subfunction);
  if (head.kindOfUserdata !== KIND.REQUEST && head.kindOfUserdata !== KIND.RESPONSE) {
    indication(t, m, head, service, sink, state);
    return;
  }
  const answer = t.response;
  const error = answer?.error ?? 0;
  const outcome = outcomeOf(t, error !== 0);
  // Data units after the first are asked for with an empty request that repeats the sequence number: one command in all.
  const isContinuation =
    t.request !== undefined &&
    head.sequence !== 0 &&
    bodyOf(t.request)?.kind === 'empty' &&
    answer !== undefined &&
    (headOf(answer)?.fragments ?? 0) !== 1;
  const table = head.group === GROUP.PROGRAMMER ? (t.request?.items ?? []) : [];
  if (table.length > 0 && head.subfunction !== TIS.VARIABLE_STATUS) {
    modify(t, t.request!, service, outcome, error, sink, state);
    return;
  }
  if (!isContinuation) say(t, head, service, outcome, error, sink);
  const body = bodyOf(answer);
  if (error !== 0 || body === undefined) return;
  if (body.kind === 'szl') observeSzl(t, body.szl, sink);
  if (head.group === GROUP.CYCLIC) cyclic(t, sink, state);
  else if (table.length > 0 && answer !== undefined) values(t, answer, table, sink, state);
};

/** Modify and force: one command per variable, with the value asked for. */
const modify = (
  t: Transaction<S7Message>,
  request: S7Message,
  service: Service,
  outcome: Outcome,
  error: number,
  sink: ObservationSink,
  state: S7State,
): void => {
  request.items.forEach((item, i) => {
    const d = request.data[i];
    const value =
      d === undefined ? {} : { value: itemValue(item, request.payload, d.start, d.length, d.transportSize) };
    const reason = error === 0 ? {} : { reason: errorText(error) };
    const verb = service.verb ?? 'write';
    sink.command(t.at, {
      verb,
      operation: service.name,
      target: t.at.server,
      object: item.path,
      outcome,
      native: request,
      ...value,
      ...reason,
    });
    if (d !== undefined && outcome === 'accepted')
      emit(t, item, request.payload, d.start, d.length, d.transportSize, 'write', sink, state);
  });
};

const say = (
  t: Transaction<S7Message>,
  head: UserdataHead,
  service: Service,
  outcome: Outcome,
  error: number,
  sink: ObservationSink,
): void => {
  const asked = bodyOf(t.request);
  const body = asked === undefined || asked.kind === 'empty' ? bodyOf(t.response) : asked;
  const named = t.request?.items ?? [];
  const object = named.length > 0 ? pathsOf(named) : body === undefined ? undefined : objectOf(body);
  const szl = body?.kind === 'szl-request' ? body.id : body?.kind === 'szl' ? body.szl.id : -1;
  const verb = szl >= 0 && isIdentification(szl) ? 'discover' : (service.verb ?? 'invoke');
  const answered = headOf(t.response)?.returnCode ?? SUCCESS;
  const refusedData = answered < 0 ? SUCCESS : answered;
  const reason =
    error === 0
      ? {}
      : {
          reason:
            refusedData === SUCCESS || refusedData === 0x0a
              ? errorText(error)
              : `${errorText(error)}, ${returnCodeText(refusedData)}`,
        };
  sink.command(t.at, {
    verb,
    operation: service.name,
    target: t.at.server,
    outcome,
    native: t.request ?? t.response,
    object,
    ...(body?.kind === 'clock' && verb === 'configure' ? { value: body.time } : {}),
    ...reason,
  });
  if (head.group === GROUP.SECURITY) {
    // The password is only obfuscated (exclusive or with a constant): whoever listens has it.
    const clear = head.subfunction === 1 ? { clearCredential: true } : {};
    sink.session(t.at, {
      phase: head.subfunction === 2 ? 'close' : 'authenticate',
      outcome,
      detail: service.name,
      ...clear,
    });
  }
};

/** Variables named in one object text; the rest is counted. */
const MAX_NAMED = 16;
const pathsOf = (items: readonly S7Item[]): string => {
  const more = items.length > MAX_NAMED ? ` and ${items.length - MAX_NAMED} more` : '';
  return (
    items
      .slice(0, MAX_NAMED)
      .map((item) => item.path)
      .join(', ') + more
  );
};

const objectOf = (body: UserdataBody): string | undefined => {
  switch (body.kind) {
    case 'szl-request':
      return szlText(body.id, body.index);
    case 'szl':
      return szlText(body.szl.id, body.szl.index);
    case 'block-type':
      return body.type;
    case 'block':
      return body.block;
    case 'block-info':
      return body.info.block;
    case 'clock':
      return 'clock';
    default:
      return undefined;
  }
};

/** Modes that transitions lead to, by sub-function. */
const TRANSITIONS: Readonly<Record<number, string>> = {
  0: 'STOP',
  1: 'STARTUP',
  2: 'RUN',
  3: 'STARTUP',
  4: 'HOLD',
  6: 'STARTUP',
  9: 'RUN',
  11: 'LINK-UP',
  12: 'UPDATE',
};

const indication = (
  t: Transaction<S7Message>,
  m: S7Message,
  head: UserdataHead,
  service: Service,
  sink: ObservationSink,
  state: S7State,
): void => {
  if (head.group === GROUP.MODE) {
    const value = TRANSITIONS[head.subfunction];
    if (value !== undefined)
      sink.identity(t.at, { endpoint: t.at.server, attribute: 'mode', value, confidence: 1, via: service.name });
  } else if (head.group === GROUP.CYCLIC) values(t, m, state.subscriptions.get(head.sequence), sink, state);
};

const cyclic = (t: Transaction<S7Message>, sink: ObservationSink, state: S7State): void => {
  const answer = t.response;
  const sequence = headOf(answer)?.sequence;
  if (answer === undefined || sequence === undefined || t.request === undefined) return;
  const items = t.request.items;
  if (items.length === 0) return;
  if (state.subscriptions.size < MAX_SUBSCRIPTIONS || state.subscriptions.has(sequence))
    state.subscriptions.set(sequence, items);
  values(t, answer, items, sink, state);
};

const values = (
  t: Transaction<S7Message>,
  m: S7Message,
  items: readonly S7Item[] | undefined,
  sink: ObservationSink,
  state: S7State,
): void => {
  if (items === undefined) return;
  for (let i = 0; i < m.data.length && i < items.length; i++) {
    const { returnCode, start, length, transportSize } = m.data[i]!;
    if (returnCode === SUCCESS) emit(t, items[i]!, m.payload, start, length, transportSize, 'read', sink, state);
  }
};
