/**
 * What conversations said at their start that nobody can do without later: which route a CIP connection takes, which node
 * an OPC UA subscription's item is, which name a Sparkplug alias stands for. Connections of a plant live for months, and
 * whoever watches them is started again now and then: the octets of such messages are kept with the site, and read once
 * more, in silence, where a conversation goes on in the middle. Without them its points would be others after a restart.
 */
import { u32le } from '../lib/bytes.ts';

/** Conversations whose opening is kept; of more the one that opened longest ago is forgotten and counted. */
export const MAX_OPENINGS = 1024;
/** Octets kept of one conversation; at the limit its oldest message is forgotten. */
export const MAX_OPENING_BYTES = 65_536;
/** The same of all. */
export const MAX_ALL_OPENING_BYTES = 4_194_304;

/** A conversation by its addresses: behind a router the same host has another MAC address, and so another endpoint. */
export interface Ends {
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

export interface Said {
  readonly toServer: boolean;
  readonly bytes: Uint8Array;
}

export interface Opening extends Ends {
  /** Name of the decoder that read it. */
  readonly decoder: string;
  readonly said: Said[];
  /** Who read it last, and `Openings.version` then: the other sources of the site have not heard it. */
  reader: object | undefined;
  version: number;
}

/** Pieces of one message in each direction, of which nobody knows yet whether it belongs to the opening. */
export class OpeningParts {
  readonly #held: [Uint8Array[], Uint8Array[]] = [[], []];
  readonly #octets: [number, number] = [0, 0];

  /** Copies the octets; of a message that outgrows MAX_OPENING_BYTES all are forgotten. */
  add(toServer: boolean, bytes: Uint8Array, start: number, end: number): void {
    const side = toServer ? 1 : 0;
    this.#octets[side] += end - start;
    if (this.#octets[side] > MAX_OPENING_BYTES) this.#held[side] = [];
    else this.#held[side].push(bytes.slice(start, end));
  }

  /** Another message of this direction is complete: its pieces, which are held no longer. */
  take(toServer: boolean): readonly Uint8Array[] | 'too-long' {
    const side = toServer ? 1 : 0;
    const held = this.#octets[side] > MAX_OPENING_BYTES ? 'too-long' : this.#held[side];
    this.#held[side] = [];
    this.#octets[side] = 0;
    return held;
  }
}

const FORMAT = 1;
interface Saved {
  readonly format: number;
  readonly openings: readonly (Ends & {
    readonly decoder: string;
    readonly said: readonly (readonly [toServer: boolean, length: number])[];
  })[];
}

/** The same whoever is taken for the client. */
const keyOf = ({ client, clientPort, server, serverPort }: Ends): string => {
  const [a, b] = [`${client} ${clientPort}`, `${server} ${serverPort}`];
  return a < b ? `${a} ${b}` : `${b} ${a}`;
};
const pairOf = ({ client, server }: Ends): string => (client < server ? `${client} ${server}` : `${server} ${client}`);

const put = (sets: Map<string, Set<Opening>>, key: string, opening: Opening): void => {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([opening]));
  else set.add(opening);
};
const take = (sets: Map<string, Set<Opening>>, key: string, opening: Opening): void => {
  const set = sets.get(key)!;
  set.delete(opening);
  if (set.size === 0) sets.delete(key);
};

/** Openings of a site, shared by its sources. */
export class Openings {
  readonly #byKey = new Map<string, Opening>();
  readonly #byPair = new Map<string, Set<Opening>>();
  readonly #byDecoder = new Map<string, Set<Opening>>();
  #bytes = 0;
  /** Conversations forgotten at a limit. */
  dropped = 0;
  /** Rises with every change. */
  version = 0;
  /** Who read last, and `version` when another one did. */
  #reader: object | undefined;
  #othersVersion = 0;

  get size(): number {
    return this.#byKey.size;
  }

