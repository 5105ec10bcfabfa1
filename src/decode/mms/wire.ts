/**
 * MMS PDUs: octets <-> message. Source: ISO 9506-2 section 7 (MMSpdu) and the ASN.1 module; IEC 61850-8-1 section 8 says
 * what is used. The upper layers are in `shared/osi.ts`; stacks that put MMS directly on transport are read as well.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ber, berTag, encodeInteger, encodeTlv, integerOf, readBer } from '../shared/asn1.ts';
import { encodeData, type MmsData, readDataList } from '../shared/mms-data.ts';
import { isSessionCode, looksLikeSession, osi, readOsi, SPDU } from '../shared/osi.ts';
import {
  identifierOf,
  type ListCache,
  NO_NAMES,
  readObjectName,
  readResults,
  readVariables,
  readWriteResults,
} from './access.ts';
import type { AccessResult, MmsMessage, ObjectName } from './message.ts';
import { body, readEvent, readInitiate, readRequest, readResponse, readStatus } from './services.ts';
import { isService, PDU, SERVICE, typeName, UNCONFIRMED } from './tables.ts';

const NO_RESULTS: readonly AccessResult[] = [];
const NO_DATA: readonly MmsData[] = [];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const fresh = (pdu: number): Writable<MmsMessage> => ({
  type: typeName(pdu, -1),
  pdu,
  invokeId: -1,
  service: -1,
  names: NO_NAMES,
  isList: false,
  results: NO_RESULTS,
  data: NO_DATA,
  detail: undefined,
  errorClass: -1,
  errorCode: -1,
  errorDescription: '',
  association: undefined,
  layers: undefined,
  spdu: -1,
  isDefective: false,
});

/** First octets of the PDUs that have contents, and of those that are a number or nothing. */
const isPduTag = (tag: number): boolean =>
  (tag >= 0xa0 && tag <= 0xa4) || (tag >= 0xa7 && tag <= 0xaa) || tag === 0xad || isPrimitivePdu(tag);
const isPrimitivePdu = (tag: number): boolean => tag === 0x85 || tag === 0x86 || tag === 0x8b || tag === 0x8c;

/** An MMS PDU that fills `start`..`end`? Its first field must fit its kind. */
const looksLikePdu = (b: Uint8Array, start: number, end: number): boolean => {
  const tag = b[start]!;
  if (end - start < 2 || !isPduTag(tag) || !readBer(b, start, end) || ber.next !== end) return false;
  const size = ber.end - ber.start;
  if (tag === 0xa0 || tag === 0xa1) return b[ber.start] === 0x02 && size >= 3;
  if (tag === 0xa2) return b[ber.start] === 0x80 && size >= 3;
  if (tag === 0xa3) return size >= 2 && b[ber.start]! >= 0xa0 && b[ber.start]! <= 0xa2;
  if (isPrimitivePdu(tag)) return size <= 5;
  return size === 0 || b[ber.start]! >= 0x80;
};

/** The upper layers above COTP. 'sure' only with a session of MMS's shape or an MMS PDU that fills the whole. */
export const probeMms = (b: Uint8Array, start: number, end: number): Probe => {
  if (end <= start) return 'no';
  if (looksLikeSession(b, start, end)) return b[start] === SPDU.DATA || end - start > 8 ? 'sure' : 'maybe';
  return looksLikePdu(b, start, end) ? 'sure' : 'no';
};

/** Codes: `mms.upper-layers`, `mms.pdu`. */
export const decodeMms = (b: Uint8Array, start: number, end: number, cache: ListCache): Decoded<MmsMessage> => {
  const consumed = end - start;
  let from = start;
  let to = end;
  let association: MmsMessage['association'];
  let layers: MmsMessage['layers'];
  let spdu = -1;
  if (!isPduTag(b[start]!)) {
    if (!isSessionCode(b[start]!)) return { kind: 'foreign' };
    if (!looksLikeSession(b, start, end) || !readOsi(b, start, end))
      return { kind: 'malformed', code: 'mms.upper-layers', detail: `session SPDU ${b[start]}`, consumed };
    ({ association, layers, spdu, start: from, end: to } = osi);
    if (from < 0) {
      const message = fresh(PDU.NONE);
      message.association = association;
      message.layers = layers;
      message.spdu = spdu;
      return { kind: 'message', message, consumed };
    }
  }
  const message = decodePdu(b, from, to, cache);
  if (message === undefined)
    return { kind: 'malformed', code: 'mms.pdu', detail: `first octet 0x${(b[from] ?? 0).toString(16)}`, consumed };
  message.association = association;
  message.layers = layers;
  message.spdu = spdu;
  return { kind: 'message', message, consumed };
};

