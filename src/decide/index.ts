/** Entry of the decide stage: from findings to what people are asked to look at. */
export { chain, laneOf, MAX_CHAIN_FINDINGS, MAX_INCIDENTS } from './chain.ts';
export { judge } from './priority.ts';
export { type Measure, type Rates, ratesOf } from './rates.ts';
export { askedFirst, nextOf, stagesOf, storyOf, type Teller, titleOf } from './story.ts';
export { attack, depthOf, meaningOf, type Tactic, type Technique, tacticMeaning, tacticName } from './techniques.ts';
export {
  DEFAULT_SETTINGS,
  DEFAULT_THRESHOLD,
  MAX_FINDINGS,
  type Picture,
  Triage,
  type TriageOptions,
} from './triage.ts';
export { MAX_WINDOWS, roomFor, type Scope, windowOf } from './windows.ts';
export { durationText, fill, type Naming, numberText, type Told, tell } from './words.ts';
