/** What an EtherNet/IP transaction says in the common vocabulary: who asked what of which device, and how it ended. */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Outcome, Verb } from '../../core/observation.ts';
import { ipv4Text } from '../../lib/address.ts';
import { ascii, i32le, u16le, u64le } from '../../lib/bytes.ts';
import { type CipMessage, isRefusal, isRouteFailure } from './cip.ts';
import { statusText } from './cip-names.ts';
import { sayFacts, sayIdentity, sayModule, slotOf } from './facts.ts';
import { observePccc } from './observe-pccc.ts';
import type { SafetySegment } from './safety-segment.ts';
import type { EnipState } from './state.ts';
import { emitTagRead, emitTagWrite, writtenValue } from './tag-values.ts';
import { CLASS, SERVICE } from './verbs.ts';
import { COMMAND, type EnipMessage, encapsulationStatus, RESERVED } from './wire.ts';

/** Routes longer than this many remembered children start the memory again. */
const MAX_CHILDREN = 512;

export const observe = (transaction: Transaction<EnipMessage>, sink: ObservationSink, state: EnipState): void => {
  const request = transaction.request;
  const response = transaction.response;
  const message = request ?? response;
  if (message === undefined) return;
  const at = transaction.at;
  if (state.connections.forgotten > state.reportedForgotten) {
    state.reportedForgotten = state.connections.forgotten;
    sink.weird(at, { code: 'enip.connection-limit', detail: `${state.connections.forgotten} connections forgotten` });
  }
  switch (message.command) {
    case COMMAND.SEND_RR_DATA:
    case COMMAND.SEND_UNIT_DATA:
      observeData(transaction, message, sink, state);
      return;
    case COMMAND.REGISTER_SESSION:
    case COMMAND.UNREGISTER_SESSION:
      sink.session(at, {
        phase: message.command === COMMAND.REGISTER_SESSION ? 'open' : 'close',
        outcome: outcomeOf(transaction, response !== undefined && response.status !== 0),
        detail: 'encapsulation session',
        native: message,
      });
      return;
    case COMMAND.NOP:
    case COMMAND.INDICATE_STATUS:
    case COMMAND.CANCEL:
      return;
    default:
      if (message.name === RESERVED)
        sink.weird(at, { code: 'enip.command', detail: `no command 0x${message.command.toString(16)}` });
      else observeDiscovery(transaction, message, sink, state);
  }
};

const observeDiscovery = (
  transaction: Transaction<EnipMessage>,
  message: EnipMessage,
  sink: ObservationSink,
  state: EnipState,
) => {
  const response = transaction.response;
  const at = transaction.at;
  const refused = response !== undefined && response.status !== 0;
  // Answers to a broadcast stand alone; the request is a command of its own.
  if (transaction.request !== undefined) {
    sink.command(at, {
      verb: 'discover',
      operation: message.name,
      target: at.server,
      outcome: outcomeOf(transaction, refused),
      reason: refused ? encapsulationStatus(response.status) : undefined,
      native: message,
    });
  }
  if (response === undefined) return;
  for (const identity of response.identities) {
    sayIdentity(sink, at, at.sender, identity, 'List Identity', state);
    const ip = identity.socketAddress;
    if (ip !== '0.0.0.0' && state.isNews(`list ip ${at.sender}`, ip))
      sink.name(at, { endpoint: at.sender, kind: 'ip', name: ip, via: 'List Identity' });
  }
};

const observeData = (
  transaction: Transaction<EnipMessage>,
  message: EnipMessage,
  sink: ObservationSink,
  state: EnipState,
) => {
  const request = transaction.request?.cip;
  const response = transaction.response;
  const answer = response?.cip;
  if (response !== undefined && response.status !== 0) {
    // The encapsulation refused: no CIP reached the device.
    if (request !== undefined)
      refuseAll(request, encapsulationStatus(response.status), message.route, transaction, sink, state);
    return;
  }
  if (request === undefined) {
    if (answer !== undefined) observeAnswerAlone(answer, message.route, transaction, sink, state);
    return;
  }
  observeCip(request, answer, message.route, transaction, sink, state);
};

/** The endpoint at the end of `route` from the server. */
const targetOf = (
  route: string,
  answered: boolean,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): EndpointId => {
  const server = transaction.at.server;
  if (route === '') return server;
  if (state.childrenOf !== server) {
    state.children.clear();
    state.childrenOf = server;
  }
  const known = state.children.get(route);
  if (known !== undefined && (known > 0 || !answered)) return known > 0 ? known : -known;
  if (state.children.size >= MAX_CHILDREN) state.children.clear();
  const id = sink.child(server, 'cip-path', route, answered);
  state.children.set(route, answered ? id : -id);
  return id;
};

const joinRoute = (a: string, b: string): string => (a === '' ? b : b === '' ? a : `${a},${b}`);

