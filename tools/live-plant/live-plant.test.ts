/**
 * What third-party stacks say that they did, against what was decoded from the wire between them. Needs Linux, root, tcpdump,
 * mosquitto and the stacks of this folder; absent it is skipped with a line that says why, and in CI that is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { startLiveCapture } from '../../src/app/live-capture.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import { readCapture } from '../../src/capture/reader.ts';
import type { At, Command, Session, ValueBlock, ValueItem, Weird } from '../../src/core/observation.ts';
import type { SiteSink } from '../../src/core/site-model.ts';
import type { EndpointTable } from '../../src/decode/index.ts';
import { ADDRESS, missing, startStackPlant, type Truth } from './index.ts';

/** Longer than the kernel keeps frames that were captured back. */
const BLOCK_MS = 2000;
const ROUNDS = 8;
/** What its client says of a question that was never answered. */
const UNANSWERED = 'ETIMEDOUT';
/** Monday morning: the line runs. */
const START_S = 1_772_409_600 + 9 * 3600;

interface Heard {
  readonly ip: string;
  readonly path: string;
  readonly value: unknown;
  readonly access: string;
}

const absent = missing();
if (absent.length > 0 && process.env.CI === 'true')
  it('the third-party stacks must run in CI', () => expect(absent).toEqual([]));

