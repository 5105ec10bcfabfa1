/** What the numbers in the fields of an SLMP message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { commandOf, endCodeText, isCommand } from './commands.ts';
import { deviceOf } from './devices.ts';

export const slmpCodes: FieldCodes = {
  command: (code) => (isCommand(code) ? commandOf(code).name : undefined),
  endCode: (code) => (code < 0 ? undefined : endCodeText(code, false)),
  'point.code': (code) => deviceOf(code)?.name,
  'words[].code': (code) => deviceOf(code)?.name,
  'doubles[].code': (code) => deviceOf(code)?.name,
  'bits[].code': (code) => deviceOf(code)?.name,
};
