/**
 * Which point is wrong when several sensors disagree: a falsified input also spoils the predictions of its neighbours. Each
 * point is tried as the only culprit: how much of all the errors together does one bias of it explain? (Reconstruction-based
 * contributions: Alcala and Qin, Automatica 45, 2009.) The derivatives of the sensors are taken at the row in hand.
 */
import type { Charts } from './charts.ts';
import { type SoftMemory, VALUE } from './soft-memory.ts';

export interface Suspect {
  readonly point: number;
  /** Part of the errors that a bias of this point explains, 0..1. */
  readonly weight: number;
  /** The bias that explains most, in the point's own unit. */
  readonly bias: number;
}

/** Weight of the rows before in what an episode has gathered. */
const MEMORY = 0.95;
/** Suspects named at most. */
export const MAX_SUSPECTS = 5;

export class Isolation {
  /** Weight of what `evidence` of the memory holds: the part explained by each point, averaged over the episode. */
  gathered = 0;
  private readonly memory: SoftMemory;

  constructor(memory: SoftMemory) {
    this.memory = memory;
  }

  /** Call when nothing is in alarm: the next episode is judged by itself. */
  forget(): void {
    if (this.gathered === 0) return;
    this.memory.evidence.fill(0);
    this.gathered = 0;
  }

  /** Into `slope[point * sensors + sensor]`: change of a sensor's error by a bias of one span, units of its scale. */
  private fillSlopes(base: Float64Array, slope: Float64Array): void {
    const m = this.memory;
    const n = m.sensorPoint.length;
    const span = (p: number): number => m.high[p]! - m.low[p]!;
    const move = (b: number, s: number, by: number): void => {
      const point = m.basePoint[b]!;
      if (point < 0 || by === 0) return;
      const unit = m.baseKind[b] === VALUE ? span(point) / m.deviation[point]! : 1;
      slope[point * n + s]! -= by * unit;
    };
    for (let s = 0; s < n; s++) {
      const point = m.sensorPoint[s]!;
      const scale = m.sensorScale[s]!;
      for (let i = m.sensorAt[s]!; i < m.sensorAt[s + 1]!; i++) {
        const l = m.termLeft[m.sensorTerm[i]!]!;
        const r = m.termRight[m.sensorTerm[i]!]!;
        move(l, s, (m.sensorWeight[i]! * base[r]!) / scale);
        move(r, s, (m.sensorWeight[i]! * base[l]!) / scale);
      }
      slope[point * n + s]! += span(point) / m.deviation[point]! / scale;
    }
  }

  /** The suspects for what chart `chart` of all sensors shows now, the strongest first. */
  suspects(base: Float64Array, charts: Charts, chart: number): Suspect[] {
    const { evidence, high, low, mean, sensorPoint } = this.memory;
    const points = mean.length;
    const n = sensorPoint.length;
    const slope = new Float64Array(points * n);
    this.fillSlopes(base, slope);
    let all = 0;
    const errors = new Float64Array(n);
    const weights = new Float64Array(n);
    for (let s = 0; s < n; s++) {
      const { value, limit } = charts.error(s, chart);
      weights[s] = Number.isFinite(limit) ? 1 / limit : 0;
      errors[s] = value * weights[s]!;
      all += errors[s]! ** 2;
    }
    if (all === 0) return [];
    const out: { point: number; weight: number; bias: number }[] = [];
    for (let p = 0; p < points; p++) {
      let along = 0;
      let length = 0;
      for (let s = 0; s < n; s++) {
        const v = slope[p * n + s]! * weights[s]!;
        along += v * errors[s]!;
        length += v * v;
      }
      evidence[p]! *= MEMORY;
      if (length === 0) continue;
      const span = high[p]! - low[p]!;
      evidence[p]! += (1 - MEMORY) * ((along * along) / length / all);
      out.push({ point: p, weight: evidence[p]!, bias: (along / length) * span });
    }
    // At the beginning of an episode little was gathered yet.
    this.gathered = MEMORY * this.gathered + 1 - MEMORY;
    for (const s of out) s.weight /= this.gathered;
    out.sort((a, b) => b.weight - a.weight || a.point - b.point);
    return out.slice(0, MAX_SUSPECTS);
  }
}
