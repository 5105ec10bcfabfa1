/** Kerberos 5 messages: RFC 4120 section 5 (ASN.1) and 7.5.9 (errors). Only what stands outside of tickets is read. */
import type { Message } from '../../core/decoder.ts';
import { utf8 } from '../../lib/bytes.ts';
import { ASN1, integerOf, readTlv, tlv } from '../shared/asn1.ts';

/** Components of a principal name, and encryption types kept. */
const MAX_COMPONENTS = 8;
const MAX_ETYPES = 16;

export interface KerberosMessage extends Message {
  readonly type: 'AS-REQ' | 'AS-REP' | 'TGS-REQ' | 'TGS-REP' | 'AP-REQ' | 'AP-REP' | 'KRB-ERROR';
  /** `svc_hist`, `host/plc1`. */
  readonly client: string;
  readonly realm: string;
  readonly service: string;
  /** Encryption types asked for, or the one of the reply. */
  readonly etypes: readonly number[];
  /** Of KRB-ERROR, 0 otherwise. */
  readonly errorCode: number;
  /** Pre-authentication data types. */
  readonly preauth: readonly number[];
}

const TYPES: Readonly<Record<number, KerberosMessage['type']>> = {
  106: 'AS-REQ',
  107: 'AS-REP',
  108: 'TGS-REQ',
  109: 'TGS-REP',
  110: 'AP-REQ',
  111: 'AP-REP',
  126: 'KRB-ERROR',
};
export const ERRORS: Readonly<Record<number, string>> = {
  3: 'bad protocol version', 6: 'client not found', 7: 'service not found', 8: 'principal not unique', 9: 'client has no key',
  12: 'policy rejects request', 14: 'encryption type not supported', 17: 'transited path not supported', 18: 'client revoked',
  19: 'service revoked', 21: 'client not yet valid', 23: 'password expired', 24: 'pre-authentication failed',
  25: 'pre-authentication required', 26: 'request does not match ticket', 31: 'integrity check failed', 32: 'ticket expired',
  33: 'ticket not yet valid', 34: 'replay', 35: 'not for us', 36: 'ticket and authenticator do not match', 37: 'clock skew too great',
  41: 'message modified', 44: 'service key not available', 52: 'response too big for UDP', 60: 'generic error', 68: 'wrong realm',
}; // biome-ignore format: a table
/** `pre-authentication failed (24)`. */
export const errorName = (code: number): string => `${ERRORS[code] ?? 'error'} (${code})`;

/** Registry of IANA, Kerberos Encryption Type Numbers (RFC 3961, 3962, 4757, 8009). */
export const ETYPES: Readonly<Record<number, string>> = {
  1: 'des-cbc-crc',
  3: 'des-cbc-md5',
  17: 'aes128-cts-hmac-sha1-96',
  18: 'aes256-cts-hmac-sha1-96',
  19: 'aes128-cts-hmac-sha256-128',
  20: 'aes256-cts-hmac-sha384-192',
  23: 'rc4-hmac',
  24: 'rc4-hmac-exp',
};
/** `rc4-hmac`, `encryption 99`. */
export const etypeName = (etype: number): string => ETYPES[etype] ?? `encryption ${etype}`;

/** An application tag of Kerberos around a sequence whose first field is version 5. `end` of the octets there are. */
export const isKerberos = (b: Uint8Array, start: number, to: number, end = to): boolean => {
  if (end - start < 8 || TYPES[b[start]!] === undefined) return false;
  let o = start + 1;
  o += b[o]! < 0x80 ? 1 : 1 + (b[o]! & 0x7f);
  if (b[o] !== 0x30) return false;
  o += 1;
  o += b[o]! < 0x80 ? 1 : 1 + (b[o]! & 0x7f);
  // KDC-REQ counts from [1], all others from [0] (section 5.4.1).
  return (
    o + 5 <= end &&
    (b[o] === 0xa0 || b[o] === 0xa1) &&
    b[o + 1] === 3 &&
    b[o + 2] === 2 &&
    b[o + 3] === 1 &&
    b[o + 4] === 5
  );
};

interface Draft {
  type: KerberosMessage['type'];
  client: string;
  realm: string;
  service: string;
  etypes: number[];
  errorCode: number;
  preauth: number[];
}

