/** The words of what is odd about values: one kind for each way of deviating (core/process.ts). */
import type { FindingKind } from '../../core/finding.ts';
import type { DeviationKind } from '../../core/process.ts';

type Words = Pick<FindingKind, 'title' | 'what' | 'comparedWith' | 'innocent' | 'check' | 'severity' | 'techniques'>;

const AGAIN = 'Look at the value on the operator panel and at the instrument itself: do they agree?';
const WRITES = 'Look who wrote to {target} in the hour before.';

/** @source techniques: MITRE ATT&CK for ICS; wording after Shewhart and the practice of instrument checks (ISA-RP105) */
const WORDS: Readonly<Record<DeviationKind, Words>> = {
  level: {
    title: '{point} is {direction} than it ever was{lasting?}',
    what: '{point} of {target} reads {observed}{averaged?}, outside of {low} to {high}.{also}',
    comparedWith:
      'In {learned} of normal work it stayed between {low} and {high}{averaged?}, with the room that its drift then asks for.',
    innocent: 'A recipe, load or season that was not seen while learning; a sensor that was replaced or scaled anew.',
    check: [AGAIN, 'Ask whether the recipe or the load changed.', WRITES],
    severity: 'quality',
    techniques: ['T0836'],
  },
  spread: {
    title: '{point} is noisier than it was',
    what: '{point} of {target} goes to and fro around what the points beside it say, by more and for longer than it ever did; it reads {observed} now.{also}',
    comparedWith: 'In {learned} of normal work it kept closer to what {from} said.',
    innocent:
      'Another filter in the transmitter, a loose contact, a valve that hunts, a machine that starts and stops more often than while learning.',
    check: [AGAIN, 'Look for work at the transmitter or its cabling.', WRITES],
    severity: 'quality',
    techniques: ['T0856'],
  },
  stuck: {
    title: '{point} does not move any more',
    what: '{point} of {target} stands at {observed} since {since}, although its device answers.{also}',
    comparedWith: 'In {learned} of normal work it never stood still for so long.',
    innocent: 'The machine stands; the sensor froze or is being calibrated; the controller holds its last good value.',
    check: [AGAIN, 'Is the machine running? Do the neighbours of this point move?', WRITES],
    severity: 'quality',
    techniques: ['T0856'],
  },
  'never-seen': {
    title: '{point} stands at a value never seen before',
    what: '{point} of {target} is {observed}.{text}{also}',
    comparedWith: 'In {learned} of normal work it never had this value.',
    innocent: 'A mode that is used seldom: cleaning, a test, a start after a stop.',
    check: ['Ask what the machine is doing now.', WRITES, AGAIN],
    severity: 'quality',
    techniques: ['T0836'],
  },
  junk: {
    title: '{point} sends values that cannot be',
    what: '{point} of {target} reads {observed}: no number, out of range, or a jump that no process makes.{also}',
    comparedWith: 'In {learned} of normal work its values lay between {low} and {high}.',
    innocent: 'A broken wire, a transmitter without supply, a restart of the controller.',
    check: ['Look for a wire break or a fault message of the channel.', AGAIN, WRITES],
    severity: 'quality',
    techniques: ['T0806'],
  },
  'soft-sensor': {
    title: '{point} does not fit the points around it',
    what: '{point} of {target} reads {observed}; by {from} it would be {expected}.{also}',
    comparedWith: 'What {from} said about it was right in {learned} of normal work.{usual?}',
    innocent: 'Fouling, wear or a calibration that drifts; a way of working that was not seen while learning.',
    check: [
      'Compare {point} with an instrument that does not depend on it, or with a sample.',
      'Was it calibrated or replaced?',
      WRITES,
    ],
    severity: 'quality',
    techniques: ['T0856'],
  },
  relation: {
    title: 'Something that always held around {point} does not',
    what: 'It does not hold any more: {text} ({point} of {target} reads {observed}).{also}',
    comparedWith: 'It held in {learned} of normal work.',
    innocent: 'Hand operation, a by-pass, work on the machine, or a way of working that was not seen while learning.',
    check: ['Is somebody operating by hand?', WRITES, AGAIN],
    severity: 'quality',
    techniques: ['T0836'],
  },
  'set-point': {
    title: '{point} does not follow its set point as it did',
    what: '{point} of {target} reads {observed} where {expected} was expected after its set point.{also}',
    comparedWith: 'In {learned} of normal work it followed.{usual?}',
    innocent: 'A valve that sticks, a pump that wears, a load at its limit, a controller in hand operation.',
    check: ['Is the loop in automatic?', 'Does the actuator reach the position that it is told?', WRITES],
    severity: 'quality',
    techniques: ['T0831'],
  },
  replay: {
    title: '{point} repeats an earlier stretch of itself',
    what: '{point} of {target} shows values again that it had before, one after the other.{text}{also}',
    comparedWith: 'Two stretches of measured values are never equal to the last digit; in {learned} they never were.',
    innocent: 'A simulated value, a test program, a historian that feeds old data back.',
    check: ['Look at the instrument itself.', 'Is a simulation or test mode on?', WRITES],
    severity: 'uptime',
    techniques: ['T0856'],
  },
  drift: {
    title: '{point} goes slowly away from what explains it',
    what: '{point} of {target} reads {observed}; by the points around it, and by what they add up to over time, it would be near {expected}.{text}{also}',
    comparedWith:
      'How its changes over minutes followed those of other points in {learned} of normal work, proved on the later part of it.',
    innocent:
      'An instrument that drifts or was adjusted; fouling, wear or a leak that came quickly; a flow that is not measured here.',
    check: [
      'Compare {point} with a second instrument, the laboratory, or the balance of what goes in and out.',
      'Look at {from}: a controller moves its output for a measured value that reads wrong.',
      WRITES,
    ],
    severity: 'quality',
    techniques: ['T0856'],
  },
  dynamics: {
    title: 'The points of {target} move together in another way',
    what: 'Since {since} the points of {target} as a whole do not follow each other as they did; most of it is seen at {from}.{also}',
    comparedWith:
      'How they followed each other in {learned} of normal work; the later part of it agreed with the rest.',
    innocent: 'Another product or load, wear, a machine that is cleaned or started.',
    check: ['Look at {from} first.', 'Ask whether product, load or season changed.', WRITES],
    severity: 'quality',
    techniques: ['T0831'],
  },
};

/** Guards of a single point carry its name in front. */
const OF_POINT: ReadonlySet<DeviationKind> = new Set(['level', 'spread', 'stuck', 'never-seen', 'junk']);

const kindOf = (kind: DeviationKind): FindingKind => ({
  code: OF_POINT.has(kind) ? `point.${kind}` : kind,
  family: 'process',
  needsLearning: true,
  ...WORDS[kind],
});

const ALL = Object.keys(WORDS) as DeviationKind[];
export const PROCESS_KINDS = Object.fromEntries(ALL.map((kind) => [kind, kindOf(kind)])) as Readonly<
  Record<DeviationKind, FindingKind>
>;
