/**
 * The network of the simulated plant as a stream of frames: the same options give the same octets, in the order of time,
 * in batches that go into a pipeline as they are or into a file.
 */
import type { FrameBatch } from '../../src/core/frame.ts';
import { createWorld } from '../physics/index.ts';
import { attack } from '../story/attacker.ts';
import { benign } from '../story/benign.ts';
import { Book } from '../story/book.ts';
import { operationsBetween } from '../story/life.ts';
import { networkEvents } from '../story/network-events.ts';
import { Twin } from '../story/twin.ts';
import type { Labels } from '../world.ts';
import { background } from './background.ts';
import { control, operate } from './control.ts';
import { fieldbuses } from './fieldbus.ts';
import { gatewayTraffic } from './gateway.ts';
import { MAX_HOSTS, REFERENCE_HOSTS, type Variant } from './hosts.ts';
import { office } from './office.ts';
import { DAY_US, Scene, SECOND_US } from './scene.ts';

export { MAX_HOSTS, REFERENCE_HOSTS, type Variant };

export type AttackVariant = 'none' | 'patient' | 'noisy';

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

/** The plant, ready to run. */
export const plantFrames = (given: Partial<PlantOptions> = {}): PlantRun => {
  const options = { ...PLANT_DEFAULTS, ...given };
  const endUs = options.startUs + Math.round(options.days * DAY_US);
  const startS = Math.floor(options.startUs / SECOND_US);
  const world = createWorld({ seed: options.seed, startS, people: false });
  const scene = new Scene({ ...options, endUs }, world);
  const traffic = control(scene);
  const twin = options.attack !== 'none' && options.effects ? new Twin(world, options.seed, startS) : undefined;
  const book = new Book(scene, twin);
  operate(scene, traffic, twin, operationsBetween(options.seed, startS, 0, (endUs - options.startUs) / SECOND_US));
  gatewayTraffic(scene, traffic.gatewaySource);
  office(scene);
  fieldbuses(scene);
  background(scene);
  if (options.disturbances) {
    benign(scene, book, twin);
    networkEvents(scene, book);
  }
  if (options.attack !== 'none') attack(scene, book, options.attack === 'patient');
  return { frames: scene.clock.run(endUs), labels: book.labels() };
};
