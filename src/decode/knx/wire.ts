/**
 * KNXnet/IP (ISO 22510, KNX Standard 03_08): the header, description blocks, connections, tunnelling and routing, and the cEMI
 * frames in them (03_06_03, 4.1) with their application services (03_03_07).
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { hex, paddedAscii, u16be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';

export const HEADER = 6;
/** Description blocks and services of one message. */
const MAX_BLOCKS = 32;

export const SERVICE = {
  SEARCH_REQUEST: 0x0201, SEARCH_RESPONSE: 0x0202, DESCRIPTION_REQUEST: 0x0203, DESCRIPTION_RESPONSE: 0x0204, CONNECT_REQUEST: 0x0205, CONNECT_RESPONSE: 0x0206,
  CONNECTIONSTATE_REQUEST: 0x0207, CONNECTIONSTATE_RESPONSE: 0x0208, DISCONNECT_REQUEST: 0x0209, DISCONNECT_RESPONSE: 0x020a, SEARCH_REQUEST_EXTENDED: 0x020b,
  SEARCH_RESPONSE_EXTENDED: 0x020c, CONFIGURATION_REQUEST: 0x0310, CONFIGURATION_ACK: 0x0311, TUNNELLING_REQUEST: 0x0420, TUNNELLING_ACK: 0x0421,
  ROUTING_INDICATION: 0x0530, ROUTING_LOST_MESSAGE: 0x0531, ROUTING_BUSY: 0x0532, SECURE_WRAPPER: 0x0950,
} as const; // biome-ignore format: a table
// biome-ignore format: a table
const NAMES: Readonly<Record<number, string>> = {
  513: 'Search Request', 514: 'Search Response', 515: 'Description Request', 516: 'Description Response', 517: 'Connect Request', 518: 'Connect Response',
  519: 'Connectionstate Request', 520: 'Connectionstate Response', 521: 'Disconnect Request', 522: 'Disconnect Response', 523: 'Search Request Extended',
  524: 'Search Response Extended', 784: 'Device Configuration Request', 785: 'Device Configuration Ack', 1056: 'Tunnelling Request', 1057: 'Tunnelling Ack',
  1058: 'Tunnelling Feature Get', 1059: 'Tunnelling Feature Response', 1060: 'Tunnelling Feature Set', 1061: 'Tunnelling Feature Info', 1328: 'Routing Indication',
  1329: 'Routing Lost Message', 1330: 'Routing Busy', 1331: 'Routing System Broadcast', 1856: 'Remote Diagnostic Request', 1857: 'Remote Diagnostic Response',
  1858: 'Remote Basic Configuration Request', 1859: 'Remote Reset Request', 2384: 'Secure Wrapper', 2385: 'Session Request', 2386: 'Session Response',
  2387: 'Session Authenticate', 2388: 'Session Status', 2389: 'Timer Notify',
};

export interface KnxDevice {
  readonly medium: number;
  readonly programmingMode: boolean;
  readonly address: string;
  readonly serial: string;
  /** KNX manufacturer: the first two octets of the serial number. */
  readonly manufacturer: number;
  readonly mac: string;
  readonly name: string;
}
export interface Cemi {
  /** 0x11 request, 0x29 indication, 0x2e confirmation; properties 0xfc, 0xfb, 0xf6, 0xf5; reset 0xf1. */
  readonly code: number;
  readonly source: string;
  /** `1/2/3` or `1.1.5`. */
  readonly destination: string;
  readonly group: boolean;
  /** Confirmation says that it could not be sent. */
  readonly failed: boolean;
  /** Application service, 10 bits; -1 where the frame has none. */
  readonly service: number;
  readonly data: Uint8Array;
  /** Six bits inside the service, for values so small; -1 otherwise. */
  readonly small: number;
}
export interface KnxMessage {
  readonly type: string;
  readonly service: number;
  readonly channel: number;
  readonly sequence: number;
  /** Of answers: 0 is good. -1 where there is none. */
  readonly status: number;
  /** Connect: 3 device management, 4 tunnelling, 6 remote logging, 8 object server. -1 otherwise. */
  readonly connectionType: number;
  readonly device: KnxDevice | undefined;
  readonly cemi: Cemi | undefined;
  readonly length: number;
}

const two = (n: number): string => n.toString(16).padStart(2, '0');
export const individual = (n: number): string => `${n >> 12}.${(n >> 8) & 15}.${n & 255}`;
export const groupText = (n: number): string => `${n >> 11}/${(n >> 8) & 7}/${n & 255}`;

/** DIB 01 (03_08_02, 7.5.4.2). */
const readDevice = (b: Uint8Array, at: number): KnxDevice => ({
  medium: b[at + 2]!,
  programmingMode: (b[at + 3]! & 1) !== 0,
  address: individual(u16be(b, at + 4)),
  serial: hex(b, at + 8, at + 14),
  manufacturer: u16be(b, at + 8),
  mac: [18, 19, 20, 21, 22, 23].map((i) => two(b[at + i]!)).join(':'),
  name: paddedAscii(b, at + 24, at + 54),
});
const findDevice = (b: Uint8Array, start: number, end: number): KnxDevice | undefined => {
  for (let at = start, n = 0; at + 2 <= end && n < MAX_BLOCKS; n++) {
    const length = b[at]!;
    if (length < 2 || at + length > end) return undefined;
    if (b[at + 1] === 1 && length >= 54) return readDevice(b, at);
    at += length;
  }
  return undefined;
};

