/** A site's rows into the store and back: what the model hands out becomes one batch, and is read again in pieces. */
import type { CompiledQuery, Kysely } from 'kysely';
import type { SampleChunk, SiteRows } from '../core/site-model.ts';
import type { Batch } from './batch.ts';
import type { PartResult, SampleColumns } from './engine.ts';
import type { Store } from './index.ts';
import { SITE_CODECS } from './rows.ts';
import { type Database, type TableName, tableSpec } from './schema.ts';

interface AnyCodec {
  readonly table: string;
  readonly order: string;
  readonly toRow: (site: string, row: unknown, recordedUs: number) => object;
  readonly fromRow: (row: object) => unknown;
}
const codecs = Object.entries(SITE_CODECS) as unknown as [keyof SiteRows, AnyCodec][];

/** What `SiteModel.takeDirty` and `takeSamples` handed out, as one batch. */
export const siteBatch = (
  site: string,
  source: string,
  rows: Partial<SiteRows>,
  samples: readonly SampleChunk[],
  recordedUs: number,
): Batch => {
  const put: Record<string, object[]> = {};
  for (const [name, codec] of codecs) {
    const list = (rows[name] ?? []) as readonly unknown[];
    if (list.length > 0) put[codec.table] = list.map((row) => codec.toRow(site, row, recordedUs));
  }
  return {
    put: put as Batch['put'] & object,
    samples: samples.map((chunk): SampleColumns => ({ siteId: site, sourceId: source, ...chunk })),
  };
};

/** Rows of a query as the engine has them at a time: one by one, each would be awaited. */
export async function* inParts<R>(
  db: Kysely<Database>,
  query: { compile(): CompiledQuery<R> },
  most: number,
): AsyncGenerator<PartResult<R>> {
  for await (const part of db.getExecutor().stream<R>(query.compile(), most)) yield part as PartResult<R>;
}

/** What codecs read: a text that is the same in every row costs as much as any other. */
const columnsOf = (table: string): readonly string[] =>
  Object.keys(tableSpec(table as TableName).columns).filter((name) => name !== 'site_id' && name !== 'recorded_us');

/** Rows handed on at a time while a site is loaded. */
const PART_ROWS = 2048;

/** Reads everything of a site, or `only` some tables of it, in order, in parts of one table each. */
export const loadSite = async (
  store: Store,
  site: string,
  take: (part: Partial<SiteRows>) => void,
  only?: readonly (keyof SiteRows)[],
): Promise<void> => {
  for (const [name, codec] of codecs) {
    if (only !== undefined && !only.includes(name)) continue;
    const query = store.db
      .selectFrom(codec.table as 'fact')
      .select(columnsOf(codec.table) as 'fact_id'[])
      .where('site_id', '=', site)
      .orderBy(codec.order as 'fact_id');
    for await (const part of inParts(store.db, query, PART_ROWS)) {
      const rows: unknown[] = [];
      part.each((row) => rows.push(codec.fromRow(row)));
      take({ [name]: rows } as Partial<SiteRows>);
    }
  }
};

/** Everything that is kept of a site's traffic, so that it can be read again from the start; decisions of people stay. */
const TRAFFIC_TABLES = [
  ...codecs.map(([, codec]) => codec.table),
  'sample',
  'sample_text',
  'pinned_frame',
  'site_state',
  'finding',
  'finding_proof',
  'learned_state',
].filter((table) => table !== 'override');

export const clearSite = (store: Store, site: string): Promise<void> =>
  store.writer.exclusively((engine) =>
    engine.write(async ({ db }) => {
      for (const table of TRAFFIC_TABLES) {
        await db
          .deleteFrom(table as 'fact')
          .where('site_id', '=', site)
          .execute();
      }
    }),
  );
