/** Zeek's modbus.log: one row per message, or (up to Zeek 5) one per response. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';
import { octetText } from './octet-text.ts';

const FUNCTIONS: Record<number, string> = {
  1: 'READ_COILS',
  2: 'READ_DISCRETE_INPUTS',
  3: 'READ_HOLDING_REGISTERS',
  4: 'READ_INPUT_REGISTERS',
  5: 'WRITE_SINGLE_COIL',
  6: 'WRITE_SINGLE_REGISTER',
  7: 'READ_EXCEPTION_STATUS',
  8: 'DIAGNOSTICS',
  9: 'PROGRAM_484',
  10: 'POLL_484',
  11: 'GET_COMM_EVENT_COUNTER',
  12: 'GET_COMM_EVENT_LOG',
  13: 'PROGRAM_584_984',
  14: 'POLL_584_984',
  15: 'WRITE_MULTIPLE_COILS',
  16: 'WRITE_MULTIPLE_REGISTERS',
  17: 'REPORT_SLAVE_ID',
  18: 'PROGRAM_884_U84',
  19: 'RESET_COMM_LINK_884_U84',
  20: 'READ_FILE_RECORD',
  21: 'WRITE_FILE_RECORD',
  22: 'MASK_WRITE_REGISTER',
  23: 'READ_WRITE_MULTIPLE_REGISTERS',
  24: 'READ_FIFO_QUEUE',
  40: 'PROGRAM_CONCEPT',
  41: 'MULTIPLE_FUNCTION_CODES',
  43: 'ENCAP_INTERFACE_TRANSPORT',
  90: 'PROGRAM_UNITY',
  91: 'OBJECT_MESSAGING',
  125: 'FIRMWARE_REPLACEMENT',
  126: 'PROGRAM_584_984_2',
  127: 'REPORT_LOCAL_ADDRESS',
};
const LATER: Readonly<Record<string, string>> = {
  MULTIPLE_FUNCTION_CODES: 'unknown-41',
  PROGRAM_UNITY: 'unknown-90',
  OBJECT_MESSAGING: 'unknown-91',
};
const EXCEPTIONS: Record<number, string> = {
  1: 'ILLEGAL_FUNCTION',
  2: 'ILLEGAL_DATA_ADDRESS',
  3: 'ILLEGAL_DATA_VALUE',
  4: 'SLAVE_DEVICE_FAILURE',
  5: 'ACKNOWLEDGE',
  6: 'SLAVE_DEVICE_BUSY',
  8: 'MEMORY_PARITY_ERROR',
  10: 'GATEWAY_PATH_UNAVAILABLE',
  11: 'GATEWAY_TARGET_DEVICE_FAILED_TO_RESPOND',
};

export const zeekModbus = rowMap<Seen<ModbusMessage>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus',
  rows: (capture, log) => {
    const all = capture.of<ModbusMessage>('modbus').filter((s) => s.carrier === 'tcp');
    return log.columns.includes('pdu_type') ? all : all.filter((s) => s.message.response && !s.toServer);
  },
  columns: {
    tid: (s) => s.message.transactionId,
    unit: (s) => s.message.unitId,
    func: {
      value: (s) =>
        (FUNCTIONS[s.message.functionCode] ?? `unknown-${s.message.functionCode}`) +
        (s.message.exceptionCode > 0 ? '_EXCEPTION' : ''),
      // Zeek learned these three names after version 3.
      same: (ours, theirs) => LATER[ours] === theirs,
    },
    pdu_type: (s) => (s.message.response ? 'RESP' : 'REQ'),
    exception: (s) =>
      s.message.exceptionCode > 0
        ? (EXCEPTIONS[s.message.exceptionCode] ?? `unknown-${s.message.exceptionCode}`)
        : undefined,
  },
});

interface Pair {
  readonly seen: Seen<ModbusMessage>;
  readonly request: ModbusMessage | undefined;
  readonly response: ModbusMessage | undefined;
}
/** Functions of which request and answer stand in one row; of all others each message has a row with its head only. */
const JOINED = new Set([1, 2, 3, 4, 5, 6, 8, 15, 16, 20, 21, 22, 23, 24, 43]);
const WITH_ADDRESS = new Set([1, 2, 3, 4, 5, 6, 15, 16, 22, 24]);
const WITH_VALUES = new Set([1, 2, 3, 4, 5, 6, 15, 16]);
const isCoil = (m: ModbusMessage): boolean => m.functionCode === 1 || m.functionCode === 2;
const first = (p: Pair): ModbusMessage => p.seen.message;
const quantity = (p: Pair): number | undefined => {
  const code = first(p).functionCode;
  if (code === 5 || code === 6) return 1;
  if (code === 24) return p.response && p.response.exceptionCode === 0 ? p.response.values.length : undefined;
  const records = p.request?.detail;
  if (records?.kind === 'file-records') return records.records.length;
  if (!WITH_VALUES.has(code)) return undefined;
  if (p.request) return p.request.quantity;
  return code <= 4 ? p.response?.values.length : p.response?.quantity;
};
const requestValues = (p: Pair): Cell => {
  const m = p.request;
  if (m === undefined || !WITH_VALUES.has(m.functionCode)) return undefined;
  return m.functionCode === 15 ? m.values.slice(0, m.quantity) : m.values;
};
/** Bits beyond those asked for, which the last octet of an answer carries. */
const padding = (p: Pair): readonly number[] =>
  p.request && p.response && isCoil(p.response) && p.response.exceptionCode === 0
    ? p.response.values.slice(p.request.quantity)
    : [];
