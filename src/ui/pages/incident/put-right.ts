/**
 * What has to be checked or put right before the plant runs as it did: device by device, from what the steps of an incident
 * did to it. How many hours that takes is not on the wire, and is not guessed.
 * @source MITRE ATT&CK for ICS v14: what each technique changes
 */
import type { IncidentStep } from '../../../api/alerts.ts';
import type { Party } from '../../../api/common.ts';

const CHANGED: readonly { readonly what: string; readonly by: readonly string[] }[] = [
  { what: 'program', by: ['T0843', 'T0889'] },
  { what: 'firmware', by: ['T0857', 'T0839'] },
  { what: 'operating mode', by: ['T0858'] },
  { what: 'set-points and parameters', by: ['T0836', 'T0831', 'T0806'] },
  { what: 'protection or safety function', by: ['T0880', 'T0837'] },
  { what: 'alarm settings', by: ['T0838', 'T0878'] },
  { what: 'files', by: ['T0809', 'T1486', 'T1490'] },
  { what: 'restarted', by: ['T0816'] },
];

export interface PutRight {
  readonly party: Party;
  /** `program`, `firmware`: in the order of the work. */
  readonly what: readonly string[];
  /** The frames show at least one of it; without, it is a conclusion. */
  readonly certain: boolean;
}

/** The most that a step did to a device: place of it in the order of the work, 0 is a program; all that changed nothing come last. */
const gravityOf = ({ techniques }: IncidentStep): number => {
  const ids = new Set(techniques.map(({ id }) => id));
  const place = CHANGED.findIndex(({ by }) => by.some((id) => ids.has(id)));
  return place < 0 ? CHANGED.length : place;
};

/** Of each kind one: what is asked about first, then what was changed on the plant side, programs before files, then the rest by time. */
export const gravestOf = (steps: readonly IncidentStep[], asked: readonly { finding: string }[]): IncidentStep[] => {
  const first = asked.flatMap((a) => steps.filter((s) => s.finding === a.finding));
  const rest = [...steps].sort(
    (a, b) => Number(b.lane === 'ot') - Number(a.lane === 'ot') || gravityOf(a) - gravityOf(b),
  );
  const kinds = new Map<string, IncidentStep>();
  for (const s of [...first, ...rest]) if (!kinds.has(s.kind)) kinds.set(s.kind, s);
  return [...kinds.values()];
};

/** Plant side first, then most to do first; a device once. */
export const putRightOf = (steps: readonly IncidentStep[]): readonly PutRight[] => {
  const devices = new Map<string, { party: Party; what: Set<string>; certain: boolean; inPlant: boolean }>();
  for (const { techniques, target, certainty, lane } of steps) {
    const ids = new Set(techniques.map(({ id }) => id));
    const what = CHANGED.filter(({ by }) => by.some((id) => ids.has(id)));
    if (what.length === 0) continue;
    const key = target.id || target.address;
    const device = devices.get(key) ?? { party: target, what: new Set<string>(), certain: false, inPlant: false };
    for (const w of what) device.what.add(w.what);
    device.certain ||= certainty === 'certain';
    device.inPlant ||= lane === 'ot';
    devices.set(key, device);
  }
  return [...devices.values()]
    .sort((a, b) => Number(b.inPlant) - Number(a.inPlant) || b.what.size - a.what.size)
    .map(({ party, what, certain }) => ({
      party,
      what: CHANGED.flatMap((c) => (what.has(c.what) ? [c.what] : [])),
      certain,
    }));
};
