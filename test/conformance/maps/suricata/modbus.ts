/** Suricata's modbus events: one per transaction. */
import type { ModbusMessage } from '../../../../src/decode/modbus/index.ts';
import { checkMap, type Seen } from '../../types.ts';

/** Names of the function codes as Suricata writes them. */
const NAMES: Record<number, string> = {
  1: 'RdCoils',
  2: 'RdDiscreteInputs',
  3: 'RdHoldRegs',
  4: 'RdInputRegs',
  5: 'WrSingleCoil',
  6: 'WrSingleReg',
  7: 'RdExcStatus',
  8: 'Diagnostic',
  11: 'GetCommEventCtr',
  12: 'GetCommEventLog',
  15: 'WrMultCoils',
  16: 'WrMultRegs',
  17: 'ReportServerID',
  20: 'RdFileRec',
  21: 'WrFileRec',
  22: 'MaskWrReg',
  23: 'RdWrMultRegs',
  24: 'RdFIFOQueue',
  43: 'MEI',
};

const side = (s: Seen<ModbusMessage> | undefined): object | undefined =>
  s && {
    transaction_id: s.message.transactionId,
    protocol_id: 0,
    unit_id: s.message.unitId,
    function_raw: s.message.functionCode | (s.message.exceptionCode > 0 ? 0x80 : 0),
    function_code: NAMES[s.message.functionCode] ?? 'Unknown',
  };

export const suricataModbus = checkMap({
  shape: 'checks',
  peer: 'suricata',
  protocol: 'modbus',
  eventType: 'modbus',
  events: (capture) => {
    // Numbered within the flow, from 1.
    const ids = new Map<number, number>();
    return capture.transactions<ModbusMessage>('modbus').map((t) => {
      const seen = (t.request ?? t.response)!;
      const id = (ids.get(seen.flow) ?? 0) + 1;
      ids.set(seen.flow, id);
      return { seen, event: { modbus: { id, request: side(t.request), response: side(t.response) } } };
    });
  },
});
