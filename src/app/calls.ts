/** Every call of the contract that is about the plant, from its input to its answer. */
import type { JournalCheck, JournalRow, Settings, Static, Topic } from '../api/index.ts';
import type { EvidenceRing } from '../capture/ring.ts';
import { DECODERS, DEPTHS } from '../decode/index.ts';
import { DEFAULT_RETENTION, databaseBytes, type Row, type Store } from '../store/index.ts';
import type { Corrections } from './corrections.ts';
import { detectionHandlers, pageViewOf, viewOf } from './detection/calls.ts';
import { type CallAnswer, type CallInput, type EngineCall, RequestError } from './engine-contract.ts';
import { findFrame } from './evidence.ts';
import { lossError, lossText } from './journal-loss.ts';
import type { LiveSite } from './live-site.ts';
import { messagesOf } from './messages.ts';
import type { Names } from './names.ts';
import { assetDetail, assets } from './query/assets.ts';
import { day } from './query/day.ts';
import { frameAnswer, loginPorts, missingFrame } from './query/frame.ts';
import { map } from './query/map.ts';
import { coverage, now } from './query/overview.ts';
import { pageOf } from './query/page.ts';
import { namedApart, type Pace, toSource } from './query/sources.ts';
import { holdsCredential, supportsOf } from './query/supports.ts';
import { changes, commands, flows, points, sessions, toPointRow, weirds } from './query/traffic.ts';
import { usualPort } from './query/usual-port.ts';
import { timeText } from './query/view.ts';
import { hostsOfConversation, selectedFrames } from './selection.ts';
import { seriesOf } from './series.ts';

export interface CallContext {
  readonly store: Store;
  readonly sites: ReadonlyMap<string, LiveSite>;
  /** Throws `not-found`. */
  readonly site: (id: string) => LiveSite;
  readonly nowUs: number;
  /** Names of users by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly corrections: Corrections;
  readonly lists: Names;
  readonly pace: (source: string) => Pace;
  /** Brings the sources of a site up to date. */
  readonly fresh: (site: LiveSite) => void;
  readonly ring: () => Promise<EvidenceRing | undefined>;
  readonly changed: (site: LiveSite) => void;
  /** A person changed something that these topics show. */
  readonly told: (site: LiveSite, topics: readonly Topic[]) => void;
  readonly settingsChanged: () => void;
  readonly freeBytes: () => Promise<number | null>;
}

type Handler<C extends EngineCall> = (context: CallContext, input: CallInput<C>) => Promise<CallAnswer<C>>;
export type Handlers = { readonly [C in EngineCall]: Handler<C> };

/** Rows of the journal that one list looks at, newest first; older ones are in exports of the store. */
const MAX_JOURNAL_ROWS = 50_000;

/** Of a decoder that was just added. */
const SHALLOW = { tier: 'C', unknown: '' } as const;
const TITLES = new Map(
  DECODERS.map((decoder) => [
    decoder.name,
    {
      title: decoder.title,
      family: decoder.family,
      encrypted: decoder.encrypted === true,
      ...(DEPTHS[decoder.name] ?? SHALLOW),
    },
  ]),
);

/** What is set, or what is usual: the store's default with 1 GiB of evidence. */
export const readRetention = async (store: Store): Promise<Settings['retention']> => {
  const row = await store.db
    .selectFrom('setting')
    .select('value')
    .where('site_id', '=', '')
    .where('name', '=', 'retention')
    .executeTakeFirst();
  return row === undefined
    ? { evidenceDays: null, historyDays: DEFAULT_RETENTION.historyDays, evidenceMiB: 1024 }
    : (JSON.parse(row.value) as Settings['retention']);
};

const settingsAnswer = async (context: CallContext): Promise<Static<typeof import('../api/index.ts').Settings>> => {
  const ring = await context.ring();
  return {
    retention: await readRetention(context.store),
    dataFolder: context.store.folder,
    dataBytes: await databaseBytes(context.store),
    evidenceBytes: ring?.state.totalBytes ?? 0,
    freeBytes: await context.freeBytes(),
  };
};

/** Persons stand in the chain by reference, sources by their id. */
interface JournalNames {
  readonly users: ReadonlyMap<string, string>;
  readonly sources: ReadonlyMap<string, string>;
}
const journalNames = async ({ names: users, store, sites }: CallContext): Promise<JournalNames> => {
  const rows = await store.db.selectFrom('source').select(['source_id', 'name']).execute();
  const sources = new Map(rows.map((row) => [row.source_id, row.name]));
  // As everywhere else: of several files of one name with as much of their folders as it takes.
  for (const site of sites.values())
    for (const { id, name } of namedApart([...site.sources.values()])) sources.set(id, name);
  return { users, sources };
};
const subjectName = ({ users, sources }: JournalNames, subject: string): string => {
  const [kind, id = '', ...rest] = subject.split(' ');
  if (rest.length > 0) return subject;
  const name = kind === 'user' ? users.get(id) : kind === 'source' ? sources.get(id) : undefined;
  return name === undefined ? subject : `${kind} ${name}`;
};

