/** What is said of a row: by the model, but for what people rejected, by the relations that they wrote, and by what comes again as it was. */
import type { Deviation } from '../../core/process.ts';
import { durationText } from '../../decide/index.ts';
import { type CellStretches, printRelation } from '../../learn/process/index.ts';
import type { Ranges } from './cell-bands.ts';
import type { CellReading } from './reading.ts';
import type { CellRelations } from './relations.ts';

/** A relation that a person wrote and that does not hold is worth a look. */
const WRITTEN_SURPRISE = 0.75;

/** The row in hand, and what the cell knows beside its model. */
export interface Judged {
  readonly row: Float64Array;
  readonly ranges: Ranges;
  readonly relations: Pick<CellRelations, 'muted' | 'watch'>;
  readonly reading: CellReading;
  readonly stretches: CellStretches;
}

/** Without the relations that people rejected and the states that a count came to, with those that they wrote. */
export const deviationsOf = (said: readonly Deviation[], judged: Judged): readonly Deviation[] => {
  const { row, reading, relations } = judged;
  const { muted, watch } = relations;
  const repeated = repetitionsOf(judged);
  const isMuted = ({ kind, text, point, observed }: Deviation): boolean =>
    (kind === 'relation' && muted.has(text)) || (kind === 'never-seen' && reading.isCarried(point, observed));
  if (watch.relations.length === 0 && repeated.length === 0 && !said.some(isMuted)) return said;
  const out = said.filter((d) => !isMuted(d));
  out.push(...repeated);
  watch.check(row, (relation, left, when) => {
    const { compare, value } = relation;
    out.push({
      point: left,
      kind: 'relation',
      surprise: WRITTEN_SURPRISE,
      observed: row[left]!,
      expected: value,
      low: compare === '<' ? Number.NaN : value,
      high: compare === '>' ? Number.NaN : value,
      from: [
        { point: left, weight: 1 },
        { point: when, weight: 0.5 },
      ],
      text: printRelation(relation),
    });
  });
  return out;
};

const repetitionsOf = ({ row, ranges, stretches }: Judged): Deviation[] => {
  const out: Deviation[] = [];
  stretches.repetitions(({ point, changes, limit, backUs }) => {
    const observed = row[point]!;
    if (Number.isNaN(observed)) return;
    const [low, high] = [ranges.low[point]!, ranges.high[point]!];
    out.push({
      point,
      kind: 'replay',
      surprise: 1 - limit / changes / 2,
      observed,
      expected: Number.NaN,
      low,
      high,
      from: [{ point, weight: 1 }],
      text: `${changes} changes in a row are those of ${durationText(backUs)} before, to the last digit.`,
    });
  });
  return out;
};
