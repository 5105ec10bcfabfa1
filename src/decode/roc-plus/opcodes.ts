/**
 * Opcodes, point types and error codes of the ROC Plus protocol (ROC Plus Protocol Specifications Manual D301180X012, chapters
 * 2 and 3) and those of the older ROC protocol (D301053X012) that share its framing.
 */
import type { Verb } from '../../core/observation.ts';

export interface OpcodeInfo {
  readonly name: string;
  readonly verb: Verb;
  readonly request: string;
  readonly response: string;
}

// biome-ignore format: a table
const ROWS: readonly (readonly [number, string, Verb])[] = [
  [0, 'General Update', 'read'], [6, 'System Configuration', 'discover'], [7, 'Read Real-Time Clock', 'read'], [8, 'Set Real-Time Clock', 'configure'],
  [10, 'Read Configurable Opcode Point Data', 'read'], [11, 'Write Configurable Opcode Point Data', 'write'], [17, 'Login Request', 'authenticate'],
  [24, 'Store And Forward', 'invoke'], [50, 'Request I/O Point Position', 'read'], [100, 'Access User-Defined Information', 'read'], [103, 'System Information', 'discover'],
  [105, 'Request Today\'s And Yesterday\'s Min/Max Values', 'read'], [107, 'Read History Point Tag', 'read'], [108, 'Request History Tag And Periodic Index', 'read'],
  [118, 'Request Alarm Data', 'read'], [119, 'Request Event Data', 'read'], [120, 'Request Alarm, Event And History Pointers', 'read'], [121, 'Request Alarm Data (ROC)', 'read'],
  [122, 'Request Event Data (ROC)', 'read'], [126, 'Request Last 60 Minutes Of History', 'read'], [128, 'Request Day Of History', 'read'], [130, 'Request Archived Data', 'read'],
  [135, 'Request Single History Point Data', 'read'], [136, 'Request Multiple History Point Data', 'read'], [137, 'Request History Index', 'read'],
  [138, 'Request Daily And Periodic History', 'read'], [139, 'History Information Data', 'read'], [166, 'Set Single Point Parameters', 'write'],
  [167, 'Request Single Point Parameters', 'read'], [180, 'Request Parameters', 'read'], [181, 'Write Parameters', 'write'], [203, 'General File Transfer', 'invoke'],
  [205, 'Peer To Peer Network Messages', 'invoke'], [206, 'Read Transaction History Data', 'read'], [224, 'SRBX Signal', 'invoke'], [225, 'Acknowledge SRBX', 'invoke'],
  [255, 'Error Indicator', 'invoke'],
];
const OPCODES: readonly (OpcodeInfo | undefined)[] = ROWS.reduce<(OpcodeInfo | undefined)[]>(
  (all, [code, name, verb]) => {
    all[code] = { name, verb, request: `${name} request`, response: `${name} response` };
    return all;
  },
  [],
);
const UNKNOWN: OpcodeInfo = {
  name: 'Unknown opcode',
  verb: 'invoke',
  request: 'Unknown opcode request',
  response: 'Unknown opcode response',
};
export const isOpcode = (code: number): boolean => OPCODES[code] !== undefined;
export const opcodeInfo = (code: number): OpcodeInfo => OPCODES[code] ?? UNKNOWN;

export const OPCODE = {
  SYSTEM_CONFIG: 6, READ_CLOCK: 7, SET_CLOCK: 8, READ_TABLE: 10, WRITE_TABLE: 11, LOGIN: 17, STORE_AND_FORWARD: 24, IO_POSITION: 50, USER_DEFINED: 100, MIN_MAX: 105,
  HISTORY_TAG: 108, ALARMS: 118, EVENTS: 119, HISTORY_POINT: 135, HISTORY_POINTS: 136, HISTORY_INDEX: 137, DAILY: 138, HISTORY: 139, SET_POINT: 166, GET_POINT: 167,
  GET: 180, SET: 181, FILE: 203, PEER: 205, TRANSACTIONS: 206, SRBX: 224, ACK_SRBX: 225, ERROR: 255,
} as const; // biome-ignore format: a table

