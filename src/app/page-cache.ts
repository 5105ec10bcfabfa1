/**
 * Pages of a site kept as text in the server's thread: many consoles ask for the same page, and it is made once for each
 * version. While a source is read the engine's thread is busy and every pulse is a new version: the page at hand is then
 * given at once and made anew behind it, in a bounded share of the engine's time.
 */
import { PATHS } from '../api/index.ts';
import type { CallInput, Engine, EngineCall, EngineEvent } from './engine-contract.ts';

/** Calls whose answer depends on the site alone. */
const WHOLE: ReadonlySet<EngineCall> = new Set<EngineCall>([
  'now',
  'map',
  'coverage',
  'assets',
  'flows',
  'commands',
  'points',
  'sessions',
  'changes',
  'weirds',
  'sources',
  'alerts',
  'findings',
  'incidents',
  'cells',
  'learning',
]);
/** Pages kept; the one that was not asked for the longest gives way. Lists only in small pages and without a filter. */
const MAX_PAGES = 40;
const MAX_KEPT_ROWS = 200;
/** While a source is read pages are made anew at most so often, milliseconds. */
const PAGE_MS = 1000;
/** After pages were made anew the engine has this many times as long for its own work. */
const REST = 4;
/** But at most so long: pages are made anew before they are too old to be given, also where the machine is busy. */
const MAX_REST_MS = 2500;
/** An older page is no answer: it is waited for. With what it was made from (`MAX_STILL_MS`) 15 s. Milliseconds. */
const STALE_MS = 10_000;
/** Pages that nobody asked for since this long are not made anew, milliseconds. */
const FORGOTTEN_MS = 10_000;

interface Page {
  readonly call: EngineCall;
  readonly input: CallInput;
  readonly site: string;
  text: Promise<string>;
  /** The version of the site that the text shows. */
  version: number;
  askedMs: number;
  /** When the engine was asked for it. */
  madeMs: number;
  isSettled: boolean;
}

