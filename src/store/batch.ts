/**
 * A batch is one change of the store. Several that are committed together are merged table by table, so that each table
 * is deleted from and appended to once.
 */
import type { SampleColumns, WriteTransaction } from './engine.ts';
import type { JournalEntry } from './journal.ts';
import { type Key, type Row, type TableName, tableSpec } from './schema.ts';

type RowsOf = { readonly [T in TableName]?: readonly Row<T>[] };
type KeysOf = { readonly [T in TableName]?: readonly Key<T>[] };

/** One change, committed as a whole. Order within: `remove`, then `put` and `append`. */
export interface Batch {
  /** Deletes all rows with the key, then appends the given ones: several rows may share a key (the facts of an asset). */
  readonly put?: RowsOf;
  readonly append?: RowsOf;
  readonly remove?: KeysOf;
  readonly samples?: readonly SampleColumns[];
  readonly journal?: readonly JournalEntry[];
}

/** Rows that a batch touches. */
export const rowCount = (batch: Batch): number => {
  let rows = batch.journal?.length ?? 0;
  for (const part of [batch.put, batch.append, batch.remove]) {
    if (part !== undefined) for (const list of Object.values(part)) rows += list?.length ?? 0;
  }
  for (const samples of batch.samples ?? []) rows += samples.count;
  return rows;
};

interface TableChange {
  readonly removed: readonly Key<TableName>[];
  readonly rows: readonly Row<TableName>[];
}

interface Merging {
  readonly removed: Map<string, Key<TableName>>;
  /** Rows by key, or in order of arrival for tables without a key. */
  readonly rows: Map<string, Row<TableName>[]>;
}

/** One batch alone needs no merging: its rows are written as they come. */
const tablesOf = (batch: Batch): Map<TableName, TableChange> => {
  const changes = new Map<TableName, TableChange>();
  const parts = [batch.remove, batch.put, batch.append].flatMap((part) => Object.keys(part ?? {}) as TableName[]);
  for (const table of new Set(parts)) {
    const removed = (batch.remove?.[table] ?? []) as readonly Key<TableName>[];
    const put = (batch.put?.[table] ?? []) as readonly Row<TableName>[];
    const append = (batch.append?.[table] ?? []) as readonly Row<TableName>[];
    changes.set(table, {
      removed:
        removed.length === 0 ? (put as readonly Key<TableName>[]) : [...removed, ...(put as readonly Key<TableName>[])],
      rows: append.length === 0 ? put : [...put, ...append],
    });
  }
  return changes;
};

/** Several batches as one change per table: of several versions of a key the last one counts. */
export const mergeByTable = (batches: readonly Batch[]): Map<TableName, TableChange> => {
  if (batches.length === 1) return tablesOf(batches[0]!);
  const changes = new Map<TableName, Merging>();
  const changeOf = (table: TableName): Merging => {
    let change = changes.get(table);
    if (change === undefined) {
      change = { removed: new Map(), rows: new Map() };
      changes.set(table, change);
    }
    return change;
  };
  for (const batch of batches) {
    for (const [name, keys] of Object.entries(batch.remove ?? {}) as [TableName, readonly Key<TableName>[]][]) {
      const change = changeOf(name);
      for (const key of keys) {
        const text = keyText(name, key);
        change.removed.set(text, key);
        change.rows.delete(text);
      }
    }
    for (const [name, rows] of Object.entries(batch.put ?? {}) as [TableName, readonly Row<TableName>[]][]) {
      const change = changeOf(name);
      const fresh = new Map<string, Row<TableName>[]>();
      for (const row of rows) {
        const text = keyText(name, row as Key<TableName>);
        const list = fresh.get(text);
        if (list === undefined) fresh.set(text, [row]);
        else list.push(row);
        change.removed.set(text, row as Key<TableName>);
      }
      for (const [text, list] of fresh) change.rows.set(text, list);
    }
    for (const [name, rows] of Object.entries(batch.append ?? {}) as [TableName, readonly Row<TableName>[]][]) {
      const change = changeOf(name);
      for (const row of rows) {
        const text = keyText(name, row as Key<TableName>);
        const list = change.rows.get(text);
        if (list === undefined) change.rows.set(text, [row]);
        else list.push(row);
      }
    }
  }
  return new Map(
    [...changes].map(([table, { removed, rows }]) => [
      table,
      { removed: [...removed.values()], rows: [...rows.values()].flat() },
    ]),
  );
};

const keyText = (table: TableName, row: object): string => {
  const values = row as Record<string, unknown>;
  return tableSpec(table)
    .key.map((name) => String(values[name]))
    .join('\u0000');
};

export const writeTable = async (
  transaction: WriteTransaction,
  table: TableName,
  change: TableChange,
): Promise<void> => {
  await transaction.remove(table, change.removed);
  await transaction.append(table, change.rows);
};
