/** ICSNPP's ROC Plus logs: one row per message in roc_plus.log, and one per message with data in the log of its opcode. */
import { OPCODE } from '../../../../src/decode/roc-plus/opcodes.ts';
import type { RocMessage, RocValue } from '../../../../src/decode/roc-plus/wire.ts';
import { type Cell, type Column, rowMap, type Seen, type SeenCapture } from '../../types.ts';
import { octetText, upperHex } from './octet-text.ts';

type M = Seen<RocMessage>;
// biome-ignore format: a table
const NAMES: Record<number, string> = {
  6: 'System Config', 7: 'Read Realtime Clock', 8: 'Set Realtime Clock', 10: 'Read Configurable Opcode Point Data', 11: 'Write Configurable Opcode Point Data', 17: 'Login Request',
  24: 'Store And Forward', 50: 'Request IO Point Position', 100: 'Access User Defined Information', 105: "Request Today's Yesterday's Min/Max Values",
  108: 'Request History Tag And Periodic Index', 118: 'Request Alarm Data', 119: 'Request Event Data', 135: 'Request Single History Point Data',
  136: 'Request Multiple History Point Data', 137: 'Request History Index', 138: 'Request Daily And Periodic History', 139: 'History Information Data',
  166: 'Set Single Point Parameters', 167: 'Request Single Point Parameters', 180: 'Request Parameters', 181: 'Write Parameters', 203: 'General File Transfer',
  205: 'Peer To Peer Network Messages', 206: 'Read Transaction History Data', 224: 'Srbx Signal', 225: 'Acknowledge Srbx', 255: 'Error Indicator',
};
// biome-ignore format: a table
const ERRORS: Record<number, string> = {
  1: 'Invalid Opcode Request', 2: 'Invalid Parameter Number', 3: 'Invalid Logical Number', 4: 'Invalid Point Type', 5: 'Received Too Many Data Bytes', 6: 'Received Too Few Data Bytes',
  12: 'Obsolete (Reserved, Not Used)', 13: 'Outside Valid Address Range', 14: 'Invalid History Request', 15: 'Invalid FST Request', 16: 'Invalid Event Entry', 17: 'Requested Too Many Alarms',
  18: 'Requested Too Many Events', 19: 'Write to Read-Only Parameter', 20: 'Security Error', 21: 'Invalid Security Logon', 22: 'Invalid Store and Forward Path',
  24: 'History Configuration in Progress', 25: 'Invalid Parameter Range', 29: 'Invalid 1 Day History Index Request', 30: 'Invalid History Point', 31: 'Invalid Min/Max Request',
  32: 'Invalid TLP', 33: 'Invalid Time', 34: 'Illegal Modbus Range', 50: 'General Error', 51: 'Invalid State for Write', 52: 'Invalid Configurable Opcode Request',
  61: 'HART Passthrough Comm Disabled', 62: 'HART Passthrough Not Licensed', 63: 'Request Access Level Too High', 77: 'Invalid Logoff String',
};
const of = (s: M, name: string): RocValue | undefined => s.message.fields[name];
const int = (s: M, name: string): Cell => {
  const v = of(s, name);
  return typeof v === 'number' ? v : undefined;
};
const text = (s: M, name: string): string => {
  const v = of(s, name);
  return typeof v === 'string' ? v : '';
};
const octets = (s: M, name: string): Cell => {
  const v = of(s, name);
  return v instanceof Uint8Array ? octetText(v) : undefined;
};
const list = (s: M, name: string): Cell => {
  const v = of(s, name);
  return Array.isArray(v) ? (v as readonly (string | number)[]) : undefined;
};
const asHex = (s: M, name: string): Cell => upperHex(Buffer.from(text(s, name), 'latin1'));
const time = (n: RocValue | undefined): Cell => (typeof n === 'number' ? `${n}.000000` : undefined);
const times = (s: M, name: string): Cell => {
  const v = of(s, name);
  return Array.isArray(v) ? v.map((x) => `${x}.000000`) : undefined;
};

