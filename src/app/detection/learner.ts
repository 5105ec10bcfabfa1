/** The one way in which process cells are learned; the models behind it stand in `learn/process`. */
export { processLearner as LEARNER } from '../../learn/process/index.ts';
