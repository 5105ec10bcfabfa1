/** Zeek's modbus.log: one row per message, or (up to Zeek 5) one per response. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { rowMap, type Seen } from '../../types.ts';

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
