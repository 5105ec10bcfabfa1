/** State as text: what JSON does not know comes back, what it knows is written as JSON would. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromText, toText } from './text.ts';

/** As the replacer and the reviver of JSON would do it, member by member: the form that is in data folders. */
const slowly = (value: unknown): string =>
  JSON.stringify(value, (_, x: unknown) => {
    if (typeof x === 'number' && !Number.isFinite(x)) return { $: Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf' };
    if (x instanceof Float64Array) return { $f64: [...x].map((v) => (Number.isFinite(v) ? v : null)) };
    return x;
  });

const leaf = fc.oneof(
  fc.double(),
  fc.string(),
  fc.constantFrom(null, true, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.array(fc.double()).map((list) => Float64Array.from(list)),
);
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('node')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), tie('node')),
  ),
})).node;

describe('state as text', () => {
  it('is written as it was by a replacer', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(toText([value])).toBe(slowly([value]));
      }),
    );
  });

  it('leaves what it is given as it is', () => {
    const value = { a: [1, Number.NaN], b: { c: Number.POSITIVE_INFINITY } };
    toText(value);
    expect(value).toEqual({ a: [1, Number.NaN], b: { c: Number.POSITIVE_INFINITY } });
  });

  it('comes back with NaN, infinities and columns, however deep', () => {
    const value = [
      { a: Number.NaN, b: [Number.NEGATIVE_INFINITY, { c: Float64Array.of(1, Number.NaN) }], d: null },
      'x',
    ];
    expect(fromText(toText(value))).toEqual(value);
    expect(fromText(toText(Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
    expect(fromText('{"__proto__":{"$":"nan"}}')).toHaveProperty(['__proto__'], Number.NaN);
  });
});
