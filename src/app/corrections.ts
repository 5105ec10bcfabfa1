/** What people correct by hand in the inventory: applied to the model, written with the journal, and undone again. */
import { randomBytes } from 'node:crypto';
import type { AssetChange, AssetDetail, Corrected, MergeRequest, SplitRequest, Static } from '../api/index.ts';
import type { ManualChange, ManualUndo } from '../core/site-model.ts';
import type { Row, Store } from '../store/index.ts';
import { RequestError } from './engine-contract.ts';
import type { LiveSite } from './live-site.ts';
import type { ImportUndo, Names } from './names.ts';
import { assetNotFound } from './query/assets.ts';
import { timeText } from './query/view.ts';

type CorrectedAnswer = Static<typeof Corrected>;

const refused = (reason: string): RequestError =>
  new RequestError(409, 'correction-refused', reason, 'Load the asset again; it may have changed meanwhile.');

/** Which correction was committed last: the model that it changed is written after it, and may not have been. */
const LAST = 'last-correction';

export class Corrections {
  readonly #store: Store;
  readonly #nowUs: () => number;
  readonly #lists: Names;
  constructor(store: Store, nowUs: () => number, lists: Names) {
    this.#store = store;
    this.#nowUs = nowUs;
    this.#lists = lists;
  }

