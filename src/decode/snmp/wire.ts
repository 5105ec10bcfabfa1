/**
 * SNMP messages: version 1 (RFC 1157), 2c (RFC 1901, RFC 3416), 3 with the user-based security model (RFC 3412 section 6,
 * RFC 3414 section 2.4). The community never leaves this file.
 */
import type { Message } from '../../core/decoder.ts';
import { ipv4Text } from '../../lib/address.ts';
import { ascii, hex, i32be, u8, u64be, utf8 } from '../../lib/bytes.ts';
import { MASKED } from '../../lib/masked.ts';
import {
  ASN1,
  encodeInteger,
  encodeOid,
  encodeTlv,
  integerOf,
  oidText,
  readTlv,
  tagRead,
  tlv,
  unsignedOf,
} from '../shared/asn1.ts';

/** Variable bindings decoded per message; those beyond are counted. */
export const MAX_BINDINGS = 128;
const MAX_STRING = 512;

/** Context tags of RFC 3416 section 3. */
const PDU = ['get', 'get-next', 'response', 'set', 'trap-v1', 'get-bulk', 'inform', 'trap', 'report'] as const;
export type SnmpPdu = (typeof PDU)[number] | 'encrypted';

export type SnmpType =
  | 'INTEGER' | 'OCTET STRING' | 'NULL' | 'OBJECT IDENTIFIER' | 'IpAddress' | 'Counter32' | 'Gauge32' | 'TimeTicks'
  | 'Opaque' | 'Counter64' | 'noSuchObject' | 'noSuchInstance' | 'endOfMibView' | 'unknown'; // biome-ignore format: a table
export interface Binding {
  readonly oid: string;
  readonly type: SnmpType;
  readonly value: string | number | bigint;
}
export interface SnmpMessage extends Message {
  readonly type: 'SNMP';
  /** 1, 2 (2c) or 3. */
  readonly version: number;
  readonly pdu: SnmpPdu;
  /** What pairs: the request id, in version 3 the message id; 0 for version 1 traps. */
  readonly id: number;
  /** Request id of the PDU; 0 where it is encrypted and for version 1 traps. */
  readonly requestId: number;
  /** `(masked)`; '' in version 3. */
  readonly community: string;
  /** The community is one that devices are delivered with. */
  readonly defaultCommunity: boolean;
  readonly errorStatus: number;
  readonly bindings: readonly Binding[];
  readonly omitted: number;
  /** Version 1 trap: enterprise, agent, generic and specific trap. */
  readonly trap: { enterprise: string; agent: string; generic: number; specific: number } | undefined;
  /** Version 3. */
  readonly engineId: string;
  readonly user: string;
  readonly authenticated: boolean;
  readonly encrypted: boolean;
}

/** Object identifiers seen lately by their octets, direct-mapped: polling asks for the same ones again and again. */
const SEEN = 1024;
const seenOctets: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(SEEN).fill(undefined);
const seenText: string[] = new Array<string>(SEEN).fill('');
const oidAt = (b: Uint8Array, start: number, end: number): string => {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + b[i]!) | 0;
  const slot = (hash ^ (hash >>> 11) ^ (hash >>> 21)) & (SEEN - 1);
  const known = seenOctets[slot];
  if (known && known.length === end - start) {
    let i = 0;
    while (i < known.length && known[i] === b[start + i]) i++;
    if (i === known.length) return seenText[slot]!;
  }
  const text = oidText(b, start, end);
  if (end - start <= 64) {
    seenOctets[slot] = b.slice(start, end);
    seenText[slot] = text;
  }
  return text;
};

/** 0: octets, 1: ASCII text, 2: text with other characters. One NUL at the end is forgiven. */
const textKind = (b: Uint8Array, start: number, end: number): 0 | 1 | 2 => {
  let kind: 1 | 2 = 1;
  for (let i = start; i < end; i++) {
    const c = b[i]!;
    if (c >= 0x20 && c < 0x7f) continue;
    if (c === 0x09 || c === 0x0a || c === 0x0d || (c === 0 && i === end - 1)) continue;
    if (c < 0x80 || c >= 0xf8) return 0;
    kind = 2;
  }
  return kind;
};

