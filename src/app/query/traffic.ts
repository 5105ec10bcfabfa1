/** The lists of what was seen on the wire: conversations, commands, points, sessions, changes, oddities. */
import {
  type ChangeRow,
  type CommandRow,
  ENGINEERING_VERBS,
  type FlowRow,
  type ListQuery,
  type Page,
  type PointRow,
  type SessionRow,
  type WeirdRow,
  WRITING_VERBS,
} from '../../api/index.ts';
import type { ChangeRecord, CommandRecord, Conversation, Point, SessionRecord, WeirdRecord } from '../../core/site.ts';
import { unitOf } from '../units.ts';
import type { Accessors } from './filter.ts';
import { pageOf } from './page.ts';
import {
  assetAddress,
  assetParty,
  evidenceRefs,
  finite,
  maybeTime,
  partyOf,
  partyWords,
  plainValue,
  type SiteView,
  share,
  timeText,
  twoParties,
} from './view.ts';

const engineering = new Set<string>(ENGINEERING_VERBS);
const writing = new Set<string>(WRITING_VERBS);

/** Payload decoded / all payload; undefined where there was none. */
export const decodedShare = (c: Pick<Conversation, 'decodedBytes' | 'undecodedBytes'>): number | undefined => {
  const total = c.decodedBytes + c.undecodedBytes;
  return total === 0 ? undefined : share(c.decodedBytes / total);
};
export const isOneWay = (c: Conversation): boolean =>
  (c.oneWayFlows ?? 0) > 0 && (c.clientPackets === 0 || c.serverPackets === 0);

const toFlowRow = (view: SiteView, c: Conversation): FlowRow => ({
  id: c.id,
  client: partyOf(view, c.client),
  server: partyOf(view, c.server),
  protocol: c.protocol,
  transport: c.transport,
  port: c.serverPort,
  flows: c.flows,
  clientPackets: c.clientPackets,
  serverPackets: c.serverPackets,
  clientBytes: c.clientBytes,
  serverBytes: c.serverBytes,
  decoded: decodedShare(c) ?? null,
  missingBytes: c.missingBytes,
  verbs: { ...c.verbs } as Record<string, number>,
  refused: c.refused,
  unanswered: c.unanswered,
  oneWay: isOneWay(c),
  encrypted: c.encrypted,
  isCopy: c.isCopy === true,
  communityId: c.communityId ?? '',
  state: c.state ?? '',
  firstAt: maybeTime(c.firstUs),
  lastAt: maybeTime(c.lastUs),
});

const flowAccessors = (view: SiteView): Accessors<Conversation> => ({
  id: (c) => c.id,
  client: (c) => partyWords(partyOf(view, c.client)),
  server: (c) => partyWords(partyOf(view, c.server)),
  asset: (c) => twoParties(partyOf(view, c.client), partyOf(view, c.server)),
  protocol: (c) => c.protocol,
  transport: (c) => c.transport,
  port: (c) => c.serverPort,
  bytes: (c) => c.clientBytes + c.serverBytes,
  packets: (c) => c.clientPackets + c.serverPackets,
  flows: (c) => c.flows,
  decoded: decodedShare,
  oneway: isOneWay,
  encrypted: (c) => c.encrypted,
  copy: (c) => c.isCopy === true,
  verb: (c) => Object.keys(c.verbs),
  refused: (c) => c.refused,
  first: (c) => c.firstUs,
  last: (c) => c.lastUs,
});

export const flows = (view: SiteView, query: ListQuery): Page<FlowRow> =>
  pageOf(
    {
      list: 'flows',
      rows: view.model.conversations(),
      accessors: flowAccessors(view),
      defaultSort: '-bytes',
      toItem: (row) => toFlowRow(view, row),
      version: view.version('flows'),
      nowUs: view.nowUs,
    },
    query,
  );

