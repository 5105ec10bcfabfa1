/**
 * `npx tsx test/variants.ts DIR [--as NAME] [--capture TEXT] [--show N] [--seed N]`: each capture below DIR as other networks and sensors would have
 * delivered it, and which messages that changes. What is below the protocols must not change what they say: nothing lost, nothing new
 * (`tagged`, `stacked`, `ipv6`, `cut`, `joined`). Where octets or frames are missing (`snapped`, `dropped`, `one-side`, `middle`) messages may be
 * lost; what is new is a question.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decodeFrames, readFrames, seeded, type TestFrame, textOfData } from './drive.ts';
import { given } from './usage.ts';

/** Where IPv4 and what it carries stand in an Ethernet frame, behind 802.1Q tags; absent where there is none, or only a fragment. */
interface Layout {
  readonly ip: number;
  readonly protocol: number;
  readonly l4: number;
  readonly payload: number;
  readonly end: number;
}
const layoutOf = (f: TestFrame): Layout | undefined => {
  const b = f.bytes;
  if ((f.linkType ?? 1) !== 1) return undefined;
  let at = 12;
  while (at + 4 < b.length && ((b[at] === 0x81 && b[at + 1] === 0) || (b[at] === 0x88 && b[at + 1] === 0xa8))) at += 4;
  const ip = at + 2;
  if (b[at] !== 8 || b[at + 1] !== 0 || b.length < ip + 20 || b[ip]! >> 4 !== 4) return undefined;
  const l4 = ip + (b[ip]! & 15) * 4;
  const end = ip + ((b[ip + 2]! << 8) | b[ip + 3]!);
  if (end > b.length || (((b[ip + 6]! << 8) | b[ip + 7]!) & 0x3fff) !== 0) return undefined;
  const protocol = b[ip + 9]!;
  const payload = protocol === 6 ? l4 + (b[l4 + 12]! >> 4) * 4 : protocol === 17 ? l4 + 8 : l4;
  return payload > end ? undefined : { ip, protocol, l4, payload, end };
};

