/** The clock of this computer for what is told as "5 min ago": one timer for all that show it, running while something does. */
import { useSyncExternalStore } from 'react';

/** What is told in minutes is not renewed by the second. */
const RENEW_MS = 10_000;

const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

const subscribe = (listener: () => void): (() => void) => {
  if (timer === undefined) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const tell of listeners) tell();
    }, RENEW_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** Milliseconds since 1970, renewed every ten seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs);
