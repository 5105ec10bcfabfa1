/** ICSNPP's HART-IP logs: messages, universal and common-practice commands, commands of direct PDUs, sessions of audit logs. */
import { commandInfo, type Field } from '../../../../src/decode/hart-ip/commands.ts';
import { unitName } from '../../../../src/decode/hart-ip/tables.ts';
import type { AuditRecord, HartCommand, HartIpMessage } from '../../../../src/decode/hart-ip/wire.ts';
import { type Cell, type Column, rowMap, type Seen, type SeenCapture } from '../../types.ts';
import {
  BITS,
  CODES,
  COMMAND_NAMES,
  DEVICE_STATUS,
  EXTENDED,
  FRAME_TYPES,
  MESSAGE_IDS,
  MESSAGE_TYPES,
  PREFIXES,
  STATUS_NAMES,
} from './hart-ip-names.ts';
import { octetText, sameFloat } from './octet-text.ts';

type M = Seen<HartIpMessage>;
interface Row {
  readonly seen: M;
  readonly c: HartCommand;
}

const snake = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/^_/, '_')
    .toLowerCase();
/** The plug-in is of two minds about "PV". */
const spellings = (name: string): string[] => {
  const s = snake(name);
  const odd = s.replace(/(slot\d)_?/, '$1_').replace('code_slot', 'code_slot');
  const out = [s, odd, s.replace(/codeslot(\d)/, 'code_slot$1').replace(/levelslot(\d)/, 'level_slot$1')];
  if (s.startsWith('pv_')) out.push(`p_v_${s.slice(3)}`);
  if (s.includes('_pv_')) out.push(s.replace('_pv_', '_pv_'));
  if (s === 'device_id') out.push('device_id');
  return [...new Set(out)];
};

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const dateText = (text: string): string => {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  return `${MONTHS[month - 1] ?? 'InvalidMonth'} ${day}, ${year}`;
};
/** Newer versions write numbers. */
const sameDate = (ours: string, theirs: string): boolean => {
  const m = /^(\w+) (\d+), (\d+)$/.exec(ours);
  return m !== null && theirs === `${MONTHS.indexOf(m[1]!) + 1}-${m[2]}-${m[3]}`;
};
/** The plug-in takes 1/32 ms for 1/32 s; older versions write the number. */
const timeText = (n: number): string => {
  const seconds = Math.floor(n / 32);
  const parts: string[] = [];
  if (seconds >= 3600) parts.push(`${Math.floor(seconds / 3600)} hours`);
  if (Math.floor(seconds / 60) % 60 > 0) parts.push(`${Math.floor(seconds / 60) % 60} minutes`);
  const rest = (seconds % 60) + (n % 32) / 32;
  if (rest > 0) parts.push(`${rest.toFixed(6)} seconds since midnight`);
  return parts.join(', ');
};
/** Their test replaces what looks like a time by X. */
const sameTime = (ours: string, theirs: string): boolean => {
  const at = theirs.indexOf('XXXXXXXXXX.XXXXXX');
  return at >= 0 && ours.startsWith(theirs.slice(0, at)) && ours.endsWith(theirs.slice(at + 17));
};

const unknownText = (n: number): string => `unknown-0x${n.toString(16)}`;

/** Octets of a field, with the padding that we leave out. */
const rawOf = (c: HartCommand, layout: readonly Field[], field: Field): Uint8Array => {
  let at = 0;
  for (const f of layout) {
    if (f === field) break;
    at += f.size;
  }
  return c.data.subarray(at, at + field.size);
};

