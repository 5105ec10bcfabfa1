/** Figures of runs of the simulated plant, for people and as the cases of `npm run evaluate -- --json`. */
import type { PlantOutcome, Told } from './plant.ts';
import type { MoveResult, PlantScore } from './plant-score.ts';

export interface PlantResult {
  readonly outcome: PlantOutcome;
  readonly score: PlantScore;
  /** By the clock, and of the processor. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export const median = (list: readonly number[]): number | null => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor((sorted.length - 1) / 2)]!;
};
const time = (us: number): string => (Number.isFinite(us) ? new Date(us / 1000).toISOString().slice(5, 19) : '-');
/** `kind 3, other 1`, the most frequent first. */
export const counts = (list: readonly string[]): string =>
  [...list.reduce((m, k) => m.set(k, (m.get(k) ?? 0) + 1), new Map<string, number>())]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([k, n]) => `${k} ${n}`)
    .join(', ');
const touching = (score: PlantScore): MoveResult[] => score.moves.filter((m) => m.move.touchesPlant);
const found = (list: readonly MoveResult[]): MoveResult[] => list.filter((m) => !Number.isNaN(m.foundUs));
const delayS = (m: MoveResult): number => (m.foundUs - m.move.startUs) / 1e6;
const quietNone = (score: PlantScore): Told[] =>
  [...score.owners].filter(([, owner]) => owner === 'none').map(([told]) => told);

/** Alerts that nobody announced, and the places of the queue that they take: an incident is one. */
const queueOf = ({ alerts }: PlantOutcome): { alerts: number; places: number; overBudget: number } => {
  const asked = alerts.filter((a) => a.hit === undefined);
  const places = asked.filter((a) => a.foldedUnder === '');
  return { alerts: asked.length, places: places.length, overBudget: places.filter((a) => a.overBudget).length };
};

