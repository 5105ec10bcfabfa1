import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAMPLE_DEFAULTS } from '../plant/index.ts';
import { writeSample } from '../src/app/sample.ts';

/** Building and packing some 200 MB on a busy machine. */
const PACK_MS = 300_000;
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
const gatehouse = (...args: string[]) =>
  process.platform === 'win32'
    ? spawnSync('cmd.exe', ['/c', join(home, 'gatehouse.cmd'), ...args], { encoding: 'utf8', cwd: folder })
    : spawnSync(join(home, 'gatehouse'), args, { encoding: 'utf8', cwd: folder, env: { PATH: '/nonexistent' } });

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

it('packs no development dependency and no package of another platform', () => {
  const packages = readdirSync(join(home, 'node_modules'));
  for (const name of ['typescript', 'vite', 'vitest', 'react', 'tsx']) expect(packages).not.toContain(name);
  const bindings = readdirSync(join(home, 'node_modules', '@duckdb')).filter((x) => /bindings-/.test(x));
  expect(bindings).toHaveLength(1);
});
