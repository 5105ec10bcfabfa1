/**
 * `npm run fuzz -- [DIR] [--seconds 600] [--seed N] [--save FOLDER]`: structure-aware mutations of every capture below DIR
 * (the shared captures where none is given) through the whole pipeline. Nothing may throw, take more than 50 ms for a frame,
 * or make memory grow. What fails is cut down to few frames and saved as a capture that the tests replay for ever; exit 1.
 */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import { readFrames, seeded, type TestFrame } from './drive.ts';
import { judged, mutated, shrunk } from './mutate.ts';
import { sharedCaptures } from './shared.ts';
import { given } from './usage.ts';

/** Frames of a capture in one stretch, from a place chosen anew each time. */
const STRETCH = 500;
/** More findings than these are the same few. */
const MAX_FINDINGS = 20;
const MAX_GROWTH_MB = 60;
const MB = 1 << 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const memoryMb = (): number => {
  collectGarbage();
  const m = process.memoryUsage();
  return (m.heapUsed + m.arrayBuffers) / MB;
};

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '600' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    save: { type: 'string', default: join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'fuzz') },
  },
});

const below = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? below(path) : /\.(pcap|pcapng|cap)(\.gz)?$/.test(name) ? [path] : [];
  });
const paths =
  positionals[0] === undefined ? sharedCaptures().map((c) => c.path) : below(resolve(positionals[0])).sort();
if (paths.length === 0) {
  process.stderr.write('There is no capture to mutate. Name a folder: npm run fuzz -- FOLDER\n');
  process.exit(2);
}

const save = (frames: readonly TestFrame[], name: string): string => {
  mkdirSync(values.save, { recursive: true });
  const linkType = frames[0]!.linkType ?? 1;
  const path = join(values.save, `${name}.pcap`);
  writeFileSync(path, Buffer.concat([pcapHeader({ linkType }), ...frames.map((f) => pcapRecord(f, { linkType }))]));
  return path;
};

const seed = Number(values.seed);
const random = seeded(seed);
const captures: (readonly TestFrame[])[] = [];
for (const path of paths) {
  const frames = (await readFrames(path)).slice(0, 20_000);
  if (frames.length > 0) captures.push(frames);
}
const began = performance.now();
const seconds = Number(values.seconds);
let total = 0;
let worstMs = 0;
let settledMb = 0;
let findings = 0;
for (let round = 0; (performance.now() - began) / 1000 < seconds && findings < MAX_FINDINGS; round++) {
  for (const [k, all] of captures.entries()) {
    if ((performance.now() - began) / 1000 >= seconds) break;
    const from = Math.floor(random() * Math.max(1, all.length - STRETCH));
    const others = captures[Math.floor(random() * captures.length)]!;
    const frames = mutated(all.slice(from, from + STRETCH), others, random);
    total += frames.length;
    const verdict = judged(frames, k % 4 === 0);
    if (verdict.kind === 'fine') {
      if (verdict.worstMs > worstMs) worstMs = verdict.worstMs;
      continue;
    }
    findings++;
    const few = shrunk(frames);
    let path = join(values.save, `${seed}-${round}-${k}`);
    if (!existsSync(`${path}.pcap`)) path = save(few, `${seed}-${round}-${k}`);
    process.stdout.write(
      `${verdict.kind === 'threw' ? (verdict.error.stack ?? String(verdict.error)) : `${verdict.worstMs.toFixed(0)} ms for one frame`}\n  seed ${seed} round ${round} ${paths[k]}: ${few.length} frames in ${path}\n`,
    );
  }
  // The first round fills caches that stay.
  if (round === 0) settledMb = memoryMb();
}
const grownMb = memoryMb() - settledMb;
const tookS = (performance.now() - began) / 1000;
process.stdout.write(
  `${total} frames in ${tookS.toFixed(0)} s, seed ${seed}: ${findings} findings, slowest frame ${worstMs.toFixed(1)} ms, memory ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(1)} MB\n`,
);
process.exitCode = findings > 0 || grownMb > MAX_GROWTH_MB ? 1 : 0;
