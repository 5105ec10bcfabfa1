/** tshark's mbtcp.* and modbus.* columns. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { frameMap, type Seen } from '../../types.ts';

type M = Seen<ModbusMessage>;

const request = (s: M): ModbusMessage | undefined => (s.message.response ? s.transaction?.request?.message : s.message);

/** Functions whose request begins with an address (23 has columns of its own for its two). */
const REFERS = new Set([1, 2, 3, 4, 5, 6, 15, 16, 22, 24]);

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
      value: (s) => (s.message.response ? s.transaction?.request?.frame : undefined),
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
    'modbus.word_cnt': (s) =>
      [3, 4, 16].includes(s.message.functionCode) &&
      s.message.exceptionCode === 0 &&
      (!s.message.response || s.message.functionCode === 16)
        ? s.message.quantity
        : undefined,
    'modbus.byte_cnt': (s) => {
      const { functionCode: fc, response, exceptionCode, values } = s.message;
      if (exceptionCode !== 0) return undefined;
      if (response && fc <= 2) return Math.ceil(values.length / 8);
      if (response && fc <= 4) return values.length * 2;
      if (!response && fc === 15) return Math.ceil(values.length / 8);
      if (!response && fc === 16) return values.length * 2;
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
    'modbus.and_mask': (s) => (s.message.detail?.kind === 'mask' ? s.message.detail.andMask : undefined),
    'modbus.or_mask': (s) => (s.message.detail?.kind === 'mask' ? s.message.detail.orMask : undefined),
    'modbus.object_id': (s) =>
      s.message.detail?.kind === 'identification'
        ? s.message.detail.objects.map((o) => o.id)
        : s.message.detail?.kind === 'identification-request'
          ? s.message.detail.objectId
          : undefined,
    'modbus.object_str_value': (s) =>
      s.message.detail?.kind === 'identification' ? s.message.detail.objects.map((o) => o.value) : undefined,
  },
});
