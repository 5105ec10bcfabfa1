/**
 * EtherNet/IP encapsulation: the 24-octet header, the common packet format and what is not CIP in it. Source: The CIP
 * Networks Library Volume 2 (EtherNet/IP Adaptation of CIP), sections 2-3 (header), 2-4 (commands), 2-6 (items).
 */

import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32be, i32le, paddedAscii, u16be, u16le, u32le } from '../../lib/bytes.ts';
import type { CipMessage } from './cip.ts';
import { decodeListIdentity, type ListIdentityRecord } from './identity.ts';

export { encodeParts, encodeRequest, encodeResponse, encodeUnconnectedSend } from './cip.ts';
export { encodeForwardClose, encodeForwardOpen, encodeForwardOpened } from './connection.ts';
export { encodeEpath } from './epath.ts';
export { encodeIdentity } from './identity.ts';

export const HEADER = 24;
/** 2-3.1: "the total length of the encapsulation message is limited to 65535 octets". */
export const MAX_LENGTH = 65535 - HEADER;

export const COMMAND = {
  NOP: 0x0000,
  LIST_TARGETS: 0x0001,
  LIST_SERVICES: 0x0004,
  LIST_IDENTITY: 0x0063,
  LIST_INTERFACES: 0x0064,
  REGISTER_SESSION: 0x0065,
  UNREGISTER_SESSION: 0x0066,
  SEND_RR_DATA: 0x006f,
  SEND_UNIT_DATA: 0x0070,
  INDICATE_STATUS: 0x0072,
  CANCEL: 0x0073,
  START_DTLS: 0x00c8,
} as const;

const COMMAND_NAME: ReadonlyMap<number, string> = new Map([
  [0x0000, 'NOP'],
  [0x0001, 'List Targets'], // reserved "for legacy"; seen from engineering tools of Rockwell
  [0x0004, 'List Services'],
  [0x0063, 'List Identity'],
  [0x0064, 'List Interfaces'],
  [0x0065, 'Register Session'],
  [0x0066, 'Unregister Session'],
  [0x006f, 'Send RR Data'],
  [0x0070, 'Send Unit Data'],
  [0x0072, 'Indicate Status'],
  [0x0073, 'Cancel'],
  [0x00c8, 'Start DTLS'],
]);
/** Undefined for a command that the specification does not define. */
export const commandName = (command: number): string | undefined => COMMAND_NAME.get(command);

/** `name` of a command that the specification does not define. */
export const RESERVED = 'Reserved command';

const STATUS_NAME: ReadonlyMap<number, string> = new Map([
  [0x00, 'success'],
  [0x01, 'invalid or unsupported command'],
  [0x02, 'insufficient memory'],
  [0x03, 'incorrect data'],
  [0x64, 'invalid session handle'],
  [0x65, 'invalid length'],
  [0x69, 'unsupported protocol revision'],
  [0x6a, 'CIP service not allowed on this port'],
]);
/** Table 2-3.3: `invalid session handle (0x64)`. */
export const encapsulationStatus = (status: number): string =>
  `${STATUS_NAME.get(status) ?? 'reserved status'} (0x${status.toString(16).padStart(2, '0')})`;

export const ITEM = {
  NULL: 0x0000,
  IDENTITY: 0x000c,
  CONNECTED_ADDRESS: 0x00a1,
  CONNECTED_DATA: 0x00b1,
  UNCONNECTED_DATA: 0x00b2,
  LIST_SERVICES: 0x0100,
  SOCKADDR_OT: 0x8000,
  SOCKADDR_TO: 0x8001,
  SEQUENCED_ADDRESS: 0x8002,
  UNCONNECTED_UDP: 0x8003,
} as const;

/** An item that carries neither CIP nor the connection's address, in words. */
export interface CpfItem {
  readonly type: number;
  readonly text: string;
}

