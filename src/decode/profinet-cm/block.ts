/** What a block of PROFINET IO is as plain data, and how much is read of one PDU. */

/** Blocks and entries of blocks read of one PDU; what comes behind is counted in `dropped`. */
export const MAX_ENTRIES = 4096;
/** Octets of record data that are kept; longer data is cut and its length is known from `length`. */
export const MAX_DATA = 512;
/** Blocks within blocks. */
export const MAX_DEPTH = 5;

export type Field = number | string | bigint | Uint8Array | readonly Entry[];
/** One structure: a block, or a repeated part of one. Names are those of the specification. */
export interface Entry {
  readonly [field: string]: Field;
}
/** A block: its header and fields; `blocks` holds those within. */
export interface Block {
  readonly name: string;
  readonly blockType: number;
  /** Octets behind BlockLength, version included. */
  readonly blockLength: number;
  readonly version: number;
  readonly fields: Entry;
  readonly blocks: readonly Block[];
}

/** What is read so far of one PDU, so that nesting cannot multiply work. */
export class Budget {
  entries = 0;
  dropped = 0;
  /** Repeated parts that counts announce and that are not there. */
  missing = 0;
  /** Padding and reserved octets, which shall be zero, or-ed together. */
  reserved = 0;
  /** Only what is observed is kept of blocks; all entries are counted nevertheless. */
  readonly lean: boolean;
  constructor(lean = false) {
    this.lean = lean;
  }
  /** True when there is room for one more. */
  take(): boolean {
    if (this.entries >= MAX_ENTRIES) {
      this.dropped++;
      return false;
    }
    this.entries++;
    return true;
  }
  /** A count of parts that follow, each of which is taken by `part`. */
  announced(count: number): number {
    this.missing += count;
    return count;
  }
  part(): boolean {
    const has = this.take();
    if (has) this.missing--;
    return has;
  }
  /** Octets that shall be zero. */
  padding(b: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.reserved |= b[i]!;
  }
}

/** Octets of record data that say all that is observed: its value when short, its length when not. */
export const OBSERVED_DATA = 64;

/** Fields while they are being read. */
export type Fields = Record<string, Field>;

/** A field that is a number, a text, a list of parts; -1, '' and none where it is absent or another kind. */
export const num = (f: Entry, name: string): number => (typeof f[name] === 'number' ? f[name] : -1);
export const str = (f: Entry, name: string): string => (typeof f[name] === 'string' ? f[name] : '');
export const list = (f: Entry, name: string): readonly Entry[] =>
  Array.isArray(f[name]) ? (f[name] as readonly Entry[]) : [];
