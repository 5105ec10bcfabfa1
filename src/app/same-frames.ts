/**
 * Whether two interfaces of a site bring in the same frames. Copies are dropped across sources (`decode/duplicates.ts`), but each
 * interface is decoded by itself and in batches of its own: of a conversation that both carry one may have the request and the
 * other the answer, and a copy that comes before its original counts again. So it is told, and looked for here: in a tenth of each second the frames of all interfaces are compared octet by octet, by a hash
 * of 32 bits and the moment. Broadcasts are passed over: every port of a switch carries them.
 */
import type { Verdict } from '../api/index.ts';
import { type FrameBatch, LINK } from '../core/frame.ts';

/** Looked at: the first tenth of each second, which is the same moment at all interfaces of a machine. */
const SECOND_US = 1_000_000;
const LOOK_US = 100_000;
/** Copies of a mirror arrive within the switch's buffering time, as in `decode/duplicates.ts`. */
const WINDOW_US = 5_000;
/** Octets of a frame that are compared, from its start. */
const OCTETS = 128;
/** Frames remembered for a site; beyond, the oldest is forgotten. */
const MAX_REMEMBERED = 8192;
/** Told from so many copies on, and from this share of what was looked at. */
const MIN_COPIES = 50;
const MIN_SHARE = 0.05;
/** Ethernet without anything in it. */
const HEADER = 14;

interface Wire {
  readonly name: string;
  /** Unicast frames that were looked at. */
  looked: number;
  /** Of those, frames that came in at another interface too, by the name of it. */
  readonly copies: Map<string, number>;
}

const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
};

export class SameFrames {
  readonly #wires = new Map<string, Wire>();
  readonly #seen = new Map<number, { readonly wire: Wire; readonly tsUs: number }>();

  /** An interface is listened to, by the id of its source. */
  begin(source: string, name: string): void {
    this.#wires.set(source, { name, looked: 0, copies: new Map() });
  }

  end(source: string): void {
    this.#wires.delete(source);
    this.#seen.clear();
  }

  /** No interface is listened to. */
  get isIdle(): boolean {
    return this.#wires.size === 0;
  }

  note(source: string, batch: FrameBatch): void {
    const wire = this.#wires.get(source);
    if (wire === undefined || this.#wires.size < 2) return;
    const { bytes } = batch;
    for (let i = 0; i < batch.count; i++) {
      const tsUs = batch.tsUs[i]!;
      const start = batch.start[i]!;
      const isEthernet = batch.linkType[i] === LINK.ETHERNET && batch.captured[i]! >= HEADER;
      // IEEE 802: the lowest bit of the first octet marks a group address.
      if (tsUs % SECOND_US >= LOOK_US || !isEthernet || (bytes[start]! & 1) === 1) continue;
      wire.looked++;
      const hash = hashOf(bytes, start, start + Math.min(OCTETS, batch.captured[i]!));
      const before = this.#seen.get(hash);
      if (before !== undefined && before.wire !== wire && Math.abs(tsUs - before.tsUs) <= WINDOW_US) {
        wire.copies.set(before.wire.name, (wire.copies.get(before.wire.name) ?? 0) + 1);
        this.#seen.delete(hash);
        continue;
      }
      this.#seen.delete(hash);
      this.#seen.set(hash, { wire, tsUs });
      if (this.#seen.size > MAX_REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
    }
  }

  /** What is to be said of the site; undefined where no two interfaces share much. */
  verdict(): Verdict | undefined {
    const wires = [...this.#wires.values()];
    const lines: string[] = [];
    for (const [i, one] of wires.entries())
      for (const other of wires.slice(i + 1)) {
        const copies = (one.copies.get(other.name) ?? 0) + (other.copies.get(one.name) ?? 0);
        const share = copies / Math.max(1, Math.min(one.looked, other.looked));
        if (copies >= MIN_COPIES && share >= MIN_SHARE)
          lines.push(
            `${one.name} and ${other.name} (${Math.min(100, Math.round(100 * share))} % of what one of them brings)`,
          );
      }
    if (lines.length === 0) return undefined;
    return {
      code: 'seen-twice',
      priority: 'medium',
      title: 'Two interfaces bring in the same frames',
      detail: `The same frames come in at ${lines.join('; ')}. Each interface is decoded by itself: where both see a conversation, some of it is counted twice, and some seems to be missing or unanswered that was not.`,
      whatToDo:
        'Let the switches mirror each link once, or make one source of the interfaces: --interface eth1,eth2 (docs/guides/place-a-sensor.md).',
    };
  }
}