/** The plug-in tells requests from answers by lengths alone, and of some opcodes it cannot. */
const isUnclear = (s: M): boolean => {
  const { opcode, dataLength, fields } = s.message;
  switch (opcode) {
    case OPCODE.GET:
    case OPCODE.SET:
    case OPCODE.PEER:
      return true;
    case OPCODE.HISTORY_TAG:
      return dataLength >= 15 && dataLength <= 23;
    case OPCODE.HISTORY:
      return fields.command === 1 && dataLength >= 10 && dataLength <= 67;
    case OPCODE.TRANSACTIONS:
      return fields.command === 2 && dataLength === 6;
    case OPCODE.ERROR:
      return dataLength % 2 !== 0;
    default:
      return NAMES[opcode] === undefined;
  }
};
const all = (capture: SeenCapture): readonly M[] => capture.of<RocMessage>('roc-plus');
const some = (capture: SeenCapture, ...opcodes: number[]): M[] =>
  all(capture).filter((s) => opcodes.includes(s.message.opcode) && s.message.dataLength > 0 && !isUnclear(s));
const map = (
  log: string,
  opcodes: readonly number[],
  columns: Record<string, Column<M>>,
  keep: (s: M) => boolean = () => true,
) =>
  rowMap<M>({
    shape: 'rows',
    peer: 'zeek',
    protocol: 'roc-plus',
    log,
    rows: (capture) => some(capture, ...opcodes).filter(keep),
    columns,
  });
const entries = (s: M): boolean => s.message.opcode === OPCODE.ALARMS || s.message.opcode === OPCODE.EVENTS;
const alarm = (s: M): boolean => s.message.opcode === OPCODE.ALARMS;
const event = (s: M): boolean => s.message.opcode === OPCODE.EVENTS;

export const zeekRoc = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'roc-plus',
  log: 'roc_plus',
  rows: all,
  columns: {
    protocol: (s) => s.carrier,
    packet_type: (s) => (isUnclear(s) ? 'Unknown' : s.message.response ? 'Response' : 'Request'),
    destination_unit: (s) => s.message.destinationUnit,
    destination_group: (s) => s.message.destinationGroup,
    source_unit: (s) => s.message.sourceUnit,
    source_group: (s) => s.message.sourceGroup,
    opcode: (s) => `${NAMES[s.message.opcode] ?? 'Unknown'} (${String(s.message.opcode).padStart(3, '0')})`,
    data_length: (s) => s.message.dataLength,
    lsb_crc: (s) => s.message.crc & 255,
    msb_crc: (s) => s.message.crc >> 8,
    error_code: { value: (s) => s.message.errors.map(([code]) => ERRORS[code] ?? 'Unknown'), list: true },
    error_offset: { value: (s) => s.message.errors.map(([, offset]) => offset), list: true },
  },
});

