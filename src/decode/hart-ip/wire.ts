/**
 * HART-IP: the header and the bodies of its messages, and the HART commands in them. Sources: HART-IP in Network Management
 * Specification HCF_SPEC-085 (10.3: header, session initiate, token-passing PDU, direct PDU, read audit log) and Token-Passing
 * Data Link Layer Specification HCF_SPEC-081 (delimiter, addresses, check byte).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { f32be, paddedLatin1, u16be, u24be, u32be, u64be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import {
  CMD_AGGREGATED,
  CMD_DEVICE_VARIABLES,
  CMD_SUB_DEVICE,
  type CommandInfo,
  carriesKeys,
  commandInfo,
  type Field,
} from './commands.ts';

export const HEADER_LENGTH = 8;
/** Longest message we take: 255 octets of HART data are some 270; an audit log of 255 records is 14,828. */
export const MAX_MESSAGE = 16_384;
/** Commands read from one direct PDU; the rest is left as octets. */
export const MAX_COMMANDS = 64;
/** Commands inside commands (77 in 77): deeper ones stay octets. */
const MAX_NESTING = 2;

export const MESSAGE = { REQUEST: 0, RESPONSE: 1, PUBLISH: 2, NAK: 15 } as const;
export const ID = {
  SESSION_INITIATE: 0,
  SESSION_CLOSE: 1,
  KEEP_ALIVE: 2,
  TOKEN_PASSING: 3,
  DIRECT: 4,
  READ_AUDIT_LOG: 5,
} as const;

export type FieldValue = number | string | bigint | Uint8Array;

/** One HART command, request or response. */
export interface HartCommand {
  readonly number: number;
  readonly name: string;
  readonly response: boolean;
  /** Octets the command announces (with response code and status, without number and count itself). */
  readonly byteCount: number;
  /** -1 where the command carries none (requests). */
  readonly responseCode: number;
  /** Field device status (Common Table 1), -1 where there is none. */
  readonly deviceStatus: number;
  /** By the names of the specification; those that fit. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Data octets behind code and status; none where they hold a key. */
  readonly data: Uint8Array;
  readonly secret: boolean;
  /** Commands 77 and 78 carry others. */
  readonly nested: readonly HartCommand[];
  /** Command 77: unique address of the sub-device, as hexadecimal; '' otherwise. */
  readonly subAddress: string;
}

export interface TokenPassing {
  readonly delimiter: number;
  /** Short (polling) address octet, -1 when the address is unique. */
  readonly pollingAddress: number;
  /** Five octets of the unique address with the master and burst bits cleared, as hexadecimal; '' for polling addresses. */
  readonly uniqueAddress: string;
  /** The address as on the wire. */
  readonly address: Uint8Array;
  readonly checkByte: number;
  readonly checkRight: boolean;
}

export interface AuditRecord {
  readonly clientIPv4: string;
  readonly clientIPv6: Uint8Array;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly connectTime: bigint;
  readonly disconnectTime: bigint;
  readonly status: number;
  readonly startConfigurationChangeCount: number;
  readonly endConfigurationChangeCount: number;
  readonly publishPdus: number;
  readonly requestPdus: number;
  readonly responsePdus: number;
}
export interface AuditLog {
  readonly startRecord: number;
  readonly numberOfRecords: number;
  /** Only in responses. */
  readonly powerUpTime?: bigint;
  readonly lastSecurityChange?: bigint;
  readonly serverStatus?: number;
  readonly recordSize?: number;
  readonly records?: readonly AuditRecord[];
}

export interface HartIpMessage {
  readonly type: string;
  readonly version: number;
  /** Low four bits of the second octet; `MESSAGE`. */
  readonly messageType: number;
  readonly reserved: number;
  readonly messageId: number;
  readonly status: number;
  readonly sequence: number;
  readonly length: number;
  /** Session initiate: 1 is the primary master. */
  readonly masterType?: number;
  readonly inactivityCloseTimerMs?: number;
  readonly token?: TokenPassing;
  /** Direct PDU: device status and extended device status. */
  readonly deviceStatus?: number;
  readonly extendedStatus?: number;
  readonly commands: readonly HartCommand[];
  readonly audit?: AuditLog;
  /** Body of messages that have no structure here (error, unknown ids), and of publish messages. */
  readonly body: Uint8Array;
  /** '' or what the specification forbids, without the protocol's prefix. */
  readonly defect: string;
}

