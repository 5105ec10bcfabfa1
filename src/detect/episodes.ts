/**
 * Folds statements into findings: one episode per kind and key, prolonged by each statement, ended by its quiet time or
 * by its detector. A finding's id depends on the input alone.
 */
import { createHash } from 'node:crypto';
import type { DetectorContext, FrequentStatement, Parts, Statement } from '../core/detector.ts';
import type { EndpointId } from '../core/endpoint.ts';
import { type Certainty, type Finding, type FindingKind, SEVERITIES, type Severity } from '../core/finding.ts';
import type { Evidence } from '../core/frame.ts';

/**
 * Open episodes of one kind. At the limit further ones of this kind fold into one episode whose key is `(more)`, so that
 * a flood of one kind is seen as one and hides no other kind. One by a device that was there before the flood pushes out
 * the episode of its youngest.
 */
export const MAX_OPEN_PER_KIND = 1000;
/** Ended findings that wait to be taken; at the limit the oldest is dropped and counted. */
export const MAX_WAITING = 20_000;
/** Frames that prove a finding; the first ones are kept. */
export const MAX_EVIDENCE = 8;
/** An episode ends after this long without a statement, unless its detector says otherwise. */
export const QUIET_US = 3_600_000_000;
/** From this surprise on its actor is suspect. */
const WORTH_A_LOOK = 0.5;
const MORE = '(more)';
const CERTAINTIES: readonly Certainty[] = ['possible', 'likely', 'certain'];

type Open = { -readonly [K in keyof Finding]: Finding[K] };
interface Episode {
  readonly key: string;
  readonly quietUs: number;
  readonly finding: Open;
}

export interface SavedEpisode {
  readonly key: string;
  readonly quietUs: number;
  readonly finding: Finding;
}

const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b);
const surer = (a: Certainty, b: Certainty): Certainty => (CERTAINTIES.indexOf(a) >= CERTAINTIES.indexOf(b) ? a : b);
/** Whoever acts in it is suspect while it is open. */
const isSuspicious = (f: Finding): boolean => f.actor !== 0 && f.surprise >= WORTH_A_LOOK;
const idOf = (kind: string, key: string, firstUs: number): string =>
  createHash('sha256').update(`${kind}\n${key}\n${firstUs}`).digest('hex').slice(0, 16);

export interface EpisodesOptions {
  /** Evidence of a frame of the source that is being read. */
  readonly evidenceOf: (frame: number) => Evidence;
  readonly context: () => DetectorContext;
}

export class Episodes {
  /** Findings dropped because nobody took them. */
  dropped = 0;
  readonly #options: EpisodesOptions;
  readonly #open = new Map<string, Map<string, Episode>>();
  readonly #changed = new Map<string, Finding>();
  /** Findings whose parts are those of an earlier statement, and how to make the latest. */
  readonly #late = new Map<Open, () => Parts>();
  /** No open episode ends by its quiet time before. */
  #dueUs = Number.POSITIVE_INFINITY;
  /** Ids of open findings that people explained. */
  #explained: ReadonlySet<string> = new Set();
  /** Open findings worth a look that nobody explained, by the host that acts. */
  readonly #suspects = new Map<EndpointId, number>();

  constructor(options: EpisodesOptions) {
    this.#options = options;
  }

