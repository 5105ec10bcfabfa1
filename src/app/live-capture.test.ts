import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../capture/reader.ts';
import { lookAtTraffic } from './doctor-look.ts';
import { type LiveOptions, startLiveCapture } from './live-capture.ts';

/** A tool played by Node: `script` writes to both pipes as tcpdump would. */
const played =
  (script: string): NonNullable<LiveOptions['spawn']> =>
  () =>
    spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });

/** Writes a pcap header and `count` records of 100 octets, then waits for SIGINT and tells its counters. */
const RECORDER = (count: number) => `
  const header = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  const record = Buffer.concat([Buffer.from('00f15365000000006400000064000000', 'hex'), Buffer.alloc(100)]);
  // Two stations that answer each other: 02..01 to 02..02 and back.
  const there = Buffer.from(record); there.set([2,0,0,0,0,2, 2,0,0,0,0,1], 16);
  const back = Buffer.from(record); back.set([2,0,0,0,0,1, 2,0,0,0,0,2], 16);
  process.on('SIGINT', () => {
    process.stderr.write('${count} packets captured\\n${count} packets received by filter\\n3 packets drop');
    process.stderr.write('ped by kernel\\n', () => process.exit(0));
  });
  process.stderr.write('tcpdump: listening on eth1, link-type EN10MB\\n');
  process.stdout.write(header);
  for (let i = 0; i < ${count / 2}; i++) { process.stdout.write(there); process.stdout.write(back); }
  setInterval(() => undefined, 1000);
`;

