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
