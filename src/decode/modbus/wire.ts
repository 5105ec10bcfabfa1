/**
 * Modbus/TCP application data units: the MBAP header (transaction, protocol, length, unit) and the PDU behind it.
 * Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { decodePdu } from './decode-pdu.ts';
import { encodePdu } from './encode-pdu.ts';
import { EXCEPTION_TYPES, FUNCTION, isAssigned, isKnownException, REQUEST_TYPES, RESPONSE_TYPES } from './functions.ts';
import type { ModbusMessage } from './message.ts';

export { EXCEPTION, FUNCTION } from './functions.ts';
export type { FileRecord, IdentificationObject, ModbusDetail, ModbusMessage } from './message.ts';

/** Length counts the unit id and the PDU: at least a function code, at most 253 octets of PDU. */
export const MIN_MBAP_LENGTH = 2;
export const MAX_MBAP_LENGTH = 254;
/** UMAS negotiates PDUs beyond the 253 octets of the specification (255 and more are seen); this is where we stop. */
export const MAX_UMAS_LENGTH = 2048;

const FOREIGN = { kind: 'foreign' } as const;

/** One ADU from `start`; see `Decoded`. Codes: `modbus.function-0`, `modbus.exception-request`, `modbus.short-pdu`. */
export const decodeAdu = (b: Uint8Array, start: number, end: number, toServer: boolean): Decoded<ModbusMessage> => {
  const available = end - start;
  // Refuse as soon as an octet of the header contradicts, so that another protocol is not waited for.
  if (available >= 3 && b[start + 2] !== 0) return FOREIGN;
  if (available >= 4 && b[start + 3] !== 0) return FOREIGN;
  if (available < 8) return { kind: 'incomplete', missing: 8 - available };
  const length = u16be(b, start + 4);
  if (length < MIN_MBAP_LENGTH || length > limitOf(b[start + 7]!)) return FOREIGN;
  const total = 6 + length;
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const code = b[start + 7]!;
  if ((code & 127) === 0) return malformed('modbus.function-0', 'function code 0 does not exist', total);
  if (code >= 0x80 && toServer) return malformed('modbus.exception-request', 'exception sent by a client', total);
  const message = decodePdu(b, start, start + total, toServer);
  if (message === undefined) return malformed('modbus.short-pdu', 'PDU too short for its function', total);
  return { kind: 'message', message, consumed: total };
};

const limitOf = (code: number): number => ((code & 127) === FUNCTION.UMAS ? MAX_UMAS_LENGTH : MAX_MBAP_LENGTH);

const malformed = (code: string, detail: string, consumed: number): Decoded<ModbusMessage> => ({
  kind: 'malformed',
  code,
  detail,
  consumed,
});

/**
 * Protocol identifier 0, a plausible length and function, and lengths that agree with the function in either direction.
 * The direction is not trusted: a capture may start with the answer.
 */
export const probeAdu = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available >= 3 && b[start + 2] !== 0) return 'no';
  if (available >= 4 && b[start + 3] !== 0) return 'no';
  if (available >= 5 && b[start + 4]! > MAX_UMAS_LENGTH >> 8) return 'no';
  if (available < 8) return available >= 6 && u16be(b, start + 4) < MIN_MBAP_LENGTH ? 'no' : 'more';
  const length = u16be(b, start + 4);
  const code = b[start + 7]!;
  if (length < MIN_MBAP_LENGTH || length > limitOf(code)) return 'no';
  if ((code & 127) === 0) return 'no';
  if (available < 6 + length) return isAssigned(code & 127) ? 'more' : 'maybe';
  if (code >= 0x80) {
    if (length < 3) return 'no';
    // Makers have exceptions of their own: a whole one is believed on the port of Modbus.
    if (!isKnownException(b[start + 8]!)) return length === 3 && available === 9 ? 'maybe' : 'no';
    return length === 3 && isAssigned(code & 127) ? 'sure' : 'maybe';
  }
  if (!isAssigned(code)) return 'maybe';
  const stop = start + 6 + length;
  const request = decodePdu(b, start, stop, true);
  const fits = request !== undefined && request.defect === '';
  if (!fits) {
    const response = decodePdu(b, start, stop, false);
    // Fits its segment and contradicts itself: on the port of Modbus that is a faulty sender, elsewhere chance.
    if (response === undefined || response.defect !== '') return available === 6 + length ? 'maybe' : 'no';
  }
  // Without any field of its own (functions 7, 11, 12, 17; free data of 8 and 90) the header alone is thin evidence.
  return length <= 3 || code === 8 || code === 90 ? 'maybe' : 'sure';
};

/** A message without defect as an ADU. @throws RangeError when the PDU would exceed 253 octets. */
export const encodeAdu = (message: ModbusMessage): Uint8Array => {
  const pdu = encodePdu(message);
  if (pdu.length + 1 > MAX_MBAP_LENGTH)
    throw new RangeError(`a Modbus PDU has at most 253 octets, this has ${pdu.length}`);
  const length = pdu.length + 1;
  const { transactionId: tid, unitId } = message;
  return Uint8Array.of((tid >> 8) & 255, tid & 255, 0, 0, length >> 8, length & 255, unitId & 255, ...pdu);
};

type Fields = Partial<Omit<ModbusMessage, 'type' | 'response' | 'defect' | 'exceptionCode'>>;
const build = (
  type: string,
  functionCode: number,
  response: boolean,
  exceptionCode: number,
  f: Fields,
): ModbusMessage => ({
  type,
  transactionId: f.transactionId ?? 0,
  unitId: f.unitId ?? 1,
  functionCode,
  response,
  exceptionCode,
  address: f.address ?? 0,
  quantity: f.quantity ?? 0,
  values: f.values ?? [],
  detail: f.detail,
  defect: '',
});
/** A request of `functionCode`; fields that are not given are 0 or empty, the unit is 1. */
export const request = (functionCode: number, fields: Fields): ModbusMessage =>
  build(REQUEST_TYPES[functionCode & 127]!, functionCode & 127, false, 0, fields);
/** The answer to `to`, with its transaction and unit. */
export const response = (to: ModbusMessage, fields: Fields): ModbusMessage =>
  build(RESPONSE_TYPES[to.functionCode]!, to.functionCode, true, 0, {
    ...fields,
    transactionId: to.transactionId,
    unitId: to.unitId,
  });
/** The refusal of `to`; `exceptionCode` 1..255. */
export const exception = (to: ModbusMessage, exceptionCode: number): ModbusMessage =>
  build(EXCEPTION_TYPES[to.functionCode]!, to.functionCode, true, exceptionCode, {
    transactionId: to.transactionId,
    unitId: to.unitId,
  });
