/** ADS transactions in the common vocabulary. Source: Beckhoff "TwinCAT ADS/AMS specification", "ADS services". */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { Command, ObservationSink, Verb } from '../../core/observation.ts';
import { ascii, paddedAscii, u32le } from '../../lib/bytes.ts';
import { observeDevice, observeDiscovery, observeState, observeTargetDescription } from './identity.ts';
import type { AdsMessage, AnyAdsMessage } from './message.ts';
import { COMMAND, errorText, GROUP, groupText, OPERATIONS, portText, SYSTEM_SERVICE_PORT, stateText } from './names.ts';
import { type AdsState, endpointOf } from './state.ts';
import { addressText, type Symbol_, valueOfType } from './symbols.ts';

/** Items of a sum command that are looked at; a request holds 500 by recommendation. */
const MAX_SUM = 2000;

export const observeAds = (t: Transaction<AnyAdsMessage>, sink: ObservationSink, state: AdsState): void => {
  const subject = t.request ?? t.response;
  if (subject?.kind === 'ads') {
    const answer = t.response?.kind === 'ads' ? t.response : undefined;
    observePacket(t, t.request?.kind === 'ads' ? t.request : undefined, answer, subject, sink, state);
  } else if (subject?.kind === 'discovery') observeDiscovery(t, sink);
};

interface Seen {
  readonly t: Transaction<AnyAdsMessage>;
  readonly request: AdsMessage | undefined;
  readonly answer: AdsMessage | undefined;
  readonly port: number;
  readonly base: Base;
  readonly sink: ObservationSink;
  readonly state: AdsState;
}
type Base = Pick<Command, 'target' | 'outcome' | 'native' | 'reason'>;

const observePacket = (
  t: Transaction<AnyAdsMessage>,
  request: AdsMessage | undefined,
  answer: AdsMessage | undefined,
  subject: AdsMessage,
  sink: ObservationSink,
  state: AdsState,
): void => {
  if (subject.defect !== '' || answer?.defect === 'length')
    sink.weird(t.at, { code: 'ads.length', detail: subject.type });
  if (subject.command === COMMAND.NOTIFICATION) {
    observeNotification(t, subject, sink, state);
    return;
  }
  const failed = answer === undefined ? 0 : answer.errorCode !== 0 ? answer.errorCode : Math.max(0, answer.result);
  const netId = request?.targetNetId ?? subject.sourceNetId;
  const port = request?.targetPort ?? subject.sourcePort;
  const target = endpointOf(t.at.server, netId, answer !== undefined && answer.errorCode === 0, t.at, sink, state);
  const outcome = outcomeOf(t, failed !== 0);
  const base: Base = {
    target,
    outcome,
    native: subject,
    reason: failed === 0 ? undefined : reasonText(failed, answer, port),
  };
  const seen: Seen = { t, request, answer: outcome === 'accepted' ? answer : undefined, port, base, sink, state };
  switch (subject.command) {
    case COMMAND.READ_DEVICE_INFO:
      say(seen, 'discover', portText(port));
      if (seen.answer) observeDevice(t.at, seen.answer, target, port, sink);
      return;
    case COMMAND.READ_STATE:
      say(seen, 'read', portText(port));
      if (seen.answer) observeState(t.at, seen.answer, target, port, sink, state);
      return;
    case COMMAND.READ:
      observeRead(seen);
      return;
    case COMMAND.WRITE:
      observeWrite(seen);
      return;
    case COMMAND.READ_WRITE:
      observeReadWrite(seen);
      return;
    case COMMAND.WRITE_CONTROL:
      observeControl(seen);
      return;
    case COMMAND.ADD_NOTIFICATION:
    case COMMAND.DELETE_NOTIFICATION:
      observeSubscription(seen);
      return;
    default:
      say(seen, 'invoke', portText(port));
  }
};

/** The system service hands the operating system's errors on as results: 2 is a file or key that does not exist. */
const reasonText = (code: number, answer: AdsMessage | undefined, port: number): string =>
  port === SYSTEM_SERVICE_PORT && answer?.errorCode === 0 && code < 0x500 ? `Win32 error ${code}` : errorText(code);

const say = (s: Seen, verb: Verb, object: string | undefined, value?: Command['value']): void => {
  const operation = OPERATIONS[(s.request ?? s.answer ?? (s.base.native as AdsMessage)).command]!;
  s.sink.command(s.t.at, {
    verb,
    operation,
    ...s.base,
    object,
    value,
  });
};

const emit = (s: Seen, symbol: Symbol_, b: Uint8Array, o: number, length: number, access: 'read' | 'write'): void => {
  if (length <= 0 || o + length > b.length) return;
  const { type, value } = valueOfType(symbol.type, b, o, length);
  s.sink.value(s.t.at, { target: s.base.target, path: symbol.name, type, value, access });
};

