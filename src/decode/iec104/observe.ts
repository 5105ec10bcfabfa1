/**
 * IEC 104 transactions in the common vocabulary. The target is the controlled station: a child, by its common address, of
 * the host that speaks for it. Test data (T = 1) never becomes a value. Source: IEC 60870-5-101:2003 clause 7, IEC
 * 60870-5-5 for the procedures.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import type { Asdu, Iec104Message } from './message.ts';
import { type AsduType, BROADCAST, CAUSE, CAUSE_NAMES, PURPOSE, typeOf, VALUE } from './types.ts';
import { FORMAT, U } from './wire.ts';

/** Texts of addresses kept for all flows; beyond this they are built anew each time. */
const MAX_TEXTS = 65_536;
/** Stations of one flow whose endpoint is kept; the oldest gives way. */
const MAX_STATIONS = 1024;

export interface ObserveState {
  readonly stations: Map<number, { id: EndpointId; answered: boolean }>;
}
export const openObserve = (): ObserveState => ({ stations: new Map() });

/** Is this ASDU the word of the controlling station? Undefined where the type goes both ways. */
const fromController = (asdu: Asdu, type: AsduType): boolean | undefined => {
  switch (type.purpose) {
    case PURPOSE.MONITOR:
    case PURPOSE.INIT:
      return false;
    case PURPOSE.FILE:
    case PURPOSE.SECURITY:
      return undefined;
    default:
      return asdu.cause === CAUSE.ACTIVATION || asdu.cause === CAUSE.DEACTIVATION || asdu.cause === CAUSE.REQUEST;
  }
};

export const observeIec104 = (t: Transaction<Iec104Message>, sink: ObservationSink, state: ObserveState): void => {
  // What is odd about a request stands where the request is, and its sender said it.
  if (t.request !== undefined && isOdd(t.request))
    sayOddities(t.response === undefined ? t.at : asked(t.at), t.request, sink);
  if (t.response !== undefined) sayOddities(t.at, t.response, sink);
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  if (subject.format === FORMAT.U) {
    const control = subject.control;
    if (control === U.STARTDT_ACT || control === U.STARTDT_CON)
      sink.session(t.at, { phase: 'open', outcome: outcomeOf(t, false), detail: 'STARTDT' });
    else if (control === U.STOPDT_ACT || control === U.STOPDT_CON)
      sink.session(t.at, { phase: 'close', outcome: outcomeOf(t, false), detail: 'STOPDT' });
    return;
  }
  const asdu = subject.asdu;
  const type = asdu === undefined ? undefined : typeOf(asdu.typeId);
  if (asdu === undefined || type === undefined) return;
  const at = t.at;
  const controller = fromController(asdu, type) ?? at.sender === at.client;
  const answered = t.response !== undefined || !controller;
  const host = t.response !== undefined ? at.server : controller ? at.receiver : at.sender;
  const target = stationOf(host, (t.response?.asdu ?? asdu).commonAddress, answered, sink, state);
  switch (type.purpose) {
    case PURPOSE.MONITOR:
      sayValues(asdu, type, target, 'read', at, sink);
      break;
    case PURPOSE.INIT:
      sayInitialization(asdu, target, at, sink);
      break;
    case PURPOSE.FILE:
      if (controller) observeFile(t, subject, asdu, target, sink);
      break;
    case PURPOSE.SECURITY:
      observeSecurity(t, subject, asdu, type, target, sink);
      break;
    default:
      observeCommand(t, subject, asdu, type, target, sink);
  }
};

const isOdd = (m: Iec104Message): boolean => m.sequence !== '' || (m.asdu !== undefined && m.asdu.defect !== '');

/** Where the request of an answered transaction stands. */
const asked = (at: At): At => ({
  ...at,
  frame: at.requestFrame,
  firstFrame: at.requestFrame,
  tsUs: at.requestTsUs,
  sender: at.client,
  receiver: at.server,
});

