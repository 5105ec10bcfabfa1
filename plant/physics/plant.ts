/**
 * The world: advances the units of the plant second by second, lets people and happenings act at their time, and answers
 * for the truth. A step is: chance, calendar, sensors into memory, logic of each controller that runs, physics.
 */
import type { Operation } from '../story/life.ts';
import { earlierToday, operationsOfDay } from '../story/life.ts';
import type { Happening, World } from '../world.ts';
import { type Board, STEP_S } from './board.ts';
import { Happenings } from './happenings.ts';
import { Site, type Unit } from './site.ts';
import { air } from './units/air.ts';
import { blend } from './units/blend.ts';
import { capper } from './units/capper.ts';
import { cip } from './units/cip.ts';
import { conveyor } from './units/conveyor.ts';
import { cooling } from './units/cooling.ts';
import { distribution } from './units/distribution.ts';
import { dosing } from './units/dosing.ts';
import { energy } from './units/energy.ts';
import { filler } from './units/filler.ts';
import { filter } from './units/filter.ts';
import { intake } from './units/intake.ts';
import { packer } from './units/packer.ts';
import { pasteur } from './units/pasteur.ts';
import { safety } from './units/safety.ts';
import { steam } from './units/steam.ts';

/** In the order of the product; the physics of a step runs in it. */
const UNITS: readonly ((site: Site) => Unit)[] = [
  intake,
  filter,
  dosing,
  distribution,
  blend,
  pasteur,
  steam,
  cooling,
  filler,
  capper,
  conveyor,
  packer,
  cip,
  air,
  energy,
  safety,
];

const DAY_S = 86_400;
/** A batch of the blending takes about this long: the plant's process cycle. */
const CYCLE_S = 1800;
/** Monday, 4 March 2024, midnight in the plant's zone. */
export const DEFAULT_START_S = 1_709_510_400;

export interface WorldOptions {
  readonly seed: number;
  /** Seconds since 1970 at the plant's time 0, in the plant's own zone; a Monday in March if not given. */
  readonly startS?: number;
  /** `b`: the variant plant, of other sizes, set points and instruments; `a` if not given. */
  readonly variant?: 'a' | 'b';
  /** People work by themselves (true if not given). A network that sends their writes sets it false. */
  readonly people?: boolean;
}

export class PlantWorld implements World {
  readonly controllers: readonly Board[];
  readonly cycleS = CYCLE_S;
  readonly startS: number;
  readonly seed: number;
  readonly #site: Site;
  readonly #units: readonly Unit[];
  readonly #happenings: Happenings;
  readonly #people: boolean;
  #acts: readonly Operation[] = [];
  #act = 0;
  #actsOfDay = -1;
  #steps = 0;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.startS = options.startS ?? DEFAULT_START_S;
    this.#people = options.people ?? true;
    this.#site = new Site(options.seed, this.startS, options.variant === 'b');
    this.#units = UNITS.map((make) => make(this.#site));
    this.controllers = this.#site.boards;
    this.#happenings = new Happenings(this.#site);
    // What people did today before time 0 holds already.
    for (const o of earlierToday(this.seed, this.startS)) this.controller(o.controller).write(o.point, o.value);
    this.#site.noise.step();
    for (const unit of this.#units) for (const p of unit.board.sensors) p.sense(this.#site.noise.normals, 0, true);
  }

  get timeS(): number {
    return this.#steps * STEP_S;
  }

  /** The controller of that id; one that is not there is a programmer's error. */
  controller(id: string): Board {
    const board = this.controllers.find((c) => c.id === id);
    if (board === undefined) throw new Error(`no controller ${id}`);
    return board;
  }

  advance(toS: number): void {
    while ((this.#steps + 1) * STEP_S <= toS) this.#step();
  }

  happen(happening: Happening): void {
    this.#happenings.add(happening, this.timeS);
  }

  truth(name: string): number {
    const found = this.#site.find(name);
    if (found === undefined) throw new Error(`no point ${name}`);
    return found.point.actual?.() ?? found.point.value;
  }

  #step(): void {
    const site = this.#site;
    this.#steps++;
    const timeS = this.timeS;
    site.calendar.at(timeS);
    site.noise.step();
    this.#happenings.step(timeS);
    if (this.#people) this.#work(timeS);
    const { normals } = site.noise;
    for (const unit of this.#units) {
      const { board } = unit;
      board.timeS = timeS;
      const runs = board.mode === 'run';
      for (const p of board.sensors) p.sense(normals, timeS, runs);
      if (runs) unit.scan();
    }
    for (const unit of this.#units) unit.integrate();
    this.#happenings.record();
  }

  #work(timeS: number): void {
    const day = Math.floor((timeS + (((this.startS % DAY_S) + DAY_S) % DAY_S)) / DAY_S);
    if (day !== this.#actsOfDay) {
      this.#actsOfDay = day;
      this.#acts = operationsOfDay(this.seed, this.startS, day);
      this.#act = this.#acts.filter((o) => o.atS < 0).length;
    }
    for (; this.#act < this.#acts.length && this.#acts[this.#act]!.atS <= timeS; this.#act++) {
      const o = this.#acts[this.#act]!;
      this.controller(o.controller).write(o.point, o.value);
    }
  }
}
