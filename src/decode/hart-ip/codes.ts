/** What the numbers in the fields of a HART-IP message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { commandInfo } from './commands.ts';
import { HEADER_STATUS, manufacturerName, responseReason, unitName } from './tables.ts';

const KINDS: Readonly<Record<number, string>> = { 0: 'request', 1: 'response', 2: 'publish', 3: 'error', 15: 'NAK' };
const MESSAGES = ['session initiate', 'session close', 'keep alive', 'token passing', 'direct', 'read audit log'];

export const hartIpCodes: FieldCodes = {
  messageType: (code) => KINDS[code],
  messageId: (code) => MESSAGES[code],
  '.status': (code) => (code > 0 ? HEADER_STATUS[code] : undefined),
  'commands[].number': (number) => commandInfo(number).name,
  'commands[].responseCode': (code) => (code > 0 ? responseReason(code) : undefined),
  unitsCode: (code) => unitName(code),
  manufacturer: (code) => manufacturerName(code),
};
