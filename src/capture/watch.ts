/**
 * A folder that a recorder writes into, as a sequence of capture files in the order of their writing. The newest is read
 * while it grows; it is complete when a newer one exists or when it has not grown for a while. Time is injected, so that
 * a whole night of recording can be tested in a moment.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperatingError } from '../core/errors.ts';
import { u32le } from '../lib/bytes.ts';
import { inputError } from './file.ts';
import { isPcap } from './pcap/index.ts';
import { isPcapng } from './pcapng/index.ts';

/** Files of one folder that are looked at, oldest first; later ones wait until earlier ones are gone. */
export const MAX_FOLDER_FILES = 65_536;
const READ_BYTES = 1024 * 1024;

/** Time, passed in. `wait` resolves early when the signal is aborted. */
export interface WatchClock {
  now(): number;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface WatchOptions {
  readonly clock: WatchClock;
  /** How often to look. */
  readonly pollMs?: number;
  /** The newest file is complete after this long without growth. */
  readonly stableMs?: number;
  readonly signal?: AbortSignal;
  /** It was there a moment ago: where it cannot be read at first, it is waited for as later. */
  readonly isKnown?: boolean;
  /** The folder cannot be read any more (a share that went away), said once; undefined when it can again. */
  readonly onProblem?: (problem: OperatingError | undefined) => void;
}

export interface WatchedFile {
  readonly path: string;
  /** True when it was read before, ended as complete, and has changed since: it is read again from its start. */
  readonly again: boolean;
  /** The octets, following the file as it grows until it is complete. A chunk is valid until the next is asked for. */
  chunks(): AsyncGenerator<Uint8Array, void, void>;
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const byName = new Intl.Collator('en', { numeric: true });
const older = (a: Entry, b: Entry): number => a.modifiedMs - b.modifiedMs || byName.compare(a.name, b.name);

/** Names of files that may be captures. */
const listNames = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).filter((name) => !/^\.|\.(part|partial|tmp|lock)$/.test(name));
  } catch (error) {
    throw inputError(folder, error);
  }
};

/** Undefined for what is no regular file, and for one that is gone: a recorder's ring deleted it. */
const entryOf = async (folder: string, name: string): Promise<Entry | undefined> => {
  const path = join(folder, name);
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() === true ? { name, path, sizeBytes: info.size, modifiedMs: info.mtimeMs } : undefined;
};

/** Files that are asked for size and time at a time. */
const AT_A_TIME = 64;
/** Those that were written last are looked at every time: of tens of thousands it is they that grow. */
const NEWEST = 64;
/** All the others rest for so many times as long as a look at all of them took. */
const REST = 20;

