/**
 * Random numbers from a seed, so that the same seed gives the same run everywhere. Generator: xoshiro128** 1.1 by Blackman
 * and Vigna (ACM Transactions on Mathematical Software 47, 2021), seeded through SplitMix32 steps. Not for secrets.
 */

export interface Random {
  /** 32 bits, 0..2^32-1. */
  bits(): number;
  /** 0 <= x < 1, 32 bits of resolution. */
  uniform(): number;
  /** Whole number, `low` <= x <= `high`. */
  integer(low: number, high: number): number;
  /** Normal distribution of mean 0 and standard deviation 1 (Box and Muller, 1958). */
  normal(): number;
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** A generator from its state of four 32-bit words, not all 0. */
export const randomFromState = (a: number, b: number, c: number, d: number): Random => {
  let s0 = a | 0;
  let s1 = b | 0;
  let s2 = c | 0;
  let s3 = d | 0;
  let spare = Number.NaN;
  const bits = (): number => {
    const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotl(s3, 11);
    return result;
  };
  const uniform = (): number => bits() / 4_294_967_296;
  return {
    bits,
    uniform,
    integer: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    normal: () => {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      // 1 - uniform is never 0, so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
};

/** A generator from one number; nearby seeds give unrelated sequences. */
export const seededRandom = (seed: number): Random => {
  let z = seed | 0;
  const next = (): number => {
    z = (z + 0x9e3779b9) | 0;
    let x = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return x ^ (x >>> 16);
  };
  return randomFromState(next(), next(), next(), next() | 1);
};
