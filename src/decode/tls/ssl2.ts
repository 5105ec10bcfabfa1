/**
 * SSL 2.0 (K. Hickman, The SSL Protocol, Netscape, 1995; the first hello also RFC 5246 appendix E.2). Forbidden since RFC
 * 6176 (2011), spoken by old panels and printers, and a finding where it is: read up to the key of the client, behind
 * which all is encrypted.
 */
import type { Message } from '../../core/decoder.ts';
import { u16be, u24be } from '../../lib/bytes.ts';
import { type Certificate, decodeCertificate } from '../shared/x509.ts';

/** Cipher kinds kept of a hello; there were seven, and a hello for TLS as well lists some dozens. */
const MAX_KINDS = 256;
/** A record without padding has up to 32767 octets (section 2.1); no hello comes near. */
export const MAX_SSL2_MESSAGE = 16_384;
const CLIENT_HELLO = 1;
const CLIENT_MASTER_KEY = 2;
const SERVER_HELLO = 4;

/** CLIENT-HELLO: may offer TLS (version 0x0301 and later) in the old form. */
export interface OldClientHello extends Message {
  readonly type: 'OldClientHello';
  readonly version: number;
  /** Three octets each; those below 65536 are cipher suites of TLS. */
  readonly kinds: readonly number[];
  readonly sessionIdLength: number;
}
export interface OldServerHello extends Message {
  readonly type: 'OldServerHello';
  readonly version: number;
  /** An earlier session goes on: neither certificate nor kinds follow. */
  readonly resumed: boolean;
  readonly certificate: Certificate | undefined;
  readonly kinds: readonly number[];
}
/** CLIENT-MASTER-KEY: the client chose; what follows is encrypted. The key itself is not kept. */
export interface OldMasterKey extends Message {
  readonly type: 'OldMasterKey';
  readonly kind: number;
}
export type OldMessage = OldClientHello | OldServerHello | OldMasterKey;

const kindsOf = (b: Uint8Array, start: number, end: number): number[] => {
  const out: number[] = [];
  for (let o = start; o + 3 <= end && out.length < MAX_KINDS; o += 3) out.push(u24be(b, o));
  return out;
};

/** Octets of a record's header (2, or 3 with padding) and of its body (section 2.1); `b[start]`, `b[start + 1]` exist. */
export const oldRecord = (b: Uint8Array, start: number): { header: number; body: number } =>
  (b[start]! & 0x80) !== 0
    ? { header: 2, body: u16be(b, start) & 0x7fff }
    : { header: 3, body: u16be(b, start) & 0x3fff };

/** Is it a record with a CLIENT-HELLO of SSL 2.0 or for a later version? Needs 11 octets. */
export const isOldHello = (b: Uint8Array, start: number): boolean => {
  const version = u16be(b, start + 3);
  if ((b[start]! & 0x80) === 0 || b[start + 2] !== CLIENT_HELLO || (version !== 2 && version >> 8 !== 3)) return false;
  // type, version and three lengths, then kinds in threes, session id, challenge.
  const sum = 9 + u16be(b, start + 5) + u16be(b, start + 7) + u16be(b, start + 9);
  return sum === oldRecord(b, start).body && u16be(b, start + 5) % 3 === 0;
};

/** The message in a record's body; undefined when it is none of these, text when it is broken. */
export const decodeOld = (b: Uint8Array, start: number, end: number): OldMessage | string | undefined => {
  if (start >= end) return undefined;
  switch (b[start]) {
    case CLIENT_HELLO: {
      // type(1) version(2) kinds length(2) session id length(2) challenge length(2) (section 2.5)
      if (start + 9 > end || start + 9 + u16be(b, start + 3) > end) return 'CLIENT-HELLO';
      const kinds = kindsOf(b, start + 9, start + 9 + u16be(b, start + 3));
      return {
        type: 'OldClientHello',
        version: u16be(b, start + 1),
        kinds,
        sessionIdLength: u16be(b, start + 5),
      };
    }
    case CLIENT_MASTER_KEY:
      // type(1) kind(3) lengths of the clear key, the encrypted key and the argument (section 2.5)
      return start + 10 > end ? 'CLIENT-MASTER-KEY' : { type: 'OldMasterKey', kind: u24be(b, start + 1) };
    case SERVER_HELLO: {
      // type(1) hit(1) certificate type(1) version(2) certificate length(2) kinds length(2) connection id length(2) (2.6)
      if (start + 11 > end) return 'SERVER-HELLO';
      const certificateEnd = start + 11 + u16be(b, start + 5);
      const kindsEnd = certificateEnd + u16be(b, start + 7);
      if (kindsEnd > end) return 'SERVER-HELLO';
      return {
        type: 'OldServerHello',
        version: u16be(b, start + 3),
        resumed: b[start + 1] !== 0,
        certificate: certificateEnd > start + 11 ? decodeCertificate(b, start + 11, certificateEnd) : undefined,
        kinds: kindsOf(b, certificateEnd, kindsEnd),
      };
    }
    default:
      return undefined;
  }
};
