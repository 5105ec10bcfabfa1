/**
 * TLS over TCP, SSL 2.0 to TLS 1.3: the record layer (RFC 8446 section 5.1). Handshake messages are joined over records;
 * encrypted records are consumed as their octets come, never held.
 */
import type { Decoded, Decoder, Probe } from '../../core/decoder.ts';
import { u16be, u24be } from '../../lib/bytes.ts';
import { observeTls } from './observe.ts';
import { decodeOld, isOldHello, MAX_SSL2_MESSAGE, oldRecord } from './ssl2.ts';
import { type ClientHello, decodeHandshake, type TlsMessage } from './wire.ts';

/** A record carries 2^14 octets, encrypted ones up to 2^14 + 2048 (RFC 5246 section 6.2.3). */
const MAX_RECORD = 16384 + 2048;
/** A handshake message longer than this (a huge certificate chain) is passed over. */
export const MAX_HANDSHAKE = 65_536;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION = 23;
const HEARTBEAT = 24;

interface Direction {
  /** Octets of the current record that only need to be consumed. */
  skip: number;
  /** Octets left of the current handshake record. */
  record: number;
  encrypted: boolean;
  /** A handshake message that is longer than its record: what there is of it, header included. */
  kept: Uint8Array | undefined;
  keptLength: number;
  /** Octets of an oversized handshake message still to be passed over. */
  passOver: number;
  /** Behind a hole: octets that are no record header are passed over until one begins a segment. */
  lost: boolean;
}
export interface TlsState {
  readonly client: Direction;
  readonly server: Direction;
  hello: ClientHello | undefined;
  /** After a HelloRetryRequest both say hello once more in clear, behind a ChangeCipherSpec (RFC 8446 appendix D.4). */
  retry: boolean;
  /** The server speaks SSL 2.0. */
  old: boolean;
}
const direction = (): Direction => ({
  skip: 0,
  record: 0,
  encrypted: false,
  kept: undefined,
  keptLength: 0,
  passOver: 0,
  lost: false,
});

const isVersion = (version: number): boolean => version >= 0x0300 && version <= 0x0304;
/** One reused outcome for the hot path of encrypted data. */
const skipped = { kind: 'skip' as const, consumed: 0 };
const skip = (consumed: number): Decoded<TlsMessage> => {
  skipped.consumed = consumed;
  return skipped;
};

/** A record of SSL 2.0. Behind the key of the client all is encrypted. */
const decodeSsl2 = (b: Uint8Array, start: number, end: number, d: Direction, state: TlsState): Decoded<TlsMessage> => {
  const here = end - start;
  if (here < 3) return { kind: 'incomplete', missing: 3 - here };
  const { header, body } = oldRecord(b, start);
  const size = header + body;
  if (!d.encrypted && header === 2 && body <= MAX_SSL2_MESSAGE) {
    if (here < size) return { kind: 'incomplete', missing: size - here };
    const message = decodeOld(b, start + 2, start + size);
    if (typeof message === 'string')
      return { kind: 'malformed', code: 'tls.handshake', detail: `broken ${message}`, consumed: size };
    if (message?.type === 'OldServerHello') state.old = true;
    if (message?.type === 'OldMasterKey') {
      state.client.encrypted = true;
      state.server.encrypted = true;
    }
    if (message) return { kind: 'message', message, consumed: size };
  }
  const n = Math.min(here, size);
  d.skip = size - n;
  return skip(n);
};

