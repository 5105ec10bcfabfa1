/**
 * S7comm PDUs: header (protocol 0x32, ROSCTR, PDU reference, lengths, error in answers), parameter, data. The protocol
 * of SIMATIC S7-300/400 (and of 1200/1500 for PUT/GET) has no public specification; facts from the wire, checked against
 * captures. It lies in COTP (`decode/cotp`), one PDU per TSDU.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { OctetSlab } from '../shared/octet-slab.ts';
import { encodeItems, type S7Item } from './address.ts';
import { fileName } from './blocks.ts';
import { dataAt, encodeData } from './data.ts';
import { type JobCache, jobDetail, jobItems } from './job.ts';
import type { S7Datum, S7Detail, S7Message } from './message.ts';
import { answerType, FUNCTION, jobType, ROSCTR } from './names.ts';
import { decodeUserdata, type Partials } from './userdata.ts';

export { AREA, anyItem, TYPE } from './address.ts';
export type { S7Datum, S7Message } from './message.ts';
export { FUNCTION, ROSCTR } from './names.ts';

export const PROTOCOL_ID = 0x32;
const JOB_HEADER = 10;
const ANSWER_HEADER = 12;
const NO_ITEMS: readonly S7Item[] = Object.freeze([]);
const NO_DATA: readonly S7Datum[] = Object.freeze([]);
const EMPTY = new Uint8Array(0);
const UNREAD_ITEMS: S7Detail = Object.freeze({ kind: 'defect', part: 'item specification' });
const UNREAD_DATA: S7Detail = Object.freeze({ kind: 'defect', part: 'data item' });
const FOREIGN = { kind: 'foreign' } as const;

export interface S7Wire {
  readonly jobs: JobCache;
  readonly partials: Partials;
}
export const openWire = (): S7Wire => ({ jobs: new Map(), partials: new Map() });

const headerOf = (rosctr: number): number =>
  rosctr === ROSCTR.JOB || rosctr === ROSCTR.USERDATA
    ? JOB_HEADER
    : rosctr === ROSCTR.ACK || rosctr === ROSCTR.ACK_DATA
      ? ANSWER_HEADER
      : 0;

/** Protocol id, known ROSCTR, and lengths that add up exactly. */
export const probeS7 = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start] !== PROTOCOL_ID) return 'no';
  if (end - start < JOB_HEADER) return 'more';
  const header = headerOf(b[start + 1]!);
  if (header === 0) return 'no';
  const total = header + u16be(b, start + 6) + u16be(b, start + 8);
  return total === end - start ? 'sure' : total < end - start ? 'maybe' : 'no';
};

/**
 * The PDU that fills `start`..`end`. Codes: `s7comm.length` (lengths beyond the TSDU), `s7comm.rosctr`,
 * `s7comm.parameter` (contents beyond the lengths). Items and values that cannot be read leave a message that says so.
 */