// biome-ignore format: a table
const COMPATIBILITY: Record<number, string> = {
  0: 'Compatability Mode: 0 | 16 points per slot | 224 bytes total | 14 module slots max', 1: 'Compatability Mode: 1 | 16 points per slot | 240 bytes total | 15 module slots max',
  2: 'Compatability Mode: 2 | 9 points per slot  | 224 bytes total | 27 module slots max',
};
// biome-ignore format: a table
const ROC_TYPES: Record<number, string> = {
  1: 'ROCPAC ROC300', 2: 'FloBoss 407', 3: 'FlashPAC ROC300', 4: 'FloBoss 503', 5: 'FloBoss 504', 6: 'ROC800 (809/827)', 11: 'DL8000',
};
export const zeekRocConfig = map('roc_plus_sys_cfg', [OPCODE.SYSTEM_CONFIG], {
  system_mode: (s) => ['Firmware Update Mode', 'Run Mode', 'Test Mode'][Number(of(s, 'systemMode'))],
  port_number: (s) => int(s, 'portNumber'),
  security_access_mode: (s) => int(s, 'securityAccessMode'),
  logical_compatability_status: {
    value: (s) => COMPATIBILITY[Number(of(s, 'logicalCompatibilityStatus'))],
    whole: true,
  },
  opcode_revision: (s) => ['Original', 'Extended'][Number(of(s, 'opcodeRevision'))],
  subtype: (s) => ['Series One', 'Series Two'][Number(of(s, 'subtype'))],
  type_of_roc: (s) => ROC_TYPES[Number(of(s, 'typeOfRoc'))],
  point_types: { value: (s) => list(s, 'pointTypes'), list: true },
});

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const zeekRocClock = map('roc_plus_realtime_clock', [OPCODE.READ_CLOCK, OPCODE.SET_CLOCK], {
  current_second: (s) => int(s, 'second'),
  current_minute: (s) => int(s, 'minute'),
  current_hour: (s) => int(s, 'hour'),
  current_day: (s) => int(s, 'day'),
  current_month: (s) => int(s, 'month'),
  current_year: (s) => int(s, 'year'),
  // 1 is Sunday.
  current_day_of_week: (s) => (of(s, 'dayOfWeek') === undefined ? undefined : DAYS[Number(of(s, 'dayOfWeek')) - 1]),
  timestamp: (s) => {
    const n = (name: string): number => Number(of(s, name));
    return `${Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) / 1000}.000000`;
  },
});

export const zeekRocTable = map('roc_plus_configurable_opcode', [OPCODE.READ_TABLE, OPCODE.WRITE_TABLE], {
  table_number: (s) => int(s, 'tableNumber'),
  starting_table_location: (s) => int(s, 'startingTableLocation'),
  num_table_locations: (s) => int(s, 'numTableLocations'),
  table_version_number: (s) => int(s, 'tableVersionNumber'),
  data: (s) => octets(s, 'data'),
});

export const zeekRocLogin = map('roc_plus_login', [OPCODE.LOGIN], {
  operator_id: (s) => asHex(s, 'operatorId'),
  access_level: (s) => int(s, 'accessLevel'),
  logout_string: (s) => asHex(s, 'logoutString'),
  session_key_string: (s) => asHex(s, 'sessionKeyString'),
});

const hop =
  (i: number) =>
  (s: M): Cell =>
    (of(s, 'destinations') as readonly number[] | undefined)?.[i];
export const zeekRocForward = map('roc_plus_store_and_forward', [OPCODE.STORE_AND_FORWARD], {
  host_address: (s) => int(s, 'hostAddress'),
  host_group: (s) => int(s, 'hostGroup'),
  dest1_address: hop(0),
  dest1_group: hop(1),
  dest2_address: hop(2),
  dest2_group: hop(3),
  dest3_address: hop(4),
  dest3_group: hop(5),
  dest4_address: hop(6),
  dest4_group: hop(7),
  desired_opcode: (s) => int(s, 'desiredOpcode'),
  num_data_bytes: (s) => int(s, 'numDataBytes'),
  opcode_data: (s) => octets(s, 'data'),
});

