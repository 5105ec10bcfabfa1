import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeShared, sharedPath } from '../../shared.ts';
import { nabCorpusScore, nabScore, REWARD_LOW_FN, REWARD_LOW_FP, STANDARD, scaledSigmoid, type Window } from './nab.ts';

it('earns the more the earlier, costs the more the farther', () => {
  expect(scaledSigmoid(0)).toBe(0);
  expect(scaledSigmoid(-1)).toBeCloseTo(0.98661, 5);
  expect(scaledSigmoid(3.1)).toBe(-1);
  const windows = [{ left: 1000, right: 1099 }];
  const at = (...rows: number[]): number => {
    const d = new Uint8Array(2000);
    for (const r of rows) d[r] = 1;
    return nabScore(d, windows).score;
  };
  expect(at()).toBe(0);
  expect(at(1000)).toBe(100);
  expect(at(1000, 1050)).toBe(100);
  expect(at(1050)).toBeGreaterThan(at(1098));
  expect(at(1000, 1500)).toBeCloseTo(100 - 11 / 2, 3);
  expect(at(1000, 1101)).toBeGreaterThan(at(1000, 1150));
  // The first 15 % (here 300 rows) are probation.
  expect(at(1000, 299)).toBe(100);
  expect(at(1000, 300)).toBeCloseTo(94.5, 3);
});

it('adds up a corpus as the benchmark does: files by their windows, one without any by what it cost', () => {
  const windows = [{ left: 1000, right: 1099 }];
  const score = (rows: readonly number[], of: readonly Window[]) => {
    const d = new Uint8Array(2000);
    for (const r of rows) d[r] = 1;
    return nabScore(d, of);
  };
  const [found, missed, none] = [score([1000], windows), score([], windows), score([500, 1500], [])];
  expect(none.score).toBeNaN();
  const file = (s: typeof found, count: number) => ({ raw: s.raw, windows: count });
  expect(nabCorpusScore([file(found, 1), file(missed, 1)])).toBeCloseTo(50, 6);
  // Two detections in a file without windows: 2 x .11 of the 4 between silent and perfect.
  expect(nabCorpusScore([file(found, 1), file(missed, 1), file(none, 0)])).toBeCloseTo(50 - 22 / 4, 6);
  expect(nabCorpusScore([])).toBeNaN();
});

describeShared('NAB on the published results of machine temperature', () => {
  const detectors = ['numenta', 'numentaTM', 'contextOSE', 'earthgeckoSkyline', 'randomCutForest', 'ARTime'];
  const detect = (score: readonly number[], t: number): Uint8Array => Uint8Array.from(score, (s) => (s >= t ? 1 : 0));
  const read = (name: string) => {
    const path = sharedPath(`process/reference/nab-published/${name}_machine_temperature.csv`);
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const head = lines[0]!.trim().split(',');
    const cells = lines.slice(1).map((l) => l.trim().split(','));
    const column = (c: string): number[] => cells.map((r) => Number(r[head.indexOf(c)]));
    const label = column('label');
    const windows: Window[] = [];
    label.forEach((x, i) => {
      if (x !== 1) return;
      if (label[i - 1] === 1) windows[windows.length - 1] = { left: windows.at(-1)!.left, right: i };
      else windows.push({ left: i, right: i });
    });
    return { score: column('anomaly_score'), windows, column };
  };
  const profiles = [
    ['standard', STANDARD],
    ['reward_low_FP_rate', REWARD_LOW_FP],
    ['reward_low_FN_rate', REWARD_LOW_FN],
  ] as const;

  it.each(detectors.slice(0, 5))('%s: every published gain and cost comes out', (name) => {
    const { score, windows, column } = read(name);
    for (const [profile, weights] of profiles) {
      // Published files hold what windows earned (in their first row) and what each detection outside cost. The
      // threshold is not in them: it is the lowest score of a detection outside, or of the row that a window was found by.
      const published = column(`S(t)_${profile}`);
      const base = nabScore(new Uint8Array(score.length), windows, weights).weights;
      const counted = published.flatMap((s, i) => {
        const window = windows.find((w) => w.left === i);
        if (window === undefined) return s < 0 ? [i] : [];
        for (let r = window.left; s > 0 && r <= window.right; r++) if (Math.abs(base[r]! - s) < 1e-9) return [r];
        return [];
      });
      const threshold = Math.min(...counted.map((i) => score[i]!));
      const ours = nabScore(detect(score, threshold), windows, weights);
      expect(ours.raw).toBeCloseTo(
        published.reduce((a, b) => a + b, 0),
        8,
      );
      expect(ours.found + ours.outside).toBe(counted.length);
    }
  });

  it('ARTime: the published weight of every row', () => {
    const { score, windows, column } = read('ARTime');
    for (const [profile, weights] of profiles) {
      const ours = nabScore(new Uint8Array(score.length), windows, weights).weights;
      const published = column(`S(t)_${profile}`);
      expect(ours.every((w, i) => Math.abs(w - published[i]!) < 1e-9)).toBe(true);
    }
  });

  it('ARTime: 82.0, one of the scores that its thresholds give, and 90.1 at the best of them', () => {
    const { score, windows } = read('ARTime');
    const scores = [...new Set(score.filter((s) => s > 0))].map((t) => nabScore(detect(score, t), windows).score);
    expect(scores.some((s) => Math.abs(s - 82.0) < 0.05)).toBe(true);
    expect(Math.max(...scores)).toBeCloseTo(90.07, 2);
  });

  it('HTM: 67.0 at its published threshold', () => {
    const { score, windows, column } = read('numenta');
    const published = column('S(t)_standard');
    const t = Math.min(
      ...published.flatMap((s, i) => (s < 0 && !windows.some((w) => w.left === i) ? [score[i]!] : [])),
    );
    expect(nabScore(detect(score, t), windows).score).toBeCloseTo(67.0, 1);
  });
});