/** What is strange about a message, as numbers that people can check; never what it might mean. */
const sayOddities = (at: At, m: Iec104Message, sink: ObservationSink): void => {
  switch (m.sequence) {
    case 'gap':
      sink.weird(at, {
        code: 'iec104.sequence-gap',
        detail: `N(S) ${m.sendSequence}: ${m.sequenceBy} APDUs before it were not seen`,
      });
      break;
    case 'repeated':
      sink.weird(at, {
        code: 'iec104.sequence-repeated',
        detail: `N(S) ${m.sendSequence}: ${m.sequenceBy} behind the number that was due`,
      });
      break;
    case 'acknowledges-unsent':
    case 'acknowledges-less':
      sink.weird(at, { code: `iec104.${m.sequence}`, detail: `N(R) ${m.receiveSequence}` });
      break;
  }
  const asdu = m.asdu;
  if (asdu !== undefined && asdu.defect !== '')
    sink.weird(at, { code: `iec104.asdu-${asdu.defect}`, detail: `${m.type}, cause ${asdu.cause}` });
};

const stationOf = (
  host: EndpointId,
  address: number,
  answered: boolean,
  sink: ObservationSink,
  state: ObserveState,
): EndpointId => {
  if (address === BROADCAST || address === 0) return host;
  const key = host * 65536 + address;
  const known = state.stations.get(key);
  if (known !== undefined && (known.answered || !answered)) return known.id;
  const id = sink.child(host, 'iec104-address', String(address), answered);
  if (known === undefined && state.stations.size >= MAX_STATIONS)
    state.stations.delete(state.stations.keys().next().value as number);
  state.stations.set(key, { id, answered });
  return id;
};

const texts = new Map<number, string>();
/** `IOA 4001`. */
const objectText = (address: number): string => {
  let text = texts.get(address);
  if (text === undefined) {
    text = `IOA ${address}`;
    if (texts.size < MAX_TEXTS) texts.set(address, text);
  }
  return text;
};

const DOUBLE_STATES: readonly string[] = ['intermediate', 'off', 'on', 'indeterminate'];
const pointValue = (raw: number, kind: number): Value => {
  switch (kind) {
    case VALUE.SINGLE:
    case VALUE.COMMAND_SINGLE:
      return raw === 1;
    case VALUE.DOUBLE:
      return DOUBLE_STATES[raw]!;
    default:
      return raw;
  }
};

/** IV makes a value bad; not topical, substituted, blocked, overflow make it doubtful (7.2.6.3). */
const qualityOf = (octet: number, mask: number): 'good' | 'uncertain' | 'bad' => {
  if (octet & 0x80) return 'bad';
  // A counter's other bits say that it was adjusted or ran over, not that it is wrong.
  return mask === 0xe0 || octet === 0 ? 'good' : 'uncertain';
};

const sayValues = (
  asdu: Asdu,
  type: AsduType,
  target: EndpointId,
  access: 'read' | 'write',
  at: At,
  sink: ObservationSink,
): void => {
  if (asdu.test || asdu.negative) return;
  const { values, addresses, qualities, changes } = asdu;
  const { valueType, valueKind, qualityMask } = type;
  for (let i = 0; i < values.length; i++) {
    const path = objectText(addresses[i]!);
    const value = pointValue(values[i]!, valueKind);
    if (qualities.length === 0) sink.value(at, { target, path, type: valueType, value, access });
    else {
      const quality = qualityOf(qualities[i]!, qualityMask);
      sink.value(at, { target, path, type: valueType, value, quality, access });
      // What went on and off again between two messages is seen in these bits alone.
      if (changes.length > 0)
        sink.value(at, {
          target,
          path: `${path} changes`,
          type: 'status changes',
          value: changes[i]!,
          quality,
          access,
        });
    }
  }
};

