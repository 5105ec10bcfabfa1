/**
 * The score of the battle of the attack detection algorithms (Taormina et al., Journal of Water Resources Planning and
 * Management 144, 2018; rules.pdf): S = 0.5 S_TTD + 0.5 S_CM. S_TTD = 1 - mean over attacks of time to detection by
 * duration (1 where missed); S_CM = (TPR + TNR) / 2 over the rows.
 */
import type { Interval } from '../cases.ts';
import { countRows } from './episodes.ts';

export interface BatadalScore {
  readonly score: number;
  readonly timeToDetection: number;
  readonly classification: number;
  readonly detected: number;
  /** Hours from start to first alarm per attack, NaN where missed. */
  readonly delaysH: readonly number[];
}

export const batadalScore = (
  tsUs: Float64Array,
  truth: Uint8Array,
  alarm: Uint8Array,
  intervals: readonly Interval[],
): BatadalScore => {
  const delaysH = intervals.map((attack) => {
    const row = tsUs.findIndex((t, i) => t >= attack.startUs && t <= attack.endUs && alarm[i] === 1);
    return row < 0 ? Number.NaN : (tsUs[row]! - attack.startUs) / 3.6e9;
  });
  const ratios = intervals.map((attack, i) => {
    const delay = delaysH[i]!;
    if (Number.isNaN(delay)) return 1;
    const durationH = (attack.endUs - attack.startUs) / 3.6e9;
    return durationH > 0 ? delay / durationH : 0;
  });
  const c = countRows(truth, alarm);
  const tpr = c.truePositive / (c.truePositive + c.falseNegative);
  const tnr = c.trueNegative / (c.trueNegative + c.falsePositive);
  const timeToDetection = 1 - ratios.reduce((a, b) => a + b, 0) / ratios.length;
  const classification = (tpr + tnr) / 2;
  return {
    score: 0.5 * timeToDetection + 0.5 * classification,
    timeToDetection,
    classification,
    detected: delaysH.filter((d) => !Number.isNaN(d)).length,
    delaysH,
  };
};
