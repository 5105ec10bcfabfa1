/**
 * A controller of the plant: its points with their places in memory, its mode and its program. Units declare their points
 * here in order; places follow the habit of the family (Modbus: scaled 16-bit words; S7, CIP, OPC UA, PROFINET: REAL).
 */
import type { Controller, ControllerMode, MemoryType, PointDefinition, WriteOutcome } from '../world.ts';
import type { Noise } from './noise.ts';
import { Point, Sensor, type SensorTraits } from './point.ts';

/** Seconds of one scan of every controller and of one step of the world. */
export const STEP_S = 1;

export interface BoardOptions {
  readonly id: string;
  readonly cell: string;
  readonly family: Controller['family'];
  readonly safety?: boolean;
  readonly program: string;
  /** Prepared programs by name, with what they do in words; `planned` is always there. */
  readonly variants: Readonly<Record<string, string>>;
}

interface Extras {
  readonly loop?: string;
  readonly safety?: boolean;
  readonly type?: MemoryType;
  readonly scale?: number;
  readonly writable?: boolean;
}
interface MeasuredExtras extends Extras {
  readonly lagS?: number;
  readonly drift?: number;
  readonly resolution?: number;
  /** Has GAIN and OFFSET in the controller that a person can set. */
  readonly calibrated?: boolean;
}

const OCTETS: Readonly<Record<MemoryType, number>> = { bool: 0, int16: 2, uint16: 2, int32: 4, uint32: 4, real: 4 };

/** A simple checksum of the name and version of a program (Fowler, Noll and Vo, FNV-1a, 32 bits). */
const crcOf = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

export class Board implements Controller {
  readonly id: string;
  readonly cell: string;
  readonly family: Controller['family'];
  readonly safety: boolean;
  readonly variants: Readonly<Record<string, string>>;
  /** In the order of memory. */
  readonly list: Point[] = [];
  readonly sensors: Point[] = [];
  readonly outputs: Point[] = [];
  mode: ControllerMode = 'run';
  program: Controller['program'];
  /** Name of the program that runs: `normal` or one of `variants`. */
  variant = 'normal';
  /** Seconds by which its own clock is wrong. */
  clockOffsetS = 0;
  readonly #byName = new Map<string, Point>();
  readonly #noise: Noise;
  readonly #wide: boolean;
  readonly #roughness: number;
  readonly #title: string;
  #next = 0;
  #bitAt = -1;
  #bit = 0;
  #definitions: PointDefinition[] | undefined;
  /** Set by the world each step: masters are shown values of that time. */
  timeS = 0;

  /** `roughness` multiplies noise and lag of its instruments. */
  constructor(options: BoardOptions, noise: Noise, roughness = 1) {
    this.#roughness = roughness;
    this.id = options.id;
    this.cell = options.cell;
    this.family = options.family;
    this.safety = options.safety ?? false;
    this.variants = { planned: 'the planned update: the same logic, a new version', ...options.variants };
    this.#title = options.program;
    this.#noise = noise;
    this.#wide = options.family !== 'modbus';
    this.program = { name: options.program, version: 1, crc: crcOf(`${options.program} 1`) };
  }

  get points(): readonly PointDefinition[] {
    this.#definitions ??= this.list.map((p) => p.definition);
    return this.#definitions;
  }

  /** The point of that name; a name that is not there is a programmer's error. */
  point(name: string): Point {
    const point = this.#byName.get(name);
    if (point === undefined) throw new Error(`${this.id} has no point ${name}`);
    return point;
  }
  find(name: string): Point | undefined {
    return this.#byName.get(name);
  }