describe('live capture', () => {
  it('hands on every frame, then the counters, and stops', async () => {
    const capture = await startLiveCapture({ interface: 'eth1', spawn: played(RECORDER(20_000)) });
    let frames = 0;
    for await (const event of readCapture(capture.chunks(), { name: 'eth1' }))
      if (event.kind === 'frames') {
        frames += event.count;
        for (let i = 0; i < event.count; i++) expect(event.captured[i]).toBe(100);
        if (frames === 20_000) void capture.stop();
      }
    expect(frames).toBe(20_000);
    expect(await capture.ended).toEqual({ reason: 'stopped' });
    expect(capture.counters).toEqual({ received: 20_000, droppedByKernel: 3 });
    expect(capture.lines.length).toBe(4);
  });

  it('joins several interfaces into one source, whose losses are those of all', async () => {
    const asked: string[] = [];
    const capture = await startLiveCapture({
      interface: 'eth1, eth2',
      spawn: (file, args) => {
        asked.push(args[args.indexOf('-i') + 1]!);
        return played(RECORDER(20_000))(file, args);
      },
    });
    expect(asked).toEqual(['eth1', 'eth2']);
    const names: (string | undefined)[] = [];
    let frames = 0;
    for await (const event of readCapture(capture.chunks(), { name: 'eth1, eth2' })) {
      if (event.kind === 'interface') names.push(event.name);
      if (event.kind !== 'frames') continue;
      frames += event.count;
      if (frames === 40_000) void capture.stop();
    }
    expect(frames).toBe(40_000);
    expect(names.sort()).toEqual(['eth1', 'eth2']);
    expect(await capture.ended).toEqual({ reason: 'stopped' });
    expect(capture.counters).toEqual({ received: 40_000, droppedByKernel: 6 });
    expect(capture.dropped).toBe(6);
  });

  const DYING = `process.stderr.write('tcpdump: listening on x\\n');
    process.stdout.write(Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
    process.stderr.write('tcpdump: pcap_loop: The interface disappeared\\n', () => process.exit(1));`;
  const ABSENT = "process.exitCode = 1; console.error('eth2: No such device exists')";
  const of = (args: readonly string[]): string => args[args.indexOf('-i') + 1]!;

  it('goes on where one of several ends, and listens to it again', async () => {
    const starts: string[] = [];
    const away: string[][] = [];
    const pauses: number[] = [];
    const capture = await startLiveCapture({
      interface: 'eth1,eth2',
      onAway: (now) => void away.push([...now].map(([name, { code }]) => `${name} ${code}`)),
      pause: async (ms) => void pauses.push(ms),
      spawn: (file, args) => {
        starts.push(of(args));
        const times = starts.filter((name) => name === 'eth2').length;
        // It disappears, is not there when it is looked for, and comes again.
        const script = of(args) === 'eth1' || times === 3 ? RECORDER(2000) : times === 1 ? DYING : ABSENT;
        return played(script)(file, args);
      },
    });
    const from = new Map<number, number>();
    let interfaces = 0;
    let frames = 0;
    for await (const event of readCapture(capture.chunks(), { name: 'eth1,eth2' })) {
      if (event.kind === 'interface') interfaces++;
      if (event.kind !== 'frames') continue;
      for (let i = 0; i < event.count; i++) {
        const side = event.interfaceIndex[i]!;
        from.set(side, (from.get(side) ?? 0) + 1);
      }
      frames += event.count;
      if (frames === 4000) void capture.stop();
    }
    expect([...from.values()]).toEqual([2000, 2000]);
    // An interface that comes again is the same one.
    expect(interfaces).toBe(2);
    expect(starts).toEqual(['eth1', 'eth2', 'eth2', 'eth2']);
    expect(pauses).toEqual([5000, 10_000]);
    expect(away).toEqual([['eth2 capture.interface-gone'], []]);
    expect(await capture.ended).toEqual({ reason: 'stopped' });
    expect(capture.dropped).toBe(6);
  });

  it('has failed once all of several have, whoever waits to be listened to again', async () => {
    let kill: () => void = () => undefined;
    const capture = await startLiveCapture({
      interface: 'eth1,eth2',
      // Nothing comes again by itself.
      pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      onAway: () => kill(),
      spawn: (file, args) => {
        const child = played(of(args) === 'eth2' ? DYING : RECORDER(2))(file, args);
        if (of(args) === 'eth1') kill = () => child.kill('SIGKILL');
        return child;
      },
    });
    const read = async () => {
      for await (const _ of capture.chunks());
    };
    await expect(read()).rejects.toThrow();
    expect(capture.hasEnded).toBe(true);
    expect(await capture.ended).toMatchObject({ reason: 'failed' });
  });

  it('begins only where all of several are there, unless some may be missing', async () => {
    const spawnOne: NonNullable<LiveOptions['spawn']> = (file, args) =>
      played(of(args) === 'eth2' ? ABSENT : RECORDER(2))(file, args);
    const asked = { interface: 'eth1,eth2', spawn: spawnOne };
    await expect(startLiveCapture(asked)).rejects.toMatchObject({ code: 'capture.unknown-interface' });
    const capture = await startLiveCapture({
      ...asked,
      mayLack: true,
      pause: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    });
    expect([...capture.away.keys()]).toEqual(['eth2']);
    let frames = 0;
    for await (const event of readCapture(capture.chunks(), { name: 'eth1,eth2' })) {
      if (event.kind === 'frames') frames += event.count;
      if (frames === 2) void capture.stop();
    }
    expect(frames).toBe(2);
    const none = startLiveCapture({ ...asked, interface: 'eth2,eth3', mayLack: true, spawn: played(ABSENT) });
    await expect(none).rejects.toMatchObject({ code: 'capture.unknown-interface' });
  });

  it('stops the tool when the reader goes away', async () => {
    const capture = await startLiveCapture({ interface: 'eth1', spawn: played(RECORDER(2000)) });
    for await (const _ of capture.chunks()) break;
    expect(capture.hasEnded).toBe(true);
  });

  it('ends with an error when the tool ends by itself, after what it wrote', async () => {
    const script = `process.stderr.write('tcpdump: listening on x\\n');
      process.stdout.write(Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
      process.stderr.write('tcpdump: pcap_loop: The interface disappeared\\n', () => process.exit(1));`;
    const capture = await startLiveCapture({ interface: 'eth1', spawn: played(script) });
    let bytes = 0;
    const read = async () => {
      for await (const chunk of capture.chunks()) bytes += chunk.length;
    };
    await expect(read()).rejects.toMatchObject({ code: 'capture.interface-gone', exitCode: 4 });
    expect(bytes).toBe(24);
  });

  it('says that rights are missing', async () => {
    const script = `process.stderr.write("tcpdump: eth1: You don't have permission to capture on that device\\n");
      process.exitCode = 1;`;
    await expect(startLiveCapture({ interface: 'eth1', spawn: played(script) })).rejects.toMatchObject({
      code: 'capture.no-rights',
      exitCode: 4,
    });
  });

  it('tries dumpcap where there is no tcpdump, and says when neither is there', async () => {
    const missing: NonNullable<LiveOptions['spawn']> = () =>
      spawn('/nonexistent/tool', { stdio: ['ignore', 'pipe', 'pipe'] });
    const asked: string[] = [];
    const capture = await startLiveCapture({
      interface: 'eth1',
      spawn: (file, args) => {
        asked.push(file);
        return file === 'tcpdump' ? missing(file, args) : played(RECORDER(2))(file, args);
      },
    });
    await capture.stop();
    expect(asked).toEqual(['tcpdump', 'dumpcap']);
    await expect(startLiveCapture({ interface: 'eth1', spawn: missing })).rejects.toMatchObject({
      code: 'capture.tool-missing',
    });
  });

  it('kills nothing and starts nothing through a shell', async () => {
    let line: readonly string[] = [];
    const capture = await startLiveCapture({
      interface: 'eth1; rm -rf x',
      filter: '$(id)',
      spawn: (file, args) => {
        line = [file, ...args];
        return played(RECORDER(2))(file, args);
      },
    });
    await capture.stop();
    expect(line).toContain('eth1; rm -rf x');
    expect(line.at(-1)).toBe('$(id)');
  });

  it('looks at traffic for the doctor', async () => {
    let look = (): void => undefined;
    const recorder = played(RECORDER(2000));
    const looking = lookAtTraffic(
      'eth1',
      ['02:00:00:00:00:01'],
      {
        spawn: (file, args) => {
          const child = recorder(file, args);
          // The time of the look is over once the recorder has written something.
          void once(child.stdout!, 'data').then(() => setImmediate(() => look()));
          return child;
        },
      },
      {
        after: (_ms, then) => {
          look = then;
          return () => undefined;
        },
      },
    );
    const seen = await looking;
    expect(seen).toMatchObject({ pairs: 1, pairsBothWays: 1, dropped: 3 });
    expect(seen.ownFrames).toBeGreaterThan(0);
    expect(Math.abs(seen.frames - 2 * seen.ownFrames)).toBeLessThanOrEqual(1);
  });
});
