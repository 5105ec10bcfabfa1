/**
 * Pages of a site kept as octets in the server's thread: many consoles ask for the same page, and it is made once for each
 * version. While a source is read the engine's thread is busy and every pulse is a new version: the page at hand is then
 * given at once and made anew behind it, in a bounded share of the engine's time. What a person did is shown at once: the
 * pages that show it are forgotten, the others stay. When reading is over all pages that somebody looks at are made anew at
 * once, and nobody is told of the end before they are there: who knows of it never gets an older page.
 */
import { PATHS, type Topic } from '../api/index.ts';
import type { CallInput, Engine, EngineCall, EngineEvent } from './engine-contract.ts';

const WHO: readonly Topic[] = ['assets', 'flows', 'commands'];
const JUDGED: readonly Topic[] = ['alerts', 'incidents', 'process', 'detection', 'points', 'assets'];
/** Calls whose answer depends on the site alone, with the topics of which it shows something; without: of any. */
const WHOLE: ReadonlyMap<EngineCall, readonly Topic[] | undefined> = new Map<EngineCall, readonly Topic[] | undefined>([
  ['now', undefined],
  ['day', JUDGED],
  ['map', WHO],
  ['coverage', ['coverage', 'sources', 'assets']],
  ['assets', WHO],
  ['flows', WHO],
  ['commands', WHO],
  ['points', ['points', 'process', 'assets']],
  ['sessions', WHO],
  ['changes', WHO],
  ['weirds', WHO],
  ['sources', ['sources']],
  ['alerts', JUDGED],
  ['findings', JUDGED],
  ['incidents', JUDGED],
  ['cells', JUDGED],
  ['learning', JUDGED],
]);
/** What was found is shown as soon as it is told: these pages are waited for then, but for those made within `PAGE_MS`. */
const AT_ONCE: ReadonlySet<EngineCall> = new Set<EngineCall>(['alerts', 'findings', 'incidents']);
/**
 * Made ahead for sites that are read, when a source begins and when somebody asks which sites there are: what a console shows
 * first, then the lists as programs ask for them, so that whoever opens one finds its code and what lists share at hand.
 */
const FIRST: readonly [EngineCall, ...EngineCall[]] = [
  'now',
  'sources',
  'coverage',
  'map',
  'assets',
  'flows',
  'commands',
  'points',
];
/** Pages that nobody asked for yet wait so long for what the site learned to judge again. Milliseconds. */
const MAX_JUDGING_MS = 5000;
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
/** The end of reading and what changed with it come as several events; once more is enough for what came meanwhile. */
const LAST_ROUNDS = 2;
/** Calls beside the pages that say whether something is still read. */
const TELLS_THE_END: ReadonlySet<EngineCall> = new Set<EngineCall>(['sites']);

interface Page {
  readonly call: EngineCall;
  readonly input: CallInput;
  readonly site: string;
  octets: Promise<Uint8Array>;
  /** The version of the site that they show. */
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

export interface AheadOptions {
  /** First pages are made ahead when a source begins, not only when somebody asks which sites there are. */
  readonly whenSourcesBegin?: boolean;
}

const keyOf = (site: string, call: EngineCall, query: object): string => `${site} ${call} ${JSON.stringify(query)}`;

class PageCache {
  readonly #engine: Engine;
  readonly #whenSourcesBegin: boolean;
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
  /** Sites whose reading is over while their pages are made anew, with what happened there and was not told yet. */
  readonly #ending = new Map<string, { readonly held: EngineEvent[]; readonly over: Promise<void> }>();
  #isRenewing = false;
  #isAhead = false;

  constructor(engine: Engine, clock: PageClock, { whenSourcesBegin = false }: AheadOptions = {}) {
    this.#engine = engine;
    this.#whenSourcesBegin = whenSourcesBegin;
    this.#clock = clock;
    engine.onEvent((event) => {
      this.#note(event);
      const ending = this.#ending.get(event.data.site);
      if (ending === undefined) this.#tell(event);
      else ending.held.push(event);
    });
  }

