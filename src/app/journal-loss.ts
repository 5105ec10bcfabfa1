/** Acknowledged rows of the journal that the database does not hold, in words: for the console, the terminal and the doctor. */
import { OperatingError } from '../core/errors.ts';
import type { JournalLoss } from '../store/index.ts';
import { timeText } from './query/view.ts';

export const lossText = ({ missing, after, sinceUs }: JournalLoss): string => {
  if (missing === 0)
    return `The row of the journal that was acknowledged last is not among its ${after} rows: this is the database of another time or place`;
  const since = after === 0 ? 'the beginning' : `row ${after} of ${timeText(sinceUs)}`;
  const entries = missing === 1 ? 'entry is' : 'entries are';
  return `${missing} journal ${entries} missing since ${since}: acknowledged, and not in the database any more`;
};

export const lossError = (loss: JournalLoss): OperatingError =>
  new OperatingError('store.journal-lost', { detail: lossText(loss) });
