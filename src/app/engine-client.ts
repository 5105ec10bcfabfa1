/**
 * Starts the engine: in a worker thread when this is built JavaScript, so that the console stays quick while a capture is
 * read; in this thread when it runs from TypeScript sources (workers do not load those on Node 20).
 */
import process from 'node:process';
import { pipeline } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Engine, EngineEvent } from './engine-contract.ts';
import { errorFromData } from './engine-errors.ts';
import type { EngineMethod, FromWorker, ToWorker, WorkerTask } from './engine-protocol.ts';
import { startThread } from './engine-thread.ts';
import { type PageClock, withPages } from './page-cache.ts';

export interface StartOptions {
  readonly folder: string;
  /** IANA name of the plant's zone. */
  readonly zone: string;
  readonly onError: (error: unknown) => void;
  /** The engine's thread is gone; nothing can be answered any more. */
  readonly onExit: (error: Error) => void;
  /** Started already (`startThread`). */
  readonly thread?: Worker;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** The engine of another thread. */
class EngineClient {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #next = 1;
  #closing = false;
  #gone: Error | undefined;

  constructor(worker: Worker, options: StartOptions) {
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'event') for (const listener of this.#listeners) listener(message.event);
      else if (message.kind === 'log') options.onError(errorFromData(message.error));
      else if (message.kind === 'answer' || message.kind === 'failure') {
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        if (message.kind === 'answer') pending?.resolve(message.value as never);
        else pending?.reject(errorFromData(message.error));
      }
    });
    let failure: Error | undefined;
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', (code) => {
      this.#gone = failure ?? new Error(`the engine ended with code ${code}`);
      for (const { reject } of this.#pending.values()) reject(this.#gone);
      this.#pending.clear();
      if (!this.#closing) options.onExit(this.#gone);
    });
  }

  ask<T>(method: EngineMethod, args: readonly unknown[]): Promise<T> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    if (method === 'close') this.#closing = true;
    return new Promise<T>((resolve, reject) => {
      const id = this.#next++;
      this.#pending.set(id, { resolve: resolve as (value: never) => void, reject });
      const message: ToWorker = { id, method, args };
      this.#worker.postMessage(message);
    });
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const CLOCK: PageClock = {
  nowMs: () => performance.now(),
  wait: (ms) => wait(ms, undefined, { ref: false }),
};

const startInWorker = async (options: StartOptions): Promise<Engine> => {
  const worker = options.thread ?? startThread();
  worker.ref();
  worker.postMessage({ folder: options.folder, zone: options.zone } satisfies WorkerTask);
  const client = new EngineClient(worker, options);
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    // What it logs while it opens the folder comes before either.
    const first = (message: FromWorker): void => {
      if (message.kind === 'refused') reject(errorFromData(message.error));
      else if (message.kind === 'ready') resolve();
      else return;
      worker.off('message', first);
    };
    worker.on('message', first);
  });
  const engine: Engine = {
    call: (...args) => client.ask('call', args),
    bytes: (...args) => client.ask('bytes', args),
    framePcap: (...args) => client.ask('framePcap', args),
    capture: (...args) => client.ask('capture', args),
    uploadNames: (...args) => client.ask('uploadNames', args),
    baselineFile: (...args) => client.ask('baselineFile', args),
    importBaseline: (...args) => client.ask('importBaseline', args),
    begin: (...args) => client.ask('begin', args),
    accounts: () => client.ask('accounts', []),
    changeAccounts: (...args) => client.ask('changeAccounts', args),
    open: (...args) => {
      const [request] = args;
      // What goes wrong with it is an end of the stream there; the engine that ends first is no error.
      if (request.kind === 'stream') pipeline(process.stdin, worker.stdin!, () => undefined);
      return client.ask('open', args);
    },
    announce: (...args) => client.ask('announce', args),
    versions: () => client.ask('versions', []),
    onEvent: (listener) => client.onEvent(listener),
    judging: (...args) => client.ask('judging', args),
    settled: () => client.ask('settled', []),
    close: () => client.ask('close', []),
  };
  return withPages(engine, CLOCK, { whenSourcesBegin: true });
};

/** Opens the data folder and starts the engine. Throws the store's operating errors. */
export const startEngine = async (options: StartOptions): Promise<Engine> => {
  if (import.meta.url.endsWith('.js')) return startInWorker(options);
  // Loaded here only: with the worker, this thread needs neither the decoders nor the store.
  const [{ openStore }, { LocalEngine }, { LEARNER }, { ThreadFitter }] = await Promise.all([
    import('../store/index.ts'),
    import('./engine.ts'),
    import('./detection/learner.ts'),
    import('./detection/thread-fitter.ts'),
  ]);
  const nowUs = (): number => Date.now() * 1000;
  const engine = await LocalEngine.start({
    store: await openStore(options.folder, { nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: options.zone,
    fitter: new ThreadFitter(LEARNER),
    onError: options.onError,
  });
  return withPages(engine, CLOCK, { whenSourcesBegin: true });
};
