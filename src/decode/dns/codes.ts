/** What the numbers in the fields of a DNS message stand for. Source: IANA, Domain Name System (DNS) Parameters. */
import type { FieldCodes } from '../../core/decoder.ts';
import { rcodeName, typeName } from './wire.ts';

const OPCODES: Readonly<Record<number, string>> = { 0: 'QUERY', 1: 'IQUERY', 2: 'STATUS', 4: 'NOTIFY', 5: 'UPDATE' };
const CLASSES: Readonly<Record<number, string>> = { 1: 'IN', 3: 'CH', 4: 'HS', 254: 'NONE', 255: '*' };
const known = (name: string): string | undefined => (/^(TYPE|rcode )\d/.test(name) ? undefined : name);

export const dnsCodes: FieldCodes = {
  '.opcode': (code) => OPCODES[code],
  '.rcode': (code) => known(rcodeName(code)),
  'questions[].type': (code) => known(typeName(code)),
  'answers[].type': (code) => known(typeName(code)),
  'authorities[].type': (code) => known(typeName(code)),
  'additionals[].type': (code) => known(typeName(code)),
  'questions[].class': (code) => CLASSES[code],
  'answers[].class': (code) => CLASSES[code],
};
