/** The last day of a site on one line of time: what asked a person, what was kept, who changed controllers, what was planned, when it was watched. */
import { type Day, ENGINEERING_VERBS } from '../../api/index.ts';
import { PRIORITIES } from '../../api/words.ts';
import type { Priority } from '../../core/incident.ts';
import type { SourceHealth } from '../../core/site.ts';
import { alertHeadline } from './findings.ts';
import { incidentHeads } from './incidents.ts';
import { maybeTime, partyOf, type SiteView, timeText } from './view.ts';

const DAY_US = 86_400_000_000;
const BIN_US = 1_800_000_000;
/** Marks of one kind on one line. */
const MAX_MARKS = 200;
const ENGINEERING = new Set<string>(ENGINEERING_VERBS);

export const day = (view: SiteView): Day => {
  const heard = view
    .sources()
    .flatMap(({ health }) => heardOf(health))
    .sort((a, b) => a.from - b.from);
  const toUs = Math.max(0, ...heard.map(({ to }) => to));
  const fromUs = Math.max(toUs - DAY_US, heard[0]?.from ?? 0);
  const isIn = (first: number, last: number): boolean => last >= fromUs && first <= toUs;
  const stretch = (first: number, last: number): { fromAt: string; toAt: string } => ({
    fromAt: timeText(Math.max(fromUs, first)),
    toAt: timeText(Math.min(toUs, Math.max(first, last))),
  });
  const { asked, more } = askedOf(view, isIn);
  const engineering = engineeringOf(view, fromUs, toUs);
  return {
    fromAt: maybeTime(fromUs),
    toAt: maybeTime(toUs),
    watched: joined(heard.filter(({ from, to }) => isIn(from, to))).map(({ from, to }) => stretch(from, to)),
    asked: asked.map(({ firstUs, lastUs, ...mark }) => ({ ...mark, ...stretch(firstUs, lastUs) })),
    askedMore: more,
    kept: keptOf(view, fromUs, toUs),
    engineering: engineering.slice(-MAX_MARKS).map(({ verb, client, target, firstUs, lastUs }) => ({
      verb,
      client: partyOf(view, client),
      target: partyOf(view, target),
      at: (firstUs === lastUs ? [lastUs] : [firstUs, lastUs]).map(timeText),
    })),
    engineeringMore: Math.max(0, engineering.length - MAX_MARKS),
    windows: view.detection.triage.windows
      .filter((w) => !w.cancelled && isIn(w.fromUs, w.toUs))
      .map((w) => ({ id: w.id, text: w.text, ...stretch(w.fromUs, w.toUs) })),
    version: view.version('now'),
  };
};

interface Act {
  readonly verb: string;
  readonly client: number;
  readonly target: number;
  firstUs: number;
  lastUs: number;
}
/** One of who does the same to the same device, however many commands that takes; in order of its last time. */
const engineeringOf = (view: SiteView, fromUs: number, toUs: number): Act[] => {
  const acts = new Map<string, Act>();
  for (const { verb, client, target, firstUs, lastUs } of view.model.commands()) {
    if (!ENGINEERING.has(verb) || lastUs < fromUs || lastUs > toUs) continue;
    const key = `${verb} ${client} ${target}`;
    const since = firstUs < fromUs ? lastUs : firstUs;
    const act = acts.get(key);
    if (act === undefined) acts.set(key, { verb, client, target, firstUs: since, lastUs });
    else {
      act.firstUs = Math.min(act.firstUs, since);
      act.lastUs = Math.max(act.lastUs, lastUs);
    }
  }
  return [...acts.values()].sort((a, b) => a.lastUs - b.lastUs);
};

/** When a source was heard, microseconds: from its first frame to its last, without the pauses that are long enough to be counted. */
export const heardOf = ({
  firstUs,
  lastUs,
  gaps,
}: Pick<SourceHealth, 'firstUs' | 'lastUs' | 'gaps'>): { from: number; to: number }[] => {
  if (firstUs <= 0) return [];
  const out: { from: number; to: number }[] = [];
  let from = firstUs;
  for (const gap of [...gaps].sort((a, b) => a.fromUs - b.fromUs)) {
    // A step of the clock is no pause.
    if (gap.toUs <= gap.fromUs || gap.fromUs < from || gap.toUs > lastUs) continue;
    out.push({ from, to: gap.fromUs });
    from = gap.toUs;
  }
  return [...out, { from, to: lastUs }];
};

/** Stretches in order of their beginning, those that touch as one. */
const joined = (stretches: readonly { from: number; to: number }[]): { from: number; to: number }[] => {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of stretches) {
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
};

type Asked = Omit<Day['asked'][number], 'fromAt' | 'toAt'> & { firstUs: number; lastUs: number };

const askedOf = (view: SiteView, isIn: (first: number, last: number) => boolean): { asked: Asked[]; more: number } => {
  const { alerts } = view.detection.triage.picture();
  const incidents = incidentHeads(view).filter(({ firstUs, lastUs }) => isIn(firstUs, lastUs));
  const told = new Set(incidents.map(({ id }) => id));
  const alone = alerts.filter((a) => !told.has(a.incident) && isIn(a.firstUs, a.lastUs));
  const place = ({ priority }: { priority: Priority }): number => PRIORITIES.indexOf(priority);
  const marks = [
    ...incidents.map((incident) => ({ kind: 'incident' as const, ...incident })),
    ...alone
      .sort((a, b) => place(a) - place(b) || b.lastUs - a.lastUs)
      .slice(0, MAX_MARKS)
      .map((alert) => ({
        kind: 'alert' as const,
        id: alert.id,
        title: alertHeadline(view, alert),
        priority: alert.priority,
        closed: alert.state === 'closed',
        firstUs: alert.firstUs,
        lastUs: alert.lastUs,
      })),
  ]
    .sort((a, b) => place(a) - place(b) || b.lastUs - a.lastUs)
    .slice(0, MAX_MARKS);
  return {
    asked: marks.sort((a, b) => a.firstUs - b.firstUs),
    more: incidents.length + alone.length - marks.length,
  };
};

const keptOf = (view: SiteView, fromUs: number, toUs: number): Day['kept'] => {
  const { triage } = view.detection;
  const { alertOf } = triage.picture();
  const bins = new Map<number, number>();
  for (const { id, firstUs } of triage.findings()) {
    if (alertOf.has(id) || firstUs < fromUs || firstUs > toUs) continue;
    const bin = Math.floor(firstUs / BIN_US) * BIN_US;
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return [...bins].sort((a, b) => a[0] - b[0]).map(([us, count]) => ({ fromAt: timeText(us), count }));
};
