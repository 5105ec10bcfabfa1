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

  it('fails where one of several does, and stops the others', async () => {
    const failing = `process.stderr.write('tcpdump: listening on x\\n');
      process.stdout.write(Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
      process.stderr.write('tcpdump: pcap_loop: The interface disappeared\\n', () => process.exit(1));`;
    const capture = await startLiveCapture({
      interface: 'eth1,eth2',
      spawn: (file, args) => played(args.includes('eth2') ? failing : RECORDER(2))(file, args),
    });
    const read = async () => {
      for await (const _ of capture.chunks());
    };
    await expect(read()).rejects.toMatchObject({ code: 'capture.interface-gone' });
    expect(capture.hasEnded).toBe(true);
    const missing = startLiveCapture({
      interface: 'eth1,eth2',
      spawn: (file, args) =>
        args.includes('eth2')
          ? played("process.exitCode = 1; console.error('eth2: No such device exists')")(file, args)
          : played(RECORDER(2))(file, args),
    });
    await expect(missing).rejects.toMatchObject({ code: 'capture.unknown-interface' });
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
      '02:00:00:00:00:01',
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
