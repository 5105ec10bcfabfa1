/** What the numbers in the fields of an IEC 60870-5-104 message stand for. Source: IEC 60870-5-101 ed. 2, section 7.2. */
import type { FieldCodes } from '../../core/decoder.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { BROADCAST, CAUSE_NAMES, typeOf, typeText } from './types.ts';

const FORMATS = ['information (I)', 'supervisory (S)', '', 'unnumbered (U)'];
/** Quality descriptors by bit (7.2.6.3). */
const QUALITIES: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'overflow'],
  [0x10, 'blocked'],
  [0x20, 'substituted'],
  [0x40, 'not topical'],
  [0x80, 'invalid'],
];

export const iec104Codes: FieldCodes = {
  format: (code) => FORMATS[code],
  'asdu.typeId': (id) => (typeOf(id) === undefined ? undefined : typeText(id)),
  'asdu.cause': (code) => CAUSE_NAMES[code],
  'asdu.commonAddress': (address) => (address === BROADCAST ? 'broadcast' : undefined),
  'asdu.qualities[]': (octet) =>
    QUALITIES.filter(([bit]) => (octet & bit) !== 0)
      .map(([, name]) => name)
      .join(', ') || 'good',
  'asdu.times[]': isoTime,
};
