/**
 * What the numbers in the fields of PROFINET RT frames stand for. Source: IEC 61158-6-10 sections 4.7.3.3 (DataStatus), 5.2.4.2
 * (alarms), 5.2.6 (PNIOStatus) and 6.2.5 (channel errors).
 */
import type { FieldCodes } from '../../core/decoder.ts';
import { isError, statusOf, statusText } from '../shared/pnio-status.ts';
import {
  ALARM_HIGH,
  ALARM_LOW,
  isCyclic,
  STATUS_NO_PROBLEM,
  STATUS_PRIMARY,
  STATUS_RUN,
  STATUS_VALID,
} from './wire.ts';

const STRUCTURES: Readonly<Record<number, string>> = {
  32768: 'channel diagnosis',
  32769: 'several diagnoses',
  32770: 'extended channel diagnosis',
  32771: 'qualified channel diagnosis',
  33024: 'maintenance',
  33280: 'upload and retrieval',
  33281: 'individual parameters',
};
const ERRORS: Readonly<Record<number, string>> = {
  1: 'short circuit',
  2: 'undervoltage',
  3: 'overvoltage',
  4: 'overload',
  5: 'overtemperature',
  6: 'line break',
  7: 'upper limit exceeded',
  8: 'lower limit exceeded',
  9: 'error',
  10: 'simulation active',
  16: 'parameterization fault',
  17: 'power supply fault',
  18: 'fuse blown',
  19: 'communication fault',
  20: 'ground fault',
  21: 'reference point lost',
  22: 'sampling error',
  23: 'threshold warning',
  24: 'output disabled',
  25: 'safety event',
  26: 'external fault',
  31: 'temporary fault',
  64: 'mismatch of safety destination address',
  65: 'safety destination address not valid',
  66: 'safety source address not valid',
  67: 'safety watchdog time is 0 ms',
  68: 'F_SIL exceeds SIL of the application',
  69: 'F_CRC_Length does not match',
  70: 'version of F-parameters set incorrectly',
  71: 'data inconsistent in F-parameter block',
  32768: 'data transmission impossible',
  32769: 'remote mismatch',
  32770: 'media redundancy mismatch',
  32771: 'sync mismatch',
  32772: 'isochronous mode mismatch',
  32773: 'multicast CR mismatch',
  32775: 'fiber optic mismatch',
  32776: 'network component function mismatch',
  32777: 'time mismatch',
};

const words = (...parts: readonly (string | false)[]): string => parts.filter((x) => x !== false).join(', ');

const dataStatus = (bits: number): string =>
  words(
    (bits & STATUS_PRIMARY) !== 0 ? 'primary' : 'backup',
    (bits & STATUS_VALID) !== 0 ? 'data valid' : 'data invalid',
    (bits & STATUS_RUN) !== 0 ? 'run' : 'stop',
    (bits & STATUS_NO_PROBLEM) === 0 && 'problem',
    (bits & 0x80) !== 0 && 'to be ignored',
  );
/** Bits 0 to 10 are a running number. */
const specifier = (bits: number): string =>
  words(
    `number ${bits & 0x7ff}`,
    (bits & 0x0800) !== 0 && 'channel diagnosis',
    (bits & 0x1000) !== 0 && 'diagnosis of the maker',
    (bits & 0x2000) !== 0 && 'submodule has diagnosis',
    (bits & 0x8000) !== 0 && 'AR has diagnosis',
  );
const frameName = (id: number): string | undefined => {
  if (id === ALARM_HIGH) return 'alarm, high priority';
  if (id === ALARM_LOW) return 'alarm, low priority';
  return isCyclic(id) ? 'cyclic data' : undefined;
};

export const profinetRtCodes: FieldCodes = {
  '.frameId': frameName,
  '.dataStatus': (bits) => (bits < 0 ? undefined : dataStatus(bits)),
  'rta.userStructure': (code) =>
    STRUCTURES[code] ?? (code >= 0 && code < 0x8000 ? 'as the manufacturer defines' : undefined),
  'rta.errorType': (code) =>
    ERRORS[code] ?? (code >= 0x100 && code < 0x8000 ? 'as the manufacturer defines' : undefined),
  'rta.specifier': (bits) => (bits < 0 ? undefined : specifier(bits)),
  'rta.status': (value) => (isError(statusOf(value)) ? statusText(statusOf(value)) : undefined),
};
