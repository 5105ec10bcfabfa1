/**
 * EPSEM services of ANSI C12.22 (IEEE Std 1703-2012, 5.3.2): codes, and what stands in requests and answers. Tables and
 * procedures are those of ANSI C12.19.
 */
import type { Verb } from '../../core/observation.ts';
import { ascii, u16be, u32be } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';

export const SERVICE = {
  IDENT: 0x20, TERMINATE: 0x21, DISCONNECT: 0x22, DEREGISTER: 0x24, RESOLVE: 0x25, TRACE: 0x26, REGISTER: 0x27, FULL_READ: 0x30, DEFAULT_READ: 0x3e, OFFSET_READ: 0x3f,
  FULL_WRITE: 0x40, DEFAULT_WRITE: 0x4e, OFFSET_WRITE: 0x4f, LOGON: 0x50, SECURITY: 0x51, LOGOFF: 0x52, AUTHENTICATE: 0x53, WAIT: 0x70, OK: 0, RQTL: 15, RSTL: 16, SGERR: 18,
} as const; // biome-ignore format: a table

const named: (readonly [string, Verb] | undefined)[] = [];
// biome-ignore format: a table
for (const [code, name, verb] of [
  [0x20, 'Identification', 'discover'], [0x21, 'Terminate', 'invoke'], [0x22, 'Disconnect', 'invoke'], [0x24, 'Deregister', 'configure'], [0x25, 'Resolve', 'discover'],
  [0x26, 'Trace', 'discover'], [0x27, 'Register', 'configure'], [0x30, 'Full Read', 'read'], [0x3e, 'Default Read', 'read'], [0x3f, 'Partial Read Offset', 'read'],
  [0x40, 'Full Write', 'write'], [0x4e, 'Default Write', 'write'], [0x4f, 'Partial Write Offset', 'write'], [0x50, 'Logon', 'authenticate'], [0x51, 'Security', 'authenticate'],
  [0x52, 'Logoff', 'invoke'], [0x53, 'Authenticate', 'authenticate'], [0x60, 'Negotiate', 'invoke'], [0x70, 'Wait', 'invoke'], [0x71, 'Timing Setup', 'invoke'],
] as const) named[code] = [name, verb];
for (let i = 1; i <= 9; i++) {
  named[0x30 + i] = [`Partial Read ${i}`, 'read'];
  named[0x40 + i] = [`Partial Write ${i}`, 'write'];
}
export const serviceName = (code: number): string => named[code]?.[0] ?? 'Unknown service';
export const serviceVerb = (code: number): Verb => named[code]?.[1] ?? 'invoke';
export const isService = (code: number): boolean => named[code] !== undefined || code <= 0x12;

// biome-ignore format: a table
const RESPONSES: readonly string[] = [
  'ok', 'error', 'service not supported', 'insufficient security clearance', 'operation not possible', 'inappropriate action requested', 'device busy', 'data not ready',
  'data locked', 'renegotiate request', 'invalid service sequence state', 'security mechanism error', 'unknown application title', 'network time-out', 'network not reachable',
  'request too large', 'response too large', 'segmentation not possible', 'segmentation error',
];
export const responseText = (code: number): string => `${RESPONSES[code] ?? 'error'} (${code})`;

export interface TableData {
  readonly count: number;
  readonly data: Uint8Array;
  readonly checksum: number;
}
export interface C1222Service {
  readonly code: number;
  /** Answers: code of the request they belong to, -1 when it was not seen. */
  readonly answers: number;
  readonly table: number;
  readonly indices: readonly number[];
  readonly elementCount: number;
  readonly offset: number;
  readonly octetCount: number;
  readonly tables: readonly TableData[];
  /** Logon, security, registration and identification, by name. */
  readonly fields: Readonly<Record<string, string | number | boolean | Uint8Array | readonly string[]>>;
}

const NONE: readonly number[] = [];
const NO_TABLES: readonly TableData[] = [];
/** Tables of one answer, titles of one trace. */
const MAX_LIST = 32;

/** Object identifier of `start`..`end`; relative ones begin with a dot. */
export const oidText = (b: Uint8Array, start: number, end: number, relative: boolean): string => {
  const parts: string[] = [];
  let value = 0;
  for (let i = start; i < end && parts.length < 40; i++) {
    value = value * 128 + (b[i]! & 0x7f);
    if (value > 1e14) return '';
    if (b[i]! >= 0x80) continue;
    if (parts.length === 0 && !relative)
      parts.push(String(Math.min(2, Math.floor(value / 40))), String(value - 40 * Math.min(2, Math.floor(value / 40))));
    else parts.push(String(value));
    value = 0;
  }
  return relative ? `.${parts.join('.')}` : parts.join('.');
};
/** An application title at `at`: universal (06) or relative (80), with its end. */
const readTitle = (b: Uint8Array, at: number, end: number): readonly [string, number] => {
  const length = at + 2 <= end ? b[at + 1]! : 0;
  const stop = at + 2 + length;
  if (stop > end || length > 127) return ['', end];
  return [oidText(b, at + 2, stop, b[at] === 0x80), stop];
};

