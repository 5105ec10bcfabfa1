/**
 * BACnet tags and application values. Source: ANSI/ASHRAE 135 clause 20.2 (encoding of tagged data). One reused tag
 * reader for each decode call: nothing is allocated for tags themselves.
 */
import type { Value } from '../../core/observation.ts';
import { f32be, f64be, hex, u16be, u24be, u32be, utf8 } from '../../lib/bytes.ts';
import { type ContextType, type ContextTypes, PROPERTY_NAME } from './contexts.ts';
import { objectTypeName, propertyName } from './properties.ts';

/** Octets of text or octet strings kept of one value. */
export const MAX_VALUE_OCTETS = 1024;
/** Values kept of one PDU; more are skipped and the message says `cut`. */
export const MAX_ITEMS = 4096;
/** Nesting of constructed values followed. */
export const MAX_DEPTH = 16;

export const TYPES = [
  'Null',
  'Boolean',
  'Unsigned',
  'Integer',
  'Real',
  'Double',
  'OctetString',
  'CharacterString',
  'BitString',
  'Enumerated',
  'Date',
  'Time',
  'ObjectIdentifier',
] as const;
export type ItemType = (typeof TYPES)[number] | 'context' | 'reserved';

/** One primitive value. `context` is the context tag it had, -1 for application-tagged values. */
export interface Item {
  readonly type: ItemType;
  readonly value: Value;
  readonly context: number;
}

/** A cursor over tagged data. After `next()` returned true the fields describe the tag; `content`..`after` are its octets. */
export class TagReader {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  end = 0;
  number = 0;
  context = false;
  opening = false;
  closing = false;
  /** length/value/type: a Boolean's value sits here (20.2.3). */
  length = 0;
  content = 0;
  after = 0;
  /** A tag ran beyond the end. */
  cut = false;
  items = 0;

  reset(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.cut = false;
    this.items = 0;
    return this;
  }

  /** Reads the tag at `position` and moves behind it (and its content); false at the end or when it is cut. */
  next(): boolean {
    const b = this.bytes;
    let p = this.position;
    if (p >= this.end) return false;
    const first = b[p++]!;
    let number = first >> 4;
    if (number === 15) {
      if (p >= this.end) return this.fail();
      number = b[p++]!;
    }
    const lvt = first & 7;
    this.number = number;
    this.context = (first & 8) !== 0;
    this.opening = this.context && lvt === 6;
    this.closing = this.context && lvt === 7;
    let length = lvt;
    if (this.opening || this.closing) length = 0;
    else if (lvt === 5) {
      if (p >= this.end) return this.fail();
      length = b[p++]!;
      if (length === 254) {
        if (p + 2 > this.end) return this.fail();
        length = u16be(b, p);
        p += 2;
      } else if (length === 255) {
        if (p + 4 > this.end) return this.fail();
        length = u32be(b, p);
        p += 4;
      }
    } else if (lvt > 5) return this.fail();
    this.length = length;
    this.content = p;
    // An application-tagged Boolean has its value in the tag and no content.
    this.after = !this.context && number === 1 ? p : p + length;
    if (this.after > this.end) return this.fail();
    this.position = this.after;
    return true;
  }

  private fail(): false {
    this.cut = true;
    this.position = this.end;
    return false;
  }

  /** True when the next tag is context `number` (not opening, not closing); reads it then. */
  isContext(number: number): boolean {
    const before = this.position;
    if (this.next() && this.context && this.number === number && !this.opening && !this.closing) return true;
    this.position = before;
    return false;
  }
  isOpening(number: number): boolean {
    const before = this.position;
    if (this.next() && this.opening && this.number === number) return true;
    this.position = before;
    return false;
  }
  isClosing(number: number): boolean {
    const before = this.position;
    if (this.next() && this.closing && this.number === number) return true;
    this.position = before;
    return false;
  }
  /** The content of the tag just read as an unsigned integer (up to 6 octets). */
  unsigned(): number {
    let v = 0;
    for (let p = this.content; p < this.after && p < this.content + 6; p++) v = v * 256 + this.bytes[p]!;
    return v;
  }
  /** Skips to behind the closing tag of the group just opened. */
  skipGroup(): void {
    let depth = 1;
    while (depth > 0 && this.next()) depth += this.opening ? 1 : this.closing ? -1 : 0;
  }
}

const signed = (b: Uint8Array, o: number, length: number): Value => {
  if (length < 1 || length > 6) return hex(b, o, o + Math.min(length, 16));
  let v = b[o]! & 0x80 ? -1 : 0;
  for (let i = 0; i < length; i++) v = v * 256 + b[o + i]!;
  return v;
};
const unsigned = (b: Uint8Array, o: number, length: number): Value => {
  if (length > 6)
    return length === 8 ? (BigInt(u32be(b, o)) << 32n) | BigInt(u32be(b, o + 4)) : hex(b, o, o + Math.min(length, 16));
  let v = 0;
  for (let i = 0; i < length; i++) v = v * 256 + b[o + i]!;
  return v;
};

