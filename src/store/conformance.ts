/**
 * The battery that every engine must pass: what is acknowledged is there, what failed is not there at all, and each
 * table gives back exactly what was put in. Run from `store.test.ts` for DuckDB on disk and in memory.
 */
import { describe, expect, it } from 'vitest';
import type { Store, StoreOptions } from './index.ts';
import { type JournalEntry, verifyJournal } from './journal.ts';
import { type ColumnType, type Row, TABLES, type TableName, tableNames, tableSpec } from './schema.ts';

export interface Subject {
  readonly name: string;
  /** A fresh, empty store. */
  readonly open: (options: StoreOptions) => Promise<Store>;
}

const SAMPLE: Record<ColumnType, unknown> = {
  text: 'zwölf "\'; DROP TABLE journal; -- \u{1F3ED}',
  integer: -7,
  bigint: Number.MAX_SAFE_INTEGER,
  'double precision': 0.1,
  boolean: true,
  bytea: new Uint8Array([0, 255, 1, 0]),
};

/** A row with an awkward value in every column; `salt` makes its key another one. */
const rowOf = <T extends TableName>(table: T, salt: number): Row<T> => {
  const { columns, key } = tableSpec(table);
  return Object.fromEntries(
    Object.entries(columns).map(([name, type]) => {
      if (!key.includes(name)) return [name, SAMPLE[type]];
      return [name, type === 'text' ? `k${salt}` : salt];
    }),
  ) as Row<T>;
};

const entry = (subject: string): JournalEntry => ({
  siteId: 's1',
  tsUs: 1_700_000_000_000_000,
  userId: 'u1',
  action: 'test',
  subject,
  detail: { b: 1, a: ['x', true] },
});

const setting = (name: string, value: string): Row<'setting'> => ({ site_id: 's1', name, value });

