/**
 * Octets of one Modbus PDU to a message. The reader checks lengths once per function; a PDU shorter than its function
 * gives undefined, anything longer or contradictory a message with a `defect`.
 * Source: MODBUS Application Protocol Specification V1.1b3, section 6 (numbers beside the functions).
 */
import { ascii, u16be } from '../../lib/bytes.ts';
import {
  EXCEPTION_TYPES,
  FUNCTION,
  MEI_DEVICE_IDENTIFICATION,
  objectName,
  REQUEST_TYPES,
  RESPONSE_TYPES,
  subfunctionOf,
} from './functions.ts';
import type { FileRecord, IdentificationObject, ModbusDefect, ModbusDetail, ModbusMessage } from './message.ts';

const NO_VALUES: readonly number[] = Object.freeze([]);
/** Section 6.1 to 6.4: what one read may ask for. */
const MAX_COILS = 2000;
const MAX_REGISTERS = 125;
/** A reference type of file records other than 6 does not exist (6.14). */
const REFERENCE_TYPE = 6;

const make = (
  type: string,
  transactionId: number,
  unitId: number,
  functionCode: number,
  response: boolean,
  exceptionCode: number,
  address: number,
  quantity: number,
  values: readonly number[],
  detail: ModbusDetail | undefined,
  defect: ModbusDefect,
): ModbusMessage => ({
  type,
  transactionId,
  unitId,
  functionCode,
  response,
  exceptionCode,
  address,
  quantity,
  values,
  detail,
  defect,
});

const registers = (b: Uint8Array, start: number, count: number): number[] => {
  const values = new Array<number>(count);
  for (let i = 0, o = start; i < count; i++, o += 2) values[i] = (b[o]! << 8) | b[o + 1]!;
  return values;
};

const bits = (b: Uint8Array, start: number, count: number): number[] => {
  const values = new Array<number>(count);
  for (let i = 0; i < count; i++) values[i] = (b[start + (i >> 3)]! >> (i & 7)) & 1;
  return values;
};

/**
 * The message in the ADU at `start`..`end` (MBAP included, lengths already checked by the caller: end - start >= 8).
 * Undefined when the PDU is too short for its function.
 */
export const decodePdu = (b: Uint8Array, start: number, end: number, toServer: boolean): ModbusMessage | undefined => {
  const tid = u16be(b, start);
  const unit = b[start + 6]!;
  const code = b[start + 7]!;
  const o = start + 8;
  const left = end - o;
  if (code >= 0x80) {
    if (left < 1) return undefined;
    const defect = left === 1 ? '' : 'length';
    return make(EXCEPTION_TYPES[code & 127]!, tid, unit, code & 127, true, b[o]!, 0, 0, NO_VALUES, undefined, defect);
  }
  return toServer ? request(b, o, end, left, tid, unit, code) : response(b, o, end, left, tid, unit, code);
};

