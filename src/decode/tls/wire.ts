/**
 * TLS handshake messages in clear: RFC 8446 section 4, RFC 5246 section 7.4, extensions of RFC 6066 and RFC 7301. The
 * record layer and its state are in `index.ts`.
 */
import type { Message } from '../../core/decoder.ts';
import { ascii, hex, u8, u16be, u24be } from '../../lib/bytes.ts';
import { type Certificate, decodeCertificate } from '../shared/x509.ts';
import { type HelloFields, isGrease, ja3, ja3s, ja3Text, ja4 } from './fingerprint.ts';
import type { OldMessage } from './ssl2.ts';

/** Certificates decoded of one chain. */
const MAX_CHAIN = 8;
/** Entries kept of any list in a hello; real ones stay under 200. */
const MAX_LIST = 512;

export interface ClientHello extends Message, HelloFields {
  readonly type: 'ClientHello';
  readonly serverName: string | undefined;
  readonly sessionIdLength: number;
  readonly ja3: string;
  readonly ja3Text: string;
  readonly ja4: string;
}
export interface ServerHello extends Message {
  readonly type: 'ServerHello';
  /** Chosen: from supported_versions in TLS 1.3. */
  readonly version: number;
  readonly cipher: number;
  readonly extensions: readonly number[];
  readonly alpn: string | undefined;
  /** key_share group of TLS 1.3. */
  readonly group: number | undefined;
  /** RFC 8446 section 4.1.4: not an answer yet, the client is asked to say hello again. */
  readonly retry: boolean;
  readonly ja3s: string;
}
export interface CertificateMessage extends Message {
  readonly type: 'Certificate';
  readonly fromClient: boolean;
  readonly chain: readonly Certificate[];
  /** Certificates sent; more than `chain` when some were broken or beyond the limit. */
  readonly sent: number;
}
export interface ServerKeyExchange extends Message {
  readonly type: 'ServerKeyExchange';
  readonly group: number;
}
export interface AlertMessage extends Message {
  readonly type: 'Alert';
  readonly fatal: boolean;
  readonly alert: number;
}
export type TlsMessage = OldMessage | ClientHello | ServerHello | CertificateMessage | ServerKeyExchange | AlertMessage;

const list16 = (b: Uint8Array, start: number, end: number): number[] => {
  const out: number[] = [];
  for (let o = start; o + 2 <= end && out.length < MAX_LIST; o += 2) out.push(u16be(b, o));
  return out;
};

interface Extensions {
  types: number[];
  serverName: string | undefined;
  alpn: string[];
  groups: number[];
  pointFormats: number[];
  signatureAlgorithms: number[];
  versions: number[];
  keyShare: number | undefined;
}

const extensionsOf = (b: Uint8Array, start: number, end: number, client: boolean): Extensions => {
  const x: Extensions = {
    types: [],
    serverName: undefined,
    alpn: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    versions: [],
    keyShare: undefined,
  };
  if (start + 2 > end) return x;
  const stop = Math.min(end, start + 2 + u16be(b, start));
  for (let o = start + 2; o + 4 <= stop && x.types.length < MAX_LIST; ) {
    const type = u16be(b, o);
    const data = o + 4;
    o = data + u16be(b, o + 2);
    if (o > stop) break;
    x.types.push(type);
    if (o === data) continue;
    switch (type) {
      case 0: // server_name (RFC 6066 section 3): list length, type 0, length, host name
        if (client && o - data > 5 && b[data + 2] === 0)
          x.serverName = ascii(b, data + 5, Math.min(o, data + 5 + u16be(b, data + 3)));
        break;
      case 10:
        x.groups = list16(b, data + 2, o);
        break;
      case 11:
        x.pointFormats = Array.from(b.subarray(data + 1, Math.min(o, data + 1 + u8(b, data))));
        break;
      case 13:
        x.signatureAlgorithms = list16(b, data + 2, o);
        break;
      case 16: // ALPN (RFC 7301 section 3.1): list length, then length-prefixed names
        for (let a = data + 2; a < o && x.alpn.length < 16; a += 1 + u8(b, a))
          x.alpn.push(ascii(b, a + 1, Math.min(o, a + 1 + u8(b, a))));
        break;
      case 43:
        x.versions = client ? list16(b, data + 1, o) : [u16be(b, data)];
        break;
      case 40: // key_share until draft 22 of TLS 1.3
      case 51:
        if (!client) x.keyShare = u16be(b, data);
        break;
    }
  }
  return x;
};

