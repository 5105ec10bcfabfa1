/**
 * What no frames may do: make a stage throw, take long, make memory grow, or leave something behind that cannot be shown, written
 * or read back. Frames go through everything that the product has in its engine: decoders, inventory, detectors, triage, the
 * rows for the store, what was learned as it is saved and brought back, messages as people read them.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inPlaceFitter } from '../src/app/detection/fitting.ts';
import {
  createSiteDetection,
  DEFAULT_DETECTION,
  learnedParts,
  loadLearned,
  NOTHING_STANDING,
} from '../src/app/detection/keep.ts';
import { LEARNER } from '../src/app/detection/learner.ts';
import type { SiteDetection } from '../src/app/detection/site-detection.ts';
import { createSiteRuntime, Pipeline, type SiteRuntime } from '../src/app/pipeline.ts';
import { leavesOf, meaningOf } from '../src/app/query/frame-fields.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { createSiteModel } from '../src/observe/index.ts';
import { siteBatch } from '../src/store/index.ts';
import { batchOf, type TestFrame } from './drive.ts';

/** Longest time for one frame that is not called a hang, milliseconds. */
export const MAX_FRAME_MS = 50;
/** Frames that are handed on and timed together: where all of them take less than one may, so does each. */
const TIMED_TOGETHER = 32;
/** Learning ends after a minute of frame time in every other site: detectors judge, and learn. */
const SHORT_LEARNING_HOURS = 1 / 60;
/** The product writes what changed every few seconds of a busy wire. */
const FRAMES_BETWEEN_SAVES = 8192;
/** What the site of so many frames may keep, MiB: its tables are bounded, one message must not fill them. */
const MAX_KEPT_MIB = 200;
/** Time to find the fewest frames, milliseconds; then those that are left are reported. */
const SHRINK_MS = 120_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Heap and array buffers once all is collected that nothing refers to: buffers are swept beside the program, until the next collection begins. */
export const memoryMib = (): number => {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
};

/** User and system time of this process, milliseconds. Others use the machine too: what is slow only by the wall is no hang. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export interface Circumstances {
  /** Frame time of learning is a minute, not a day. */
  readonly shortLearning?: boolean;
  /** Every message is also put into the words of people. */
  readonly words?: boolean;
}

