/**
 * The steps of an incident as rows of a timeline with a lane for the office side, the industrial DMZ and the plant: long
 * pauses become rows of their own (an attacker waits for days), crossings into a deeper lane are marked.
 */
import type { IncidentStep } from '../../../api/alerts.ts';

export type Lane = IncidentStep['lane'];
export type TimelineRow =
  | { readonly kind: 'day'; readonly day: string }
  | { readonly kind: 'pause'; readonly ms: number }
  | {
      readonly kind: 'step';
      readonly step: IncidentStep;
      readonly index: number;
      /** It goes deeper into the plant than anything before. */
      readonly crosses: boolean;
      /** More of the same kind by the same device at the same side soon after: one deed (a scan of many ports), told once. */
      readonly also: readonly { readonly step: IncidentStep; readonly index: number }[];
    };

/** Shorter pauses are not told: the times beside the steps say enough. */
const PAUSE_MS = 10 * 60_000;
/** What lies further apart is a step of its own. */
const SAME_DEED_MS = PAUSE_MS;
const DEPTH: Readonly<Record<Lane, number>> = { unknown: -1, it: 0, dmz: 1, ot: 2 };

/** `dayOf` tells the day of a time in the plant's zone. Steps without a time come last, under no day. */
export const timelineOf = (steps: readonly IncidentStep[], dayOf: (rfc3339: string) => string): TimelineRow[] => {
  const rows: TimelineRow[] = [];
  let day = '';
  let before: number | undefined;
  let deepest: number | undefined;
  const deeds = new Map<string, { also: { step: IncidentStep; index: number }[]; lastMs: number }>();
  const timed = steps.map((step, index) => ({ step, index }));
  const inOrder = [...timed.filter((t) => t.step.firstAt !== null), ...timed.filter((t) => t.step.firstAt === null)];
  for (const { step, index } of inOrder) {
    const ms = step.firstAt === null ? Number.NaN : Date.parse(step.firstAt);
    const key = `${step.kind} ${(step.actor ?? step.target).id} ${step.lane}`;
    const deed = deeds.get(key);
    if (deed !== undefined && ms - deed.lastMs < SAME_DEED_MS) {
      deed.also.push({ step, index });
      deed.lastMs = ms;
      continue;
    }
    if (step.firstAt !== null) {
      const at = Date.parse(step.firstAt);
      const today = dayOf(step.firstAt);
      if (before !== undefined && at - before >= PAUSE_MS) rows.push({ kind: 'pause', ms: at - before });
      if (today !== day) rows.push({ kind: 'day', day: today });
      day = today;
      before = at;
    }
    const depth = DEPTH[step.lane];
    const crosses = deepest !== undefined && depth > deepest;
    if (depth >= 0) deepest = Math.max(deepest ?? depth, depth);
    const also: { step: IncidentStep; index: number }[] = [];
    deeds.set(key, { also, lastMs: ms });
    rows.push({ kind: 'step', step, index, crosses, also });
  }
  return rows;
};
