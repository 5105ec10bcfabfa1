/** Entry of the soft model: the learner, and what it learned as text. */
export { parseRelation, printRelation, type Relation } from './relations.ts';
export { softLearner } from './soft-learner.ts';
export { type SoftText, softText, withRelations } from './soft-text.ts';
