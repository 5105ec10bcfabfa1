/** What the numbers in the fields of an MMS message stand for: the tables that its decoder reads by. */
import type { FieldCodes } from '../../core/decoder.ts';
import { SPDU_NAMES } from '../shared/osi.ts';
import { accessErrorText, isService, objectClassText, PDU_TYPES, serviceErrorText, serviceName } from './tables.ts';

/** X.227 section 9: Associate-result. */
const RESULTS: readonly string[] = ['accepted', 'rejected (permanent)', 'rejected (transient)'];

export const mmsCodes: FieldCodes = {
  '.pdu': (code) => PDU_TYPES[code],
  '.service': (code) => (isService(code) ? serviceName(code) : undefined),
  'results[].failure': (code) => (code < 0 ? undefined : accessErrorText(code)),
  'detail.objectClass': (code) => objectClassText(code),
  '.spdu': (code) => SPDU_NAMES[code],
  'association.result': (code) => RESULTS[code],
  errorCode: (code, sibling) => (code < 0 ? undefined : serviceErrorText(sibling('errorClass'), code)),
};
