/**
 * One phase of the measurement, in a process of its own: `bench PHASE FILE` prints one JSON line. Started by
 * `tools/bench.mjs`, which knows the phases and puts their lines together.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { LiveSite } from '../src/app/live-site.ts';
import {
  type CaptureFile,
  createSiteModel,
  openCaptureFile,
  openMemoryStore,
  openStore,
  readCapture,
} from '../src/app/parts.ts';
import { createSiteRuntime, Pipeline, type SiteRuntime } from '../src/app/pipeline.ts';
import type { Source } from '../src/core/site.ts';
import type { SiteSink } from '../src/core/site-model.ts';
import { Counter, counting, nullSink } from './counting.ts';
import { verifying } from './verify.ts';

/** The product's pulse and saves (`app/engine.ts`). */
const PULSE_MS = 500;
const SAVE_MS = 5000;
const SAVE_BACKLOG = 0.25;

const [phase = '', path = ''] = process.argv.slice(2);
const mib = (octets: number): number => Math.round(octets / 104857.6) / 10;
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Started with nothing, ends with what the phase counted. */
interface Run {
  readonly frames: (event: Parameters<Pipeline['handle']>[0]) => void;
  readonly finish: () => Promise<object>;
  /** Work between batches: true when others must get their turn. */
  readonly turn?: () => Promise<void> | undefined;
}

const reading = (): Run => {
  let octets = 0;
  return {
    frames: (event) => {
      if (event.kind === 'frames') for (let i = 0; i < event.count; i++) octets += event.captured[i]!;
    },
    finish: async () => ({ octets }),
  };
};

const pipelineOf = (site: SiteRuntime): Pipeline => new Pipeline({ source: 'bench', site });

const told = (c: Counter): object => ({ observations: c.counts, values: c.values, checksum: c.checksum });

const decode = (): Run => {
  const c = new Counter();
  const pipeline = pipelineOf(createSiteRuntime(() => counting(nullSink(), c)));
  return {
    frames: (event) => pipeline.handle(event),
    finish: async () => {
      pipeline.finish();
      return told(c);
    },
  };
};

/** Observations that go to another thread at once. */
const HANDOVER = 4096;

/**
 * What it costs to hand every observation to another thread: writing and reading them as messages between threads are
 * (HTML structured clone, in batches). It has to be less than decoding before a second thread can decode for the first.
 */
const handover = (): Run => {
  const c = new Counter();
  let waiting: unknown[] = [];
  let handed = 0;
  let octets = 0;
  const cost = { writeCpuSeconds: 0, readCpuSeconds: 0 };
  const hand = (): void => {
    const before = cpuSeconds();
    const written = serialize(waiting);
    const between = cpuSeconds();
    deserialize(written);
    cost.writeCpuSeconds += between - before;
    cost.readCpuSeconds += cpuSeconds() - between;
    handed += waiting.length;
    octets += written.length;
    waiting = [];
  };
  // Who says it uses the object of its occasion, and the room for a block's values, again.
  const copy = (x: unknown): unknown => {
    if (typeof x !== 'object') return x;
    const own = { ...x } as { values?: ArrayLike<number>; count?: number };
    if (own.values !== undefined) own.values = Array.from(own.values).slice(0, own.count);
    return own;
  };
  const keep = (...said: unknown[]): void => {
    waiting.push(said.map(copy));
    if (waiting.length >= HANDOVER) hand();
  };
  const sink = Object.fromEntries(Object.keys(nullSink()).map((kind) => [kind, kind === 'tick' ? () => {} : keep]));
  const pipeline = pipelineOf(createSiteRuntime(() => counting(sink as unknown as SiteSink, c)));
  return {
    frames: (event) => pipeline.handle(event),
    finish: async () => {
      pipeline.finish();
      hand();
      return {
        ...told(c),
        handed,
        octetsEach: Math.round(octets / handed),
        writeUsEach: round((cost.writeCpuSeconds / handed) * 1e6),
        readUsEach: round((cost.readCpuSeconds / handed) * 1e6),
      };
    },
  };
};

/** Everything that was said, hashed whole; slow. */
const verify = (): Run => {
  let sink: ReturnType<typeof verifying> | undefined;
  const runtime = createSiteRuntime((endpoints) => {
    sink = verifying(endpoints, createSiteModel({ endpoints }) as SiteSink);
    return sink.sink;
  });
  const pipeline = pipelineOf(runtime);
  return {
    frames: (event) => pipeline.handle(event),
    finish: async () => {
      pipeline.finish();
      return sink!.result(pipeline.health());
    },
  };
};