const NONE: readonly HartCommand[] = [];
const EMPTY = new Uint8Array(0);
const IDS = [
  'Session Initiate',
  'Session Close',
  'Keep Alive',
  'Token-Passing PDU',
  'Direct PDU',
  'Read Audit Log',
] as const;
const KINDS: Readonly<Record<number, string>> = { 0: 'request', 1: 'response', 2: 'publish', 3: 'error', 15: 'NAK' };
/** [message type][message id], made once. */
const TYPES: readonly (readonly string[])[] = Array.from({ length: 16 }, (_, kind) =>
  IDS.map((id) => `${id} ${KINDS[kind] ?? 'message'}`),
);
const typeOf = (kind: number, id: number): string => TYPES[kind]![id] ?? 'HART-IP message';

/** Packed ASCII (HCF_SPEC-127, 5.1.1): four characters of 6 bits in three octets. */
export const unpack = (b: Uint8Array, start: number, end: number): string => {
  let out = '';
  for (let i = start; i + 3 <= end; i += 3) {
    const bits = u24be(b, i);
    for (let shift = 18; shift >= 0; shift -= 6) {
      const c = (bits >> shift) & 63;
      out += String.fromCharCode(c < 32 ? c + 64 : c);
    }
  }
  return out;
};

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
/** Day, month, years since 1900; whatever stands there, valid or not. */
const dateText = (b: Uint8Array, at: number): string => `${1900 + b[at + 2]!}-${two(b[at + 1]!)}-${two(b[at]!)}`;

const readField = (b: Uint8Array, at: number, field: Field): FieldValue => {
  switch (field.kind) {
    case 'u8':
    case 'unit':
      return b[at]!;
    case 'u16':
      return u16be(b, at);
    case 'u24':
      return u24be(b, at);
    case 'u32':
    case 'time':
      return u32be(b, at);
    case 'f32':
      return f32be(b, at);
    case 'date':
      return dateText(b, at);
    case 'packed':
      return unpack(b, at, at + field.size);
    case 'latin':
      return paddedLatin1(b, at, at + field.size);
    case 'octets':
      return b.slice(at, at + field.size);
  }
};

/** As many fields as the octets hold: older devices end earlier. */
const readFields = (
  b: Uint8Array,
  start: number,
  end: number,
  layout: readonly Field[],
): Record<string, FieldValue> => {
  const out: Record<string, FieldValue> = {};
  let at = start;
  for (const field of layout) {
    if (at + field.size > end) break;
    out[field.name] = readField(b, at, field);
    at += field.size;
  }
  return out;
};

/** Octets of one slot of command 9's answer: code, class, units, value, status. */
const SLOT = 8;
/** Command 9 (HCF_SPEC-127, 6.10): status, slots of 8 octets, and behind the last one the time of slot 0 (HART 7). */
const readDeviceVariables = (
  b: Uint8Array,
  start: number,
  end: number,
  info: CommandInfo,
): Record<string, FieldValue> => {
  const count = Math.min(8, Math.floor((end - start - 1) / SLOT));
  const stop = start + 1 + (count > 0 ? count : 0) * SLOT;
  const out = readFields(b, start, stop < end ? stop : end, info.response);
  if (count > 0 && end - stop >= 4) out.slot0Time = u32be(b, stop);
  return out;
};

const emptyFields: Readonly<Record<string, FieldValue>> = {};

const makeCommand = (
  b: Uint8Array,
  number: number,
  byteCount: number,
  responseCode: number,
  deviceStatus: number,
  response: boolean,
  start: number,
  end: number,
  depth: number,
): HartCommand => {
  const info = commandInfo(number);
  const layout = response ? info.response : info.request;
  let nested: readonly HartCommand[] = NONE;
  let subAddress = '';
  let fields: Readonly<Record<string, FieldValue>> = emptyFields;
  if (number === CMD_DEVICE_VARIABLES && response) fields = readDeviceVariables(b, start, end, info);
  else if (number === CMD_SUB_DEVICE) {
    const inner = depth < MAX_NESTING ? readSubDevice(b, start, end, response, depth) : undefined;
    if (inner !== undefined) {
      fields = inner.fields;
      nested = inner.nested;
      subAddress = inner.subAddress;
    }
  } else if (number === CMD_AGGREGATED && depth < MAX_NESTING) nested = readAggregated(b, start, end, response, depth);
  else if (layout.length > 0 && end > start) fields = readFields(b, start, end, layout);
  const secret = carriesKeys(number) || nested.some((n) => n.secret);
  const data = end > start && !secret ? b.slice(start, end) : EMPTY;
  return {
    number,
    name: info.name,
    response,
    byteCount,
    responseCode,
    deviceStatus,
    fields,
    data,
    secret,
    nested,
    subAddress,
  };
};