export interface EnipMessage extends Message {
  readonly type: 'request' | 'response' | 'single';
  readonly command: number;
  readonly name: string;
  readonly length: number;
  /** Session handle, unsigned. */
  readonly session: number;
  readonly status: number;
  /** Sender context as two unsigned halves in the order of the wire (big-endian, for text). */
  readonly contextHigh: number;
  readonly contextLow: number;
  readonly options: number;
  /** Of SendRRData and SendUnitData: 0 for CIP (2-4.7.1); -1 elsewhere. */
  readonly interfaceHandle: number;
  /** Seconds after which the request is given up, 0 for none (2-4.7.1); -1 elsewhere. */
  readonly timeout: number;
  /** Of Register Session (2-4.4): version of the encapsulation that is asked for or granted, and its option flags; -1 elsewhere. */
  readonly protocolVersion: number;
  readonly sessionOptions: number;
  /** Connection id of the address item, -1 without. */
  readonly connectionId: number;
  /** Sequence count of connected data, -1 without. */
  readonly sequence: number;
  /** Equal in request and response of one flow. */
  readonly key: number;
  /** Route of the connection that carries this (`1/0`), empty where it ends at the server or is not known. */
  readonly route: string;
  /** Index of the connection in the flow's table, 0 without. */
  readonly connection: number;
  readonly cip: CipMessage | undefined;
  readonly identities: readonly ListIdentityRecord[];
  readonly items: readonly CpfItem[];
  /** Types of all items of the common packet format, in order. */
  readonly itemTypes: readonly number[];
}

/** The header's status of a valid frame: the octets of the whole message, or why not. */
export const frameLength = (b: Uint8Array, start: number): number => HEADER + u16le(b, start + 2);

/** Is this a header that an implementation could have sent? Checks command, status, length and options. */
export const looksLikeHeader = (b: Uint8Array, start: number, end: number): 'sure' | 'more' | 'no' => {
  const have = end - start;
  if (have < 2) return 'more';
  const command = u16le(b, start);
  if (!COMMAND_NAME.has(command)) return 'no';
  if (have < HEADER) return 'more';
  const length = u16le(b, start + 2);
  // Options "shall be zero"; an implementation discards the packet otherwise (2-3.7).
  if (i32le(b, start + 20) !== 0) return 'no';
  const status = u32le(b, start + 8);
  if (status !== 0 && !STATUS_NAME.has(status)) return 'no';
  switch (command) {
    case COMMAND.REGISTER_SESSION:
      return length === 4 || (status !== 0 && length === 0) ? 'sure' : 'no';
    case COMMAND.UNREGISTER_SESSION:
      return length === 0 && status === 0 ? 'sure' : 'no';
    case COMMAND.SEND_RR_DATA:
    case COMMAND.SEND_UNIT_DATA:
      if (status !== 0 && length === 0) return 'sure';
      if (length < 16) return 'no';
      if (have < HEADER + 8) return 'more';
      // Interface handle of CIP is 0; two to four items.
      return i32le(b, start + HEADER) === 0 && u16le(b, start + HEADER + 6) >= 2 && u16le(b, start + HEADER + 6) <= 4
        ? 'sure'
        : 'no';
    case COMMAND.NOP:
      return 'no'; // a run of zeros is no evidence
    default:
      return length === 0 || (have >= HEADER + 2 && u16le(b, start + HEADER) <= MAX_ITEMS) ? 'sure' : 'no';
  }
};

/**
 * A command that the specification does not define in a header that is right otherwise: legacy devices and
 * tools send such, and the answer is status 1 (2-3.5).
 */
export const isReserved = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= HEADER &&
  !COMMAND_NAME.has(u16le(b, start)) &&
  start + frameLength(b, start) <= end &&
  i32le(b, start + 20) === 0 &&
  STATUS_NAME.has(u32le(b, start + 8));

/** Items of one packet that are read; the specification uses up to four. */
export const MAX_ITEMS = 32;

/** Where address and data of a packet lie; reused by `scanItems`. */
export interface ItemScan {
  connectionId: number;
  /** Sequence number of a sequenced address item, -1 without. */
  encapsulationSequence: number;
  dataType: number;
  dataStart: number;
  dataEnd: number;
  /** Other items than null, address and data. */
  others: number;
  /** Types of all items; one of two constant arrays for the common pairs. */
  types: readonly number[];
}
const NO_TYPES: readonly number[] = Object.freeze([]);
const CONNECTED_PAIR: readonly number[] = Object.freeze([ITEM.CONNECTED_ADDRESS, ITEM.CONNECTED_DATA]);
const UNCONNECTED_PAIR: readonly number[] = Object.freeze([ITEM.NULL, ITEM.UNCONNECTED_DATA]);
export const newScan = (): ItemScan => ({
  connectionId: -1,
  encapsulationSequence: -1,
  dataType: -1,
  dataStart: 0,
  dataEnd: 0,
  others: 0,
  types: NO_TYPES,
});

