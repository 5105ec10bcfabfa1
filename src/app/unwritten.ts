/**
 * Batches that the store refused. What was taken from a model is not marked as changed any more, so they are kept and
 * handed over again before anything newer; otherwise their rows would wait for their next change.
 */
import { OperatingError } from '../core/errors.ts';
import { type Batch, TABLES, type TableName } from '../store/index.ts';

/** Times that a batch is tried; one that the store refuses each time has a row that cannot be written, which is then looked for. */
export const MAX_TRIES = 3;
/** Parts of batches that may be refused while it is looked for; beyond, the search goes on with the next call. */
export const MAX_REFUSED_PARTS = 64;

type Part = 'put' | 'append' | 'remove';
const PARTS: readonly Part[] = ['remove', 'put', 'append'];
type Lists = Partial<Record<TableName, readonly object[]>>;

/** Halves of a batch: rows of one key stay together and in order, because they replace each other. Undefined where there is but one key. */
const halvesOf = (batch: Batch): readonly [Batch, Batch] | undefined => {
  const keys = new Map<string, number>();
  const keyOf = (table: TableName, row: object): string =>
    [table, ...TABLES[table].key.map((name) => String((row as Record<string, unknown>)[name]))].join('\u0000');
  const each = (visit: (part: Part, table: TableName, row: object) => void): void => {
    for (const part of PARTS)
      for (const [table, rows] of Object.entries((batch[part] ?? {}) as Lists) as [TableName, readonly object[]][])
        for (const row of rows) visit(part, table, row);
  };
  each((_, table, row) => {
    const key = keyOf(table, row);
    if (!keys.has(key)) keys.set(key, keys.size);
  });
  const samples = batch.samples ?? [];
  const all = keys.size + samples.length;
  if (all < 2) return undefined;
  const half = Math.ceil(all / 2);
  const lists = [0, 1].map((): Record<Part, Record<string, object[]>> => ({ remove: {}, put: {}, append: {} }));
  each((part, table, row) => {
    const side = lists[keys.get(keyOf(table, row))! < half ? 0 : 1]![part];
    side[table] ??= [];
    side[table].push(row);
  });
  const fit = Math.max(0, half - keys.size);
  const [first, second] = lists as [object, object];
  return [
    { ...first, samples: samples.slice(0, fit), journal: batch.journal ?? [] },
    { ...second, samples: samples.slice(fit) },
  ];
};

/** It is the disk, or the queue, that takes nothing now, whatever is in the batch. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof OperatingError && ['store.full-disk', 'store.unwritable', 'store.gone'].includes(error.code);

export class Unwritten {
  readonly #batches: { readonly batch: Batch; tries: number }[] = [];

  #givenUp = 0;

  get count(): number {
    return this.#batches.length;
  }

  /** Rows (all of one key count as one) that could not be written and were given up. */
  get givenUp(): number {
    return this.#givenUp;
  }

  /** The site is emptied: what it was is not written over what it will be. */
  clear(): void {
    this.#batches.length = 0;
  }

  /** Writes `batch`; where that fails it is kept, and the failure thrown. */
  async write(batch: Batch, submit: (batch: Batch) => Promise<void>): Promise<void> {
    try {
      await submit(batch);
    } catch (error) {
      this.#batches.push({ batch, tries: 1 });
      throw error;
    }
  }

  /**
   * Writes what was refused, oldest first. Throws with the first that is refused again: newer rows wait behind it. One that was
   * refused MAX_TRIES times is parted until the row that cannot be written is alone; that one is given up, the others are written.
   */
  async again(submit: (batch: Batch) => Promise<void>): Promise<void> {
    let refused = 0;
    let failure: unknown;
    for (let oldest = this.#batches[0]; oldest !== undefined; oldest = this.#batches[0]) {
      try {
        await submit(oldest.batch);
        this.#batches.shift();
      } catch (error) {
        if (isOfDisk(error)) throw error;
        failure = error;
        if (++oldest.tries < MAX_TRIES) throw error;
        const halves = halvesOf(oldest.batch) ?? [];
        if (halves.length === 0) this.#givenUp++;
        this.#batches.splice(0, 1, ...halves.map((batch) => ({ batch, tries: MAX_TRIES - 1 })));
        if (++refused >= MAX_REFUSED_PARTS) throw error;
      }
    }
    if (failure !== undefined) throw failure;
  }
}