const toCommandRow = (view: SiteView, c: CommandRecord): CommandRow => ({
  id: c.id,
  verb: c.verb,
  protocol: c.protocol,
  operation: c.operation,
  client: partyOf(view, c.client),
  target: partyOf(view, c.target),
  object: c.object,
  value: plainValue(c.value),
  outcome: c.outcome,
  reason: c.reason,
  user: c.user,
  count: c.count,
  firstAt: maybeTime(c.firstUs),
  lastAt: maybeTime(c.lastUs),
  evidence: evidenceRefs(c.evidence),
  lastEvidence: evidenceRefs(c.lastEvidence),
});

export const commands = (view: SiteView, query: ListQuery): Page<CommandRow> =>
  pageOf(
    {
      list: 'commands',
      rows: view.model.commands(),
      accessors: {
        verb: (c) => c.verb,
        engineering: (c) => engineering.has(c.verb),
        writes: (c) => writing.has(c.verb),
        operation: (c) => c.operation,
        client: (c) => partyWords(partyOf(view, c.client)),
        target: (c) => partyWords(partyOf(view, c.target)),
        asset: (c) => twoParties(partyOf(view, c.client), partyOf(view, c.target)),
        object: (c) => c.object,
        value: (c) => (c.value === undefined ? undefined : String(c.value)),
        outcome: (c) => c.outcome,
        reason: (c) => c.reason,
        protocol: (c) => c.protocol,
        user: (c) => c.user,
        count: (c) => c.count,
        first: (c) => c.firstUs,
        last: (c) => c.lastUs,
      },
      defaultSort: '-last',
      toItem: (row) => toCommandRow(view, row),
      version: view.version('commands'),
      nowUs: view.nowUs,
    },
    query,
  );

/** HART tells the unit with the type, `float °C`: where the unit stands beside it, it is said once. */
const typeBeside = (type: string, unit: string): string =>
  unit !== '' && type.endsWith(` ${unit}`) ? type.slice(0, -unit.length - 1) : type;

export const toPointRow = (view: SiteView, p: Point): PointRow => ({
  id: p.id,
  asset: partyOf(view, p.target),
  protocol: p.protocol,
  path: p.path,
  unit: unitOf(view, p.id),
  type: typeBeside(p.type, unitOf(view, p.id)),
  value: plainValue(p.value),
  quality: p.quality,
  reads: Math.round(p.reads),
  writes: Math.round(p.writes),
  changes: p.changes,
  cadenceMs: p.cadenceUs > 0 ? p.cadenceUs / 1000 : null,
  min: finite(p.min),
  max: finite(p.max),
  reader: p.lastReader === 0 ? null : partyOf(view, p.lastReader),
  writer: p.lastWriter === 0 ? null : partyOf(view, p.lastWriter),
  firstAt: maybeTime(p.firstUs),
  lastAt: maybeTime(p.lastUs),
  changedAt: maybeTime(p.lastChangeUs),
});

/** Those that a carried baseline knows are told once they are seen. */
const allPoints = (view: SiteView): readonly Point[] => {
  const rows: Point[] = [];
  for (let id = 1; id <= view.model.pointCount; id++) {
    const point = view.model.point(id);
    if (point !== undefined && point.lastUs > 0) rows.push(point);
  }
  return rows;
};

export const points = (view: SiteView, query: ListQuery): Page<PointRow> =>
  pageOf(
    {
      list: 'points',
      rows: allPoints(view),
      accessors: {
        asset: (p) => partyWords(partyOf(view, p.target)),
        path: (p) => p.path,
        protocol: (p) => p.protocol,
        type: (p) => p.type,
        value: (p) => String(p.value),
        writer: (p) => (p.lastWriter === 0 ? undefined : partyWords(partyOf(view, p.lastWriter))),
        reader: (p) => (p.lastReader === 0 ? undefined : partyWords(partyOf(view, p.lastReader))),
        written: (p) => p.writes > 0,
        reads: (p) => p.reads,
        writes: (p) => p.writes,
        changes: (p) => p.changes,
        cadence: (p) => (p.cadenceUs > 0 ? p.cadenceUs / 1000 : undefined),
        last: (p) => p.lastUs,
        changed: (p) => p.lastChangeUs,
      },
      defaultSort: '-changed',
      toItem: (row) => toPointRow(view, row),
      version: view.version('points'),
      nowUs: view.nowUs,
    },
    query,
  );

