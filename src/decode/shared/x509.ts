/**
 * The parts of an X.509 certificate (RFC 5280 section 4.1) that identify a device: names, validity, key, fingerprint.
 * It checks no signature and trusts nothing.
 */
import { createHash } from 'node:crypto';
import { ipv4Text, ipv6Text } from '../../lib/address.ts';
import { ascii, hex, i32be, utf8 } from '../../lib/bytes.ts';
import { tableOf } from '../../lib/table.ts';
import { ASN1, expectTlv, oidText, readTlv, stringOf, tagRead, tlv } from './asn1.ts';

/** Names kept of one certificate, and relative names of one distinguished name. */
const MAX_NAMES = 64;

export interface Certificate {
  /** RFC 4514 order (last first): `CN=plc1,O=Acme,C=DE`. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** As `2026-01-31T12:00:00Z`. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyType: string;
  /** 0 where the type fixes it or it is not known. */
  readonly keyBits: number;
  readonly signature: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Subject and issuer are the same octets. */
  readonly selfSigned: boolean;
  readonly sha256: string;
}

/** RFC 4514 section 3, and the attributes that certificates of machines use. */
const ATTRIBUTE = tableOf<string>({
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
});
const ALGORITHM = tableOf<string>({
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.113549.1.1.4': 'md5WithRSA',
  '1.2.840.113549.1.1.5': 'sha1WithRSA',
  '1.2.840.113549.1.1.10': 'RSASSA-PSS',
  '1.2.840.113549.1.1.11': 'sha256WithRSA',
  '1.2.840.113549.1.1.12': 'sha384WithRSA',
  '1.2.840.113549.1.1.13': 'sha512WithRSA',
  '1.2.840.10040.4.1': 'DSA',
  '1.2.840.10045.2.1': 'EC',
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
});
const CURVE = tableOf<readonly [string, number]>({
  '1.2.840.10045.3.1.7': ['EC P-256', 256],
  '1.3.132.0.34': ['EC P-384', 384],
  '1.3.132.0.35': ['EC P-521', 521],
  '1.3.132.0.10': ['EC secp256k1', 256],
});

