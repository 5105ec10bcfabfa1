/** Detectors that hear no observations: the application feeds them and states for them. One line each. */
import type { Detector } from '../core/detector.ts';
import { maintenance } from './maintenance/index.ts';
import { process } from './process/index.ts';

export const FED: readonly Pick<Detector, 'name' | 'card' | 'kinds'>[] = [process, maintenance];
