/**
 * One process per data folder. The lock file names its holder by process id, boot and process start time, so that the
 * lock of a process that died (or of another boot, or of a process id used again) is recognised and taken over.
 * @source start time: field 22 of /proc/[pid]/stat, proc(5)
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatingError } from '../core/errors.ts';

export interface LockHolder {
  readonly pid: number;
  /** Of this boot of the machine; '' where the system does not say. */
  readonly bootId: string;
  /** Clock ticks after boot when the process started; '' where the system does not say. */
  readonly startTicks: string;
  /** RFC 3339. */
  readonly since: string;
  /** Where its API answers; '' while it does not. */
  readonly url: string;
}

export interface FolderLock {
  /** Tells others where this process answers. */
  announce(url: string): void;
  release(): void;
}

/** A word that no other run of the program has. */
export const newSession = (): string => randomBytes(12).toString('hex');

/** More than one taker of a stale lock at once is rare; this often is tried before giving up. */
const ATTEMPTS = 5;

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EINVAL']);

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const bootId = (): string => readText('/proc/sys/kernel/random/boot_id').trim();

const startTicks = (pid: number): string => {
  const text = readText(`/proc/${pid}/stat`);
  // The command name stands in parentheses and may hold blanks and parentheses itself.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
};

/** The holder written in a folder's lock file, whether it lives or not. */
export const readLock = (folder: string): LockHolder | undefined => {
  try {
    const holder = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as Partial<LockHolder>;
    if (typeof holder.pid !== 'number') return undefined;
    return {
      pid: holder.pid,
      bootId: String(holder.bootId ?? ''),
      startTicks: String(holder.startTicks ?? ''),
      since: String(holder.since ?? ''),
      url: String(holder.url ?? ''),
    };
  } catch {
    return undefined;
  }
};

/** True when the process that wrote the lock is still running. */
export const holderLives = (holder: LockHolder): boolean => {
  const boot = bootId();
  if (boot !== '' && holder.bootId !== '' && boot !== holder.bootId) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const ticks = startTicks(holder.pid);
  return ticks === '' || holder.startTicks === '' || ticks === holder.startTicks;
};

/**
 * Takes the folder for this process; a second call in the same process is refused as well.
 * Throws `data-folder-in-use` (detail `url`: where the holder answers) or `store.unwritable`.
 */
export const lockFolder = (folder: string): FolderLock => {
  const path = join(folder, 'lock');
  const mine: LockHolder = {
    pid: process.pid,
    bootId: bootId(),
    startTicks: startTicks(process.pid),
    since: new Date().toISOString(),
    url: '',
  };
  // Written whole under another name first, then linked: nobody ever reads half a lock.
  const draft = join(folder, `lock.${randomBytes(6).toString('hex')}`);
  const write = (to: string, holder: LockHolder): void =>
    writeFileSync(to, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  /** Throws EEXIST where there is a lock. */
  const take = (from: string, to: string, holder: LockHolder): void => {
    try {
      linkSync(from, to);
    } catch (error) {
      // A stick or share whose file system has no links: then the file is begun under its name, which fails where it is there.
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      writeFileSync(to, `${JSON.stringify(holder)}\n`, { mode: 0o600, flag: 'wx' });
    }
    unlinkSync(from);
  };
  try {
    write(draft, mine);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        take(draft, path, mine);
        return {
          announce: (url) => {
            write(draft, { ...mine, url });
            renameSync(draft, path);
          },
          release: () => {
            if (readLock(folder)?.pid === process.pid) unlinkSync(path);
          },
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readLock(folder);
      if (holder !== undefined && holderLives(holder)) {
        throw new OperatingError('data-folder-in-use', { path: folder, pid: holder.pid, url: holder.url });
      }
      // Stale: moved away under a name of our own, so that of two takers only one removes it.
      const stale = `${draft}.stale`;
      try {
        renameSync(path, stale);
        unlinkSync(stale);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    throw new OperatingError('data-folder-in-use', { path: folder, pid: readLock(folder)?.pid ?? 0, url: '' });
  } catch (error) {
    try {
      unlinkSync(draft);
    } catch {
      // It was never written.
    }
    if (error instanceof OperatingError) throw error;
    throw new OperatingError('store.unwritable', { path: folder, detail: (error as Error).message }, { cause: error });
  }
};
