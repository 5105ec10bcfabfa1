/**
 * KNXnet/IP (ISO 22510, KNX Standard 03_08): the header, endpoints, description blocks, connections, tunnelling and its features,
 * routing, and what KNX IP Secure says in clear. The cEMI frames in them are in `cemi.ts`.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { hex, i32be, paddedAscii, u16be } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import { type Cemi, individual, readCemi } from './cemi.ts';

export const HEADER = 6;
/** Description blocks and services of one message. */
const MAX_BLOCKS = 32;

export const SERVICE = {
  SEARCH_REQUEST: 0x0201, SEARCH_RESPONSE: 0x0202, DESCRIPTION_REQUEST: 0x0203, DESCRIPTION_RESPONSE: 0x0204, CONNECT_REQUEST: 0x0205, CONNECT_RESPONSE: 0x0206,
  CONNECTIONSTATE_REQUEST: 0x0207, CONNECTIONSTATE_RESPONSE: 0x0208, DISCONNECT_REQUEST: 0x0209, DISCONNECT_RESPONSE: 0x020a, SEARCH_REQUEST_EXTENDED: 0x020b,
  SEARCH_RESPONSE_EXTENDED: 0x020c, CONFIGURATION_REQUEST: 0x0310, CONFIGURATION_ACK: 0x0311, TUNNELLING_REQUEST: 0x0420, TUNNELLING_ACK: 0x0421,
  ROUTING_INDICATION: 0x0530, ROUTING_LOST_MESSAGE: 0x0531, ROUTING_BUSY: 0x0532, SECURE_WRAPPER: 0x0950, SESSION_REQUEST: 0x0951,
  SESSION_RESPONSE: 0x0952, SESSION_AUTHENTICATE: 0x0953, SESSION_STATUS: 0x0954, TIMER_NOTIFY: 0x0955, FEATURE_GET: 0x0422, FEATURE_RESPONSE: 0x0423,
  FEATURE_SET: 0x0424, FEATURE_INFO: 0x0425,
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
export interface Endpoint {
  readonly tcp: boolean;
  readonly ip: string;
  readonly port: number;
}
export interface Network {
  readonly current: boolean;
  readonly ip: string;
  readonly subnet: string;
  readonly gateway: string;
}
/** What descriptions say beside the device itself. */
export interface Description {
  /** Service family and version: 2 core, 3 device management, 4 tunnelling, 5 routing, 7 remote configuration, 9 security. */
  readonly families: readonly (readonly [family: number, version: number])[];
  /** The same, of those that ask for security. */
  readonly secured: readonly (readonly [family: number, version: number])[];
  /** Configured and current address, mask and gateway. */
  readonly networks: readonly Network[];
  /** Addresses on the bus, the device's own first. */
  readonly addresses: readonly string[];
  readonly maxApduLength: number;
  readonly maskVersion: number;
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
  /** Tunnelling: 2 link layer, 4 raw, 0x80 bus monitor. -1 otherwise. */
  readonly layer: number;
  /** The tunnel's own address on the bus; '' where it is not said. */
  readonly address: string;
  /** Where to answer: control and data endpoints. */
  readonly endpoints: readonly Endpoint[];
  readonly description: Description | undefined;
  /** Tunnelling feature and its value as hexadecimal; -1 and '' without. */
  readonly feature: number;
  readonly featureValue: string;
  /** Routing: messages lost; time to wait in ms. -1 without. */
  readonly lost: number;
  readonly waitMs: number;
  /** KNX IP Secure: session, sequence or timer, serial number of the sender, message tag. -1 and '' without. */
  readonly session: number;
  readonly timer: string;
  readonly sender: string;
  readonly tag: number;
  /** Session Authenticate: 1 management, 2 and up users of tunnels. -1 without. */
  readonly user: number;
  readonly device: KnxDevice | undefined;
  readonly cemi: Cemi | undefined;
  readonly length: number;
}

const two = (n: number): string => n.toString(16).padStart(2, '0');
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
const ipText = (b: Uint8Array, at: number): string => ipv4Text(i32be(b, at));
/** Host protocol address information: length 8, protocol, address, port. */
const readEndpoint = (b: Uint8Array, at: number, end: number): Endpoint | undefined =>
  at + 8 <= end && b[at] === 8 ? { tcp: b[at + 1] === 2, ip: ipText(b, at + 2), port: u16be(b, at + 6) } : undefined;
/** Control and, for connections, data endpoint; where the next structure begins. */
const readEndpoints = (b: Uint8Array, at: number, end: number, most: number, out: Draft): number => {
  const endpoints: Endpoint[] = [];
  let o = at;
  for (let i = 0; i < most; i++) {
    const endpoint = readEndpoint(b, o, end);
    if (endpoint === undefined) break;
    endpoints.push(endpoint);
    o += 8;
  }
  out.endpoints = endpoints;
  return o;
};

const pairs = (b: Uint8Array, from: number, to: number): (readonly [number, number])[] => {
  const out: (readonly [number, number])[] = [];
  for (let at = from; at + 2 <= to && out.length < MAX_BLOCKS; at += 2) out.push([b[at]!, b[at + 1]!]);
  return out;
};
/** Description information blocks (03_08_02, 7.5.4). */
const readDescription = (b: Uint8Array, start: number, end: number, out: Draft): void => {
  const d: { -readonly [K in keyof Description]: Description[K] } = {
    families: [],
    secured: [],
    networks: [],
    addresses: [],
    maxApduLength: -1,
    maskVersion: -1,
  };
  for (let at = start, n = 0; at + 2 <= end && n < MAX_BLOCKS; n++) {
    const length = b[at]!;
    const to = at + length;
    if (length < 2 || to > end) break;
    const kind = b[at + 1]!;
    if (kind === 1 && length >= 54) out.device = readDevice(b, at);
    else if (kind === 2) d.families = pairs(b, at + 2, to);
    else if (kind === 6) d.secured = pairs(b, at + 2, to);
    else if ((kind === 3 || kind === 4) && length >= 14) {
      const [ip, subnet, gateway] = [ipText(b, at + 2), ipText(b, at + 6), ipText(b, at + 10)];
      d.networks = [...d.networks, { current: kind === 4, ip, subnet, gateway }];
    } else if (kind === 5) {
      const addresses: string[] = [];
      for (let o = at + 2; o + 2 <= to && addresses.length < MAX_BLOCKS; o += 2)
        addresses.push(individual(u16be(b, o)));
      d.addresses = addresses;
    } else if (kind === 8 && length >= 8) {
      d.maxApduLength = u16be(b, at + 4);
      d.maskVersion = u16be(b, at + 6);
    }
    at = to;
  }
  out.description = d;
};

/** Connection request and response information: length, type, layer or address. */
const readConnection = (b: Uint8Array, at: number, stop: number, out: Draft): void => {
  if (at + 2 > stop) return;
  out.connectionType = b[at + 1]!;
  if (out.connectionType !== TUNNEL || b[at]! < 4 || at + 4 > stop) return;
  if (out.service === SERVICE.CONNECT_RESPONSE) out.address = individual(u16be(b, at + 2));
  else out.layer = b[at + 2]!;
};
const TUNNEL = 4;

/** KNX IP Secure (03_08_09): what stands in clear. */
const readSecure = (b: Uint8Array, at: number, stop: number, out: Draft): void => {
  const has = (n: number): boolean => stop - at >= n;
  switch (out.service) {
    case SERVICE.SECURE_WRAPPER:
      if (!has(16)) return;
      out.session = u16be(b, at);
      out.timer = hex(b, at + 2, at + 8);
      out.sender = hex(b, at + 8, at + 14);
      out.tag = u16be(b, at + 14);
      return;
    case SERVICE.SESSION_REQUEST:
      readEndpoints(b, at, stop, 1, out);
      return;
    case SERVICE.SESSION_RESPONSE:
      if (has(2)) out.session = u16be(b, at);
      return;
    case SERVICE.SESSION_AUTHENTICATE:
      if (has(2)) out.user = b[at + 1]!;
      return;
    case SERVICE.SESSION_STATUS:
      if (has(1)) out.status = b[at]!;
      return;
    case SERVICE.TIMER_NOTIFY:
      if (!has(14)) return;
      out.timer = hex(b, at, at + 6);
      out.sender = hex(b, at + 6, at + 12);
      out.tag = u16be(b, at + 12);
  }
};

type Draft = { -readonly [K in keyof KnxMessage]: KnxMessage[K] };
const draft = (service: number, length: number): Draft => ({
  type: NAMES[service] ?? 'KNXnet/IP message',
  service,
  channel: -1,
  sequence: -1,
  status: -1,
  connectionType: -1,
  layer: -1,
  address: '',
  endpoints: [],
  description: undefined,
  feature: -1,
  featureValue: '',
  lost: -1,
  waitMs: -1,
  session: -1,
  timer: '',
  sender: '',
  tag: -1,
  user: -1,
  device: undefined,
  cemi: undefined,
  length,
});

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
  const out = draft(service, length);
  const has = (n: number): boolean => stop - at >= n;
  /** Connection header: length 4, channel, sequence, status or reserved. */
  const connection = (): boolean => {
    if (!has(4)) return false;
    out.channel = b[at + 1]!;
    out.sequence = b[at + 2]!;
    return true;
  };
  switch (service) {
    case SERVICE.SEARCH_REQUEST:
    case SERVICE.SEARCH_REQUEST_EXTENDED:
    case SERVICE.DESCRIPTION_REQUEST:
      readEndpoints(b, at, stop, 1, out);
      break;
    case SERVICE.SEARCH_RESPONSE:
    case SERVICE.SEARCH_RESPONSE_EXTENDED:
      if (has(8)) readDescription(b, readEndpoints(b, at, stop, 1, out), stop, out);
      break;
    case SERVICE.DESCRIPTION_RESPONSE:
      readDescription(b, at, stop, out);
      break;
    case SERVICE.CONNECT_REQUEST:
      readConnection(b, readEndpoints(b, at, stop, 2, out), stop, out);
      break;
    case SERVICE.CONNECT_RESPONSE:
      if (!has(2)) break;
      out.channel = b[at]!;
      out.status = b[at + 1]!;
      if (out.status === 0) readConnection(b, readEndpoints(b, at + 2, stop, 1, out), stop, out);
      break;
    case SERVICE.CONNECTIONSTATE_REQUEST:
    case SERVICE.DISCONNECT_REQUEST:
      if (!has(2)) break;
      out.channel = b[at]!;
      readEndpoints(b, at + 2, stop, 1, out);
      break;
    case SERVICE.CONNECTIONSTATE_RESPONSE:
    case SERVICE.DISCONNECT_RESPONSE:
      if (!has(2)) break;
      out.channel = b[at]!;
      out.status = b[at + 1]!;
      break;
    case SERVICE.CONFIGURATION_REQUEST:
    case SERVICE.TUNNELLING_REQUEST:
      if (connection()) out.cemi = readCemi(b, at + b[at]!, stop);
      break;
    case SERVICE.CONFIGURATION_ACK:
    case SERVICE.TUNNELLING_ACK:
      if (connection()) out.status = b[at + 3]!;
      break;
    case SERVICE.FEATURE_GET:
    case SERVICE.FEATURE_RESPONSE:
    case SERVICE.FEATURE_SET:
    case SERVICE.FEATURE_INFO:
      if (!connection() || !has(6)) break;
      out.feature = b[at + 4]!;
      if (service === SERVICE.FEATURE_RESPONSE) out.status = b[at + 5]!;
      out.featureValue = hex(b, at + 6, Math.min(stop, at + 6 + 32));
      break;
    case SERVICE.ROUTING_INDICATION:
      out.cemi = readCemi(b, at, stop);
      break;
    case SERVICE.ROUTING_LOST_MESSAGE:
      if (has(4)) out.lost = u16be(b, at + 2);
      break;
    case SERVICE.ROUTING_BUSY:
      if (has(4)) out.waitMs = u16be(b, at + 2);
      break;
    default:
      readSecure(b, at, stop, out);
  }
  return { kind: 'message', message: out, consumed: length };
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
