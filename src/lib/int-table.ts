/**
 * A hash table from up to four 32-bit integers to dense row numbers 0, 1, 2 ... (open addressing, linear probing; Knuth,
 * The Art of Computer Programming vol. 3, 6.4). Nothing is allocated per lookup, so it can stand on the hot path.
 */
export class IntTable {
  count = 0;
  private keys = new Int32Array(4 * 64);
  private slots = new Int32Array(256);
  private mask = 255;

  /** Row of the key, or -1. */
  find(a: number, b: number, c: number, d: number): number {
    const { keys, slots, mask } = this;
    let slot = hash(a, b, c, d) & mask;
    for (;;) {
      const row = slots[slot]! - 1;
      if (row < 0) return -1;
      const k = row << 2;
      if (keys[k] === a && keys[k + 1] === b && keys[k + 2] === c && keys[k + 3] === d) return row;
      slot = (slot + 1) & mask;
    }
  }

  /** Adds a key that is not there yet; its row is the number of keys added before. Keys must be 32-bit integers. */
  add(a: number, b: number, c: number, d: number): number {
    const row = this.count++;
    if (row << 2 >= this.keys.length) {
      const wider = new Int32Array(this.keys.length * 2);
      wider.set(this.keys);
      this.keys = wider;
    }
    const k = row << 2;
    this.keys[k] = a;
    this.keys[k + 1] = b;
    this.keys[k + 2] = c;
    this.keys[k + 3] = d;
    if (this.count * 2 > this.slots.length) this.rehash(this.slots.length * 2);
    else this.place(row);
    return row;
  }

  /** Another key, which must not be there yet, takes the place of `row`. */
  replace(row: number, a: number, b: number, c: number, d: number): void {
    this.unplace(row);
    const k = row << 2;
    this.keys[k] = a;
    this.keys[k + 1] = b;
    this.keys[k + 2] = c;
    this.keys[k + 3] = d;
    this.place(row);
  }

  /** Part `part` (0..3) of the key of `row`. */
  part(row: number, part: 0 | 1 | 2 | 3): number {
    return this.keys[(row << 2) + part]!;
  }

  private homeOf(row: number): number {
    const k = row << 2;
    return hash(this.keys[k]!, this.keys[k + 1]!, this.keys[k + 2]!, this.keys[k + 3]!) & this.mask;
  }

  /** Empties the slot of `row` and closes the gap (Knuth, 6.4, algorithm R). */
  private unplace(row: number): void {
    const { slots, mask } = this;
    let gap = this.homeOf(row);
    while (slots[gap] !== row + 1) gap = (gap + 1) & mask;
    for (let next = (gap + 1) & mask; slots[next] !== 0; next = (next + 1) & mask) {
      // One that stands between the gap and its home stays.
      if (((next - this.homeOf(slots[next]! - 1)) & mask) < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = 0;
  }

  private place(row: number): void {
    let slot = this.homeOf(row);
    while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = row + 1;
  }

  private rehash(size: number): void {
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    for (let row = 0; row < this.count; row++) this.place(row);
  }
}

const hash = (a: number, b: number, c: number, d: number): number => {
  let h = Math.imul(a, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ c, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
};
