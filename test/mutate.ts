/**
 * Broken frames for hostile tests and the fuzzer: what hardware, mistakes or an attacker would do, with an eye for the
 * structure of what is broken (lengths that lie, foreign payloads, segments cut anew, checksums made right again so that
 * what lies behind them is reached).
 */
import { crcOf as dnp3Crc } from '../src/decode/dnp3/crc.ts';
import { crcOf as synchrophasorCrc } from '../src/decode/synchrophasor/wire.ts';
import type { TestFrame } from './drive.ts';

/** Octets before the IP header in link types other than Ethernet: BSD loopback, raw IP, Linux cooked. */
const LINK_HEADER: Readonly<Record<number, number>> = { 0: 4, 12: 0, 101: 0, 113: 16, 228: 0, 276: 20 };

/** Where the payload of TCP or UDP over IPv4 begins, and where TCP does; -1 where there is neither. */
const layout = (b: Uint8Array, linkType = 1): { readonly tcp: number; readonly payload: number } => {
  let ip = LINK_HEADER[linkType] ?? -1;
  if (ip < 0) {
    let at = 12;
    while (at + 4 < b.length && b[at] === 0x81 && b[at + 1] === 0) at += 4;
    if (b[at] !== 8 || b[at + 1] !== 0) return { tcp: -1, payload: -1 };
    ip = at + 2;
  }
  if (b[ip]! >> 4 !== 4) return { tcp: -1, payload: -1 };
  const l4 = ip + (b[ip]! & 15) * 4;
  const protocol = b[ip + 9];
  if (protocol === 17) return { tcp: -1, payload: l4 + 8 };
  return protocol === 6 ? { tcp: l4, payload: l4 + (b[l4 + 12]! >> 4) * 4 } : { tcp: -1, payload: -1 };
};

/** Numbers of two octets that say how much follows, give or take a header: places where a lie goes deep. */
const lengthsIn = (b: Uint8Array, from: number): number[] => {
  const places: number[] = [];
  for (let at = from; at + 2 < b.length && at < from + 512; at++) {
    const rest = b.length - at - 2;
    const big = (b[at]! << 8) | b[at + 1]!;
    const little = (b[at + 1]! << 8) | b[at]!;
    if (Math.abs(big - rest) <= 12 || (little > 0 && Math.abs(little - rest) <= 12)) places.push(at);
  }
  return places;
};

/** Makes checksums inside of the payload right again where the payload shows which they are. */
const repaired = (b: Uint8Array, from: number): void => {
  const at = from < 0 ? 0 : from;
  if (b[at] === 0x05 && b[at + 1] === 0x64 && at + 10 <= b.length) {
    const put = (start: number, end: number): void => {
      const crc = dnp3Crc(b, start, end);
      b[end] = crc & 255;
      b[end + 1] = crc >> 8;
    };
    put(at, at + 8);
    // To the end that the frame states: behind it Ethernet pads, or the next frame begins.
    const data = Math.max(0, b[at + 2]! - 5);
    const stop = Math.min(b.length, at + 10 + data + 2 * Math.ceil(data / 16));
    for (let block = at + 10; block + 2 < stop; block += 18) put(block, Math.min(block + 16, stop - 2));
  } else if (b[at] === 0xaa && b[at + 1]! >> 7 === 0 && at + 16 <= b.length) {
    const size = Math.min((b[at + 2]! << 8) | b[at + 3]!, b.length - at);
    if (size < 16) return;
    const crc = synchrophasorCrc(b, at, at + size - 2);
    b[at + size - 2] = crc >> 8;
    b[at + size - 1] = crc & 255;
  }
};

