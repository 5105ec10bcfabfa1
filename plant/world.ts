/**
 * Where the physics and the network of the simulated plant meet. The physics (`plant/physics/`) moves the world forward and
 * owns what is true; controllers see it through sensors and act through actuators; the network (`plant/network/`) only
 * reads and writes the memory of controllers, as any master on a wire does. Attacks and disturbances act on this seam, so
 * that a falsified sensor also misleads the controller and a forced output really empties the tank.
 */

/** How a point is held in the controller's memory. */
export type MemoryType = 'bool' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'real';

export interface PointDefinition {
  /** The plant's own name: `LT-101`, `FIC-201.SP`. Unique in the plant. */
  readonly name: string;
  readonly text: string;
  readonly unit: string;
  readonly nature: 'measured' | 'set-point' | 'output' | 'state' | 'counter' | 'parameter';
  readonly type: MemoryType;
  /** Octet offset in the controller's image of 16-bit words (word = byteOffset / 2); `bit` of bools. */
  readonly byteOffset: number;
  readonly bit?: number;
  /** Memory holds round(value * scale). */
  readonly scale: number;
  /** Range in engineering units. */
  readonly low: number;
  readonly high: number;
  readonly writable: boolean;
  /** Part of a safety function. */
  readonly safety?: boolean;
  /** The measured point that this set point steers, or the set point of a measured one. */
  readonly loop?: string;
}

export type WriteOutcome = 'accepted' | 'out-of-range' | 'not-writable' | 'not-running';
export type ControllerMode = 'run' | 'stop' | 'program';

export interface Controller {
  /** `plc-intake`: also the key of its host in the network. */
  readonly id: string;
  readonly cell: string;
  /** Which protocol family its make speaks. */
  readonly family: 'modbus' | 's7' | 'cip' | 'opcua' | 'profinet';
  readonly safety: boolean;
  readonly points: readonly PointDefinition[];
  readonly mode: ControllerMode;
  /** Changes with every download: name, version, CRC of the logic. */
  readonly program: { readonly name: string; readonly version: number; readonly crc: number };
  /** Value in engineering units as the controller's memory has it now. */
  read(name: string): number;
  /** `read` of one point, for who asks again and again: found once. */
  reader(name: string): () => number;
  write(name: string, value: number): WriteOutcome;
  setMode(mode: ControllerMode): void;
  /** Replaces the logic; `variant` names one of the controller's prepared (malicious or planned) programs. */
  download(variant: string): void;
}

/**
 * What happens to the world: falsified sensors, forced outputs, wear, changes of recipe. Each starts at `startS`, ends at
 * `endS` (Infinity: stays) and has parameters of its own, documented at the kind.
 */
export interface Happening {
  readonly kind: string;
  readonly startS: number;
  readonly endS: number;
  readonly target: string;
  readonly parameters: Readonly<Record<string, number | string>>;
}

export interface World {
  readonly controllers: readonly Controller[];
  /** Seconds since the start of the plant. */
  readonly timeS: number;
  /** Lets the world run until then; steps are fixed inside, so that the result does not depend on how it is called. */
  advance(toS: number): void;
  /** Makes something happen from now on or later; deterministic. Unknown kinds are a programmer's error. */
  happen(happening: Happening): void;
  /** True (not measured) values for labels and tests, by the plant's own names. */
  truth(name: string): number;
  /** A process cycle (batch, filler turn) in seconds: the measure for "median delay below one cycle". */
  readonly cycleS: number;
}

/** `labels.json` beside a capture of the simulated plant. Times are microseconds since 1970. */
export interface Labels {
  readonly seed: number;
  readonly startUs: number;
  readonly endUs: number;
  /** The plant's process cycle, microseconds. */
  readonly cycleUs: number;
  readonly moves: readonly MoveLabel[];
  readonly disturbances: readonly DisturbanceLabel[];
}

export interface MoveLabel {
  readonly id: string;
  /** ATT&CK technique id (ICS or enterprise). */
  readonly technique: string;
  readonly name: string;
  readonly startUs: number;
  readonly endUs: number;
  /** Who does it, and to whom: IPv4 addresses; '' where there is none. */
  readonly actorIp: string;
  readonly targetIp: string;
  /** The plant's names of the points touched, with where they are on the wire. */
  readonly points: readonly { readonly name: string; readonly controllerIp: string; readonly address: string }[];
  /** What it truly does to the process, in words and as the largest true deviation of each point. */
  readonly effect: string;
  /** It changes the process or a controller (counted in "attacker moves that touch the plant"). */
  readonly touchesPlant: boolean;
  /** True for the first move that commands a controller: half of the moves should be known before. */
  readonly isCommand: boolean;
  readonly variant: 'patient' | 'noisy';
}

export interface DisturbanceLabel {
  readonly id: string;
  readonly kind: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly targetIp: string;
  readonly points: readonly { readonly name: string; readonly controllerIp: string; readonly address: string }[];
  readonly text: string;
  /**
   * How it must come out: `quiet` (no alert), `labelled` (may be told, as what it is: finding codes in `as`), `window` (told
   * inside of an announced maintenance window).
   */
  readonly expected: 'quiet' | 'labelled' | 'window';
  readonly as: readonly string[];
  /** The maintenance window that was announced for it. */
  readonly window?: {
    readonly startUs: number;
    readonly endUs: number;
    readonly text: string;
    /** Addresses of the devices that the announcement names beside the target. */
    readonly ips?: readonly string[];
  };
}