const responseValues = (p: Pair): Cell => {
  const m = p.response;
  if (m === undefined || m.exceptionCode > 0) return undefined;
  if (m.functionCode !== 24 && !WITH_VALUES.has(m.functionCode)) return undefined;
  return isCoil(m) && p.request ? m.values.slice(0, p.request.quantity) : m.values;
};
const diagnostics = (m: ModbusMessage | undefined) => (m?.detail?.kind === 'diagnostics' ? m.detail : undefined);
const DIAGNOSTICS: Record<number, string> = {
  0: 'Return Query Data',
  1: 'Restart Communications Option',
  2: 'Return Diagnostic Register',
  3: 'Change ASCII Input Delimiter',
  4: 'Force Listen Only Mode',
  10: 'Clear Counters and Diagnostic Register',
  11: 'Return Bus Message Count',
  12: 'Return Bus Communication Error Count',
  13: 'Return Bus Exception Error Count',
  14: 'Return Server Message Count',
  15: 'Return Server No Response Count',
  16: 'Return Server NAK Count',
  17: 'Return Server Busy Count',
  18: 'Return Bus Character Overrun Count',
  20: 'Clear Overrun Counter and Flag',
};
const subfunction = (m: ModbusMessage | undefined): string | undefined => {
  const d = diagnostics(m);
  return d && (DIAGNOSTICS[d.subfunction] ?? `unknown-${d.subfunction}`);
};
const data = (m: ModbusMessage | undefined): string | undefined => {
  const d = diagnostics(m);
  return d && octetText(d.data.flatMap((w) => [w >> 8, w & 255]));
};
const mei = (m: ModbusMessage | undefined): string | undefined => {
  const kind = m?.detail?.kind;
  if (kind === 'identification-request' || kind === 'identification') return 'Read Device Identification';
  if (m?.detail?.kind !== 'mei') return undefined;
  return m.detail.meiType === 0x0d ? 'CANopen' : undefined;
};

/** ICSNPP's modbus_detailed.log: request and response in one row. */
export const zeekModbusDetailed = rowMap<Pair>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus_detailed',
  rows: (capture) =>
    capture
      .transactions<ModbusMessage>('modbus')
      .flatMap((t): Pair[] => {
        const [request, response] = [t.request?.message, t.response?.message];
        const seen = (t.request ?? t.response)!;
        if (JOINED.has(seen.message.functionCode)) return [{ seen, request, response }];
        return [t.request, t.response].flatMap((s) =>
          s ? [{ seen: s, request: undefined, response: undefined }] : [],
        );
      })
      .filter((p) => p.seen.carrier === 'tcp'),
  columns: {
    tid: (p) => first(p).transactionId,
    unit: (p) => first(p).unitId,
    func: (p) =>
      (FUNCTIONS[first(p).functionCode] ?? `unknown-${first(p).functionCode}`) +
      (first(p).exceptionCode > 0 ? '_EXCEPTION' : ''),
    // An answer to a read does not say the address, and one without request is all there is.
    address: (p) => {
      const code = first(p).functionCode;
      return WITH_ADDRESS.has(code) && (p.request || (p.response && code > 4 && code !== 24))
        ? first(p).address
        : undefined;
    },
    quantity,
    request_values: { value: requestValues, list: true },
    response_values: { value: responseValues, list: true },
    matched: (p) =>
      p.request || p.response?.exceptionCode === 0 ? p.request !== undefined && p.response !== undefined : undefined,
    request_subfunction_code: (p) => subfunction(p.request),
    response_subfunction_code: (p) => subfunction(p.response),
    request_data: { value: (p) => data(p.request), whole: true },
    response_data: {
      value: (p) => data(p.response) ?? padding(p).join(','),
      whole: true,
    },
    exception_code: (p) => {
      const code = (p.response ?? first(p)).exceptionCode;
      return code > 0 ? (EXCEPTIONS[code] ?? `unknown-${code}`) : undefined;
    },
    mei_type: (p) => mei(p.request) ?? mei(p.response),
  },
});

