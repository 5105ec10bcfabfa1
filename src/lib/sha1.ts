/**
 * SHA-1 (FIPS 180-4) of at most 55 octets: one block, no objects. Ten times as fast as making a hash object for so little,
 * and flows are many. For names of flows only; nothing secret rests on it.
 */
const w = new Int32Array(80);

/** Longest input of one block: 64 octets less the end mark and the length. */
export const SHA1_SHORT_MAX = 55;

/** Digest of `bytes[0..length)` as five words in `out`. */
export const sha1Short = (bytes: Uint8Array, length: number, out: Int32Array): void => {
  w.fill(0, 0, 16);
  for (let i = 0; i < length; i++) w[i >> 2]! |= bytes[i]! << (24 - ((i & 3) << 3));
  w[length >> 2]! |= 0x80 << (24 - ((length & 3) << 3));
  w[15] = length << 3;
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  for (let i = 0; i < 80; i++) {
    let f: number;
    let k: number;
    if (i < 20) {
      f = (b & c) | (~b & d);
      k = 0x5a827999;
    } else if (i < 40) {
      f = b ^ c ^ d;
      k = 0x6ed9eba1;
    } else if (i < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8f1bbcdc | 0;
    } else {
      f = b ^ c ^ d;
      k = 0xca62c1d6 | 0;
    }
    const t = (((a << 5) | (a >>> 27)) + f + e + k + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  out[0] = (0x67452301 + a) | 0;
  out[1] = (0xefcdab89 + b) | 0;
  out[2] = (0x98badcfe + c) | 0;
  out[3] = (0x10325476 + d) | 0;
  out[4] = (0xc3d2e1f0 + e) | 0;
};
