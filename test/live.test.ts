/**
 * The live path with real tools: frames sent into one end of a cable, tcpdump listening on the other, in a network
 * namespace of its own; then a folder that a recorder writes, and a pipe. Needs root and iproute2 for the first part:
 * it is left out elsewhere, except where CI=true says that it must run.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../src/api/index.ts';
import { LocalEngine } from '../src/app/engine.ts';
import type { CallInput, EngineCall } from '../src/app/engine-contract.ts';
import { bufferMib } from '../src/capture/live.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import { openStore } from '../src/store/index.ts';

const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0;
const missing = [
  ...(process.getuid?.() === 0 ? [] : ['root']),
  ...['ip', 'tcpdump', 'python3'].filter((tool) => !has(tool)),
];
const mayRun = missing.length === 0 || process.env.CI === 'true';
if (!mayRun) console.log(`live capture is not tested here: it needs ${missing.join(', ')}`);

const HOSTS = 3;
/** Host `n` announces its address (ARP, RFC 826); padded to `length`. */
const announcement = (n: number, length = 60): Uint8Array => {
  const mac = [2, 0, 0, 0, 1, n];
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...mac, 10, 0, 1, n, 0, 0, 0, 0, 0, 0, 10, 0, 1, n];
  const out = new Uint8Array(length);
  out.set([255, 255, 255, 255, 255, 255, ...mac, 8, 6, ...arp]);
  return out;
};
/** `count` frames of three hosts in turn. */
const capture = (count: number, length = 60): Uint8Array => {
  const parts: Uint8Array[] = [pcapHeader({ linkType: 1 })];
  for (let i = 0; i < count; i++) {
    const bytes = announcement(1 + (i % HOSTS), length);
    parts.push(pcapRecord({ tsUs: 1_700_000_000_000_000 + i * 1000, bytes, wire: bytes.length }, { linkType: 1 }));
  }
  return Buffer.concat(parts);
};

/** Sends a pcap file `loops` times, as fast as it can (PACKET socket, packet(7)). */
const SENDER = `
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
data = open(sys.argv[2], 'rb').read()
frames, at = [], 24
while at < len(data):
    n = struct.unpack_from('<I', data, at + 8)[0]
    frames.append(data[at + 16:at + 16 + n]); at += 16 + n
for _ in range(int(sys.argv[3])):
    for f in frames: s.send(f)
`;

