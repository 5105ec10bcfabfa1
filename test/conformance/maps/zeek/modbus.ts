/** Zeek's modbus.log: one row per message, or (up to Zeek 5) one per response. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

const FUNCTIONS: Record<number, string> = {
  1: 'READ_COILS',
  2: 'READ_DISCRETE_INPUTS',
  3: 'READ_HOLDING_REGISTERS',
  4: 'READ_INPUT_REGISTERS',
  5: 'WRITE_SINGLE_COIL',
  6: 'WRITE_SINGLE_REGISTER',
  7: 'READ_EXCEPTION_STATUS',
  8: 'DIAGNOSTICS',
  11: 'GET_COMM_EVENT_COUNTER',
  12: 'GET_COMM_EVENT_LOG',
  15: 'WRITE_MULTIPLE_COILS',
  16: 'WRITE_MULTIPLE_REGISTERS',
  17: 'REPORT_SLAVE_ID',
  20: 'READ_FILE_RECORD',
  21: 'WRITE_FILE_RECORD',
  22: 'MASK_WRITE_REGISTER',
  23: 'READ_WRITE_MULTIPLE_REGISTERS',
  24: 'READ_FIFO_QUEUE',
  43: 'ENCAP_INTERFACE_TRANSPORT',
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
    func: (s) =>
      (FUNCTIONS[s.message.functionCode] ?? `unknown-${s.message.functionCode}`) +
      (s.message.exceptionCode > 0 ? '_EXCEPTION' : ''),
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
const isCoil = (m: ModbusMessage): boolean => [1, 2, 5, 15].includes(m.functionCode);
/** Values as the extension writes them: coils as T and F. */
const valuesOf = (m: ModbusMessage | undefined, count: number): Cell => {
  if (m === undefined || m.exceptionCode > 0) return undefined;
  if (m.detail?.kind === 'file-records') return m.detail.records.flatMap((r) => r.values);
  const values = count > 0 && isCoil(m) ? m.values.slice(0, count) : m.values;
  return isCoil(m) ? values.map((v) => v !== 0) : values;
};
const diagnostics = (m: ModbusMessage | undefined) => (m?.detail?.kind === 'diagnostics' ? m.detail : undefined);
const data = (m: ModbusMessage | undefined): Cell =>
  diagnostics(m)?.data.map((w) => `0x${w.toString(16).padStart(4, '0')}`);

/** ICSNPP's modbus_detailed.log: request and response in one row. */
export const zeekModbusDetailed = rowMap<Pair>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 'modbus',
  log: 'modbus_detailed',
  rows: (capture) =>
    capture
      .transactions<ModbusMessage>('modbus')
      .map((t) => ({
        seen: (t.request ?? t.response)!,
        request: t.request?.message,
        response: t.response?.message,
      }))
      .filter((p) => p.seen.carrier === 'tcp'),
  columns: {
    tid: (p) => p.seen.message.transactionId,
    unit: (p) => p.seen.message.unitId,
    func: (p) => FUNCTIONS[p.seen.message.functionCode] ?? `unknown-${p.seen.message.functionCode}`,
    address: (p) =>
      p.request && p.request.functionCode < 17 && p.request.functionCode !== 8 ? p.request.address : undefined,
    quantity: (p) => (p.request && p.request.quantity > 0 ? p.request.quantity : undefined),
    request_values: { value: (p) => valuesOf(p.request, 0), list: true },
    response_values: { value: (p) => valuesOf(p.response, p.request?.quantity ?? 0), list: true },
    matched: (p) => p.request !== undefined && p.response !== undefined,
    request_subfunction_code: (p) => diagnostics(p.request)?.name,
    response_subfunction_code: (p) => diagnostics(p.response)?.name,
    request_data: (p) => data(p.request),
    response_data: (p) => data(p.response),
    exception_code: (p) =>
      p.response && p.response.exceptionCode > 0
        ? (EXCEPTIONS[p.response.exceptionCode] ?? `unknown-${p.response.exceptionCode}`)
        : undefined,
    mei_type: (p) => (p.request?.detail?.kind === 'identification-request' ? 'READ-DEVICE-IDENTIFICATION' : undefined),
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
