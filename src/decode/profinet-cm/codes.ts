/** What the numbers in the fields of a PROFINET context management message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { AR_TYPES, BLOCKS, IOCR_TYPES, indexName, OPNUM } from './names.ts';

const OPERATIONS: ReadonlyMap<number, string> = new Map(
  Object.entries(OPNUM).map(([name, code]) => [code, name.toLowerCase().replaceAll('_', ' ')]),
);

export const profinetCmCodes: FieldCodes = {
  'header.opnum': (code) => OPERATIONS.get(code),
  'blocks[].blockType': (code) => BLOCKS[code],
  'fields.index': (index) => indexName(index),
  'fields.arType': (code) => AR_TYPES[code],
  'fields.iocrType': (code) => IOCR_TYPES[code],
};