const columnsOf = (
  field: Field,
  layout: readonly Field[],
  mine: (r: Row) => boolean,
  name: string,
): Record<string, Column<Row>> => {
  const out: Record<string, Column<Row>> = {};
  const value = (r: Row) => (mine(r) ? r.c.fields[field.name] : undefined);
  const code = (r: Row): number | undefined => {
    const v = value(r);
    return typeof v === 'number' ? v : undefined;
  };
  const bits = BITS[field.name];
  if (bits !== undefined) {
    for (const [suffix, of] of bits)
      out[`${name}_${suffix}`] = (r) => {
        const octet = code(r);
        return octet === undefined ? undefined : of(octet);
      };
    return out;
  }
  const names = CODES[field.name];
  if (names !== undefined)
    out[name] = (r) => {
      const n = code(r);
      return n === undefined ? undefined : names(n);
    };
  else if (field.kind === 'unit')
    out[name] = {
      value: (r) => {
        const n = code(r);
        return n === undefined ? undefined : n === 250 ? 'NAN' : (unitName(n) ?? unknownText(n));
      },
      // Theirs begins with an abbreviation.
      same: (ours, theirs) => theirs.toLowerCase().endsWith(` ${ours}`),
    };
  else if (field.kind === 'f32') out[name] = { value: (r) => code(r), same: sameFloat };
  else if (field.kind === 'date')
    out[name] = {
      value: (r) => {
        const v = value(r);
        return typeof v === 'string' ? dateText(v) : undefined;
      },
      whole: true,
      same: sameDate,
    };
  else if (field.kind === 'latin' || field.kind === 'octets')
    out[name] = (r) => (value(r) === undefined ? undefined : octetText(rawOf(r.c, layout, field)));
  else if (field.kind === 'packed') {
    out[name] = (r) => {
      const v = value(r);
      return typeof v === 'string' ? v.replaceAll('\\', '\\\\') : undefined;
    };
  } else if (field.kind === 'time')
    out[name] = {
      value: (r) => {
        const n = code(r);
        return n === undefined ? undefined : timeText(n);
      },
      whole: true,
      same: sameTime,
    };
  else out[name] = (r) => code(r);
  return out;
};

/** Commands of which request and answer have the same columns. */
const isShared = (number: number): boolean => {
  const { verb } = commandInfo(number);
  return number === 48 || (verb !== 'read' && verb !== 'discover');
};
const SHARED_FIRST: Readonly<Record<number, number>> = { 80: 1, 81: 1, 84: 1, 85: 2, 86: 1 };

const commandColumns = (numbers: readonly number[]): Record<string, Column<Row>> => {
  const out: Record<string, Column<Row>> = {};
  for (const number of numbers) {
    const prefix = PREFIXES[number]!;
    const info = commandInfo(number);
    const first = SHARED_FIRST[number] ?? 0;
    for (const response of [false, true]) {
      const layout = response ? info.response : info.request;
      layout.forEach((field, i) => {
        const direction = isShared(number) || i < first ? '' : response ? 'response_' : 'request_';
        const both = direction === '';
        const mine = (r: Row): boolean => r.c.number === number && (both || r.c.response === response);
        for (const spelling of spellings(field.name))
          Object.assign(out, columnsOf(field, layout, mine, `${prefix}_${direction}${spelling}`));
      });
    }
  }
  out.read_device_variable_response_slot0_time = (r) =>
    r.c.number === 9 && r.c.response ? (r.c.fields.slot0Time as number | undefined) : undefined;
  return out;
};

/** The plug-in writes a row for each command with data that it has columns for. */
const rows = (capture: SeenCapture, numbers: ReadonlySet<number>): Row[] =>
  capture
    .of<HartIpMessage>('hart-ip')
    .filter((seen) => seen.message.messageType <= 1)
    .flatMap((seen) =>
      seen.message.commands
        .filter(
          (c) => numbers.has(c.number) && c.data.length > 0 && (c.response || commandInfo(c.number).request.length > 0),
        )
        .map((c) => ({ seen, c })),
    );

const ALL = Object.keys(PREFIXES).map(Number);
const UNIVERSAL = ALL.filter((n) => n <= 22 || n === 38 || n === 48);
const COMMON = ALL.filter((n) => !UNIVERSAL.includes(n));
const commandMap = (log: string, numbers: readonly number[]) =>
  rowMap<Row>({
    shape: 'rows',
    peer: 'zeek',
    protocol: 'hart-ip',
    log,
    rows: (capture) => rows(capture, new Set(numbers)),
    columns: commandColumns(numbers),
  });
export const zeekHartUniversal = commandMap('hart_ip_universal_commands', UNIVERSAL);
export const zeekHartCommon = commandMap('hart_ip_common_commands', COMMON);

