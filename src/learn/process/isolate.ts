/**
 * Which point is wrong when several sensors disagree: a falsified input also spoils the predictions of its neighbours. Each
 * point is tried as the only culprit: how much of all the errors together does one bias of it explain? (Reconstruction-based
 * contributions: Alcala and Qin, Automatica 45, 2009.) The derivatives of the sensors are taken at the row in hand.
 */
import type { Charts } from './charts.ts';
import type { PointShape } from './nature.ts';
import type { Sensor } from './sensors.ts';
import type { Library } from './terms.ts';

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
  /** `[point * sensors + sensor]`: change of a sensor's error by a bias of one span, units of its scale. */
  private readonly slope: Float64Array;
  /** Part explained by each point, averaged over the episode: what is alike in one state of the plant differs in another. */
  private readonly evidence: Float64Array;
  private gathered = 0;
  private readonly shapes: readonly PointShape[];
  private readonly library: Library;
  private readonly sensors: readonly Sensor[];

  constructor(shapes: readonly PointShape[], library: Library, sensors: readonly Sensor[]) {
    this.shapes = shapes;
    this.library = library;
    this.sensors = sensors;
    this.evidence = new Float64Array(shapes.length);
    this.slope = new Float64Array(shapes.length * sensors.length);
  }

  /** Call when nothing is in alarm: the next episode is judged by itself. */
  forget(): void {
    if (this.gathered === 0) return;
    this.evidence.fill(0);
    this.gathered = 0;
  }

  private fillSlopes(base: Float64Array): void {
    const { shapes, library, sensors, slope } = this;
    const n = sensors.length;
    slope.fill(0);
    const span = (p: number): number => shapes[p]!.high - shapes[p]!.low;
    const move = (b: number, s: number, by: number): void => {
      const entry = library.base[b]!;
      if (entry.point < 0 || by === 0) return;
      const unit = Number.isNaN(entry.state) ? span(entry.point) / shapes[entry.point]!.deviation : 1;
      slope[entry.point * n + s]! -= by * unit;
    };
    for (let s = 0; s < n; s++) {
      const { terms, weights, point, scale } = sensors[s]!;
      for (let i = 0; i < terms.length; i++) {
        const l = library.left[terms[i]!]!;
        const r = library.right[terms[i]!]!;
        move(l, s, (weights[i]! * base[r]!) / scale);
        move(r, s, (weights[i]! * base[l]!) / scale);
      }
      slope[point * n + s]! += span(point) / shapes[point]!.deviation / scale;
    }
  }

  get state(): { evidence: number[]; gathered: number } {
    return { evidence: [...this.evidence], gathered: this.gathered };
  }
  set state(s: { evidence: number[]; gathered: number }) {
    this.evidence.set(s.evidence);
    this.gathered = s.gathered;
  }

  /** The suspects for what chart `chart` of all sensors shows now, the strongest first. */
  suspects(base: Float64Array, charts: Charts, chart: number): Suspect[] {
    this.fillSlopes(base);
    const { shapes, sensors, slope } = this;
    const n = sensors.length;
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
    const { evidence } = this;
    for (let p = 0; p < shapes.length; p++) {
      let along = 0;
      let length = 0;
      for (let s = 0; s < n; s++) {
        const v = slope[p * n + s]! * weights[s]!;
        along += v * errors[s]!;
        length += v * v;
      }
      evidence[p]! *= MEMORY;
      if (length === 0) continue;
      const span = shapes[p]!.high - shapes[p]!.low;
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
