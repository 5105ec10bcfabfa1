/**
 * Text of network addresses. Inside the pipeline addresses are integers; they become text only where people or programs
 * read them. IPv6 text follows RFC 5952.
 */
import { hex, i32be, u16be } from './bytes.ts';

/** MAC address at `o` as `00:11:22:33:44:55`. */
export const macText = (b: Uint8Array, o: number): string => hex(b, o, o + 6, ':');
/** MAC from its upper 24 and lower 24 bits. */
export const macFromParts = (high: number, low: number): string =>
  macText(
    Uint8Array.of(
      (high >>> 16) & 255,
      (high >>> 8) & 255,
      high & 255,
      (low >>> 16) & 255,
      (low >>> 8) & 255,
      low & 255,
    ),
    0,
  );
/** IPv4 from a signed or unsigned 32-bit integer. */
export const ipv4Text = (ip: number): string =>
  `${(ip >>> 24) & 255}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
/** IPv4 text to a signed 32-bit integer; undefined when it is not one. */
export const ipv4Parse = (text: string): number | undefined => {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!m) return undefined;
  const p = m.slice(1).map(Number);
  return p.some((x) => x > 255) ? undefined : i32be(Uint8Array.from(p), 0);
};
/** IPv6 address at `o`, RFC 5952: lower case, longest run of zero groups shortened. */
export const ipv6Text = (b: Uint8Array, o: number): string => {
  const g: number[] = [];
  for (let i = 0; i < 8; i++) g.push(u16be(b, o + 2 * i));
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; ) {
    let j = i;
    while (j < 8 && g[j] === 0) j++;
    if (j - i > bestLength) {
      best = i;
      bestLength = j - i;
    }
    i = j + 1;
  }
  const text = (from: number, to: number) =>
    g
      .slice(from, to)
      .map((x) => x.toString(16))
      .join(':');
  return best < 0 ? text(0, 8) : `${text(0, best)}::${text(best + bestLength, 8)}`;
};
/** Groups of an IPv6 address; the last two may be written as an IPv4 address (RFC 4291, 2.2). NaN for what is none. */
const groupsOf = (text: string): number[] => {
  if (text === '') return [];
  const words = text.split(':');
  const last = words.at(-1)!.includes('.') ? words.pop()! : '';
  const v4 = last === '' ? undefined : (ipv4Parse(last) ?? Number.NaN);
  const groups = words.map((word) => (/^[0-9a-f]{1,4}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN));
  if (v4 === undefined) return groups;
  return Number.isNaN(v4) ? [Number.NaN] : [...groups, v4 >>> 16, v4 & 0xffff];
};
/** IPv6 text to 16 octets; undefined when it is not one. */
export const ipv6Parse = (text: string): Uint8Array | undefined => {
  const halves = text.split('::');
  if (halves.length > 2 || text.lastIndexOf(':') < 0) return undefined;
  const [head, tail] = [groupsOf(halves[0]!), groupsOf(halves[1] ?? '')];
  // An IPv4 address stands at the end, and nowhere else.
  if (halves.length === 2 && halves[0]!.includes('.')) return undefined;
  const fill = 8 - head.length - tail.length;
  if (fill < 0 || (halves.length === 1 && fill !== 0)) return undefined;
  const all = [...head, ...new Array<number>(fill).fill(0), ...tail];
  if (all.some(Number.isNaN)) return undefined;
  const out = new Uint8Array(16);
  all.forEach((group, i) => {
    out[2 * i] = group >> 8;
    out[2 * i + 1] = group & 255;
  });
  return out;
};
