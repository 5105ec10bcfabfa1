/**
 * Starts tcpdump or dumpcap on an interface and hands on what it captures. The child never sees a shell, never looks a
 * name up and writes only to a pipe; this process needs no rights of its own. What the tools are told and what they say
 * is in `capture/live.ts`.
 */
import { type ChildProcess, spawn as nodeSpawn } from 'node:child_process';
import { totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { type JoinClock, joinCaptures } from '../capture/join.ts';
import {
  bufferMib,
  CAPTURE_TOOLS,
  type CaptureTool,
  type LiveRequest,
  liveCommand,
  parseCaptureStderr,
} from '../capture/live.ts';
import { OperatingError } from '../core/errors.ts';

/** Octets that may wait here before the pipe is left alone; the kernel's buffer (64 MiB or more) takes over then. */
export const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** Small reads are joined up to this, so that batches stay large. */
const JOINED_BYTES = 2 * 1024 * 1024;
/**
 * A tool that writes each frame when it arrives wakes this process for a few frames at a time. Octets are gathered for
 * this long, or until there are so many, which costs no one anything and makes batches of hundreds.
 */
const GATHER_MS = 4;
const GATHER_BYTES = 256 * 1024;
/** Time to end by itself after being asked to. */
const STOP_GRACE_MS = 3000;
/** The last lines of standard error are kept for the log. */
const MAX_KEPT_LINES = 50;
const MAX_LINE_CHARACTERS = 1000;
/**
 * A capture that ended by itself (an interface that went down, a program that was killed) is started again after this
 * long, and each time after twice as long, up to five minutes.
 */
export const RESTART_MS = 5_000;
export const MAX_RESTART_MS = 300_000;

export interface LiveOptions {
  /** A name as the system has it, or several separated by commas, which are joined into one source. */
  readonly interface: string;
  readonly filter?: string;
  /** Of several, some need not be there yet: they are looked for as those are that fail later. */
  readonly mayLack?: boolean;
  /** Of several, one has failed or is there again: which are away now, and why. */
  readonly onAway?: (away: ReadonlyMap<string, OperatingError>) => void;
  /** Before one of several is started again; injected in tests. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Only this tool; default: tcpdump, else dumpcap. */
  readonly tool?: CaptureTool;
  /** Injected in tests. Standard input ignored, output and error as pipes. */
  readonly spawn?: (file: string, args: readonly string[]) => ChildProcess;
}

/** Totals since the start as the tool last told; absent while it has not. */
export interface LiveCounters {
  readonly received?: number;
  readonly droppedByKernel?: number;
  readonly droppedByInterface?: number;
}

export interface LiveEnd {
  readonly reason: 'stopped' | 'failed';
  readonly error?: OperatingError;
}

const defaultSpawn = (file: string, args: readonly string[]): ChildProcess =>
  nodeSpawn(file, args, { shell: false, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });

const droppedOf = ({ droppedByKernel, droppedByInterface }: LiveCounters): number | undefined =>
  droppedByKernel === undefined && droppedByInterface === undefined
    ? undefined
    : (droppedByKernel ?? 0) + (droppedByInterface ?? 0);

/** A running capture, of one interface or of several joined. Made by `startLiveCapture`. */
export interface LiveCapture {
  /** Resolves when the tools have ended and all they wrote has been taken in. */
  readonly ended: Promise<LiveEnd>;
  readonly hasEnded: boolean;
  /** Totals as the tool told them last, of several summed up. */
  readonly counters: LiveCounters;
  /** Frames lost by kernel and interface so far; undefined while the tool has not told. */
  readonly dropped: number | undefined;
  /** Of several interfaces, those that nothing comes from now, and why. */
  readonly away: ReadonlyMap<string, OperatingError>;
  /** The last lines that the tools wrote to standard error, at most 50 each. */
  readonly lines: readonly string[];
  /** Asks tcpdump for its counters now; they arrive in `counters` shortly. Other tools tell them at their end only. */
  askCounters(): void;
  /** What was captured, once. A chunk is valid until the next is asked for. Ends after `stop`; throws when it failed. */
  chunks(): AsyncGenerator<Uint8Array, void, void>;
  /** Ends the capture; what the tools still write is handed on. Resolves when it has ended. */
  stop(): Promise<LiveEnd>;
}

/** The capture of one interface. */
class OneCapture implements LiveCapture {
  readonly request: LiveRequest;
  readonly ended: Promise<LiveEnd>;
  readonly #child: ChildProcess;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #counters: LiveCounters = {};
  #lines: string[] = [];
  #partial = '';
  #error: OperatingError | undefined;
  #end: LiveEnd | undefined;
  #stopping = false;
  /** Nobody reads any more: what still comes is let go. */
  #abandoned = false;
  #wake: () => void = () => undefined;
  #ready: () => void = () => undefined;
  #joined: Uint8Array | undefined;

  constructor(child: ChildProcess, request: LiveRequest) {
    this.#child = child;
    this.request = request;
    child.stdout!.on('data', (data: Uint8Array) => this.#take(data));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.ended = new Promise((resolve) => {
      let settled = false;
      const finish = (detail: string): void => {
        if (settled) return;
        settled = true;
        this.#read('\n');
        const { tool } = request;
        const said = this.#lines.at(-1);
        const why = said === undefined ? detail : `${detail}; it said: ${said}`;
        this.#end = this.#stopping
          ? { reason: 'stopped' }
          : { reason: 'failed', error: this.#error ?? new OperatingError('capture.stopped', { tool, detail: why }) };
        this.#ready();
        this.#wake();
        resolve(this.#end);
      };
      child.on('error', (error: NodeJS.ErrnoException) => {
        const { tool } = request;
        if (error.code === 'ENOENT') this.#error ??= new OperatingError('capture.tool-missing', { tool });
        else if (error.code === 'EACCES') this.#error ??= new OperatingError('capture.no-rights', { ...request });
        finish(error.message);
      });
      child.on('close', (code, signal) => finish(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  }

  get counters(): LiveCounters {
    return this.#counters;
  }

  get dropped(): number | undefined {
    return droppedOf(this.#counters);
  }

  /** It is one: it is there, or all of it has ended. */
  readonly away: LiveCapture['away'] = new Map();

  get lines(): readonly string[] {
    return this.#lines;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Resolves when the tool listens (or frames came, or it ended). */
  untilReady(): Promise<void> {
    if (this.#end !== undefined || this.#queuedBytes > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ready = resolve;
    });
  }

  askCounters(): void {
    if (this.request.tool === 'tcpdump' && process.platform !== 'win32' && this.#end === undefined)
      this.#child.kill('SIGUSR1');
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        if (this.#queuedBytes > 0) {
          if (this.#queuedBytes < GATHER_BYTES && this.#end === undefined) await this.#gather();
          yield this.#next();
        } else if (this.#end === undefined)
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        else if (this.#end.error !== undefined) throw this.#end.error;
        else return;
      }
    } finally {
      this.#abandoned = true;
      this.#queue.length = 0;
      this.#queuedBytes = 0;
      await this.stop();
    }
  }

  async stop(): Promise<LiveEnd> {
    if (this.#end !== undefined) return this.#end;
    this.#stopping = true;
    this.#child.stdout!.resume();
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MS);
    timer.unref();
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, GATHER_MS);
      this.#wake = () => {
        if (this.#queuedBytes >= GATHER_BYTES || this.#end !== undefined) done();
      };
    });
  }

  #take(data: Uint8Array): void {
    if (this.#abandoned) return;
    this.#queue.push(data);
    this.#queuedBytes += data.length;
    // While stopping everything is taken: the tool ends only when its last octets are read.
    if (this.#queuedBytes >= MAX_QUEUED_BYTES && !this.#stopping) this.#child.stdout!.pause();
    this.#ready();
    this.#wake();
  }

  /** The oldest octets: one read as it came, or several joined into one buffer that is used again. */
  #next(): Uint8Array {
    const first = this.#queue[0]!;
    if (this.#queue.length === 1 || first.length >= JOINED_BYTES) {
      this.#queue.shift();
      this.#released(first.length);
      return first;
    }
    this.#joined ??= new Uint8Array(JOINED_BYTES);
    let length = 0;
    let taken = 0;
    for (const part of this.#queue) {
      if (length + part.length > JOINED_BYTES) break;
      this.#joined.set(part, length);
      length += part.length;
      taken++;
    }
    this.#queue.splice(0, taken);
    this.#released(length);
    return this.#joined.subarray(0, length);
  }

  #released(bytes: number): void {
    this.#queuedBytes -= bytes;
    if (this.#queuedBytes < MAX_QUEUED_BYTES / 2) this.#child.stdout!.resume();
  }

  #read(text: string): void {
    const lines = (this.#partial + text).split(/\r?\n/);
    this.#partial = (lines.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
    for (const line of lines) {
      if (line === '') continue;
      this.#lines = [...this.#lines.slice(1 - MAX_KEPT_LINES), line.slice(0, MAX_LINE_CHARACTERS)];
      const event = parseCaptureStderr(line, this.request);
      if (event.kind === 'ready') this.#ready();
      else if (event.kind === 'error') this.#error ??= event.error;
      else if (event.kind === 'counters') {
        const { kind: _, ...counters } = event;
        this.#counters = { ...this.#counters, ...counters };
      }
    }
  }
}

const COUNTERS = [
  'received',
  'droppedByKernel',
  'droppedByInterface',
] as const satisfies readonly (keyof LiveCounters)[];

/** Sums over those that told. */
const sumOf = (all: readonly LiveCounters[]): LiveCounters => {
  const sums: { -readonly [name in keyof LiveCounters]: number } = {};
  for (const name of COUNTERS) {
    const told = all.map((counters) => counters[name]).filter((value) => value !== undefined);
    if (told.length > 0) sums[name] = told.reduce((sum, value) => sum + value, 0);
  }
  return sums;
};

const CLOCK: JoinClock = {
  nowMs: () => performance.now(),
  after: (ms) => {
    let timer: NodeJS.Timeout | undefined;
    const done = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    return { done, cancel: () => clearTimeout(timer) };
  },
};

/** Of an interface that could not be listened to yet. */
const failing = (error: OperatingError): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});

const pauseFor = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);

/**
 * Captures of several interfaces as one, in the order of time (`capture/join.ts`). One that fails is started again by itself while the
 * others go on; the whole has failed once all have.
 */
class JoinedCapture implements LiveCapture {
  readonly ended: Promise<LiveEnd>;
  readonly #options: LiveOptions;
  /** By interface, the latest of each. */
  readonly #captures: Map<string, OneCapture>;
  readonly #away = new Map<string, OperatingError>();
  /** What those told that were there before. */
  #before: LiveCounters = {};
  /** Nobody waits for an interface any more. */
  readonly #over = new AbortController();
  #isStopped = false;
  #end: LiveEnd | undefined;
  #settle: (end: LiveEnd) => void = () => undefined;

  /** `failed`: interfaces that could not be listened to yet, and why. */
  constructor(
    options: LiveOptions,
    captures: ReadonlyMap<string, OneCapture>,
    failed: ReadonlyMap<string, OperatingError>,
  ) {
    this.#options = options;
    this.#captures = new Map(captures);
    for (const [name, error] of failed) this.#away.set(name, error);
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const capture of captures.values()) this.#watch(capture);
  }

  #watch(capture: OneCapture): void {
    void capture.ended.then((end) => {
      const isAll = [...this.#captures.values()].every(({ hasEnded }) => hasEnded);
      if (this.#end !== undefined || !isAll) return;
      this.#over.abort();
      // Failed where all of them did: what one side still sees is half of a picture, but not none.
      this.#end = this.#isStopped ? { reason: 'stopped' } : end;
      this.#settle(this.#end);
    });
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  get away(): ReadonlyMap<string, OperatingError> {
    return this.#away;
  }

  get counters(): LiveCounters {
    return sumOf([this.#before, ...[...this.#captures.values()].map(({ counters }) => counters)]);
  }

  get dropped(): number | undefined {
    return droppedOf(this.counters);
  }

  get lines(): readonly string[] {
    return [...this.#captures.values()].flatMap(({ lines }) => lines);
  }

  askCounters(): void {
    for (const capture of this.#captures.values()) capture.askCounters();
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* joinCaptures(
        interfacesOf(this.#options.interface).map((name) => ({
          name,
          chunks: this.#captures.get(name)?.chunks() ?? failing(this.#away.get(name)!),
          again: (error) => this.#again(name, error),
        })),
        CLOCK,
      );
    } finally {
      await this.stop();
    }
  }

  async #again(name: string, error: unknown): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { signal } = this.#over;
    if (!(error instanceof OperatingError)) throw error;
    if (!signal.aborted) {
      this.#away.set(name, error);
      this.#options.onAway?.(this.#away);
    }
    const pause = this.#options.pause ?? pauseFor;
    for (let pauseMs = RESTART_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, MAX_RESTART_MS)) {
      await pause(pauseMs, signal);
      if (signal.aborted) break;
      const capture = await startOne({ ...this.#options, interface: name }).catch(() => undefined);
      if (capture === undefined) continue;
      if (signal.aborted) {
        await capture.stop();
        break;
      }
      this.#before = sumOf([this.#before, this.#captures.get(name)?.counters ?? {}]);
      this.#captures.set(name, capture);
      this.#watch(capture);
      this.#away.delete(name);
      this.#options.onAway?.(this.#away);
      return capture.chunks();
    }
    if (this.#isStopped) return undefined;
    throw error;
  }

  async stop(): Promise<LiveEnd> {
    if (this.#end === undefined) this.#isStopped = true;
    this.#over.abort();
    await Promise.all([...this.#captures.values()].map((capture) => capture.stop()));
    return this.ended;
  }
}

/** The interfaces of which one source is made: `eth1,eth2` are the two sides of a tap, or two mirrors. */
export const interfacesOf = (name: string): string[] => [...new Set(name.split(',').map((one) => one.trim()))];

/**
 * Starts a capture and waits until it listens. Throws `capture.tool-missing`, `capture.no-rights`,
 * `capture.unknown-interface`, `capture.interface-down`, `capture.interface-gone`, `capture.bad-filter` or `capture.stopped`.
 */
export const startLiveCapture = async (options: LiveOptions): Promise<LiveCapture> => {
  const names = interfacesOf(options.interface);
  if (names.length === 1) return startOne({ ...options, interface: names[0]! });
  const captures = new Map<string, OneCapture>();
  const failed = new Map<string, OperatingError>();
  for (const name of names)
    try {
      captures.set(name, await startOne({ ...options, interface: name }));
    } catch (error) {
      if (options.mayLack === true && error instanceof OperatingError && failed.size < names.length - 1) {
        failed.set(name, error);
        continue;
      }
      for (const capture of captures.values()) await capture.stop();
      throw error;
    }
  return new JoinedCapture(options, captures, failed);
};

const startOne = async (options: LiveOptions): Promise<OneCapture> => {
  const { filter } = options;
  let failure: OperatingError | undefined;
  for (const tool of options.tool === undefined ? CAPTURE_TOOLS : [options.tool]) {
    const request: LiveRequest = {
      tool,
      interface: options.interface,
      bufferMib: bufferMib(totalmem()),
      ...(filter === undefined ? {} : { filter }),
    };
    const { file, args } = liveCommand(request);
    const capture = new OneCapture((options.spawn ?? defaultSpawn)(file, args), request);
    await capture.untilReady();
    if (!capture.hasEnded) return capture;
    failure = (await capture.ended).error;
    // The other tool may be there, or have the rights that this one lacks.
    if (failure?.code !== 'capture.tool-missing' && failure?.code !== 'capture.no-rights') break;
  }
  throw failure!;
};
