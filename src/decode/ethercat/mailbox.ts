/**
 * Mailbox protocols of EtherCAT: CoE (CANopen objects), FoE (files), SoE (drive parameters), EoE (Ethernet). Source:
 * ETG.1000.6 section 5 (mailbox, CoE, FoE, EoE), IEC 61800-7-304 (SoE).
 */
import { ascii, hex, paddedAscii, u16le, u32le } from '../../lib/bytes.ts';

/** Mailbox header: length, address, channel, type and counter. */
const HEADER = 6;
/** Octets of an object, also of one that comes in segments, or of a file name that are kept; the rest is passed over. */
export const MAX_TEXT = 128;

export const MAILBOX: Readonly<Record<number, string>> = {
  0: 'error',
  1: 'AoE',
  2: 'EoE',
  3: 'CoE',
  4: 'FoE',
  5: 'SoE',
  15: 'VoE',
};

export type Mail =
  | {
      readonly kind: 'sdo';
      /** Of a request to the slave or its response. */
      readonly isRequest: boolean;
      readonly service: 'download' | 'upload' | 'segment' | 'abort';
      readonly index: number;
      readonly subindex: number;
      readonly complete: boolean;
      /** Data downloaded or uploaded, of a segment its own; the first MAX_TEXT octets. */
      readonly data: Uint8Array;
      /** More of the object follows in segments. */
      readonly more: boolean;
      /** Octets of the whole object. */
      readonly size: number;
      readonly abortCode: number;
    }
  | { readonly kind: 'emergency'; readonly errorCode: number; readonly errorRegister: number }
  | {
      readonly kind: 'file';
      readonly operation: 'read' | 'write' | 'error';
      readonly name: string;
      readonly errorCode: number;
    }
  | {
      readonly kind: 'soe';
      readonly operation: 'read' | 'write' | 'read-response' | 'write-response';
      readonly drive: number;
      readonly idn: number;
      readonly error: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'other'; readonly protocol: string };

/** Is this memory a mailbox: a length that fits, a type that exists, a counter? */
export const isMailbox = (d: Uint8Array): boolean => {
  if (d.length < HEADER + 2) return false;
  const length = u16le(d, 0);
  const type = d[5]! & 15;
  return length >= 2 && HEADER + length <= d.length && (type <= 5 || type === 15) && type > 0 && d[5]! < 0x80;
};

const EMPTY = new Uint8Array(0);

const coe = (d: Uint8Array, end: number): Mail | undefined => {
  const service = u16le(d, HEADER) >> 12;
  const o = HEADER + 2;
  if (service === 1 && end - o >= 3) return { kind: 'emergency', errorCode: u16le(d, o), errorRegister: d[o + 2]! };
  if ((service !== 2 && service !== 3) || end - o < 8) return { kind: 'other', protocol: 'CoE' };
  const isRequest = service === 2;
  const head = d[o]!;
  const specifier = head >> 5;
  const base = {
    kind: 'sdo',
    isRequest: isRequest || false,
    index: u16le(d, o + 1),
    subindex: d[o + 3]!,
    complete: (head & 0x10) !== 0,
    data: EMPTY,
    more: false,
    size: 0,
    abortCode: 0,
  } as const;
  if (specifier === 4) return { ...base, service: 'abort', abortCode: u32le(d, o + 4) };
  // Requests: 1 download, 2 upload; responses: 3 download, 2 upload. Segments have no index: 0 carries a part, 1 and 3 ask
  // for the next or confirm the last. A part of less than seven octets is filled up, and says by how much.
  if (isRequest ? specifier === 0 || specifier === 3 : specifier === 0 || specifier === 1) {
    const part = { ...base, service: 'segment', index: 0, subindex: 0, complete: false } as const;
    if (specifier !== 0) return part;
    const size = end - (o + 1) - (end - (o + 1) === 7 ? (head >> 1) & 7 : 0);
    return { ...part, data: d.slice(o + 1, o + 1 + Math.min(size, MAX_TEXT)), size, more: (head & 1) === 0 };
  }
  const isDownload = isRequest ? specifier === 1 : specifier === 3;
  const carries = isRequest ? isDownload : !isDownload;
  if (!carries) return { ...base, service: isDownload ? 'download' : 'upload' };
  if ((head & 2) !== 0) {
    const size = (head & 1) !== 0 ? 4 - ((head >> 2) & 3) : 4;
    return { ...base, service: isDownload ? 'download' : 'upload', data: d.slice(o + 4, o + 4 + size), size };
  }
  const size = u32le(d, o + 4);
  const data = d.slice(o + 8, Math.min(end, o + 8 + size, o + 8 + MAX_TEXT));
  return { ...base, service: isDownload ? 'download' : 'upload', data, size, more: end - (o + 8) < size };
};

const foe = (d: Uint8Array, end: number): Mail => {
  const operation = d[HEADER]!;
  const o = HEADER + 2;
  // Read and write requests: a password of four octets, which is never looked at, then the name.
  if ((operation === 1 || operation === 2) && end - o >= 4)
    return {
      kind: 'file',
      operation: operation === 1 ? 'read' : 'write',
      name: ascii(d, o + 4, Math.min(end, o + 4 + MAX_TEXT)),
      errorCode: 0,
    };
  if (operation === 5 && end - o >= 4) return { kind: 'file', operation: 'error', name: '', errorCode: u32le(d, o) };
  return { kind: 'other', protocol: 'FoE' };
};

const SOE = [undefined, 'read', 'read-response', 'write', 'write-response'] as const;
const soe = (d: Uint8Array, end: number): Mail => {
  const operation = SOE[d[HEADER]! & 7];
  if (operation === undefined || end - HEADER < 4) return { kind: 'other', protocol: 'SoE' };
  const hasError = (d[HEADER]! & 0x10) !== 0;
  return {
    kind: 'soe',
    operation,
    drive: d[HEADER]! >> 5,
    idn: u16le(d, HEADER + 2),
    error: hasError && end - HEADER >= 6 ? u16le(d, HEADER + 4) : 0,
    data: hasError ? EMPTY : d.slice(HEADER + 4, Math.min(end, HEADER + 4 + MAX_TEXT)),
  };
};

/** What a mailbox holds; `isMailbox` must be true. */
export const readMail = (d: Uint8Array): Mail => {
  const end = HEADER + u16le(d, 0);
  const type = d[5]! & 15;
  if (type === 3) return coe(d, end) ?? { kind: 'other', protocol: 'CoE' };
  if (type === 4) return foe(d, end);
  if (type === 5) return soe(d, end);
  return { kind: 'other', protocol: MAILBOX[type] ?? 'mailbox' };
};

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
export const objectName = (index: number): string => {
  const name = OBJECTS[index];
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
