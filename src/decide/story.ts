/** An incident as people tell it: sentences in order of time, the tactic it reached, what usually comes next. */
import type { Certainty, Severity } from '../core/finding.ts';
import type { Incident, IncidentStep } from '../core/incident.ts';
import { attack, tacticMeaning, tacticName } from './techniques.ts';
import { durationText } from './words.ts';

/** Deeds that a story tells; of more the first, the last, and the weightiest between them. */
export const MAX_SENTENCES = 24;
/** A pause that a story mentions. */
const PAUSE_US = 3_600_000_000;

export interface Teller {
  /** Headline of a step's finding. */
  title(step: IncidentStep): string;
  device(endpoint: number): string;
  /** It acts on the process itself. */
  isController(endpoint: number): boolean;
  time(us: number): string;
}

const lower = (text: string): string =>
  // Names and acronyms keep their capital: only a capital before a small letter and a blank word is lowered.
  /^[A-Z][a-z]+ /.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/** `Mon 23 Nov 02:03:04` after another time of that day is `02:03:04`. */
const afterTheDay = (before: string, time: string): string => {
  const day = time.lastIndexOf(' ') + 1;
  return before.startsWith(time.slice(0, day)) ? time.slice(day) : time;
};

/** What one device does again and again is one deed: its first step, and how many more there are. */
interface Deed {
  readonly step: IncidentStep;
  more: number;
}

const deedsOf = (steps: readonly IncidentStep[], { device }: Teller): Deed[] => {
  const deeds = new Map<string, Deed>();
  for (const step of steps) {
    const { kind, actor, target } = step.finding;
    // By name: a device that speaks from several places is one for whoever reads.
    const key = actor > 0 ? `${kind} by ${device(actor)}` : `${kind} of ${device(target)}`;
    const deed = deeds.get(key);
    if (deed === undefined) deeds.set(key, { step, more: 0 });
    else deed.more++;
  }
  return [...deeds.values()];
};

const WORST_FIRST: readonly Severity[] = ['safety', 'uptime', 'quality', 'regulatory', 'none'];
const CERTAIN_FIRST: readonly Certainty[] = ['certain', 'likely', 'possible'];
/** In order of time. What can hurt people comes before what can stop the line, the late stages of an attack before the early. */
const weightiest = (deeds: readonly Deed[]): readonly Deed[] => {
  if (deeds.length <= MAX_SENTENCES) return deeds;
  const order = [...deeds].sort(
    ({ step: a }, { step: b }) =>
      WORST_FIRST.indexOf(a.finding.severity) - WORST_FIRST.indexOf(b.finding.severity) || b.stage - a.stage,
  );
  const kept = new Set([deeds[0]!, deeds.at(-1)!]);
  for (const deed of order) if (kept.size < MAX_SENTENCES) kept.add(deed);
  return deeds.filter((deed) => kept.has(deed));
};

/** `, at press 4`, where the headline speaks of a point alone: a path is no place in the plant. */
const placeOf = (title: string, { target, actor }: IncidentStep['finding'], teller: Teller): string => {
  const names = [target, actor].filter((endpoint) => endpoint > 0).map((endpoint) => teller.device(endpoint));
  const [place] = names;
  return place === undefined || place === '' || names.some((name) => title.includes(name)) ? '' : `, at ${place}`;
};

export const storyOf = (incident: Incident, teller: Teller): string[] => {
  const deeds = deedsOf(incident.steps, teller);
  const told = weightiest(deeds);
  const sentences: string[] = [];
  let before: IncidentStep | undefined;
  // A reason is told where it first counts; every step has its own on the timeline.
  const reasons = new Set<string>();
  for (const { step, more } of told) {
    const { firstUs } = step.finding;
    const pause = before === undefined ? 0 : firstUs - before.finding.firstUs;
    const when =
      before === undefined
        ? `It began ${teller.time(firstUs)}`
        : pause >= PAUSE_US
          ? `${durationText(pause)} later`
          : `At ${afterTheDay(teller.time(before.finding.firstUs), teller.time(firstUs))}`;
    const why = step.because === '' || reasons.has(step.because) ? '' : ` (${step.because})`;
    reasons.add(step.because);
    const again = more === 0 ? '' : `, and ${more} more like it`;
    const title = teller.title(step);
    sentences.push(`${when}: ${lower(title)}${placeOf(title, step.finding, teller)}${why}${again}.`);
    before = step;
  }
  const left = deeds.length - told.length;
  if (left > 0) sentences.push(`${left} more steps, of less weight, are on the timeline.`);
  if (incident.crosses) sentences.push('It goes from the office side to the plant side.');
  sentences.push(`The furthest tactic seen is ${tacticName(incident.stage)}: ${tacticMeaning(incident.stage)}.`);
  return sentences;
};