export interface PageClock {
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export class PageCache {
  readonly #engine: Engine;
  readonly #clock: PageClock;
  readonly #pages = new Map<string, Page>();
  readonly #versions = new Map<string, number>();
  /** Sources that are being read, by site. */
  readonly #reading = new Map<string, Set<string>>();
  /** The last change of each topic of each site, to be told again. */
  readonly #changes = new Map<string, EngineEvent & { readonly kind: 'change' }>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  /** Sites of which somebody was given a page that was not the newest. */
  readonly #outdated = new Set<string>();
  #generation = 0;
  #isRenewing = false;

  constructor(engine: Engine, clock: PageClock) {
    this.#engine = engine;
    this.#clock = clock;
    engine.onEvent((event) => this.#note(event));
  }

  /** The answer of a call, as the engine gives it or as it gave it a moment ago. */
  call<C extends EngineCall>(call: C, input: CallInput<C>): Promise<string> {
    const query = (input.query ?? {}) as { readonly q?: string; readonly limit?: number };
    const isKept = WHOLE.has(call) && (query.q ?? '') === '' && (query.limit ?? 0) <= MAX_KEPT_ROWS;
    if (!isKept) return this.#engine.call(call, input);
    const site = (input.params as { readonly site: string }).site;
    const key = `${site} ${call} ${JSON.stringify(query)}`;
    const nowMs = this.#clock.nowMs();
    const page = this.#pages.get(key);
    if (page !== undefined) {
      page.askedMs = nowMs;
      this.#pages.delete(key);
      this.#pages.set(key, page);
      if (page.version === this.#version(site)) return page.text;
      if (this.#isBusy(site) && nowMs - page.madeMs < STALE_MS) {
        // One that is being made is waited for: it shows the site as it is when the engine comes to it.
        if (!page.isSettled) return page.text;
        this.#outdated.add(site);
        void this.#renew(site);
        return page.text;
      }
    }
    const fresh: Page = {
      call,
      input,
      site,
      text: Promise.resolve(''),
      version: 0,
      askedMs: nowMs,
      madeMs: nowMs,
      isSettled: false,
    };
    this.#make(key, fresh);
    if (this.#pages.size >= MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value as string);
    this.#pages.set(key, fresh);
    return fresh.text;
  }

  /** Hears of changes once more when pages of them were made anew. */
  onRenewed(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A person changed something: what was kept is not shown again. */
  forget(): void {
    this.#generation++;
    this.#pages.clear();
  }

  #version(site: string): number {
    return this.#versions.get(site) ?? 0;
  }

  #isBusy(site: string): boolean {
    return (this.#reading.get(site)?.size ?? 0) > 0;
  }

  #note(event: EngineEvent): void {
    const { site } = event.data;
    if (event.kind === 'change') {
      this.#changes.set(`${site} ${event.data.topic}`, event);
      this.#versions.set(site, this.#version(site) + 1);
      return;
    }
    const { source, state } = event.data;
    const reading = this.#reading.get(site) ?? new Set<string>();
    this.#reading.set(site, reading);
    if (state === 'complete' || state === 'failed') reading.delete(source);
    else reading.add(source);
  }

  /** Asks the engine; a failure is told to who asked and not kept. */
  #make(key: string, page: Page): Promise<unknown> {
    page.version = this.#version(page.site);
    page.madeMs = this.#clock.nowMs();
    page.text = this.#engine.call(page.call, page.input);
    return page.text.then(
      () => {
        page.isSettled = true;
      },
      () => {
        if (this.#pages.get(key) === page) this.#pages.delete(key);
      },
    );
  }

  /** Makes all pages of a site anew that somebody looks at. */
  async #renew(site: string): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const since = this.#clock.nowMs();
    const generation = this.#generation;
    this.#outdated.delete(site);
    // One after another: between two pages the engine reads on, and answers whoever waits for something else.
    for (const [key, page] of [...this.#pages]) {
      if (page.site !== site || !page.isSettled || since - page.askedMs > FORGOTTEN_MS) continue;
      const next: Page = { ...page, isSettled: false };
      await this.#make(key, next);
      const kept = this.#pages.get(key);
      if (generation !== this.#generation || kept === undefined || !next.isSettled) continue;
      next.askedMs = kept.askedMs;
      this.#pages.set(key, next);
    }
    // On a wire that has just fallen silent nobody would ask again by himself.
    for (const [key, change] of this.#changes)
      if (key.startsWith(`${site} `)) for (const listener of this.#listeners) listener(change);
    await this.#clock.wait(Math.min(MAX_REST_MS, Math.max(PAGE_MS, REST * (this.#clock.nowMs() - since))));
    this.#isRenewing = false;
    const [next] = this.#outdated;
    if (next !== undefined) void this.#renew(next);
  }
}

/** The same engine with its pages kept; calls that change something forget them. */
export const withPages = (engine: Engine, clock: PageClock): Engine => {
  const pages = new PageCache(engine, clock);
  const forgetting = <T>(done: Promise<T>): Promise<T> => done.finally(() => pages.forget());
  return {
    call: (call, input) =>
      PATHS[call].startsWith('GET ') ? pages.call(call, input) : forgetting(engine.call(call, input)),
    framePcap: (...args) => engine.framePcap(...args),
    capture: (...args) => engine.capture(...args),
    uploadNames: (...args) => forgetting(engine.uploadNames(...args)),
    baselineFile: (...args) => engine.baselineFile(...args),
    importBaseline: (...args) => forgetting(engine.importBaseline(...args)),
    begin: (...args) => forgetting(engine.begin(...args)),
    accounts: () => engine.accounts(),
    changeAccounts: (change) => engine.changeAccounts(change),
    open: (...args) => forgetting(engine.open(...args)),
    announce: (url) => engine.announce(url),
    versions: () => engine.versions(),
    onEvent: (listener) => {
      const stops = [engine.onEvent(listener), pages.onRenewed(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    settled: () => engine.settled(),
    close: () => engine.close(),
  };
};
