/** The thread that makes models of process cells, one after another; `thread-fitter.ts` starts it and speaks to it. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { cyclesOf } from '../../learn/process/index.ts';
import type { FitAnswer, FitJob } from './fit-protocol.ts';
import { failedBecause } from './fitting.ts';
import { LEARNER } from './learner.ts';

/** What reads frames and answers people goes first. */
const NICE = 10;

const port = parentPort;
if (port === null) throw new Error('fit-worker runs in a worker thread only');
// On Linux threads have priorities of their own and 0 is the thread that calls; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(0, NICE);

const answer = ({ id, table, stepUs }: FitJob): FitAnswer => {
  try {
    const cycles = cyclesOf(table);
    return { id, kind: 'made', saved: LEARNER.fit(table, { stepUs }).save(), cycles };
  } catch (error) {
    const outcome = failedBecause(error);
    return { id, kind: 'failed', why: outcome.kind === 'failed' ? outcome.why : '' };
  }
};

port.on('message', (job: FitJob) => {
  const done = answer(job);
  port.postMessage(done, done.kind === 'made' ? [done.saved.buffer as ArrayBuffer] : []);
});
