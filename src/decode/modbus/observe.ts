/**
 * Modbus transactions in the common vocabulary: reads and writes with their register values, identities, restarts and
 * mode changes. Reads and writes are the bulk of a plant's traffic: texts are cached, nothing is built per poll.
 * Source: MODBUS Application Protocol Specification V1.1b3; unit ids: Messaging on TCP/IP V1.0b, section 4.4.2.
 */
import { outcomeOf, type Transaction } from '../../core/decoder.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { ObservationSink, Outcome } from '../../core/observation.ts';
import { EXCEPTION, EXCEPTION_REASONS, FUNCTION, FUNCTION_NAMES } from './functions.ts';
import type { ModbusMessage } from './message.ts';
import { observeRare } from './observe-rare.ts';

/** Texts of ranges kept per flow; beyond this they are built anew each time. */
const MAX_TEXTS = 2048;

export interface ModbusState {
  /** Endpoint of each unit, 0 while unknown; and whether it has answered. */
  readonly units: Int32Array | undefined;
  readonly answered: Uint8Array | undefined;
  readonly texts: Map<number, string>;
}
interface MutableState {
  units: Int32Array | undefined;
  answered: Uint8Array | undefined;
  texts: Map<number, string>;
}

export const openModbus = (): ModbusState => ({ units: undefined, answered: undefined, texts: new Map() });

const AREA = ['', 'coil', 'discrete', 'holding', 'input'] as const;
const AREA_TEXT = ['', 'coils', 'discrete inputs', 'holding registers', 'input registers'] as const;
const COIL = 1;
const HOLDING = 3;

/** `holding registers 0..9`. `area` 1..4 as the read functions number them. */
const rangeText = (state: ModbusState, area: number, address: number, quantity: number): string => {
  // area 3 bits, quantity 12 bits, address 16 bits: a small integer for the engine
  const key = (area << 28) | ((quantity & 0xfff) << 16) | address;
  const known = quantity <= 0xfff ? state.texts.get(key) : undefined;
  if (known !== undefined) return known;
  const end = address + quantity - 1;
  const text = quantity === 1 ? `${AREA_TEXT[area]} ${address}` : `${AREA_TEXT[area]} ${address}..${end}`;
  if (quantity <= 0xfff && state.texts.size < MAX_TEXTS) state.texts.set(key, text);
  return text;
};

/** Units 0 and 255 address the server itself; every other one may be a device behind it. */
const targetOf = (
  server: EndpointId,
  unit: number,
  answered: boolean,
  sink: ObservationSink,
  state: MutableState,
): EndpointId => {
  if (unit === 0 || unit === 255) return server;
  if (state.units === undefined || state.answered === undefined) {
    state.units = new Int32Array(256);
    state.answered = new Uint8Array(256);
  }
  const known = state.units[unit]!;
  if (known !== 0 && (!answered || state.answered[unit] === 1)) return known;
  const id = sink.child(server, 'modbus-unit', String(unit), answered);
  state.units[unit] = id;
  if (answered) state.answered[unit] = 1;
  return id;
};

export const observeModbus = (t: Transaction<ModbusMessage>, sink: ObservationSink, state: ModbusState): void => {
  const answer = t.response;
  const request = t.request;
  const subject = request ?? answer;
  if (subject === undefined) return;
  const at = t.at;
  if (request !== undefined && request.defect !== '') weird(t, request, sink);
  if (answer !== undefined) {
    if (answer.defect !== '') weird(t, answer, sink);
    if (request !== undefined && answer.functionCode !== request.functionCode) {
      sink.weird(at, { code: 'modbus.function-mismatch', detail: `${request.type} answered by ${answer.type}` });
      return;
    }
  }
  const exceptionCode = answer === undefined ? 0 : answer.exceptionCode;
  const answered =
    answer !== undefined &&
    exceptionCode !== EXCEPTION.GATEWAY_PATH_UNAVAILABLE &&
    exceptionCode !== EXCEPTION.GATEWAY_TARGET_FAILED;
  const target = targetOf(at.server, subject.unitId, answered, sink, state as MutableState);
  const reason = exceptionCode === 0 ? undefined : EXCEPTION_REASONS[exceptionCode];
  const outcome = outcomeOf(t, exceptionCode !== 0);
  const code = subject.functionCode;

  if (code <= 4) {
    const object = request === undefined ? AREA_TEXT[code]! : rangeText(state, code, request.address, request.quantity);
    const operation = FUNCTION_NAMES[code]!;
    if (reason === undefined) sink.command(at, { verb: 'read', operation, target, object, outcome, native: subject });
    else sink.command(at, { verb: 'read', operation, target, object, outcome, reason, native: subject });
    if (request !== undefined && answer !== undefined && exceptionCode === 0 && answer.defect === '') {
      const count = answer.values.length < request.quantity ? answer.values.length : request.quantity;
      if (count > 0)
        sink.values(at, {
          target,
          area: AREA[code]!,
          start: request.address,
          values: answer.values,
          count,
          access: 'read',
        });
    }
    return;
  }
  if (code === FUNCTION.WRITE_MULTIPLE_REGISTERS || code === FUNCTION.WRITE_SINGLE_REGISTER)
    observeWrite(t, subject, HOLDING, target, outcome, reason, sink, state);
  else if (code === FUNCTION.WRITE_MULTIPLE_COILS || code === FUNCTION.WRITE_SINGLE_COIL)
    observeWrite(t, subject, COIL, target, outcome, reason, sink, state);
  else if (code === FUNCTION.READ_WRITE_MULTIPLE_REGISTERS)
    observeReadWrite(t, subject, target, outcome, reason, sink, state);
  else observeRare(t, subject, { target, outcome, native: subject, reason }, sink);
};

