/** Plain data and numbers as octets and back, exactly: JSON with the numbers that JSON does not have. */

const NAMES: Readonly<Record<string, number>> = {
  '!nan': Number.NaN,
  '!inf': Number.POSITIVE_INFINITY,
  '!-inf': Number.NEGATIVE_INFINITY,
};

/** Strings that begin with `!` are not for data of ours: point names are escaped by a second one. */
export const encode = (value: unknown): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify(value, (_, v: unknown) => {
      if (typeof v === 'string') return v.startsWith('!') ? `!${v}` : v;
      if (typeof v !== 'number' || Number.isFinite(v)) return Object.is(v, -0) ? 0 : v;
      return Number.isNaN(v) ? '!nan' : v > 0 ? '!inf' : '!-inf';
    }),
  );

export const decode = (octets: Uint8Array): unknown =>
  JSON.parse(new TextDecoder().decode(octets), (_, v: unknown) => {
    if (typeof v !== 'string' || !v.startsWith('!')) return v;
    return v.startsWith('!!') ? v.slice(1) : NAMES[v];
  });
