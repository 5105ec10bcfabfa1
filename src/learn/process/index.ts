/**
 * The process guard: one learner for every cell, made of members that see different things. One setting for all data, one
 * rule for limits: of all that it says on later, unseen normal rows, at most two episodes in 30 days (proof.ts).
 *
 * - soft: guards of single points, soft sensors from the other points, replay (soft-index.ts)
 * - dynamics: how the points of a cell move together (dynamics.ts)
 * - level: the level of a point as a stream (level.ts)
 * - drift: a point that moves on evenly for long, more than the others and their sums explain (drift.ts)
 */
import type {
  BandColumns,
  CellLearner,
  CellModel,
  CellRelation,
  Deviation,
  DeviationKind,
  PointArming,
  RowScore,
} from '../../core/process.ts';
import { aligned, isBringable, OtherForm } from './arena.ts';
import { armingList, packArming } from './arming-table.ts';
import { drift } from './drift.ts';
import { dynamics } from './dynamics.ts';
import { withoutFreaks } from './freaks.ts';
import { BUDGET_US, LEVEL_SETTING } from './level.ts';
import { isShortTraining, levelLearner, levelLearnerWith } from './level-learner.ts';
import type { MemberLearner, MemberModel } from './member.ts';
import { usualStep } from './nature.ts';
import { experiencedFar, inexperienced, prove, Silence, sensorOf, voiceOf } from './proof.ts';
import type { SensorKind } from './sensors.ts';
import { softLearner, softLearnerWith } from './soft-index.ts';

export const MEMBERS: readonly MemberLearner[] = [softLearner, dynamics, levelLearner, drift];
/** The kind of deviation that each member's expectation is of. */
const EXPECTS: Readonly<Record<string, DeviationKind>> = {
  soft: 'soft-sensor',
  dynamics: 'dynamics',
  level: 'level',
};
/** Deviations told per row; the strongest are kept. */
export const MAX_TOLD = 12;

interface Member {
  readonly learner: MemberLearner;
  readonly model: MemberModel;
  readonly silenced: Silence;
}

/** A point is armed for what any member is armed for; what the proof silenced is said. */
const armingOf = (
  members: readonly Member[],
  lists: readonly (readonly PointArming[])[],
  point: number,
): PointArming => {
  const all = members.map((m, i) => ({ arming: lists[i]![point]!, silenced: m.silenced }));
  const best = all[0]!.arming;
  const silenced = all.flatMap((m) => m.arming.armed.filter((k) => m.silenced.has(k, point)));
  const armed = all.flatMap((m) => m.arming.armed.filter((k) => !m.silenced.has(k, point) && !m.silenced.has(k, -1)));
  const detectable = all
    .filter((m) => !Number.isNaN(m.arming.detectable))
    .sort((a, b) => a.arming.detectable - b.arming.detectable)[0]?.arming;
  return {
    point: best.point,
    nature: all.find((m) => m.arming.nature !== 'unknown')?.arming.nature ?? best.nature,
    armed: [...new Set(armed)],
    unarmed: [
      ...new Set([
        ...all.map((m) => m.arming.unarmed).filter((u) => u !== ''),
        ...silenced.map((k) => `${k}: did not stay quiet on later normal rows`),
      ]),
    ].join('; '),
    detectable: detectable?.detectable ?? Number.NaN,
    withinUs: detectable?.withinUs ?? Number.NaN,
    explained: all.find((m) => !Number.isNaN(m.arming.explained))?.arming.explained ?? Number.NaN,
    stuckAfterUs: armed.includes('stuck') ? (best.stuckAfterUs ?? Number.NaN) : Number.NaN,
  };
};

const bandOf = (points: number): BandColumns => ({
  expected: new Float64Array(points),
  low: new Float64Array(points),
  high: new Float64Array(points),
});
let spare = bandOf(0);
/** Where a member writes what it expects of at least so many points: gone with the next call. */
const bandFor = (points: number): BandColumns => {
  if (spare.expected.length < points) spare = bandOf(points);
  return spare;
};

