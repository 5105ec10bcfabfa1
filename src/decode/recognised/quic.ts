/**
 * QUIC (RFC 9000): versions and connection ids of long headers. The first packets of a client are encrypted with keys
 * that follow from their connection id (RFC 9001 section 5.2), so that everybody can read whom they ask for: the
 * handshake in them is given to the TLS decoder as if it had come over TCP.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Decoded, Decoder, Message, Probe } from '../../core/decoder.ts';
import { hex, u16be, u32be } from '../../lib/bytes.ts';

export interface QuicMessage extends Message {
  readonly type: 'QUIC Initial' | 'QUIC 0-RTT' | 'QUIC Handshake' | 'QUIC Retry' | 'QUIC version negotiation';
  readonly version: string;
  readonly destinationId: string;
  readonly sourceId: string;
}
export interface QuicState {
  opened: boolean;
  /** Octets of the client's handshake by offset, until they are whole. */
  readonly crypto: Map<number, Uint8Array>;
  /** Packets opened so far. */
  tries: number;
}

/** Octets of a ClientHello that are put together; it fits into two or three packets. */
const MAX_HELLO = 8192;
const MAX_FRAGMENTS = 32;
/** Packets of a client that are opened; then its ClientHello is given up. */
const MAX_TRIES = 8;
const VERSION_1 = 1;
const VERSION_2 = 0x6b3343cf;

const versionName = (version: number): string | undefined =>
  version === 0
    ? 'negotiation'
    : version === VERSION_1
      ? '1'
      : version === VERSION_2
        ? '2'
        : version >>> 8 === 0xff0000
          ? `draft ${version & 255}`
          : undefined;

const TYPES_1: readonly QuicMessage['type'][] = ['QUIC Initial', 'QUIC 0-RTT', 'QUIC Handshake', 'QUIC Retry'];
const TYPES_2: readonly QuicMessage['type'][] = ['QUIC Retry', 'QUIC Initial', 'QUIC 0-RTT', 'QUIC Handshake'];

/** Where the parts of a long header lie (RFC 9000 section 17.2). */
interface Long {
  readonly message: QuicMessage;
  readonly version: number;
  readonly destination: number;
  readonly destinationEnd: number;
  /** Behind the connection ids. */
  readonly rest: number;
}

const readLong = (b: Uint8Array, o: number, end: number): Long | undefined => {
  if (end - o < 20 || b[o]! < 0xc0) return undefined;
  const version = u32be(b, o + 1);
  const name = versionName(version);
  const destinationEnd = o + 6 + b[o + 5]!;
  if (name === undefined || b[o + 5]! > 20 || destinationEnd >= end) return undefined;
  const sourceEnd = destinationEnd + 1 + b[destinationEnd]!;
  if (b[destinationEnd]! > 20 || sourceEnd > end) return undefined;
  const type = (b[o]! >> 4) & 3;
  return {
    message: {
      type: version === 0 ? 'QUIC version negotiation' : (version === VERSION_2 ? TYPES_2 : TYPES_1)[type]!,
      version: name,
      destinationId: hex(b, o + 6, destinationEnd),
      sourceId: hex(b, destinationEnd + 1, sourceEnd),
    },
    version,
    destination: o + 6,
    destinationEnd,
    rest: sourceEnd,
  };
};

/** Variable-length integer (RFC 9000 section 16) into `varint`; false when cut. */
const varint = { value: 0, next: 0 };
const readVarint = (b: Uint8Array, o: number, end: number): boolean => {
  if (o >= end) return false;
  const n = 1 << (b[o]! >> 6);
  if (o + n > end) return false;
  let value = b[o]! & 0x3f;
  for (let i = 1; i < n; i++) value = value * 256 + b[o + i]!;
  varint.value = value;
  varint.next = o + n;
  return true;
};