/** One frame broken: flips, cuts, lengths that lie, foreign octets. */
const broken = (f: TestFrame, random: () => number, other: TestFrame): TestFrame => {
  const pick = (n: number) => Math.floor(random() * n);
  let bytes = f.bytes.slice();
  const { payload } = layout(bytes);
  for (let k = 1 + pick(3); k > 0 && bytes.length > 20; k--) {
    const at = random() < 0.2 ? 12 + pick(30) : 40 + pick(bytes.length);
    if (at + 4 > bytes.length) continue;
    switch (pick(10)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << pick(8));
        break;
      case 1:
        bytes[at] = [0, 1, 0x7f, 0x80, 0xff][pick(5)]!;
        break;
      case 2: // a length, big-endian: too large, too small, off by one
        bytes.set(
          [
            [0xff, 0xff],
            [0, 0],
            [0, 1],
            [0x7f, 0xff],
            [bytes[at]!, (bytes[at + 1]! + 1) & 255],
          ][pick(5)]!,
          at,
        );
        break;
      case 3: // a 32-bit count
        bytes.set([0xff, 0xff, 0xff, [0xff, 0xfe, 0x7f][pick(3)]!], at);
        break;
      case 4:
        bytes = bytes.slice(0, at);
        break;
      case 5:
        bytes.copyWithin(at, pick(bytes.length), pick(bytes.length));
        break;
      case 6: // headers of this one, payload of another protocol
        bytes = Uint8Array.from([
          ...bytes.subarray(0, Math.min(54, at)),
          ...other.bytes.subarray(Math.min(54, other.bytes.length)),
        ]);
        break;
      case 7: {
        const longer = new Uint8Array(bytes.length + 1 + pick(200)).fill(pick(256));
        longer.set(bytes);
        bytes = longer;
        break;
      }
      case 8: {
        const places = payload < 0 ? [] : lengthsIn(bytes, payload);
        const place = places[pick(places.length)];
        if (place === undefined) break;
        const value = [0, 1, 2, 0x7fff, 0xffff, bytes.length, bytes.length - place][pick(7)]!;
        const isBig = random() < 0.5;
        bytes[place] = isBig ? value >> 8 : value & 255;
        bytes[place + 1] = isBig ? value & 255 : value >> 8;
        break;
      }
      case 9: // an element of the payload again, right behind itself
        if (payload >= 0 && payload + 8 < bytes.length) {
          const from = payload + pick(bytes.length - payload - 4);
          const element = bytes.slice(from, from + 1 + pick(Math.min(64, bytes.length - from)));
          bytes = Uint8Array.from([...bytes.subarray(0, from), ...element, ...bytes.subarray(from)]);
        }
    }
  }
  if (random() < 0.5) repaired(bytes, layout(bytes).payload);
  return { ...f, bytes, wire: Math.max(f.wire ?? 0, bytes.length) };
};

/** A TCP segment cut in two where the cut hurts: inside of a header or of a length. */
const cut = (f: TestFrame, random: () => number): readonly TestFrame[] => {
  const { tcp, payload } = layout(f.bytes);
  const length = f.bytes.length - payload;
  if (tcp < 0 || length < 2) return [f];
  const at = 1 + Math.floor(random() * Math.min(length - 1, random() < 0.7 ? 16 : length - 1));
  const first = f.bytes.slice(0, payload + at);
  const second = Uint8Array.from([...f.bytes.subarray(0, payload), ...f.bytes.subarray(payload + at)]);
  const view = new DataView(second.buffer);
  view.setUint32(tcp + 4, (view.getUint32(tcp + 4) + at) >>> 0);
  const ip = 14;
  for (const [bytes, octets] of [
    [first, at],
    [second, length - at],
  ] as const)
    if (bytes[12] === 8) new DataView(bytes.buffer).setUint16(ip + 2, payload - ip + octets);
  return [
    { ...f, bytes: first, wire: first.length },
    { ...f, bytes: second, wire: second.length },
  ];
};

/** A stretch of a capture as a bad day would deliver it. */
export const mutated = (
  frames: readonly TestFrame[],
  others: readonly TestFrame[],
  random: () => number,
): TestFrame[] => {
  const out: TestFrame[] = [];
  for (const f of frames) {
    const r = random();
    if (r < 0.03) continue;
    if (r < 0.08) out.push(...cut(f, random));
    else out.push(random() < 0.35 ? broken(f, random, others[Math.floor(random() * others.length)] ?? f) : f);
    if (r > 0.97) out.push(f);
    else if (r > 0.94 && out.length > 1) out.push(...out.splice(-2).reverse());
    else if (r > 0.92) out.push(others[Math.floor(random() * others.length)] ?? f);
    else if (r > 0.918) out.push({ ...f, tsUs: f.tsUs + (random() - 0.5) * 1e10 });
  }
  return out;
};

/** Brings the checksum of TCP or UDP along with what changed from `before` (RFC 1624): one that was right stays right. */
const checksumKept = (bytes: Uint8Array, before: Uint8Array, linkType?: number): void => {
  const { tcp, payload } = layout(bytes, linkType);
  if (payload < 0) return;
  const at = tcp < 0 ? payload - 2 : tcp + 16;
  const from = tcp < 0 ? payload - 8 : tcp;
  const was = (bytes[at]! << 8) | bytes[at + 1]!;
  if (tcp < 0 && was === 0) return;
  let sum = ~was & 0xffff;
  for (let i = payload; i < bytes.length; i++) {
    const weight = (i - from) & 1 ? 1 : 256;
    sum += (bytes[i]! - before[i]!) * weight;
  }
  sum = ((sum % 0xffff) + 0xffff) % 0xffff;
  bytes[at] = (~sum & 0xffff) >> 8;
  bytes[at + 1] = ~sum & 0xff;
};

/** Octets that frame what follows (the first two, and numbers near the length of the rest): changed, they would take other frames with them. */
const framing = (b: Uint8Array, from: number): ReadonlySet<number> => {
  const kept = new Set([from, from + 1]);
  for (let at = from; at < Math.min(b.length, from + 48); at++) {
    const rest = b.length - at - 1;
    if (at < from + 5 && Math.abs(b[at]! - rest) <= 4) kept.add(at);
    const numbers = [(b[at]! << 8) | b[at + 1]!, (b[at + 1]! << 8) | b[at]!];
    if (numbers.some((n) => n > 1 && n <= rest + 8 && n >= rest - 24)) kept.add(at).add(at + 1);
  }
  return kept;
};

