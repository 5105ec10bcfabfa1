/**
 * Asset lists that people bring: uploaded and previewed without a trace, applied as one journalled step, compared with the
 * wire at any time after, and taken back. What was observed is never overwritten: imported facts stand beside it.
 *
 * A list of the same name takes the place of the one before; lists of other names stand beside each other.
 */
import { randomBytes } from 'node:crypto';
import type { Ambiguous, Applied, Mapping, NamePreview, NameUpload, Reconciliation, Static } from '../api/index.ts';
import {
  applyList,
  completeList,
  guessMapping,
  LIST_FIELDS,
  type ListMapping,
  type Reconciliation as ListReport,
  type ListTable,
  listVia,
  readList,
  reconcile,
} from '../observe/index.ts';
import type { Row, Store } from '../store/index.ts';
import { RequestError } from './engine-contract.ts';
import type { LiveSite } from './live-site.ts';
import { assetAddress, maybeTime, timeText } from './query/view.ts';

/** Lists uploaded and not applied, of all sites; the oldest is forgotten beyond. */
export const MAX_PENDING_LISTS = 4;
/** Characters of all cells of one list; a larger one is refused. */
export const MAX_LIST_CHARACTERS = 16 * 1024 * 1024;
/** Lists kept of a site. Beyond, the oldest replaced one is forgotten; where all are in use, a further one is refused. */
export const MAX_LISTS = 8;
const MAX_SAMPLE_ROWS = 20;
const MAX_PREVIEW_ROWS = 5000;
const MAX_LISTED_ADDS = 20;

interface Pending {
  readonly site: string;
  readonly file: string;
  readonly table: ListTable;
}
type ListRow = Row<'asset_list'>;
/** How a correction says that it was an import. */
export interface ImportUndo {
  readonly kind: 'import';
  readonly list: string;
}

const refused = (message: string, whatToDo: string): RequestError =>
  new RequestError(409, 'import-refused', message, whatToDo);

const mappingOf = (table: ListTable, mapping: Mapping): ListMapping => {
  const used = Object.entries(mapping).filter(([, column]) => column !== undefined);
  for (const [field, column] of used)
    if (column >= table.columns.length)
      throw new RequestError(
        422,
        'input-invalid',
        `There is no column ${column + 1} for ${field}.`,
        `The list has ${table.columns.length} columns.`,
      );
  if (!(['name', 'ip', 'mac', 'hostname', 'serial'] as const).some((field) => mapping[field] !== undefined))
    throw new RequestError(
      422,
      'input-invalid',
      'No column says which device a line is about.',
      'Choose a column for name, IP, MAC, host name or serial number.',
    );
  return Object.fromEntries(used) as ListMapping;
};

/** Only the columns that mean something are kept. */
const narrowed = (table: ListTable, mapping: ListMapping): { table: ListTable; mapping: ListMapping } => {
  const fields = LIST_FIELDS.filter((field) => mapping[field] !== undefined);
  const columns = fields.map((field) => mapping[field]!);
  return {
    table: {
      columns: columns.map((c) => table.columns[c]!),
      rows: table.rows.map((row) => columns.map((c) => row[c] ?? '')),
      lines: table.lines,
      left: table.left,
    },
    mapping: Object.fromEntries(fields.map((field, i) => [field, i])),
  };
};

const contentOf = (row: ListRow): { table: ListTable; mapping: ListMapping } => ({
  table: JSON.parse(row.content) as ListTable,
  mapping: JSON.parse(row.mapping) as ListMapping,
});

export class Names {
  readonly #store: Store;
  readonly #nowUs: () => number;
  readonly #pending = new Map<string, Pending>();
  /** Sites with lists in use, and how many assets each had when its lists were last brought up to date. */
  readonly #inUse = new Map<string, number>();

  constructor(store: Store, nowUs: () => number) {
    this.#store = store;
    this.#nowUs = nowUs;
  }

