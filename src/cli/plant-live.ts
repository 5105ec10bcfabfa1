/**
 * `gatehouse plant --live`: parts of the simulated plant with third-party stacks, in a process of their own: this program
 * only watches. They are no part of what is shipped, so it works from a clone of the repository.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OperatingError } from '../core/errors.ts';
import { packageFolder } from './version.ts';

export const plantLive = async (): Promise<number> => {
  const main = join(packageFolder, 'tools', 'live-plant', 'main.ts');
  if (!existsSync(main))
    throw new OperatingError('usage', {
      detail: 'plant --live runs from a clone of the repository, which has the stacks',
    });
  const child = spawn(process.execPath, ['--import', 'tsx', main], { cwd: packageFolder, stdio: 'inherit' });
  // A signal of the terminal reaches the child by itself; it stops its stacks, and this program ends after it.
  const stop = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
};
