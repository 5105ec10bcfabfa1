/** Keeps the labels of what happens: moves of the attacker and benign disturbances, with the points as they are on the wire. */
import { type Scene, SECOND_US } from '../network/scene.ts';
import { addressOf } from '../network/wire-address.ts';
import type { DisturbanceLabel, Labels, MoveLabel } from '../world.ts';
import type { Twin } from './twin.ts';

type Touched = MoveLabel['points'];
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

export class Book {
  readonly moves: Draft<MoveLabel>[] = [];
  readonly disturbances: Draft<DisturbanceLabel>[] = [];
  readonly #scene: Scene;
  readonly #twin: Twin | undefined;
  /** With a twin, moves that touch the plant tell what they truly did. */
  constructor(scene: Scene, twin: Twin | undefined) {
    this.#scene = scene;
    this.#twin = twin;
  }

  points(controllerId: string, ...names: readonly string[]): Touched {
    const controller = this.#scene.controller(controllerId);
    const controllerIp = this.#scene.station(controller).ip;
    return names.map((name) => {
      const point = controller.points.find((p) => p.name === name);
      if (point === undefined) throw new RangeError(`${controllerId} has no point ${name}`);
      return { name, controllerIp, address: addressOf(controller.family, point) };
    });
  }

  /** The point of that name wherever it is. */
  pointsNamed(name: string): Touched {
    const controller = this.#scene.controllers.find((c) => c.points.some((p) => p.name === name));
    if (controller === undefined) throw new RangeError(`no point ${name}`);
    return this.points(controller.id, name);
  }

  /** A move that begins now; `finish` sets its end. */
  move(label: Omit<MoveLabel, 'id' | 'startUs' | 'endUs'>): Draft<MoveLabel> {
    const move = {
      ...label,
      id: `move-${this.moves.length + 1}`,
      startUs: this.#scene.nowUs,
      endUs: this.#scene.nowUs,
    };
    this.moves.push(move);
    if (move.touchesPlant && this.#twin !== undefined) this.#measure(move, this.#twin);
    return move;
  }
  /** True difference to the plant without attacker, as part of the point's span; NaN without a twin. */
  differs(name: string): number {
    return this.#twin?.differs(name) ?? Number.NaN;
  }
  /** Looks every ten seconds while the move lasts; what it did then stands behind its words. */
  #measure(move: Draft<MoveLabel>, twin: Twin): void {
    const { look, inWords } = twin.watch();
    const words = move.effect;
    this.#scene.clock.every(this.#scene.nowUs, 10 * SECOND_US, 0, () => {
      look();
      move.effect = `${words}; true deviations: ${inWords()}`;
      return move.endUs > move.startUs;
    });
  }

  disturbance(label: Omit<DisturbanceLabel, 'id'>): Draft<DisturbanceLabel> {
    const disturbance = { ...label, id: `disturbance-${this.disturbances.length + 1}` };
    this.disturbances.push(disturbance);
    return disturbance;
  }
  finish(label: { endUs: number }): void {
    label.endUs = this.#scene.nowUs;
  }

  /** The labels; moves and disturbances are filled while the frames are gone through. */
  labels(): Labels {
    const { seed, startUs, endUs } = this.#scene.options;
    // In the order of time: readers look them up by it.
    this.disturbances.sort((a, b) => a.startUs - b.startUs);
    return {
      seed,
      startUs,
      endUs,
      cycleUs: this.#scene.world.cycleS * SECOND_US,
      moves: this.moves,
      disturbances: this.disturbances,
    };
  }
}
