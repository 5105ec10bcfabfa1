/** `bin/arenas.mjs`: the command begins itself anew with the environment it needs, and loses nothing of what it was given. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const ARENAS = pathToFileURL(join(import.meta.dirname, '..', 'bin', 'arenas.mjs')).href;
/** Says what it is before and after. */
const PROGRAM = `
const { beginWithOneArena } = await import('${ARENAS}');
const { readFileSync } = await import('node:fs');
const tell = (more) => console.log(JSON.stringify({ pid: process.pid, arenas: process.env.MALLOC_ARENA_MAX ?? '', ...more }));
tell({});
beginWithOneArena();
tell({ argv: process.argv.slice(1), execArgv: process.execArgv.slice(0, 1), other: process.env.OTHER, input: readFileSync(0, 'utf8') });`;
const isAble = process.platform === 'linux' && 'execve' in process;

const told = (arenas?: string): Record<string, unknown>[] => {
  const { MALLOC_ARENA_MAX: _, ...env } = process.env;
  const done = spawnSync(
    process.execPath,
    ['--stack-trace-limit=7', '--input-type=module', '-e', PROGRAM, 'start', 'a b.pcap'],
    {
      encoding: 'utf8',
      input: 'octets',
      env: { ...env, OTHER: 'kept', ...(arenas !== undefined && { MALLOC_ARENA_MAX: arenas }) },
    },
  );
  expect(done.stderr).toBe('');
  return done.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
const last = (pid: unknown, arenas: string) => ({
  pid,
  arenas,
  argv: ['start', 'a b.pcap'],
  execArgv: ['--stack-trace-limit=7'],
  other: 'kept',
  input: 'octets',
});

it('begins anew once, as the same process, with all it was given, where Node.js can; goes on as it is elsewhere', () => {
  const said = told();
  const pid = said[0]!.pid;
  if (isAble)
    expect(said).toEqual([expect.objectContaining({ pid, arenas: '' }), { pid, arenas: '1' }, last(pid, '1')]);
  else expect(said).toEqual([{ pid, arenas: '' }, last(pid, '')]);
});

it('goes on as it is where it was set', () => {
  const set = told('3');
  expect(set).toEqual([{ pid: set[0]!.pid, arenas: '3' }, last(set[0]!.pid, '3')]);
});