const journalRow = (names: JournalNames, row: Row<'journal'>): JournalRow => ({
  id: row.seq,
  at: timeText(row.ts),
  who: names.users.get(row.user_id) ?? row.user_id,
  what: row.action,
  subject: row.subject,
  subjectName: subjectName(names, row.subject),
  detail: row.detail,
  hash: row.hash,
});

const checkJournal = async (
  { store }: CallContext,
  { row, hash }: { readonly row?: number; readonly hash?: string },
): Promise<JournalCheck> => {
  if ((row === undefined) !== (hash === undefined))
    throw new RequestError(422, 'input-invalid', 'A kept head has a row and a hash.', 'Give both, or none of them.');
  const verdict = await store.verifyJournal(row === undefined || hash === undefined ? undefined : { seq: row, hash });
  if (verdict.kind === 'broken') return { state: 'broken', row: verdict.seq, hash: '', reason: verdict.reason };
  const { head } = verdict;
  const reason = verdict.kind === 'lost' ? verdict.losses.map(lossText).join('. ') : '';
  return { state: verdict.kind, row: head.seq, hash: head.hash, reason };
};

/** Acts of several people on one site, one after the other: each is judged by what the one before it left. */
const correcting = async <T>(context: CallContext, siteId: string, act: (site: LiveSite) => Promise<T>): Promise<T> => {
  const site = context.site(siteId);
  const answer = await site.inTurn(() => act(site));
  context.changed(site);
  return answer;
};

