/** What the numbers in the fields of a FINS message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { areaOf, parameterAreaText } from './areas.ts';
import { commandOf, endCodeText, isCommand } from './commands.ts';

const MODES: Readonly<Record<number, string>> = { 0: 'PROGRAM', 1: 'DEBUG', 2: 'MONITOR', 4: 'RUN' };
const area = (code: number): string | undefined => areaOf(code).name.trim() || undefined;

export const finsCodes: FieldCodes = {
  command: (code) => (isCommand(code) ? commandOf(code).name : undefined),
  endCode: (code) => (code < 0 ? undefined : endCodeText(code)),
  'point.area': area,
  'points[].area': area,
  'from.area': area,
  'to.area': area,
  'detail.area': (code) => parameterAreaText(code),
  'detail.mode': (code) => MODES[code],
};
