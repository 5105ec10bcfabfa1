/** Words of the findings about what is written. */
import type { FindingKind } from '../../core/finding.ts';

export const WRITE_OUT_OF_RANGE: FindingKind = {
  code: 'write-out-of-range',
  family: 'policy',
  title: '{client} writes {value} to {object} of {server}',
  what: '{client} wrote {value} to {object} of {server}; what was written there before lay between {low} and {high}.',
  comparedWith: 'In {number} earlier writes of this point the values lay between {low} and {high}.',
  innocent: 'A new recipe or product, a test run, or a value that is meant as "off".',
  check: [
    'Is the value possible for the machine, and did somebody mean it?',
    'Does the measured value follow, and does it stay within the limits of the process?',
    'Who works at {client} now?',
  ],
  severity: 'quality',
  techniques: ['T0836'],
  needsLearning: true,
};

export const WRITE_RATE: FindingKind = {
  code: 'write-rate',
  family: 'anomaly',
  title: '{client} writes to {server} far more often than usual',
  what: '{client} wrote {number} times to {server} within {within}.',
  comparedWith: 'Of such stretches ({within}) the busiest usual one had {usual} writes.',
  innocent:
    'A recipe is loaded, parameters are restored after a repair, or a new page of the panel writes without pause.',
  check: [
    'Was a recipe or a parameter set loaded at this time?',
    'Do the values change from write to write, or is it the same again and again?',
    'Who works at {client} now?',
  ],
  severity: 'uptime',
  techniques: ['T0806', 'T0836'],
  needsLearning: true,
};
