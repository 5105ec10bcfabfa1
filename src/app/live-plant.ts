/**
 * The simulated plant as a live source: a stretch of history as fast as it can be read, so that what is usual is known,
 * then in step with the clock. Written as pcapng and read like any capture. Simulated, and said to be so wherever it shows.
 */
import { openPlant, PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { pcapngChunks } from './plant.ts';

/** History before now: a day, in which shifts, the night and the daily jobs are seen once. */
export const HISTORY_US = 86_400_000_000;
/** Before a later start the plant runs unseen for so long, so that its loops have settled. */
const WARM_UP_US = 1_800_000_000;
/** How far it lags behind the clock at most. */
const STEP_MS = 250;
const SECOND_US = 1_000_000;
/** Simulated time that is made at a stretch while history is read: the octets of one chunk. */
const STRETCH_US = 60 * SECOND_US;

export interface LivePlant {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Part of the history that was handed out, microseconds. */
  readonly doneUs: () => number;
  readonly historyUs: number;
  readonly isLive: () => boolean;
  /** Whether history is still read, an attack could begin, or one is running. */
  readonly staging: () => 'learning' | 'ready' | 'running';
  /** Begins an attack that is over in about so long; false unless `ready`. */
  stage(minutes: number): boolean;
  stop(): void;
}

export interface LivePlantOptions {
  readonly nowUs: () => number;
  /** 0: the site knows its history already. */
  readonly historyUs: number;
  readonly seed?: number;
  /** Resolves after so long, or at once when stopped. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

export const livePlant = (options: LivePlantOptions): LivePlant => {
  const { nowUs, historyUs, wait } = options;
  const abort = new AbortController();
  const fromUs = Math.floor((nowUs() - Math.max(historyUs, WARM_UP_US)) / SECOND_US) * SECOND_US;
  const shownUs = historyUs === 0 ? nowUs() : fromUs;
  const plant = openPlant({ seed: options.seed ?? PLANT_DEFAULTS.seed, startUs: fromUs, disturbances: false });
  let reachedUs = fromUs;
  let live = false;
  /** It went with the clock once: what comes late after that is late, and no history that waits for anything. */
  let caughtUp = false;
  let attackUntilUs = 0;
  const staging = (): 'learning' | 'ready' | 'running' =>
    !live ? 'learning' : nowUs() < attackUntilUs ? 'running' : 'ready';
  const batches = async function* (): AsyncGenerator<Uint8Array> {
    let head = true;
    while (!abort.signal.aborted) {
      const targetUs = Math.min(nowUs(), reachedUs + STRETCH_US);
      if (targetUs <= reachedUs + (STEP_MS / 2) * 1000) {
        await wait(STEP_MS, abort.signal);
        continue;
      }
      const frames = plant.run(targetUs);
      if (targetUs <= shownUs) for (const batch of frames) void batch;
      else
        for (const chunk of pcapngChunks(frames, 'Gatehouse simulated plant', head)) {
          yield chunk;
          head = false;
        }
      reachedUs = targetUs;
      live = nowUs() - reachedUs < STRETCH_US;
      caughtUp ||= live;
    }
  };
  return {
    chunks: batches(),
    doneUs: () => reachedUs - fromUs,
    historyUs: Math.max(1, nowUs() - fromUs),
    isLive: () => caughtUp,
    staging,
    stage: (minutes) => {
      if (staging() !== 'ready' || !plant.stage(minutes)) return false;
      attackUntilUs = nowUs() + minutes * 60 * SECOND_US;
      return true;
    },
    stop: () => abort.abort(),
  };
};