  /** The answer of a call, as the engine gives it or as it gave it a moment ago. */
  bytes<C extends EngineCall>(call: C, input: CallInput<C>): Promise<Uint8Array> {
    if (call === 'sites') void this.#ahead();
    if (TELLS_THE_END.has(call))
      return this.#engine.bytes(call, input).then((octets) => this.ended().then(() => octets));
    const query = (input.query ?? {}) as { readonly q?: string; readonly limit?: number };
    const isKept = WHOLE.has(call) && (query.q ?? '') === '' && (query.limit ?? 0) <= MAX_KEPT_ROWS;
    if (!isKept) return this.#engine.bytes(call, input);
    const site = (input.params as { readonly site: string }).site;
    const key = keyOf(site, call, query);
    const nowMs = this.#clock.nowMs();
    const page = this.#pages.get(key);
    if (page !== undefined) {
      page.askedMs = nowMs;
      this.#pages.delete(key);
      this.#pages.set(key, page);
      if (page.version === this.#version(site)) return page.octets;
      if (this.#isBusy(site) && nowMs - page.madeMs < STALE_MS) {
        // One that is being made is waited for: it shows the site as it is when the engine comes to it.
        if (!page.isSettled) return page.octets;
        if (!this.#ending.has(site)) {
          this.#outdated.add(site);
          void this.#renew(site);
        }
        return page.octets;
      }
    }
    const fresh = this.#add(key, call, input, site);
    return fresh.octets;
  }

  #add(key: string, call: EngineCall, input: CallInput<EngineCall>, site: string): Page {
    const nowMs = this.#clock.nowMs();
    const page: Page = {
      call,
      input,
      site,
      octets: Promise.resolve(new Uint8Array()),
      version: 0,
      askedMs: nowMs,
      madeMs: nowMs,
      isSettled: false,
    };
    this.#make(key, page);
    if (this.#pages.size >= MAX_PAGES) this.#pages.delete(this.#pages.keys().next().value as string);
    this.#pages.set(key, page);
    return page;
  }

  /** Makes the first pages of sites that are read, where none is at hand: the very first now, the others when the site judges again. */
  async #ahead(): Promise<void> {
    if (this.#isAhead) return;
    this.#isAhead = true;
    for (const [site, sources] of this.#reading) {
      if (sources.size === 0) continue;
      const [first, ...others] = FIRST;
      await this.#makeAhead(site, [first]);
      await Promise.race([this.#engine.judging(site).catch(() => undefined), this.#clock.wait(MAX_JUDGING_MS)]);
      // All at once: the engine answers them between two slices of reading, and they share what it finds out for them.
      await this.#makeAhead(site, others);
    }
    this.#isAhead = false;
  }
  async #makeAhead(site: string, calls: readonly EngineCall[]): Promise<void> {
    const pages = calls.map((call) => {
      const key = keyOf(site, call, {});
      const page = this.#pages.get(key);
      if (page !== undefined && this.#clock.nowMs() - page.madeMs < STALE_MS) return page;
      const input = { params: { site }, query: {}, body: undefined, userId: '' } as unknown as CallInput<EngineCall>;
      return this.#add(key, call, input, site);
    });
    await Promise.allSettled(pages.map(({ octets }) => octets));
  }

  /** What the engine tells, and changes once more when pages of them were made anew. */
  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Nothing that was kept is shown again, but for what was made since. Monotonic milliseconds. */
  forget(sinceMs = Number.POSITIVE_INFINITY): void {
    for (const [key, page] of this.#pages) if (page.madeMs < sinceMs) this.#pages.delete(key);
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Resolves once pages show what was read to its end. */
  async ended(): Promise<void> {
    await Promise.all([...this.#ending.values()].map(({ over }) => over));
  }

  /** A person changed what these topics show, or anything: pages of it are not shown again. */
  #acted(site: string, topics: readonly Topic[]): void {
    for (const [key, page] of this.#pages) {
      const shows = WHOLE.get(page.call);
      const isOf = topics.length === 0 || shows === undefined || shows.some((topic) => topics.includes(topic));
      if (page.site === site && isOf) this.#pages.delete(key);
    }
  }

  #found(site: string): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, page] of this.#pages)
      if (page.site === site && AT_ONCE.has(page.call) && nowMs - page.madeMs >= PAGE_MS) this.#pages.delete(key);
  }

  #version(site: string): number {
    return this.#versions.get(site) ?? 0;
  }

  #isBusy(site: string): boolean {
    return this.#ending.has(site) || (this.#reading.get(site)?.size ?? 0) > 0;
  }

  #note(event: EngineEvent): void {
    const { site } = event.data;
    if (event.kind === 'acted') {
      this.#acted(site, event.data.topics);
      return;
    }
    if (event.kind === 'change') {
      this.#changes.set(`${site} ${event.data.topic}`, event);
      this.#versions.set(site, this.#version(site) + 1);
      if (event.data.topic === 'alerts') this.#found(site);
      return;
    }
    const { source, state } = event.data;
    const reading = this.#reading.get(site) ?? new Set<string>();
    this.#reading.set(site, reading);
    if (state === 'complete' || state === 'failed') {
      if (reading.delete(source) && reading.size === 0 && !this.#ending.has(site)) this.#end(site);
    } else if (!reading.has(source)) {
      reading.add(source);
      if (this.#whenSourcesBegin) void this.#ahead();
    }
  }

  /** Asks the engine; a failure is told to who asked and not kept. */
  #make(key: string, page: Page): Promise<unknown> {
    page.version = this.#version(page.site);
    page.madeMs = this.#clock.nowMs();
    page.octets = this.#engine.bytes(page.call, page.input);
    return page.octets.then(
      () => {
        page.isSettled = true;
      },
      () => {
        if (this.#pages.get(key) === page) this.#pages.delete(key);
      },
    );
  }

  #looked(site: string): (readonly [string, Page])[] {
    const sinceMs = this.#clock.nowMs() - FORGOTTEN_MS;
    return [...this.#pages].filter(([, page]) => page.site === site && page.isSettled && page.askedMs >= sinceMs);
  }

  /** Reading is over: pages at hand are given until those that show it are all there. */
  #end(site: string): void {
    if (this.#looked(site).length === 0) return;
    const held: EngineEvent[] = [];
    const make = async (): Promise<void> => {
      for (let round = 0; round < LAST_ROUNDS; round++) {
        // What else is told of the same end has come by then.
        await this.#clock.wait(0);
        const version = this.#version(site);
        const pages = this.#looked(site).filter(([, page]) => page.version !== version);
        const made = pages.map(([key, page]) => [key, page, { ...page, isSettled: false } as Page] as const);
        await Promise.all(made.map(([key, , next]) => this.#make(key, next)));
        for (const [key, page, next] of made) {
          // Forgotten meanwhile: somebody changed what it shows.
          if (this.#pages.get(key) !== page || !next.isSettled) continue;
          next.askedMs = page.askedMs;
          this.#pages.set(key, next);
        }
      }
    };
    const over = make().finally(() => {
      this.#ending.delete(site);
      for (const event of held) this.#tell(event);
    });
    this.#ending.set(site, { held, over });
  }

  /** Makes all pages of a site anew that somebody looks at. */
  async #renew(site: string): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const since = this.#clock.nowMs();
    this.#outdated.delete(site);
    // One after another: between two pages the engine reads on, and answers whoever waits for something else.
    for (const [key, page] of [...this.#pages]) {
      if (page.site !== site || !page.isSettled || since - page.askedMs > FORGOTTEN_MS) continue;
      const next: Page = { ...page, isSettled: false };
      await this.#make(key, next);
      // Meanwhile forgotten, given up or made anew by somebody who waited: this one is older.
      if (this.#pages.get(key) !== page || !next.isSettled) continue;
      next.askedMs = page.askedMs;
      this.#pages.set(key, next);
    }
    // On a wire that has just fallen silent nobody would ask again by himself.
    for (const [key, change] of this.#changes) if (key.startsWith(`${site} `)) this.#tell(change);
    await this.#clock.wait(Math.min(MAX_REST_MS, Math.max(PAGE_MS, REST * (this.#clock.nowMs() - since))));
    this.#isRenewing = false;
    const [next] = this.#outdated;
    if (next !== undefined) void this.#renew(next);
  }
}

/** The same engine with its pages kept. Calls that act say what they changed (`acted`); a new source changes anything. */
export const withPages = (engine: Engine, clock: PageClock, ahead?: AheadOptions): Engine => {
  const pages = new PageCache(engine, clock, ahead);
  const forgetting = <T>(done: Promise<T>): Promise<T> => done.finally(() => pages.forget());
  return {
    call: (...args) => engine.call(...args),
    bytes: (call, input) => {
      if (PATHS[call].startsWith('GET ')) return pages.bytes(call, input);
      return engine.bytes(call, input).catch((error: unknown) => {
        // How far it came is not known.
        pages.forget();
        throw error;
      });
    },
    framePcap: (...args) => engine.framePcap(...args),
    capture: (...args) => engine.capture(...args),
    uploadNames: (...args) => forgetting(engine.uploadNames(...args)),
    baselineFile: (...args) => engine.baselineFile(...args),
    importBaseline: (...args) => forgetting(engine.importBaseline(...args)),
    begin: (...args) => forgetting(engine.begin(...args)),
    accounts: () => engine.accounts(),
    changeAccounts: (change) => engine.changeAccounts(change),
    open: (...args) => {
      // Pages of the source that were made ahead stay.
      const sinceMs = pages.nowMs;
      return engine.open(...args).finally(() => pages.forget(sinceMs));
    },
    announce: (url) => engine.announce(url),
    versions: () => engine.versions(),
    onEvent: (listener) => pages.onEvent(listener),
    judging: (site) => engine.judging(site),
    settled: () => engine.settled().then(() => pages.ended()),
    close: () => engine.close(),
  };
};