const request = (
  b: Uint8Array,
  o: number,
  end: number,
  left: number,
  tid: number,
  unit: number,
  code: number,
): ModbusMessage | undefined => {
  const type = REQUEST_TYPES[code]!;
  switch (code) {
    case FUNCTION.READ_COILS:
    case FUNCTION.READ_DISCRETE_INPUTS:
    case FUNCTION.READ_HOLDING_REGISTERS:
    case FUNCTION.READ_INPUT_REGISTERS: {
      if (left < 4) return undefined;
      const quantity = u16be(b, o + 2);
      const limit = code <= 2 ? MAX_COILS : MAX_REGISTERS;
      const defect = left !== 4 ? 'length' : quantity === 0 || quantity > limit ? 'quantity' : '';
      return make(type, tid, unit, code, false, 0, u16be(b, o), quantity, NO_VALUES, undefined, defect);
    }
    case FUNCTION.WRITE_MULTIPLE_COILS:
    case FUNCTION.WRITE_MULTIPLE_REGISTERS: {
      if (left < 5) return undefined;
      const quantity = u16be(b, o + 2);
      const octets = b[o + 4]!;
      const expected = code === FUNCTION.WRITE_MULTIPLE_COILS ? (quantity + 7) >> 3 : quantity * 2;
      const whole = octets === expected && left >= 5 + octets && quantity > 0;
      const defect = whole ? (left === 5 + octets ? '' : 'length') : 'byte-count';
      const values = !whole
        ? NO_VALUES
        : code === FUNCTION.WRITE_MULTIPLE_COILS
          ? bits(b, o + 5, quantity)
          : registers(b, o + 5, quantity);
      return make(type, tid, unit, code, false, 0, u16be(b, o), quantity, values, undefined, defect);
    }
    case FUNCTION.READ_WRITE_MULTIPLE_REGISTERS: {
      if (left < 9) return undefined;
      const quantity = u16be(b, o + 6);
      const octets = b[o + 8]!;
      const whole = octets === quantity * 2 && left >= 9 + octets;
      const part = { kind: 'write-part', address: u16be(b, o + 4), quantity } as const;
      const values = whole ? registers(b, o + 9, quantity) : NO_VALUES;
      const defect = whole ? (left === 9 + octets ? '' : 'length') : 'byte-count';
      return make(type, tid, unit, code, false, 0, u16be(b, o), u16be(b, o + 2), values, part, defect);
    }
    case FUNCTION.READ_FIFO_QUEUE: {
      if (left < 2) return undefined;
      const defect = left === 2 ? '' : 'length';
      return make(type, tid, unit, code, false, 0, u16be(b, o), 0, NO_VALUES, undefined, defect);
    }
    case FUNCTION.READ_FILE_RECORD:
      return fileRecords(b, o, end, tid, unit, type, false, false);
    case FUNCTION.READ_EXCEPTION_STATUS:
    case FUNCTION.GET_COMM_EVENT_COUNTER:
    case FUNCTION.GET_COMM_EVENT_LOG:
    case FUNCTION.REPORT_SERVER_ID: {
      const defect = left === 0 ? '' : 'length';
      return make(type, tid, unit, code, false, 0, 0, 0, NO_VALUES, undefined, defect);
    }
    case FUNCTION.ENCAPSULATED_INTERFACE: {
      if (left < 1) return undefined;
      if (b[o] !== MEI_DEVICE_IDENTIFICATION || left < 3) return mei(b, o, end, tid, unit, type, false);
      const detail = { kind: 'identification-request', readCode: b[o + 1]!, objectId: b[o + 2]! } as const;
      return make(type, tid, unit, code, false, 0, 0, 0, NO_VALUES, detail, left === 3 ? '' : 'length');
    }
    default:
      return either(b, o, end, left, tid, unit, code, type, false);
  }
};

const response = (
  b: Uint8Array,
  o: number,
  end: number,
  left: number,
  tid: number,
  unit: number,
  code: number,
): ModbusMessage | undefined => {
  const type = RESPONSE_TYPES[code]!;
  switch (code) {
    case FUNCTION.READ_COILS:
    case FUNCTION.READ_DISCRETE_INPUTS: {
      if (left < 1) return undefined;
      const octets = b[o]!;
      const defect = left === 1 + octets ? '' : 'byte-count';
      const values = bits(b, o + 1, 8 * Math.min(octets, left - 1));
      return make(type, tid, unit, code, true, 0, 0, 0, values, undefined, defect);
    }
    case FUNCTION.READ_HOLDING_REGISTERS:
    case FUNCTION.READ_INPUT_REGISTERS:
    case FUNCTION.READ_WRITE_MULTIPLE_REGISTERS: {
      if (left < 1) return undefined;
      const octets = b[o]!;
      const defect = left === 1 + octets && (octets & 1) === 0 ? '' : 'byte-count';
      const values = registers(b, o + 1, Math.min(octets, left - 1) >> 1);
      return make(type, tid, unit, code, true, 0, 0, 0, values, undefined, defect);
    }
    case FUNCTION.WRITE_MULTIPLE_COILS:
    case FUNCTION.WRITE_MULTIPLE_REGISTERS: {
      if (left < 4) return undefined;
      const defect = left === 4 ? '' : 'length';
      return make(type, tid, unit, code, true, 0, u16be(b, o), u16be(b, o + 2), NO_VALUES, undefined, defect);
    }
    case FUNCTION.READ_FIFO_QUEUE: {
      // 6.18: byte count (2, the count field included), FIFO count (2), registers
      if (left < 4) return undefined;
      const count = u16be(b, o + 2);
      const whole = u16be(b, o) === 2 + 2 * count && left === 4 + 2 * count;
      const values = registers(b, o + 4, Math.min(count, (left - 4) >> 1));
      return make(type, tid, unit, code, true, 0, 0, count, values, undefined, whole ? '' : 'byte-count');
    }
    case FUNCTION.READ_FILE_RECORD:
      return fileRecords(b, o, end, tid, unit, type, true, false);
    case FUNCTION.READ_EXCEPTION_STATUS: {
      if (left < 1) return undefined;
      return make(type, tid, unit, code, true, 0, 0, 0, [b[o]!], undefined, left === 1 ? '' : 'length');
    }
    case FUNCTION.GET_COMM_EVENT_COUNTER: {
      if (left < 4) return undefined;
      const detail = { kind: 'event-counter', status: u16be(b, o), eventCount: u16be(b, o + 2) } as const;
      return make(type, tid, unit, code, true, 0, 0, 0, NO_VALUES, detail, left === 4 ? '' : 'length');
    }
    case FUNCTION.GET_COMM_EVENT_LOG: {
      if (left < 7) return undefined;
      const octets = b[o]!;
      const detail = {
        kind: 'event-log',
        status: u16be(b, o + 1),
        eventCount: u16be(b, o + 3),
        messageCount: u16be(b, o + 5),
        events: Array.from(b.subarray(o + 7, Math.min(end, o + 1 + octets))),
      } as const;
      return make(type, tid, unit, code, true, 0, 0, 0, NO_VALUES, detail, left === 1 + octets ? '' : 'byte-count');
    }
    case FUNCTION.REPORT_SERVER_ID: {
      if (left < 1) return undefined;
      const stop = Math.min(end, o + 1 + b[o]!);
      const octets = b.slice(o + 1, stop);
      const defect = left === 1 + b[o]! ? '' : 'byte-count';
      return make(type, tid, unit, code, true, 0, 0, 0, NO_VALUES, serverId(octets), defect);
    }
    case FUNCTION.ENCAPSULATED_INTERFACE: {
      if (left < 1) return undefined;
      if (b[o] !== MEI_DEVICE_IDENTIFICATION || left < 6) return mei(b, o, end, tid, unit, type, true);
      return identification(b, o, end, tid, unit, type);
    }
    default:
      return either(b, o, end, left, tid, unit, code, type, true);
  }
};

