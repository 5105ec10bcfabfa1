/** What the numbers in the fields of a DNP3 message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { isoTime } from '../../lib/iso-time.ts';
import { controlStatus, controlText, functionName, iinNames, PRIMARY_NAMES, SECONDARY_NAMES } from './names.ts';
import { objectName } from './objects.ts';

const PREFIXES = [
  'no index',
  '1 octet index',
  '2 octet index',
  '4 octet index',
  '1 octet size',
  '2 octet size',
  '4 octet size',
];
const RANGES: Readonly<Record<number, string>> = {
  0: '1 octet start and stop',
  1: '2 octet start and stop',
  2: '4 octet start and stop',
  3: '1 octet virtual address',
  4: '2 octet virtual address',
  5: '4 octet virtual address',
  6: 'all objects',
  7: '1 octet count',
  8: '2 octet count',
  9: '4 octet count',
  11: 'variable format',
};
const qualifier = (code: number): string | undefined => {
  const prefix = PREFIXES[(code >> 4) & 7];
  const range = RANGES[code & 15];
  return prefix === undefined || range === undefined || code > 127 ? undefined : `${prefix}, ${range}`;
};
/** Flags of a point by bit (11.6): of binary and analog objects alike up to bit 4. */
const FLAGS = ['ONLINE', 'RESTART', 'COMM_LOST', 'REMOTE_FORCED', 'LOCAL_FORCED'];
const flags = (octet: number): string => FLAGS.filter((_, bit) => (octet >> bit) & 1).join(', ') || 'not ONLINE';
/** Relative times count milliseconds from another time: only what stands for itself is a date. */
const time = (ms: number): string | undefined => (ms > 86_400_000 ? isoTime(ms * 1000) : undefined);

export const dnp3Codes: FieldCodes = {
  '.control': (code) => ((code & 0x40) !== 0 ? PRIMARY_NAMES : SECONDARY_NAMES)[code & 15],
  destination: (address) => (address >= 0xfffd ? 'broadcast' : undefined),
  'application.functionCode': (code) => functionName(code) || undefined,
  'application.iin': (iin) => (iin < 0 ? undefined : iinNames(iin).join(', ') || 'none set'),
  'objects[].group': (group, sibling) => objectName(group, sibling('variation')),
  'objects[].qualifier': qualifier,
  'objects[].flags[]': flags,
  'objects[].statuses[]': (status) => controlStatus(status),
  'objects[].times[]': time,
  'objects[].commonTime': time,
  'details[].code': (code) => controlText(code),
};