const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** What arming found out in all is in one table of all members; their own are let go. */
const shareTable = (members: readonly Member[]): Uint8Array => {
  const [{ model: first }] = members as readonly [Member];
  let { table } = first;
  // What was saved has it already, a copy in each member.
  if (!members.every(({ model }) => isSame(model.table, table))) {
    const lists = members.map(({ model }) => model.arming);
    table = packArming(lists[0]!.map((_, p) => armingOf(members, lists, p)));
  }
  for (const { model } of members) model.table = table;
  return table;
};

/** A guard as it was saved, until somebody asks it: the arrays of its members are some sixty views, of a thousand models a million octets. */
interface Folded {
  /** `Header` with its length before it. */
  readonly head: Uint8Array;
  /** The table, and what each member saved. */
  readonly memory: Uint8Array;
}

class Guard implements CellModel {
  private opened: readonly Member[] | undefined;
  private folded: Folded | undefined;
  private readonly table: Uint8Array;
  private readonly deviations: Deviation[] = [];
  private readonly result: { surprise: number; state: RowScore['state']; deviations: readonly Deviation[] };

  constructor(of: readonly Member[] | Folded) {
    if ('head' in of) {
      this.folded = of;
      this.table = tableIn(of);
    } else {
      this.opened = of;
      this.table = shareTable(of);
    }
    this.result = { surprise: 0, state: 'learning', deviations: this.deviations };
  }

  private get members(): readonly Member[] {
    return this.opened ?? this.open();
  }
  private open(): readonly Member[] {
    this.opened = membersIn(this.folded!, this.table);
    this.folded = undefined;
    return this.opened;
  }

  get bytesPerPoint(): number {
    const { members, table } = this;
    const shared = ((members.length - 1) * table.length) / Math.max(1, this.arming.length);
    return members.reduce((sum, m) => sum + m.model.bytesPerPoint, 0) - shared;
  }

  get arming(): readonly PointArming[] {
    return armingList(this.table);
  }
  get invariants(): readonly CellRelation[] {
    return this.members.flatMap((m) => m.model.invariants ?? []);
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { deviations, result, members } = this;
    deviations.length = 0;
    result.surprise = 0;
    result.state = 'learning';
    for (const m of members) {
      const score = m.model.score(tsUs, row);
      if (score.state !== 'scored') {
        if (score.state === 'unseen' && result.state === 'learning') result.state = 'unseen';
        continue;
      }
      result.state = 'scored';
      // Below the alarm a member does not say of what: where it is silenced in part, that could be the silenced part.
      let surprise = m.silenced.isEmpty ? Math.min(score.surprise, 0.499) : 0;
      if (score.surprise >= 0.5)
        for (const d of score.deviations) {
          if (!m.silenced.isEmpty && m.silenced.hides(d)) continue;
          surprise = Math.max(surprise, d.surprise);
          deviations.push(d);
        }
      result.surprise = Math.max(result.surprise, surprise);
    }
    if (deviations.length > 1) deviations.sort((a, b) => b.surprise - a.surprise || a.point - b.point);
    if (deviations.length > MAX_TOLD) deviations.length = MAX_TOLD;
    return result;
  }

  /** The best informed first; what a member may not say is not shown either. */
  expected(into: BandColumns): void {
    const { length } = into.expected;
    const one = bandFor(length);
    for (const list of [into.expected, into.low, into.high]) list.fill(Number.NaN);
    for (const m of this.members) {
      const kind = EXPECTS[m.learner.name]!;
      if (m.model.expected === undefined || m.silenced.has(kind, -1)) continue;
      m.model.expected(one);
      for (let p = 0; p < length; p++) {
        if (Number.isNaN(one.expected[p]!) || !Number.isNaN(into.expected[p]!)) continue;
        if (!m.silenced.isEmpty && m.silenced.has(kind, p)) continue;
        into.expected[p] = one.expected[p]!;
        into.low[p] = one.low[p]!;
        into.high[p] = one.high[p]!;
      }
    }
  }