  /** Reads which sites have lists. */
  async load(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('asset_list')
      .select('site_id')
      .where('state', '=', 'active')
      .distinct()
      .execute();
    for (const row of rows) this.#inUse.set(row.site_id, -1);
  }

  async upload(site: LiveSite, file: string, bytes: Uint8Array): Promise<NameUpload> {
    const result = await readList(bytes);
    const invalid = (reason: string): RequestError =>
      new RequestError(422, 'list-unreadable', reason, 'Save the list as CSV or XLSX, one device a line.');
    if (result.kind === 'refused') throw invalid(result.reason);
    const { table } = result;
    if (table.left > 0) throw invalid(`The list has more than ${table.rows.length} lines.`);
    let characters = 0;
    for (const row of table.rows) for (const cell of row) characters += cell.length;
    if (characters > MAX_LIST_CHARACTERS) throw invalid('The list holds too much text.');
    const [oldest] = this.#pending.keys();
    if (this.#pending.size >= MAX_PENDING_LISTS) this.#pending.delete(oldest!);
    const id = randomBytes(8).toString('hex');
    this.#pending.set(id, { site: site.id, file, table });
    return {
      id,
      file,
      columns: [...table.columns],
      rows: table.rows.length,
      sample: table.rows.slice(0, MAX_SAMPLE_ROWS).map((row) => [...row]),
      suggested: guessMapping(table),
    };
  }

  #uploaded(site: LiveSite, id: string): Pending {
    const pending = this.#pending.get(id);
    if (pending?.site !== site.id)
      throw new RequestError(404, 'not-found', 'This upload is no longer kept.', 'Upload the list again.');
    return pending;
  }

  /** What applying would do. Changes nothing. */
  async preview(site: LiveSite, id: string, given: Mapping): Promise<NamePreview> {
    const { table } = this.#uploaded(site, id);
    const { model } = await site.open();
    const report = reconcile(model, table, mappingOf(table, given));
    const nameOf = (asset: string): string => model.asset(asset)?.name ?? asset;
    const known = (asset: string, attribute: string, value: string): boolean =>
      model.facts(asset).some((fact) => fact.attribute === attribute && fact.value === value);
    const few = <T>(rows: readonly T[]): readonly T[] => rows.slice(0, MAX_PREVIEW_ROWS);
    return {
      matched: few(report.matches).map(({ line, label, asset, by, facts }) => ({
        line,
        label,
        asset,
        assetName: nameOf(asset),
        by,
        adds: facts
          .filter((fact) => !known(asset, fact.attribute, fact.value))
          .slice(0, MAX_LISTED_ADDS)
          .map((fact) => `${fact.attribute} ${fact.value}`),
      })),
      conflicts: few(report.conflicts).map((c) => conflictOf(c, nameOf, '')),
      ambiguous: few(report.ambiguous).map((row) => ambiguousOf(row, nameOf, '')),
      notSeen: few(report.notSeen).map((row) => notSeenOf(row, '')),
      invalid: few(report.problems).map(({ line, label, text }) => ({ line, label, reason: text })),
      counts: {
        matched: report.matches.length,
        conflicts: report.conflicts.length,
        ambiguous: report.ambiguous.length,
        notSeen: report.notSeen.length,
        invalid: report.problems.length,
        notListed: report.notListed.length,
      },
    };
  }

