// The C library of Linux (glibc) gives threads heaps of their own, and what is free in one is of no use to another: with those of
// V8, DuckDB and Node.js 36 of 399 MiB at most while a capture was read (bench/RESULTS.md). One heap for all costs no time. How many
// there may be is read when a process begins, from its environment (mallopt(3), M_ARENA_MAX).

/** Environment of a process that works as the product does. */
export const ARENAS = { MALLOC_ARENA_MAX: '1' };

/**
 * Begins this process anew with it, under the same number and with what it was given, where Node.js can (22.15, 23.11 and newer);
 * elsewhere whoever starts it may set it. Called before anything is read or opened. Whoever set it already is left alone.
 */
export const beginWithOneArena = () => {
  const { env, execve, execPath, execArgv, argv, platform } = process;
  if (platform !== 'linux' || env.MALLOC_ARENA_MAX !== undefined || execve === undefined) return;
  execve.call(process, execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, ...ARENAS });
};