const bindingOf = (b: Uint8Array, oid: string): Binding => {
  const { start } = tlv;
  const end = tlv.end;
  switch (tagRead()) {
    case ASN1.INTEGER:
      return { oid, type: 'INTEGER', value: integerOf(b, start, end) };
    case ASN1.OCTET_STRING: {
      const stop = Math.min(end, start + MAX_STRING);
      const kind = textKind(b, start, stop);
      const last = kind !== 0 && stop > start && b[stop - 1] === 0 ? stop - 1 : stop;
      let value = kind === 0 ? hex(b, start, stop, ':') : kind === 1 ? ascii(b, start, last) : utf8(b, start, last);
      // Octets beyond ASCII that are no UTF-8 are no text.
      if (kind === 2 && value.includes('\ufffd')) value = hex(b, start, stop, ':');
      return { oid, type: 'OCTET STRING', value };
    }
    case ASN1.NULL:
      return { oid, type: 'NULL', value: '' };
    case ASN1.OID:
      return { oid, type: 'OBJECT IDENTIFIER', value: oidAt(b, start, end) };
    case 0x40:
      return { oid, type: 'IpAddress', value: end - start === 4 ? ipv4Text(i32be(b, start)) : '' };
    case 0x41:
      return { oid, type: 'Counter32', value: unsignedOf(b, start, end) };
    case 0x42:
      return { oid, type: 'Gauge32', value: unsignedOf(b, start, end) };
    case 0x43:
      return { oid, type: 'TimeTicks', value: unsignedOf(b, start, end) };
    case 0x44:
      return { oid, type: 'Opaque', value: hex(b, start, Math.min(end, start + 32)) };
    case 0x46: {
      let first = start;
      while (end - first > 1 && b[first] === 0) first++;
      if (end - first > 8) return { oid, type: 'Counter64', value: 0n };
      const octets = new Uint8Array(8);
      octets.set(b.subarray(first, end), 8 - (end - first));
      return { oid, type: 'Counter64', value: u64be(octets, 0) };
    }
    case 0x80:
      return { oid, type: 'noSuchObject', value: '' };
    case 0x81:
      return { oid, type: 'noSuchInstance', value: '' };
    case 0x82:
      return { oid, type: 'endOfMibView', value: '' };
    default:
      return { oid, type: 'unknown', value: hex(b, start, Math.min(end, start + 32)) };
  }
};

const bad = (what: string): string => what;
const need = (b: Uint8Array, o: number, end: number, tag: number): boolean => readTlv(b, o, end) && tlv.tag === tag;
type Draft = { -readonly [K in keyof SnmpMessage]: SnmpMessage[K] };
const DEFAULT_COMMUNITIES = [new TextEncoder().encode('public'), new TextEncoder().encode('private')];
const isDefault = (b: Uint8Array, start: number, end: number): boolean =>
  DEFAULT_COMMUNITIES.some((known) => known.length === end - start && known.every((c, i) => c === b[start + i]));

/** Bindings in `o`..`end`; text when they are broken. */
const readBindings = (m: Draft, b: Uint8Array, o: number, end: number): string | undefined => {
  if (!need(b, o, end, ASN1.SEQUENCE)) return bad('variable bindings');
  const stop = tlv.end;
  const list: Binding[] = [];
  m.bindings = list;
  for (o = tlv.start; o < stop; ) {
    if (!need(b, o, stop, ASN1.SEQUENCE)) return bad('variable binding');
    o = tlv.end;
    if (list.length >= MAX_BINDINGS) {
      m.omitted++;
      continue;
    }
    if (!need(b, tlv.start, o, ASN1.OID)) return bad('object identifier');
    const oid = oidAt(b, tlv.start, tlv.end);
    if (!readTlv(b, tlv.end, o)) return bad('value');
    list.push(bindingOf(b, oid));
  }
  return undefined;
};