export const storeConformance = (subject: Subject): void => {
  const use = async (work: (store: Store) => Promise<void>, nowUs = () => 1): Promise<void> => {
    const store = await subject.open({ nowUs });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  describe(`store: ${subject.name}`, () => {
    it('has exactly the columns of the schema, in its order', () =>
      use(async (store) => {
        for (const table of tableNames) {
          const { rows } = await store.db
            .selectFrom('information_schema.columns' as never)
            .select(['column_name' as never])
            .where('table_name' as never, '=', table as never)
            .orderBy('ordinal_position' as never)
            .execute()
            .then((rows) => ({ rows: rows as { column_name: string }[] }));
          expect(
            rows.map((row) => row.column_name),
            table,
          ).toEqual(Object.keys(TABLES[table].columns));
        }
      }));

    it.each(tableNames.filter((table) => table !== 'journal'))('%s gives back what was put in, once', (table) =>
      use(async (store) => {
        const rows = [rowOf(table, 1), rowOf(table, 2)];
        await store.writer.submit({ append: { [table]: rows } });
        const read = async () => {
          const found = await store.db.selectFrom(table).selectAll().execute();
          // The writer's own mark is none of these rows.
          return found.filter((row) => (row as { name?: string }).name !== 'last-commit');
        };
        expect(await read()).toEqual(rows.map((row) => expect.objectContaining(row)));
        if (tableSpec(table).key.length > 0) {
          await store.writer.submit({ put: { [table]: [rowOf(table, 1)] } });
          expect(await read()).toHaveLength(2);
          await store.writer.submit({ remove: { [table]: [rowOf(table, 1)] } });
          expect(await read()).toEqual([expect.objectContaining(rowOf(table, 2))]);
        }
      }),
    );

    it('merges batches that are committed together: the last version of a key counts', () =>
      use(async (store) => {
        const before = store.writer.commits;
        await Promise.all([
          store.writer.submit({ put: { setting: [setting('a', '1'), setting('b', '1')] } }),
          store.writer.submit({ put: { setting: [setting('a', '2')] } }),
          store.writer.submit({ remove: { setting: [setting('b', '')] } }),
          store.writer.submit({ put: { setting: [setting('c', '3')] } }),
        ]);
        expect(store.writer.commits - before).toBe(1);
        const rows = await store.db
          .selectFrom('setting')
          .selectAll()
          .where('site_id', '=', 's1')
          .orderBy('name')
          .execute();
        expect(rows).toEqual([setting('a', '2'), setting('c', '3')]);
      }));

    it('replaces all rows of a key that has several', () =>
      use(async (store) => {
        const fact = (value: string): Row<'fact'> => ({ ...rowOf('fact', 1), value });
        await store.writer.submit({ put: { fact: [fact('1'), fact('2'), fact('3')] } });
        await store.writer.submit({ put: { fact: [fact('4')] } });
        const rows = await store.db.selectFrom('fact').select('value').execute();
        expect(rows).toEqual([{ value: '4' }]);
      }));

    it('writes a batch whole or not at all, and a bad one does not take others with it', () =>
      use(async (store) => {
        const bad = { ...setting('bad', 'x'), value: undefined as unknown as string };
        const outcomes = await Promise.allSettled([
          store.writer.submit({ put: { setting: [setting('good', '1')] }, journal: [entry('good')] }),
          store.writer.submit({ put: { setting: [setting('half', '1'), bad] }, journal: [entry('half')] }),
          store.writer.submit({ put: { setting: [setting('also', '1')] }, journal: [entry('also')] }),
        ]);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        const rows = await store.db
          .selectFrom('setting')
          .select('name')
          .where('site_id', '=', 's1')
          .orderBy('name')
          .execute();
        expect(rows.map((row) => row.name)).toEqual(['also', 'good']);
        const journal = await store.db.selectFrom('journal').select('subject').orderBy('seq').execute();
        expect(journal.map((row) => row.subject)).toEqual(['good', 'also']);
        expect(await store.verifyJournal()).toEqual({ kind: 'intact', head: store.journalHead() });
      }));

    it('keeps samples of 64-bit times and keeps their order', () =>
      use(async (store) => {
        const count = 5000;
        const tsUs = Float64Array.from({ length: count }, (_, i) => 1_700_000_000_000_001 + i * 7);
        const value = Float64Array.from({ length: count }, (_, i) => (i === 3 ? Number.NaN : i / 3));
        const point = Int32Array.from({ length: count }, (_, i) => i % 3);
        await store.writer.submit({ samples: [{ siteId: 's1', sourceId: 'f1', count, point, tsUs, value }] });
        const rows = await store.db
          .selectFrom('sample')
          .selectAll()
          .where('site_id', '=', 's1')
          .where('ts', '<', tsUs[5]!)
          .orderBy('ts')
          .execute();
        expect(rows.map((row) => [row.ts, row.point_id])).toEqual([0, 1, 2, 3, 4].map((i) => [tsUs[i]!, i % 3]));
        expect(rows[3]!.value).toBeNaN();
        expect(rows[4]!.value).toBe(4 / 3);
        const { n } = await store.db
          .selectFrom('sample')
          .select((q) => q.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow();
        expect(n).toBe(count);
      }));

    it('finds a journal row that was changed, removed, or a tail that was cut', () =>
      use(async (store) => {
        await store.writer.submit({ journal: [entry('1'), entry('2'), entry('3')] });
        const known = store.exportHead();
        expect(await store.verifyJournal(known)).toEqual({ kind: 'intact', head: known });
        const engineWrite = (sqlWork: (db: Store['db']) => Promise<unknown>) =>
          store.writer.exclusively((engine) => engine.write(({ db }) => sqlWork(db)));
        await engineWrite((db) => db.deleteFrom('journal').where('seq', '=', 3).execute());
        expect(await verifyJournal(store.db)).toMatchObject({ kind: 'intact' });
        expect(await store.verifyJournal(known)).toMatchObject({ kind: 'broken', seq: 3 });
        await engineWrite((db) => db.updateTable('journal').set({ user_id: 'u2' }).where('seq', '=', 2).execute());
        expect(await store.verifyJournal()).toMatchObject({ kind: 'broken', seq: 2 });
        await engineWrite((db) => db.deleteFrom('journal').where('seq', '=', 1).execute());
        expect(await store.verifyJournal()).toMatchObject({ kind: 'broken', seq: 1 });
      }));

    it('keeps the chain over texts that no database can hold as they are', () =>
      use(async (store) => {
        // A NUL, and half of a letter of two units: each is another text when it is read again.
        for (const text of ['a\u0000b', 'list \ud842', '\udfb7 list'])
          await store.writer.submit({ journal: [{ ...entry(text), userId: text, detail: { text } }] });
        expect(await store.verifyJournal()).toEqual({ kind: 'intact', head: store.journalHead() });
        await store.writer.submit({ put: { setting: [setting('half', '\ud842 of one')] } });
        const row = await store.db.selectFrom('setting').select('value').where('name', '=', 'half').executeTakeFirst();
        expect(row?.value).toBe('\ufffd of one');
      }));

    it('tells a row that only says it stands for lost ones from one that does', () =>
      use(async (store) => {
        await store.writer.submit({ journal: [entry('1'), entry('2')] });
        const change = (set: { action: string; user_id: string; detail: string }) =>
          store.writer.exclusively((engine) =>
            engine.write(({ db }) => db.updateTable('journal').set(set).where('seq', '=', 2).execute()),
          );
        for (const detail of ['{', 'null', '"x"', '[]']) {
          await change({ action: 'journal.lost', user_id: 'system', detail });
          expect(await store.verifyJournal(), detail).toMatchObject({ kind: 'broken', seq: 2 });
        }
      }));

    it('deletes what is older than the retention in bounded steps, and nothing else', () => {
      const day = 86_400_000_000;
      let now = 0;
      return use(
        async (store) => {
          for (let at = 0; at < 6; at++) {
            now = at * day;
            const one = Float64Array.of(at);
            await store.writer.submit({
              samples: [{ siteId: 's1', sourceId: 'f1', count: 1, point: [at], tsUs: one, value: one }],
            });
          }
          now = 5 * day + 1;
          let steps = 0;
          while (await store.applyRetention({ historyDays: 2 })) steps++;
          expect(steps).toBeGreaterThan(1);
          const rows = await store.db.selectFrom('sample').select('point_id').orderBy('point_id').execute();
          expect(rows.map((row) => row.point_id)).toEqual([4, 5]);
          expect(await store.applyRetention({ historyDays: 0 })).toBe(false);
        },
        () => now,
      );
    });

    it('forgets pinned frames source by source: of those read too long ago, then until the rest fits', () => {
      const day = 86_400_000_000;
      return use(
        async (store) => {
          const source = (id: string, ended_us: number) => ({
            ...rowOf('source', 1),
            site_id: 's1',
            source_id: id,
            ended_us,
          });
          const pins = (id: string) =>
            [1, 2].map((frame) => ({
              ...rowOf('pinned_frame', 1),
              site_id: 's1',
              source_id: id,
              frame,
              bytes: new Uint8Array(100),
            }));
          const ids = ['reading', 'old', 'b', 'c', 'd'];
          await store.writer.submit({
            put: {
              source: ids.map((id, i) => source(id, i * day)),
              pinned_frame: ids.flatMap(pins),
            },
          });
          const left = async (): Promise<string[]> => {
            const rows = await store.db.selectFrom('pinned_frame').select('source_id').distinct().execute();
            return rows.map((row) => row.source_id).sort();
          };
          expect(await store.applyRetention({ historyDays: 0 })).toBe(false);
          expect(await left()).toHaveLength(5);
          while (await store.applyRetention({ historyDays: 0, evidenceDays: 4 }));
          expect(await left()).toEqual(['b', 'c', 'd', 'reading']);
          expect(await store.applyRetention({ historyDays: 0, evidenceBytes: 500 })).toBe(true);
          expect(await left()).toEqual(['c', 'd', 'reading']);
          while (await store.applyRetention({ historyDays: 0, evidenceBytes: 500 }));
          expect(await left()).toEqual(['d', 'reading']);
        },
        () => 5 * day + 1,
      );
    });

    it('refuses changes and keeps background ones while the disk is full, and goes on by itself', async () => {
      let free = Number.MAX_SAFE_INTEGER;
      const timers: (() => void)[] = [];
      const states: string[] = [];
      const store = await subject.open({
        nowUs: () => 1,
        freeBytes: async () => free,
        later: (work) => void timers.push(work),
        onState: (state) => void states.push(state.kind),
      });
      try {
        await store.writer.submit({ put: { setting: [setting('before', '1')] } });
        free = 1000;
        const background = store.writer.submit({ put: { setting: [setting('kept', '1')] } }, { background: true });
        await expect(store.writer.submit({ put: { setting: [setting('refused', '1')] } })).rejects.toMatchObject({
          code: 'store.full-disk',
        });
        expect(store.writer.state.kind).toBe('failed');
        timers.shift()!();
        await expect.poll(() => timers.length).toBe(1);
        free = Number.MAX_SAFE_INTEGER;
        timers.shift()!();
        await background;
        expect(states).toEqual(['failed', 'ready']);
        const rows = await store.db
          .selectFrom('setting')
          .select('name')
          .where('site_id', '=', 's1')
          .orderBy('name')
          .execute();
        expect(rows.map((row) => row.name)).toEqual(['before', 'kept']);
      } finally {
        await store.close();
      }
    });
  });
};
