/**
 * BACnet transactions in the common vocabulary. The device that serves is the one that answers: the host itself, or the
 * device behind it when the NPDU names another network (ANSI/ASHRAE 135 clause 6.2: SNET/SADR of the answer, DNET/DADR of
 * the request). Both hosts of a flow may ask, so client and server of the statement follow the request, not the flow.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { At, Attribute, ObservationSink, Outcome, Value, Verb } from '../../core/observation.ts';
import { MASKED } from '../../lib/masked.ts';
import { tableOf } from '../../lib/table.ts';
import { type Access, type BacnetMessage, type BacnetState, MAX_TEXTS, pathOf } from './message.ts';
import { observeNetwork } from './observe-network.ts';
import { OBJECT_DEVICE, PROPERTY } from './properties.ts';
import { PDU, SERVICE, USERVICE } from './tables.ts';

const ALL_NETWORKS = 65535;

const VERBS: ReadonlyMap<number, Verb> = new Map<number, Verb>([
  [SERVICE.ACKNOWLEDGE_ALARM, 'control'],
  [SERVICE.GET_ALARM_SUMMARY, 'read'],
  [SERVICE.GET_ENROLLMENT_SUMMARY, 'read'],
  [SERVICE.SUBSCRIBE_COV, 'subscribe'],
  [SERVICE.ATOMIC_READ_FILE, 'program-upload'],
  [SERVICE.ATOMIC_WRITE_FILE, 'program-download'],
  [SERVICE.ADD_LIST_ELEMENT, 'write'],
  [SERVICE.REMOVE_LIST_ELEMENT, 'write'],
  [SERVICE.CREATE_OBJECT, 'configure'],
  [SERVICE.DELETE_OBJECT, 'delete'],
  [SERVICE.READ_PROPERTY, 'read'],
  [SERVICE.READ_PROPERTY_MULTIPLE, 'read'],
  [SERVICE.WRITE_PROPERTY, 'write'],
  [SERVICE.WRITE_PROPERTY_MULTIPLE, 'write'],
  [SERVICE.DEVICE_COMMUNICATION_CONTROL, 'mode-change'],
  [SERVICE.CONFIRMED_PRIVATE_TRANSFER, 'invoke'],
  [SERVICE.CONFIRMED_TEXT_MESSAGE, 'invoke'],
  [SERVICE.REINITIALIZE_DEVICE, 'restart'],
  [SERVICE.VT_OPEN, 'invoke'],
  [SERVICE.VT_CLOSE, 'invoke'],
  [SERVICE.VT_DATA, 'invoke'],
  [SERVICE.AUTHENTICATE, 'authenticate'],
  [SERVICE.REQUEST_KEY, 'authenticate'],
  [SERVICE.READ_RANGE, 'read'],
  [SERVICE.LIFE_SAFETY_OPERATION, 'control'],
  [SERVICE.SUBSCRIBE_COV_PROPERTY, 'subscribe'],
  [SERVICE.GET_EVENT_INFORMATION, 'read'],
  [SERVICE.SUBSCRIBE_COV_PROPERTY_MULTIPLE, 'subscribe'],
]);

/**
 * Backup reads the device's configuration, restore writes it (19.1); the others restart it. To abort a restore puts nothing into
 * the device: it leaves that state, and tools say it before a backup to be sure that none goes on.
 */
const REINITIALIZE = tableOf<Verb>({
  'start-backup': 'program-upload',
  'end-backup': 'program-upload',
  'start-restore': 'program-download',
  'end-restore': 'program-download',
  'abort-restore': 'configure',
});

/** Properties of the device object that say what the device is. */
const IDENTITY: ReadonlyMap<number, Attribute> = new Map<number, Attribute>([
  [PROPERTY.OBJECT_NAME, 'station-name'],
  [PROPERTY.VENDOR_NAME, 'vendor'],
  [PROPERTY.MODEL_NAME, 'model'],
  [PROPERTY.FIRMWARE_REVISION, 'firmware'],
  [PROPERTY.APPLICATION_SOFTWARE_VERSION, 'software'],
  [PROPERTY.DESCRIPTION, 'description'],
  [PROPERTY.LOCATION, 'location'],
  [PROPERTY.SERIAL_NUMBER, 'serial'],
]);

