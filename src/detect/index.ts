/**
 * Entry of the detect stage: hears the observations of one site in the order of the wire, gives them to the detectors of
 * the list, and folds what they state into findings. No clock, no chance, no disk: the same observations give the same
 * findings, and what was learned is text that continues where it stopped.
 */
import type {
  Detector,
  DetectorContext,
  Hearing,
  Learning,
  ModelCard,
  RunningDetector,
  Statement,
} from '../core/detector.ts';
import type { EndpointId, EndpointView } from '../core/endpoint.ts';
import type { Finding, FindingKind } from '../core/finding.ts';
import type { Role, SourceId } from '../core/site.ts';
import type { SiteSink, SourceContext } from '../core/site-model.ts';
import { Episodes, type SavedEpisode } from './episodes.ts';
import { FED } from './fed.ts';
import { Hosts } from './hosts.ts';
import { DETECTORS } from './list.ts';
import { fromText, toText } from './shared/text.ts';

export { FED } from './fed.ts';
export { DETECTORS } from './list.ts';
export { OVERRUN } from './maintenance/index.ts';
export { CellGuard, type GuardOptions, PROCESS_KINDS, STATED } from './process/index.ts';

/** A day: shifts, nights and the daily jobs are seen once. */
export const LEARNING_TIME_US = 86_400_000_000;
/** Longer steps of frame time were not watched and do not count as learning. */
const MAX_STEP_US = 3_600_000_000;
const EXPIRE_EVERY_US = 10_000_000;
const SOURCE_SHIFT = 2 ** 40;

export interface DetectionOptions {
  readonly endpoints: EndpointView;
  readonly detectors?: readonly Detector[];
  /** Frame time to watch before what is new is odd, microseconds. */
  readonly learningTimeUs?: number;
  /** What the inventory believes; `unknown` and NaN unless given. Called often: answer from a table. */
  readonly role?: (endpoint: EndpointId) => Role;
  readonly level?: (endpoint: EndpointId) => number;
  /** Outside of the plant's own networks; public addresses of unknown or external devices unless given. */
  readonly isOutside?: (endpoint: EndpointId) => boolean;
  readonly family?: DetectorContext['family'];
  readonly portUse?: DetectorContext['portUse'];
  readonly pointOf?: DetectorContext['pointOf'];
}

export interface DetectorLearning {
  readonly detector: string;
  readonly learning: readonly Learning[];
}

export interface Detection extends SiteSink {
  setSource(source: SourceContext): void;
  readonly phase: 'learning' | 'watching';
  readonly sinceUs: number;
  /** Latest frame time, 0 before the first; known after a restart too. */
  readonly nowUs: number;
  /** Frame time watched, without gaps, and how much of it learning takes, microseconds. */
  readonly watchedUs: number;
  readonly learningTimeUs: number;
  /** A person's act: a site that watched for so long already judges from now on. */
  setLearningTime(us: number): void;
  /** Findings that are new or changed since the last call. */
  takeFindings(): readonly Finding[];
  /** For detectors of `FED`. */
  state(detector: string, statement: Statement): void;
  end(kind: FindingKind, key: string, tsUs: number): void;
  /** Ends the episode of a finding that a person accepted. */
  close(finding: Finding): void;
  /** Open findings that people explained, all of them: who acts in them is not suspect for it. */
  explain(ids: ReadonlySet<string>): void;
  /** One endpoint for all endpoints of a host; public addresses. */
  host(endpoint: EndpointId): EndpointId;
  isOutside(endpoint: EndpointId): boolean;
  /** As they are now: copy what is kept, they go on changing. */
  openFindings(): readonly Finding[];
  learning(): readonly DetectorLearning[];
  /** A person says that this is normal from now on. False where no detector can learn it. Ends the episode. */
  accept(finding: Finding): boolean;
  /** Everything learned and open; `load` continues from there as if nothing had happened, in the place of what there is. */
  save(): string;
  load(text: string): void;
  /** Detectors that begin anew since `load` could not read what they had saved. */
  readonly unread: readonly string[];
  /** Findings lost because nobody took them. */
  readonly dropped: number;
}

/** Every kind of finding by its code. */
export const KINDS: ReadonlyMap<string, FindingKind> = new Map(
  [...DETECTORS, ...FED].flatMap((d) => d.kinds.map((k) => [k.code, k] as const)),
);
export const CARDS: ReadonlyMap<string, ModelCard> = new Map(
  [...DETECTORS, ...FED].map((d) => [d.name, d.card] as const),
);

interface Saved {
  readonly version: 1;
  readonly sinceUs: number;
  readonly watchedUs: number;
  readonly lastTickUs: number;
  readonly expiredUs: number;
  readonly sources: readonly SourceId[];
  readonly episodes: { readonly open: readonly SavedEpisode[]; readonly changed: readonly Finding[] };
  readonly detectors: Readonly<Record<string, string>>;
  /** By name. */
  readonly begunUs?: Readonly<Record<string, number>>;
  readonly judgedFromUs?: Readonly<Record<string, number>>;
}

