import { describe, expect, it } from 'vitest';
import type { CallInput, Engine, EngineCall, EngineEvent } from './engine-contract.ts';
import { withPages } from './page-cache.ts';

const input = { params: { site: 's' }, query: {}, body: undefined, userId: 'u' } as unknown as CallInput<never>;

/** An engine whose answers are made by hand, on a clock that stands still until it is moved. */
const setUp = () => {
  let nowMs = 0;
  const listeners = new Set<(event: EngineEvent) => void>();
  const tell = (event: EngineEvent) => {
    for (const listener of listeners) listener(event);
  };
  const asked: { readonly call: EngineCall; readonly answer: (text: string) => void; readonly fail: () => void }[] = [];
  const rests: (() => void)[] = [];
  const restsMs: number[] = [];
  const engine = {
    call: (call: EngineCall) =>
      new Promise<string>((resolve, reject) => {
        asked.push({ call, answer: resolve, fail: () => reject(new Error('no')) });
      }),
    onEvent: (f: (event: EngineEvent) => void) => {
      listeners.add(f);
      return () => listeners.delete(f);
    },
  } as unknown as Engine;
  const pages = withPages(engine, {
    nowMs: () => nowMs,
    wait: (ms) => {
      restsMs.push(ms);
      return new Promise((resolve) => rests.push(() => resolve(0)));
    },
  });
  return {
    pages,
    asked,
    rests,
    restsMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    change: () => tell({ kind: 'change', data: { site: 's', topic: 'now', version: 2 } }),
    source: (state: 'reading' | 'complete') =>
      tell({ kind: 'progress', data: { site: 's', source: 'f', state } } as EngineEvent),
  };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('withPages', () => {
  it('makes a page once for each version', async () => {
    const { pages, asked, change } = setUp();
    const both = [pages.call('now', input), pages.call('now', input)];
    expect(asked.length).toBe(1);
    asked[0]!.answer('one');
    expect(await Promise.all(both)).toEqual(['one', 'one']);
    change();
    const next = pages.call('now', input);
    asked[1]!.answer('two');
    expect(await next).toBe('two');
  });

  it('asks once for a page that is being made, however often the site changes meanwhile', async () => {
    const { pages, asked, change, source } = setUp();
    source('reading');
    const first = pages.call('now', input);
    change();
    const second = pages.call('now', input);
    expect(asked.length).toBe(1);
    asked[0]!.answer('one');
    expect(await Promise.all([first, second])).toEqual(['one', 'one']);
  });

  it('makes pages anew one after another, so that other questions come between', async () => {
    const { pages, asked, change, source } = setUp();
    source('reading');
    const both = [pages.call('now', input), pages.call('map', input)];
    for (const { answer } of asked) answer('one');
    await Promise.all(both);
    change();
    await Promise.all([pages.call('now', input), pages.call('map', input)]);
    await settle();
    expect(asked.map(({ call }) => call)).toEqual(['now', 'map', 'map']);
    asked[2]!.answer('two');
    await settle();
    expect(asked.map(({ call }) => call)).toEqual(['now', 'map', 'map', 'now']);
  });

  it('waits for a new page where the one at hand is old, also while a source is read', async () => {
    const { pages, asked, change, source, pass } = setUp();
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    change();
    pass(60_000);
    const later = pages.call('now', input);
    asked[1]!.answer('two');
    expect(await later).toBe('two');
  });

  it('gives the page at hand while a source is read, and makes it anew behind it', async () => {
    const { pages, asked, rests, change, source, pass } = setUp();
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    change();
    pass(2000);
    expect(await pages.call('now', input)).toBe('one');
    expect(asked.length).toBe(2);
    // One renewal at a time, and a rest after it.
    expect(await pages.call('now', input)).toBe('one');
    expect(asked.length).toBe(2);
    asked[1]!.answer('two');
    await settle();
    expect(await pages.call('now', input)).toBe('two');
    change();
    pass(2000);
    expect(await pages.call('now', input)).toBe('two');
    expect(asked.length).toBe(2);
    rests[0]!();
    await settle();
    await pages.call('now', input);
    expect(asked.length).toBe(3);
  });

  it('rests longer after pages that took long, but not until they are too old to be given', async () => {
    const { pages, asked, restsMs, change, source, pass, rests } = setUp();
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    for (const [tookMs, restMs] of [
      [10, 1000],
      [500, 2000],
      [4000, 2500],
    ] as const) {
      change();
      await pages.call('now', input);
      pass(tookMs);
      asked.at(-1)!.answer('next');
      await settle();
      expect(restsMs.at(-1)).toBe(restMs);
      rests.at(-1)!();
      await settle();
    }
  });

  it('tells what changed once more when pages were made anew, for a wire that falls silent', async () => {
    const { pages, asked, change, source } = setUp();
    const heard: string[] = [];
    const stop = pages.onEvent((event) => heard.push(event.kind));
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    change();
    expect(await pages.call('now', input)).toBe('one');
    const before = heard.length;
    asked[1]!.answer('two');
    await settle();
    expect(heard.slice(before)).toEqual(['change']);
    expect(await pages.call('now', input)).toBe('two');
    expect(asked.length).toBe(2);
    stop();
  });

  it('waits for the truth once nothing is read any more', async () => {
    const { pages, asked, change, source } = setUp();
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    change();
    source('complete');
    const next = pages.call('now', input);
    asked[1]!.answer('two');
    expect(await next).toBe('two');
  });

  it('shows at once what a person changed, also when an older answer is still on its way', async () => {
    const { pages, asked, change, source, pass } = setUp();
    source('reading');
    const first = pages.call('now', input);
    asked[0]!.answer('one');
    await first;
    change();
    pass(2000);
    await pages.call('now', input);
    const done = pages.call('changeAsset', input);
    asked[2]!.answer('{}');
    await done;
    asked[1]!.answer('made before the change');
    await settle();
    const next = pages.call('now', input);
    asked[3]!.answer('after it');
    expect(await next).toBe('after it');
  });

  it('keeps no failure', async () => {
    const { pages, asked } = setUp();
    const first = pages.call('now', input);
    asked[0]!.fail();
    await expect(first).rejects.toThrow('no');
    const next = pages.call('now', input);
    asked[1]!.answer('one');
    expect(await next).toBe('one');
  });
});
