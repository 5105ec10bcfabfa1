/**
 * What a source says about itself: can the picture made of it be believed? Counters only; the sentences are made where
 * they are shown. See `SourceHealth` in `core/site.ts` for the meaning of each.
 */
import type { SourceHealth } from '../core/site.ts';
import {
  BITS,
  D,
  DECODED,
  type FlowTable,
  GROUP,
  I,
  IS_COPY,
  L2_FLAG,
  META,
  PACKETS_A,
  PACKETS_B,
  PAYLOAD,
  PORTS,
} from './flows.ts';
import type { DecoderStats, Session } from './session.ts';

/** Undecoded ports kept apart; the rest is summed under port -1. */
const MAX_UNDECODED = 1024;
/** Gaps listed; all are counted. */
const MAX_GAPS = 100;
/** Longest standard Ethernet frame with two tags; anything longer was never on a wire of that kind. */
const MAX_WIRE_FRAME = 1526;
export const OFFLOAD_LENGTH = MAX_WIRE_FRAME;

interface Undecoded {
  readonly transport: string;
  readonly port: number;
  packets: number;
  bytes: number;
}

export class HealthCounters {
  frames = 0;
  // Begin as doubles (-0 is one), which they become: see `freshAt`.
  bytes = -0;
  firstUs = -0;
  lastUs = -0;
  duplicates = 0;
  routedCopies = 0;
  translatedCopies = 0;
  cutFrames = 0;
  offloadFrames = 0;
  checksumsChecked = 0;
  checksumsWrong = 0;
  ownFrames = 0;
  damaged = 0;
  fragments = 0;
  tunnelled = 0;
  broadcastFrames = 0;
  unicastFrames = 0;
  ackUnseen = 0;
  missingBytes = -0;
  retransmissions = 0;
  backwardSteps = 0;
  gapCount = 0;
  readonly gaps: { fromUs: number; toUs: number }[] = [];
  /** Reported by the capturing program; -1 while it said nothing. */
  dropped = -1;
  #conversations = 0;
  #oneWay = 0;
  #decoded = 0;
  #undecoded = 0;
  #encrypted = 0;
  readonly #links = new Map<number, number>();
  readonly #limits = new Map<string, number>();
  readonly #ports = new Map<string, Undecoded>();

  unknownLink(linkType: number): void {
    this.#links.set(linkType, (this.#links.get(linkType) ?? 0) + 1);
  }

  limit(name: string, n: number): void {
    this.#limits.set(name, (this.#limits.get(name) ?? 0) + n);
  }

  gap(fromUs: number, toUs: number): void {
    this.gapCount++;
    if (this.gaps.length < MAX_GAPS) this.gaps.push({ fromUs, toUs });
  }

  /** Adds a flow that ended to the totals. */
  flowEnded(flows: FlowTable, f: number, session: Session | undefined): void {
    this.#add(flows, f, session?.encrypted === true, this.#ports, this);
  }

