/**
 * Timestamps of pcapng: 64-bit counts of a unit that each interface states for itself (if_tsresol), plus an offset in
 * whole seconds (if_tsoffset). Source: draft-ietf-opsawg-pcapng section 4.2, options 9 and 14.
 */

/** How one interface counts time. `factor` turns units into microseconds by multiplying or dividing. */
export interface Clock {
  readonly kind: 'multiply' | 'divide' | 'exact';
  readonly factor: number;
  /** For `divide`: nanoseconds per unit of the rest; below 1 where a unit is shorter than a nanosecond. */
  readonly nsPerRest: number;
  /** Units per second, for `exact`. */
  readonly perSecond: bigint;
  readonly offsetUs: number;
  /** The count is in microseconds since 1970 as it stands: the usual case. */
  readonly plain: boolean;
}

/** Largest divisor for which `(divisor - 1) * 2^32` stays a safe integer. */
const MAX_SAFE_EXPONENT = 12;
/** 10^19 and 2^63 are the largest units a 64-bit count can hold one second of. */
const MAX_DECIMAL_EXPONENT = 19;
const MAX_BINARY_EXPONENT = 63;

/** Microseconds, where a section says nothing. */
export const DEFAULT_RESOLUTION = 6;

/**
 * The clock for an if_tsresol octet (upper bit: power of two, else of ten) and an if_tsoffset in seconds.
 * Gives undefined for a resolution that no 64-bit count can carry.
 */
export const createClock = (resolution: number, offsetSeconds: bigint): Clock | undefined => {
  const exponent = resolution & 0x7f;
  const binary = (resolution & 0x80) !== 0;
  const offsetUs = Number(offsetSeconds) * 1_000_000;
  if (!Number.isSafeInteger(offsetUs)) return undefined;
  if (exponent > (binary ? MAX_BINARY_EXPONENT : MAX_DECIMAL_EXPONENT)) return undefined;
  const perSecond = binary ? 1n << BigInt(exponent) : 10n ** BigInt(exponent);
  if (!binary && exponent <= 6)
    return {
      kind: 'multiply',
      factor: 10 ** (6 - exponent),
      nsPerRest: 0,
      perSecond,
      offsetUs,
      plain: exponent === 6 && offsetUs === 0,
    };
  if (!binary && exponent <= MAX_SAFE_EXPONENT)
    return {
      kind: 'divide',
      factor: 10 ** (exponent - 6),
      nsPerRest: 10 ** (9 - exponent),
      perSecond,
      offsetUs,
      plain: false,
    };
  return { kind: 'exact', factor: 1, nsPerRest: 0, perSecond, offsetUs, plain: false };
};

/** The result of `readClock`: one object, reused. */
export const clockReading = { us: 0, ns: 0, valid: true };

/**
 * Microseconds since 1970 and nanoseconds beyond, of the unsigned halves of a count, into `clockReading`. Times before
 * 1970 and beyond 2255 (the safe integers) are placed at that limit and `valid` is false.
 */
export const readClock = (clock: Clock, high: number, low: number): void => {
  let us: number;
  let ns = 0;
  if (clock.kind === 'multiply') us = (high * 4_294_967_296 + low) * clock.factor;
  else if (clock.kind === 'divide') {
    // Long division in base 2^32, exact in doubles because the divisor is at most 10^6.
    const divisor = clock.factor;
    const highPart = Math.floor(high / divisor);
    const middle = (high - highPart * divisor) * 4_294_967_296 + low;
    const lowPart = Math.floor(middle / divisor);
    us = highPart * 4_294_967_296 + lowPart;
    const rest = middle - lowPart * divisor;
    ns = clock.nsPerRest >= 1 ? rest * clock.nsPerRest : Math.floor(rest / Math.round(1 / clock.nsPerRest));
  } else {
    const totalNs = (((BigInt(high) << 32n) | BigInt(low)) * 1_000_000_000n) / clock.perSecond;
    us = Number(totalNs / 1000n);
    ns = Number(totalNs % 1000n);
  }
  us += clock.offsetUs;
  clockReading.valid = us >= 0 && us <= Number.MAX_SAFE_INTEGER;
  clockReading.us = us < 0 ? 0 : us > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : us;
  clockReading.ns = clockReading.valid ? ns : 0;
};
