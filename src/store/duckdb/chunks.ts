/**
 * Room for rows on their way into DuckDB. A data chunk has memory of the engine (2,048 rows of each column and the octets of its texts,
 * some hundred KiB) that is freed when V8 collects the chunk's handle, of whose size it knows nothing: thousands of rows stood there
 * until the next collection of the old generation. So chunks are emptied at once and used again.
 */
import { DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api';

/** Chunks kept, each for the tables whose columns have the same types; that of the type used longest ago makes room. */
export const MAX_KEPT_CHUNKS = 8;

export class Chunks {
  readonly #kept = new Map<string, DuckDBDataChunk>();

  get size(): number {
    return this.#kept.size;
  }

  /**
   * Lends an empty chunk of `rows` rows (at most 2,048) until `use` returns, which fills it and hands it over: an appender
   * copies. Throws what `use` throws; nothing of its rows stays either way.
   */
  lend(types: readonly DuckDBType[], rows: number, use: (chunk: DuckDBDataChunk) => void): void {
    const key = types.join();
    const chunk = this.#kept.get(key) ?? DuckDBDataChunk.create(types);
    this.#kept.delete(key);
    chunk.rowCount = rows;
    try {
      use(chunk);
    } finally {
      chunk.reset();
    }
    this.#kept.set(key, chunk);
    if (this.#kept.size > MAX_KEPT_CHUNKS) this.#kept.delete(this.#kept.keys().next().value!);
  }
}