const LATIN = new TextDecoder('latin1');
const UTF16 = new TextDecoder('utf-16be');
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** Character string: a character set octet and text (20.2.9). */
export const characterString = (b: Uint8Array, o: number, length: number): string => {
  if (length < 1) return '';
  const end = o + Math.min(length, MAX_VALUE_OCTETS);
  switch (b[o]) {
    case 4: // UCS-2
      return UTF16.decode(b.subarray(o + 1, end)).replace(CONTROL, '.');
    case 5: // ISO 8859-1
      return LATIN.decode(b.subarray(o + 1, end)).replace(CONTROL, '.');
    default: {
      const text = utf8(b, o + 1, end);
      // Devices from before 2010 put ISO 8859-1 into set 0, which became UTF-8 with addendum 135-2008k.
      return text.includes('\ufffd') ? LATIN.decode(b.subarray(o + 1, end)).replace(CONTROL, '.') : text;
    }
  }
};

const two = (n: number): string => String(n).padStart(2, '0');
/** `2021-03-01`; `*` where a field is any (255). */
export const dateText = (b: Uint8Array, o: number): string =>
  `${b[o] === 255 ? '*' : 1900 + b[o]!}-${b[o + 1] === 255 ? '*' : two(b[o + 1]!)}-${b[o + 2] === 255 ? '*' : two(b[o + 2]!)}`;
/** `07:02:36.93`. */
export const timeText = (b: Uint8Array, o: number): string => {
  const f = (i: number) => (b[o + i] === 255 ? '*' : two(b[o + i]!));
  return `${f(0)}:${f(1)}:${f(2)}.${f(3)}`;
};

const bits = (b: Uint8Array, o: number, length: number): string => {
  const unused = length > 0 ? Math.min(7, b[o]!) : 0;
  const octets = Math.min(length - 1, 64);
  let out = '';
  for (let i = 0; i < octets; i++)
    for (let bit = 7; bit >= (i === length - 2 ? unused : 0); bit--) out += (b[o + 1 + i]! >> bit) & 1 ? '1' : '0';
  return out;
};

/** The bit string in the tag just read, whatever its class: `101`. */
export const bitsOf = (r: TagReader): string => bits(r.bytes, r.content, r.after - r.content);

export const objectText = (id: number): string => `${objectTypeName(id >>> 22)} ${id & 0x3fffff}`;

/** Value of application type `number` in `o`..`o + length`; a Boolean's value is its `length`. */
const applicationValue = (number: number, b: Uint8Array, o: number, length: number): Value => {
  switch (number) {
    case 0:
      return 'null';
    case 1:
      return length === 1;
    case 2:
    case 9:
      return unsigned(b, o, length);
    case 3:
      return signed(b, o, length);
    case 4:
      return length === 4 ? f32be(b, o) : hex(b, o, o + Math.min(length, 16));
    case 5:
      return length === 8 ? f64be(b, o) : hex(b, o, o + Math.min(length, 16));
    case 7:
      return characterString(b, o, length);
    case 8:
      return bits(b, o, length);
    case 10:
      return length === 4 ? dateText(b, o) : hex(b, o, o + Math.min(length, 16));
    case 11:
      return length === 4 ? timeText(b, o) : hex(b, o, o + Math.min(length, 16));
    case 12:
      return length === 4 ? objectText(u32be(b, o)) : hex(b, o, o + Math.min(length, 16));
    default:
      return hex(b, o, o + Math.min(length, MAX_VALUE_OCTETS));
  }
};

/** The item of the primitive tag that was just read. */
export const itemOf = (r: TagReader): Item => {
  const length = r.length;
  if (!r.context)
    return {
      type: TYPES[r.number] ?? 'reserved',
      value: applicationValue(r.number, r.bytes, r.content, length),
      context: -1,
    };
  const n = r.after - r.content;
  const value: Value =
    n === 3
      ? u24be(r.bytes, r.content)
      : n > 0 && n <= 4
        ? r.unsigned()
        : hex(r.bytes, r.content, r.content + Math.min(n, MAX_VALUE_OCTETS));
  return { type: 'context', value, context: r.number };
};

/** The item of a context tag whose type is known. */
const itemOfContext = (r: TagReader, t: ContextType): Item => {
  const n = r.after - r.content;
  if (t.type === PROPERTY_NAME) return { type: 'Enumerated', value: propertyName(r.unsigned()), context: r.number };
  // In a context tag a Boolean has an octet of its own (20.2.3).
  const length = t.type === 1 ? (n === 1 ? r.bytes[r.content]! : 0) : n;
  return { type: TYPES[t.type]!, value: applicationValue(t.type, r.bytes, r.content, length), context: r.number };
};

/** Primitive values up to the closing tag of the group just opened, in order, nested groups flattened; `told` hears the name of each. */
export const readGroup = (r: TagReader, types?: ContextTypes, told?: (name: string, item: Item) => void): Item[] => {
  const items: Item[] = [];
  let depth = 1;
  // Numbers of the opening tags passed: only where types of context tags are known.
  let path = '';
  while (r.next()) {
    if (r.opening) {
      if (types !== undefined) path += `${r.number}.`;
      if (++depth > MAX_DEPTH) {
        r.cut = true;
        r.position = r.end;
        return items;
      }
    } else if (r.closing) {
      if (--depth === 0) return items;
      if (types !== undefined) path = path.slice(0, path.lastIndexOf('.', path.length - 2) + 1);
    } else if (r.items < MAX_ITEMS) {
      r.items++;
      const t = r.context && types !== undefined ? types.get(path + r.number) : undefined;
      const item = t === undefined ? itemOf(r) : itemOfContext(r, t);
      items.push(item);
      told?.(t?.name ?? '', item);
    } else r.cut = true;
  }
  r.cut = true; // the end came before the closing tag
  return items;
};
