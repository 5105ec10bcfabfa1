/**
 * Memory of CIP requests already understood. Polls repeat the same request for weeks: the message object of the first time
 * is handed out again, after the octets have been compared one by one. Direct-mapped, so that it is bounded without care.
 */
import { i32le } from '../../lib/bytes.ts';
import type { CipMessage } from './cip.ts';

/** Slots per flow; a poll list longer than this only costs time. A power of two. */
export const CACHE_SLOTS = 128;
/** Longer requests are transfers, not polls. */
export const CACHE_MAX_OCTETS = 256;

interface Entry {
  readonly octets: Uint8Array;
  readonly message: CipMessage;
}

export class CipCache {
  private readonly slots: (Entry | undefined)[] = [];
  private slot = 0;

  /** The message for `start`..`end`, or undefined; `keep` then stores what was decoded. */
  find(b: Uint8Array, start: number, end: number): CipMessage | undefined {
    // FNV-1a (Fowler, Noll, Vo 1991), four octets at a time with a shift, as the high ones would not reach the low bits
    let h = 0x811c9dc5 | 0;
    let o = start;
    for (; o + 4 <= end; o += 4) {
      h = Math.imul(h ^ i32le(b, o), 0x01000193);
      h ^= h >>> 15;
    }
    for (; o < end; o++) h = Math.imul(h ^ b[o]!, 0x01000193);
    this.slot = (h ^ (h >>> 15)) & (CACHE_SLOTS - 1);
    const entry = this.slots[this.slot];
    if (entry === undefined) return undefined;
    const octets = entry.octets;
    if (octets.length !== end - start) return undefined;
    for (let i = 0; i < octets.length; i++) if (octets[i] !== b[start + i]) return undefined;
    return entry.message;
  }

  /** Stores the message of the `find` that just failed. */
  keep(b: Uint8Array, start: number, end: number, message: CipMessage): void {
    while (this.slots.length < CACHE_SLOTS) this.slots.push(undefined);
    this.slots[this.slot] = { octets: b.slice(start, end), message };
  }
}