/** A request with its answer (if any), at the end of `route`; opens envelopes. */
const observeCip = (
  request: CipMessage,
  answer: CipMessage | undefined,
  route: string,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): void => {
  if (request.embedded.length > 0) {
    if (request.service === SERVICE.UNCONNECTED_SEND && request.path.lastClass === CLASS.CONNECTION_MANAGER) {
      const inner = request.embedded[0]!;
      const whole = joinRoute(route, request.route);
      if (answer !== undefined && isRouteFailure(request, answer)) {
        refuseAll(inner, statusText(answer.status, answer.extended), whole, transaction, sink, state);
        sayAbsent(whole, transaction, sink, state);
      } else {
        if (answer === undefined && transaction.state === 'unanswered' && inner.path.cls === CLASS.IDENTITY)
          sayAbsent(whole, transaction, sink, state);
        observeCip(inner, answer, whole, transaction, sink, state);
      }
      return;
    }
    // Multiple Service Packet: parts and answers stand in the same order.
    if (answer !== undefined && answer.embedded.length === 0 && answer.status > 0) {
      refuseAll(request, statusText(answer.status, answer.extended), route, transaction, sink, state);
      return;
    }
    for (let i = 0; i < request.embedded.length; i++) {
      observeCip(request.embedded[i]!, answer?.embedded[i], route, transaction, sink, state);
    }
    return;
  }
  if (request.forward !== undefined) {
    observeForward(request, answer, route, transaction, sink, state);
    return;
  }
  const answered = answer !== undefined;
  const target = targetOf(route, answered, transaction, sink, state);
  if (request.path.lastClass === CLASS.PCCC && request.service === SERVICE.PCCC) {
    observePccc(request, answer, target, transaction, sink);
    if (answered && !isRefusal(answer)) sayFacts(sink, transaction.at, target, request, answer, state);
    return;
  }
  if (request.verb === 'none') return;
  const refused = answered && isRefusal(answer);
  const outcome = answered || transaction.state !== 'answered' ? outcomeOf(transaction, refused) : 'unseen';
  emitCommand(sink, transaction.at, request.verb, request, target, outcome, refused ? answer : undefined);
  if (request.verb === 'write') {
    if (!refused && outcome !== 'unanswered') emitTagWrite(sink, transaction.at, target, request);
    return;
  }
  if (!answered || refused) return;
  if (request.verb !== 'read') return;
  emitTagRead(sink, transaction.at, target, request, answer);
  const identity = sayFacts(sink, transaction.at, target, request, answer, state);
  if (identity === undefined || route === '') return;
  const place = slotOf(route);
  if (place === undefined) return;
  const holder = targetOf(place.holderRoute, true, transaction, sink, state);
  sayModule(sink, transaction.at, holder, place.slot, identity, 'Identity 1', state);
};

/** One command, the same shape for every poll. */
const emitCommand = (
  sink: ObservationSink,
  at: At,
  verb: Verb,
  request: CipMessage,
  target: EndpointId,
  outcome: Outcome,
  refusal: CipMessage | undefined,
) => {
  if (verb === 'read' && refusal === undefined) {
    sink.command(at, { verb, operation: request.name, target, object: request.object, outcome, native: request });
    return;
  }
  const value = verb === 'read' ? undefined : setValue(request);
  sink.command(at, {
    verb,
    operation: request.name,
    target,
    object: request.object,
    value,
    outcome,
    reason: refusal === undefined ? undefined : statusText(refusal.status, refusal.extended),
    native: request,
  });
};

/** What a command sets, in words or as a number. */
const setValue = (request: CipMessage): number | string | boolean | bigint | undefined => {
  const { service, data } = request;
  switch (request.path.lastClass) {
    case CLASS.CONTROLLER_MODE:
      return service === SERVICE.START ? 'run' : service === SERVICE.STOP ? 'program' : undefined;
    case CLASS.IDENTITY:
      // Volume 1, table 5A-2.8: 0 power cycle, 1 factory defaults, 2 factory defaults except communication
      if (service !== SERVICE.RESET) return undefined;
      return data[0] === 1 || data[0] === 2 ? 'factory defaults' : 'power cycle';
    case CLASS.WALL_CLOCK:
      // seen: one attribute (6) with microseconds since 1970 (ULINT) after count 2 and id 2
      if (service === SERVICE.SET_LIST && data.length === 12 && u16le(data, 2) === 6) return clockText(u64le(data, 4));
      return undefined;
    case CLASS.TCP_IP:
      return service === SERVICE.SET_SINGLE
        ? (addressSetting(request.path.attribute, data) ?? writtenValue(request))
        : undefined;
    default:
      return request.verb === 'write' || service === SERVICE.SET_SINGLE ? writtenValue(request) : undefined;
  }
};