/** A site with all that hears its frames. */
class Victim {
  readonly #runtime: SiteRuntime;
  readonly #pipeline: Pipeline;
  #model: SiteModel | undefined;
  #detection: SiteDetection | undefined;
  readonly #circumstances: Circumstances;
  /** Models of process cells are made by another thread in the product: not within the time of a frame. */
  readonly #fits: (() => void)[] = [];
  #given = 0;
  #savedAt = 0;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
    this.#runtime = createSiteRuntime((endpoints) => {
      this.#model = createSiteModel({ endpoints });
      this.#detection = this.#createDetection(this.#model, endpoints);
      return this.#detection.sink;
    });
    this.#pipeline = new Pipeline({
      source: 'capture',
      site: this.#runtime,
      ...(circumstances.words === true && {
        onMessage: (decoder, message) => {
          decoder.heading?.(message);
          const leaves = leavesOf(message);
          for (const path of leaves.keys()) meaningOf(decoder, leaves, path);
        },
      }),
    });
  }

  #createDetection(model: SiteModel, endpoints: SiteRuntime['endpoints']): SiteDetection {
    const inPlace = inPlaceFitter(LEARNER);
    const learningHours =
      this.#circumstances.shortLearning === true ? SHORT_LEARNING_HOURS : DEFAULT_DETECTION.learningHours;
    const settings = { ...DEFAULT_DETECTION, learningHours };
    const request: typeof inPlace.request = (wanted) => {
      let isWanted = true;
      this.#fits.push(() => {
        if (isWanted) inPlace.request(wanted);
      });
      return {
        before: 0,
        withdraw: () => {
          isWanted = false;
        },
      };
    };
    const fitter = { ...inPlace, request };
    return createSiteDetection(model, endpoints, { ...NOTHING_STANDING, settings }, { fitter });
  }

  /** Frame at which the last call threw. */
  get frame(): number {
    return this.#pipeline.decoding.frame;
  }

  /** Frames in one batch; milliseconds that it took. */
  give(frames: readonly TestFrame[]): number {
    const batch = batchOf(frames, this.#given + 1);
    this.#given += frames.length;
    const beganMs = performance.now();
    const beganCpuMs = cpuMs();
    this.#pipeline.handle(batch);
    const tookMs = Math.min(performance.now() - beganMs, cpuMs() - beganCpuMs);
    for (const make of this.#fits.splice(0)) make();
    if (this.#given - this.#savedAt >= FRAMES_BETWEEN_SAVES) this.#save();
    return tookMs;
  }

  #save(): void {
    this.#savedAt = this.#given;
    const samples = this.#model!.takeSamples();
    for (let more = true; more; ) {
      const taken = this.#model!.takeDirty(4096);
      siteBatch('site', 'capture', taken.rows, samples, 0);
      more = taken.more;
    }
    this.#detection!.collect();
    this.#detection!.takeUnsaved();
  }

  /** The source ends, the site is shown, written and brought back. */
  end(): void {
    this.#pipeline.finish();
    this.#save();
    const model = this.#model!;
    for (const { id } of model.assets()) model.facts(id);
    for (const look of ['conversations', 'commands', 'sessions', 'weirds', 'changes', 'networks', 'control'] as const)
      model[look]();
    this.#pipeline.health();
    this.#detection!.triage.picture();
    const again = this.#createDetection(createSiteModel(this.#runtime), this.#runtime.endpoints);
    loadLearned(again, learnedParts(this.#detection!, true));
    if (again.detection.unread.length > 0)
      throw new Error(`what ${again.detection.unread.join(', ')} saved is not read back`);
    again.feed.close();
    this.#detection!.feed.close();
  }
}

export type Verdict =
  | { readonly kind: 'fine'; readonly worstMs: number; readonly at: number }
  | { readonly kind: 'threw'; readonly error: Error; readonly at: number }
  | { readonly kind: 'slow'; readonly worstMs: number; readonly at: number }
  | { readonly kind: 'grew'; readonly keptMib: number; readonly at: number };

/** Times of single frames from `from` to before `to` in a fresh site, milliseconds. */
const timesOf = (frames: readonly TestFrame[], from: number, to: number, circumstances: Circumstances): number[] => {
  const victim = new Victim(circumstances);
  for (let i = 0; i < from; i += TIMED_TOGETHER) victim.give(frames.slice(i, Math.min(from, i + TIMED_TOGETHER)));
  return frames.slice(from, to).map((frame) => victim.give([frame]));
};

/** The slowest of some frames, of each the fastest of three times: what is slow only once was not its fault. */
const slowest = (frames: readonly TestFrame[], from: number, to: number, circumstances: Circumstances) => {
  let best: number[] = [];
  for (let again = 0; again < 3; again++) {
    const times = timesOf(frames, from, to, circumstances);
    best = best.length === 0 ? times : best.map((ms, i) => Math.min(ms, times[i]!));
    if (Math.max(...best) <= MAX_FRAME_MS) break;
  }
  const worstMs = Math.max(...best);
  return { worstMs, at: from + best.indexOf(worstMs) };
};

/** Feeds frames into a fresh site. `weighed`: what it keeps in memory is judged too. */
export const judged = (frames: readonly TestFrame[], circumstances: Circumstances = {}, isWeighed = false): Verdict => {
  let worst = { worstMs: 0, at: 0 };
  let victim: Victim | undefined;
  const before = isWeighed ? memoryMib() : 0;
  try {
    victim = new Victim(circumstances);
    const suspects: number[] = [];
    for (let i = 0; i < frames.length; i += TIMED_TOGETHER) {
      const tookMs = victim.give(frames.slice(i, i + TIMED_TOGETHER));
      if (tookMs > MAX_FRAME_MS) suspects.push(i);
      else if (tookMs > worst.worstMs) worst = { worstMs: tookMs, at: i };
    }
    victim.end();
    const keptMib = isWeighed ? memoryMib() - before : 0;
    if (keptMib > MAX_KEPT_MIB) return { kind: 'grew', keptMib, at: frames.length - 1 };
    victim = undefined;
    for (const from of suspects) {
      const found = slowest(frames, from, Math.min(frames.length, from + TIMED_TOGETHER), circumstances);
      if (found.worstMs > MAX_FRAME_MS) return { kind: 'slow', ...found };
      if (found.worstMs > worst.worstMs) worst = found;
    }
    return { kind: 'fine', ...worst };
  } catch (error) {
    return { kind: 'threw', error: error as Error, at: Math.max(0, (victim?.frame ?? 1) - 1) };
  }
};

/** The fewest frames that still fail in the same way: what follows is left out, then halves, then single frames. */
export const shrunk = (
  frames: readonly TestFrame[],
  verdict: Verdict,
  circumstances: Circumstances = {},
): readonly TestFrame[] => {
  const beganMs = performance.now();
  const fails = (some: readonly TestFrame[]): boolean =>
    some.length > 0 && judged(some, circumstances, verdict.kind === 'grew').kind === verdict.kind;
  let left = [...frames];
  // Most need no more than the frames right before.
  for (const before of [0, 100, 2000]) {
    const few = frames.slice(Math.max(0, verdict.at - before), verdict.at + 1);
    if (!fails(few)) continue;
    left = few;
    break;
  }
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < left.length && performance.now() - beganMs < SHRINK_MS; ) {
      const without = [...left.slice(0, from), ...left.slice(from + size)];
      if (fails(without)) left = without;
      else from += size;
    }
  return left;
};
