/** IPAL's modbus messages: one per PDU, with the registers and coils asked for or carried. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { ipalData } from '../../readers.ts';
import { type Cell, rowMap, type Seen } from '../../types.ts';

const AREA: Record<number, string> = {
  1: 'coil',
  2: 'discrete.input',
  3: 'holding.register',
  4: 'input.register',
  5: 'coil',
  6: 'holding.register',
  15: 'coil',
  16: 'holding.register',
};
const WRITES = new Set([5, 6, 15, 16]);

const data = (s: Seen<ModbusMessage>): Cell => {
  const area = AREA[s.message.functionCode];
  if (area === undefined || s.message.exceptionCode > 0) return undefined;
  const request = s.message.response ? s.transaction?.request?.message : s.message;
  if (!request) return undefined;
  // The answer to a write repeats what was written.
  const values = WRITES.has(s.message.functionCode) ? request.values : s.message.values;
  const asked = s.message.response || WRITES.has(s.message.functionCode);
  return ipalData(
    Array.from({ length: request.quantity }, (_, i) => [`${area}.${request.address + i}`, asked ? values[i] : null]),
  );
};

export const ipalModbus = rowMap<Seen<ModbusMessage>>({
  shape: 'rows',
  peer: 'ipal',
  protocol: 'modbus',
  log: /modbus.*\.ipal$/,
  rows: (capture) => capture.of<ModbusMessage>('modbus'),
  columns: {
    activity: (s) =>
      WRITES.has(s.message.functionCode)
        ? s.message.response
          ? 'action'
          : 'command'
        : s.message.response
          ? 'inform'
          : 'interrogate',
    type: (s) => s.message.functionCode,
    length: (s) => s.octets,
    data: { value: data, list: true },
  },
  align: {
    src: (s) =>
      s.message.response ? `${s.sender}:${s.senderPort}:${s.message.unitId}` : `${s.sender}:${s.senderPort}`,
    dest: (s) =>
      s.message.response ? `${s.receiver}:${s.receiverPort}` : `${s.receiver}:${s.receiverPort}:${s.message.unitId}`,
  },
});
