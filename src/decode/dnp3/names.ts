/** Names of codes: IEEE 1815-2012 tables 4-3 (functions), 4-4..4-5 (internal indications), A-9 (status), clause 11 and annex A. */

export const FUNCTION = {
  CONFIRM: 0,
  READ: 1,
  WRITE: 2,
  SELECT: 3,
  OPERATE: 4,
  DIRECT_OPERATE: 5,
  DIRECT_OPERATE_NO_RESPONSE: 6,
  IMMEDIATE_FREEZE_NO_RESPONSE: 8,
  FREEZE_CLEAR_NO_RESPONSE: 10,
  FREEZE_AT_TIME: 11,
  FREEZE_AT_TIME_NO_RESPONSE: 12,
  COLD_RESTART: 13,
  WARM_RESTART: 14,
  INITIALIZE_APPLICATION: 16,
  STOP_APPLICATION: 18,
  ENABLE_UNSOLICITED: 20,
  DISABLE_UNSOLICITED: 21,
  ASSIGN_CLASS: 22,
  DELAY_MEASURE: 23,
  RECORD_CURRENT_TIME: 24,
  OPEN_FILE: 25,
  CLOSE_FILE: 26,
  DELETE_FILE: 27,
  GET_FILE_INFORMATION: 28,
  AUTHENTICATE_FILE: 29,
  ABORT_FILE: 30,
  ACTIVATE_CONFIGURATION: 31,
  AUTHENTICATION_REQUEST: 32,
  AUTHENTICATION_REQUEST_NO_ACK: 33,
  RESPONSE: 129,
  UNSOLICITED_RESPONSE: 130,
  AUTHENTICATION_RESPONSE: 131,
} as const;

const SILENT = new Set<number>([
  FUNCTION.CONFIRM,
  FUNCTION.DIRECT_OPERATE_NO_RESPONSE,
  FUNCTION.IMMEDIATE_FREEZE_NO_RESPONSE,
  FUNCTION.FREEZE_CLEAR_NO_RESPONSE,
  FUNCTION.FREEZE_AT_TIME_NO_RESPONSE,
  FUNCTION.AUTHENTICATION_REQUEST_NO_ACK,
]);
/** Requests that are not answered (table 4-3). */
export const isSilent = (functionCode: number): boolean => SILENT.has(functionCode);

/** Names of the request functions 0..33. */
export const REQUEST_NAMES: readonly string[] = [
  'Confirm',
  'Read',
  'Write',
  'Select',
  'Operate',
  'Direct Operate',
  'Direct Operate - No Response',
  'Immediate Freeze',
  'Immediate Freeze - No Response',
  'Freeze and Clear',
  'Freeze and Clear - No Response',
  'Freeze at Time',
  'Freeze at Time - No Response',
  'Cold Restart',
  'Warm Restart',
  'Initialize Data',
  'Initialize Application',
  'Start Application',
  'Stop Application',
  'Save Configuration',
  'Enable Unsolicited Responses',
  'Disable Unsolicited Responses',
  'Assign Class',
  'Delay Measurement',
  'Record Current Time',
  'Open File',
  'Close File',
  'Delete File',
  'Get File Information',
  'Authenticate File',
  'Abort File Transfer',
  'Activate Configuration',
  'Authentication Request',
  'Authentication Request - No Acknowledgment',
];
const RESPONSE_NAMES: readonly string[] = ['Response', 'Unsolicited Response', 'Authentication Response'];

/** `Read`, `Response`, or '' for a code that does not exist. */
export const functionName = (code: number): string =>
  (code < 128 ? REQUEST_NAMES[code] : RESPONSE_NAMES[code - FUNCTION.RESPONSE]) ?? '';

/** Data link functions: of primary stations, of secondary stations (tables 9-1 and 9-2). */
export const PRIMARY_NAMES: readonly (string | undefined)[] = [
  'Reset Link States',
  'Reset User Process',
  'Test Link States',
  'Confirmed User Data',
  'Unconfirmed User Data',
  undefined,
  undefined,
  undefined,
  undefined,
  'Request Link Status',
];
export const SECONDARY_NAMES: readonly (string | undefined)[] = [
  'Acknowledgment',
  'Negative Acknowledgment',
  ...new Array<undefined>(9).fill(undefined),
  'Link Status',
  undefined,
  undefined,
  'Link Service Not Functioning',
  'Link Service Not Supported',
];

/** Internal indications by bit of IIN1 (0..7) and IIN2 (8..15). */
export const IIN_NAMES: readonly string[] = [
  'BROADCAST',
  'CLASS_1_EVENTS',
  'CLASS_2_EVENTS',
  'CLASS_3_EVENTS',
  'NEED_TIME',
  'LOCAL_CONTROL',
  'DEVICE_TROUBLE',
  'DEVICE_RESTART',
  'NO_FUNC_CODE_SUPPORT',
  'OBJECT_UNKNOWN',
  'PARAMETER_ERROR',
  'EVENT_BUFFER_OVERFLOW',
  'ALREADY_EXECUTING',
  'CONFIG_CORRUPT',
  'RESERVED_1',
  'RESERVED_2',
];
/** Bits of `iin` (IIN1 in the high octet) that refuse a request. */
export const IIN_REFUSALS = 0x17;

/** The indications that are set, by name; `iin` with IIN1 in the high octet. */
export const iinNames = (iin: number): string[] =>
  IIN_NAMES.filter((_, bit) => (bit < 8 ? (iin >> (bit + 8)) & 1 : (iin >> (bit - 8)) & 1));

