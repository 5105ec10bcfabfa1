/**
 * Encoders for BACnet/IP, for clients and servers of the simulated plant. Source: ANSI/ASHRAE 135 clause 20 (tags and
 * APDUs), 6.2 (NPDU), Annex J (BVLC).
 */
import { OctetWriter } from '../shared/octet-writer.ts';
import type { ItemType } from './tags.ts';

/** An application value to be written; `ObjectIdentifier` takes the 32-bit number of `objectIdOf`. */
export interface Writable {
  readonly type: Exclude<ItemType, 'context' | 'reserved'>;
  readonly value: number | string | boolean | Uint8Array;
}

export const objectIdOf = (type: number, instance: number): number => ((type << 22) | instance) >>> 0;

const integer = (value: number, negativeBit: boolean): number[] => {
  const octets: number[] = [];
  let v = value;
  do {
    octets.unshift(((v % 256) + 256) % 256);
    v = Math.floor(v / 256);
  } while (v !== 0 && v !== -1 && octets.length < 6);
  // Two's complement needs a leading octet whose top bit is the sign.
  if (negativeBit && value >= 0 && octets[0]! & 0x80) octets.unshift(0);
  if (negativeBit && value < 0 && !(octets[0]! & 0x80)) octets.unshift(255);
  return octets;
};

const head = (w: OctetWriter, number: number, context: boolean, length: number): void => {
  const flag = context ? 8 : 0;
  const tag = number < 15 ? number << 4 : 0xf0;
  w.u8(tag | flag | (length < 5 ? length : 5));
  if (number >= 15) w.u8(number);
  if (length >= 5) {
    if (length < 254) w.u8(length);
    else w.u8(254).u16(length);
  }
};

const content = (item: Writable): ArrayLike<number> => {
  const { type, value } = item;
  if (value instanceof Uint8Array) return value;
  const scratch = new DataView(new ArrayBuffer(8));
  switch (type) {
    case 'Unsigned':
    case 'Enumerated':
      return integer(Number(value), false);
    case 'Integer':
      return integer(Number(value), true);
    case 'Real':
      scratch.setFloat32(0, Number(value));
      return new Uint8Array(scratch.buffer, 0, 4);
    case 'Double':
      scratch.setFloat64(0, Number(value));
      return new Uint8Array(scratch.buffer, 0, 8);
    case 'CharacterString':
      return [0, ...new TextEncoder().encode(String(value))];
    case 'BitString': {
      const bits = String(value);
      const out = [(8 - (bits.length % 8)) % 8];
      for (let i = 0; i < bits.length; i += 8) out.push(Number.parseInt(bits.slice(i, i + 8).padEnd(8, '0'), 2));
      return out;
    }
    case 'ObjectIdentifier':
      scratch.setUint32(0, Number(value));
      return new Uint8Array(scratch.buffer, 0, 4);
    case 'Date': {
      const [y, m, d] = String(value).split('-').map(Number);
      return [(y ?? 1900) - 1900, m ?? 255, d ?? 255, 255];
    }
    case 'Time':
      return String(value).split(/[:.]/).map(Number);
    default:
      return [];
  }
};

const TAG_NUMBERS: Readonly<Record<Writable['type'], number>> = {
  Null: 0,
  Boolean: 1,
  Unsigned: 2,
  Integer: 3,
  Real: 4,
  Double: 5,
  OctetString: 6,
  CharacterString: 7,
  BitString: 8,
  Enumerated: 9,
  Date: 10,
  Time: 11,
  ObjectIdentifier: 12,
};

/** Tagged data, part by part. */
export class TagWriter {
  readonly #w = new OctetWriter();

