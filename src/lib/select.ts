/**
 * The number that would stand at a place of a sorted list, found without sorting the rest. Source: Hoare, Algorithm 65: find,
 * Communications of the ACM 4, 1961; the middle of three as the pivot after Singleton, Algorithm 347, CACM 12, 1969.
 */

/** Lists shorter than this are sorted by insertion. */
const SHORT = 8;

/**
 * The `nth` smallest (from 0) of the first `count` numbers, none of which is NaN. They are put into another order: none before
 * that place is larger, none after it smaller. `0 <= nth < count <= values.length`.
 */
export const nthSmallest = (values: Float64Array | Float32Array, nth: number, count = values.length): number => {
  let low = 0;
  let high = count - 1;
  while (high - low >= SHORT) {
    const middle = (low + high) >> 1;
    const [a, b, c] = [values[low]!, values[middle]!, values[high]!];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const x = values[i]!;
      values[i++] = values[j]!;
      values[j--] = x;
    }
    // What lies between `j` and `i` is the pivot.
    if (nth <= j) high = j;
    else if (nth >= i) low = i;
    else return values[nth]!;
  }
  for (let i = low + 1; i <= high; i++) {
    const x = values[i]!;
    let at = i;
    for (; at > low && values[at - 1]! > x; at--) values[at] = values[at - 1]!;
    values[at] = x;
  }
  return values[nth]!;
};

/** Puts the numbers that are known (not NaN) first, in their order; answers how many there are. */
export const knownFirst = (values: Float64Array | Float32Array): number => {
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isNaN(x)) values[n++] = x;
  }
  return n;
};
