/** Findings for tests: short ways to say who did what to whom, when. */
import type { Finding, FindingFamily, FindingKind } from '../../core/finding.ts';

export const HOUR = 3_600_000_000;
export const START = 1_770_000_000_000_000;

export const finding = (hours: number, change: Partial<Finding> & Pick<Finding, 'kind'>): Finding => {
  const firstUs = START + hours * HOUR;
  return {
    id: `${change.kind}-${change.actor ?? 0}-${change.target ?? 0}-${change.point ?? 0}-${firstUs}`,
    detector: 'test',
    actor: 0,
    target: 0,
    point: 0,
    points: [],
    protocol: 'modbus',
    verb: '',
    firstUs,
    lastUs: firstUs + 1_000_000,
    state: 'ended',
    count: 1,
    surprise: 0.8,
    certainty: 'certain',
    severity: 'uptime',
    techniques: [],
    parts: {},
    evidence: [{ source: 's', frame: 1, offset: 0 }],
    ...change,
  };
};

export const kindOf = (code: string, family: FindingFamily = 'policy'): FindingKind => ({
  code,
  family,
  title: '{actor} did it to {target}',
  what: '{actor} wrote {value} to {point} of {target}.',
  comparedWith: 'In {hours} only {writers} wrote here.',
  innocent: 'Planned work.',
  check: ['Ask {actor}.'],
  severity: 'uptime',
  techniques: [],
  needsLearning: true,
});
