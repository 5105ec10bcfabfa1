/** Numbers and names of MMS. Source: ISO 9506-2 (the ASN.1 module), sections 6 to 20; verbs are this product's. */
import type { Verb } from '../../core/observation.ts';

/** Tag numbers of MMSpdu. */
export const PDU = {
  CONFIRMED_REQUEST: 0,
  CONFIRMED_RESPONSE: 1,
  CONFIRMED_ERROR: 2,
  UNCONFIRMED: 3,
  REJECT: 4,
  CANCEL_REQUEST: 5,
  CANCEL_RESPONSE: 6,
  CANCEL_ERROR: 7,
  INITIATE_REQUEST: 8,
  INITIATE_RESPONSE: 9,
  INITIATE_ERROR: 10,
  CONCLUDE_REQUEST: 11,
  CONCLUDE_RESPONSE: 12,
  CONCLUDE_ERROR: 13,
  /** Not of MMS: an association's begin or end without an MMS PDU. */
  NONE: -1,
} as const;

/** Of PDUs that have no service, or an unknown one. */
export const PDU_TYPES = [
  'confirmed request',
  'confirmed response',
  'confirmed error',
  'unconfirmed',
  'reject',
  'cancel request',
  'cancel response',
  'cancel error',
  'initiate request',
  'initiate response',
  'initiate error',
  'conclude request',
  'conclude response',
  'conclude error',
] as const;

export const SERVICE = {
  STATUS: 0,
  GET_NAME_LIST: 1,
  IDENTIFY: 2,
  RENAME: 3,
  READ: 4,
  WRITE: 5,
  GET_VARIABLE_ACCESS_ATTRIBUTES: 6,
  DEFINE_NAMED_VARIABLE: 7,
  DELETE_VARIABLE_ACCESS: 10,
  DEFINE_NAMED_VARIABLE_LIST: 11,
  GET_NAMED_VARIABLE_LIST_ATTRIBUTES: 12,
  DELETE_NAMED_VARIABLE_LIST: 13,
  DEFINE_NAMED_TYPE: 14,
  TAKE_CONTROL: 19,
  RELINQUISH_CONTROL: 20,
  INITIATE_DOWNLOAD: 26,
  DOWNLOAD_SEGMENT: 27,
  TERMINATE_DOWNLOAD: 28,
  INITIATE_UPLOAD: 29,
  UPLOAD_SEGMENT: 30,
  TERMINATE_UPLOAD: 31,
  REQUEST_DOMAIN_DOWNLOAD: 32,
  REQUEST_DOMAIN_UPLOAD: 33,
  LOAD_DOMAIN_CONTENT: 34,
  STORE_DOMAIN_CONTENT: 35,
  DELETE_DOMAIN: 36,
  GET_DOMAIN_ATTRIBUTES: 37,
  CREATE_PROGRAM: 38,
  DELETE_PROGRAM: 39,
  START: 40,
  STOP: 41,
  RESUME: 42,
  RESET: 43,
  KILL: 44,
  GET_PROGRAM_ATTRIBUTES: 45,
  OBTAIN_FILE: 46,
  FILE_OPEN: 72,
  FILE_READ: 73,
  FILE_CLOSE: 74,
  FILE_RENAME: 75,
  FILE_DELETE: 76,
  FILE_DIRECTORY: 77,
} as const;

/** Unconfirmed services. */
export const UNCONFIRMED = { INFORMATION_REPORT: 0, UNSOLICITED_STATUS: 1, EVENT_NOTIFICATION: 2 } as const;
export const UNCONFIRMED_NAMES = ['informationReport', 'unsolicitedStatus', 'eventNotification'] as const;

