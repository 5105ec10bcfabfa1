/**
 * MMS transactions in the common vocabulary. Program and domain services are engineering: uploads, downloads and changes
 * of mode are said once per transfer. Source: ISO 9506-1 (services), IEC 61850-8-1, IEC 60870-6-503.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { Command, ObservationSink } from '../../core/observation.ts';
import { SPDU } from '../shared/osi.ts';
import { nameText } from './access.ts';
import type { MmsDetail, MmsMessage, ObjectName } from './message.ts';
import { introduce, objectText, observeRead, observeReport, observeWrite } from './observe-access.ts';
import { failureOf } from './outcome.ts';
import type { MmsState } from './state.ts';
import {
  DOMAIN_STATES,
  EVENT_STATES,
  LOGICAL_STATUS,
  objectClassText,
  PDU,
  PHYSICAL_STATUS,
  PROGRAM_STATES,
  SERVICE,
  serviceName,
  serviceVerb,
  UNCONFIRMED,
} from './tables.ts';

export const observeMms = (t: Transaction<MmsMessage>, sink: ObservationSink, state: MmsState): void => {
  const { request, response } = t;
  const m = request ?? response;
  if (m === undefined) return;
  if (request?.isDefective) sink.weird(t.at, { code: 'mms.contents', detail: request.type });
  if (response?.isDefective) sink.weird(t.at, { code: 'mms.contents', detail: response.type });
  if (m.pdu === PDU.NONE) association(t, m, sink, state);
  else if (m.pdu === PDU.UNCONFIRMED) unconfirmed(t, m, sink, state);
  else if (m.pdu >= PDU.INITIATE_REQUEST && m.pdu <= PDU.INITIATE_ERROR) open(t, m, sink);
  else if (m.pdu >= PDU.CONCLUDE_REQUEST) close(t, sink, state, 'conclude');
  else if (m.pdu === PDU.REJECT && request === m) sink.weird(t.at, { code: 'mms.reject', detail: failureOf(m) ?? '' });
  else if (m.pdu >= PDU.CANCEL_REQUEST && m.pdu <= PDU.CANCEL_ERROR) cancel(t, m, sink);
  else confirmed(t, m, sink, state);
};

const titles = (m: MmsMessage): string => {
  const a = m.association;
  if (a === undefined) return '';
  const end = (name: string, qualifier: number) => (qualifier >= 0 ? `${name} (${qualifier})` : name);
  const calling = end(a.callingApTitle, a.callingAeQualifier);
  const called = end(a.calledApTitle, a.calledAeQualifier);
  return calling === '' && called === '' ? '' : `, calling ${calling || '?'}, called ${called || '?'}`;
};

/** ACSE result of an AARE (X.227 section 9.2). */
const RESULTS = ['accepted', 'rejected permanently', 'rejected transiently'] as const;

const open = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink): void => {
  const answer = t.response;
  const result = answer?.association?.result ?? 0;
  const unwilling = answer !== undefined && (answer.pdu === PDU.NONE || result > 0);
  const failure = answer === undefined ? undefined : failureOf(answer);
  const outcome = outcomeOf(t, unwilling || failure !== undefined);
  const agreed = answer?.detail?.kind === 'initiate' ? answer.detail : m.detail;
  const size = agreed?.kind === 'initiate' && agreed.localDetail > 0 ? `, PDU length ${agreed.localDetail}` : '';
  const why = failure ?? (unwilling ? (RESULTS[result] ?? 'refused') : '');
  const detail = `MMS association${titles(m)}${size}${why === '' ? '' : `: ${why}`}`;
  if (m.association !== undefined && m.association.authentication !== '')
    sink.session(t.at, {
      phase: 'authenticate',
      outcome,
      clearCredential: m.association.isClear,
      detail: m.association.isClear ? 'ACSE password' : 'ACSE authentication value',
      native: m,
    });
  sink.session(t.at, { phase: 'open', outcome, detail, native: m });
};

const close = (t: Transaction<MmsMessage>, sink: ObservationSink, state: MmsState, how: string): void => {
  if (state.isConcluded) return;
  state.isConcluded = true;
  const refused = t.response !== undefined && failureOf(t.response) !== undefined;
  sink.session(t.at, {
    phase: 'close',
    outcome: outcomeOf(t, refused),
    detail: `MMS ${how}`,
    native: t.request ?? t.response,
  });
};

/** An association that ends, or is refused, below MMS. */
const association = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink, state: MmsState): void => {
  const apdu = m.association?.apdu;
  if (apdu === 'ABRT' || m.spdu === SPDU.ABORT) {
    const by = m.association?.diagnostic === 1 ? 'the provider' : 'the user';
    sink.session(t.at, {
      phase: 'close',
      outcome: 'unconfirmed',
      detail: apdu === 'ABRT' ? `association aborted by ${by}` : 'session aborted',
      native: m,
    });
  } else if (apdu === 'AARE' || apdu === 'AARQ' || m.spdu === SPDU.REFUSE || m.spdu === SPDU.CONNECT) open(t, m, sink);
  else if (apdu !== undefined || m.spdu === SPDU.FINISH) close(t, sink, state, 'release');
};

