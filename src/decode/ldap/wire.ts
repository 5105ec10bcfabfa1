/** LDAPMessage: RFC 4511 section 4 (BER), result codes appendix A. Passwords are not kept. */
import type { Message } from '../../core/decoder.ts';
import { utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import { ASN1, integerOf, readTlv, tagRead, tlv } from '../shared/asn1.ts';
import { decodeNtlm, findNtlm, type Ntlm } from '../shared/ntlm.ts';

/** A message longer than this is not waited for. */
const MAX_MESSAGE = 1 << 20;
const MAX_NAME = 512;

export interface LdapMessage extends Message {
  readonly type:
    | 'bindRequest' | 'bindResponse' | 'unbindRequest' | 'searchRequest' | 'searchResEntry' | 'searchResDone'
    | 'searchResRef' | 'modifyRequest' | 'modifyResponse' | 'addRequest' | 'addResponse' | 'delRequest' | 'delResponse'
    | 'modDNRequest' | 'modDNResponse' | 'compareRequest' | 'compareResponse' | 'abandonRequest' | 'extendedReq'
    | 'extendedResp' | 'intermediateResponse'; // biome-ignore format: a list
  readonly messageId: number;
  /** Name to bind as, base of a search, entry, or the OID of an extended operation. */
  readonly object: string;
  /** -1 where the operation has none. */
  readonly resultCode: number;
  /** 0 base, 1 one level, 2 subtree; -1 where there is none. */
  readonly scope: number;
  /** `simple` or the SASL mechanism of a bind. */
  readonly mechanism: string;
  /** Of a simple bind that is not anonymous: `(masked)`. */
  readonly password: typeof MASKED | '';
  /** A bind response that carries server credentials. */
  readonly credentials: boolean;
  readonly ntlm: Ntlm | undefined;
  readonly role: 'request' | 'response' | 'single';
  /** Octets of the message on the wire. */
  readonly octets: number;
}

type Row = readonly [type: LdapMessage['type'], role: LdapMessage['role']];
const OPERATIONS: Readonly<Record<number, Row>> = {
  96: ['bindRequest', 'request'],
  97: ['bindResponse', 'response'],
  66: ['unbindRequest', 'single'],
  99: ['searchRequest', 'request'],
  100: ['searchResEntry', 'single'],
  101: ['searchResDone', 'response'],
  115: ['searchResRef', 'single'],
  102: ['modifyRequest', 'request'],
  103: ['modifyResponse', 'response'],
  104: ['addRequest', 'request'],
  105: ['addResponse', 'response'],
  74: ['delRequest', 'request'],
  107: ['delResponse', 'response'],
  108: ['modDNRequest', 'request'],
  109: ['modDNResponse', 'response'],
  110: ['compareRequest', 'request'],
  111: ['compareResponse', 'response'],
  80: ['abandonRequest', 'single'],
  119: ['extendedReq', 'request'],
  120: ['extendedResp', 'response'],
  121: ['intermediateResponse', 'single'],
};
export const RESULTS: Readonly<Record<number, string>> = {
  0: 'success', 1: 'operationsError', 2: 'protocolError', 3: 'timeLimitExceeded', 4: 'sizeLimitExceeded', 5: 'compareFalse',
  6: 'compareTrue', 7: 'authMethodNotSupported', 8: 'strongerAuthRequired', 10: 'referral', 11: 'adminLimitExceeded',
  13: 'confidentialityRequired', 14: 'saslBindInProgress', 16: 'noSuchAttribute', 19: 'constraintViolation', 20: 'attributeOrValueExists',
  32: 'noSuchObject', 34: 'invalidDNSyntax', 48: 'inappropriateAuthentication', 49: 'invalidCredentials', 50: 'insufficientAccessRights',
  51: 'busy', 52: 'unavailable', 53: 'unwillingToPerform', 65: 'objectClassViolation', 68: 'entryAlreadyExists', 80: 'other',
}; // biome-ignore format: a table
/** `invalidCredentials (49)`. */
export const resultName = (code: number): string => `${RESULTS[code] ?? 'result'} (${code})`;

/** Total octets of the sequence at `o`; 0 while its length is cut, -1 when it is none. */
const totalOf = (b: Uint8Array, o: number, end: number): number => {
  if (b[o] !== 0x30) return -1;
  if (end - o < 2) return 0;
  const first = b[o + 1]!;
  if (first < 0x80) return 2 + first;
  const n = first & 0x7f;
  if (n === 0 || n > 4) return -1;
  if (end - o < 2 + n) return 0;
  let length = 0;
  for (let i = 0; i < n; i++) length = length * 256 + b[o + 2 + i]!;
  return 2 + n + length;
};

/** A sequence with a message id and an operation that exists; SNMP has a version of 0 to 3 and then a text. */
export const isLdap = (b: Uint8Array, start: number, end: number): boolean => {
  const total = totalOf(b, start, end);
  if (total < 7 || total > MAX_MESSAGE) return false;
  let o = start + (b[start + 1]! < 0x80 ? 2 : 2 + (b[start + 1]! & 0x7f));
  if (b[o] !== 2 || b[o + 1]! < 1 || b[o + 1]! > 4) return false;
  o += 2 + b[o + 1]!;
  const operation = OPERATIONS[b[o]!];
  if (o + 2 > end || operation === undefined) return false;
  // A bind says version 2 or 3, a result its code: both tell it from others that begin alike.
  const inner = o + (b[o + 1]! < 0x80 ? 2 : 2 + (b[o + 1]! & 0x7f));
  if (operation[0] === 'bindRequest')
    return b[inner] === 2 && b[inner + 1] === 1 && (b[inner + 2] === 3 || b[inner + 2] === 2);
  if (operation[0] === 'searchRequest') return b[inner] === 4;
  return operation[1] === 'response' ? b[inner] === 0x0a && b[inner + 1] === 1 : operation[0] !== 'abandonRequest';
};

/** The message at `start`: octets missing as a number, a text when it is damaged. */
export const decodeLdap = (b: Uint8Array, start: number, end: number): LdapMessage | number | string => {
  const total = totalOf(b, start, end);
  if (total < 0) return 'not a sequence';
  if (total === 0) return 1;
  if (total > MAX_MESSAGE) return `message of ${total} octets`;
  if (total > end - start) return total - (end - start);
  const stop = start + total;
  if (!readTlv(b, start, stop) || !readTlv(b, tlv.start, stop) || tlv.tag !== ASN1.INTEGER) return 'message id';
  const messageId = integerOf(b, tlv.start, tlv.end);
  if (!readTlv(b, tlv.end, stop)) return 'operation';
  const { tag, start: from, end: to } = tlv;
  const row = OPERATIONS[tag];
  if (row === undefined) return `operation tag 0x${tag.toString(16)}`;
  const [type, role] = row;
  let object = '';
  let resultCode = -1;
  let scope = -1;
  let mechanism = '';
  let password: LdapMessage['password'] = '';
  let credentials = false;
  let ntlm: Ntlm | undefined;
  const text = (): string => utf8(b, tlv.start, Math.min(tlv.end, tlv.start + MAX_NAME));
  const token = (s: number, e: number): void => {
    const at = findNtlm(b, s, e);
    if (at >= 0) ntlm = decodeNtlm(b, at, e);
  };
  if (type === 'bindRequest') {
    if (!readTlv(b, from, to) || !readTlv(b, tlv.end, to)) return 'bind';
    object = text();
    if (!readTlv(b, tlv.end, to)) return 'authentication choice';
    if (tagRead() === 0x80) {
      mechanism = 'simple';
      if (tlv.end > tlv.start) password = MASKED;
    } else if (tagRead() === 0xa3) {
      const last = tlv.end;
      if (!readTlv(b, tlv.start, last)) return 'SASL mechanism';
      mechanism = text().slice(0, 32);
      if (tlv.end < last && readTlv(b, tlv.end, last)) token(tlv.start, tlv.end);
    } else {
      // Microsoft's own (sicily, MS-ADTS 5.1.1.1.3): NTLM in the open.
      mechanism = 'sicily';
      token(tlv.start, tlv.end);
    }
  } else if (role === 'response') {
    if (!readTlv(b, from, to)) return 'result';
    resultCode = integerOf(b, tlv.start, tlv.end);
    let o = tlv.end;
    for (let n = 0; n < 2 && readTlv(b, o, to); n++) o = tlv.end;
    if (type === 'bindResponse' && o < to && readTlv(b, o, to) && tagRead() === 0x87) {
      credentials = true;
      token(tlv.start, tlv.end);
    } else if (type === 'extendedResp' && o < to && readTlv(b, o, to) && tagRead() === 0x8a) object = text();
  } else if (type === 'delRequest') object = utf8(b, from, Math.min(to, from + MAX_NAME));
  else if (type === 'searchRequest') {
    if (!readTlv(b, from, to)) return 'base object';
    object = text();
    if (readTlv(b, tlv.end, to)) scope = integerOf(b, tlv.start, tlv.end);
  } else if (to > from && type !== 'abandonRequest') {
    if (!readTlv(b, from, to)) return type;
    object = text();
  }
  return { type, messageId, object, resultCode, scope, mechanism, password, credentials, ntlm, role, octets: total };
};
