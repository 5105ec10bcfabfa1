/** A fault of our own, which no frame should be able to cause, costs the frame at which it happens and is told; not the source. */
import { describe, expect, it } from 'vitest';
import { readCapture } from '../capture/reader.ts';
import { enhancedPacket, interfaceDescription, pcapHeader, pcapRecord, sectionHeader } from '../capture/writer.ts';
import type { At, FlowSummary, Identity } from '../core/observation.ts';
import type { SiteSink } from '../core/site-model.ts';
import { createSiteRuntime, Pipeline } from './pipeline.ts';
import { MAX_SILENCE_US } from './rhythm.ts';
import { type RunOptions, SourceRun } from './source-run.ts';
import { emptyHealth, newSource } from './source-work.ts';

// An LLDP frame (IEEE 802.1AB) of the system `a`, `b`, ...: chassis and port by MAC address, time to live, system name.
const lldp = (name: string): Uint8Array => {
  const mac = '0200000000'.concat(Buffer.from(name).toString('hex'));
  const text = `0180c200000e${mac}88cc0207 04${mac} 0407 03${mac} 06020078 0a01${Buffer.from(name).toString('hex')} 0000`;
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
};

async function* captureOf(names: string): AsyncGenerator<Uint8Array> {
  yield pcapHeader({ linkType: 1 });
  for (const [i, name] of [...names].entries())
    yield pcapRecord({ bytes: lldp(name), tsUs: 1_700_000_000_000_000 + i * 1_000_000 }, { linkType: 1 });
}

const read = async (names: string, throwsAt: string) => {
  const heard: string[] = [];
  const faults: unknown[] = [];
  const nothing = (): void => undefined;
  const sink = {
    ...Object.fromEntries(
      ['command', 'values', 'value', 'module', 'name', 'session', 'weird', 'alias', 'flow', 'tick'].map((kind) => [
        kind,
        nothing,
      ]),
    ),
    identity: (_at: At, { attribute, value }: Identity) => {
      if (attribute !== 'hostname') return;
      if (throwsAt.includes(value)) throw new TypeError(`secret of ${value}`);
      heard.push(value);
    },
  } as unknown as SiteSink;
  const site = { id: 's' } as Parameters<typeof newSource>[1];
  const run = new SourceRun({
    source: newSource({ nowUs: () => 0 }, site, {
      id: 'f',
      kind: 'file',
      name: 'a.pcap',
      path: '',
      health: emptyHealth(),
    }),
    runtime: createSiteRuntime(() => sink),
    chunks: captureOf(names),
    nowUs: () => 0,
    nowMs: () => 0,
    progress: () => 1,
    turn: async () => undefined,
    onFault: (error) => faults.push(error),
  });
  await run.run();
  return { heard: heard.join(''), source: run.source, faults };
};

it('goes on behind the frame, counts it, and says once where it was', async () => {
  const { heard, source, faults } = await read('abcdef', 'bdf');
  expect(heard).toBe('ace');
  expect([source.state, source.health.frames]).toEqual(['complete', 6]);
  expect(source.warnings).toHaveLength(1);
  expect(source.warnings[0]).toMatchObject({ code: 'decode.fault' });
  expect(source.warnings[0]!.text).toMatch(/^3 time\(s\) .* \(the first: at frame 2, TypeError in \w.*\)/);
  // The message of an error may cite what was on the wire.
  expect(source.warnings[0]!.text).not.toContain('secret');
  expect(faults).toHaveLength(1);
});

it('says nothing where nothing failed', async () => {
  const { heard, source, faults } = await read('abc', '');
  expect([heard, source.warnings, faults]).toEqual(['abc', [], []]);
});