/** HKDF-Expand-Label (RFC 8446 section 7.1) for up to 32 octets: one block of RFC 5869. */
const expand = (secret: Uint8Array, label: string, length: number): Uint8Array => {
  const text = new TextEncoder().encode(`tls13 ${label}`);
  const info = Uint8Array.from([0, length, text.length, ...text, 0, 1]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
};
const octets = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (x) => Number.parseInt(x, 16));
/** RFC 9001 section 5.2, RFC 9369 section 3.3.1. */
const SALT_1 = octets('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const SALT_2 = octets('0dede3def700a6db819381be6e269dcbf9bd2ed9');

/** Keys of a client's Initial packets (RFC 9001 section 5.2) from its first destination connection id. */
export const initialKeys = (
  id: Uint8Array,
  version: number,
): { readonly key: Uint8Array; readonly iv: Uint8Array; readonly hp: Uint8Array } => {
  const two = version === VERSION_2;
  const initial = createHmac('sha256', two ? SALT_2 : SALT_1)
    .update(id)
    .digest();
  const client = expand(initial, 'client in', 32);
  const name = two ? 'quicv2' : 'quic';
  return {
    key: expand(client, `${name} key`, 16),
    iv: expand(client, `${name} iv`, 12),
    hp: expand(client, `${name} hp`, 16),
  };
};

/** The frames of a client's Initial packet in the clear; undefined when it does not open. */
const openInitial = (b: Uint8Array, start: number, end: number, long: Long): Uint8Array | undefined => {
  if (!readVarint(b, long.rest, end)) return undefined; // token length
  if (!readVarint(b, varint.next + varint.value, end)) return undefined; // length
  const number = varint.next;
  const stop = number + varint.value;
  if (stop > end || stop - number < 20) return undefined;
  const { key, iv, hp } = initialKeys(b.subarray(long.destination, long.destinationEnd), long.version);
  // Header protection (RFC 9001 section 5.4): a sample four octets behind the packet number.
  const mask = createCipheriv('aes-128-ecb', hp, null).update(b.subarray(number + 4, number + 20));
  const first = b[start]! ^ (mask[0]! & 0x0f);
  const size = (first & 3) + 1;
  const header = b.slice(start, number + size);
  header[0] = first;
  for (let i = 0; i < size; i++) {
    const plain = b[number + i]! ^ mask[1 + i]!;
    header[number - start + i] = plain;
    iv[12 - size + i]! ^= plain;
  }
  const open = createDecipheriv('aes-128-gcm', key, iv);
  open.setAAD(header);
  open.setAuthTag(b.subarray(stop - 16, stop));
  try {
    const plain = open.update(b.subarray(number + size, stop - 16));
    open.final();
    return plain;
  } catch {
    return undefined;
  }
};

/** Keeps the CRYPTO frames (RFC 9000 section 19.6) of a packet. */
const collect = (plain: Uint8Array, state: QuicState): void => {
  for (let o = 0; o < plain.length; ) {
    const type = plain[o]!;
    if (type <= 1) {
      o++; // PADDING, PING
      continue;
    }
    if (type !== 6) return;
    if (!readVarint(plain, o + 1, plain.length)) return;
    const offset = varint.value;
    if (!readVarint(plain, varint.next, plain.length)) return;
    const from = varint.next;
    const to = from + varint.value;
    if (to > plain.length || to - from + offset > MAX_HELLO || state.crypto.size >= MAX_FRAGMENTS) return;
    state.crypto.set(offset, plain.slice(from, to));
    o = to;
  }
};

/** The ClientHello in a TLS record, when all of it has come. */
const helloRecord = (state: QuicState): Uint8Array | undefined => {
  const parts = [...state.crypto.entries()].sort((x, y) => x[0] - y[0]);
  const out = new Uint8Array(5 + MAX_HELLO);
  let have = 0;
  for (const [offset, bytes] of parts) {
    if (offset > have) return undefined;
    out.set(bytes, 5 + offset);
    have = Math.max(have, offset + bytes.length);
  }
  if (have < 4 || out[5] !== 1) return undefined;
  const length = 4 + ((out[6]! << 16) | u16be(out, 7));
  if (length > have) return undefined;
  out.set([22, 3, 1, length >> 8, length & 255]);
  return out.subarray(0, 5 + length);
};

const decode = (
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  state: QuicState,
): Decoded<QuicMessage> => {
  const consumed = end - start;
  const long = readLong(b, start, end);
  if (long === undefined) return state.opened ? { kind: 'skip', consumed } : { kind: 'foreign' };
  const { message } = long;
  if (
    state.tries >= MAX_TRIES ||
    !toServer ||
    message.type !== 'QUIC Initial' ||
    (long.version !== VERSION_1 && long.version !== VERSION_2)
  )
    return { kind: 'message', message, consumed };
  state.tries++;
  const plain = openInitial(b, start, end, long);
  if (plain !== undefined) collect(plain, state);
  const record = helloRecord(state);
  if (record === undefined) return { kind: 'message', message, consumed };
  state.tries = MAX_TRIES;
  state.crypto.clear();
  return { kind: 'carries', child: 'tls', bytes: record, start: 0, end: record.length, consumed, message };
};

const probe = (b: Uint8Array, start: number, end: number): Probe => {
  if (b[start]! < 0xc0) return 'no';
  return readLong(b, start, end) ? 'sure' : 'no';
};

export const quic: Decoder<QuicMessage, QuicState> = {
  name: 'quic',
  title: 'QUIC',
  family: 'it',
  attach: [{ over: 'udp', ports: [443, 8443] }],
  encrypted: true,
  probe,
  open: () => ({ opened: false, crypto: new Map(), tries: 0 }),
  decode: (b, start, end, context, state) => decode(b, start, end, context.toServer, state),
  observe(t, sink, state) {
    if (state.opened || t.request === undefined) return;
    state.opened = true;
    sink.session(t.at, { phase: 'open', outcome: 'unseen', detail: `QUIC version ${t.request.version}` });
  },
};