  #add(
    flows: FlowTable,
    f: number,
    encrypted: boolean,
    ports: Map<string, Undecoded>,
    to: { conversation(oneWay: boolean): void; octets(decoded: number, undecoded: number, encrypted: number): void },
  ): void {
    const meta = flows.i[f * I + META]!;
    const l2 = meta >= L2_FLAG;
    const protocol = l2 ? 0 : meta & 255;
    const bits = flows.i[f * I + BITS]!;
    const d = f * D;
    if ((bits & GROUP) === 0 && (protocol === 6 || protocol === 17)) to.conversation(!flows.bothWays(f));
    if ((bits & IS_COPY) !== 0) return;
    const decoded = Math.min(flows.d[d + DECODED]!, flows.d[d + PAYLOAD]!);
    const undecoded = flows.d[d + PAYLOAD]! - decoded;
    to.octets(decoded, undecoded, encrypted ? decoded : 0);
    if (undecoded <= 0) return;
    const p = flows.i[f * I + PORTS]!;
    const transport = l2 ? 'ethernet' : protocol === 6 ? 'tcp' : protocol === 17 ? 'udp' : 'ip';
    const clientIsB = (bits & 1) !== 0;
    const port = l2
      ? meta & 0xffff
      : protocol === 6 || protocol === 17
        ? clientIsB
          ? p >>> 16
          : p & 0xffff
        : protocol;
    let key = `${transport} ${port}`;
    if (!ports.has(key) && ports.size >= MAX_UNDECODED) key = `${transport} -1`;
    let u = ports.get(key);
    if (!u) {
      u = { transport, port: key.endsWith(' -1') ? -1 : port, packets: 0, bytes: 0 };
      ports.set(key, u);
    }
    u.packets += flows.d[d + PACKETS_A]! + flows.d[d + PACKETS_B]!;
    u.bytes += undecoded;
  }

  conversation(oneWay: boolean): void {
    this.#conversations++;
    if (oneWay) this.#oneWay++;
  }

  octets(decoded: number, undecoded: number, encrypted: number): void {
    this.#decoded += decoded;
    this.#undecoded += undecoded;
    this.#encrypted += encrypted;
  }

  /** The state now, active flows included. */
  snapshot(
    flows: FlowTable,
    encrypted: (f: number) => boolean,
    stats: ReadonlyMap<string, DecoderStats>,
    limits: Readonly<Record<string, number>>,
  ): SourceHealth {
    let conversations = this.#conversations;
    let oneWay = this.#oneWay;
    let decoded = this.#decoded;
    let undecoded = this.#undecoded;
    let secret = this.#encrypted;
    const ports = new Map<string, Undecoded>();
    for (const [k, u] of this.#ports) ports.set(k, { ...u });
    const to = {
      conversation(one: boolean) {
        conversations++;
        if (one) oneWay++;
      },
      octets(d: number, u: number, e: number) {
        decoded += d;
        undecoded += u;
        secret += e;
      },
    };
    for (let f = 0; f < flows.top; f++) if (flows.used[f] === 1) this.#add(flows, f, encrypted(f), ports, to);
    const named = new Map(this.#limits);
    for (const [k, v] of Object.entries(limits)) if (v > 0) named.set(k, (named.get(k) ?? 0) + v);
    return {
      frames: this.frames,
      bytes: this.bytes + 0,
      firstUs: this.firstUs + 0,
      lastUs: this.lastUs + 0,
      duplicates: this.duplicates,
      routedCopies: this.routedCopies,
      translatedCopies: this.translatedCopies,
      cutFrames: this.cutFrames,
      damagedFrames: this.damaged,
      offloadFrames: this.offloadFrames,
      checksumsChecked: this.checksumsChecked,
      checksumsWrong: this.checksumsWrong,
      ownFrames: this.ownFrames,
      broadcastFrames: this.broadcastFrames,
      unicastFrames: this.unicastFrames,
      conversations,
      oneWay,
      ackUnseen: this.ackUnseen,
      missingBytes: this.missingBytes + 0,
      retransmissions: this.retransmissions,
      dropped: this.dropped,
      gaps: this.gaps.slice(),
      backwardSteps: this.backwardSteps,
      gapCount: this.gapCount,
      decodedBytes: decoded,
      undecodedBytes: undecoded,
      encryptedBytes: secret,
      unknownLinkTypes: [...this.#links].map(([linkType, frames]) => ({ linkType, frames })),
      undecoded: [...ports.values()].sort((a, b) => b.bytes - a.bytes || a.port - b.port).slice(0, 100),
      protocols: [...stats]
        .filter(([, s]) => s.messages > 0 || s.malformed > 0)
        .map(([protocol, s]) => ({
          protocol,
          messages: s.messages,
          bytes: s.bytes,
          malformed: s.malformed,
          unanswered: s.unanswered,
        }))
        .sort((a, b) => b.messages - a.messages || (a.protocol < b.protocol ? -1 : 1)),
      limits: [...named].map(([limit, dropped]) => ({ limit, dropped })),
    };
  }
}
