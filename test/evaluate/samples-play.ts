/**
 * Recorded samples of normal days (samples.ts) through learning, guard and trial as the product has them: what is told of
 * nothing; and, with falsifications put in, what is found. A falsification is put into one point of each cell at a time, as a
 * sensor in front of the controller would be falsified for whoever reads it there: its copies in other servers stay true.
 */

import type { MoveLabel } from '../../plant/world.ts';
import { type Fitter, inPlaceFitter } from '../../src/app/detection/fitting.ts';
import { LEARNER } from '../../src/app/detection/learner.ts';
import { ProcessFeed } from '../../src/app/detection/process-feed.ts';
import type { Statement } from '../../src/core/detector.ts';
import type { EndpointView } from '../../src/core/endpoint.ts';
import { DECODERS } from '../../src/decode/index.ts';
import { headerOf, play, SampledModel, type SampleHeader } from './samples.ts';

const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;
/** What is put in; drifts reach this part of the span of the latest rows at their end. */
export const FALSIFIED = ['freeze', 'drift-5', 'drift-10', 'bias-2', 'bias-5'] as const;
type Kind = (typeof FALSIFIED)[number];
const SIZE: Readonly<Record<Kind, number>> = {
  freeze: 0,
  'drift-5': 0.05,
  'drift-10': 0.1,
  'bias-2': 0.02,
  'bias-5': 0.05,
};
const LASTS_US = 20 * MINUTE_US;
const EVERY_US = 40 * MINUTE_US;
const FOUND_UNTIL_US = 10 * MINUTE_US;
const EARLY_US = 2 * MINUTE_US;
/** Hours after the learning time before the first one, and hours of the day in which the line runs. */
const FIRST_HOURS = 6;
const WORKS = [7, 20] as const;
const ROWS_OF_SPAN = 8000;
/** A point that rests is not falsified: it would be no different. */
const ROWS_OF_MOVING = 90;

export interface Falsification {
  readonly kind: Kind;
  readonly points: readonly number[];
  readonly cell: string;
  readonly fromUs: number;
  readonly change: number;
  /** A standstill there is told after so long, microseconds; NaN: not told. */
  readonly stuckAfterUs: number;
  /** When it was told first as a matter of one of its points, among the first three; NaN: not. */
  foundUs: number;
  by: string;
}
export interface Episode {
  readonly statement: Statement;
  readonly firstUs: number;
  lastUs: number;
  rows: number;
  surprise: number;
}
/** What became of a move that the recording holds: the first process finding that names its point and began with it. */
export interface Drawn {
  readonly move: MoveLabel;
  foundUs: number;
  by: string;
  surprise: number;
}
export interface Played {
  readonly header: SampleHeader;
  readonly drawn: readonly Drawn[];
  readonly episodes: readonly Episode[];
  readonly falsifications: readonly Falsification[];
}

class FalsifiedModel extends SampledModel {
  nowUs = 0;
  readonly active = new Map<number, Falsification>();
  readonly #truth = new Map<number, number>();

  override seen(id: number, tsUs: number): void {
    super.seen(id, tsUs);
    this.#put(id);
  }
  override changed(id: number, value: number): void {
    this.#truth.set(id, value);
    if (this.active.has(id)) this.#put(id);
    else super.changed(id, value);
  }
  release(id: number): void {
    this.active.delete(id);
    const value = this.#truth.get(id);
    if (value !== undefined) super.changed(id, value);
  }
  #put(id: number): void {
    const f = this.active.get(id);
    const value = this.#truth.get(id);
    if (f === undefined || f.kind === 'freeze' || value === undefined) return;
    const part = f.kind.startsWith('drift') ? Math.min(1, (this.nowUs - f.fromUs) / LASTS_US) : 1;
    const x = value + f.change * part;
    // Whole numbers stay whole, real ones keep 24 bits.
    const put = Number.isInteger(value) ? Math.round(x) : Math.fround(x);
    if (put !== this.value[id]) super.changed(id, put);
  }
}