/** `host` or the device behind it with network number `net` and MAC address `mac`. */
const behind = (
  host: EndpointId,
  net: number,
  mac: string,
  answered: boolean,
  sink: ObservationSink,
  state: BacnetState,
): EndpointId => {
  if (net < 0 || net === ALL_NETWORKS || mac === '') return host;
  // MS/TP and ARCNET stations are 0..255: a number for the table. Others are looked up in the sink each time.
  const station = mac.length <= 3 ? Number(mac) : Number.NaN;
  if (Number.isNaN(station)) return sink.child(host, 'bacnet-mac', `${net}/${mac}`, answered);
  const key = host * 16777216 + net * 256 + station;
  const known = state.children.get(key);
  if (known !== undefined && (known.answered || !answered)) return known.id;
  const id = sink.child(host, 'bacnet-mac', `${net}/${mac}`, answered);
  if (state.children.size >= MAX_TEXTS) state.children.clear();
  state.children.set(key, { id, answered });
  return id;
};

/** Who sent an unconfirmed message: the origin of a forwarded one, the device behind a router, or the sender. */
const senderOf = (m: BacnetMessage, at: At, sink: ObservationSink, state: BacnetState): EndpointId => {
  const host = m.origin === '' ? at.sender : sink.mention(at, undefined, m.origin.slice(0, m.origin.indexOf(':')));
  // A software router writes its own IP as the address on its internal network: that is the sender itself.
  const colon = m.sadr.indexOf(':');
  if (colon > 0 && sink.mention(at, undefined, m.sadr.slice(0, colon)) === host) return host;
  return behind(host, m.snet, m.sadr, true, sink, state);
};

const sayValues = (
  accesses: readonly Access[],
  target: EndpointId,
  access: 'read' | 'write',
  at: At,
  sink: ObservationSink,
  state: BacnetState,
): void => {
  for (let i = 0; i < accesses.length; i++) {
    const a = accesses[i]!;
    // Arrays and structures are in the message; a point is one value.
    if (a.items.length !== 1) continue;
    const item = a.items[0]!;
    if (item.type === 'context' || item.type === 'Null') continue;
    sink.value(at, { target, path: pathOf(state, a), type: item.type, value: item.value, access });
  }
};

const sayIdentity = (
  accesses: readonly Access[],
  target: EndpointId,
  via: string,
  at: At,
  sink: ObservationSink,
): void => {
  for (const a of accesses) {
    if (a.objectId >>> 22 !== OBJECT_DEVICE || a.items.length !== 1) continue;
    const attribute = IDENTITY.get(a.propertyId);
    const value = a.items[0]!.value;
    if (attribute === undefined || typeof value !== 'string' || value === '') continue;
    sink.identity(at, { endpoint: target, attribute, value, confidence: 1, via });
    if (attribute === 'station-name') sink.name(at, { endpoint: target, kind: 'other', name: value, via });
  }
};

const objectOf = (m: BacnetMessage, state: BacnetState): string | undefined => {
  const first = m.accesses[0];
  if (first === undefined) return undefined;
  const rest = m.accesses.length - 1;
  return rest === 0 ? pathOf(state, first) : moreText(state, first, rest);
};
/** `analog-input 3 present-value and 4 more`, kept by number like the paths. */
const moreText = (state: BacnetState, a: Access, rest: number): string => {
  if (a.index >= 0 || a.propertyId < 0 || a.propertyId >= 512) return `${pathOf(state, a)} and ${rest} more`;
  const key = -1 - ((a.objectId * 512 + a.propertyId) * 1024 + rest);
  let text = state.paths.get(key);
  if (text === undefined) {
    text = `${pathOf(state, a)} and ${rest} more`;
    if (state.paths.size >= MAX_TEXTS) state.paths.clear();
    state.paths.set(key, text);
  }
  return text;
};

const writtenValue = (m: BacnetMessage): Value | undefined => {
  const items = m.accesses[0]?.items;
  if (items === undefined || items.length === 0) return undefined;
  return items.length === 1
    ? items[0]!.value
    : items
        .slice(0, 16)
        .map((x) => String(x.value))
        .join(', ');
};