/**
 * Frames of a capture, half of them with an octet or two of the payload changed to a value near by or any other; what frames a message is
 * left alone, checksums are repaired.
 */
export const retouched = (frames: readonly TestFrame[], random: () => number): TestFrame[] =>
  frames.map((f) => {
    const { payload } = layout(f.bytes, f.linkType);
    const from = payload >= 0 ? payload : f.bytes[12] === 8 ? f.bytes.length : 14;
    if (random() < 0.5 || f.bytes.length - from < 4) return f;
    const bytes = f.bytes.slice();
    const kept = framing(bytes, from);
    for (let k = random() < 0.8 ? 1 : 2; k > 0; k--) {
      const at = from + Math.floor(random() * (bytes.length - from));
      if (kept.has(at)) continue;
      const r = random();
      bytes[at] =
        (r < 0.3 ? bytes[at]! + (random() < 0.5 ? 1 : 255) : r < 0.6 ? Math.floor(random() * 40) : random() * 256) &
        255;
    }
    repaired(bytes, payload);
    checksumKept(bytes, f.bytes, f.linkType);
    return { ...f, bytes };
  });

/** Octets of one field, as a peer dissected them: `at` is the offset in the frame, or in the fragment of DNP3 that the frame holds. */
export interface FieldPlace {
  readonly name: string;
  readonly at: number;
  readonly octets: Uint8Array;
}

/** Headers below the protocol, and what frames a message or says how much follows: changed, they would take other frames with them. */
const UNTOUCHED =
  /^(geninfo|frame|_ws|eth|null|sll|vlan|ip|ipv6|tcp|udp|data|tpkt)\b|^$|fake|reassembl|[._](\w*len|\w*length|size|LVT|msg_?len\w*|crc|checksum|fcs|start)$/i;
/** Octets of transport and link header before the application fragment of a DNP3 frame. */
const DNP3_HEAD = 11;

/** Where the octets of a field stand in the frame: there, or between the checksums of a DNP3 frame; empty where neither is so. */
const placesOf = (b: Uint8Array, payload: number, field: FieldPlace): readonly number[] => {
  const holds = (places: readonly number[]): boolean => places.every((p, i) => b[p] === field.octets[i]);
  const plain = [...field.octets.keys()].map((i) => field.at + i);
  if (field.at >= Math.max(payload, 14) && holds(plain)) return plain;
  if (payload < 0 || b[payload] !== 5 || b[payload + 1] !== 0x64) return [];
  const between = plain.map((i) => payload + DNP3_HEAD + i + 2 * Math.floor((i + 1) / 16));
  return holds(between) ? between : [];
};

/**
 * Frames of a capture, half of them with one field changed, in turn the field that was changed the least so far (`seen` counts over
 * captures): 0, all ones, one more or less, or anything. Lengths are left alone, checksums are repaired. `told` is called with what was changed.
 */
export const refielded = (
  frames: readonly TestFrame[],
  fields: readonly (readonly FieldPlace[])[],
  random: () => number,
  seen: Map<string, number>,
  told: (frame: number, what: string) => void = () => undefined,
): TestFrame[] =>
  frames.map((f, index) => {
    const { payload } = layout(f.bytes, f.linkType);
    if (random() < 0.5) return f;
    const known = (fields[index] ?? []).filter((x) => x.octets.length > 0 && !UNTOUCHED.test(x.name));
    const least = Math.min(...known.map((x) => seen.get(x.name) ?? 0));
    const next = known.filter((x) => (seen.get(x.name) ?? 0) === least);
    const field = next[Math.floor(random() * next.length)];
    if (field === undefined) return f;
    seen.set(field.name, least + 1);
    const places = placesOf(f.bytes, payload, field);
    if (places.length === 0) return f;
    const bytes = f.bytes.slice();
    const r = random();
    const one = places[Math.floor(random() * places.length)]!;
    if (r < 0.1) for (const p of places) bytes[p] = 0;
    else if (r < 0.2) for (const p of places) bytes[p] = 255;
    else if (r < 0.4) bytes[one] = (bytes[one]! + (random() < 0.5 ? 1 : 255)) & 255;
    else if (r < 0.6) bytes[one] = bytes[one]! ^ (1 << Math.floor(random() * 8));
    else if (r < 0.8) bytes[one] = Math.floor(random() * 40);
    else bytes[one] = Math.floor(random() * 256);
    if (places.every((p) => bytes[p] === f.bytes[p])) bytes[one] = bytes[one]! ^ 1;
    told(index + 1, `${field.name} ${places.map((p) => `${f.bytes[p]}->${bytes[p]}`).join(' ')}`);
    repaired(bytes, payload);
    checksumKept(bytes, f.bytes, f.linkType);
    return { ...f, bytes };
  });
