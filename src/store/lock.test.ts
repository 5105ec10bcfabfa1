/** The lock of the data folder where the file system knows no links (exFAT sticks, some shares). */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { lockFolder, readLock } from './lock.ts';

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  linkSync: () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  },
}));

it('is taken, refused to a second one, and given back all the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-lock-'));
  try {
    const lock = lockFolder(folder);
    expect(readLock(folder)?.pid).toBe(process.pid);
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'data-folder-in-use' }));
    lock.announce('http://127.0.0.1:1');
    expect(readLock(folder)?.url).toBe('http://127.0.0.1:1');
    lock.release();
    lockFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
