/**
 * Names of BACnet services, network messages, errors and states. Source: ANSI/ASHRAE 135 clause 21 (choices and
 * enumerations), clause 6.2.4 (network layer messages), Annex J (BVLC functions).
 */

export const PDU = {
  CONFIRMED: 0,
  UNCONFIRMED: 1,
  SIMPLE_ACK: 2,
  COMPLEX_ACK: 3,
  SEGMENT_ACK: 4,
  ERROR: 5,
  REJECT: 6,
  ABORT: 7,
} as const;

export const CONFIRMED_SERVICES: readonly string[] = (
  'acknowledgeAlarm confirmedCOVNotification confirmedEventNotification getAlarmSummary getEnrollmentSummary ' +
  'subscribeCOV atomicReadFile atomicWriteFile addListElement removeListElement createObject deleteObject ' +
  'readProperty readPropertyConditional readPropertyMultiple writeProperty writePropertyMultiple ' +
  'deviceCommunicationControl confirmedPrivateTransfer confirmedTextMessage reinitializeDevice vtOpen vtClose vtData ' +
  'authenticate requestKey readRange lifeSafetyOperation subscribeCOVProperty getEventInformation ' +
  'subscribeCOVPropertyMultiple confirmedCOVNotificationMultiple confirmedAuditNotification auditLogQuery'
).split(' ');

export const UNCONFIRMED_SERVICES: readonly string[] = (
  'i-Am i-Have unconfirmedCOVNotification unconfirmedEventNotification unconfirmedPrivateTransfer ' +
  'unconfirmedTextMessage timeSynchronization who-Has who-Is utcTimeSynchronization writeGroup ' +
  'unconfirmedCOVNotificationMultiple unconfirmedAuditNotification who-Am-I you-Are'
).split(' ');

/** Confirmed service choices. */
export const SERVICE = {
  ACKNOWLEDGE_ALARM: 0,
  CONFIRMED_COV: 1,
  CONFIRMED_EVENT: 2,
  GET_ALARM_SUMMARY: 3,
  GET_ENROLLMENT_SUMMARY: 4,
  SUBSCRIBE_COV: 5,
  ATOMIC_READ_FILE: 6,
  ATOMIC_WRITE_FILE: 7,
  ADD_LIST_ELEMENT: 8,
  REMOVE_LIST_ELEMENT: 9,
  CREATE_OBJECT: 10,
  DELETE_OBJECT: 11,
  READ_PROPERTY: 12,
  READ_PROPERTY_MULTIPLE: 14,
  WRITE_PROPERTY: 15,
  WRITE_PROPERTY_MULTIPLE: 16,
  DEVICE_COMMUNICATION_CONTROL: 17,
  CONFIRMED_PRIVATE_TRANSFER: 18,
  CONFIRMED_TEXT_MESSAGE: 19,
  REINITIALIZE_DEVICE: 20,
  VT_OPEN: 21,
  VT_CLOSE: 22,
  VT_DATA: 23,
  AUTHENTICATE: 24,
  REQUEST_KEY: 25,
  READ_RANGE: 26,
  LIFE_SAFETY_OPERATION: 27,
  SUBSCRIBE_COV_PROPERTY: 28,
  GET_EVENT_INFORMATION: 29,
  SUBSCRIBE_COV_PROPERTY_MULTIPLE: 30,
  CONFIRMED_COV_MULTIPLE: 31,
} as const;
/** Unconfirmed service choices. */
export const USERVICE = {
  I_AM: 0,
  I_HAVE: 1,
  COV: 2,
  EVENT: 3,
  PRIVATE_TRANSFER: 4,
  TEXT_MESSAGE: 5,
  TIME_SYNC: 6,
  WHO_HAS: 7,
  WHO_IS: 8,
  UTC_TIME_SYNC: 9,
  WRITE_GROUP: 10,
  COV_MULTIPLE: 11,
  WHO_AM_I: 13,
  YOU_ARE: 14,
} as const;

export const REINITIALIZED_STATES: readonly string[] = [
  'coldstart',
  'warmstart',
  'start-backup',
  'end-backup',
  'start-restore',
  'end-restore',
  'abort-restore',
  'activate-changes',
];
export const COMMUNICATION_STATES: readonly string[] = ['enable', 'disable', 'disable-initiation'];
export const SEGMENTATION: readonly string[] = [
  'segmented-both',
  'segmented-transmit',
  'segmented-receive',
  'no-segmentation',
];
export const EVENT_STATES: readonly string[] = [
  'normal',
  'fault',
  'offnormal',
  'high-limit',
  'low-limit',
  'life-safety-alarm',
];
export const SYSTEM_STATUS: readonly string[] = [
  'operational',
  'operational-read-only',
  'download-required',
  'download-in-progress',
  'non-operational',
  'backup-in-progress',
];
export const RELIABILITY: readonly string[] = (
  'no-fault-detected no-sensor over-range under-range open-loop shorted-loop no-output unreliable-other process-error ' +
  'multi-state-fault configuration-error - communication-failure member-fault monitored-object-fault tripped ' +
  'lamp-failure activation-failure renew-dhcp-failure renew-fd-registration-failure restart-auto-negotiation-failure ' +
  'restart-failure proprietary-command-failure faults-listed referenced-object-fault'
).split(' ');
export const NOTIFY_TYPES: readonly string[] = ['alarm', 'event', 'ack-notification'];
export const LOGGING_TYPES: readonly string[] = ['polled', 'cov', 'triggered'];
export const EVENT_TYPES: readonly string[] = (
  'change-of-bitstring change-of-state change-of-value command-failure floating-limit out-of-range - - ' +
  'change-of-life-safety extended buffer-ready unsigned-range - access-event double-out-of-range signed-out-of-range ' +
  'unsigned-out-of-range change-of-characterstring change-of-status-flags change-of-reliability none ' +
  'change-of-discrete-value change-of-timer'
).split(' ');
export const SAFETY_OPERATIONS: readonly string[] =
  'none silence silence-audible silence-visual reset reset-alarm reset-fault unsilence unsilence-audible unsilence-visual'.split(
    ' ',
  );

