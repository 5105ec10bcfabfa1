/**
 * The way an incident took, as a figure: devices are lines from the office side down to the plant, deeds are columns in order of
 * time, and each deed is a stroke from who did it to whom. Devices that were only looked at are gathered, so that the way itself
 * stays legible.
 */
import type { IncidentDetail } from '../../../api/alerts.ts';
import type { Party } from '../../../api/common.ts';
import type { Lane, TimelineRow } from './timeline.ts';

export interface PathRow {
  readonly lane: Lane;
  /** undefined: several devices, gathered. */
  readonly party: Party | undefined;
  readonly devices: number;
  /** Column from which on somebody acted from here; undefined: nobody did. */
  readonly takenAt: number | undefined;
}
/** What a deed is to the plant: somebody looks around, goes on to another device, or changes something on the plant side. */
export type Weight = 'looks' | 'goes-on' | 'changes';
export interface PathColumn {
  /** Of the step among the incident's steps. */
  readonly index: number;
  readonly step: IncidentDetail['steps'][number];
  /** Findings that are told with it. */
  readonly more: number;
  /** Row of who did it; undefined: nobody is known. */
  readonly from: number | undefined;
  readonly to: readonly number[];
  readonly weight: Weight;
  /** Milliseconds of a long pause before it; 0: none. */
  readonly pauseMs: number;
  /** Begins another day. */
  readonly isNewDay: boolean;
}
export interface Path {
  readonly rows: readonly PathRow[];
  readonly columns: readonly PathColumn[];
}

/** More lines than this are no figure any more: the rest is gathered, those with the fewest deeds first. */
export const MOST_ROWS = 16;
const LANES: readonly Lane[] = ['it', 'dmz', 'unknown', 'ot'];
/** Tactics of ATT&CK for ICS in which nothing is changed yet. */
const LOOKS: readonly string[] = ['Discovery', 'Collection'];
const GOES_ON: readonly string[] = [
  'Initial Access',
  'Privilege Escalation',
  'Evasion',
  'Lateral Movement',
  'Command and Control',
];
const weightOf = ({ tactic, lane, verb }: { tactic: string; lane: Lane; verb: boolean }): Weight =>
  LOOKS.includes(tactic) ? 'looks' : (GOES_ON.includes(tactic) && !verb) || lane === 'it' ? 'goes-on' : 'changes';
/** What is put into a controller goes on to it and changes it. @source MITRE ATT&CK for ICS v14 */
const CHANGING: readonly string[] = ['T0843', 'T0889', 'T0857', 'T0836', 'T0858'];

const keyOf = (p: Party): string => p.id || p.address;

export const pathOf = (timeline: readonly TimelineRow[], assets: IncidentDetail['assets']): Path => {
  const laneOf = new Map(assets.map((a) => [keyOf(a.party), a.lane] as const));
  interface Seen {
    readonly party: Party;
    readonly lane: Lane;
    readonly order: number;
    deeds: number;
    isActor: boolean;
    /** Something was done to it, not just a look. */
    isTouched: boolean;
  }
  const seen = new Map<string, Seen>();
  const note = (party: Party, lane: Lane): Seen => {
    const key = keyOf(party);
    const of = seen.get(key) ?? {
      party,
      lane: laneOf.get(key) ?? lane,
      order: seen.size,
      deeds: 0,
      isActor: false,
      isTouched: false,
    };
    of.deeds++;
    seen.set(key, of);
    return of;
  };
  const deeds: {
    readonly row: Extract<TimelineRow, { kind: 'step' }>;
    readonly weight: Weight;
    readonly targets: readonly Party[];
    readonly pauseMs: number;
    readonly isNewDay: boolean;
  }[] = [];
  let pauseMs = 0;
  let isNewDay = false;
  for (const row of timeline) {
    if (row.kind === 'pause') pauseMs = row.ms;
    else if (row.kind === 'day') isNewDay = deeds.length > 0;
    else {
      const { step } = row;
      const weight = weightOf({ ...step, verb: step.techniques.some(({ id }) => CHANGING.includes(id)) });
      const of = [step, ...row.also.map((a) => a.step)];
      if (step.actor !== null) note(step.actor, step.lane).isActor = true;
      for (const s of of) {
        const target = note(s.target, s.lane);
        if (weight !== 'looks') target.isTouched = true;
      }
      const targets = [...new Map(of.map((s) => [keyOf(s.target), s.target] as const)).values()];
      deeds.push({ row, weight, targets, pauseMs, isNewDay });
      pauseMs = 0;
      isNewDay = false;
    }
  }

  const shown = new Set(
    [...seen]
      .filter(([, s]) => s.isActor || s.isTouched)
      .sort(([, a], [, b]) => Number(b.isActor) - Number(a.isActor) || b.deeds - a.deeds || a.order - b.order)
      .slice(0, MOST_ROWS)
      .map(([key]) => key),
  );
  const rows: { -readonly [K in keyof PathRow]: PathRow[K] }[] = [];
  const place = new Map<string, number>();
  for (const lane of LANES) {
    const here = [...seen].filter(([, s]) => s.lane === lane);
    const gathered = here.filter(([key]) => !shown.has(key));
    for (const [key, { party }] of here.filter(([k]) => shown.has(k)).sort((a, b) => a[1].order - b[1].order))
      place.set(key, rows.push({ lane, party, devices: 1, takenAt: undefined }) - 1);
    if (gathered.length === 0) continue;
    const [only] = gathered;
    const party = gathered.length === 1 ? only?.[1].party : undefined;
    const at = rows.push({ lane, party, devices: gathered.length, takenAt: undefined }) - 1;
    for (const [key] of gathered) place.set(key, at);
  }

  const columns = deeds.map(({ row, weight, targets, ...rest }, column): PathColumn => {
    const from = row.step.actor === null ? undefined : place.get(keyOf(row.step.actor));
    const of = from === undefined ? undefined : rows[from];
    if (of) of.takenAt ??= column;
    const to = [...new Set(targets.map((t) => place.get(keyOf(t)) ?? -1))].filter((r) => r >= 0 && r !== from);
    return { index: row.index, step: row.step, more: row.also.length, from, to, weight, ...rest };
  });
  return { rows, columns };
};
