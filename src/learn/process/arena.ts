/**
 * The memory of a model: all its arrays in one piece, saved and brought back as they lie (little-endian, as on every machine
 * that Node.js runs on). An object with its boxed numbers costs several times its contents, and writing numbers as text
 * costs a restart seconds; a piece of memory is copied.
 */

const KINDS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;
export type Column = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Uint8Array;
export type Arrays = Readonly<Record<string, Column>>;
/** Arrays begin at multiples of this. */
const ALIGN = 8;

/** What older versions wrote before the arrays, as JSON. */
interface Head {
  readonly version: string;
  readonly scalars: readonly (number | string)[];
  readonly parts: readonly (readonly [name: string, kind: Kind, length: number])[];
}

export const aligned = (octets: number): number => Math.ceil(octets / ALIGN) * ALIGN;
const kindOf = (column: Column): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => column.constructor === KINDS[kind])!;

/** Octets of the arrays as they lie in memory. */
export const sizeOf = (arrays: Arrays): number =>
  Object.values(arrays).reduce((sum, column) => sum + aligned(column.byteLength), 0);

/**
 * Objects with the names of a model's arrays, by their names; members of the guard have some twenty. Names are given all at once:
 * an object that grows name by name becomes a hash table, larger than what it holds, and a copy of one does not.
 */
const SHAPES = new Map<string, Record<string, Column>>();
const MAX_SHAPES = 256;
const shaped = (parts: Head['parts']): Record<string, Column> => {
  const key = parts.map(([name]) => name).join();
  let shape = SHAPES.get(key);
  if (shape === undefined) {
    if (SHAPES.size >= MAX_SHAPES) SHAPES.clear();
    shape = JSON.parse(JSON.stringify(Object.fromEntries(parts.map(([name]) => [name, null])))) as Record<
      string,
      Column
    >;
    SHAPES.set(key, shape);
  }
  return { ...shape };
};

/** An array of nothing is one for all models: a view costs a hundred octets, also where it shows none. */
const NOTHING: Readonly<Record<Kind, Column>> = {
  f64: new Float64Array(0),
  f32: new Float32Array(0),
  i32: new Int32Array(0),
  u32: new Uint32Array(0),
  i16: new Int16Array(0),
  u16: new Uint16Array(0),
  u8: new Uint8Array(0),
};

/**
 * Arrays of the kinds and lengths given, in one piece of memory, in their order. The one called `apart` has memory of its
 * own: it may be exchanged for another, and is not kept alive by the rest then.
 */
