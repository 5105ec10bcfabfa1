import { describe, expect, it } from 'vitest';
import type { Source } from '../../core/site.ts';
import { readingText } from './overview.ts';

const reading = (...progress: number[]) => progress.map((p) => ({ state: 'reading', progress: p }) as Source);

describe('readingText', () => {
  it('says how far, of several sources the one that is furthest behind', () => {
    expect(readingText({ sources: () => reading(0.999, 0.437), playsHistory: false })).toBe(
      'A source is still being read: 43 %.',
    );
  });

  it('says what the simulated plant does before it is live', () => {
    expect(readingText({ sources: () => reading(0.43), playsHistory: true })).toBe(
      'Learning from the day before: 43 %.',
    );
  });

  it('claims no part of a stream, whose end nobody knows, and nothing where nothing is read', () => {
    expect(readingText({ sources: () => reading(Number.NaN), playsHistory: false })).toBe(
      'A source is still being read.',
    );
    const complete = { state: 'complete', progress: 1 } as Source;
    expect(readingText({ sources: () => [complete], playsHistory: false })).toBe('');
  });
});
