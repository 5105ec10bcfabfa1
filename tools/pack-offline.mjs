/**
 * `npm run pack:offline -- [--out FOLDER]`: one archive with everything that Gatehouse needs on a machine like this one
 * (same operating system and processor) without Node.js, network or administrator's rights: the built code, the console,
 * the dependencies of production, and Node.js itself. Nothing is downloaded: what is packed is what is installed here.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ARENAS } from '../bin/arenas.mjs';
import { ensureAll, root } from './project.mjs';

/** Node.js itself is some 100 MB; a distribution's small program with a shared libnode runs only where that library is. */
const MIN_NODE_BYTES = 30_000_000;

const fail = (text) => {
  throw new Error(text);
};

const SH = `#!/bin/sh
# Runs Gatehouse with the Node.js beside it.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=\${self%/*}/$link ;; esac
done
case $self in */*) here=\${self%/*} ;; *) here=. ;; esac
export MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX-${ARENAS.MALLOC_ARENA_MAX}}"
exec "$here/node" "$here/bin/gatehouse.mjs" "$@"
`;
const CMD = '@echo off\r\n"%~dp0node.exe" "%~dp0bin\\gatehouse.mjs" %*\r\n';

/** Folders of node_modules that production needs, by the lock file; those of other platforms are not installed. */
const productionFolders = () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = [];
  for (const [folder, entry] of Object.entries(lock.packages)) {
    if (folder === '' || entry.dev === true) continue;
    if (existsSync(join(root, folder))) folders.push(folder);
    else if (entry.optional !== true && entry.devOptional !== true) fail(`${folder} is not installed. Run: npm ci`);
  }
  return folders;
};

/** Types and source maps are for people who develop, and a third of the files. */
const wanted = (path) => !/\.(map|d\.[cm]?ts)$/.test(path);

const pack = async () => {
  const option = process.argv.indexOf('--out');
  const out = resolve(
    option > 0 ? (process.argv[option + 1] ?? fail('--out needs a folder')) : join(root, 'dist-offline'),
  );
  const windows = process.platform === 'win32';

  await ensureAll();
  if (statSync(process.execPath).size < MIN_NODE_BYTES)
    fail(`${process.execPath} needs shared libraries of this machine. Run this with a Node.js from https://nodejs.org`);

  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const name = `gatehouse-${version}-${process.platform}-${process.arch}`;
  const work = mkdtempSync(join(tmpdir(), 'gatehouse-pack-'));
  try {
    const home = join(work, name);
    const copy = (path, filter) => {
      const from = join(root, path);
      if (!existsSync(from)) fail(`${path} is missing; the archive would not be whole.`);
      mkdirSync(dirname(join(home, path)), { recursive: true });
      cpSync(from, join(home, path), { recursive: true, dereference: true, filter });
    };
    for (const path of ['bin', 'dist', 'data', 'package.json', 'LICENSE', 'README.md', 'CHANGELOG.md'])
      copy(path, wanted);
    for (const folder of productionFolders()) {
      // Packages nested in this one are entries of their own.
      const nested = join(root, folder, 'node_modules');
      copy(folder, (path) => path !== nested && wanted(path));
    }
    cpSync(process.execPath, join(home, windows ? 'node.exe' : 'node'), { dereference: true });
    if (windows) writeFileSync(join(home, 'gatehouse.cmd'), CMD);
    else {
      writeFileSync(join(home, 'gatehouse'), SH);
      chmodSync(join(home, 'gatehouse'), 0o755);
      chmodSync(join(home, 'node'), 0o755);
    }
    mkdirSync(out, { recursive: true });
    const archive = join(out, `${name}.tar.gz`);
    const tar = spawnSync('tar', ['-czf', archive, '-C', work, name], { stdio: ['ignore', 'inherit', 'inherit'] });
    if (tar.error)
      fail(`tar was not found (${tar.error.message}). It comes with Linux, macOS and Windows 10 and later.`);
    if (tar.status !== 0) {
      rmSync(archive, { force: true });
      fail(`tar ended with code ${tar.status}; nothing was packed.`);
    }
    const mb = (statSync(archive).size / 1e6).toFixed(0);
    process.stdout.write(`${archive}\n`);
    process.stderr.write(`${basename(archive)}: ${mb} MB. Unpack it and run ./gatehouse start\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

try {
  await pack();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
