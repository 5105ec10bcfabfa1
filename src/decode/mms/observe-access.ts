/**
 * Reads, writes and reports of variables. A read is one command per PDU (what is polled together); a write is one command
 * per variable, with what it means in IEC 61850: operating a breaker is a write of `$CO$...$Oper`.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { At, Command, ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import { dataText, type MmsData, plainValue } from '../shared/mms-data.ts';
import { nameText } from './access.ts';
import { addCauseText, isTase2, NEXT_TRANSFER_SET, readMeaning, writeMeaning } from './meaning.ts';
import type { MmsMessage, ObjectName } from './message.ts';
import { failureOf } from './outcome.ts';
import { readReport } from './report.ts';
import { MAX_OPEN, type MmsState } from './state.ts';
import { accessErrorText } from './tables.ts';
import { sayValues } from './values.ts';

/** Variables named in the object text of one command; the rest is counted. */
const MAX_NAMED = 16;

const objects = new WeakMap<readonly ObjectName[], string>();
/** All names as one text, built once for a list of names. */
export const objectText = (names: readonly ObjectName[]): string | undefined => {
  if (names.length === 0) return undefined;
  if (names.length === 1) return nameText(names[0]!);
  let text = objects.get(names);
  if (text === undefined) {
    text = names.slice(0, MAX_NAMED).map(nameText).join(', ');
    if (names.length > MAX_NAMED) text += ` and ${names.length - MAX_NAMED} more`;
    objects.set(names, text);
  }
  return text;
};

/** The variables behind the results: the names asked for, or the members of the data set asked for. */
const variablesOf = (m: MmsMessage, count: number, state: MmsState): readonly ObjectName[] => {
  if (!m.isList) return m.names;
  const list = m.names[0];
  const members = list === undefined ? undefined : state.dataSets.get(nameText(list));
  if (members !== undefined && members.length === count) return members;
  return list === undefined ? [] : placesOf(list, count);
};

const places = new WeakMap<ObjectName, ObjectName[]>();
/** Members of a data set whose definition was not seen: by their place. */
const placesOf = (list: ObjectName, count: number): readonly ObjectName[] => {
  let known = places.get(list);
  if (known === undefined || known.length < count) {
    known = Array.from({ length: count }, (_, i) => ({ ...list, suffix: `${list.suffix}.${i}` }));
    places.set(list, known);
  }
  return known;
};

const say = (
  t: Transaction<MmsMessage>,
  sink: ObservationSink,
  verb: Verb,
  operation: string,
  outcome: Outcome,
  object: string | undefined,
  reason: string | undefined,
  value?: Value,
  user?: string,
): void => {
  const command: { -readonly [K in keyof Command]: Command[K] } = {
    verb,
    operation,
    target: t.at.server,
    outcome,
    native: t.request ?? t.response,
  };
  if (object !== undefined) command.object = object;
  if (reason !== undefined) command.reason = reason;
  if (value !== undefined) command.value = value;
  if (user !== undefined && user !== '') command.user = user;
  sink.command(t.at, command);
};

export const observeRead = (t: Transaction<MmsMessage>, sink: ObservationSink, state: MmsState): void => {
  const { request, response, at } = t;
  const results = response?.results ?? [];
  let failed = 0;
  for (let i = 0; i < results.length; i++) if (results[i]!.failure >= 0) failed++;
  const failure = response === undefined ? undefined : failureOf(response);
  const all = failed > 0 && failed === results.length;
  const outcome = outcomeOf(t, failure !== undefined || all);
  const reason = failure ?? (all ? accessErrorText(results[0]!.failure) : undefined);
  const first = request?.names[0];
  const meaning = first === undefined || request!.isList ? undefined : readMeaning(first);
  const names = request?.names ?? [];
  say(t, sink, meaning?.verb ?? 'read', meaning?.operation ?? 'read', outcome, objectText(names), reason);
  if (request === undefined) return;
  if (first !== undefined && !state.hasSaid(at.server, 3)) introduce(at, names, sink, state);
  const variables = variablesOf(request, results.length, state);
  for (let i = 0; i < results.length && i < variables.length; i++) {
    const { data, failure: why } = results[i]!;
    const name = variables[i]!;
    if (data !== undefined) {
      if (name.itemId === NEXT_TRANSFER_SET) transferSet(data, state);
      sayValues(at, at.server, name, data, 'read', sink, state);
    } else if (!all) say(t, sink, 'read', 'read', 'refused', nameText(name), accessErrorText(why));
  }
};

