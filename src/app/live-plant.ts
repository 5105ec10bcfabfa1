/**
 * The simulated plant as a live source: a stretch of history as fast as it can be read, so that what is usual is known,
 * then in step with the clock. Written as pcapng and read like any capture. Simulated, and said to be so wherever it shows.
 * It goes on while Gatehouse is stopped, as a real plant does: the same seed gives the same plant, so a later start plays what
 * happened since the plant began, attacks included, and shows what comes from then on.
 */
import { openPlant, PLANT_DEFAULTS } from '../../plant/network/index.ts';
import { pcapngChunks } from './plant.ts';

/** History before now: a day, in which shifts, the night and the daily jobs are seen once. */
export const HISTORY_US = 86_400_000_000;
/** A plant without history runs unseen for so long, so that its loops have settled. */
const WARM_UP_US = 1_800_000_000;
/** A plant that began longer ago begins anew: a day takes some 5 s of a processor to play. */
export const MAX_PLAYED_US = 14 * 86_400_000_000;
/** How far it lags behind the clock at most. */
const STEP_MS = 250;
const SECOND_US = 1_000_000;
/** Simulated time that is made at a stretch while history is read: the octets of one chunk. */
const STRETCH_US = 60 * SECOND_US;

/** All that a later start needs to come to the same plant. */
export interface PlantPast {
  readonly seed: number;
  /** Time 0 of the plant, microseconds since 1970. */
  readonly startUs: number;
  /** Attacks that were staged, in order: the plant's time of the beginning, and the length. */
  readonly staged: readonly { readonly tsUs: number; readonly minutes: number }[];
}

export interface LivePlant {
  readonly past: () => PlantPast;
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
  /** The plant of an earlier start: it goes on, and nothing from before now is handed out. */
  readonly past?: PlantPast | undefined;
  /** Hears of an attack once it has begun. */
  readonly onStaged?: (past: PlantPast) => void;
  /** Lets others run while what is not handed out is played. */
  readonly turn: () => Promise<void>;
  /** Resolves after so long, or at once when stopped. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Whether the plant of an earlier start can go on. */
const isPlayable = ({ startUs }: PlantPast, nowUs: number): boolean =>
  startUs <= nowUs && nowUs - startUs <= MAX_PLAYED_US;

export const livePlant = (options: LivePlantOptions): LivePlant => {
  const { nowUs, historyUs, wait, turn } = options;
  const abort = new AbortController();
  const beganUs = nowUs();
  const goesOn = options.past !== undefined && isPlayable(options.past, beganUs);
  const past: PlantPast = goesOn
    ? options.past!
    : {
        seed: options.seed ?? PLANT_DEFAULTS.seed,
        startUs: Math.floor((beganUs - Math.max(historyUs, WARM_UP_US)) / SECOND_US) * SECOND_US,
        staged: [],
      };
  const fromUs = past.startUs;
  const showsHistory = options.past === undefined && historyUs > 0;
  const shownUs = showsHistory ? fromUs : beganUs;
  const plant = openPlant({ seed: past.seed, startUs: fromUs, disturbances: false });
  const staged = [...past.staged];
  let played = 0;
  /** Minutes of an attack that begins where the plant has come to. */
  let wanted = 0;
  let reachedUs = fromUs;
  let live = false;
  /** It went with the clock once: what comes late after that is late, and no history that waits for anything. */
  let caughtUp = !showsHistory;
  let attackUntilUs = Math.max(0, ...staged.map(({ tsUs, minutes }) => tsUs + minutes * 60 * SECOND_US));
  const staging = (): 'learning' | 'ready' | 'running' =>
    !live ? 'learning' : reachedUs < attackUntilUs ? 'running' : 'ready';
  const now = (): PlantPast => ({ ...past, staged: [...staged] });
  /** What was staged at this very time begins; where the next was, it is not gone beyond. */
  const begin = (): number => {
    if (played < staged.length && staged[played]!.tsUs <= reachedUs) plant.stage(staged[played++]!.minutes);
    return staged[played]?.tsUs ?? Number.POSITIVE_INFINITY;
  };
  const batches = async function* (): AsyncGenerator<Uint8Array> {
    let head = true;
    while (!abort.signal.aborted) {
      if (wanted > 0) {
        staged.push({ tsUs: reachedUs, minutes: wanted });
        wanted = 0;
        options.onStaged?.(now());
      }
      const untilUs = Math.min(begin(), reachedUs < shownUs ? shownUs : Number.POSITIVE_INFINITY);
      const clockUs = nowUs();
      const targetUs = Math.min(clockUs, reachedUs + STRETCH_US, untilUs);
      if (targetUs <= reachedUs + (STEP_MS / 2) * 1000 && targetUs !== untilUs) {
        await wait(STEP_MS, abort.signal);
        continue;
      }
      const frames = plant.run(targetUs);
      if (targetUs <= shownUs) {
        for (const batch of frames) void batch;
        await turn();
      } else
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
    past: now,
    chunks: batches(),
    doneUs: () => reachedUs - fromUs,
    historyUs: Math.max(1, beganUs - fromUs),
    isLive: () => caughtUp,
    staging,
    stage: (minutes) => {
      if (staging() !== 'ready') return false;
      wanted = minutes;
      attackUntilUs = nowUs() + minutes * 60 * SECOND_US;
      return true;
    },
    stop: () => abort.abort(),
  };
};
