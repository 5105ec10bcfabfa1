/**
 * The scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms",
 * 2015): the first detection in a window earns the more the earlier it is, each detection outside costs the more the
 * farther behind a window it is; 100 is a perfect detector and 0 one that says nothing. Proved on the published results
 * of six detectors (nab.test.ts).
 */

export interface Profile {
  readonly tpWeight: number;
  readonly fnWeight: number;
  readonly fpWeight: number;
}
/** Profiles of the benchmark (profiles.json). */
export const STANDARD: Profile = { tpWeight: 1, fnWeight: 1, fpWeight: 0.11 };
export const REWARD_LOW_FP: Profile = { tpWeight: 1, fnWeight: 1, fpWeight: 0.22 };
export const REWARD_LOW_FN: Profile = { tpWeight: 1, fnWeight: 2, fpWeight: 0.11 };

/** Rows at the start that are never scored: 15 %, at most 750. */
const probationOf = (rows: number): number => Math.min(Math.floor(0.15 * rows), 750);

/** Section III of the paper: 1 at -1 and before, 0 at the window's end, -1 far behind. */
export const scaledSigmoid = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1);
const MAX_TP = scaledSigmoid(-1);

/** First and last row of a window, both inclusive. */
export interface Window {
  readonly left: number;
  readonly right: number;
}

export interface NabScore {
  /** Normalised as in the benchmark's tables: 0 silent, 100 perfect. */
  readonly score: number;
  /** Sum over windows and detections, before normalisation. */
  readonly raw: number;
  /** Per window what it earned: 0..1, or -fnWeight where it was missed. */
  readonly windows: readonly number[];
  readonly found: number;
  readonly outside: number;
  /** What each row would earn or cost as a detection. */
  readonly weights: Float64Array;
}

/**
 * The score of a corpus, normalised as the benchmark does (Lavin and Ahmad 2015, section III.B): what all files earned, between a
 * detector that says nothing and a perfect one. A file without windows counts by what its detections cost. NaN where there is no window.
 */
export const nabCorpusScore = (
  files: readonly { readonly raw: number; readonly windows: number }[],
  profile: Profile = STANDARD,
): number => {
  const windows = files.reduce((sum, f) => sum + f.windows, 0);
  const raw = files.reduce((sum, f) => sum + f.raw, 0);
  const silent = -profile.fnWeight * windows;
  return windows === 0 ? Number.NaN : (100 * (raw - silent)) / (profile.tpWeight * windows - silent);
};

/** `detections`: 1 in each row where the detector's score reaches the threshold. `probation`: rows not scored. */
export const nabScore = (
  detections: Uint8Array,
  windows: readonly Window[],
  profile: Profile = STANDARD,
  probation = probationOf(detections.length),
): NabScore => {
  const weights = new Float64Array(detections.length);
  const best = windows.map(() => Number.NEGATIVE_INFINITY);
  let raw = 0;
  let outside = 0;
  let next = 0;
  for (let i = 0; i < detections.length; i++) {
    while (next < windows.length && windows[next]!.right < i) next++;
    const window = windows[next];
    if (window && window.left <= i) {
      const width = window.right - window.left + 1;
      weights[i] = (scaledSigmoid(-(window.right - i + 1) / width) * profile.tpWeight) / MAX_TP;
      if (detections[i] === 1 && i >= probation) best[next] = Math.max(best[next]!, weights[i]!);
      continue;
    }
    const previous = windows[next - 1];
    weights[i] =
      (previous ? scaledSigmoid((i - previous.right) / Math.max(1, previous.right - previous.left)) : -1) *
      profile.fpWeight;
    if (detections[i] === 1 && i >= probation) {
      raw += weights[i]!;
      outside++;
    }
  }
  const earned = best.map((b) => (b === Number.NEGATIVE_INFINITY ? -profile.fnWeight : b));
  for (const e of earned) raw += e;
  return {
    score: nabCorpusScore([{ raw, windows: windows.length }], profile),
    raw,
    windows: earned,
    found: earned.filter((e) => e > 0).length,
    outside,
    weights,
  };
};
