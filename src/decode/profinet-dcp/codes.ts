/** What the numbers in the fields of a DCP message stand for. Source: IEC 61158-6-10 section 4.3. */
import type { FieldCodes } from '../../core/decoder.ts';
import { BLOCK_ERRORS, blockName } from './names.ts';
import {
  FRAME_GET_SET,
  FRAME_HELLO,
  FRAME_IDENTIFY_REQUEST,
  FRAME_IDENTIFY_RESPONSE,
  SERVICE_GET,
  SERVICE_HELLO,
  SERVICE_IDENTIFY,
  SERVICE_SET,
} from './wire.ts';

const FRAMES: Readonly<Record<number, string>> = {
  [FRAME_HELLO]: 'Hello',
  [FRAME_GET_SET]: 'Get or Set',
  [FRAME_IDENTIFY_REQUEST]: 'Identify request',
  [FRAME_IDENTIFY_RESPONSE]: 'Identify response',
};
const SERVICES: Readonly<Record<number, string>> = {
  [SERVICE_GET]: 'Get',
  [SERVICE_SET]: 'Set',
  [SERVICE_IDENTIFY]: 'Identify',
  [SERVICE_HELLO]: 'Hello',
};
/** ServiceType: bit 0 a response, bit 2 not supported. */
const SERVICE_TYPES: Readonly<Record<number, string>> = { 0: 'request', 1: 'success', 5: 'service not supported' };
/** Option (upper octet) and suboption of a block. */
const block = (code: number): string => blockName(code >> 8, code & 0xff);

export const dcpCodes: FieldCodes = {
  '.frameId': (code) => FRAMES[code],
  '.service': (code) => SERVICES[code],
  '.serviceType': (code) => SERVICE_TYPES[code],
  'blocks[].options[]': block,
  'blocks[].answers': block,
  'blocks[].error': (code) => BLOCK_ERRORS[code],
};
