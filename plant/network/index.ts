/**
 * The network of the simulated plant as a stream of frames: the same options give the same octets, in the order of time,
 * in batches that go into a pipeline as they are or into a file.
 */
import type { FrameBatch } from '../../src/core/frame.ts';
import { createWorld } from '../physics/index.ts';
import { attack, stageAttack } from '../story/attacker.ts';
import { benign } from '../story/benign.ts';
import { Book } from '../story/book.ts';
import { operationsBetween } from '../story/life.ts';
import { networkEvents } from '../story/network-events.ts';
import { Twin } from '../story/twin.ts';
import type { Labels } from '../world.ts';
import { background } from './background.ts';
import { type Control, control, operate } from './control.ts';
import { fieldbuses } from './fieldbus.ts';
import { gatewayTraffic } from './gateway.ts';
import { MAX_HOSTS, REFERENCE_HOSTS, type Variant } from './hosts.ts';
import { office } from './office.ts';
import { DAY_US, MINUTE_US, Scene, SECOND_US } from './scene.ts';

export { MAX_HOSTS, REFERENCE_HOSTS, type Variant };

export type AttackVariant = 'none' | 'patient' | 'noisy';
/** Something that happens beside what is planned: it is called once, before the first frame, and sets its own times. */
export type Story = (scene: Scene, book: Book, control: Control) => void;

export interface PlantOptions {
  readonly seed: number;
  /** Length in days; parts are allowed. */
  readonly days: number;
  /** Microseconds since 1970; the plant's zone is UTC. */
  readonly startUs: number;
  readonly attack: AttackVariant;
  readonly hosts: number;
  readonly variant: Variant;
  /** Benign disturbances from the second day on. */
  readonly disturbances: boolean;
  /** Labels say what a move truly did, measured against a twin without it: the physics is run twice. */
  readonly effects: boolean;
  readonly story?: Story;
}

/** Monday, 2 March 2026, 00:00 UTC. */
export const PLANT_DEFAULTS: PlantOptions = {
  seed: 1,
  days: 1,
  startUs: 1_772_409_600_000_000,
  attack: 'none',
  hosts: REFERENCE_HOSTS,
  variant: 'a',
  disturbances: true,
  effects: true,
};

export interface PlantRun {
  /** Frames in the order of time; a batch is valid until the next one is asked for. To be gone through once. */
  readonly frames: Iterable<FrameBatch>;
  /** What happened; complete when the frames were gone through. */
  readonly labels: Labels;
}

/** A plant that runs as far as it is asked to, for as long as somebody asks. */
export interface OpenPlant {
  readonly startUs: number;
  /** Frames up to and without `untilUs`, from where the last call stopped; a batch is valid until the next is asked for. */
  run(untilUs: number): Iterable<FrameBatch>;
  /** Begins the whole attack now, over in about `minutes`; another one while it runs is refused with false. */
  stage(minutes: number): boolean;
  readonly labels: Labels;
}

/** People's acts are planned a day ahead. */
const PLAN_S = DAY_US / SECOND_US;

/** The plant without an end: `days` of the options counts for attacks that are planned from the start only. */
export const openPlant = (given: Partial<PlantOptions> = {}): OpenPlant => {
  const options = { ...PLANT_DEFAULTS, ...given };
  const endUs = options.startUs + Math.round(options.days * DAY_US);
  const startS = Math.floor(options.startUs / SECOND_US);
  const world = createWorld({ seed: options.seed, startS, people: false });
  const scene = new Scene({ ...options, endUs }, world);
  const traffic = control(scene);
  const isAttacked = options.attack !== 'none' || options.story !== undefined;
  const twin = isAttacked && options.effects ? new Twin(world, options.seed, startS) : undefined;
  const book = new Book(scene, twin);
  const plan = (fromS: number): void => {
    operate(scene, traffic, twin, operationsBetween(options.seed, startS, fromS, fromS + PLAN_S));
    scene.clock.once(scene.at(fromS + PLAN_S) - 1, () => plan(fromS + PLAN_S));
  };
  plan(0);
  gatewayTraffic(scene, traffic.gatewaySource);
  office(scene);
  fieldbuses(scene);
  background(scene);
  if (options.disturbances) {
    benign(scene, book, twin);
    networkEvents(scene, book);
  }
  if (options.attack !== 'none') attack(scene, book, options.attack === 'patient');
  options.story?.(scene, book, traffic);
  let stagedUntilUs = 0;
  return {
    startUs: options.startUs,
    run: (untilUs) => scene.clock.run(untilUs),
    stage: (minutes) => {
      const lengthUs = minutes * MINUTE_US;
      if (scene.nowUs < stagedUntilUs) return false;
      stagedUntilUs = scene.nowUs + lengthUs;
      stageAttack(scene, book, lengthUs);
      return true;
    },
    labels: book.labels(),
  };
};

/** The plant, ready to run for its days. */
export const plantFrames = (given: Partial<PlantOptions> = {}): PlantRun => {
  const plant = openPlant(given);
  return { frames: plant.run(plant.labels.endUs), labels: plant.labels };
};
