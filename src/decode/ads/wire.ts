/**
 * AMS packets in AMS/TCP frames. Source: Beckhoff "TwinCAT ADS/AMS specification": AMS/TCP header (6 octets), AMS header
 * (32 octets), ADS packets.
 */
import type { Decoded, Probe } from '../../core/decoder.ts';
import { hex, i32le, isZero, paddedAscii, u16be, u16le, u32be, u32le, u64le } from '../../lib/bytes.ts';
import { OctetWriter } from '../shared/octet-writer.ts';
import type { AdsDetail, AdsMessage, AdsSample, AnyAdsMessage } from './message.ts';
import { COMMAND, REQUEST_TYPES, RESPONSE_TYPES } from './names.ts';

/** Reserved or router command (2), length of what follows (4). */
const TCP_HEADER = 6;
const AMS_HEADER = 32;
/** A stream keeps at most 1 MiB of an unfinished PDU: symbol uploads come close to it, more is not ours. */
export const MAX_AMS_LENGTH = (1 << 20) - 64;
/** Samples of one notification; more are cut off. */
const MAX_SAMPLES = 4096;

const FOREIGN = { kind: 'foreign' } as const;
const NOTHING = new Uint8Array(0);

/** Texts of NetIds kept for the process; beyond this they are built anew each time. */
const MAX_NET_IDS = 4096;
const netIds = new Map<number, string>();
export const netIdAt = (b: Uint8Array, o: number): string => {
  const key = u32be(b, o) * 65536 + u16be(b, o + 4);
  const known = netIds.get(key);
  if (known !== undefined) return known;
  const text = `${b[o]}.${b[o + 1]}.${b[o + 2]}.${b[o + 3]}.${b[o + 4]}.${b[o + 5]}`;
  if (netIds.size < MAX_NET_IDS) netIds.set(key, text);
  return text;
};

const ROUTER_TYPES: Readonly<Record<number, string>> = {
  1: 'AMS port close',
  4096: 'AMS port connect',
  4097: 'AMS router notification',
  4098: 'AMS local NetId',
};
/** Longest body of a router command. */
const MAX_ROUTER_LENGTH = 64;

/** Two lengths that agree, a command 1..9 and state flags of which only few are in use exclude chance. */
export const probeTcp = (b: Uint8Array, start: number, end: number): Probe => {
  const available = end - start;
  if (available < 6) return (available > 0 && b[start] !== 0) || (available > 1 && b[start + 1] !== 0) ? 'no' : 'more';
  if (b[start] !== 0 || b[start + 1] !== 0) return 'no';
  const length = u32le(b, start + 2);
  if (length < AMS_HEADER || length > MAX_AMS_LENGTH) return 'no';
  if (available < TCP_HEADER + AMS_HEADER) return 'more';
  const command = u16le(b, start + 22);
  const flags = u16le(b, start + 24);
  if (command > COMMAND.READ_WRITE || (flags & ~0x45) !== 0 || (flags & 4) === 0) return 'no';
  return u32le(b, start + 26) === length - AMS_HEADER ? 'sure' : 'no';
};

/** One AMS/TCP frame; code `ads.ams-length`: the two lengths contradict each other. */
export const decodeTcp = (b: Uint8Array, start: number, end: number): Decoded<AnyAdsMessage> => {
  const available = end - start;
  if (available < TCP_HEADER) return { kind: 'incomplete', missing: TCP_HEADER - available };
  const router = u16le(b, start);
  const length = u32le(b, start + 2);
  const total = TCP_HEADER + length;
  if (router !== 0) {
    const type = ROUTER_TYPES[router];
    if (type === undefined || length > MAX_ROUTER_LENGTH) return FOREIGN;
    if (available < total) return { kind: 'incomplete', missing: total - available };
    const data = b.slice(start + TCP_HEADER, start + total);
    return { kind: 'message', message: { type, kind: 'router', command: router, data }, consumed: total };
  }
  if (length < AMS_HEADER || length > MAX_AMS_LENGTH) return FOREIGN;
  if (available >= 24 && u16le(b, start + 22) > COMMAND.READ_WRITE) return FOREIGN;
  if (available < total) return { kind: 'incomplete', missing: total - available };
  const announced = u32le(b, start + 26);
  if (announced > length - AMS_HEADER)
    return {
      kind: 'malformed',
      code: 'ads.ams-length',
      detail: 'AMS data longer than its AMS/TCP frame',
      consumed: total,
    };
  return { kind: 'message', message: packet(b, start + TCP_HEADER, announced), consumed: total };
};

