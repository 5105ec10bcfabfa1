/** Words of the findings about who talks with whom. */
import type { FindingKind } from '../../core/finding.ts';

export const NEW_CONVERSATION: FindingKind = {
  code: 'new-conversation',
  family: 'policy',
  title: '{client} talks to {server} by {protocol} for the first time',
  what: '{client} talks to {server} by {protocol}. These two did not do so before.',
  comparedWith: 'In {watched} of watching, {usual} talked to {server} that way.',
  innocent:
    'A new device or program was put into service, a rare job ran (monthly report, backup), or a service moved to another address.',
  check: [
    'Who works at {client} now, and is there a work order for it?',
    'Does {client} write or change anything at {server}, or does it only read?',
    'Is {client} a device that belongs here at all (new MAC, new address)?',
  ],
  severity: 'uptime',
  techniques: ['T0886', 'T0846'],
  needsLearning: true,
};

export const NEW_CONVERSATIONS: FindingKind = {
  code: 'new-conversation.many',
  family: 'policy',
  title: '{client} talks to {number} devices it never talked to',
  what: 'Within an hour {client} began to talk to {number} devices, among them {servers}, by {protocols}.',
  comparedWith: 'In {watched} of watching, {client} had {before} in all, counted by other end and protocol.',
  innocent:
    'An inventory or monitoring tool was started, a new server took over, or an engineer works through the line.',
  check: [
    'Was a scan, an inventory run or a change of servers announced?',
    'Which program on {client} makes these connections?',
    'Did it write anything, or only look?',
  ],
  severity: 'uptime',
  techniques: ['T0846', 'T0886'],
  needsLearning: true,
};