const decodePdu = (b: Uint8Array, o: number, end: number, cache: ListCache): Writable<MmsMessage> | undefined => {
  if (o >= end || !isPduTag(b[o]!) || !readBer(b, o, end)) return undefined;
  const pdu = ber.tag & 0x1f;
  const { start, end: stop } = ber;
  const m = fresh(pdu);
  body.detail = undefined;
  body.names = NO_NAMES;
  switch (pdu) {
    case PDU.CONFIRMED_REQUEST:
    case PDU.CONFIRMED_RESPONSE:
      m.isDefective = !confirmed(b, start, stop, m, cache);
      break;
    case PDU.CONFIRMED_ERROR:
    case PDU.CANCEL_ERROR:
      m.isDefective = !errorPdu(b, start, stop, m);
      break;
    case PDU.UNCONFIRMED:
      m.isDefective = !unconfirmed(b, start, stop, m, cache);
      break;
    case PDU.REJECT:
      m.isDefective = !rejectPdu(b, start, stop, m);
      break;
    case PDU.CANCEL_REQUEST:
    case PDU.CANCEL_RESPONSE:
      m.invokeId = integerOf(b, start, stop);
      break;
    case PDU.INITIATE_REQUEST:
    case PDU.INITIATE_RESPONSE:
      m.isDefective = stop > start && !readInitiate(b, start, stop);
      break;
    case PDU.INITIATE_ERROR:
    case PDU.CONCLUDE_ERROR:
      m.isDefective = !serviceError(b, start, stop, m);
      break;
  }
  if (Number.isNaN(m.invokeId)) {
    m.invokeId = -1;
    m.isDefective = true;
  }
  m.type = typeName(pdu, m.service);
  m.detail = body.detail;
  if (body.names.length > 0) m.names = body.names;
  return m;
};

/** invokeID, modifiers (optional), the service; a detail of the companion standard behind it is left. */
const confirmed = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>, cache: ListCache): boolean => {
  if (!readBer(b, start, end) || ber.tag !== 0x02) return false;
  m.invokeId = integerOf(b, ber.start, ber.end);
  if (ber.next >= end || !readBer(b, ber.next, end)) return false;
  if (berTag() === 0x30 && (ber.next >= end || !readBer(b, ber.next, end))) return false;
  const { tag, start: from, end: to } = ber;
  const first = tag > 0xff ? tag >> 16 : tag;
  if ((first & 0xc0) !== 0x80) return false;
  m.service = tag > 0xff ? tag & 0xffff : tag & 0x1f;
  if (!isService(m.service)) return true;
  const request = m.pdu === PDU.CONFIRMED_REQUEST;
  if (m.service === SERVICE.READ)
    return request ? readReadRequest(b, from, to, m, cache) : readResponseOf(b, from, to, m, cache);
  if (m.service === SERVICE.WRITE) return request ? writeRequest(b, from, to, m, cache) : writeResponse(b, from, to, m);
  if (m.service === SERVICE.DEFINE_NAMED_VARIABLE_LIST && request) return defineList(b, from, to, m);
  if (m.service === SERVICE.GET_NAMED_VARIABLE_LIST_ATTRIBUTES && !request) return listAttributes(b, from, to, m);
  return request ? readRequest(b, m.service, from, to) : readResponse(b, m.service, from, to);
};

