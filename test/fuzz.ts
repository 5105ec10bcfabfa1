/**
 * `npm run fuzz -- [DIR] [--seconds 600] [--frames N] [--jobs N] [--seed N] [--resume FILE] [--life N] [--save FOLDER]`:
 * structure-aware mutations of every capture below DIR (the shared captures where none is given) through everything that the
 * engine has. Nothing may throw, take more than 50 ms for a frame, end a process or make memory grow. What fails is cut down to few
 * frames and saved as a capture that the tests replay for ever; exit 1.
 *
 * Frames come in lives: a site is made, lives through some ten thousand frames of many captures, is shown, saved and brought back.
 * A life follows from the seed and its number alone, whatever the number of processes (`--jobs`, by default one for each core);
 * `--life N` repeats one. `--resume FILE` keeps how far it came, and goes on there when called again. It ends after so many seconds, or so many frames.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../src/capture/writer.ts';
import { readFrames, seeded, type TestFrame } from './drive.ts';
import { type Circumstances, judged, memoryMib, shrunk, type Verdict } from './judge.ts';
import { mutated } from './mutate.ts';
import { sharedCaptures } from './shared.ts';
import { given } from './usage.ts';

/** Frames of a capture in one stretch, from a place chosen anew each time. */
const STRETCH = 500;
const FRAMES_IN_A_LIFE = 20_000;
/** Of a capture, from its beginning: longer ones repeat themselves. */
const MAX_FRAMES_OF_A_CAPTURE = 20_000;
/** More findings than these are the same few. */
const MAX_FINDINGS = 20;
/** Lives in which caches come to their size, and what a process may have more at its end than after them, MiB. */
const SETTLING_LIVES = 4;
const MAX_GROWTH_MIB = 60;
/** A life that takes longer than this has got stuck somewhere. */
const STUCK_MS = 300_000;
/** Old generation of a process, MiB: what needs more has grown without a bound. */
const MAX_HEAP_MIB = 2048;
/** Half of its young generation, MiB: each frame leaves objects that soon die. */
const YOUNG_MIB = 32;

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    frames: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    resume: { type: 'string' },
    life: { type: 'string' },
    save: { type: 'string', default: join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'fuzz') },
    job: { type: 'string' },
  },
});

const below = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? below(path) : /\.(pcap|pcapng|cap)(\.gz)?$/.test(name) ? [path] : [];
  });

/** What a process says of a life. */
interface Lived {
  readonly life: number;
  readonly frames: number;
  readonly worstMs: number;
  /** MiB, once the life is over. */
  readonly memoryMib: number;
  /** What failed, in words; '' where nothing did. */
  readonly failure: string;
}

const save = (frames: readonly TestFrame[], name: string): string => {
  mkdirSync(values.save, { recursive: true });
  const path = join(values.save, `${name}.pcapng`);
  const links = [...new Set(frames.map((f) => f.linkType ?? 1))];
  const blocks = [
    sectionHeader(),
    ...links.map((linkType) => interfaceDescription({ linkType })),
    ...frames.map((f) =>
      enhancedPacket({ ...f, tsUs: Math.max(0, Math.round(f.tsUs)) }, { interfaceId: links.indexOf(f.linkType ?? 1) }),
    ),
  ];
  writeFileSync(path, Buffer.concat(blocks));
  return path;
};

const said = (verdict: Verdict): string => {
  switch (verdict.kind) {
    case 'threw':
      return verdict.error.stack ?? String(verdict.error);
    case 'slow':
      return `${verdict.worstMs.toFixed(0)} ms for one frame`;
    case 'grew':
      return `${verdict.keptMib.toFixed(0)} MiB kept after ${verdict.at + 1} frames`;
    case 'fine':
      return '';
  }
};

/** Frames of one life: stretches of captures, as bad days would deliver them, mostly one after the other in time. */
const framesOf = (captures: readonly (readonly TestFrame[])[], random: () => number): TestFrame[] => {
  const frames: TestFrame[] = [];
  const pick = () => captures[Math.floor(random() * captures.length)]!;
  while (frames.length < FRAMES_IN_A_LIFE) {
    const all = pick();
    const from = Math.floor(random() * Math.max(1, all.length - STRETCH));
    const stretch = mutated(all.slice(from, from + STRETCH), pick(), random);
    const last = frames.at(-1)?.tsUs ?? 0;
    const goesOn = random() < 0.75 && last > 0 && stretch.length > 0;
    const shiftUs = goesOn ? Math.round(last + random() * 5e6 - stretch[0]!.tsUs) : 0;
    for (const f of stretch) frames.push(shiftUs === 0 ? f : { ...f, tsUs: f.tsUs + shiftUs });
  }
  return frames;
};

/** One process: lives the lives that it is told to. */
const job = async (seed: number, paths: readonly string[]): Promise<void> => {
  const captures: (readonly TestFrame[])[] = [];
  for (const path of paths) {
    const frames = (await readFrames(path)).slice(0, MAX_FRAMES_OF_A_CAPTURE);
    if (frames.length > 0) captures.push(frames);
  }
  process.on('message', (life: number) => {
    // Seeds side by side must not share lives.
    const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(life, 0x85ebca6b));
    const circumstances: Circumstances = { shortLearning: life % 2 === 1, words: life % 3 === 0 };
    const frames = framesOf(captures, random);
    const verdict = judged(frames, circumstances, true);
    let failure = said(verdict);
    if (verdict.kind !== 'fine') {
      const few = shrunk(frames, verdict, circumstances);
      failure += `\n  ${few.length} frames in ${save(few, `${seed}-${life}`)}`;
    }
    const worstMs = 'worstMs' in verdict ? verdict.worstMs : 0;
    const lived: Lived = { life, frames: frames.length, worstMs, memoryMib: memoryMib(), failure };
    process.send!(lived);
  });
  process.on('disconnect', () => process.exit(0));
  process.send!('ready');
};