const HANDLERS: Handlers = {
  ...detectionHandlers,
  protocols: async () => ({ items: [...TITLES].map(([name, { title, family }]) => ({ name, title, family })) }),
  settings: (context) => settingsAnswer(context),
  changeSettings: async (context, { body, userId }) => {
    const { retention } = body;
    await context.store.writer.submit({
      put: { setting: [{ site_id: '', name: 'retention', value: JSON.stringify(retention) }] },
      journal: [
        {
          siteId: '',
          tsUs: context.nowUs,
          userId,
          action: 'settings.change',
          subject: 'retention',
          detail: { text: JSON.stringify(retention) },
        },
      ],
    });
    context.settingsChanged();
    return settingsAnswer(context);
  },
  checkJournal: (context, { query }) => checkJournal(context, query),
  journal: async (context, { query }) => {
    const rows = await context.store.db
      .selectFrom('journal')
      .selectAll()
      .orderBy('seq', 'desc')
      .limit(MAX_JOURNAL_ROWS)
      .execute();
    const names = await journalNames(context);
    return pageOf(
      {
        list: 'journal',
        rows,
        accessors: {
          who: (row) => context.names.get(row.user_id) ?? row.user_id,
          what: (row) => row.action,
          subject: (row) => [row.subject, subjectName(names, row.subject)],
          // Rows of one microsecond keep their order.
          at: (row) => row.ts,
        },
        defaultSort: '-at',
        toItem: (row) => journalRow(names, row),
        version: context.store.journalHead().seq,
        nowUs: context.nowUs,
      },
      query,
    );
  },
  sites: async (context) => {
    const items = [...context.sites.values()].sort((a, b) => b.createdUs - a.createdUs).map((site) => site.answer());
    const { state } = context.store.writer;
    const unstored =
      state.kind === 'failed'
        ? { text: state.error.message, whatToDo: state.error.whatToDo, since: timeText(state.sinceUs) }
        : null;
    const loss = context.store.journalLoss();
    const error = loss === undefined ? undefined : lossError(loss);
    return { items, unstored, lost: error === undefined ? null : { text: error.message, whatToDo: error.whatToDo } };
  },
  stageAttack: async (context, { params, body, userId }) => {
    const site = context.site(params.site);
    // One at a time: what is refused is not in the journal, and what begins is.
    await site.inTurn(async () => {
      if (site.plant?.staging() !== 'ready')
        throw new RequestError(
          409,
          'not-staged',
          site.plant === undefined
            ? 'An attack can be staged on the simulated plant only.'
            : site.plant.staging() === 'running'
              ? 'An attack is running on the simulated plant.'
              : 'The simulated plant still plays its history.',
          site.plant === undefined ? 'Start Gatehouse without captures to have one.' : 'Try again a little later.',
        );
      await context.store.writer.submit({
        journal: [
          {
            siteId: site.id,
            tsUs: context.nowUs,
            userId,
            action: 'plant.stage-attack',
            subject: `site ${site.id}`,
            detail: { minutes: body.minutes },
          },
        ],
      });
      site.plant.stage(body.minutes);
    });
    context.told(site, ['sites', 'journal']);
    return site.answer();
  },
  changeSite: (context, { params, body, userId }) =>
    correcting(context, params.site, async (site) => {
      const { name = site.name, zone = site.zone } = body;
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
      } catch {
        throw new RequestError(
          422,
          'input-invalid',
          `${zone} is no time zone.`,
          'Give an IANA name such as Europe/Berlin.',
        );
      }
      await context.store.writer.submit({
        put: { site: [{ ...site.row, name, zone }] },
        journal: [
          {
            siteId: site.id,
            tsUs: context.nowUs,
            userId,
            action: 'site.change',
            subject: `site ${site.id}`,
            detail: { name, zone },
          },
        ],
      });
      site.name = name;
      site.setZone(zone);
      return site;
    }).then((site) => site.answer()),
  sources: async (context, { params }) => {
    const site = context.site(params.site);
    context.fresh(site);
    return { items: namedApart([...site.sources.values()]).map((source) => toSource(source, context.pace(source.id))) };
  },
  now: async (context, { params }) => now(await pageViewOf(context, params.site), context.names),
  day: async (context, { params }) => day(await pageViewOf(context, params.site)),
  map: async (context, { params, query }) => map(await pageViewOf(context, params.site), query),
  coverage: async (context, { params }) =>
    coverage(await pageViewOf(context, params.site), TITLES, usualPort, context.pace),
  assets: async (context, { params, query }) => assets(await pageViewOf(context, params.site), query),
  asset: async (context, { params }) => {
    const view = await pageViewOf(context, params.site);
    return assetDetail(view, params.asset, await context.corrections.list(params.site, params.asset, context.names));
  },
  changeAsset: (context, { params, body, userId }) =>
    correcting(context, params.site, (site) => context.corrections.change(site, params.asset, body, userId)),
  splitAsset: (context, { params, body, userId }) =>
    correcting(context, params.site, (site) => context.corrections.split(site, params.asset, body, userId)),
  mergeAssets: (context, { params, body, userId }) =>
    correcting(context, params.site, (site) => context.corrections.merge(site, body, userId)),
  undoCorrection: (context, { params, userId }) =>
    correcting(context, params.site, (site) => context.corrections.undo(site, params.correction, userId)),
  flows: async (context, { params, query }) => flows(await pageViewOf(context, params.site), query),
  messages: async (context, { params, query }) => {
    const site = context.site(params.site);
    const view = await pageViewOf(context, params.site);
    const conversation = view.model.conversations().find((c) => c.id === params.flow);
    if (conversation === undefined)
      throw new RequestError(404, 'not-found', 'There is no such conversation.', 'Load the list again.');
    const { protocol, serverPort, client, server, firstUs, lastUs } = conversation;
    // A recording that ended before the conversation, or began after it, has none of its frames: it is not read again.
    const sources = [...site.sources.values()].filter(
      ({ kind, state, health }) =>
        kind !== 'file' || state !== 'complete' || (health.firstUs <= lastUs && health.lastUs >= firstUs),
    );
    const hosts = new Set([hostsOfConversation(view.endpoints, client, server)]);
    const frames = selectedFrames(context.store, params.site, sources, { hosts, frames: [] }, await context.ring());
    return messagesOf(frames, { protocol, serverPort }, query, sources);
  },
  commands: async (context, { params, query }) => commands(await pageViewOf(context, params.site), query),
  points: async (context, { params, query }) => points(await pageViewOf(context, params.site), query),
  point: async (context, { params }) => {
    const view = await viewOf(context, params.site);
    const point = view.model.point(params.point);
    if (point === undefined)
      throw new RequestError(404, 'not-found', 'There is no such point.', 'Load the list again.');
    return toPointRow(view, point);
  },
  series: async (context, { params, query }) => {
    const site = context.site(params.site);
    // Samples of the last seconds are in memory still.
    if (site.busy > 0) await site.save(context.nowUs);
    return seriesOf(context.store, { site: params.site, point: params.point, ...query });
  },
  sessions: async (context, { params, query }) => sessions(await pageViewOf(context, params.site), query),
  changes: async (context, { params, query }) => changes(await pageViewOf(context, params.site), query),
  weirds: async (context, { params, query }) => weirds(await pageViewOf(context, params.site), query),
  frame: async (context, { params }) => {
    const view = await viewOf(context, params.site);
    const source = context.site(params.site).sources.get(params.source);
    if (source === undefined)
      throw new RequestError(404, 'not-found', 'There is no such source.', 'Load the page again.');
    const about = {
      source: source.id,
      sourceName: source.name,
      health: source.health,
      supports: supportsOf(view, source.id, params.frame),
      credential: holdsCredential(view, source.id, params.frame),
      loginPorts: loginPorts(view),
    };
    const found = await findFrame(context.store, params.site, source, params.frame, await context.ring());
    return found.kind === 'found' ? frameAnswer(found.frame, about) : missingFrame(params.frame, found.reason, about);
  },
  previewNames: (context, { params, body }) =>
    context.lists.preview(context.site(params.site), params.id, body.mapping),
  applyNames: (context, { params, body, userId }) =>
    correcting(context, params.site, (site) => context.lists.apply(site, params.id, body.mapping, userId)),
  reconciliation: (context, { params }) => context.lists.reconciliation(context.site(params.site), context.names),
};

export const answerCall = <C extends EngineCall>(
  context: CallContext,
  call: C,
  input: CallInput<C>,
): Promise<CallAnswer<C>> => {
  const handler: Handler<C> | undefined = HANDLERS[call];
  if (handler === undefined)
    return Promise.reject(new RequestError(404, 'not-found', 'There is no such call.', 'See /api/docs.'));
  return handler(context, input);
};
