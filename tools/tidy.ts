/**
 * The architecture as a test: who may import whom, where sockets, child processes, clocks and randomness may stand, which
 * package belongs to which folder. The table is that of docs/ARCHITECTURE.md. Run by `npm run tidy` and by its own test.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CLOCK,
  CLOCK_FILES,
  MAY,
  NO_PACKAGES,
  PACKAGES,
  PLUG_INS,
  SOCKET_FILES,
  SOCKETS,
  UI_PACKAGES,
} from './architecture.ts';

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const folderOf = (file: string): string => (file.startsWith('src/') ? file.split('/')[1]! : file.split('/')[0]!);
/** Stages that look up names which somebody on the wire chose. */
const WIRE_FOLDERS: ReadonlySet<string> = new Set(['decode', 'observe', 'detect']);
const isTest = (file: string): boolean =>
  /\.test\.tsx?$/.test(file) || /(^|\/)(fixtures|testing|conformance)(\/|\.)/.test(file);

/** Breaches in one file; `file` is relative to the root with forward slashes. */
export const inspect = (file: string, source: string): Breach[] => {
  const out: Breach[] = [];
  const from = folderOf(file);
  const may = MAY[from];
  const breach = (index: number, text: string) =>
    out.push({ file, line: source.slice(0, index).split('\n').length, text });
  for (const m of source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\n[^'"\n;]*)*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g,
  )) {
    const name = (m[1] ?? m[2] ?? m[3])!;
    if (name.startsWith('.')) {
      if (isTest(file) || may === undefined) continue;
      const target = posix.normalize(posix.join(posix.dirname(file), name));
      const to = folderOf(target);
      const wire = from === 'plant' && /^src\/decode\/[^/]+\/wire\.ts$/.test(target);
      const benchDecode = from === 'bench' && target === 'src/decode/index.ts';
      const data = target.startsWith('data/');
      if (to !== from && !may.includes(to) && !wire && !benchDecode && !data)
        breach(m.index, `${from} must not import ${to} (${name})`);
      if (PLUG_INS.includes(from) && to === from) {
        const [, , a, ...restA] = file.split('/');
        const [, , b, ...restB] = target.split('/');
        if (restA.length > 0 && restB.length > 0 && a !== b && b !== 'shared')
          breach(m.index, `${from}/${a} must not import its sibling ${b}`);
        if (restA.length === 0 && restB.length > 0 && b !== 'shared' && restB.join('/') !== 'index.ts')
          breach(m.index, `${from}/${b} is entered through its index.ts`);
      }
    } else if (name.startsWith('node:')) {
      if (from === 'core' || from === 'api' || from === 'ui')
        breach(m.index, `${from} must run in a browser, ${name} does not`);
      if (SOCKETS.test(name) && file.startsWith('src/') && !SOCKET_FILES.test(file) && !isTest(file))
        breach(m.index, `watching never sends: ${name} is not allowed here`);
    } else if (file.startsWith('src/') || file.startsWith('plant/') || file.startsWith('bench/')) {
      if (isTest(file)) continue;
      const base = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : name.split('/')[0]!;
      const allowed = PACKAGES[base];
      if (
        allowed
          ? !allowed.includes(from) && !(from === 'ui' && UI_PACKAGES.test(name))
          : NO_PACKAGES.has(from) || (from === 'ui' && !UI_PACKAGES.test(name)) || from === 'api'
      )
        breach(m.index, `the package ${base} does not belong in ${from}`);
    }
  }
  if (file.startsWith('src/') && !isTest(file) && !CLOCK_FILES.test(file)) {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (c) => c.replace(/[^\n]/g, ' '));
    const m = CLOCK.exec(code);
    if (m) breach(m.index, `${m[0]}: time and chance come from outside (law 6)`);
  }
  if (!isTest(file))
    for (const m of source.matchAll(/(:|<|as|,)\s*any\b(?!\w)(?=\s*[;,)>=[\]}|&\n])/g))
      if (!/^\s*(\*|\/\/)/.test(source.slice(source.lastIndexOf('\n', m.index) + 1)))
        breach(m.index, '`any` hides what a thing is');
  if (WIRE_FOLDERS.has(from) && !isTest(file))
    for (const m of source.matchAll(/^(?:export )?const \w+: (?:Readonly<)?Record<string, [^\n]*> = \{(?!\};)/gm))
      breach(
        m.index,
        'names from the wire are looked up in a `tableOf` (lib/table.ts): plain objects know `constructor`',
      );
  return out;
};

const walk = (folder: string, out: string[]): string[] => {
  for (const e of readdirSync(folder, { withFileTypes: true })) {
    if (e.isDirectory()) walk(join(folder, e.name), out);
    else if (/\.(ts|tsx)$/.test(e.name)) out.push(join(folder, e.name));
  }
  return out;
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const inspectTree = (): Breach[] =>
  ['src', 'plant', 'bench']
    .flatMap((f) => {
      try {
        return walk(join(root, f), []);
      } catch {
        return [];
      }
    })
    .sort()
    .flatMap((f) => inspect(relative(root, f).split(sep).join('/'), readFileSync(f, 'utf8')));

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const breaches = inspectTree();
  for (const b of breaches) console.error(`${b.file}:${b.line}: ${b.text}`);
  console.log(breaches.length === 0 ? 'tidy: the architecture holds' : `tidy: ${breaches.length} breaches`);
  process.exit(breaches.length === 0 ? 0 : 1);
}