const hexAddress = (b: Uint8Array, at: number): string => {
  let out = (b[at]! & 0x3f).toString(16).padStart(2, '0');
  for (let i = 1; i < 5; i++) out += b[at + i]!.toString(16).padStart(2, '0');
  return out;
};

/**
 * Command 77 (HCF_SPEC-151, 7.45): card, channel, [preambles in requests], delimiter, address, command, count, data; no
 * check byte.
 */
const readSubDevice = (b: Uint8Array, start: number, end: number, response: boolean, depth: number) => {
  let at = start + (response ? 2 : 3);
  if (at >= end) return undefined;
  const fields: Record<string, FieldValue> = { ioCard: b[start]!, channel: b[start + 1]! };
  if (!response) fields.transmitPreambleCount = b[start + 2]!;
  const delimiter = b[at++]!;
  fields.delimiter = delimiter;
  const long = (delimiter & 0x80) !== 0;
  if (at + (long ? 5 : 1) + 2 > end) return { fields, nested: NONE, subAddress: '' };
  const subAddress = long ? hexAddress(b, at) : '';
  at += long ? 5 : 1;
  const number = b[at]!;
  const count = b[at + 1]!;
  at += 2;
  const stop = at + count < end ? at + count : end;
  const coded = response && stop - at >= 2;
  const nested = [
    makeCommand(
      b,
      number,
      count,
      coded ? b[at]! : -1,
      coded ? b[at + 1]! : -1,
      response,
      coded ? at + 2 : at,
      stop,
      depth + 1,
    ),
  ];
  return { fields, nested, subAddress };
};

/** Command 78 (HCF_SPEC-151, 7.46): extended status in responses, number of commands, then number (2), count (1), data. */
const readAggregated = (
  b: Uint8Array,
  start: number,
  end: number,
  response: boolean,
  depth: number,
): readonly HartCommand[] => {
  let at = start + (response ? 2 : 1);
  const out: HartCommand[] = [];
  while (at + 3 <= end && out.length < MAX_COMMANDS) {
    const number = u16be(b, at);
    const count = b[at + 2]!;
    const stop = at + 3 + count;
    if (stop > end) break;
    const coded = response && count > 0;
    out.push(
      makeCommand(b, number, count, coded ? b[at + 3]! : -1, -1, response, at + 3 + (coded ? 1 : 0), stop, depth + 1),
    );
    at = stop;
  }
  return out;
};

interface Token {
  readonly token: TokenPassing;
  readonly command: HartCommand;
  readonly end: number;
}

/** Frame type in the delimiter: 1 burst, 2 from the master, 6 from the device (HCF_SPEC-081, 5.3.1). */
const FROM_MASTER = 2;

/** Delimiter, address, expansion octets, command, count, data, check byte; undefined when the octets do not hold it. */
const readToken = (b: Uint8Array, start: number, end: number): Token | undefined => {
  const delimiter = b[start]!;
  const long = (delimiter & 0x80) !== 0;
  const addressEnd = start + 1 + (long ? 5 : 1);
  let at = addressEnd + ((delimiter >> 5) & 3);
  if (at + 3 > end) return undefined;
  let number = b[at]!;
  const byteCount = b[at + 1]!;
  at += 2;
  const stop = at + byteCount;
  if (stop >= end) return undefined;
  let check = 0;
  for (let i = start; i < stop; i++) check ^= b[i]!;
  const response = (delimiter & 7) !== FROM_MASTER;
  let responseCode = -1;
  let deviceStatus = -1;
  if (response && byteCount >= 2) {
    responseCode = b[at]!;
    deviceStatus = b[at + 1]!;
    at += 2;
  }
  // Command 31: the number has 16 bits and stands in front of the data (HCF_SPEC-099, 7.3).
  if (number === 31 && stop - at >= 2) {
    number = u16be(b, at);
    at += 2;
  }
  return {
    token: {
      delimiter,
      pollingAddress: long ? -1 : b[start + 1]!,
      uniqueAddress: long ? hexAddress(b, start + 1) : '',
      address: b.slice(start + 1, addressEnd),
      checkByte: b[stop]!,
      checkRight: check === b[stop],
    },
    command: makeCommand(b, number, byteCount, responseCode, deviceStatus, response, at, stop, 0),
    end: stop + 1,
  };
};

