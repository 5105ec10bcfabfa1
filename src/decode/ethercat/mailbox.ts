/**
 * Mailbox protocols of EtherCAT: CoE (CANopen objects and their dictionary), FoE (files), SoE (drive parameters), EoE (Ethernet), AoE
 * (ADS). Source: ETG.1000.6 section 5 (mailbox, CoE, FoE, EoE), IEC 61800-7-304 (SoE), ETG.1020 (AoE).
 */
import { ipv4Text, macText } from '../../lib/address.ts';
import { ascii, i32be, i32le, paddedAscii, u16be, u16le, u32le } from '../../lib/bytes.ts';

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
      /** SDO information: what objects there are, and what one is. */
      readonly kind: 'dictionary';
      readonly operation: 'list' | 'object' | 'entry' | 'error';
      readonly isRequest: boolean;
      /** Which list is asked for: 0 lengths, 1 all, 2 RxPDO, 3 TxPDO, 4 for replacement, 5 for start-up; -1 otherwise. */
      readonly list: number;
      /** Indices of a list (the first MAX_INDICES of a fragment); of a description its own. */
      readonly indices: readonly number[];
      readonly subindex: number;
      readonly dataType: number;
      readonly name: string;
      readonly fragmentsLeft: number;
      readonly abortCode: number;
    }
  | {
      readonly kind: 'file';
      readonly operation: 'read' | 'write' | 'data' | 'acknowledge' | 'error' | 'busy';
      readonly name: string;
      /** Of data and their acknowledgement. */
      readonly packet: number;
      /** Octets of this packet. */
      readonly size: number;
      readonly errorCode: number;
      /** What the slave says of an error or why it is busy. */
      readonly text: string;
    }
  | {
      readonly kind: 'ethernet';
      readonly operation: 'frame' | 'set-ip' | 'set-filter' | 'result' | 'other';
      readonly fragment: number;
      readonly frame: number;
      readonly isLast: boolean;
      /** Of the first fragment of a frame: who speaks to whom, by the headers that are in it. */
      readonly text: string;
      /** Of a response. */
      readonly result: number;
    }
  | {
      readonly kind: 'ads';
      readonly isRequest: boolean;
      readonly command: number;
      readonly group: number;
      readonly offset: number;
      readonly length: number;
      readonly error: number;
      readonly invokeId: number;
    }
  | { readonly kind: 'mailbox-error'; readonly detail: number }
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
  if (HEADER + length > d.length || d[5]! >= 0x80) return false;
  // An error reply has four octets that begin with 1 (table 30).
  if (type === 0) return length === 4 && d[5] !== 0 && u16le(d, HEADER) === 1;
  return length >= 2 && (type <= 5 || type === 15);
};

const EMPTY = new Uint8Array(0);

