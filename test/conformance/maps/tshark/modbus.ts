/** tshark's mbtcp.* and modbus.* columns. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { frameMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<ModbusMessage>;

const request = (s: M): ModbusMessage | undefined => (s.message.response ? s.transaction?.request?.message : s.message);

/** Functions whose request begins with an address (23 has columns of its own for its two). */
const REFERS = new Set([1, 2, 3, 4, 5, 6, 15, 16, 22, 24]);

const READ_FILE = 20;
const WRITE_FILE = 21;
const READ_WRITE = 23;
const READ_FIFO = 24;
const records = (s: M) => (s.message.detail?.kind === 'file-records' ? s.message.detail.records : []);
const bits = (fc: number): boolean => fc === 1 || fc === 2 || fc === 15;

export const tsharkModbus = frameMap<ModbusMessage>({
  shape: 'frames',
  peer: 'tshark',
  protocol: 'modbus',
  columns: {
    'mbtcp.trans_id': (s) => s.message.transactionId,
    'mbtcp.len': (s) => s.octets - 6,
    'mbtcp.unit_id': (s) => s.message.unitId,
    'modbus.func_code': (s) => s.message.functionCode,
    'modbus.exception_code': (s) => s.message.exceptionCode || undefined,
    'modbus.request_frame': {
      // Of exceptions tshark does not say it.
      value: (s) => (s.message.response && s.message.exceptionCode === 0 ? s.transaction?.request?.frame : undefined),
      frame: true,
    },
    'modbus.reference_num': (s) =>
      (!s.message.response && REFERS.has(s.message.functionCode)) ||
      (s.message.exceptionCode === 0 && [5, 6, 15, 16, 22].includes(s.message.functionCode))
        ? s.message.address
        : undefined,
    'modbus.bit_cnt': (s) =>
      bits(s.message.functionCode) &&
      s.message.exceptionCode === 0 &&
      (!s.message.response || s.message.functionCode === 15)
        ? s.message.quantity
        : undefined,
    'modbus.word_cnt': (s) => {
      const { functionCode: fc, response, values } = s.message;
      if (fc === READ_FIFO && response && s.message.exceptionCode === 0) return values.length;
      if (fc === READ_FILE ? !response : fc === WRITE_FILE) return records(s).map((r) => r.length);
      return [3, 4, 16].includes(s.message.functionCode) &&
        s.message.exceptionCode === 0 &&
        (!s.message.response || s.message.functionCode === 16)
        ? s.message.quantity
        : undefined;
    },
    'modbus.byte_cnt': (s) => {
      const { functionCode: fc, response, exceptionCode, values } = s.message;
      if (exceptionCode !== 0) return undefined;
      if (response && fc <= 2) return Math.ceil(values.length / 8);
      if (response && fc <= 4) return values.length * 2;
      if (!response && fc === 15) return Math.ceil(values.length / 8);
      if ((!response && fc === 16) || fc === READ_WRITE) return values.length * 2;
      if (s.message.detail?.kind === 'event-log') return 6 + s.message.detail.events.length;
      if (records(s).length > 0) {
        const sizes = records(s).map((r) => (fc === WRITE_FILE ? 7 : response ? 2 : 7) + 2 * r.values.length);
        const total = sizes.reduce((sum, n) => sum + n, 0);
        // Each group of an answer to Read File Record has a length of its own.
        return fc === READ_FILE && response ? [total, ...sizes.map((n) => n - 1)] : total;
      }
      return undefined;
    },
    'modbus.regnum16': (s) => {
      const { functionCode: fc, response, values } = s.message;
      if (!((response && (fc === 3 || fc === 4)) || (!response && fc === 16))) return undefined;
      const from = request(s)?.address ?? 0;
      return values.map((_, i) => from + i);
    },
    'modbus.regval_uint16': (s) => {
      const { functionCode: fc, response, values } = s.message;
      return (response && (fc === 3 || fc === 4)) || (!response && fc === 16) ? values : undefined;
    },
    'modbus.bitnum': (s) => {
      const { functionCode: fc, response, values } = s.message;
      if (!response || fc > 2) return undefined;
      const from = request(s)?.address ?? 0;
      const n = Math.min(values.length, request(s)?.quantity || values.length);
      return Array.from({ length: n }, (_, i) => from + i);
    },
    'modbus.bitval': (s) => {
      const { functionCode: fc, response, values } = s.message;
      return response && fc <= 2 ? values.slice(0, request(s)?.quantity || values.length) : undefined;
    },
    'modbus.and_mask': (s) => (s.message.detail?.kind === 'mask' ? hex(s.message.detail.andMask, 4) : undefined),
    'modbus.or_mask': (s) => (s.message.detail?.kind === 'mask' ? hex(s.message.detail.orMask, 4) : undefined),
    'modbus.object_id': (s) =>
      s.message.detail?.kind === 'identification'
        ? s.message.detail.objects.map((o) => o.id)
        : s.message.detail?.kind === 'identification-request'
          ? s.message.detail.objectId
          : undefined,
    'modbus.object_str_value': (s) =>
      // Objects 0 to 6 have names in the specification; of the others tshark shows the number only.
      s.message.detail?.kind === 'identification'
        ? s.message.detail.objects.filter((o) => o.id <= 6).map((o) => o.value)
        : undefined,
  },
});