  application(item: Writable): this {
    if (item.type === 'Boolean') this.#w.u8(0x10 | (item.value ? 1 : 0));
    else {
      const octets = content(item);
      head(this.#w, TAG_NUMBERS[item.type], false, octets.length);
      this.#w.bytes(octets);
    }
    return this;
  }
  context(number: number, item: Writable): this {
    const octets = item.type === 'Boolean' ? [item.value ? 1 : 0] : content(item);
    head(this.#w, number, true, octets.length);
    this.#w.bytes(octets);
    return this;
  }
  unsigned(number: number, value: number): this {
    return this.context(number, { type: 'Unsigned', value });
  }
  object(number: number, id: number): this {
    return this.context(number, { type: 'ObjectIdentifier', value: id });
  }
  group(number: number, items: readonly Writable[]): this {
    return this.open(number).each(items).close(number);
  }
  open(number: number): this {
    this.#w.u8((number << 4) | 0x0e);
    return this;
  }
  close(number: number): this {
    this.#w.u8((number << 4) | 0x0f);
    return this;
  }
  each(items: readonly Writable[]): this {
    for (const item of items) this.application(item);
    return this;
  }
  done(): Uint8Array {
    return this.#w.done();
  }
}

export interface NetworkAddress {
  readonly network: number;
  /** Empty: broadcast on that network. */
  readonly mac: ArrayLike<number>;
}
export interface NpduFields {
  readonly destination?: NetworkAddress;
  readonly source?: NetworkAddress;
  readonly hopCount?: number;
  readonly expectingReply?: boolean;
}

/** A datagram: BVLC `bvlcFunction` (10 unicast, 11 broadcast), NPDU, APDU. */
export const encodeDatagram = (bvlcFunction: number, npdu: NpduFields, apdu: ArrayLike<number>): Uint8Array => {
  const w = new OctetWriter().u8(0x81, bvlcFunction).u16(0);
  w.u8(1, (npdu.destination ? 0x20 : 0) | (npdu.source ? 0x08 : 0) | (npdu.expectingReply ? 0x04 : 0));
  for (const address of [npdu.destination, npdu.source])
    if (address) w.u16(address.network).u8(address.mac.length).bytes(address.mac);
  if (npdu.destination) w.u8(npdu.hopCount ?? 255);
  w.bytes(apdu);
  return w.patch16(2, w.length).done();
};

/** Confirmed request; up to 1476 octets in an answer, unsegmented. */
export const encodeConfirmed = (invokeId: number, service: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u8(0x00, 0x05, invokeId, service).bytes(body).done();
export const encodeUnconfirmed = (service: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u8(0x10, service).bytes(body).done();
export const encodeSimpleAck = (invokeId: number, service: number): Uint8Array =>
  Uint8Array.of(0x20, invokeId, service);
export const encodeComplexAck = (invokeId: number, service: number, body: ArrayLike<number>): Uint8Array =>
  new OctetWriter().u8(0x30, invokeId, service).bytes(body).done();
export const encodeError = (invokeId: number, service: number, errorClass: number, errorCode: number): Uint8Array =>
  new OctetWriter()
    .u8(0x50, invokeId, service)
    .bytes(
      new TagWriter()
        .application({ type: 'Enumerated', value: errorClass })
        .application({ type: 'Enumerated', value: errorCode })
        .done(),
    )
    .done();

/** Arguments of ReadProperty (and, with values, of its answer and of WriteProperty). */
export const propertyArguments = (
  object: number,
  property: number,
  index?: number,
  values?: readonly Writable[],
  priority?: number,
): Uint8Array => {
  const w = new TagWriter().object(0, object).unsigned(1, property);
  if (index !== undefined) w.unsigned(2, index);
  if (values !== undefined) w.group(3, values);
  if (priority !== undefined) w.unsigned(4, priority);
  return w.done();
};
export const iAmArguments = (device: number, maxApdu: number, segmentation: number, vendor: number): Uint8Array =>
  new TagWriter()
    .application({ type: 'ObjectIdentifier', value: objectIdOf(8, device) })
    .application({ type: 'Unsigned', value: maxApdu })
    .application({ type: 'Enumerated', value: segmentation })
    .application({ type: 'Unsigned', value: vendor })
    .done();
