/**
 * Octets of a TCP stream to what they carry: TPKTs are cut out, DT TPDUs without end-of-TSDU mark are joined per
 * direction up to a bound. Source: RFC 1006 section 6; ITU-T X.224 section 13.7 (DT, EOT).
 */
import type { Decoded, PduContext } from '../../core/decoder.ts';
import { u16be } from '../../lib/bytes.ts';
import { type CotpMessage, decodeTpdu, MIN_TPKT, TPDU, TPKT_HEADER } from './wire.ts';

/** Longest TSDU that is joined; a longer one is malformed `cotp.tsdu-too-long` and dropped up to its end. */
export const MAX_TSDU = 128 * 1024;
/** Decoders that live in COTP, in the order of how often plants use them. */
const CARRIED: readonly string[] = ['s7comm', 's7comm-plus', 'mms'];

interface Side {
  buffer: Uint8Array;
  length: number;
  /** A TSDU was too long: its remaining fragments are dropped. */
  overflow: boolean;
}
export interface CotpState {
  readonly client: Side;
  readonly server: Side;
}
const side = (): Side => ({ buffer: EMPTY, length: 0, overflow: false });
const EMPTY = new Uint8Array(0);
export const openCotp = (): CotpState => ({ client: side(), server: side() });

const FOREIGN = { kind: 'foreign' } as const;

/** Codes: `cotp.tpkt-length`, `cotp.header-length`, `cotp.tpdu`, `cotp.tsdu-too-long`. */
export const decodeTpkt = (
  b: Uint8Array,
  start: number,
  end: number,
  context: PduContext,
  state: CotpState,
): Decoded<CotpMessage> => {
  const available = end - start;
  const own = context.toServer ? state.client : state.server;
  if (b[start] !== 3 || (available > 1 && b[start + 1] !== 0)) return FOREIGN;
  if (available < TPKT_HEADER) return { kind: 'incomplete', missing: MIN_TPKT - available };
  const length = u16be(b, start + 2);
  if (length < TPKT_HEADER) return FOREIGN;
  if (available < length) return { kind: 'incomplete', missing: length - available };
  if (context.afterGap) reset(own);
  // A length that holds no TPDU is what defective stacks send: what follows it can still be read.
  if (length < MIN_TPKT)
    return { kind: 'malformed', code: 'cotp.tpkt-length', detail: `TPKT of ${length} octets`, consumed: length };
  const o = start + TPKT_HEADER;
  const stop = start + length;
  const li = b[o]!;
  if (o + 1 + li > stop || li < 2)
    return { kind: 'malformed', code: 'cotp.header-length', detail: `length indicator ${li}`, consumed: length };
  if ((b[o + 1]! & 0xf0) === TPDU.DT) {
    // Class 0 and 1: the number follows the code; other classes have a destination reference between them.
    const eot = (b[li === 2 ? o + 2 : o + 4]! & 0x80) !== 0;
    return data(b, o + 1 + li, stop, eot, length, own);
  }
  const message = decodeTpdu(b, o, stop);
  if (message === undefined)
    return { kind: 'malformed', code: 'cotp.tpdu', detail: `TPDU code ${b[o + 1]}`, consumed: length };
  return { kind: 'message', message, consumed: length };
};

const reset = (own: Side): void => {
  own.buffer = EMPTY;
  own.length = 0;
  own.overflow = false;
};

const data = (
  b: Uint8Array,
  from: number,
  stop: number,
  eot: boolean,
  consumed: number,
  own: Side,
): Decoded<CotpMessage> => {
  const size = stop - from;
  if (eot && own.length === 0 && !own.overflow) {
    if (size === 0) return { kind: 'skip', consumed };
    return { kind: 'carries', child: CARRIED, bytes: b, start: from, end: stop, consumed };
  }
  if (own.overflow) {
    if (eot) reset(own);
    return { kind: 'skip', consumed };
  }
  if (own.length + size > MAX_TSDU) {
    reset(own);
    own.overflow = !eot;
    return { kind: 'malformed', code: 'cotp.tsdu-too-long', detail: `more than ${MAX_TSDU} octets`, consumed };
  }
  if (own.length + size > own.buffer.length) {
    const grown = new Uint8Array(Math.max(1024, 2 * (own.length + size)));
    grown.set(own.buffer.subarray(0, own.length));
    own.buffer = grown;
  }
  own.buffer.set(b.subarray(from, stop), own.length);
  own.length += size;
  if (!eot) return { kind: 'skip', consumed };
  const { buffer, length } = own;
  reset(own);
  return { kind: 'carries', child: CARRIED, bytes: buffer, start: 0, end: length, consumed };
};
