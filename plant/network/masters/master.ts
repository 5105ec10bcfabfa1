/**
 * What every master has in common, whatever its protocol: it opens a connection to a controller, reads all of its points
 * again and again, and writes one now and then. The octets of a poll are made once and patched: on a plant the same
 * question is asked millions of times.
 */
import type { Controller, PointDefinition, WriteOutcome } from '../../world.ts';
import type { Stream } from '../stream.ts';

export interface Written {
  readonly outcome: WriteOutcome;
  /** When the exchange is over, microseconds. */
  readonly endUs: number;
}

export interface Master {
  readonly controller: Controller;
  readonly stream: Stream;
  /** Connects and sets up; gives the time at which that is over. */
  open(tsUs: number): number;
  /** Reads every point; gives the time at which that is over. */
  poll(tsUs: number): number;
  /** The first question of a poll alone: what is sent to a controller that does not answer. */
  question(): Uint8Array;
  /** `value` in engineering units. */
  write(tsUs: number, name: string, value: number): Written;
}

/** Time a controller takes to answer: what is left of its scan, microseconds. */
export type Latency = () => number;

export const octetsOf = (point: PointDefinition): number =>
  point.type === 'bool' ? 1 : point.type === 'int16' || point.type === 'uint16' ? 2 : 4;

const LIMITS = {
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
} as const;

/** What memory holds for a value in engineering units: whole numbers of `1 / scale` within the type, 0 or 1, or a real. */
export const rawOf = (point: PointDefinition, value: number): number => {
  if (point.type === 'bool') return value !== 0 ? 1 : 0;
  if (point.type === 'real') return value * point.scale;
  const limits = LIMITS[point.type];
  const raw = Math.round(value * point.scale);
  return Math.min(limits[1], Math.max(limits[0], raw));
};

const scratch = new DataView(new ArrayBuffer(4));
/** Puts the raw value at `o` in the octet order of the protocol; a bool as one octet. */
export const putRaw = (b: Uint8Array, o: number, point: PointDefinition, raw: number, little: boolean): void => {
  switch (point.type) {
    case 'bool':
      b[o] = raw;
      return;
    case 'int16':
    case 'uint16':
      b[o] = little ? raw & 255 : (raw >> 8) & 255;
      b[o + 1] = little ? (raw >> 8) & 255 : raw & 255;
      return;
    case 'real':
      scratch.setFloat32(0, raw, little);
      break;
    default:
      scratch.setUint32(0, raw >>> 0, little);
  }
  b[o] = scratch.getUint8(0);
  b[o + 1] = scratch.getUint8(1);
  b[o + 2] = scratch.getUint8(2);
  b[o + 3] = scratch.getUint8(3);
};

/** A point at its place in octets that are sent again and again. */
export class Slot {
  readonly point: PointDefinition;
  readonly at: number;
  readonly #read: () => number;
  readonly #little: boolean;

  constructor(controller: Controller, point: PointDefinition, at: number, little: boolean) {
    this.point = point;
    this.at = at;
    this.#read = controller.reader(point.name);
    this.#little = little;
  }

  /** What memory holds now. */
  raw(): number {
    return rawOf(this.point, this.#read());
  }
  put(b: Uint8Array): void {
    putRaw(b, this.at, this.point, this.raw(), this.#little);
  }
}
