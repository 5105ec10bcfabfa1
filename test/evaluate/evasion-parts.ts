/** The parts of the evasion suite with the one setting of each, long and short. */
import type { EvasionResult } from './evasion.ts';
import { runFloods } from './evasion-floods.ts';
import { runFrames } from './evasion-frames.ts';
import { runRows } from './evasion-rows.ts';

export const PARTS = ['frames', 'rows', 'floods'] as const;
export type Part = (typeof PARTS)[number];

/** From a quarter past five: the recipe and the start of production are among what is learned. */
const FROM_HOUR = 5.2;

export const runPart = (part: Part, seed: number, short: boolean): readonly EvasionResult[] => {
  if (part === 'frames')
    return runFrames({
      seed,
      fromHour: FROM_HOUR,
      learnMinutes: short ? 45 : 240,
      minutes: short ? 25 : 60,
      control: !short,
      process: !short,
    }).results;
  if (part === 'rows')
    return runRows(
      short
        ? { seed, learnHours: 6, hours: 2, stepS: 20, targets: 4, rounds: 1 }
        : { seed, learnHours: 24, hours: 6, stepS: 10, targets: 4, rounds: 4 },
    );
  return runFloods(short);
};
