/**
 * The endpoints of a site: every address that was seen, interned to small integers, with what it sent and received.
 * One open-addressing hash table over typed arrays, because two of these look-ups stand behind every new flow and every
 * L2 frame. Bounded by MAX_ENDPOINTS; what comes after is one endpoint without an address, and counted.
 */
import type { Endpoint, EndpointId, EndpointTraffic, EndpointView, SubAddressKind } from '../core/endpoint.ts';
import { ipv4Parse, ipv4Text, ipv6Parse, ipv6Text, macFromParts } from '../lib/address.ts';
import { i32be } from '../lib/bytes.ts';
import { growF64, growI32, growU8 } from '../lib/grow.ts';
import { Newcomers } from './newcomers.ts';

/**
 * Addresses kept per site; a scan of a /8 with forged sources must not eat the memory. The last endpoint stands for all
 * addresses that found no place: what they do is still heard, and they cannot be told apart.
 */
export const MAX_ENDPOINTS = 262_144;
/** IPv6 addresses interned per site. */
export const MAX_IPV6 = 131_072;
/** Tunnels told apart per site. */
export const MAX_TUNNELS = 127;

/** Spreads four words over 32 bits (multiply and xor-shift, as in the finaliser of MurmurHash3, public domain). */
export const mix4 = (a: number, b: number, c: number, d: number): number => {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(c, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39) ^ Math.imul(d, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  return h ^ (h >>> 15);
};

const FLAG_MAC = 1;
const FLAG_V4 = 2;
const FLAG_V6 = 4;
const FLAG_SPOKE = 8;
const FLAG_SUB = 16;
/** It took part in a conversation: see `heard`. */
const FLAG_HEARD = 32;
/** Stands for cards of one place that are not told apart: nobody who spoke. */
const FLAG_CROWD = 64;

export class EndpointTable implements EndpointView {
  count = 0;
  changes = 0;
  /** Addresses that found no place. */
  overflow = 0;
  /** Addresses that nobody conversed with, and what is not told apart of them. */
  readonly newcomers = new Newcomers();
  /** The latest card of which addresses were not told apart, and who stands for cards that were not; 0 before. */
  flooding: EndpointId = 0;
  crowd: EndpointId = 0;
  macHigh = new Int32Array(512);
  macLow = new Int32Array(512);
  /** IPv4 as signed 32 bits, or the index of an interned IPv6 address. */
  ip = new Int32Array(512);
  /** Outer VLAN | inner VLAN << 12 | tunnel << 24. */
  place = new Int32Array(512);
  flags = new Uint8Array(512);
  segmentOf = new Uint8Array(512);
  minTtl = new Uint8Array(512);
  maxTtl = new Uint8Array(512);
  framesSent = new Float64Array(512);
  bytesSent = new Float64Array(512);
  framesReceived = new Float64Array(512);
  bytesReceived = new Float64Array(512);
  firstUs = new Float64Array(512);
  lastUs = new Float64Array(512);
  #slots = new Int32Array(2048);
  #v6 = new Uint8Array(16 * 256);
  #v6Count = 0;
  #v6Slots = new Int32Array(512);
  readonly #subs = new Map<EndpointId, { parent: EndpointId; kind: SubAddressKind; address: string }>();
  readonly #subIndex = new Map<string, EndpointId>();
  /** Endpoints as they were asked for; as many as the table at most. */
  readonly #known: (Endpoint | undefined)[] = [];
  /** Endpoints of a carried baseline that were not seen here yet, by their place and IP address. */
  readonly #awaited = new Map<string, EndpointId[]>();
  #restoring = false;
  readonly #tunnels: string[] = [''];
  readonly #tunnelIndex = new Map<string, number>();

  constructor() {
    // As in `FlowTable`: what grows is no constant.
    this.#grow();
    this.#rehash();
    this.#rehashV6();
  }

  /** The tunnel's small number; 0 outside of tunnels, MAX_TUNNELS for all beyond the limit. */
  tunnel(text: string): number {
    let n = this.#tunnelIndex.get(text);
    if (n === undefined) {
      if (this.#tunnels.length > MAX_TUNNELS - 1) return MAX_TUNNELS;
      n = this.#tunnels.length;
      this.#tunnels.push(text);
      this.#tunnelIndex.set(text, n);
    }
    return n;
  }

  /** Where 16 octets stand among the interned, or would. */
  #v6SlotOf(b: Uint8Array, o: number): number {
    const w0 = i32be(b, o);
    const w1 = i32be(b, o + 4);
    const w2 = i32be(b, o + 8);
    const w3 = i32be(b, o + 12);
    const mask = this.#v6Slots.length - 1;
    const v = this.#v6;
    let s = mix4(w0, w1, w2, w3) & mask;
    for (;;) {
      const i = this.#v6Slots[s]!;
      const p = i * 16;
      if (
        i === 0 ||
        (i32be(v, p) === w0 && i32be(v, p + 4) === w1 && i32be(v, p + 8) === w2 && i32be(v, p + 12) === w3)
      )
        return s;
      s = (s + 1) & mask;
    }
  }

  /** Interns 16 octets; index >= 1, or 0 when the table is full. */
  ipv6(b: Uint8Array, o: number): number {
    const s = this.#v6SlotOf(b, o);
    const known = this.#v6Slots[s]!;
    if (known !== 0) return known;
    if (this.#v6Count >= MAX_IPV6) {
      this.overflow++;
      return 0;
    }
    const index = ++this.#v6Count;
    if ((index + 1) * 16 > this.#v6.length) this.#v6 = growU8(this.#v6, this.#v6.length * 2);
    for (let i = 0; i < 16; i++) this.#v6[index * 16 + i] = b[o + i]!;
    this.#v6Slots[s] = index;
    if (index * 2 > this.#v6Slots.length) this.#rehashV6();
    return index;
  }

  #rehashV6(): void {
    const slots = new Int32Array(this.#v6Slots.length * 2);
    const mask = slots.length - 1;
    const v = this.#v6;
    for (let i = 1; i <= this.#v6Count; i++) {
      const p = i * 16;
      let s = mix4(i32be(v, p), i32be(v, p + 4), i32be(v, p + 8), i32be(v, p + 12)) & mask;
      while (slots[s] !== 0) s = (s + 1) & mask;
      slots[s] = i;
    }
    this.#v6Slots = slots;
  }

  /**
   * The endpoint of an address. `version` is 0 (no IP), 4 or 6; `hasMac` false on links without MAC addresses.
   * MAX_ENDPOINTS when the table is full. A new address in a flood of such (`newcomers.ts`) is its card, or one of its place
   * where the cards are the flood; `isHeard` says that it converses, and gets an endpoint of its own.
   */
  intern(
    segment: number,
    place: number,
    hasMac: boolean,
    macHigh: number,
    macLow: number,
    version: number,
    ip: number,
    tsUs: number,
    isHeard = false,
  ): EndpointId {
    const kind = (hasMac ? FLAG_MAC : 0) | (version === 4 ? FLAG_V4 : version === 6 ? FLAG_V6 : 0);
    // A link without MAC addresses leaves those of an earlier frame in the cursor: they are not part of the address.
    if (!hasMac) {
      macHigh = 0;
      macLow = 0;
    }
    let s = this.#slotOf(segment, place, kind, macHigh, macLow, ip);
    if (this.#slots[s] !== 0) return this.#slots[s]!;
    const awaited =
      this.#awaited.size === 0 || this.#restoring || !hasMac || version === 0
        ? 0
        : this.#arrived(segment, place, version, ip);
    if (awaited > 0) {
      this.changes++;
      this.macHigh[awaited] = macHigh;
      this.macLow[awaited] = macLow;
      this.flags[awaited] = kind;
      this.#known[awaited] = undefined;
      this.firstUs[awaited] = tsUs;
      this.lastUs[awaited] = tsUs;
      // Its slot under the address it had elsewhere leads to it no more.
      this.#slots[s] = awaited;
      return awaited;
    }
    if (hasMac && !isHeard && !this.#restoring) {
      const admitted = this.newcomers.admit(segment * 2 ** 32 + place, macHigh * 2 ** 24 + macLow, version !== 0, tsUs);
      if (admitted === 'card') {
        this.flooding = this.intern(segment, place, true, macHigh, macLow, 0, 0, tsUs, true);
        return this.flooding;
      }
      if (admitted === 'crowd') return this.#crowd(segment, place, tsUs);
    }
    const id = this.#add();
    if (id === MAX_ENDPOINTS) return id;
    this.changes++;
    this.macHigh[id] = macHigh;
    this.macLow[id] = macLow;
    this.ip[id] = ip;
    this.place[id] = place;
    this.flags[id] = kind;
    if (hasMac && isHeard && version !== 0) {
      this.flags[id]! |= FLAG_HEARD;
      this.newcomers.heard(segment * 2 ** 32 + place, macHigh * 2 ** 24 + macLow, false);
    }
    this.segmentOf[id] = segment;
    this.firstUs[id] = tsUs;
    this.lastUs[id] = tsUs;
    if (this.count * 2 > this.#slots.length) {
      this.#rehash();
      s = this.#slotOf(segment, place, kind, macHigh, macLow, ip);
    }
    this.#slots[s] = id;
    return id;
  }

  /** Where the address stands, or would. */
  #slotOf(segment: number, place: number, kind: number, macHigh: number, macLow: number, ip: number): number {
    const mask = this.#slots.length - 1;
    let s = mix4(macHigh ^ (segment << 24), macLow ^ (kind << 24), ip, place) & mask;
    for (;;) {
      const id = this.#slots[s]!;
      if (
        id === 0 ||
        (this.ip[id] === ip &&
          this.macLow[id] === macLow &&
          this.macHigh[id] === macHigh &&
          this.place[id] === place &&
          (this.flags[id]! & 7) === kind &&
          this.segmentOf[id] === segment)
      )
        return s;
      s = (s + 1) & mask;
    }
  }

  /** Who stands for the cards of a place that are not told apart. */
  #crowd(segment: number, place: number, tsUs: number): EndpointId {
    const id = this.intern(segment, place, false, 0, 0, 0, 0, tsUs);
    this.flags[id]! |= FLAG_CROWD;
    this.crowd = id;
    return id;
  }

  /** Is it still to be said that this endpoint converses? One without IP may stand for addresses of a flood. */
  isUnheard(id: EndpointId, version: number): boolean {
    const f = this.flags[id]!;
    return (f & FLAG_HEARD) === 0 || (version !== 0 && (f & (FLAG_V4 | FLAG_V6)) === 0);
  }

  /** It conversed: it is no part of a flood. */
  heard(id: EndpointId): void {
    if (id <= 0 || (this.flags[id]! & (FLAG_HEARD | FLAG_CROWD)) !== 0) return;
    this.flags[id]! |= FLAG_HEARD;
    if ((this.flags[id]! & FLAG_MAC) === 0) return;
    this.newcomers.heard(
      this.segmentOf[id]! * 2 ** 32 + this.place[id]!,
      this.macHigh[id]! * 2 ** 24 + this.macLow[id]!,
      (this.flags[id]! & (FLAG_V4 | FLAG_V6)) !== 0,
    );
  }

  /** The twin of an address: the endpoint that a carried baseline expects here, whatever its network card was there. */
  #arrived(segment: number, place: number, version: number, ip: number): EndpointId {
    const key = `${segment} ${place} ${version} ${ip}`;
    const list = this.#awaited.get(key);
    if (list === undefined) return 0;
    // One that came with the card it had elsewhere is not waited for any more.
    const i = list.findIndex((known) => this.firstUs[known] === 0 && this.framesReceived[known] === 0);
    const id = i < 0 ? 0 : list.splice(i, 1)[0]!;
    if (i < 0 || list.length === 0) this.#awaited.delete(key);
    return id;
  }

  #add(): EndpointId {
    if (this.count >= MAX_ENDPOINTS - 1) this.overflow++;
    if (this.count >= MAX_ENDPOINTS) return MAX_ENDPOINTS;
    const id = ++this.count;
    if (id >= this.ip.length) this.#grow();
    return id;
  }

  #grow(): void {
    const n = this.ip.length * 2;
    this.macHigh = growI32(this.macHigh, n);
    this.macLow = growI32(this.macLow, n);
    this.ip = growI32(this.ip, n);
    this.place = growI32(this.place, n);
    this.flags = growU8(this.flags, n);
    this.segmentOf = growU8(this.segmentOf, n);
    this.minTtl = growU8(this.minTtl, n);
    this.maxTtl = growU8(this.maxTtl, n);
    this.framesSent = growF64(this.framesSent, n);
    this.bytesSent = growF64(this.bytesSent, n);
    this.framesReceived = growF64(this.framesReceived, n);
    this.bytesReceived = growF64(this.bytesReceived, n);
    this.firstUs = growF64(this.firstUs, n);
    this.lastUs = growF64(this.lastUs, n);
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 1; id < this.count; id++) {
      if ((this.flags[id]! & FLAG_SUB) !== 0) continue;
      let s =
        mix4(
          this.macHigh[id]! ^ (this.segmentOf[id]! << 24),
          this.macLow[id]! ^ ((this.flags[id]! & 7) << 24),
          this.ip[id]!,
          this.place[id]!,
        ) & mask;
      while (slots[s] !== 0) s = (s + 1) & mask;
      slots[s] = id;
    }
    this.#slots = slots;
  }

  /** Adds what was counted of `from` towards `to` up to `tsUs`. */
  add(from: EndpointId, to: EndpointId, frames: number, bytes: number, tsUs: number): void {
    this.changes++;
    if ((this.flags[from]! & FLAG_SPOKE) === 0) this.markSpoken(from, tsUs);
    this.framesSent[from]! += frames;
    this.bytesSent[from]! += bytes;
    if (tsUs > this.lastUs[from]!) this.lastUs[from] = tsUs;
    this.framesReceived[to]! += frames;
    this.bytesReceived[to]! += bytes;
  }

  /** A frame with this source address was seen. One that was spoken about before begins with its own first frame. */
  markSpoken(from: EndpointId, tsUs: number): void {
    if ((this.flags[from]! & (FLAG_SPOKE | FLAG_CROWD)) !== 0) return;
    this.changes++;
    this.flags[from]! |= FLAG_SPOKE;
    this.firstUs[from] = tsUs;
  }

  ttl(from: EndpointId, ttl: number): void {
    if (ttl > this.maxTtl[from]!) {
      this.maxTtl[from] = ttl;
      this.changes++;
    }
    if (this.minTtl[from] === 0 || ttl < this.minTtl[from]!) {
      this.minTtl[from] = ttl;
      this.changes++;
    }
  }

  /** See `ObservationSink.child`. */
  child(parent: EndpointId, kind: SubAddressKind, address: string, answered: boolean, tsUs: number): EndpointId {
    const key = `${parent} ${kind} ${address}`;
    let id = this.#subIndex.get(key);
    if (id === undefined) {
      id = this.#add();
      if (id === MAX_ENDPOINTS) return id;
      this.flags[id] = FLAG_SUB;
      this.segmentOf[id] = this.segmentOf[parent]!;
      this.place[id] = this.place[parent]!;
      this.firstUs[id] = tsUs;
      this.#subs.set(id, { parent, kind, address });
      this.#subIndex.set(key, id);
    }
    this.changes++;
    if (answered) this.flags[id]! |= FLAG_SPOKE;
    this.lastUs[id] = tsUs;
    return id;
  }

  spoke(id: EndpointId): boolean {
    return (this.flags[id]! & FLAG_SPOKE) !== 0;
  }

  /** Text of the IP address, '' where there is none. */
  ipText(id: EndpointId): string {
    const f = this.flags[id]!;
    if ((f & FLAG_V4) !== 0) return ipv4Text(this.ip[id]!);
    if ((f & FLAG_V6) !== 0) return ipv6Text(this.#v6, this.ip[id]! * 16);
    return '';
  }

  /** See `ObservationSink.address`. */
  addressText(id: EndpointId): string {
    const ip = this.ipText(id);
    if (ip !== '') return ip;
    return (this.flags[id]! & FLAG_MAC) !== 0 ? macFromParts(this.macHigh[id]!, this.macLow[id]!) : '';
  }

  /** The 16 octets of an interned IPv6 address. */
  ipv6Octets(index: number): Uint8Array {
    return this.#v6.subarray(index * 16, index * 16 + 16);
  }

  /** Endpoints hardly ever change, so each is made once: its texts are asked for again and again. */
  get(id: EndpointId): Endpoint {
    const known = this.#known[id];
    if (known !== undefined) return known;
    if (id < 1 || id > this.count) throw new RangeError(`no endpoint ${id}`);
    const endpoint = this.#made(id);
    this.#known[id] = endpoint;
    return endpoint;
  }

  #made(id: EndpointId): Endpoint {
    const place = this.place[id]!;
    const sub = this.#subs.get(id);
    const ip = this.ipText(id);
    const tunnel = place >>> 24;
    return {
      id,
      segment: this.segmentOf[id]!,
      vlan: place & 0xfff,
      innerVlan: (place >>> 12) & 0xfff,
      ...((this.flags[id]! & FLAG_MAC) !== 0 && { mac: macFromParts(this.macHigh[id]!, this.macLow[id]!) }),
      ...(ip !== '' && { ip }),
      ...(tunnel !== 0 && { tunnel: this.#tunnels[tunnel] ?? 'other tunnels' }),
      ...(sub && { parent: sub.parent, sub: { kind: sub.kind, address: sub.address } }),
    };
  }

  /**
   * Puts back an endpoint of an earlier run under its own id. Rows must come in order of id, into a table that holds
   * nothing else.
   */
  restore(row: Endpoint & { readonly spoke: boolean; readonly traffic: EndpointTraffic }): void {
    if (row.id !== this.count + 1) throw new RangeError(`endpoint ${row.id} restored after ${this.count}`);
    this.changes++;
    const t = row.traffic;
    let id: EndpointId;
    if (row.sub && row.parent !== undefined)
      id = this.child(row.parent, row.sub.kind, row.sub.address, row.spoke, t.lastUs);
    else {
      const mac = row.mac === undefined ? 0 : Number.parseInt(row.mac.replaceAll(':', ''), 16);
      const ip = this.address(row.ip);
      const tunnel = row.tunnel === undefined ? 0 : this.tunnel(row.tunnel);
      const place = row.vlan | (row.innerVlan << 12) | (tunnel << 24);
      this.#restoring = true;
      id = this.intern(
        row.segment,
        place,
        row.mac !== undefined,
        Math.floor(mac / 0x1000000),
        mac % 0x1000000,
        ip.version,
        ip.key,
        t.firstUs,
      );
      this.#restoring = false;
    }
    if (row.spoke) this.flags[id]! |= FLAG_SPOKE;
    else if (row.mac === undefined && row.ip === undefined && row.sub === undefined) this.flags[id]! |= FLAG_CROWD;
    else if (t.firstUs === 0 && row.sub === undefined && row.ip !== undefined) this.#await(id);
    this.framesSent[id] = t.framesSent;
    this.bytesSent[id] = t.bytesSent;
    this.framesReceived[id] = t.framesReceived;
    this.bytesReceived[id] = t.bytesReceived;
    this.firstUs[id] = t.firstUs;
    this.lastUs[id] = t.lastUs;
    this.minTtl[id] = t.minTtl;
    this.maxTtl[id] = t.maxTtl;
  }

  #await(id: EndpointId): void {
    const version = (this.flags[id]! & FLAG_V6) !== 0 ? 6 : 4;
    const key = `${this.segmentOf[id]} ${this.place[id]} ${version} ${this.ip[id]}`;
    const list = this.#awaited.get(key);
    if (list === undefined) this.#awaited.set(key, [id]);
    else list.push(id);
  }

  /** The key of an IP address given as text: version 0 when it is none. */
  address(text: string | undefined): { readonly version: number; readonly key: number } {
    if (text === undefined) return { version: 0, key: 0 };
    const v4 = ipv4Parse(text);
    if (v4 !== undefined) return { version: 4, key: v4 };
    const octets = ipv6Parse(text);
    return octets ? { version: 6, key: this.ipv6(octets, 0) } : { version: 0, key: 0 };
  }

  /**
   * The endpoint of an address that `sender` speaks about: in the sender's own place, and not made to have spoken. One of the
   * crowd where `protocol` speaks about too many (`newcomers.ts`).
   */
  mention(
    segment: number,
    sender: EndpointId,
    mac: string | undefined,
    ip: string | undefined,
    tsUs: number,
    protocol: string,
  ): EndpointId {
    const m = mac === undefined ? 0 : Number.parseInt(mac.replaceAll(':', ''), 16);
    const place = this.place[sender] ?? 0;
    if (mac === undefined && ip !== undefined) {
      const known = this.#spokenOf(segment, place, ip);
      if (known !== 0) return known;
      if (!this.newcomers.mention(segment * 2 ** 32 + place, protocol, tsUs)) return this.#crowd(segment, place, tsUs);
    }
    const a = this.address(ip);
    const high = Math.floor(m / 0x1000000);
    return this.intern(segment, place, mac !== undefined, high, m % 0x1000000, a.version, a.key, tsUs);
  }

  /** The endpoint of an address without a card; 0 where there is none yet. Interns nothing. */
  #spokenOf(segment: number, place: number, ip: string): EndpointId {
    const v4 = ipv4Parse(ip);
    if (v4 !== undefined) return this.#slots[this.#slotOf(segment, place, FLAG_V4, 0, 0, v4)]!;
    const octets = ipv6Parse(ip);
    const v6 = octets === undefined ? 0 : this.#v6Slots[this.#v6SlotOf(octets, 0)]!;
    return v6 === 0 ? 0 : this.#slots[this.#slotOf(segment, place, FLAG_V6, 0, 0, v6)]!;
  }

  /** Does it stand for many that are not told apart? */
  isCrowd(id: EndpointId): boolean {
    return (this.flags[id]! & FLAG_CROWD) !== 0;
  }

  traffic(id: EndpointId): EndpointTraffic {
    return {
      framesSent: this.framesSent[id]!,
      bytesSent: this.bytesSent[id]!,
      framesReceived: this.framesReceived[id]!,
      bytesReceived: this.bytesReceived[id]!,
      firstUs: this.firstUs[id]!,
      lastUs: this.lastUs[id]!,
      minTtl: this.minTtl[id]!,
      maxTtl: this.maxTtl[id]!,
    };
  }
}
