/** What the numbers in the fields of a BSAP message stand for. Source: Network 3000 manuals D4052 and D4054, see `wire.ts`. */
import type { FieldCodes } from '../../core/decoder.ts';
import { DESCRIPTORS, EXTENSIONS, OPERATIONS, TYPE_NAMES } from './observe.ts';
import { FUNCTION } from './wire.ts';

const FUNCTIONS: Readonly<Record<number, string>> = {
  [FUNCTION.PEI_PC]: 'PEI of a PC',
  [FUNCTION.RDB]: 'remote data base access',
  [FUNCTION.RDB_EXTENSION]: 'remote data base access, extension',
};

export const bsapCodes: FieldCodes = {
  '.rdbFunction': (code) => OPERATIONS[code],
  '.extension': (code) => EXTENSIONS[code]?.[0],
  'serial.destinationFunction': (code) => FUNCTIONS[code],
  'serial.sourceFunction': (code) => FUNCTIONS[code],
  'elements[].type': (octet) => TYPE_NAMES[octet & 3],
  'writes[].descriptor': (code) => DESCRIPTORS[code],
};
