import { describe, expect, it } from 'vitest';
import type { Topic } from '../api/index.ts';
import type { CallInput, Engine, EngineCall, EngineEvent } from './engine-contract.ts';
import { type AheadOptions, withPages } from './page-cache.ts';

const input = { params: { site: 's' }, query: {}, body: undefined, userId: 'u' } as unknown as CallInput<never>;

/** An engine whose answers are made by hand, on a clock that stands still until it is moved. */
const setUp = (ahead?: AheadOptions) => {
  let nowMs = 0;
  const listeners = new Set<(event: EngineEvent) => void>();
  const tell = (event: EngineEvent) => {
    for (const listener of listeners) listener(event);
  };
  const asked: { readonly call: EngineCall; readonly answer: (text: string) => void; readonly fail: () => void }[] = [];
  const rests: (() => void)[] = [];
  let open: () => void = () => undefined;
  let judge: () => void = () => undefined;
  const judging = new Promise<void>((resolve) => {
    judge = resolve;
  });
  const restsMs: number[] = [];
  const engine = {
    bytes: (call: EngineCall) =>
      new Promise<Uint8Array>((resolve, reject) => {
        const answer = (text: string) => resolve(new TextEncoder().encode(text));
        asked.push({ call, answer, fail: () => reject(new Error('no')) });
      }),
    open: () =>
      new Promise<void>((resolve) => {
        open = resolve;
      }),
    judging: () => judging,
    onEvent: (f: (event: EngineEvent) => void) => {
      listeners.add(f);
      return () => listeners.delete(f);
    },
  } as unknown as Engine;
  const pages = withPages(
    engine,
    {
      nowMs: () => nowMs,
      wait: (ms) => {
        restsMs.push(ms);
        return new Promise((resolve) => rests.push(() => resolve(0)));
      },
    },
    ahead,
  );
  const decoder = new TextDecoder();
  return {
    pages,
    page: async (call: EngineCall) => decoder.decode(await pages.bytes(call, input)),
    act: (...topics: Topic[]) => tell({ kind: 'acted', data: { site: 's', topics } }),
    asked,
    open: () => open(),
    /** All that the site learned is back. */
    judge: () => judge(),
    rests,
    restsMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    change: (topic: Topic = 'now') => tell({ kind: 'change', data: { site: 's', topic, version: 2 } }),
    source: (state: 'reading' | 'complete') =>
      tell({ kind: 'progress', data: { site: 's', source: 'f', state } } as EngineEvent),
  };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('withPages', () => {
  it('makes a page once for each version', async () => {
    const { page, asked, change } = setUp();
    const both = [page('now'), page('now')];
    expect(asked.length).toBe(1);
    asked[0]!.answer('one');
    expect(await Promise.all(both)).toEqual(['one', 'one']);
    change();
    const next = page('now');
    asked[1]!.answer('two');
    expect(await next).toBe('two');
  });

  it('asks once for a page that is being made, however often the site changes meanwhile', async () => {
    const { page, asked, change, source } = setUp();
    source('reading');
    const first = page('now');
    change();
    const second = page('now');
    expect(asked.length).toBe(1);
    asked[0]!.answer('one');
    expect(await Promise.all([first, second])).toEqual(['one', 'one']);
  });

  it('waits for what was found while a source is read, but not for each finding anew', async () => {
    const { page, asked, change, source, pass } = setUp();
    source('reading');
    for (const call of ['alerts', 'assets'] as const) {
      const made = page(call);
      asked.at(-1)!.answer(`${call} before`);
      await made;
    }
    await settle();
    change('alerts');
    expect(await page('alerts')).toBe('alerts before');
    pass(1000);
    change('alerts');
    expect(await page('assets')).toBe('assets before');
    const found = page('alerts');
    expect(asked.at(-1)!.call).toBe('alerts');
    asked.at(-1)!.answer('alerts after');
    expect(await found).toBe('alerts after');
  });

  it('makes pages anew one after another, so that other questions come between', async () => {
    const { page, asked, change, source } = setUp();
    source('reading');
    const both = [page('now'), page('map')];
    for (const { answer } of asked) answer('one');
    await Promise.all(both);
    change();
    await Promise.all([page('now'), page('map')]);
    await settle();
    expect(asked.map(({ call }) => call)).toEqual(['now', 'map', 'map']);
    asked[2]!.answer('two');
    await settle();
    expect(asked.map(({ call }) => call)).toEqual(['now', 'map', 'map', 'now']);
  });

  it('waits for a new page where the one at hand is old, also while a source is read', async () => {
    const { page, asked, change, source, pass } = setUp();
    source('reading');
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    change();
    pass(60_000);
    const later = page('now');
    asked[1]!.answer('two');
    expect(await later).toBe('two');
  });

  it('gives the page at hand while a source is read, and makes it anew behind it', async () => {
    const { page, asked, rests, change, source, pass } = setUp();
    source('reading');
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    change();
    pass(2000);
    expect(await page('now')).toBe('one');
    expect(asked.length).toBe(2);
    // One renewal at a time, and a rest after it.
    expect(await page('now')).toBe('one');
    expect(asked.length).toBe(2);
    asked[1]!.answer('two');
    await settle();
    expect(await page('now')).toBe('two');
    change();
    pass(2000);
    expect(await page('now')).toBe('two');
    expect(asked.length).toBe(2);
    rests[0]!();
    await settle();
    await page('now');
    expect(asked.length).toBe(3);
  });

  it('rests longer after pages that took long, but not until they are too old to be given', async () => {
    const { page, asked, restsMs, change, source, pass, rests } = setUp();
    source('reading');
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    for (const [tookMs, restMs] of [
      [10, 1000],
      [500, 2000],
      [4000, 2500],
    ] as const) {
      change();
      await page('now');
      pass(tookMs);
      asked.at(-1)!.answer('next');
      await settle();
      expect(restsMs.at(-1)).toBe(restMs);
      rests.at(-1)!();
      await settle();
    }
  });

  it('tells what changed once more when pages were made anew, for a wire that falls silent', async () => {
    const { pages, page, asked, change, source } = setUp();
    const heard: string[] = [];
    const stop = pages.onEvent((event) => heard.push(event.kind));
    source('reading');
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    change();
    expect(await page('now')).toBe('one');
    const before = heard.length;
    asked[1]!.answer('two');
    await settle();
    expect(heard.slice(before)).toEqual(['change']);
    expect(await page('now')).toBe('two');
    expect(asked.length).toBe(2);
    stop();
  });

  it('waits for the truth once nothing is read any more', async () => {
    const { page, asked, change } = setUp();
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    change();
    const next = page('now');
    asked[1]!.answer('two');
    expect(await next).toBe('two');
  });

  it('gives the pages at hand after the end of reading until all of them show it, and tells nobody before', async () => {
    const { pages, page, asked, change, source, rests } = setUp();
    const heard: string[] = [];
    pages.onEvent(({ kind }) => heard.push(kind));
    source('reading');
    const both = [page('now'), page('map')];
    for (const { answer } of asked) answer('one');
    await Promise.all(both);
    change('sources');
    heard.length = 0;
    source('complete');
    change('assets');
    const sites = page('sites');
    asked[2]!.answer('nothing is read');
    let told = '';
    void sites.then((text) => {
      told = text;
    });
    expect(await page('now')).toBe('one');
    rests[0]!();
    await settle();
    expect(asked.slice(3).map(({ call }) => call)).toEqual(['map', 'now']);
    asked[3]!.answer('two');
    await settle();
    expect([await page('map'), await page('now'), told, heard]).toEqual(['one', 'one', '', []]);
    asked[4]!.answer('two');
    await settle();
    rests[1]!();
    await settle();
    expect([await page('map'), await page('now'), told]).toEqual(['two', 'two', 'nothing is read']);
    expect(heard).toEqual(['progress', 'change']);
    expect(asked.length).toBe(5);
  });

  it('shows what a person changed while the last pages are made', async () => {
    const { page, asked, change, source, rests, act } = setUp();
    source('reading');
    const first = page('flows');
    asked[0]!.answer('one');
    await first;
    change();
    source('complete');
    rests[0]!();
    await settle();
    act('flows');
    const next = page('flows');
    asked[1]!.answer('made before the change');
    asked[2]!.answer('after it');
    expect(await next).toBe('after it');
    await settle();
    rests[1]!();
    await settle();
    expect(await page('flows')).toBe('after it');
  });

  it('keeps what was made ahead of a source when the call that opened it comes back', async () => {
    const { pages, page, asked, source, open, judge } = setUp({ whenSourcesBegin: true });
    judge();
    const opening = pages.open({} as never, 'u');
    source('reading');
    asked[0]!.answer('now');
    await settle();
    for (const { call, answer } of asked) answer(call);
    open();
    await opening;
    expect(await page('map')).toBe('map');
    expect(asked.filter(({ call }) => call === 'map').length).toBe(1);
  });

  it('shows at once what a person changed, also when an older answer is still on its way', async () => {
    const { page, asked, change, source, pass, act } = setUp();
    source('reading');
    const first = page('now');
    asked[0]!.answer('one');
    await first;
    change();
    pass(2000);
    await page('now');
    act('alerts');
    const next = page('now');
    asked[1]!.answer('made before the change');
    await settle();
    asked[2]!.answer('after it');
    expect(await next).toBe('after it');
    expect(await page('now')).toBe('after it');
  });

  it('keeps the pages that an act does not show in, and forgets all where anything may look different', async () => {
    const { page, asked, source, act } = setUp();
    source('reading');
    for (const call of ['flows', 'alerts'] as const) {
      const first = page(call);
      asked.at(-1)!.answer(call);
      await first;
    }
    act('alerts', 'incidents', 'now');
    expect(await page('flows')).toBe('flows');
    expect(asked.length).toBe(2);
    const alerts = page('alerts');
    expect(asked.length).toBe(3);
    asked[2]!.answer('acknowledged');
    expect(await alerts).toBe('acknowledged');
    act();
    void page('flows');
    void page('alerts');
    expect(asked.slice(3).map(({ call }) => call)).toEqual(['flows', 'alerts']);
  });

  it('forgets everything when an act fails: how far it came is not known', async () => {
    const { page, asked, source } = setUp();
    source('reading');
    const first = page('flows');
    asked[0]!.answer('one');
    await first;
    const act = page('changeAsset');
    asked[1]!.fail();
    await expect(act).rejects.toThrow('no');
    void page('flows');
    expect(asked.length).toBe(3);
  });

  it('makes the first pages of a site that is read when somebody asks which sites there are', async () => {
    const { page, asked, source, judge } = setUp();
    judge();
    const quiet = page('sites');
    asked[0]!.answer('{}');
    await quiet;
    source('reading');
    void page('sites');
    await settle();
    for (let n = 1; n < 10; n++) {
      asked[n]!.answer(asked[n]!.call);
      await settle();
    }
    const first = ['now', 'sites', 'sources', 'coverage', 'map', 'assets', 'flows', 'commands', 'points'];
    expect(asked.slice(1).map(({ call }) => call)).toEqual(first);
    expect(await page('now')).toBe('now');
    expect(asked.length).toBe(10);
  });

  it('makes them when a source begins, and not again for each step of it: the others when the site judges again', async () => {
    const { asked, source, judge } = setUp({ whenSourcesBegin: true });
    source('reading');
    source('reading');
    const made = () => asked.map(({ call }) => call);
    expect(made()).toEqual(['now']);
    asked[0]!.answer('now');
    await settle();
    expect(made()).toEqual(['now']);
    judge();
    await settle();
    const first = ['now', 'sources', 'coverage', 'map', 'assets', 'flows', 'commands', 'points'];
    expect(made()).toEqual(first);
    source('reading');
    expect(made()).toEqual(first);
  });

  it('waits for a site that does not judge again for some seconds only', async () => {
    const { asked, source, rests, restsMs } = setUp({ whenSourcesBegin: true });
    source('reading');
    asked[0]!.answer('now');
    await settle();
    expect(restsMs).toEqual([5000]);
    rests[0]!();
    await settle();
    expect(asked.length).toBe(8);
  });

  it('keeps no failure', async () => {
    const { page, asked } = setUp();
    const first = page('now');
    asked[0]!.fail();
    await expect(first).rejects.toThrow('no');
    const next = page('now');
    asked[1]!.answer('one');
    expect(await next).toBe('one');
  });
});