// biome-ignore format: the opcodes whose data this log holds
export const zeekRocData = map('roc_plus_data_request',
  [OPCODE.IO_POSITION, OPCODE.HISTORY_TAG, OPCODE.ALARMS, OPCODE.EVENTS, OPCODE.HISTORY_INDEX, OPCODE.DAILY, OPCODE.SRBX, OPCODE.ACK_SRBX], {
  io_data_req: (s) => int(s, 'ioDataRequest'),
  io_data: (s) => octets(s, 'ioData'),
  history_segment: (s) => int(s, 'historySegment'),
  num_points: (s) => int(s, 'numPoints'),
  historical_points: {
    value: (s) => (list(s, 'historyPoints') as readonly number[] | undefined)?.map((n) => `0x${n.toString(16).padStart(2, '0')}`),
    list: true,
  },
  periodic_index: (s) => int(s, 'periodicIndex'),
  tag: (s) => {
    const m = s.message;
    const count = Number(m.fields.numPoints);
    return m.opcode === OPCODE.HISTORY_TAG && m.response ? upperHex(m.data.subarray(4 + count, 14 + count)) : undefined;
  },
  num_alarms: (s) => (alarm(s) ? int(s, 'count') : undefined),
  starting_alarm_log_idx: (s) => (alarm(s) ? int(s, 'startingIndex') : undefined),
  current_alarm_log_idx: (s) => (alarm(s) ? int(s, 'currentIndex') : int(s, 'alarmIndex')),
  alarm_data: { value: (s) => (alarm(s) ? list(s, 'entries') : undefined), list: true },
  num_events_req: (s) => (event(s) && !s.message.response ? int(s, 'count') : undefined),
  starting_event_log_idx: (s) => (event(s) ? int(s, 'startingIndex') : undefined),
  num_events_sent: (s) => (event(s) && s.message.response ? int(s, 'count') : undefined),
  current_event_log_idx: (s) => (event(s) ? int(s, 'currentIndex') : undefined),
  event_data: { value: (s) => (event(s) ? list(s, 'entries') : undefined), list: true },
  day_requested: (s) => int(s, 'day'),
  month_requested: (s) => int(s, 'month'),
  starting_periodic_idx: (s) => int(s, 'startingPeriodicIndex'),
  num_periodic_entries: (s) => (entries(s) ? undefined : int(s, 'numPeriodicEntries')),
  daily_index: (s) => int(s, 'dailyIndex'),
  num_daily_entries: (s) => int(s, 'numDailyEntries'),
  history_point: (s) => int(s, 'historyPoint'),
  periodic_values: { value: (s) => list(s, 'periodicValues'), list: true },
  daily_values: { value: (s) => list(s, 'dailyValues'), list: true },
});

export const zeekRocUser = map('roc_plus_user_defined_info', [OPCODE.USER_DEFINED], {
  command: (s) => int(s, 'command'),
  start_point: (s) => int(s, 'startPoint'),
  num_points: (s) => int(s, 'numPoints'),
  // Only where the plug-in knows the number.
  point_types: {
    value: (s) =>
      (list(s, 'pointTypes') as readonly number[] | undefined)?.map((n) =>
        n === 253
          ? 'User Defined'
          : n === 254
            ? 'ROC Point Type'
            : n <= 8
              ? `User Program ${n}`
              : n === 255
                ? 'No Point Type'
                : `${n}`,
      ),
    list: true,
  },
});

export const zeekRocMinMax = map('roc_plus_historical_min_max_vals', [OPCODE.MIN_MAX], {
  history_segment: (s) => int(s, 'historySegment'),
  historical_point_number: (s) => int(s, 'historicalPointNumber'),
  historical_archival_method: (s) => int(s, 'historicalArchivalMethod'),
  point_type: (s) => int(s, 'pointType'),
  point_logic_number: (s) => int(s, 'pointLogicNumber'),
  parameter_number: (s) => int(s, 'parameterNumber'),
  current_value: (s) => int(s, 'currentValue'),
  minimum_value_since_contract: (s) => int(s, 'minimumValueSinceContract'),
  maximum_value_since_contract: (s) => int(s, 'maximumValueSinceContract'),
  time_of_min_value_occurrence: (s) => time(of(s, 'timeOfMinValue')),
  time_of_max_value_occurrence: (s) => time(of(s, 'timeOfMaxValue')),
  minimum_value_yesterday: (s) => int(s, 'minimumValueYesterday'),
  maximum_value_yesterday: (s) => int(s, 'maximumValueYesterday'),
  time_of_yesterday_min_value: (s) => time(of(s, 'timeOfYesterdayMinValue')),
  time_of_yesterday_max_value: (s) => time(of(s, 'timeOfYesterdayMaxValue')),
  value_during_last_completed_period: (s) => int(s, 'valueDuringLastCompletedPeriod'),
});

