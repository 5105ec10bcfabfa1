/**
 * Falsified signals of an attacker who knows the models: he stays below their limits, inside of what was learned, or shows
 * the plant as it would have been. Each acts on one measured value (or on all of its controller) between what is true and
 * what is read. Source: Urbina et al., Limiting the impact of stealthy attacks on industrial control systems, ACM CCS
 * (2016): what counts is how far the process can be moved per time while nothing is told.
 */
import { seededRandom } from '../../../src/lib/random.ts';
import type { Board } from '../../physics/index.ts';
import type { Tamper } from '../../physics/point.ts';

/** The measured value, and the set point that is moved where the signal is only a mask. */
export interface SignalTarget {
  readonly controller: string;
  readonly sensor: string;
  readonly setPoint: string;
}
export const TARGETS: readonly SignalTarget[] = [
  { controller: 'plc-distribution', sensor: 'PT-401', setPoint: 'PIC-401.SP' },
  { controller: 'plc-steam', sensor: 'PT-701', setPoint: 'PIC-701.SP' },
  { controller: 'plc-cooling', sensor: 'TT-801', setPoint: 'TIC-801.SP' },
  { controller: 'plc-intake', sensor: 'LT-101', setPoint: 'LIC-101.STOP' },
];

/** What the attacker learned while he listened, as the models did: by the name of the point. */
export interface Overheard {
  readonly low: (point: string) => number;
  readonly high: (point: string) => number;
  /** Standard deviation of what it changes between two readings, and the largest such change. */
  readonly step: (point: string) => number;
  readonly largestStep: (point: string) => number;
  /** Slope of a point over the target in the readings. */
  readonly slope: (point: string) => number;
  /** What was read of a point `agoS` before a time. */
  readonly earlier: (point: string, timeS: number, agoS: number) => number;
  /** What would be read now in a plant without attacker: he has a model that is as good as the plant. */
  readonly without: (point: string, timeS: number) => number;
  readonly stepS: number;
}

export interface SignalEvasion {
  readonly name: string;
  readonly how: string;
  readonly past: readonly string[];
  /** Begins at `startS` of the plant's time, with the controller's memory in hand. */
  readonly begin: (board: Board, target: SignalTarget, heard: Overheard, startS: number, seed: number) => void;
}

/** Per cent of the span in an hour: two hundredths of what a calibration drifts in a shift would be ten times less. */
const DRIFT_PER_HOUR = 0.5;
const STEP_EVERY_S = 600;
const BIAS_PART = 0.1;
const MOVED_PART = 0.05;
const RAMP_S = 3600;
const ALTERNATE_S = 180;

const spanOf = (board: Board, name: string): number => {
  const { low, high } = board.point(name).definition;
  return high - low;
};
/** Moves the set point itself by a twentieth of the sensor's span, as the one in the controller's memory, and shows the old one. */
const moveProcess = (board: Board, { sensor, setPoint }: SignalTarget): void => {
  const point = board.point(setPoint);
  point.put(point.value + MOVED_PART * spanOf(board, sensor));
};
const maskAll = (board: Board, of: (name: string) => Tamper): void => {
  for (const point of board.list) point.mask = of(point.definition.name);
};

export const SIGNALS: readonly SignalEvasion[] = [
  {
    name: 'slow-drift',
    how: `draws the value away by ${DRIFT_PER_HOUR} % of its span in an hour; the controller follows it`,
    past: ['level', 'dynamics', 'soft-sensor'],
    begin: (board, { sensor }, _, startS) => {
      const perS = (DRIFT_PER_HOUR / 100 / 3600) * spanOf(board, sensor);
      board.point(sensor).tamper = (v, timeS) => v + perS * (timeS - startS);
    },
  },
  {
    name: 'steps-within-noise',
    how: 'adds every ten minutes half of what the value changes by itself between two readings',
    past: ['junk', 'dynamics', 'level'],
    begin: (board, { sensor }, heard, startS) => {
      const step = heard.step(sensor) / 2;
      board.point(sensor).tamper = (v, timeS) => v + step * (1 + Math.floor((timeS - startS) / STEP_EVERY_S));
    },
  },
  {
    name: 'inside-range-and-rate',
    how: 'adds a tenth of the span, never faster than the value ever moved and never outside of where it ever was',
    past: ['level', 'junk'],
    begin: (board, { sensor }, heard, startS) => {
      const wanted = BIAS_PART * spanOf(board, sensor);
      const perS = heard.step(sensor) / heard.stepS / 4;
      const [low, high] = [heard.low(sensor), heard.high(sensor)];
      board.point(sensor).tamper = (v, timeS) =>
        Math.max(low, Math.min(high, v + Math.min(wanted, perS * (timeS - startS))));
    },
  },
  {
    name: 'cell-moved-together',
    how: 'moves all measured values of the cell together along their learned slopes, by a twentieth of the span in an hour',
    past: ['soft-sensor', 'relation'],
    begin: (board, { sensor }, heard, startS) => {
      const most = MOVED_PART * spanOf(board, sensor);
      for (const point of board.sensors) {
        const { name } = point.definition;
        const slope = name === sensor ? 1 : heard.slope(name);
        point.tamper = (v, timeS) => v + slope * most * Math.min(1, (timeS - startS) / RAMP_S);
      }
    },
  },
  {
    name: 'shown-by-a-model',
    how: 'moves the set point by a twentieth of the span and shows of the whole controller what a perfect model of it says',
    past: ['level', 'dynamics', 'soft-sensor', 'relation', 'replay', 'stuck'],
    begin: (board, target, heard) => {
      moveProcess(board, target);
      maskAll(board, (name) => (_, timeS) => heard.without(name, timeS));
    },
  },
  {
    name: 'replay-with-noise',
    how: 'moves the set point by a twentieth of the span and shows the whole controller as it was a day (a shift) before, with noise',
    past: ['replay', 'stuck'],
    begin: (board, target, heard, startS, seed) => {
      moveProcess(board, target);
      const random = seededRandom(seed ^ 0x7e91a4);
      // Outputs move as finely as what is measured, and are noisy too.
      const noisy = new Set([...board.sensors, ...board.outputs].map((p) => p.definition.name));
      const agoS = Math.min(86_400, Math.floor((startS * 0.75) / heard.stepS) * heard.stepS);
      maskAll(board, (name) => {
        const noise = noisy.has(name) && board.point(name).definition.type !== 'bool' ? heard.step(name) / 2 : 0;
        return (_, timeS) => heard.earlier(name, timeS, agoS) + (noise > 0 ? noise * random.normal() : 0);
      });
    },
  },
  {
    name: 'stuck-now-and-then',
    how: 'holds the value for three minutes and shows the truth for three minutes, again and again',
    past: ['stuck'],
    begin: (board, { sensor }, _, startS) => {
      const point = board.point(sensor);
      let held = point.value;
      point.mask = (v, timeS) => {
        if (Math.floor((timeS - startS) / ALTERNATE_S) % 2 === 1) held = v;
        return held;
      };
    },
  },
];
