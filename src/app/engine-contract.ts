/**
 * What the server and the command line know of the engine. It is the same whether the engine runs in this thread or in a
 * worker: every call is asynchronous, answers travel as JSON text (made where the data is, forwarded as they are), and
 * changes come as small events.
 */
import type {
  CaptureList,
  ChangeEvent,
  ProgressEvent,
  ROUTES,
  Static,
  Topic,
  TSchema,
  Uploaded,
} from '../api/index.ts';

/** Calls that the server answers itself, because they are about people and not about the plant. */
export const SERVER_CALLS = [
  'status',
  'setup',
  'login',
  'logout',
  'me',
  'changePassword',
  'users',
  'addUser',
  'changeUser',
] as const satisfies readonly (keyof typeof ROUTES)[];
export type ServerCall = (typeof SERVER_CALLS)[number];
export type EngineCall = Exclude<keyof typeof ROUTES, ServerCall>;

type Part<T, K extends string> = T extends Record<K, infer S extends TSchema> ? Static<S> : undefined;

/** What a call is given: parameters of the path, query and body as the contract says, and who asks. */
export interface CallInput<C extends EngineCall = EngineCall> {
  readonly params: Part<(typeof ROUTES)[C], 'params'>;
  readonly query: Part<(typeof ROUTES)[C], 'query'>;
  readonly body: Part<(typeof ROUTES)[C], 'body'>;
  /** User id, for the journal. */
  readonly userId: string;
}
export type CallAnswer<C extends EngineCall> = Static<(typeof ROUTES)[C]['response']>;

/** An answer that is not 2xx: the shape of the API's errors with its status. Plain data, so that it crosses threads. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly whatToDo: string;
  constructor(status: number, code: string, message: string, whatToDo: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
    this.whatToDo = whatToDo;
  }
}

/**
 * What moved. `acted`: a person changed something that these topics of the site show (without topics: anything may look
 * different); told before the act is answered, so that nobody is shown the page from before it.
 */
export type EngineEvent =
  | { readonly kind: 'acted'; readonly data: { readonly site: string; readonly topics: readonly Topic[] } }
  | { readonly kind: 'change'; readonly data: ChangeEvent }
  | { readonly kind: 'progress'; readonly data: ProgressEvent };

export interface UserRecord {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly passwordHash: string;
  /** `none` until second factors come; then what is enrolled. */
  readonly mfa: string;
  readonly disabled: boolean;
  readonly createdUs: number;
  readonly passwordChangedUs: number;
  readonly lastLoginUs: number;
}
export interface SessionRecord {
  /** SHA-256 of the cookie's token, hexadecimal. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly csrf: string;
  readonly createdUs: number;
  readonly lastUsedUs: number;
  readonly expiresUs: number;
}
export interface SetupTokenRecord {
  readonly tokenHash: string;
  readonly createdUs: number;
  readonly expiresUs: number;
  /** 0 while it was not used. */
  readonly usedUs: number;
}
export interface Accounts {
  readonly users: readonly UserRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly setupTokens: readonly SetupTokenRecord[];
}
export interface AccountChange {
  readonly putUsers?: readonly UserRecord[];
  readonly putSessions?: readonly SessionRecord[];
  readonly removeSessions?: readonly string[];
  readonly putSetupTokens?: readonly SetupTokenRecord[];
  readonly journal?: {
    readonly userId: string;
    readonly action: string;
    readonly subject: string;
    readonly detail: Readonly<Record<string, string | number | boolean>>;
  };
}

export type SourceRequest =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly name?: string;
      readonly site?: string;
    }
  | { readonly kind: 'folder'; readonly path: string; readonly site?: string }
  | { readonly kind: 'stream'; readonly name: string; readonly site?: string; readonly fd: number }
  | { readonly kind: 'live'; readonly interface: string; readonly site?: string }
  /** The simulated plant: `historyUs` of it at once, then live. `isAhead`: made when Gatehouse is built, and labelled so. */
  | { readonly kind: 'plant'; readonly historyUs?: number; readonly isAhead?: boolean };

export interface CaptureQuery {
  readonly q?: string;
  /** Only the row with this id. */
  readonly row?: string;
}

/** A pcapng file made of a selection; `isCut`: it holds the first frames only, and says so in its own comment. */
export interface CaptureFile {
  readonly bytes: Uint8Array;
  readonly isCut: boolean;
}

export interface Engine {
  /** JSON text of the call's answer. Throws RequestError. */
  call<C extends EngineCall>(call: C, input: CallInput<C>): Promise<string>;
  /** The same in UTF-8, to be sent as it is. Shared by all who ask for the page: never written to. */
  bytes<C extends EngineCall>(call: C, input: CallInput<C>): Promise<Uint8Array>;
  /** A frame with its neighbours as a pcap file. */
  framePcap(site: string, source: string, frame: number, around: number): Promise<Uint8Array>;
  /** The frames of conversations, or behind the rows of a list with its filter, as one pcapng file. */
  capture(site: string, list: CaptureList, query: CaptureQuery): Promise<CaptureFile>;
  /** An asset list that was uploaded; JSON text of NameUpload. */
  uploadNames(site: string, fileName: string, bytes: Uint8Array, userId: string): Promise<string>;
  /** A kept baseline as a file. */
  baselineFile(site: string, baseline: string): Promise<Uint8Array>;
  /** A baseline that was carried here; JSON text of BaselineRow. */
  importBaseline(site: string, bytes: Uint8Array, userId: string): Promise<string>;
  /** A new site of this name that goes on from a carried baseline, before it reads anything. */
  begin(site: string, baseline: Uint8Array, userId: string): Promise<void>;
  accounts(): Promise<Accounts>;
  /** Resolves after the commit. */
  changeAccounts(change: AccountChange): Promise<void>;
  /** Starts to read; resolves when it is known what it is (a file: after its content hash). */
  open(request: SourceRequest, userId: string): Promise<Uploaded>;
  /** Where this process answers, for others who want the data folder. */
  announce(url: string): Promise<void>;
  /** The version of each topic of each site now. */
  versions(): Promise<readonly ChangeEvent[]>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
  /** Resolves when all that the site learned is back and judges again; at once where nothing is away. */
  judging(site: string): Promise<void>;
  /** Resolves when no source is being read any more (files are complete); live sources do not count. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
