import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAMPLE_DEFAULTS } from '../plant/index.ts';
import { writeSample } from '../src/app/sample.ts';

/** Building and packing some 200 MB on a busy machine. */
const PACK_MS = 600_000;
let folder = '';
let home = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-offline-'));
  const packed = spawnSync(process.execPath, [join(import.meta.dirname, 'pack-offline.mjs'), '--out', folder], {
    encoding: 'utf8',
  });
  expect(packed.stderr).toContain('Unpack it');
  const archive = packed.stdout.trim();
  expect(readdirSync(folder)).toHaveLength(1);
  expect(spawnSync('tar', ['-xzf', archive, '-C', folder]).status).toBe(0);
  home = archive.replace(/\.tar\.gz$/, '');
}, PACK_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The packed command, where no other Node.js can be found. */
const gatehouse = (...args: string[]) => gatehouseIn({}, ...args);
const gatehouseIn = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  process.platform === 'win32'
    ? spawnSync('cmd.exe', ['/c', join(home, 'gatehouse.cmd'), ...args], { encoding: 'utf8', cwd: folder })
    : spawnSync(join(home, 'gatehouse'), args, {
        encoding: 'utf8',
        cwd: folder,
        env: { PATH: '/nonexistent', ...env },
      });

it('runs from the archive alone: its version, and a capture', { timeout: PACK_MS }, async () => {
  const version = gatehouse('version');
  expect(version.stderr).toBe('');
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  await writeSample(join(folder, 'sample.pcapng'), { ...SAMPLE_DEFAULTS, durationS: 60 });
  const seen = gatehouse('inspect', 'sample.pcapng');
  expect(seen.stderr).toBe('');
  expect(seen.status).toBe(0);
  expect(seen.stdout).toContain('CPU 315-2 PN/DP');
});

it.skipIf(process.platform === 'win32')('has one heap of the C library for all threads', () => {
  const telling = { NODE_OPTIONS: '--import=data:text/javascript,console.error(process.env.MALLOC_ARENA_MAX)' };
  expect(gatehouseIn(telling, 'version').stderr).toBe('1\n');
  expect(gatehouseIn({ ...telling, MALLOC_ARENA_MAX: '2' }, 'version').stderr).toBe('2\n');
});

it.skipIf(process.platform === 'win32')('serves the console with its store', { timeout: PACK_MS }, async () => {
  const child = spawn(join(home, 'gatehouse'), ['start', '--no-open', '--port', '0', '--data', join(folder, 'data')], {
    env: { PATH: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      const hear = (text: Buffer): void => {
        said += text.toString();
        const link = /(http:\/\/\S+)\/setup#/.exec(said);
        if (link) resolve(link[1]!);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
    });
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root">');
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
});

it('packs no development dependency and no package of another platform', () => {
  const packages = readdirSync(join(home, 'node_modules'));
  for (const name of ['typescript', 'vite', 'vitest', 'react', 'tsx']) expect(packages).not.toContain(name);
  const bindings = readdirSync(join(home, 'node_modules', '@duckdb')).filter((x) => /bindings-/.test(x));
  expect(bindings).toHaveLength(1);
});