/** Fields that differ by service; the rest is the header. */
interface Body {
  result: number;
  indexGroup: number;
  indexOffset: number;
  length: number;
  data: Uint8Array;
  detail: AdsDetail | undefined;
  defect: '' | 'length';
}

const packet = (b: Uint8Array, o: number, octets: number): AdsMessage => {
  const command = u16le(b, o + 16);
  const stateFlags = u16le(b, o + 18);
  const response = (stateFlags & 1) !== 0;
  const body: Body = {
    result: -1,
    indexGroup: -1,
    indexOffset: -1,
    length: -1,
    data: NOTHING,
    detail: undefined,
    defect: '',
  };
  const start = o + AMS_HEADER;
  if (octets > 0 || command === COMMAND.READ_DEVICE_INFO || command === COMMAND.READ_STATE) {
    if (response) readResponse(b, start, start + octets, command, body);
    else readRequest(b, start, start + octets, command, body);
  }
  return {
    type: (response ? RESPONSE_TYPES : REQUEST_TYPES)[command]!,
    kind: 'ads',
    targetNetId: netIdAt(b, o),
    targetPort: u16le(b, o + 6),
    sourceNetId: netIdAt(b, o + 8),
    sourcePort: u16le(b, o + 14),
    command,
    stateFlags,
    response,
    errorCode: u32le(b, o + 24),
    invokeId: u32le(b, o + 28),
    result: body.result,
    indexGroup: body.indexGroup,
    indexOffset: body.indexOffset,
    length: body.length,
    data: body.data,
    detail: body.detail,
    defect: body.defect,
  };
};

/** Octets `at`..`at + length`, or what there is of them. */
const take = (b: Uint8Array, at: number, length: number, end: number, body: Body): void => {
  if (at + length > end) body.defect = 'length';
  body.data = b.slice(at, Math.min(end, at + length));
};

const readRequest = (b: Uint8Array, o: number, end: number, command: number, body: Body): void => {
  const n = end - o;
  const least = REQUEST_OCTETS[command]!;
  if (n < least) {
    body.defect = 'length';
    return;
  }
  switch (command) {
    case COMMAND.READ:
    case COMMAND.WRITE:
    case COMMAND.READ_WRITE:
    case COMMAND.ADD_NOTIFICATION:
      body.indexGroup = u32le(b, o);
      body.indexOffset = u32le(b, o + 4);
      body.length = u32le(b, o + 8);
      if (command === COMMAND.WRITE) take(b, o + 12, body.length, end, body);
      if (command === COMMAND.READ_WRITE) take(b, o + 16, u32le(b, o + 12), end, body);
      if (command === COMMAND.ADD_NOTIFICATION)
        body.detail = {
          kind: 'subscription',
          transmissionMode: u32le(b, o + 12),
          maxDelay: u32le(b, o + 16),
          cycleTime: u32le(b, o + 20),
          ...(!isZero(b, o + 24, Math.min(end, o + 40)) && { reserved: hex(b, o + 24, Math.min(end, o + 40)) }),
        };
      return;
    case COMMAND.WRITE_CONTROL:
      body.detail = { kind: 'state', adsState: u16le(b, o), deviceState: u16le(b, o + 2) };
      body.length = u32le(b, o + 4);
      take(b, o + 8, body.length, end, body);
      return;
    case COMMAND.DELETE_NOTIFICATION:
      body.detail = { kind: 'handle', handle: u32le(b, o) };
      return;
    case COMMAND.NOTIFICATION:
      readStamps(b, o, end, body);
      return;
    default:
  }
};
/** By command: octets that the request has at least. */
const REQUEST_OCTETS = [0, 0, 12, 12, 0, 8, 24, 4, 8, 16] as const;

