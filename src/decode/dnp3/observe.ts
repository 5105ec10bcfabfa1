/**
 * DNP3 transactions in the common vocabulary. The target is the outstation: a child, by its DNP3 address, of the host that
 * answers for it. Point values carry the quality of their flags (IEEE 1815-2012 clause 11.6).
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, ObservationSink, Value, Verb } from '../../core/observation.ts';
import type { Dnp3Message, Fragment, ObjectBlock } from './message.ts';
import { controlStatus, controlText, FUNCTION, IIN_NAMES, IIN_REFUSALS, iinNames, REQUEST_NAMES } from './names.ts';
import { layoutOf } from './objects.ts';
import { observeAttributes, observeAuthentication, observeFile } from './observe-rare.ts';
import { blockText, command, indexOf, MAX_NAMED, type OpenFile, pointText, sayPoints, type Told } from './say.ts';
import { BROADCAST, isChallengeReply, SELF_ADDRESS } from './wire.ts';

/** Outstations of one flow whose endpoint and indications are kept; the oldest gives way. */
const MAX_STATIONS = 1024;
/** Lists of object headers whose text is kept per flow, the oldest gives way. */
const MAX_LISTS = 16;
interface Station {
  id: EndpointId;
  answered: boolean;
  /** Lasting internal indications last said. */
  iin: number;
  /** User of the challenge reply or aggressive mode request under way; -1 where there is none. */
  user: number;
}
/** What the text of a list is made of, without the values, of which there may be tens of thousands. */
type ObjectHead = Pick<ObjectBlock, 'group' | 'variation' | 'start' | 'stop' | 'count'>;
export interface ObserveState {
  readonly stations: Map<number, Station>;
  readonly lists: { objects: readonly ObjectHead[]; text: string }[];
  /** Open files by handle and station. */
  readonly files: Map<string, OpenFile>;
}
export const openObserve = (): ObserveState => ({ stations: new Map(), lists: [], files: new Map() });

/** Reads are said by `observeRead`, writes and controls by their own functions. */
const VERBS: readonly Verb[] = [
  'read',
  'read',
  'write',
  'control',
  'control',
  'control',
  'control',
  // Freezes copy the counters, and some clear them.
  'control',
  'control',
  'control',
  'control',
  'control',
  'control',
  'restart',
  'restart',
  'mode-change',
  'mode-change',
  'mode-change',
  'mode-change',
  'configure',
  'configure',
  'configure',
  'configure',
  'read',
  'configure',
  'invoke',
  'invoke',
  'delete',
  'read',
  'authenticate',
  'invoke',
  'configure',
  'authenticate',
  'authenticate',
];

export const observeDnp3 = (t: Transaction<Dnp3Message>, sink: ObservationSink, state: ObserveState): void => {
  const subject = t.request ?? t.response;
  if (subject === undefined) return;
  if (subject.defect !== '') sink.weird(t.at, { code: `dnp3.${subject.defect}`, detail: subject.type });
  const request = t.request?.application;
  const response = t.response?.application;
  const fragment = request ?? response;
  if (fragment === undefined || subject.defect !== '') {
    // A link service, or a segment: that its sender exists is all it says.
    if ((subject.control & 0x80) === 0) stationOf(t.at.sender, subject.source, true, sink, state);
    return;
  }
  weirdFragment(t, request, sink);
  weirdFragment(t, response, sink);
  if (fragment.functionCode >= 0x80) {
    fromOutstation(t, subject, fragment, sink, state);
    return;
  }
  if (fragment.functionCode === FUNCTION.CONFIRM || fragment.functionCode >= REQUEST_NAMES.length) return;
  const at = t.at;
  const answer = t.response;
  const host = answer !== undefined ? at.server : at.receiver;
  const station = stationOf(host, answer?.source ?? subject.destination, answer !== undefined, sink, state);
  if (response !== undefined) sayIndications(at, station, response.iin, sink);
  observeRequest(t, station, subject, fragment, response, sink, state);
};

