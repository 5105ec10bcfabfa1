/** How `gatehouse start` ends when what it was given cannot be opened: one sentence, a documented exit code. */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { EXIT } from '../core/errors.ts';
import { report, writing } from './fail.ts';
import { inspect } from './inspect.ts';
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
  expect(await start([join(folder, 'none.pcap')], flags('a'))).toBe(EXIT.input);
  expect(said).toMatch(/^gatehouse: .*none\.pcap does not exist\. .*\[input\.not-found\]\n$/);
  expect(existsSync(join(folder, 'a'))).toBe(false);
});

it('ends when nothing that was named can be opened', async () => {
  expect(await start([junk, join(folder, 'none.pcap')], flags('b'))).toBe(EXIT.input);
  expect(said).toContain('junk.pcap is not a capture');
  expect(said).toContain('none.pcap does not exist');
}, 30_000);

it('says that there is nothing to see in a capture, and why, before it starts anything', async () => {
  const empty = join(folder, 'empty.pcap');
  writeFileSync(empty, pcapHeader({ linkType: 1 }));
  const wireless = join(folder, 'wireless.pcap');
  const record = pcapRecord({ tsUs: 1, bytes: new Uint8Array(60), wire: 60 }, { linkType: 105 });
  writeFileSync(wireless, Buffer.concat([pcapHeader({ linkType: 105 }), record]));
  expect(await start([empty, wireless], flags('e'))).toBe(EXIT.input);
  const [first, second] = said.split('\n');
  expect(first).toMatch(/empty\.pcap holds no frame\. .* \[input\.no-frames\]$/);
  expect(second).toMatch(/wireless\.pcap holds only frames of link type 105 \(IEEE 802\.11\).* \[input\.link-type\]$/);
  expect(existsSync(join(folder, 'e'))).toBe(false);
  said = '';
  expect(await inspect([wireless], { format: 'table' })).toBe(EXIT.input);
  expect(said).toMatch(/^gatehouse: .*wireless\.pcap holds only frames of link type 105/);
});

it.skipIf(process.platform === 'win32')('says that a folder may not be read before a console is offered', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o000 });
  const printed = vi.spyOn(process.stdout, 'write');
  // Nothing is kept from root.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    chmodSync(folder, 0o755);
    process.seteuid?.('nobody');
  }
  try {
    expect(await start([closed], flags('c'))).toBe(EXIT.input);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  expect(said).toMatch(/^gatehouse: .*closed cannot be read: permission denied\. .*\[input\.unreadable\]\n$/);
  expect(printed).not.toHaveBeenCalled();
  expect(existsSync(join(folder, 'c'))).toBe(false);
});

it.skipIf(process.platform === 'win32')('says how a pipe is handed over', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await start([pipe], flags('p'))).toBe(EXIT.input);
  expect(said).toMatch(/pipe is neither a file nor a folder\. Hand a pipe over as standard input/);
});

it('says that an interface cannot be heard before a console is offered', async () => {
  const printed = vi.spyOn(process.stdout, 'write');
  expect(await start([], { ...flags('i'), interface: ['nosuch0'] })).not.toBe(EXIT.ok);
  expect(said).toMatch(/^gatehouse: .*\[capture\.(unknown-interface|tool-missing|no-rights)\]\n$/);
  expect(printed).not.toHaveBeenCalled();
  expect(existsSync(join(folder, 'i'))).toBe(false);
}, 30_000);

it('refuses an address that others can reach, without TLS, before it starts anything', async () => {
  const error: unknown = await start([], { ...flags('h'), host: '0.0.0.0' }).catch((reason: unknown) => reason);
  expect(report(error)).toBe(EXIT.usage);
  expect(existsSync(join(folder, 'h'))).toBe(false);
});

it('says of a baseline that is not there that it does not exist', async () => {
  const baseline = { ...flags('c'), site: 'press 2', baseline: join(folder, 'none.json.gz') };
  await expect(start([], baseline)).rejects.toMatchObject({ code: 'input.not-found' });
});

it('says what is wrong with a baseline, and what to do', async () => {
  const baseline = { ...flags('c'), site: 'press 2', baseline: junk };
  const error: unknown = await start([], baseline).catch((reason: unknown) => reason);
  expect(report(error)).toBe(EXIT.input);
  expect(said).toMatch(/^gatehouse: The file is no baseline of Gatehouse\. .*\[input-invalid\]\n$/);
}, 30_000);

it('says what is wrong with a key or certificate before it starts anything', async () => {
  const error: unknown = await start([], { ...flags('t'), tlsKey: junk, tlsCert: junk }).catch(
    (reason: unknown) => reason,
  );
  expect(report(error)).toBe(EXIT.usage);
  expect(said).toMatch(/junk\.pcap are not a private key .* both as PEM .*\[usage\]\n$/);
  expect(existsSync(join(folder, 't'))).toBe(false);
});

it('does not let the name of a file steer the terminal', async () => {
  const name = join(folder, 'a\u001b[2Jb\u202ec.pcap');
  expect(await start([name], flags('n'))).toBe(EXIT.input);
  expect(said).toContain('a\u00b7[2Jb\u00b7c.pcap does not exist');
  expect(said.replace(/\n$/, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it('says that a file cannot be written', async () => {
  const path = join(folder, 'none', 'x');
  const error: unknown = await writing(path, async () => writeFileSync(path, '')).catch((reason: unknown) => reason);
  expect(report(error)).toBe(EXIT.store);
  expect(said).toContain(`Cannot write ${path}: ENOENT`);
});
