/** Maintenance windows: which announced work a finding falls into. Findings inside are labelled, never dropped. */
import type { Finding } from '../core/finding.ts';
import { type MaintenanceWindow, OVERRUN_GRACE_US, type WindowHit } from '../core/incident.ts';

/** Windows of one site that findings are held against; beyond it those that ended first are left to the store (`roomFor`). */
export const MAX_WINDOWS = 2000;

/**
 * The windows with room for one more: at the limit without the one that ended first, of those that label no finding where there are
 * any. Undefined where none is over at `nowUs`, the time of the frames: then a new one is refused.
 */
export const roomFor = (
  windows: readonly MaintenanceWindow[],
  labels: ReadonlySet<string>,
  nowUs: number,
): readonly MaintenanceWindow[] | undefined => {
  if (windows.length < MAX_WINDOWS) return windows;
  const [leaves] = windows
    .filter((window) => window.cancelled || window.toUs < nowUs)
    .sort((a, b) => Number(labels.has(a.id)) - Number(labels.has(b.id)) || a.toUs - b.toUs);
  return leaves === undefined ? undefined : windows.filter((window) => window !== leaves);
};

/** What a window is about, resolved by the place that knows devices and cells. */
export interface Scope {
  /** Asset ids of both ends of the finding, parents of sub-addresses included. */
  readonly assets: readonly string[];
  /** Cells of its points. */
  readonly cells: readonly string[];
}

/**
 * What is told for being there for the first time is explained by the work that brought it, also when it stays: a new panel
 * goes on talking. Only what somebody does can go on too long.
 */
const isFirstTime = (finding: Finding): boolean => /^new-(device|conversation|operation|order)\b/.test(finding.kind);

const covers = (window: MaintenanceWindow, scope: Scope): boolean => {
  if (window.assets.length === 0 && window.cells.length === 0) return true;
  return (
    window.assets.some((asset) => scope.assets.includes(asset)) ||
    window.cells.some((cell) => scope.cells.includes(cell))
  );
};

/** The narrowest window that the finding began in; undefined where none was announced. */
export const windowOf = (
  finding: Finding,
  windows: readonly MaintenanceWindow[],
  scopeOf: (finding: Finding) => Scope,
): WindowHit | undefined => {
  let best: MaintenanceWindow | undefined;
  for (const window of windows) {
    if (window.cancelled || finding.firstUs < window.fromUs || finding.firstUs > window.toUs) continue;
    if (!covers(window, scopeOf(finding))) continue;
    if (best === undefined || window.toUs - window.fromUs < best.toUs - best.fromUs) best = window;
  }
  if (best === undefined) return undefined;
  return { window: best, overrun: !isFirstTime(finding) && finding.lastUs > best.toUs + OVERRUN_GRACE_US };
};
