/** Octets in the little-endian order of Microsoft's protocols, and ASN.1 DER (X.690) for Kerberos and LDAP. */

export const le16 = (n: number): number[] => [n & 255, (n >>> 8) & 255];
export const le32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255];
export const le64 = (n: number): number[] => [...le32(n % 4_294_967_296), ...le32(Math.floor(n / 4_294_967_296))];
export const be16 = (n: number): number[] => [(n >>> 8) & 255, n & 255];
export const be24 = (n: number): number[] => [(n >>> 16) & 255, (n >>> 8) & 255, n & 255];
export const be32 = (n: number): number[] => [(n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
export const ascii = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0) & 127);
export const utf16 = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0)).flatMap(le16);
export const zeros = (count: number): number[] => new Array<number>(count).fill(0);

export const join = (...parts: readonly ArrayLike<number>[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};

/** A DER value: tag, length, contents. */
export const der = (tag: number, ...parts: readonly ArrayLike<number>[]): number[] => {
  const contents: number[] = [];
  for (const p of parts) for (let i = 0; i < p.length; i++) contents.push(p[i]!);
  const n = contents.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  contents.unshift(tag, ...length);
  return contents;
};
export const derInteger = (n: number): number[] => {
  const octets = n < 128 ? [n] : n < 32_768 ? be16(n) : be32(n & 0x7fff_ffff);
  return der(2, octets);
};
export const derText = (tag: number, text: string): number[] => der(tag, ascii(text));