export const decodeS7 = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  state: S7Wire,
): Decoded<S7Message> => {
  const consumed = end - start;
  if (b[start] !== PROTOCOL_ID) return FOREIGN;
  if (consumed < JOB_HEADER) return malformed('s7comm.length', 'header cut', consumed);
  const rosctr = b[start + 1]!;
  const header = headerOf(rosctr);
  if (header === 0) return malformed('s7comm.rosctr', `ROSCTR ${rosctr}`, consumed);
  const parameter = start + header;
  const data = parameter + u16be(b, start + 6);
  const stop = data + u16be(b, start + 8);
  if (stop > end) return malformed('s7comm.length', 'lengths beyond the end', consumed);
  const redundancyId = u16be(b, start + 2);
  const reference = u16be(b, start + 4);
  if (rosctr === ROSCTR.USERDATA) {
    const message = decodeUserdata(b, parameter, data, stop, redundancyId, reference, toServer, state.partials);
    return message === undefined
      ? malformed('s7comm.parameter', 'userdata', consumed)
      : { kind: 'message', message, consumed };
  }
  const isJob = rosctr === ROSCTR.JOB;
  const error = isJob ? 0 : u16be(b, start + 10);
  if (data === parameter) return { kind: 'message', message: bare(rosctr, redundancyId, reference, error), consumed };
  const code = b[parameter]!;
  let items: readonly S7Item[] = NO_ITEMS;
  let values = NO_DATA;
  let payload: Uint8Array = EMPTY;
  let defect: S7Detail | undefined;
  if (code === FUNCTION.READ_VAR || code === FUNCTION.WRITE_VAR) {
    if (data - parameter < 2) return malformed('s7comm.parameter', 'item count missing', consumed);
    if (isJob) {
      const found = jobItems(b, parameter, data, state.jobs);
      if (found === undefined) defect = UNREAD_ITEMS;
      else items = found;
    }
    if (stop > data) {
      payload = copy(b, data, stop);
      const count = b[parameter + 1]!;
      const found =
        code === FUNCTION.WRITE_VAR && !isJob ? returnCodes(payload, count) : dataAt(payload, 0, payload.length, count);
      if (found === undefined) defect ??= UNREAD_DATA;
      else values = found;
    }
  } else if (stop > data) {
    // Blocks in transfer: length (2), 0x00fb, octets.
    payload = b.slice(Math.min(stop, data + 4), stop);
  }
  const message: S7Message = {
    type: isJob ? jobType(code) : answerType(code),
    rosctr,
    redundancyId,
    pduReference: reference,
    parameterLength: data - parameter,
    dataLength: stop - data,
    functionCode: code,
    error,
    items,
    data: values,
    payload,
    detail:
      code === FUNCTION.READ_VAR || code === FUNCTION.WRITE_VAR ? defect : jobDetail(b, parameter, data, stop, isJob),
  };
  return { kind: 'message', message, consumed };
};

const slab = new OctetSlab(16_384);

/** For the few octets of a polled read a loop is quicker than `slice`. */
const copy = (b: Uint8Array, start: number, end: number): Uint8Array => {
  if (end - start > 64) return slab.copy(b, start, end);
  const out = new Uint8Array(end - start);
  for (let i = 0; i < out.length; i++) out[i] = b[start + i]!;
  return out;
};

const malformed = (code: string, detail: string, consumed: number): Decoded<S7Message> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/** The header alone: an acknowledgement, which refuses when it has an error. */
const bare = (rosctr: number, redundancyId: number, pduReference: number, error: number): S7Message => ({
  type: rosctr === ROSCTR.JOB ? 'job' : rosctr === ROSCTR.ACK ? 'ack' : 'ack-data',
  rosctr,
  redundancyId,
  pduReference,
  parameterLength: 0,
  dataLength: 0,
  functionCode: -1,
  error,
  items: NO_ITEMS,
  data: NO_DATA,
  payload: EMPTY,
  detail: undefined,
});

/** One octet for each item of a Write Var answer. */
const returnCodes = (payload: Uint8Array, count: number): S7Datum[] | undefined => {
  if (payload.length < count) return undefined;
  const out: S7Datum[] = [];
  for (let i = 0; i < count; i++) out.push({ returnCode: payload[i]!, transportSize: 0, start: i, length: 0 });
  return out;
};

const pdu = (
  rosctr: number,
  reference: number,
  error: number,
  parameter: readonly number[],
  data: readonly number[],
): Uint8Array => {
  const out = [
    PROTOCOL_ID,
    rosctr,
    0,
    0,
    reference >> 8,
    reference & 255,
    parameter.length >> 8,
    parameter.length & 255,
    data.length >> 8,
    data.length & 255,
  ];
  if (rosctr === ROSCTR.ACK || rosctr === ROSCTR.ACK_DATA) out.push(error >> 8, error & 255);
  return Uint8Array.from([...out, ...parameter, ...data]);
};

/**
 * Octets of jobs and answers for Read Var, Write Var, Setup Communication, PLC Stop, PI services and block transfer, and of
 * acknowledgements. Userdata is built by `encodeUserdata`.
 */