/** Whoever changed a controller does not look around for one. */
const AT_CONTROLLER =
  'A controller was changed or stopped: what usually follows is that it drives the process otherwise.';
const PROCESS_TACTIC = 'Impair Process Control';

export const nextOf = (
  incident: Incident,
  teller: Teller,
): { readonly tactic: string; readonly text: string; readonly watch: readonly string[] } | undefined => {
  const reached = attack().tactics[incident.stage - 1];
  if (reached === undefined) return undefined;
  const process = attack().tactics.find(({ name }) => name === PROCESS_TACTIC)!;
  const isBefore = reached.depth < process.depth && teller.isController(incident.reached);
  const device = teller.device(incident.reached);
  return {
    tactic: isBefore ? process.name : reached.then,
    text: isBefore ? AT_CONTROLLER : reached.next,
    watch: (isBefore ? process : reached).watch.map((line) => line.replaceAll('{device}', device)),
  };
};

/** Every tactic in order, with what was seen of it: gaps are shown as gaps. */
export const stagesOf = (
  incident: Incident,
): { tactic: string; meaning: string; findings: number; firstUs: number }[] =>
  attack().tactics.map(({ name, meaning, order }) => {
    const steps = incident.steps.filter((step) => step.stage === order);
    return { tactic: name, meaning, findings: steps.length, firstUs: steps[0]?.finding.firstUs ?? 0 };
  });

/** Of the furthest steps those that weigh most: what is certain before what is concluded. */
const furthestOf = ({ steps, stage }: Incident): readonly IncidentStep[] => {
  const weight = ({ finding }: IncidentStep): number =>
    WORST_FIRST.indexOf(finding.severity) * CERTAIN_FIRST.length + CERTAIN_FIRST.indexOf(finding.certainty);
  const reached = steps.filter((step) => step.stage === stage);
  const least = Math.min(...reached.map(weight));
  return reached.filter((step) => weight(step) === least);
};

/** The furthest step in plain words, from where it all began to where that step went last. */
export const titleOf = (incident: Incident, teller: Teller): string => {
  const from = incident.hosts[0];
  const furthest = furthestOf(incident).map(({ finding }) => (finding.target > 0 ? finding.target : finding.actor));
  const to = furthest.at(-1) ?? incident.reached;
  const others = new Set(furthest.map((end) => teller.device(end))).size - 1;
  const meaning = tacticMeaning(incident.stage);
  const stage = meaning.charAt(0).toUpperCase() + meaning.slice(1);
  const where = `${teller.device(to || (from ?? 0))}${others > 0 ? ` and ${others} more` : ''}`;
  return from === undefined || from === to || to === 0
    ? `${stage}: ${where}`
    : `${stage}: from ${teller.device(from)} to ${where}`;
};

/** Steps that are asked about first, at most. */
const MOST_ASKED = 4;

/**
 * The steps by which a person decides whether the plant may go on: of each kind one, what can hurt people before what can stop
 * the line, the plant side before the office side, what is certain and unusual before what is not.
 */
export const askedFirst = ({ steps }: Incident): readonly IncidentStep[] => {
  const order = ({ finding, lane }: IncidentStep): readonly number[] => [
    WORST_FIRST.indexOf(finding.severity),
    lane === 'ot' ? 0 : 1,
    finding.certainty === 'certain' ? 0 : 1,
    -finding.surprise,
    finding.firstUs,
  ];
  const kinds = new Set<string>();
  return steps
    .map((step) => ({ step, by: order(step) }))
    .sort((a, b) => a.by.map((x, i) => x - b.by[i]!).find((d) => d !== 0) ?? 0)
    .map(({ step }) => step)
    .filter(({ finding }) => !kinds.has(finding.kind) && kinds.add(finding.kind))
    .slice(0, MOST_ASKED);
};