  state(detector: string, s: Statement | FrequentStatement): void {
    const { kind } = s;
    let ofKind = this.#open.get(kind.code);
    if (ofKind === undefined) {
      ofKind = new Map();
      this.#open.set(kind.code, ofKind);
    }
    let key = s.key;
    let episode = ofKind.get(key);
    if (episode !== undefined && s.tsUs - episode.finding.lastUs > episode.quietUs) {
      this.#finish(ofKind, episode);
      episode = undefined;
    }
    if (episode === undefined && ofKind.size >= MAX_OPEN_PER_KIND && !this.#makesRoom(ofKind, s.actor ?? 0)) {
      key = MORE;
      episode = ofKind.get(key);
    }
    if (episode === undefined) {
      const fresh = { key, quietUs: s.quietUs ?? QUIET_US, finding: this.#found(detector, key, s) };
      ofKind.set(key, fresh);
      this.#dueUs = Math.min(this.#dueUs, fresh.finding.lastUs + fresh.quietUs);
      this.#suspect(fresh.finding, 1);
      this.#change(fresh.finding);
    } else this.#prolong(episode.finding, s);
  }

  /**
   * A device that was known before those of a flood (endpoints are numbered in order of appearance) is told by itself: the
   * episode of the youngest of them ends for it.
   */
  #makesRoom(ofKind: Map<string, Episode>, actor: EndpointId): boolean {
    if (actor <= 0) return false;
    let youngest: Episode | undefined;
    for (const e of ofKind.values())
      if (e.key !== MORE && e.finding.actor > (youngest?.finding.actor ?? actor)) youngest = e;
    if (youngest === undefined) return false;
    this.#finish(ofKind, youngest);
    return true;
  }

  end(kind: FindingKind, key: string, tsUs: number): void {
    const ofKind = this.#open.get(kind.code);
    const episode = ofKind?.get(key);
    if (ofKind === undefined || episode === undefined) return;
    if (tsUs > episode.finding.lastUs) episode.finding.lastUs = tsUs;
    this.#finish(ofKind, episode);
  }

  /** Ends the episode of this finding, because a person accepted it. */
  close(finding: Finding): void {
    const ofKind = this.#open.get(finding.kind);
    for (const episode of ofKind?.values() ?? [])
      if (ofKind !== undefined && episode.finding.id === finding.id) this.#finish(ofKind, episode);
  }

