/**
 * Ethernet POWERLINK frames: octets to messages. Source: EPSG DS 301 V1.3 section 4.6 (frames), 6.3 (SDO), 7.3 (NMT
 * services). Numbers are little-endian, IP addresses big-endian.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { i32be, paddedAscii, u16le, u32le } from '../../lib/bytes.ts';

export const ETHERTYPE = 0x88ab;
/** Octets of SDO data kept. */
const MAX_DATA = 64;

const TYPES = {
  1: 'POWERLINK SoC',
  3: 'POWERLINK PReq',
  4: 'POWERLINK PRes',
  5: 'POWERLINK SoA',
  6: 'POWERLINK ASnd',
  7: 'POWERLINK AMNI',
  13: 'POWERLINK AInv',
} as const;
export const SERVICE = { IDENT: 1, STATUS: 2, NMT_REQUEST: 3, NMT_COMMAND: 4, SDO: 5 } as const;

export interface Ident {
  readonly version: number;
  readonly deviceType: number;
  readonly vendorId: number;
  readonly productCode: number;
  readonly revision: number;
  readonly serial: number;
  readonly ip: string;
  readonly netmask: string;
  readonly gateway: string;
  readonly hostName: string;
}
export interface Sdo {
  readonly transaction: number;
  readonly isResponse: boolean;
  readonly isAbort: boolean;
  /** 1 write by index, 2 read by index; others are named by number. */
  readonly command: number;
  /** -1 where the command has none. */
  readonly index: number;
  readonly subindex: number;
  readonly data: Uint8Array;
  /** Octets of data, as announced or present. */
  readonly size: number;
  readonly abortCode: number;
}
export interface PowerlinkMessage extends Message {
  readonly type: (typeof TYPES)[keyof typeof TYPES] | 'POWERLINK frame';
  readonly destination: number;
  readonly source: number;
  /** NMT state of the sender; -1 where the frame has none. */
  readonly state: number;
  /** Of ASnd; of SoA the requested one; -1 elsewhere. */
  readonly service: number;
  /** Octets of process data; -1 elsewhere. */
  readonly size: number;
  readonly ident?: Ident;
  readonly nmtCommand?: number;
  readonly sdo?: Sdo;
}

const IDENT_OCTETS = 110;
const readIdent = (b: Uint8Array, p: number): Ident => ({
  version: b[p + 4]!,
  deviceType: u32le(b, p + 22),
  vendorId: u32le(b, p + 26),
  productCode: u32le(b, p + 30),
  revision: u32le(b, p + 34),
  serial: u32le(b, p + 38),
  ip: ipv4Text(i32be(b, p + 66)),
  netmask: ipv4Text(i32be(b, p + 70)),
  gateway: ipv4Text(i32be(b, p + 74)),
  hostName: paddedAscii(b, p + 78, p + 110),
});

/** Sequence layer of 4 octets, command layer of 8, perhaps the size of all segments, then index and data. */
const readSdo = (b: Uint8Array, p: number, end: number): Sdo | undefined => {
  const c = p + 4;
  if (c + 8 > end) return undefined;
  const flags = b[c + 2]!;
  const command = b[c + 3]!;
  const isResponse = (flags & 0x80) !== 0;
  const isAbort = (flags & 0x40) !== 0;
  let o = c + 8;
  const stop = Math.min(end, o + u16le(b, c + 4));
  const base = { transaction: b[c + 1]!, isResponse, isAbort, command, index: -1, subindex: -1 };
  if (command === 0) return undefined;
  if (isAbort) {
    const abortCode = o + 4 <= stop ? u32le(b, o) : 0;
    return { ...base, data: new Uint8Array(0), size: 0, abortCode };
  }
  let size = -1;
  // Segmentation: 0 all in one, 1 the first of several, which says how many octets come.
  if ((flags & 0x30) === 0x10 && o + 4 <= stop) {
    size = u32le(b, o);
    o += 4;
  }
  const hasIndex = !isResponse && (command === 1 || command === 2) && (flags & 0x30) <= 0x10 && o + 4 <= stop;
  const from = hasIndex ? o + 4 : o;
  return {
    ...base,
    ...(hasIndex && { index: u16le(b, o), subindex: b[o + 2]! }),
    data: b.slice(from, Math.min(stop, from + MAX_DATA)),
    size: size < 0 ? Math.max(0, stop - from) : size,
    abortCode: 0,
  };
};

/** Undefined when the frame is shorter than its type demands. */
export const readPowerlink = (b: Uint8Array, o: number, end: number): PowerlinkMessage | undefined => {
  if (end - o < 4) return undefined;
  const kind = b[o]! & 0x7f;
  const base = {
    type: TYPES[kind as keyof typeof TYPES] ?? ('POWERLINK frame' as const),
    destination: b[o + 1]!,
    source: b[o + 2]!,
    state: -1,
    service: -1,
    size: -1,
  };
  if (kind === 0x03 || kind === 0x04) {
    if (end - o < 10) return undefined;
    return { ...base, state: kind === 0x04 ? b[o + 3]! : -1, size: u16le(b, o + 8) };
  }
  if (kind === 0x05) return end - o < 9 ? undefined : { ...base, state: b[o + 3]!, service: b[o + 6]! };
  if (kind !== 0x06) return base;
  const service = b[o + 3]!;
  const p = o + 4;
  if (service === SERVICE.IDENT && p + IDENT_OCTETS <= end)
    return { ...base, service, state: b[p + 2]!, ident: readIdent(b, p) };
  if (service === SERVICE.STATUS && p + 3 <= end) return { ...base, service, state: b[p + 2]! };
  if (service === SERVICE.NMT_COMMAND && p + 1 <= end) return { ...base, service, nmtCommand: b[p]! };
  if (service === SERVICE.SDO) {
    const sdo = readSdo(b, p, end);
    return sdo === undefined ? { ...base, service } : { ...base, service, sdo };
  }
  return { ...base, service };
};