export const ERROR_CLASSES: readonly string[] = [
  'device',
  'object',
  'property',
  'resources',
  'security',
  'services',
  'vt',
  'communication',
];
export const ERROR_CODES: readonly string[] = (
  'other authentication-failed configuration-in-progress device-busy dynamic-creation-not-supported file-access-denied ' +
  'incompatible-security-levels inconsistent-parameters inconsistent-selection-criterion invalid-data-type ' +
  'invalid-file-access-method invalid-file-start-position invalid-operator-name invalid-parameter-data-type ' +
  'invalid-time-stamp key-generation-error missing-required-parameter no-objects-of-specified-type ' +
  'no-space-for-object no-space-to-add-list-element no-space-to-write-property no-vt-sessions-available ' +
  'property-is-not-a-list object-deletion-not-permitted object-identifier-already-exists operational-problem ' +
  'password-failure read-access-denied security-not-supported service-request-denied timeout unknown-object ' +
  'unknown-property removed-33 unknown-vt-class unknown-vt-session unsupported-object-type value-out-of-range ' +
  'vt-session-already-closed vt-session-termination-failure write-access-denied character-set-not-supported ' +
  'invalid-array-index cov-subscription-failed not-cov-property optional-functionality-not-supported ' +
  'invalid-configuration-data datatype-not-supported duplicate-name duplicate-object-id property-is-not-an-array ' +
  'abort-buffer-overflow abort-invalid-apdu-in-this-state abort-preempted-by-higher-priority-task ' +
  'abort-segmentation-not-supported abort-proprietary abort-other invalid-tag network-down reject-buffer-overflow ' +
  'reject-inconsistent-parameters reject-invalid-parameter-data-type reject-invalid-tag ' +
  'reject-missing-required-parameter reject-parameter-out-of-range reject-too-many-arguments ' +
  'reject-undefined-enumeration reject-unrecognized-service reject-proprietary reject-other unknown-device ' +
  'unknown-route value-not-initialized invalid-event-state no-alarm-configured log-buffer-full ' +
  'logged-value-purged no-property-specified not-configured-for-triggered-logging unknown-subscription ' +
  'parameter-out-of-range list-element-not-found busy communication-disabled success access-denied ' +
  'bad-destination-address bad-destination-device-id bad-signature bad-source-address bad-timestamp cannot-use-key ' +
  'cannot-verify-message-id correct-key-revision destination-device-id-required duplicate-message ' +
  'encryption-not-configured encryption-required incorrect-key invalid-key-data key-update-in-progress ' +
  'malformed-message not-key-server security-not-configured source-security-required too-many-keys ' +
  'unknown-authentication-type unknown-key unknown-key-revision unknown-source-message not-router-to-dnet ' +
  'router-busy unknown-network-message message-too-long security-error addressing-error write-bdt-failed ' +
  'read-bdt-failed register-foreign-device-failed read-fdt-failed delete-fdt-entry-failed ' +
  'distribute-broadcast-failed unknown-file-size abort-apdu-too-long abort-application-exceeded-reply-time ' +
  'abort-out-of-resources abort-tsm-timeout abort-window-size-out-of-range file-full inconsistent-configuration ' +
  'inconsistent-object-type internal-error not-configured out-of-memory value-too-long abort-insufficient-security ' +
  'abort-security-error duplicate-entry invalid-value-in-this-state invalid-operation-in-this-state ' +
  'list-item-not-numbered list-item-not-timestamped invalid-data-encoding bvlc-function-unknown ' +
  'bvlc-proprietary-function-unknown header-encoding-error header-not-understood message-incomplete ' +
  'not-a-bacnet-sc-hub payload-expected unexpected-data node-duplicate-vmac http-unexpected-response-code ' +
  'http-no-upgrade http-resource-not-local http-proxy-authentication-failed http-response-timeout ' +
  'http-response-syntax-error http-response-value-error http-response-missing-header http-websocket-header-error ' +
  'http-upgrade-required http-upgrade-error http-temporary-unavailable http-not-a-server http-error ' +
  'websocket-scheme-not-supported websocket-unknown-control-message websocket-close-error websocket-closed-by-peer ' +
  'websocket-endpoint-leaves websocket-protocol-error websocket-data-not-accepted websocket-closed-abnormally ' +
  'websocket-data-inconsistent websocket-data-against-policy websocket-frame-too-long websocket-extension-missing ' +
  'websocket-request-unavailable websocket-error tls-client-certificate-error tls-server-certificate-error ' +
  'tls-client-authentication-failed tls-server-authentication-failed tls-client-certificate-expired ' +
  'tls-server-certificate-expired tls-client-certificate-revoked tls-server-certificate-revoked tls-error ' +
  'dns-unavailable dns-name-resolution-failed dns-resolver-failure dns-error tcp-connect-timeout ' +
  'tcp-connection-refused tcp-closed-by-local tcp-closed-other tcp-error ip-address-not-reachable ip-error'
).split(' ');
export const REJECT_REASONS: readonly string[] = (
  'other buffer-overflow inconsistent-parameters invalid-parameter-data-type invalid-tag missing-required-parameter ' +
  'parameter-out-of-range too-many-arguments undefined-enumeration unrecognized-service'
).split(' ');
export const ABORT_REASONS: readonly string[] = (
  'other buffer-overflow invalid-apdu-in-this-state preempted-by-higher-priority-task segmentation-not-supported ' +
  'security-error insufficient-security window-size-out-of-range application-exceeded-reply-time out-of-resources ' +
  'tsm-timeout apdu-too-long'
).split(' ');

