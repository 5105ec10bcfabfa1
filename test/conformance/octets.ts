/**
 * `npx tsx test/conformance/octets.ts DIR [--protocol P] [--each 12] [--show N] [--json]`: how much of what a decoder takes for a message
 * it has read. Every octet of a message is changed, bit by bit, and the message decoded again: an octet with which neither a field nor the
 * outcome changes was read by nobody. For protocols that no peer speaks this stands in for an oracle: messages parsed to the last octet.
 * Beside it: units that were malformed, and requests with their answers.
 */
import { openCaptureFile, readCapture } from '../../src/app/parts.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import type { Decoded, Decoder, PduContext } from '../../src/core/decoder.ts';
import { SILENT } from '../../src/core/observation.ts';
import type { SiteSink } from '../../src/core/site-model.ts';
import { DECODERS } from '../../src/decode/index.ts';
import { textOfData } from '../drive.ts';

/** Octets of one message that are looked at; of a longer one those behind are not counted. */
const MAX_OCTETS = 1500;

export interface Octets {
  readonly protocol: string;
  /** Messages seen, and of those how many were looked at octet by octet. */
  messages: number;
  looked: number;
  /** Looked at, but they read differently without what came before: not judged. */
  unsteady: number;
  malformed: number;
  /** Octets of the messages looked at, and those that nothing rests on. */
  octets: number;
  unread: number;
  /** Requests by what became of them, and answers whose request was seen. */
  answered: number;
  unanswered: number;
  unseen: number;
  /** By message type: places (from the start) that nobody read, with how often. */
  readonly places: Map<string, Map<number, number>>;
}

/** Pieces that are kept until the last one comes: what is in them is read then. */
const HELD = /fragment|segment$/i;
/** Frames without an own length are filled up to the 60 octets that Ethernet asks for. */
const MIN_PAYLOAD = 46;

const plain = (r: Decoded, bytes: Uint8Array, start: number): string => {
  if (r.kind !== 'carries') return textOfData(r);
  // What is handed on may be put together elsewhere: its octets count, not the buffer that they lie in.
  const { bytes: carried, start: from, end, ...rest } = r;
  return `${textOfData(rest)}${carried === bytes ? `${from - start}-${end - start}` : textOfData(carried.subarray(from, end))}`;
};

const typeOf = (r: Decoded): string | undefined =>
  r.kind === 'message' || r.kind === 'carries' ? r.message?.type : undefined;

/** A PDU that came before in the same conversation. */
export interface Before {
  readonly octets: Uint8Array;
  readonly context: PduContext;
}
/** PDUs of a conversation that are read again where an answer cannot be read without its request. */
const MAX_BEFORE = 8;

/** Is the octet one of a length of -1 (none, an empty list) whose sign was read? Every negative number says the same. */
const isOfNone = (octets: Uint8Array, at: number, unread: ReadonlySet<number>): boolean => {
  for (let from = Math.max(0, at - 2); from <= at && from + 3 < octets.length; from++)
    if (octets.subarray(from, from + 4).every((x) => x === 0xff) && !unread.has(from + 3)) return true;
  return false;
};

/** Places of `bytes` on which nothing rests; undefined where the message reads differently alone, and with what came before it. */
export const unreadOctets = (
  decoder: Decoder,
  octets: Uint8Array,
  context: PduContext,
  first: Decoded,
  before: readonly Before[] = [],
): readonly number[] | undefined => {
  const changed = octets.slice();
  let earlier: readonly Before[] = [];
  const decoded = (): Decoded => {
    decoder.reseal?.(changed, 0, changed.length);
    const state = decoder.open();
    for (const b of earlier) decoder.decode(b.octets, 0, b.octets.length, { ...b.context }, state);
    return decoder.decode(changed, 0, changed.length, { ...context }, state);
  };
  const whole = plain(first, octets, 0);
  if (first.kind === 'message' && plain(decoded(), changed, 0) !== whole) {
    earlier = before;
    if (plain(decoded(), changed, 0) !== whole) earlier = [];
  }
  const alone = decoded();
  if (alone.kind !== first.kind || typeOf(alone) !== typeOf(first)) return undefined;
  const [from, to] =
    alone.kind === 'carries' && alone.bytes === changed ? [alone.start, alone.end] : [octets.length, octets.length];
  const text = plain(alone, changed, 0);
  const unread: number[] = [];
  for (let i = 0; i < Math.min(octets.length, MAX_OCTETS); i++) {
    if (i >= from && i < to) continue;
    let isRead = false;
    for (let bit = 1; bit < 256 && !isRead; bit <<= 1) {
      changed[i] = octets[i]! ^ bit;
      isRead = plain(decoded(), changed, 0) !== text;
      // Put right by the decoder itself: a checksum, which it knows.
      isRead ||= changed[i] === octets[i];
      changed.set(octets);
    }
    if (!isRead) unread.push(i);
  }
  const places = new Set(unread);
  return unread.filter((i) => !isOfNone(octets, i, places));
};

