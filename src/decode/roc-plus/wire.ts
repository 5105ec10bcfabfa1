/**
 * ROC Plus messages (ROC Plus Protocol Specifications Manual D301180X012, 1.2): destination unit and group, source unit and
 * group, opcode, data length, data, CRC-16. Numbers of several octets are sent least significant octet first; equipment that
 * sends them the other way round is found by fields that can only be read so (see `learnOrder`).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ascii, f32be, f32le, hex, paddedAscii, u16be, u16le, u32be, u32le } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { isOpcode, OPCODE, opcodeInfo } from './opcodes.ts';

/** Addresses (4), opcode, length in front; CRC (2) behind. */
export const HEADER = 6;
const TRAILER = 2;

export type RocValue = number | string | boolean | Uint8Array | readonly (number | string)[];
export interface Tlp {
  readonly type: number;
  readonly logical: number;
  readonly parameter: number;
  /** Present where the octets say where it ends. */
  readonly data?: Uint8Array;
}

export interface RocMessage {
  readonly type: string;
  readonly destinationUnit: number;
  readonly destinationGroup: number;
  readonly sourceUnit: number;
  readonly sourceGroup: number;
  readonly opcode: number;
  readonly response: boolean;
  readonly dataLength: number;
  /** As it stands there, first octet low. */
  readonly crc: number;
  readonly crcRight: boolean;
  /** By the names of the manual. */
  readonly fields: Readonly<Record<string, RocValue>>;
  readonly tlps: readonly Tlp[];
  /** Error indicator: [code, offset] pairs. */
  readonly errors: readonly (readonly [code: number, offset: number])[];
  /** Data octets; of a login none (credentials). */
  readonly data: Uint8Array;
  /** Big-endian numbers were learned for this pair of hosts. */
  readonly swapped: boolean;
}

/** What is learned of a pair of hosts. */
export interface RocState {
  /** Undefined: not known, the manual's order is used. */
  bigEndian: boolean | undefined;
  readonly said: Set<string>;
}

const CRC: Uint16Array = (() => {
  const table = new Uint16Array(256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) !== 0 ? (c >> 1) ^ 0xa001 : c >> 1;
    table[i] = c;
  }
  return table;
})();
/** CRC-16, polynomial 0x8005 reflected. Equipment starts it with 0 or with all ones: both are taken. */
const rocCrc = (b: Uint8Array, start: number, end: number, first = 0): number => {
  let c = first;
  for (let i = start; i < end; i++) c = (c >> 8) ^ CRC[(c ^ b[i]!) & 255]!;
  return c;
};

const crcFits = (b: Uint8Array, start: number, stop: number): boolean => {
  const crc = u16le(b, stop);
  return rocCrc(b, start, stop, 0xffff) === crc || rocCrc(b, start, stop) === crc;
};

/** Reads numbers in the order of the pair of hosts. */
class Reader {
  b: Uint8Array = new Uint8Array(0);
  big = false;
  u16(at: number): number {
    return this.big ? u16be(this.b, at) : u16le(this.b, at);
  }
  u32(at: number): number {
    return this.big ? u32be(this.b, at) : u32le(this.b, at);
  }
  f32(at: number): number {
    return this.big ? f32be(this.b, at) : f32le(this.b, at);
  }
}
const reader = new Reader();
export const readFloat = (b: Uint8Array, at: number, swapped: boolean): number =>
  swapped ? f32be(b, at) : f32le(b, at);
export const readU16 = (b: Uint8Array, at: number, swapped: boolean): number => (swapped ? u16be(b, at) : u16le(b, at));
export const readU32 = (b: Uint8Array, at: number, swapped: boolean): number => (swapped ? u32be(b, at) : u32le(b, at));

/** A comm port number and a year of this century have one octet that cannot be the other. */
const learnOrder = (
  state: RocState,
  opcode: number,
  response: boolean,
  b: Uint8Array,
  at: number,
  length: number,
): void => {
  if (state.bigEndian !== undefined) return;
  if (opcode === OPCODE.SYSTEM_CONFIG && length >= 3) {
    if (b[at + 1] === 0 && b[at + 2] !== 0) state.bigEndian = true;
    else if (b[at + 1] !== 0 && b[at + 2] === 0) state.bigEndian = false;
  } else if ((opcode === OPCODE.READ_CLOCK && response) || (opcode === OPCODE.SET_CLOCK && !response)) {
    if (length < 7) return;
    if (b[at + 5] === 7 && b[at + 6] !== 7) state.bigEndian = true;
    else if (b[at + 6] === 7 && b[at + 5] !== 7) state.bigEndian = false;
  }
};

