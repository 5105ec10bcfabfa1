/**
 * The one writer. Batches that arrive while a commit runs are committed together; a batch is acknowledged only after its
 * commit, whole or not at all. Journal rows get their place in the chain here, inside the same transaction.
 */
import { OperatingError } from '../core/errors.ts';
import { type Batch, mergeByTable, rowCount, writeTable } from './batch.ts';
import type { SqlEngine } from './engine.ts';
import type { KeptHead } from './head-file.ts';
import {
  anewEntry,
  GENESIS,
  type JournalEntry,
  type JournalHead,
  type JournalLoss,
  joinKept,
  lossEntry,
  nextRow,
} from './journal.ts';
import type { Row } from './schema.ts';

export type WriterState =
  | { readonly kind: 'ready' }
  /** Nothing can be written; `error` says why. Background batches wait, others are refused at once. */
  | { readonly kind: 'failed'; readonly error: OperatingError; readonly sinceUs: number };

/** Where the head of the journal is kept outside of the database: see head-file.ts. */
export interface HeadKeeper {
  readonly kept: KeptHead | undefined;
  /** On the disk when it resolves. Throws an operating error of the store. */
  keep(head: JournalHead, tsUs: number): Promise<void>;
  tell(loss: JournalLoss): Promise<void>;
}

export interface WriterOptions {
  readonly engine: SqlEngine;
  /** Absent in memory. */
  readonly heads?: HeadKeeper;
  /** Hears of acknowledged rows of the journal that the database does not hold. */
  readonly onLoss?: (loss: JournalLoss) => void;
  /** Wall clock, microseconds. */
  readonly nowUs: () => number;
  /** Free octets on the disk; undefined where unknown or in memory. */
  readonly freeBytes?: () => Promise<number | undefined>;
  /** False once the file of the database is not where it was opened: what is written then is lost with the program. */
  readonly isThere?: () => Promise<boolean>;
  /** Opens the database again after a failure that made it unusable. */
  readonly reopen?: () => Promise<SqlEngine>;
  readonly onState?: (state: WriterState) => void;
  readonly path: string;
  /** Tells the commits of this run of the program from those of others. */
  readonly session: string;
  /** Calls back after a while; injected for tests. */
  readonly later?: (work: () => void, delayMs: number) => void;
}

/** Below this much free disk nothing is written, so that a commit never runs into the end of the disk half-way. */
export const MIN_FREE_BYTES = 48 * 1024 * 1024;
/** Rows of one commit; more wait for the next. */
const MAX_ROWS_PER_COMMIT = 200_000;
/** Batches that wait. Beyond it `submit` refuses; the callers keep what they have. */
export const MAX_WAITING_BATCHES = 1000;
/** Times that a batch alone may make a database fail which takes others; then it is refused. */
const MAX_FAILURES = 5;
/** Pause before the next try when the disk is full or the database has failed. */
const RETRY_MS = 2000;

interface Waiting {
  readonly batch: Batch;
  readonly background: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Commits of this batch alone that made the database fail. */
  failures: number;
}

/** Where the mark of the last commit stands. */
const COMMIT_MARKER = { site_id: '', name: 'last-commit' } as const;

/** It is not the batch that was to be written. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['store.full-disk', 'store.unwritable', 'store.gone']);

/** The store as a whole cannot be written, whatever was to be written. */
const stops = (error: unknown): error is OperatingError =>
  error instanceof OperatingError && error.code.startsWith('store.');

const defaultLater = (work: () => void, delayMs: number): void => {
  setTimeout(work, delayMs).unref();
};

