/** A drafted change of thresholds: only what differs from now is asked for. */
import type { DetectionOverview, KindRow, Threshold, TuningRequest } from '../../../api/detection.ts';

export interface Draft {
  readonly kinds: Readonly<Record<string, Threshold>>;
  readonly learningHours: number | undefined;
  readonly alertsPerDay: number | undefined;
}
export const NO_DRAFT: Draft = { kinds: {}, learningHours: undefined, alertsPerDay: undefined };

export const draftKind = (draft: Draft, kind: KindRow, change: Partial<Threshold>): Draft => ({
  ...draft,
  kinds: { ...draft.kinds, [kind.code]: { ...(draft.kinds[kind.code] ?? kind.threshold), ...change } },
});

/** What is asked of the server; undefined where the draft changes nothing. */
export const changesOf = (
  draft: Draft,
  kinds: readonly KindRow[],
  settings: DetectionOverview['settings'],
): TuningRequest | undefined => {
  const changed = kinds.flatMap((k) => {
    const to = draft.kinds[k.code];
    if (to === undefined) return [];
    const minSurprise = to.minSurprise !== k.threshold.minSurprise;
    const enabled = to.enabled !== k.threshold.enabled;
    if (!minSurprise && !enabled) return [];
    return [
      {
        code: k.code,
        ...(minSurprise ? { minSurprise: to.minSurprise } : {}),
        ...(enabled ? { enabled: to.enabled } : {}),
      },
    ];
  });
  const learningHours =
    draft.learningHours !== undefined && draft.learningHours !== settings.learningHours
      ? { learningHours: draft.learningHours }
      : {};
  const alertsPerDay =
    draft.alertsPerDay !== undefined && draft.alertsPerDay !== settings.alertsPerDay
      ? { alertsPerDay: draft.alertsPerDay }
      : {};
  const request = { kinds: changed, ...learningHours, ...alertsPerDay };
  return changed.length > 0 || 'learningHours' in request || 'alertsPerDay' in request ? request : undefined;
};