const readPdu = (m: Draft, b: Uint8Array, o: number, end: number): string | undefined => {
  if (!readTlv(b, o, end)) return bad('PDU');
  const pdu = PDU[tlv.tag - 0xa0];
  if (pdu === undefined) return bad('PDU tag');
  m.pdu = pdu;
  const stop = tlv.end;
  if (pdu === 'trap-v1') {
    // RFC 1157 section 4.1.6: enterprise, agent-addr, generic-trap, specific-trap, time-stamp, bindings
    if (!need(b, tlv.start, stop, ASN1.OID)) return bad('enterprise');
    const enterprise = oidAt(b, tlv.start, tlv.end);
    if (!need(b, tlv.end, stop, 0x40)) return bad('agent address');
    const agent = tlv.end - tlv.start === 4 ? ipv4Text(i32be(b, tlv.start)) : '';
    if (!need(b, tlv.end, stop, ASN1.INTEGER)) return bad('generic trap');
    const generic = integerOf(b, tlv.start, tlv.end);
    if (!need(b, tlv.end, stop, ASN1.INTEGER)) return bad('specific trap');
    const specific = integerOf(b, tlv.start, tlv.end);
    m.trap = { enterprise, agent, generic, specific };
    if (!readTlv(b, tlv.end, stop)) return bad('time stamp');
    return readBindings(m, b, tlv.end, stop);
  }
  // request-id, error-status (non-repeaters), error-index (max-repetitions), bindings
  if (!need(b, tlv.start, stop, ASN1.INTEGER)) return bad('request id');
  m.id = integerOf(b, tlv.start, tlv.end);
  m.requestId = m.id;
  if (!need(b, tlv.end, stop, ASN1.INTEGER)) return bad('error status');
  m.errorStatus = pdu === 'get-bulk' ? 0 : integerOf(b, tlv.start, tlv.end);
  if (!need(b, tlv.end, stop, ASN1.INTEGER)) return bad('error index');
  return readBindings(m, b, tlv.end, stop);
};

const readVersion3 = (m: Draft, b: Uint8Array, o: number, end: number): string | undefined => {
  // msgGlobalData: msgID, msgMaxSize, msgFlags, msgSecurityModel
  if (!need(b, o, end, ASN1.SEQUENCE)) return bad('global data');
  const after = tlv.end;
  if (!need(b, tlv.start, after, ASN1.INTEGER)) return bad('message id');
  m.id = integerOf(b, tlv.start, tlv.end);
  if (!need(b, tlv.end, after, ASN1.INTEGER) || !need(b, tlv.end, after, ASN1.OCTET_STRING)) return bad('flags');
  const flags = u8(b, tlv.start);
  m.authenticated = (flags & 1) !== 0;
  m.encrypted = (flags & 2) !== 0;
  // msgSecurityParameters: an octet string with a sequence in it
  if (!need(b, after, end, ASN1.OCTET_STRING)) return bad('security parameters');
  const data = tlv.end;
  if (need(b, tlv.start, data, ASN1.SEQUENCE)) {
    const stop = tlv.end;
    if (!need(b, tlv.start, stop, ASN1.OCTET_STRING)) return bad('engine id');
    m.engineId = hex(b, tlv.start, Math.min(tlv.end, tlv.start + 32));
    if (!readTlv(b, tlv.end, stop) || !readTlv(b, tlv.end, stop)) return bad('engine boots');
    if (!need(b, tlv.end, stop, ASN1.OCTET_STRING)) return bad('user');
    m.user = utf8(b, tlv.start, Math.min(tlv.end, tlv.start + 32));
  }
  if (!readTlv(b, data, end)) return bad('scoped PDU');
  if (tagRead() === ASN1.OCTET_STRING) {
    m.pdu = 'encrypted';
    return undefined;
  }
  if (tagRead() !== ASN1.SEQUENCE) return bad('scoped PDU');
  const stop = tlv.end;
  if (!need(b, tlv.start, stop, ASN1.OCTET_STRING)) return bad('context engine id');
  if (m.engineId === '') m.engineId = hex(b, tlv.start, Math.min(tlv.end, tlv.start + 32));
  if (!need(b, tlv.end, stop, ASN1.OCTET_STRING)) return bad('context name');
  const messageId = m.id;
  const wrong = readPdu(m, b, tlv.end, stop);
  // Reports answer with request id 0 where they could not read the request: the message id still pairs them.
  m.id = messageId;
  return wrong;
};