const EMPTY = new Uint8Array(0);
/** cEMI L_Data (03_06_03, 4.1.5.3) and the local device management codes. */
const readCemi = (b: Uint8Array, start: number, end: number): Cemi | undefined => {
  if (end - start < 2) return undefined;
  const code = b[start]!;
  const bare = { code, source: '', destination: '', group: false, failed: false, service: -1, small: -1 };
  if (code >= 0xf0) return { ...bare, data: b.slice(start + 1, end) };
  const at = start + 2 + b[start + 1]!;
  if (at + 8 > end) return undefined;
  const group = (b[at + 1]! & 0x80) !== 0;
  const target = u16be(b, at + 4);
  const length = b[at + 6]!;
  const base = {
    ...bare,
    source: individual(u16be(b, at + 2)),
    destination: group ? groupText(target) : individual(target),
    group,
    failed: code === 0x2e && (b[at]! & 1) !== 0,
  };
  // Control frames of the transport layer have no application service.
  if (length === 0 || at + 9 > end || (b[at + 7]! & 0x80) !== 0) return { ...base, data: EMPTY };
  const service = u16be(b, at + 7) & 0x3ff;
  const short = service >> 6;
  // Services 0-2 (group values) and those of 4 bits leave six bits for data.
  const small = short === 1 || short === 2 ? service & 0x3f : -1;
  const stop = at + 8 + length < end ? at + 8 + length : end;
  return {
    ...base,
    service: short <= 10 ? service & 0x3c0 : service,
    small: length === 1 ? small : -1,
    data: b.slice(at + 9, stop),
  };
};

const FOREIGN = { kind: 'foreign' } as const;

/** Codes: `knx.length`. */
export const decodeKnx = (b: Uint8Array, start: number, end: number): Decoded<KnxMessage> => {
  const available = end - start;
  if (b[start] !== HEADER || (available > 1 && b[start + 1] !== 0x10)) return FOREIGN;
  if (available < HEADER) return { kind: 'incomplete', missing: HEADER - available };
  const length = u16be(b, start + 4);
  if (length < HEADER)
    return { kind: 'malformed', code: 'knx.length', detail: `a message of ${length} octets`, consumed: 0 };
  if (available < length) return { kind: 'incomplete', missing: length - available };
  const service = u16be(b, start + 2);
  const at = start + HEADER;
  const stop = start + length;
  let channel = -1;
  let sequence = -1;
  let status = -1;
  let connectionType = -1;
  let device: KnxDevice | undefined;
  let cemi: Cemi | undefined;
  const has = (n: number): boolean => stop - at >= n;
  switch (service) {
    case SERVICE.SEARCH_RESPONSE:
    case SERVICE.SEARCH_RESPONSE_EXTENDED:
      if (has(8)) device = findDevice(b, at + b[at]!, stop);
      break;
    case SERVICE.DESCRIPTION_RESPONSE:
      device = findDevice(b, at, stop);
      break;
    case SERVICE.CONNECT_REQUEST:
      // Two host addresses of 8 octets, then the wish.
      if (has(18)) connectionType = b[at + 17]!;
      break;
    case SERVICE.CONNECT_RESPONSE:
      if (has(2)) {
        channel = b[at]!;
        status = b[at + 1]!;
      }
      break;
    case SERVICE.CONNECTIONSTATE_REQUEST:
    case SERVICE.DISCONNECT_REQUEST:
      if (has(1)) channel = b[at]!;
      break;
    case SERVICE.CONNECTIONSTATE_RESPONSE:
    case SERVICE.DISCONNECT_RESPONSE:
      if (has(2)) {
        channel = b[at]!;
        status = b[at + 1]!;
      }
      break;
    case SERVICE.CONFIGURATION_REQUEST:
    case SERVICE.TUNNELLING_REQUEST:
      if (has(4)) {
        channel = b[at + 1]!;
        sequence = b[at + 2]!;
        cemi = readCemi(b, at + b[at]!, stop);
      }
      break;
    case SERVICE.CONFIGURATION_ACK:
    case SERVICE.TUNNELLING_ACK:
      if (has(4)) {
        channel = b[at + 1]!;
        sequence = b[at + 2]!;
        status = b[at + 3]!;
      }
      break;
    case SERVICE.ROUTING_INDICATION:
      cemi = readCemi(b, at, stop);
      break;
  }
  const type = NAMES[service] ?? 'KNXnet/IP message';
  return {
    kind: 'message',
    message: { type, service, channel, sequence, status, connectionType, device, cemi, length },
    consumed: length,
  };
};

/** Six octets of header, version 1.0, a service that exists and its length: exact in a datagram. */
export const probeKnx = (b: Uint8Array, start: number, end: number, datagram: boolean): Probe => {
  const available = end - start;
  if (b[start] !== HEADER || (available > 1 && b[start + 1] !== 0x10)) return 'no';
  if (available < HEADER) return 'more';
  if (NAMES[u16be(b, start + 2)] === undefined) return 'no';
  const length = u16be(b, start + 4);
  if (length < HEADER || (datagram && length !== available)) return 'no';
  return 'sure';
};

/** A message of `service` with its body. */
export const encodeKnx = (service: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter()
    .u8(HEADER, 0x10)
    .u16(service)
    .u16(HEADER + body.length)
    .bytes(body)
    .done();