const readResponse = (b: Uint8Array, o: number, end: number, command: number, body: Body): void => {
  const n = end - o;
  // A router that refuses answers without ADS data.
  if (n < 4) {
    if (n > 0) body.defect = 'length';
    return;
  }
  if (command === COMMAND.NOTIFICATION) return;
  body.result = u32le(b, o);
  switch (command) {
    case COMMAND.READ_DEVICE_INFO:
      if (n >= 24)
        body.detail = {
          kind: 'device',
          major: b[o + 4]!,
          minor: b[o + 5]!,
          build: u16le(b, o + 6),
          name: paddedAscii(b, o + 8, o + 24),
          ...behindName(b, o + 8, o + 24),
        };
      return;
    case COMMAND.READ:
    case COMMAND.READ_WRITE:
      if (n >= 8) {
        body.length = u32le(b, o + 4);
        take(b, o + 8, body.length, end, body);
      }
      return;
    case COMMAND.READ_STATE:
      if (n >= 8) body.detail = { kind: 'state', adsState: u16le(b, o + 4), deviceState: u16le(b, o + 6) };
      return;
    case COMMAND.ADD_NOTIFICATION:
      if (n >= 8) body.detail = { kind: 'handle', handle: u32le(b, o + 4) };
      return;
    default:
  }
};

const behindName = (b: Uint8Array, o: number, end: number): { readonly rest?: string } => {
  let at = o;
  while (at < end && b[at] !== 0) at++;
  return isZero(b, at, end) ? {} : { rest: hex(b, at + 1, end) };
};

const readStamps = (b: Uint8Array, o: number, end: number, body: Body): void => {
  body.length = u32le(b, o);
  const count = u32le(b, o + 4);
  const stamps: { time: bigint; samples: AdsSample[] }[] = [];
  let at = o + 8;
  let taken = 0;
  for (let i = 0; i < count && at + 12 <= end && taken < MAX_SAMPLES; i++) {
    const samples: AdsSample[] = [];
    stamps.push({ time: u64le(b, at), samples });
    const sampleCount = u32le(b, at + 8);
    at += 12;
    for (let k = 0; k < sampleCount && at + 8 <= end && taken < MAX_SAMPLES; k++, taken++) {
      const size = i32le(b, at + 4);
      if (size < 0 || at + 8 + size > end) {
        body.defect = 'length';
        at = end;
        break;
      }
      samples.push({ handle: u32le(b, at), data: b.slice(at + 8, at + 8 + size) });
      at += 8 + size;
    }
  }
  body.detail = { kind: 'stamps', stamps };
};

const address = (w: OctetWriter, netId: string, port: number): OctetWriter =>
  w.bytes(netId.split('.').map(Number)).u16le(port);

export interface AdsFrame {
  readonly command: number;
  readonly response?: boolean;
  readonly invokeId: number;
  readonly errorCode?: number;
  readonly target: readonly [netId: string, port: number];
  readonly source: readonly [netId: string, port: number];
  /** What follows the AMS header. */
  readonly body: ArrayLike<number>;
}
/** An AMS packet in its AMS/TCP frame. */
export const encodeAds = (f: AdsFrame): Uint8Array => {
  const w = new OctetWriter().u16le(0).u32le(AMS_HEADER + f.body.length);
  address(w, f.target[0], f.target[1]);
  address(w, f.source[0], f.source[1]);
  w.u16le(f.command).u16le(f.response === true ? 5 : 4);
  return w
    .u32le(f.body.length)
    .u32le(f.errorCode ?? 0)
    .u32le(f.invokeId)
    .bytes(f.body)
    .done();
};
/** Little-endian 32-bit words, then octets: most ADS bodies. */
export const words = (values: readonly number[], data: ArrayLike<number> = []): Uint8Array => {
  const w = new OctetWriter();
  for (const value of values) w.u32le(value);
  return w.bytes(data).done();
};
