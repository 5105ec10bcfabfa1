/** What tests of the engine share. */
import type { LiveCapture } from './live-capture.ts';

/** A capture without a program behind it: it brings what `chunks` yields, and ends when it is stopped. */
export interface FakeCapture {
  readonly capture: LiveCapture;
  /** Resolves when it is stopped. */
  readonly stopped: Promise<void>;
  stops(): number;
}

export const fakeCapture = (
  chunks: (stopped: Promise<void>) => AsyncGenerator<Uint8Array> = async function* () {},
): FakeCapture => {
  let stops = 0;
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const capture: LiveCapture = {
    ended: stopped.then(() => ({ reason: 'stopped' })),
    hasEnded: false,
    counters: {},
    dropped: undefined,
    lines: [],
    away: new Map(),
    askCounters: () => undefined,
    chunks: () => chunks(stopped),
    stop: async () => {
      stops++;
      stop();
      return { reason: 'stopped' };
    },
  };
  return { capture, stopped, stops: () => stops };
};
