/** What a process cell has learned, in words: its model, what it was made from, and the points it is of. */
import { timeText } from '../query/view.ts';
import type { SavedCell } from './saved-cell.ts';

const HOUR_US = 3_600_000_000;
/** Points named one by one; of more, how many. */
const MAX_NAMED = 3;

/** What is kept of a cell that says what it learned. */
export type LearnedCell = Pick<SavedCell, 'plan' | 'taken' | 'fittedUs' | 'learnedUs'>;

const hours = (us: number): string => `${(us / HOUR_US).toFixed(1)} h`;
const points = (count: number): string => (count === 1 ? '1 point' : `${count} points`);

const learnedText = ({ plan, taken, fittedUs, learnedUs }: LearnedCell): string =>
  fittedUs > 0
    ? `a model of ${points(plan.points.length)}, made at ${timeText(fittedUs)} from ${hours(learnedUs)}`
    : `no model yet: ${points(plan.points.length)}, ${hours(taken * plan.stepUs)} of rows`;

const named = (what: string, numbers: readonly number[], nameOf: (point: number) => string): string => {
  if (numbers.length === 0) return '';
  const list = numbers.slice(0, MAX_NAMED).map(nameOf).join(', ');
  const more = numbers.length > MAX_NAMED ? ` and ${numbers.length - MAX_NAMED} more` : '';
  return `; ${what} ${list}${more}`;
};

/**
 * Both sides in words, '' for the one that has no such cell; undefined where nothing else was learned: a model that has judged
 * on is the same model. Points have the same numbers on both sides. `nameOf` a point says it as people do.
 */
export const cellChange = (
  before: LearnedCell | undefined,
  now: LearnedCell | undefined,
  nameOf: (point: number) => string,
): { readonly before: string; readonly now: string } | undefined => {
  if (before === undefined || now === undefined)
    return { before: before === undefined ? '' : learnedText(before), now: now === undefined ? '' : learnedText(now) };
  const [had, has] = [before.plan.points, now.plan.points];
  const fresh = has.filter((point) => !had.includes(point));
  const gone = had.filter((point) => !has.includes(point));
  const isSame = fresh.length === 0 && gone.length === 0 && learnedText(before) === learnedText(now);
  if (isSame) return undefined;
  return {
    before: learnedText(before),
    now: `${learnedText(now)}${named('new', fresh, nameOf)}${named('without', gone, nameOf)}`,
  };
};