/** Body of a ClientHello (RFC 8446 section 4.1.2); undefined when it is broken. `datagram`: DTLS, which has a cookie. */
const decodeClientHello = (b: Uint8Array, start: number, end: number, datagram = false): ClientHello | undefined => {
  // legacy_version(2) random(32) session_id<0..32> [cookie] cipher_suites<2..> compression_methods<1..> extensions
  if (end - start < 35) return undefined;
  const version = u16be(b, start);
  const sessionIdLength = b[start + 34]!;
  let o = start + 35 + sessionIdLength;
  if (datagram) o += 1 + u8(b, o);
  if (o + 2 > end) return undefined;
  const ciphersEnd = o + 2 + u16be(b, o);
  if (ciphersEnd + 1 > end) return undefined;
  const ciphers = list16(b, o + 2, ciphersEnd);
  o = ciphersEnd + 1 + b[ciphersEnd]!;
  if (o > end) return undefined;
  const x = extensionsOf(b, o, end, true);
  const fields: HelloFields = {
    version,
    ciphers,
    extensions: x.types,
    groups: x.groups,
    pointFormats: x.pointFormats,
    signatureAlgorithms: x.signatureAlgorithms,
    supportedVersions: x.versions,
    alpn: x.alpn,
  };
  const text = ja3Text(fields);
  return {
    type: 'ClientHello',
    ...fields,
    serverName: x.serverName,
    sessionIdLength,
    ja3: ja3(text),
    ja3Text: text,
    ja4: ja4(fields, datagram ? 'd' : 't'),
  };
};

/** SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';

/** Body of a ServerHello (RFC 8446 section 4.1.3); undefined when it is broken. */
const decodeServerHello = (b: Uint8Array, start: number, end: number): ServerHello | undefined => {
  // legacy_version(2) random(32) session_id<0..32> cipher_suite(2) compression(1) extensions
  if (end - start < 35) return undefined;
  const legacy = u16be(b, start);
  // Drafts 18 to 21 of TLS 1.3 (0x7f12..0x7f15) had neither session id nor compression method here.
  const draft = legacy >> 8 === 0x7f;
  const o = draft ? start + 34 : start + 35 + b[start + 34]!;
  if (o + (draft ? 2 : 3) > end) return undefined;
  const cipher = u16be(b, o);
  const x = extensionsOf(b, o + (draft ? 2 : 3), end, false);
  return {
    type: 'ServerHello',
    version: x.versions[0] ?? legacy,
    cipher,
    extensions: x.types.filter((e) => !isGrease(e)),
    alpn: x.alpn[0],
    group: x.keyShare,
    retry: hex(b, start + 2, start + 34) === RETRY,
    ja3s: ja3s(legacy, cipher, x.types),
  };
};

/** Body of a Certificate message up to TLS 1.2 (RFC 5246 section 7.4.2). */
const decodeCertificates = (b: Uint8Array, start: number, end: number, fromClient: boolean): CertificateMessage => {
  const chain: Certificate[] = [];
  let sent = 0;
  const stop = Math.min(end, start + 3 + u24be(b, start));
  for (let o = start + 3; o + 3 <= stop; sent++) {
    const next = o + 3 + u24be(b, o);
    if (next > stop) break;
    const certificate = chain.length < MAX_CHAIN ? decodeCertificate(b, o + 3, next) : undefined;
    if (certificate) chain.push(certificate);
    o = next;
  }
  return { type: 'Certificate', fromClient, chain, sent };
};

/** Handshake types (RFC 8446 section 4, RFC 5246 section 7.4) read here. */
export const HANDSHAKE = { CLIENT_HELLO: 1, SERVER_HELLO: 2, CERTIFICATE: 11, SERVER_KEY_EXCHANGE: 12 } as const;

/** Body of one handshake message; undefined when its kind is not read, text when it is broken. */
export const decodeHandshake = (
  type: number,
  b: Uint8Array,
  start: number,
  end: number,
  toServer: boolean,
  datagram = false,
): TlsMessage | string | undefined => {
  switch (type) {
    case HANDSHAKE.CLIENT_HELLO:
      return decodeClientHello(b, start, end, datagram) ?? 'ClientHello';
    case HANDSHAKE.SERVER_HELLO:
      return decodeServerHello(b, start, end) ?? 'ServerHello';
    case HANDSHAKE.CERTIFICATE:
      return end - start < 3 ? 'Certificate' : decodeCertificates(b, start, end, toServer);
    case HANDSHAKE.SERVER_KEY_EXCHANGE:
      // ECDHE with a named curve (RFC 8422 section 5.4); the Diffie-Hellman form begins with a length instead.
      return end - start > 3 && b[start] === 3 ? { type: 'ServerKeyExchange', group: u16be(b, start + 1) } : undefined;
    default:
      return undefined;
  }
};