describe('at the end of conversations', () => {
  const T0 = 1_700_000_000_000_000;
  // One UDP datagram (RFC 768) of 10.0.0.1 to port 9 of 10.0.0.2, from a port of its own for each conversation.
  const datagram = (port: number): Uint8Array =>
    Buffer.from(
      `020000000002 020000000001 0800 4500001e 00010000 4011 66cc 0a000001 0a000002 ${port.toString(16).padStart(4, '0')} 0009 000a 0000 0000`.replaceAll(
        ' ',
        '',
      ),
      'hex',
    );
  const pipelineOf = (throwsAt: readonly string[]) => {
    const ended: number[] = [];
    const faults: unknown[] = [];
    let ticks = 0;
    const nothing = (): void => undefined;
    const sink = {
      ...Object.fromEntries(
        ['command', 'values', 'value', 'module', 'name', 'session', 'weird', 'alias', 'identity'].map((k) => [
          k,
          nothing,
        ]),
      ),
      flow: (_at: At, { clientPort, final }: FlowSummary) => {
        if (!final) return;
        const n = clientPort - 50_000;
        if (throwsAt.includes(String(n))) throw new TypeError(`secret of ${n}`);
        ended.push(n);
      },
      tick: (tsUs: number) => {
        ticks++;
        if (throwsAt.includes('tick') && tsUs > T0) throw new TypeError('secret of a tick');
      },
    } as unknown as SiteSink;
    const pipeline = new Pipeline({ source: 'f', site: createSiteRuntime(() => sink) });
    const take = async (): Promise<void> => {
      for await (const event of readCapture(
        (async function* () {
          yield pcapHeader({ linkType: 1 });
          for (let port = 1; port <= 5; port++)
            yield pcapRecord({ bytes: datagram(50_000 + port), tsUs: T0 }, { linkType: 1 });
        })(),
        { name: 'x' },
      ))
        pipeline.handleAll(event);
    };
    return { pipeline, take, ended, faults, ticks: () => ticks, onFault: (e: unknown) => faults.push(e) };
  };

  it('a stage that throws at one of them costs that one: the others end, and it is counted and told', async () => {
    const { pipeline, take, ended, faults, onFault } = pipelineOf(['2', '4']);
    await take();
    pipeline.finish(onFault);
    expect(ended).toEqual([1, 3, 5]);
    expect(pipeline.decoding.flows.active).toBe(0);
    expect(pipeline.warnings.map(({ text }) => text)).toEqual([expect.stringMatching(/^2 time\(s\) /)]);
    expect(pipeline.warnings[0]!.text).not.toContain('secret');
    expect(faults).toHaveLength(1);
  });

  it('a stage that throws as time passes is told, and time goes on', async () => {
    const { pipeline, take, ended, faults, ticks, onFault } = pipelineOf(['tick', '3']);
    await take();
    const before = ticks();
    for (let s = 1; s <= 3; s++) pipeline.tick(T0 + s * 10_000_000, onFault);
    expect(ticks()).toBeGreaterThanOrEqual(before + 3);
    for (let s = 4; s <= 110; s++) pipeline.tick(T0 + s * 10_000_000, onFault);
    expect([...ended].sort()).toEqual([1, 2, 4, 5]);
    expect(pipeline.decoding.flows.active).toBe(0);
    expect(faults).toHaveLength(1);
    expect(pipeline.warnings).toHaveLength(1);
  });
});

const START_US = 1_700_000_000_000_000;
/** A run over a stream that is written by hand, with a clock that is set by hand. */
const streamOf = (kind: 'stream' | 'live' = 'stream', more: Partial<RunOptions> = {}) => {
  let nowUs = START_US;
  const ticks: number[] = [];
  const waiting: ((chunk: Uint8Array | undefined) => void)[] = [];
  const ready: (Uint8Array | undefined)[] = [];
  const write = (chunk?: Uint8Array): void => {
    const next = waiting.shift();
    if (next === undefined) ready.push(chunk);
    else next(chunk);
  };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk =
        ready.length > 0 ? ready.shift() : await new Promise<Uint8Array | undefined>((r) => waiting.push(r));
      if (chunk === undefined) return;
      yield chunk;
    }
  };
  const site = { id: 's' } as Parameters<typeof newSource>[1];
  const sink = new Proxy(
    {},
    { get: (_, name) => (name === 'tick' ? (tsUs: number) => ticks.push(tsUs) : () => undefined) },
  ) as SiteSink;
  const source = newSource({ nowUs: () => nowUs }, site, {
    id: 'x',
    kind,
    name: 'standard input',
    path: '',
  });
  const run = new SourceRun({
    source: { ...source, state: kind === 'live' ? 'live' : 'reading' },
    runtime: createSiteRuntime(() => sink),
    chunks: chunks(),
    nowUs: () => nowUs,
    nowMs: () => nowUs / 1000,
    progress: () => Number.NaN,
    turn: async () => undefined,
    ...more,
  });
  const frame = (tsUs: number): Uint8Array => pcapRecord({ bytes: lldp('a'), tsUs }, { linkType: 1 });
  /** A frame of this age comes, and a second passes. */
  const second = async (ageUs?: number): Promise<void> => {
    const before = run.frames;
    if (ageUs !== undefined) {
      write(frame(nowUs - ageUs));
      await expect.poll(() => run.frames, { interval: 1 }).toBe(before + 1);
    }
    nowUs += 1_000_000;
    run.second();
  };
  if (more.sides?.includes('eth1') !== true) write(pcapHeader({ linkType: 1 }));
  return { run, write, second, ticks, nowUs: () => nowUs, done: run.run() };
};

