/**
 * Takes one source through its pipeline in slices, so that questions are answered while a file is read. A file waits for
 * nobody; a live source also lives through silence: it ticks, and says when it is blind.
 */
import { readCapture } from '../capture/reader.ts';
import { OperatingError } from '../core/errors.ts';
import type { FrameBatch } from '../core/frame.ts';
import type { Source } from '../core/site.ts';
import { framesAfter } from './frames-after.ts';
import { Pipeline, type SiteRuntime } from './pipeline.ts';
import { Rhythm, SideRhythm } from './rhythm.ts';
import { WireLag } from './wire-lag.ts';

/** Work at a stretch before others get their turn, milliseconds. */
export const SLICE_MS = 12;
/** A stream whose frames are no older than this is as good as live: it waits for nothing, and its silence and its end are told. */
export const RECENT_US = 120_000_000;

export interface RunOptions {
  readonly source: Source;
  readonly runtime: SiteRuntime;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly nowUs: () => number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Share read, NaN where unknown. */
  readonly progress: () => number;
  /** Lets others run; resolves soon. */
  readonly turn: () => Promise<void>;
  /** Resolves when models of process cells that were asked for are there; undefined where none is being made. */
  readonly settled?: () => Promise<void> | undefined;
  /** Frames at the beginning that were read before, by another run. */
  readonly skip?: number;
  readonly onFrames?: (batch: FrameBatch) => void;
  /** Hears of the first fault of our own; further ones are counted in the source's warning. */
  readonly onFault?: (error: unknown) => void;
  /** MAC addresses of the capture interface: frames from them must not exist (law 1) and are counted. */
  readonly ownMacs?: readonly string[];
  /** Asks the capturing program what it dropped; undefined while it has not said. Called every few seconds. */
  readonly dropped?: () => number | undefined;
  /** A source that first catches up: true once it goes with the clock. */
  readonly isLive?: () => boolean;
  /** Hears every second which interfaces are silent while others of the source speak: when each was heard last, 0 for never. */
  readonly onSilent?: (silent: ReadonlyMap<string, number>) => void;
  /** Interfaces that make the source, where there are several. */
  readonly sides?: readonly string[];
}

/** Seconds between two questions to the capturing program. */
const ASK_DROPPED_S = 5;

export class SourceRun {
  source: Source;
  readonly pipeline: Pipeline;
  readonly isLive: boolean;
  /** Frames handled so far, of this run. */
  frames = 0;
  /** Octets of frames handled so far. */
  bytes = 0;
  readonly #options: RunOptions;
  readonly #rhythm: Rhythm;
  readonly #lag = new WireLag();
  /** By interface, where there are several. */
  readonly #sides: ReadonlyMap<string, SideRhythm>;
  /** The same by the number that the interface has in the source. */
  readonly #sideOf: (SideRhythm | undefined)[] = [];
  #stopped = false;
  /** A stream into which somebody captures now. */
  #isFed = false;
  readonly #stop: Promise<void>;
  #wake: () => void = () => undefined;
  /** It was stopped before its end, or while it waited: then what it read last was not learned from. */
  isCut = false;
  #seconds = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    this.source = options.source;
    this.isLive = options.source.kind === 'live';
    this.pipeline = new Pipeline({
      source: options.source.id,
      site: options.runtime,
      ...(options.ownMacs && { ownMacs: options.ownMacs }),
    });
    this.#rhythm = new Rhythm(options.nowUs());
    this.#sides = new Map(options.sides?.map((name) => [name, new SideRhythm(options.nowUs())]));
    this.#stop = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Reads to the end. Never throws: a failure is the source's state. */
  async run(): Promise<void> {
    const { chunks, nowMs, nowUs, turn, onFrames, onFault, skip = 0 } = this.#options;
    let since = nowMs();
    try {
      for await (const read of readCapture(chunks, { name: this.source.name })) {
        if (this.#stopped) break;
        const event = read.kind === 'frames' ? framesAfter(read, skip) : read;
        if (event === undefined) continue;
        this.pipeline.handleAll(event, onFault);
        if (event.kind === 'frames') {
          this.frames += event.count;
          onFrames?.(event);
          if (this.isLive || this.#isStream) this.#heard(event);
        }
        await this.#settle();
        if (nowMs() - since >= SLICE_MS) {
          await turn();
          since = nowMs();
        }
      }
      await this.#finish();
    } catch (error) {
      // It was left before a single octet came: that says nothing about the input.
      if (this.#stopped && error instanceof OperatingError && error.code === 'input.empty') {
        await this.#finish();
        return;
      }
      this.pipeline.finish(onFault);
      const text =
        error instanceof OperatingError
          ? `${error.message} ${error.whatToDo}`
          : `Reading stopped: ${(error as Error).message}`;
      this.#update({ state: 'failed', error: text, endedUs: nowUs() });
    }
  }

  async #finish(): Promise<void> {
    const { nowUs, onFault } = this.#options;
    this.isCut = this.#stopped;
    this.pipeline.finish(onFault);
    await this.#settle();
    // What catches up and was stopped before it had is not whole: the plant's history is played again then.
    const isCut = this.#stopped && this.#options.isLive?.() === false;
    if (this.#isFed && !this.#stopped) {
      const { message, whatToDo } = new OperatingError('capture.stream-ended', { name: this.source.name });
      this.#update({ state: 'failed', error: `${message} ${whatToDo}`, endedUs: nowUs() });
      return;
    }
    this.#update({ state: 'complete', progress: isCut ? this.#options.progress() : 1, endedUs: nowUs() });
  }

  #heard(batch: FrameBatch): void {
    const nowUs = this.#options.nowUs();
    this.#rhythm.heard(nowUs);
    this.#lag.heard(batch.tsUs[batch.count - 1]!, nowUs);
    if (this.#sides.size === 0) return;
    for (const { index, name = '' } of this.pipeline.interfaces) this.#sideOf[index] ??= this.#sides.get(name);
    for (let i = 0; i < batch.count; i++) this.#sideOf[batch.interfaceIndex[i]!]?.heard(batch.tsUs[i]!);
  }

  /** Standard input and the like; what catches up says itself when it goes with the clock. */
  get #isStream(): boolean {
    return this.source.kind === 'stream' && this.#options.isLive === undefined;
  }

