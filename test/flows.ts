/**
 * Payloads of a capture file by flow, for decoder tests on real traffic: pcap and pcapng, Ethernet/VLAN, IPv4 and IPv6
 * without fragments, UDP, and TCP put in order per direction. Small and slow on purpose; the product has its own path.
 */
import { readFileSync } from 'node:fs';
import { ipv4Text, ipv6Text } from '../src/lib/address.ts';
import { i32be, u16be, u32be } from '../src/lib/bytes.ts';
import type { Part } from './decoding.ts';

export interface Flow {
  readonly over: 'tcp' | 'udp';
  readonly client: string;
  readonly server: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly parts: Part[];
}

const frames = (file: Uint8Array): Uint8Array[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const out: Uint8Array[] = [];
  if (view.getUint32(0, true) === 0x0a0d0d0a) {
    for (let o = 0; o + 12 <= file.length; ) {
      const size = view.getUint32(o + 4, true);
      if (view.getUint32(o, true) === 6) out.push(file.subarray(o + 28, o + 28 + view.getUint32(o + 20, true)));
      o += Math.max(12, size);
    }
    return out;
  }
  for (let o = 24; o + 16 <= file.length; ) {
    const size = view.getUint32(o + 8, true);
    out.push(file.subarray(o + 16, o + 16 + size));
    o += 16 + size;
  }
  return out;
};

interface Side {
  next: number | undefined;
  held: Map<number, Uint8Array>;
}

/** All UDP and TCP flows of a capture in order of first appearance. The first sender counts as client unless a SYN+ACK says otherwise. */
export const flowsOf = (path: string): Flow[] => {
  const flows = new Map<string, Flow & { sides: [Side, Side] }>();
  for (const f of frames(readFileSync(path))) {
    let o = 12;
    while (u16be(f, o) === 0x8100 || u16be(f, o) === 0x88a8) o += 4;
    const etherType = u16be(f, o);
    o += 2;
    let protocol: number;
    let from: string;
    let to: string;
    let end: number;
    if (etherType === 0x0800) {
      if ((u16be(f, o + 6) & 0x3fff) !== 0) continue;
      protocol = f[o + 9]!;
      from = ipv4Text(i32be(f, o + 12));
      to = ipv4Text(i32be(f, o + 16));
      end = Math.min(f.length, o + u16be(f, o + 2));
      o += (f[o]! & 15) * 4;
    } else if (etherType === 0x86dd) {
      protocol = f[o + 6]!;
      from = ipv6Text(f, o + 8);
      to = ipv6Text(f, o + 24);
      end = Math.min(f.length, o + 40 + u16be(f, o + 4));
      o += 40;
    } else continue;
    if (protocol !== 6 && protocol !== 17) continue;
    const sourcePort = u16be(f, o);
    const targetPort = u16be(f, o + 2);
    const tcp = protocol === 6;
    const flags = tcp ? f[o + 13]! : 0;
    const forward = `${protocol} ${from} ${sourcePort} ${to} ${targetPort}`;
    const backward = `${protocol} ${to} ${targetPort} ${from} ${sourcePort}`;
    let key = flows.has(backward) ? backward : forward;
    if (!flows.has(key)) {
      const turned = tcp && (flags & 0x12) === 0x12;
      key = turned ? backward : forward;
      flows.set(key, {
        over: tcp ? 'tcp' : 'udp',
        client: turned ? to : from,
        server: turned ? from : to,
        clientPort: turned ? targetPort : sourcePort,
        serverPort: turned ? sourcePort : targetPort,
        parts: [],
        sides: [
          { next: undefined, held: new Map() },
          { next: undefined, held: new Map() },
        ],
      });
    }
    const flow = flows.get(key)!;
    const toServer = key === forward;
    if (!tcp) {
      flow.parts.push({ toServer, bytes: f.slice(o + 8, end) });
      continue;
    }
    const side = flow.sides[toServer ? 0 : 1];
    let seq = u32be(f, o + 4);
    if (flags & 2) {
      side.next = (seq + 1) >>> 0;
      continue;
    }
    let data = f.slice(o + (f[o + 12]! >> 4) * 4, end);
    side.next ??= seq;
    const late = (side.next - seq) | 0;
    if (late > 0) {
      if (late >= data.length) continue;
      data = data.slice(late);
      seq = side.next;
    }
    if (data.length > 0) side.held.set(seq, data);
    for (let got = side.held.get(side.next); got; got = side.held.get(side.next)) {
      side.held.delete(side.next);
      flow.parts.push({ toServer, bytes: got });
      side.next = (side.next + got.length) >>> 0;
    }
  }
  return [...flows.values()];
};

/** Rows of a Zeek log as objects by column name. */
export const zeekLog = (path: string): Record<string, string>[] => {
  const lines = readFileSync(path, 'utf8').split('\n');
  const columns = (lines.find((l) => l.startsWith('#fields')) ?? '').split('\t').slice(1);
  return lines
    .filter((l) => l !== '' && !l.startsWith('#'))
    .map((l) => Object.fromEntries(l.split('\t').map((v, i) => [columns[i] ?? '?', v])));
};
