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

interface Head {
  readonly version: string;
  readonly scalars: readonly (number | string)[];
  readonly parts: readonly (readonly [name: string, kind: Kind, length: number])[];
}

const aligned = (octets: number): number => Math.ceil(octets / ALIGN) * ALIGN;
const kindOf = (column: Column): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => column.constructor === KINDS[kind])!;

const sizeOf = (arrays: Arrays): number =>
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
const allocate = (
  parts: Head['parts'],
  apart: string | undefined,
): { readonly out: Record<string, Column>; readonly buffer: ArrayBuffer } => {
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
  return { out, buffer };
};

const octetsOf = (column: Column): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** Copies of the arrays in one piece of memory, `apart` by itself; the ones given are not needed any more. */
export const gather = <T extends Arrays>(arrays: T, apart?: keyof T & string): T => {
  const parts = Object.entries(arrays).map(([name, column]) => [name, kindOf(column), column.length] as const);
  const { out } = allocate(parts, apart);
  for (const [name, column] of Object.entries(arrays)) out[name]!.set(column);
  return out as unknown as T;
};

/** Where lists of these lengths begin that lie one behind the other, and where the last ends. */
export const offsets = (lengths: readonly number[]): number[] => {
  const out = [0];
  for (const length of lengths) out.push(out.at(-1)! + length);
  return out;
};

/** NaN and the infinities are not JSON. */
const plain = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

/** What `bring` reads. `version` names the model and its form; `scalars` are what is in no array. */
export const keep = (version: string, scalars: readonly number[], arrays: Arrays): Uint8Array => {
  const parts = Object.entries(arrays).map(([name, column]) => [name, kindOf(column), column.length] as const);
  const head: Head = { version, scalars: scalars.map(plain), parts };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const out = new Uint8Array(4 + text.length + sizeOf(arrays));
  new DataView(out.buffer).setUint32(0, text.length, true);
  out.set(text, 4);
  let at = 4 + text.length;
  for (const column of Object.values(arrays)) {
    out.set(octetsOf(column), at);
    at += aligned(column.byteLength);
  }
  return out;
};

/** Throws where these are not octets that `keep` made of this version. */
export const bring = <T extends Arrays>(
  version: string,
  saved: Uint8Array,
  apart?: keyof T & string,
): { scalars: number[]; arrays: T } => {
  const length = new DataView(saved.buffer, saved.byteOffset, saved.byteLength).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(saved.subarray(4, 4 + length))) as Head;
  if (head.version !== version) throw new RangeError(`saved as ${head.version}, not as ${version}`);
  // Copies: views need their alignment, and what was read is not kept alive. Arrays lie as they were saved, but for the one apart.
  const { out, buffer } = allocate(head.parts, apart);
  const all = new Uint8Array(buffer);
  let from = 4 + length;
  let to = 0;
  const own = apart === undefined ? undefined : out[apart];
  if (own !== undefined) {
    for (const [name, kind, count] of head.parts) {
      if (name === apart) break;
      to += aligned(count * KINDS[kind].BYTES_PER_ELEMENT);
    }
    all.set(saved.subarray(from, from + to));
    from += to;
    if (own.length > 0) octetsOf(own).set(saved.subarray(from, from + own.byteLength));
    from += aligned(own.byteLength);
  }
  all.set(saved.subarray(from, from + all.length - to), to);
  const arrays = out;
  return { scalars: head.scalars.map(Number), arrays: arrays as unknown as T };
};

let spare = new Float64Array(0);
/** Memory for one calculation, of at least `length` numbers with any contents: gone with the next call from anywhere. */
export const scratch = (length: number): Float64Array => {
  if (spare.length < length) spare = new Float64Array(Math.max(length, 2 * spare.length));
  return spare;
};