/** Commands of a direct PDU: number (2), count (1), [response code], data. undefined when they do not fill the body exactly. */
const readDirect = (
  b: Uint8Array,
  start: number,
  end: number,
  response: boolean,
): readonly HartCommand[] | undefined => {
  const out: HartCommand[] = [];
  let at = start;
  while (at < end) {
    if (at + 3 > end) return undefined;
    const count = b[at + 2]!;
    const stop = at + 3 + count;
    if (stop > end) return undefined;
    if (out.length < MAX_COMMANDS) {
      const coded = response && count > 0;
      out.push(
        makeCommand(b, u16be(b, at), count, coded ? b[at + 3]! : -1, -1, response, at + 3 + (coded ? 1 : 0), stop, 0),
      );
    }
    at = stop;
  }
  return out;
};

const AUDIT_HEAD = 24;
const AUDIT_RECORD = 58;
const readAudit = (b: Uint8Array, start: number, end: number, response: boolean): AuditLog | undefined => {
  if (end - start < 2) return undefined;
  const head = { startRecord: b[start]!, numberOfRecords: b[start + 1]! };
  if (!response || end - start < AUDIT_HEAD - 2) return head;
  const recordSize = u16be(b, start + 20);
  const records: AuditRecord[] = [];
  let at = start + 22;
  // The size is a field so that records may grow; what we know stands in front.
  const step = recordSize < AUDIT_RECORD ? AUDIT_RECORD : recordSize;
  for (; records.length < head.numberOfRecords && at + AUDIT_RECORD <= end; at += step)
    records.push({
      clientIPv4: `${b[at]}.${b[at + 1]}.${b[at + 2]}.${b[at + 3]}`,
      clientIPv6: b.slice(at + 4, at + 20),
      clientPort: u16be(b, at + 20),
      serverPort: u16be(b, at + 22),
      connectTime: u64be(b, at + 24),
      disconnectTime: u64be(b, at + 32),
      status: u16be(b, at + 40),
      startConfigurationChangeCount: u16be(b, at + 42),
      endConfigurationChangeCount: u16be(b, at + 44),
      publishPdus: u32be(b, at + 46),
      requestPdus: u32be(b, at + 50),
      responsePdus: u32be(b, at + 54),
    });
  return {
    ...head,
    powerUpTime: u64be(b, start + 2),
    lastSecurityChange: u64be(b, start + 10),
    serverStatus: u16be(b, start + 18),
    recordSize,
    records,
  };
};

const FOREIGN = { kind: 'foreign' } as const;
const isType = (t: number): boolean => t <= MESSAGE.PUBLISH || t === 3 || t === MESSAGE.NAK;

/** Codes: `hart-ip.length`, `hart-ip.short-body`. */
export const decodeHartIp = (b: Uint8Array, start: number, end: number): Decoded<HartIpMessage> => {
  const available = end - start;
  if (b[start] !== 1 && b[start] !== 2) return FOREIGN;
  if (available < HEADER_LENGTH) return { kind: 'incomplete', missing: HEADER_LENGTH - available };
  const kind = b[start + 1]! & 15;
  const id = b[start + 2]!;
  const length = u16be(b, start + 6);
  if (!isType(kind) || id > 127) return FOREIGN;
  if (length < HEADER_LENGTH || length > MAX_MESSAGE)
    return { kind: 'malformed', code: 'hart-ip.length', detail: `a message of ${length} octets`, consumed: 0 };
  if (available < length) return { kind: 'incomplete', missing: length - available };
  const at = start + HEADER_LENGTH;
  const stop = start + length;
  const response = kind !== MESSAGE.REQUEST;
  let masterType: number | undefined;
  let timer: number | undefined;
  let token: TokenPassing | undefined;
  let commands: readonly HartCommand[] = NONE;
  let audit: AuditLog | undefined;
  let deviceStatus: number | undefined;
  let extendedStatus: number | undefined;
  let defect = '';
  let raw = true;
  if (kind === MESSAGE.NAK || kind === 3) raw = true;
  else if (id === ID.SESSION_INITIATE) {
    raw = false;
    if (stop - at >= 5) {
      masterType = b[at]!;
      timer = u32be(b, at + 1);
    } else if (!response || b[start + 3] === 0) defect = 'short-body';
  } else if (id === ID.TOKEN_PASSING && stop > at) {
    const t = readToken(b, at, stop);
    raw = t === undefined || kind === MESSAGE.PUBLISH;
    if (t === undefined) defect = 'short-body';
    else {
      token = t.token;
      commands = [t.command];
      if (!t.token.checkRight) defect = 'check-byte';
    }
  } else if (id === ID.DIRECT && stop - at >= 2) {
    const list = readDirect(b, at + 2, stop, response);
    raw = list === undefined || kind === MESSAGE.PUBLISH;
    deviceStatus = b[at]!;
    extendedStatus = b[at + 1]!;
    if (list === undefined) defect = 'short-body';
    else commands = list;
  } else if (id === ID.READ_AUDIT_LOG) {
    audit = readAudit(b, at, stop, response);
    raw = audit === undefined;
  }
  const message: HartIpMessage = {
    type: typeOf(kind, id),
    version: b[start]!,
    messageType: kind,
    reserved: b[start + 1]! >> 4,
    messageId: id,
    status: b[start + 3]!,
    sequence: u16be(b, start + 4),
    length,
    commands,
    body: raw && stop > at ? b.slice(at, stop) : EMPTY,
    defect,
    ...(masterType === undefined ? {} : { masterType, inactivityCloseTimerMs: timer! }),
    ...(token === undefined ? {} : { token }),
    ...(deviceStatus === undefined ? {} : { deviceStatus, extendedStatus: extendedStatus! }),
    ...(audit === undefined ? {} : { audit }),
  };
  return { kind: 'message', message, consumed: length };
};

