/**
 * A site of thousands of controllers as frames, for measuring: each has holding registers that its SCADA server reads once
 * a second over a Modbus/TCP connection of its own, spread over the second. All controllers run the same process, each at
 * another time of it and with noise of its own, so that one model fits all and no two show the same numbers.
 * Sources: MODBUS Application Protocol V1.1b3, 6.3 and 6.6; RFC 791, RFC 9293, RFC 1071; pcap savefile format.
 */

export interface MadeSiteOptions {
  readonly devices: number;
  /** Holding registers of each, 125 at most (one read). */
  readonly registers: number;
  readonly seed: number;
}

/** Controllers that one SCADA server reads. */
const PER_SERVER = 250;
const SECOND_US = 1_000_000;
/** A controller answers, and its server acknowledges, so long after the question. */
const ANSWER_US = 2_300;
const ACK_US = 41_000;
const ETHERNET = 14;
const IP = 20;
const TCP = 20;
const HEAD = ETHERNET + IP + TCP;
const MBAP = 7;
const SHORTEST = 60;
const RECORD = 16;
const PORT = 502;
const [SYN, PSH, ACK] = [2, 8, 16];
/** Periods of the process, seconds: short, so that minutes hold all of it. */
const PERIODS_S = [23, 31, 37] as const;
const STATE_PERIOD_S = 44;
const INTRUDER = 0xffff;

interface Host {
  readonly mac: number;
  readonly ip: number;
  ipId: number;
}
interface Connection {
  readonly client: Host;
  readonly server: Host;
  readonly port: number;
  clientSeq: number;
  serverSeq: number;
  transaction: number;
}

/** What a register is: most move, some are set by people, some are states. */
type Nature = 'measured' | 'set' | 'state';
export const natureOf = (register: number): Nature =>
  register % 10 === 8 ? 'set' : register % 10 === 9 ? 'state' : 'measured';

const hash = (a: number, b: number, c: number): number => {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
};

export class MadeSite {
  readonly devices: number;
  readonly registers: number;
  readonly #seed: number;
  readonly #connections: Connection[] = [];
  readonly #open = new Set<Connection>();
  readonly #intruder: Host = { mac: 0x0050_5600_0000 + INTRUDER, ip: 0x0afa_0042, ipId: 1 };
  #intruderPort = 50_000;
  /** Values that are not what the process makes: by device and register. */
  readonly #forced = new Map<number, number>();
  #bytes = new Uint8Array(1 << 20);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  packets = 0;
  /** Answers are acknowledged by a segment of their own, not with the next question. */
  acknowledges = true;

