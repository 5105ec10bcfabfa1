/**
 * Row numbers that changed and are to be written or told, each once. In some tables a large site changes nearly all rows all the time:
 * every value of every point. To write them all each time costs far more than to watch them, and a store looks for each in all that it
 * has. So rows that were never handed out go first; of the others as many as are allowed (`limitKnown`; all unless it was called), in turn.
 */

const WAITS = 1;
/** Handed out before, or read from the store. */
const KNOWN = 2;

interface Waiting {
  rows: number[];
  head: number;
}

export class DirtyRows {
  private flags = new Uint8Array(256);
  private readonly fresh: Waiting = { rows: [], head: 0 };
  private readonly again: Waiting = { rows: [], head: 0 };
  private left = Number.POSITIVE_INFINITY;

  mark(row: number): void {
    if (row >= this.flags.length) {
      const wider = new Uint8Array(Math.max(this.flags.length * 2, row + 1));
      wider.set(this.flags);
      this.flags = wider;
    }
    const flags = this.flags[row]!;
    if ((flags & WAITS) !== 0) return;
    this.flags[row] = flags | WAITS;
    (flags === 0 ? this.fresh : this.again).rows.push(row);
  }

  /** Until the next call at most so many rows follow that were handed out before, those that changed first; before it all. */
  limitKnown(rows: number): void {
    this.left = rows;
  }

  take<T>(max: number, row: (row: number) => T): T[] {
    const out: T[] = [];
    this.takeFrom(this.fresh, max, row, out);
    const fresh = out.length;
    this.takeFrom(this.again, Math.min(max, fresh + this.left), row, out);
    this.left -= out.length - fresh;
    return out;
  }
  private takeFrom<T>(waiting: Waiting, max: number, row: (row: number) => T, out: T[]): void {
    while (waiting.head < waiting.rows.length && out.length < max) {
      const r = waiting.rows[waiting.head++]!;
      this.flags[r] = KNOWN;
      out.push(row(r));
    }
    if (waiting.head <= waiting.rows.length >> 1) return;
    // There is always something that waits: what is done is let go all the same.
    waiting.rows = waiting.rows.slice(waiting.head);
    waiting.head = 0;
  }

  /** What waits is in the store already. */
  clear(): void {
    for (const waiting of [this.fresh, this.again]) {
      for (let i = waiting.head; i < waiting.rows.length; i++) this.flags[waiting.rows[i]!] = KNOWN;
      waiting.rows = [];
      waiting.head = 0;
    }
  }

  /** Rows wait that were handed out before. */
  get waits(): boolean {
    return this.again.head < this.again.rows.length;
  }
  /** Something more is to be taken now. */
  get more(): boolean {
    return this.fresh.head < this.fresh.rows.length || (this.left > 0 && this.waits);
  }
}