  /** Ends after the batch in hand. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /**
   * What is read faster than it happened waits while a model of a process cell is made, so that the same file gives the
   * same findings however fast models are made. What happens now never waits: its rows are judged late.
   */
  async #settle(): Promise<void> {
    const { settled, nowUs, isLive } = this.#options;
    if (this.isLive || isLive?.() === true) return;
    if (this.#isStream && nowUs() - this.pipeline.health().lastUs < RECENT_US) return;
    const waiting = settled?.();
    if (waiting === undefined) return;
    await Promise.race([waiting, this.#stop]);
    this.isCut ||= this.#stopped;
  }

  /** Called about once a second: time passes on a quiet wire, and silence is noticed. */
  second(): void {
    if (this.source.state === 'reading' && this.#options.isLive?.() === true)
      this.#update({ state: 'live', progress: 1 });
    if (this.source.state === 'complete' || this.source.state === 'failed') return;
    const nowUs = this.#options.nowUs();
    if (this.#isStream) {
      this.#isFed ||= nowUs - this.pipeline.health().lastUs < RECENT_US;
      // Its frames may lie in the buffer of the program that writes it: time passes only with them.
      if (this.#isFed) this.#update({ state: this.#rhythm.isBlind(nowUs) ? 'blind' : 'live' });
    }
    if (!this.isLive) return;
    if (this.#seconds++ % ASK_DROPPED_S === 0) {
      const dropped = this.#options.dropped?.();
      if (dropped !== undefined) this.pipeline.decoding.health.dropped = dropped;
    }
    const quietUntilUs = this.#lag.second(nowUs);
    if (quietUntilUs !== undefined) this.pipeline.tick(quietUntilUs, this.#options.onFault);
    const isBlind = this.#rhythm.isBlind(nowUs);
    this.#update({ state: isBlind ? 'blind' : 'live', behindUs: this.#lag.behindUs });
    if (this.#sides.size > 0) this.#options.onSilent?.(isBlind ? new Map() : this.#silent());
  }

  /** Interfaces that are silent by the time of the others' frames: what waits to be read is not silence. */
  #silent(): Map<string, number> {
    const { lastUs } = this.source.health;
    const silent = [...this.#sides].filter(([, side]) => side.isSilent(lastUs));
    return new Map(silent.map(([name, side]) => [name, side.lastUs]));
  }

  /** The source as it is now. */
  snapshot(): Source {
    const state = this.source.state;
    this.#update(state === 'reading' ? { progress: this.#options.progress() } : {});
    return this.source;
  }

  #update(change: Partial<Source>): void {
    const health = this.pipeline.health();
    this.bytes = health.bytes;
    this.source = { ...this.source, ...change, health, warnings: [...this.pipeline.warnings] };
  }
}
