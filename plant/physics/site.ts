/** What the units of the plant share: the quantities that flow between them, the calendar, chance, and who is there. */
import type { Motor, Valve } from './actuator.ts';
import { Board, type BoardOptions, STEP_S } from './board.ts';
import { Calendar } from './calendar.ts';
import { Noise, type Wander } from './noise.ts';
import type { Point } from './point.ts';

/** One part of the process with its controller. */
export interface Unit {
  readonly board: Board;
  /** The logic of one scan; not called while the controller does not run. */
  scan(): void;
  /** Physics of one step of `STEP_S`, always. */
  integrate(): void;
}

/** Quantities that one unit gives and others take; flows in m3/h, temperatures in degC, powers in kW. */
export class Shared {
  /** 0..1: supply of the motors; below .6 they fall out. */
  mains = 1;
  /** 0 none, else the recipe that is being made (see recipes.ts). */
  recipe = 1;
  rawLevelM = 3.2;
  rawC = 10;
  rawTurbidityNtu = 4;
  /** What the filter pump takes out of the raw water tank. */
  filterM3h = 18;
  filteredNtu = 0.12;
  /** Wash water out of the treated tank and into the drain. */
  backwashM3h = 0;
  chlorineMgL = 0.5;
  ph = 7.3;
  treatedLevelM = 2.6;
  /** Level controller of the treated tank asks the filters for this flow. */
  filterDemandM3h = 18;
  headerBar = 4;
  /** Drawn from the header by each consumer. */
  townM3h = 6;
  blendWaterM3h = 0;
  cipWaterM3h = 0;
  feedWaterM3h = 0;
  /** Scales the draw of the other consumers. */
  demandFactor = 1;
  blendLevelM = 1.5;
  brix = 10;
  bufferLevelM = 1.8;
  bufferC = 12;
  /** Product through the pasteuriser and product that it gives (0 while it diverts). */
  pasteurFeedM3h = 0;
  pasteurOutM3h = 0;
  productC = 12;
  sterileLevelM = 0.9;
  /** Product behind the holding tube. */
  heldC = 30;
  fillerM3h = 0;
  steamBar = 6;
  steamToPasteurKgH = 0;
  steamToCipKgH = 0;
  coolantC = 2;
  coolingKw = 0;
  /** Bottles per minute that leave filler and capper. */
  filledPerMinute = 0;
  cappedPerMinute = 0;
  packedPerMinute = 0;
  fillMl = 500;
  /** Room on the conveyor behind the capper, 0..1 filled. */
  accumulation = 0.3;
  lineSpeedPerMinute = 0;
  cipRuns = false;
  airBar = 7;
  airM3min = 3;
  /** Electric power of each cell, kW. */
  readonly power: Record<'water' | 'process' | 'filling' | 'utility', number> = {
    water: 0,
    process: 0,
    filling: 0,
    utility: 0,
  };
  /** Trips of the safety controller: false lets the unit run. */
  readonly trip = { boiler: false, overfill: false, filler: false, packer: false, gas: false, pasteur: false };
  /** What a safety function watches. */
  chlorineGasPpm = 0.02;
  guardOpen = { filler: false, packer: false };
}

export class Site {
  readonly shared = new Shared();
  readonly noise: Noise;
  readonly calendar: Calendar;
  readonly boards: Board[] = [];
  /** Actuators by the name of the output that drives them. */
  readonly valves = new Map<string, Valve>();
  readonly motors = new Map<string, Motor>();
  /** Places where wear, fouling and leaks are set by what happens, by name. */
  readonly wear = new Map<string, { value: number }>();

  readonly #isOther: boolean;

  /** `isOther`: the variant plant, of other sizes, set points and instruments, that detectors were never tuned on. */
  constructor(seed: number, startS: number, isOther = false) {
    this.#isOther = isOther;
    this.noise = new Noise(seed);
    this.calendar = new Calendar(startS, this.noise.wander(30 * 3600, 1.6, STEP_S));
  }

  board(options: BoardOptions): Board {
    const board = new Board(options, this.noise, this.alt(1, 1.4));
    this.boards.push(board);
    return board;
  }
  /** A figure of the plant, and that of the variant plant. */
  alt(usual: number, other: number): number {
    return this.#isOther ? other : usual;
  }
  wander(tauS: number, deviation: number): Wander {
    return this.noise.wander(tauS, deviation, STEP_S);
  }
  valve(valve: Valve): Valve {
    this.valves.set(valve.command.definition.name, valve);
    return valve;
  }
  motor(motor: Motor): Motor {
    this.motors.set(motor.command.definition.name, motor);
    return motor;
  }
  /** A place for wear; 0 is new. */
  wearOf(name: string): { value: number } {
    const place = { value: 0 };
    this.wear.set(name, place);
    return place;
  }
  /** The point of that name wherever it is. */
  find(name: string): { readonly board: Board; readonly point: Point } | undefined {
    for (const board of this.boards) {
      const point = board.find(name);
      if (point !== undefined) return { board, point };
    }
    return undefined;
  }
}
