/**
 * Real frames for the simulated plant: Ethernet II, IPv4 (RFC 791), UDP (RFC 768) and TCP (RFC 9293) with handshake,
 * acknowledgements, segmentation at the MSS and correct checksums, so that what is generated is what a wire would carry.
 */

export interface Host {
  /** `02:00:00:00:00:01`. */
  readonly mac: string;
  /** `10.0.0.1`. */
  readonly ip: string;
  /** MAC of the router that stands between, when the peer is in another network. */
  readonly via?: string;
  /** TTL of packets it sends; 64, or 128 for Windows. */
  readonly ttl?: number;
}

export interface WireFrame {
  /** Microseconds since 1970. */
  readonly tsUs: number;
  readonly bytes: Uint8Array;
}

const MSS = 1460;
export const BROADCAST = 'ff:ff:ff:ff:ff:ff';

export const macOctets = (mac: string): number[] => mac.split(':').map((x) => Number.parseInt(x, 16));
export const ipOctets = (ip: string): number[] => ip.split('.').map(Number);
const word = (n: number): number[] => [(n >>> 8) & 255, n & 255];
const long = (n: number): number[] => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];

/** RFC 1071. */
export const checksum = (octets: ArrayLike<number>, initial = 0): number => {
  let sum = initial;
  for (let i = 0; i < octets.length; i += 2) sum += (octets[i]! << 8) | (octets[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
};

/** An Ethernet frame, padded to 60 octets, with an optional 802.1Q tag. */
export const ethernet = (dst: string, src: string, type: number, payload: ArrayLike<number>, vlan = 0): Uint8Array => {
  const head = [...macOctets(dst), ...macOctets(src), ...(vlan > 0 ? [0x81, 0x00, ...word(vlan)] : []), ...word(type)];
  const out = new Uint8Array(Math.max(60, head.length + payload.length));
  out.set(head);
  out.set(payload, head.length);
  return out;
};

export const ipv4 = (src: Host, dst: Host, protocol: number, payload: ArrayLike<number>, id: number): Uint8Array => {
  const head = [0x45, 0, ...word(20 + payload.length), ...word(id), 0x40, 0, src.ttl ?? 64, protocol, 0, 0];
  head.push(...ipOctets(src.ip), ...ipOctets(dst.ip));
  const sum = checksum(head);
  head[10] = sum >> 8;
  head[11] = sum & 255;
  const out = new Uint8Array(20 + payload.length);
  out.set(head);
  out.set(payload, 20);
  return out;
};

const withChecksum = (src: Host, dst: Host, protocol: number, segment: Uint8Array, at: number): Uint8Array => {
  const pseudo = [...ipOctets(src.ip), ...ipOctets(dst.ip), 0, protocol, ...word(segment.length)];
  let initial = 0;
  for (let i = 0; i < pseudo.length; i += 2) initial += (pseudo[i]! << 8) | pseudo[i + 1]!;
  const sum = checksum(segment, initial);
  segment[at] = sum >> 8;
  segment[at + 1] = sum & 255;
  return segment;
};

export const udp = (src: Host, dst: Host, srcPort: number, dstPort: number, payload: ArrayLike<number>): Uint8Array => {
  const out = new Uint8Array(8 + payload.length);
  out.set([...word(srcPort), ...word(dstPort), ...word(out.length), 0, 0]);
  out.set(payload, 8);
  return withChecksum(src, dst, 17, out, 6);
};

export const tcp = (
  src: Host,
  dst: Host,
  srcPort: number,
  dstPort: number,
  seq: number,
  ack: number,
  flags: number,
  payload: ArrayLike<number>,
): Uint8Array => {
  const out = new Uint8Array(20 + payload.length);
  out.set([...word(srcPort), ...word(dstPort), ...long(seq), ...long(ack), 0x50, flags, 0x20, 0, 0, 0, 0, 0]);
  out.set(payload, 20);
  return withChecksum(src, dst, 6, out, 16);
};

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** What is on the wire, in the order of time. IP identifications count up per host, as most stacks do. */
export class Wire {
  readonly frames: WireFrame[] = [];
  readonly vlan: number;
  readonly #ids = new Map<string, number>();
  constructor(vlan = 0) {
    this.vlan = vlan;
  }

  frame(tsUs: number, dst: string, src: string, type: number, payload: ArrayLike<number>): void {
    this.frames.push({ tsUs, bytes: ethernet(dst, src, type, payload, this.vlan) });
  }

  packet(tsUs: number, src: Host, dst: Host, protocol: number, payload: ArrayLike<number>, dstMac?: string): void {
    const id = ((this.#ids.get(src.ip) ?? 0x1000) + 1) & 0xffff;
    this.#ids.set(src.ip, id);
    this.frame(tsUs, dstMac ?? dst.via ?? dst.mac, src.via ?? src.mac, 0x0800, ipv4(src, dst, protocol, payload, id));
  }

  udp(
    tsUs: number,
    src: Host,
    dst: Host,
    srcPort: number,
    dstPort: number,
    payload: ArrayLike<number>,
    dstMac?: string,
  ): void {
    this.packet(tsUs, src, dst, 17, udp(src, dst, srcPort, dstPort, payload), dstMac);
  }

  /** Frames in order of time; equal times keep the order in which they were sent. */
  sorted(): readonly WireFrame[] {
    return this.frames
      .map((f, i) => ({ f, i }))
      .sort((a, b) => a.f.tsUs - b.f.tsUs || a.i - b.i)
      .map((x) => x.f);
  }
}

/** A TCP connection that behaves: handshake, cumulative acknowledgements, MSS, orderly close. */
export class Connection {
  readonly wire: Wire;
  readonly client: Host;
  readonly server: Host;
  readonly clientPort: number;
  readonly serverPort: number;
  clientSeq: number;
  serverSeq: number;
  constructor(wire: Wire, client: Host, server: Host, clientPort: number, serverPort: number, isn = 0x1000_0000) {
    this.wire = wire;
    this.client = client;
    this.server = server;
    this.clientPort = clientPort;
    this.serverPort = serverPort;
    this.clientSeq = isn >>> 0;
    this.serverSeq = Math.imul(isn, 2_654_435_761) >>> 0;
  }

  segment(tsUs: number, toServer: boolean, flags: number, payload: ArrayLike<number> = []): void {
    const [src, dst] = toServer ? [this.client, this.server] : [this.server, this.client];
    const [sp, dp] = toServer ? [this.clientPort, this.serverPort] : [this.serverPort, this.clientPort];
    const [seq, ack] = toServer ? [this.clientSeq, this.serverSeq] : [this.serverSeq, this.clientSeq];
    this.wire.packet(tsUs, src, dst, 6, tcp(src, dst, sp, dp, seq, (flags & ACK) !== 0 ? ack : 0, flags, payload));
    const advance = payload.length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0);
    if (toServer) this.clientSeq = (this.clientSeq + advance) >>> 0;
    else this.serverSeq = (this.serverSeq + advance) >>> 0;
  }

  /** Three-way handshake; takes 600 us. */
  open(tsUs: number): void {
    this.segment(tsUs, true, SYN);
    this.segment(tsUs + 300, false, SYN | ACK);
    this.segment(tsUs + 600, true, ACK);
  }

  /** Payload one way, cut at the MSS, acknowledged by the other side. */
  send(tsUs: number, toServer: boolean, payload: Uint8Array): void {
    let t = tsUs;
    for (let o = 0; o < payload.length; o += MSS) {
      const last = o + MSS >= payload.length;
      this.segment(t, toServer, ACK | (last ? PSH : 0), payload.subarray(o, o + MSS));
      t += 50;
    }
    this.segment(t + 150, !toServer, ACK);
  }

  close(tsUs: number): void {
    this.segment(tsUs, true, FIN | ACK);
    this.segment(tsUs + 200, false, FIN | ACK);
    this.segment(tsUs + 400, true, ACK);
  }
}
