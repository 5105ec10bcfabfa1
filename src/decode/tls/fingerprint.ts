/**
 * Fingerprints of TLS clients and servers: JA3 and JA3S (Salesforce, 2017) and JA4 (FoxIO, 2023; of that family only JA4
 * itself is free for all, so only it is here). GREASE values (RFC 8701) never count.
 */
import { createHash } from 'node:crypto';

export interface HelloFields {
  /** legacy_version of the hello. */
  readonly version: number;
  readonly ciphers: readonly number[];
  /** In the order of the wire. */
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly supportedVersions: readonly number[];
  /** First protocol as its octets say, '' without ALPN. */
  readonly alpn: readonly string[];
}

/** RFC 8701 section 2: 0x0a0a, 0x1a1a, ... 0xfafa. */
export const isGrease = (n: number): boolean => (n & 0x0f0f) === 0x0a0a && n >>> 8 === (n & 255);
const real = (list: readonly number[]): number[] => list.filter((n) => !isGrease(n));
/** Texts whose digest is remembered: programs say the same hello at each connection. Emptied when full. */
export const MAX_DIGESTS = 4096;
const remembered = (digest: (text: string) => string): ((text: string) => string) => {
  const known = new Map<string, string>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      if (known.size >= MAX_DIGESTS) known.clear();
      found = digest(text);
      known.set(text, found);
    }
    return found;
  };
};
const md5 = remembered((text) => createHash('md5').update(text).digest('hex'));
const sha12 = remembered((text) => createHash('sha256').update(text).digest('hex').slice(0, 12));
const hex4 = (n: number): string => (0x10000 + n).toString(16).slice(1);

export const ja3Text = (h: HelloFields): string =>
  [
    h.version,
    real(h.ciphers).join('-'),
    real(h.extensions).join('-'),
    real(h.groups).join('-'),
    h.pointFormats.join('-'),
  ].join(',');
/** Of the text that `ja3Text` gives. */
export const ja3 = (text: string): string => md5(text);
export const ja3s = (version: number, cipher: number, extensions: readonly number[]): string =>
  md5(`${version},${cipher},${real(extensions).join('-')}`);

const JA4_VERSION: Readonly<Record<number, string>> = {
  2: 's2',
  768: 's3',
  769: '10',
  770: '11',
  771: '12',
  772: '13',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
};
const two = (n: number): string => String(Math.min(99, n)).padStart(2, '0');

/** First and last character of the first ALPN value; of its hexadecimal where one of them is not alphanumeric. */
const alpnPart = (alpn: string | undefined): string => {
  if (alpn === undefined || alpn === '') return '00';
  const first = alpn[0]!;
  const last = alpn[alpn.length - 1]!;
  if (/^[0-9a-zA-Z]$/.test(first) && /^[0-9a-zA-Z]$/.test(last)) return first + last;
  const digits = Array.from(alpn, (c) => (c.charCodeAt(0) & 255).toString(16).padStart(2, '0')).join('');
  return digits[0]! + digits[digits.length - 1]!;
};

/** JA4 of a hello seen over TCP (`t`) or DTLS (`d`). */
export const ja4 = (h: HelloFields, transport: 't' | 'd' = 't'): string => {
  const ciphers = real(h.ciphers);
  const extensions = real(h.extensions);
  const offered = real(h.supportedVersions);
  const version = offered.length > 0 ? Math.max(...offered) : h.version;
  const sni = h.extensions.includes(0) ? 'd' : 'i';
  const a = `${transport}${JA4_VERSION[version] ?? '00'}${sni}${two(ciphers.length)}${two(extensions.length)}${alpnPart(h.alpn[0])}`;
  const zero = '000000000000';
  const b = ciphers.length === 0 ? zero : sha12(ciphers.map(hex4).sort().join(','));
  // SNI (0) and ALPN (16) are counted above, not hashed: they change with the destination.
  const kept = extensions
    .filter((e) => e !== 0 && e !== 16)
    .map(hex4)
    .sort()
    .join(',');
  const signatures = real(h.signatureAlgorithms).map(hex4).join(',');
  const c = extensions.length === 0 ? zero : sha12(signatures === '' ? kept : `${kept}_${signatures}`);
  return `${a}_${b}_${c}`;
};
