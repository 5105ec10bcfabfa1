/** The one way in which process cells are learned; the models behind it stand in `learn/process`. */
import type { CellLearner } from '../../core/process.ts';

export const LEARNER: CellLearner | undefined = undefined;