/** Name and verb of each confirmed service, by tag number (ConfirmedServiceRequest). */
const SERVICES: readonly (readonly [string, Verb])[] = [
  ['status', 'read'],
  ['getNameList', 'discover'],
  ['identify', 'discover'],
  ['rename', 'configure'],
  ['read', 'read'],
  ['write', 'write'],
  ['getVariableAccessAttributes', 'discover'],
  ['defineNamedVariable', 'configure'],
  ['defineScatteredAccess', 'configure'],
  ['getScatteredAccessAttributes', 'discover'],
  ['deleteVariableAccess', 'delete'],
  ['defineNamedVariableList', 'configure'],
  ['getNamedVariableListAttributes', 'discover'],
  ['deleteNamedVariableList', 'delete'],
  ['defineNamedType', 'configure'],
  ['getNamedTypeAttributes', 'discover'],
  ['deleteNamedType', 'delete'],
  ['input', 'read'],
  ['output', 'write'],
  ['takeControl', 'invoke'],
  ['relinquishControl', 'invoke'],
  ['defineSemaphore', 'configure'],
  ['deleteSemaphore', 'delete'],
  ['reportSemaphoreStatus', 'read'],
  ['reportPoolSemaphoreStatus', 'read'],
  ['reportSemaphoreEntryStatus', 'read'],
  ['initiateDownloadSequence', 'program-download'],
  ['downloadSegment', 'program-download'],
  ['terminateDownloadSequence', 'program-download'],
  ['initiateUploadSequence', 'program-upload'],
  ['uploadSegment', 'program-upload'],
  ['terminateUploadSequence', 'program-upload'],
  ['requestDomainDownload', 'program-download'],
  ['requestDomainUpload', 'program-upload'],
  ['loadDomainContent', 'program-download'],
  ['storeDomainContent', 'program-upload'],
  ['deleteDomain', 'delete'],
  ['getDomainAttributes', 'discover'],
  ['createProgramInvocation', 'configure'],
  ['deleteProgramInvocation', 'delete'],
  ['start', 'mode-change'],
  ['stop', 'mode-change'],
  ['resume', 'mode-change'],
  ['reset', 'mode-change'],
  ['kill', 'mode-change'],
  ['getProgramInvocationAttributes', 'discover'],
  ['obtainFile', 'write'],
  ['defineEventCondition', 'configure'],
  ['deleteEventCondition', 'delete'],
  ['getEventConditionAttributes', 'discover'],
  ['reportEventConditionStatus', 'read'],
  ['alterEventConditionMonitoring', 'configure'],
  ['triggerEvent', 'invoke'],
  ['defineEventAction', 'configure'],
  ['deleteEventAction', 'delete'],
  ['getEventActionAttributes', 'discover'],
  ['reportEventActionStatus', 'read'],
  ['defineEventEnrollment', 'subscribe'],
  ['deleteEventEnrollment', 'delete'],
  ['alterEventEnrollment', 'configure'],
  ['reportEventEnrollmentStatus', 'read'],
  ['getEventEnrollmentAttributes', 'discover'],
  ['acknowledgeEventNotification', 'invoke'],
  ['getAlarmSummary', 'read'],
  ['getAlarmEnrollmentSummary', 'read'],
  ['readJournal', 'read'],
  ['writeJournal', 'write'],
  ['initializeJournal', 'delete'],
  ['reportJournalStatus', 'read'],
  ['createJournal', 'configure'],
  ['deleteJournal', 'delete'],
  ['getCapabilityList', 'discover'],
  ['fileOpen', 'read'],
  ['fileRead', 'read'],
  ['fileClose', 'read'],
  ['fileRename', 'write'],
  ['fileDelete', 'delete'],
  ['fileDirectory', 'read'],
  ['additionalService', 'invoke'],
];

const rows = (suffix: string): readonly string[] => SERVICES.map(([name]) => `${name}${suffix}`);
const REQUESTS = rows(' request');
const RESPONSES = rows(' response');
const ERRORS = rows(' error');
const INDICATIONS = UNCONFIRMED_NAMES.map((name) => name);

/** Name of a confirmed service: a constant string. */
export const serviceName = (service: number): string => SERVICES[service]?.[0] ?? 'unknown service';
export const serviceVerb = (service: number): Verb => SERVICES[service]?.[1] ?? 'invoke';
export const isService = (service: number): boolean => service >= 0 && service < SERVICES.length;

/** `type` of a message. */
export const typeName = (pdu: number, service: number): string => {
  if (pdu === PDU.CONFIRMED_REQUEST) return REQUESTS[service] ?? PDU_TYPES[0];
  if (pdu === PDU.CONFIRMED_RESPONSE) return RESPONSES[service] ?? PDU_TYPES[1];
  if (pdu === PDU.CONFIRMED_ERROR) return ERRORS[service] ?? PDU_TYPES[2];
  if (pdu === PDU.UNCONFIRMED) return INDICATIONS[service] ?? PDU_TYPES[3];
  return PDU_TYPES[pdu] ?? 'association';
};

/** DataAccessError (section 14.4.1). */
const ACCESS_ERRORS = [
  'object-invalidated',
  'hardware-fault',
  'temporarily-unavailable',
  'object-access-denied',
  'object-undefined',
  'invalid-address',
  'type-unsupported',
  'type-inconsistent',
  'object-attribute-inconsistent',
  'object-access-unsupported',
  'object-non-existent',
  'object-value-invalid',
] as const;
export const accessErrorText = (code: number): string => `${ACCESS_ERRORS[code] ?? 'data access error'} (${code})`;

