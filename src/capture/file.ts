/**
 * Capture files on disk: opened as a stream of large reused buffers with progress, hashed, and read again at one frame,
 * which is how evidence is shown. Reading ahead by one buffer keeps the disk busy while frames are decoded.
 */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { OperatingError } from '../core/errors.ts';

/** Octets of one read; two such buffers are in use for each open file. */
export const READ_BYTES = 524288;

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** What the operating system said about a path, as an error of the table. */
export const inputError = (path: string, cause: unknown): OperatingError => {
  if (cause instanceof OperatingError) return cause;
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new OperatingError('input.not-found', { path }, { cause });
  if (code === 'EISDIR') return new OperatingError('input.is-folder', { path }, { cause });
  const detail = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code === '' ? String(cause) : code;
  return new OperatingError('input.unreadable', { path, detail }, { cause });
};

export interface CaptureFile {
  readonly path: string;
  /** Size when it was opened. */
  readonly sizeBytes: number;
  /** Octets handed on so far (of the file, so compressed ones count as they lie there). */
  readonly bytesRead: number;
  /** SHA-256 of what was read, as hexadecimal; defined once the stream has ended and `hash` was asked for. */
  readonly sha256: string | undefined;
  /** The file's octets, once. A chunk is valid until the next one is asked for. Throws `input.unreadable`. */
  chunks(): AsyncGenerator<Uint8Array, void, void>;
  /** Closes a file whose chunks were never read; harmless afterwards. */
  close(): Promise<void>;
}

class OpenFile implements CaptureFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #hash: Hash | undefined;
  bytesRead = 0;
  sha256: string | undefined;
  #closed = false;

  constructor(path: string, handle: FileHandle, sizeBytes: number, hash: boolean) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
    this.#hash = hash ? createHash('sha256') : undefined;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const size = Math.max(4096, Math.min(READ_BYTES, this.sizeBytes));
    let current = new Uint8Array(size);
    let other = new Uint8Array(size);
    let pending = this.#handle.read(current, 0, size, null);
    // An abandoned read-ahead must not become an unhandled rejection; awaiting `pending` still throws.
    pending.catch(() => undefined);
    try {
      for (;;) {
        const { bytesRead } = await pending;
        if (bytesRead === 0) break;
        pending = this.#handle.read(other, 0, size, null);
        pending.catch(() => undefined);
        this.bytesRead += bytesRead;
        const chunk = current.subarray(0, bytesRead);
        this.#hash?.update(chunk);
        yield chunk;
        [current, other] = [other, current];
      }
      this.sha256 = this.#hash?.digest('hex');
    } catch (error) {
      throw inputError(this.path, error);
    } finally {
      await pending.catch(() => undefined);
      await this.close();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}

/** Opens a regular file, named pipe or device. Throws `input.not-found`, `input.is-folder`, `input.unreadable`. */
export const openCaptureFile = async (path: string, options: { hash?: boolean } = {}): Promise<CaptureFile> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new OperatingError('input.is-folder', { path });
    // Pipes and devices have no size; they are read in full buffers.
    return new OpenFile(path, handle, stat.isFile() ? stat.size : READ_BYTES, options.hash === true);
  } catch (error) {
    await handle?.close();
    throw inputError(path, error);
  }
};

/** SHA-256 of a file's content, hexadecimal: the identity of a source. Throws like `openCaptureFile`. */
export const hashFile = async (path: string): Promise<string> => {
  const file = await openCaptureFile(path, { hash: true });
  for await (const _ of file.chunks());
  return file.sha256!;
};
