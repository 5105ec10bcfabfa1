/**
 * The drift guard of a cell: a point that moves on evenly for many rows by more than the other points, and what they summed
 * up to, explain. Finds what each row hides: a sensor that is drawn away slowly, also one that a controller works with (the
 * loop holds the measured value, and its output drifts instead), against balances and redundant points; where a loop goes between
 * two states within minutes, also within one of them.
 *
 * Works where a point is coupled to others of its cell within half an hour of rows. Fails for a point that no other one of
 * the cell tells anything of, where rows are so far apart that half a day is no window (LONGEST_US), for a drift slower than
 * what the process does by itself over MOST_LAG blocks (fouling, wear, seasons: by design), and while inputs change by more
 * than they did in training (nothing is said then). A loop that swings after a rare start or stop hides what is smaller: a
 * sensor that waits for it to settle has a limit of its own, and says nothing meanwhile. Proved on the last 30 % of the
 * training rows: a sensor that speaks there is left out. Cost: per point some 140 octets and two additions a row, per sensor
 * 60 octets and some hundred operations each BLOCK_ROWS rows; per mean during a state 40 octets and a comparison a row.
 * Source: structured residuals (Gertler 1998); which point it is: reconstruction-based contributions (Alcala and Qin, 2009).
 */
import { pointName } from '../../core/point-name.ts';
import type { Deviation, PointArming, RowScore, RowTable } from '../../core/process.ts';
import { type Arrays, bring, Form, gather, keep, offsets, scratch, sizeOf } from './arena.ts';
import { armingList, namesOf, packArming } from './arming-table.ts';
import {
  BLOCK_ROWS,
  type BlockErrors,
  type ChannelMemory,
  Channels,
  channelMemory,
  overLag,
  pointOfChannel,
  steadyPart,
  weighed,
} from './drift-channels.ts';
import {
  type Blocks,
  blocksOf,
  type DriftSensor,
  driftSensorOf,
  duringOf,
  fitDrift,
  isSettled,
  LAGS,
  MOST_LAG,
  MOST_UNUSUAL,
  movingPoints,
  quickStates,
  rareStates,
  sinceChange,
  steadyErrors,
  usualOf,
} from './drift-fit.ts';
import { partnersOf } from './drift-partners.ts';
import { IdleMember } from './idle-member.ts';
import type { MemberLearner, MemberModel } from './member.ts';
import { type PointShape, shapesOf, usualStep } from './nature.ts';

/** Sensors are fitted on this first part once, and proved on the rest. */
const PROOF_FROM = 0.7;
/** An alarm ends below this part of its limit. */
const RELEASE = 0.75;
/** Points named as what may be behind it, the told one first. */
export const MAX_NAMED = 5;
/** The point of the loudest sensor is told where it explains this part of what the best one does: its inputs speak for others too. */
const OWN = 0.7;
export const SAVED_AS = 'drift 3';
const FORM = new Form(SAVED_AS, () => memoryOf([], [], { count: 0, changes: [], during: [] }, new Int16Array(0)));

type Lag = (typeof LAGS)[number];

interface DriftMemory extends Arrays, ChannelMemory {
  /** What arming found out (arming-table.ts). */
  arming: Uint8Array;
  /** Channels that sensors use, and their changes in the last MOST_LAG blocks, a ring each. */
  readonly used: Uint16Array;
  readonly ring: Float32Array;
  readonly sensorPoint: Uint16Array;
  readonly sensorLag: Uint8Array;
  readonly sensorLimit: Float32Array;
  readonly sensorUnrest: Float32Array;
  /** 1: it waits for the settling after a rare change of state. */
  readonly sensorWaits: Uint8Array;
  /** Places in `used` of the points whose changes are those. */
  readonly states: Uint16Array;
  /** Steady error of the latest block, in limits; NaN: not judged. */
  readonly ratio: Float32Array;
  /** Steady error that was the limit for that block. */
  readonly scale: Float32Array;
  /** Its terms are those from `termAt[s]` to `termAt[s + 1]`; `own` and `term` are places in `used`. */
  readonly own: Uint16Array;
  readonly termAt: Uint32Array;
  readonly term: Uint16Array;
  readonly weight: Float32Array;
  /** Usual changes of the used channels over each of LAGS, one list after the other. */
  readonly bound: Float32Array;
  /** Places in `used` of the points by which the cell is calm or not. */
  readonly moving: Uint16Array;
  /** Point whose fast changes go with those of a point, -1 without: its loop. */
  readonly partner: Int16Array;
}