  save(): Uint8Array {
    // A copy: what it was made of is worked in from its first row on.
    return this.folded === undefined ? pack(this.members, this.table) : copyOf(this.folded);
  }
}

interface SavedMember {
  readonly name: string;
  readonly bytes: number;
  readonly points: number;
  /** Bits of `Silence`. */
  readonly silenced: readonly number[];
}
interface Header {
  /** Octets of the table that the members share. */
  readonly table: number;
  readonly members: readonly SavedMember[];
}
/** What older versions wrote: each member has the table itself. */
type OldHeader = readonly (Omit<SavedMember, 'silenced'> & { readonly silenced: readonly string[] })[];

/** A header in JSON with its length before it, then the table and what each member saved: from multiples of eight octets on. */
const pack = (members: readonly Member[], table: Uint8Array): Uint8Array => {
  const bodies = members.map((m) => m.model.save(false));
  const saved = members.map(
    (m, i): SavedMember => ({
      name: m.learner.name,
      bytes: bodies[i]!.length,
      points: m.silenced.points,
      silenced: [...m.silenced.bits],
    }),
  );
  const header = new TextEncoder().encode(JSON.stringify({ table: table.length, members: saved } satisfies Header));
  const length = aligned(4 + header.length) - 4;
  const parts = [table, ...bodies];
  const out = new Uint8Array(parts.reduce((n, part) => n + aligned(part.length), 4 + length));
  new DataView(out.buffer).setUint32(0, length);
  out.fill(0x20, 4, 4 + length);
  out.set(header, 4);
  let at = 4 + length;
  for (const part of parts) {
    out.set(part, at);
    at += aligned(part.length);
  }
  return out;
};

const learnerOf = (name: string): MemberLearner => {
  const learner = MEMBERS.find((m) => m.name === name);
  if (learner === undefined) throw new OtherForm(name, MEMBERS.map((m) => m.name).join(', '));
  return learner;
};

const headerIn = (head: Uint8Array): Header | OldHeader =>
  JSON.parse(new TextDecoder().decode(head.subarray(4))) as Header | OldHeader;
const copyOf = ({ head, memory }: Folded): Uint8Array => {
  const out = new Uint8Array(head.length + memory.length);
  out.set(head);
  out.set(memory, head.length);
  return out;
};
const tableIn = ({ head, memory }: Folded): Uint8Array => memory.subarray(0, (headerIn(head) as Header).table);
const membersIn = ({ head, memory }: Folded, table: Uint8Array): Member[] => {
  let at = aligned(table.length);
  return (headerIn(head) as Header).members.map(({ name, bytes, points, silenced }) => {
    const model = learnerOf(name).restore(memory.subarray(at, at + bytes), true, table);
    at += aligned(bytes);
    return { learner: learnerOf(name), model, silenced: new Silence(silenced, points) };
  });
};

/** Throws where a member cannot read what it saved. `isOwn`: nobody else uses the octets any more. */
const restored = (saved: Uint8Array, isOwn: boolean): Guard => {
  const start = 4 + new DataView(saved.buffer, saved.byteOffset).getUint32(0);
  const header = headerIn(saved.subarray(0, start));
  if (!('table' in header)) return new Guard(unpackOld(header, saved.subarray(start)));
  // One piece of memory for all of the cell, that its members work in.
  const isFit = isOwn && (saved.byteOffset + start) % aligned(1) === 0;
  const folded: Folded = {
    head: isFit ? saved.subarray(0, start) : saved.slice(0, start),
    memory: isFit ? saved.subarray(start) : saved.slice(start),
  };
  const { memory } = folded;
  let at = aligned(header.table);
  for (const { name, bytes } of header.members) {
    const isKnown = isBringable(learnerOf(name).form, memory.subarray(at, at + bytes));
    if (!isKnown) return new Guard(membersIn(folded, tableIn(folded)));
    at += aligned(bytes);
  }
  return new Guard(folded);
};