const allocate = (parts: Head['parts'], apart: string | undefined): Record<string, Column> => {
  const out = shaped(parts);
  const sizes = parts.map(([name, kind, length]) =>
    name === apart ? 0 : aligned(length * KINDS[kind].BYTES_PER_ELEMENT),
  );
  const buffer = new ArrayBuffer(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  parts.forEach(([name, kind, length], i) => {
    if (length === 0) out[name] = NOTHING[kind];
    else out[name] = name === apart ? new KINDS[kind](length) : new KINDS[kind](buffer, at, length);
    at += sizes[i]!;
  });
  return out;
};

const octetsOf = (column: Column): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** Copies of the arrays in one piece of memory, `apart` by itself; the ones given are not needed any more. */
export const gather = <T extends Arrays>(arrays: T, apart?: keyof T & string): T => {
  const parts = Object.entries(arrays).map(([name, column]) => [name, kindOf(column), column.length] as const);
  const out = allocate(parts, apart);
  for (const [name, column] of Object.entries(arrays)) out[name]!.set(column);
  return out as unknown as T;
};

/** Where lists of these lengths begin that lie one behind the other, and where the last ends. */
export const offsets = (lengths: readonly number[]): number[] => {
  const out = [0];
  for (const length of lengths) out.push(out.at(-1)! + length);
  return out;
};

/**
 * Saved as: `MARK`, octets of the name (a text: version and mark of a `Form`), number of scalars, number of arrays, 32 bits
 * each; the name; the scalars, 64-bit reals; the length of each array, 32 bits; the arrays. Each part begins at a multiple of `ALIGN`.
 * Older versions had names and kinds of the arrays in the name, and before that saved a length, a `Head` in JSON, and the arrays:
 * `MARK` is no length.
 */
const MARK = 0xff_ff_ff_ff;
const HEAD_OCTETS = 16;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Parts = readonly (readonly [name: string, kind: Kind])[];
/** Names and kinds of arrays, and an object that has them: found by the name of a saved model. */
interface Layout {
  readonly version: string;
  readonly parts: Parts;
  readonly shape: Record<string, Column>;
}
const layoutOf = (version: string, parts: Parts): Layout => ({
  version,
  parts,
  shape: shaped(parts.map(([part, kind]) => [part, kind, 0])),
});

/** What tells lists of names and kinds apart: 32 bits of FNV-1a over them as a text. */
const markOf = (parts: Parts): number => {
  let hash = 0x811c9dc5;
  for (const octet of encoder.encode(JSON.stringify(parts))) hash = Math.imul(hash ^ octet, 0x01000193);
  return hash >>> 0;
};

/**
 * The form of a model: the version that it is saved as, and names and kinds of its arrays, which are those of one that learned of
 * nothing. They are in no model: a thousand of them would have the same thousand octets each.
 */
export class Form {
  readonly version: string;
  private readonly nothing: () => Arrays;
  private found: { readonly layout: Layout; readonly mark: number; readonly name: Uint8Array } | undefined;

  constructor(version: string, nothing: () => Arrays) {
    this.version = version;
    this.nothing = nothing;
  }

  /** Found when it is asked for first: a module may name its form before what makes its arrays. */
  get known(): { readonly layout: Layout; readonly mark: number; readonly name: Uint8Array } {
    if (this.found === undefined) {
      const { version } = this;
      const parts = Object.entries(this.nothing()).map(([part, column]) => [part, kindOf(column)] as const);
      const mark = markOf(parts);
      this.found = { layout: layoutOf(version, parts), mark, name: encoder.encode(JSON.stringify([version, mark])) };
    }
    return this.found;
  }
}

/** Of older versions, by their octets: a text of some hundred letters is not read anew for each of thousands of models. */
const LAYOUTS: { readonly octets: Uint8Array; readonly layout: Layout }[] = [];
const isSame = (octets: Uint8Array, from: Uint8Array, at: number): boolean => {
  for (let i = 0; i < octets.length; i++) if (octets[i] !== from[at + i]) return false;
  return true;
};
const layoutIn = (form: Form, saved: Uint8Array, from: number, to: number): Layout => {
  const { name, layout: now } = form.known;
  if (name.length === to - from && isSame(name, saved, from)) return now;
  for (const { octets, layout } of LAYOUTS)
    if (octets.length === to - from && isSame(octets, saved, from)) return layout;
  const octets = saved.slice(from, to);
  const [version, ...parts] = JSON.parse(decoder.decode(octets)) as [string, number] | [string, ...Parts];
  if (typeof parts[0] === 'number')
    throw version === form.version
      ? new OtherForm(decoder.decode(octets), decoder.decode(name))
      : new OtherForm(version, form.version);
  const layout = layoutOf(version, parts as Parts);
  if (LAYOUTS.length >= MAX_SHAPES) LAYOUTS.length = 0;
  LAYOUTS.push({ octets, layout });
  return layout;
};

/** What `bring` reads. `scalars` are what is in no array. Of the array called `without` there is nothing. */
export const keep = (form: Form, scalars: readonly number[], arrays: Arrays, without?: string): Uint8Array => {
  const { layout, name } = form.known;
  const parts = layout.parts.map(([part, kind]) => {
    const column = arrays[part];
    if (column === undefined || kindOf(column) !== kind) throw new Error(`${form.version} has no ${part} of ${kind}`);
    return part === without ? NOTHING[kind] : column;
  });
  const scalarsAt = HEAD_OCTETS + aligned(name.length);
  const lengthsAt = scalarsAt + 8 * scalars.length;
  let at = lengthsAt + aligned(4 * parts.length);
  const out = new Uint8Array(parts.reduce((sum, column) => sum + aligned(column.byteLength), at));
  new Uint32Array(out.buffer, 0, 4).set([MARK, name.length, scalars.length, parts.length]);
  out.set(name, HEAD_OCTETS);
  new Float64Array(out.buffer, scalarsAt, scalars.length).set(scalars);
  new Uint32Array(out.buffer, lengthsAt, parts.length).set(parts.map((column) => column.length));
  for (const column of parts) {
    out.set(octetsOf(column), at);
    at += aligned(column.byteLength);
  }
  return out;
};

const viewOf = (kind: Kind, buffer: ArrayBufferLike, at: number, length: number): Column => {
  switch (kind) {
    case 'f64':
      return new Float64Array(buffer, at, length);
    case 'f32':
      return new Float32Array(buffer, at, length);
    case 'i32':
      return new Int32Array(buffer, at, length);
    case 'u32':
      return new Uint32Array(buffer, at, length);
    case 'i16':
      return new Int16Array(buffer, at, length);
    case 'u16':
      return new Uint16Array(buffer, at, length);
    case 'u8':
      return new Uint8Array(buffer, at, length);
  }
};

/** What another version saved: it is learned again, and people are told so. */
export class OtherForm extends RangeError {
  constructor(saved: string, now: string) {
    super(`saved as ${saved}, not as ${now}`);
  }
}

interface Places {
  readonly layout: Layout;
  readonly scalarsAt: number;
  readonly scalarCount: number;
  readonly lengthsAt: number;
  readonly arraysAt: number;
}
/** Where what `keep` made begins. Throws where these are not octets that it made of this form. */
const lookAt = (form: Form, saved: Uint8Array, head: DataView): Places => {
  const scalarCount = head.getUint32(8, true);
  const count = head.getUint32(12, true);
  const nameEnd = HEAD_OCTETS + head.getUint32(4, true);
  const layout = layoutIn(form, saved, HEAD_OCTETS, nameEnd);
  const { version, parts } = layout;
  if (version !== form.version || parts.length !== count) throw new OtherForm(version, form.version);
  const scalarsAt = aligned(nameEnd);
  const lengthsAt = scalarsAt + 8 * scalarCount;
  return { layout, scalarsAt, scalarCount, lengthsAt, arraysAt: lengthsAt + aligned(4 * count) };
};

/** `bring` will read these octets; false where an older version saved them, which only `bring` itself can tell. Throws as it does. */
export const isBringable = (form: Form, saved: Uint8Array): boolean => {
  const head = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  if (head.getUint32(0, true) !== MARK) return false;
  const { layout, lengthsAt, arraysAt } = lookAt(form, saved, head);
  let at = arraysAt;
  layout.parts.forEach(([, kind], i) => {
    at += aligned(head.getUint32(lengthsAt + 4 * i, true) * KINDS[kind].BYTES_PER_ELEMENT);
  });
  if (at > saved.length) throw new RangeError(`${form.version} is cut off`);
  return true;
};

interface Brought<T> {
  readonly scalars: number[];
  readonly arrays: T;
}

/**
 * Throws where these are not octets that `keep` made of this form. With `isOwn` the arrays are views of `saved`, which nobody
 * else changes and which begins at a multiple of eight octets; otherwise copies, `apart` by itself.
 */
export const bring = <T extends Arrays>(
  form: Form,
  saved: Uint8Array,
  apart?: keyof T & string,
  isOwn = false,
): Brought<T> => {
  const head = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
  if (head.getUint32(0, true) !== MARK) return bringOld(form.version, saved, apart);
  const own = isOwn ? saved : saved.slice();
  const { layout, scalarsAt, scalarCount, lengthsAt, arraysAt } = lookAt(form, saved, head);
  const { parts, shape } = layout;
  const scalars: number[] = [];
  for (let i = 0; i < scalarCount; i++) scalars.push(head.getFloat64(scalarsAt + 8 * i, true));
  const arrays = { ...shape };
  const count = parts.length;
  let at = own.byteOffset + arraysAt;
  for (let i = 0; i < count; i++) {
    const [name, kind] = parts[i]!;
    const length = head.getUint32(lengthsAt + 4 * i, true);
    if (length === 0) {
      arrays[name] = NOTHING[kind];
      continue;
    }
    const view = viewOf(kind, own.buffer, at, length);
    arrays[name] = name === apart && !isOwn ? view.slice() : view;
    at += aligned(view.byteLength);
  }
  if (at > own.byteOffset + own.length) throw new RangeError(`${form.version} is cut off`);
  return { scalars, arrays: arrays as unknown as T };
};

/** Of what older versions saved. */
const bringOld = <T extends Arrays>(version: string, saved: Uint8Array, apart?: keyof T & string): Brought<T> => {
  const length = new DataView(saved.buffer, saved.byteOffset, saved.byteLength).getUint32(0, true);
  const head = JSON.parse(decoder.decode(saved.subarray(4, 4 + length))) as Head;
  if (head.version !== version) throw new OtherForm(head.version, version);
  const out = allocate(head.parts, apart);
  let at = 4 + length;
  for (const [name] of head.parts) {
    const column = out[name]!;
    if (column.length > 0) octetsOf(column).set(saved.subarray(at, at + column.byteLength));
    at += aligned(column.byteLength);
  }
  return { scalars: head.scalars.map(Number), arrays: out as unknown as T };
};

let spare = new Float64Array(0);
/** Memory for one calculation, of at least `length` numbers with any contents: gone with the next call from anywhere. */
export const scratch = (length: number): Float64Array => {
  if (spare.length < length) spare = new Float64Array(Math.max(length, 2 * spare.length));
  return spare;
};