/** ServiceError errorClass and its codes (section 7.4.2). */
const ERROR_CLASSES: readonly (readonly [string, readonly string[]])[] = [
  [
    'vmd-state',
    ['other', 'vmd-state-conflict', 'vmd-operational-problem', 'domain-transfer-problem', 'state-machine-id-invalid'],
  ],
  [
    'application-reference',
    ['other', 'aplication-unreachable', 'connection-lost', 'application-reference-invalid', 'context-unsupported'],
  ],
  [
    'definition',
    [
      'other',
      'object-undefined',
      'invalid-address',
      'type-unsupported',
      'type-inconsistent',
      'object-exists',
      'object-attribute-inconsistent',
    ],
  ],
  [
    'resource',
    [
      'other',
      'memory-unavailable',
      'processor-resource-unavailable',
      'mass-storage-unavailable',
      'capability-unavailable',
      'capability-unknown',
    ],
  ],
  [
    'service',
    [
      'other',
      'primitives-out-of-sequence',
      'object-state-conflict',
      'pdu-size',
      'continuation-invalid',
      'object-constraint-conflict',
    ],
  ],
  ['service-preempt', ['other', 'timeout', 'deadlock', 'cancel']],
  ['time-resolution', ['other', 'unsupportable-time-resolution']],
  [
    'access',
    ['other', 'object-access-unsupported', 'object-non-existent', 'object-access-denied', 'object-invalidated'],
  ],
  [
    'initiate',
    [
      'other',
      'reserved',
      'reserved',
      'max-services-outstanding-calling-insufficient',
      'max-services-outstanding-called-insufficient',
      'service-CBB-insufficient',
      'parameter-CBB-insufficient',
      'nesting-level-insufficient',
    ],
  ],
  ['conclude', ['other', 'further-communication-required']],
  ['cancel', ['other', 'invoke-id-unknown', 'cancel-not-possible']],
  [
    'file',
    [
      'other',
      'filename-ambiguous',
      'file-busy',
      'filename-syntax-error',
      'content-type-invalid',
      'position-invalid',
      'file-access-denied',
      'file-non-existent',
      'duplicate-filename',
      'insufficient-space-in-filestore',
    ],
  ],
  ['others', []],
];
/** `definition: object-undefined (1)`. */
export const serviceErrorText = (errorClass: number, code: number): string => {
  const row = ERROR_CLASSES[errorClass];
  return row === undefined ? `error class ${errorClass} (${code})` : `${row[0]}: ${row[1][code] ?? 'error'} (${code})`;
};

/** RejectPDU rejectReason (section 7.6): tag number to name; of the first two also their codes. */
const REJECTS = [
  '',
  'confirmed-requestPDU',
  'confirmed-responsePDU',
  'confirmed-errorPDU',
  'unconfirmedPDU',
  'pdu-error',
  'cancel-requestPDU',
  'cancel-responsePDU',
  'cancel-errorPDU',
  'conclude-requestPDU',
  'conclude-responsePDU',
  'conclude-errorPDU',
] as const;
const REQUEST_REJECTS = [
  'other',
  'unrecognized-service',
  'unrecognized-modifier',
  'invalid-invokeID',
  'invalid-argument',
  'invalid-modifier',
  'max-serv-outstanding-exceeded',
  'reserved',
  'max-recursion-exceeded',
  'value-out-of-range',
] as const;
export const rejectText = (kind: number, code: number): string => {
  const name = REJECTS[kind] ?? `reject ${kind}`;
  return kind === 1 ? `${name}: ${REQUEST_REJECTS[code] ?? 'reject'} (${code})` : `${name} (${code})`;
};

/** Basic object classes of getNameList (section 9.3). */
const OBJECT_CLASSES = [
  'named variables',
  'scattered access',
  'named variable lists',
  'named types',
  'semaphores',
  'event conditions',
  'event actions',
  'event enrollments',
  'journals',
  'domains',
  'program invocations',
  'operator stations',
] as const;
export const objectClassText = (n: number): string => OBJECT_CLASSES[n] ?? `objects of class ${n}`;

/** vmdLogicalStatus and vmdPhysicalStatus (section 9.2). */
export const LOGICAL_STATUS = [
  'state-changes-allowed',
  'no-state-changes-allowed',
  'limited-services-permitted',
  'support-services-allowed',
] as const;
export const PHYSICAL_STATUS = ['operational', 'partially-operational', 'inoperable', 'needs-commissioning'] as const;
/** EC-State of event conditions (section 18.2.1). */
export const EVENT_STATES = ['disabled', 'idle', 'active'] as const;
/** States of domains and of program invocations (sections 11.1.2, 12.1.2). */
export const DOMAIN_STATES = ['non-existent', 'loading', 'ready', 'in-use', 'complete', 'incomplete'] as const;
export const PROGRAM_STATES = [
  'non-existent',
  'unrunnable',
  'idle',
  'running',
  'stopped',
  'starting',
  'stopping',
  'resuming',
  'resetting',
] as const;
