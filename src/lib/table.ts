/**
 * A table that is asked by names from the wire. A plain object also answers to `constructor` and `__proto__`, with what is no
 * row; this one has its own rows and nothing else.
 */
export const tableOf = <T>(rows: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.freeze(Object.assign(Object.create(null) as Record<string, T>, rows));
