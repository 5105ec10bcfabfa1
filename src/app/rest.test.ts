import { expect, it } from 'vitest';
import { collectNow } from './heap.ts';
import { REST_AFTER_MS, Rest } from './rest.ts';

it('gives back once after work, when nothing was done for a while', async () => {
  let times = 0;
  const rest = new Rest(async () => void times++);
  const look = async (works: boolean, nowMs: number) => {
    await rest.look(works, nowMs);
    return times;
  };
  expect(await look(false, 10 * REST_AFTER_MS)).toBe(0);
  expect(await look(true, 11 * REST_AFTER_MS)).toBe(0);
  expect(await look(false, 12 * REST_AFTER_MS - 1)).toBe(0);
  expect(await look(false, 12 * REST_AFTER_MS)).toBe(1);
  expect(await look(false, 20 * REST_AFTER_MS)).toBe(1);
  expect(await look(true, 21 * REST_AFTER_MS)).toBe(1);
  expect(await look(false, 22 * REST_AFTER_MS)).toBe(2);
});

it('collects what nothing refers to', () => {
  const gone = new WeakRef(Array.from({ length: 1000 }, (_, i) => ({ i })));
  // In a turn of its own: what a turn has seen alive stays so until its end.
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    collectNow();
    expect(gone.deref()).toBeUndefined();
  });
});
