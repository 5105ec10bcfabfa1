/** `gatehouse plant`: writes the simulated plant as a capture with labels, faster than the plant lives. */

import { MAX_HOSTS, PLANT_DEFAULTS, type PlantOptions, writePlant } from '../app/plant.ts';
import { EXIT, OperatingError } from '../core/errors.ts';
import { writing } from './fail.ts';

export interface PlantFlags {
  readonly seed: string;
  readonly days: string;
  readonly attack: PlantOptions['attack'];
  readonly hosts: string;
  readonly variant: PlantOptions['variant'];
  readonly start?: string;
  readonly disturbances: boolean;
}

/** Longest run, days: a year of the plant is some 120 GB. */
const MAX_DAYS = 366;

const numberOf = (name: string, text: string, low: number, high: number, whole: boolean): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high) || (whole && !Number.isInteger(value)))
    throw new OperatingError('usage', {
      detail: `--${name} ${text}: ${whole ? 'a whole number' : 'a number'} from ${Number(low.toPrecision(2))} to ${high} is needed`,
    });
  return value;
};

const startOf = (text: string | undefined): number => {
  if (text === undefined) return PLANT_DEFAULTS.startUs;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || ms < 0)
    throw new OperatingError('usage', { detail: `--start ${text}: a time like 2026-03-02T00:00:00Z is needed` });
  return Math.floor(ms / 1000) * 1_000_000;
};

export const plant = async (path: string | undefined, flags: PlantFlags): Promise<number> => {
  if (path === undefined) throw new OperatingError('usage', { detail: 'plant needs a file to write, or --live' });
  const options: PlantOptions = {
    seed: numberOf('seed', flags.seed, 0, 0xffff_ffff, true),
    days: numberOf('days', flags.days, 1 / 1440, MAX_DAYS, false),
    hosts: numberOf('hosts', flags.hosts, 60, MAX_HOSTS, true),
    attack: flags.attack,
    variant: flags.variant,
    disturbances: flags.disturbances,
    effects: true,
    startUs: startOf(flags.start),
  };
  const isTerminal = process.stderr.isTTY === true;
  let told = 0;
  const onProgress = (tsUs: number): void => {
    const part = Math.floor((100 * (tsUs - options.startUs)) / (options.days * 86_400_000_000));
    if (!isTerminal || part <= told) return;
    told = part;
    process.stderr.write(`\r${part} % of ${options.days} days`);
  };
  const { frames, bytes, labels } = await writing(path, () => writePlant(path, options, onProgress));
  if (isTerminal) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${path}: ${frames} frames, ${Math.round(bytes / 1e6)} MB\n${labels}\n`);
  return EXIT.ok;
};