const observeRead = (s: Seen): void => {
  const q = s.request;
  if (q === undefined || q.indexGroup < 0) {
    say(s, 'read', undefined);
    return;
  }
  const symbol = s.state.symbols.at(q.indexGroup, q.indexOffset, s.port);
  say(s, 'read', symbol.name);
  if (s.answer === undefined) return;
  const { data } = s.answer;
  if (q.indexGroup === GROUP.SYMBOL_UPLOAD) {
    for (let o = 0; o < data.length; ) {
      const used = s.state.symbols.learn(data, o, data.length, s.port);
      if (used === 0) break;
      o += used;
    }
  } else if (s.port === SYSTEM_SERVICE_PORT) {
    if (q.indexGroup === GROUP.TARGET_DESCRIPTION) observeTargetDescription(s.t.at, data, s.base.target, s.sink);
    else if (q.indexGroup === 702) {
      const value = paddedAscii(data, 0, data.length);
      if (value !== '')
        s.sink.identity(s.t.at, {
          endpoint: s.base.target,
          attribute: 'hostname',
          value,
          confidence: 1,
          via: 'ADS host name',
        });
    }
  } else emit(s, symbol, data, 0, data.length, 'read');
};

/** Groups of the system service whose writing is more than a write. */
const SYSTEM_WRITES: Readonly<Record<number, Verb>> = {
  [GROUP.REGISTRY_LOCAL_MACHINE]: 'configure',
  400: 'configure',
  500: 'invoke',
  600: 'configure',
  801: 'configure',
  802: 'configure',
  [GROUP.FILE_DELETE]: 'delete',
  139: 'delete',
};
const writeVerb = (group: number, port: number): Verb => {
  if (port === SYSTEM_SERVICE_PORT) return SYSTEM_WRITES[group] ?? 'write';
  if (group === 0xf00a || group === 0xf00d) return 'program-download';
  return group === GROUP.RELEASE_HANDLE ? 'invoke' : 'write';
};

const observeWrite = (s: Seen): void => {
  const q = s.request;
  if (q === undefined || q.indexGroup < 0) {
    say(s, 'write', undefined);
    return;
  }
  const verb = writeVerb(q.indexGroup, s.port);
  if (q.indexGroup === GROUP.RELEASE_HANDLE) {
    const handle = q.data.length >= 4 ? u32le(q.data, 0) : q.indexOffset;
    say(s, verb, `release ${s.state.symbols.at(GROUP.SYMBOL_VALUE_BY_HANDLE, handle, s.port).name}`);
    if (s.answer) s.state.symbols.release(s.port, handle);
    return;
  }
  const symbol = s.state.symbols.at(q.indexGroup, q.indexOffset, s.port);
  say(s, verb, symbol.name, valueOfType(symbol.type, q.data).value);
  if (s.answer && s.port !== SYSTEM_SERVICE_PORT) emit(s, symbol, q.data, 0, q.data.length, 'write');
};

const observeReadWrite = (s: Seen): void => {
  const q = s.request;
  if (q === undefined || q.indexGroup < 0) {
    say(s, 'invoke', undefined);
    return;
  }
  switch (q.indexGroup) {
    case GROUP.SYMBOL_HANDLE_BY_NAME: {
      const name = paddedAscii(q.data, 0, q.data.length);
      say(s, 'read', `handle of ${name}`);
      if (s.answer && s.answer.data.length >= 4) s.state.symbols.handle(s.port, u32le(s.answer.data, 0), name);
      return;
    }
    case GROUP.SYMBOL_VALUE_BY_NAME: {
      const name = paddedAscii(q.data, 0, q.data.length);
      say(s, 'read', name);
      const data = s.answer?.data;
      if (data) emit(s, { name, type: s.state.symbols.typeOf(name) }, data, 0, data.length, 'read');
      return;
    }
    case GROUP.SYMBOL_INFO_BY_NAME:
    case GROUP.SYMBOL_INFO_BY_NAME_EX:
      say(s, 'read', `info of ${paddedAscii(q.data, 0, q.data.length)}`);
      if (s.answer) s.state.symbols.learn(s.answer.data, 0, s.answer.data.length, s.port);
      return;
    case GROUP.SUM_READ:
    case GROUP.SUM_READ_EX:
    case GROUP.SUM_READ_EX_2:
      observeSumRead(s, q);
      return;
    case GROUP.SUM_WRITE:
      observeSumWrite(s, q);
      return;
    default:
      observeOther(s, q);
  }
};

/** A service that takes octets and gives octets: files and the registry of the system service, or an application's own. */
const observeOther = (s: Seen, q: AdsMessage): void => {
  const object = addressText(q.indexGroup, q.indexOffset, s.port);
  if (s.port !== SYSTEM_SERVICE_PORT) {
    say(s, q.data.length === 0 ? 'read' : 'invoke', object);
    return;
  }
  const argument = ascii(q.data, 0, Math.min(q.data.length, 200)).replace(/\.+$/, '');
  const group = groupText(q.indexGroup, s.port);
  const verb: Verb =
    q.indexGroup === GROUP.FILE_DELETE
      ? 'delete'
      : q.indexGroup === GROUP.FILE_RENAME || q.indexGroup === 123
        ? 'write'
        : 'read';
  // Content of files is not shown; names of files and keys are.
  const named = q.indexGroup !== 123 && argument !== '';
  say(s, q.indexGroup === 500 ? 'invoke' : verb, named ? `${group} ${argument}` : `${portText(s.port)} ${group}`);
};

