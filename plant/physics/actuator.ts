/**
 * What stands between an output and the process: control valves with lag, slew limit and stiction, motors that take time
 * to run up, and that need the mains. Stiction is the two-parameter model of Choudhury, Thornhill and Shah (Control
 * Engineering Practice 13, 2005) reduced to its dead band and jump.
 */
import { STEP_S } from './board.ts';
import type { Point } from './point.ts';

export class Valve {
  readonly command: Point;
  /** Per cent it is truly open. */
  position: number;
  /** Dead band of a stem that sticks, per cent. */
  stiction: number;
  /** Does not move at all any more. */
  stuck = false;
  readonly #alpha: number;
  readonly #mostPerStep: number;
  #target: number;
  constructor(command: Point, lagS: number, options: { slewPercentS?: number; stiction?: number } = {}) {
    this.command = command;
    this.position = command.value;
    this.#target = this.position;
    this.stiction = options.stiction ?? 0.15;
    this.#alpha = 1 - Math.exp(-STEP_S / lagS);
    this.#mostPerStep = (options.slewPercentS ?? 20) * STEP_S;
  }
  step(): void {
    if (this.stuck) return;
    const wanted = this.command.value;
    // The stem only moves once the signal has gone past its dead band; then it jumps to the signal.
    if (Math.abs(wanted - this.#target) > this.stiction || wanted <= 0 || wanted >= 100) this.#target = wanted;
    const move = (this.#target - this.position) * this.#alpha;
    const most = this.#mostPerStep;
    this.position += move > most ? most : move < -most ? -most : move;
  }
}

/** A motor told by a bool or by per cent of speed; `speed` is 0..1 of nominal. */
export class Motor {
  readonly command: Point;
  readonly #scale: number;
  readonly #alpha: number;
  speed: number;
  stuck = false;
  constructor(command: Point, runUpS: number) {
    this.command = command;
    this.#scale = command.definition.type === 'bool' ? 1 : 0.01;
    this.#alpha = 1 - Math.exp(-STEP_S / runUpS);
    this.speed = command.value * this.#scale;
  }
  /** `mains` 0..1: what the supply gives. */
  step(mains: number): void {
    const wanted = this.stuck ? this.speed : this.command.value * this.#scale;
    this.speed += (wanted * mains - this.speed) * this.#alpha;
  }
}
