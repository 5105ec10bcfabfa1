/** Words of the findings about who writes where. */
import type { FindingKind } from '../../core/finding.ts';

export const NEW_WRITER: FindingKind = {
  code: 'new-writer',
  family: 'policy',
  title: '{client} writes to {server} for the first time',
  what: '{client} sent {operation} to {server} ({how}). It never wrote to this controller before.{doubt?}',
  comparedWith: 'In {watched} of watching, {usual} wrote to {server}.',
  innocent: 'A new operator panel or recipe server, an engineer at commissioning, or a rare job of a known station.',
  check: [
    'Who works at {client} now, and should that device write to {server}?',
    'Is the written value what the process should have at this moment?',
    'Did {client} appear on the network recently, or was somebody logged in to it from elsewhere?',
  ],
  severity: 'uptime',
  techniques: ['T0855', 'T0836'],
  needsLearning: true,
};

export const NEW_WRITTEN_POINT: FindingKind = {
  code: 'new-written-point',
  family: 'policy',
  title: '{client} writes a point of {server} it never wrote',
  what: '{client} sent {operation} to {server}: {how}. It writes there, but never to this address before.{doubt?}',
  comparedWith: 'In {watched} of watching, {client} wrote {number} of {server}.',
  innocent:
    'A rare operation (manual mode, cleaning, another recipe), or a page of the panel that nobody had opened yet.',
  check: [
    'What is behind {object}? A limit, a calibration or an interlock is worse than a set point.',
    'Did an operator change it on purpose?',
    'Has the measured value that belongs to it changed since?',
  ],
  severity: 'quality',
  techniques: ['T0836', 'T0855'],
  needsLearning: true,
};

export const MANY_OUTPUTS: FindingKind = {
  code: 'new-outputs',
  family: 'policy',
  title: '{client} operates {number} outputs of {server} for the first time',
  what: 'Within {within} {client} operated {number} outputs of {server} that it never operated before, last {object}: {operation}, {how}.',
  comparedWith: 'In {watched} of watching it operated {before} there. A switching sequence by hand takes longer.',
  innocent: 'A function test of all outputs, load shedding, or a control centre that was set up anew.',
  check: [
    'Which breakers, valves or drives are these, and how do they stand now?',
    'Did a person at the control room do this? If not: take the station off remote control.',
    'Which program on {client} sent it, and did its usual connection end shortly before?',
  ],
  severity: 'uptime',
  techniques: ['T0806', 'T0855'],
  needsLearning: true,
};

export const OTHER_CARD: FindingKind = {
  code: 'writer-other-card',
  family: 'policy',
  title: '{client} commands {server} from another network card',
  what: '{client} sent {operation} to {server} ({object}, value {value}, {outcome}) from the network card {card}. Commands under its address came from {before} until now.',
  comparedWith: 'In {watched} of watching no other card sent commands under this address.',
  innocent: 'The device or its network card was replaced, or a redundant partner took over its address.',
  check: [
    'Was {client} replaced or switched over at this time?',
    'At which switch port is {card}, and what is connected there?',
    'Is {before} still on the network under the same address?',
  ],
  severity: 'uptime',
  techniques: ['T0848', 'T0855'],
  needsLearning: true,
};
