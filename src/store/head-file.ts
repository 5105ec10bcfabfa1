/**
 * The last acknowledged row of the journal, kept beside the database: a log of the database that was cut, or a database of
 * an earlier day put in its place, opens as if later rows never were, and only a head outside of it shows that. Three blocks
 * of fixed size, each a line of JSON: two heads written in turn, so that a torn write spoils the newer one only, and what was
 * found missing. Nothing grows, so that a full disk does not keep it from being written.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatingError } from '../core/errors.ts';
import { canonicalJson, type JournalHead, type JournalLoss } from './journal.ts';

export const HEAD_FILE = 'journal-head';

/** Octets of a block: what disks write as one (512 at least). */
const BLOCK_BYTES = 512;
const HEADS = 2;
const FILE_BYTES = (HEADS + 1) * BLOCK_BYTES;

/** `tsUs`: when the row was acknowledged, wall clock, microseconds. */
export interface KeptHead extends JournalHead {
  readonly tsUs: number;
}
export interface HeadFileContent {
  /** Undefined where nothing was acknowledged yet, or both blocks are spoilt. */
  readonly head: KeptHead | undefined;
  /** The loss that was found last. */
  readonly loss: JournalLoss | undefined;
}

/** Eight octets are enough to tell a torn block from a whole one. */
const sumOf = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
const blockOf = (value: object): Buffer => {
  const text = JSON.stringify({ ...value, sum: sumOf(value) });
  return Buffer.from(`${text.padEnd(BLOCK_BYTES - 1)}\n`);
};
const readBlock = (block: string): unknown => {
  try {
    const { sum, ...value } = JSON.parse(block) as Record<string, unknown>;
    return sum === sumOf(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What the file says, of its whole text. Blocks that are torn or of no known form are as if they were not there. */
export const parseHeadFile = (text: string): HeadFileContent => {
  const block = (index: number) => readBlock(text.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES));
  const heads = Array.from({ length: HEADS }, (_, i) => block(i) as KeptHead | undefined);
  const newest = Math.max(0, ...heads.map((head) => head?.seq ?? 0));
  return { head: heads.find((head) => head?.seq === newest), loss: block(HEADS) as JournalLoss | undefined };
};

export class HeadFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #kept: KeptHead | undefined;
  /** The block that is written next: not the one that holds what is kept. */
  #next: number;

  private constructor(path: string, handle: FileHandle, text: string) {
    this.#path = path;
    this.#handle = handle;
    this.#kept = parseHeadFile(text).head;
    this.#next = parseHeadFile(text.slice(0, BLOCK_BYTES)).head?.seq === this.#kept?.seq ? 1 : 0;
  }

  /** Opens or makes the file. Throws `store.unwritable`, `store.full-disk`. */
  static async open(folder: string): Promise<HeadFile> {
    const path = join(folder, HEAD_FILE);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      const text = await handle.readFile('latin1');
      if (text.length < FILE_BYTES) {
        // Its room is taken now, and its name is on the disk before the first row is acknowledged.
        await handle.write(Buffer.alloc(FILE_BYTES - text.length, ' '), 0, FILE_BYTES - text.length, text.length);
        await handle.sync();
        await syncFolder(folder);
      }
      return new HeadFile(path, handle, text);
    } catch (error) {
      await handle?.close();
      throw writeError(path, error);
    }
  }

  get kept(): KeptHead | undefined {
    return this.#kept;
  }

  /** On the disk when it resolves. Throws `store.unwritable`, `store.full-disk`. */
  async keep({ seq, hash }: JournalHead, tsUs: number): Promise<void> {
    const head: KeptHead = { seq, hash, tsUs };
    await this.#write(this.#next, head);
    this.#next = (this.#next + 1) % HEADS;
    this.#kept = head;
  }

  /** What was found missing, for those who look while the database is not open. */
  tell(loss: JournalLoss): Promise<void> {
    return this.#write(HEADS, loss);
  }

  async #write(block: number, value: object): Promise<void> {
    try {
      await this.#handle.write(blockOf(value), 0, BLOCK_BYTES, block * BLOCK_BYTES);
      await this.#handle.datasync();
    } catch (error) {
      throw writeError(this.#path, error);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

const writeError = (path: string, cause: unknown): OperatingError => {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new OperatingError('store.full-disk', { path }, { cause })
    : new OperatingError('store.unwritable', { path, detail: message }, { cause });
};

/** A new name in a folder outlives a power cut only then; not every system can, and none needs it for files that were there. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};
