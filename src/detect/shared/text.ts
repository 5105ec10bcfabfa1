/**
 * State as text: JSON that also keeps NaN, infinities and columns of numbers. What JSON knows goes as it is, by a walk of our own
 * before and after it: its replacer and reviver are called for each member, which takes many times as long.
 */

type Special = { readonly $: 'nan' | 'inf' | '-inf' } | { readonly $f64: readonly (number | null)[] };

const isSpecial = (x: object): x is Special => '$' in x || '$f64' in x;

/** The same where JSON knows all of it, otherwise a copy of what holds something else. */
const spelt = (x: unknown): unknown => {
  if (typeof x === 'number' && !Number.isFinite(x)) return { $: Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf' };
  if (typeof x !== 'object' || x === null) return x;
  if (x instanceof Float64Array) return { $f64: Array.from(x, (v) => (Number.isFinite(v) ? v : null)) };
  if (Array.isArray(x)) {
    let copy: unknown[] | undefined;
    for (let i = 0; i < x.length; i++) {
      const member: unknown = x[i];
      const other = spelt(member);
      if (other !== member) {
        copy ??= [...x];
        copy[i] = other;
      }
    }
    return copy ?? x;
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(x)) {
    const other = spelt(member);
    if (other !== member) {
      copy ??= Object.assign(Object.create(null) as Record<string, unknown>, x);
      copy[key] = other;
    }
  }
  return copy ?? x;
};

/** What `spelt` made, back in place. */
const read = (x: unknown): unknown => {
  if (typeof x !== 'object' || x === null) return x;
  if (Array.isArray(x)) {
    for (let i = 0; i < x.length; i++) {
      const member: unknown = x[i];
      if (typeof member === 'object') x[i] = read(member);
    }
    return x;
  }
  if (isSpecial(x)) {
    if ('$f64' in x) return Float64Array.from(x.$f64, (v) => v ?? Number.NaN);
    return x.$ === 'nan' ? Number.NaN : x.$ === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
  for (const [key, member] of Object.entries(x))
    if (typeof member === 'object' && member !== null) {
      const other = read(member);
      if (other !== member) Object.defineProperty(x, key, { value: other });
    }
  return x;
};

export const toText = (value: unknown): string => JSON.stringify(spelt(value));

export const fromText = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  return text.includes('"$') ? read(value) : value;
};
