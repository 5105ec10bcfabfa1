/** Entry of the plant. */
export type { WireFrame } from './net.ts';
export { SAMPLE_DEFAULTS, SAMPLE_STORY, type SampleOptions, samplePlant } from './sample.ts';
