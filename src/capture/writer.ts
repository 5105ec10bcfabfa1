/**
 * Writes captures: pcap and pcapng, frame in, octets out. Used for evidence, exports and tests, so every form that the
 * reader understands in both byte orders can be made here.
 * Source: draft-ietf-opsawg-pcap sections 4 and 5; draft-ietf-opsawg-pcapng sections 3 and 4.
 */

export interface FrameToWrite {
  /** Microseconds since 1970, and nanoseconds beyond. */
  readonly tsUs: number;
  readonly tsNs?: number;
  /** The frame's octets. */
  readonly bytes: Uint8Array;
  /** Octets on the wire; default: as many as there are. */
  readonly wire?: number;
}

export interface PcapOptions {
  readonly linkType: number;
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  readonly snapLength?: number;
}

const DEFAULT_SNAP_LENGTH = 262_144;
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const padded = (length: number): number => (length + 3) & ~3;

/** The 24 octets that begin a pcap file. */
export const pcapHeader = (options: PcapOptions): Uint8Array => {
  const out = new Uint8Array(24);
  const v = view(out);
  const little = options.bigEndian !== true;
  v.setUint32(0, options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4, little);
  v.setUint16(4, 2, little);
  v.setUint16(6, 4, little);
  v.setUint32(16, options.snapLength ?? DEFAULT_SNAP_LENGTH, little);
  v.setUint32(20, options.linkType, little);
  return out;
};

/** One pcap record. Times from 1970 to 2106, the reach of its 32-bit seconds. */
export const pcapRecord = (frame: FrameToWrite, options: PcapOptions): Uint8Array => {
  const out = new Uint8Array(16 + frame.bytes.length);
  const v = view(out);
  const little = options.bigEndian !== true;
  const us = frame.tsUs % 1_000_000;
  v.setUint32(0, (frame.tsUs - us) / 1_000_000, little);
  v.setUint32(4, options.nanoseconds === true ? us * 1000 + (frame.tsNs ?? 0) : us, little);
  v.setUint32(8, frame.bytes.length, little);
  v.setUint32(12, frame.wire ?? frame.bytes.length, little);
  out.set(frame.bytes, 16);
  return out;
};

/** A block of `type` around `body`, padded to 4 octets. */
export const pcapngBlock = (type: number, body: Uint8Array, bigEndian = false): Uint8Array => {
  const length = 12 + padded(body.length);
  const out = new Uint8Array(length);
  const v = view(out);
  v.setUint32(0, type, !bigEndian);
  v.setUint32(4, length, !bigEndian);
  out.set(body, 8);
  v.setUint32(length - 4, length, !bigEndian);
  return out;
};

export interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array | string;
}

const utf8 = new TextEncoder();