/** Handshake octets `from`..`to` (all inside one record) with `before` octets of record header in front. */
const handshake = (
  b: Uint8Array,
  from: number,
  end: number,
  before: number,
  record: number,
  d: Direction,
  state: TlsState,
  toServer: boolean,
): Decoded<TlsMessage> => {
  const stop = Math.min(end, from + record);
  const here = stop - from;
  const take = (n: number, message?: TlsMessage): Decoded<TlsMessage> => {
    d.record = record - n;
    if (!message) return skip(before + n);
    if (message.type === 'ServerHello') state.retry = message.retry;
    return { kind: 'message', message, consumed: before + n };
  };
  const finish = (type: number, bytes: Uint8Array, start: number, last: number, n: number): Decoded<TlsMessage> => {
    const message = decodeHandshake(type, bytes, start, last, toServer);
    if (typeof message !== 'string') return take(n, message);
    d.record = record - n;
    return { kind: 'malformed', code: 'tls.handshake', detail: `broken ${message}`, consumed: before + n };
  };
  if (d.passOver > 0) {
    const n = Math.min(here, d.passOver);
    d.passOver -= n;
    return take(n);
  }
  if (d.kept) {
    // Type and length may themselves be split over records.
    const goal = d.keptLength < 4 ? 4 : 4 + u24be(d.kept, 1);
    const n = Math.min(here, goal - d.keptLength);
    if (goal > d.kept.length) {
      const larger = new Uint8Array(goal);
      larger.set(d.kept.subarray(0, d.keptLength));
      d.kept = larger;
    }
    d.kept.set(b.subarray(from, from + n), d.keptLength);
    d.keptLength += n;
    if (d.keptLength === 4 && u24be(d.kept, 1) > MAX_HANDSHAKE) {
      d.passOver = u24be(d.kept, 1);
      d.kept = undefined;
      return take(n);
    }
    if (d.keptLength < 4 || d.keptLength < 4 + u24be(d.kept, 1)) return take(n);
    const whole = d.kept;
    d.kept = undefined;
    return finish(whole[0]!, whole, 4, d.keptLength, n);
  }
  if (here >= 4) {
    const length = u24be(b, from + 1);
    if (4 + length <= record) {
      if (4 + length > here) return { kind: 'incomplete', missing: 4 + length - here };
      return finish(b[from]!, b, from + 4, from + 4 + length, 4 + length);
    }
    if (length > MAX_HANDSHAKE) {
      d.passOver = length - (here - 4);
      return take(here);
    }
  } else if (record >= 4) return { kind: 'incomplete', missing: 4 - here };
  if (here === 0) return { kind: 'incomplete', missing: 1 };
  d.kept = b.slice(from, stop);
  d.keptLength = here;
  return take(here);
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  afterGap: boolean,
  state: TlsState,
): Decoded<TlsMessage> => {
  const d = toServer ? state.client : state.server;
  const here = end - start;
  if (afterGap) {
    // How much was lost is not known: what was awaited is void, and the next record header is looked for.
    d.skip = 0;
    d.record = 0;
    d.kept = undefined;
    d.passOver = 0;
    d.lost = true;
  }
  if (d.skip > 0) {
    const n = Math.min(here, d.skip);
    d.skip -= n;
    return skip(n);
  }
  if (d.record > 0) return handshake(b, start, end, 0, d.record, d, state, toServer);
  if (state.old) return decodeSsl2(b, start, end, d, state);
  if (here < 5) return { kind: 'incomplete', missing: 5 - here };
  const type = b[start]!;
  const length = u16be(b, start + 3);
  if (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT || !isVersion(u16be(b, start + 1))) {
    // A first hello in the form of SSL 2.0, and the answer of a server that speaks nothing newer.
    if ((b[start]! & 0x80) !== 0 && !state.hello && b[start + 2] === (toServer ? 1 : 4)) {
      if (here < 11) return { kind: 'incomplete', missing: 11 - here };
      if (!toServer || isOldHello(b, start)) return decodeSsl2(b, start, end, d, state);
    }
    if (d.lost) return skip(here);
    return { kind: 'malformed', code: 'tls.record', detail: 'not a TLS record', consumed: 0 };
  }
  if (length > MAX_RECORD && d.lost) return skip(here);
  if (length > MAX_RECORD) return { kind: 'malformed', code: 'tls.record', detail: `record of ${length}`, consumed: 0 };
  if (type === HANDSHAKE && !d.encrypted && length > 0)
    return handshake(b, start + 5, end, 5, length, d, state, toServer);
  if (type === ALERT && !d.encrypted && length === 2) {
    if (here < 7) return { kind: 'incomplete', missing: 7 - here };
    const message: TlsMessage = { type: 'Alert', fatal: b[start + 5] === 2, alert: b[start + 6]! };
    return { kind: 'message', message, consumed: 7 };
  }
  if (type === APPLICATION) d.encrypted = true;
  if (type === CHANGE_CIPHER_SPEC && !state.retry) d.encrypted = true;
  const n = Math.min(here, 5 + length);
  d.skip = 5 + length - n;
  return skip(n);
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  const here = end - start;
  const type = b[start]!;
  if (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT) {
    if ((type & 0x80) !== 0 && here > 2 && b[start + 2] === 1)
      return here < 11 ? 'more' : isOldHello(b, start) ? 'sure' : 'no';
    return 'no';
  }
  if (here < 5) return here > 1 && b[start + 1] !== 3 ? 'no' : 'more';
  const length = u16be(b, start + 3);
  if (!isVersion(u16be(b, start + 1)) || length === 0 || length > MAX_RECORD) return 'no';
  if (type !== HANDSHAKE) return 'maybe';
  if (here < 9) return 'more';
  const message = b[start + 5]!;
  const size = u24be(b, start + 6);
  return (message === 1 || message === 2 || message === 11) && size <= MAX_HANDSHAKE && size >= 38 ? 'sure' : 'maybe';
};

export const tls: Decoder<TlsMessage, TlsState> = {
  name: 'tls',
  title: 'TLS',
  family: 'it',
  encrypted: true,
  attach: [{ over: 'tcp', ports: [443, 465, 636, 853, 989, 990, 993, 995, 4443, 8443, 8883, 3269, 5671] }],
  probe,
  open: () => ({ client: direction(), server: direction(), hello: undefined, retry: false, old: false }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, context.afterGap, state),
  observe: observeTls,
};