/** Reads captures and looks at up to `each` messages of a type in each. */
export class OctetReader {
  readonly byProtocol = new Map<string, Octets>();
  readonly #each: number;
  readonly #only: string | undefined;

  constructor(each: number, only?: string) {
    this.#each = each;
    this.#only = only;
  }

  #of(protocol: string): Octets {
    let found = this.byProtocol.get(protocol);
    if (found === undefined) {
      found = {
        protocol,
        messages: 0,
        looked: 0,
        unsteady: 0,
        malformed: 0,
        octets: 0,
        unread: 0,
        answered: 0,
        unanswered: 0,
        unseen: 0,
        places: new Map(),
      };
      this.byProtocol.set(protocol, found);
    }
    return found;
  }

  #look(
    d: Decoder,
    octets: Uint8Array,
    context: PduContext,
    result: Decoded,
    type: string,
    before: readonly Before[],
  ): void {
    const all = this.#of(d.name);
    const found = unreadOctets(d, octets, context, result, before);
    if (found === undefined) {
      all.unsteady++;
      return;
    }
    let used = octets.length;
    if (context.carrier === 'ethernet' && used <= MIN_PAYLOAD)
      while (octets[used - 1] === 0 && found.includes(used - 1)) used--;
    const unread = found.filter((at) => at < used);
    all.looked++;
    all.octets += Math.min(used, MAX_OCTETS);
    all.unread += unread.length;
    for (const at of unread) {
      const places = all.places.get(type) ?? new Map<number, number>();
      places.set(at, (places.get(at) ?? 0) + 1);
      all.places.set(type, places);
    }
  }

  async capture(path: string): Promise<void> {
    const looked = new Map<string, number>();
    const said = new WeakMap<object, Before[]>();
    const watched = (d: Decoder): Decoder => ({
      ...d,
      decode: (bytes, start, end, context, state) => {
        const result = d.decode(bytes, start, end, context, state);
        if (this.#only !== undefined && d.name !== this.#only) return result;
        if (result.kind === 'malformed') this.#of(d.name).malformed++;
        if ((result.kind !== 'message' && result.kind !== 'carries') || result.message === undefined) return result;
        this.#of(d.name).messages++;
        const { type } = result.message;
        const to = result.consumed > 0 ? Math.min(end, start + result.consumed) : end;
        const octets = bytes.slice(start, to);
        let before: Before[] = [];
        if (typeof state === 'object' && state !== null) {
          before = said.get(state) ?? [];
          said.set(state, [...before.slice(1 - MAX_BEFORE), { octets, context: { ...context } }]);
        }
        const key = `${d.name} ${type}`;
        const times = looked.get(key) ?? 0;
        if (HELD.test(type) || times >= this.#each) return result;
        looked.set(key, times + 1);
        this.#look(d, octets, context, result, type, before);
        return result;
      },
      observe: (t, sink, state) => {
        const isRequest = t.request !== undefined || t.response !== undefined;
        if (isRequest && t.state !== 'single' && (this.#only === undefined || d.name === this.#only))
          this.#of(d.name)[t.state]++;
        d.observe(t, sink, state);
      },
    });
    const pipeline = new Pipeline({
      source: path,
      site: createSiteRuntime((): SiteSink => ({ ...SILENT, alias: () => undefined })),
      decoders: DECODERS.map(watched),
      onMessage: () => undefined,
    });
    for await (const event of readCapture((await openCaptureFile(path)).chunks(), { name: path }))
      pipeline.handle(event);
    pipeline.finish();
  }
}