/** Functions whose request and response look the same, and those nobody has specified. */
const either = (
  b: Uint8Array,
  o: number,
  end: number,
  left: number,
  tid: number,
  unit: number,
  code: number,
  type: string,
  isResponse: boolean,
): ModbusMessage | undefined => {
  switch (code) {
    case FUNCTION.WRITE_SINGLE_COIL: {
      if (left < 4) return undefined;
      const raw = u16be(b, o + 2);
      // 6.5: "A value of FF 00 hex requests the output to be ON. A value of 00 00 requests it to be OFF."
      const defect = left !== 4 ? 'length' : raw !== 0 && raw !== 0xff00 ? 'value' : '';
      const values = [raw === 0xff00 ? 1 : raw];
      return make(type, tid, unit, code, isResponse, 0, u16be(b, o), 1, values, undefined, defect);
    }
    case FUNCTION.WRITE_SINGLE_REGISTER: {
      if (left < 4) return undefined;
      const defect = left === 4 ? '' : 'length';
      return make(type, tid, unit, code, isResponse, 0, u16be(b, o), 1, [u16be(b, o + 2)], undefined, defect);
    }
    case FUNCTION.MASK_WRITE_REGISTER: {
      if (left < 6) return undefined;
      const detail = { kind: 'mask', andMask: u16be(b, o + 2), orMask: u16be(b, o + 4) } as const;
      return make(type, tid, unit, code, isResponse, 0, u16be(b, o), 1, NO_VALUES, detail, left === 6 ? '' : 'length');
    }
    case FUNCTION.WRITE_FILE_RECORD:
      return fileRecords(b, o, end, tid, unit, type, isResponse, true);
    case FUNCTION.DIAGNOSTICS: {
      if (left < 2) return undefined;
      const subfunction = u16be(b, o);
      const data = registers(b, o + 2, (left - 2) >> 1);
      const detail = { kind: 'diagnostics', subfunction, name: subfunctionOf(subfunction).name, data } as const;
      return make(type, tid, unit, code, isResponse, 0, 0, 0, NO_VALUES, detail, (left & 1) === 0 ? '' : 'length');
    }
    case FUNCTION.UMAS: {
      if (left < 2) return undefined;
      const detail = { kind: 'umas', pairingKey: b[o]!, umasFunction: b[o + 1]!, octets: b.slice(o, end) } as const;
      return make(type, tid, unit, code, isResponse, 0, 0, 0, NO_VALUES, detail, '');
    }
    default: {
      const detail = { kind: 'octets', octets: b.slice(o, end) } as const;
      return make(type, tid, unit, code, isResponse, 0, 0, 0, NO_VALUES, detail, '');
    }
  }
};