const HISTORY_TYPES = ['Minute', 'Periodic', 'Daily', 'Periodic Time Stamps', 'Daily Time Stamps'];
const historyType = (s: M): Cell =>
  of(s, 'typeOfHistory') === undefined ? undefined : HISTORY_TYPES[Number(of(s, 'typeOfHistory'))];
const elements = (s: M): readonly number[] => (list(s, 'elements') as readonly number[] | undefined) ?? [];
export const zeekRocPoint = map('roc_plus_history_point_data', [OPCODE.HISTORY_POINT, OPCODE.HISTORY_POINTS], {
  history_segment: (s) => int(s, 'historySegment'),
  point_number: (s) => int(s, 'pointNumber'),
  type_of_history: historyType,
  history_segment_index: (s) =>
    s.message.opcode === OPCODE.HISTORY_POINT && s.message.response
      ? int(s, 'currentIndex')
      : int(s, 'historySegmentIndex'),
  num_values_requested: (s) => int(s, 'numValuesRequested'),
  current_history_segment_index: (s) =>
    s.message.opcode === OPCODE.HISTORY_POINTS ? int(s, 'currentIndex') : undefined,
  num_values_sent: (s) => int(s, 'numValuesSent'),
  starting_history_point: (s) => int(s, 'startingHistoryPoint'),
  num_history_points: (s) => int(s, 'numHistoryPoints'),
  num_time_periods: (s) => int(s, 'numTimePeriods'),
  num_data_elements_sent: (s) => int(s, 'numDataElementsSent'),
  // The plug-in takes times and values for taking turns.
  history_timestamps: {
    value: (s) =>
      elements(s)
        .filter((_, i) => i % 2 === 0)
        .map((x) => `${x}.000000`),
    list: true,
  },
  history_values: {
    value: (s) =>
      s.message.opcode === OPCODE.HISTORY_POINT ? list(s, 'historyValues') : elements(s).filter((_, i) => i % 2 === 1),
    list: true,
  },
});

export const zeekRocHistory = map('roc_plus_history_information', [OPCODE.HISTORY], {
  command: (s) => ['Request Configured Points', 'Request Specified Point Data'][Number(of(s, 'command'))],
  history_segment: (s) => int(s, 'historySegment'),
  history_segment_index: (s) => int(s, 'historySegmentIndex'),
  current_index: (s) => int(s, 'currentIndex'),
  type_of_history: historyType,
  num_time_periods: (s) => int(s, 'numTimePeriods'),
  request_timestamps: (s) => int(s, 'requestTimestamps'),
  num_points: (s) => int(s, 'numPoints'),
  requested_history_points: { value: (s) => list(s, 'requestedHistoryPoints'), list: true },
  num_configured_points: (s) => int(s, 'numConfiguredPoints'),
  configured_points: { value: (s) => list(s, 'configuredPoints'), list: true },
});

interface Period {
  readonly seen: M;
  readonly stamp: Cell;
  readonly values: Cell;
}
export const zeekRocPeriods = rowMap<Period>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'roc-plus',
  log: 'roc_plus_time_period_history_points',
  rows: (capture) =>
    some(capture, OPCODE.HISTORY)
      .filter((s) => s.message.response && of(s, 'command') === 1)
      .flatMap((seen) => {
        const stamps = times(seen, 'timestamps') as readonly string[] | undefined;
        const values = (list(seen, 'historyValues') as readonly number[] | undefined) ?? [];
        const points = Number(of(seen, 'numPoints'));
        return Array.from({ length: Math.floor(values.length / Math.max(1, points)) }, (_, i) => ({
          seen,
          stamp: stamps?.[i],
          // The plug-in writes the first value of a period only.
          values: values[i * points],
        }));
      }),
  columns: { timestamp_for_index: (p) => p.stamp, history_point_values: (p) => p.values },
});

