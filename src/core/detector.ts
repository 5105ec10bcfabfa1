/**
 * What a detector is: one folder in `detect/`, one line in its list. It hears the observations of one site in the order of
 * the wire and states findings. Time comes from the frames; it has no clock, no chance, no disk. What it learned it hands
 * over as text and takes back, so that a restart does not learn again.
 */
import type { EndpointId, EndpointView } from './endpoint.ts';
import type { Certainty, Finding, FindingKind, Part, Proof, Severity } from './finding.ts';
import type { Evidence } from './frame.ts';
import type { At, Command, Verb } from './observation.ts';
import type { Role } from './site.ts';
import type { SiteSink } from './site-model.ts';

/** The model card: shown in the console and in docs/reference/detectors.md. */
export interface ModelCard {
  /** What it notices, in a sentence. */
  readonly notices: string;
  readonly worksWhen: string;
  /** The honest part: when it is blind, late or wrong. */
  readonly failsWhen: string;
  /** Memory and time, with the limit that bounds it. */
  readonly cost: string;
  /** Paper or standard with year. */
  readonly source: string;
}

/** How far something has learned. `needed` is in the same unit as `seen` (hours, polls, sessions). */
export interface Learning {
  /** What is learned: a device, a conversation, a point, the site. */
  readonly of:
    | { readonly kind: 'site' }
    | { readonly kind: 'endpoint'; readonly endpoint: EndpointId }
    | {
        readonly kind: 'conversation';
        readonly client: EndpointId;
        readonly server: EndpointId;
        readonly protocol: string;
      }
    | { readonly kind: 'cell'; readonly cell: string }
    | { readonly kind: 'point'; readonly point: number };
  readonly seen: number;
  readonly needed: number;
  readonly unit: string;
  /** Why it is not armed although it saw enough: `does not predict later data well enough`; '' otherwise. */
  readonly unarmed: string;
}

/** What fills the braces of a finding's words. */
export type Parts = Readonly<Record<string, Part>>;

/** The statement as a detector makes it; the context adds id, evidence of the frame in hand, and folds episodes. */
export interface Statement {
  readonly kind: FindingKind;
  /** Who and what it is about beyond actor, target and point: statements of one kind with the same key are one episode. */
  readonly key: string;
  readonly actor?: EndpointId;
  readonly target: EndpointId;
  readonly point?: number;
  readonly points?: readonly number[];
  readonly protocol?: string;
  readonly verb?: Verb;
  readonly tsUs: number;
  /** Start of the episode where it began before it could be told. */
  readonly sinceUs?: number;
  /** Times it was seen since it was last stated; default 1. */
  readonly times?: number;
  readonly surprise: number;
  readonly certainty: Certainty;
  readonly severity?: Severity;
  readonly techniques?: readonly string[];
  readonly parts: Parts;
  /** Frames that show it, of the source that is being read; the context makes evidence of them. */
  readonly frames?: readonly number[];
  readonly evidence?: readonly Evidence[];
  readonly proof?: Proof;
  /** An episode ends when nothing more was stated for so long, microseconds. Default one hour. */
  readonly quietUs?: number;
}

/**
 * A statement of a kind that is made many times a second: its parts are asked for when the finding is taken, and of statements
 * that follow each other only those of the last. They must tell what was so when the statement was made.
 */
export interface FrequentStatement extends Omit<Statement, 'parts'> {
  readonly parts: () => Parts;
}

export interface DetectorContext {
  readonly endpoints: EndpointView;
  /** What the inventory believes the device to be; `unknown` while it does not know. Cheap: a table that is renewed now and then. */
  role(endpoint: EndpointId): Role;
  /** Purdue level, NaN where not known. */
  level(endpoint: EndpointId): number;
  /** True for group addresses (multicast, broadcast). */
  isGroup(endpoint: EndpointId): boolean;
  /** True where the address is outside of the plant's own networks (public). */
  isOutside(endpoint: EndpointId): boolean;
  /**
   * The endpoint that stands for the host: the first one with the same IP in the same network, so that a router that
   * fails over, or a replaced network card, makes no new client. What is learned is learned of it.
   */
  host(endpoint: EndpointId): EndpointId;
  /**
   * `host`, and of one that is seen behind a router's card the host with this IP that is seen directly, where there is exactly
   * one. It can change as more is seen: for comparing who is who now, not as the key of what is learned.
   */
  device(endpoint: EndpointId): EndpointId;
  /**
   * All hosts that are this device: seen directly, and from each side of the routers before it. From where a conversation
   * is looked at depends on which of its frames came first.
   */
  sides(endpoint: EndpointId): readonly EndpointId[];
  /** Family of a decoder: `ot`, `iiot`, `it`, `network`; '' where not known. */
  family(protocol: string): 'ot' | 'iiot' | 'it' | 'network' | '';
  /** What usually stands behind a port of `tcp` or `udp`, for people; '' where nothing is known. */
  portUse(transport: string, port: number): string;
  /** A flow's number that is unique over all sources of the site (`at.flow` is unique in its source only); -1 without. */
  flowKey(flow: number): number;
  /** True while the endpoint acts in an open finding worth a look (surprise .5 or more): what it does is not learned. */
  isSuspect(endpoint: EndpointId): boolean;
  /** Number of the point that these values belong to, 0 where there is none. The same as in the site model. */
  pointOf(target: EndpointId, protocol: string, area: string, address: number | string): number;
  /**
   * Whether what is seen now may be learned as usual. `learning` until the site has watched for its learning time (a day
   * of frame time unless set), then `watching`: then only what was not odd is learned.
   */
  readonly phase: 'learning' | 'watching';
  /**
   * When learning ended, frame time; Infinity while it learns. What began before is known, even where it is reported later
   * (a flow is reported when it ends, or once a minute).
   */
  readonly judgedFromUs: number;
  /** Frame time watched so far, gaps left out, and how much of it learning takes, microseconds. */
  readonly watchedUs: number;
  readonly learningTimeUs: number;
  /** Start of the learning of this site, frame time, microseconds; 0 before the first frame. */
  readonly sinceUs: number;
  /** Makes or prolongs an episode. */
  state(statement: Statement | FrequentStatement): void;
  /** Ends an open episode before its quiet time (the device came back). */
  end(kind: FindingKind, key: string, tsUs: number): void;
}

/**
 * The observations that detectors hear. `tick` comes about once a second of frame time. All are optional: hear only what you
 * need. `command` never gets the bulk, reads that were not refused and did not stay unanswered: those are `poll`.
 */
export type Hearing = Partial<
  Pick<SiteSink, 'command' | 'values' | 'value' | 'identity' | 'name' | 'session' | 'weird' | 'flow' | 'tick'> & {
    poll(at: At, command: Command): void;
  }
>;

export interface RunningDetector extends Hearing {
  /** What it has learned and what not yet, most important first; bounded. */
  learning(): readonly Learning[];
  /** A person says: this is normal from now on. Returns false where there is nothing to learn. */
  accept?(finding: Finding): boolean;
  /** All that was learned, as text (JSON); `load` of it continues as if nothing had happened. */
  save(): string;
  load(text: string): void;
}

export interface Detector {
  /** Name of its folder. */
  readonly name: string;
  readonly card: ModelCard;
  readonly kinds: readonly FindingKind[];
  create(context: DetectorContext): RunningDetector;
}
