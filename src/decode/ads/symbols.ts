/**
 * What a flow has taught about symbols: names of handles, types, addresses, subscriptions. Controllers give handles out
 * once and are then polled by them for months, so a capture that begins later knows only numbers: those stay numbers.
 */

import type { Value } from '../../core/observation.ts';
import { f32le, f64le, hex, i16le, i32le, i64le, paddedAscii, u16le, u32le, u64le, utf16le } from '../../lib/bytes.ts';
import { DATA_TYPES, GROUP, groupText, isPlcPort, portText } from './names.ts';

/** Handles, symbols and subscriptions kept per flow; later ones stay without a name. */
const MAX_SYMBOLS = 16_384;
/** Octets of a value shown; longer ones are cut. */
const MAX_VALUE_OCTETS = 64;
const MAX_NAME = 255;

export interface Symbol_ {
  readonly name: string;
  /** `REAL`, `INT`; '' where unknown. */
  readonly type: string;
}

export class Symbols {
  /** By port << 32 | handle. */
  readonly #handles = new Map<number, string>();
  readonly #types = new Map<string, string>();
  /** By group and offset of a runtime. */
  readonly #addresses = new Map<string, Symbol_>();
  readonly #subscriptions = new Map<number, Symbol_>();
  readonly #paths = new Map<string, string>();

  handle(port: number, handle: number, name: string): void {
    if (this.#handles.size < MAX_SYMBOLS) this.#handles.set(port * 0x1_0000_0000 + handle, name);
  }
  release(port: number, handle: number): void {
    this.#handles.delete(port * 0x1_0000_0000 + handle);
  }
  subscribe(port: number, handle: number, symbol: Symbol_): void {
    if (this.#subscriptions.size < MAX_SYMBOLS) this.#subscriptions.set(port * 0x1_0000_0000 + handle, symbol);
  }
  unsubscribe(port: number, handle: number): void {
    this.#subscriptions.delete(port * 0x1_0000_0000 + handle);
  }
  subscribed(port: number, handle: number): Symbol_ {
    return this.#subscriptions.get(port * 0x1_0000_0000 + handle) ?? { name: `notification ${handle}`, type: '' };
  }

  /** One entry of a symbol upload or of symbol info at `o`; its length, 0 when there is none. */
  learn(b: Uint8Array, o: number, end: number, port: number): number {
    if (o + 30 > end) return 0;
    const length = u32le(b, o);
    if (length < 30 || o + length > end) return 0;
    const nameEnd = o + 30 + u16le(b, o + 24);
    const typeEnd = nameEnd + 1 + u16le(b, o + 26);
    if (typeEnd > o + length) return 0;
    if (this.#types.size >= MAX_SYMBOLS) return length;
    const name = paddedAscii(b, o + 30, Math.min(nameEnd, o + 30 + MAX_NAME));
    const declared = paddedAscii(b, nameEnd + 1, Math.min(typeEnd, nameEnd + 1 + MAX_NAME));
    const type = DATA_TYPES[u32le(b, o + 16)] ?? declared;
    this.#types.set(name, type);
    this.#addresses.set(`${port}:${u32le(b, o + 4)}:${u32le(b, o + 8)}`, { name, type });
    return length;
  }

  /** Who is meant by an index group and offset: a symbol where one is known, else the address. */
  at(group: number, offset: number, port: number): Symbol_ {
    if (group === GROUP.SYMBOL_VALUE_BY_HANDLE) {
      const name = this.#handles.get(port * 0x1_0000_0000 + offset);
      if (name !== undefined) return { name, type: this.#types.get(name) ?? '' };
      return { name: `handle 0x${offset.toString(16)}`, type: '' };
    }
    const known = this.#addresses.size === 0 ? undefined : this.#addresses.get(`${port}:${group}:${offset}`);
    return known ?? { name: this.#address(group, offset, port), type: '' };
  }

  typeOf(name: string): string {
    return this.#types.get(name) ?? '';
  }

  #address(group: number, offset: number, port: number): string {
    const key = `${port}:${group}:${offset}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const path = addressText(group, offset, port);
    if (this.#paths.size < MAX_SYMBOLS) this.#paths.set(key, path);
    return path;
  }
}

/** `%MB4`, `%IX2.3`, `data area 0x4040:0x10`; with the service where it is not the first PLC runtime. */
export const addressText = (group: number, offset: number, port: number): string => {
  const service = isPlcPort(port) ? '' : `${portText(port)} `;
  switch (group) {
    case 0x4020:
    case 0xf020:
    case 0xf030:
      return `${service}${groupText(group, port)}B${offset}`;
    case 0x4021:
    case 0xf021:
    case 0xf031:
      return `${service}${groupText(group, port)}${offset >>> 3}.${offset & 7}`;
    default:
      return `${service}${groupText(group, port)}:0x${offset.toString(16)}`;
  }
};

/** Octets as the value of their type; without a type numbers of 1, 2, 4, 8 octets are unsigned words. */
export const valueOfType = (type: string, b: Uint8Array, o = 0, length = b.length): { type: string; value: Value } => {
  const end = o + length;
  switch (type) {
    case 'BOOL':
      return { type, value: length > 0 && b[o] !== 0 };
    case 'SINT':
      if (length === 1) return { type, value: (b[o]! << 24) >> 24 };
      break;
    case 'INT':
      if (length === 2) return { type, value: i16le(b, o) };
      break;
    case 'DINT':
      if (length === 4) return { type, value: i32le(b, o) };
      break;
    case 'LINT':
      if (length === 8) return { type, value: i64le(b, o) };
      break;
    case 'REAL':
      if (length === 4) return { type, value: f32le(b, o) };
      break;
    case 'LREAL':
      if (length === 8) return { type, value: f64le(b, o) };
      break;
    case 'WSTRING':
      return { type, value: utf16le(b, o, Math.min(end, o + 2 * MAX_NAME)).split('.', 1)[0] ?? '' };
    default:
      if (type.startsWith('STRING')) return { type, value: paddedAscii(b, o, Math.min(end, o + MAX_NAME)) };
  }
  switch (length) {
    case 1:
      return { type: type || 'BYTE', value: b[o]! };
    case 2:
      return { type: type || 'WORD', value: u16le(b, o) };
    case 4:
      return { type: type || 'DWORD', value: u32le(b, o) };
    case 8:
      return { type: type || 'LWORD', value: u64le(b, o) };
    default:
      return { type: type || 'bytes', value: hex(b, o, Math.min(end, o + MAX_VALUE_OCTETS)) };
  }
};