export const zeekRocSingle = map('roc_plus_single_point_parameters', [OPCODE.SET_POINT, OPCODE.GET_POINT], {
  point_type: (s) => int(s, 'pointType'),
  point_logic_number: (s) => int(s, 'pointLogicNumber'),
  num_parameters: (s) => int(s, 'numParameters'),
  start_parameter_num: (s) => int(s, 'startParameter'),
  parameter_data: (s) => {
    const v = of(s, 'parameterData');
    return v instanceof Uint8Array ? upperHex(v) : undefined;
  },
});

// biome-ignore format: a table
const FILE_COMMANDS: Record<number, string> = { 1: 'Open', 2: 'Read', 3: 'Write', 4: 'Close', 5: 'Delete', 6: 'Read Directory <= v3.05', 64: 'Read Directory >= v3.10' };
const OPEN_OPTIONS: Record<number, string> = {
  0: 'Open Read',
  1: 'Open Write',
  2: 'Create Write',
  3: 'Open Update',
  4: 'Truncate Write',
};
export const zeekRocFile = map('roc_plus_file_transfer', [OPCODE.FILE], {
  command: (s) => {
    const code = Number(of(s, 'command'));
    if (of(s, 'delete') === true) return 'Delete';
    // Requests for directories have one number; the newer ones are an octet longer.
    return !s.message.response && s.message.dataLength === 103 ? FILE_COMMANDS[64] : FILE_COMMANDS[code];
  },
  open_options: (s) => (of(s, 'openOptions') === undefined ? undefined : OPEN_OPTIONS[Number(of(s, 'openOptions'))]),
  path: (s) => text(s, 'path'),
  filename: (s) => text(s, 'filename'),
  file_descriptor: (s) => int(s, 'fileDescriptor'),
  offset: (s) => int(s, 'offset'),
  file_size: (s) => int(s, 'fileSize'),
  num_bytes: (s) => int(s, 'numBytes'),
  data: (s) => octets(s, 'data'),
  additional_files: (s) => int(s, 'additionalFiles'),
  total_num_files: (s) => int(s, 'totalFiles'),
  file_names: { value: (s) => list(s, 'fileNames'), list: true },
});

export const zeekRocTransactions = map('roc_plus_transaction_history', [OPCODE.TRANSACTIONS], {
  command: (s) => ['', 'List', 'Read'][Number(of(s, 'command'))],
  segment: (s) => int(s, 'segment'),
  transaction_offset: (s) => int(s, 'transactionOffset'),
  transaction_number: (s) => int(s, 'transactionNumber'),
  data_offset: (s) => int(s, 'dataOffset'),
  num_transactions: (s) => int(s, 'numTransactions'),
  more_data: (s) => (of(s, 'moreData') === undefined ? undefined : of(s, 'moreData') === true),
  description: (s) => asHex(s, 'description'),
  payload_size: (s) => int(s, 'payloadSize'),
  transaction_num: { value: (s) => list(s, 'transactionNumbers'), list: true },
  date_created: { value: (s) => list(s, 'datesCreated'), list: true },
  msg_data_size: (s) => int(s, 'messageDataSize'),
  data_type: { value: (s) => list(s, 'dataTypes'), list: true },
  data: { value: (s) => list(s, 'dataOctets'), list: true },
});

/** What the plug-in cannot read, as octets; of some opcodes without the command, of history with it in words. */
export const zeekRocUnknown = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'roc-plus',
  log: 'roc_plus_unknown_data',
  rows: (capture) => all(capture).filter((s) => isUnclear(s) && s.message.dataLength > 0),
  columns: {
    data: {
      value: (s) => {
        const data = s.message.data;
        if (s.message.opcode === OPCODE.HISTORY) return `Request Specified Point Data,${upperHex(data.subarray(1))}`;
        return upperHex(s.message.opcode === OPCODE.TRANSACTIONS ? data.subarray(1) : data);
      },
      whole: true,
    },
  },
});
