/** The pages about a whole site: what needs a person now, coverage. */
import { type Coverage, ENGINEERING_VERBS, type Now } from '../../api/index.ts';
import type { Alert, Priority } from '../../core/incident.ts';
import type { Source } from '../../core/site.ts';
import { attentionOf, mattersOf, notTold } from './attention.ts';
import { learnedOf } from './detection.ts';
import { alertRow } from './findings.ts';
import { incidentRow, openIncidents } from './incidents.ts';
import { isBlind, mostTelling, toSource, verdictsOf } from './sources.ts';
import { isOneWay } from './traffic.ts';
import { maybeTime, networkOf, type SiteView, share } from './view.ts';

const MAX_ATTENTION = 200;
/** Time is counted once a second: what is shorter is told by the first and last frame. */
const TICK_US = 1_000_000;
const MAX_INCIDENTS = 5;
/** Sources named with a blind spot; Coverage names more. */
const MAX_SOURCES_NAMED = 2;
const MAX_ALERTS = 20;

const CONTROLLERS = new Set(['plc', 'safety-controller', 'building-controller']);
const ENGINEERING = new Set<string>(ENGINEERING_VERBS);

const range = (
  rows: readonly { readonly firstUs: number; readonly lastUs: number }[],
): { first: number; last: number } => {
  let first = 0;
  let last = 0;
  for (const { firstUs, lastUs } of rows) {
    if (firstUs > 0 && (first === 0 || firstUs < first)) first = firstUs;
    if (lastUs > last) last = lastUs;
  }
  return { first, last };
};
const siteRange = (view: SiteView): { first: number; last: number } =>
  range([...view.model.assets(), ...view.sources().map((source) => source.health)]);

/** That something is read, and how far: of several the one furthest behind; streams have no end. '' where nothing is. */
export const readingText = (view: Pick<SiteView, 'sources' | 'playsHistory'>): string => {
  const parts = view
    .sources()
    .filter(({ state }) => state === 'reading')
    .map(({ progress }) => progress);
  if (parts.length === 0) return '';
  const least = Math.min(...parts);
  const percent = Number.isFinite(least) ? `: ${Math.floor(share(least) * 100)} %` : '';
  return view.playsHistory ? `Learning from the day before${percent}.` : `A source is still being read${percent}.`;
};

const posture = (
  state: Now['state'],
  visible: number | null,
  matters: readonly { readonly priority: Priority }[],
  reading: string,
  hindered: string,
  isLearning: boolean,
): string => {
  if (state === 'empty')
    return reading === ''
      ? hindered === ''
        ? 'Nothing was seen yet: open a capture or name an interface.'
        : `Nothing was seen yet. ${hindered}.`
      : `Nothing was seen yet. ${reading}`;
  const pressing = matters.filter(({ priority }) => priority === 'urgent' || priority === 'high').length;
  if (state !== 'blind' && visible !== null && visible < 0.005 && pressing === 0)
    return 'Nothing can be said of changes to controllers: almost none of the payload is understood.';
  const seen = visible === null ? 'traffic that is visible' : `${percent(visible)} of the payload that is understood`;
  const lower = matters.length - pressing;
  const waits = `${lower} ${lower === 1 ? 'thing of lower priority waits' : 'things of lower priority wait'}`;
  const first =
    pressing > 0
      ? `${pressing} ${pressing === 1 ? 'thing needs' : 'things need'} a person${lower === 0 ? '' : ` first, ${lower} of lower priority ${lower === 1 ? 'waits' : 'wait'}`}.`
      : lower > 0
        ? `${waits}. No evidence of anything more pressing in the ${seen}.`
        : `No evidence of a change to a controller that needs a person in the ${seen}.`;
  if (state === 'blind')
    return `We are blind: a source is silent beyond its rhythm, its capture has ended, or its folder is gone. ${first}`;
  if (state === 'learning') return `${first} ${reading}`;
  return isLearning && pressing === 0
    ? `${first} What is merely unusual is not told yet: too little was seen to know it.`
    : first;
};

/** Lines of the queue by priority: an incident is one, with the priority of the alert that stands for it. */
const queueCounts = (open: readonly Alert[]): Now['queue'] => {
  const counts = { urgent: 0, high: 0, medium: 0, low: 0 };
  for (const { foldedUnder, priority } of open) if (foldedUnder === '') counts[priority]++;
  return counts;
};