const NO_SOURCE: SourceContext = { id: '', offsetOf: () => -1 };

/** The bound methods of those that hear `name`. */
const hearing = <K extends keyof Hearing>(running: readonly RunningDetector[], name: K): NonNullable<Hearing[K]>[] =>
  running.flatMap((d) => {
    const method = d[name] as ((...args: unknown[]) => void) | undefined;
    return method === undefined ? [] : [method.bind(d) as unknown as NonNullable<Hearing[K]>];
  });

export const createDetection = (options: DetectionOptions): Detection => {
  const { endpoints } = options;
  let learningTimeUs = options.learningTimeUs ?? LEARNING_TIME_US;
  const detectors = options.detectors ?? DETECTORS;
  const hosts = new Hosts(endpoints);
  const roleOf = options.role ?? (() => 'unknown' as const);
  const levelOf = options.level ?? (() => Number.NaN);
  // Whoever is reached from another network for the first time is seen there as one that nobody knows yet.
  const role = (e: EndpointId): Role => {
    const own = roleOf(e);
    return own === 'unknown' && e > 0 ? roleOf(hosts.device(e)) : own;
  };
  const level = (e: EndpointId): number => {
    const own = levelOf(e);
    return Number.isNaN(own) && e > 0 ? levelOf(hosts.device(e)) : own;
  };
  const familyOf: DetectorContext['family'] = options.family ?? (() => '');
  /** Every detector asks for the protocol of the observation in hand. */
  let protocol = '';
  let family = familyOf('');
  const sourceIndexes = new Map<SourceId, number>();
  let source = NO_SOURCE;
  let sourceBase = 0;
  let sinceUs = 0;
  let watchedUs = 0;
  let lastTickUs = 0;
  /** Latest time of this stretch: what is watched a second time, since a source's clock sways, is watched once. */
  let reachedUs = 0;
  let expiredUs = 0;

  const evidenceOf = (frame: number) => ({ source: source.id, frame, offset: source.offsetOf(frame) });
  const episodes: Episodes = new Episodes({ evidenceOf, context: () => shared });
  const shared: Omit<DetectorContext, 'state'> & { state: DetectorContext['state'] } = {
    endpoints,
    role,
    level,
    isGroup: (e) => hosts.isGroup(e),
    isOutside:
      options.isOutside ??
      ((e) => {
        if (!hosts.isPublic(e)) return false;
        const r = role(e);
        return r === 'unknown' || r === 'external';
      }),
    host: (e) => hosts.of(e),
    device: (e) => hosts.device(e),
    sides: (e) => hosts.sides(e),
    family: (of) => {
      if (of !== protocol) {
        protocol = of;
        family = familyOf(of);
      }
      return family;
    },
    portUse: options.portUse ?? (() => ''),
    flowKey: (flow) => (flow < 0 ? -1 : flow + sourceBase),
    isSuspect: (e) => episodes.isSuspect(hosts.of(e)),
    pointOf: options.pointOf ?? (() => 0),
    get phase() {
      return watchedUs >= learningTimeUs ? ('watching' as const) : ('learning' as const);
    },
    get sinceUs() {
      return sinceUs;
    },
    judgedFromUs: Number.POSITIVE_INFINITY,
    get watchedUs() {
      return watchedUs;
    },
    get learningTimeUs() {
      return learningTimeUs;
    },
    state: () => undefined,
    end: (kind, key, tsUs) => episodes.end(kind, key, tsUs),
  };
  /** Time that the site had watched when the detector began to learn: 0, unless it came later than the others. */
  const begunUs = detectors.map(() => 0);
  const judgedFromUs = detectors.map(() => Number.POSITIVE_INFINITY);
  const contextOf = (d: Detector, i: number): DetectorContext =>
    Object.create(shared, {
      state: { value: (s: Parameters<DetectorContext['state']>[0]) => episodes.state(d.name, s) },
      phase: { get: () => (watchedUs - begunUs[i]! >= learningTimeUs ? 'watching' : 'learning') },
      watchedUs: { get: () => watchedUs - begunUs[i]! },
      judgedFromUs: { get: () => judgedFromUs[i]! },
    });
  const running = detectors.map((d, i) => d.create(contextOf(d, i)));

  const heard = () => ({
    poll: hearing(running, 'poll'),
    command: hearing(running, 'command'),
    values: hearing(running, 'values'),
    value: hearing(running, 'value'),
    identity: hearing(running, 'identity'),
    name: hearing(running, 'name'),
    session: hearing(running, 'session'),
    weird: hearing(running, 'weird'),
    flow: hearing(running, 'flow'),
    tick: hearing(running, 'tick'),
  });
  let on = heard();
  let unread: string[] = [];
  const byName = (list: readonly number[]) => Object.fromEntries(detectors.map(({ name }, i) => [name, list[i]!]));
  /** What another version learned it cannot read: it begins anew, silent while it learns, and the others go on. */
  const beginAnew = (i: number): void => {
    begunUs[i] = watchedUs;
    judgedFromUs[i] = Number.POSITIVE_INFINITY;
    running[i] = detectors[i]!.create(contextOf(detectors[i]!, i));
  };

  return {
    setSource(s) {
      if (s === source) return;
      source = s;
      let index = sourceIndexes.get(s.id);
      if (index === undefined) {
        index = sourceIndexes.size;
        sourceIndexes.set(s.id, index);
      }
      sourceBase = index * SOURCE_SHIFT;
    },
    command(at, c) {
      // Refused and unanswered reads are worth hearing; the others are the bulk of a plant.
      const list = c.verb === 'read' && c.outcome !== 'refused' && c.outcome !== 'unanswered' ? on.poll : on.command;
      for (let i = 0; i < list.length; i++) list[i]!(at, c);
    },
    values(at, x) {
      const list = on.values;
      for (let i = 0; i < list.length; i++) list[i]!(at, x);
    },
    value(at, x) {
      const list = on.value;
      for (let i = 0; i < list.length; i++) list[i]!(at, x);
    },
    identity(at, x) {
      for (const hear of on.identity) hear(at, x);
    },
    module() {},
    alias() {},
    name(at, x) {
      for (const hear of on.name) hear(at, x);
    },
    session(at, x) {
      for (const hear of on.session) hear(at, x);
    },
    weird(at, x) {
      for (const hear of on.weird) hear(at, x);
    },
    flow(at, x) {
      for (const hear of on.flow) hear(at, x);
    },
    tick(tsUs) {
      if (sinceUs === 0) sinceUs = tsUs;
      const step = tsUs - reachedUs;
      if (reachedUs > 0 && step > 0 && step <= MAX_STEP_US) watchedUs += step;
      // Further back it is another stretch: an earlier recording, a clock that was set.
      if (step > 0 || step < -MAX_STEP_US) reachedUs = tsUs;
      lastTickUs = tsUs;
      for (let i = 0; i < judgedFromUs.length; i++) {
        if (watchedUs - begunUs[i]! < learningTimeUs) judgedFromUs[i] = Number.POSITIVE_INFINITY;
        else if (judgedFromUs[i] === Number.POSITIVE_INFINITY) judgedFromUs[i] = tsUs;
      }
      if (tsUs - expiredUs >= EXPIRE_EVERY_US || tsUs < expiredUs) {
        expiredUs = tsUs;
        episodes.expire(tsUs);
      }
      for (const hear of on.tick) hear(tsUs);
    },

    get phase() {
      return shared.phase;
    },
    get sinceUs() {
      return sinceUs;
    },
    get nowUs() {
      return lastTickUs;
    },
    get watchedUs() {
      return watchedUs;
    },
    get learningTimeUs() {
      return learningTimeUs;
    },
    setLearningTime(us) {
      learningTimeUs = us;
    },
    takeFindings: () => episodes.take(),
    state: (detector, statement) => episodes.state(detector, statement),
    end: shared.end,
    close: (finding) => episodes.close(finding),
    explain: (ids) => episodes.explain(ids),
    host: shared.host,
    isOutside: shared.isOutside,
    openFindings: () => episodes.open(),
    learning: () => detectors.map((d, i) => ({ detector: d.name, learning: running[i]!.learning() })),
    accept(finding) {
      let learned = false;
      // All are asked: an accepted new device may be learned by others too.
      for (const d of running) if (d.accept?.(finding) === true) learned = true;
      if (learned) episodes.close(finding);
      return learned;
    },
    save: () =>
      toText({
        version: 1,
        sinceUs,
        watchedUs,
        lastTickUs,
        expiredUs,
        sources: [...sourceIndexes.keys()],
        episodes: episodes.save(),
        detectors: Object.fromEntries(detectors.map((d, i) => [d.name, running[i]!.save()])),
        begunUs: byName(begunUs),
        judgedFromUs: byName(judgedFromUs),
      } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      sinceUs = saved.sinceUs;
      watchedUs = saved.watchedUs;
      // A baseline that is restored sets no clock back.
      lastTickUs = Math.max(lastTickUs, saved.lastTickUs);
      reachedUs = lastTickUs;
      expiredUs = saved.expiredUs;
      for (const id of saved.sources) if (!sourceIndexes.has(id)) sourceIndexes.set(id, sourceIndexes.size);
      episodes.load(saved.episodes);
      unread = [];
      for (const [i, { name }] of detectors.entries()) {
        begunUs[i] = saved.begunUs?.[name] ?? 0;
        judgedFromUs[i] = saved.judgedFromUs?.[name] ?? Number.POSITIVE_INFINITY;
        try {
          // What it has learned otherwise gives way: a baseline that is restored is the whole of it.
          running[i] = detectors[i]!.create(contextOf(detectors[i]!, i));
          running[i]!.load(saved.detectors[name]!);
        } catch {
          beginAnew(i);
          // One that is new had saved nothing.
          if (saved.detectors[name] !== undefined) unread.push(name);
        }
      }
      on = heard();
    },
    get unread() {
      return unread;
    },
    get dropped() {
      return episodes.dropped;
    },
  };
};
