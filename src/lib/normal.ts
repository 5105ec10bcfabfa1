/**
 * Tails of the normal and the t distribution, for limits that keep a false alarm budget. Tail: continued fraction of
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.2.14, and the power series 26.2.11 in the middle;
 * t distribution: Wallace, "Bounds on normal approximations to Student's and the chi-square distributions", Annals of
 * Mathematical Statistics 30, 1959.
 */

/** Above this the continued fraction converges in a few steps. */
const FRACTION_FROM = 2;
const FRACTION_STEPS = 60;
const SERIES_STEPS = 60;

/** Natural logarithm of P(Z > z) of the standard normal distribution; about 1e-10 exact for -8 < z < 1e150. */
export const logNormalTail = (z: number): number => {
  if (z < 0) return Math.log1p(-Math.exp(logNormalTail(-z)));
  const logDensity = -0.5 * z * z - 0.918_938_533_204_672_8;
  if (z < FRACTION_FROM) {
    let term = z;
    let sum = z;
    for (let k = 1; k < SERIES_STEPS; k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return Math.log(0.5 - Math.exp(logDensity) * sum);
  }
  let fraction = z;
  for (let k = FRACTION_STEPS; k > 0; k--) fraction = z + k / fraction;
  return logDensity - Math.log(fraction);
};

/** Student's t at `freedom` degrees of freedom with the tail probability of a normal `deviate`; within a few percent from 2 on. */
export const tFromNormal = (deviate: number, freedom: number): number => {
  const shrunk = (deviate * (8 * freedom + 3)) / (8 * freedom + 1);
  return Math.sign(deviate) * Math.sqrt(freedom * Math.expm1((shrunk * shrunk) / freedom));
};
