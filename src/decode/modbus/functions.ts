/**
 * Modbus function codes, exception codes and diagnostics sub-functions by name, with the verb each one is in the common
 * vocabulary. Source: MODBUS Application Protocol Specification V1.1b3, sections 5 to 7; codes 9, 10, 13, 14, 18, 19,
 * 40 and 125 to 127 are the reserved ones of the Modicon controllers (PI-MBUS-300), 90 is Schneider's UMAS.
 */
import type { Verb } from '../../core/observation.ts';

export const FUNCTION = {
  READ_COILS: 1,
  READ_DISCRETE_INPUTS: 2,
  READ_HOLDING_REGISTERS: 3,
  READ_INPUT_REGISTERS: 4,
  WRITE_SINGLE_COIL: 5,
  WRITE_SINGLE_REGISTER: 6,
  READ_EXCEPTION_STATUS: 7,
  DIAGNOSTICS: 8,
  GET_COMM_EVENT_COUNTER: 11,
  GET_COMM_EVENT_LOG: 12,
  WRITE_MULTIPLE_COILS: 15,
  WRITE_MULTIPLE_REGISTERS: 16,
  REPORT_SERVER_ID: 17,
  READ_FILE_RECORD: 20,
  WRITE_FILE_RECORD: 21,
  MASK_WRITE_REGISTER: 22,
  READ_WRITE_MULTIPLE_REGISTERS: 23,
  READ_FIFO_QUEUE: 24,
  ENCAPSULATED_INTERFACE: 43,
  UMAS: 90,
} as const;

/** MODBUS Encapsulated Interface types (section 6.19). */
export const MEI_CANOPEN = 13;
export const MEI_DEVICE_IDENTIFICATION = 14;

const NAMES: Readonly<Record<number, string>> = {
  1: 'Read Coils',
  2: 'Read Discrete Inputs',
  3: 'Read Holding Registers',
  4: 'Read Input Registers',
  5: 'Write Single Coil',
  6: 'Write Single Register',
  7: 'Read Exception Status',
  8: 'Diagnostics',
  9: 'Program 484',
  10: 'Poll 484',
  11: 'Get Comm Event Counter',
  12: 'Get Comm Event Log',
  13: 'Program 584/984',
  14: 'Poll 584/984',
  15: 'Write Multiple Coils',
  16: 'Write Multiple Registers',
  17: 'Report Server ID',
  18: 'Program 884/M84',
  19: 'Reset Communication Link 884/M84',
  20: 'Read File Record',
  21: 'Write File Record',
  22: 'Mask Write Register',
  23: 'Read/Write Multiple Registers',
  24: 'Read FIFO Queue',
  40: 'Program Concept',
  43: 'Encapsulated Interface Transport',
  90: 'UMAS',
  125: 'Firmware Replacement',
  126: 'Program 584/984 (126)',
  127: 'Report Local Address',
};
const nameOf = (code: number): string =>
  NAMES[code] ??
  ((code >= 65 && code <= 72) || (code >= 100 && code <= 110)
    ? `User-defined function ${code}`
    : `Unassigned function ${code}`);

/** Name of each function code 0..127. */
export const FUNCTION_NAMES: readonly string[] = Array.from({ length: 128 }, (_, code) => nameOf(code));
/** `Message.type` of each function code, one constant string each. */
export const REQUEST_TYPES: readonly string[] = FUNCTION_NAMES.map((name) => `${name} request`);
export const RESPONSE_TYPES: readonly string[] = FUNCTION_NAMES.map((name) => `${name} response`);
export const EXCEPTION_TYPES: readonly string[] = FUNCTION_NAMES.map((name) => `${name} exception`);

/** True for the codes the specification assigns, and for UMAS: evidence for the probe. */
export const isAssigned = (code: number): boolean =>
  (code >= 1 && code <= 8) ||
  code === 11 ||
  code === 12 ||
  (code >= 15 && code <= 17) ||
  (code >= 20 && code <= 24) ||
  code === 43 ||
  code === 90;

const VERBS: Readonly<Record<number, Verb>> = {
  1: 'read',
  2: 'read',
  3: 'read',
  4: 'read',
  5: 'write',
  6: 'write',
  7: 'read',
  11: 'read',
  12: 'read',
  15: 'write',
  16: 'write',
  // Asking a device who it is counts as discovery, whatever the protocol.
  17: 'discover',
  19: 'restart',
  20: 'read',
  21: 'write',
  22: 'write',
  24: 'read',
  125: 'firmware-update',
};
/** The verb of a function that has only one; sub-functions (8, 23, 43) are told apart in `observe.ts`. */
export const FUNCTION_VERBS: readonly Verb[] = Array.from({ length: 128 }, (_, code) => VERBS[code] ?? 'invoke');

/** Exception codes, section 7. */
export const EXCEPTION = { GATEWAY_PATH_UNAVAILABLE: 10, GATEWAY_TARGET_FAILED: 11 } as const;
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  7: 'negative acknowledge',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};
/** `illegal data address (2)` for each exception code 0..255. */
export const EXCEPTION_REASONS: readonly string[] = Array.from(
  { length: 256 },
  (_, code) => `${EXCEPTIONS[code] ?? 'exception'} (${code})`,
);
export const isKnownException = (code: number): boolean => EXCEPTIONS[code] !== undefined;

export interface Subfunction {
  readonly name: string;
  readonly verb: Verb;
}
/** Diagnostics sub-functions, section 6.8. */
const SUBFUNCTIONS: Readonly<Record<number, Subfunction>> = {
  0: { name: 'Return Query Data', verb: 'invoke' },
  1: { name: 'Restart Communications Option', verb: 'restart' },
  2: { name: 'Return Diagnostic Register', verb: 'read' },
  3: { name: 'Change ASCII Input Delimiter', verb: 'configure' },
  4: { name: 'Force Listen Only Mode', verb: 'mode-change' },
  10: { name: 'Clear Counters and Diagnostic Register', verb: 'invoke' },
  11: { name: 'Return Bus Message Count', verb: 'read' },
  12: { name: 'Return Bus Communication Error Count', verb: 'read' },
  13: { name: 'Return Bus Exception Error Count', verb: 'read' },
  14: { name: 'Return Server Message Count', verb: 'read' },
  15: { name: 'Return Server No Response Count', verb: 'read' },
  16: { name: 'Return Server NAK Count', verb: 'read' },
  17: { name: 'Return Server Busy Count', verb: 'read' },
  18: { name: 'Return Bus Character Overrun Count', verb: 'read' },
  19: { name: 'Return IOP Overrun Count', verb: 'read' },
  20: { name: 'Clear Overrun Counter and Flag', verb: 'invoke' },
  21: { name: 'Get/Clear Modbus Plus Statistics', verb: 'read' },
};
const UNKNOWN_SUBFUNCTION: Subfunction = { name: 'Diagnostics (unassigned sub-function)', verb: 'invoke' };
export const FORCE_LISTEN_ONLY = 4;
export const subfunctionOf = (code: number): Subfunction => SUBFUNCTIONS[code] ?? UNKNOWN_SUBFUNCTION;

/** Object ids of Read Device Identification, section 6.21. */
const OBJECTS: readonly string[] = [
  'VendorName',
  'ProductCode',
  'MajorMinorRevision',
  'VendorUrl',
  'ProductName',
  'ModelName',
  'UserApplicationName',
];
export const objectName = (id: number): string => OBJECTS[id] ?? (id < 0x80 ? `reserved ${id}` : `private ${id}`);