/** count (2), data, two's complement checksum (1); 0xffff counts are followed by more tables. */
const readTables = (b: Uint8Array, start: number, end: number): TableData[] => {
  const out: TableData[] = [];
  let at = start;
  while (at + 3 <= end && out.length < MAX_LIST) {
    const count = u16be(b, at);
    const stop = at + 2 + count;
    if (stop + 1 > end) break;
    out.push({ count, data: b.slice(at + 2, stop), checksum: b[stop]! });
    at = stop + 1;
  }
  return out;
};

type Fields = Record<string, string | number | boolean | Uint8Array | readonly string[]>;

/** 5.3.2.4.1: standard, version, revision, features up to a zero. */
const readIdent = (f: Fields, b: Uint8Array, start: number, end: number): void => {
  if (end - start < 3) return;
  f.standard = b[start]!;
  f.version = b[start + 1]!;
  f.revision = b[start + 2]!;
  let at = start + 3;
  while (at < end && b[at] !== 0) {
    const tag = b[at++]!;
    if (tag === 4 || tag === 6) {
      const [title, next] = readTitle(b, at, end);
      f[tag === 4 ? 'securityMechanism' : 'deviceClass'] = title;
      at = next;
    } else if (tag === 5 && at < end) {
      f.sessions = b[at]! & 0x7f;
      f.sessionless = b[at]! >= 0x80;
      at++;
    } else if (tag === 7 && at + 1 < end) {
      const length = b[at]!;
      f.identityFormat = b[at + 1]!;
      f.identity = b.slice(at + 2, Math.min(end, at + 1 + length));
      at += 1 + length;
    } else return;
  }
};

const u24 = (b: Uint8Array, at: number): number => (b[at]! << 16) | (b[at + 1]! << 8) | b[at + 2]!;

/** 5.3.2.4.10. */
const readRegister = (f: Fields, b: Uint8Array, start: number, end: number): void => {
  if (end - start < 6) return;
  f.nodeType = b[start]!;
  f.connectionType = b[start + 1]!;
  f.deviceClass = oidText(b, start + 2, start + 6, true);
  const [title, afterTitle] = readTitle(b, start + 6, end);
  f.apTitle = title;
  const [serial, afterSerial] = readTitle(b, afterTitle, end);
  f.electronicSerialNumber = serial;
  if (afterSerial >= end) return;
  const addressEnd = afterSerial + 1 + b[afterSerial]!;
  if (addressEnd + 3 > end) return;
  f.nativeAddress = b.slice(afterSerial + 1, addressEnd);
  f.registrationPeriod = u24(b, addressEnd);
  const pattern = addressEnd + 3;
  if (pattern < end && (b[start]! & 0x80) !== 0)
    f.notificationPattern = b.slice(pattern + 1, Math.min(end, pattern + 1 + b[pattern]!));
};
const readRegistered = (f: Fields, b: Uint8Array, start: number, end: number): void => {
  const [title, at] = readTitle(b, start, end);
  f.apTitle = title;
  if (at + 6 > end) return;
  f.registrationDelay = u16be(b, at);
  f.registrationPeriod = u24(b, at + 2);
  f.registrationInfo = b[at + 5]!;
};
const readTitles = (b: Uint8Array, start: number, end: number): string[] => {
  const out: string[] = [];
  for (let at = start; at < end && out.length < MAX_LIST; ) {
    const [title, next] = readTitle(b, at, end);
    if (title === '') break;
    out.push(title);
    at = next;
  }
  return out;
};