/** `{1, 'DOMAIN', 'name'}`: the transfer set that the client may now write (IEC 60870-6-503 section 8.1.4). */
const transferSet = (data: MmsData, state: MmsState): void => {
  const texts = data.items?.filter((d) => d.type === 'visible-string') ?? [];
  const name = texts[texts.length - 1];
  if (name === undefined) return;
  if (state.transferSets.size >= MAX_OPEN) state.transferSets.clear();
  state.transferSets.add(String(name.value));
};

/** What kind of server answers to such names. */
export const introduce = (at: At, names: readonly ObjectName[], sink: ObservationSink, state: MmsState): void => {
  const endpoint = at.server;
  for (let i = 0; i < names.length && i < MAX_NAMED; i++) {
    const name = names[i]!;
    if (!state.hasSaid(endpoint, 1) && isTase2(name)) {
      state.say(endpoint, 1);
      const via = 'TASE.2 object names';
      sink.identity(at, { endpoint, attribute: 'device-type', value: 'TASE.2 (ICCP) server', confidence: 0.9, via });
    } else if (!state.hasSaid(endpoint, 2) && (name.itemId.startsWith('LLN0') || name.itemId.startsWith('LPHD'))) {
      state.say(endpoint, 2);
      const via = 'IEC 61850 object names';
      sink.identity(at, { endpoint, attribute: 'device-type', value: 'IEC 61850 device', confidence: 0.8, via });
      if (name.domainId !== '')
        sink.identity(at, { endpoint, attribute: 'station-name', value: name.domainId, confidence: 0.5, via });
    }
  }
};

export const observeWrite = (t: Transaction<MmsMessage>, sink: ObservationSink, state: MmsState): void => {
  const { request, response, at } = t;
  const failure = response === undefined ? undefined : failureOf(response);
  const results = response?.results ?? [];
  if (request === undefined || request.names.length === 0) {
    const refused = results.find((r) => r.failure >= 0)?.failure;
    const reason = failure ?? (refused === undefined ? undefined : accessErrorText(refused));
    say(t, sink, 'write', 'write', outcomeOf(t, reason !== undefined), undefined, reason);
    return;
  }
  const variables = variablesOf(request, request.data.length, state);
  for (let i = 0; i < variables.length; i++) {
    const name = variables[i]!;
    const data = request.data[i];
    const why = results[i]?.failure ?? -1;
    const reason = failure ?? (why >= 0 ? accessErrorText(why) : undefined);
    const outcome = outcomeOf(t, reason !== undefined);
    const meaning = writeMeaning(name);
    if (state.transferSets.has(name.itemId) && data !== undefined) {
      // The transfer set's last member is its status: true starts the transfer, false stops it.
      const status = data.items?.findLast((d) => d.type === 'boolean')?.value;
      const operation = status === false ? 'Stop Transfer' : 'Start Transfer';
      say(t, sink, 'subscribe', operation, outcome, nameText(name), reason, dataText(data));
    } else if (meaning.isControl && data?.items !== undefined) {
      const { value, user } = controlOf(data);
      say(t, sink, meaning.verb, meaning.operation, outcome, nameText(name), reason, value, user);
    } else
      say(
        t,
        sink,
        meaning.verb,
        meaning.operation,
        outcome,
        nameText(name),
        reason,
        data === undefined ? undefined : plainValue(data),
      );
    if (data !== undefined && outcome === 'accepted') sayValues(at, at.server, name, data, 'write', sink, state);
  }
};

