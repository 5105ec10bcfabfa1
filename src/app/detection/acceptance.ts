/**
 * What "accept as new normal" would do, told before a person does it: which recorded episodes would have stayed quiet,
 * which of the same kind would still be told, and what speaks against it. Counted from the findings of the site, which
 * are kept whatever became of them; the detectors themselves are not touched.
 */
import type { AcceptTrial } from '../../api/index.ts';
import type { Finding } from '../../core/finding.ts';
import type { Alert } from '../../core/incident.ts';
import { durationText, fill } from '../../decide/index.ts';
import { alertById, kindOf, namingOf } from '../query/findings.ts';
import { maybeTime, type SiteView } from '../query/view.ts';

const HOUR_US = 3_600_000_000;
const MAX_EXAMPLES = 20;

/** The same kind, done by the same to the same, about the same point: what accepting one of them covers. */
const isAlike = (a: Finding, b: Finding): boolean =>
  a.kind === b.kind && a.actor === b.actor && a.target === b.target && a.point === b.point && a.verb === b.verb;

/** What would be learned, and whether anything can be. */
const lessonOf = (view: SiteView, alert: Alert): { learns: boolean; text: string } => {
  const { lead } = alert;
  if (lead.detector !== 'process') {
    const naming = namingOf(view);
    const titlesOf = (found: readonly Finding[]): string[] => [
      ...new Set(found.map((f) => fill(kindOf(f.kind).title, f, naming))),
    ];
    const parts = [lead, ...alert.findings.filter((f) => f !== lead)];
    const usual = parts.filter(({ kind }) => kindOf(kind).needsLearning);
    const rules = parts.filter(({ kind }) => !kindOf(kind).needsLearning);
    if (usual.length === 0)
      return {
        learns: false,
        text: 'It is a rule that holds from the first frame: there is nothing to learn from it.',
      };
    const detectors = [...new Set(usual.map(({ detector }) => detector))];
    const whose =
      detectors.length === 1 ? `The detector ${detectors[0]} takes` : `The detectors ${detectors.join(', ')} take`;
    const rest = rules.length === 0 ? '' : ` What is a rule goes on to be told: ${titlesOf(rules).join('; ')}.`;
    return { learns: true, text: `${whose} this as usual: ${titlesOf(usual).join('; ')}.${rest}` };
  }
  const cell = view.detection.cellOf(lead);
  if (cell === undefined) return { learns: false, text: 'The points of this finding are in no cell any more.' };
  const toUs = Math.max(lead.lastUs, view.detection.nowUs);
  const rows = cell.rows.oddRows(lead.firstUs, toUs);
  return rows === 0
    ? { learns: false, text: 'The rows of that time are not kept any more: the cell cannot learn from them.' }
    : {
        learns: true,
        text: `The whole cell (${cell.plan.points.length} points) is learned anew with the ${rows} odd ${rows === 1 ? 'row' : 'rows'} since ${namingOf(view).time(lead.firstUs)} as normal: ${durationText(toUs - lead.firstUs)} of it.`,
      };
};

const doubtsOf = (view: SiteView, alert: Alert): string[] => {
  const { triage } = view.detection;
  const { alerts } = triage.picture();
  const doubts: string[] = [];
  if (alert.severity === 'safety') doubts.push('It can touch safety: have it confirmed at the machine first.');
  if (alert.incident !== '')
    doubts.push('It is part of an incident: what belongs to an attack would be learned as usual.');
  const confirmed = alerts.filter((a) => a.review === 'true' && a.lead.kind === alert.lead.kind).length;
  if (confirmed > 0)
    doubts.push(`People reviewed ${confirmed} ${confirmed === 1 ? 'alert' : 'alerts'} of this kind as true.`);
  if (alert.open) doubts.push('It goes on: how it ends is not known yet.');
  if (alert.lead.certainty === 'possible') doubts.push('The statement itself is only a possibility.');
  return doubts;
};

export const tryAccept = (view: SiteView, id: string): AcceptTrial => {
  const alert = alertById(view, id);
  const { triage, detection } = view.detection;
  const naming = namingOf(view);
  const { learns, text } = lessonOf(view, alert);
  const ofKind = triage.findings().filter(({ kind }) => alert.findings.some((f) => f.kind === kind));
  const isQuiet = (f: Finding): boolean =>
    learns && kindOf(f.kind).needsLearning && alert.findings.some((mine) => mine.id === f.id || isAlike(mine, f));
  const quiet = ofKind.filter(isQuiet);
  const still = ofKind.filter((f) => !isQuiet(f));
  const limits = ['Only recorded findings were compared; what else becomes usual with it is not told.'];
  if (alert.lead.detector === 'process')
    limits.push(
      'A cell that is learned anew judges all its points anew: others may be told earlier or later than before.',
    );
  if (triage.dropped > 0) limits.push(`${triage.dropped} older findings are not in memory and were not compared.`);
  return {
    learns,
    text,
    hours: detection.watchedUs / HOUR_US,
    quiet: quiet.length,
    still: still.length,
    examples: [...quiet, ...still].slice(0, MAX_EXAMPLES).map((f) => ({
      finding: f.id,
      title: fill(kindOf(f.kind).title, f, naming),
      at: maybeTime(f.firstUs),
      effect: isQuiet(f) ? 'quiet' : 'still',
    })),
    doubts: doubtsOf(view, alert),
    limits,
  };
};
