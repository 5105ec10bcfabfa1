/** How peers write numbers and octets. */

/** `0x0a`: lower case, `digits` digits at least. */
export const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;
/** `aabbcc`. */
export const octets = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('hex');
/** Low octet first, as some peers read a 16-bit field. */
export const swap16 = (n: number): number => ((n & 0xff) << 8) | (n >> 8);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** tshark's absolute time: `Jan  2, 2000 02:46:11.258165836 UTC`. */
export const nanosecondsText = (seconds: number, nanoseconds: number): string => {
  const d = new Date(seconds * 1000);
  const day = String(d.getUTCDate()).padStart(2, ' ');
  const time = d.toISOString().slice(11, 19);
  return `${MONTHS[d.getUTCMonth()]} ${day}, ${d.getUTCFullYear()} ${time}.${String(nanoseconds).padStart(9, '0')} UTC`;
};
/** A 32-bit float as C prints it with 15 significant digits, without trailing zeros. */
export const float32 = (n: number): string => String(Number(n.toPrecision(15)));
/** The last digit may be rounded the other way: C rounds a tie to even, JavaScript up. */
export const near =
  (relative: number) =>
  (ours: string, theirs: string): boolean =>
    Math.abs(Number(ours) - Number(theirs)) <= relative * Math.max(1, Math.abs(Number(theirs)));
/** A text of fixed length is filled with blanks, which we leave out. */
export const padded = (ours: string, theirs: string): boolean => ours === theirs.trim();
