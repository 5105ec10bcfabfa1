/**
 * Arming by proof: a member of the process guard is fitted on the first part of the training rows and must then find the
 * rest, which it never saw, as normal as the budget of false alarms allows. What does not is silenced, one kind of deviation
 * of one point at a time, the loudest first; the rest of the member stays armed. Where a soft sensor spoke it is the sensor
 * that is barred, not the point that it blamed: tomorrow it would blame another one.
 * Source: split-sample validation (Stone, Journal of the Royal Statistical Society B 36, 1974).
 */
import type { CellLearner, CellModel, Deviation, DeviationKind, RowTable } from '../../core/process.ts';
import { bitOf } from './arming-table.ts';
import { isExperienced } from './level.ts';
import type { SensorKind } from './sensors.ts';
import { SoftModel } from './soft-index.ts';

/** The member is fitted on this first part and proved on the rest. */
export const PROOF_FROM = 0.7;
/** Part of the later rows that may be in alarm. */
const MOST_ALARM_ROWS = 0.01;

/** Rows of training for each point of the cell, below which regressions on the other points fit chance (Harrell, 2015). */
export const ROWS_PER_POINT = 20;
const FIXED: readonly DeviationKind[] = ['level', 'replay', 'relation'];
/**
 * Correlation times that training must hold before a level counts that lies beyond its limits by more than they are apart: the range of
 * twenty independent values is almost four standard deviations (Tippett, Biometrika 17, 1925), so that it is six from the mean. How it
 * got there matters little: after a gap, as after a restart of Gatehouse, nonsense is a level.
 */
export const FAR_EXPERIENCE = 20;
/** Changes that training must hold before standing still is odd: it follows the noise of a point, not its course. */
export const CHANGES = 300;
const OF_NOISE: readonly DeviationKind[] = ['stuck'];
const REGRESSED: readonly DeviationKind[] = ['soft-sensor', 'spread'];
/** What only sensors say, with the kinds of sensors that say it. */
const OF_SENSORS: ReadonlySet<DeviationKind> = new Set(['soft-sensor', 'spread', 'set-point']);

/** A kind of deviation of a point (-1: the cell), as one text: `stuck 7`. */
export type Voice = string;
export const voiceOf = (kind: DeviationKind, point: number): Voice => `${kind} ${point}`;

/** A sensor by its point and kind: what a proof bars. */
export const sensorOf = (point: number, kind: SensorKind): string => `${kind} ${point}`;

/** Voices that are not heard, a bit for each kind of each point. */
const NO_BITS = new Uint16Array(0);
/** The highest bit: its level is heard all the same where it is far out (`FAR_EXPERIENCE`). */
const HEARD_FAR = 1 << 15;

const isFar = ({ observed, low, high }: Deviation): boolean => Math.max(low - observed, observed - high) > high - low;

export class Silence {
  readonly isEmpty: boolean;
  readonly points: number;
  /** The cell as a whole comes first. */
  readonly bits: Uint16Array;

  /** `bits`: those of another one, or none. */
  constructor(bits: ArrayLike<number>, points: number) {
    this.points = points;
    this.isEmpty = bits.length === 0;
    this.bits = this.isEmpty ? NO_BITS : Uint16Array.from(bits);
  }
  /** `heardFar`: points of which a level that is far out is heard although levels are not. */
  static of(voices: readonly Voice[], points: number, heardFar: readonly number[] = []): Silence {
    const bits = new Uint16Array(voices.length === 0 ? 0 : points + 1);
    for (const voice of voices) {
      const at = voice.lastIndexOf(' ');
      bits[1 + Number(voice.slice(at + 1))]! |= bitOf(voice.slice(0, at) as DeviationKind);
    }
    for (const point of heardFar) if ((bits[1 + point]! & bitOf('level')) !== 0) bits[1 + point]! |= HEARD_FAR;
    return new Silence(bits, points);
  }

  /** Whether this is not heard. */
  hides(deviation: Deviation): boolean {
    const { kind, point } = deviation;
    if (!this.has(kind, point)) return false;
    return !(kind === 'level' && (this.bits[1 + point]! & HEARD_FAR) !== 0 && isFar(deviation));
  }
  has(kind: DeviationKind, point: number): boolean {
    return !this.isEmpty && (this.bits[1 + point]! & bitOf(kind)) !== 0;
  }
}