const verbOf = (m: BacnetMessage, verb: Verb): Verb => {
  if (m.choice === SERVICE.REINITIALIZE_DEVICE) return REINITIALIZE[String(m.detail?.state)] ?? verb;
  // Out-of-service true takes the point away from its process: whatever is written then is forced (12.2.10).
  if (
    m.choice === SERVICE.WRITE_PROPERTY &&
    m.accesses[0]?.propertyId === PROPERTY.OUT_OF_SERVICE &&
    m.accesses[0].items[0]?.value === true
  )
    return 'force';
  return verb;
};

const observeConfirmed = (t: Transaction<BacnetMessage>, sink: ObservationSink, state: BacnetState): void => {
  const request = t.request;
  const answer = t.response;
  const subject = request ?? answer!;
  const choice = subject.choice;
  const responder = answer === undefined ? t.at.receiver : t.at.sender;
  const at: At =
    t.at.server === responder
      ? t.at
      : { ...t.at, server: responder, client: responder === t.at.sender ? t.at.receiver : t.at.sender };
  const isRefused = answer !== undefined && answer.pdu >= PDU.ERROR;
  const outcome: Outcome = outcomeOf(t, isRefused);
  if (
    choice === SERVICE.CONFIRMED_COV ||
    choice === SERVICE.CONFIRMED_COV_MULTIPLE ||
    choice === SERVICE.CONFIRMED_EVENT
  ) {
    // A notification: the values belong to the one who sent it.
    if (request !== undefined && choice !== SERVICE.CONFIRMED_EVENT) {
      const origin = behind(
        answer === undefined ? t.at.sender : t.at.receiver,
        request.snet,
        request.sadr,
        true,
        sink,
        state,
      );
      sayValues(request.accesses, origin, 'read', at, sink, state);
    }
    return;
  }
  const target =
    answer !== undefined
      ? behind(responder, answer.snet, answer.sadr, true, sink, state)
      : behind(responder, subject.dnet, subject.dadr, false, sink, state);
  const verb = VERBS.get(choice);
  if (verb !== undefined) {
    // Which object was made is said by the answer alone.
    const said = request === undefined || (choice === SERVICE.CREATE_OBJECT && !isRefused) ? answer : undefined;
    const object = objectOf(said ?? subject, state) ?? subjectOf(subject);
    const isWrite =
      choice === SERVICE.WRITE_PROPERTY ||
      choice === SERVICE.WRITE_PROPERTY_MULTIPLE ||
      choice === SERVICE.ADD_LIST_ELEMENT;
    const value = isWrite ? writtenValue(subject) : (subject.detail?.state ?? undefined);
    const user = subject.detail?.user;
    const native = request ?? answer;
    // The bulk of the traffic: one literal, because spreading costs more than the rest of this function.
    if (choice === SERVICE.READ_PROPERTY && object !== undefined && !isRefused)
      sink.command(at, { verb, operation: subject.service, target, object, outcome, native });
    else
      sink.command(at, {
        verb: verbOf(subject, verb),
        operation: subject.service,
        target,
        object,
        value,
        outcome,
        reason: isRefused ? answer.reason : undefined,
        user: typeof user === 'string' && user !== '' ? user : undefined,
        native,
      });
  }
  if (subject.detail?.password === MASKED)
    sink.session(at, {
      phase: 'authenticate',
      outcome,
      clearCredential: true,
      detail: `password in ${subject.service}`,
    });
  if (answer !== undefined && answer.pdu === PDU.COMPLEX_ACK && answer.accesses.length > 0) {
    sayValues(answer.accesses, target, 'read', at, sink, state);
    sayIdentity(answer.accesses, target, 'BACnet device object', at, sink);
  } else if (
    outcome === 'accepted' &&
    request !== undefined &&
    (choice === SERVICE.WRITE_PROPERTY || choice === SERVICE.WRITE_PROPERTY_MULTIPLE)
  )
    sayValues(request.accesses, target, 'write', at, sink, state);
  else if (isRefused && request !== undefined && choice === SERVICE.WRITE_PROPERTY_MULTIPLE) {
    // What stands before the write that failed first was written (15.10.1.3).
    const failed = answer.accesses[0];
    const done = request.accesses.findIndex(
      (a) => a.objectId === failed?.objectId && a.propertyId === failed.propertyId && a.index === failed.index,
    );
    if (done > 0) sayValues(request.accesses.slice(0, done), target, 'write', at, sink, state);
  }
};