  async #rows(site: string): Promise<ListRow[]> {
    return this.#store.db.selectFrom('asset_list').selectAll().where('site_id', '=', site).orderBy('ts').execute();
  }
  async #active(site: string): Promise<ListRow[]> {
    return this.#inUse.has(site) ? (await this.#rows(site)).filter((row) => row.state === 'active') : [];
  }

  /** Writes list, correction and journal in one commit, then puts the facts into the model and writes them. */
  async apply(site: LiveSite, id: string, given: Mapping, userId: string): Promise<Static<typeof Applied>> {
    const pending = this.#uploaded(site, id);
    const { file } = pending;
    const { table, mapping } = narrowed(pending.table, mappingOf(pending.table, given));
    const { model } = await site.open();
    const report = reconcile(model, table, mapping);
    const rows = await this.#rows(site.id);
    const before = rows.find((row) => row.state === 'active' && row.file === file);
    const kept = rows.filter((row) => row.state !== 'undone');
    const oldest = kept.find((row) => row.state === 'replaced');
    if (kept.length >= MAX_LISTS && oldest === undefined && before === undefined)
      throw refused(`${MAX_LISTS} lists are in use.`, 'Undo one of them, or give the new one the name of an old one.');
    const nowUs = this.#nowUs();
    const facts = report.matches.reduce((sum, match) => sum + match.facts.length, 0);
    const listId = randomBytes(8).toString('hex');
    const correction = randomBytes(8).toString('hex');
    const undo: ImportUndo = { kind: 'import', list: listId };
    await this.#store.writer.submit({
      ...(kept.length >= MAX_LISTS && oldest !== undefined
        ? { remove: { asset_list: [{ site_id: site.id, list_id: oldest.list_id }] } }
        : {}),
      put: {
        asset_list: [
          {
            site_id: site.id,
            list_id: listId,
            file,
            ts: nowUs,
            user_id: userId,
            correction_id: correction,
            state: 'active',
            replaces: before?.list_id ?? '',
            mapping: JSON.stringify(mapping),
            content: JSON.stringify(table),
          },
          ...(before === undefined ? [] : [{ ...before, state: 'replaced' }]),
        ],
        correction: [
          {
            site_id: site.id,
            correction_id: correction,
            asset_id: '',
            ts: nowUs,
            user_id: userId,
            text: `${facts} facts of the asset list ${file}`,
            undo: JSON.stringify([undo]),
            undone: false,
          },
        ],
      },
      journal: [
        {
          siteId: site.id,
          tsUs: nowUs,
          userId,
          action: 'names.apply',
          subject: `asset list ${file}`,
          detail: {
            lines: table.rows.length,
            matched: report.matches.length,
            facts,
            conflicts: report.conflicts.length,
            ambiguous: report.ambiguous.length,
            notSeen: report.notSeen.length,
          },
        },
      ],
    });
    this.#pending.delete(id);
    applyList(model, report, file);
    this.#inUse.set(site.id, model.assetCount);
    await site.save(nowUs);
    return { appliedAt: timeText(nowUs), facts, correction };
  }

  /** Takes an import back; the list whose place it took is in use again. */
  async undo(site: LiveSite, row: Row<'correction'>, { list }: ImportUndo, userId: string): Promise<void> {
    const rows = await this.#rows(site.id);
    const found = rows.find((other) => other.list_id === list);
    if (found?.state !== 'active')
      throw refused('A newer import of this list took its place.', 'Undo the newer import first.');
    const earlier = rows.find((other) => other.list_id === found.replaces && other.state === 'replaced');
    const nowUs = this.#nowUs();
    await this.#store.writer.submit({
      put: {
        asset_list: [
          { ...found, state: 'undone', content: '' },
          ...(earlier === undefined ? [] : [{ ...earlier, state: 'active' }]),
        ],
        correction: [{ ...row, undone: true }],
      },
      journal: [
        {
          siteId: site.id,
          tsUs: nowUs,
          userId,
          action: 'correction.undo',
          subject: `asset list ${found.file}`,
          detail: { text: row.text, back: earlier === undefined ? 'none' : timeText(earlier.ts) },
        },
      ],
    });
    const { model } = await site.open();
    model.removeImport(listVia(found.file));
    if (earlier !== undefined) {
      const { table, mapping } = contentOf(earlier);
      completeList(model, reconcile(model, table, mapping), earlier.file);
    }
    if (!rows.some((other) => other !== found && other.state === 'active') && earlier === undefined)
      this.#inUse.delete(site.id);
    await site.save(nowUs);
  }

  /**
   * Devices that were seen since a list was applied get what it says of them. True when something may have changed. In
   * turn with what people do: a list that is being taken back must not put its facts in once more.
   */
  async complete(site: LiveSite, always = false): Promise<boolean> {
    if (!this.#inUse.has(site.id)) return false;
    return site.inTurn(() => this.#complete(site, always));
  }
  async #complete(site: LiveSite, always: boolean): Promise<boolean> {
    const before = this.#inUse.get(site.id);
    if (before === undefined || !site.isLoaded) return false;
    const { model } = await site.open();
    const assets = model.assetCount;
    if (assets === before && !always) return false;
    for (const row of await this.#active(site.id)) {
      const { table, mapping } = contentOf(row);
      completeList(model, reconcile(model, table, mapping), row.file);
    }
    this.#inUse.set(site.id, assets);
    return true;
  }

  /** The lists in use against what is seen now. */
  async reconciliation(site: LiveSite, names: ReadonlyMap<string, string>): Promise<Static<typeof Reconciliation>> {
    const { model } = await site.open();
    const rows = await this.#active(site.id);
    const empty: ListTable = { columns: [], rows: [], lines: [], left: 0 };
    const reports = rows.map((row): { row: ListRow; listed: number; report: ListReport } => {
      const { table, mapping } = contentOf(row);
      return { row, listed: table.rows.length, report: reconcile(model, table, mapping) };
    });
    // Not in the list is what no list speaks of; without a list, everything.
    const [first = reconcile(model, empty, {}), ...others] = reports.map(({ report }) => report);
    const unlisted = others.map((report) => new Set(report.notListed));
    const notListed = first.notListed.filter((asset) => unlisted.every((set) => set.has(asset)));
    const newest = rows.at(-1);
    const nameOf = (asset: string): string => model.asset(asset)?.name ?? asset;
    const prefix = (row: ListRow): string => (rows.length > 1 ? `${row.file}: ` : '');
    return {
      file: rows.map((row) => row.file).join(', '),
      correction: newest?.correction_id ?? null,
      importedAt: newest === undefined ? null : timeText(newest.ts),
      who: newest === undefined ? '' : (names.get(newest.user_id) ?? newest.user_id),
      listed: reports.reduce((sum, { listed }) => sum + listed, 0),
      matched: reports.reduce((sum, { report }) => sum + report.matches.length, 0),
      notSeen: reports.flatMap(({ row, report }) => report.notSeen.map((line) => notSeenOf(line, prefix(row)))),
      notListed: notListed.map((id) => {
        const asset = model.asset(id)!;
        return {
          asset: id,
          name: asset.name,
          address: assetAddress(asset),
          role: asset.role.value,
          vendor: asset.vendor,
          lastAt: maybeTime(asset.lastUs),
        };
      }),
      conflicts: reports.flatMap(({ row, report }) => report.conflicts.map((c) => conflictOf(c, nameOf, prefix(row)))),
      ambiguous: reports.flatMap(({ row, report }) =>
        report.ambiguous.map((line) => ambiguousOf(line, nameOf, prefix(row))),
      ),
    };
  }
}

const ambiguousOf = (
  { line, label, assets, reason }: ListReport['ambiguous'][number],
  nameOf: (asset: string) => string,
  prefix: string,
): Ambiguous => ({
  line,
  label: `${prefix}${label}`,
  assets: assets.map((asset) => ({ id: asset, name: nameOf(asset) })),
  reason,
});

const notSeenOf = (
  row: ListReport['notSeen'][number],
  prefix: string,
): { line: number; label: string; address: string } => ({
  line: row.line,
  label: `${prefix}${row.label}`,
  address: row.ip === '' ? row.mac : row.ip,
});

const conflictOf = (
  { line, label, asset, field, listed, observed }: ListReport['conflicts'][number],
  nameOf: (asset: string) => string,
  prefix: string,
): NamePreview['conflicts'][number] => ({
  line,
  label: `${prefix}${label}`,
  asset,
  assetName: nameOf(asset),
  attribute: field,
  listed,
  observed,
});
