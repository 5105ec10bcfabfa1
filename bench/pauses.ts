/**
 * How long the engine's thread is away: `pauses FILE` reads a capture, `pauses --plant HOURS` plays so many hours of the
 * simulated plant (learning one hour, or `--learn H`), and both ask for the console's pages meanwhile (`--pages 0` not).
 * Prints one JSON line: the longest turns of the event loop by what ran in them (CPU of this thread, so that other load
 * does not count; Linux), the longest delay by the clock, what each page cost until its answer was there (CPU of this thread
 * too, reading in between included), peak memory. Built JavaScript only:
 * `node dist/bench/pauses.js ...` after a build.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LocalEngine } from '../src/app/engine.ts';
import { LEARNER, openStore, PLANT_SITE, SETTINGS_NAME, ThreadFitter } from '../src/app/parts.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plant: { type: 'string' },
    learn: { type: 'string', default: '1' },
    pages: { type: 'string', default: '1' },
    most: { type: 'string', default: '170' },
  },
});
const PAGES = [
  'now',
  'map',
  'coverage',
  'assets',
  'flows',
  'commands',
  'points',
  'sources',
  'alerts',
  'cells',
  'learning',
] as const;
const PAGES_MS = 1000;
const LISTED = 12;

/** CPU of the calling thread, milliseconds (proc(5), schedstat: nanoseconds on the processor). */
const threadMs = (): number => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
const percentile = (list: readonly number[], share: number): number => {
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};
const round = (x: number): number => Math.round(x * 10) / 10;

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pauses-'));
const nowUs = (): number => Date.now() * 1000;
let label: string[] = [];
const turns: { ms: number; at: number; what: string }[] = [];
const startMs = performance.now();
let lastMs = threadMs();
let stopped = false;
const turn = (): void => {
  const ms = threadMs();
  if (ms - lastMs > 50) {
    turns.push({
      ms: round(ms - lastMs),
      at: Math.round((performance.now() - startMs) / 100) / 10,
      what: label.join(' '),
    });
    turns.sort((a, b) => b.ms - a.ms).splice(200);
  }
  label = [];
  lastMs = threadMs();
  if (!stopped) setImmediate(turn);
};

const delay = monitorEventLoopDelay({ resolution: 5 });
const store = await openStore(folder, { nowUs });
await store.writer.submit({
  put: {
    setting: [
      { site_id: PLANT_SITE, name: SETTINGS_NAME, value: JSON.stringify({ learningHours: Number(values.learn) }) },
    ],
  },
});
const engine = await LocalEngine.start({
  store,
  nowUs,
  nowMs: () => performance.now(),
  zone: 'UTC',
  fitter: new ThreadFitter(LEARNER),
  onError: (error) => console.error(error),
  timers: false,
});
setImmediate(turn);
delay.enable();
const pulse = setInterval(() => {
  label.push('pulse');
  void engine.pulse().then(() => label.push('pulsed'));
}, 500);

const opened =
  values.plant === undefined
    ? await engine.open({ kind: 'file', path: positionals[0]! }, 'system')
    : await engine.open({ kind: 'plant', historyUs: Number(values.plant) * 3.6e9 }, 'system');
const { site } = opened;
const costs = new Map<string, { first: number; most: number; sum: number; n: number }>();
const answers: number[] = [];
const ask = async (): Promise<void> => {
  for (const page of PAGES) {
    // As the server asks: one after another, with turns of reading between them.
    await nextTurn();
    const before = threadMs();
    label.push(page);
    await engine.call(
      page as never,
      { params: { site }, query: { limit: 200 }, body: undefined, userId: 'system' } as never,
    );
    const ms = threadMs() - before;
    answers.push(ms);
    const known = costs.get(page) ?? { first: ms, most: 0, sum: 0, n: 0 };
    known.most = Math.max(known.most, ms);
    known.sum += ms;
    known.n++;
    costs.set(page, known);
  }
};
const end = performance.now() + Number(values.most) * 1000;
let isDone = false;
if (values.plant === undefined)
  void engine.settled().then(() => {
    isDone = true;
  });
else
  engine.onEvent((event) => {
    if (event.kind === 'progress' && event.data.state === 'live') isDone = true;
  });
while (performance.now() < end && !isDone) {
  await wait(PAGES_MS);
  if (values.pages === '1') await ask();
}
const wasBusy = !isDone;
// What follows the last frame: the last save, models that are still made.
await wait(12_000);
if (values.pages === '1') await ask();
clearInterval(pulse);
stopped = true;
delay.disable();
label = ['close'];
await engine.close();
console.log(
  JSON.stringify({
    seconds: Math.round((performance.now() - startMs) / 1000),
    unfinished: wasBusy,
    longestDelayMs: round(delay.max / 1e6),
    p99DelayMs: round(delay.percentile(99) / 1e6),
    over250: turns.filter(({ ms }) => ms > 250).length,
    over100: turns.filter(({ ms }) => ms > 100).length,
    turns: turns.slice(0, LISTED),
    answers: {
      calls: answers.length,
      p50: round(percentile(answers, 0.5)),
      p99: round(percentile(answers, 0.99)),
      most: round(percentile(answers, 1)),
    },
    pages: Object.fromEntries(
      [...costs].map(([page, c]) => [page, { first: round(c.first), most: round(c.most), mean: round(c.sum / c.n) }]),
    ),
    cpuSeconds: round((process.cpuUsage().user + process.cpuUsage().system) / 1e6),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
rmSync(folder, { recursive: true, force: true });