/** A confirmation is for outstations to ask for (IEEE 1815-2012, 4.2.2.4); two indications are reserved (table 4-4). */
const CON = 0x20;
const RESERVED = 0x00c0;
const weirdFragment = (t: Transaction<Dnp3Message>, f: Fragment | undefined, sink: ObservationSink): void => {
  if (f === undefined) return;
  const say = (code: string): void => sink.weird(t.at, { code, detail: (t.request ?? t.response)!.type });
  if (f.defect !== '') say(`dnp3.fragment-${f.defect}`);
  if (f.functionCode < 0x80 && f.functionCode !== FUNCTION.CONFIRM && (f.control & CON) !== 0)
    say('dnp3.confirmation-asked');
  if (f.iin >= 0 && (f.iin & RESERVED) !== 0) say('dnp3.reserved-indication');
};

/** Whoever is addressed by everybody, or by the connection, is the host itself. */
const stationOf = (
  host: EndpointId,
  address: number,
  answered: boolean,
  sink: ObservationSink,
  state: ObserveState,
): Station => {
  const key = host * 65536 + address;
  let station = state.stations.get(key);
  if (station === undefined) {
    if (state.stations.size >= MAX_STATIONS) state.stations.delete(state.stations.keys().next().value as number);
    const id =
      address >= BROADCAST || address === SELF_ADDRESS
        ? host
        : sink.child(host, 'dnp3-address', String(address), answered);
    station = { id, answered, iin: 0, user: -1 };
    state.stations.set(key, station);
  } else if (answered && !station.answered) {
    station.answered = true;
    if (station.id !== host) station.id = sink.child(host, 'dnp3-address', String(address), true);
  }
  return station;
};

/** Without the bits that come and go with every event and broadcast, and those that refuse. */
const LASTING = 0xf028;
const sayIndications = (at: At, station: Station, iin: number, sink: ObservationSink): void => {
  const lasting = iin & LASTING;
  if (lasting === station.iin) return;
  station.iin = lasting;
  const value = iinNames(lasting).join(', ');
  sink.value(at, { target: station.id, path: 'internal indications', type: 'IIN', value, access: 'read' });
};

/** Reason of a refusal by internal indications; undefined when there is none. */
const refusalOf = (iin: number): string | undefined => {
  if ((iin & IIN_REFUSALS) === 0) return undefined;
  for (let bit = 0; bit < 5; bit++) if (iin & IIN_REFUSALS & (1 << bit)) return `${IIN_NAMES[bit + 8]} (IIN2.${bit})`;
  return undefined;
};

/** Responses without request, and unsolicited ones: their values; what was asked is not known. */
const fromOutstation = (
  t: Transaction<Dnp3Message>,
  m: Dnp3Message,
  f: Fragment,
  sink: ObservationSink,
  state: ObserveState,
): void => {
  const station = stationOf(t.at.sender, m.source, true, sink, state);
  sayIndications(t.at, station, f.iin, sink);
  const reason = refusalOf(f.iin);
  const told: Told = {
    t,
    at: t.at,
    sink,
    target: station.id,
    operation: m.type,
    outcome: t.state === 'single' ? 'unconfirmed' : outcomeOf(t, reason !== undefined),
    reason,
    user: undefined,
    native: m,
    request: undefined,
    response: f,
  };
  if (f.functionCode === FUNCTION.AUTHENTICATION_RESPONSE) {
    observeAuthentication(told, station);
    return;
  }
  // Control blocks in a response are the echo of a command that was not seen.
  if (f.objects.some((o) => o.group === 12 || o.group === 41)) observeControl(told, f);
  observeRead(told);
};