export const now = (view: SiteView, names: ReadonlyMap<string, string> = new Map()): Now => {
  const { model } = view;
  const sources = view.sources();
  const assets = model.assets();
  const conversations = model.conversations();
  const attention = attentionOf(view, notTold(view, mattersOf(view)));
  const alerts = view.detection.triage.picture().alerts.filter((alert) => alert.state !== 'closed');
  const stories = openIncidents(view);
  const told = new Set(stories.slice(0, MAX_INCIDENTS).map(({ id }) => id));
  // What an incident tells is not told a second time, alert by alert.
  const alone = alerts.filter(({ incident, foldedUnder }) => foldedUnder === '' && !told.has(incident));
  let decoded = 0;
  let payload = 0;
  let undecoded = 0;
  let encrypted = 0;
  let oneWay = 0;
  for (const c of conversations) {
    // What is encrypted is recognised, not seen.
    if (!c.encrypted) decoded += c.decodedBytes;
    else encrypted += c.decodedBytes + c.undecodedBytes;
    payload += c.decodedBytes + c.undecodedBytes;
    if (isOneWay(c)) oneWay++;
    // What carried nothing (a port that was tried, a copy of what another mirror showed) has nothing to decode.
    if (c.protocol === '' && c.undecodedBytes > 0) undecoded++;
  }
  const visible = payload === 0 ? null : share(decoded / payload);
  const state: Now['state'] =
    assets.length === 0 && conversations.length === 0
      ? 'empty'
      : sources.some(isBlind) || view.troubles.some(({ priority }) => priority === 'urgent')
        ? 'blind'
        : sources.some((source) => source.state === 'reading')
          ? 'learning'
          : 'watching';
  let commands = 0;
  let engineering = 0;
  let refused = 0;
  for (const command of model.commands()) {
    commands += command.count;
    if (ENGINEERING.has(command.verb)) engineering += command.count;
    if (command.outcome === 'refused') refused += command.count;
  }
  const { first, last } = siteRange(view);
  const learned = learnedOf(view);
  const blindSpots = verdictsOf(sources, view.troubles, MAX_SOURCES_NAMED)
    .filter((verdict) => verdict.code !== 'nothing-wrong-seen')
    .map(({ code, title, detail, whatToDo }) => ({ id: code, title, detail, whatToDo, link: 'coverage' }));
  return {
    posture: posture(
      state,
      visible,
      [...stories.slice(0, MAX_INCIDENTS), ...attention, ...alone],
      readingText(view),
      blindSpots[0]?.title ?? '',
      learned.learned.phase !== 'watching',
    ),
    state,
    visible,
    incidents: stories.slice(0, MAX_INCIDENTS).map((incident) => incidentRow(view, incident, names)),
    incidentsMore: Math.max(0, stories.length - MAX_INCIDENTS),
    alerts: alone.slice(0, MAX_ALERTS).map((alert) => alertRow(view, alert, names)),
    alertsMore: Math.max(0, alone.length - MAX_ALERTS),
    queue: queueCounts(alerts),
    ...learned,
    hidden:
      payload === 0
        ? null
        : { encrypted: share(encrypted / payload), undecoded: share((payload - decoded - encrypted) / payload) },
    attention: attention.slice(0, MAX_ATTENTION),
    attentionMore: Math.max(0, attention.length - MAX_ATTENTION),
    blindSpots,
    counts: {
      assets: assets.length,
      controllers: assets.filter((asset) => CONTROLLERS.has(asset.role.value)).length,
      conversations: conversations.length,
      commands,
      points: model.pointCount,
      engineering,
      writers: new Set(model.control().map((relation) => relation.client)).size,
      refused,
      external: assets.filter((asset) => asset.role.value === 'external').length,
      undecodedConversations: undecoded,
      oneWayConversations: oneWay,
    },
    firstAt: maybeTime(first),
    lastAt: maybeTime(last),
    watchedSeconds: Math.min(last - first, view.detection.detection.watchedUs + TICK_US) / 1e6,
    version: view.version('now'),
  };
};

type Sum = Omit<Coverage['networks'][number], 'network' | 'assets'>;
/** Never more than it is, in two figures at least: `1.7 %`, `93 %`. */
const percent = (part: number): string => `${part < 0.1 ? Math.floor(part * 1000) / 10 : Math.floor(part * 100)} %`;

const emptySum = (): Sum => ({
  bytes: 0,
  decodedBytes: 0,
  undecodedBytes: 0,
  encryptedBytes: 0,
  missingBytes: 0,
  conversations: 0,
  oneWay: 0,
});

const conduitsOf = (view: SiteView): Coverage['conduits'] => {
  const conduits = new Map<string, { from: string; to: string; sum: Sum; protocols: Set<string> }>();
  for (const c of view.model.conversations()) {
    if (c.isCopy === true) continue;
    const client = view.model.assetOf(c.client);
    const server = view.model.assetOf(c.server);
    const from = client === undefined ? '' : networkOf(view, client);
    const to = server === undefined ? '' : networkOf(view, server);
    if (from === to || from === '' || to === '') continue;
    const key = `${from}>${to}`;
    const conduit = conduits.get(key) ?? { from, to, sum: emptySum(), protocols: new Set<string>() };
    conduits.set(key, conduit);
    conduit.sum.bytes += c.clientBytes + c.serverBytes;
    conduit.sum.decodedBytes += c.decodedBytes;
    conduit.sum.undecodedBytes += c.undecodedBytes;
    if (c.encrypted) conduit.sum.encryptedBytes += c.decodedBytes + c.undecodedBytes;
    conduit.sum.missingBytes += c.missingBytes;
    conduit.sum.conversations++;
    if (isOneWay(c)) conduit.sum.oneWay++;
    conduit.protocols.add(c.protocol === '' ? `${c.transport} ${c.serverPort}` : c.protocol);
  }
  return [...conduits.values()]
    .map(({ from, to, sum, protocols }) => ({ from, to, ...sum, protocols: [...protocols].sort() }))
    .sort((a, b) => b.bytes - a.bytes);
};

