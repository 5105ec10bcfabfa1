/**
 * What comes of every evasion, short runs of one seed. The table is what is true today: a worse line is a regression, and a
 * better one must be written down here and in docs/reference/evasion.md. Models of the process are asked in `rows` only.
 */
import { describe, expect, it } from 'vitest';
import { EVASIONS } from '../../plant/story/evasion/index.ts';
import { type EvasionResult, summaryOf, tableOf } from './evasion.ts';
import { runPart } from './evasion-parts.ts';

const SEED = 1;

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  frames: [
    'write-in-the-open: alert',
    'write-as-routed-copy: alert',
    'write-after-bad-checksum: alert',
    'write-after-bad-header: alert',
    'write-after-forged-syn: alert',
    'write-in-fragments: alert',
    'stolen-session: missed',
    'small-steps: alert',
    'below-the-write-rate: alert',
    'polling-mimic: alert',
    'inside-announced-work: labelled',
    'forged-address: alert',
    'forged-address-and-card: alert',
    'writer-from-the-first-hour: alert',
    'slow-scan: alert',
    'slow-scan-refused: alert',
    'beacon-with-jitter: alert',
    'beacon-from-the-first-hour: alert',
    'dns-tunnel-below-the-limit: alert',
    'data-inside-mqtt: alert',
  ],
  rows: [
    'slow-drift (PT-401): alert',
    'steps-within-noise (PT-701): missed',
    'inside-range-and-rate (TT-801): alert',
    'cell-moved-together (LT-101): alert',
    'shown-by-a-model (PT-401): alert',
    'replay-with-noise (PT-701): missed',
    'stuck-now-and-then (TT-801): alert',
  ],
  // The others take many seconds each; src/learn/network/known.test.ts and src/decode/endpoints.test.ts stand for them.
  floods: ['buried-in-alerts: alert'],
};

describe('an attacker who knows the detectors', () => {
  it.each(['frames', 'rows', 'floods'] as const)(
    'gets as far through %s as is written down',
    (part) => {
      const results = runPart(part, SEED, true);
      expect(
        results.map((r) => `${r.name}: ${r.outcome}`),
        `seed ${SEED}\n${tableOf(results)}`,
      ).toEqual(EXPECTED[part]);
      for (const r of results) {
        expect(r.total, r.name).toBeGreaterThan(0);
        expect(r.reached, r.name).toBeLessThanOrEqual(r.total);
      }
    },
    300_000,
  );

  it('names every evasion once', () => {
    expect(new Set(EVASIONS.map((e) => e.name)).size).toBe(EVASIONS.length);
  });

  it('counts as missed whatever asks no person', () => {
    const result = (outcome: EvasionResult['outcome'], isReference = false): EvasionResult => ({
      name: outcome,
      through: 'rows',
      how: '',
      past: [],
      isReference,
      outcome,
      by: [],
      delayS: 0,
      reached: 0,
      total: 1,
      unit: '',
    });
    const list = [result('alert', true), result('alert'), result('labelled'), result('record'), result('missed')];
    expect(summaryOf(list)).toEqual({ evasions: 4, alerts: 1, labelled: 1, records: 1, missed: 1, missRate: 0.75 });
  });
});
