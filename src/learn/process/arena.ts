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

/** Views of `buffer`, in the order and with the lengths given. */
const viewsOf = (parts: Head['parts'], buffer: ArrayBuffer): Record<string, Column> => {
  const out = shaped(parts);
  let at = 0;
  for (const [name, kind, length] of parts) {
    const view = new KINDS[kind](buffer, at, length);
    out[name] = view;
    at += aligned(view.byteLength);
  }
  return out;
};

/** Copies of the arrays in one piece of memory; the ones given are not needed any more. */
export const gather = <T extends Arrays>(arrays: T): T => {
  const parts = Object.entries(arrays).map(([name, column]) => [name, kindOf(column), column.length] as const);
  const out = viewsOf(parts, new ArrayBuffer(sizeOf(arrays)));
  for (const [name, column] of Object.entries(arrays)) out[name]!.set(column);
  return out as unknown as T;
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
    out.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += aligned(column.byteLength);
  }
  return out;
};

/** Throws where these are not octets that `keep` made of this version. */
export const bring = <T extends Arrays>(version: string, saved: Uint8Array): { scalars: number[]; arrays: T } => {
  const length = new DataView(saved.buffer, saved.byteOffset, saved.byteLength).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(saved.subarray(4, 4 + length))) as Head;
  if (head.version !== version) throw new RangeError(`saved as ${head.version}, not as ${version}`);
  // A copy of its own: views need their alignment, and what was read is not kept alive.
  const memory = saved.slice(4 + length).buffer;
  return { scalars: head.scalars.map(Number), arrays: viewsOf(head.parts, memory) as unknown as T };
};

let spare = new Float64Array(0);
/** Memory for one calculation, of at least `length` numbers with any contents: gone with the next call from anywhere. */
export const scratch = (length: number): Float64Array => {
  if (spare.length < length) spare = new Float64Array(Math.max(length, 2 * spare.length));
  return spare;
};
