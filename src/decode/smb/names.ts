/** Names of SMB commands, dialects and status codes: [MS-CIFS] 2.2.2.1, [MS-SMB2] 2.2.1 and 2.2.3, [MS-ERREF] 2.3.1. */

export const SMB2_COMMAND = [
  'Negotiate', 'Session Setup', 'Logoff', 'Tree Connect', 'Tree Disconnect', 'Create', 'Close', 'Flush', 'Read', 'Write',
  'Lock', 'Ioctl', 'Cancel', 'Echo', 'Query Directory', 'Change Notify', 'Query Info', 'Set Info', 'Oplock Break',
] as const; // biome-ignore format: a table

const SMB1: Readonly<Record<number, string>> = {
  0: 'Create Directory',
  1: 'Delete Directory',
  2: 'Open',
  3: 'Create',
  4: 'Close',
  6: 'Delete',
  7: 'Rename',
  8: 'Query Information',
  10: 'Read',
  11: 'Write',
  16: 'Check Directory',
  36: 'Locking',
  37: 'Transaction',
  43: 'Echo',
  45: 'Open AndX',
  46: 'Read AndX',
  47: 'Write AndX',
  50: 'Transaction2',
  52: 'Find Close2',
  112: 'Tree Connect',
  113: 'Tree Disconnect',
  114: 'Negotiate',
  115: 'Session Setup AndX',
  116: 'Logoff AndX',
  117: 'Tree Connect AndX',
  128: 'Query Information Disk',
  160: 'NT Transact',
  162: 'NT Create AndX',
  164: 'NT Cancel',
  165: 'NT Rename',
};
export const smb1Command = (command: number): string => SMB1[command] ?? `command 0x${command.toString(16)}`;

const DIALECT: Readonly<Record<number, string>> = {
  514: 'SMB 2.0.2',
  528: 'SMB 2.1',
  767: 'SMB 2.???',
  768: 'SMB 3.0',
  770: 'SMB 3.0.2',
  785: 'SMB 3.1.1',
};
export const dialectName = (dialect: number): string => DIALECT[dialect] ?? `0x${dialect.toString(16)}`;

const STATUS: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  259: 'PENDING',
  2147483653: 'BUFFER_OVERFLOW',
  2147483654: 'NO_MORE_FILES',
  3221225473: 'UNSUCCESSFUL',
  3221225474: 'NOT_IMPLEMENTED',
  3221225480: 'INVALID_HANDLE',
  3221225485: 'INVALID_PARAMETER',
  3221225487: 'NO_SUCH_FILE',
  3221225489: 'END_OF_FILE',
  3221225494: 'MORE_PROCESSING_REQUIRED',
  3221225506: 'ACCESS_DENIED',
  3221225523: 'OBJECT_NAME_INVALID',
  3221225524: 'OBJECT_NAME_NOT_FOUND',
  3221225525: 'OBJECT_NAME_COLLISION',
  3221225530: 'OBJECT_PATH_NOT_FOUND',
  3221225539: 'SHARING_VIOLATION',
  3221225569: 'PRIVILEGE_NOT_HELD',
  3221225572: 'NO_SUCH_USER',
  3221225578: 'WRONG_PASSWORD',
  3221225581: 'LOGON_FAILURE',
  3221225582: 'ACCOUNT_RESTRICTION',
  3221225583: 'INVALID_LOGON_HOURS',
  3221225584: 'INVALID_WORKSTATION',
  3221225585: 'PASSWORD_EXPIRED',
  3221225586: 'ACCOUNT_DISABLED',
  3221225599: 'DISK_FULL',
  3221225644: 'PIPE_NOT_AVAILABLE',
  3221225658: 'FILE_IS_A_DIRECTORY',
  3221225659: 'NOT_SUPPORTED',
  3221225673: 'NETWORK_NAME_DELETED',
  3221225676: 'BAD_NETWORK_NAME',
  3221225760: 'CANCELLED',
  3221225768: 'FILE_CLOSED',
  3221225819: 'LOGON_TYPE_NOT_GRANTED',
  3221225875: 'ACCOUNT_EXPIRED',
  3221225987: 'USER_SESSION_DELETED',
  3221226020: 'PASSWORD_MUST_CHANGE',
  3221226036: 'ACCOUNT_LOCKED_OUT',
  3221226071: 'PATH_NOT_COVERED',
};
export const statusName = (status: number): string =>
  STATUS[status] ?? `0x${(status >>> 0).toString(16).padStart(8, '0')}`;
export const MORE_PROCESSING = 0xc0000016;
export const PENDING = 0x00000103;
/** Severity "error" of an NTSTATUS ([MS-ERREF] 2.3); warnings and "more processing" are not refusals. */
export const isRefusal = (status: number): boolean => status >>> 30 === 3 && status !== MORE_PROCESSING;
