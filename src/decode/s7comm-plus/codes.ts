/** What the numbers in the fields of an S7comm-plus message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { areaName, attributeName, blockClass, functionName, isFunction, OPCODE } from './names.ts';

const OPCODES: Readonly<Record<number, string>> = {
  [OPCODE.REQUEST]: 'request',
  [OPCODE.RESPONSE]: 'response',
  [OPCODE.NOTIFICATION]: 'notification',
  [OPCODE.RESPONSE2]: 'response',
};
const attribute = (id: number): string | undefined => {
  const name = attributeName(id);
  return name.startsWith('attribute ') ? undefined : name;
};

export const s7commPlusCodes: FieldCodes = {
  opcode: (code) => OPCODES[code],
  functionCode: (code) => (isFunction(code) ? functionName(code) : undefined),
  'attributes[].id': attribute,
  'members[].id': attribute,
  'attributeIds[]': attribute,
  classId: (id) => blockClass(id) ?? attribute(id),
  'addresses[].area': (area) => (areaName(area) === `object ${area}` ? undefined : areaName(area)),
};