const cancel = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink): void => {
  const reason = t.response === undefined ? undefined : failureOf(t.response);
  sink.command(t.at, {
    verb: 'invoke',
    operation: 'cancel',
    target: t.at.server,
    object: `request ${m.invokeId}`,
    outcome: outcomeOf(t, reason !== undefined),
    native: m,
    reason,
  });
};

const status = (t: Transaction<MmsMessage>, d: MmsDetail | undefined, sink: ObservationSink, target: number): void => {
  if (d?.kind !== 'status') return;
  const physical = PHYSICAL_STATUS[d.physical];
  const logical = LOGICAL_STATUS[d.logical];
  const item = { target, type: 'status', access: 'read' as const };
  if (physical !== undefined) sink.value(t.at, { ...item, path: 'vmdPhysicalStatus', value: physical });
  if (logical !== undefined) sink.value(t.at, { ...item, path: 'vmdLogicalStatus', value: logical });
};

const unconfirmed = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink, state: MmsState): void => {
  if (m.service === UNCONFIRMED.INFORMATION_REPORT) observeReport(t, sink, state);
  else if (m.service === UNCONFIRMED.UNSOLICITED_STATUS) status(t, m.detail, sink, t.at.sender);
  else if (m.service === UNCONFIRMED.EVENT_NOTIFICATION) event(t, m, sink);
};

/** The condition (or, where it is not named, the enrolment) and its state. */
const event = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink): void => {
  const about = m.names[1] ?? m.names[0];
  const d = m.detail;
  if (about === undefined || d?.kind !== 'event') return;
  const path = `event ${nameText(about)}`;
  const value = EVENT_STATES[d.state] ?? 'notified';
  sink.value(t.at, { target: t.at.sender, path, type: 'eventNotification', value, access: 'read' });
  if (d.isLost) sink.weird(t.at, { code: 'mms.notification-lost', detail: path });
};

/** What a request is about, in words. */
const objectOf = (m: MmsMessage, state: MmsState): string | undefined => {
  const d = m.detail;
  switch (d?.kind) {
    case 'names': {
      const where = d.scope === '' ? '' : ` of ${d.scope}`;
      return `${objectClassText(d.objectClass)}${where}${d.continueAfter === '' ? '' : ` after ${d.continueAfter}`}`;
    }
    case 'object': {
      const more = d.others.length > 0 ? ` (${d.others.join(', ')})` : '';
      const named = m.names.length > 0 ? objectText(m.names) : undefined;
      const argument = d.argument === '' ? '' : `: ${d.argument}`;
      return `${named ?? d.identifier}${more}${argument}`;
    }
    case 'transfer': {
      const key = m.service >= SERVICE.FILE_OPEN ? `f${d.id}` : `u${d.id}`;
      return state.open.get(key) ?? (m.service >= SERVICE.FILE_OPEN ? `file ${d.id}` : `upload ${d.id}`);
    }
    default:
      return objectText(m.names);
  }
};

const confirmed = (t: Transaction<MmsMessage>, m: MmsMessage, sink: ObservationSink, state: MmsState): void => {
  // A negative answer names no service: without its request nothing can be said but that something was refused.
  const service = m.service >= 0 ? m.service : (t.response?.service ?? -1);
  if (service === SERVICE.READ) {
    observeRead(t, sink, state);
    return;
  }
  if (service === SERVICE.WRITE) {
    observeWrite(t, sink, state);
    return;
  }
  const reason = t.response === undefined ? undefined : failureOf(t.response);
  const answer = reason === undefined ? t.response?.detail : undefined;
  const object = t.request === undefined ? undefined : objectOf(t.request, state);
  learn(t, service, answer, sink, state);
  if (isContinuation(t, service, object, reason, state)) return;
  const command: { -readonly [K in keyof Command]: Command[K] } = {
    verb: serviceVerb(service),
    operation: serviceName(service),
    // Segments of a download are fetched by the device that is loaded.
    target: service === SERVICE.DOWNLOAD_SEGMENT ? t.at.client : t.at.server,
    outcome: outcomeOf(t, reason !== undefined),
    native: m,
  };
  if (object !== undefined && object !== '') command.object = object;
  if (reason !== undefined) command.reason = reason;
  sink.command(t.at, command);
};

/**
 * Steps of a transfer whose beginning was said already. Refused steps are always said. Ends are remembered as such.
 */