/** 1 is the limit: half way up the scale. */
const surpriseOf = (ratio: number): number => (ratio < 1 ? ratio / 2 : 1 - 0.5 / ratio);

/** Of the sensor in hand, the latest block last: of whichever model judges just now. */
const ERRORS: BlockErrors = {
  rest: new Float64Array(MOST_LAG),
  own: new Float64Array(MOST_LAG),
  moved: new Float64Array(MOST_LAG),
};

interface Blame {
  readonly point: number;
  readonly weight: number;
  /** Change that explains most, in the unit of the point. */
  readonly by: number;
}

class DriftModel implements MemberModel {
  private readonly m: DriftMemory;
  private readonly stepUs: number;
  private readonly channels: Channels;
  /** Blocks seen; the sensor in alarm and the point that it blames, -1 without. */
  private blocks: number;
  /** Blocks since a rare change of state. */
  private since: number;
  private loud: number;
  private blamed: number;
  private readonly found: Deviation[] = [];
  private readonly result: { surprise: number; state: RowScore['state']; deviations: readonly Deviation[] };
  /** What is said until the next block. */
  private said: Deviation | undefined;
  private isJudged = false;

  constructor(memory: DriftMemory, scalars: readonly number[]) {
    const [stepUs, blocks, since, loud, blamed, rows, lastUs] = scalars as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    this.m = memory;
    this.stepUs = stepUs;
    this.channels = new Channels(memory, stepUs);
    this.channels.rows = rows;
    this.channels.lastUs = lastUs;
    this.blocks = blocks;
    this.since = since;
    this.loud = loud;
    this.blamed = blamed;
    this.result = { surprise: 0, state: 'learning', deviations: this.found };
    this.isJudged = memory.ratio.some((x) => !Number.isNaN(x));
    if (loud >= 0) this.said = this.statement(loud);
  }

  get arming(): readonly PointArming[] {
    return armingList(this.m.arming);
  }
  get table(): Uint8Array {
    return this.m.arming;
  }
  set table(table: Uint8Array) {
    this.m.arming = table;
  }
  get bytesPerPoint(): number {
    return Math.ceil(sizeOf(this.m) / Math.max(1, this.arming.length));
  }

  score(tsUs: number, row: Float64Array): RowScore {
    const { m, found, result } = this;
    found.length = 0;
    if (m.sensorPoint.length === 0) return result;
    const changes = scratch(2 * row.length + m.duringPoint.length);
    if (this.channels.take(tsUs, row, changes)) this.judge(changes);
    const { said } = this;
    if (said !== undefined) found.push(said);
    result.state = this.isJudged || said !== undefined ? 'scored' : 'unseen';
    result.surprise = said?.surprise ?? 0;
    return result;
  }

  private change(place: number, back: number): number {
    return this.m.ring[place * MOST_LAG + ((this.blocks - 1 - back) % MOST_LAG)]!;
  }

  /** Errors of all sensors at the end of a block. */
  private judge(changes: Float64Array): void {
    const { m } = this;
    const at = this.blocks % MOST_LAG;
    for (let u = 0; u < m.used.length; u++) m.ring[u * MOST_LAG + at] = changes[m.used[u]!]!;
    this.blocks++;
    this.since = m.states.some((place) => m.ring[place * MOST_LAG + at] !== 0) ? 0 : this.since + 1;
    let loudest = -1;
    this.isJudged = false;
    const calm = LAGS.map((lag) => this.blocks >= lag && this.isCalm(lag));
    for (let s = 0; s < m.ratio.length; s++) {
      const lag = m.sensorLag[s]!;
      const isAsked = calm[LAGS.indexOf(lag as Lag)] && (m.sensorWaits[s] === 0 || isSettled(this.since, lag));
      m.ratio[s] = isAsked ? this.ratioOf(s) : Number.NaN;
      if (!Number.isNaN(m.ratio[s]!)) this.isJudged = true;
      if (Math.abs(m.ratio[s]!) > (loudest < 0 ? 0 : Math.abs(m.ratio[loudest]!))) loudest = s;
    }
    const most = loudest < 0 ? 0 : Math.abs(m.ratio[loudest]!);
    if (most >= 1 || (this.loud >= 0 && most >= RELEASE)) {
      this.loud = loudest;
      this.said = this.statement(loudest);
    } else {
      this.loud = -1;
      this.blamed = -1;
      this.said = undefined;
    }
  }

