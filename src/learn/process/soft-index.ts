export { softLearner } from './soft-learner.ts';