  /** Ends what was quiet for long enough. */
  expire(nowUs: number): void {
    if (nowUs < this.#dueUs) return;
    this.#dueUs = Number.POSITIVE_INFINITY;
    for (const ofKind of this.#open.values())
      for (const episode of ofKind.values()) {
        const { quietUs, finding } = episode;
        if (nowUs - finding.lastUs > quietUs) this.#finish(ofKind, episode);
        else this.#dueUs = Math.min(this.#dueUs, finding.lastUs + quietUs);
      }
  }

  /** People explained these of the open ones, by announced work or a review, and no others: who acts in them is not suspect for it. */
  explain(ids: ReadonlySet<string>): void {
    if (ids.size === 0 && this.#explained.size === 0) return;
    this.#explained = ids;
    this.#suspects.clear();
    for (const ofKind of this.#open.values()) for (const { finding } of ofKind.values()) this.#suspect(finding, 1);
  }

  isSuspect(host: EndpointId): boolean {
    return this.#suspects.size > 0 && this.#suspects.has(host);
  }

  /** As they are now: copy what is kept, they go on changing. */
  open(): Finding[] {
    this.#catchUp();
    const out: Finding[] = [];
    for (const ofKind of this.#open.values()) for (const { finding } of ofKind.values()) out.push(finding);
    return out;
  }

  /** Findings that are new or changed since the last call, each once, as they are now. */
  take(): Finding[] {
    this.#catchUp();
    const out = [...this.#changed.values()].map((f) => ({ ...f }));
    this.#changed.clear();
    return out;
  }

  save(): { readonly open: readonly SavedEpisode[]; readonly changed: readonly Finding[] } {
    this.#catchUp();
    return { open: [...this.#open.values()].flatMap((k) => [...k.values()]), changed: [...this.#changed.values()] };
  }

  load(saved: { readonly open: readonly SavedEpisode[]; readonly changed: readonly Finding[] }): void {
    this.#open.clear();
    this.#changed.clear();
    this.#late.clear();
    this.#suspects.clear();
    this.#dueUs = Number.NEGATIVE_INFINITY;
    const byId = new Map<string, Open>();
    for (const e of saved.open) {
      const finding = { ...e.finding };
      byId.set(finding.id, finding);
      let ofKind = this.#open.get(finding.kind);
      if (ofKind === undefined) {
        ofKind = new Map();
        this.#open.set(finding.kind, ofKind);
      }
      ofKind.set(e.key, { key: e.key, quietUs: e.quietUs, finding });
      this.#suspect(finding, 1);
    }
    for (const f of saved.changed) this.#changed.set(f.id, byId.get(f.id) ?? f);
  }

  #catchUp(): void {
    if (this.#late.size === 0) return;
    for (const [finding, make] of this.#late) finding.parts = make();
    this.#late.clear();
  }

  #found(detector: string, key: string, s: Statement | FrequentStatement): Open {
    const firstUs = s.sinceUs ?? s.tsUs;
    return {
      id: idOf(s.kind.code, key, firstUs),
      kind: s.kind.code,
      detector,
      actor: s.actor ?? 0,
      target: s.target,
      point: s.point ?? 0,
      points: s.points ?? (s.point === undefined || s.point === 0 ? [] : [s.point]),
      protocol: s.protocol ?? '',
      verb: s.verb ?? '',
      firstUs,
      lastUs: s.tsUs,
      state: 'open',
      count: s.times ?? 1,
      surprise: s.surprise,
      certainty: s.certainty,
      severity: this.#severity(s),
      techniques: s.techniques ?? s.kind.techniques,
      parts: typeof s.parts === 'function' ? s.parts() : s.parts,
      evidence: this.#evidence(s, []),
      ...(s.proof === undefined ? {} : { proof: s.proof }),
    };
  }

  #prolong(f: Open, s: Statement | FrequentStatement): void {
    const wasSuspect = isSuspicious(f);
    f.count += s.times ?? 1;
    f.lastUs = Math.max(f.lastUs, s.tsUs);
    f.firstUs = Math.min(f.firstUs, s.sinceUs ?? s.tsUs);
    f.surprise = Math.max(f.surprise, s.surprise);
    f.certainty = surer(f.certainty, s.certainty);
    f.severity = worse(f.severity, this.#severity(s));
    if (typeof s.parts === 'function') this.#late.set(f, s.parts);
    else {
      this.#late.delete(f);
      f.parts = s.parts;
    }
    if (s.points !== undefined) f.points = s.points;
    if (s.proof !== undefined) f.proof = s.proof;
    if (f.evidence.length < MAX_EVIDENCE) f.evidence = this.#evidence(s, f.evidence);
    if (!wasSuspect) this.#suspect(f, 1);
    this.#change(f);
  }

  /** What is done to a safety controller concerns safety, whatever the kind; that somebody tried its ports does not tell that it will not trip. */
  #severity(s: Statement | FrequentStatement): Severity {
    const said = s.severity ?? s.kind.severity;
    return said !== 'none' &&
      s.kind.looksOnly !== true &&
      s.target > 0 &&
      this.#options.context().role(s.target) === 'safety-controller'
      ? 'safety'
      : said;
  }

  #evidence(s: Statement | FrequentStatement, had: readonly Evidence[]): readonly Evidence[] {
    const out = [...had];
    const add = (e: Evidence): void => {
      if (out.length < MAX_EVIDENCE && !out.some((o) => o.source === e.source && o.frame === e.frame)) out.push(e);
    };
    for (const e of s.evidence ?? []) add(e);
    for (const frame of s.frames ?? []) if (frame > 0) add(this.#options.evidenceOf(frame));
    return out;
  }

  #suspect(f: Open, by: 1 | -1): void {
    if (!isSuspicious(f) || this.#explained.has(f.id)) return;
    const host = this.#options.context().host(f.actor);
    const n = (this.#suspects.get(host) ?? 0) + by;
    if (n > 0) this.#suspects.set(host, n);
    else this.#suspects.delete(host);
  }

  #finish(ofKind: Map<string, Episode>, episode: Episode): void {
    ofKind.delete(episode.key);
    this.#suspect(episode.finding, -1);
    episode.finding.state = 'ended';
    this.#change(episode.finding);
  }

  #change(f: Finding): void {
    if (this.#changed.size >= MAX_WAITING && !this.#changed.has(f.id)) {
      const oldest = this.#changed.keys().next();
      if (!oldest.done) this.#changed.delete(oldest.value);
      this.dropped++;
    }
    this.#changed.set(f.id, f);
  }
}