const INITIALIZATION: readonly string[] = ['local power switch on', 'local manual reset', 'remote reset'];
const sayInitialization = (asdu: Asdu, target: EndpointId, at: At, sink: ObservationSink): void => {
  const coi = asdu.qualifiers[0] ?? 0;
  const cause = INITIALIZATION[coi & 127] ?? `cause ${coi & 127}`;
  const value = coi & 0x80 ? `${cause}, after change of local parameters` : cause;
  sink.value(at, { target, path: 'end of initialization', type: 'COI', value, access: 'read' });
};

/** Verbs of the system commands 100..107. */
const SYSTEM_VERBS: readonly Verb[] = ['read', 'read', 'read', 'configure', 'invoke', 'restart', 'configure', 'invoke'];
const FREEZES: readonly string[] = ['', 'freeze', 'freeze and reset', 'reset'];
const RESETS: readonly string[] = ['', 'general reset', 'reset of pending information with time tag'];
const STEPS: readonly string[] = ['', 'lower', 'higher', ''];
const DOUBLE_COMMANDS: readonly string[] = ['', 'off', 'on', ''];

const EXECUTE = 0;
const SELECT = 1;
const DEACTIVATE = 2;
const MODES = ['', ' - select', ' - deactivate'];
/** `Single command - select (test)` by type, mode and test bit. */
const OPERATIONS: readonly (readonly string[])[] = Array.from({ length: 128 }, (_, id) => {
  const type = typeOf(id);
  if (type === undefined) return [];
  return MODES.flatMap((mode) => [`${type.title}${mode}`, `${type.title}${mode} (test)`]);
});

const observeCommand = (
  t: Transaction<Iec104Message>,
  subject: Iec104Message,
  asdu: Asdu,
  type: AsduType,
  target: EndpointId,
  sink: ObservationSink,
): void => {
  const answer = t.response?.asdu;
  const at = t.at;
  if (t.state === 'single' && asdu.cause !== CAUSE.ACTIVATION && asdu.cause !== CAUSE.DEACTIVATION) {
    if (asdu.cause === CAUSE.ACTIVATION_TERMINATION && asdu.negative)
      sink.weird(at, { code: 'iec104.negative-termination', detail: subject.type });
    return;
  }
  const isRefused = answer !== undefined && (answer.negative || answer.cause >= CAUSE.UNKNOWN_TYPE);
  const outcome = outcomeOf(t, isRefused);
  const reason = isRefused
    ? answer.cause >= CAUSE.UNKNOWN_TYPE
      ? `${CAUSE_NAMES[answer.cause] ?? 'cause'} (${answer.cause})`
      : 'negative confirmation'
    : undefined;
  const isSetPoint = type.purpose === PURPOSE.COMMAND;
  const qualifier = asdu.qualifiers[0] ?? 0;
  const mode =
    asdu.cause === CAUSE.DEACTIVATION || asdu.cause === CAUSE.DEACTIVATION_CONFIRMATION
      ? DEACTIVATE
      : isSetPoint && qualifier & 0x80
        ? SELECT
        : EXECUTE;
  const operation = OPERATIONS[asdu.typeId]![mode * 2 + (asdu.test ? 1 : 0)]!;
  let verb: Verb = 'control';
  let object: string | undefined;
  let value: Value | undefined;
  if (isSetPoint) {
    object = asdu.addresses.length > 0 ? objectText(asdu.addresses[0]!) : undefined;
    value = commandValue(asdu, type);
  } else if (type.purpose === PURPOSE.PARAMETER) {
    verb = 'configure';
    object = asdu.addresses.length > 0 ? objectText(asdu.addresses[0]!) : undefined;
    value = asdu.values[0];
  } else {
    verb = SYSTEM_VERBS[asdu.typeId - 100]!;
    switch (asdu.typeId) {
      case 100:
        object = qualifier === 20 || qualifier < 21 || qualifier > 36 ? 'station' : `group ${qualifier - 20}`;
        break;
      case 101: {
        const counters = qualifier & 63;
        object = counters >= 1 && counters <= 4 ? `counters of group ${counters}` : 'counters';
        if (qualifier >> 6 !== 0) {
          verb = 'control';
          value = FREEZES[qualifier >> 6];
        }
        break;
      }
      case 102:
        object = asdu.addresses.length > 0 ? objectText(asdu.addresses[0]!) : undefined;
        break;
      case 103:
        object = 'clock';
        value = asdu.times.length > 0 ? dateText(asdu.times[0]!) : undefined;
        break;
      case 105:
        object = 'process';
        value = RESETS[qualifier] || `qualifier ${qualifier}`;
        break;
      case 106:
        value = asdu.elapsed[0];
        break;
    }
  }
  sink.command(at, {
    verb,
    operation,
    target,
    object,
    value,
    outcome,
    reason,
    native: subject,
  });
  if (outcome !== 'accepted') return;
  // The value that a read command asked for.
  const read = answer === undefined ? undefined : typeOf(answer.typeId);
  if (asdu.typeId === 102) {
    if (read !== undefined && read.purpose === PURPOSE.MONITOR) sayValues(answer!, read, target, 'read', at, sink);
  } else if (isSetPoint && mode === EXECUTE && !asdu.test && object !== undefined && value !== undefined)
    sink.value(at, { target, path: object, type: type.valueType, value, access: 'write' });
};

