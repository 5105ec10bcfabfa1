/**
 * Makes models in one thread beside the engine, one after another in the order they were asked for. Rows change hands
 * without a copy; the model comes back as it is saved, so that what a restart reads is what is judged with. A thread that
 * dies (memory, a fault) is started again for the same rows; after `MAX_TRIES` the request is answered with why. It is
 * started when it is needed and ended when it is not.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CellLearner, CellModel } from '../../core/process.ts';
import type { FitAnswer, FitJob } from './fit-protocol.ts';
import { type FitRequest, type Fitter, type Fitting, failedBecause } from './fitting.ts';

/** Threads that may die of one request before it is given up. */
export const MAX_TRIES = 2;
/** A model that takes longer ends its thread: nothing is learned from a fit that never ends. */
export const MAX_FIT_MS = 1_200_000;
/** Memory of the thread for objects, MiB: beyond, the thread dies, and not the engine. */
export const MAX_FIT_HEAP_MIB = 1024;
/** Without work for so long it is ended: it costs some 30 MiB. */
const IDLE_MS = 5000;

interface Job {
  readonly request: FitRequest;
  tries: number;
}

/** Built JavaScript starts by itself; from sources (tests) TypeScript is loaded through tsx, which Node 20 needs. */
export const startFitThread = (): Worker => {
  const options = { resourceLimits: { maxOldGenerationSizeMb: MAX_FIT_HEAP_MIB } };
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./fit-worker.js', import.meta.url), options);
  const tsx = new URL(
    'dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  ).href;
  const entry = new URL('./fit-worker.ts', import.meta.url).href;
  const begin = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(entry)}); });`;
  return new Worker(begin, { ...options, eval: true });
};

export class ThreadFitter implements Fitter {
  readonly #learner: CellLearner;
  readonly #startThread: () => Worker;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #id = 0;
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `learner` brings models back; the thread has the same one. `startThread` is another in tests. */
  constructor(learner: CellLearner, startThread: () => Worker = startFitThread) {
    this.#learner = learner;
    this.#startThread = startThread;
  }

  request(request: FitRequest): Fitting {
    const job: Job = { request, tries: 0 };
    this.#waiting.push(job);
    this.#next();
    const before = (): number => (this.#running === job ? 0 : this.#waiting.indexOf(job) + 1);
    return {
      get before() {
        return before();
      },
      withdraw: () => this.#withdraw(job),
    };
  }

  restore(saved: Uint8Array, isOwn?: boolean): CellModel {
    return this.#learner.restore(saved, isOwn);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    this.#running = undefined;
    await this.#end();
  }

  #withdraw(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    // What runs for nobody is ended: others wait for the thread.
    if (this.#running === job) {
      this.#running = undefined;
      void this.#end();
      this.#next();
    }
  }

  #next(): void {
    if (this.#closed || this.#running !== undefined) return;
    const job = this.#waiting.shift();
    clearTimeout(this.#timer);
    if (job === undefined) {
      this.#timer = setTimeout(() => void this.#end(), IDLE_MS).unref();
      return;
    }
    this.#running = job;
    job.tries++;
    try {
      this.#worker ??= this.#start();
      const { table, stepUs } = job.request;
      const message: FitJob = { id: ++this.#id, table: table(), stepUs };
      const { columns, tsUs } = message.table;
      const buffers = new Set([tsUs, ...columns].map((column) => column.buffer as ArrayBuffer));
      this.#worker.postMessage(message, [...buffers]);
      this.#timer = setTimeout(() => this.#overdue(), MAX_FIT_MS).unref();
    } catch (error) {
      this.#running = undefined;
      job.request.done(failedBecause(error));
      this.#next();
    }
  }

  #start(): Worker {
    const worker = this.#startThread();
    let why = '';
    worker.on('message', (answer: FitAnswer) => {
      if (worker === this.#worker && answer.id === this.#id) this.#answered(answer);
    });
    worker.on('error', (error) => {
      why = error.message;
    });
    worker.on('exit', (code) => {
      if (worker === this.#worker) this.#died(why === '' ? `it ended with code ${code}` : why);
    });
    // The program may end while it runs.
    worker.unref();
    return worker;
  }

  #answered(answer: FitAnswer): void {
    const job = this.#running;
    if (job === undefined) return;
    this.#running = undefined;
    // The next one begins before this one is taken over.
    this.#next();
    if (answer.kind === 'failed') {
      job.request.done(answer);
      return;
    }
    let model: CellModel;
    try {
      model = this.#learner.restore(answer.saved, true);
    } catch (error) {
      job.request.done(failedBecause(error));
      return;
    }
    job.request.done({ kind: 'made', model, cycles: answer.cycles });
  }

  #overdue(): void {
    void this.#end();
    this.#died(`it took longer than ${MAX_FIT_MS / 60_000} minutes`);
  }

  #died(why: string): void {
    const job = this.#running;
    this.#worker = undefined;
    this.#running = undefined;
    if (job !== undefined && job.tries < MAX_TRIES) this.#waiting.unshift(job);
    this.#next();
    if (job !== undefined && job.tries >= MAX_TRIES && this.#running !== job)
      job.request.done({ kind: 'failed', why: `the thread that makes models died ${MAX_TRIES} times: ${why}` });
  }

  async #end(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
