import { expect, it } from 'vitest';
import { LastFrames } from './last-frames.ts';

it('gives the last frame of each, of the source that is read now only', () => {
  let source = 0;
  const last = new LastFrames({ flowKey: (flow) => flow + source });
  last.note(0, 7);
  last.note(300, 8);
  last.note(300, 9);
  expect(last.of([0, 1, 300, 5000])).toEqual([7, 9]);
  expect(last.of([0, 300], 1)).toEqual([7]);
  source = 2 ** 32;
  expect(last.of([0, 300])).toEqual([]);
  last.note(300, 1);
  expect(last.of([0, 300])).toEqual([1]);
});
