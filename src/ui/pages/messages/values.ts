/** Points with their values as a row shows them: registers that follow each other are one run. */
import type { MessageRow } from '../../../api/traffic.ts';

type PointValue = MessageRow['values'][number];

export interface Run {
  /** `holding 40`, `holding 40–55`. */
  readonly name: string;
  readonly values: readonly PointValue['value'][];
  /** All of several are the same. */
  readonly isOne: boolean;
}

const NUMBERED = /^(.*?)(\d{1,9})$/;
/** Two points that follow each other are said apart. */
const LEAST_RUN = 3;

/** In the order of the message. */
export const runsOf = (points: readonly PointValue[]): readonly Run[] => {
  const runs: Run[] = [];
  for (let from = 0; from < points.length; ) {
    const [, stem, first] = NUMBERED.exec(points[from]!.name) ?? [];
    let to = from + 1;
    if (stem !== undefined)
      while (to < points.length && points[to]!.name === `${stem}${Number(first) + to - from}`) to++;
    if (to - from < LEAST_RUN) to = from + 1;
    const values = points.slice(from, to).map(({ value }) => value);
    const { name } = points[from]!;
    const isRun = values.length > 1;
    runs.push({
      name: isRun ? `${name}–${Number(first) + values.length - 1}` : name,
      values,
      isOne: isRun && values.every((value) => value === values[0]),
    });
    from = to;
  }
  return runs;
};
