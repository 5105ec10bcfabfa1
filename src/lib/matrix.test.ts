import { describe, expect, it } from 'vitest';
import { cholesky, choleskySolve, invertLower, mirrorUpper, ProductRows, ridge } from './matrix.ts';
import { seededRandom } from './random.ts';

const SEED = 31;

const f = (...x: number[]) => Float64Array.from(x);
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits = 12) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i], `element ${i}`).toBeCloseTo(b[i]!, digits);
};
const times = (a: Float64Array, b: Float64Array, n: number, k: number, m: number) =>
  Float64Array.from({ length: n * m }, (_, e) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += a[Math.floor(e / m) * k + i]! * b[i * m + (e % m)]!;
    return sum;
  });

describe('cholesky', () => {
  // The example of the textbooks: [4 12 -16; 12 37 -43; -16 -43 98] = L L', L = [2 0 0; 6 1 0; -8 5 3].
  const spd = f(4, 12, -16, 12, 37, -43, -16, -43, 98);
  it('finds the known factor, its inverse and solves with it', () => {
    const l = spd.slice();
    expect(cholesky(l, 3)).toBe(true);
    close([l[0]!, l[3]!, l[4]!, l[6]!, l[7]!, l[8]!], [2, 6, 1, -8, 5, 3]);
    close(invertLower(l, 3), f(1 / 2, 0, 0, -3, 1, 0, 19 / 3, -5 / 3, 1 / 3));
    const x = times(spd, f(1, 2, -1, 0, 3, 5), 3, 3, 2);
    choleskySolve(l, 3, x, 2);
    close(x, [1, 2, -1, 0, 3, 5], 9);
  });
  it('says so where the matrix is not positive definite', () => {
    expect(cholesky(f(1, 2, 2, 1), 2)).toBe(false);
    expect(cholesky(f(1, 1, 1, 1), 2)).toBe(false);
    expect(cholesky(f(Number.NaN), 1)).toBe(false);
  });
});

describe('ridge', () => {
  it('is least squares without penalty, shrinks with it, leaves the constant free', () => {
    // Regressors (x, 1) of y = 2x + 10 at x = -1, 0, 1: G = [2 0; 0 3], H = [4, 30].
    const g = f(2, 0, 0, 3);
    close(ridge(g, f(4, 30), 2, 1, 0)!, [2, 10]);
    close(ridge(g, f(4, 30), 2, 1, 2, 1)!, [1, 10]);
    close(ridge(g, f(4, 30), 2, 1, 2)!, [1, 6]);
    expect(ridge(f(1, 1, 1, 1), f(1, 1), 2, 1, 0)).toBeUndefined();
    close(ridge(f(1, 1, 1, 1), f(1, 1), 2, 1, 1)!, [1 / 3, 1 / 3]);
  });
});

describe('products of the columns of rows', () => {
  it('are those of one row after another, to the last digit, in squares that take turns', () => {
    const random = seededRandom(SEED);
    for (const size of [1, 2, 3, 4, 5, 6, 9, 31])
      for (const rows of [1, 3, 32, 33, 100]) {
        const adder = new ProductRows(size);
        const squares = [new Float64Array(size * size), new Float64Array(size * size)];
        const expected = squares.map((s) => s.slice());
        let last = 0;
        for (let i = 0; i < rows; i++) {
          const which = i < rows / 3 ? 0 : 1;
          if (which !== last) adder.flush(squares[last]!);
          last = which;
          // Some columns are zero for long, as states are.
          const row = Float64Array.from({ length: size }, (_, c) => (c % 3 === 1 && i < 40 ? 0 : random.normal()));
          adder.add(row, squares[which]!);
          for (let a = 0; a < size; a++)
            for (let b = 0; b < size; b++) expected[which]![a * size + b]! += row[a]! * row[b]!;
        }
        adder.flush(squares[last]!);
        squares.forEach((square, which) => {
          mirrorUpper(square, size);
          expect([...square], `seed ${SEED}, ${size} columns, ${rows} rows`).toEqual([...expected[which]!]);
        });
      }
  });
});