const unpackOld = (header: OldHeader, bodies: Uint8Array): Member[] => {
  let at = 0;
  return header.map(({ name, bytes, points, silenced }) => {
    const learner = learnerOf(name);
    // Members keep copies of their own.
    const model = learner.restore(bodies.subarray(at, at + bytes));
    at += bytes;
    return { learner, model, silenced: Silence.of(silenced, points) };
  });
};

export const processLearner: CellLearner = {
  name: 'process',
  fit(given, options = {}) {
    const table = withoutFreaks(given);
    const stepUs = options.stepUs ?? (usualStep(table) || 1e6);
    const points = table.points.length;
    const proved = (learner: CellLearner): Silence =>
      Silence.of(prove(learner, table, stepUs, BUDGET_US).silenced, points);
    const member = (learner: MemberLearner): Member => ({
      learner,
      model: learner.fit(table, { stepUs }),
      silenced: proved(learner),
    });
    const early = new Set(inexperienced(table));
    const unready = (p: number, kind: SensorKind): boolean =>
      early.has(voiceOf(kind === 'set-point' ? 'set-point' : 'soft-sensor', p));
    const proof = prove(
      softLearnerWith(() => false, unready),
      table,
      stepUs,
      BUDGET_US,
    );
    const loud = new Set(proof.silenced);
    const far = experiencedFar(table);
    const silenced = Silence.of([...early, ...loud], points, far);
    const refuted = new Set(proof.barred);
    // A watch for replays that is not heard would be most of a point's memory.
    const heard = softLearnerWith(
      (p) => silenced.has('replay', p),
      (p, kind) => unready(p, kind) || refuted.has(sensorOf(p, kind)),
    );
    const soft: Member = { learner: softLearner, model: heard.fit(table, { stepUs }), silenced };
    // The level of a point that the others predict is theirs to judge: they know why it moves.
    const predicted = soft.model.arming.map(
      (a, p) => a.armed.includes('soft-sensor') && !soft.silenced.has('soft-sensor', p),
    );
    const skip = (p: number): boolean => predicted[p]!;
    const isShort = isShortTraining(given);
    // Proved with limits as narrow as they can be: what needs the room that training gave it is not heard.
    const loudLevels = proved(levelLearnerWith(LEVEL_SETTING, skip, 0, 'averages', isShort));
    // What is above the course of its day proves itself, on the days after those that it was learned from.
    const course = levelLearnerWith(LEVEL_SETTING, skip, undefined, 'seasons').fit(table, { stepUs });
    const isCourse = !loudLevels.isEmpty && course.arming.some(({ armed }) => armed.length > 0);
    const levels: Member = {
      learner: levelLearner,
      model: isCourse
        ? course
        : levelLearnerWith(LEVEL_SETTING, skip, undefined, 'all', isShort).fit(table, { stepUs }),
      silenced: isCourse ? new Silence([], points) : loudLevels,
    };
    // It has proved its sensors itself: what speaks on later rows is left out, whichever point it blames.
    const slow: Member = { learner: drift, model: drift.fit(table, { stepUs }), silenced: new Silence([], points) };
    const members = [soft, member(dynamics), levels, slow];
    return new Guard(members);
  },
  restore: (saved, isOwn = false) => restored(saved, isOwn),
};
export { OtherForm } from './arena.ts';
export { type Cycle, cyclesOf } from './cycles.ts';
export { drift as driftLearner } from './drift.ts';
export { fellAway } from './guard.ts';
export { isNextTo } from './nature.ts';
export { parseRelation, printRelation, type Relation, RelationWatch } from './relations.ts';
export { findSigned, passesZero, signedValue } from './signed.ts';
export { CellStretches, type Repetition, type SavedStretch } from './stretches.ts';
export { blocksOf, MAX_SIGNALS, signalOf, TOGETHER, togetherness } from './witness.ts';
export { findPairs, joinRow, type WordPair, wordsText } from './words.ts';
export { processLearner as learner };