type Fields = Record<string, RocValue>;
interface Body {
  readonly fields: Fields;
  readonly tlps: Tlp[];
  readonly errors: (readonly [number, number])[];
}

const list = (
  from: number,
  count: number,
  end: number,
  size: number,
  read: (at: number) => number | string,
): (number | string)[] => {
  const out: (number | string)[] = [];
  for (let i = 0, at = from; i < count && at + size <= end; i++, at += size) out.push(read(at));
  return out;
};
const octet = (at: number): number => reader.b[at]!;
const upperHex = (b: Uint8Array, start: number, end: number): string => hex(b, start, end).toUpperCase();

const readClock = (f: Fields, at: number, length: number): void => {
  const names = ['second', 'minute', 'hour', 'day', 'month'] as const;
  names.forEach((name, i) => {
    f[name] = octet(at + i);
  });
  f.year = reader.u16(at + 5);
  if (length >= 8) f.dayOfWeek = octet(at + 7);
};

/** Opcode 17: the kind of login shows in the length (table 2-7). Operator names are no secret, passwords and keys are. */
const readLogin = (f: Fields, b: Uint8Array, at: number, length: number): void => {
  if (length === 6 || length === 11) {
    f.operatorId = ascii(b, at, at + 3);
    f.password = MASKED;
    if (length === 6) f.accessLevel = octet(at + 5);
    else f.logoutString = ascii(b, at + 5, at + 11);
  } else if (length === 71 || length === 76) {
    f.operatorId = ascii(b, at, at + 30);
    f.password = MASKED;
    if (length === 71) f.accessLevel = octet(at + 70);
    else f.logoutString = ascii(b, at + 70, at + 76);
  } else if (length === 13) f.sessionKeyString = ascii(b, at, at + 13);
  else if (length === 24) f.wrappedSessionKey = MASKED;
};

/** Opcode 203 (table 2-27). Commands 5 and 6 mean delete or directory by length. */
const readFile = (f: Fields, b: Uint8Array, at: number, length: number, response: boolean): void => {
  const end = at + length;
  const command = octet(at);
  f.command = command;
  const p = at + 1;
  const paths = (withName: boolean): void => {
    f.path = paddedAscii(b, p + (command === 1 ? 1 : 0), p + (command === 1 ? 1 : 0) + 100);
    if (withName) f.filename = paddedAscii(b, p + (command === 1 ? 101 : 100), end);
  };
  if (command === 1) {
    if (response) {
      if (length >= 5) f.fileDescriptor = reader.u32(p);
    } else if (length >= 127) {
      f.openOptions = octet(p);
      paths(true);
    }
  } else if (command === 2 || command === 3) {
    if (length < 9) return;
    f.fileDescriptor = reader.u32(p);
    if (length < 14) f.offset = reader.u32(p + 4);
    else {
      f.fileSize = reader.u32(p + 4);
      f.offset = reader.u32(p + 8);
      f.numBytes = octet(p + 12);
      f.data = b.slice(p + 13, Math.min(end, p + 13 + octet(p + 12)));
    }
  } else if (command === 4) {
    if (length >= 5) f.fileDescriptor = reader.u32(p);
  } else if (command === 5 || command === 6 || command === 64) {
    if (!response && length >= 126) {
      f.delete = true;
      paths(true);
    } else if (!response && length >= 102) {
      paths(false);
      f.totalFiles = length >= 103 ? reader.u16(p + 100) : octet(p + 100);
    } else if (response && length > 3) {
      const wide = command === 64;
      f.additionalFiles = octet(p);
      f.totalFiles = wide ? reader.u16(p + 1) : octet(p + 1);
      f.fileNames = names(b, p + (wide ? 3 : 2), end);
    }
  }
};
/** Names that end with NUL. */
const names = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  for (let at = start; at < end; ) {
    let stop = at;
    while (stop < end && b[stop] !== 0) stop++;
    if (stop > at) out.push(ascii(b, at, stop));
    at = stop + 1;
  }
  return out;
};