/** VariableAccessSpecification (section 14.3.1): listOfVariable [0], variableListName [1]; the tag has been read. */
const access = (b: Uint8Array, m: Writable<MmsMessage>, cache: ListCache): boolean => {
  const { tag, start, end } = ber;
  if (tag === 0xa0) {
    const names = cache.variables(b, start, end);
    if (names === undefined) return false;
    m.names = names;
    return true;
  }
  if (tag !== 0xa1) return false;
  const name = readObjectName(b, start, end);
  if (name === undefined) return false;
  m.names = [name];
  m.isList = true;
  return true;
};

/** specificationWithResult [0], variableAccessSpecification [1]. */
const readReadRequest = (
  b: Uint8Array,
  start: number,
  end: number,
  m: Writable<MmsMessage>,
  cache: ListCache,
): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    if (ber.tag === 0xa1 && (!readBer(b, ber.start, ber.end) || !access(b, m, cache))) return false;
    at = next;
  }
  return true;
};

/** variableAccessSpecification [0] optional, listOfAccessResult [1]. */
const readResponseOf = (
  b: Uint8Array,
  start: number,
  end: number,
  m: Writable<MmsMessage>,
  cache: ListCache,
): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    if (ber.tag === 0xa0) {
      if (!readBer(b, ber.start, ber.end) || !access(b, m, cache)) return false;
    } else if (ber.tag === 0xa1) {
      const results = readResults(b, ber.start, ber.end);
      if (results === undefined) return false;
      m.results = results;
    }
    at = next;
  }
  return true;
};

/** variableAccessSpecification (untagged choice), listOfData [0]. */
const writeRequest = (
  b: Uint8Array,
  start: number,
  end: number,
  m: Writable<MmsMessage>,
  cache: ListCache,
): boolean => {
  if (!readBer(b, start, end)) return false;
  const next = ber.next;
  if (!access(b, m, cache) || !readBer(b, next, end) || ber.tag !== 0xa0) return false;
  const data = readDataList(b, ber.start, ber.end);
  if (data === undefined) return false;
  m.data = data;
  return true;
};

const writeResponse = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  const results = readWriteResults(b, start, end);
  if (results === undefined) return false;
  m.results = results;
  return true;
};

/** variableListName, listOfVariable [0]: the list's own name first, its members behind. */
const defineList = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  const name = readObjectName(b, start, end);
  if (name === undefined || !readBer(b, ber.next, end) || ber.tag !== 0xa0) return false;
  const members = readVariables(b, ber.start, ber.end);
  if (members === undefined) return false;
  m.names = [name, ...members];
  m.isList = true;
  return true;
};

/** mmsDeletable [0], listOfVariable [1]. */
const listAttributes = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    if (ber.tag === 0xa1) {
      const members = readVariables(b, ber.start, ber.end);
      if (members === undefined) return false;
      m.names = members;
    }
    at = next;
  }
  return true;
};

const unconfirmed = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>, cache: ListCache): boolean => {
  if (!readBer(b, start, end) || (ber.tag & 0xc0) !== 0x80 || ber.tag > 0xff) return false;
  m.service = ber.tag & 0x1f;
  const { start: from, end: to } = ber;
  if (m.service === UNCONFIRMED.UNSOLICITED_STATUS) return readStatus(b, from, to);
  if (m.service === UNCONFIRMED.EVENT_NOTIFICATION) return readEvent(b, from, to);
  if (m.service !== UNCONFIRMED.INFORMATION_REPORT) return true;
  if (!readBer(b, from, to)) return false;
  const next = ber.next;
  if (!access(b, m, cache) || !readBer(b, next, to) || ber.tag !== 0xa0) return false;
  const results = readResults(b, ber.start, ber.end);
  if (results === undefined) return false;
  m.results = results;
  return true;
};

/** invokeID [0], modifierPosition [1], serviceError [2] (cancel: originalInvokeID [0], serviceError [1]). */
const errorPdu = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    if (ber.tag === 0x80) m.invokeId = integerOf(b, ber.start, ber.end);
    else if ((ber.tag === 0xa2 || ber.tag === 0xa1) && !serviceError(b, ber.start, ber.end, m)) return false;
    at = next;
  }
  return m.invokeId >= 0;
};