let folder: string;
let engine: LocalEngine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-live-'));
  const nowUs = () => Date.now() * 1000;
  engine = await LocalEngine.start({
    store: await openStore(join(folder, 'data'), { nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
  });
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async <T>(call: EngineCall, site: string): Promise<T> => {
  const input = { params: { site }, query: {}, body: undefined, userId: 'u1' };
  return JSON.parse(await engine.call(call, input as unknown as CallInput<typeof call>)) as T;
};
const sources = async (site: string): Promise<Source[]> => (await ask<{ items: Source[] }>('sources', site)).items;
const assetIps = async (site: string): Promise<string[]> =>
  (await ask<{ items: { ips: string[] }[] }>('assets', site)).items.flatMap((asset) => asset.ips).sort();

/** Looks whenever the engine says that something moved, until the sources are as wanted. */
const until = (site: string, wanted: (all: Source[]) => boolean): Promise<Source[]> =>
  new Promise((resolve, reject) => {
    const look = (): void =>
      void sources(site).then((all) => {
        if (!wanted(all)) return;
        stop();
        resolve(all);
      }, reject);
    const stop = engine.onEvent(look);
    look();
  });

describe.runIf(mayRun)('a live interface', () => {
  const ns = `gatehouse-${process.pid}`;
  const ip = (...args: string[]): void => void execFileSync('ip', args);
  const inside = (...args: string[]): string =>
    execFileSync('ip', ['netns', 'exec', ns, ...args], { encoding: 'utf8' });
  const path = process.env.PATH;

  beforeEach(() => {
    ip('netns', 'add', ns);
    ip('-n', ns, 'link', 'add', 'plant0', 'type', 'veth', 'peer', 'name', 'mirror0');
    for (const name of ['plant0', 'mirror0']) {
      // No link-local address either: the watching end must be silent.
      ip('-n', ns, 'link', 'set', name, 'addrgenmode', 'none');
      ip('-n', ns, 'link', 'set', name, 'up');
    }
    // The real tcpdump, started in the namespace; exec keeps the process, so that its id is known.
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(
      join(tools, 'tcpdump'),
      `#!/bin/sh\necho $$ > ${folder}/pid\nPATH='${path}' exec ip netns exec ${ns} tcpdump "$@"\n`,
    );
    chmodSync(join(tools, 'tcpdump'), 0o755);
    process.env.PATH = `${tools}:${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    ip('netns', 'del', ns);
  });

  const send = (frames: Uint8Array, loops = 1): void => {
    const file = join(folder, 'send.pcap');
    writeFileSync(file, frames);
    if (has('tcpreplay')) inside('tcpreplay', '-q', '-t', '-K', `--loop=${loops}`, '-i', 'plant0', file);
    else inside('python3', '-c', SENDER, 'plant0', file, String(loops));
  };
  const tcpdump = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'));

  it('shows devices as they speak, silence, loss, and the end of the capturing program', async () => {
    const { site } = await engine.open({ kind: 'live', interface: 'mirror0' }, 'u1');
    send(capture(300));
    const [heard] = await until(site, ([s]) => s!.health.frames >= 300);
    expect(heard).toMatchObject({ state: 'live', name: 'mirror0', error: '', health: { frames: 300, ownFrames: 0 } });
    // While frames come a page may be some seconds old.
    await expect.poll(() => assetIps(site), { timeout: 20_000 }).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.3']);

    // Nothing is sent for five seconds.
    const [silent] = await until(site, ([s]) => s!.state === 'blind' && s!.health.dropped !== null);
    expect(silent!.health).toMatchObject({ frames: 300, dropped: 0 });

    // The program is held up while half as much again comes as the kernel's buffer takes: every frame is read or told as lost.
    const loops = Math.ceil((1.5 * bufferMib(totalmem()) * 1024 ** 2) / (100 * 1514));
    process.kill(tcpdump(), 'SIGSTOP');
    send(capture(100, 1514), loops);
    process.kill(tcpdump(), 'SIGCONT');
    const sent = 300 + 100 * loops;
    const [lossy] = await until(site, ([s]) => s!.health.frames + (s!.health.dropped ?? 0) >= sent);
    expect(lossy!.health.dropped).toBeGreaterThan(0);
    expect(lossy!.health.frames + lossy!.health.dropped!).toBe(sent);
    expect((await ask<{ verdicts: { code: string }[] }>('coverage', site)).verdicts.map((v) => v.code)).toContain(
      'loss',
    );

    process.kill(tcpdump(), 'SIGKILL');
    const [failed] = await until(site, ([s]) => s!.state === 'failed');
    expect(failed!.error).toMatch(/tcpdump.*SIGKILL/);
    expect(failed!.health.frames).toBe(lossy!.health.frames);
  }, 60_000);

  it('is looked at by the doctor: silent without an address, a failure with one', () => {
    const script = `import('./src/app/doctor.ts').then(async ({ runDoctor, thisMachine }) => {
      const look = async () => ({ seconds: 0, frames: 0, pairs: 0, pairsBothWays: 0, ownFrames: 0, dropped: 0 });
      const checks = await runDoctor({ interface: 'mirror0', dataFolder: '/tmp' }, { ...thisMachine, look });
      console.log(JSON.stringify(checks));
    })`;
    const silent = (): { state: string; text: string } => {
      const said = inside(process.execPath, '--import', 'tsx', '-e', script);
      return JSON.parse(said).find((check: { name: string }) => check.name === 'silent');
    };
    expect(silent()).toEqual({
      name: 'silent',
      state: 'ok',
      text: 'mirror0 has no address: nothing can be sent from it by accident.',
    });
    ip('-n', ns, 'address', 'add', '10.9.9.9/24', 'dev', 'mirror0');
    expect(silent()).toMatchObject({ state: 'fail', text: expect.stringContaining('10.9.9.9') });
  }, 60_000);
});

describe('other ways in', () => {
  it('follows a folder that a recorder writes', async () => {
    const written = join(folder, 'recorder');
    mkdirSync(written);
    const put = (name: string, bytes: Uint8Array): void => {
      writeFileSync(join(written, `${name}.part`), bytes);
      renameSync(join(written, `${name}.part`), join(written, name));
    };
    const bytes = capture(30);
    put('00001.pcap', bytes.subarray(0, 1000));
    const { site } = await engine.open({ kind: 'folder', path: written }, 'u1');
    await until(site, ([s]) => (s?.health.frames ?? 0) > 0);
    // The recorder goes on in the same file, then begins the next one.
    writeFileSync(join(written, '00001.pcap'), bytes.subarray(1000), { flag: 'a' });
    put('00002.pcap', capture(6));
    const all = await until(site, (list) => list.length === 2 && list[1]!.health.frames === 6);
    expect(all[0]).toMatchObject({ name: '00001.pcap', state: 'complete', error: '', health: { frames: 30 } });
    expect(await assetIps(site)).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
  }, 30_000);

  it.skipIf(process.platform === 'win32')(
    'reads a pipe to its end',
    async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      writeFileSync(join(folder, 'all.pcap'), capture(300));
      spawn('sh', ['-c', 'cat "$1" > "$2"', 'sh', join(folder, 'all.pcap'), pipe]);
      const fd = openSync(pipe, 'r');
      const { site } = await engine.open({ kind: 'stream', name: 'standard input', fd }, 'u1');
      const [read] = await until(site, ([s]) => s!.state === 'complete');
      expect(read).toMatchObject({ kind: 'stream', name: 'standard input', error: '', health: { frames: 300 } });
      expect(await assetIps(site)).toEqual(['10.0.1.1', '10.0.1.2', '10.0.1.3']);
    },
    30_000,
  );
});