const isContinuation = (
  t: Transaction<MmsMessage>,
  service: number,
  object: string | undefined,
  reason: string | undefined,
  state: MmsState,
): boolean => {
  const d = t.request?.detail;
  switch (service) {
    case SERVICE.DOWNLOAD_SEGMENT:
    case SERVICE.TERMINATE_DOWNLOAD: {
      const known = state.open.has(`d${object}`);
      if (service === SERVICE.TERMINATE_DOWNLOAD) state.open.delete(`d${object}`);
      else if (!known) state.remember(`d${object}`, object ?? '');
      return known && reason === undefined;
    }
    case SERVICE.UPLOAD_SEGMENT:
    case SERVICE.TERMINATE_UPLOAD:
    case SERVICE.FILE_READ:
    case SERVICE.FILE_CLOSE: {
      if (d?.kind !== 'transfer') return false;
      const key = service >= SERVICE.FILE_OPEN ? `f${d.id}` : `u${d.id}`;
      const known = state.open.has(key);
      if (service === SERVICE.TERMINATE_UPLOAD || service === SERVICE.FILE_CLOSE) state.open.delete(key);
      else if (!known) state.remember(key, object ?? '');
      return known && reason === undefined;
    }
    default:
      return false;
  }
};

/** Identities, types, data sets and open transfers that an answer tells. */
const learn = (
  t: Transaction<MmsMessage>,
  service: number,
  answer: MmsDetail | undefined,
  sink: ObservationSink,
  state: MmsState,
): void => {
  const { request, response, at } = t;
  const asked = request?.detail;
  const accepted = response !== undefined && response.pdu === PDU.CONFIRMED_RESPONSE;
  if (!accepted) return;
  switch (service) {
    case SERVICE.STATUS:
      status(t, answer, sink, at.server);
      return;
    case SERVICE.IDENTIFY:
      identity(t, answer, sink);
      return;
    case SERVICE.GET_NAME_LIST:
      names(t, asked, answer, sink, state);
      return;
    case SERVICE.GET_VARIABLE_ACCESS_ATTRIBUTES:
      if (answer?.kind === 'type' && answer.specification !== undefined && request?.names[0] !== undefined)
        state.learnType(request.names[0], answer.specification);
      return;
    case SERVICE.GET_NAMED_VARIABLE_LIST_ATTRIBUTES:
      if (request?.names[0] !== undefined) state.learnDataSet(request.names[0], response.names);
      return;
    case SERVICE.DEFINE_NAMED_VARIABLE_LIST:
      if (request?.names[0] !== undefined) state.learnDataSet(request.names[0], request.names.slice(1));
      return;
    case SERVICE.INITIATE_DOWNLOAD:
      if (asked?.kind === 'object') state.remember(`d${asked.identifier}`, asked.identifier);
      return;
    case SERVICE.INITIATE_UPLOAD:
      if (asked?.kind === 'object' && answer?.kind === 'transfer') state.remember(`u${answer.id}`, asked.identifier);
      return;
    case SERVICE.FILE_OPEN:
      if (asked?.kind === 'object' && answer?.kind === 'transfer') state.remember(`f${answer.id}`, asked.identifier);
      return;
    case SERVICE.GET_DOMAIN_ATTRIBUTES:
    case SERVICE.GET_PROGRAM_ATTRIBUTES:
      stateOf(t, service, asked, answer, sink);
      return;
  }
};

const identity = (t: Transaction<MmsMessage>, d: MmsDetail | undefined, sink: ObservationSink): void => {
  if (d?.kind !== 'identity') return;
  const base = { endpoint: t.at.server, confidence: 1, via: 'MMS identify' };
  if (d.vendor !== '') sink.identity(t.at, { ...base, attribute: 'vendor', value: d.vendor });
  if (d.model !== '') sink.identity(t.at, { ...base, attribute: 'model', value: d.model });
  if (d.revision !== '') sink.identity(t.at, { ...base, attribute: 'firmware', value: d.revision });
};

const names = (
  t: Transaction<MmsMessage>,
  asked: MmsDetail | undefined,
  answer: MmsDetail | undefined,
  sink: ObservationSink,
  state: MmsState,
): void => {
  if (answer?.kind !== 'list' || asked?.kind !== 'names' || state.hasSaid(t.at.server, 3)) return;
  // Only the first names: a server's well-known objects come in every list.
  const list: ObjectName[] = answer.identifiers
    .slice(0, 16)
    .map((itemId) => ({ scope: asked.scope === '' ? 'vmd' : 'domain', domainId: asked.scope, itemId, suffix: '' }));
  introduce(t.at, list, sink, state);
};

/** A program that runs or stands is the mode of what it controls. */
const stateOf = (
  t: Transaction<MmsMessage>,
  service: number,
  asked: MmsDetail | undefined,
  answer: MmsDetail | undefined,
  sink: ObservationSink,
): void => {
  if (asked?.kind !== 'object' || answer?.kind !== 'state') return;
  const domain = service === SERVICE.GET_DOMAIN_ATTRIBUTES;
  const value = (domain ? DOMAIN_STATES : PROGRAM_STATES)[answer.state];
  if (value === undefined) return;
  const path = `${domain ? 'domain' : 'program invocation'} ${asked.identifier}`;
  sink.value(t.at, { target: t.at.server, path, type: 'state', value, access: 'read' });
};
