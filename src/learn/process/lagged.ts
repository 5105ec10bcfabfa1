/**
 * Sums of products of a series with itself a few rows earlier: what an autocorrelation is made of (Box, Jenkins, Reinsel,
 * Time Series Analysis, 2008, 2.1). Several lags are summed beside each other, because one sum alone waits for each of its
 * additions; each is added up in the order of its rows, so that it is the same to the last digit as one alone.
 */

/** Lags that are summed beside each other. */
export const LAGS_AT_ONCE = 4;

/** Sums of x[i] x[i - lag] for `lag` to `lag + 3`, from row `lag` of each on; 0 for those that are longer than the series. */
export const laggedProducts = (x: Float64Array, lag: number, into: Float64Array): void => {
  const n = x.length;
  let [a, b, c, d] = [0, 0, 0, 0];
  const from = lag + LAGS_AT_ONCE - 1;
  for (let i = lag; i < from && i < n; i++) {
    const at = x[i]!;
    a += at * x[i - lag]!;
    if (i > lag) b += at * x[i - lag - 1]!;
    if (i > lag + 1) c += at * x[i - lag - 2]!;
  }
  for (let i = from, j = i - lag; i < n; i++, j++) {
    const at = x[i]!;
    a += at * x[j]!;
    b += at * x[j - 1]!;
    c += at * x[j - 2]!;
    d += at * x[j - 3]!;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
};