/** PrincipalName: its strings joined by `/`. */
const principal = (b: Uint8Array, start: number, end: number): string => {
  if (!readTlv(b, start, end) || !readTlv(b, tlv.start, tlv.end)) return '';
  const after = tlv.end;
  if (!readTlv(b, after, end) || !readTlv(b, tlv.start, tlv.end)) return '';
  const stop = tlv.end;
  const parts: string[] = [];
  for (let o = tlv.start; o < stop && parts.length < MAX_COMPONENTS && readTlv(b, o, stop); o = tlv.end)
    parts.push(utf8(b, tlv.start, Math.min(tlv.end, tlv.start + 128)));
  return parts.join('/');
};
const text = (b: Uint8Array, start: number, end: number): string =>
  readTlv(b, start, end) ? utf8(b, tlv.start, Math.min(tlv.end, tlv.start + 128)) : '';
const integer = (b: Uint8Array, start: number, end: number): number =>
  readTlv(b, start, end) ? integerOf(b, tlv.start, tlv.end) : 0;

/** Calls `each` for the fields of the sequence at `start`, by their context tags; false when one is damaged. */
const fields = (
  b: Uint8Array,
  start: number,
  end: number,
  each: (tag: number, from: number, to: number) => void,
): boolean => {
  if (!readTlv(b, start, end) || tlv.tag !== ASN1.SEQUENCE) return false;
  const stop = tlv.end;
  for (let o = tlv.start; o < stop; ) {
    if (!readTlv(b, o, stop)) return false;
    const { tag, start: from, end: to } = tlv;
    each(tag & 0x1f, from, to);
    o = to;
  }
  return true;
};

const requestBody = (b: Uint8Array, start: number, end: number, m: Draft): void => {
  fields(b, start, end, (tag, from, to) => {
    if (tag === 1) m.client = principal(b, from, to);
    else if (tag === 2) m.realm = text(b, from, to);
    else if (tag === 3) m.service = principal(b, from, to);
    else if (tag === 8 && readTlv(b, from, to)) {
      const stop = tlv.end;
      for (let o = tlv.start; o < stop && m.etypes.length < MAX_ETYPES && readTlv(b, o, stop); o = tlv.end)
        m.etypes.push(integerOf(b, tlv.start, tlv.end));
    }
  });
};
/** Types of the pre-authentication data; its values hold proofs and are not kept. */
const preauth = (b: Uint8Array, start: number, end: number, m: Draft): void => {
  if (!readTlv(b, start, end)) return;
  const stop = tlv.end;
  for (let o = tlv.start; o < stop && m.preauth.length < MAX_ETYPES; ) {
    if (!readTlv(b, o, stop)) return;
    const next = tlv.end;
    fields(b, o, stop, (tag, from, to) => {
      if (tag === 1) m.preauth.push(integer(b, from, to));
    });
    o = next;
  }
};
const ticketService = (b: Uint8Array, start: number, end: number, m: Draft): void => {
  if (!readTlv(b, start, end)) return;
  fields(b, tlv.start, tlv.end, (tag, from, to) => {
    if (tag === 2) m.service = principal(b, from, to);
  });
};

/** The message `start`..`end` (without the length of TCP); undefined when it is none or damaged. */
export const decodeKerberos = (b: Uint8Array, start: number, end: number): KerberosMessage | undefined => {
  if (!isKerberos(b, start, end) || !readTlv(b, start, end)) return undefined;
  const type = TYPES[b[start]!]!;
  const m: Draft = { type, client: '', realm: '', service: '', etypes: [], errorCode: 0, preauth: [] };
  const inner = tlv.start;
  const stop = tlv.end;
  let each: (tag: number, from: number, to: number) => void;
  switch (type) {
    case 'AS-REQ':
    case 'TGS-REQ':
      each = (tag, from, to) => {
        if (tag === 3) preauth(b, from, to, m);
        else if (tag === 4) requestBody(b, from, to, m);
      };
      break;
    case 'AS-REP':
    case 'TGS-REP':
      each = (tag, from, to) => {
        if (tag === 3) m.realm = text(b, from, to);
        else if (tag === 4) m.client = principal(b, from, to);
        else if (tag === 5) ticketService(b, from, to, m);
        else if (tag === 6)
          fields(b, from, to, (t, f, e) => {
            if (t === 0) m.etypes.push(integer(b, f, e));
          });
      };
      break;
    case 'KRB-ERROR':
      each = (tag, from, to) => {
        if (tag === 6) m.errorCode = integer(b, from, to);
        else if (tag === 8) m.client = principal(b, from, to);
        else if (tag === 9) m.realm = text(b, from, to);
        else if (tag === 10) m.service = principal(b, from, to);
      };
      break;
    default:
      each = (tag, from, to) => {
        if (tag === 3) ticketService(b, from, to, m);
      };
  }
  return fields(b, inner, stop, each) ? m : undefined;
};