export interface ProtocolTitle {
  readonly title: string;
  readonly encrypted: boolean;
  readonly tier: 'A' | 'B' | 'C';
  readonly unknown: string;
}

type Payload = NonNullable<Coverage['protocols'][number]['payload']>;
const payloadsOf = (view: SiteView): ReadonlyMap<string, Payload> => {
  const payloads = new Map<string, Payload>();
  for (const c of view.model.conversations()) {
    if (c.protocol === '') continue;
    const sum = payloads.get(c.protocol) ?? { decodedBytes: 0, undecodedBytes: 0, encryptedBytes: 0, missingBytes: 0 };
    payloads.set(c.protocol, sum);
    sum.decodedBytes += c.decodedBytes;
    sum.undecodedBytes += c.undecodedBytes;
    if (c.encrypted) sum.encryptedBytes += c.decodedBytes + c.undecodedBytes;
    sum.missingBytes += c.missingBytes;
  }
  return payloads;
};

/** Sources that Coverage shows of thousands of files. */
const MAX_SOURCES_SHOWN = 200;
/** Sources that one verdict of Coverage names. */
const MAX_SOURCES_TOLD = 20;

const totalOf = (sources: readonly Source[]): Coverage['total'] => {
  const sum = (pick: (health: Source['health']) => number): number =>
    sources.reduce((n, { health }) => n + pick(health), 0);
  return {
    sources: sources.length,
    frames: sum((h) => h.frames),
    bytes: sum((h) => h.bytes),
    decodedBytes: sum((h) => h.decodedBytes),
    undecodedBytes: sum((h) => h.undecodedBytes),
    encryptedBytes: sum((h) => h.encryptedBytes),
    missingBytes: sum((h) => h.missingBytes),
    conversations: sum((h) => h.conversations),
    oneWay: sum((h) => h.oneWay),
  };
};

export const coverage = (
  view: SiteView,
  titles: ReadonlyMap<string, ProtocolTitle>,
  usual: (transport: string, port: number) => string,
  pace: (source: string) => { bytesPerSecond: number | null; secondsLeft: number | null },
): Coverage => {
  const sources = view.sources();
  const protocols = new Map<string, Coverage['protocols'][number]>();
  const undecoded = new Map<string, Coverage['undecoded'][number]>();
  const limits = new Map<string, number>();
  const payloads = payloadsOf(view);
  for (const { health } of sources) {
    for (const p of health.protocols) {
      const sum = protocols.get(p.protocol) ?? {
        protocol: p.protocol,
        title: titles.get(p.protocol)?.title ?? p.protocol,
        messages: 0,
        bytes: 0,
        malformed: 0,
        unanswered: 0,
        encrypted: titles.get(p.protocol)?.encrypted ?? false,
        tier: titles.get(p.protocol)?.tier ?? 'C',
        unknown: titles.get(p.protocol)?.unknown ?? '',
        payload: payloads.get(p.protocol) ?? null,
      };
      sum.messages += p.messages;
      sum.bytes += p.bytes;
      sum.malformed += p.malformed;
      sum.unanswered += p.unanswered;
      protocols.set(p.protocol, sum);
    }
    for (const u of health.undecoded) {
      const key = `${u.transport} ${u.port}`;
      const sum = undecoded.get(key) ?? {
        transport: u.transport,
        port: u.port,
        packets: 0,
        bytes: 0,
        guess: usual(u.transport, u.port),
      };
      sum.packets += u.packets;
      sum.bytes += u.bytes;
      undecoded.set(key, sum);
    }
    for (const { limit, dropped } of health.limits) limits.set(limit, (limits.get(limit) ?? 0) + dropped);
  }
  for (const { limit, dropped } of view.model.limits()) limits.set(limit, (limits.get(limit) ?? 0) + dropped);
  return {
    sources: mostTelling(sources, MAX_SOURCES_SHOWN).map((source) => toSource(source, pace(source.id))),
    total: totalOf(sources),
    verdicts: verdictsOf(sources, view.troubles, MAX_SOURCES_TOLD),
    networks: view.model.networks().map((network) => ({
      network: network.id,
      assets: network.assets.length,
      bytes: network.bytes,
      decodedBytes: network.decodedBytes,
      undecodedBytes: network.undecodedBytes,
      encryptedBytes: network.encryptedBytes,
      missingBytes: network.missingBytes,
      conversations: network.conversations,
      oneWay: network.oneWayFlows,
    })),
    conduits: conduitsOf(view),
    protocols: [...protocols.values()].sort((a, b) => b.messages - a.messages),
    undecoded: [...undecoded.values()].sort((a, b) => b.bytes - a.bytes),
    limits: [...limits].map(([limit, dropped]) => ({
      limit,
      dropped,
      meaning: `The limit "${limit}" was reached; ${dropped} more were counted and not kept.`,
    })),
    version: view.version('coverage'),
  };
};