  /** Octets `start`..`end` belong to the opening; they are copied. */
  keep(
    decoder: string,
    ends: Ends,
    toServer: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    reader?: object,
  ): void {
    if (end - start > MAX_OPENING_BYTES) return;
    const key = keyOf(ends);
    let opening = this.#byKey.get(key);
    if (opening?.decoder !== decoder) {
      this.#forget(key);
      opening = { decoder, ...ends, said: [], reader, version: 0 };
      this.#insert(key, opening);
    }
    opening.said.push({ toServer, bytes: bytes.slice(start, end) });
    if (reader !== this.#reader) this.#othersVersion = this.version;
    this.#reader = reader;
    opening.reader = reader;
    opening.version = this.version + 1;
    this.#bytes += end - start;
    for (let own = opening.said.reduce((sum, s) => sum + s.bytes.length, 0); own > MAX_OPENING_BYTES; ) {
      const oldest = opening.said.shift()!.bytes.length;
      own -= oldest;
      this.#bytes -= oldest;
    }
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= MAX_OPENINGS && this.#bytes <= MAX_ALL_OPENING_BYTES) break;
      this.#forget(oldest);
      this.dropped++;
    }
    this.version++;
  }

  /** What was said when this conversation began. */
  of(decoder: string, ends: Ends): Opening | undefined {
    const opening = this.#byKey.get(keyOf(ends));
    return opening?.decoder === decoder ? opening : undefined;
  }

  /** Of all conversations between the two. */
  between(ends: Ends): readonly Opening[] {
    return [...(this.#byPair.get(pairOf(ends)) ?? [])];
  }

  /** Of all conversations that this decoder read, in the order in which they opened. */
  by(decoder: string): readonly Opening[] {
    return [...(this.#byDecoder.get(decoder) ?? [])];
  }

  /** Those of `by` that another than `reader` read after `version`: asked every second, and of one source alone there are none. */
  since(version: number, decoder: string, reader: object): readonly Opening[] {
    const out: Opening[] = [];
    if (reader === this.#reader && this.#othersVersion <= version) return out;
    for (const opening of this.#byDecoder.get(decoder) ?? [])
      if (opening.version > version && opening.reader !== reader) out.push(opening);
    return out;
  }

  /** The conversation is over, or another begins at its place. */
  end(ends: Ends): void {
    if (this.#byKey.size > 0 && this.#forget(keyOf(ends))) this.version++;
  }

  #insert(key: string, opening: Opening): void {
    this.#byKey.set(key, opening);
    put(this.#byPair, pairOf(opening), opening);
    put(this.#byDecoder, opening.decoder, opening);
  }

  #forget(key: string): boolean {
    const opening = this.#byKey.get(key);
    if (opening === undefined) return false;
    this.#byKey.delete(key);
    for (const { bytes } of opening.said) this.#bytes -= bytes.length;
    take(this.#byPair, pairOf(opening), opening);
    take(this.#byDecoder, opening.decoder, opening);
    return true;
  }

  /** Length of the head (4 octets, little-endian), the head as JSON, the octets of all messages one after the other. */
  save(): Uint8Array {
    const openings = [...this.#byKey.values()];
    const saved: Saved = {
      format: FORMAT,
      openings: openings.map(({ said, reader: _, version: __, ...ends }) => ({
        ...ends,
        said: said.map(({ toServer, bytes }) => [toServer, bytes.length] as const),
      })),
    };
    const head = new TextEncoder().encode(JSON.stringify(saved));
    const out = new Uint8Array(4 + head.length + this.#bytes);
    new DataView(out.buffer).setUint32(0, head.length, true);
    out.set(head, 4);
    let at = 4 + head.length;
    for (const { said } of openings)
      for (const { bytes } of said) {
        out.set(bytes, at);
        at += bytes.length;
      }
    return out;
  }

  /** What another version wrote is not read: conversations are then understood from their next opening on. */
  load(bytes: Uint8Array): void {
    let at = 4 + u32le(bytes, 0);
    const saved = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at))) as Saved;
    if (saved.format !== FORMAT) return;
    this.#reader = undefined;
    for (const { said, ...ends } of saved.openings) {
      const opening: Opening = { ...ends, said: [], reader: undefined, version: this.version };
      for (const [toServer, length] of said) {
        opening.said.push({ toServer, bytes: bytes.slice(at, at + length) });
        at += length;
        this.#bytes += length;
      }
      this.#insert(keyOf(opening), opening);
    }
  }
}
