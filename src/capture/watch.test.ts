import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperatingError } from '../core/errors.ts';
import { collect, joined } from './testing/collect.ts';
import { watchFolder } from './watch.ts';
import { pcapHeader, pcapRecord } from './writer.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-watch-'));
});
afterEach(() => rm(folder, { recursive: true }));

const record = (n: number): Uint8Array => pcapRecord({ tsUs: n, bytes: Uint8Array.of(n) }, { linkType: 1 });
const capture = (...numbers: number[]): Uint8Array => joined(pcapHeader({ linkType: 1 }), ...numbers.map(record));
/** Writes a file whose time of change is `seconds`, so that order does not hang on the speed of the machine. */
const put = async (name: string, bytes: Uint8Array, seconds: number): Promise<void> => {
  await writeFile(join(folder, name), bytes);
  await utimes(join(folder, name), seconds, seconds);
};

/** A clock on which every wait passes at once and runs the next step of the test; after the last it ends the watch. */
const scripted = (steps: (() => Promise<void>)[]) => {
  const controller = new AbortController();
  let nowMs = 0;
  const waits: number[] = [];
  return {
    signal: controller.signal,
    waits,
    clock: {
      now: () => nowMs,
      wait: async (ms: number) => {
        waits.push(ms);
        nowMs += ms;
        const step = steps.shift();
        if (step === undefined) controller.abort();
        else await step();
      },
    },
  };
};

const watch = async (script: ReturnType<typeof scripted>, stableMs = 60_000) => {
  const out: [string, string[], boolean][] = [];
  const { clock, signal } = script;
  for await (const file of watchFolder(folder, { clock, signal, pollMs: 1000, stableMs })) {
    const seen = await collect(file.chunks());
    out.push([basename(file.path), seen.frames.map((f) => f.data), file.again]);
    expect(seen.codes).toEqual([]);
  }
  return out;
};

describe('a folder that a recorder writes into', () => {
  it('that goes away for a while is waited for, which is said once; one that was never there is an error', async () => {
    await put('a.pcap', capture(1), 100);
    const away = `${folder}-away`;
    const script = scripted([
      () => rename(folder, away),
      async () => undefined,
      async () => undefined,
      () => rename(away, folder),
      () => put('b.pcap', capture(2), 200),
    ]);
    const problems: (string | undefined)[] = [];
    const out: string[] = [];
    const { clock, signal } = script;
    const onProblem = (problem: OperatingError | undefined) => problems.push(problem?.code);
    for await (const file of watchFolder(folder, { clock, signal, pollMs: 1000, stableMs: 1, onProblem })) {
      await collect(file.chunks());
      out.push(basename(file.path));
    }
    expect(out).toEqual(['a.pcap', 'b.pcap']);
    expect(problems).toEqual(['input.not-found', undefined]);
    const never = watchFolder(join(folder, 'never'), scripted([]));
    await expect(never.next()).rejects.toMatchObject({ code: 'input.not-found' });
  });

  it('gives files in the order of their writing, those of one time by number', async () => {
    await put('b.pcap', capture(2), 100);
    await put('a.pcap', capture(3), 200);
    await put('r.pcap10', capture(5), 300);
    await put('r.pcap9', capture(4), 300);
    await put('notes.txt', new TextEncoder().encode('not a capture'), 400);
    await put('.hidden.pcap', capture(9), 50);
    await put('half.pcap.part', capture(9), 50);
    expect(await watch(scripted([]))).toEqual([
      ['b.pcap', ['02'], false],
      ['a.pcap', ['03'], false],
      ['r.pcap9', ['04'], false],
      ['r.pcap10', ['05'], false],
    ]);
  });

  it('follows the newest as it grows until a newer one exists', async () => {
    const whole = capture(1, 2, 3);
    await put('1.pcap', whole.subarray(0, 30), 100);
    const script = scripted([
      () => appendFile(join(folder, '1.pcap'), whole.subarray(30, 50)),
      // Not a capture, so no reason to go on.
      () => put('2.log', new TextEncoder().encode('hello'), 5_000_000_000),
      () => appendFile(join(folder, '1.pcap'), whole.subarray(50)),
      () => put('2.pcap', capture(4), 6_000_000_000),
    ]);
    expect(await watch(script)).toEqual([
      ['1.pcap', ['01', '02', '03'], false],
      ['2.pcap', ['04'], false],
    ]);
  });

  it('takes a file that stopped growing as complete, and reads it again when it changes later', async () => {
    await put('1.pcap', capture(1), 100);
    const nothing = async (): Promise<void> => undefined;
    const script = scripted([nothing, nothing, nothing, () => put('1.pcap', capture(1, 2), 200)]);
    expect(await watch(script, 3000)).toEqual([
      ['1.pcap', ['01'], false],
      ['1.pcap', ['01', '02'], true],
    ]);
  });

  it('waits for files that are still too short to tell', async () => {
    await put('1.pcap', capture(7).subarray(0, 2), 100);
    expect(await watch(scripted([() => put('1.pcap', capture(7), 200)]))).toEqual([['1.pcap', ['07'], false]]);
  });

  it('says so when the folder is not there', async () => {
    const { clock } = scripted([]);
    const files = watchFolder(join(folder, 'absent'), { clock });
    await expect(files.next()).rejects.toMatchObject({ code: 'input.not-found' });
  });
});
