/**
 * The wire is hostile: the whole pipeline under mutated captures and under floods. Nothing may throw, take long or grow
 * without bound; what is dropped at a limit is counted under its name; and afterwards an honest conversation is still
 * understood. HOSTILE_ROUNDS and HOSTILE_SEED make it longer or repeat a failure.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BROADCAST, Connection, ethernet, type Host, ipv4, SYN, tcp, udp, Wire } from '../plant/net.ts';
import { batchOf, Run, readFrames, seeded, type TestFrame, TestSite } from './drive.ts';
import { judged, MAX_FRAME_MS, memoryMib } from './judge.ts';
import { mutated } from './mutate.ts';
import { describeShared, sharedCaptures } from './shared.ts';

const ROUNDS = Number(process.env.HOSTILE_ROUNDS ?? 1);
const SEED = Number(process.env.HOSTILE_SEED ?? 20_261_122);
/** Of each capture, from a place chosen anew in each round. */
const FRAMES_PER_CAPTURE = 500;
const quiet = { each: () => undefined };

describeShared('mutated captures', () => {
  it('nothing throws, no frame takes long, memory stays', { timeout: 900_000 }, async () => {
    const captures = await Promise.all(
      sharedCaptures().map(async (c) => ({ name: c.name, frames: await readFrames(c.path) })),
    );
    const random = seeded(SEED);
    let total = 0;
    let worstMs = 0;
    let worstWhere = '';
    let settledMb = 0;
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [k, c] of captures.entries()) {
        if (c.frames.length === 0) continue;
        const from = Math.floor(random() * Math.max(1, c.frames.length - FRAMES_PER_CAPTURE));
        const others = captures[Math.floor(random() * captures.length)]!.frames;
        const frames = mutated(c.frames.slice(from, from + FRAMES_PER_CAPTURE), others, random);
        const where = `seed ${SEED} round ${round} ${c.name} frames ${from + 1}..`;
        const verdict = judged(frames, { shortLearning: k % 2 === 1, words: k % 4 === 0 });
        if (verdict.kind === 'threw') throw new Error(where, { cause: verdict.error });
        if (verdict.kind === 'grew') throw new Error(`${where}: ${verdict.keptMib} MiB`);
        total += frames.length;
        if (verdict.worstMs > worstMs) [worstMs, worstWhere] = [verdict.worstMs, `${where} +${verdict.at}`];
      }
      // The first round fills caches that stay.
      if (round === 0) settledMb = memoryMib();
    }
    const grownMb = memoryMib() - settledMb;
    process.stdout.write(
      `${total} frames, seed ${SEED}; slowest ${worstMs.toFixed(1)} ms (${worstWhere}); memory ${grownMb.toFixed(1)} MB\n`,
    );
    expect(worstMs, worstWhere).toBeLessThan(MAX_FRAME_MS);
    expect(grownMb).toBeLessThan(60);
  });
});

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'fuzz');
const fixtures = existsSync(FIXTURES) ? readdirSync(FIXTURES).sort() : [];

describe.runIf(fixtures.length > 0)('what the fuzzer once found', () => {
  it.each(fixtures)('%s', async (name) => {
    const frames = await readFrames(join(FIXTURES, name));
    expect(judged(frames, {}, true)).toMatchObject({ kind: 'fine' });
    expect(judged(frames, { shortLearning: true, words: true }, true)).toMatchObject({ kind: 'fine' });
  });
});

// --- Floods

const T0 = 1_700_000_000_000_000;
const hmi: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const plc: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
/** Modbus: ten reads of two registers and their answers (Modbus Messaging Implementation Guide 1.0b section 3.1.3). */
const conversation = (tsUs: number, client: Host, server: Host, port: number): readonly TestFrame[] => {
  const wire = new Wire();
  const c = new Connection(wire, client, server, port, 502);
  c.open(tsUs);
  for (let i = 0; i < 10; i++) {
    const t = tsUs + 10_000 + i * 10_000;
    // transaction, protocol 0, length 6, unit 1, function 3, start 0, count 2
    c.send(t, true, Uint8Array.of(0, i, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2));
    // transaction, protocol 0, length 7, unit 1, function 3, 4 octets, two registers
    c.send(t + 2_000, false, Uint8Array.of(0, i, 0, 0, 0, 7, 1, 3, 4, 0, i, 0, 7));
  }
  c.close(tsUs + 200_000);
  return wire.sorted();
};

