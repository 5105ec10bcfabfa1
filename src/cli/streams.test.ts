/** What `inspect` says when its standard output cannot be written, or its standard input cannot be read. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { EXIT } from '../core/errors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'a.pcap');
const record = pcapRecord({ bytes: new Uint8Array(60).fill(1), tsUs: 1_700_000_000_000_000 }, { linkType: 1 });
writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), record]));

const run = (capture: string, stdin: number | 'ignore', stdout: number | 'ignore') => {
  const main = "import('./src/cli/main.ts').then((m) => m.run(['', ...process.argv.slice(1)]))";
  const args = ['--import', 'tsx', '-e', main, '--', 'gatehouse', 'inspect', capture];
  return spawnSync(process.execPath, args, { cwd: root, stdio: [stdin, stdout, 'pipe'], encoding: 'utf8' });
};

it.skipIf(!existsSync('/dev/full'))('says that the disk is full on which the list was to be', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = run(path, 'ignore', full);
  closeSync(full);
  expect(stderr).toMatch(/^gatehouse: Cannot write standard output: .*ENOSPC.*\[output\.unwritable\]\n$/);
  expect(status).toBe(EXIT.store);
});

it.skipIf(process.platform === 'win32')('says that a folder stands where a capture was to be read', () => {
  const stdin = openSync(folder, 'r');
  const { status, stderr } = run('-', stdin, 'ignore');
  closeSync(stdin);
  expect(stderr).toMatch(/^gatehouse: standard input is a folder, a file was expected\..*\[input\.is-folder\]\n$/);
  expect(status).toBe(EXIT.input);
});