/** Reads the common packet format at `o` (item count) into `scan`. False when an item does not fit. */
export const scanItems = (b: Uint8Array, o: number, end: number, scan: ItemScan): boolean => {
  scan.connectionId = -1;
  scan.encapsulationSequence = -1;
  scan.dataType = -1;
  scan.others = 0;
  if (o + 2 > end) return false;
  const count = u16le(b, o);
  if (count > MAX_ITEMS) return false;
  let at = o + 2;
  let types: number[] | undefined;
  scan.types = NO_TYPES;
  if (count === 2 && at + 4 <= end) {
    const second = at + 4 + u16le(b, at + 2);
    const pair =
      u16le(b, at) === ITEM.CONNECTED_ADDRESS
        ? CONNECTED_PAIR
        : u16le(b, at) === ITEM.NULL
          ? UNCONNECTED_PAIR
          : NO_TYPES;
    if (second + 4 <= end && u16le(b, second) === pair[1]) scan.types = pair;
  }
  if (scan.types === NO_TYPES) scan.types = types = [];
  for (let i = 0; i < count; i++) {
    if (at + 4 > end) return false;
    const type = u16le(b, at);
    if (types !== undefined) types.push(type);
    const length = u16le(b, at + 2);
    const from = at + 4;
    at = from + length;
    if (at > end) return false;
    switch (type) {
      case ITEM.NULL:
        break;
      case ITEM.CONNECTED_ADDRESS:
        if (length < 4) return false;
        scan.connectionId = u32le(b, from);
        break;
      case ITEM.SEQUENCED_ADDRESS:
        if (length < 8) return false;
        scan.connectionId = u32le(b, from);
        scan.encapsulationSequence = u32le(b, from + 4);
        break;
      case ITEM.CONNECTED_DATA:
      case ITEM.UNCONNECTED_DATA:
      case ITEM.UNCONNECTED_UDP:
        if (scan.dataType < 0) {
          scan.dataType = type;
          scan.dataStart = from;
          scan.dataEnd = at;
        }
        break;
      default:
        scan.others++;
    }
  }
  return true;
};

/** 2-6.3.3: sockaddr_in, big-endian: family, port, address. */
const sockaddr = (b: Uint8Array, o: number, length: number): string =>
  length >= 8 ? `${ipv4Text(i32be(b, o + 4))}:${u16be(b, o + 2)}` : 'cut';

/** The items that `scanItems` counted as others, and identities of List Identity. */
export const readItems = (
  b: Uint8Array,
  o: number,
  end: number,
): {
  readonly items: readonly CpfItem[];
  readonly identities: readonly ListIdentityRecord[];
  readonly types: readonly number[];
} => {
  const types: number[] = [];
  const items: CpfItem[] = [];
  const identities: ListIdentityRecord[] = [];
  const count = Math.min(o + 2 <= end ? u16le(b, o) : 0, MAX_ITEMS);
  let at = o + 2;
  for (let i = 0; i < count && at + 4 <= end; i++) {
    const type = u16le(b, at);
    const length = u16le(b, at + 2);
    const from = at + 4;
    at = from + length;
    if (at > end) break;
    types.push(type);
    if (type === ITEM.IDENTITY) {
      const identity = decodeListIdentity(b, from, at);
      if (identity !== undefined) identities.push(identity);
    } else if (type === ITEM.LIST_SERVICES && length >= 4) {
      // 2-4.6.3: version, capability flags (bit 5 CIP over TCP, bit 8 I/O over UDP), name of 16 octets
      const flags = u16le(b, from + 2);
      const name = paddedAscii(b, from + 4, at);
      items.push({
        type,
        text: `${name}${flags & 0x20 ? ', CIP over TCP' : ''}${flags & 0x100 ? ', I/O over UDP' : ''}`,
      });
    } else if (type === ITEM.SOCKADDR_OT || type === ITEM.SOCKADDR_TO) {
      const direction = type === ITEM.SOCKADDR_OT ? 'O->T' : 'T->O';
      items.push({ type, text: `${direction} ${sockaddr(b, from, length)}` });
    } else if (type === 0x0001 && length >= 36) items.push({ type, text: paddedAscii(b, from + 20, at) });
    else if (type !== ITEM.NULL && type < 0x8000 && (type < 0xa0 || type > 0xb2)) {
      items.push({ type, text: `item 0x${type.toString(16)}, ${length} octets` });
    }
  }
  return { items, identities, types };
};