interface Flood {
  readonly name: string;
  readonly count: number;
  /** Frame `n` of the flood. */
  readonly frame: (n: number) => Uint8Array;
  readonly stepUs?: number;
  /** Names of the limits that must have been counted, at the source or at the site. */
  readonly limits: readonly string[];
  readonly maxMb: number;
  /** The picture of the site is asked for afterwards (with a hundred thousand devices in it that takes its time). */
  readonly picture?: boolean;
}

/** A copy of `template` with big-endian numbers put in at offsets; checksums are left, nobody looks at them here. */
const patched = (
  template: Uint8Array,
  ...patches: readonly (readonly [at: number, octets: 1 | 2 | 4, value: number])[]
) => {
  const bytes = template.slice();
  for (const [at, octets, value] of patches)
    for (let k = 0; k < octets; k++) bytes[at + k] = value >>> (8 * (octets - 1 - k));
  return bytes;
};
/** Offsets in an untagged frame with an IPv4 header of 20 octets. */
const IP_ID = 18;
const IP_FLAGS = 20;
const IP_SOURCE = 26;
const SOURCE_PORT = 34;
const TARGET_PORT = 36;
const TCP_SEQUENCE = 38;
const FORGED = 20 << 24;
const packet = (from: Host, protocol: number, payload: Uint8Array) =>
  ethernet(plc.mac, from.mac, 0x0800, ipv4(from, plc, protocol, payload, 0));
const forger: Host = { mac: '02:00:00:00:00:fe', ip: '20.0.0.0' };
const SYN_FRAME = packet(forger, 6, tcp(forger, plc, 0, 502, 0, 0, SYN, []));
const UDP_FRAME = packet(forger, 17, udp(forger, plc, 0, 0, [1, 2, 3, 4]));
const FRAGMENT = patched(packet(forger, 17, new Uint8Array(1400)), [IP_FLAGS, 1, 0x20]);
/** ARP request (RFC 826): Ethernet, IPv4, operation 1, sender, target. */
const ARP_FRAME = ethernet(
  BROADCAST,
  forger.mac,
  0x0806,
  [0, 1, 8, 0, 6, 4, 0, 1, 6, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2],
);
/** DNS: a question for one name, type A (RFC 1035 section 4.1). */
const DNS_FRAME = packet(
  forger,
  17,
  udp(forger, plc, 0, 53, [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 2, 99, 104, 0, 0, 1, 0, 1]),
);
const REQUEST_FRAME = packet(hmi, 6, tcp(hmi, plc, 0, 502, 0, 1, 0x18, [0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]));

/** Segment `n` of many connections that each announce a PDU and never end it. */
const endless = (port: number, head: readonly number[], filler: number, connections: number) => {
  const rest = packet(hmi, 6, tcp(hmi, plc, 0, port, 0, 1, 0x18, new Uint8Array(1400).fill(filler)));
  const first = rest.slice();
  first.set(head, 54);
  return (n: number) => {
    const k = Math.floor(n / connections);
    return patched(
      k === 0 ? first : rest,
      [IP_ID, 2, n],
      [SOURCE_PORT, 2, 1024 + (n % connections)],
      [TCP_SEQUENCE, 4, 1 + k * 1400],
    );
  };
};

const ANNOUNCED: readonly (readonly [string, number, readonly number[], number])[] = [
  ['Modbus', 502, [0, 1, 0, 0, 0, 253, 1, 16, 0, 0, 0, 123, 246], 0],
  ['TPKT', 102, [3, 0, 0xff, 0xff, 2, 0xf0, 0x80], 0],
  ['EtherNet/IP', 44818, [0x6f, 0, 0xff, 0xff, 5, 0, 0, 0], 0],
  ['TLS', 443, [22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc, 3, 3], 0],
  ['HTTP', 80, [...Buffer.from('GET / HTTP/1.1\r\nHost: ')], 0x61],
  ['SMB', 445, [0, 0xff, 0xff, 0xff, 0xfe, 0x53, 0x4d, 0x42, 64, 0], 0],
  ['SSH', 22, [...Buffer.from('SSH-2.0-')], 0x61],
  ['FTP', 21, [...Buffer.from('USER ')], 0x61],
  ['Telnet', 23, [0xff, 0xfa, 24], 0x61],
];