const head = {
  tid: (s: Seen<ModbusMessage>) => s.message.transactionId,
  unit: (s: Seen<ModbusMessage>) => s.message.unitId,
  func: (s: Seen<ModbusMessage>) =>
    (FUNCTIONS[s.message.functionCode] ?? `unknown-${s.message.functionCode}`) +
    (s.message.exceptionCode > 0 ? '_EXCEPTION' : ''),
  request_response: (s: Seen<ModbusMessage>) => (s.message.response ? 'RESPONSE' : 'REQUEST'),
};
const side = { is_orig: (s: Seen<ModbusMessage>) => s.toServer };

/** ICSNPP's modbus_mask_write_register.log: a row per message. */
export const zeekModbusMask = rowMap<Seen<ModbusMessage>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus_mask_write_register',
  rows: (capture) => capture.of<ModbusMessage>('modbus').filter((s) => s.message.functionCode === 22),
  columns: {
    ...head,
    address: (s) => (s.message.exceptionCode > 0 ? undefined : s.message.address),
    and_mask: (s) => (s.message.detail?.kind === 'mask' ? s.message.detail.andMask : undefined),
    or_mask: (s) => (s.message.detail?.kind === 'mask' ? s.message.detail.orMask : undefined),
  },
  align: side,
});

/** ICSNPP's modbus_read_write_multiple_registers.log: a row per message. */
export const zeekModbusReadWrite = rowMap<Seen<ModbusMessage>>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus_read_write_multiple_registers',
  rows: (capture) => capture.of<ModbusMessage>('modbus').filter((s) => s.message.functionCode === 23),
  columns: {
    ...head,
    write_start_address: (s) => (s.message.detail?.kind === 'write-part' ? s.message.detail.address : undefined),
    write_registers: { value: (s) => (s.message.response ? undefined : s.message.values), list: true },
    read_start_address: (s) => (s.message.response ? undefined : s.message.address),
    read_quantity: (s) => (s.message.response ? undefined : s.message.quantity),
    read_registers: { value: (s) => (s.message.response ? s.message.values : undefined), list: true },
  },
  align: side,
});

const CONFORMITY: Record<number, string> = {
  1: 'Basic Identification (Stream)',
  2: 'Regular Identification (Stream)',
  4: 'Extended Identification (Stream)',
  129: 'Basic Identification (Stream, Individual)',
  130: 'Regular Identification (Stream, Individual)',
  131: 'Extended Identification (Stream, Individual)',
};
const OBJECTS: readonly string[] = [
  'VendorName',
  'ProductCode',
  'MajorMinorVersion',
  'VendorURL',
  'ProductName',
  'ModelName',
  'UserApplicationName',
];
/** The plug-in names the object that is asked for after a table of the read codes. */
const ASKED: readonly string[] = ['Basic', 'Regular', 'Extended', 'Specific'];
interface Identification {
  readonly seen: Seen<ModbusMessage>;
  readonly object: { readonly id: number; readonly value: string } | undefined;
}
const hex2 = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

/** ICSNPP's modbus_read_device_identification.log: a row for the request, one for each object of the answer. */
export const zeekModbusIdentification = rowMap<Identification>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus_read_device_identification',
  rows: (capture) =>
    capture.of<ModbusMessage>('modbus').flatMap((seen): Identification[] => {
      const d = seen.message.detail;
      if (d?.kind === 'identification-request') return [{ seen, object: undefined }];
      return d?.kind === 'identification' ? d.objects.map((object) => ({ seen, object })) : [];
    }),
  columns: {
    tid: (r) => r.seen.message.transactionId,
    unit: (r) => r.seen.message.unitId,
    func: () => 'ENCAP_INTERFACE_TRANSPORT',
    request_response: (r) => (r.seen.message.response ? 'RESPONSE' : 'REQUEST'),
    mei_type: () => 'READ-DEVICE-IDENTIFICATION',
    conformity_level_code: ({ seen: { message } }) =>
      message.detail?.kind === 'identification' ? hex2(message.detail.conformity) : undefined,
    conformity_level: ({ seen: { message } }) =>
      message.detail?.kind === 'identification' ? (CONFORMITY[message.detail.conformity] ?? 'Unknown') : undefined,
    device_id_code: ({ seen: { message } }) =>
      message.detail?.kind === 'identification' || message.detail?.kind === 'identification-request'
        ? message.detail.readCode
        : undefined,
    object_id_code: ({ seen: { message }, object }) => {
      if (object) return hex2(object.id);
      return message.detail?.kind === 'identification-request' ? hex2(message.detail.objectId) : undefined;
    },
    object_id: ({ seen: { message }, object }) => {
      if (object) return OBJECTS[object.id] ?? 'Unknown';
      if (message.detail?.kind !== 'identification-request') return undefined;
      const asked = ASKED[message.detail.objectId];
      return asked === undefined ? 'Unknown' : `${asked} Device Identification`;
    },
    object_value: { value: (r) => r.object?.value, whole: true },
  },
  align: { is_orig: (r) => r.seen.toServer },
});