const commandName = (n: number): string => {
  if (COMMAND_NAMES[n] !== undefined) return COMMAND_NAMES[n];
  return n <= 89 && (PREFIXES[n] !== undefined || [36, 37, 42, 43, 78].includes(n))
    ? commandInfo(n).name
    : unknownText(n);
};
/** Octets of commands that the plug-in does not know. */
const plainData = (c: HartCommand): Cell => (PREFIXES[c.number] === undefined ? Array.from(c.data) : undefined);

const bitColumns = (
  prefix: string,
  table: readonly (readonly [string, (x: number) => Cell])[],
  octet: (s: M) => number | undefined,
) =>
  Object.fromEntries(
    table.map(([suffix, of]) => [
      `${prefix}_${suffix}`,
      (s: M): Cell => {
        const x = octet(s);
        return x === undefined || x < 0 ? undefined : of(x);
      },
    ]),
  );
const token = (s: M) => (s.message.messageType <= 1 ? s.message.token : undefined);
const tokenCommand = (s: M): HartCommand | undefined => (token(s) === undefined ? undefined : s.message.commands[0]);
const direct = (s: M): boolean => s.message.messageType <= 1 && s.message.messageId === 4;
const big = (n: bigint | undefined): Cell => (n === undefined ? undefined : Number(n));

export const zeekHartGeneral = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'hart-ip',
  log: 'hart_ip_general',
  rows: (capture) => capture.of<HartIpMessage>('hart-ip'),
  columns: {
    message_packet_bytes: {
      value: (s) => (s.message.messageType <= 1 || s.message.length === 8 ? undefined : Array.from(s.message.body)),
      list: true,
    },
    header_version: (s) => s.message.version,
    header_message_type_reserved: (s) => s.message.reserved,
    header_message_type_message_type: (s) => MESSAGE_TYPES(s.message.messageType),
    header_message_id: (s) => MESSAGE_IDS(s.message.messageId),
    header_status_code: (s) => STATUS_NAMES(s.message.status),
    header_sequence_number: (s) => s.message.sequence,
    header_length: (s) => s.message.length,
    session_initiate_master_type: (s) => s.message.masterType,
    session_initiate_inactivity_close_timer: (s) => s.message.inactivityCloseTimerMs,
    token_passing_pdu_delimiter_address_type: (s) => {
      const t = token(s);
      return t === undefined ? undefined : t.pollingAddress >= 0 ? 'Polling Address' : 'Unique Address';
    },
    token_passing_pdu_delimiter_expansion_bytes: (s) =>
      token(s) === undefined ? undefined : (token(s)!.delimiter >> 5) & 3,
    token_passing_pdu_delimiter_physical_layer_type: (s) =>
      token(s) === undefined
        ? undefined
        : (['Asynchronous', 'Synchronous'][(token(s)!.delimiter >> 3) & 3] ??
          unknownText((token(s)!.delimiter >> 3) & 3)),
    token_passing_pdu_delimiter_frame_type: (s) =>
      token(s) === undefined ? undefined : FRAME_TYPES(token(s)!.delimiter & 7),
    token_passing_pdu_address_v4: (s) =>
      token(s) === undefined || token(s)!.pollingAddress < 0 ? undefined : token(s)!.pollingAddress,
    token_passing_pdu_address_v6: (s) =>
      token(s) === undefined || token(s)!.pollingAddress >= 0 ? undefined : octetText(token(s)!.address),
    token_passing_pdu_command_number: (s) =>
      tokenCommand(s) === undefined ? undefined : commandName(tokenCommand(s)!.number),
    token_passing_pdu_byte_count: (s) => tokenCommand(s)?.byteCount,
    token_passing_pdu_check_byte: (s) => token(s)?.checkByte,
    token_passing_pdu_contents_data_data: {
      value: (s) => (tokenCommand(s) === undefined ? undefined : plainData(tokenCommand(s)!)),
      list: true,
    },
    token_passing_pdu_contents_response_response_code: (s) => {
      const c = tokenCommand(s);
      return c === undefined || c.responseCode < 0 ? undefined : c.responseCode;
    },
    ...bitColumns(
      'token_passing_pdu_contents_response_device_status',
      DEVICE_STATUS,
      (s) => tokenCommand(s)?.deviceStatus,
    ),
    ...bitColumns('direct_pdu_device_status', DEVICE_STATUS, (s) => (direct(s) ? s.message.deviceStatus : undefined)),
    ...bitColumns('direct_pdu_extended_status', EXTENDED, (s) => (direct(s) ? s.message.extendedStatus : undefined)),
    read_audit_log_start_record: (s) => s.message.audit?.startRecord,
    read_audit_log_number_of_records: (s) => s.message.audit?.numberOfRecords,
    read_audit_log_power_up_time: { value: (s) => big(s.message.audit?.powerUpTime), same: sameFloat },
    read_audit_log_last_security_change: { value: (s) => big(s.message.audit?.lastSecurityChange), same: sameFloat },
    read_audit_log_server_status_undefined_bits: (s) =>
      s.message.audit?.serverStatus === undefined ? undefined : s.message.audit.serverStatus >> 3,
    read_audit_log_server_status_insecure_syslog_connection: (s) => flag(s.message.audit?.serverStatus, 2),
    read_audit_log_server_status_syslog_server_located_but_connection_failed: (s) =>
      flag(s.message.audit?.serverStatus, 1),
    read_audit_log_server_status_unable_to_locate_syslog_server: (s) => flag(s.message.audit?.serverStatus, 0),
    read_audit_log_session_record_size: (s) => s.message.audit?.recordSize,
  },
});
const flag = (x: number | undefined, n: number): Cell => (x === undefined ? undefined : (x & (1 << n)) !== 0);

