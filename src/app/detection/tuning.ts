/**
 * A change of thresholds, tried on this site's own findings first: what lies below a threshold is kept as a finding, so
 * that a trial is exact and not a guess. Applied only by a person with a reason, in the journal.
 */
import type { TuningRequest, TuningTrial } from '../../api/index.ts';
import { DEFAULT_THRESHOLD, fill } from '../../decide/index.ts';
import { KINDS } from '../../detect/index.ts';
import { RequestError } from '../engine-contract.ts';
import { kindOf, namingOf } from '../query/findings.ts';
import { maybeTime, type SiteView, share } from '../query/view.ts';
import type { Actor } from './acts.ts';
import { type DetectionSettings, readSettings, SETTINGS_NAME } from './keep.ts';

const HOUR_US = 3_600_000_000;
const MAX_EXAMPLES = 50;

const changed = (settings: DetectionSettings, request: TuningRequest): DetectionSettings => {
  const thresholds = { ...settings.thresholds };
  for (const { code, minSurprise, enabled } of request.kinds) {
    if (!KINDS.has(code))
      throw new RequestError(
        422,
        'input-invalid',
        `There is no kind of finding ${code}.`,
        'Choose one of the detectors.',
      );
    const before = thresholds[code] ?? DEFAULT_THRESHOLD;
    const after = { minSurprise: minSurprise ?? before.minSurprise, enabled: enabled ?? before.enabled };
    // What is as it comes is no change.
    if (after.enabled && after.minSurprise === DEFAULT_THRESHOLD.minSurprise) delete thresholds[code];
    else thresholds[code] = after;
  }
  return {
    thresholds,
    alertsPerDay: request.alertsPerDay ?? settings.alertsPerDay,
    learningHours: request.learningHours ?? settings.learningHours,
  };
};

export const tryTuning = (view: SiteView, settings: DetectionSettings, request: TuningRequest): TuningTrial => {
  const after = changed(settings, request);
  const { triage, detection } = view.detection;
  const findings = triage.findings();
  const idsBefore = new Set(triage.picture().alertOf.keys());
  const now = triage.picture().alerts;
  const then = triage.tried(after);
  const idsAfter = new Set(then.alertOf.keys());
  const trueFindings = new Set(
    now.filter((alert) => alert.review === 'true').flatMap((alert) => alert.findings.map((finding) => finding.id)),
  );
  const codes = [...new Set([...request.kinds.map(({ code }) => code), ...findings.map(({ kind }) => kind)])].sort();
  const naming = namingOf(view);
  const examples = findings
    .filter(({ id }) => idsBefore.has(id) !== idsAfter.has(id))
    .sort((a, b) => Number(trueFindings.has(b.id)) - Number(trueFindings.has(a.id)) || b.surprise - a.surprise)
    .slice(0, MAX_EXAMPLES)
    .map((finding) => ({
      finding: finding.id,
      title: fill(kindOf(finding.kind).title, finding, naming),
      surprise: share(finding.surprise),
      certainty: finding.certainty,
      at: maybeTime(finding.firstUs),
      effect: idsBefore.has(finding.id) ? ('gone' as const) : ('new' as const),
    }));
  const limits: string[] = [];
  if (after.learningHours !== settings.learningHours)
    limits.push('Another learning time acts from now on; what it would have changed before is not told.');
  if (request.kinds.some(({ minSurprise }) => minSurprise !== undefined && minSurprise < DEFAULT_THRESHOLD.minSurprise))
    limits.push('Detectors that state nothing below .5 (those of the process among them) give nothing more below it.');
  if (triage.dropped > 0) limits.push(`${triage.dropped} older findings are not in memory and were not tried.`);
  return {
    hours: detection.watchedUs / HOUR_US,
    fromAt: maybeTime(detection.sinceUs),
    toAt: maybeTime(view.detection.nowUs),
    alertsBefore: now.length,
    alertsAfter: then.alerts.length,
    lostTrue: [...trueFindings].filter((id) => !idsAfter.has(id)).length,
    kinds: codes.map((code) => {
      const mine = findings.filter(({ kind }) => kind === code);
      return {
        code,
        findings: mine.length,
        before: mine.filter(({ id }) => idsBefore.has(id)).length,
        after: mine.filter(({ id }) => idsAfter.has(id)).length,
        trueBefore: mine.filter(({ id }) => trueFindings.has(id)).length,
        trueAfter: mine.filter(({ id }) => trueFindings.has(id) && idsAfter.has(id)).length,
      };
    }),
    examples,
    limits,
  };
};

export const applyTuning = async (actor: Actor, request: TuningRequest): Promise<DetectionSettings> => {
  const { store, site, view, userId, nowUs } = actor;
  const { reason = '' } = request;
  if (reason.trim() === '')
    throw new RequestError(
      422,
      'input-invalid',
      'A change of thresholds needs its reason.',
      'Say why, for the journal.',
    );
  const before = await readSettings(store, site.id);
  const after = changed(before, request);
  const trial = tryTuning(view, before, request);
  await store.writer.submit({
    put: { setting: [{ site_id: site.id, name: SETTINGS_NAME, value: JSON.stringify(after) }] },
    journal: [
      {
        siteId: site.id,
        tsUs: nowUs,
        userId,
        action: 'detection.tune',
        subject: `site ${site.id}`,
        detail: {
          reason,
          text: JSON.stringify({
            kinds: request.kinds,
            alertsPerDay: after.alertsPerDay,
            learningHours: after.learningHours,
          }),
          alertsBefore: trial.alertsBefore,
          alertsAfter: trial.alertsAfter,
        },
      },
    ],
  });
  view.detection.triage.setSettings(after);
  view.detection.detection.setLearningTime(after.learningHours * HOUR_US);
  return after;
};