/** Where an address comes from (Volume 2, table 5-4.5). */
const ADDRESS_FROM = ['static address', 'address by BOOTP', 'address by DHCP'] as const;
/** What attributes 3 (configuration control), 5 (interface configuration) and 6 (host name) of the TCP/IP object are set to. */
const addressSetting = (attribute: number, data: Uint8Array): string | undefined => {
  if (attribute === 3 && data.length === 4) return ADDRESS_FROM[data[0]! & 15];
  if (attribute === 5 && data.length >= 4) return ipv4Text(i32le(data, 0));
  return attribute === 6 && data.length > 2 ? ascii(data, 2, Math.min(data.length, 2 + u16le(data, 0))) : undefined;
};

/** RFC 3339, or the number itself when it is no date. */
const clockText = (us: bigint): string => {
  const ms = Number(us / 1000n);
  return ms > 8.64e15 ? String(us) : new Date(ms).toISOString();
};

/** Every request in `request` was refused for the same reason. */
const refuseAll = (
  request: CipMessage,
  reason: string,
  route: string,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): void => {
  if (request.embedded.length > 0) {
    const whole = joinRoute(route, request.route);
    for (const inner of request.embedded) refuseAll(inner, reason, whole, transaction, sink, state);
    return;
  }
  if (request.verb === 'none') return;
  sink.command(transaction.at, {
    verb: request.verb,
    operation: request.name,
    target: targetOf(route, false, transaction, sink, state),
    object: request.object,
    outcome: 'refused',
    reason,
    native: request,
  });
};

/** Somebody asked this slot and the way there ended before it. */
const sayAbsent = (route: string, transaction: Transaction<EnipMessage>, sink: ObservationSink, state: EnipState) => {
  const place = slotOf(route);
  // A device that answered before is there, and only lost one request.
  if ((state.children.get(route) ?? 0) > 0) return;
  if (place === undefined || place.holderRoute !== '') return; // on a longer way it is not known which hop failed
  sayModule(sink, transaction.at, transaction.at.server, place.slot, undefined, 'Unconnected Send', state);
};

const observeForward = (
  request: CipMessage,
  answer: CipMessage | undefined,
  route: string,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): void => {
  const forward = request.forward!;
  const open = forward.what === 'open';
  const refused = answer !== undefined && isRefusal(answer);
  const whole = joinRoute(route, forward.path.route);
  if (whole !== '') targetOf(whole, answer !== undefined && !refused, transaction, sink, state);
  const { safety } = forward.path;
  const isSafety = forward.path.segments.some((s) => s.kind === 'network' && s.text === 'safety');
  const kind = !open ? '' : isSafety ? 'CIP Safety ' : forward.transportClass < 2 ? 'I/O ' : 'explicit ';
  const reason = refused ? `: ${statusText(answer.status, answer.extended)}` : '';
  sink.session(transaction.at, {
    phase: open ? 'open' : 'close',
    outcome: outcomeOf(transaction, refused),
    detail: `${kind}connection to ${whole === '' ? '' : `${whole} `}${forward.path.text}${reason}`,
    native: request,
  });
  if (open && safety !== undefined && !refused) saySafety(whole, safety, transaction, sink, state);
};

/** What target and originator agree on is checked at every opening: another signature is another safety program. */
const saySafety = (
  route: string,
  safety: SafetySegment,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): void => {
  const target = targetOf(route, false, transaction, sink, state);
  const give = (name: string, value: number | string): void =>
    sink.value(transaction.at, { target, path: `safety ${name}`, type: 'CIP Safety', value, access: 'write' });
  give('configuration signature', safety.configurationCrc);
  give('network number', safety.target.slice(0, SNN_DIGITS));
  give('network time expectation us', safety.expectedUs);
};
/** Hexadecimal digits of the safety network number in a unique node id. */
const SNN_DIGITS = 12;

/** An answer whose request is not in the capture: the service is known, the object is not. */
const observeAnswerAlone = (
  answer: CipMessage,
  route: string,
  transaction: Transaction<EnipMessage>,
  sink: ObservationSink,
  state: EnipState,
): void => {
  if (answer.embedded.length > 0) {
    for (const part of answer.embedded) observeAnswerAlone(part, route, transaction, sink, state);
    return;
  }
  const verb = LONE_VERB[answer.service];
  if (verb === undefined) return;
  const refused = isRefusal(answer);
  sink.command(transaction.at, {
    verb,
    operation: answer.name,
    target: targetOf(route, true, transaction, sink, state),
    outcome: outcomeOf(transaction, refused),
    reason: refused ? statusText(answer.status, answer.extended) : undefined,
    native: answer,
  });
};

/** Common services mean nearly the same in every class; others cannot be named without the request. */
const LONE_VERB: Readonly<Record<number, Verb>> = {
  1: 'read',
  2: 'write',
  3: 'read',
  4: 'write',
  6: 'mode-change',
  7: 'mode-change',
  8: 'configure',
  9: 'delete',
  14: 'read',
  16: 'write',
};
