import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAY } from './architecture.ts';
import { limitsOf, referencePages } from './reference.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const markdown = [
  ...readdirSync(root).filter((f) => f.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f.replaceAll('\\', '/')}`),
];

describe('reference pages', () => {
  it.each([...referencePages()])('%s is what the sources say (npm run reference)', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it('finds limits that are exported or explained, and those of the site', () => {
    const source = [
      '/** Rows kept; more are',
      ' * counted. */',
      'export const MAX_ROWS = 1_000;',
      'export const MAX_TEXT = 64;',
      'const MAX_OWN = 3;',
      'export const SITE_LIMITS = {',
      '  /** Of a site. */',
      '  points: 500_000,',
      '} as const;',
    ].join('\n');
    expect(limitsOf('a.ts', source).map((l) => [l.name, l.value, l.text.replace(/\s+/g, ' ')])).toEqual([
      ['MAX_ROWS', '1_000', 'Rows kept; more are counted.'],
      ['MAX_TEXT', '64', ''],
      ['points', '500_000', 'Of a site.'],
    ]);
  });
});

describe('docs/DEPENDENCIES.md', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const stacks = JSON.parse(read('tools/live-plant/package.json')) as Pick<typeof manifest, 'dependencies'>;
  const names = [manifest.dependencies, manifest.devDependencies, stacks.dependencies].flatMap((d) => Object.keys(d));
  const rows = read('docs/DEPENDENCIES.md')
    .split('\n')
    .map((line) => /^\| `([^`]+)` \|(.*)\|$/.exec(line))
    .filter((m) => m !== null);

  it('has one line for each dependency, with what for, why and what instead', () => {
    expect(rows.map((m) => m[1]!).sort()).toEqual([...names].sort());
    for (const m of rows) for (const part of m[2]!.split('|')) expect(part.trim().length, m[1]!).toBeGreaterThan(3);
  });
});

describe('docs/ARCHITECTURE.md', () => {
  it('has the table that tidy checks', () => {
    const text = read('docs/ARCHITECTURE.md');
    for (const [folder, may] of Object.entries(MAY))
      expect(text, folder).toContain(`| \`${folder}\` | ${may.length === 0 ? 'nothing' : may.join(', ')} |`);
  });
});

describe('links', () => {
  it.each(markdown)('of %s lead to files that exist', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((m) => m[1]!);
    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link) && !link.endsWith('docs/console.png'))
      .filter((link) => !existsSync(join(root, dirname(path), link)));
    expect(missing).toEqual([]);
  });
});
