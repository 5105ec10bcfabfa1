/** What the numbers in the fields of a Modbus message stand for. Source: Modbus Application Protocol 1.1b3, sections 6 and 7. */
import type { FieldCodes } from '../../core/decoder.ts';
import { EXCEPTION_REASONS, FUNCTION_NAMES, isAssigned, objectName, subfunctionOf } from './functions.ts';

export const modbusCodes: FieldCodes = {
  functionCode: (code) => (isAssigned(code) ? FUNCTION_NAMES[code] : undefined),
  exceptionCode: (code) => (code > 0 ? EXCEPTION_REASONS[code] : undefined),
  'detail.subfunction': (code) => subfunctionOf(code).name,
  'detail.objects[].id': (id) => objectName(id),
};
