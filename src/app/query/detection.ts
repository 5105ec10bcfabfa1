/** What was learned and what not yet, detectors with their thresholds, windows, the rates of the queue. */
import type {
  AlertRates,
  DetectionOverview,
  KindRow,
  LearningOverview,
  LearningRow,
  Now,
  Threshold,
  WindowRow,
} from '../../api/index.ts';
import type { Learning } from '../../core/detector.ts';
import { type MaintenanceWindow, OVERRUN_GRACE_US } from '../../core/incident.ts';
import { DEFAULT_THRESHOLD, ratesOf } from '../../decide/index.ts';
import { DETECTORS, FED } from '../../detect/index.ts';
import type { Store } from '../../store/index.ts';
import type { Cell } from '../detection/cell.ts';
import { type DetectionSettings, relearning } from '../detection/keep.ts';
import { cardOf, pointRef } from './findings.ts';
import { nameOf } from './process.ts';
import { protocolTitle } from './protocol-title.ts';
import { assetAddress, assetParty, finite, maybeTime, partyOf, type SiteView, share, timeText } from './view.ts';

const HOUR_US = 3_600_000_000;
/** Rows of the overview, and of one detector. */
const MAX_ITEMS = 2000;
const MAX_PER_DETECTOR = 500;
/** Hours of a cycle; it is known once it was seen twice. */
const CYCLES = { shift: 8, day: 24, week: 168 } as const;
const CYCLE_TIMES = 2;
const MIN_REVIEWS = 5;

const learningRow = (view: SiteView, detector: string, x: Learning): LearningRow => {
  const of = x.of;
  const cell = of.kind === 'cell' ? view.detection.feed.cell(of.cell) : undefined;
  const party =
    of.kind === 'endpoint'
      ? partyOf(view, of.endpoint)
      : of.kind === 'conversation'
        ? partyOf(view, of.server)
        : of.kind === 'point'
          ? partyOf(view, view.model.point(of.point)?.target ?? 0)
          : null;
  const what = (): string => {
    switch (of.kind) {
      case 'site':
        return 'the site';
      case 'endpoint':
        return partyOf(view, of.endpoint).name;
      case 'conversation':
        return `${partyOf(view, of.client).name} → ${partyOf(view, of.server).name}${of.protocol === '' ? '' : ` by ${protocolTitle(of.protocol)}`}`;
      case 'cell':
        return cell === undefined ? of.cell : nameOf(view, cell);
      case 'point':
        return pointRef(view, of.point).label;
    }
  };
  return {
    detector,
    of: of.kind,
    what: what(),
    party,
    cell: cell?.plan.id ?? '',
    // A clock that was set back, or captures side by side, make no time that is missing.
    seen: Math.max(0, x.seen),
    needed: x.needed,
    unit: x.unit,
    share: x.needed <= 0 ? 1 : share(x.seen / x.needed),
    unarmed: x.unarmed,
    making: cell !== undefined && isMaking(cell, view.detection.feed.shareOf(cell)),
    onTrial: cell !== undefined && isOnTrial(view, cell),
  };
};

/** Enough was seen for a model, and there is none to say yet whether the cell can be judged. */
const isMaking = (cell: Cell, part: number): boolean => !cell.isArmed && cell.problem === '' && part >= 1;

/** Judged already, and below an alert until its model has held on other days too. */
const isOnTrial = (view: SiteView, cell: Cell): boolean => cell.isArmed && cell.trialUntilUs(view.detection.nowUs) > 0;

/** Why a cell is not judged although it saw enough: enough seen is not armed yet. */
const unarmedOf = (cell: Cell, share: number): string => {
  if (!isMaking(cell, share)) return cell.problem;
  return cell.fitting === undefined ? 'its model is not asked for yet' : 'its model is being made';
};