/** errorClass [0], additionalCode [1], additionalDescription [2], serviceSpecificInfo [3]. */
const serviceError = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  for (let at = start; at < end; ) {
    if (!readBer(b, at, end)) return false;
    const next = ber.next;
    if (ber.tag === 0xa0) {
      if (!readBer(b, ber.start, ber.end)) return false;
      m.errorClass = ber.tag & 0x1f;
      m.errorCode = integerOf(b, ber.start, ber.end);
    } else if (ber.tag === 0x82) m.errorDescription = identifierOf(b, ber.start, ber.end);
    at = next;
  }
  return true;
};

/** originalInvokeID [0] optional, rejectReason [1]..[11]. */
const rejectPdu = (b: Uint8Array, start: number, end: number, m: Writable<MmsMessage>): boolean => {
  for (let at = start; at < end; at = ber.next) {
    if (!readBer(b, at, end)) return false;
    if (ber.tag === 0x80) m.invokeId = integerOf(b, ber.start, ber.end);
    else {
      m.errorClass = ber.tag & 0x1f;
      m.errorCode = integerOf(b, ber.start, ber.end);
    }
  }
  return m.errorClass >= 0;
};

// ---- encoders: tests and the sample plant speak through them

const text = (tag: number, s: string): number[] => encodeTlv(tag, [...new TextEncoder().encode(s)]);
export const encodeName = (n: Pick<ObjectName, 'domainId' | 'itemId'>): number[] =>
  n.domainId === '' ? text(0x80, n.itemId) : encodeTlv(0xa1, [...text(0x1a, n.domainId), ...text(0x1a, n.itemId)]);
const variables = (names: readonly Pick<ObjectName, 'domainId' | 'itemId'>[]): number[] =>
  encodeTlv(
    0xa0,
    names.flatMap((n) => encodeTlv(0x30, encodeTlv(0xa0, encodeName(n)))),
  );
const invoke = (id: number): number[] => encodeTlv(0x02, encodeInteger(id));
type Names = readonly Pick<ObjectName, 'domainId' | 'itemId'>[];

/** A confirmed request or response with the service's own octets (tag included). */
export const encodeConfirmed = (pdu: 0xa0 | 0xa1, id: number, service: readonly number[]): number[] =>
  encodeTlv(pdu, [...invoke(id), ...service]);
export const encodeRead = (id: number, names: Names): number[] =>
  encodeConfirmed(0xa0, id, encodeTlv(0xa4, encodeTlv(0xa1, variables(names))));
export const encodeReadResponse = (id: number, values: readonly MmsData[]): number[] =>
  encodeConfirmed(0xa1, id, encodeTlv(0xa4, encodeTlv(0xa1, values.flatMap(encodeData))));
export const encodeWrite = (id: number, names: Names, values: readonly MmsData[]): number[] =>
  encodeConfirmed(0xa0, id, encodeTlv(0xa5, [...variables(names), ...encodeTlv(0xa0, values.flatMap(encodeData))]));
/** Failures by DataAccessError, -1 for success. */
export const encodeWriteResponse = (id: number, failures: readonly number[]): number[] =>
  encodeConfirmed(
    0xa1,
    id,
    encodeTlv(
      0xa5,
      failures.flatMap((f) => (f < 0 ? [0x81, 0] : [0x80, 1, f])),
    ),
  );
/** An unconfirmed report through a named list. */
export const encodeReport = (list: Pick<ObjectName, 'domainId' | 'itemId'>, values: readonly MmsData[]): number[] =>
  encodeTlv(
    0xa3,
    encodeTlv(0xa0, [...encodeTlv(0xa1, encodeName(list)), ...encodeTlv(0xa0, values.flatMap(encodeData))]),
  );
/** The PDU in session and presentation data (context 3). */
export const encodeUpper = (pdu: readonly number[]): Uint8Array =>
  Uint8Array.from([
    1,
    0,
    1,
    0,
    ...encodeTlv(0x61, encodeTlv(0x30, [...encodeTlv(0x02, [3]), ...encodeTlv(0xa0, pdu)])),
  ]);