const commandValue = (asdu: Asdu, type: AsduType): Value | undefined => {
  const raw = asdu.values[0];
  if (raw === undefined) return undefined;
  if (type.valueKind === VALUE.COMMAND_SINGLE) return raw === 1;
  if (type.valueKind !== VALUE.COMMAND_DOUBLE) return raw;
  const words = type.valueType === 'step command' ? STEPS : DOUBLE_COMMANDS;
  return words[raw] || `not permitted (${raw})`;
};

/** CP56Time2a holds fields out of range as well; `Date.UTC` carries them over, so the text always exists. */
const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, -1);

const FILE_CALLS: readonly string[] = [
  'directory',
  'select file',
  'request file',
  'deactivate file',
  'delete file',
  'select section',
  'request section',
  'deactivate section',
];
const FILE_VERBS: readonly Verb[] = [
  'read',
  'program-upload',
  'program-upload',
  'invoke',
  'delete',
  'program-upload',
  'program-upload',
  'invoke',
];

/** What the controlling station asks of files; segments and acknowledgements say nothing new. */
const observeFile = (
  t: Transaction<Iec104Message>,
  subject: Iec104Message,
  asdu: Asdu,
  target: EndpointId,
  sink: ObservationSink,
): void => {
  const file = asdu.file;
  if (file === undefined) return;
  const base = { operation: typeOf(asdu.typeId)!.title, target, outcome: 'unconfirmed' as Outcome, native: subject };
  const object = `file ${file.name}${file.section > 0 ? ` section ${file.section}` : ''}`;
  if (asdu.typeId === 120)
    sink.command(t.at, { verb: 'program-download', ...base, object, value: `${file.length} octets` });
  else if (asdu.typeId === 122) {
    const call = file.qualifier & 15;
    if (call < FILE_CALLS.length)
      sink.command(t.at, {
        verb: FILE_VERBS[call]!,
        ...base,
        object: call === 0 ? 'directory' : object,
        value: FILE_CALLS[call]!,
      });
  } else if (asdu.typeId === 127) sink.command(t.at, { verb: 'read', ...base, object: `log ${file.name}` });
};

/** IEC 60870-5-7: that keys are exchanged and that authentication failed; the octets are not interpreted. */
const observeSecurity = (
  t: Transaction<Iec104Message>,
  subject: Iec104Message,
  asdu: Asdu,
  type: AsduType,
  target: EndpointId,
  sink: ObservationSink,
): void => {
  if (asdu.typeId === 86 || asdu.typeId === 91)
    sink.command(t.at, {
      verb: 'authenticate',
      operation: type.title,
      target,
      outcome: 'unconfirmed',
      native: subject,
    });
  else if (asdu.typeId === 87)
    sink.session(t.at, { phase: 'authenticate', outcome: 'refused', detail: type.title, native: subject });
};