const toSessionRow = (view: SiteView, s: SessionRecord): SessionRow => ({
  id: s.id,
  protocol: s.protocol,
  phase: s.phase,
  client: partyOf(view, s.client),
  server: partyOf(view, s.server),
  user: s.user,
  outcome: s.outcome,
  clearCredential: s.clearCredential,
  detail: s.detail,
  count: s.count,
  firstAt: maybeTime(s.firstUs),
  lastAt: maybeTime(s.lastUs),
  evidence: evidenceRefs(s.evidence),
});

export const sessions = (view: SiteView, query: ListQuery): Page<SessionRow> =>
  pageOf(
    {
      list: 'sessions',
      rows: view.model.sessions(),
      accessors: {
        protocol: (s) => s.protocol,
        phase: (s) => s.phase,
        client: (s) => partyWords(partyOf(view, s.client)),
        server: (s) => partyWords(partyOf(view, s.server)),
        asset: (s) => twoParties(partyOf(view, s.client), partyOf(view, s.server)),
        user: (s) => s.user,
        outcome: (s) => s.outcome,
        clear: (s) => s.clearCredential,
        count: (s) => s.count,
        last: (s) => s.lastUs,
      },
      defaultSort: '-last',
      toItem: (row) => toSessionRow(view, row),
      version: view.version('commands'),
      nowUs: view.nowUs,
    },
    query,
  );

const changeParty = (view: SiteView, c: ChangeRecord): ChangeRow['asset'] => {
  const asset = view.model.asset(c.asset);
  return asset === undefined
    ? { kind: 'mentioned', id: '', name: c.asset, address: '', role: 'unknown', level: null }
    : assetParty(asset, assetAddress(asset));
};

export const changes = (view: SiteView, query: ListQuery): Page<ChangeRow> =>
  pageOf(
    {
      list: 'changes',
      rows: view.model.changes(),
      accessors: {
        asset: (c) => partyWords(changeParty(view, c)),
        what: (c) => c.what,
        before: (c) => c.before,
        after: (c) => c.after,
        at: (c) => c.tsUs,
      },
      defaultSort: '-at',
      toItem: (c) => ({
        id: c.id,
        at: timeText(Math.max(0, c.tsUs)),
        asset: changeParty(view, c),
        what: c.what,
        before: c.before,
        after: c.after,
        evidence: evidenceRefs(c.evidence),
      }),
      version: view.version('assets'),
      nowUs: view.nowUs,
    },
    query,
  );

const toWeirdRow = (view: SiteView, w: WeirdRecord): WeirdRow => ({
  id: w.id,
  protocol: w.protocol,
  code: w.code,
  detail: w.detail,
  client: partyOf(view, w.client),
  server: partyOf(view, w.server),
  count: w.count,
  firstAt: maybeTime(w.firstUs),
  lastAt: maybeTime(w.lastUs),
  evidence: evidenceRefs(w.evidence),
});

export const weirds = (view: SiteView, query: ListQuery): Page<WeirdRow> =>
  pageOf(
    {
      list: 'weirds',
      rows: view.model.weirds(),
      accessors: {
        protocol: (w) => w.protocol,
        code: (w) => w.code,
        detail: (w) => w.detail,
        client: (w) => partyWords(partyOf(view, w.client)),
        server: (w) => partyWords(partyOf(view, w.server)),
        asset: (w) => twoParties(partyOf(view, w.client), partyOf(view, w.server)),
        count: (w) => w.count,
        last: (w) => w.lastUs,
      },
      defaultSort: '-count',
      toItem: (row) => toWeirdRow(view, row),
      version: view.version('commands'),
      nowUs: view.nowUs,
    },
    query,
  );
