/**
 * Sets the project up, as far as needed and no further: dependencies when the lock file changed, the build when a source
 * changed. Plain JavaScript without dependencies, because it runs before there are any; no shell, so that it works on
 * Windows. A second call finds everything in place and takes a fraction of a second.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...p) => join(root, ...p);
const MINIMUM_NODE = [20, 19];

const say = (text) => process.stderr.write(`${text}\n`);

/** Runs a program of Node's own kind; ends this process with its code when it fails. */
export const run = (file, args, what) => {
  const done = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status === 0) return;
  say(`${what} failed (${done.error?.message ?? `exit code ${done.status}`}).`);
  process.exit(done.status ?? 1);
};

/** Like `run`, beside others. */
const running = (file, args, what) =>
  new Promise((done) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = (reason, code) => {
      say(`${what} failed (${reason}).`);
      process.exit(code);
    };
    child.on('error', (error) => ended(error.message, 1));
    child.on('exit', (code, signal) => (code === 0 ? done() : ended(signal ?? `exit code ${code}`, code ?? 1)));
  });

/** npm's own JavaScript: known when npm started us, otherwise beside node. */
const npmCli = () => {
  const candidates = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ];
  const found = candidates.find((c) => c?.endsWith('.js') && existsSync(c));
  if (found) return found;
  say('npm was not found beside Node.js. Run the command through npm: npm start');
  process.exit(1);
};

const stamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

export const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  say(`Gatehouse needs Node.js ${MINIMUM_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
};

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/**
 * What lies in node_modules is what the lock file names, by npm's own list of it, which npm writes when an installation is
 * complete: somebody ran `npm ci` by himself. Optional packages may be missing: those for other platforms are not installed.
 */
const isInstalled = () => {
  const list = at('node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const there = packagesOf(list);
  const wanted = packagesOf(at('package-lock.json'));
  const same = (name) => {
    const { version, integrity } = wanted[name] ?? {};
    return version !== undefined && there[name].version === version && there[name].integrity === integrity;
  };
  return (
    Object.keys(there).every(same) &&
    Object.keys(wanted).every((name) => name === '' || name in there || wanted[name].optional === true)
  );
};

export const ensureDependencies = () => {
  const hash = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  const mark = at('node_modules', '.gatehouse-lock');
  if (stamp(mark) === hash) return;
  if (isInstalled()) return writeFileSync(mark, hash);
  say('Installing dependencies (only when they changed) ...');
  run(npmCli(), ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  writeFileSync(mark, hash);
};

const walk = (folder, out) => {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, out);
    else out.push(path);
  }
  return out;
};

const hashOf = (paths) => {
  const hash = createHash('sha256');
  for (const path of paths) {
    const full = at(path);
    if (!existsSync(full)) continue;
    for (const file of statSync(full).isDirectory() ? walk(full, []) : [full]) {
      hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
};

/**
 * Builds what changed: `dist/src`, `dist/plant` (JavaScript of the server side), `dist/bundle` (the same joined with its
 * dependencies, which the command runs) and `dist/ui` (the console), both at the same time.
 */
export const ensureBuild = async () => {
  const vite = at('node_modules', 'vite', 'bin', 'vite.js');
  const common = ['package-lock.json', 'package.json'];
  const server = hashOf([
    ...common,
    'src',
    'plant',
    'bench',
    'data',
    'tsconfig.json',
    'tsconfig.build.json',
    'vite.server.config.ts',
  ]);
  const console = hashOf([...common, 'src/ui', 'src/api', 'src/core', 'src/lib', 'vite.config.ts']);
  mkdirSync(at('dist'), { recursive: true });
  const buildServer = async () => {
    say('Building the server ...');
    for (const old of ['src', 'plant', 'bench', 'data']) rmSync(at('dist', old), { recursive: true, force: true });
    await running(
      at('node_modules', 'typescript', 'bin', 'tsc'),
      ['-p', 'tsconfig.build.json'],
      'the build of the server',
    );
    const bundle = ['build', '--config', 'vite.server.config.ts', '--logLevel', 'warn'];
    await running(vite, bundle, 'the bundle of the server');
    writeFileSync(at('dist', '.server'), server);
  };
  const buildConsole = async () => {
    say('Building the console ...');
    await running(vite, ['build', '--logLevel', 'warn'], 'the build of the console');
    writeFileSync(at('dist', '.ui'), console);
  };
  await Promise.all([
    stamp(at('dist', '.server')) === server ? undefined : buildServer(),
    stamp(at('dist', '.ui')) === console ? undefined : buildConsole(),
  ]);
};

/** The day of the simulated plant that a first start begins with: made anew when the server changed. Takes minutes. */
export const ensurePlantDay = () => {
  const made = at('dist', 'plant-day', 'made-by');
  const server = stamp(at('dist', '.server'));
  if (stamp(made) === server) return;
  say('Making a day of the simulated plant, which first starts begin with (takes minutes) ...');
  run(at('bin', 'gatehouse.mjs'), ['plant-day', at('dist', 'plant-day'), '--stamp', server], 'the simulated day');
};

export const ensureAll = async () => {
  checkNode();
  ensureDependencies();
  await ensureBuild();
};

/**
 * Ends this process, as a person would end it, once the one that started it is gone: npm that is ended by itself leaves what it
 * runs behind, with the data folder and the port in use. Looks every `everyMs`.
 */
export const endWithParent = (everyMs = 1000) => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, everyMs).unref();
};
