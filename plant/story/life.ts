/**
 * Normal life of the plant as what people do at their panels: products and recipes, start and stop of the line with the
 * shifts, breaks, cleaning between products and at night, short Saturdays, quiet Sundays; operators trim set points, and on
 * most working days the engineer changes parameters online. The same seed gives the same life, day by day, whoever asks and
 * in whatever order; the network sends these as writes of an HMI, online changes as writes of the engineering station.
 */
import { type Random, seededRandom } from '../../src/lib/random.ts';
import { RECIPES, recipeWrites } from '../physics/recipes.ts';

/** One value that a person (or the recipe screen) writes. */
export interface Operation {
  /** Seconds since the start of the plant. */
  readonly atS: number;
  readonly controller: string;
  readonly point: string;
  readonly value: number;
  /** Writes with the same text and nearly the same time belong to one act. */
  readonly act: string;
}

/** Act of the engineering station; everything else is done at a panel. */
export const ONLINE_CHANGE = 'online change';
/** Part of the working days with online changes. */
const CHANGE_DAYS = 0.8;
/** Parameters that engineers tune in a running plant: where, usual value, largest step. */
const TUNED = [
  ['plc-dosing', 'AIC-301.TI', 380, 20],
  ['plc-dosing', 'AAH-301.LIM', 0.8, 0.02],
  ['plc-filter', 'FIC-201.TI', 6, 0.4],
  ['plc-distribution', 'PIC-401.TI', 7, 0.5],
  ['plc-steam', 'PIC-701.TI', 260, 15],
  ['plc-cooling', 'TIC-801.TI', 160, 10],
  ['plc-pasteur', 'TIC-602.TI', 60, 3],
  ['plc-cip', 'CIP.T1', 300, 15],
  ['plc-conveyor', 'TAH-1101.LIM', 85, 2],
  ['plc-air', 'PAH-1401.LIM', 8.2, 0.1],
  ['plc-filler', 'WT.LOW', 97.5, 0.3],
  ['plc-capper', 'JT-1001.LOW', 1.3, 0.03],
] as const;

const DAY_S = 86_400;
const EPOCH_WEEKDAY = 3;

/** 0 Monday ... 6 Sunday of day `day` of a plant whose time 0 is `startS` (seconds since 1970, the plant's zone). */
export const weekdayOf = (startS: number, day: number): number =>
  (((Math.floor(startS / DAY_S) + day + EPOCH_WEEKDAY) % 7) + 7) % 7;