/** RFC 4514 section 2.4: special characters are escaped. */
const escaped = (text: string): string => text.replace(/([,+"\\<>;])/g, '\\$1');

/** A distinguished name in `start`..`end` (the content of its SEQUENCE); the common name goes to `cn`. */
const nameOf = (b: Uint8Array, start: number, end: number): { text: string; cn: string } => {
  const parts: string[] = [];
  let cn = '';
  for (let o = start; o < end && parts.length < MAX_NAMES; ) {
    if (!expectTlv(b, o, end, ASN1.SET)) break;
    o = tlv.end;
    const setEnd = tlv.end;
    if (!expectTlv(b, tlv.start, setEnd, ASN1.SEQUENCE)) continue;
    const pairEnd = tlv.end;
    if (!expectTlv(b, tlv.start, pairEnd, ASN1.OID)) continue;
    const oid = oidText(b, tlv.start, tlv.end);
    if (!readTlv(b, tlv.end, pairEnd)) continue;
    const value = stringOf(b, tlv.tag, tlv.start, tlv.end);
    if (oid === '2.5.4.3') cn = value;
    parts.unshift(`${ATTRIBUTE[oid] ?? oid}=${escaped(value)}`);
  }
  return { text: parts.join(','), cn };
};

/** UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5) as RFC 3339. */
const timeOf = (b: Uint8Array): string => {
  const raw = ascii(b, tlv.start, tlv.end);
  const full = tlv.tag === 0x17 ? (Number(raw.slice(0, 2)) < 50 ? `20${raw}` : `19${raw}`) : raw;
  const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?/.exec(full);
  return m ? `${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6] ?? '00'}Z` : raw;
};

const algorithmOf = (b: Uint8Array, start: number, end: number): string => {
  if (!expectTlv(b, start, end, ASN1.OID)) return '';
  return oidText(b, tlv.start, tlv.end);
};

const keyOf = (b: Uint8Array, start: number, end: number): { keyType: string; keyBits: number } => {
  const unknown = { keyType: 'unknown', keyBits: 0 };
  if (!expectTlv(b, start, end, ASN1.SEQUENCE)) return unknown;
  const afterAlgorithm = tlv.end;
  const oid = algorithmOf(b, tlv.start, tlv.end);
  if (oid === '1.2.840.10045.2.1') {
    if (!expectTlv(b, tlv.end, afterAlgorithm, ASN1.OID)) return { keyType: 'EC', keyBits: 0 };
    const curve = oidText(b, tlv.start, tlv.end);
    const known = CURVE[curve];
    return known ? { keyType: known[0], keyBits: known[1] } : { keyType: `EC ${curve}`, keyBits: 0 };
  }
  const keyType = ALGORITHM[oid] ?? (oid === '' ? 'unknown' : oid);
  if (keyType !== 'RSA' || !expectTlv(b, afterAlgorithm, end, ASN1.BIT_STRING)) return { keyType, keyBits: 0 };
  // RSAPublicKey: SEQUENCE { modulus, exponent } behind the count of unused bits (RFC 3279 section 2.3.1).
  const stop = tlv.end;
  if (!expectTlv(b, tlv.start + 1, stop, ASN1.SEQUENCE) || !expectTlv(b, tlv.start, stop, ASN1.INTEGER))
    return { keyType, keyBits: 0 };
  const first = b[tlv.start] === 0 ? tlv.start + 1 : tlv.start;
  return { keyType, keyBits: (tlv.end - first) * 8 - Math.clz32(b[first] ?? 0) + 24 };
};

const alternativeNames = (
  b: Uint8Array,
  start: number,
  end: number,
  into: { dnsNames: string[]; ipAddresses: string[]; uris: string[] },
): void => {
  if (!expectTlv(b, start, end, ASN1.SEQUENCE)) return;
  const stop = tlv.end;
  let left = MAX_NAMES;
  for (let o = tlv.start; o < stop && left-- > 0 && readTlv(b, o, stop); o = tlv.end) {
    // GeneralName (section 4.2.1.6): [2] dNSName, [6] URI, [7] iPAddress.
    if (tlv.tag === 0x82) into.dnsNames.push(ascii(b, tlv.start, tlv.end));
    if (tlv.tag === 0x86) into.uris.push(utf8(b, tlv.start, tlv.end));
    if (tlv.tag === 0x87 && tlv.end - tlv.start === 4) into.ipAddresses.push(ipv4Text(i32be(b, tlv.start)));
    if (tlv.tag === 0x87 && tlv.end - tlv.start === 16) into.ipAddresses.push(ipv6Text(b, tlv.start));
  }
};

/** Certificates remembered, by their octets: servers show the same one in every handshake. A power of two. */
const REMEMBERED = 256;
/** Longer ones are decoded anew each time. */
const MAX_REMEMBERED_OCTETS = 4096;
const remembered: ({ readonly octets: Uint8Array; readonly certificate: Certificate } | undefined)[] = Array.from(
  { length: REMEMBERED },
  () => undefined,
);

/** One DER certificate in `start`..`end`; undefined when its structure is broken. The same octets may give the same object. */
export const decodeCertificate = (b: Uint8Array, start: number, end: number): Certificate | undefined => {
  const n = end - start;
  if (n > MAX_REMEMBERED_OCTETS || n < 4) return readCertificate(b, start, end);
  // Serial number, key and signature tell certificates apart: a few words of each part choose the slot.
  let h = n;
  for (let o = start; o + 4 <= end; o += 16) h = Math.imul(h ^ i32be(b, o), 0x9e3779b1) ^ (h >>> 15);
  const slot = (h ^ (h >>> 13)) & (REMEMBERED - 1);
  const known = remembered[slot];
  if (known !== undefined && known.octets.length === n) {
    let i = 0;
    while (i < n && known.octets[i] === b[start + i]) i++;
    if (i === n) return known.certificate;
  }
  const certificate = readCertificate(b, start, end);
  if (certificate !== undefined) remembered[slot] = { octets: b.slice(start, end), certificate };
  return certificate;
};

const readCertificate = (b: Uint8Array, start: number, end: number): Certificate | undefined => {
  if (!expectTlv(b, start, end, ASN1.SEQUENCE)) return undefined;
  const certificateEnd = tlv.end;
  if (!expectTlv(b, tlv.start, certificateEnd, ASN1.SEQUENCE)) return undefined;
  const stop = tlv.end;
  let o = tlv.start;
  // version [0] is absent in version 1.
  if (readTlv(b, o, stop) && tlv.tag === 0xa0) o = tlv.end;
  if (!expectTlv(b, o, stop, ASN1.INTEGER)) return undefined;
  const serial = hex(b, tlv.start, Math.min(tlv.end, tlv.start + 32));
  if (!expectTlv(b, tlv.end, stop, ASN1.SEQUENCE)) return undefined;
  o = tlv.end;
  const signatureOid = algorithmOf(b, tlv.start, tlv.end);
  if (!expectTlv(b, o, stop, ASN1.SEQUENCE)) return undefined;
  const issuerAt: readonly [number, number] = [tlv.start, tlv.end];
  if (!expectTlv(b, tlv.end, stop, ASN1.SEQUENCE)) return undefined;
  o = tlv.end;
  const validityEnd = tlv.end;
  if (!readTlv(b, tlv.start, validityEnd)) return undefined;
  const notBefore = timeOf(b);
  if (!readTlv(b, tlv.end, validityEnd)) return undefined;
  const notAfter = timeOf(b);
  if (!expectTlv(b, o, stop, ASN1.SEQUENCE)) return undefined;
  const subjectAt: readonly [number, number] = [tlv.start, tlv.end];
  if (!expectTlv(b, tlv.end, stop, ASN1.SEQUENCE)) return undefined;
  o = tlv.end;
  const key = keyOf(b, tlv.start, tlv.end);
  const names = { dnsNames: [] as string[], ipAddresses: [] as string[], uris: [] as string[] };
  for (; o < stop && readTlv(b, o, stop); ) {
    o = tlv.end;
    if (tlv.tag !== 0xa3 || !expectTlv(b, tlv.start, tlv.end, ASN1.SEQUENCE)) continue;
    const extensionsEnd = tlv.end;
    let left = MAX_NAMES;
    for (let e = tlv.start; left-- > 0 && expectTlv(b, e, extensionsEnd, ASN1.SEQUENCE); ) {
      e = tlv.end;
      if (!expectTlv(b, tlv.start, e, ASN1.OID) || oidText(b, tlv.start, tlv.end) !== '2.5.29.17') continue;
      // critical BOOLEAN DEFAULT FALSE may stand before the value.
      if (readTlv(b, tlv.end, e) && tagRead() === ASN1.BOOLEAN) readTlv(b, tlv.end, e);
      if (tagRead() === ASN1.OCTET_STRING) alternativeNames(b, tlv.start, tlv.end, names);
    }
  }
  const subject = nameOf(b, ...subjectAt);
  return {
    subject: subject.text,
    issuer: nameOf(b, ...issuerAt).text,
    commonName: subject.cn,
    serial,
    notBefore,
    notAfter,
    ...key,
    signature: ALGORITHM[signatureOid] ?? signatureOid,
    ...names,
    selfSigned: hex(b, ...subjectAt) === hex(b, ...issuerAt),
    sha256: createHash('sha256').update(b.subarray(start, certificateEnd)).digest('hex'),
  };
};
