/**
 * The site: takes the observations of all sources, keeps what a person would want to know, answers questions, and hands
 * out what changed. Rows are kept by endpoint; which endpoints are one device is decided on reading, as a pure function of
 * what is known, so that the same input gives the same picture whenever somebody looks.
 */
import type { EndpointView } from '../core/endpoint.ts';
import type { Evidence } from '../core/frame.ts';
import type {
  At,
  Attribute,
  Command,
  FlowAlias,
  FlowSummary,
  Identity,
  Name,
  RackModule,
  Session,
  ValueBlock,
  ValueItem,
  Verb,
  Weird,
} from '../core/observation.ts';
import type { AssetId, ChangeRecord, Fact, FactAttribute, SourceId } from '../core/site.ts';
import type {
  AliasRow,
  FlowRow,
  ManualChange,
  ManualUndo,
  Network,
  Override,
  SiteModel,
  SiteRows,
  SourceContext,
} from '../core/site-model.ts';
import { IntTable } from '../lib/int-table.ts';
import { derivedChanges, type Picture } from './assets.ts';
import { Commands } from './commands.ts';
import { type Context, drop, evidenceOf, Interner } from './context.ts';
import { Conversations } from './conversations.ts';
import { DirtyRows } from './dirty-rows.ts';
import { createEmission, type Rows } from './emission.ts';
import { Facts } from './facts.ts';
import { factsOfGroup, handleOf } from './facts-of-group.ts';
import { knowledge } from './knowledge.ts';
import { SITE_LIMITS, type SiteLimits } from './limits.ts';
import { controlOf, mentionedOf, networksOf } from './networks.ts';
import { PendingFlows } from './pending-flows.ts';
import { createPictures } from './pictures.ts';
import { pagePoints } from './point-pages.ts';
import { Points } from './points.ts';
import { Samples } from './samples.ts';
import { Sessions } from './sessions.ts';
import { isGroup } from './views.ts';

export interface SiteModelOptions {
  readonly endpoints: EndpointView;
  /** Limits that differ from `SITE_LIMITS`. */
  readonly limits?: Partial<SiteLimits>;
  /** Least time between two samples of a point, microseconds. Default 0: every change. */
  readonly minSampleSpacingUs?: number;
}

/** Accepted commands of these verbs are lines of the timeline; the same again only after a pause. */
const TIMELINE: ReadonlySet<Verb> = new Set<Verb>([
  'mode-change',
  'program-download',
  'program-upload',
  'firmware-update',
  'restart',
  'delete',
  'force',
]);
const TIMELINE_PAUSE_US = 60_000_000;

/** Where names go: as which attribute, how sure. */
const NAMES: Readonly<Record<Name['kind'], readonly [FactAttribute, number]>> = {
  ip: ['ip', 0.95],
  mac: ['mac', 0.9],
  dns: ['hostname', 0.6],
  netbios: ['hostname', 0.85],
  profinet: ['station-name', 0.95],
  dhcp: ['hostname', 0.9],
  lldp: ['hostname', 0.85],
  mdns: ['hostname', 0.75],
  other: ['hostname', 0.5],
};

const NO_ROWS: SiteRows = {
  endpoints: [],
  memberships: [],
  facts: [],
  modules: [],
  points: [],
  runs: [],
  conversations: [],
  flows: [],
  commands: [],
  sessions: [],
  weirds: [],
  changes: [],
  aliases: [],
  overrides: [],
  limits: [],
};
/** Sources whose octet offsets are asked for after others have followed; of older ones evidence has the frame's number. */
const KEPT_OFFSETS = 8;
const NO_SOURCE: SourceContext = { id: '', offsetOf: () => -1 };