const coe = (d: Uint8Array, end: number): Mail | undefined => {
  const service = u16le(d, HEADER) >> 12;
  const o = HEADER + 2;
  if (service === 1 && end - o >= 3) return { kind: 'emergency', errorCode: u16le(d, o), errorRegister: d[o + 2]! };
  if (service === 8) return dictionary(d, o, end);
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

/** Indices kept of one fragment of a list. */
const MAX_INDICES = 64;
const INFORMATION = [undefined, 'list', 'list', 'object', 'object', 'entry', 'entry', 'error'] as const;
/** SDO information (5.6.3): opcode and a flag, a reserved octet, fragments left; requests are odd. */
const dictionary = (d: Uint8Array, o: number, end: number): Mail => {
  const opcode = end - o >= 6 ? d[o]! & 0x7f : 0;
  const operation = INFORMATION[opcode];
  if (operation === undefined) return { kind: 'other', protocol: 'CoE' };
  const isRequest = (opcode & 1) === 1 && operation !== 'error';
  const from = o + 4;
  const indices: number[] = [];
  const isList = operation === 'list';
  if (isList && !isRequest)
    for (let p = from + 2; p + 2 <= end && indices.length < MAX_INDICES; p += 2) indices.push(u16le(d, p));
  else if (operation === 'object' || operation === 'entry') indices.push(u16le(d, from));
  const has = end - from;
  // Description: index, data type, highest subindex, object code, name. Entry: index, subindex, value info, data type, bit length,
  // access; the name stands behind what the value info lists, and only where it lists nothing else is its place known.
  const name =
    isRequest || isList || operation === 'error'
      ? ''
      : operation === 'object'
        ? paddedAscii(d, Math.min(end, from + 6), Math.min(end, from + 6 + MAX_TEXT))
        : has > 10 && (d[from + 3]! & 0xf8) === 0
          ? paddedAscii(d, from + 10, Math.min(end, from + 10 + MAX_TEXT))
          : '';
  return {
    kind: 'dictionary',
    operation,
    isRequest,
    list: isList ? u16le(d, from) : -1,
    indices,
    subindex: operation === 'entry' && has >= 3 ? d[from + 2]! : 0,
    dataType: isRequest
      ? 0
      : operation === 'object' && has >= 4
        ? u16le(d, from + 2)
        : operation === 'entry' && has >= 6
          ? u16le(d, from + 4)
          : 0,
    name,
    fragmentsLeft: u16le(d, o + 2),
    abortCode: operation === 'error' && has >= 4 ? u32le(d, from) : 0,
  };
};

/** What an Ethernet frame says of itself in its first octets: `02:.. to 02:.., 10.0.0.1 to 10.0.0.2, TCP 502`. */
const frameText = (d: Uint8Array, o: number, end: number): string => {
  if (end - o < 14) return '';
  const text = `${macText(d, o + 6)} to ${macText(d, o)}`;
  const type = u16be(d, o + 12);
  if (type === 0x0806 && end - o >= 42)
    return `${text}, ARP ${ipv4Text(i32be(d, o + 28))} for ${ipv4Text(i32be(d, o + 38))}`;
  if (type !== 0x0800 || end - o < 34) return `${text}, EtherType 0x${type.toString(16).padStart(4, '0')}`;
  const transport = d[o + 23];
  const ports = o + 14 + (d[o + 14]! & 15) * 4;
  const port =
    (transport === 6 || transport === 17) && ports + 4 <= end
      ? `, ${transport === 6 ? 'TCP' : 'UDP'} ${Math.min(u16be(d, ports), u16be(d, ports + 2))}`
      : '';
  return `${text}, ${ipv4Text(i32be(d, o + 26))} to ${ipv4Text(i32be(d, o + 30))}${port}`;
};

/** EoE (5.7): frame type, last fragment; fragment, offset and frame number; then the octets. */
const eoe = (d: Uint8Array, end: number): Mail => {
  if (end - HEADER < 4) return { kind: 'other', protocol: 'EoE' };
  const type = d[HEADER]! & 15;
  const second = u16le(d, HEADER + 2);
  const o = HEADER + 4;
  const isFrame = type === 0;
  let text = '';
  if (isFrame && (second & 0x3f) === 0) text = frameText(d, o, end);
  else if (type === 2 && end - o >= 4) text = ipParameters(d, o, end);
  return {
    kind: 'ethernet',
    operation: isFrame
      ? 'frame'
      : type === 2
        ? 'set-ip'
        : type === 4
          ? 'set-filter'
          : type === 3 || type === 5
            ? 'result'
            : 'other',
    fragment: isFrame ? second & 0x3f : 0,
    frame: isFrame ? second >> 12 : 0,
    isLast: (d[HEADER + 1]! & 1) !== 0,
    text,
    result: type === 3 || type === 5 ? second : 0,
  };
};
const IP_PARAMETERS = [[1, 6, 'MAC'], [2, 4, 'IP'], [4, 4, 'mask'], [8, 4, 'gateway'], [16, 4, 'DNS'], [32, 32, 'name']] as const; // biome-ignore format: a table
/**
 * What is to be set (table 43): four octets of flags, then the fields, IP addresses with their last octet first. All fields have their
 * place, also those whose flag is not set; stacks that leave those out are known by the length.
 */
const ipParameters = (d: Uint8Array, from: number, end: number): string => {
  const flags = d[from]!;
  const packed = IP_PARAMETERS.reduce((n, [bit, size]) => n + ((flags & bit) !== 0 ? size : 0), 0) === end - from - 4;
  const parts: string[] = [];
  let o = from + 4;
  for (const [bit, size, name] of IP_PARAMETERS) {
    const isSet = (flags & bit) !== 0;
    if (isSet && o + (bit === 32 ? 1 : size) <= end)
      parts.push(
        `${name} ${bit === 1 ? macText(d, o) : bit === 32 ? paddedAscii(d, o, Math.min(end, o + size)) : ipv4Text(i32le(d, o))}`,
      );
    if (isSet || !packed) o += size;
  }
  return parts.join(', ');
};

/** AoE: an AMS header (target and source with their ports, command, flags, length, error, invoke id), then the command. */
const AMS = 32;
const aoe = (d: Uint8Array, end: number): Mail => {
  if (end - HEADER < AMS) return { kind: 'other', protocol: 'AoE' };
  const isRequest = (d[HEADER + 18]! & 1) === 0;
  const command = u16le(d, HEADER + 16);
  const o = HEADER + AMS;
  // Read, Write, ReadWrite and the notifications begin with group and offset; answers with a result.
  const addressed = isRequest && (command === 2 || command === 3 || command === 6 || command === 9) && end - o >= 12;
  return {
    kind: 'ads',
    isRequest,
    command,
    group: addressed ? u32le(d, o) : 0,
    offset: addressed ? u32le(d, o + 4) : 0,
    length: addressed ? u32le(d, o + 8) : 0,
    error: u32le(d, HEADER + 24) || (!isRequest && end - o >= 4 ? u32le(d, o) : 0),
    invokeId: u32le(d, HEADER + 28),
  };
};

const foe = (d: Uint8Array, end: number): Mail => {
  const operation = d[HEADER]!;
  const o = HEADER + 2;
  const base = { kind: 'file', name: '', packet: 0, size: 0, errorCode: 0, text: '' } as const;
  // Read and write requests: a password of four octets, which is never looked at, then the name.
  if ((operation === 1 || operation === 2) && end - o >= 4)
    return {
      ...base,
      operation: operation === 1 ? 'read' : 'write',
      name: ascii(d, o + 4, Math.min(end, o + 4 + MAX_TEXT)),
    };
  if (end - o < 4) return { kind: 'other', protocol: 'FoE' };
  const textOf = (from: number): string => paddedAscii(d, Math.min(end, from), Math.min(end, from + MAX_TEXT));
  if (operation === 3) return { ...base, operation: 'data', packet: u32le(d, o), size: end - o - 4 };
  if (operation === 4) return { ...base, operation: 'acknowledge', packet: u32le(d, o) };
  if (operation === 5) return { ...base, operation: 'error', errorCode: u32le(d, o), text: textOf(o + 4) };
  if (operation === 6) return { ...base, operation: 'busy', text: textOf(o + 4) };
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
  if (type === 2) return eoe(d, end);
  if (type === 1) return aoe(d, end);
  if (type === 0) return { kind: 'mailbox-error', detail: u16le(d, HEADER + 2) };
  return { kind: 'other', protocol: MAILBOX[type] ?? 'mailbox' };
};
