/**
 * The process detector: what models of process cells (`learn/process`) say about rows of values, told as findings. It hears
 * no observations itself: the application makes rows of the points' latest values and hands them to the guard of each cell.
 */
import type { ModelCard } from '../../core/detector.ts';
import { PROCESS_KINDS } from './kinds.ts';

export { CellGuard, type GuardOptions, STATED } from './guard.ts';
export { PROCESS_KINDS } from './kinds.ts';

const card: ModelCard = {
  notices:
    'A measured value that is not as the process makes it: out of its limits, noisy, frozen, replayed, or against what the other points of its cell say, at once or slowly, or slowly against a point of another controller that measures the same.',
  worksWhen:
    'The points of a cell are read at least every few minutes, a day of normal work was watched, and the guard predicted later normal work that it had not learned from. Rows are taken every ten seconds on a small site, every ten minutes on one of 100,000 points; where they are half a minute apart and more, a value beyond all that it ever was by half of its range is judged when it comes.',
  failsWhen:
    'A way of working was never seen while learning (it is told as odd); several points are falsified so that they fit each other; a change is smaller than what the point shows as detectable, or takes longer than half an hour of rows and no relation between the points breaks; a loop is drawn away slowly within the hour after a start or stop that is rare, where it is watched only beyond that; a tape is played at another pace than it was recorded at, with noise added, or more than an hour later; nothing else is odd at the controller in the first days, when a model is on trial (it is told below an alert); a level is beyond its range by less than half of it after one day, a quarter after two, and so on (told below an alert; soft sensors, dynamics and drift judge within the range, and have such room beyond their limits: as much again after one day, half of it after two); the cell is in a state that training held a few times and briefly, until it came five times, for what is drawn out of other states; a state follows another new state within three minutes (kept for the record, which names the first); a device that sends on change is not heard at all: what it does not send is unknown, not frozen; values are encrypted or never read. What is not seen is not judged: the dark mirror is told by others.',
  cost: 'About 2 KiB of models per point, 1 KiB for the samples that are remembered for replays, and a microsecond per value; 64 points a cell, see MAX_ in app/detection.',
  source:
    'Shewhart 1931; Page 1954 (CUSUM); Hyndman and Athanasopoulos 2021 (held-out evaluation); Russell, Chiang, Braatz 2000; Altschul et al. 1990 (repetitions); Gertler 1998 (structured residuals); see learn/process for each model',
};

export const process = { name: 'process', card, kinds: Object.values(PROCESS_KINDS) } as const;
