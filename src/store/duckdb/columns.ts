/**
 * What DuckDB hands over by columns, 2,048 rows of each at a time, as values of JavaScript. A start of a large site reads some
 * millions of them: the octets of the types that the schema has are read as they lie in the chunk, where the client's own access to
 * one value makes an object or two for each.
 * @source https://duckdb.org/docs/stable/clients/c/vector (fixed-width values in order; texts and blobs as `duckdb_string_t`)
 */
import {
  DuckDBBigIntVector,
  DuckDBBlobVector,
  type DuckDBDataChunk,
  DuckDBIntegerVector,
  DuckDBVarCharVector,
  type DuckDBVector,
  JSDuckDBValueConverter,
} from '@duckdb/node-api';

export type Values = readonly unknown[];

const fromBigint = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

const itemsOf = <T>(count: number, item: (index: number) => T): T[] => {
  const out: T[] = [];
  for (let i = 0; i < count; i++) out.push(item(i));
  return out;
};

/** What the client keeps of a vector and does not show: where its values lie, and which are NULL (none where `data` is null). */
interface Inside {
  readonly items?: unknown;
  readonly dataView?: unknown;
  readonly validity?: { readonly data?: unknown };
}

const TWO_32 = 2 ** 32;
/** Upper halves of safe integers. */
const SAFE_HIGH = 2 ** 21;

/** 64-bit integers without one of the heap for each. */
const integers = (items: BigInt64Array): Values => {
  const halves = new Int32Array(items.buffer, items.byteOffset, items.length * 2);
  return itemsOf(items.length, (i) => {
    const high = halves[2 * i + 1]!;
    return high > -SAFE_HIGH && high < SAFE_HIGH ? high * TWO_32 + (halves[2 * i]! >>> 0) : fromBigint(items[i]!);
  });
};

/** Octets of a text's own place: its length, then all of it, or its first four octets and where it lies. */
const TEXT_BYTES = 16;
const INLINE_BYTES = 12;

/** Texts; one that says the same as the one before it, as most short ones do, is that one. */
const texts = (vector: DuckDBVarCharVector, { buffer, byteOffset }: DataView): Values => {
  const { itemCount } = vector;
  const words = new Int32Array(buffer, byteOffset, itemCount * (TEXT_BYTES / 4));
  const octets = Buffer.from(buffer, byteOffset, itemCount * TEXT_BYTES);
  let last = -1;
  let text: string | null = '';
  return itemsOf(itemCount, (i) => {
    const at = 4 * i;
    const length = words[at]!;
    if (length > INLINE_BYTES) return vector.getItem(i);
    const isSame =
      last >= 0 &&
      words[last] === length &&
      words[last + 1] === words[at + 1] &&
      words[last + 2] === words[at + 2] &&
      words[last + 3] === words[at + 3];
    last = at;

    if (!isSame) text = octets.toString('utf8', TEXT_BYTES * i + 4, TEXT_BYTES * i + 4 + length);
    return text;
  });
};

/** Octets of a value in memory of their own: short ones are a view of the chunk; of others the engine made a copy, called a Buffer. */
const ownBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes);

/** A vector without NULL by its octets; undefined where it is of another type, or the client keeps them otherwise. */
const atOnce = (vector: DuckDBVector): Values | undefined => {
  const { items, dataView, validity } = vector as unknown as Inside;
  if (validity?.data !== null) return undefined;
  if (vector instanceof DuckDBVarCharVector && dataView instanceof DataView) return texts(vector, dataView);
  if (items instanceof BigInt64Array && vector instanceof DuckDBBigIntVector) return integers(items);
  if (items instanceof Float64Array || (items instanceof Int32Array && vector instanceof DuckDBIntegerVector))
    return Array.from(items);
  return undefined;
};

/** One column of a chunk. 64-bit integers are numbers where they are safe. */
export const columnOf = (chunk: DuckDBDataChunk, column: number): Values => {
  const vector = chunk.getColumnVector(column);
  if (vector instanceof DuckDBBlobVector)
    return itemsOf(vector.itemCount, (i) => {
      const bytes = vector.getItemBytes(i);
      return bytes === null ? null : ownBytes(bytes);
    });
  return (
    atOnce(vector) ??
    chunk
      .convertColumnValues(column, JSDuckDBValueConverter)
      .map((value) =>
        typeof value === 'bigint' ? fromBigint(value) : Buffer.isBuffer(value) ? new Uint8Array(value) : value,
      )
  );
};