/** Opcode 206, table 2-30: data types and their octets. */
// biome-ignore format: a table
const TRANSACTION_TYPES: readonly (readonly [string, number] | undefined)[] = [
  ['BINARY', 1], ['U8', 1], ['S8', 1], ['U16', 2], ['S16', 2], ['U32', 4], ['S32', 4], ['FLOAT', 4], ['DOUBLE', 8], ['STRING3', 3], ['STRING7', 7], ['STRING10', 10],
  ['STRING12', 12], ['STRING20', 20], ['STRING30', 30], ['STRING40', 40], undefined, ['TLP', 3], undefined, undefined, ['TIME', 4],
];

const readTransactions = (f: Fields, b: Uint8Array, at: number, length: number, response: boolean): void => {
  const end = at + length;
  if (!response) {
    const command = octet(at);
    f.command = command;
    if (length >= 2) f.segment = octet(at + 1);
    if (command === 2) {
      if (length >= 4) f.transactionNumber = reader.u16(at + 2);
      if (length >= 6) f.dataOffset = reader.u16(at + 4);
    } else if (length >= 4) f.transactionOffset = reader.u16(at + 2);
    return;
  }
  if (length < 3) return;
  f.command = octet(at);
  if (octet(at) === 1) {
    const count = octet(at + 1);
    f.numTransactions = count;
    f.moreData = octet(at + 2) !== 0;
    if (length < 15) return;
    f.description = ascii(b, at + 3, at + 13);
    f.payloadSize = reader.u16(at + 13);
    f.transactionNumbers = list(at + 15, count, end, 6, (i) => reader.u16(i));
    f.datesCreated = list(at + 15, count, end, 6, (i) => reader.u32(i + 2));
  } else {
    f.messageDataSize = octet(at + 1);
    f.moreData = octet(at + 2) !== 0;
    const types: string[] = [];
    const octets: number[] = [];
    for (let i = at + 3; i < end; ) {
      const type = octet(i++);
      const known = TRANSACTION_TYPES[type];
      types.push(known === undefined ? String(type) : known[0]);
      const size = known === undefined ? end - i : known[1];
      for (const stop = Math.min(end, i + size); i < stop; i++) octets.push(octet(i));
    }
    f.dataTypes = types;
    f.dataOctets = octets;
  }
};

/** Opcode 139 (table 2-22). */
const readHistory = (f: Fields, at: number, length: number, response: boolean): void => {
  const end = at + length;
  if (length < 2) return;
  const command = octet(at);
  f.command = command;
  f.historySegment = octet(at + 1);
  if (command === 0) {
    if (!response || length < 3) return;
    f.numConfiguredPoints = octet(at + 2);
    f.configuredPoints = list(at + 3, octet(at + 2), end, 1, octet);
    return;
  }
  if (!response) {
    if (length < 8) return;
    f.historySegmentIndex = reader.u16(at + 2);
    f.typeOfHistory = octet(at + 4);
    f.numTimePeriods = octet(at + 5);
    f.requestTimestamps = octet(at + 6);
    f.numPoints = octet(at + 7);
    f.requestedHistoryPoints = list(at + 8, octet(at + 7), end, 1, octet);
    return;
  }
  if (length < 7) return;
  f.currentIndex = reader.u16(at + 2);
  const periods = octet(at + 4);
  const stamped = octet(at + 5) !== 0;
  const points = octet(at + 6);
  f.numTimePeriods = periods;
  f.requestTimestamps = octet(at + 5);
  f.numPoints = points;
  const step = (stamped ? 4 : 0) + points * 4;
  const stamps: number[] = [];
  const values: number[] = [];
  for (let i = 0, p = at + 7; i < periods && p + step <= end && step > 0; i++, p += step) {
    if (stamped) stamps.push(reader.u32(p));
    for (let k = 0, q = p + (stamped ? 4 : 0); k < points; k++, q += 4) values.push(reader.u32(q));
  }
  if (stamped) f.timestamps = stamps;
  f.historyValues = values;
};