/** Fields of a header that an encoder may set; all default to 0. */
export interface HeaderParts {
  readonly session?: number;
  readonly status?: number;
  /** Eight octets. */
  readonly context?: Uint8Array;
}

/** A whole encapsulation message: 24 octets of header and `data`. */
export const encodeFrame = (command: number, data: Uint8Array, header: HeaderParts = {}): Uint8Array => {
  const out = new Uint8Array(HEADER + data.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, command, true);
  view.setUint16(2, data.length, true);
  view.setUint32(4, header.session ?? 0, true);
  view.setUint32(8, header.status ?? 0, true);
  if (header.context !== undefined) out.set(header.context.subarray(0, 8), 12);
  out.set(data, HEADER);
  return out;
};

/** 2-6: item count and items. */
export const encodeItems = (items: readonly { readonly type: number; readonly data: Uint8Array }[]): Uint8Array => {
  const out: number[] = [items.length & 255, items.length >> 8];
  for (const { type, data } of items) out.push(type & 255, type >> 8, data.length & 255, data.length >> 8, ...data);
  return Uint8Array.from(out);
};

const le32 = (x: number): number[] => [x & 255, (x >> 8) & 255, (x >> 16) & 255, (x >>> 24) & 255];
const NOTHING = new Uint8Array(0);

/** Send RR Data with an unconnected CIP message. */
export const encodeUnconnected = (cip: Uint8Array, header: HeaderParts): Uint8Array => {
  const items = encodeItems([
    { type: ITEM.NULL, data: NOTHING },
    { type: ITEM.UNCONNECTED_DATA, data: cip },
  ]);
  return encodeFrame(COMMAND.SEND_RR_DATA, Uint8Array.from([0, 0, 0, 0, 0, 0, ...items]), header);
};

/** Send Unit Data: a CIP message on a class 3 connection, `sequence` 0..65535. */
export const encodeConnected = (
  cip: Uint8Array,
  connectionId: number,
  sequence: number,
  header: HeaderParts,
): Uint8Array => {
  const items = encodeItems([
    { type: ITEM.CONNECTED_ADDRESS, data: Uint8Array.from(le32(connectionId)) },
    { type: ITEM.CONNECTED_DATA, data: Uint8Array.from([sequence & 255, sequence >> 8, ...cip]) },
  ]);
  return encodeFrame(COMMAND.SEND_UNIT_DATA, Uint8Array.from([0, 0, 0, 0, 0, 0, ...items]), header);
};

/** Register Session, protocol version 1; the response carries the session in its header. */
export const encodeRegisterSession = (header: HeaderParts = {}): Uint8Array =>
  encodeFrame(COMMAND.REGISTER_SESSION, Uint8Array.of(1, 0, 0, 0), header);

/** List Identity response; `identity` from `encodeIdentity`, `address` four octets. */
export const encodeListIdentity = (
  identity: Uint8Array,
  address: Uint8Array,
  state: number,
  context: Uint8Array,
): Uint8Array => {
  // protocol version 1, sockaddr_in (family 2, port 44818, address, zeros), identity, state
  const item = Uint8Array.from([
    1,
    0,
    0,
    2,
    0xaf,
    0x12,
    ...address.subarray(0, 4),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...identity,
    state,
  ]);
  return encodeFrame(COMMAND.LIST_IDENTITY, encodeItems([{ type: ITEM.IDENTITY, data: item }]), { context });
};