export const createSiteModel = (options: SiteModelOptions): SiteModel => {
  const view = options.endpoints;
  const limits: SiteLimits = { ...SITE_LIMITS, ...options.limits };
  const context: Context = {
    limits,
    source: NO_SOURCE,
    sourceIndex: 0,
    sources: [NO_SOURCE],
    protocols: new Interner(),
    dropped: new Map(),
    version: 1,
  };
  context.protocols.id('');
  const sourceIndexes = new Map<SourceId, number>();
  const sighted = new Map<number, Evidence>();
  const sight = (endpoint: number, frame: number): void => {
    if (endpoint > 0 && !sighted.has(endpoint)) sighted.set(endpoint, evidenceOf(context, frame));
  };
  /** Sources whose offsets are known, the latest last. */
  const recent: number[] = [];
  /** A source that was left long ago is its name: of a folder there are thousands, and each one's offsets take memory. */
  const forgetOffsets = (latest: number): void => {
    const known = recent.indexOf(latest);
    if (known >= 0) recent.splice(known, 1);
    if (recent.push(latest) <= KEPT_OFFSETS) return;
    const left = recent.shift()!;
    context.sources[left] = { id: context.sources[left]!.id, offsetOf: NO_SOURCE.offsetOf };
  };
  const samples = new Samples(context);
  const conversations = new Conversations(context, sight, (endpoint) => isGroup(view, endpoint));
  const commands = new Commands(context);
  const points = new Points(context, samples, options.minSampleSpacingUs ?? 0);
  const inRounds = [points.dirty, points.dirtyRuns, conversations.dirty, commands.dirty];
  const facts = new Facts(context);
  const sessions = new Sessions(context);
  const aliasKeys = new IntTable();
  const aliases: AliasRow[] = [];
  const dirtyAliases = new DirtyRows();
  const overrides: Override[] = [];
  const dirtyOverrides = new DirtyRows();
  const pendingFlows = new PendingFlows();
  const emittedLimits = new Map<string, number>();

  const pictures = createPictures({
    context,
    view,
    facts,
    conversations,
    commands,
    sessions,
    sighted,
    aliases,
    overrides,
  });
  const { look, assets, conversationList, anew } = pictures;
  const emission = createEmission(view, sighted, look);
  const groupOf = (id: AssetId) => look().binding.byId.get(id);

  // --- What is written as a change by hand.
  const addOverride = (kind: Override['kind'], endpoints: readonly number[], text: string): ManualChange => {
    const override: Override = { id: overrides.length + 1, kind, endpoints: [...endpoints], active: true };
    overrides.push(override);
    dirtyOverrides.mark(override.id - 1);
    anew();
    return {
      kind: 'done',
      text,
      override,
      undo: { kind: 'override', id: override.id, active: false, of: { kind, endpoints: override.endpoints } },
    };
  };

  const setFact = (endpoint: number, attribute: FactAttribute, value: string): string => {
    const before = facts.of(endpoint).find((f) => f.attribute === attribute && f.origin === 'manual' && !f.removed);
    const old = before?.value ?? '';
    facts.remove(endpoint, attribute, 'manual');
    if (value !== '') facts.addByHand({ endpoint, attribute, value, confidence: 1, via: 'by hand', origin: 'manual' });
    return old;
  };

  const identity = (
    at: At,
    i: { endpoint: number; attribute: Attribute; value: string; confidence: number; via: string },
  ) =>
    facts.add(at, {
      endpoint: i.endpoint,
      attribute: i.attribute,
      value: i.value,
      confidence: i.confidence,
      via: i.via,
      origin: 'observed',
    });

  /** Several pages ask for the networks of one picture. */
  let networks: { readonly of: Picture; readonly list: readonly Network[] } | undefined;
  const model: SiteModel = {
    setSource(source) {
      if (context.source === source) return;
      let index = sourceIndexes.get(source.id);
      if (index === undefined) {
        index = context.sources.push(source) - 1;
        sourceIndexes.set(source.id, index);
      } else context.sources[index] = source;
      context.source = source;
      if (index === context.sourceIndex) return;
      context.sourceIndex = index;
      forgetOffsets(index);
    },
    get version() {
      return context.version;
    },

    // --- The sink.
    command(at: At, command: Command) {
      const conversation = conversations.of(at);
      const { verb, outcome } = command;
      if (conversation >= 0) conversations.command(conversation, verb, outcome, at.tsUs, at.requestFrame > 0);
      const before = commands.count;
      const row = commands.fold(at, command);
      if (row < 0 || command.outcome !== 'accepted' || !TIMELINE.has(command.verb)) return;
      if (before !== commands.count || commands.quietBeforeUs >= TIMELINE_PAUSE_US)
        facts.change(at, command.target, command.verb, '', described(command));
    },
    values(at: At, block: ValueBlock) {
      points.block(at, block);
    },
    value(at: At, item: ValueItem) {
      points.item(at, item);
    },
    identity(at: At, i: Identity) {
      sight(at.sender, at.frame);
      identity(at, i);
    },
    module(at: At, m: RackModule) {
      facts.module(at, m);
    },
    name(at: At, name: Name) {
      sight(at.sender, at.frame);
      const [attribute, confidence] = NAMES[name.kind];
      facts.add(at, {
        endpoint: name.endpoint,
        attribute,
        value: name.name,
        confidence,
        via: name.via,
        origin: 'observed',
      });
    },
    session(at: At, s: Session) {
      const before = sessions.sessions.rows.length;
      sessions.session(at, s);
      if (sessions.sessions.rows.length !== before) context.version++;
    },
    weird(at: At, w: Weird) {
      sessions.weird(at, w);
    },
    flow(_at: At, flow: FlowSummary) {
      // The first frame of a flow names both ends.
      if (flow.clientPackets > 0) sight(flow.client, flow.firstFrame);
      if (flow.serverPackets > 0) sight(flow.server, flow.firstFrame);
      conversations.flow(flow);
      // An address of a flood, not told apart (its card stands for it): the conversation has the sum, a row would tell no more.
      if (flow.transport !== 'ethernet' && flow.client > 0 && isNoAddress(view, flow.client)) {
        drop(context, 'flowsOfForged');
        return;
      }
      if (pendingFlows.size >= limits.pendingFlows && !pendingFlows.has(context.sourceIndex, flow.flow)) {
        if (pendingFlows.oldest >= 0) pendingFlows.remove(pendingFlows.oldest);
        drop(context, 'pendingFlows');
      }
      pendingFlows.put(context.sourceIndex, flow);
    },
    tick() {},
    alias(_at: At, a: FlowAlias) {
      const known = aliasKeys.find(a.client, a.server, a.ofClient, a.ofServer);
      if (known >= 0) {
        aliases[known] = { ...aliases[known]!, count: aliases[known]!.count + 1 };
        dirtyAliases.mark(known);
        return;
      }
      if (aliases.length >= limits.aliases) {
        drop(context, 'aliases');
        return;
      }
      const row = aliasKeys.add(a.client, a.server, a.ofClient, a.ofServer);
      const { client, server, ofClient, ofServer } = a;
      aliases.push({ id: row + 1, client, server, ofClient, ofServer, count: 1 });
      dirtyAliases.mark(row);
      context.version++;
    },

    // --- Reading.
    assets,
    get assetCount() {
      return look().binding.groups.length;
    },
    briefs: pictures.briefs,
    asset: pictures.asset,
    assetOf: (endpoint) => look().binding.of[endpoint]?.id,
    facts(id): readonly Fact[] {
      const group = groupOf(id);
      if (group === undefined) return [];
      return factsOfGroup(group, facts, view, knowledge().fingerprints, sighted).map(
        ({ order: _order, place: _place, ...fact }) => fact,
      );
    },
    mentioned: () => mentionedOf(view, look().binding, conversationList(), facts),
    points: (filter = {}) => pagePoints(points, filter, (id) => groupOf(id)?.endpoints ?? []),
    point: (id) => points.get(id),
    placeOf: (id) => points.placeOf(id),
    get pointCount() {
      return points.count;
    },
    pointOf: (target, protocol, area, address) => points.find(target, protocol, area, address),
    watch: (ids) => points.watch(ids),
    takeFar: () => points.takeFar(),
    pointsOf: (target) => points.pointsOfTarget.get(target) ?? [],
    conversations: conversationList,
    commands: () => Array.from({ length: commands.count }, (_, row) => commands.get(row)),
    commandById: (id) => (id >= 1 && id <= commands.count ? commands.get(id - 1) : undefined),
    sessions: () => sessions.sessions.rows.map((r) => ({ ...r })),
    weirds: () => sessions.weirds.rows.map((r) => ({ ...r })),
    changes() {
      const p = look();
      const said: ChangeRecord[] = facts.changes.map(({ endpoint, ...c }) => ({
        ...c,
        asset: p.binding.of[endpoint]?.id ?? '',
      }));
      return [...said, ...derivedChanges(p, view, sighted, facts)].sort((a, b) => a.tsUs - b.tsUs || a.id - b.id);
    },
    networks() {
      const of = look();
      if (networks?.of !== of) {
        networks = { of, list: networksOf(view, of.binding, conversationList(), (g) => of.ips.get(g) ?? []) };
      }
      return networks.list;
    },
    control: () => controlOf(look().binding, model.commands()),
    overrides: () => [...overrides],
    limits: () => [...context.dropped].map(([limit, dropped]) => ({ limit, dropped })),

    // --- By hand.
    merge(ids) {
      const groups = [...new Set(ids)].map(groupOf);
      if (groups.length < 2) return { kind: 'refused', reason: 'name at least two different assets to merge' };
      for (const [i, g] of groups.entries())
        if (g === undefined) return { kind: 'refused', reason: `there is no asset ${[...new Set(ids)][i]}` };
      // An address that is listed first stands for the whole group: its own endpoint, not one behind it.
      const ends = groups.map((g) => g!.endpoints.find((id) => id === g!.founder) ?? g!.endpoints[0]);
      if (ends.some((id) => id === undefined))
        return { kind: 'refused', reason: 'a router without an address of its own cannot be merged' };
      return addOverride('merge', ends as number[], `merged ${ids.join(', ')}`);
    },
    split(id, endpoints) {
      const group = groupOf(id);
      if (group === undefined) return { kind: 'refused', reason: `there is no asset ${id}` };
      const chosen = [...new Set(endpoints)];
      if (chosen.length === 0 || chosen.some((e) => !group.endpoints.includes(e)))
        return { kind: 'refused', reason: `name endpoints that belong to ${id}` };
      if (!chosen.some((e) => view.spoke(e)))
        return { kind: 'refused', reason: 'what never spoke cannot be an asset of its own' };
      if (!group.endpoints.some((e) => view.spoke(e) && !chosen.includes(e)))
        return { kind: 'refused', reason: 'leave at least one endpoint that spoke' };
      return addOverride('split', chosen, `split ${chosen.length} endpoint${chosen.length === 1 ? '' : 's'} off ${id}`);
    },
    setManual(id, attribute, value) {
      const group = groupOf(id);
      if (group === undefined) return { kind: 'refused', reason: `there is no asset ${id}` };
      const old = setFact(handleOf(group), attribute, value);
      return {
        kind: 'done',
        text: value === '' ? `removed ${attribute} of ${id}` : `set ${attribute} of ${id} to "${value}"`,
        undo: { kind: 'fact', endpoint: handleOf(group), attribute, value: old, set: value },
      };
    },
    undo(undo: ManualUndo) {
      if (undo.kind === 'fact') {
        setFact(undo.endpoint, undo.attribute, undo.value);
        return;
      }
      const known = overrides[undo.id - 1];
      if (known === undefined || known.active === undo.active) return;
      overrides[undo.id - 1] = { ...known, active: undo.active };
      dirtyOverrides.mark(undo.id - 1);
      anew();
    },
    redo(undo, undone) {
      if (undo.kind === 'fact') {
        if (!undone && undo.set !== undefined) setFact(undo.endpoint, undo.attribute, undo.set);
        return;
      }
      if (undo.of === undefined) return;
      overrides[undo.id - 1] = { id: undo.id, ...undo.of, active: !undone };
      dirtyOverrides.mark(undo.id - 1);
      anew();
    },
    importFact(id, attribute, value, via) {
      const group = groupOf(id);
      if (group === undefined) return;
      facts.addByHand({ endpoint: handleOf(group), attribute, value, confidence: 0.5, via, origin: 'imported' });
    },
    removeImport: (via) => facts.removeImport(via),

    // --- For the store.
    get backlog() {
      return Math.max(pendingFlows.size / limits.pendingFlows, samples.backlog);
    },
    takeSamples: () => samples.take(),
    limitKnown(rows) {
      for (const dirty of inRounds) dirty.limitKnown(rows);
    },
    get isBehind() {
      return inRounds.some(({ waits }) => waits);
    },
    takeDirty(maxRows = 20_000, { memberships: wantsMemberships = true, queuesOnly = false } = {}) {
      const flows: FlowRow[] = [];
      // What goes on is told again, and written when it is over, as long as there is room for what waits.
      const mayWait = queuesOnly && pendingFlows.size < limits.pendingFlows / 2;
      for (let slot = pendingFlows.oldest; slot >= 0 && flows.length < maxRows; ) {
        const next = pendingFlows.newer(slot);
        if (!mayWait || pendingFlows.isFinal(slot)) {
          flows.push(pendingFlows.row(slot, context.sources[pendingFlows.source(slot)]!.id));
          pendingFlows.remove(slot);
        }
        slot = next;
      }
      if (queuesOnly)
        return { rows: { ...NO_ROWS, flows }, more: (mayWait ? pendingFlows.ended : pendingFlows.size) > 0 };
      // One table after the other, so that a portion is about as large as was asked for, however much is waiting; a few rows
      // of each all the same, for what changes all the time must not keep the others from their turn.
      const few = Math.max(1, maxRows >> 4);
      let left = maxRows - flows.length;
      const some = <T extends readonly unknown[]>(take: (max: number) => T): T => {
        const rows = take(Math.max(left, few));
        left -= rows.length;
        return rows;
      };
      let more = pendingFlows.size > 0;
      const compared = <T>(take: (max: number) => Rows<T>): readonly T[] =>
        some((max) => {
          const part = take(max);
          more ||= part.more;
          return part.rows;
        });
      const of = <T>(dirty: DirtyRows, row: (i: number) => T): readonly T[] => {
        const rows = some((max) => dirty.take(max, row));
        more ||= dirty.more;
        return rows;
      };
      const limitRows = model.limits().filter((l) => emittedLimits.get(l.limit) !== l.dropped);
      for (const l of limitRows) emittedLimits.set(l.limit, l.dropped);
      const rows: SiteRows = {
        endpoints: compared((max) => emission.endpoints(max)),
        memberships: wantsMemberships ? compared((max) => emission.memberships(max)) : [],
        facts: of(facts.dirty, (i) => facts.row(i)),
        modules: of(facts.dirtyModules, (i) => facts.moduleRow(i)),
        points: of(points.dirty, (i) => points.row(i)),
        runs: of(points.dirtyRuns, (i) => points.runRow(i)),
        conversations: of(conversations.dirty, (i) => conversations.get(i)),
        flows,
        commands: of(commands.dirty, (i) => commands.get(i)),
        sessions: of(sessions.sessions.dirty, (i) => ({ ...sessions.sessions.rows[i]! })),
        weirds: of(sessions.weirds.dirty, (i) => ({ ...sessions.weirds.rows[i]! })),
        changes: of(facts.dirtyChanges, (i) => facts.changes[i]!),
        aliases: of(dirtyAliases, (i) => aliases[i]!),
        overrides: of(dirtyOverrides, (i) => overrides[i]!),
        limits: limitRows,
      };
      return { rows, more };
    },
    load(rows) {
      for (const e of rows.endpoints ?? []) if (e.seen !== undefined) sighted.set(e.id, e.seen);
      for (const r of rows.memberships ?? []) emission.loadMembership(r);
      for (const r of rows.facts ?? []) facts.load(r);
      for (const r of rows.modules ?? []) facts.loadModule(r);
      for (const r of rows.points ?? []) points.load(r);
      for (const r of rows.runs ?? []) points.loadRun(r);
      for (const r of rows.conversations ?? []) conversations.load(r);
      for (const r of rows.commands ?? []) commands.load(r);
      for (const r of rows.sessions ?? []) sessions.loadSession(r);
      for (const r of rows.weirds ?? []) sessions.loadWeird(r);
      for (const r of rows.changes ?? []) facts.loadChange(r);
      for (const r of rows.aliases ?? []) {
        if (r.id > aliases.length) aliasKeys.add(r.client, r.server, r.ofClient, r.ofServer);
        aliases[r.id - 1] = r;
      }
      for (const r of rows.overrides ?? []) overrides[r.id - 1] = r;
      for (const r of rows.limits ?? []) {
        context.dropped.set(r.limit, r.dropped);
        emittedLimits.set(r.limit, r.dropped);
      }
      conversations.dirty.clear();
      points.dirty.clear();
      points.dirtyRuns.clear();
      anew();
    },
  };
  return model;
};

const isNoAddress = (view: EndpointView, id: number): boolean => {
  const { ip, parent } = view.get(id);
  return ip === undefined && parent === undefined;
};

const described = (c: Command): string =>
  [c.operation, c.object ?? '', c.value === undefined ? '' : `= ${String(c.value)}`].filter((x) => x !== '').join(' ');