/** Opcodes 180 and 181: TLPs alone (request of 180), or each with its data. Ends show only where one or all are of one size. */
const readTlps = (tlps: Tlp[], b: Uint8Array, at: number, length: number, withData: boolean): void => {
  const count = octet(at);
  const end = at + length;
  const step = withData ? (length - 1) / count : 3;
  if (count === 0) return;
  if (!Number.isInteger(step) || (withData && step <= 3)) {
    // Only the first is where it must be.
    if (length >= 4) tlps.push({ type: octet(at + 1), logical: octet(at + 2), parameter: octet(at + 3) });
    return;
  }
  for (let i = 0, p = at + 1; i < count && p + 3 <= end; i++, p += step) {
    const tlp = { type: octet(p), logical: octet(p + 1), parameter: octet(p + 2) };
    tlps.push(withData ? { ...tlp, data: b.slice(p + 3, p + step) } : tlp);
  }
};

const readBody = (b: Uint8Array, at: number, length: number, opcode: number, response: boolean, big: boolean): Body => {
  const f: Fields = {};
  const body: Body = { fields: f, tlps: [], errors: [] };
  const end = at + length;
  reader.b = b;
  reader.big = big;
  if (length === 0) return body;
  switch (opcode) {
    case OPCODE.SYSTEM_CONFIG:
      if (length < 19) break;
      f.systemMode = octet(at);
      f.portNumber = reader.u16(at + 1);
      f.securityAccessMode = octet(at + 3);
      f.logicalCompatibilityStatus = octet(at + 4);
      f.opcodeRevision = octet(at + 5);
      f.subtype = octet(at + 6);
      f.typeOfRoc = octet(at + 18);
      f.pointTypes = list(at + 19, 255, end, 1, octet);
      break;
    case OPCODE.READ_CLOCK:
    case OPCODE.SET_CLOCK:
      if (length >= 7) readClock(f, at, length);
      break;
    case OPCODE.READ_TABLE:
    case OPCODE.WRITE_TABLE: {
      if (length < 3) break;
      f.tableNumber = octet(at);
      f.startingTableLocation = octet(at + 1);
      f.numTableLocations = octet(at + 2);
      const versioned = opcode === OPCODE.READ_TABLE && response && length >= 7;
      if (versioned) f.tableVersionNumber = reader.u32(at + 3);
      if (length > 3) f.data = b.slice(at + (versioned ? 7 : 3), end);
      break;
    }
    case OPCODE.LOGIN:
      readLogin(f, b, at, length);
      break;
    case OPCODE.STORE_AND_FORWARD: {
      if (length < 12) break;
      f.hostAddress = octet(at);
      f.hostGroup = octet(at + 1);
      f.destinations = list(at + 2, 8, end, 1, octet);
      f.desiredOpcode = octet(at + 10);
      f.numDataBytes = octet(at + 11);
      f.data = octet(at + 10) === OPCODE.LOGIN ? MASKED : b.slice(at + 12, end);
      break;
    }
    case OPCODE.IO_POSITION:
      if (!response) f.ioDataRequest = octet(at);
      else f.ioData = b.slice(at, end);
      break;
    case OPCODE.USER_DEFINED:
      f.command = octet(at);
      if (length >= 2) f.startPoint = octet(at + 1);
      if (length >= 3) f.numPoints = octet(at + 2);
      if (response) f.pointTypes = list(at + 3, length, end, 1, octet);
      break;
    case OPCODE.MIN_MAX: {
      if (length < 2) break;
      f.historySegment = octet(at);
      f.historicalPointNumber = octet(at + 1);
      if (length < 50) break;
      f.historicalArchivalMethod = octet(at + 2);
      f.pointType = octet(at + 3);
      f.pointLogicNumber = octet(at + 4);
      f.parameterNumber = octet(at + 5);
      f.currentValue = reader.u32(at + 6);
      f.minimumValueSinceContract = reader.u32(at + 10);
      f.maximumValueSinceContract = reader.u32(at + 14);
      // One octet without meaning in front of each time.
      f.timeOfMinValue = reader.u32(at + 19);
      f.timeOfMaxValue = reader.u32(at + 24);
      f.minimumValueYesterday = reader.u32(at + 28);
      f.maximumValueYesterday = reader.u32(at + 32);
      f.timeOfYesterdayMinValue = reader.u32(at + 37);
      f.timeOfYesterdayMaxValue = reader.u32(at + 42);
      f.valueDuringLastCompletedPeriod = reader.u32(at + 46);
      break;
    }
    case OPCODE.HISTORY_TAG: {
      if (length < 2) break;
      f.historySegment = octet(at);
      const count = octet(at + 1);
      const points = at + (response ? 4 : 2);
      f.numPoints = count;
      f.historyPoints = list(points, count, end, 1, octet);
      if (!response || length < 4 + count) break;
      f.periodicIndex = reader.u16(at + 2);
      f.tags = list(points + count, count, end, 10, (i) => paddedAscii(b, i, i + 10));
      break;
    }
    case OPCODE.ALARMS:
    case OPCODE.EVENTS: {
      if (length < 3) break;
      f.count = octet(at);
      f.startingIndex = reader.u16(at + 1);
      if (!response || length < 5) break;
      f.currentIndex = reader.u16(at + 3);
      const size = opcode === OPCODE.ALARMS ? 23 : 22;
      f.entries = list(at + 5, octet(at), end, size, (i) => upperHex(b, i, i + size));
      break;
    }
    case OPCODE.HISTORY_POINT:
      if (length < 6) break;
      f.historySegment = octet(at);
      f.pointNumber = octet(at + 1);
      if (!response) {
        f.typeOfHistory = octet(at + 2);
        f.historySegmentIndex = reader.u16(at + 3);
        f.numValuesRequested = octet(at + 5);
      } else {
        f.currentIndex = reader.u16(at + 2);
        f.numValuesSent = octet(at + 4);
        f.historyValues = list(at + 5, octet(at + 4), end, 4, (i) => reader.u32(i));
      }
      break;
    case OPCODE.HISTORY_POINTS:
      if (length < 6) break;
      f.historySegment = octet(at);
      f.historySegmentIndex = reader.u16(at + 1);
      if (!response) {
        if (length < 7) break;
        f.typeOfHistory = octet(at + 3);
        f.startingHistoryPoint = octet(at + 4);
        f.numHistoryPoints = octet(at + 5);
        f.numTimePeriods = octet(at + 6);
      } else {
        f.currentIndex = reader.u16(at + 3);
        f.numDataElementsSent = octet(at + 5);
        // Time and values of each period follow each other; how many there are only the request says.
        f.elements = list(at + 6, octet(at + 5), end, 4, (i) => reader.u32(i));
      }
      break;
    case OPCODE.HISTORY_INDEX:
      if (length < 3) break;
      f.historySegment = octet(at);
      if (!response || length < 9) {
        f.day = octet(at + 1);
        f.month = octet(at + 2);
      } else {
        f.startingPeriodicIndex = reader.u16(at + 1);
        f.numPeriodicEntries = reader.u16(at + 3);
        f.dailyIndex = reader.u16(at + 5);
        f.numDailyEntries = reader.u16(at + 7);
      }
      break;
    case OPCODE.DAILY: {
      if (length < 4) break;
      f.historySegment = octet(at);
      f.historyPoint = octet(at + 1);
      f.day = octet(at + 2);
      f.month = octet(at + 3);
      if (!response || length < 8) break;
      const periodic = reader.u16(at + 4);
      const daily = reader.u16(at + 6);
      f.numPeriodicEntries = periodic;
      f.numDailyEntries = daily;
      f.periodicValues = list(at + 8, periodic, end, 4, (i) => reader.u32(i));
      f.dailyValues = list(at + 8 + periodic * 4, daily, end, 4, (i) => reader.u32(i));
      break;
    }
    case OPCODE.HISTORY:
      readHistory(f, at, length, response);
      break;
    case OPCODE.SET_POINT:
    case OPCODE.GET_POINT:
      if (length < 4) break;
      f.pointType = octet(at);
      f.pointLogicNumber = octet(at + 1);
      f.numParameters = octet(at + 2);
      f.startParameter = octet(at + 3);
      if (length > 4) f.parameterData = b.slice(at + 4, end);
      break;
    case OPCODE.GET:
      readTlps(body.tlps, b, at, length, response && length !== 1 + 3 * octet(at));
      f.numParameters = octet(at);
      break;
    case OPCODE.SET:
      readTlps(body.tlps, b, at, length, true);
      f.numParameters = octet(at);
      break;
    case OPCODE.FILE:
      readFile(f, b, at, length, response);
      break;
    case OPCODE.TRANSACTIONS:
      readTransactions(f, b, at, length, response);
      break;
    case OPCODE.SRBX:
    case OPCODE.ACK_SRBX:
      if (length >= 2) f.alarmIndex = reader.u16(at);
      break;
    case OPCODE.ERROR:
      for (let i = at; i + 2 <= end; i += 2) body.errors.push([octet(i), octet(i + 1)]);
      break;
  }
  return body;
};

