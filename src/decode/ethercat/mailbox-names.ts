/** How objects, errors and values of EtherCAT mailboxes are called: ETG.1000.6, ETG.5001, ETG.5100, IEC 61800-7-304. */
import { hex, paddedAscii, u16le, u32le } from '../../lib/bytes.ts';
import type { Mail } from './mailbox.ts';

/** `P-0-0100` or `S-0-0032`. */
export const idnText = (idn: number): string =>
  `${(idn & 0x8000) !== 0 ? 'P' : 'S'}-${(idn >> 12) & 7}-${String(idn & 0xfff).padStart(4, '0')}`;

/** Objects whose names people know (ETG.1000.6 table 65, ETG.5001, ETG.5100 for FSoE). */
const OBJECTS: Readonly<Record<number, string>> = {
  4096: 'device type',
  4097: 'error register',
  4104: 'device name',
  4105: 'hardware version',
  4106: 'software version',
  4112: 'store parameters',
  4113: 'restore default parameters',
  4120: 'identity',
  4337: 'error settings',
  4339: 'diagnosis history',
  7168: 'sync manager types',
  7186: 'RxPDO assignment',
  7187: 'TxPDO assignment',
  7218: 'output sync parameters',
  7219: 'input sync parameters',
  24640: 'controlword',
  24641: 'statusword',
  24672: 'modes of operation',
  36865: 'FSoE connection',
  59649: 'FSoE connection data',
  63872: 'FSoE address',
};
export const objectName = (index: number, own?: ReadonlyMap<number, string>): string => {
  const name = OBJECTS[index] ?? own?.get(index);
  return name === undefined ? '' : ` (${name})`;
};

/** ETG.1000.6 table 41. */
const ABORTS: Readonly<Record<number, string>> = {
  84082688: 'toggle bit not changed',
  84148224: 'SDO protocol timeout',
  84148225: 'command specifier not valid',
  84148229: 'out of memory',
  100728832: 'unsupported access',
  100728833: 'read of a write-only object',
  100728834: 'write to a read-only object',
  100728835: 'subindex cannot be written',
  100728836: 'complete access not supported',
  100794368: 'object does not exist',
  100925505: 'object cannot be mapped into the PDO',
  100925506: 'mapped objects exceed the PDO length',
  100925507: 'parameter incompatibility',
  101056512: 'hardware error',
  101122064: 'length does not match',
  101122066: 'length too high',
  101122067: 'length too low',
  101253137: 'subindex does not exist',
  101253168: 'value range exceeded',
  101253169: 'value too high',
  101253170: 'value too low',
  134217728: 'general error',
  134217760: 'data cannot be transferred or stored',
  134217761: 'local control',
  134217762: 'present device state',
  134217763: 'no object dictionary',
};
export const abortText = (code: number): string =>
  `${ABORTS[code] ?? 'aborted'} (0x${code.toString(16).padStart(8, '0')})`;

/** Numbers up to 4 octets, texts where they are printable, otherwise hexadecimal. */
export const valueOfData = (index: number, data: Uint8Array, size: number): number | string => {
  if (index >= 0x1008 && index <= 0x100a) return paddedAscii(data, 0, data.length);
  if (size > data.length) return `${size} octets`;
  if (data.length === 1) return data[0]!;
  if (data.length === 2) return u16le(data, 0);
  if (data.length === 4) return u32le(data, 0);
  return data.length <= 32 ? hex(data) : `${data.length} octets`;
};

/** ETG.1000.6 table 92. */
const FILE_ERRORS: Readonly<Record<number, string>> = {
  32768: 'not defined', 32769: 'not found', 32770: 'access denied', 32771: 'disk full', 32772: 'illegal operation',
  32773: 'wrong packet number', 32774: 'already exists', 32775: 'no user', 32776: 'bootstrap only', 32777: 'not in bootstrap',
  32778: 'no rights', 32779: 'program error',
}; // biome-ignore format: a table
export const fileErrorText = (m: Extract<Mail, { kind: 'file' }>): string =>
  `${FILE_ERRORS[m.errorCode] ?? 'error'} (0x${m.errorCode.toString(16)})${m.text === '' ? '' : `: ${m.text}`}`;

/** ETG.1000.6 table 30. */
const MAILBOX_ERRORS: readonly string[] = [
  '-', 'syntax', 'protocol not supported', 'invalid channel', 'service not supported', 'invalid header', 'size too short',
  'no memory', 'invalid size', 'service in work',
]; // biome-ignore format: a table
export const mailboxErrorText = (detail: number): string => `mailbox error: ${MAILBOX_ERRORS[detail] ?? detail}`;

/** Commands of ADS (as in `decode/ads`) that a master sends into a device by AoE. */
const ADS: readonly string[] = [
  '-', 'Read Device Info', 'Read', 'Write', 'Read State', 'Write Control', 'Add Notification', 'Delete Notification',
  'Notification', 'Read Write',
]; // biome-ignore format: a table
export const adsName = (command: number): string => `AoE ${ADS[command] ?? `command ${command}`}`;
/** Index group by which AoE reaches the objects of a device (ETG.1020): index and subindex stand in the offset. */
const SDO_GROUP = 0xf302;
export const adsObject = (m: Extract<Mail, { kind: 'ads' }>): string =>
  m.group === SDO_GROUP
    ? `0x${(m.offset >>> 16).toString(16).padStart(4, '0')}:${(m.offset & 255).toString(16).padStart(2, '0')}${objectName(m.offset >>> 16)}`
    : `0x${m.group.toString(16)}:0x${m.offset.toString(16)}`;