/** Sections 6.14 and 6.15: sub-requests of 7 octets, with data where they carry registers. */
const fileRecords = (
  b: Uint8Array,
  o: number,
  end: number,
  tid: number,
  unit: number,
  type: string,
  isResponse: boolean,
  write: boolean,
): ModbusMessage | undefined => {
  const code = write ? FUNCTION.WRITE_FILE_RECORD : FUNCTION.READ_FILE_RECORD;
  if (o >= end) return undefined;
  let defect: ModbusDefect = end === o + 1 + b[o]! ? '' : 'byte-count';
  const stop = Math.min(end, o + 1 + b[o]!);
  const records: FileRecord[] = [];
  let at = o + 1;
  while (at < stop) {
    if (isResponse && !write) {
      // length of the group, reference type, registers
      const size = b[at]!;
      if (size < 1 || at + 1 + size > stop || b[at + 1] !== REFERENCE_TYPE) break;
      const length = (size - 1) >> 1;
      records.push({ file: 0, record: 0, length, values: registers(b, at + 2, length) });
      at += 1 + size;
    } else {
      if (at + 7 > stop || b[at] !== REFERENCE_TYPE) break;
      const length = u16be(b, at + 5);
      const size = write ? 2 * length : 0;
      if (at + 7 + size > stop) break;
      const values = write ? registers(b, at + 7, length) : NO_VALUES;
      records.push({ file: u16be(b, at + 1), record: u16be(b, at + 3), length, values });
      at += 7 + size;
    }
  }
  if (at !== stop) defect = 'byte-count';
  return make(type, tid, unit, code, isResponse, 0, 0, 0, NO_VALUES, { kind: 'file-records', records }, defect);
};

const mei = (
  b: Uint8Array,
  o: number,
  end: number,
  tid: number,
  unit: number,
  type: string,
  isResponse: boolean,
): ModbusMessage => {
  const detail = { kind: 'mei', meiType: b[o]!, octets: b.slice(o + 1, end) } as const;
  const defect = b[o] === MEI_DEVICE_IDENTIFICATION ? 'length' : '';
  return make(type, tid, unit, FUNCTION.ENCAPSULATED_INTERFACE, isResponse, 0, 0, 0, NO_VALUES, detail, defect);
};

/** Section 6.21: MEI type, read code, conformity level, more follows, next object id, number of objects, objects. */
const identification = (
  b: Uint8Array,
  o: number,
  end: number,
  tid: number,
  unit: number,
  type: string,
): ModbusMessage => {
  const objects: IdentificationObject[] = [];
  let at = o + 6;
  for (let i = b[o + 5]!; i > 0; i--) {
    if (at + 2 > end || at + 2 + b[at + 1]! > end) break;
    const id = b[at]!;
    const stop = at + 2 + b[at + 1]!;
    objects.push({ id, name: objectName(id), value: ascii(b, at + 2, stop).trim() });
    at = stop;
  }
  const detail = {
    kind: 'identification',
    readCode: b[o + 1]!,
    conformity: b[o + 2]!,
    moreFollows: b[o + 3] === 0xff,
    nextObject: b[o + 4]!,
    objects,
  } as const;
  const defect = objects.length !== b[o + 5] ? 'byte-count' : at !== end ? 'length' : '';
  return make(type, tid, unit, FUNCTION.ENCAPSULATED_INTERFACE, true, 0, 0, 0, NO_VALUES, detail, defect);
};

/** Section 6.13: server id, run indicator (0x00 off, 0xff on), additional data; the lengths are the device's own. */
const serverId = (octets: Uint8Array): ModbusDetail => {
  const indicator = octets.length >= 2 ? octets[1] : undefined;
  const run = indicator === 0xff ? true : indicator === 0 ? false : undefined;
  let from = run === undefined ? 0 : 2;
  let stop = octets.length;
  while (stop > from && (octets[stop - 1]! < 0x21 || octets[stop - 1]! > 0x7e)) stop--;
  while (from < stop && (octets[from]! < 0x21 || octets[from]! > 0x7e)) from++;
  return { kind: 'server-id', serverId: octets[0] ?? 0, run, text: ascii(octets, from, stop), octets };
};