  /** Whether a channel changed by no more than it usually does over a lag; undefined where that is not known. */
  private isUsual(place: number, lag: number): boolean | undefined {
    let change = 0;
    for (let back = 0; back < lag; back++) change += this.change(place, back);
    const usual = Math.abs(change) <= this.m.bound[LAGS.indexOf(lag as Lag) * this.m.used.length + place]!;
    return usual || !Number.isNaN(change) ? usual : undefined;
  }

  private isCalm(lag: number): boolean {
    const { moving } = this.m;
    let unusual = 0;
    for (const place of moving) if (this.isUsual(place, lag) === false) unusual++;
    return unusual <= MOST_UNUSUAL * moving.length;
  }

  private ratioOf(s: number): number {
    const { m } = this;
    const lag = m.sensorLag[s]!;
    const from = m.termAt[s]!;
    const to = m.termAt[s + 1]!;
    for (let i = from; i < to; i++) if (this.isUsual(m.term[i]!, lag) !== true) return Number.NaN;
    for (let back = 0; back < lag; back++) {
      const own = this.change(m.own[s]!, back);
      let rest = own;
      let moved = 0;
      for (let i = from; i < to; i++) {
        const part = m.weight[i]! * this.change(m.term[i]!, back);
        rest -= part;
        moved += Math.abs(part);
      }
      const block = MOST_LAG - 1 - back;
      ERRORS.own[block] = own;
      ERRORS.rest[block] = rest;
      ERRORS.moved[block] = moved;
    }
    const { steady, unrest } = overLag(lag, ERRORS, MOST_LAG - 1);
    const usual = m.sensorUnrest[s]!;
    m.scale[s] = m.sensorLimit[s]! * (1 + unrest / usual);
    return weighed(steady, unrest, usual) / m.sensorLimit[s]!;
  }

  /** Points by how much of all errors over this lag an even change of them alone explains, the strongest first. */
  private blame(lag: number): Blame[] {
    const { m } = this;
    const along = new Float64Array(m.mean.length);
    const length = new Float64Array(m.mean.length);
    const slope = new Float64Array(m.mean.length);
    let all = 0;
    for (let s = 0; s < m.ratio.length; s++) {
      const error = m.ratio[s]!;
      if (m.sensorLag[s] !== lag || Number.isNaN(error)) continue;
      all += error * error;
      slope[m.sensorPoint[s]!]! += 1 / m.scale[s]!;
      for (let i = m.termAt[s]!; i < m.termAt[s + 1]!; i++) {
        const channel = m.used[m.term[i]!]!;
        // A sum over time grows by the mean of the change.
        const isSum = channel < 2 * m.mean.length && channel % 2 === 1;
        slope[pointOfChannel(m, channel)]! -= (m.weight[i]! * (isSum ? lag / 2 : 1)) / m.scale[s]!;
      }
      const touch = (p: number): void => {
        along[p]! += slope[p]! * error;
        length[p]! += slope[p]! ** 2;
        slope[p] = 0;
      };
      touch(m.sensorPoint[s]!);
      for (let i = m.termAt[s]!; i < m.termAt[s + 1]!; i++) touch(pointOfChannel(m, m.used[m.term[i]!]!));
    }
    const out: Blame[] = [];
    for (let p = 0; p < along.length; p++) {
      if (length[p] === 0) continue;
      const by = ((along[p]! / length[p]!) * m.deviation[p]!) / steadyPart(lag);
      out.push({ point: p, weight: (along[p]! * along[p]!) / length[p]! / all, by });
    }
    return out.sort((a, b) => b.weight - a.weight || a.point - b.point);
  }