export const BVLC_FUNCTIONS: readonly string[] = [
  'BVLC-Result',
  'Write-Broadcast-Distribution-Table',
  'Read-Broadcast-Distribution-Table',
  'Read-Broadcast-Distribution-Table-Ack',
  'Forwarded-NPDU',
  'Register-Foreign-Device',
  'Read-Foreign-Device-Table',
  'Read-Foreign-Device-Table-Ack',
  'Delete-Foreign-Device-Table-Entry',
  'Distribute-Broadcast-To-Network',
  'Original-Unicast-NPDU',
  'Original-Broadcast-NPDU',
  'Secure-BVLL',
  'Address-Resolution',
  'Forwarded-Address-Resolution',
  'Address-Resolution-ACK',
  'Virtual-Address-Resolution',
  'Virtual-Address-Resolution-ACK',
];
export const BVLC_RESULTS: ReadonlyMap<number, string> = new Map([
  [0x00, 'successful completion'],
  [0x10, 'Write-Broadcast-Distribution-Table NAK'],
  [0x20, 'Read-Broadcast-Distribution-Table NAK'],
  [0x30, 'Register-Foreign-Device NAK'],
  [0x40, 'Read-Foreign-Device-Table NAK'],
  [0x50, 'Delete-Foreign-Device-Table-Entry NAK'],
  [0x60, 'Distribute-Broadcast-To-Network NAK'],
]);
/** Of BACnet/IPv6 (Annex U.2.1). */
export const BVLC6_RESULTS: ReadonlyMap<number, string> = new Map([
  [0x00, 'successful completion'],
  [0x30, 'Address-Resolution NAK'],
  [0x60, 'Virtual-Address-Resolution NAK'],
  [0x90, 'Register-Foreign-Device NAK'],
  [0xa0, 'Delete-Foreign-Device-Table-Entry NAK'],
  [0xc0, 'Distribute-Broadcast-To-Network NAK'],
]);
export const NETWORK_MESSAGES: ReadonlyMap<number, string> = new Map([
  [0x00, 'Who-Is-Router-To-Network'],
  [0x01, 'I-Am-Router-To-Network'],
  [0x02, 'I-Could-Be-Router-To-Network'],
  [0x03, 'Reject-Message-To-Network'],
  [0x04, 'Router-Busy-To-Network'],
  [0x05, 'Router-Available-To-Network'],
  [0x06, 'Initialize-Routing-Table'],
  [0x07, 'Initialize-Routing-Table-Ack'],
  [0x08, 'Establish-Connection-To-Network'],
  [0x09, 'Disconnect-Connection-To-Network'],
  [0x0a, 'Challenge-Request'],
  [0x0b, 'Security-Payload'],
  [0x0c, 'Security-Response'],
  [0x0d, 'Request-Key-Update'],
  [0x0e, 'Update-Key-Set'],
  [0x0f, 'Update-Distribution-Key'],
  [0x10, 'Request-Master-Key'],
  [0x11, 'Set-Master-Key'],
  [0x12, 'What-Is-Network-Number'],
  [0x13, 'Network-Number-Is'],
]);
export const NETWORK_REJECTS: readonly string[] = [
  'other error',
  'not directly connected to network',
  'network busy',
  'unknown network message type',
  'message too long',
  'security error',
  'addressing error',
];

/** The name, or the number as text where the standard has none. */
export const named = (table: readonly string[], number: number): string => {
  const name = table[number];
  return name === undefined || name === '-' ? String(number) : name;
};
