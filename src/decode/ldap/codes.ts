/** What the numbers in the fields of an LDAP message stand for. Source: RFC 4511 sections 4.5.1.2 (scope) and 4.1.9 (result codes). */
import type { FieldCodes } from '../../core/decoder.ts';
import { RESULTS } from './wire.ts';

const SCOPES: Readonly<Record<number, string>> = { 0: 'base object', 1: 'single level', 2: 'whole subtree' };

export const ldapCodes: FieldCodes = {
  '.resultCode': (code) => RESULTS[code],
  '.scope': (code) => SCOPES[code],
};