/** What a message of a maker or a person is about, where no object is named. */
const subjectOf = (m: BacnetMessage): string | undefined => {
  if (m.service.endsWith('TextMessage')) return 'text message';
  return m.detail?.vendor === undefined ? undefined : `vendor ${m.detail.vendor} service ${m.detail.service}`;
};

const observeUnconfirmed = (m: BacnetMessage, at: At, sink: ObservationSink, state: BacnetState): void => {
  const d = m.detail;
  const command = (verb: Verb, object?: string, value?: Value) =>
    sink.command(at, {
      verb,
      operation: m.service,
      target: behind(at.receiver, m.dnet, m.dadr, false, sink, state),
      outcome: 'unconfirmed',
      object,
      value,
      native: m,
    });
  switch (m.choice) {
    case USERVICE.I_AM: {
      if (d === undefined) return;
      const origin = senderOf(m, at, sink, state);
      sink.name(at, { endpoint: origin, kind: 'other', name: `BACnet device ${d.device}`, via: 'I-Am' });
      if (typeof d.vendor === 'string')
        sink.identity(at, {
          endpoint: origin,
          attribute: 'vendor',
          value: d.vendor,
          confidence: 0.9,
          via: 'I-Am vendor id',
        });
      return;
    }
    case USERVICE.COV:
    case USERVICE.COV_MULTIPLE:
      sayValues(m.accesses, senderOf(m, at, sink, state), 'read', at, sink, state);
      return;
    case USERVICE.WHO_IS:
      command('discover', d?.low === undefined ? 'every device' : `devices ${d.low}..${d.high}`);
      return;
    case USERVICE.WHO_HAS:
      command('discover', typeof d?.name === 'string' ? `object named ${d.name}` : objectOf(m, state));
      return;
    case USERVICE.TIME_SYNC:
    case USERVICE.UTC_TIME_SYNC:
      command('configure', 'clock', d === undefined ? undefined : `${d.date} ${d.time}`);
      return;
    case USERVICE.WRITE_GROUP:
      command('write', d === undefined ? undefined : `group ${d.group}`);
      return;
    case USERVICE.PRIVATE_TRANSFER:
      command('invoke', subjectOf(m));
      return;
    case USERVICE.TEXT_MESSAGE:
      command('invoke', subjectOf(m));
      return;
    case USERVICE.YOU_ARE:
      command('configure', 'device identifier', d?.device);
      return;
    case USERVICE.WHO_AM_I: {
      const endpoint = senderOf(m, at, sink, state);
      const say = (attribute: Attribute, value: Value | undefined) => {
        if (typeof value === 'string')
          sink.identity(at, { endpoint, attribute, value, confidence: 1, via: 'Who-Am-I' });
      };
      say('model', d?.model);
      say('serial', d?.serial);
      return;
    }
    default:
      return;
  }
};

export const observeBacnet = (t: Transaction<BacnetMessage>, sink: ObservationSink, state: BacnetState): void => {
  const m = t.request ?? t.response;
  if (m === undefined || m.pdu === PDU.SEGMENT_ACK) return;
  if (t.request?.cut || t.response?.cut)
    sink.weird(t.at, { code: 'bacnet.tags', detail: `${m.type} has tags that do not fit` });
  if (t.request?.isShort || t.response?.isShort)
    sink.weird(t.at, { code: 'bacnet.bvlc-length', detail: 'the BVLC length is more than the datagram has' });
  if (m.pdu < 0) observeNetwork(t, sink, state);
  else if (m.pdu === PDU.UNCONFIRMED) observeUnconfirmed(m, t.at, sink, state);
  // An Abort that the asking side sends about its own request says nothing about the device.
  else if (t.state !== 'single') observeConfirmed(t, sink, state);
};