const order = (random: Random): number[] => {
  const numbers = Object.keys(RECIPES).map(Number);
  for (let i = numbers.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
};

/**
 * What people do on day `day` (0: the day that holds time 0), in order of time; times before time 0 are negative.
 */
export const operationsOfDay = (seed: number, startS: number, day: number): readonly Operation[] => {
  const random = seededRandom((seed ^ 0x1f123bb5) + day * 7919);
  const weekday = weekdayOf(startS, day);
  const midnight = day * DAY_S - (((startS % DAY_S) + DAY_S) % DAY_S);
  const out: Operation[] = [];
  const at = (hour: number, act: string, controller: string, point: string, value: number, afterS = 0): void => {
    out.push({ atS: Math.round(midnight + hour * 3600 + afterS), controller, point, value, act });
  };
  const products = order(random);
  const jitter = (minutes: number): number => (random.uniform() * minutes) / 60;

  const recipe = (hour: number, number: number): void => {
    recipeWrites(number).forEach((w, i) => {
      at(hour, `recipe ${number}`, w.controller, w.point, w.value, i * 2);
    });
  };
  const startLine = (hour: number): void => {
    at(hour, 'start of production', 'plc-blend', 'BATCH.ENABLE', 1);
    at(hour + 0.35, 'start of production', 'plc-pasteur', 'PAST.ENABLE', 1);
    at(hour + 0.55, 'start of production', 'plc-conveyor', 'CONV.ENABLE', 1);
    at(hour + 0.55, 'start of production', 'plc-packer', 'PACK.ENABLE', 1, 12);
    at(hour + 0.6, 'start of production', 'plc-filler', 'LINE.RUN', 1);
  };
  /** The last batch was made before; the line runs on until it is empty. */
  const stopLine = (hour: number): void => {
    at(hour - 0.7, 'last batch', 'plc-blend', 'BATCH.ENABLE', 0);
    at(hour, 'end of production', 'plc-filler', 'LINE.RUN', 0);
    at(hour, 'end of production', 'plc-pasteur', 'PAST.ENABLE', 0, 30);
    at(hour + 0.12, 'end of production', 'plc-packer', 'PACK.ENABLE', 0);
    at(hour + 0.12, 'end of production', 'plc-conveyor', 'CONV.ENABLE', 0, 9);
  };
  const clean = (hour: number): void => at(hour, 'cleaning', 'plc-cip', 'CIP.START', 1);
  const pause = (hour: number, minutes: number, act: string): void => {
    at(hour, act, 'plc-filler', 'LINE.RUN', 0);
    at(hour + minutes / 60, act, 'plc-filler', 'LINE.RUN', 1);
  };

  if (weekday < 5) {
    recipe(5.3 + jitter(8), products[0]!);
    startLine(5.45 + jitter(6));
    pause(8.5 + jitter(15), 12 + jitter(300), 'break');
    const first = 10.6 + jitter(40);
    stopLine(first);
    clean(first + 0.2);
    recipe(first + 0.5, products[1]!);
    startLine(first + 0.72);
    pause(14 + jitter(4), 8 + jitter(200), 'shift change');
    const second = 15.6 + jitter(40);
    stopLine(second);
    clean(second + 0.2);
    recipe(second + 0.5, products[2]!);
    startLine(second + 0.72);
    pause(18.6 + jitter(15), 12 + jitter(300), 'break');
    stopLine(21.5 + jitter(15));
    clean(22.2 + jitter(20));
  } else if (weekday === 5) {
    recipe(5.3 + jitter(8), products[0]!);
    startLine(5.45 + jitter(6));
    pause(9.4 + jitter(15), 14, 'break');
    stopLine(13.4 + jitter(10));
    clean(14 + jitter(10));
  }
  if (weekday < 5) {
    // Chance of its own: recipes and shifts stay what they were.
    const fine = seededRandom((seed ^ 0x51ab_77e3) + day * 6271);
    const within = (low: number, high: number): number => low + (high - low) * fine.uniform();
    const round = (value: number, step: number): number => Math.round(value / step) * step;
    for (const [from, to, number] of [
      [6.4, 8.3, products[0]!],
      [12.2, 13.8, products[1]!],
      [17, 18.4, products[2]!],
    ] as const) {
      const { fillMl, perMinute } = RECIPES[number]!;
      at(within(from, to), 'fill trimmed', 'plc-filler', 'FILL.SP', round(fillMl * within(0.997, 1.003), 0.1));
      at(within(from, to), 'speed trimmed', 'plc-filler', 'SPEED.SP', round(perMinute * within(0.96, 1.02), 1));
    }
    if (fine.uniform() < CHANGE_DAYS)
      for (let n = fine.integer(3, 6), hour = within(8, 11); n > 0; n--, hour += within(0.05, 0.9)) {
        const [controller, point, usual, step] = TUNED[fine.integer(0, TUNED.length - 1)]!;
        at(hour, ONLINE_CHANGE, controller, point, round(usual + within(-step, step), step / 100));
      }
  }
  return out.sort((a, b) => a.atS - b.atS);
};

/** What people did on the day of time 0 before it: the state in which a plant begins that begins in mid-shift. */
export const earlierToday = (seed: number, startS: number): readonly Operation[] =>
  operationsOfDay(seed, startS, 0).filter((o) => o.atS < 0 && o.act !== 'cleaning');

/** All that people do from `fromS` up to and without `toS`. */
export const operationsBetween = (seed: number, startS: number, fromS: number, toS: number): readonly Operation[] => {
  const out: Operation[] = [];
  const offsetS = ((startS % DAY_S) + DAY_S) % DAY_S;
  // A day's last acts lie before its midnight: no day reaches into another.
  for (let day = Math.floor((fromS + offsetS) / DAY_S); day <= Math.floor((toS + offsetS) / DAY_S); day++)
    for (const o of operationsOfDay(seed, startS, day)) if (o.atS >= fromS && o.atS < toS) out.push(o);
  return out;
};
