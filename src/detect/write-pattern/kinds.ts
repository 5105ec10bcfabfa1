/** Words of the findings about how a written value moves. */
import type { FindingKind } from '../../core/finding.ts';

export const CREEP: FindingKind = {
  code: 'write-creep',
  family: 'policy',
  title: '{object} of {server} is moved step by step',
  what: '{object} of {server} was written {number} times in a row, each time {direction}: from {from} to {value} since {since}. The last was written by {client}.',
  comparedWith:
    'Values that come in no order do that once in {chance} times; while learning this one went at most {usual} in one direction.',
  innocent: 'Somebody brings a machine to its point by hand, or a new program raises a set point in steps.',
  check: [
    'Who changes it, and is the value that it has come to meant?',
    'Does the measured value follow, and what does it mean for product and machine?',
    'What will it be if it goes on like this for a shift?',
  ],
  severity: 'quality',
  techniques: ['T0836', 'T0831'],
  needsLearning: true,
};

export const TO_AND_FRO: FindingKind = {
  code: 'write-to-and-fro',
  family: 'policy',
  title: '{client} writes {object} of {server} to and fro',
  what: '{object} of {server} was written up and down again {number} times within an hour, last from {from} to {value} by {client}.',
  comparedWith: 'Its busiest usual hour had {usual}.',
  innocent: 'A program that controls over the network is new or badly tuned, or two programs write the same point.',
  check: [
    'Do two stations or programs write this point against each other?',
    'Does the machine follow, and does it wear by that?',
    'Which program on {client} writes it, and since when?',
  ],
  severity: 'uptime',
  techniques: ['T0806', 'T0836'],
  needsLearning: true,
};

export const CONSTANT_CHANGED: FindingKind = {
  code: 'write-constant-changed',
  family: 'policy',
  title: '{client} writes {value} to {object}, always {from} before',
  what: '{client} wrote {value} to {object} of {server}; at {number} occasions before it was {from} each time.',
  comparedWith: 'All {number} earlier occasions at which it was written agree.',
  innocent: 'A parameter was tuned, or a new product needs another value than all before.',
  check: [
    'Is it a calibration, a limit or a scale? Then a small change falsifies everything that rests on it.',
    'Is there an order for this change, and who gave it?',
    'Does a second instrument agree with what is measured since?',
  ],
  severity: 'quality',
  techniques: ['T0836'],
  needsLearning: true,
};