/** Cells and points tell how far they are as detectors do. */
const ofCells = (view: SiteView): Learning[] => {
  const { feed, learningUs } = view.detection;
  return feed.cells.flatMap((cell): Learning[] => {
    const needed = learningUs / HOUR_US;
    const { nowUs } = view.detection;
    const trialUs = cell.trialUntilUs(nowUs);
    // A model on trial has still to show that it holds on other days.
    const more = trialUs === 0 ? 0 : (trialUs - cell.fittedUs) / HOUR_US;
    const tried = trialUs === 0 ? 0 : Math.max(0, nowUs - cell.fittedUs) / HOUR_US;
    const whole: Learning = {
      of: { kind: 'cell', cell: cell.plan.id },
      seen: feed.shareOf(cell) * needed + tried,
      needed: needed + more,
      unit: 'h',
      unarmed: unarmedOf(cell, feed.shareOf(cell)),
    };
    const points = cell.arming.flatMap((arming, i): Learning[] =>
      arming.armed.length > 0
        ? []
        : [
            {
              of: { kind: 'point', point: cell.plan.points[i]! },
              seen: needed,
              needed,
              unit: 'h',
              unarmed: arming.unarmed,
            },
          ],
    );
    return [whole, ...points];
  });
};

/** How far the site and its process cells have learned, in figures and as a line: both may be so at a time. */
export const learnedOf = (view: SiteView): Pick<Now, 'learned' | 'learning'> => {
  const { phase, watchedUs, learningTimeUs } = view.detection.detection;
  const { cells } = view.detection.feed;
  const learned: Now['learned'] = {
    phase: watchedUs === 0 ? 'empty' : phase,
    share: share(watchedUs / learningTimeUs),
    hoursLeft: Math.max(0, learningTimeUs - watchedUs) / HOUR_US,
    cells: cells.length,
    cellsJudged: cells.filter((cell) => cell.isArmed).length,
    cellsOnTrial: cells.filter((cell) => isOnTrial(view, cell)).length,
  };
  const hours = learningTimeUs / HOUR_US;
  const parts = [
    learned.phase === 'learning'
      ? `learning, ${Math.floor(learned.share * 100)} % of ${hours === 24 ? 'a day' : `${hours} h`}`
      : '',
    learned.cellsOnTrial > 0 ? `process judged on trial: ${learned.cellsOnTrial} of ${learned.cells} cells` : '',
  ];
  return { learned, learning: parts.filter(Boolean).join('; ') };
};

export const learning = (view: SiteView): LearningOverview => {
  const { detection } = view.detection;
  const { watchedUs, learningTimeUs, sinceUs, phase } = detection;
  const parts = [...detection.learning(), { detector: 'process', learning: ofCells(view) }];
  const all = parts.flatMap(({ detector, learning: list }) =>
    list.slice(0, MAX_PER_DETECTOR).map((x) => learningRow(view, detector, x)),
  );
  const rows = all.sort((a, b) => a.share - b.share || (a.detector < b.detector ? -1 : 1));
  const totals = new Map<
    LearningRow['of'],
    { things: number; learned: number; unarmed: number; making: number; onTrial: number; sum: number }
  >();
  for (const row of rows) {
    const total = totals.get(row.of) ?? { things: 0, learned: 0, unarmed: 0, making: 0, onTrial: 0, sum: 0 };
    totals.set(row.of, total);
    total.things++;
    total.sum += row.share;
    if (row.share >= 1 && row.unarmed === '') total.learned++;
    if (row.onTrial) total.onTrial++;
    if (row.making) total.making++;
    else if (row.share >= 1 && row.unarmed !== '') total.unarmed++;
  }
  const watchedHours = watchedUs / HOUR_US;
  return {
    phase: sinceUs === 0 ? 'empty' : phase,
    share: share(watchedUs / learningTimeUs),
    sinceAt: maybeTime(sinceUs),
    learningHours: learningTimeUs / HOUR_US,
    watchedHours,
    again: relearning(
      view.detection,
      view.detection.feed.cells.filter((cell) => cell.relearned !== '' && (!cell.isArmed || isOnTrial(view, cell))),
    ),
    cycles: (Object.keys(CYCLES) as (keyof typeof CYCLES)[]).map((name) => {
      const seen = watchedHours / CYCLES[name];
      return { name, seen, needed: CYCLE_TIMES, known: seen >= CYCLE_TIMES };
    }),
    totals: [...totals].map(([of, total]) => ({
      of,
      things: total.things,
      learned: total.learned,
      unarmed: total.unarmed,
      making: total.making,
      onTrial: total.onTrial,
      share: total.things === 0 ? null : share(total.sum / total.things),
    })),
    items: rows.slice(0, MAX_ITEMS),
    itemsMore: Math.max(
      0,
      parts.reduce((sum, part) => sum + part.learning.length, 0) - Math.min(rows.length, MAX_ITEMS),
    ),
    version: view.version('detection'),
  };
};

