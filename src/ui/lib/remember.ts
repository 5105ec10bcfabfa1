/** A small choice that lasts in this browser. Private windows may refuse: it then lasts as long as the page. */
import { useCallback, useState } from 'react';

export const useRemembered = (key: string, start: string): [string, (value: string) => void] => {
  const [value, setValue] = useState(() => {
    try {
      return localStorage.getItem(`gatehouse.${key}`) ?? start;
    } catch {
      return start;
    }
  });
  const set = useCallback(
    (next: string) => {
      setValue(next);
      try {
        localStorage.setItem(`gatehouse.${key}`, next);
      } catch {
        // See above.
      }
    },
    [key],
  );
  return [value, set];
};