export const encodeS7 = (m: S7Message): Uint8Array => {
  const isJob = m.rosctr === ROSCTR.JOB;
  const parameter: number[] = m.functionCode < 0 ? [] : [m.functionCode];
  const data: number[] = [];
  const d = m.detail;
  if (m.functionCode === FUNCTION.READ_VAR || m.functionCode === FUNCTION.WRITE_VAR) {
    parameter.push(isJob ? m.items.length : m.data.length);
    if (isJob) encodeItems(parameter, m.items);
    if (m.functionCode === FUNCTION.WRITE_VAR && !isJob) for (const { returnCode } of m.data) data.push(returnCode);
    else encodeData(data, m.data, m.payload);
  } else if (d?.kind === 'setup') {
    for (const word of [0, d.maxCalling, d.maxCalled, d.pduLength].slice(1)) parameter.push(word >> 8, word & 255);
    parameter.splice(1, 0, 0);
  } else if (d?.kind === 'pi') {
    if (m.functionCode === FUNCTION.PLC_STOP) parameter.push(0, 0, 0, 0, 0, d.service.length, ...text(d.service));
    else
      parameter.push(
        0,
        0,
        0,
        0,
        0,
        0,
        0xfd,
        d.argument.length >> 8,
        d.argument.length & 255,
        ...text(d.argument),
        d.service.length,
        ...text(d.service),
      );
  } else if (d?.kind === 'transfer') {
    parameter.push(d.status);
    if (d.session >= 0) parameter.push(isJob ? 0 : 1, 0, ...long(d.session));
    if (isJob && d.file !== undefined) parameter.push(d.file.name.length, ...text(d.file.name));
    else if (!isJob && d.blockLength >= 0) parameter.push(7, ...text(String(d.blockLength).padStart(7, '0')));
    if (isJob && d.blockLength >= 0) {
      const size = String(d.blockLength).padStart(6, '0');
      parameter.push(13, ...text(`1${size}${size}`));
    }
    if (m.payload.length > 0) data.push(m.payload.length >> 8, m.payload.length & 255, 0, 0xfb, ...m.payload);
  } else if (d?.kind === 'octets') parameter.push(...d.octets);
  return pdu(m.rosctr, m.pduReference, m.error, parameter, data);
};
const text = (value: string): number[] => Array.from(value, (c) => c.charCodeAt(0) & 127);
const long = (value: number): number[] => [
  (value >>> 24) & 255,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];

export interface UserdataFields {
  readonly pduReference: number;
  /** 4 request, 8 response, 0 indication. */
  readonly kindOfUserdata: number;
  readonly group: number;
  readonly subfunction: number;
  readonly sequence: number;
  /** Answers only: reference of the data units (0: alone) and whether this is the last. */
  readonly dataUnitReference?: number;
  readonly lastDataUnit?: boolean;
  readonly error?: number;
  /** Payload after return code, transport size and length; absent: return code 0x0a, nothing follows. */
  readonly payload?: Uint8Array;
}
/** A userdata PDU; answers get the long parameter. Payloads beyond the negotiated PDU are the caller's to cut. */
export const encodeUserdata = (f: UserdataFields): Uint8Array => {
  const answer = f.kindOfUserdata === 8;
  const parameter = [
    0,
    1,
    0x12,
    answer ? 8 : 4,
    answer ? 0x12 : 0x11,
    (f.kindOfUserdata << 4) | f.group,
    f.subfunction,
    f.sequence,
  ];
  const error = f.error ?? 0;
  if (answer) parameter.push(f.dataUnitReference ?? 0, f.lastDataUnit === false ? 1 : 0, error >> 8, error & 255);
  const payload = f.payload;
  const data =
    payload === undefined ? [0x0a, 0, 0, 0] : [0xff, 9, payload.length >> 8, payload.length & 255, ...payload];
  return pdu(ROSCTR.USERDATA, f.pduReference, 0, parameter, data);
};

type Fields = Partial<Omit<S7Message, 'type'>> & { readonly rosctr: number };
/** A message from its fields: what is not given is empty. `type` follows from ROSCTR and function. */
export const s7Message = (f: Fields): S7Message => {
  const code = f.functionCode ?? -1;
  const base = bare(f.rosctr, f.redundancyId ?? 0, f.pduReference ?? 0, f.error ?? 0);
  const type = code < 0 ? base.type : f.rosctr === ROSCTR.JOB ? jobType(code) : answerType(code);
  return {
    ...base,
    functionCode: code,
    type,
    items: f.items ?? NO_ITEMS,
    data: f.data ?? NO_DATA,
    payload: f.payload ?? EMPTY,
    detail: f.detail,
  };
};
export { fileName };
