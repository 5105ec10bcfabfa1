/**
 * The file operations of the evidence ring, as an interface, so that tests can fill a disk or pull the plug. The real
 * ones are plain node:fs.
 */
import { mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** An open segment. Positions are explicit: there is no hidden file offset. */
export interface SegmentHandle {
  /** Writes all of `bytes` or throws (ENOSPC where the disk is full). */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Fills `target` from `position`; gives how many octets were there. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface RingFiles {
  /** Makes the folder where it is not there; what it lies in must be. */
  prepare(folder: string): Promise<void>;
  /** Names, sizes and times of the last write (wall clock) of all files in the folder, in any order. */
  list(folder: string): Promise<{ readonly name: string; readonly sizeBytes: number; readonly modifiedMs: number }[]>;
  /** `create` fails when the name exists. */
  open(folder: string, name: string, mode: 'create' | 'read'): Promise<SegmentHandle>;
  remove(folder: string, name: string): Promise<void>;
}

export const nodeRingFiles: RingFiles = {
  prepare: async (folder) => {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  },
  list: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return Promise.all(
      files.map(async ({ name }) => {
        const info = await stat(join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { name, sizeBytes: info.size, modifiedMs: info.mtimeMs };
      }),
    );
  },
  open: async (folder, name, mode) => {
    // Frames of a plant are confidential: readable by this user only.
    const handle = await open(join(folder, name), mode === 'create' ? 'wx' : 'r', 0o600);
    return {
      write: async (bytes, position) => {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      read: async (target, position) => {
        let done = 0;
        while (done < target.length) {
          const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return done;
      },
      close: () => handle.close(),
    };
  },
  remove: (folder, name) => unlink(join(folder, name)),
};