/**
 * Version 1 or 2, a message type and id that exist and a length that holds them; then what the body proves: the check byte
 * of a token-passing PDU, commands that tile a direct PDU, the master type of a session.
 */
export const probeHartIp = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 3) return b[start] === 1 || b[start] === 2 ? 'more' : 'no';
  const version = b[start]!;
  const kind = b[start + 1]!;
  const id = b[start + 2]!;
  if ((version !== 1 && version !== 2) || !isType(kind) || id > ID.READ_AUDIT_LOG) return 'no';
  if (available < HEADER_LENGTH) return 'more';
  const length = u16be(b, start + 6);
  if (length < HEADER_LENGTH || length > MAX_MESSAGE) return 'no';
  if (available < length) return 'more';
  const at = start + HEADER_LENGTH;
  const stop = start + length;
  if (id === ID.SESSION_CLOSE || id === ID.KEEP_ALIVE)
    return length === HEADER_LENGTH ? (available === length ? 'sure' : 'maybe') : 'no';
  if (id === ID.SESSION_INITIATE) {
    if (length === HEADER_LENGTH) return kind === MESSAGE.REQUEST ? 'no' : 'maybe';
    return length === HEADER_LENGTH + 5 && b[at]! <= 1 ? 'sure' : 'maybe';
  }
  if (id === ID.TOKEN_PASSING) {
    if (stop - at < 5) return 'no';
    const t = readToken(b, at, stop);
    if (t === undefined || t.end !== stop) return 'no';
    return t.token.checkRight ? 'sure' : 'maybe';
  }
  if (id === ID.DIRECT) {
    if (stop - at < 5) return stop - at === 2 ? 'maybe' : 'no';
    return readDirect(b, at + 2, stop, kind !== MESSAGE.REQUEST) === undefined ? 'no' : 'sure';
  }
  return 'maybe';
};

/** A header with its body. */
export const encodeHartIp = (
  messageType: number,
  id: number,
  sequence: number,
  body: ArrayLike<number>,
  status = 0,
): Uint8Array =>
  new OctetWriter()
    .u8(1, messageType, id, status)
    .u16(sequence)
    .u16(HEADER_LENGTH + body.length)
    .bytes(body)
    .done();

/** A token-passing PDU to or from a unique address (10 hexadecimal digits), with its check byte. */
export const encodeToken = (
  response: boolean,
  uniqueAddress: string,
  command: number,
  data: ArrayLike<number>,
): Uint8Array => {
  const w = new OctetWriter().u8(response ? 0x86 : 0x82);
  for (let i = 0; i < 5; i++) {
    const octet = Number.parseInt(uniqueAddress.slice(i * 2, i * 2 + 2), 16);
    w.u8(i === 0 ? octet | 0x80 : octet);
  }
  w.u8(command, data.length).bytes(data);
  const frame = w.done();
  let check = 0;
  for (const octet of frame) check ^= octet;
  return Uint8Array.of(...frame, check);
};
