import { describe, expect, it } from 'vitest';
import { cholesky, choleskySolve, invertLower, leastSquares, ridge, svd, symmetricEigen } from './matrix.ts';
import { seededRandom } from './random.ts';

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
const transpose = (a: Float64Array, n: number, m: number) =>
  Float64Array.from({ length: n * m }, (_, e) => a[(e % n) * m + Math.floor(e / n)]!);
const normals = (n: number, seed: number) => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: n }, () => random.normal());
};

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

describe('symmetric eigenvalues', () => {
  it('finds known ones, in order', () => {
    const { values, vectors } = symmetricEigen(f(2, 1, 0, 1, 2, 0, 0, 0, -5), 3);
    close(values, [3, 1, -5]);
    close(vectors.subarray(0, 3).map(Math.abs), [Math.SQRT1_2, Math.SQRT1_2, 0]);
  });
  it.each([1, 7, 40])('puts a random matrix of %i together again', (n) => {
    const x = normals(n * n, n);
    const a = x.map((v, e) => v + x[(e % n) * n + Math.floor(e / n)]!);
    const { values, vectors } = symmetricEigen(a, n);
    const scaled = vectors.map((v, e) => v * values[Math.floor(e / n)]!);
    close(times(transpose(vectors, n, n), scaled, n, n, n), a, 10);
    expect([...values].sort((p, q) => q - p)).toEqual([...values]);
  });
});

describe('singular values', () => {
  it('finds known ones: [3 0; 4 5] has sqrt(45) and sqrt(5)', () => {
    close(svd(f(3, 0, 4, 5), 2, 2).values, [Math.sqrt(45), Math.sqrt(5)]);
  });
  it('puts a random matrix together again, also of lower rank', () => {
    const a = normals(30 * 6, 3);
    for (let i = 0; i < 30; i++) a[i * 6 + 5] = a[i * 6]! - 2 * a[i * 6 + 1]!;
    const { left, values, right } = svd(a, 30, 6);
    expect(values[5]!).toBeLessThan(1e-13 * values[0]!);
    const scaled = left.map((v, e) => v * values[e % 6]!);
    close(times(scaled, right, 30, 6, 6), a, 11);
    close(
      times(right, transpose(right, 6, 6), 6, 6, 6),
      Float64Array.from({ length: 36 }, (_, e) => +(e % 7 === 0)),
    );
  });
});

describe('least squares', () => {
  it('finds the line through the textbook example: (1,6) (2,5) (3,7) (4,10) is 3.5 + 1.4 x', () => {
    close(leastSquares(f(1, 1, 1, 2, 1, 3, 1, 4), f(6, 5, 7, 10), 4, 2), [3.5, 1.4]);
  });
  it('keeps digits that the normal equations lose', () => {
    // Laeuchli's matrix: A'A is singular in double precision, the answer is (1, 1).
    const e = 1e-9;
    close(leastSquares(f(1, 1, e, 0, 0, e), f(2, e, e), 3, 2), [1, 1], 6);
  });
  it('gives 0 to a column that repeats another', () => {
    close(leastSquares(f(1, 1, 2, 2, 3, 3), f(2, 4, 6), 3, 2), [2, 0]);
  });
});