/** Control status of g12, g41 and their events (table A-9). */
export const CONTROL_STATUS: readonly (string | undefined)[] = [
  'SUCCESS',
  'TIMEOUT',
  'NO_SELECT',
  'FORMAT_ERROR',
  'NOT_SUPPORTED',
  'ALREADY_ACTIVE',
  'HARDWARE_ERROR',
  'LOCAL',
  'TOO_MANY_OBJS',
  'NOT_AUTHORIZED',
  'AUTOMATION_INHIBIT',
  'PROCESSING_LIMITED',
  'OUT_OF_RANGE',
  'DOWNSTREAM_LOCAL',
  'ALREADY_COMPLETE',
  'BLOCKED',
  'CANCELLED',
  'BLOCKED_OTHER_MASTER',
  'DOWNSTREAM_FAIL',
];
export const controlStatus = (status: number): string =>
  status === 126 ? 'NON_PARTICIPATING' : status === 127 ? 'UNDEFINED' : (CONTROL_STATUS[status] ?? 'RESERVED');

/** Operation type of the control code, bits 0-3. */
export const OPERATION_TYPES: readonly string[] = ['NUL', 'PULSE_ON', 'PULSE_OFF', 'LATCH_ON', 'LATCH_OFF'];
/** Trip/close code, bits 6-7. */
export const TRIP_CLOSE: readonly string[] = ['NUL', 'CLOSE', 'TRIP', 'RESERVED'];

/** `LATCH_ON`, `PULSE_ON CLOSE`, `PULSE_ON TRIP QUEUE`: a control code in words. */
export const controlText = (code: number): string => CONTROL_TEXTS[code & 255]!;
const CONTROL_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, code) => {
  const words = [OPERATION_TYPES[code & 15] ?? `OPERATION_${code & 15}`];
  if (code >> 6 !== 0) words.push(TRIP_CLOSE[code >> 6]!);
  if (code & 0x10) words.push('QUEUE');
  if (code & 0x20) words.push('CLEAR');
  return words.join(' ');
});

/** File command status (table A-14). */
export const FILE_STATUS: readonly (string | undefined)[] = [
  'SUCCESS',
  'PERMISSION_DENIED',
  'INVALID_MODE',
  'FILE_NOT_FOUND',
  'FILE_LOCKED',
  'TOO_MANY_OPEN',
  'INVALID_HANDLE',
  'WRITE_BLOCK_SIZE',
  'COMM_LOST',
  'CANNOT_ABORT',
  ...new Array<undefined>(6).fill(undefined),
  'NOT_OPENED',
  'HANDLE_EXPIRED',
  'BUFFER_OVERRUN',
  'FATAL',
  'BLOCK_SEQUENCE',
];
export const FILE_MODES: readonly string[] = ['', 'read', 'write', 'append'];

/** Session key status of g120v5. */
export const KEY_STATUS: readonly string[] = ['', 'OK', 'NOT_INIT', 'COMM_FAIL', 'AUTH_FAIL'];
/** Error codes of g120v7. */
export const AUTH_ERRORS: readonly (string | undefined)[] = [
  undefined,
  'authentication failed',
  'unexpected response',
  'no reply',
  'aggressive mode not supported',
  'MAC algorithm not supported',
  'key wrap algorithm not supported',
  'authorization failed',
  'update key change method not permitted',
  'invalid signature',
  'invalid certification data',
  'unknown user',
  'maximum session key status requests exceeded',
];

/** Device attributes of the standard set (g0, point index 0; clause 11.9 and table A-1). */
export const ATTRIBUTE_NAMES: ReadonlyMap<number, string> = new Map([
  [196, 'configuration id'],
  [197, 'configuration version'],
  [198, 'configuration build date'],
  [199, 'configuration last change date'],
  [200, 'configuration digest'],
  [201, 'configuration digest algorithm'],
  [202, 'master resource id'],
  [203, 'device location altitude'],
  [204, 'device location longitude'],
  [205, 'device location latitude'],
  [206, 'user-assigned secondary operator name'],
  [207, 'user-assigned primary operator name'],
  [208, 'user-assigned system name'],
  [209, 'secure authentication version'],
  [210, 'number of security statistics per association'],
  [211, 'identification of support for user-specific attributes'],
  [212, 'number of master-defined data set prototypes'],
  [213, 'number of outstation-defined data set prototypes'],
  [214, 'number of master-defined data sets'],
  [215, 'number of outstation-defined data sets'],
  [216, 'maximum number of binary outputs per request'],
  [217, 'local timing accuracy'],
  [218, 'duration of time accuracy'],
  [219, 'support for analog output events'],
  [220, 'maximum analog output index'],
  [221, 'number of analog outputs'],
  [222, 'support for binary output events'],
  [223, 'maximum binary output index'],
  [224, 'number of binary outputs'],
  [225, 'support for frozen counter events'],
  [226, 'support for frozen counters'],
  [227, 'support for counter events'],
  [228, 'maximum counter index'],
  [229, 'number of counters'],
  [230, 'support for frozen analog inputs'],
  [231, 'support for analog input events'],
  [232, 'maximum analog input index'],
  [233, 'number of analog inputs'],
  [234, 'support for double-bit binary input events'],
  [235, 'maximum double-bit binary input index'],
  [236, 'number of double-bit binary inputs'],
  [237, 'support for binary input events'],
  [238, 'maximum binary input index'],
  [239, 'number of binary inputs'],
  [240, 'maximum transmit fragment size'],
  [241, 'maximum receive fragment size'],
  [242, 'device software version'],
  [243, 'device hardware version'],
  [244, 'user-assigned owner name'],
  [245, 'user-assigned location'],
  [246, 'user-assigned id code'],
  [247, 'user-assigned device name'],
  [248, 'device serial number'],
  [249, 'DNP3 subset and conformance'],
  [250, 'device product name and model'],
  [252, 'device manufacturer'],
  [254, 'all attributes'],
  [255, 'list of attribute variations'],
]);