  private statement(s: number): Deviation {
    const { m } = this;
    const lag = m.sensorLag[s]!;
    const ratio = Math.max(1, Math.abs(m.ratio[s]!));
    const blames = this.blame(lag);
    const own = blames.find(({ point }) => point === m.sensorPoint[s]);
    const likely = own !== undefined && own.weight >= OWN * blames[0]!.weight ? own : blames[0]!;
    const first = blames.find(({ point }) => point === this.blamed) ?? likely;
    this.blamed = first.point;
    const { point, by } = first;
    const partner = m.partner[point]!;
    const rest = blames.filter((b) => b.point !== point && b.point !== partner);
    const named = [first, ...(partner < 0 ? [] : [{ point: partner, weight: first.weight / 2, by: 0 }]), ...rest];
    const names = namesOf(m.arming);
    const observed = m.mean[point]! + m.deviation[point]! * m.mean0[point]!;
    const minutes = Math.max(1, Math.round((lag * BLOCK_ROWS * this.stepUs) / 60e6));
    const width = Math.abs(by) / ratio;
    const loop =
      partner < 0
        ? ''
        : ` Its quick changes go with those of ${pointName(names[partner]!)}: if that one reads wrong, this one is moved for it.`;
    return {
      point,
      kind: 'drift',
      surprise: surpriseOf(ratio),
      observed,
      expected: observed - by,
      low: observed - by - width,
      high: observed - by + width,
      from: named.slice(0, MAX_NAMED).map(({ point: p, weight }) => ({ point: p, weight })),
      text: `It went ${by > 0 ? 'up' : 'down'} evenly by ${Number(Math.abs(by).toPrecision(2))} in ${minutes} min more than the others explain.${loop}`,
    };
  }

  save(withTable = true): Uint8Array {
    const { stepUs, blocks, since, loud, blamed, channels } = this;
    const scalars = [stepUs, blocks, since, loud, blamed, channels.rows, channels.lastUs];
    return keep(FORM, scalars, this.m, withTable ? undefined : 'arming');
  }
}

const armingOf = (shapes: readonly PointShape[], sensors: readonly DriftSensor[]): PointArming[] =>
  shapes.map((shape, p) => {
    const armed = sensors.some((s) => s.point === p);
    return {
      point: shape.point,
      nature: shape.nature,
      armed: armed ? ['drift'] : [],
      unarmed:
        armed || shape.nature !== 'continuous'
          ? ''
          : 'no watch for slow drift: the other points do not explain its slow changes',
      detectable: Number.NaN,
      withinUs: Number.NaN,
      explained: Number.NaN,
    };
  });

const memoryOf = (
  shapes: readonly PointShape[],
  sensors: readonly DriftSensor[],
  blocks: Blocks,
  partners: Int16Array,
): DriftMemory => {
  const moving = sensors.length === 0 ? [] : movingPoints(shapes);
  const usual = LAGS.map((lag) => usualOf(blocks, moving, lag).bounds);
  const states = sensors.some((s) => s.waits) ? rareStates(blocks, shapes) : [];
  const channels = [
    ...new Set([...[...moving, ...states].map((p) => 2 * p), ...sensors.flatMap((s) => [s.channel, ...s.terms])]),
  ].sort((a, b) => a - b);
  const placeOf = new Map(channels.map((channel, i) => [channel, i]));
  // Of means during a state only those that sensors use are kept, in their order.
  const first = 2 * shapes.length;
  const during = channels.filter((channel) => channel >= first);
  const used = channels.map((channel) => (channel < first ? channel : first + during.indexOf(channel)));
  // Without a sensor nothing is looked at: no block is kept.
  const memory: DriftMemory = {
    ...(channelMemory(
      sensors.length === 0 ? [] : shapes,
      during.map((channel) => blocks.during[channel - first]!),
    ) as ChannelMemory & Arrays),
    arming: packArming(armingOf(shapes, sensors)),
    used: Uint16Array.from(used),
    ring: new Float32Array(used.length * MOST_LAG).fill(Number.NaN),
    sensorPoint: Uint16Array.from(sensors, (s) => s.point),
    sensorLag: Uint8Array.from(sensors, (s) => s.lag),
    sensorLimit: Float32Array.from(sensors, (s) => s.limit),
    sensorUnrest: Float32Array.from(sensors, (s) => s.unrest),
    sensorWaits: Uint8Array.from(sensors, (s) => (s.waits ? 1 : 0)),
    states: Uint16Array.from(states, (p) => placeOf.get(2 * p)!),
    ratio: new Float32Array(sensors.length).fill(Number.NaN),
    scale: Float32Array.from(sensors, (s) => s.limit),
    own: Uint16Array.from(sensors, (s) => placeOf.get(s.channel)!),
    termAt: Uint32Array.from(offsets(sensors.map((s) => s.terms.length))),
    term: Uint16Array.from(sensors.flatMap((s) => s.terms.map((t) => placeOf.get(t)!))),
    weight: Float32Array.from(sensors.flatMap((s) => s.weights)),
    bound: Float32Array.from(usual.flatMap((bounds) => channels.map((channel) => bounds[channel]!))),
    moving: Uint16Array.from(moving, (p) => placeOf.get(2 * p)!),
    partner: sensors.length === 0 ? new Int16Array(0) : partners,
  };
  return gather(memory, 'arming');
};

