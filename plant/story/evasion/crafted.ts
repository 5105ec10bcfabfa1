/**
 * IPv4 and TCP written by hand, so that they can be wrong: a checksum that the end drops, an identification that another
 * packet had, fragments that overlap. Only between two hosts of one segment. Source: Ptacek, Newsham, Insertion, evasion and
 * denial of service: eluding network intrusion detection (1998).
 */
import type { Scene } from '../../network/scene.ts';
import type { Station } from '../../network/station.ts';

export const FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;
const NOTHING = new Uint8Array(0);
/** EtherType of IPv4. */
const IPV4 = 0x0800;

export interface Wrong {
  readonly id?: number;
  readonly ttl?: number;
  readonly badTcpSum?: boolean;
  readonly badIpSum?: boolean;
}

const sumOf = (b: Uint8Array, initial: number): number => {
  let sum = initial;
  for (let i = 0; i < b.length; i += 2) sum += (b[i]! << 8) | (b[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};
const put16 = (b: Uint8Array, o: number, v: number): void => {
  b[o] = (v >> 8) & 255;
  b[o + 1] = v & 255;
};
const put32 = (b: Uint8Array, o: number, v: number): void => {
  put16(b, o, v >>> 16);
  put16(b, o + 2, v & 0xffff);
};

/** A TCP connection whose every segment its maker answers for. Sequence numbers go on only by `payload`s that are meant. */
export class CraftedConnection {
  readonly client: Station;
  readonly server: Station;
  readonly clientPort: number;
  readonly serverPort: number;
  clientSeq: number;
  serverSeq: number;
  readonly #scene: Scene;

  constructor(scene: Scene, client: Station, server: Station, serverPort: number) {
    this.#scene = scene;
    this.client = client;
    this.server = server;
    this.serverPort = serverPort;
    this.clientPort = client.port();
    this.clientSeq = scene.random.bits() >>> 0;
    this.serverSeq = scene.random.bits() >>> 0;
  }

  /** The segment's octets, checksum filled in. */
  tcp(toServer: boolean, flags: number, payload: Uint8Array, wrong: Wrong = {}, seqMore = 0): Uint8Array {
    const out = new Uint8Array(20 + payload.length);
    const seq = ((toServer ? this.clientSeq : this.serverSeq) + seqMore) >>> 0;
    const ack = toServer ? this.serverSeq : this.clientSeq;
    put16(out, 0, toServer ? this.clientPort : this.serverPort);
    put16(out, 2, toServer ? this.serverPort : this.clientPort);
    put32(out, 4, seq);
    put32(out, 8, (flags & FLAG.ACK) === 0 ? 0 : ack);
    out[12] = 5 << 4;
    out[13] = flags;
    put16(out, 14, 8192);
    out.set(payload, 20);
    const [from, to] = toServer ? [this.client, this.server] : [this.server, this.client];
    const pseudo = new Uint8Array(12);
    pseudo.set(from.ipBytes);
    pseudo.set(to.ipBytes, 4);
    pseudo[9] = 6;
    put16(pseudo, 10, out.length);
    const words = ~sumOf(pseudo, 0) & 0xffff;
    put16(out, 16, sumOf(out, words) ^ (wrong.badTcpSum === true ? 0x5a5a : 0));
    return out;
  }

  /** An IPv4 packet with `body`, whole or a fragment (`offset` in octets). */
  packet(tsUs: number, toServer: boolean, body: Uint8Array, wrong: Wrong = {}, offset = 0, more = false): void {
    const [from, to] = toServer ? [this.client, this.server] : [this.server, this.client];
    from.ipId = (from.ipId + 1) & 0xffff;
    const ip = new Uint8Array(20 + body.length);
    ip[0] = 0x45;
    put16(ip, 2, ip.length);
    put16(ip, 4, wrong.id ?? from.ipId);
    put16(ip, 6, (offset >> 3) | (more ? 0x2000 : 0));
    ip[8] = wrong.ttl ?? from.stack.ttl;
    ip[9] = 6;
    ip.set(from.ipBytes, 12);
    ip.set(to.ipBytes, 16);
    put16(ip, 10, sumOf(ip.subarray(0, 20), 0) ^ (wrong.badIpSum === true ? 0x1234 : 0));
    ip.set(body, 20);
    this.#scene.frame(tsUs, from.segment, to.macBytes, from.macBytes, IPV4, ip);
  }

  /** One segment that is meant: sequence numbers go on. */
  say(tsUs: number, toServer: boolean, payload: Uint8Array, wrong: Wrong = {}, flags = FLAG.PSH | FLAG.ACK): void {
    this.packet(tsUs, toServer, this.tcp(toServer, flags, payload, wrong), wrong);
    const next = payload.length + ((flags & (FLAG.SYN | FLAG.FIN)) !== 0 ? 1 : 0);
    if (toServer) this.clientSeq = (this.clientSeq + next) >>> 0;
    else this.serverSeq = (this.serverSeq + next) >>> 0;
  }

  open(tsUs: number): void {
    this.say(tsUs, true, NOTHING, {}, FLAG.SYN);
    this.say(tsUs + 300, false, NOTHING, {}, FLAG.SYN | FLAG.ACK);
    this.say(tsUs + 600, true, NOTHING, {}, FLAG.ACK);
  }
}
