/** What `npm start` finds in place: dependencies that somebody installed with npm alone are not installed again. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
let folder = '';
const at = (...path: string[]): string => join(folder, ...path);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-project-'));
  mkdirSync(at('tools'));
  mkdirSync(at('node_modules'));
  cpSync(join(root, 'tools', 'project.mjs'), at('tools', 'project.mjs'));
  // Stands in for npm: it only says that it was called.
  writeFileSync(at('npm.js'), "process.stdout.write('npm ' + process.argv.slice(2).join(' '))");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const one = { version: '1.0.0', integrity: 'sha512-one' };
const elsewhere = { version: '2.0.0', integrity: 'sha512-two', optional: true };
const LOCK = { '': { name: 'x' }, 'node_modules/one': one, 'node_modules/elsewhere': elsewhere };
const write = (file: string, packages: object): void =>
  writeFileSync(at(file), JSON.stringify({ lockfileVersion: 3, packages }));
const ensure = (): string =>
  execFileSync(process.execPath, ['-e', "import('./tools/project.mjs').then((m) => m.ensureDependencies())"], {
    cwd: folder,
    env: { ...process.env, npm_execpath: at('npm.js') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

describe('ensureDependencies', () => {
  beforeEach(() => write('package-lock.json', LOCK));

  it('installs where nothing is there, and once only', () => {
    expect(ensure()).toMatch(/^npm ci /);
    expect(ensure()).toBe('');
  });

  it('installs nothing after a plain npm ci, which leaves out what other platforms need', () => {
    write('node_modules/.package-lock.json', { 'node_modules/one': one });
    expect(ensure()).toBe('');
    expect(readFileSync(at('node_modules', '.gatehouse-lock'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another version', { 'node_modules/one': { ...one, version: '1.0.1' } }],
    ['other octets', { 'node_modules/one': { ...one, integrity: 'sha512-other' } }],
    ['one too few', { 'node_modules/elsewhere': elsewhere }],
    ['one too many', { 'node_modules/one': one, 'node_modules/three': one }],
  ])('installs where what is there is %s', (_, packages) => {
    write('node_modules/.package-lock.json', packages);
    expect(ensure()).toMatch(/^npm ci /);
  });

  it('installs again where the lock file changed since', () => {
    ensure();
    write('package-lock.json', { ...LOCK, 'node_modules/one': { ...one, version: '1.1.0' } });
    expect(ensure()).toMatch(/^npm ci /);
  });

  it('says that it failed, and leaves no mark', () => {
    writeFileSync(at('npm.js'), 'process.exit(7)');
    const done = spawnSync(
      process.execPath,
      ['-e', "import('./tools/project.mjs').then((m) => m.ensureDependencies())"],
      { cwd: folder, env: { ...process.env, npm_execpath: at('npm.js') }, encoding: 'utf8' },
    );
    expect(done.status).toBe(7);
    expect(done.stderr).toMatch(/npm ci failed \(exit code 7\)/);
    expect(existsSync(at('node_modules', '.gatehouse-lock'))).toBe(false);
  });
});

it.skipIf(process.platform === 'win32')('ends with npm, where npm alone is told to end', async () => {
  // The shell stands for npm; what it runs says that it lives, and how it was ended.
  const script = `import('./tools/project.mjs').then((m) => {
    process.on('SIGTERM', () => { process.stdout.write('told to end'); process.exit(0); });
    m.endWithParent(20);
    setInterval(() => undefined, 1000);
    process.stdout.write('runs, ');
  })`;
  const shell = spawn('sh', ['-c', `"$0" -e "$1"; true`, process.execPath, script], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const text of shell.stdout.setEncoding('utf8')) {
    said += text;
    if (said === 'runs, ') shell.kill('SIGKILL');
  }
  expect(said).toBe('runs, told to end');
});