export class Writer {
  #engine: SqlEngine;
  #head: JournalHead;
  readonly #options: WriterOptions;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #state: WriterState = { kind: 'ready' };
  #closed = false;
  #commits = 0;
  #marker = '';
  #tries = 0;
  /** Of a COMMIT that failed: it may have reached the disk, which is known after the database was opened again. */
  #uncertain: readonly Waiting[] = [];
  /** Batches of a commit that failed are tried one by one: smaller, and one that cannot be written is found. */
  #alone = 0;
  #retrying: Promise<void> | undefined;
  /** What the journal lost and does not say yet. */
  #loss: JournalLoss | undefined;
  /** Why the head of what is committed is not kept; undefined where it is. */
  #unkept: OperatingError | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.#head = GENESIS;
  }

  /** Before the first batch: finds where the journal goes on, and whether it holds what was acknowledged. */
  async begin(): Promise<void> {
    await this.#join();
    const { heads, nowUs } = this.#options;
    // Rows, and no head of them: what may have followed them is not known, and the journal says so itself.
    const isAnew = heads !== undefined && heads.kept === undefined && this.#head.seq > 0;
    const journal = isAnew ? [anewEntry(this.#head, nowUs())] : [];
    if (isAnew || this.#loss !== undefined) void this.submit({ journal }, { background: true }).catch(() => undefined);
  }

  async #join(): Promise<void> {
    const { heads, onLoss } = this.#options;
    const { head, loss } = await joinKept(this.#engine.db, heads?.kept);
    this.#head = head;
    this.#loss = loss;
    if (loss === undefined) return;
    onLoss?.(loss);
    // It stands in the journal too, with the next commit.
    await heads?.tell(loss);
  }

  get state(): WriterState {
    return this.#state;
  }
  get head(): JournalHead {
    return this.#head;
  }
  get commits(): number {
    return this.#commits;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves after the commit. A background batch waits while the disk is full or the database has failed; any other is
   * refused with that error. Rejects with the reason when the batch itself cannot be written.
   */
  submit(batch: Batch, options: { readonly background?: boolean } = {}): Promise<void> {
    const background = options.background === true;
    if (this.#closed) return Promise.reject(new Error('the store is closed'));
    if (this.#state.kind === 'failed' && !background) return Promise.reject(this.#state.error);
    if (this.#waiting.length >= MAX_WAITING_BATCHES) {
      return Promise.reject(
        this.#state.kind === 'failed'
          ? this.#state.error
          : new OperatingError('store.unwritable', {
              path: this.#options.path,
              detail: 'too many changes are waiting',
            }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, background, resolve, reject, failures: 0 });
      this.#kick();
    });
  }

  /** Resolves when nothing waits, or when writing has failed. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Writes what waits; refuses the rest when it cannot be written. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.idle();
    // What works again just now is written still.
    await this.#retrying;
    await this.idle();
    const error = this.#state.kind === 'failed' ? this.#state.error : new Error('the store is closed');
    for (const item of [...this.#uncertain, ...this.#waiting.splice(0)]) item.reject(error);
  }

  /** Runs work alone on the engine (retention, compaction), between commits. Throws at once while writing has failed. */
  async exclusively<R>(work: (engine: SqlEngine) => Promise<R>): Promise<R> {
    while (this.#running !== undefined) await this.#running;
    if (this.#state.kind === 'failed') throw this.#state.error;
    let done: () => void = () => undefined;
    this.#running = new Promise((resolve) => {
      done = resolve;
    });
    try {
      return await work(this.#engine);
    } catch (error) {
      if (stops(error)) this.#stop(error);
      throw error;
    } finally {
      this.#running = undefined;
      done();
      this.#kick();
    }
  }

  #kick(): void {
    if (this.#running !== undefined || this.#waiting.length === 0 || this.#state.kind === 'failed') return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
      this.#kick();
    });
  }

  async #drain(): Promise<void> {
    // A turn of the event loop gathers what is submitted together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const group: Waiting[] = [];
    let rows = 0;
    while (this.#waiting.length > 0) {
      const next = rowCount(this.#waiting[0]!.batch);
      if (group.length > 0 && (this.#alone > 0 || rows + next > MAX_ROWS_PER_COMMIT)) break;
      rows += next;
      group.push(this.#waiting.shift()!);
    }
    if (this.#alone > 0) this.#alone--;
    // What fails before it begins to commit has no mark that could be found.
    this.#marker = '';
    try {
      await this.#checkDisk();
      await this.#commit(group.map((item) => item.batch));
      for (const item of group) item.resolve();
      // What was committed stands; nothing more is taken on until its head can be kept.
      if (this.#unkept !== undefined) this.#stop(this.#unkept);
    } catch (error) {
      await this.#failed(group, error);
    }
  }

  async #commit(batches: readonly Batch[]): Promise<void> {
    // A mark that no other commit has, not a count: after a failed COMMIT it tells whether this one reached the disk all the same.
    this.#marker = `${this.#options.nowUs()} ${this.#options.session} ${++this.#tries}`;
    const marker = this.#marker;
    const recordedUs = this.#options.nowUs();
    let head = this.#head;
    await this.#engine.write(async (transaction) => {
      for (const [table, change] of mergeByTable(batches)) await writeTable(transaction, table, change);
      const journal: Row<'journal'>[] = [];
      const add = (entry: JournalEntry): void => {
        const row = nextRow(head, entry);
        head = { seq: row.seq, hash: row.hash };
        journal.push(row);
      };
      if (this.#loss !== undefined) add(lossEntry(this.#loss, this.#options.heads?.kept ?? head, recordedUs));
      for (const batch of batches) {
        for (const samples of batch.samples ?? []) await transaction.appendSamples(samples, recordedUs);
        for (const entry of batch.journal ?? []) add(entry);
      }
      await transaction.append('journal', journal);
      await transaction.remove('setting', [COMMIT_MARKER]);
      await transaction.append('setting', [{ ...COMMIT_MARKER, value: marker }]);
    });
    this.#head = head;
    this.#loss = undefined;
    this.#commits++;
    await this.#keepHead(recordedUs);
  }

  /** Between the commit and what is said of it: a row that was acknowledged is known outside of the database. */
  async #keepHead(nowUs: number): Promise<void> {
    const { heads } = this.#options;
    if (heads === undefined || heads.kept?.hash === this.#head.hash || this.#head.seq === 0) return;
    try {
      await heads.keep(this.#head, nowUs);
      this.#unkept = undefined;
    } catch (error) {
      if (!stops(error)) throw error;
      this.#unkept = error;
    }
  }

  /** Before a commit: there is a file for it, and room. A database that was deleted is never made anew in its place. */
  async #checkDisk(): Promise<void> {
    if ((await this.#options.isThere?.()) === false)
      throw new OperatingError('store.gone', { path: this.#options.path });
    const free = await this.#options.freeBytes?.();
    if (free !== undefined && free < MIN_FREE_BYTES) {
      throw new OperatingError('store.full-disk', { path: this.#options.path });
    }
  }

  async #failed(group: readonly Waiting[], error: unknown): Promise<void> {
    if (stops(error)) this.#keep(group, error);
    else if (group.length === 1) group[0]!.reject(error);
    else {
      // One bad batch must not take the others with it: each is tried alone.
      for (const [index, item] of group.entries()) {
        try {
          await this.#commit([item.batch]);
          item.resolve();
          if (this.#unkept !== undefined) {
            this.#waiting.unshift(...group.slice(index + 1));
            return this.#stop(this.#unkept);
          }
        } catch (reason) {
          if (stops(reason)) {
            this.#waiting.unshift(...group.slice(index + 1));
            this.#keep([item], reason);
            return;
          }
          item.reject(reason);
        }
      }
    }
  }

  /** Writing stops with this commit: what people wait for is refused, the rest is tried again after the next opening. */
  #keep(group: readonly Waiting[], error: OperatingError): void {
    const isOfDisk = OF_THE_DISK.has(error.code);
    if (group.length === 1 && !isOfDisk) group[0]!.failures++;
    const isKept = (item: Waiting): boolean => item.background && item.failures < MAX_FAILURES;
    for (const item of group) if (!isKept(item)) item.reject(error);
    this.#uncertain = group.filter(isKept);
    this.#stop(error);
  }

  #stop(error: OperatingError): void {
    // Nobody waits for an answer that may come tomorrow.
    for (const item of this.#waiting.splice(0))
      if (item.background) this.#waiting.push(item);
      else item.reject(error);
    this.#setState({ kind: 'failed', error, sinceUs: this.#options.nowUs() });
    this.#retryLater();
  }

  #retryLater(): void {
    (this.#options.later ?? defaultLater)(() => void this.retry(), RETRY_MS);
  }

  /** Looks whether writing works again; called by itself every two seconds while it has failed. */
  retry(): Promise<void> {
    this.#retrying ??= this.#retry().finally(() => {
      this.#retrying = undefined;
    });
    return this.#retrying;
  }

  async #retry(): Promise<void> {
    if (this.#state.kind !== 'failed' || this.#closed) return;
    try {
      await this.#checkDisk();
      // DuckDB refuses everything after an error in COMMIT: open it anew.
      if (this.#options.reopen !== undefined) {
        this.#engine = await this.#options.reopen();
        await this.#join();
      }
      await this.#settleUncertain();
      // A commit of nothing but its mark: what fails after it is the fault of what is written.
      await this.#commit([]);
      if (this.#unkept !== undefined) throw this.#unkept;
      this.#setState({ kind: 'ready' });
      this.#kick();
    } catch (error) {
      if (stops(error) && error.message !== this.#state.error.message) this.#setState({ ...this.#state, error });
      this.#retryLater();
    }
  }

  async #settleUncertain(): Promise<void> {
    const row = await this.#engine.db
      .selectFrom('setting')
      .select('value')
      .where('site_id', '=', COMMIT_MARKER.site_id)
      .where('name', '=', COMMIT_MARKER.name)
      .executeTakeFirst();
    const group = this.#uncertain;
    this.#uncertain = [];
    if (row?.value === this.#marker) for (const item of group) item.resolve();
    else {
      this.#waiting.unshift(...group);
      this.#alone = group.length;
    }
  }

  #setState(state: WriterState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}