/** What one run comes to: seconds, counts; plain data, since it is kept in a file between runs. */
export interface PlantRow {
  readonly case: string;
  readonly metric: 'plant';
  readonly score: number | null;
  readonly detected: number;
  readonly expected: number;
  readonly falseEpisodes: number;
  readonly farPercent: null;
  /** Median of the moves found, seconds. */
  readonly delay: number | null;
  readonly alerted: number;
  readonly days: number;
  readonly cycleSeconds: number;
  readonly knownBefore: { readonly alert: boolean; readonly incident: boolean } | null;
  readonly falseFindings: number;
  readonly falseKinds: string;
  /** Kind of each false alert. */
  readonly falseAlerts: readonly string[];
  /** Those among them that stand under an incident and take no place of the queue. */
  readonly falseFolded: number;
  /** Names of the moves that were not found. */
  readonly missed: readonly string[];
  readonly disturbancesRight: number;
  readonly disturbances: number;
  /** Those that were not as they should be, with the kinds of alerts. */
  readonly wrong: readonly string[];
  readonly incidents: { readonly ofAttack: number; readonly ofNothing: number };
  readonly queue: { readonly alerts: number; readonly places: number; readonly overBudget: number };
  readonly kinds: Readonly<
    Record<
      string,
      {
        readonly found: number;
        readonly of: number;
        /** Seconds, one for each move found. */
        readonly delays: readonly number[];
        readonly medianDelay: number | null;
        readonly worstDelay: number | null;
      }
    >
  >;
  readonly frames: number;
  /** Seconds by the clock, and of the processor. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** One case in the shape of the other data sets, with what is the plant's own beside it. */
export const caseOf = ({ outcome, score, seconds, cpuSeconds }: PlantResult): PlantRow => {
  const { case: run, labels } = outcome;
  const touch = touching(score);
  const kinds = [...new Set(touch.map((m) => m.kind))];
  return {
    case: `plant/${run.variant}/${run.attack}/seed-${run.seed}`,
    metric: 'plant',
    score: touch.length === 0 ? null : found(touch).length / touch.length,
    detected: found(touch).length,
    expected: touch.length,
    falseEpisodes: score.falseAlerts.length,
    farPercent: null,
    delay: median(found(touch).map(delayS)),
    alerted: touch.filter((m) => !Number.isNaN(m.alertedUs)).length,
    days: score.days,
    cycleSeconds: labels.cycleUs / 1e6,
    knownBefore: score.knownBefore ?? null,
    falseFindings: quietNone(score).length,
    falseKinds: counts(score.falseAlerts.map((a) => a.kind)),
    falseAlerts: score.falseAlerts.map((a) => a.kind).sort(),
    falseFolded: score.falseAlerts.filter((a) => a.folded).length,
    missed: touch.filter((m) => Number.isNaN(m.foundUs)).map((m) => m.move.name),
    disturbancesRight: score.disturbances.filter((d) => d.right).length,
    disturbances: score.disturbances.length,
    wrong: score.disturbances.filter((d) => !d.right).map((d) => `${d.disturbance.kind}: ${d.alerts.join(' ')}`),
    incidents: score.incidents,
    queue: queueOf(outcome),
    kinds: Object.fromEntries(
      kinds.map((kind) => {
        const of = touch.filter((m) => m.kind === kind);
        const delays = found(of).map(delayS);
        return [
          kind,
          {
            found: delays.length,
            of: of.length,
            delays,
            medianDelay: median(delays),
            worstDelay: delays.length === 0 ? null : Math.max(...delays),
          },
        ];
      }),
    ),
    frames: outcome.frames,
    seconds: Math.round(seconds),
    cpuSeconds: Math.round(cpuSeconds),
  };
};

/** Figures over runs. */
export const summaryOf = (rows: readonly PlantRow[]): { readonly plant: PlantSummary } => {
  const sum = (of: (row: PlantRow) => number): number => rows.reduce((n, row) => n + of(row), 0);
  const alerts = rows.flatMap((row) => row.falseAlerts);
  return {
    plant: {
      runs: rows.length,
      movesFound: sum((row) => row.detected),
      moves: sum((row) => row.expected),
      falseAlertsPerDay: alerts.length / sum((row) => row.days),
      falseKinds: counts(alerts),
      knownBefore: rows.filter((row) => row.knownBefore?.alert === true).length,
      disturbancesRight: sum((row) => row.disturbancesRight),
      disturbances: sum((row) => row.disturbances),
    },
  };
};

export interface PlantSummary {
  readonly runs: number;
  readonly movesFound: number;
  readonly moves: number;
  readonly falseAlertsPerDay: number;
  readonly falseKinds: string;
  readonly knownBefore: number;
  readonly disturbancesRight: number;
  readonly disturbances: number;
}

export const textOf = ({ outcome, score, seconds, cpuSeconds }: PlantResult): string => {
  const { case: run, labels } = outcome;
  const touch = touching(score);
  const none = quietNone(score);
  const queue = queueOf(outcome);
  const lines = [
    `seed ${run.seed}, plant ${run.variant}, attack ${run.staged === undefined ? run.attack : 'staged'}: ${score.days.toFixed(2)} days, ${outcome.frames} frames in ${seconds.toFixed(0)} s (${cpuSeconds.toFixed(0)} s of the processor); judged from ${time(outcome.watchingUs)}; cells with a model ${outcome.armed} of ${outcome.cells}`,
    `moves that touch the plant: found ${found(touch).length} of ${touch.length}, as alerts ${touch.filter((m) => !Number.isNaN(m.alertedUs)).length}; all moves ${found(score.moves).length} of ${score.moves.length}; known before the first command: ${score.knownBefore === undefined ? '-' : `alert ${score.knownBefore.alert}, incident ${score.knownBefore.incident}`}`,
    `incidents: ${score.incidents.ofAttack} of the attack, ${score.incidents.ofNothing} of nothing`,
    `queue: ${queue.alerts} alerts in ${queue.places} places, ${queue.overBudget} beyond the day's budget`,
    `false alerts: ${score.falseAlerts.length} (${counts(score.falseAlerts.map((a) => a.kind))})${score.falseAlerts.some((a) => a.folded) ? `, ${score.falseAlerts.filter((a) => a.folded).length} of them under an incident` : ''}`,
    `findings that belong to nothing: ${none.length} (${counts(none.map((t) => t.finding.kind))})`,
    `disturbances as they should be: ${score.disturbances.filter((d) => d.right).length} of ${score.disturbances.length}`,
  ];
  for (const m of score.moves)
    lines.push(
      `  ${m.move.touchesPlant ? 'T' : ' '} ${time(m.move.startUs)} ${m.move.technique} ${m.move.name}: ${Number.isNaN(m.foundUs) ? 'MISSED' : `${delayS(m).toFixed(0)} s = ${(delayS(m) / (labels.cycleUs / 1e6)).toFixed(2)} cycles (${m.by.join(' ')})`}`,
    );
  for (const d of score.disturbances)
    if (!d.right || d.disturbance.expected !== 'quiet')
      lines.push(
        `  ${d.right ? 'right' : 'WRONG'} ${time(d.disturbance.startUs)} ${d.disturbance.kind} (${d.disturbance.expected}): ${d.alerts.join(' ') || 'nothing'}`,
      );
  return lines.join('\n');
};

/** Every finding that belongs to nothing, for those who look for its cause. */
export const findingsOf = ({ score }: PlantResult): string =>
  quietNone(score)
    .sort((a, b) => a.finding.firstUs - b.finding.firstUs)
    .map((t) => {
      const f = t.finding;
      const parts = Object.entries(f.parts).map(
        ([k, p]) =>
          `${k}=${p.kind === 'text' ? p.text : p.kind === 'number' || p.kind === 'count' ? p.value : p.kind === 'duration' ? `${Math.round(p.us / 1e6)}s` : p.kind === 'texts' ? p.texts.join('|') : p.kind}`,
      );
      return `  ${t.isAlert ? 'A' : ' '} ${time(f.firstUs)}..${time(f.lastUs)} ${f.kind} ${f.surprise.toFixed(2)} ${t.actorIp}>${t.targetIp} ${f.protocol} ${t.points
        .map((p) => p.path)
        .slice(0, 3)
        .join(',')} x${f.count} ${parts.join(' ').slice(0, 220)}`;
    })
    .join('\n');