describe.skipIf(absent.length > 0)(`third-party stacks on loopback ${absent.join('; ')}`, () => {
  const truth: Truth[] = [];
  const values: Heard[] = [];
  const commands: (Command & { readonly ip: string; readonly protocol: string })[] = [];
  const sessions: (Session & { readonly protocol: string })[] = [];
  const weirds: (Weird & { readonly protocol: string })[] = [];
  let pipeline: Pipeline;
  let dropped: number | undefined;

  beforeAll(async () => {
    let table: EndpointTable;
    const nothing = (): void => undefined;
    const ipOf = (at: At): string => table.get(at.server).ip ?? '';
    const sink: SiteSink = {
      command: (at, command) => void commands.push({ ...command, ip: ipOf(at), protocol: at.protocol }),
      values: (at: At, block: ValueBlock) => {
        for (let i = 0; i < block.count; i++)
          values.push({
            ip: ipOf(at),
            path: `${block.area} ${block.start + i}`,
            value: block.values[i],
            access: block.access,
          });
      },
      value: (at: At, { path, value, access }: ValueItem) => void values.push({ ip: ipOf(at), path, value, access }),
      identity: nothing,
      module: nothing,
      name: nothing,
      session: (at, session) => void sessions.push({ ...session, protocol: at.protocol }),
      weird: (at, weird) => void weirds.push({ ...weird, protocol: at.protocol }),
      flow: nothing,
      alias: nothing,
      tick: nothing,
    };
    const site = createSiteRuntime((endpoints) => {
      table = endpoints;
      return sink;
    });
    pipeline = new Pipeline({ source: 'lo', site });
    const capture = await startLiveCapture({ interface: 'lo', filter: 'net 127.77.0.0/24' });
    const reading = (async () => {
      for await (const event of readCapture(capture.chunks(), { name: 'lo' })) pipeline.handle(event);
      pipeline.finish();
    })();
    const plant = await startStackPlant({ seed: 1, startS: START_S, note: (t) => truth.push(t) });
    try {
      for (let i = 0; i < ROUNDS; i++) {
        await plant.round(1);
        // The publishing interval of the subscription is half a second.
        await wait(600);
      }
    } finally {
      await plant.stop();
      // The kernel hands frames over in blocks, the last one up to a second late: the wire must have been quiet for longer.
      for (let before = -1; before !== pipeline.health().frames; ) {
        before = pipeline.health().frames;
        await wait(BLOCK_MS);
      }
      await capture.stop();
    }
    await reading;
    dropped = capture.dropped;
  });

  const said = (stack: Truth['stack'], by: Truth['by'], kind: Truth['kind']): Truth[] =>
    truth.filter((t) => t.stack === stack && t.by === by && t.kind === kind);
  /** Values by path in the order in which they came. */
  const byPath = (list: readonly { readonly path: string; readonly value: unknown }[]): Map<string, unknown[]> => {
    const out = new Map<string, unknown[]>();
    for (const { path, value } of list) out.set(path, [...(out.get(path) ?? []), value]);
    return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const heard = (ip: string, access: string): Heard[] => values.filter((v) => v.ip === ip && v.access === access);

  /** Every value of every path, in the order of size: what is read and what is notified may pass each other on their way. */
  const sorted = (list: readonly { readonly path: string; readonly value: unknown }[]): Map<string, unknown[]> =>
    new Map([...byPath(list)].map(([path, of]) => [path, of.map(Number).sort((a, b) => a - b)]));
  const accepted = (t: Truth): boolean => t.refused === '';
  /** Writes in order, as the client knows them: what, and the reason of a refusal. */
  const writesOf = (protocol: string): string[] =>
    commands
      .filter((c) => c.protocol === protocol && c.verb === 'write')
      .map((c) => `${c.object} ${Math.fround(Number(c.value))} ${c.outcome === 'accepted' ? '' : c.reason}`);

  it('loses nothing, and finds nothing damaged or odd', () => {
    expect(dropped ?? 0).toBe(0);
    expect(pipeline.health()).toMatchObject({ damagedFrames: 0, missingBytes: 0 });
    expect(pipeline.health().protocols.filter((p) => p.malformed > 0)).toEqual([]);
    expect(
      pipeline
        .health()
        .protocols.map((p) => p.protocol)
        .sort(),
    ).toEqual(['modbus', 'mqtt', 'opcua']);
    expect(weirds).toEqual([]);
  });

  it('Modbus: every register and coil that the server gave and the client got', () => {
    const decoded = byPath(heard(ADDRESS.modbus, 'read'));
    expect(decoded.size).toBeGreaterThan(30);
    expect(decoded).toEqual(byPath(said('modbus', 'client', 'read').filter(accepted)));
    expect(decoded).toEqual(byPath(said('modbus', 'server', 'read')));
  });

  it('Modbus: every write with its outcome, and the question that the server never answers', () => {
    const reasons: Readonly<Record<string, string>> = { '': '', '3': 'illegal data value (3)' };
    const told = said('modbus', 'client', 'write').map(
      (t) => `${t.path.replace('holding', 'holding registers')} ${t.value} ${reasons[t.refused]}`,
    );
    expect(told.length).toBeGreaterThan(4);
    expect(writesOf('modbus')).toEqual(told);
    // modbus-serial swallows the exception of a server that reads many registers at once: its own client waits in vain.
    const lost = said('modbus', 'client', 'read').filter((t) => !accepted(t));
    expect(lost.map((t) => t.refused)).toEqual(lost.map(() => UNANSWERED));
    expect(lost.length).toBeGreaterThan(0);
    expect(commands.filter((c) => c.protocol === 'modbus' && c.outcome === 'unanswered')).toHaveLength(lost.length);
  });

  it('OPC UA: every value that was read or notified', () => {
    const decoded = sorted(heard(ADDRESS.opcua, 'read').filter((v) => v.path.startsWith('ns=1;')));
    expect(decoded.size).toBeGreaterThan(10);
    expect(decoded).toEqual(sorted([...said('opcua', 'client', 'read'), ...said('opcua', 'client', 'notified')]));
  });

  it('OPC UA: services, session and writes with their status', () => {
    const told = said('opcua', 'client', 'write').map(
      (t) => `${t.path} ${t.value} ${accepted(t) ? '' : `${t.refused} (0x803c0000)`}`,
    );
    expect(told.length).toBeGreaterThan(3);
    expect(writesOf('opcua')).toEqual(told);
    const services = new Set(commands.filter((c) => c.protocol === 'opcua').map((c) => c.operation));
    for (const name of [
      'GetEndpoints',
      'ActivateSession',
      'Browse',
      'CreateSubscription',
      'CreateMonitoredItems',
      'Read',
    ])
      expect(services, name).toContain(name);
    expect(sessions.filter((s) => s.protocol === 'opcua').map((s) => s.phase)).toEqual(
      expect.arrayContaining(['open', 'authenticate', 'close']),
    );
  });

  it('MQTT: what was published and what reached the subscriber, each by its topic', () => {
    const published = byPath(said('mqtt', 'server', 'write').map((t) => ({ ...t, value: Number(t.value) })));
    const reached = byPath(said('mqtt', 'client', 'notified').map((t) => ({ ...t, value: Number(t.value) })));
    const values = (access: string) => byPath(heard(ADDRESS.broker, access).filter((v) => v.path.endsWith('/value')));
    expect(published.size).toBe(4);
    expect(values('write')).toEqual(published);
    expect(values('read')).toEqual(reached);
    expect(reached).toEqual(published);
    expect(commands.some((c) => c.verb === 'subscribe' && c.object === 'works/#')).toBe(true);
  });
});

describe.skipIf(absent.length > 0)(`gatehouse plant --live ${absent.join('; ')}`, () => {
  it('leaves no program and no folder behind when it is asked to end', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-live-'));
    const main = join(dirname(fileURLToPath(import.meta.url)), 'main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', main], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, TMPDIR: folder },
    });
    try {
      const done = new Promise<number | null>((resolve) => child.once('exit', resolve));
      let said = '';
      await new Promise<void>((resolve) =>
        child.stdout.on('data', (chunk) => {
          said += String(chunk);
          if (said.includes('Watch them')) resolve();
        }),
      );
      expect(readdirSync(folder).filter((name) => name.startsWith('gatehouse-stacks-'))).toHaveLength(1);
      child.kill('SIGTERM');
      expect(await done).toBe(0);
      // The broker's configuration is taken away after the broker has ended.
      expect(readdirSync(folder).filter((name) => name.startsWith('gatehouse-stacks-'))).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
