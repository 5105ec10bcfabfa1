/**
 * What every kind of source needs of `Sources`, and how a source begins: the seam between the queue of readings and the
 * kinds (files, folders, live interfaces, the simulated plant).
 */
import type { EvidenceRing } from '../capture/ring.ts';
import type { Source } from '../core/site.ts';
import { Decoding } from '../decode/index.ts';
import type { Store } from '../store/index.ts';
import type { startLiveCapture } from './live-capture.ts';
import type { LiveSite, SiteAround, SiteKind } from './live-site.ts';
import { createSiteRuntime } from './pipeline.ts';
import type { SourceRun } from './source-run.ts';

export interface SourcesOptions {
  readonly store: Store;
  readonly sites: Map<string, LiveSite>;
  readonly nowUs: () => number;
  readonly nowMs: () => number;
  /** '' when nothing is kept on disk. */
  readonly folder: string;
  readonly zone: string;
  readonly around: SiteAround;
  readonly onChange: (site: LiveSite) => void;
  /** A source of the site was read to its end; called before what it taught is written. */
  readonly onRead: (site: LiveSite) => Promise<void>;
  /** The site was emptied because its file is read anew: what people decided is to be said again. */
  readonly onForgotten: (site: LiveSite) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** For tests: the capturing program, and the pauses: before it is started again, of a folder and of the plant until there is more. */
  readonly startLive?: typeof startLiveCapture;
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const emptyHealth = (): Source['health'] => {
  const site = createSiteRuntime(() => ({}) as never);
  return new Decoding({ endpoints: site.endpoints, decoders: [], sink: site.sink }).snapshot();
};

/** A source that is being read. */
export interface Running {
  readonly site: LiveSite;
  readonly run: SourceRun;
  readonly startedMs: number;
  /** Octets of the input read so far; NaN where unknown. */
  readonly read: () => number;
  readonly size: number;
  readonly stop: () => void;
  readonly ring: EvidenceRing | undefined;
  /** Frames that were to be pinned and that the ring no longer had; never more than are wanted. */
  readonly lost: Set<number>;
}

/** What is read, and how; the octets come as they were written. */
export interface Input {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly read: () => number;
  /** NaN where the end is not known. */
  readonly size: number;
  readonly state: Source['state'];
  /** Frames at the beginning that were read before. */
  readonly skip?: number;
  readonly ring?: EvidenceRing | undefined;
  readonly stop?: () => void;
  readonly ownMacs?: readonly string[];
  readonly dropped?: () => number | undefined;
  readonly isLive?: () => boolean;
  readonly sides?: readonly string[];
  readonly onSilent?: (silent: ReadonlyMap<string, number>) => void;
}

export interface SourceWork {
  readonly options: SourcesOptions;
  readonly running: ReadonlyMap<string, Running>;
  /** Sources that are listened to or watched. */
  readonly live: () => number;
  readonly ring: () => Promise<EvidenceRing> | undefined;
  /** The site of a source: by its name where one was given, made where it is new. Throws `limit`. */
  readonly siteOf: (name: string | undefined, id: string, otherwise: string, kind: SiteKind) => Promise<LiveSite>;
  /** Writes that the source exists, with the journal. */
  readonly record: (site: LiveSite, source: Source, userId: string) => Promise<void>;
  /** Writes what is now said of a source. */
  readonly told: (site: LiveSite, source: Source) => Promise<void>;
  /** Reads to the end; a failure is the source's state. */
  readonly read: (site: LiveSite, source: Source, input: Input) => Promise<void>;
  /** The site begins again from nothing; what people decided is said again. */
  readonly forget: (site: LiveSite) => Promise<void>;
  /** Work beside the queue of files, until `stop` is called. */
  readonly goLive: (stop: () => void, work: () => Promise<void>) => void;
}

/** A source that nothing was read of yet. */
export const newSource = (
  { nowUs }: Pick<SourcesOptions, 'nowUs'>,
  site: LiveSite,
  change: Pick<Source, 'id' | 'kind' | 'name' | 'path'> & Partial<Source>,
): Source => ({
  site: site.id,
  sha256: '',
  state: 'waiting',
  error: '',
  progress: Number.NaN,
  startedUs: nowUs(),
  endedUs: 0,
  warnings: [],
  health: emptyHealth(),
  ...change,
});