const FOREIGN = { kind: 'foreign' } as const;
const EMPTY = new Uint8Array(0);

export const decodeRoc = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  state: RocState,
): Decoded<RocMessage> => {
  const available = end - start;
  if (available < HEADER + TRAILER) return { kind: 'incomplete', missing: HEADER + TRAILER - available };
  const opcode = b[start + 4]!;
  const dataLength = b[start + 5]!;
  const total = HEADER + dataLength + TRAILER;
  if (available < total) return isOpcode(opcode) ? { kind: 'incomplete', missing: total - available } : FOREIGN;
  const at = start + HEADER;
  const stop = at + dataLength;
  const crc = u16le(b, stop);
  const crcRight = crcFits(b, start, stop);
  if (!crcRight) {
    if (!isOpcode(opcode)) return FOREIGN;
    return { kind: 'malformed', code: 'roc-plus.crc', detail: `CRC of opcode ${opcode} is wrong`, consumed: total };
  }
  const response = isResponse(opcode, dataLength, toServer);
  learnOrder(state, opcode, response, b, at, dataLength);
  const body = readBody(b, at, dataLength, opcode, response, state.bigEndian === true);
  const info = opcodeInfo(opcode);
  const message: RocMessage = {
    type: response ? info.response : info.request,
    destinationUnit: b[start]!,
    destinationGroup: b[start + 1]!,
    sourceUnit: b[start + 2]!,
    sourceGroup: b[start + 3]!,
    opcode,
    response,
    dataLength,
    crc,
    crcRight,
    fields: body.fields,
    tlps: body.tlps,
    errors: body.errors,
    data: opcode === OPCODE.LOGIN || dataLength === 0 ? EMPTY : b.slice(at, stop),
    swapped: state.bigEndian === true,
  };
  return { kind: 'message', message, consumed: total };
};

