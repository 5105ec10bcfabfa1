import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/random.ts';
import { Gram, selectForward } from './forward.ts';

describe('forward selection', () => {
  it('finds the two terms that a target is made of, with their weights, and leaves the others', () => {
    const random = seededRandom(7);
    const gram = new Gram(7);
    const row = new Float64Array(7);
    for (let i = 0; i < 400; i++) {
      row[0] = 1;
      for (let k = 1; k < 6; k++) row[k] = random.normal();
      row[3] = row[1]! + 0.05 * random.normal(); // a near twin of term 1
      row[6] = 2 * row[1]! - 3 * row[4]! + 0.5;
      gram.add(row);
    }
    gram.finish();
    const [one, , three] = selectForward(gram, 6, [0, 1, 2, 3, 4, 5], [1, 2, 3]);
    expect(one!.terms).toEqual([4]);
    expect([...three!.terms].sort()).toEqual([0, 1, 4]);
    const weight = (term: number) => three!.weights[three!.terms.indexOf(term)]!;
    expect(weight(1)).toBeCloseTo(2, 9);
    expect(weight(4)).toBeCloseTo(-3, 9);
    expect(weight(0)).toBeCloseTo(0.5, 9);
  });

  it('gives back what it has when nothing more helps', () => {
    const gram = new Gram(3);
    for (let i = 0; i < 40; i++) gram.add(Float64Array.of(1, i, 3 * i + 1));
    gram.finish();
    const found = selectForward(gram, 2, [0, 1], [1, 8]);
    expect(found.map((f) => f.terms.length)).toEqual([1, 2]);
  });

  it('a block taken away leaves the matrix of the others', () => {
    const both = new Gram(2);
    const first = new Gram(2);
    const second = new Gram(2);
    for (let i = 1; i <= 30; i++) {
      both.add(Float64Array.of(1, i));
      (i < 12 ? first : second).add(Float64Array.of(1, i));
    }
    for (const g of [both, first, second]) g.finish();
    both.merge(first, -1);
    expect([...both.sums]).toEqual([...second.sums]);
  });
});