/**
 * Oper, SBOw, Cancel: ctlVal first (of analogue controls a structure with one member); origin is the structure of a
 * category and an identification (IEC 61850-8-1 section 20.4).
 */
const controlOf = (data: MmsData): { value: Value; user: string } => {
  const first = data.items![0];
  const inner = first?.items?.length === 1 ? first.items[0] : first;
  const origin = data.items!.find(
    (d, i) => i > 0 && d.items?.length === 2 && d.items[0]!.type === 'integer' && d.items[1]!.type === 'octet-string',
  );
  return {
    value: inner === undefined ? '' : plainValue(inner),
    user: origin === undefined ? '' : textOfHex(String(origin.items![1]!.value)),
  };
};

/** orIdent is an octet string that mostly holds an address or a name as text. */
const textOfHex = (hex: string): string => {
  let out = '';
  for (let i = 0; i + 1 < hex.length && i < 128; i += 2) {
    const c = Number.parseInt(hex.slice(i, i + 2), 16);
    if (c === 0) break;
    out += c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '.';
  }
  return out;
};

export const observeReport = (t: Transaction<MmsMessage>, sink: ObservationSink, state: MmsState): void => {
  const m = t.request;
  if (m === undefined) return;
  // Reports come from the server of the variables, whoever opened the connection.
  const at = t.at;
  const target = at.sender;
  const list = m.names[0];
  if (m.isList && list?.scope === 'vmd' && list.itemId === 'RPT') {
    const report = readReport(m.results);
    if (report !== undefined) {
      sayReport(at, list, report, sink, state);
      return;
    }
  }
  const variables = variablesOf(m, m.results.length, state);
  for (let i = 0; i < m.results.length && i < variables.length; i++) {
    const data = m.results[i]!.data;
    const name = variables[i]!;
    if (data === undefined) continue;
    if (name.itemId === 'LastApplError' && data.items !== undefined) lastError(at, data, sink);
    else sayValues(at, target, name, data, 'read', sink, state);
  }
};

const dataSetName = (text: string): ObjectName => {
  const slash = text.indexOf('/');
  return slash < 0
    ? { scope: 'vmd', domainId: '', itemId: text, suffix: '' }
    : { scope: 'domain', domainId: text.slice(0, slash), itemId: text.slice(slash + 1), suffix: '' };
};

const sayReport = (
  at: At,
  list: ObjectName,
  report: NonNullable<ReturnType<typeof readReport>>,
  sink: ObservationSink,
  state: MmsState,
): void => {
  if (report.isOverflowed)
    sink.weird(at, {
      code: 'mms.report-overflow',
      detail: `${report.reportId}: reports were lost in the server's buffer`,
    });
  const members = state.dataSets.get(report.dataSet);
  const base = report.dataSet === '' ? report.reportId : report.dataSet;
  for (let i = 0; i < report.values.length; i++) {
    const data = report.values[i]!.data;
    if (data === undefined) continue;
    const index = report.included[i]!;
    const reference = report.references[i];
    const known = reference === undefined || reference === '' ? members?.[index] : undefined;
    const name =
      known ?? (reference ? dataSetName(reference) : { ...dataSetName(base), scope: list.scope, suffix: `.${index}` });
    sayValues(at, at.sender, known ?? fixScope(name), data, 'read', sink, state);
  }
};
const fixScope = (n: ObjectName): ObjectName => (n.domainId === '' ? n : { ...n, scope: 'domain' });

/** LastApplError: control object, error, origin, control number, additional cause (IEC 61850-8-1 section 20.11). */
const lastError = (at: At, data: MmsData, sink: ObservationSink): void => {
  const object = data.items![0];
  const cause = data.items![data.items!.length - 1];
  if (object === undefined || cause === undefined) return;
  sink.value(at, {
    target: at.sender,
    path: `LastApplError ${String(object.value)}`,
    type: 'AddCause',
    value: addCauseText(Number(cause.value)),
    access: 'read',
  });
};
