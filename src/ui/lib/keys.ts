/** Keyboard: one listener per use; silent while somebody types. `?` shows what there is. */
import { useEffect, useRef } from 'react';

/** A box that was just ticked takes no letters: the list around it goes on hearing them. */
const typing = (e: KeyboardEvent): boolean => {
  const t = e.target as HTMLElement | null;
  if (t === null || (t instanceof HTMLInputElement && t.type === 'checkbox')) return false;
  return t.isContentEditable || t.tagName === 'INPUT' || t.tagName === 'TEXTAREA' || t.tagName === 'SELECT';
};
export const dialogIsOpen = (): boolean => document.querySelector('[role="dialog"]') !== null;

/** `keys`: KeyboardEvent.key -> action. Ignored while typing, with Ctrl/Meta/Alt, or (unless `inDialog`) while a dialog is open. */
export const useKeys = (keys: Readonly<Record<string, (e: KeyboardEvent) => void>>, inDialog = false): void => {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || (!inDialog && dialogIsOpen())) return;
      const action = latest.current[e.key];
      if (action === undefined) return;
      e.preventDefault();
      action(e);
    };
    window.addEventListener('keydown', on);
    return () => window.removeEventListener('keydown', on);
  }, [inDialog]);
};

const NEVER = Number.NEGATIVE_INFINITY;

/** Two keys after another within a second: `g` then the page's letter. */
export const useSequence = (first: string, next: Readonly<Record<string, () => void>>): void => {
  // Times count from the loading of the page: 0 would make its first second look as if the first key was just hit.
  const since = useRef(NEVER);
  const latest = useRef(next);
  latest.current = next;
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || dialogIsOpen()) return;
      if (e.timeStamp - since.current < 1000 && latest.current[e.key] !== undefined) {
        since.current = NEVER;
        e.preventDefault();
        e.stopImmediatePropagation();
        latest.current[e.key]?.();
      } else if (e.key === first) since.current = e.timeStamp;
      else since.current = NEVER;
    };
    window.addEventListener('keydown', on, true);
    return () => window.removeEventListener('keydown', on, true);
  }, [first]);
};
