/** State as text: JSON that also keeps NaN, infinities and columns of numbers. */

type Special = { readonly $: 'nan' | 'inf' | '-inf' } | { readonly $f64: readonly (number | null)[] };

const isSpecial = (x: unknown): x is Special => typeof x === 'object' && x !== null && ('$' in x || '$f64' in x);

export const toText = (value: unknown): string =>
  JSON.stringify(value, (_, x: unknown) => {
    if (typeof x === 'number' && !Number.isFinite(x)) return { $: Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf' };
    if (x instanceof Float64Array) return { $f64: [...x].map((v) => (Number.isFinite(v) ? v : null)) };
    return x;
  });

export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, x: unknown) => {
    if (!isSpecial(x)) return x;
    if ('$f64' in x) return Float64Array.from(x.$f64, (v) => v ?? Number.NaN);
    return x.$ === 'nan' ? Number.NaN : x.$ === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  });