/** Options with their end mark; none gives no octets. */
const pcapngOptions = (options: readonly PcapngOption[], bigEndian = false): Uint8Array => {
  if (options.length === 0) return new Uint8Array(0);
  const values = options.map((o) => (typeof o.value === 'string' ? utf8.encode(o.value) : o.value));
  const out = new Uint8Array(values.reduce((sum, value) => sum + 4 + padded(value.length), 4));
  const v = view(out);
  let at = 0;
  for (const [i, option] of options.entries()) {
    const value = values[i]!;
    v.setUint16(at, option.code, !bigEndian);
    v.setUint16(at + 2, value.length, !bigEndian);
    out.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return out;
};

/** A section header block of unknown section length. */
export const sectionHeader = (bigEndian = false, options: readonly PcapngOption[] = []): Uint8Array => {
  const tail = pcapngOptions(options, bigEndian);
  const body = new Uint8Array(16 + tail.length);
  const v = view(body);
  v.setUint32(0, 0x1a2b3c4d, !bigEndian);
  v.setUint16(4, 1, !bigEndian);
  v.setBigInt64(8, -1n, !bigEndian);
  body.set(tail, 16);
  return pcapngBlock(0x0a0d0d0a, body, bigEndian);
};

export interface InterfaceToWrite {
  readonly linkType: number;
  readonly snapLength?: number;
  readonly options?: readonly PcapngOption[];
}

/** An interface description block. Without an if_tsresol option (code 9) its clock counts microseconds. */
export const interfaceDescription = (description: InterfaceToWrite, bigEndian = false): Uint8Array => {
  const tail = pcapngOptions(description.options ?? [], bigEndian);
  const body = new Uint8Array(8 + tail.length);
  const v = view(body);
  v.setUint16(0, description.linkType, !bigEndian);
  v.setUint32(4, description.snapLength ?? DEFAULT_SNAP_LENGTH, !bigEndian);
  body.set(tail, 8);
  return pcapngBlock(1, body, bigEndian);
};

/** Option 9 of an interface whose packets are written with `nanoseconds`. */
export const NANOSECOND_RESOLUTION: PcapngOption = { code: 9, value: Uint8Array.of(9) };

export interface PacketOptions {
  /** Id of the interface within the section. */
  readonly interfaceId?: number;
  /** Count time in nanoseconds; the interface must say so (NANOSECOND_RESOLUTION). */
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
  readonly options?: readonly PcapngOption[];
}

/** An enhanced packet block. */
export const enhancedPacket = (frame: FrameToWrite, packet: PacketOptions = {}): Uint8Array => {
  const big = packet.bigEndian === true;
  const tail = pcapngOptions(packet.options ?? [], big);
  const body = new Uint8Array(20 + padded(frame.bytes.length) + tail.length);
  const v = view(body);
  const count = packet.nanoseconds === true ? BigInt(frame.tsUs) * 1000n + BigInt(frame.tsNs ?? 0) : BigInt(frame.tsUs);
  v.setUint32(0, packet.interfaceId ?? 0, !big);
  v.setUint32(4, Number(count >> 32n), !big);
  v.setUint32(8, Number(count & 0xffff_ffffn), !big);
  v.setUint32(12, frame.bytes.length, !big);
  v.setUint32(16, frame.wire ?? frame.bytes.length, !big);
  body.set(frame.bytes, 20);
  body.set(tail, 20 + padded(frame.bytes.length));
  return pcapngBlock(6, body, big);
};

/** A simple packet block: no time, no interface. */
export const simplePacket = (frame: FrameToWrite, bigEndian = false): Uint8Array => {
  const body = new Uint8Array(4 + frame.bytes.length);
  view(body).setUint32(0, frame.wire ?? frame.bytes.length, !bigEndian);
  body.set(frame.bytes, 4);
  return pcapngBlock(3, body, bigEndian);
};

/** Octets of an enhanced packet block with a frame of `captured` octets and the option epb_packetid. */
export const numberedPacketBytes = (captured: number): number => 32 + padded(captured) + 12 + 4;

/**
 * Writes an enhanced packet block in place, little-endian, microseconds, with `number` as its epb_packetid (option 5):
 * the form of the evidence ring, which allocates nothing per frame. Gives the position after it.
 */
export const putNumberedPacket = (
  target: DataView,
  at: number,
  bytes: Uint8Array,
  start: number,
  captured: number,
  wire: number,
  tsUs: number,
  interfaceId: number,
  number: number,
): number => {
  const length = numberedPacketBytes(captured);
  const high = Math.floor(tsUs / 4_294_967_296);
  target.setUint32(at, 6, true);
  target.setUint32(at + 4, length, true);
  target.setUint32(at + 8, interfaceId, true);
  target.setUint32(at + 12, high, true);
  target.setUint32(at + 16, tsUs - high * 4_294_967_296, true);
  target.setUint32(at + 20, captured, true);
  target.setUint32(at + 24, wire, true);
  const data = new Uint8Array(target.buffer, target.byteOffset + at + 28, padded(captured));
  if (captured > 0) data.set(bytes.subarray(start, start + captured));
  data.fill(0, captured);
  let o = at + 28 + padded(captured);
  target.setUint16(o, 5, true);
  target.setUint16(o + 2, 8, true);
  const numberHigh = Math.floor(number / 4_294_967_296);
  target.setUint32(o + 4, number - numberHigh * 4_294_967_296, true);
  target.setUint32(o + 8, numberHigh, true);
  o += 12;
  target.setUint32(o, 0, true);
  target.setUint32(o + 4, length, true);
  return o + 8;
};

/** Octets that `putPacket` writes for a frame of `captured` octets. */
export const packetBytes = (captured: number): number => 32 + padded(captured);

/**
 * Writes an enhanced packet block without options in place, little-endian, microseconds: the form of captures that are made
 * by the million. Gives the position after it; the target must have room for `packetBytes(captured)`.
 */
export const putPacket = (
  target: DataView,
  at: number,
  bytes: Uint8Array,
  start: number,
  captured: number,
  tsUs: number,
  wire = captured,
  interfaceId = 0,
): number => {
  const room = padded(captured);
  const length = packetBytes(captured);
  const high = Math.floor(tsUs / 4_294_967_296);
  target.setUint32(at, 6, true);
  target.setUint32(at + 4, length, true);
  target.setUint32(at + 8, interfaceId, true);
  target.setUint32(at + 12, high, true);
  target.setUint32(at + 16, tsUs - high * 4_294_967_296, true);
  target.setUint32(at + 20, captured, true);
  target.setUint32(at + 24, wire, true);
  const data = new Uint8Array(target.buffer, target.byteOffset + at + 28, room);
  data.set(bytes.subarray(start, start + captured));
  data.fill(0, captured);
  target.setUint32(at + 28 + room, length, true);
  return at + length;
};
