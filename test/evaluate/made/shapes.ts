/**
 * Made data of the shapes that published sets of process data have, from a seed: what the guard does on data that nobody
 * tuned it on, as far as a simulator can say. No row of any published set is in here; what a water loop or a server's load
 * looks like is written down as equations (first-order lags, noise, seasons), and anomalies change their parameters.
 */
import { type Random, seededRandom } from '../../../src/lib/random.ts';

export interface MadeCase {
  readonly name: string;
  readonly metric: 'skab' | 'nab';
  readonly points: readonly string[];
  readonly tsUs: readonly number[];
  /** `[row][point]`, NaN where missing. */
  readonly rows: readonly (readonly number[])[];
  /** Rows before this one are for learning. */
  readonly trainRows: number;
  /** First and last row of each anomaly, both inclusive. */
  readonly anomalies: readonly (readonly [number, number])[];
}

const START_US = Date.UTC(2024, 2, 4, 9) * 1000;
const MINUTE_US = 60e6;

/** First-order noise of standard deviation `sd` and correlation time `rows`. */
const coloured = (random: Random, sd: number, rows: number): (() => number) => {
  const keep = Math.exp(-1 / rows);
  let x = sd * random.normal();
  return () => {
    x = keep * x + sd * Math.sqrt(1 - keep * keep) * random.normal();
    return x;
  };
};
const round = (x: number, digits: number): number => Number(x.toFixed(digits));

/** What goes wrong in the water loop. */
export const LOOP_FAULTS = [
  'valve-out',
  'valve-in',
  'leak',
  'imbalance',
  'cavitation',
  'hot-water',
  'two-phase',
  'none',
] as const;
export type LoopFault = (typeof LOOP_FAULTS)[number];

/**
 * A pump that drives water round a loop: eight sensors, a row a second of which some are missing, 400 rows to learn from.
 * The temperature still rises from the start, the flow meter tells whole litres, the pressure meter is coarse.
 */
export const loopCase = (fault: LoopFault, seed: number): MadeCase => {
  const random = seededRandom(seed);
  const total = 1150;
  const from = 560 + random.integer(0, 40);
  const to = from + 380 + random.integer(0, 30);
  const size = 0.35 + 0.5 * random.uniform();
  const warmth = coloured(random, 1.1, 60);
  const ambient = coloured(random, 0.08, 400);
  const mains = coloured(random, 4, 6);
  const slip = coloured(random, 0.35, 4);
  const shake = coloured(random, 0.0004, 25);
  const settle = 20 + 60 * random.uniform();
  const base = {
    flow: 32 + random.integer(-1, 1) * 0.4,
    heat: 70 + 15 * random.uniform(),
    ambient: 25 + 3 * random.uniform(),
  };
  let degree = 0;
  let second = 0;
  const tsUs: number[] = [];
  const rows: number[][] = [];
  for (let i = 0; i < total; i++) {
    second += random.uniform() < 0.05 ? 2 : 1;
    const goal = fault !== 'none' && i >= from && i <= to ? 1 : 0;
    degree += (goal - degree) / (goal > degree ? settle : 8);
    const is = (f: LoopFault): number => (f === fault ? degree * size : 0);
    const valve = is('valve-out') + 0.7 * is('valve-in');
    const flow = base.flow * (1 - 0.55 * valve - 0.1 * is('leak') - 0.12 * is('two-phase')) + slip();
    const gas = is('two-phase') + is('cavitation');
    tsUs.push(START_US + second * 1e6);
    rows.push([
      round(0.027 + shake() + 0.0006 * random.normal() + 0.012 * is('imbalance') + 0.004 * gas + 0.0012 * valve, 6),
      round(0.04 + 0.0009 * random.normal() + 0.02 * is('imbalance') + 0.006 * gas + 0.0015 * valve, 6),
      round(1.35 + 0.22 * random.normal() + 0.004 * mains() + 0.35 * is('imbalance') - 0.2 * valve, 5),
      round(
        Math.round(
          (0.25 * random.normal() + 0.12 + 1.1 * is('valve-out') - 0.9 * is('valve-in') - 0.4 * is('leak')) / 0.328,
        ) * 0.328,
        6,
      ),
      round(base.heat + warmth() + 0.2 * random.normal() + 7 * is('hot-water') - 2 * valve, 4),
      round(base.ambient + ambient() + 0.0006 * second + 1.5 * is('hot-water'), 4),
      round(231 + 9 * random.normal() + mains(), 3),
      round(Math.round(flow), 4),
    ]);
  }
  return {
    name: `${fault}-${seed}`,
    metric: 'skab',
    points: ['Vibration1', 'Vibration2', 'Current', 'Pressure', 'Temperature', 'Thermocouple', 'Voltage', 'Flow'],
    tsUs,
    rows,
    trainRows: 400,
    anomalies: fault === 'none' ? [] : [[from, to]],
  };
};

/** Series of one value. */
export const SERIES = ['season', 'count', 'load', 'latency', 'level', 'square', 'walk'] as const;
export type Series = (typeof SERIES)[number];