/** Chapter 3: what a point type is. */
// biome-ignore format: a table
export const POINT_TYPES: Readonly<Record<number, string>> = {
  82: 'virtual discrete output', 84: 'HART extended', 85: 'HART', 91: 'system variables', 92: 'logon', 93: 'license key', 94: 'user C++ configuration', 95: 'ROC comm port',
  96: 'FST parameters', 97: 'FST register tags', 98: 'soft point', 99: 'configurable opcode', 100: 'power control', 101: 'discrete input', 102: 'discrete output',
  103: 'analog input', 104: 'analog output', 105: 'pulse input', 106: 'RTD input', 107: 'thermocouple input', 108: 'multi-variable sensor', 109: 'system analog input',
  110: 'PID', 111: 'sensor module', 112: 'station', 113: 'orifice meter run configuration', 114: 'orifice meter run values', 115: 'turbine meter run configuration',
  116: 'turbine meter run values', 117: 'Modbus configuration', 118: 'Modbus register mapping', 119: 'Modbus event, alarm and history', 120: 'modem configuration',
  121: 'Modbus master', 122: 'DS800 configuration', 123: 'security group', 124: 'history segment configuration', 125: 'history segment 0 point', 126: 'history segment 1 point',
  127: 'history segment 2 point', 128: 'history segment 3 point', 129: 'history segment 4 point', 130: 'history segment 5 point', 131: 'history segment 6 point',
  132: 'history segment 7 point', 133: 'history segment 8 point', 134: 'history segment 9 point', 135: 'history segment 10 point', 136: 'ROC clock', 137: 'Internet configuration',
  138: 'user C++ host', 139: 'smart I/O module', 140: 'AC I/O', 141: 'advanced pulse module',
};
/** `analog input 3 parameter 14`: type, logical number (from 0) and parameter, as TLP. */
export const tlpText = (type: number, logical: number, parameter: number): string => {
  const name = POINT_TYPES[type];
  return `TLP ${type},${logical},${parameter}${name === undefined ? '' : ` (${name} ${logical + 1})`}`;
};

/** Opcode 255, table 2-31. */
// biome-ignore format: a table
const ERRORS: Readonly<Record<number, string>> = {
  1: 'invalid opcode request', 2: 'invalid parameter number', 3: 'invalid logical number', 4: 'invalid point type', 5: 'received too many data bytes', 6: 'received too few data bytes',
  13: 'outside valid address range', 14: 'invalid history request', 15: 'invalid FST request', 16: 'invalid event entry', 17: 'requested too many alarms',
  18: 'requested too many events', 19: 'write to read-only parameter', 20: 'security error', 21: 'invalid security logon', 22: 'invalid store and forward path',
  24: 'history configuration in progress', 25: 'invalid parameter range', 29: 'invalid 1 day history index request', 30: 'invalid history point', 31: 'invalid min/max request',
  32: 'invalid TLP', 33: 'invalid time', 34: 'illegal Modbus range', 50: 'general error', 51: 'invalid state for write', 52: 'invalid configurable opcode request',
  61: 'HART passthrough communication disabled', 62: 'HART passthrough not licensed', 63: 'requested access level too high', 77: 'invalid logoff string',
};
export const errorText = (code: number): string => `${ERRORS[code] ?? 'error'} (${code})`;

/** Opcode 6, table 2-2. */
export const SYSTEM_MODES: Readonly<Record<number, string>> = {
  0: 'firmware update mode',
  1: 'run mode',
  2: 'test mode',
};
// biome-ignore format: a table
export const ROC_TYPES: Readonly<Record<number, string>> = {
  1: 'ROCPAC ROC300', 2: 'FloBoss 407', 3: 'FlashPAC ROC300', 4: 'FloBoss 503', 5: 'FloBoss 504', 6: 'ROC800 (809/827)', 11: 'DL8000',
};

/** Opcode 203, table 2-27. */
export const FILE_COMMANDS: Readonly<Record<number, string>> = {
  1: 'Open',
  2: 'Read',
  3: 'Write',
  4: 'Close',
  5: 'Delete',
  6: 'Read Directory',
  64: 'Read Directory 64',
};