  read(name: string): number {
    return this.#told(this.point(name));
  }
  reader(name: string): () => number {
    const point = this.point(name);
    return () => this.#told(point);
  }
  #told(point: Point): number {
    return point.mask === undefined ? point.value : point.mask(point.value, this.timeS);
  }

  write(name: string, value: number): WriteOutcome {
    const point = this.#byName.get(name);
    if (point?.definition.writable !== true) return 'not-writable';
    if (this.mode === 'program') return 'not-running';
    const { low, high } = point.definition;
    if (!(value >= low && value <= high)) return 'out-of-range';
    point.put(value);
    return 'accepted';
  }

  /** Stop and program: outputs fall to their safe values, inputs are no longer taken over. */
  setMode(mode: ControllerMode): void {
    this.mode = mode;
    if (mode !== 'run') for (const p of this.outputs) p.put(p.definition.low > 0 ? p.definition.low : 0);
  }

  download(variant: string): void {
    if (variant !== 'normal' && this.variants[variant] === undefined)
      throw new Error(`${this.id} has no program variant ${variant}`);
    this.variant = variant;
    const version = this.program.version + 1;
    this.program = { name: this.#title, version, crc: crcOf(`${this.#title} ${version} ${variant}`) };
  }

  /** True while the program named so runs. */
  runs(variant: string): boolean {
    return this.variant === variant;
  }

  /** A measured value: `noise` is the standard deviation of its transmitter, resolution a quarter of it if not given. */
  measured(
    name: string,
    text: string,
    unit: string,
    low: number,
    high: number,
    noise: number,
    truth: () => number,
    extras: MeasuredExtras = {},
  ): Point {
    const resolution = extras.resolution ?? 10 ** Math.floor(Math.log10(Math.max(noise, 1e-4)));
    const { type, scale } = this.#shape(low, high, resolution, extras);
    const p = this.#add(name, text, unit, 'measured', low, high, 0, type, scale, false, extras);
    const traits: SensorTraits = {
      noise: noise * this.#roughness,
      resolution,
      lagS: (extras.lagS ?? 0) * this.#roughness,
      drift: extras.drift ?? (high - low) * 0.0008,
    };
    p.sensor = new Sensor(p.definition, traits, truth, this.#noise, STEP_S);
    p.actual = truth;
    this.sensors.push(p);
    if (extras.calibrated === true) {
      const span = high - low;
      p.gain = this.parameter(`${name}.GAIN`, `${text}: gain of the calibration`, '', 0.8, 1.2, 1, 0.0001);
      p.offset = this.parameter(
        `${name}.OFFSET`,
        `${text}: zero of the calibration`,
        unit,
        -span * 0.1,
        span * 0.1,
        0,
        resolution / 10,
      );
    }
    return p;
  }

  setPoint(
    name: string,
    text: string,
    unit: string,
    low: number,
    high: number,
    start: number,
    resolution: number,
    extras: Extras = {},
  ): Point {
    const { type, scale } = this.#shape(low, high, resolution, extras);
    return this.#add(name, text, unit, 'set-point', low, high, start, type, scale, extras.writable ?? true, extras);
  }

  /** What the controller tells an actuator; `actual` is what the actuator truly does, same unit. */
  output(
    name: string,
    text: string,
    unit: string,
    low: number,
    high: number,
    start: number,
    actual?: () => number,
    extras: Extras = {},
  ): Point {
    const { type, scale } = this.#shape(low, high, 0.1, extras);
    const p = this.#add(name, text, unit, 'output', low, high, start, type, scale, extras.writable ?? false, extras);
    p.actual = actual;
    this.outputs.push(p);
    return p;
  }

  /** On or off told to a motor or valve. */
  command(name: string, text: string, start: boolean, extras: Extras = {}): Point {
    const p = this.#add(name, text, '', 'output', 0, 1, start ? 1 : 0, 'bool', 1, extras.writable ?? false, extras);
    this.outputs.push(p);
    return p;
  }

  flag(name: string, text: string, start: boolean, extras: Extras = {}): Point {
    return this.#add(name, text, '', 'state', 0, 1, start ? 1 : 0, 'bool', 1, extras.writable ?? false, extras);
  }

  /** A whole number with a meaning: step of a sequence, recipe, mode. */
  state(name: string, text: string, high: number, start: number, extras: Extras = {}): Point {
    return this.#add(name, text, '', 'state', 0, high, start, 'uint16', 1, extras.writable ?? false, extras);
  }

  counter(name: string, text: string, unit: string, start: number, scale = 1, extras: Extras = {}): Point {
    return this.#add(name, text, unit, 'counter', 0, 4_294_967_295 / scale, start, 'uint32', scale, false, extras);
  }

  parameter(
    name: string,
    text: string,
    unit: string,
    low: number,
    high: number,
    start: number,
    resolution: number,
    extras: Extras = {},
  ): Point {
    const { type, scale } = this.#shape(low, high, resolution, extras);
    return this.#add(name, text, unit, 'parameter', low, high, start, type, scale, extras.writable ?? true, extras);
  }

  #shape(low: number, high: number, resolution: number, extras: Extras): { type: MemoryType; scale: number } {
    if (extras.type !== undefined) return { type: extras.type, scale: extras.scale ?? 1 };
    if (this.#wide) return { type: 'real', scale: 1 };
    const scale = 10 ** Math.max(0, Math.round(-Math.log10(resolution)));
    const most = Math.max(Math.abs(low), Math.abs(high)) * scale * 1.1;
    if (low < 0) return { type: most <= 32_767 ? 'int16' : 'int32', scale };
    return { type: most <= 65_535 ? 'uint16' : 'uint32', scale };
  }

  #add(
    name: string,
    text: string,
    unit: string,
    nature: PointDefinition['nature'],
    low: number,
    high: number,
    start: number,
    type: MemoryType,
    scale: number,
    writable: boolean,
    extras: Extras,
  ): Point {
    if (this.#byName.has(name)) throw new Error(`${this.id} has ${name} twice`);
    const definition: PointDefinition = {
      name,
      text,
      unit,
      nature,
      type,
      ...this.#place(type),
      scale,
      low,
      high,
      writable,
      ...(extras.safety === true ? { safety: true } : {}),
      ...(extras.loop === undefined ? {} : { loop: extras.loop }),
    };
    const point = new Point(definition, start);
    this.#byName.set(name, point);
    this.list.push(point);
    return point;
  }

  /** Bools fill words of 16 bits (`bit` 0..7 within the octet `byteOffset`); wide values stand at multiples of 4 octets. */
  #place(type: MemoryType): { byteOffset: number; bit?: number } {
    if (type === 'bool') {
      if (this.#bitAt < 0 || this.#bit === 16) {
        this.#bitAt = this.#next;
        this.#next += 2;
        this.#bit = 0;
      }
      const bit = this.#bit++;
      return { byteOffset: this.#bitAt + (bit >> 3), bit: bit & 7 };
    }
    const octets = OCTETS[type];
    if (octets === 4 && this.#next % 4 !== 0) this.#next += 2;
    const byteOffset = this.#next;
    this.#next += octets;
    return { byteOffset };
  }
}
