/** Entry of the soft model: the learner, and relations as text. */
export { parseRelation, printRelation, type Relation } from './relations.ts';
export { softLearner, softLearnerWith } from './soft-learner.ts';
export { SoftModel } from './soft-model.ts';