describe('a stream', () => {
  it('into which somebody captures is live; its silence is told within a minute, and it comes back', async () => {
    const { run, write, second, done } = streamOf();
    for (let s = 0; s < 10; s++) await second(2_000_000);
    expect(run.source.state).toBe('live');
    let silentS = 0;
    for (; run.source.state !== 'blind' && silentS < 120; silentS++) await second();
    expect(silentS).toBeGreaterThan(1);
    expect(silentS).toBeLessThanOrEqual(MAX_SILENCE_US / 1e6 + 1);
    await second(0);
    expect(run.source.state).toBe('live');
    write();
    await done;
    expect(run.source).toMatchObject({ state: 'failed', error: expect.stringContaining('has ended; nothing is seen') });
  });

  it('that was told to end is complete', async () => {
    const { run, write, second, done } = streamOf();
    await second(0);
    run.stop();
    write();
    await done;
    expect(run.source.state).toBe('complete');
  });

  it('of an old recording is read to its end, however slowly it comes', async () => {
    const { run, write, second, done } = streamOf();
    for (let s = 0; s < 100; s++) await second(s % 50 === 0 ? 3.6e9 : undefined);
    expect(run.source.state).toBe('reading');
    write();
    await done;
    expect(run.source).toMatchObject({ state: 'complete', error: '' });
  });
});

describe('a live wire', () => {
  it('whose frames wait to be read has the time of its frames, never that of the clock, and says how old they are', async () => {
    const { run, second, ticks, nowUs } = streamOf('live');
    // After a flood what came a minute ago is read, faster than it came, and now and then nothing for a second.
    for (let s = 0; s < 30; s++) {
      await second(60_000_000 - 2_000_000 * s);
      if (s === 0) expect([run.source.state, run.source.behindUs]).toEqual(['live', 60_000_000]);
      if (s % 5 === 0) await second();
    }
    expect([run.pipeline.health().backwardSteps, run.source.behindUs]).toEqual([0, 0]);
    // Nothing waits any more where nothing comes for long: then time passes by the clock, so that time-outs end.
    for (let s = 0; s < 10; s++) await second();
    expect(run.source.behindUs).toBe(0);
    expect(ticks.at(-1)).toBe(nowUs() - 2_000_000);
  });

  it('that is read as it comes has the time of the clock once it is quiet', async () => {
    const { second, ticks, nowUs } = streamOf('live');
    await second(0);
    for (let s = 0; s < 4; s++) await second();
    expect(ticks.at(-1)).toBe(nowUs() - 2_000_000);
  });

  it('of two sides tells the one that falls silent while the other speaks, within a minute', async () => {
    let silent: ReadonlyMap<string, number> = new Map();
    const { run, write, nowUs, second } = streamOf('live', {
      sides: ['eth1', 'eth2'],
      onSilent: (told) => {
        silent = told;
      },
    });
    write(sectionHeader());
    for (const name of ['eth1', 'eth2'])
      write(interfaceDescription({ linkType: 1, options: [{ code: 2, value: name }] }));
    /** A frame on each of these sides, and a second passes. */
    const heard = async (...sides: number[]): Promise<void> => {
      const before = run.frames;
      for (const [i, interfaceId] of sides.entries())
        write(enhancedPacket({ bytes: lldp('ab'[interfaceId]!), tsUs: nowUs() + i }, { interfaceId }));
      await expect.poll(() => run.frames, { interval: 1 }).toBe(before + sides.length);
      await second();
    };
    for (let s = 0; s < 20; s++) await heard(0, 1);
    const lastUs = nowUs() - 1_000_000 + 1;
    let silentS = 0;
    for (; silent.size === 0 && silentS < 120; silentS++) await heard(0);
    expect(silentS).toBeGreaterThan(20);
    expect(silentS).toBeLessThanOrEqual(60);
    expect([...silent]).toEqual([['eth2', lastUs]]);
    expect(run.source.state).toBe('live');
    await heard(0, 1);
    expect(silent.size).toBe(0);
    // Where both are silent the source itself is.
    for (let s = 0; s < 70; s++) await second();
    expect([run.source.state, silent.size]).toEqual(['blind', 0]);
  });

  it('tells a side that never spoke', async () => {
    let silent: ReadonlyMap<string, number> = new Map();
    const { second } = streamOf('live', {
      sides: ['', 'eth2'],
      onSilent: (told) => {
        silent = told;
      },
    });
    for (let s = 0; s < 60; s++) await second(0);
    expect([...silent]).toEqual([['eth2', 0]]);
  });
});