const FLOODS: readonly Flood[] = [
  {
    name: 'SYN from forged addresses',
    count: 300_000,
    frame: (n) =>
      patched(SYN_FRAME, [IP_ID, 2, n], [IP_SOURCE, 4, FORGED + n], [SOURCE_PORT, 2, 1024 + n], [TCP_SEQUENCE, 4, n]),
    limits: ['addresses-of-one-card', 'flows'],
    maxMb: 300,
  },
  {
    name: 'UDP flows of one packet',
    count: 500_000,
    frame: (n) =>
      patched(
        UDP_FRAME,
        [IP_SOURCE, 4, FORGED + (n % 500)],
        [SOURCE_PORT, 2, 1024 + Math.floor(n / 500)],
        [TARGET_PORT, 2, 20_000 + (n % 7)],
      ),
    limits: ['flows'],
    maxMb: 500,
    picture: true,
  },
  {
    name: 'forged MAC addresses',
    count: 300_000,
    // The sender's address in the Ethernet header and in ARP, and its IP address.
    frame: (n) => patched(ARP_FRAME, [8, 4, n], [24, 4, n], [28, 4, FORGED + n]),
    limits: ['cards-of-one-network'],
    maxMb: 100,
  },
  {
    name: 'first fragments without an end',
    count: 100_000,
    frame: (n) => patched(FRAGMENT, [IP_ID, 2, n], [IP_SOURCE, 4, FORGED + n]),
    limits: ['fragmented-datagrams'],
    maxMb: 150,
  },
  {
    name: 'Modbus requests that nobody answers',
    count: 100_000,
    frame: (n) => {
      const k = Math.floor(n / 50);
      return patched(
        REQUEST_FRAME,
        [IP_ID, 2, n],
        [SOURCE_PORT, 2, 2000 + (n % 50)],
        [TCP_SEQUENCE, 4, 1 + k * 12],
        [54, 2, k], // transaction
      );
    },
    stepUs: 1,
    limits: ['pending-requests'],
    maxMb: 100,
    picture: true,
  },
  {
    name: 'DNS questions from forged addresses',
    count: 100_000,
    frame: (n) => patched(DNS_FRAME, [IP_SOURCE, 4, FORGED + n], [SOURCE_PORT, 2, 1024 + n], [42, 2, n]),
    limits: [],
    maxMb: 400,
  },
  ...ANNOUNCED.map(([name, port, head, filler]) => ({
    name: `${name} announcements without an end`,
    count: 30_000,
    frame: endless(port, head, filler, 150),
    limits: [],
    maxMb: 100,
    picture: true,
  })),
];

const flooded: string[] = [];

describe('floods', () => {
  it.each(FLOODS)('$name: bounded, counted, and honest traffic is still understood', { timeout: 300_000 }, (flood) => {
    const site = new TestSite();
    const run = new Run({ ...quiet, onMessage: (d) => void heard.push(d.name) }, site);
    const heard: string[] = [];
    let frame = 1;
    let now = T0;
    const give = (frames: readonly TestFrame[]) => {
      run.pipeline.handle(batchOf(frames, frame));
      frame += frames.length;
    };
    give(conversation(now, hmi, plc, 40_000));
    now += 1_000_000;
    const before = memoryMib();
    let peak = 0;
    const began = process.cpuUsage().user;
    for (let n = 0; n < flood.count; n += 500) {
      const batch: TestFrame[] = [];
      for (let k = n; k < n + 500; k++) {
        now += flood.stepUs ?? 10;
        batch.push({ tsUs: now, bytes: flood.frame(k) });
      }
      give(batch);
      if (n > 0 && n % 200_000 === 0) peak = Math.max(peak, memoryMib());
    }
    peak = Math.max(peak, memoryMib());
    const cpuUs = (process.cpuUsage().user - began) / flood.count;
    flooded.push(`${flood.name}: ${(peak - before).toFixed(0)} MB, ${cpuUs.toFixed(1)} us a frame`);
    expect(peak - before, 'MB').toBeLessThan(flood.maxMb);

    heard.length = 0;
    const told = site.model.commands().length + site.model.pointCount;
    give(conversation(now + 100_000, hmi, plc, 40_001));
    expect(heard.filter((d) => d === 'modbus')).toHaveLength(20);
    expect(told).toBeGreaterThan(0);
    run.pipeline.finish();
    const dropped = [...run.health.limits, ...site.model.limits()].filter((l) => l.dropped > 0).map((l) => l.limit);
    for (const limit of flood.limits) expect(dropped).toContain(limit);
    expect(site.model.conversations().some((c) => c.protocol === 'modbus' && c.serverPackets > 0)).toBe(true);
    if (flood.picture === true) {
      const asked = process.cpuUsage().user;
      const server = site.model.assets().find((a) => a.ips.includes(plc.ip) && a.macs.includes(plc.mac));
      expect(server?.served).toContain('modbus');
      flooded.push(`   picture in ${((process.cpuUsage().user - asked) / 1e6).toFixed(1)} s of CPU`);
    }
    flooded.push(`   ${dropped.join(' ')}`);
    process.stdout.write(`${flooded.splice(0).join('\n')}\n`);
  });
});
