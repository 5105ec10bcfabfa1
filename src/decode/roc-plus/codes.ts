/** What the numbers in the fields of a ROC Plus message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { isOpcode, opcodeInfo, POINT_TYPES } from './opcodes.ts';

export const rocPlusCodes: FieldCodes = {
  '.opcode': (code) => (isOpcode(code) ? opcodeInfo(code).name : undefined),
  'tlps[].type': (type) => POINT_TYPES[type],
};