/** Which side sent it: by the flow, except where the length leaves no choice (the side of a flow may be a guess). */
const isResponse = (opcode: number, length: number, toServer: boolean): boolean => {
  if (opcode === OPCODE.ERROR) return true;
  if (opcode === OPCODE.SYSTEM_CONFIG || opcode === OPCODE.READ_CLOCK) return length > 0;
  if (
    opcode === OPCODE.SET_CLOCK ||
    opcode === OPCODE.WRITE_TABLE ||
    opcode === OPCODE.SET_POINT ||
    opcode === OPCODE.SET
  )
    return length === 0;
  return !toServer;
};

/** A known opcode, and the CRC over exactly the octets that the length tells. */
export const probeRoc = (b: Uint8Array, start: number, end: number, datagram: boolean): Probe => {
  const available = end - start;
  if (available < HEADER) return 'more';
  if (!isOpcode(b[start + 4]!)) return 'no';
  const total = HEADER + b[start + 5]! + TRAILER;
  if (available < total) return 'more';
  if (datagram && available !== total) return 'no';
  const stop = start + total - TRAILER;
  if (!crcFits(b, start, stop)) return 'no';
  // Eight octets of zeros have a right CRC too.
  return b[start + 4] === 0 && b[start + 5] === 0 ? 'no' : 'sure';
};

/** A message with its CRC; addresses are `[unit, group]`. */
export const encodeRoc = (
  destination: readonly [number, number],
  source: readonly [number, number],
  opcode: number,
  data: ArrayLike<number>,
): Uint8Array => {
  const w = new OctetWriter().u8(...destination, ...source, opcode, data.length).bytes(data);
  const octets = w.done();
  return w.u16le(rocCrc(octets, 0, octets.length, 0xffff)).done();
};