interface Progress {
  readonly seed: number;
  /** The lives before this one are over. */
  next: number;
  frames: number;
  findings: number;
}

/** Hands lives to processes, and says what came of them. */
const conduct = async (): Promise<number> => {
  const jobs = values.life === undefined ? Math.max(1, Number(values.jobs)) : 1;
  const kept =
    values.resume !== undefined && existsSync(values.resume) ? readFileSync(values.resume, 'utf8') : undefined;
  const progress: Progress =
    kept === undefined
      ? { seed: Number(values.seed ?? Math.floor(Date.now() / 1000)), next: 0, frames: 0, findings: 0 }
      : (JSON.parse(kept) as Progress);
  const { seed } = progress;
  const maxFrames = Number(values.frames ?? Number.POSITIVE_INFINITY);
  const seconds = Number(values.seconds ?? (values.frames === undefined ? 600 : Number.POSITIVE_INFINITY));
  const began = performance.now();
  const tookS = (): number => (performance.now() - began) / 1000;
  const going = new Set<number>();
  let next = Number(values.life ?? progress.next);
  let framesNow = 0;
  let worstMs = 0;
  let findings = 0;
  let grownMib = Number.NEGATIVE_INFINITY;
  const isOver = (): boolean =>
    tookS() >= seconds ||
    progress.frames >= maxFrames ||
    findings >= MAX_FINDINGS ||
    (values.life !== undefined && next > Number(values.life));
  const found = (life: number, what: string): void => {
    findings++;
    progress.findings++;
    process.stdout.write(`${what}\n  again with: --seed ${seed} --life ${life}\n`);
  };
  const over = (life: number, frames: number): void => {
    going.delete(life);
    framesNow += frames;
    progress.frames += frames;
    progress.next = going.size === 0 ? next : Math.min(...going);
    if (values.resume !== undefined && values.life === undefined)
      writeFileSync(values.resume, `${JSON.stringify(progress)}\n`);
  };
  process.stdout.write(`seed ${seed}, ${jobs} processes, from life ${next}\n`);

  const run = (): Promise<void> =>
    new Promise((resolve) => {
      let child: ChildProcess | undefined;
      let settledMib = 0;
      let lived = 0;
      let life = -1;
      let timer: NodeJS.Timeout | undefined;
      const give = (): void => {
        clearTimeout(timer);
        life = -1;
        if (isOver()) {
          child!.disconnect();
          return;
        }
        life = next++;
        going.add(life);
        child!.send(life);
        timer = setTimeout(() => child!.kill('SIGKILL'), STUCK_MS);
      };
      const start = (): void => {
        const execArgv = [
          ...process.execArgv,
          `--max-old-space-size=${MAX_HEAP_MIB}`,
          `--max-semi-space-size=${YOUNG_MIB}`,
        ];
        const args = [...process.argv.slice(2), '--seed', String(seed), '--job', '1'];
        child = fork(fileURLToPath(import.meta.url), args, { execArgv });
        child.on('message', (message: 'ready' | Lived) => {
          if (message === 'ready') return give();
          worstMs = Math.max(worstMs, message.worstMs);
          if (message.failure !== '') found(message.life, message.failure);
          if (++lived === SETTLING_LIVES) settledMib = message.memoryMib;
          else if (lived > SETTLING_LIVES) grownMib = Math.max(grownMib, message.memoryMib - settledMib);
          over(message.life, message.frames);
          give();
        });
        child.on('exit', (code, signal) => {
          clearTimeout(timer);
          if (life < 0) return resolve();
          found(life, `the process ended (${signal ?? code}) or was stuck for ${STUCK_MS / 1000} s`);
          over(life, 0);
          lived = 0;
          if (isOver()) resolve();
          else start();
        });
      };
      start();
    });
  await Promise.all(Array.from({ length: jobs }, run));

  const growth = Number.isFinite(grownMib)
    ? `${grownMib.toFixed(1)} MiB at most`
    : `not judged before ${SETTLING_LIVES + 1} lives of a process`;
  process.stdout.write(
    `${framesNow} frames in ${tookS().toFixed(0)} s (${progress.frames} in all), seed ${seed}, lives before ${progress.next}: ${findings} findings, slowest ${worstMs.toFixed(1)} ms, memory grown ${growth}\n`,
  );
  return findings > 0 || grownMib > MAX_GROWTH_MIB ? 1 : 0;
};

const paths =
  positionals[0] === undefined ? sharedCaptures().map((c) => c.path) : below(resolve(positionals[0])).sort();
if (paths.length === 0) {
  process.stderr.write('There is no capture to mutate. Name a folder: npm run fuzz -- FOLDER\n');
  process.exit(2);
}
if (values.job === undefined) process.exitCode = await conduct();
else await job(Number(values.seed), paths);