/** Ones' complement sum (RFC 1071) of octets, folded. */
const summed = (b: Uint8Array, from: number, end: number, start = 0): number => {
  let sum = start;
  for (let o = from; o < end; o += 2) sum += (b[o]! << 8) | (o + 1 < end ? b[o + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
};
const put16 = (b: Uint8Array, at: number, value: number): void => {
  b[at] = value >> 8;
  b[at + 1] = value & 255;
};
/** A frame with other octets behind its TCP header: length and checksums made right. */
const withPayload = (f: TestFrame, l: Layout, payload: Uint8Array, ahead: number): TestFrame => {
  const bytes = new Uint8Array(l.payload + payload.length);
  bytes.set(f.bytes.subarray(0, l.payload));
  bytes.set(payload, l.payload);
  put16(bytes, l.ip + 2, bytes.length - l.ip);
  put16(bytes, l.ip + 10, 0);
  put16(bytes, l.ip + 10, ~summed(bytes, l.ip, l.l4) & 0xffff);
  const view = new DataView(bytes.buffer);
  view.setUint32(l.l4 + 4, (view.getUint32(l.l4 + 4) + ahead) >>> 0);
  const rest = bytes.length - l.l4;
  put16(bytes, l.l4 + 16, 0);
  put16(bytes, l.l4 + 16, ~summed(bytes, l.l4, bytes.length, summed(bytes, l.ip + 12, l.ip + 20) + 6 + rest) & 0xffff);
  return { ...f, bytes, wire: bytes.length };
};

const tagged = (frames: readonly TestFrame[], tags: readonly number[]): TestFrame[] =>
  frames.map((f) => {
    if ((f.linkType ?? 1) !== 1 || f.bytes.length < 14) return f;
    const bytes = Uint8Array.from([...f.bytes.subarray(0, 12), ...tags, ...f.bytes.subarray(12)]);
    return { ...f, bytes, wire: (f.wire ?? f.bytes.length) + tags.length };
  });

/** The same conversation over IPv6: addresses with the old ones at their end, group addresses in ff02::/16. What is not TCP or UDP stays. */
const overIpv6 = (frames: readonly TestFrame[]): TestFrame[] =>
  frames.map((f) => {
    const l = layoutOf(f);
    if (l === undefined || (l.protocol !== 6 && l.protocol !== 17)) return f;
    const b = f.bytes;
    const size = l.end - l.l4;
    const bytes = new Uint8Array(l.ip + 40 + size);
    bytes.set(b.subarray(0, l.ip));
    put16(bytes, l.ip - 2, 0x86dd);
    bytes[l.ip] = 0x60;
    put16(bytes, l.ip + 4, size);
    bytes[l.ip + 6] = l.protocol;
    bytes[l.ip + 7] = b[l.ip + 8]!;
    for (const [to, from] of [
      [l.ip + 8, l.ip + 12],
      [l.ip + 24, l.ip + 16],
    ] as const) {
      if (b[from]! >= 224) bytes.set([0xff, 0x02], to);
      else bytes.set([0x20, 0x01, 0x0d, 0xb8], to);
      bytes.set(b.subarray(from, from + 4), to + 12);
    }
    bytes.set(b.subarray(l.l4, l.end), l.ip + 40);
    const at = l.ip + 40 + (l.protocol === 6 ? 16 : 6);
    put16(bytes, at, 0);
    const sum = ~summed(bytes, l.ip + 8, bytes.length, size + l.protocol) & 0xffff;
    put16(bytes, at, sum === 0 ? 0xffff : sum);
    return { ...f, bytes, wire: bytes.length };
  });

/** Each TCP segment in two, cut at any place. */
const cutAnew = (frames: readonly TestFrame[], random: () => number): TestFrame[] =>
  frames.flatMap((f) => {
    const l = layoutOf(f);
    if (l === undefined || l.protocol !== 6 || l.end - l.payload < 2) return [f];
    const octets = f.bytes.subarray(l.payload, l.end);
    const at = 1 + Math.floor(random() * (octets.length - 1));
    return [withPayload(f, l, octets.subarray(0, at), 0), withPayload(f, l, octets.subarray(at), at)];
  });

/** Neighbours of one direction that follow each other in sequence, as one segment: what a sender with more to say, or an offloading card, makes. */
const joinedUp = (frames: readonly TestFrame[], most = 1400): TestFrame[] => {
  const out: TestFrame[] = [];
  const sequence = (f: TestFrame, l: Layout): number =>
    new DataView(f.bytes.buffer, f.bytes.byteOffset).getUint32(l.l4 + 4);
  for (const f of frames) {
    const l = layoutOf(f);
    const last = out.at(-1);
    const before = last && layoutOf(last);
    const ends = (x: Layout): Uint8Array => f.bytes.subarray(x.ip + 12, x.l4 + 4);
    if (
      l?.protocol === 6 &&
      before?.protocol === 6 &&
      l.end > l.payload &&
      before.end > before.payload &&
      before.ip === l.ip &&
      before.l4 === l.l4 &&
      before.payload === l.payload &&
      ends(l).every((x, i) => x === last!.bytes[l.ip + 12 + i]) &&
      // Neither begins or ends anything.
      (f.bytes[l.l4 + 13]! & 7) === 0 &&
      (last!.bytes[l.l4 + 13]! & 7) === 0 &&
      sequence(f, l) === (sequence(last!, before) + before.end - before.payload) >>> 0 &&
      before.end - before.payload + l.end - l.payload <= most
    ) {
      const both = Uint8Array.from([
        ...last!.bytes.subarray(before.payload, before.end),
        ...f.bytes.subarray(l.payload, l.end),
      ]);
      out[out.length - 1] = { ...withPayload(last!, before, both, 0), tsUs: f.tsUs };
    } else out.push(f);
  }
  return out;
};

const snapped = (frames: readonly TestFrame[], most: number): TestFrame[] =>
  frames.map((f) =>
    f.bytes.length <= most ? f : { ...f, bytes: f.bytes.slice(0, most), wire: f.wire ?? f.bytes.length },
  );

/** TCP and UDP on server ports that no decoder expects: the lower port of each conversation is moved. */
const onOtherPorts = (frames: readonly TestFrame[]): TestFrame[] =>
  frames.map((f) => {
    const l = layoutOf(f);
    if (l === undefined || (l.protocol !== 6 && l.protocol !== 17)) return f;
    const bytes = f.bytes.slice();
    const [a, b] = [l.l4, l.l4 + 2].map((o) => (bytes[o]! << 8) | bytes[o + 1]!) as [number, number];
    const moved = (port: number): number => 20_000 + (port % 10_000);
    if (a === b) for (const o of [l.l4, l.l4 + 2]) put16(bytes, o, moved(a));
    else put16(bytes, a < b ? l.l4 : l.l4 + 2, moved(Math.min(a, b)));
    const at = l.protocol === 6 ? l.l4 + 16 : l.l4 + 6;
    put16(bytes, at, 0);
    if (l.protocol === 6) {
      const sum = summed(bytes, l.ip + 12, l.ip + 20) + 6 + l.end - l.l4;
      put16(bytes, at, ~summed(bytes, l.l4, l.end, sum) & 0xffff);
    }
    return { ...f, bytes };
  });

/** Frames of one direction: of each pair of addresses those that the lower (or higher) sends. */
const oneSide = (frames: readonly TestFrame[], lower: boolean): TestFrame[] =>
  frames.filter((f) => {
    if ((f.linkType ?? 1) !== 1) return true;
    const of = (o: number): string => Buffer.from(f.bytes.subarray(o, o + 6)).toString('latin1');
    return (f.bytes[0]! & 1) === 1 || of(6) < of(0) === lower;
  });

const swapped = (frames: readonly TestFrame[], random: () => number): TestFrame[] => {
  const out = [...frames];
  for (let i = 0; i + 1 < out.length; i++) {
    const [a, b] = [out[i]!, out[i + 1]!];
    if (random() > 0.05 || b.tsUs < a.tsUs || b.tsUs - a.tsUs > 50_000) continue;
    out[i] = { ...b, tsUs: a.tsUs };
    out[i + 1] = { ...a, tsUs: b.tsUs };
    i++;
  }
  return out;
};

export const VARIANTS: Readonly<
  Record<string, (frames: readonly TestFrame[], random: () => number) => readonly TestFrame[]>
> = {
  tagged: (f) => tagged(f, [0x81, 0, 0x20, 5]),
  stacked: (f) => tagged(f, [0x88, 0xa8, 0, 7, 0x81, 0, 0, 9]),
  ipv6: overIpv6,
  cut: cutAnew,
  joined: (f) => joinedUp(f),
  snapped: (f) => snapped(f, 128),
  ports: onOtherPorts,
  doubled: (f) => f.flatMap((x) => [x, x]),
  swapped,
  dropped: (f, random) => f.filter(() => random() > 0.03),
  lower: (f) => oneSide(f, true),
  higher: (f) => oneSide(f, false),
  middle: (f) => f.slice(Math.floor(f.length / 2)),
};

/** Messages by decoder and text, with how often. */
export const messagesOf = (frames: readonly TestFrame[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { decoder, message } of decodeFrames(frames).messages) {
    const text = `${decoder} ${textOfData(message)}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
};

/** What `a` has more often than `b`. */
export const beyond = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> => {
  const out = new Map<string, number>();
  for (const [text, count] of a) {
    const more = count - (b.get(text) ?? 0);
    if (more > 0) out.set(text, more);
  }
  return out;
};

const run = async (): Promise<void> => {
  const { values, positionals } = given(import.meta.url, {
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      capture: { type: 'string', default: '' },
      show: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      frames: { type: 'string', default: '4000' },
    },
  });
  const [dir] = positionals;
  if (dir === undefined) {
    process.stderr.write('variants: name a folder of captures\n');
    process.exit(2);
  }
  const show = Number(values.show);
  const totals = new Map<string, { all: number; lost: number; added: number }>();
  for (const protocol of readdirSync(dir).sort()) {
    if (!statSync(join(dir, protocol)).isDirectory()) continue;
    for (const { name } of readdirSync(join(dir, protocol), { withFileTypes: true }).filter((e) => e.isDirectory())) {
      if (!`${protocol}/${name}`.includes(values.capture)) continue;
      const path = ['capture.pcap', 'capture.pcapng']
        .map((x) => join(dir, protocol, name, x))
        .find((x) => statSync(x, { throwIfNoEntry: false }));
      if (path === undefined) continue;
      const frames = (await readFrames(path)).slice(0, Number(values.frames));
      const before = messagesOf(frames);
      for (const [as, change] of Object.entries(VARIANTS)) {
        if (values.as !== undefined && as !== values.as) continue;
        const after = messagesOf(change(frames, seeded(Number(values.seed))));
        const count = (m: ReadonlyMap<string, number>, into: 'all' | 'lost' | 'added'): void => {
          for (const [text, n] of m) {
            const key = `${as}\t${text.slice(0, text.indexOf(' '))}`;
            const total = totals.get(key) ?? { all: 0, lost: 0, added: 0 };
            total[into] += n;
            totals.set(key, total);
          }
        };
        count(before, 'all');
        const lost = beyond(before, after);
        const added = beyond(after, before);
        count(lost, 'lost');
        count(added, 'added');
        for (const [word, some] of [
          ['lost', lost],
          ['new', added],
        ] as const)
          for (const [text, n] of [...some].slice(0, show))
            console.log(`${as} ${protocol}/${name} ${word} ${n} x ${text.slice(0, 400)}`);
      }
    }
  }
  console.log('variant\tdecoder\tmessages\tlost\tnew');
  for (const [key, t] of [...totals].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (t.lost + t.added > 0) console.log(`${key}\t${t.all}\t${t.lost}\t${t.added}`);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await run();