const observeSumRead = (s: Seen, q: AdsMessage): void => {
  const count = Math.min(q.indexOffset, Math.floor(q.data.length / 12), MAX_SUM);
  const symbols: Symbol_[] = [];
  for (let i = 0; i < count; i++)
    symbols.push(s.state.symbols.at(u32le(q.data, i * 12), u32le(q.data, i * 12 + 4), s.port));
  say(s, 'read', sumText(symbols));
  const data = s.answer?.data;
  if (data === undefined) return;
  // 0xF080: all error codes, then the values; 0xF083, 0xF084: error code and length for each, then the values.
  const extended = q.indexGroup !== GROUP.SUM_READ;
  const head = extended ? 8 : 4;
  let at = count * head;
  for (let i = 0; i < count; i++) {
    const asked = u32le(q.data, i * 12 + 8);
    const length = extended ? u32le(data, i * 8 + 4) : asked;
    if (u32le(data, i * head) === 0) emit(s, symbols[i]!, data, at, Math.min(length, asked), 'read');
    at += q.indexGroup === GROUP.SUM_READ_EX_2 ? length : asked;
  }
};

const observeSumWrite = (s: Seen, q: AdsMessage): void => {
  const count = Math.min(q.indexOffset, Math.floor(q.data.length / 12), MAX_SUM);
  let at = count * 12;
  const operation = OPERATIONS[COMMAND.READ_WRITE];
  for (let i = 0; i < count; i++) {
    const symbol = s.state.symbols.at(u32le(q.data, i * 12), u32le(q.data, i * 12 + 4), s.port);
    const length = u32le(q.data, i * 12 + 8);
    if (at + length > q.data.length) break;
    const error = s.answer && s.answer.data.length >= i * 4 + 4 ? u32le(s.answer.data, i * 4) : 0;
    const { value } = valueOfType(symbol.type, q.data, at, length);
    const own = error === 0 ? s.base : { ...s.base, outcome: 'refused' as const, reason: errorText(error) };
    s.sink.command(s.t.at, { verb: 'write', operation, ...own, object: symbol.name, value });
    if (s.answer && error === 0) emit(s, symbol, q.data, at, length, 'write');
    at += length;
  }
};

const sumText = (symbols: readonly Symbol_[]): string =>
  symbols.length === 0
    ? 'nothing'
    : symbols.length === 1
      ? symbols[0]!.name
      : `${symbols[0]!.name} and ${symbols.length - 1} more`;

const RESET = 2;
const SHUTDOWN = 12;
const observeControl = (s: Seen): void => {
  const d = s.request?.detail;
  if (d?.kind !== 'state') {
    say(s, 'mode-change', portText(s.port));
    return;
  }
  const restarts = d.adsState === SHUTDOWN || (d.adsState === RESET && s.port === SYSTEM_SERVICE_PORT);
  say(s, restarts ? 'restart' : 'mode-change', portText(s.port), stateText(d.adsState));
};

const observeSubscription = (s: Seen): void => {
  const q = s.request;
  if (q?.command === COMMAND.DELETE_NOTIFICATION) {
    const handle = q.detail?.kind === 'handle' ? q.detail.handle : 0;
    say(s, 'subscribe', `end of ${s.state.symbols.subscribed(s.port, handle).name}`);
    if (s.answer) s.state.symbols.unsubscribe(s.port, handle);
    return;
  }
  if (q === undefined || q.indexGroup < 0) {
    say(s, 'subscribe', undefined);
    return;
  }
  const symbol = s.state.symbols.at(q.indexGroup, q.indexOffset, s.port);
  say(s, 'subscribe', symbol.name);
  if (s.answer?.detail?.kind === 'handle') s.state.symbols.subscribe(s.port, s.answer.detail.handle, symbol);
};

/** The device speaks: its endpoint is the sender of the packet. */
const observeNotification = (
  t: Transaction<AnyAdsMessage>,
  m: AdsMessage,
  sink: ObservationSink,
  state: AdsState,
): void => {
  if (m.detail?.kind !== 'stamps') return;
  const target: EndpointId = endpointOf(t.at.sender, m.sourceNetId, true, t.at, sink, state);
  for (const { samples } of m.detail.stamps)
    for (const { handle, data } of samples) {
      const symbol = state.symbols.subscribed(m.sourcePort, handle);
      if (data.length === 0) continue;
      const { type, value } = valueOfType(symbol.type, data);
      sink.value(t.at, { target, path: symbol.name, type, value, access: 'read' });
    }
};