const nowUs = (): number => Date.now() * 1000;

/** Decode, inventory and, as asked, detection and the store. */
const pipeline = async (withStore: boolean, withDetection: boolean): Promise<Run> => {
  const c = new Counter();
  const folder = withStore ? mkdtempSync(join(tmpdir(), 'gatehouse-bench-')) : '';
  const store = withStore ? await openStore(folder, { nowUs }) : await openMemoryStore({ nowUs });
  const site = new LiveSite(store, { site_id: 'bench', name: 'bench', kind: 'plant', zone: 'UTC', created_us: 0 });
  const { runtime, model } = await site.load();
  const target: SiteRuntime['sink'] = withDetection ? runtime.sink : model;
  const p = pipelineOf({ ...runtime, sink: counting(target, c) });
  const describe = (state: Source['state']): void => {
    site.sources.set('bench', {
      id: 'bench',
      site: 'bench',
      kind: 'file',
      name: path,
      path,
      sha256: '',
      state,
      error: '',
      progress: 0,
      startedUs: 0,
      endedUs: 0,
      warnings: [],
      health: p.health(),
    });
  };
  describe('reading');
  let saved = performance.now();
  let saves = 0;
  return {
    frames: (event) => p.handle(event),
    turn: () => {
      const since = performance.now() - saved;
      if (!withStore || since < PULSE_MS || (since < SAVE_MS && site.backlog < SAVE_BACKLOG)) return undefined;
      return site.save(nowUs()).then(() => {
        saves++;
        saved = performance.now();
      });
    },
    finish: async () => {
      p.finish();
      const decoded = cpuSeconds();
      describe('complete');
      if (withStore) await site.save(nowUs());
      await store.close();
      if (withStore) rmSync(folder, { recursive: true, force: true });
      const stored = cpuSeconds();
      const rssMib = mib(process.memoryUsage.rss());
      const assets = model.assets().length;
      return {
        ...told(c),
        lastSaveCpuSeconds: round(stored - decoded),
        assetsCpuSeconds: round(cpuSeconds() - stored),
        rssAtEndMib: rssMib,
        assets,
        endpoints: runtime.endpoints.count,
        saves,
        points: model.pointCount,
        memory: Object.fromEntries(Object.entries(process.memoryUsage()).map(([k, v]) => [k, mib(v)])),
        dropped: model.limits().filter((row) => row.dropped > 0),
      };
    },
  };
};

const round = (x: number): number => Math.round(x * 1000) / 1000;

const runOf = async (): Promise<Run> => {
  if (phase === 'reading') return reading();
  if (phase === 'decode') return decode();
  if (phase === 'handover') return handover();
  if (phase === 'observe') return pipeline(false, false);
  if (phase === 'inventory') return pipeline(true, false);
  if (phase === 'pipeline') return pipeline(true, true);
  if (phase === 'verify') return verify();
  throw new Error(`no phase ${phase}`);
};

const run = await runOf();
const file: CaptureFile = await openCaptureFile(path);
let packets = 0;
let startCpu = 0;
let startWall = 0;
/** CPU seconds each time so many packets more were handed on. */
const MARK_PACKETS = 250_000;
const marks: number[] = [];
let nextMark = MARK_PACKETS;
for await (const event of readCapture(file.chunks(), { name: path })) {
  if (event.kind === 'frames') {
    if (packets === 0) {
      startCpu = cpuSeconds();
      startWall = performance.now();
    }
    packets += event.count;
    if (packets >= nextMark) {
      marks.push(round(cpuSeconds() - startCpu));
      nextMark += MARK_PACKETS;
    }
  }
  run.frames(event);
  await run.turn?.();
}
const result = await run.finish();
const cpu = cpuSeconds();
const seconds = (performance.now() - startWall) / 1000;
console.log(
  JSON.stringify({
    phase,
    packets,
    seconds: round(seconds),
    startCpuSeconds: round(startCpu),
    marks,
    cpuSeconds: round(cpu - startCpu),
    usPerPacket: round(((cpu - startCpu) / packets) * 1e6),
    packetsPerSecond: Math.round(packets / seconds),
    peakRssMib: mib(process.resourceUsage().maxRSS * 1024),
    ...result,
  }),
);
