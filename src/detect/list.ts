/** Every detector of the product: one line each. */
import type { Detector } from '../core/detector.ts';
import { conversation } from './conversation/index.ts';
import { engineering } from './engineering/index.ts';
import { maintenance } from './maintenance/index.ts';
import { process } from './process/index.ts';
import { writer } from './writer/index.ts';

export const DETECTORS: readonly Detector[] = [conversation, writer, engineering];

/** Those that hear no observations: the application feeds them and states for them. */
export const FED: readonly Pick<Detector, 'name' | 'card' | 'kinds'>[] = [process, maintenance];