export interface Proof {
  readonly silenced: readonly Voice[];
  /** Sensors (`sensorOf`) that must not be used. */
  readonly barred: readonly string[];
  /** Rows judged, rows in alarm and episodes before silencing. */
  readonly judged: number;
  readonly alarmRows: number;
  readonly episodes: number;
}

const SENSOR = 'sensor:';

const part = (table: RowTable, rows: number): RowTable => ({
  points: table.points,
  count: rows,
  tsUs: table.tsUs.subarray(0, rows),
  columns: table.columns.map((c) => c.subarray(0, rows)),
});

/** Which voices must be silenced so that rows `from`.. of the table keep the budget of one false episode in `budgetUs`. */
export const silence = (model: CellModel, table: RowTable, from: number, budgetUs: number): Proof => {
  const rows: Voice[][] = [];
  const row = new Float64Array(table.columns.length);
  let judged = 0;
  // Sensors are told apart from voices by a mark.
  let sensors: string[] = [];
  const bank = model instanceof SoftModel ? model : undefined;
  if (bank) bank.onSensor = (point, kind) => sensors.push(SENSOR + sensorOf(point, kind));
  for (let i = from; i < table.count; i++) {
    for (let p = 0; p < row.length; p++) row[p] = table.columns[p]![i]!;
    sensors = [];
    const score = model.score(table.tsUs[i]!, row);
    if (score.state === 'scored') judged++;
    const told = score.state === 'scored' && score.surprise >= 0.5 ? score.deviations : [];
    const own = told.filter((d) => d.surprise >= 0.5 && !(bank && OF_SENSORS.has(d.kind)));
    rows.push([...own.map((d) => voiceOf(d.kind, d.point)), ...sensors]);
  }
  const days = table.count > from ? table.tsUs[table.count - 1]! - table.tsUs[from]! : 0;
  const mostEpisodes = Math.ceil(days / budgetUs);
  const mostRows = Math.max(1, Math.floor(judged * MOST_ALARM_ROWS));
  const silenced = new Set<Voice>();
  let first: { episodes: number; alarmRows: number } | undefined;
  for (;;) {
    const count = new Map<Voice, number>();
    let episodes = 0;
    let alarmRows = 0;
    let before = false;
    for (const voices of rows) {
      let alarm = false;
      for (const v of voices) {
        if (silenced.has(v)) continue;
        alarm = true;
        count.set(v, (count.get(v) ?? 0) + 1);
      }
      if (alarm) alarmRows++;
      if (alarm && !before) episodes++;
      before = alarm;
    }
    first ??= { episodes, alarmRows };
    if (episodes <= mostEpisodes && alarmRows <= mostRows) break;
    const loudest = [...count].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (loudest === undefined) break;
    silenced.add(loudest[0]);
  }
  const all = [...silenced].sort();
  return {
    silenced: all.filter((v) => !v.startsWith(SENSOR)),
    barred: all.filter((v) => v.startsWith(SENSOR)).map((v) => v.slice(SENSOR.length)),
    judged,
    ...first,
  };
};

/** What a member with fixed limits may not say yet, because training was too short for it. */
export const inexperienced = (table: RowTable): Voice[] => {
  const thin = table.count < ROWS_PER_POINT * table.columns.length;
  return table.columns.flatMap((column, p) => {
    const short = !isExperienced(column.subarray(0, table.count));
    let changes = 0;
    for (let i = 1; i < table.count; i++) if (Math.abs(column[i]! - column[i - 1]!) > 0) changes++;
    return [...(short ? FIXED : []), ...(changes < CHANGES ? OF_NOISE : []), ...(thin ? REGRESSED : [])].map((kind) =>
      voiceOf(kind, p),
    );
  });
};

/** Points of which training held enough for a level that is far out (`FAR_EXPERIENCE`), be it too little for one that is just beyond or one that was loud. */
export const experiencedFar = (table: RowTable): number[] =>
  table.columns.flatMap((column, p) => (isExperienced(column.subarray(0, table.count), FAR_EXPERIENCE) ? [p] : []));

/** Fits on the first part and tells what to silence. */
export const prove = (learner: CellLearner, table: RowTable, stepUs: number, budgetUs: number): Proof => {
  const split = Math.floor(table.count * PROOF_FROM);
  return silence(learner.fit(part(table, split), { stepUs }), table, split, budgetUs);
};