/** One service of `start`..`end`, the code first. `answers`: the request an answer belongs to. */
export const readService = (b: Uint8Array, start: number, end: number, answers: number): C1222Service => {
  const code = b[start]!;
  const at = start + 1;
  const f: Fields = {};
  let table = -1;
  let indices = NONE;
  let elementCount = -1;
  let offset = -1;
  let octetCount = -1;
  let tables = NO_TABLES;
  const has = (n: number): boolean => end - at >= n;
  if (code === SERVICE.OK) {
    if (answers === SERVICE.IDENT) readIdent(f, b, at, end);
    else if (answers >= 0x30 && answers <= 0x3f) tables = readTables(b, at, end);
    else if (answers === SERVICE.LOGON && has(2)) f.sessionIdleTimeout = u16be(b, at);
    else if (answers === SERVICE.REGISTER) readRegistered(f, b, at, end);
    else if (answers === SERVICE.RESOLVE && has(1)) f.localAddress = b.slice(at + 1, Math.min(end, at + 1 + b[at]!));
    else if (answers === SERVICE.TRACE) f.apTitles = readTitles(b, at, end);
    else if (answers === -1) tables = readTables(b, at, end);
  } else if (code < 0x20) {
    if ((code === SERVICE.RQTL || code === SERVICE.RSTL) && has(4)) f.maximumSize = u32be(b, at);
    else if (code === SERVICE.SGERR) f.segmentationError = b.slice(at, end);
    else if (answers === SERVICE.TRACE && has(1)) f.apTitles = readTitles(b, at, end);
  } else if ((code >= 0x30 && code <= 0x39) || (code >= 0x40 && code <= 0x49)) {
    if (has(2)) table = u16be(b, at);
    const depth = code & 15;
    if (depth > 0 && has(2 + 2 * depth)) indices = Array.from({ length: depth }, (_, i) => u16be(b, at + 2 + 2 * i));
    const after = at + 2 + 2 * depth;
    if (code >= 0x40) tables = readTables(b, after, end);
    else if (depth > 0 && after + 2 <= end) elementCount = u16be(b, after);
  } else if (code === SERVICE.OFFSET_READ || code === SERVICE.OFFSET_WRITE) {
    if (has(5)) {
      table = u16be(b, at);
      offset = u24(b, at + 2);
    }
    if (code === SERVICE.OFFSET_READ && has(7)) octetCount = u16be(b, at + 5);
    else if (code === SERVICE.OFFSET_WRITE) tables = readTables(b, at + 5, end);
  } else if (code === SERVICE.DEFAULT_WRITE) tables = readTables(b, at, end);
  else if (code === SERVICE.LOGON) {
    if (has(12)) {
      f.userId = u16be(b, at);
      f.user = ascii(b, at + 2, at + 12);
    }
    if (has(14)) f.sessionIdleTimeout = u16be(b, at + 12);
  } else if (code === SERVICE.SECURITY) {
    f.password = MASKED;
    // Optional (5.3.2.4.5): the length of the service tells whether it is there.
    if (has(22)) f.userId = u16be(b, at + 20);
  } else if (code === SERVICE.REGISTER) readRegister(f, b, at, end);
  else if (code === SERVICE.DEREGISTER || code === SERVICE.RESOLVE) f.apTitle = readTitle(b, at, end)[0];
  else if (code === SERVICE.TRACE) f.apTitles = readTitles(b, at, end);
  else if (code === SERVICE.WAIT && has(1)) f.seconds = b[at]!;
  return { code, answers, table, indices, elementCount, offset, octetCount, tables, fields: f };
};

/** Standard tables of ANSI C12.19 that people ask for by name. */
// biome-ignore format: a table
const TABLES: Readonly<Record<number, string>> = {
  0: 'general configuration', 1: 'manufacturer identification', 2: 'nameplate', 3: 'mode and status', 4: 'pending status', 5: 'device identification', 6: 'utility information',
  7: 'procedure initiate', 8: 'procedure response', 15: 'constants', 16: 'source definition', 21: 'actual register', 22: 'data selection', 23: 'current register data',
  24: 'previous season data', 25: 'previous demand reset data', 26: 'self-read data', 27: 'present register selection', 28: 'present register data', 42: 'security',
  44: 'access control', 45: 'key', 52: 'clock', 55: 'clock state', 61: 'actual load profile', 64: 'load profile data set 1', 71: 'actual log', 74: 'history log data', 76: 'event log data',
  112: 'load control status', 121: 'network', 122: 'interface control',
};
export const tableText = (table: number): string => {
  const name = TABLES[table];
  return name === undefined ? `table ${table}` : `table ${table} (${name})`;
};

/** Standard procedures (C12.19, table 7). */
// biome-ignore format: a table
export const PROCEDURES: Readonly<Record<number, readonly [string, Verb]>> = {
  0: ['Cold Start', 'restart'], 1: ['Warm Start', 'restart'], 2: ['Save Configuration', 'configure'], 3: ['Clear Data', 'delete'], 4: ['Reset List Pointers', 'configure'],
  5: ['Update Last Read Entry', 'configure'], 6: ['Change End Device Mode', 'mode-change'], 7: ['Clear Standard Status Flags', 'configure'],
  8: ['Clear Manufacturer Status Flags', 'configure'], 9: ['Remote Reset', 'invoke'], 10: ['Set Date And Time', 'configure'], 11: ['Execute Diagnostics', 'invoke'],
  12: ['Activate All Pending Tables', 'configure'], 13: ['Activate Specific Pending Tables', 'configure'], 14: ['Clear All Pending Tables', 'configure'],
  15: ['Clear Specific Pending Tables', 'configure'], 16: ['Start Load Profile', 'configure'], 17: ['Stop Load Profile', 'configure'], 18: ['Log In', 'authenticate'],
  19: ['Log Out', 'invoke'], 20: ['Initiate Immediate Call', 'invoke'], 21: ['Direct Load Control', 'control'], 22: ['Modify Credit', 'control'],
};
