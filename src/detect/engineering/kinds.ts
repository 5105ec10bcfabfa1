/** Words of the findings about engineering: what changes the controller itself, not the process. */
import type { FindingKind } from '../../core/finding.ts';
import type { Verb } from '../../core/observation.ts';

const COMPARED = 'Who did this to {server} before, in {watched} of watching: {client} {before}, and {usual}.';
const WORK_ORDER = 'Is there a work order for {server} now, and did that person do it?';

const kind = (k: Omit<FindingKind, 'comparedWith' | 'needsLearning'> & Partial<FindingKind>): FindingKind => ({
  comparedWith: COMPARED,
  needsLearning: false,
  ...k,
});

export const ENGINEERING: Partial<Readonly<Record<Verb, FindingKind>>> = {
  'program-download': kind({
    code: 'program-download',
    family: 'policy',
    title: '{client} puts a program into {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}); such a command can change the logic of a controller.',
    innocent: 'A planned change of the program by the engineer in charge or by the machine builder.',
    check: [
      WORK_ORDER,
      'Compare the program in {server} with the released version.',
      'Stay near the machine until interlocks and limits have been checked.',
    ],
    severity: 'uptime',
    techniques: ['T0843', 'T0889'],
  }),
  'program-upload': kind({
    code: 'program-upload',
    family: 'policy',
    title: '{client} reads the program out of {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}); such a command can copy the logic of a controller.',
    innocent: 'A backup of the programs, or an engineer who goes online to look.',
    check: [
      WORK_ORDER,
      'Is {client} the backup server or a known engineering station?',
      'Did a download or a write follow?',
    ],
    severity: 'regulatory',
    techniques: ['T0845'],
    needsLearning: true,
  }),
  'mode-change': kind({
    code: 'mode-change',
    family: 'operational',
    title: '{client} changes the operating mode of {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}); such a command starts or stops a controller, or moves it between run and program.',
    innocent: 'Maintenance, commissioning, or a start after a fault.',
    check: [
      'Does the machine stand, and is anybody in its reach?',
      WORK_ORDER,
      'Was a program put into it before or after?',
    ],
    severity: 'uptime',
    techniques: ['T0858'],
  }),
  'firmware-update': kind({
    code: 'firmware-update',
    family: 'policy',
    title: '{client} replaces the firmware of {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}): the device may run other firmware from its next start.',
    innocent: 'A planned update in a maintenance window.',
    check: [
      WORK_ORDER,
      'Compare the firmware version before and after with the one of the vendor.',
      'Keep a spare device at hand.',
    ],
    severity: 'uptime',
    techniques: ['T0857', 'T0839'],
  }),
  restart: kind({
    code: 'restart',
    family: 'operational',
    title: '{client} restarts {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}): for some seconds nobody controls what it controls.',
    innocent: 'A restart after maintenance or after a fault.',
    check: [
      'Did the controller come back, and does the machine run?',
      WORK_ORDER,
      'Is it repeated? Then somebody keeps it from working.',
    ],
    severity: 'uptime',
    techniques: ['T0816'],
  }),
  force: kind({
    code: 'force',
    family: 'policy',
    title: '{client} forces a value in {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}); such a command holds a value against the program.',
    innocent: 'Commissioning or a test of an input or output; forces are meant to be taken back at once.',
    check: [
      'Which input or output is {object}, and may it be held now?',
      WORK_ORDER,
      'Is the list of forced variables in the controller empty again?',
    ],
    severity: 'uptime',
    techniques: ['T0835', 'T0855'],
  }),
  delete: kind({
    code: 'delete-program',
    family: 'policy',
    title: '{client} deletes something in {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}): a part of its program or its files is gone.',
    innocent: 'Cleaning up before a planned download.',
    check: [WORK_ORDER, 'Can the controller still start after a power cut?', 'Is the backup of its program at hand?'],
    severity: 'uptime',
    techniques: ['T0809', 'T0889'],
  }),
  configure: kind({
    code: 'configure-device',
    family: 'policy',
    title: '{client} changes settings of {server}{refused?}',
    what: '{client} sent {operation} to {server} ({how}): name, address, time or settings.',
    innocent: 'Commissioning, a replaced device that gets its name, or the daily setting of clocks.',
    check: [WORK_ORDER, 'Does the device still answer under its address and name?', 'Which setting was it before?'],
    severity: 'quality',
    techniques: ['T0836', 'T0803'],
    needsLearning: true,
  }),
  authenticate: kind({
    code: 'protection-lifted',
    family: 'policy',
    title: '{client} unlocks {server} or changes its protection{refused?}',
    what: '{client} sent {operation} to {server} ({how}). It concerns a password, a lock or the protection level: what keeps others from changing the controller.',
    innocent: 'An engineer who goes online with a protected controller.',
    check: [WORK_ORDER, 'Did engineering commands follow?', 'Is the protection level what it should be?'],
    severity: 'regulatory',
    techniques: ['T0859'],
    needsLearning: true,
  }),
};