const observeRequest = (
  t: Transaction<Dnp3Message>,
  station: Station,
  subject: Dnp3Message,
  request: Fragment,
  response: Fragment | undefined,
  sink: ObservationSink,
  state: ObserveState,
): void => {
  const code = request.functionCode;
  // What arrives of a long response after its first fragment is not another command.
  const isContinued = response !== undefined && (response.control & 0x80) === 0;
  const aggressive = request.objects.length > 0 && request.objects[0]!.group === 120 ? request.objects[0] : undefined;
  if (aggressive !== undefined && aggressive.variation === 3) {
    const detail = aggressive.details[0];
    if (detail?.kind === 'authentication') station.user = detail.user;
  }
  const reason = response === undefined ? undefined : refusalOf(response.iin);
  const told: Told = {
    t,
    at: t.at,
    sink,
    target: station.id,
    operation: REQUEST_NAMES[code]!,
    outcome: outcomeOf(t, reason !== undefined),
    reason,
    // A challenge was met, or is part of the request itself.
    user:
      station.user >= 0 && (response !== undefined || aggressive !== undefined) ? `user ${station.user}` : undefined,
    native: subject,
    request,
    response,
  };
  // Without an answer nothing is known of the user, and the next request is another one's.
  if (response === undefined && !isChallengeReply(request)) station.user = -1;
  const isAuthentication =
    code === FUNCTION.AUTHENTICATION_REQUEST ||
    code === FUNCTION.AUTHENTICATION_REQUEST_NO_ACK ||
    response?.functionCode === FUNCTION.AUTHENTICATION_RESPONSE;
  if (isAuthentication) {
    // A challenge to the request: its outcome is still open.
    if (observeAuthentication(told, station)) return;
  } else if (station.user >= 0 && response !== undefined) {
    sink.session(t.at, {
      phase: 'authenticate',
      outcome: 'accepted',
      user: `user ${station.user}`,
      detail: 'DNP3 secure authentication',
    });
    station.user = -1;
  }
  if (code === FUNCTION.AUTHENTICATION_REQUEST || code === FUNCTION.AUTHENTICATION_REQUEST_NO_ACK) return;
  if (isFileRequest(request)) {
    observeFile(told, state.files, isContinued);
    return;
  }
  switch (code) {
    case FUNCTION.READ:
      if (!isContinued) command(told, 'read', objectsText(request.objects, state), undefined);
      observeRead(told);
      break;
    case FUNCTION.WRITE:
      observeWrite(told, state);
      break;
    case FUNCTION.SELECT:
    case FUNCTION.OPERATE:
    case FUNCTION.DIRECT_OPERATE:
    case FUNCTION.DIRECT_OPERATE_NO_RESPONSE:
      observeControl(told, request);
      break;
    default:
      if (isContinued) return;
      command(
        told,
        VERBS[code]!,
        request.objects.length === 0 ? undefined : objectsText(request.objects, state),
        answerValue(code, response),
      );
  }
};

/** Restarts and time measurements are answered by a time (g52): until the device is back, or its delay. */
const answerValue = (code: number, response: Fragment | undefined): Value | undefined => {
  const delay = response?.objects.find((o) => o.group === 52);
  if (delay === undefined || delay.values.length === 0) return undefined;
  const ms = delay.variation === 1 ? delay.values[0]! * 1000 : delay.values[0]!;
  return code === FUNCTION.DELAY_MEASURE ? ms : `back in ${ms} ms`;
};

const isFileRequest = (f: Fragment): boolean =>
  (f.functionCode >= FUNCTION.OPEN_FILE && f.functionCode <= FUNCTION.ABORT_FILE) ||
  ((f.functionCode === FUNCTION.READ || f.functionCode === FUNCTION.WRITE) &&
    f.objects.length > 0 &&
    f.objects[0]!.group === 70);

const sameObjects = (a: readonly ObjectHead[], b: readonly ObjectHead[]): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x.group !== y.group || x.variation !== y.variation || x.start !== y.start || x.stop !== y.stop) return false;
    if (x.count !== y.count) return false;
  }
  return true;
};
const headOf = ({ group, variation, start, stop, count }: ObjectBlock): ObjectHead => ({
  group,
  variation,
  start,
  stop,
  count,
});

/** `Class 1 Data, Class 2 Data`: polls come again and again, so the last few texts are kept. */
const objectsText = (objects: readonly ObjectBlock[], state: ObserveState): string => {
  // Lists that name each of their objects hardly come again.
  const isKept = objects.every(({ indexes }) => indexes.length === 0);
  if (isKept) for (const known of state.lists) if (sameObjects(known.objects, objects)) return known.text;
  const named = objects.filter((o) => o.group !== 120);
  const names = named.slice(0, MAX_NAMED).map(blockText);
  if (named.length > MAX_NAMED) names.push(`and ${named.length - MAX_NAMED} more`);
  const text = names.join(', ');
  if (!isKept) return text;
  if (state.lists.length >= MAX_LISTS) state.lists.shift();
  state.lists.push({ objects: objects.map(headOf), text });
  return text;
};