/** Falsifies a point of each armed cell, another kind and another point each time. */
const falsify = (feed: ProcessFeed, model: FalsifiedModel, slot: number, all: Falsification[]): void => {
  feed.cells.forEach((cell, c) => {
    if (!cell.isArmed) return;
    const kind = FALSIFIED[(slot + c) % FALSIFIED.length]!;
    const columns = cell.arming.flatMap(({ nature }, p) => {
      const pair = cell.pairOf(p);
      const isWhole = pair === undefined || (kind === 'freeze' && pair.first === p);
      return nature === 'continuous' && isWhole ? [p] : [];
    });
    if (columns.length === 0) return;
    const column = columns[(slot * 7 + c * 3) % columns.length]!;
    const values = cell.rows.latest(ROWS_OF_SPAN).at(column).filter(Number.isFinite);
    const moved = values.slice(-ROWS_OF_MOVING).some((x, i, list) => i > 0 && x !== list[i - 1]);
    if (!moved) return;
    const span = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
    const pair = cell.pairOf(column);
    const points = (pair === undefined ? [column] : [pair.first, pair.second]).map((p) => cell.plan.points[p]!);
    const f: Falsification = {
      kind,
      points,
      cell: cell.plan.id,
      fromUs: model.nowUs,
      change: SIZE[kind] * span * ((slot + c) % 2 === 0 ? 1 : -1),
      stuckAfterUs: cell.arming[column]!.stuckAfterUs ?? Number.NaN,
      foundUs: Number.NaN,
      by: '',
    };
    all.push(f);
    for (const point of points) model.active.set(point, f);
  });
};

/** `falsified`: from six hours after learning on, in the hours in which the line runs. */
export const playSamples = (
  path: string,
  {
    learningUs,
    falsified,
    fitter = inPlaceFitter(LEARNER),
  }: { learningUs: number; falsified: boolean; fitter?: Fitter },
): Played => {
  const header = headerOf(path);
  const { startUs } = header.labels;
  const model = new FalsifiedModel(header);
  const endpoints = new Map(header.endpoints.map((e) => [e.id, e]));
  const families = new Map(DECODERS.map(({ name, family }) => [name, family]));
  const episodes = new Map<string, Episode>();
  const all: Falsification[] = [];
  const drawn = header.labels.moves.map((move): Drawn => ({ move, foundUs: Number.NaN, by: '', surprise: 0 }));
  const ipOf = (id: number): string => {
    const { ip = '', parent } = endpoints.get(id) ?? {};
    return ip !== '' || parent === undefined ? ip : ipOf(parent);
  };
  const isOf = (id: number, { points }: MoveLabel): boolean => {
    const { target, path } = header.points[id - 1]!;
    return points.some((p) => (p.address === path && p.controllerIp === ipOf(target)) || path.includes(p.name));
  };
  const feed = new ProcessFeed({
    model,
    endpoints: { get: (id: number) => endpoints.get(id)! } as unknown as EndpointView,
    fitter,
    onFitted: () => undefined,
    family: (protocol) => families.get(protocol) ?? '',
    isSuspect: () => false,
    isWatching: () => model.nowUs - startUs >= learningUs,
    learningUs: () => learningUs,
    state: (statement) => {
      const { kind, key, sinceUs = statement.tsUs, points = [], surprise, tsUs } = statement;
      const id = `${kind.code} ${key} ${sinceUs}`;
      const before = episodes.get(id);
      if (before === undefined) episodes.set(id, { statement, firstUs: tsUs, lastUs: tsUs, rows: 1, surprise });
      else {
        before.lastUs = tsUs;
        before.rows++;
        before.surprise = Math.max(before.surprise, surprise);
      }
      for (const f of all) {
        if (!Number.isNaN(f.foundUs) || sinceUs < f.fromUs - EARLY_US) continue;
        if (tsUs > f.fromUs + LASTS_US + FOUND_UNTIL_US || !points.slice(0, 3).some((p) => f.points.includes(p)))
          continue;
        f.foundUs = tsUs;
        f.by = kind.code;
      }
      for (const d of drawn) {
        const { startUs: fromUs, endUs } = d.move;
        if (sinceUs < fromUs - EARLY_US || tsUs < fromUs || tsUs > endUs + FOUND_UNTIL_US) continue;
        if (!points.slice(0, 3).some((p) => isOf(p, d.move))) continue;
        if (Number.isNaN(d.foundUs)) {
          d.foundUs = tsUs;
          d.by = kind.code;
        }
        d.surprise = Math.max(d.surprise, surprise);
      }
    },
    end: () => undefined,
  });
  let written = 0;
  let slot = -1;
  play(path, model, (tsUs) => {
    model.nowUs = tsUs;
    for (; written < header.writes.length && header.writes[written]![1] <= tsUs; written++)
      feed.wrote(...header.writes[written]!);
    if (falsified && tsUs - startUs >= learningUs + FIRST_HOURS * HOUR_US) {
      for (const [point, f] of model.active) if (tsUs > f.fromUs + LASTS_US) model.release(point);
      const now = Math.floor((tsUs - startUs) / EVERY_US);
      const hour = ((tsUs - startUs) / HOUR_US) % 24;
      if (now !== slot && hour >= WORKS[0] && hour <= WORKS[1]) falsify(feed, model, now, all);
      slot = now;
    }
    feed.tick(tsUs);
    return true;
  });
  return { header, episodes: [...episodes.values()], falsifications: all, drawn };
};
