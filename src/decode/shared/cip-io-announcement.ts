/**
 * How the EtherNet/IP decoder tells the CIP I/O decoder of a connection that a Forward Open made: as octets that one
 * decoder carries to the other, so that no state is shared. A format of this project, never on a wire.
 */
import { u16le, u32le, utf8 } from '../../lib/bytes.ts';

/** Name of the decoder that understands the octets. */
export const CIP_IO = 'cip-io';

export interface IoAnnouncement {
  readonly otId: number;
  readonly toId: number;
  /** 0 or 1: class 1 puts a sequence count before the data. */
  readonly transportClass: number;
  /** Connection points or instances of the assemblies: consumed by the target, produced by it; -1 unknown. */
  readonly otPoint: number;
  readonly toPoint: number;
  /** Route behind the server: `1/3`; empty where the server is the target. */
  readonly route: string;
}

const HEAD = 24;
/** `GIO` and a version; an I/O datagram begins with an item count of 2. */
const MAGIC = [0x47, 0x49, 0x4f, 0x01] as const;

/** What `announceIo` needs to know of a Forward Open. */
interface Opened {
  readonly otId: number;
  readonly toId: number;
  readonly transportClass: number;
  readonly path: {
    readonly route: string;
    readonly segments: readonly { readonly kind: string; readonly value: number }[];
  };
}

export const announceIo = (opened: Opened): Uint8Array => {
  // Volume 1, 3-5.5.1.10: application paths in the order configuration, consumption (O->T), production (T->O)
  const points = opened.path.segments.filter((s) => s.kind === 'connection-point').map((s) => s.value);
  const at = Math.max(0, points.length - 2);
  const ot = points.length >= 2 ? points[at]! : -1;
  const to = points.length >= 1 ? points[points.length - 1]! : -1;
  const route = new TextEncoder().encode(opened.path.route).subarray(0, 255);
  const out = new Uint8Array(HEAD + route.length);
  const view = new DataView(out.buffer);
  out.set(MAGIC, 0);
  view.setUint32(4, opened.otId, true);
  view.setUint32(8, opened.toId, true);
  view.setUint16(12, opened.transportClass, true);
  view.setUint16(14, route.length, true);
  view.setInt32(16, ot, true);
  view.setInt32(20, to, true);
  out.set(route, HEAD);
  return out;
};

export const readIoAnnouncement = (b: Uint8Array, start: number, end: number): IoAnnouncement | undefined => {
  if (end - start < HEAD) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (b[start + i] !== MAGIC[i]) return undefined;
  const length = u16le(b, start + 14);
  if (start + HEAD + length > end) return undefined;
  return {
    otId: u32le(b, start + 4),
    toId: u32le(b, start + 8),
    transportClass: u16le(b, start + 12),
    otPoint: u32le(b, start + 16) | 0,
    toPoint: u32le(b, start + 20) | 0,
    route: utf8(b, start + HEAD, start + HEAD + length),
  };
};
