/** Whether the session ended while a page is open: the page stays as it is, behind a door, until its person is back. */
import { useSyncExternalStore } from 'react';

let isOver = false;
const watchers = new Set<() => void>();

export const setSessionOver = (over: boolean): void => {
  isOver = over;
  for (const w of watchers) w();
};
export const useIsSessionOver = (): boolean =>
  useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => isOver,
  );
