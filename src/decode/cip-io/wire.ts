/**
 * CIP implicit (I/O) messages on UDP 2222: a sequenced address item and a connected data item. Source: The CIP Networks
 * Library Volume 2, section 3-2.2 (class 0 and 1 packets), Volume 1, 3-6.1 (run/idle header of the 32-bit real-time format).
 */
import { u16le, u32le } from '../../lib/bytes.ts';

/** Item count 2, sequenced address 0x8002 of 8 octets, connected data 0x00b1: the octets before the data. */
export const IO_HEADER = 18;
export const CONNECTED_DATA = 0x00b1;
export const SEQUENCED_ADDRESS = 0x8002;

/** Is this an I/O datagram? The layout is so fixed that 14 octets of it must have one value. */
export const looksLikeIo = (b: Uint8Array, start: number, end: number): boolean =>
  end - start >= IO_HEADER &&
  u16le(b, start) >= 2 &&
  u16le(b, start) <= 4 &&
  u16le(b, start + 2) === SEQUENCED_ADDRESS &&
  u16le(b, start + 4) === 8 &&
  u16le(b, start + 14) === CONNECTED_DATA &&
  start + IO_HEADER + u16le(b, start + 16) <= end;

export const connectionIdOf = (b: Uint8Array, start: number): number => u32le(b, start + 6);
export const sequenceOf = (b: Uint8Array, start: number): number => u32le(b, start + 10);
export const dataLengthOf = (b: Uint8Array, start: number): number => u16le(b, start + 16);

/** One I/O datagram. `data` is everything behind the item's length: sequence count and run/idle header included. */
export const encodeIo = (connectionId: number, sequence: number, data: Uint8Array): Uint8Array => {
  const out = new Uint8Array(IO_HEADER + data.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, 2, true);
  view.setUint16(2, SEQUENCED_ADDRESS, true);
  view.setUint16(4, 8, true);
  view.setUint32(6, connectionId, true);
  view.setUint32(10, sequence, true);
  view.setUint16(14, CONNECTED_DATA, true);
  view.setUint16(16, data.length, true);
  out.set(data, IO_HEADER);
  return out;
};
