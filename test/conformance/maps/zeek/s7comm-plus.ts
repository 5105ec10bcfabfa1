/** ICSNPP's s7comm_plus log: version, opcode and function of every PDU. */
import type { PlusMessage } from '../../../../src/decode/s7comm-plus/index.ts';
import { rowMap, type Seen } from '../../types.ts';
import { hex } from '../text.ts';

type M = Seen<PlusMessage>;
const OPCODES: Readonly<Record<number, string>> = { 49: 'Request', 50: 'Response', 51: 'Notification' };
const NOTIFICATION = 0x33;
/** Those that the plug-in has names for. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  1211: 'Explore',
  1226: 'Create Object',
  1236: 'Delete Object',
  1266: 'Set Variable',
  1316: 'Get Link',
  1346: 'Set Multi Variables',
  1356: 'Get Multi Variables',
  1366: 'Begin Sequence',
  1376: 'End Sequence',
  1387: 'Invoke',
  1414: 'Get Variable Sub Streamed',
};
const hasFunction = (s: M): boolean => s.message.opcode !== NOTIFICATION && s.message.functionCode >= 0;

export const zeekS7commPlus = rowMap<M>({
  shape: 'rows',
  peer: 'zeek',
  protocol: 's7comm-plus',
  log: 's7comm_plus',
  rows: (capture) => capture.of<PlusMessage>('s7comm-plus').filter((s) => s.message.opcode >= 0),
  columns: {
    version: (s) => s.message.version,
    opcode: (s) => hex(s.message.opcode, 2),
    opcode_name: (s) => OPCODES[s.message.opcode] ?? `Unknown s7comm-plus opcode-${hex(s.message.opcode, 2)}`,
    function_code: (s) => (hasFunction(s) ? hex(s.message.functionCode, 4) : undefined),
    function_name: (s) =>
      hasFunction(s)
        ? (FUNCTIONS[s.message.functionCode] ?? `Unknown s7comm-plus function-${hex(s.message.functionCode, 4)}`)
        : undefined,
  },
  align: { is_orig: (s) => s.toServer },
});
