/** The thread that makes models: the same model as in place, and an honest answer when it dies, however it dies. */
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { RowTable } from '../../core/process.ts';
import { seededRandom } from '../../lib/random.ts';
import type { FitOutcome } from './fitting.ts';
import { LEARNER } from './learner.ts';
import { MAX_TRIES, startFitThread, ThreadFitter } from './thread-fitter.ts';

const STEP_US = 10e6;
/** Three points that follow one another, all in one piece of memory as the rows of a cell are. */
const table = (seed: number, count = 600): RowTable => {
  const random = seededRandom(seed);
  const all = new Float64Array(4 * count);
  const column = (i: number): Float64Array => all.subarray(i * count, (i + 1) * count);
  for (let i = 0; i < count; i++) {
    all[i] = i * STEP_US;
    column(1)[i] = Math.sin(i / 9) + 0.05 * random.normal();
    column(2)[i] = 2 * column(1)[i]! + 0.05 * random.normal();
    column(3)[i] = (column(3)[i - 1] ?? 0) * 0.9 + column(1)[i]!;
  }
  return { points: ['a', 'b', 'c'], count, tsUs: column(0), columns: [column(1), column(2), column(3)] };
};

let fitter: ThreadFitter;
afterEach(() => fitter.close());
const ask = (given: () => RowTable): Promise<FitOutcome> =>
  new Promise((done) => fitter.request({ table: given, stepUs: STEP_US, done }));
/** A thread that dies of the first jobs that all threads together get, then does as the real one. */
const dying = (deaths: number) => {
  let started = 0;
  const start = (): Worker =>
    started++ < deaths
      ? new Worker(
          "require('node:worker_threads').parentPort.on('message', () => { throw new Error('out of luck'); })",
          {
            eval: true,
          },
        )
      : startFitThread();
  return { start, started: () => started };
};

it('makes the same model as in place, one after another in order, and takes the rows over', async () => {
  fitter = new ThreadFitter(LEARNER);
  const given = table(1);
  const answers: number[] = [];
  const all = [1, 2, 3].map((seed) =>
    ask(() => (seed === 1 ? given : table(seed))).then((outcome) => {
      answers.push(seed);
      return outcome;
    }),
  );
  const outcomes = await Promise.all(all);
  expect(given.tsUs.length).toBe(0);
  expect(answers).toEqual([1, 2, 3]);
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.kind !== 'made') throw new Error(outcome.why);
    const inPlace = LEARNER.fit(table(i + 1), { stepUs: STEP_US });
    expect(Buffer.from(outcome.model.save()).equals(Buffer.from(inPlace.save()))).toBe(true);
  }
});

it('says how many come before, and leaves out what is withdrawn', async () => {
  fitter = new ThreadFitter(LEARNER);
  const told: string[] = [];
  const request = (name: string) =>
    fitter.request({ table: () => table(1, 300), stepUs: STEP_US, done: () => void told.push(name) });
  const [first, second, third] = [request('first'), request('second'), request('third')];
  expect([first.before, second.before, third.before]).toEqual([0, 1, 2]);
  first.withdraw();
  second.withdraw();
  expect(third.before).toBe(0);
  await ask(() => table(2, 300));
  expect(told).toEqual(['third']);
});

it('starts a thread that died again for the same rows', async () => {
  const threads = dying(1);
  fitter = new ThreadFitter(LEARNER, threads.start);
  expect(await ask(() => table(1, 300))).toMatchObject({ kind: 'made' });
  expect(threads.started()).toBe(2);
});

it('gives up what kills thread after thread, says why, and makes the next', async () => {
  const threads = dying(MAX_TRIES);
  fitter = new ThreadFitter(LEARNER, threads.start);
  const [lost, next] = await Promise.all([ask(() => table(1, 300)), ask(() => table(2, 300))]);
  expect(lost).toMatchObject({ kind: 'failed', why: expect.stringContaining('out of luck') });
  expect(next).toMatchObject({ kind: 'made' });
});

it('is told what the learner refused', async () => {
  fitter = new ThreadFitter(LEARNER);
  const broken = { ...table(1), columns: [] };
  const outcome = await ask(() => broken);
  expect(outcome).toMatchObject({ kind: 'failed' });
  expect(outcome.kind === 'failed' && outcome.why).not.toContain('died');
});

it('ends at once while a model is made', async () => {
  fitter = new ThreadFitter(LEARNER);
  let answered = false;
  fitter.request({ table: () => table(1, 8000), stepUs: STEP_US, done: () => (answered = true) });
  await fitter.close();
  expect(answered).toBe(false);
});
