#!/usr/bin/env node
// The command: the bundle of what was built, which starts fastest; otherwise a sentence that says how to build it.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beginWithOneArena } from './arenas.mjs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Gatehouse needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'bundle', 'main.js');
if (!existsSync(main)) {
  process.stderr.write('Gatehouse is not built yet. Run: npm run build\n');
  process.exit(1);
}
beginWithOneArena();
// Compiled code is kept between starts where Node can (22.1 and newer).
module.enableCompileCache?.();
const { run } = await import(pathToFileURL(main).href);
await run(process.argv);