/** One message in `start`..`end`; undefined when it is not SNMP at all, text when it is broken. */
export const decodeSnmp = (b: Uint8Array, start: number, end: number): SnmpMessage | string | undefined => {
  if (!need(b, start, end, ASN1.SEQUENCE)) return undefined;
  const stop = tlv.end;
  if (!need(b, tlv.start, stop, ASN1.INTEGER) || tlv.end - tlv.start !== 1) return undefined;
  const version = b[tlv.start]!;
  const m: Draft = {
    type: 'SNMP',
    version: version === 3 ? 3 : version + 1,
    pdu: 'get',
    id: 0,
    requestId: 0,
    community: '',
    defaultCommunity: false,
    errorStatus: 0,
    bindings: [],
    omitted: 0,
    trap: undefined,
    engineId: '',
    user: '',
    authenticated: false,
    encrypted: false,
  };
  if (version === 3) return readVersion3(m, b, tlv.end, stop) ?? m;
  if (version > 1 || !need(b, tlv.end, stop, ASN1.OCTET_STRING)) return undefined;
  m.community = MASKED;
  m.defaultCommunity = isDefault(b, tlv.start, tlv.end);
  return readPdu(m, b, tlv.end, stop) ?? m;
};

/** RFC 3416 section 3, in order. */
const ERROR = [
  'noError', 'tooBig', 'noSuchName', 'badValue', 'readOnly', 'genErr', 'noAccess', 'wrongType', 'wrongLength', 'wrongEncoding',
  'wrongValue', 'noCreation', 'inconsistentValue', 'resourceUnavailable', 'commitFailed', 'undoFailed', 'authorizationError',
  'notWritable', 'inconsistentName',
]; // biome-ignore format: a table
export const errorName = (status: number): string => ERROR[status] ?? `error ${status}`;

/** Value of a binding to be sent. */
export type SnmpValue = null | number | string | { readonly oid: string };

/** A version 1 or 2c message (RFC 3416 section 3) for speakers of the protocol. */
export const encodeSnmp = (draft: {
  readonly version: 1 | 2;
  readonly community: string;
  readonly pdu: 'get' | 'get-next' | 'response' | 'set' | 'get-bulk' | 'inform' | 'trap';
  readonly id: number;
  readonly errorStatus?: number;
  /** Maximum repetitions of get-bulk, error index otherwise. */
  readonly errorIndex?: number;
  readonly bindings: readonly { readonly oid: string; readonly value: SnmpValue }[];
}): Uint8Array => {
  const integer = (n: number) => encodeTlv(ASN1.INTEGER, encodeInteger(n));
  const bindings = draft.bindings.flatMap(({ oid, value }) => {
    const encoded =
      value === null
        ? [ASN1.NULL, 0]
        : typeof value === 'number'
          ? integer(value)
          : typeof value === 'string'
            ? encodeTlv(ASN1.OCTET_STRING, new TextEncoder().encode(value))
            : encodeTlv(ASN1.OID, encodeOid(value.oid));
    return encodeTlv(ASN1.SEQUENCE, [...encodeTlv(ASN1.OID, encodeOid(oid)), ...encoded]);
  });
  const pdu = encodeTlv(0xa0 + PDU.indexOf(draft.pdu), [
    ...integer(draft.id),
    ...integer(draft.errorStatus ?? 0),
    ...integer(draft.errorIndex ?? 0),
    ...encodeTlv(ASN1.SEQUENCE, bindings),
  ]);
  const community = encodeTlv(ASN1.OCTET_STRING, new TextEncoder().encode(draft.community));
  return Uint8Array.from(encodeTlv(ASN1.SEQUENCE, [...integer(draft.version - 1), ...community, ...pdu]));
};