/** What comes at an anomaly; each series has two of them. */
const TROUBLES: Readonly<Record<Series, readonly string[]>> = {
  season: ['spike', 'no-peak'],
  count: ['high-day', 'low-day'],
  load: ['shift', 'spike'],
  latency: ['burst', 'shift'],
  level: ['shift', 'drop'],
  square: ['no-peak', 'high-peak'],
  walk: ['jump', 'noise'],
};

/** Mean, noise and a trouble of strength 0..1 put in, for row `i`. */
const makers: Readonly<Record<Series, (random: Random) => (i: number, trouble: string, first: boolean) => number>> = {
  // A temperature of a room over the day.
  season: (random) => {
    const weather = coloured(random, 1.2, 200);
    return (i, trouble, first) => {
      const peak = trouble === 'no-peak' ? 0 : 6 * Math.sin((2 * Math.PI * i) / 288);
      return 68 + peak + weather() + 0.5 * random.normal() + (trouble === 'spike' && first ? 15 : 0);
    };
  },
  // Half-hourly counts with a week.
  count: (random) => (i, trouble) => {
    const hour = (i / 2) % 24;
    const weekend = Math.floor(i / 48) % 7 >= 5;
    const day = Math.max(0.15, Math.sin((Math.PI * (hour - 5)) / 19)) * (weekend ? 0.8 : 1);
    const factor = trouble === 'high-day' ? 1.45 : trouble === 'low-day' ? 0.45 : 1;
    return Math.round(20_000 * day * factor * (1 + 0.05 * random.normal()));
  },
  // Load of a machine that does the same all day, with short jobs.
  load: (random) => (_i, trouble, first) => {
    const job = random.uniform() < 0.03 ? 10 * random.uniform() : 0;
    return round(
      Math.max(
        0,
        35 + 2 * random.normal() + job + (trouble === 'shift' ? 15 : 0) + (trouble === 'spike' && first ? 55 : 0),
      ),
      3,
    );
  },
  // Heavy tails to one side.
  latency: (random) => (_i, trouble, first) => {
    const tail = Math.exp(0.35 * random.normal());
    return round(45 * tail * (trouble === 'burst' && first ? 7 : 1) * (trouble === 'shift' ? 1.8 : 1), 3);
  },
  level: (random) => {
    const wander = coloured(random, 1, 30);
    return (_i, trouble) =>
      80 + 2 * wander() + 0.6 * random.normal() - (trouble === 'drop' ? 25 : trouble === 'shift' ? -14 : 0);
  },
  // A day of two levels.
  square: (random) => (i, trouble) => {
    const on = i % 288 > 100 && i % 288 < 200;
    const high = trouble === 'no-peak' ? 20 : trouble === 'high-peak' ? 120 : 80;
    return (on ? high : 20) + 3 * (random.uniform() - 0.5);
  },
  walk: (random) => {
    let x = 100;
    return (_i, trouble, first) => {
      x += 0.4 * random.normal() * (trouble === 'noise' ? 8 : 1) + (trouble === 'jump' && first ? 20 : 0);
      x += 0.002 * (100 - x);
      return round(x, 3);
    };
  },
};

/** About 4,000 rows (half-hourly counts: 10,000), the first 15 % (at most 750) for learning; two to four anomalies. */
export const seriesCase = (series: Series, seed: number): MadeCase => {
  const random = seededRandom(seed);
  const total = series === 'count' ? 10_320 : 4032;
  const stepUs = (series === 'count' ? 30 : 5) * MINUTE_US;
  const trainRows = Math.min(750, Math.floor(0.15 * total));
  const n = 2 + random.integer(0, 2);
  const value = makers[series](random);
  // The benchmark's windows cover a tenth of the rows together, each around its anomaly.
  const half = Math.floor((0.1 * total) / n / 2);
  const room = Math.floor((total - trainRows) / n);
  const day = series === 'count' ? 48 : 288;
  const troubles = Array.from({ length: n }, (_, k) => {
    const at = trainRows + k * room + half + random.integer(0, Math.max(0, room - 2 * half - day));
    // Odd days begin at midnight.
    const start = ['season', 'count', 'square'].includes(series) ? Math.ceil(at / day) * day : at;
    return {
      what: TROUBLES[series][k % 2]!,
      start,
      rows: ['no-peak', 'high-peak', 'high-day', 'low-day'].includes(TROUBLES[series][k % 2]!) ? day : 60,
    };
  });
  const rows = Array.from({ length: total }, (_, i) => {
    const trouble = troubles.find((t) => i >= t.start && i < t.start + t.rows);
    return [value(i, trouble?.what ?? '', trouble !== undefined && i - trouble.start < 3)];
  });
  return {
    name: `${series}-${seed}`,
    metric: 'nab',
    points: ['value'],
    tsUs: rows.map((_, i) => START_US + i * stepUs),
    rows,
    trainRows,
    anomalies: troubles.map((t) => {
      const middle = t.start + (t.rows === day ? day / 3 : 3);
      return [Math.max(trainRows, Math.round(middle - half)), Math.min(total - 1, Math.round(middle + half))] as const;
    }),
  };
};