  /** Applies changes to the model, then writes model, correction and journal. The undo of several is kept in order. */
  async #keep(
    site: LiveSite,
    asset: string,
    userId: string,
    action: string,
    changes: readonly ManualChange[],
    reason: string,
  ): Promise<CorrectedAnswer> {
    const done = changes.filter((change) => change.kind === 'done');
    const failed = changes.find((change) => change.kind === 'refused');
    if (failed !== undefined) {
      const { model } = await site.open();
      for (const change of done.reverse()) model.undo(change.undo);
      throw refused(failed.reason);
    }
    const { model } = await site.open();
    const nowUs = this.#nowUs();
    const text = done.map((change) => change.text).join('; ');
    const row: Row<'correction'> = {
      site_id: site.id,
      correction_id: randomBytes(8).toString('hex'),
      asset_id: asset,
      ts: nowUs,
      user_id: userId,
      text: reason === '' ? text : `${text} (${reason})`,
      undo: JSON.stringify(done.map((change) => change.undo)),
      undone: false,
    };
    await this.#commit(site, row, { userId, action, detail: { text, reason } }, () => {
      for (const change of done.reverse()) model.undo(change.undo);
    });
    return { correction: row.correction_id, asset };
  }

  /** `takeBack`: what is not in the journal is not in the model. */
  async #commit(
    site: LiveSite,
    row: Row<'correction'>,
    entry: { userId: string; action: string; detail: Record<string, string> },
    takeBack: () => void,
  ): Promise<void> {
    const nowUs = this.#nowUs();
    const subject = `asset ${row.asset_id}`;
    try {
      await this.#store.writer.submit({
        put: { correction: [row], setting: [{ site_id: site.id, name: LAST, value: row.correction_id }] },
        journal: [{ siteId: site.id, tsUs: nowUs, ...entry, subject }],
      });
    } catch (error) {
      takeBack();
      throw error;
    }
    await site.save(nowUs);
  }

  /** A site was read from the store: the correction that was committed last is in its model, whether that was written or not. */
  async loaded(site: LiveSite): Promise<void> {
    const row = await this.#store.db
      .selectFrom('setting')
      .innerJoin('correction', (join) =>
        join
          .onRef('correction.site_id', '=', 'setting.site_id')
          .onRef('correction.correction_id', '=', 'setting.value'),
      )
      .selectAll('correction')
      .where('setting.site_id', '=', site.id)
      .where('setting.name', '=', LAST)
      .executeTakeFirst();
    if (row === undefined) return;
    const { model } = await site.open();
    const steps = JSON.parse(row.undo) as ManualUndo[];
    if (row.undone) for (const step of [...steps].reverse()) model.undo(step);
    for (const step of steps) model.redo(step, row.undone);
  }

  async change(site: LiveSite, asset: string, change: AssetChange, userId: string): Promise<CorrectedAnswer> {
    const { model } = await site.open();
    if (model.asset(asset) === undefined) throw assetNotFound(asset);
    const changes: ManualChange[] = [];
    if (change.name !== undefined) changes.push(model.setManual(asset, 'name', change.name.trim()));
    if (change.role !== undefined) changes.push(model.setManual(asset, 'role', change.role));
    if (change.level !== undefined) {
      changes.push(model.setManual(asset, 'level', change.level === null ? '' : String(change.level)));
    }
    if (change.contact !== undefined) changes.push(model.setManual(asset, 'contact', change.contact.trim()));
    if (changes.length === 0)
      throw new RequestError(422, 'input-invalid', 'Nothing is to be changed.', 'Give a name, role, level or contact.');
    return this.#keep(site, asset, userId, 'asset.change', changes, '');
  }

  async merge(site: LiveSite, request: MergeRequest, userId: string): Promise<CorrectedAnswer> {
    const { model } = await site.open();
    const [first] = request.assets;
    const endpoint = model.asset(first!)?.endpoints[0]?.endpoint;
    const change = model.merge(request.assets);
    const kept = endpoint === undefined ? undefined : model.assetOf(endpoint);
    return this.#keep(site, kept ?? first!, userId, 'asset.merge', [change], request.reason);
  }

  async split(site: LiveSite, id: string, request: SplitRequest, userId: string): Promise<CorrectedAnswer> {
    const { model } = await site.open();
    const asset = model.asset(id);
    if (asset === undefined) throw assetNotFound(id);
    const endpoints = request.endpoints.map((index) => asset.endpoints[index]?.endpoint);
    if (endpoints.some((endpoint) => endpoint === undefined)) throw refused('There is no such address in this asset.');
    const change = model.split(id, endpoints as number[]);
    const fresh = model.assetOf(endpoints[0]!) ?? id;
    return this.#keep(site, fresh, userId, 'asset.split', [change], request.reason);
  }

  async undo(site: LiveSite, correction: string, userId: string): Promise<CorrectedAnswer> {
    const row = await this.#store.db
      .selectFrom('correction')
      .selectAll()
      .where('site_id', '=', site.id)
      .where('correction_id', '=', correction)
      .executeTakeFirst();
    if (row === undefined)
      throw new RequestError(404, 'not-found', 'There is no such correction.', 'Load the asset again.');
    if (row.undone) throw refused('This correction was undone already.');
    const steps = JSON.parse(row.undo) as (ManualUndo | ImportUndo)[];
    const [first] = steps;
    if (first?.kind === 'import') {
      await this.#lists.undo(site, row, first, userId);
      return { correction, asset: row.asset_id };
    }
    const { model } = await site.open();
    const manual = steps as ManualUndo[];
    for (const undo of [...manual].reverse()) model.undo(undo);
    const entry = { userId, action: 'correction.undo', detail: { text: row.text } };
    await this.#commit(site, { ...row, undone: true }, entry, () => {
      for (const step of manual) model.redo(step, false);
    });
    return { correction, asset: row.asset_id };
  }

  /** Does all of them again on a model that was emptied because its file is read anew: same file, same endpoints. */
  async redo(site: LiveSite): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('correction')
      .selectAll()
      .where('site_id', '=', site.id)
      .orderBy('ts')
      .execute();
    if (rows.length === 0) return;
    const { model } = await site.open();
    for (const row of rows)
      for (const step of JSON.parse(row.undo) as (ManualUndo | ImportUndo)[])
        if (step.kind !== 'import') model.redo(step, row.undone);
  }

  /** Those that can be undone, newest first. */
  async list(site: string, asset: string, names: ReadonlyMap<string, string>): Promise<AssetDetail['corrections']> {
    const rows = await this.#store.db
      .selectFrom('correction')
      .selectAll()
      .where('site_id', '=', site)
      .where('asset_id', '=', asset)
      .where('undone', '=', false)
      .orderBy('ts', 'desc')
      .limit(100)
      .execute();
    return rows.map((row) => ({
      id: row.correction_id,
      at: timeText(row.ts),
      who: names.get(row.user_id) ?? row.user_id,
      text: row.text,
    }));
  }
}
