/**
 * The loop of a controller: PI with set-point limits, anti-windup by conditional integration and bumpless return from
 * manual (Astrom and Hagglund, Advanced PID Control, 2006, 3.5). Each loop has the points that an operator's faceplate
 * shows: .SP, .OUT, .AUTO and, where it can be tuned on site, .KP and .TI.
 */
import type { Board } from './board.ts';
import { STEP_S } from './board.ts';
import type { Point } from './point.ts';

export interface LoopOptions {
  readonly name: string;
  readonly text: string;
  /** The measured point that it steers. */
  readonly pv: Point;
  readonly sp: number;
  readonly spLow: number;
  readonly spHigh: number;
  readonly spResolution: number;
  /** Per cent of output per unit of error; negative for a loop that must open less when the value is too low. */
  readonly kp: number;
  readonly tiS: number;
  readonly start: number;
  /** Limits of the output, per cent; 0..100 if not given. */
  readonly low?: number;
  readonly high?: number;
  /** What the actuator truly does, per cent. */
  readonly actual: () => number;
  /** Set by another loop, not by people. */
  readonly cascade?: boolean;
  /** Gain and reset time are points that can be set; else they are fixed in the program. */
  readonly tuning?: boolean;
}

export class Loop {
  readonly sp: Point;
  readonly out: Point;
  readonly auto: Point;
  readonly #pv: Point;
  readonly #kp: { readonly value: number };
  readonly #ti: { readonly value: number };
  readonly #low: number;
  readonly #high: number;
  readonly #sign: number;
  #integral: number;

  constructor(board: Board, o: LoopOptions) {
    this.#pv = o.pv;
    this.sp = board.setPoint(
      `${o.name}.SP`,
      `${o.text}: set point`,
      o.pv.definition.unit,
      o.spLow,
      o.spHigh,
      o.sp,
      o.spResolution,
      { loop: o.pv.definition.name, writable: o.cascade !== true },
    );
    this.out = board.output(`${o.name}.OUT`, `${o.text}: output`, '%', 0, 100, o.start, o.actual, { writable: true });
    this.auto = board.flag(`${o.name}.AUTO`, `${o.text}: automatic`, true, { writable: true });
    const most = Math.abs(o.kp) * 10;
    const tuned = o.tuning === true;
    this.#kp = tuned
      ? board.parameter(`${o.name}.KP`, `${o.text}: gain`, '', 0, most, Math.abs(o.kp), most / 10_000)
      : { value: Math.abs(o.kp) };
    this.#ti = tuned
      ? board.parameter(`${o.name}.TI`, `${o.text}: reset time`, 's', 1, 3600, o.tiS, 0.1)
      : { value: o.tiS };
    this.#sign = Math.sign(o.kp);
    this.#low = o.low ?? 0;
    this.#high = o.high ?? 100;
    this.#integral = o.start;
  }

  /**
   * One scan. `feed` per cent is added in advance of the error (feed-forward); `runs` false closes the output; `full`: what
   * this loop steers can give no more, so the integral waits.
   */
  scan(runs = true, feed = 0, full = false): void {
    if (!runs) {
      this.out.put(this.#low > 0 ? 0 : this.#low);
      this.#integral = this.#low;
      return;
    }
    const error = this.sp.value - this.#pv.value;
    // A value that is not a number, as a broken sensor gives it: the output stays where it is.
    if (Number.isNaN(error + feed)) return;
    const proportional = this.#sign * this.#kp.value * error;
    if (this.auto.value === 0) {
      this.#integral = this.out.value - proportional - feed;
      return;
    }
    const raw = proportional + this.#integral + feed;
    if (((raw < this.#high && !full) || proportional < 0) && (raw > this.#low || proportional > 0))
      this.#integral += (proportional * STEP_S) / this.#ti.value;
    this.out.put(raw < this.#low ? this.#low : raw > this.#high ? this.#high : raw);
  }
}
