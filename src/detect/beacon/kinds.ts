/** Words of the findings about calls home. */
import type { FindingKind } from '../../core/finding.ts';

export const BEACON: FindingKind = {
  code: 'beacon',
  family: 'malware',
  title: '{client} calls {server} every {interval}',
  what: '{client} connects to {server} ({service}) again and again, about every {interval}, with {jitter} of variation; seen {number} times in a row.',
  comparedWith: 'In {watched} of watching, this host did not talk to that place.',
  innocent: 'A program that looks for updates, sends measurements to a cloud, or keeps a connection alive.',
  check: [
    'Which program on {client} makes these connections?',
    'Whose address is {server}, and since when does it exist?',
    'How much goes in each direction? Orders are short.',
  ],
  severity: 'uptime',
  techniques: ['T1071', 'T0869'],
  needsLearning: true,
};

export const BEACON_UNEVEN: FindingKind = {
  ...BEACON,
  code: 'beacon.uneven',
  title: '{client} calls {server} again and again',
  what: '{client} connected {number} times to {server} ({service}), about every {interval} and at uneven times ({jitter} of variation), always with about {size}.',
  comparedWith:
    'In {watched} of watching, this host did not talk to that place. What people and updates cause comes in clusters and in all sizes.',
};

export const BEACON_USUAL: FindingKind = {
  ...BEACON,
  code: 'beacon.usual',
  title: '{client} calls {server} every {interval}, also while learning',
  what: '{client} connects to {server} ({service}), outside of the plant, about every {interval}, with {jitter} of variation; it did so while the site was learned.',
  comparedWith:
    'What is there while the site is learned counts as usual. A way to the outside that is used like clockwork has to be known to somebody.',
};
