/** How Zeek writes octets in a string: printable ones as they are, a backslash doubled, all others as \xNN. */
export const octetText = (b: ArrayLike<number>): string => {
  let out = '';
  for (let i = 0; i < b.length; i++) {
    const c = b[i]!;
    if (c === 0x5c) out += '\\\\';
    else if (c >= 0x20 && c < 0x7f) out += String.fromCharCode(c);
    else out += `\\x${c.toString(16).padStart(2, '0')}`;
  }
  return out;
};
/** `0A1B`. */
export const upperHex = (b: ArrayLike<number>): string =>
  Array.from(b, (x) => x.toString(16).padStart(2, '0').toUpperCase()).join('');
/** Floats that say the same with fewer digits; `nan`, `inf`. */
export const sameFloat = (ours: string, theirs: string): boolean => {
  const a = Number(ours);
  const b = Number(theirs);
  if (Number.isNaN(a)) return ours === 'NaN' && theirs === 'nan';
  return a === b || Math.abs(a - b) <= Math.abs(a) * 1e-6 + 5e-7;
};
