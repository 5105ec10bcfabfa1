/**
 * The engine's thread. Runs built JavaScript; `engine-client.ts` speaks to it by messages: the first names its data folder, then
 * a call has a number and gets one answer, events come when they come.
 */
import { parentPort } from 'node:worker_threads';
import { openStore } from '../store/index.ts';
import { LEARNER } from './detection/learner.ts';
import { ThreadFitter } from './detection/thread-fitter.ts';
import { LocalEngine } from './engine.ts';
import { errorToData } from './engine-errors.ts';
import type { FromWorker, ToWorker, WorkerTask } from './engine-protocol.ts';
import { withGrowingHeap } from './heap.ts';

const port = parentPort;
if (port === null) throw new Error('engine-worker runs in a worker thread only');
const send = (message: FromWorker): void => port.postMessage(message);
/** Octets that are nobody else's are handed over, not copied. */
const answer = (id: number, value: unknown): void => {
  const own = value instanceof Uint8Array && value.byteLength === value.buffer.byteLength;
  port.postMessage({ kind: 'answer', id, value } satisfies FromWorker, own ? [value.buffer as ArrayBuffer] : []);
};
const nowUs = (): number => Date.now() * 1000;

const begin = async ({ folder, zone }: WorkerTask): Promise<void> => {
  const store = await openStore(folder, {
    nowUs,
    onState: (state) => {
      if (state.kind === 'failed') send({ kind: 'log', error: errorToData(state.error) });
    },
  });
  const engine = await LocalEngine.start({
    store,
    nowUs,
    nowMs: () => performance.now(),
    zone,
    fitter: new ThreadFitter(LEARNER),
    onError: (error) => send({ kind: 'log', error: errorToData(error) }),
  });
  engine.onEvent((event) => send({ kind: 'event', event }));
  port.on('message', ({ id, method, args }: ToWorker) => {
    const work = engine[method] as unknown as (...given: readonly unknown[]) => Promise<unknown>;
    const run = async (): Promise<unknown> => work.apply(engine, [...args]);
    void run()
      .then((value) => answer(id, value))
      .catch((error: unknown) => send({ kind: 'failure', id, error: errorToData(error) }))
      .finally(() => {
        if (method === 'close') port.close();
      });
  });
  send({ kind: 'ready' });
  await engine.openAhead();
};

port.once('message', (task: WorkerTask) => {
  // All that is read here stays: collections while it comes would look at it in vain.
  withGrowingHeap(() => begin(task)).catch((error: unknown) => {
    send({ kind: 'refused', error: errorToData(error) });
    port.close();
  });
});
