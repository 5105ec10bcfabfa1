/** Words of the findings about what devices say of their own condition. */
import type { FindingKind } from '../../core/finding.ts';

export const DEVICE_TROUBLE: FindingKind = {
  code: 'device-trouble',
  family: 'operational',
  title: '{device} reports trouble: {what}',
  what: '{device} says of itself, in its answers to {asker} by {protocol}: {what}.',
  comparedWith: 'In {watched} of watching it said so {before}.',
  innocent: 'A module, input or battery failed or is being replaced; some devices say it for a while after a start.',
  check: [
    'What do the lamps and the diagnostics of {device} say?',
    'Was its program, its configuration or its hardware changed shortly before?',
    'Which of its values can still be trusted until it is repaired?',
  ],
  severity: 'uptime',
  techniques: [],
  needsLearning: false,
};

export const DEVICE_RESTARTED: FindingKind = {
  code: 'device-restarted',
  family: 'operational',
  title: '{device} has restarted',
  what: '{device} says in its answers to {asker} by {protocol} that it has restarted ({command}).',
  comparedWith: 'In {watched} of watching it said so {before}.',
  innocent: 'Maintenance, a power dip, or a restart after a change of its configuration.',
  check: [
    'Did the power fail, or did somebody work at {device}?',
    'Did other devices of the same cabinet restart too?',
    'Does it run the program and the configuration that it should?',
  ],
  severity: 'uptime',
  techniques: ['T0816'],
  needsLearning: false,
};

export const RESTARTS_OFTEN: FindingKind = {
  ...DEVICE_RESTARTED,
  code: 'device-restarted.often',
  title: '{device} restarts again and again',
  what: '{device} said {number} times within a day, in its answers to {asker} by {protocol}, that it has restarted.',
  innocent: 'A failing power supply, a watchdog that bites, or a day of commissioning.',
  check: [
    'Is the power supply of {device} sound?',
    'Does each restart follow a message to it, and from whom?',
    'Can the process do without it until the cause is known?',
  ],
  techniques: ['T0816', 'T0814'],
};

export const EVENTS_LOST: FindingKind = {
  code: 'events-lost',
  family: 'operational',
  title: '{device} has lost events',
  what: '{device} says in its answers to {asker} by {protocol} that its buffer of events overflowed: what happened at it meanwhile is told by nobody.',
  comparedWith: 'In {watched} of watching it said so {before}.',
  innocent: 'A master that did not ask for a while, or a chattering input that fills the buffer.',
  check: [
    'Does {asker} ask for events as often as it should?',
    'Which input of {device} changes without pause?',
    'Is something missing in the alarm list of the control room for this time?',
  ],
  severity: 'quality',
  techniques: ['T0815', 'T0804'],
  needsLearning: false,
};

export const MODE_REPORTED: FindingKind = {
  code: 'mode-reported',
  family: 'operational',
  title: '{device} says that it is {mode}',
  what: '{device} says of itself by {protocol} ({via}): {mode}. {command}',
  comparedWith: 'In {watched} of watching it said: {usual}.',
  innocent: 'Somebody turned the switch at the device, it stopped after a fault of its own, or it is being serviced.',
  check: [
    'Who stands at {device}, and in which position is its switch?',
    'What does its diagnostic buffer say about the change?',
    'Do outputs and interlocks of {device} still do what they should?',
  ],
  severity: 'uptime',
  techniques: ['T0858'],
  needsLearning: true,
};