/** Sensors that speak on rows that come after those that they were fitted on. */
const refutedBy = (table: RowTable, shapes: readonly PointShape[], stepUs: number, blocks: Blocks): Set<string> => {
  const split = Math.floor(table.count * PROOF_FROM);
  const first: RowTable = {
    ...table,
    count: split,
    tsUs: table.tsUs.subarray(0, split),
    columns: table.columns.map((c) => c.subarray(0, split)),
  };
  // Calm by what the first part showed.
  const seen = blocksOf(first, shapes, stepUs, blocks.during);
  const sensors = fitDrift(first, shapes, stepUs, seen, partnersOf(first, shapes));
  const from = Math.floor(blocks.count * PROOF_FROM);
  const moving = movingPoints(shapes);
  const calm = new Map(
    LAGS.map((lag) => [lag as number, usualOf(blocks, moving, lag, usualOf(seen, moving, lag).bounds).calm]),
  );
  // States that were rare in the first part: the same that its limits waited for.
  const since = sinceChange(blocks, rareStates(seen, shapes));
  return new Set(
    sensors
      .filter((s) => {
        const { steady, unrest } = steadyErrors(blocks, s, calm.get(s.lag)!, from);
        const isAsked = (b: number): boolean => b >= from && (!s.waits || isSettled(since[b]!, s.lag));
        return steady.some((e, b) => isAsked(b) && Math.abs(weighed(e, unrest[b]!, s.unrest)) >= s.limit);
      })
      .map(driftSensorOf),
  );
};

const wholeOf = (saved: Uint8Array, table: Uint8Array): MemberModel => {
  const { scalars, arrays } = bring<DriftMemory>(FORM, saved, 'arming', true);
  return new DriftModel({ ...arrays, arming: table }, scalars);
};

export const drift: MemberLearner = {
  name: 'drift',
  form: FORM,
  fit(table: RowTable, options = {}): MemberModel {
    const stepUs = options.stepUs ?? usualStep(table);
    const shapes = shapesOf(table);
    const during = duringOf(table, shapes, quickStates(table, shapes));
    const blocks = blocksOf(table, shapes, stepUs, during);
    const partners = partnersOf(table, shapes);
    const sensors = fitDrift(table, shapes, stepUs, blocks, partners, refutedBy(table, shapes, stepUs, blocks));
    return new DriftModel(memoryOf(shapes, sensors, blocks, partners), [stepUs, 0, 0, -1, -1, 0, Number.NaN]);
  },
  restore(saved, isOwn, table): MemberModel {
    const { scalars, arrays } = bring<DriftMemory>(FORM, saved, 'arming', isOwn);
    if (table === undefined) return new DriftModel(arrays, scalars);
    if (isOwn === true && arrays.sensorPoint.length === 0) return new IdleMember(saved, table, wholeOf);
    arrays.arming = table;
    return new DriftModel(arrays, scalars);
  },
};