  constructor({ devices, registers, seed }: MadeSiteOptions) {
    this.devices = devices;
    this.registers = registers;
    this.#seed = seed;
    const servers: Host[] = [];
    for (let d = 0; d < devices; d++) {
      const server = Math.floor(d / PER_SERVER);
      servers[server] ??= { mac: 0x0050_5600_0000 + server, ip: 0x0afa_0100 + server, ipId: 1 };
      this.#connections.push({
        client: servers[server],
        // A maker of controllers in the registry of the IEEE.
        server: { mac: 0x0080_f400_0000 + d, ip: 0x0a10_0000 + (Math.floor(d / 250) << 8) + 1 + (d % 250), ipId: 1 },
        port: 20_000 + (d % PER_SERVER),
        clientSeq: hash(d, 1, seed),
        serverSeq: hash(d, 2, seed),
        transaction: 0,
      });
    }
  }

  address(device: number): string {
    const { ip } = this.#connections[device]!.server;
    return [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255).join('.');
  }
  /** The host that writes where it has no business. */
  get intruder(): string {
    return [24, 16, 8, 0].map((shift) => (this.#intruder.ip >>> shift) & 255).join('.');
  }

  /** What the process makes of a register in this second. */
  valueAt(device: number, register: number, second: number): number {
    const forced = this.#forced.get(device * 128 + register);
    if (forced !== undefined) return forced;
    const t = second + (hash(device, 3, this.#seed) % 7919);
    const nature = natureOf(register);
    if (nature === 'set') return 1000 + 50 * register;
    if (nature === 'state') return (t + register) % STATE_PERIOD_S < STATE_PERIOD_S / 2 ? 1 : 0;
    const noise =
      (hash(device * 128 + register, second, this.#seed) & 255) + ((hash(second, register, device) & 255) - 255);
    const wave =
      Math.sin((2 * Math.PI * t) / PERIODS_S[register % 3]!) +
      0.5 * Math.sin((2 * Math.PI * t) / PERIODS_S[(register + 1) % 3]!);
    return Math.round(20_000 + 300 * register + 3000 * wave + noise);
  }

  /** From now on the register shows this; NaN: what the process makes again. */
  force(device: number, register: number, value: number): void {
    if (Number.isNaN(value)) this.#forced.delete(device * 128 + register);
    else this.#forced.set(device * 128 + register, value);
  }

  /** The first octets of the capture. */
  static header(): Uint8Array {
    const out = new DataView(new ArrayBuffer(24));
    out.setUint32(0, 0xa1b2c3d4, true);
    out.setUint16(4, 2, true);
    out.setUint16(6, 4, true);
    out.setUint32(16, 65_535, true);
    out.setUint32(20, 1, true);
    return new Uint8Array(out.buffer);
  }

  /** Records of the devices `from` to before `to`, each read once in the second that begins at `tsUs`; octets of their own. */
  polls(tsUs: number, from = 0, to = this.devices): Uint8Array {
    this.#used = 0;
    const second = Math.round(tsUs / SECOND_US);
    for (let d = from; d < to; d++) this.#poll(d, tsUs + Math.floor((d * SECOND_US) / this.devices), second);
    return this.#bytes.slice(0, this.#used);
  }

  /** The intruder connects and writes a register once. */
  intrusion(tsUs: number, device: number, register: number, value: number): Uint8Array {
    this.#used = 0;
    const c: Connection = {
      client: this.#intruder,
      server: this.#connections[device]!.server,
      port: ++this.#intruderPort,
      clientSeq: hash(device, 4, this.#intruderPort),
      serverSeq: hash(device, 5, this.#intruderPort),
      transaction: 0,
    };
    this.#handshake(c, tsUs);
    const pdu = Uint8Array.of(6, register >> 8, register & 255, value >> 8, value & 255);
    this.#segment(c, tsUs + 300, true, PSH | ACK, this.#adu(c, pdu));
    this.#segment(c, tsUs + 300 + ANSWER_US, false, PSH | ACK, this.#adu(c, pdu));
    return this.#bytes.slice(0, this.#used);
  }

  #handshake(c: Connection, tsUs: number): void {
    this.#segment(c, tsUs, true, SYN, undefined);
    this.#segment(c, tsUs + 90, false, SYN | ACK, undefined);
    this.#segment(c, tsUs + 180, true, ACK, undefined);
    this.#open.add(c);
  }

  #poll(device: number, tsUs: number, second: number): void {
    const c = this.#connections[device]!;
    if (!this.#open.has(c)) this.#handshake(c, tsUs - 300);
    c.transaction = (c.transaction + 1) & 0xffff;
    this.#segment(c, tsUs, true, PSH | ACK, this.#adu(c, Uint8Array.of(3, 0, 0, 0, this.registers)));
    const pdu = new Uint8Array(2 + 2 * this.registers);
    pdu[0] = 3;
    pdu[1] = 2 * this.registers;
    for (let r = 0; r < this.registers; r++) {
      const value = this.valueAt(device, r, second);
      pdu[2 + 2 * r] = value >> 8;
      pdu[3 + 2 * r] = value & 255;
    }
    this.#segment(c, tsUs + ANSWER_US, false, PSH | ACK, this.#adu(c, pdu));
    if (this.acknowledges) this.#segment(c, tsUs + ANSWER_US + ACK_US, true, ACK, undefined);
  }

  #adu({ transaction }: Connection, pdu: Uint8Array): Uint8Array {
    const out = new Uint8Array(MBAP + pdu.length);
    out[0] = transaction >> 8;
    out[1] = transaction & 255;
    out[4] = (pdu.length + 1) >> 8;
    out[5] = (pdu.length + 1) & 255;
    out[6] = 1;
    out.set(pdu, MBAP);
    return out;
  }

  #segment(c: Connection, tsUs: number, toServer: boolean, flags: number, payload: Uint8Array | undefined): void {
    const size = payload?.length ?? 0;
    const length = Math.max(SHORTEST, HEAD + size);
    if (this.#used + RECORD + length > this.#bytes.length) {
      const bigger = new Uint8Array(2 * this.#bytes.length);
      bigger.set(this.#bytes);
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    const v = this.#view;
    let o = this.#used;
    v.setUint32(o, Math.floor(tsUs / SECOND_US), true);
    v.setUint32(o + 4, tsUs % SECOND_US, true);
    v.setUint32(o + 8, length, true);
    v.setUint32(o + 12, length, true);
    o += RECORD;
    this.#used = o + length;
    this.packets++;
    this.#bytes.fill(0, o, o + length);
    const [from, to] = toServer ? [c.client, c.server] : [c.server, c.client];
    v.setUint16(o, Math.floor(to.mac / 2 ** 32));
    v.setUint32(o + 2, to.mac % 2 ** 32);
    v.setUint16(o + 6, Math.floor(from.mac / 2 ** 32));
    v.setUint32(o + 8, from.mac % 2 ** 32);
    v.setUint16(o + 12, 0x0800);
    const ip = o + ETHERNET;
    from.ipId = (from.ipId + 1) & 0xffff;
    v.setUint16(ip, 0x4500);
    v.setUint16(ip + 2, IP + TCP + size);
    v.setUint16(ip + 4, from.ipId);
    v.setUint16(ip + 6, 0x4000);
    v.setUint16(ip + 8, 0x4006);
    v.setUint32(ip + 12, from.ip);
    v.setUint32(ip + 16, to.ip);
    v.setUint16(ip + 10, this.#checksum(ip, IP, 0));
    const tcp = ip + IP;
    v.setUint16(tcp, toServer ? c.port : PORT);
    v.setUint16(tcp + 2, toServer ? PORT : c.port);
    v.setUint32(tcp + 4, toServer ? c.clientSeq : c.serverSeq);
    v.setUint32(tcp + 8, (flags & ACK) === 0 ? 0 : toServer ? c.serverSeq : c.clientSeq);
    v.setUint16(tcp + 12, 0x5000 | flags);
    v.setUint16(tcp + 14, 0xfaf0);
    if (payload !== undefined) this.#bytes.set(payload, tcp + TCP);
    // Pseudo-header (RFC 9293, 3.1): addresses, protocol, length.
    const pseudo = (from.ip >>> 16) + (from.ip & 0xffff) + (to.ip >>> 16) + (to.ip & 0xffff) + 6 + TCP + size;
    v.setUint16(tcp + 16, this.#checksum(tcp, TCP + size, pseudo));
    const next = size + ((flags & SYN) === 0 ? 0 : 1);
    if (toServer) c.clientSeq = (c.clientSeq + next) >>> 0;
    else c.serverSeq = (c.serverSeq + next) >>> 0;
  }

  /** RFC 1071; what stands behind the end is zero. */
  #checksum(at: number, length: number, initial: number): number {
    let sum = initial;
    for (let i = 0; i + 1 < length; i += 2) sum += this.#view.getUint16(at + i);
    if (length & 1) sum += this.#bytes[at + length - 1]! << 8;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return ~sum & 0xffff;
  }
}
