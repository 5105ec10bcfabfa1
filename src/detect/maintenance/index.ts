/**
 * Announced work that goes on after its end. It hears no observations: the application knows the windows and states the
 * finding when an episode that began inside is still going on.
 */
import type { ModelCard } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';

export const OVERRUN: FindingKind = {
  code: 'maintenance.overrun',
  family: 'policy',
  title: 'Announced work on {target} goes on after its end',
  what: '"{window}" was announced until {until}; {kinds} went on for {over} after it.',
  comparedWith: 'The maintenance window that {who} announced{order}.',
  innocent: 'Work takes longer than planned, and nobody prolonged the window.',
  check: [
    'Ask {who} whether the work goes on; prolong the window if it does.',
    'If it does not: look who is connected to {target}.',
  ],
  severity: 'regulatory',
  techniques: [],
  needsLearning: false,
};

const card: ModelCard = {
  notices: 'Work that was announced for a time and goes on after it.',
  worksWhen: 'The window names the devices or cells that are worked on.',
  failsWhen: 'What is done after the end would not have been a finding by itself.',
  cost: 'One look per open finding a minute; MAX_WINDOWS windows a site.',
  source: 'IEC 62443-2-4 SP.03 (temporary access), NIST SP 800-82r3 section 6.2.2 (vendor access)',
};

export const maintenance = { name: 'maintenance', card, kinds: [OVERRUN] } as const;