/** Functions 5, 6, 15, 16. Values come from the request, and only when they were accepted. */
const observeWrite = (
  t: Transaction<ModbusMessage>,
  m: ModbusMessage,
  area: number,
  target: EndpointId,
  outcome: Outcome,
  reason: string | undefined,
  sink: ObservationSink,
  state: ModbusState,
): void => {
  const operation = FUNCTION_NAMES[m.functionCode]!;
  // An exception without its request names neither address nor value.
  const object = m.exceptionCode !== 0 ? AREA_TEXT[area]! : rangeText(state, area, m.address, m.quantity);
  const value = m.values.length === 1 ? m.values[0] : undefined;
  // Written out: copying a common part costs more than the rest of a polled write.
  if (value === undefined) {
    if (reason === undefined) sink.command(t.at, { verb: 'write', operation, target, object, outcome, native: m });
    else sink.command(t.at, { verb: 'write', operation, target, object, outcome, reason, native: m });
  } else if (reason === undefined)
    sink.command(t.at, { verb: 'write', operation, target, object, value, outcome, native: m });
  else sink.command(t.at, { verb: 'write', operation, target, object, value, outcome, reason, native: m });
  if (outcome === 'accepted') written(t, m, target, area, m.address, sink);
};

const written = (
  t: Transaction<ModbusMessage>,
  m: ModbusMessage,
  target: EndpointId,
  area: number,
  start: number,
  sink: ObservationSink,
): void => {
  const values = m.values;
  if (values.length > 0 && m.defect === '')
    sink.values(t.at, { target, area: AREA[area]!, start, values, count: values.length, access: 'write' });
};

/** Function 23 is two commands; the write happens first (6.17). */
const observeReadWrite = (
  t: Transaction<ModbusMessage>,
  m: ModbusMessage,
  target: EndpointId,
  outcome: Outcome,
  reason: string | undefined,
  sink: ObservationSink,
  state: ModbusState,
): void => {
  const operation = FUNCTION_NAMES[m.functionCode]!;
  const part = m.detail?.kind === 'write-part' ? m.detail : undefined;
  const base = { operation, target, outcome, native: m, reason };
  const wrote = part === undefined ? AREA_TEXT[HOLDING] : rangeText(state, HOLDING, part.address, part.quantity);
  sink.command(t.at, { verb: 'write', ...base, object: wrote });
  const read = part === undefined ? AREA_TEXT[HOLDING] : rangeText(state, HOLDING, m.address, m.quantity);
  sink.command(t.at, { verb: 'read', ...base, object: read });
  if (part === undefined || outcome !== 'accepted') return;
  written(t, m, target, HOLDING, part.address, sink);
  const values = t.response?.defect === '' ? t.response.values : [];
  const count = Math.min(values.length, m.quantity);
  if (count > 0) sink.values(t.at, { target, area: 'holding', start: m.address, values, count, access: 'read' });
};

const weird = (t: Transaction<ModbusMessage>, message: ModbusMessage, sink: ObservationSink): void =>
  sink.weird(t.at, { code: `modbus.${message.defect}`, detail: message.type });