export const detectionOverview = (view: SiteView, settings: DetectionSettings): DetectionOverview => {
  const { triage } = view.detection;
  const found = new Map<string, number>();
  for (const finding of triage.findings()) found.set(finding.kind, (found.get(finding.kind) ?? 0) + 1);
  const alerted = new Map<string, number>();
  for (const alert of triage.picture().alerts) alerted.set(alert.lead.kind, (alerted.get(alert.lead.kind) ?? 0) + 1);
  return {
    detectors: [...DETECTORS, ...FED].map((detector) => ({
      card: cardOf(detector.name),
      kinds: detector.kinds.map((kind): KindRow => {
        const own = triage.settings.thresholds[kind.code];
        const threshold: Threshold = own ?? DEFAULT_THRESHOLD;
        return {
          code: kind.code,
          detector: detector.name,
          family: kind.family,
          title: kind.title,
          impact: kind.severity,
          techniques: [...kind.techniques],
          needsLearning: kind.needsLearning,
          threshold: { minSurprise: threshold.minSurprise, enabled: threshold.enabled },
          changed: own !== undefined,
          findings: found.get(kind.code) ?? 0,
          alerts: alerted.get(kind.code) ?? 0,
        };
      }),
    })),
    settings: { learningHours: settings.learningHours, alertsPerDay: settings.alertsPerDay },
    version: view.version('detection'),
  };
};

export const alertRates = async (view: SiteView, store: Store): Promise<AlertRates> => {
  const { triage, detection } = view.detection;
  const { alerts } = triage.picture();
  const rates = ratesOf(alerts, detection.sinceUs, view.detection.nowUs);
  const rows = await store.db
    .selectFrom('review')
    .select(['alert_id', 'detector', 'verdict', 'ts'])
    .where('site_id', '=', view.id)
    .orderBy('ts')
    .execute();
  // The last word on an alert counts.
  const last = new Map(rows.map((row) => [row.alert_id, row]));
  const perDetector = new Map<string, { true: number; false: number; benign: number; unsure: number }>();
  for (const { detector, verdict } of last.values()) {
    const counts = perDetector.get(detector) ?? { true: 0, false: 0, benign: 0, unsure: 0 };
    perDetector.set(detector, counts);
    counts[verdict as keyof typeof counts]++;
  }
  return {
    hours: rates.hours,
    measures: rates.measures.map((measure) => ({ ...measure, value: finite(measure.value) })),
    open: { ...rates.open },
    unacknowledged: rates.unacknowledged,
    budget: { perDay: triage.settings.alertsPerDay, lastDay: rates.lastDay, over: rates.over },
    perHour: { us: [...rates.perHour.us], count: [...rates.perHour.count] },
    reviews: [...perDetector].sort().map(([detector, counts]) => {
      // Benign ones were seen rightly and meant to be; the unsure say nothing.
      const judged = counts.true + counts.false + counts.benign;
      return { detector, ...counts, precision: judged < MIN_REVIEWS ? null : (counts.true + counts.benign) / judged };
    }),
    version: view.version('alerts'),
  };
};

export const windowRow = (view: SiteView, window: MaintenanceWindow, names: ReadonlyMap<string, string>): WindowRow => {
  const { hits } = view.detection.triage.picture();
  const mine = [...hits.values()].filter((hit) => hit.window.id === window.id);
  const after = mine.filter((hit) => hit.overrun).length;
  const { nowUs } = view.detection;
  const state = (): WindowRow['state'] => {
    if (window.cancelled) return 'cancelled';
    if (nowUs < window.fromUs) return 'planned';
    if (nowUs <= window.toUs) return 'running';
    return after > 0 && nowUs > window.toUs + OVERRUN_GRACE_US ? 'overrun' : 'over';
  };
  return {
    id: window.id,
    text: window.text,
    assets: window.assets.flatMap((id) => {
      const asset = view.model.asset(id);
      return asset === undefined ? [] : [assetParty(asset, assetAddress(asset))];
    }),
    cells: [...window.cells],
    vendor: window.vendor,
    workOrder: window.workOrder,
    fromAt: timeText(window.fromUs),
    toAt: timeText(window.toUs),
    state: state(),
    who: names.get(window.userId) ?? window.userId,
    at: timeText(window.createdUs),
    findings: mine.length,
    after,
  };
};