/** Visible regular files of a folder, as of the last look. */
class FolderList {
  readonly #folder: string;
  readonly #now: () => number;
  /** By name, undefined for what is no regular file. */
  #known = new Map<string, Entry | undefined>();
  /** Oldest first; of the same time, by name with numbers as numbers. */
  entries: readonly Entry[] = [];
  /** When it was looked at last, and when all files are looked at again. */
  lookedMs = Number.NEGATIVE_INFINITY;
  #allMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** What is there now. Throws `input.not-found` and `input.unreadable`. */
  async look(): Promise<readonly Entry[]> {
    const names = await listNames(this.#folder);
    const sinceMs = this.#now();
    const isAll = sinceMs >= this.#allMs;
    const newest = new Set(this.entries.slice(-NEWEST).map(({ name }) => name));
    const asked = names.filter((name) => isAll || newest.has(name) || !this.#known.has(name));
    const fresh = new Map<string, Entry | undefined>();
    for (let i = 0; i < asked.length; i += AT_A_TIME) {
      const some = asked.slice(i, i + AT_A_TIME);
      const found = await Promise.all(some.map((name) => entryOf(this.#folder, name)));
      for (const [k, name] of some.entries()) fresh.set(name, found[k]);
    }
    this.#known = new Map(names.map((name) => [name, fresh.has(name) ? fresh.get(name) : this.#known.get(name)]));
    this.entries = [...this.#known.values()]
      .filter((entry) => entry !== undefined)
      .sort(older)
      .slice(0, MAX_FOLDER_FILES);
    this.lookedMs = this.#now();
    if (isAll) this.#allMs = this.lookedMs + REST * (this.lookedMs - sinceMs);
    return this.entries;
  }

  /** Is there a capture written after this one (or is this one gone)? */
  async hasNewer(name: string): Promise<boolean> {
    const own = await entryOf(this.#folder, name);
    if (own === undefined) return true;
    const isNewer = async (other: Entry): Promise<boolean> =>
      older(own, other) < 0 && (await looksLikeCapture(other.path)) === 'yes';
    // Mostly the one that was the last tells it.
    const last = this.entries.at(-1);
    const known = last === undefined || last.name === name ? undefined : await entryOf(this.#folder, last.name);
    if (known !== undefined && (await isNewer(known))) return true;
    // A folder that cannot be read now says nothing about the file that is open.
    for (const other of await this.look().catch(() => []))
      if (other.name !== name && (await isNewer(other))) return true;
    return false;
  }
}

/** Does it begin like a capture? `later` while it is too short to tell. */
const looksLikeCapture = async (path: string): Promise<'yes' | 'no' | 'later'> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const head = new Uint8Array(4);
    const { bytesRead } = await handle.read(head, 0, 4, 0);
    if (bytesRead < 4) return 'later';
    const packed = (head[0] === 0x1f && head[1] === 0x8b) || u32le(head, 0) === 0xfd2fb528;
    return packed || isPcap(head, 0) || isPcapng(head, 0) ? 'yes' : 'no';
  } catch {
    // Not readable yet (another owner until it is closed): looked at again when it changes.
    return 'later';
  } finally {
    await handle?.close();
  }
};

/**
 * Capture files of a folder, one after another, for ever (until the signal). Files that are not captures are passed
 * over. Each file's `chunks` must be read to the end, or abandoned, before the next is asked for. Throws
 * `input.not-found` and `input.unreadable` where the folder cannot be read at first; later it is waited for.
 */
export async function* watchFolder(folder: string, options: WatchOptions): AsyncGenerator<WatchedFile, void, void> {
  const { clock, signal } = options;
  const pollMs = options.pollMs ?? 1000;
  const stableMs = options.stableMs ?? 60_000;
  /** Files that were read or passed over, as they were then. Never longer than the folder's list. */
  const done = new Map<string, { sizeBytes: number; modifiedMs: number; read: boolean }>();
  const list = new FolderList(folder, () => clock.now());
  let isKnown = options.isKnown === true;
  let isGone = false;
  while (signal?.aborted !== true) {
    let entries: readonly Entry[];
    try {
      entries = await list.look();
    } catch (error) {
      if (!isKnown) throw error;
      if (!isGone) options.onProblem?.(inputError(folder, error));
      isGone = true;
      await clock.wait(pollMs, signal);
      continue;
    }
    if (isGone) options.onProblem?.(undefined);
    isKnown = true;
    isGone = false;
    const present = new Set(entries.map((entry) => entry.path));
    for (const path of done.keys()) if (!present.has(path)) done.delete(path);
    let read = false;
    for (const entry of entries) {
      const before = done.get(entry.path);
      if (before !== undefined && before.sizeBytes === entry.sizeBytes && before.modifiedMs === entry.modifiedMs)
        continue;
      const looks = await looksLikeCapture(entry.path);
      if (looks === 'later') continue;
      const mark = { sizeBytes: entry.sizeBytes, modifiedMs: entry.modifiedMs, read: looks === 'yes' };
      done.set(entry.path, mark);
      if (looks === 'no') continue;
      const chunks = (): AsyncGenerator<Uint8Array, void, void> =>
        follow(list, entry, { clock, pollMs, stableMs, signal }, (info) => {
          mark.sizeBytes = info.size;
          mark.modifiedMs = info.mtimeMs;
        });
      yield { path: entry.path, again: before?.read === true, chunks };
      read = true;
      // Others may have come meanwhile.
      if (clock.now() - list.lookedMs >= pollMs) break;
    }
    if (!read) await clock.wait(pollMs, signal);
  }
}

/** Is a file of the folder a capture, or too short to tell? Throws like `watchFolder`. */
export const hasCapture = async (folder: string): Promise<boolean> => {
  for (const name of await listNames(folder)) {
    const entry = await entryOf(folder, name);
    if (entry !== undefined && (await looksLikeCapture(entry.path)) !== 'no') return true;
  }
  return false;
};

interface FollowOptions {
  readonly clock: WatchClock;
  readonly pollMs: number;
  readonly stableMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Octets of a file until it is complete; `seen` hears what it was at the end. */
async function* follow(
  list: FolderList,
  { name, path }: Entry,
  options: FollowOptions,
  seen: (info: { size: number; mtimeMs: number }) => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { clock, pollMs, stableMs, signal } = options;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const buffer = new Uint8Array(READ_BYTES);
    let grewMs = clock.now();
    let position = 0;
    /** Known to be complete: read what is left, then end. */
    let complete = false;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead > 0) {
        position += bytesRead;
        grewMs = clock.now();
        yield buffer.subarray(0, bytesRead);
        continue;
      }
      const info = await handle.stat();
      // Truncated below what was read: the recorder began it anew, which the next look at the folder will see.
      if (complete || info.size < position || signal?.aborted === true) break;
      complete = clock.now() - grewMs >= stableMs || (await list.hasNewer(name));
      if (!complete) await clock.wait(pollMs, signal);
    }
    const info = await handle.stat();
    seen({ size: position, mtimeMs: info.size === position ? info.mtimeMs : -1 });
  } catch (error) {
    throw inputError(path, error);
  } finally {
    await handle?.close();
  }
}
