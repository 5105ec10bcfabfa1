/** `gatehouse start -` as a command of its own: it ends when it is told to, whatever its standard input does meanwhile. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stdin-'));
const children: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** From its sources (everything in one thread), and as it is built (the engine has a thread of its own). */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  [
    'from its sources',
    [
      '--import',
      'tsx',
      '-e',
      "import('./src/cli/main.ts').then((m) => m.run(['', '', ...process.argv.slice(1)]))",
      '--',
    ],
  ],
  ['as it is built', ['bin/gatehouse.mjs']],
];
const isBuilt = existsSync(join(root, 'dist', 'bundle', 'main.js'));
let starts = 0;

/** An ARP request (RFC 826), padded. */
const frame = new Uint8Array(60);
frame.set([
  255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
]);
/** More than a pipe holds: once it is written, it is being read. */
const FRAMES = 5000;
const record = pcapRecord({ tsUs: 1_700_000_000_000_000, bytes: frame, wire: frame.length }, { linkType: 1 });
const capture = Buffer.concat([pcapHeader({ linkType: 1 }), ...Array.from({ length: FRAMES }, () => record)]);

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: string;
}

/** Starts it, calls `ready` once it says that it is, and resolves when it ended. */
const run = (command: readonly string[], ready: (child: ChildProcessWithoutNullStreams) => void): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const data = join(folder, String(starts++));
    const flags = ['start', '-', '--data', data, '--port', '0', '--no-open'];
    const child = spawn(process.execPath, [...command, ...flags], { cwd: root });
    children.push(child);
    let printed = '';
    let said = '';
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const was = printed.includes('is ready');
      printed += text;
      if (!was && printed.includes('is ready')) ready(child);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, said: said.replaceAll(/^npm warn.*\n/gm, '') }));
  });

describe.each(COMMANDS)('start - %s', (name, command) => {
  const test = it.skipIf(name === 'as it is built' && !isBuilt);

  test('ends on SIGTERM before its input says anything', async () => {
    expect(await run(command, (child) => child.kill('SIGTERM'))).toEqual({ code: 0, signal: null, said: '' });
  }, 60_000);

  test.each([
    ['nothing', '', /standard input is empty/],
    ['no capture', 'no capture at all, only words', /is not a capture/],
  ])(
    'ends with a sentence and code 3 where %s comes in',
    async (_, text, sentence) => {
      const ended = await run(command, (child) => child.stdin.end(text));
      expect(ended).toMatchObject({ code: 3, signal: null });
      expect(ended.said).toMatch(sentence);
    },
    60_000,
  );

  test('ends on SIGTERM while its input is open and has fallen silent', async () => {
    const ended = await run(command, (child) => {
      child.stdin.write(capture, () => child.kill('SIGTERM'));
    });
    expect(ended).toEqual({ code: 0, signal: null, said: '' });
  }, 60_000);

  test('ends in silence where the input ends and it is told to end at the same time', async () => {
    const ended = await run(command, (child) => {
      child.stdin.write(capture, () => {
        child.stdin.end();
        child.kill('SIGTERM');
      });
    });
    expect(ended).toEqual({ code: 0, signal: null, said: '' });
  }, 60_000);
});
