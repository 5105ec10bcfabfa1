/**
 * Finds frames that carry octets seen before. We decode what was sent once; tshark shows a retransmission, the second of
 * two mirrors and the other side of a NAT again. Such a row of tshark is compared with what we said about the first.
 */
import type { FrameBatch } from '../../src/core/frame.ts';
import { u16be } from '../../src/lib/bytes.ts';

/** Without sequence numbers only what follows at once is a copy: two mirrors of one wire. */
const MIRROR_US = 100_000;
const ETHERNET = 1;

export class Repeats {
  /** Frame and the first frame with the same octets. */
  readonly of = new Map<number, number>();
  readonly #first = new Map<string, { frame: number; tsUs: number }>();

  batch(batch: FrameBatch): void {
    for (let i = 0; i < batch.count; i++) {
      if (batch.linkType[i] !== ETHERNET) continue;
      const start = batch.start[i]!;
      this.#frame(batch.bytes, start, start + batch.captured[i]!, batch.firstFrame + i, batch.tsUs[i]!);
    }
  }

  #frame(b: Uint8Array, start: number, end: number, frame: number, tsUs: number): void {
    let at = start + 12;
    while (at + 4 <= end && (u16be(b, at) === 0x8100 || u16be(b, at) === 0x88a8)) at += 4;
    if (at + 2 > end) return;
    const type = u16be(b, at);
    at += 2;
    let last = end;
    let tcp = 0;
    if (type === 0x0800 && at + 20 <= end && b[at + 9] === 6) {
      last = Math.min(end, at + u16be(b, at + 2));
      tcp = at + (b[at]! & 15) * 4;
    } else if (type === 0x86dd && at + 40 <= end && b[at + 6] === 6) {
      last = Math.min(end, at + 40 + u16be(b, at + 4));
      tcp = at + 40;
    }
    let key: string;
    if (tcp > 0) {
      if (tcp + 20 > last) return;
      const payload = tcp + (b[tcp + 12]! >> 4) * 4;
      if (payload >= last) return;
      key = `${hash(b, tcp + 4, tcp + 8)} ${hash(b, payload, last)} ${last - payload}`;
    } else key = `${hash(b, at, last)} ${last - at}`;
    const first = this.#first.get(key);
    if (first && (tcp > 0 || tsUs - first.tsUs <= MIRROR_US)) this.of.set(frame, first.frame);
    else this.#first.set(key, { frame, tsUs });
  }
}

/** FNV-1a, twice with different starts: 64 bits in all. */
const hash = (b: Uint8Array, start: number, end: number): string => {
  let x = 0x811c9dc5;
  let y = 0x1234567;
  for (let i = start; i < end; i++) {
    x = Math.imul(x ^ b[i]!, 0x01000193);
    y = Math.imul(y ^ b[i]!, 0x01000193) ^ (y >>> 13);
  }
  return `${x} ${y}`;
};
