/** What the numbers in the fields of a Kerberos message stand for. Source: IANA, Kerberos Parameters (RFC 4120, 4556, 6113, MS-KILE). */
import type { FieldCodes } from '../../core/decoder.ts';
import { ERRORS, ETYPES } from './wire.ts';

const PREAUTH: Readonly<Record<number, string>> = {
  1: 'PA-TGS-REQ',
  2: 'PA-ENC-TIMESTAMP',
  3: 'PA-PW-SALT',
  11: 'PA-ETYPE-INFO',
  14: 'PA-PK-AS-REQ-OLD',
  15: 'PA-PK-AS-REP-OLD',
  16: 'PA-PK-AS-REQ',
  17: 'PA-PK-AS-REP',
  19: 'PA-ETYPE-INFO2',
  128: 'PA-PAC-REQUEST',
  129: 'PA-FOR-USER',
  130: 'PA-FOR-X509-USER',
  133: 'PA-FX-COOKIE',
  136: 'PA-FX-FAST',
  137: 'PA-FX-ERROR',
  138: 'PA-ENCRYPTED-CHALLENGE',
  149: 'PA-REQ-ENC-PA-REP',
  150: 'PA-AS-FRESHNESS',
  165: 'PA-SUPPORTED-ENCTYPES',
  167: 'PA-PAC-OPTIONS',
};

export const kerberosCodes: FieldCodes = {
  '.errorCode': (code) => ERRORS[code],
  'etypes[]': (code) => ETYPES[code],
  'preauth[]': (code) => PREAUTH[code],
};
