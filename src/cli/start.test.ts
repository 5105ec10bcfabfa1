/** How `gatehouse start` ends when what it was given cannot be opened: one sentence, a documented exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EXIT } from '../core/errors.ts';
import { report, writing } from './fail.ts';
import { start } from './start.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

const flags = (name: string) => ({ data: join(folder, name), port: '0', host: '127.0.0.1', open: false });
const junk = join(folder, 'junk.pcap');
writeFileSync(junk, 'no capture at all');

it('says that a file is missing before it starts anything', async () => {
  await expect(start([join(folder, 'none.pcap')], flags('a'))).rejects.toMatchObject({ exitCode: EXIT.input });
});

it('ends when nothing that was named can be opened', async () => {
  expect(await start([junk, join(folder, 'none.pcap')], flags('b'))).toBe(EXIT.input);
  expect(said).toContain('junk.pcap is not a capture');
  expect(said).toContain('none.pcap does not exist');
}, 30_000);

it('says what is wrong with a baseline, and what to do', async () => {
  const baseline = { ...flags('c'), site: 'press 2', baseline: junk };
  const error: unknown = await start([], baseline).catch((reason: unknown) => reason);
  expect(report(error)).toBe(EXIT.input);
  expect(said).toMatch(/^gatehouse: The file is no baseline of Gatehouse\. .*\[input-invalid\]\n$/);
}, 30_000);

it('says that a file cannot be written', async () => {
  const path = join(folder, 'none', 'x');
  const error: unknown = await writing(path, async () => writeFileSync(path, '')).catch((reason: unknown) => reason);
  expect(report(error)).toBe(EXIT.store);
  expect(said).toContain(`Cannot write ${path}: ENOENT`);
});