/** Values and facts of a response. */
const observeRead = (told: Told): void => {
  const response = told.response;
  if (response === undefined) return;
  for (const o of response.objects) {
    if (o.group === 0) observeAttributes(told, o);
    else if (o.group !== 12 && o.group !== 41) sayPoints(told, o, 'read');
  }
};

const dateText = (ms: number): string => new Date(ms).toISOString();

/** One command for each object header; those that set the device up are said so. */
const observeWrite = (told: Told, state: ObserveState): void => {
  for (const o of told.request!.objects) {
    const layout = layoutOf(o.group, o.variation);
    switch (o.group) {
      case 50:
        command(told, 'configure', 'time', o.times.length > 0 ? dateText(o.times[0]!) : undefined);
        break;
      case 80: {
        const index = o.start;
        const text = `internal indication ${index} (${IIN_NAMES[index] ?? 'RESERVED'})`;
        command(told, 'write', text, o.values.length === 1 ? o.values[0] === 1 : undefined);
        break;
      }
      case 0: {
        const detail = o.details[0];
        const value = detail?.kind === 'attribute' ? detail.value : undefined;
        command(
          told,
          'configure',
          `device attribute ${detail?.kind === 'attribute' ? detail.name || o.variation : o.variation}`,
          value,
        );
        break;
      }
      case 120:
        break;
      default: {
        const single = o.values.length === 1 ? o.values[0]! : undefined;
        const detail = o.details.length === 1 ? o.details[0]! : undefined;
        const value = single ?? (detail?.kind === 'octets' && detail.text !== '' ? detail.text : undefined);
        const object =
          layout !== undefined && layout.pointId !== 0 && (o.values.length === 1 || o.details.length === 1)
            ? pointText(layout, indexOf(o, 0))
            : objectsText([o], state);
        command(told, 'write', object, value);
        if (told.outcome === 'accepted') sayPoints(told, o, 'write');
      }
    }
  }
};

/** Select, operate, direct operate: one command for each point, with the status that its echo says. */
const observeControl = (told: Told, from: Fragment): void => {
  const echo = told.response;
  for (let n = 0; n < from.objects.length; n++) {
    const o = from.objects[n]!;
    if (o.group !== 12 && o.group !== 41) continue;
    const layout = layoutOf(o.group, o.variation);
    if (layout === undefined) continue;
    const back = echo === from ? o : matching(echo, o, n);
    const count = Math.max(o.details.length, o.values.length);
    if (o.group === 12 && o.variation === 3) {
      command(told, 'control', blockText(o), undefined);
      continue;
    }
    for (let i = 0; i < count; i++) {
      const detail = o.details[i];
      const code = detail?.kind === 'control' ? detail.code : -1;
      const value: Value | undefined = code >= 0 ? controlText(code) : o.values[i];
      const status = back === undefined ? 0 : (back.statuses[i] ?? 0);
      let { outcome, reason } = told;
      if (echo !== undefined && status !== 0) {
        outcome = 'refused';
        reason = `${controlStatus(status)} (${status})`;
      } else if (back !== undefined && told.reason === undefined && echo !== undefined && outcome === 'refused')
        outcome = 'accepted';
      command(told, 'control', pointText(layout, indexOf(o, i)), value, outcome, reason);
      // A selection changes nothing yet.
      if (outcome !== 'accepted' || told.request === undefined || told.request.functionCode === FUNCTION.SELECT)
        continue;
      const state = code < 0 ? o.values[i] : (code & 15) === 3 ? true : (code & 15) === 4 ? false : undefined;
      if (state !== undefined)
        told.sink.value(told.at, {
          target: told.target,
          path: pointText(layout, indexOf(o, i)),
          type: code < 0 ? layout.type : 'CROB',
          value: state,
          access: 'write',
        });
    }
  }
};

/** The echo of a header: the one at the same place, or the first of its kind. */
const matching = (echo: Fragment | undefined, o: ObjectBlock, n: number): ObjectBlock | undefined => {
  if (echo === undefined) return undefined;
  const same = echo.objects[n];
  if (same !== undefined && same.group === o.group && same.variation === o.variation) return same;
  return echo.objects.find((x) => x.group === o.group && x.variation === o.variation);
};