export const zeekHartDirect = rowMap<Row>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'hart-ip',
  log: 'hart_ip_direct_pdu_command',
  rows: (capture) =>
    capture
      .of<HartIpMessage>('hart-ip')
      .filter(direct)
      .flatMap((seen) => seen.message.commands.map((c) => ({ seen, c }))),
  columns: {
    direct_pdu_command_data_data: { value: (r) => plainData(r.c), list: true },
    direct_pdu_command_command_number: (r) => commandName(r.c.number),
    direct_pdu_command_byte_count: (r) => r.c.byteCount,
    direct_pdu_contents_response_response_code: (r) => (r.c.responseCode < 0 ? undefined : r.c.responseCode),
  },
});

interface AuditRow {
  readonly seen: M;
  readonly a: AuditRecord;
}
const SUMMARY = 'session_log_record_session_status_summary';
const ipv6 = (b: Uint8Array): string =>
  b.every((x) => x === 0)
    ? '::'
    : Array.from({ length: 8 }, (_, i) => (b[2 * i]! * 256 + b[2 * i + 1]!).toString(16)).join(':');
export const zeekHartSessions = rowMap<AuditRow>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'hart-ip',
  log: 'hart_ip_session_record',
  rows: (capture) =>
    capture
      .of<HartIpMessage>('hart-ip')
      .flatMap((seen) => (seen.message.audit?.records ?? []).map((a) => ({ seen, a }))),
  columns: {
    session_log_record_client_i_pv4_address: (r) => r.a.clientIPv4,
    session_log_record_client_i_pv6_address: (r) => ipv6(r.a.clientIPv6),
    session_log_record_client_port: (r) => r.a.clientPort,
    session_log_record_server_port: (r) => r.a.serverPort,
    session_log_record_connect_time: { value: (r) => big(r.a.connectTime), same: sameFloat },
    session_log_record_disconnect_time: { value: (r) => big(r.a.disconnectTime), same: sameFloat },
    [`${SUMMARY}_undefined_bits`]: (r) => r.a.status >> 5,
    [`${SUMMARY}_insecure_session`]: (r) => flag(r.a.status, 4),
    [`${SUMMARY}_session_timeout`]: (r) => flag(r.a.status, 3),
    [`${SUMMARY}_aborted_session`]: (r) => flag(r.a.status, 2),
    [`${SUMMARY}_bad_session_initialization`]: (r) => flag(r.a.status, 1),
    [`${SUMMARY}_writes_occured`]: (r) => flag(r.a.status, 0),
    session_log_record_start_configuration_change_count: (r) => r.a.startConfigurationChangeCount,
    session_log_record_end_configuration_change_count: (r) => r.a.endConfigurationChangeCount,
    session_log_record_num_publish_pdu: (r) => r.a.publishPdus,
    session_log_record_num_request_pdu: (r) => r.a.requestPdus,
    session_log_record_num_response_pdu: (r) => r.a.responsePdus,
  },
});
