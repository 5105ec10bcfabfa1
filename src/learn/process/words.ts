/**
 * Numbers of 32 bits that come in two registers of 16: a real number (IEEE 754 single) or a long integer, either word
 * first. Nothing on the wire says so; what the words do together does. The low half of a number that moves by more than a
 * step of its high half is noise over the whole range of a word, which no measurement is; where the high half moves by one
 * step, the low half of the same number wraps around, so that the number goes on, while that of another does so in one
 * case of eight. Words of a device stand in one order, and numbers one behind the other: those that are sure speak for
 * those that hardly move. Source: Modicon Modbus Protocol Reference Guide PI-MBUS-300 Rev. J, 1996 (registers are 16 bits;
 * wider numbers are the user's matter); IEEE 754-2019, section 3.4.
 * Fails on numbers of 64 bits, and where two words of a device are never read together.
 */
import type { RowTable } from '../../core/process.ts';

/** Rows that are looked at, the latest. */
const MAX_ROWS = 4000;
const LEAST_ROWS = 100;
/** Steps of the high word that are small enough for the low one to tell of them, and how many must have been seen. */
const SMALL_STEP = 2;
const LEAST_STEPS = 10;
/** Part of such steps at which the number goes on: chance gives an eighth, and so does a number that moves by more. */
const GOES_ON = 0.3;
/** Where nearly all moves of the high word are small ones, a number that does not go on is none. */
const MOSTLY = 0.6;
const AGAINST = -1.5;
/** Low words that are noise: all parts of the range are met about as often, and the next one says nothing of the last. */
const BINS = 16;
const LEAST_BIN = 0.3;
const LEAST_MOVE = 65_536 / 6;
/** Exponents of real numbers on plants: 1e-9 to 1e8. */
const LEAST_HIGH = 0x3000;
const MOST_HIGH = 0x4cff;
/** Strength from which on a pair stands by itself, and pairs of such strength that speak for a weak one beside them. */
const STANDS = 0.9;
const SPEAKERS = 2;
const WEAK = 0.05;

export type WordType = 'float' | 'int32';
export interface WordPair {
  /** Columns: the number stands in the first, the second is empty from then on. */
  readonly first: number;
  readonly second: number;
  readonly type: WordType;
  readonly highFirst: boolean;
  /** How sure it is, 0..1. */
  readonly sure: number;
}

const scratch = new DataView(new ArrayBuffer(4));
const wordOf = (x: number): number => (x < 0 ? x + 65_536 : x);

/** NaN where a word is not known. */
export const joinedValue = (pair: WordPair, first: number, second: number): number => {
  const high = wordOf(pair.highFirst ? first : second);
  const low = wordOf(pair.highFirst ? second : first);
  if (Number.isNaN(high) || Number.isNaN(low)) return Number.NaN;
  scratch.setUint16(0, high);
  scratch.setUint16(2, low);
  return pair.type === 'float' ? scratch.getFloat32(0) : scratch.getInt32(0);
};

/** Puts the numbers of a row in the place of their first words. */
export const joinRow = (pairs: readonly WordPair[], row: Float64Array): void => {
  for (const pair of pairs) {
    row[pair.first] = joinedValue(pair, row[pair.first]!, row[pair.second]!);
    row[pair.second] = Number.NaN;
  }
};

export const wordsText = ({ type, highFirst, sure }: WordPair): string =>
  `read as a ${type === 'float' ? 'real number' : 'whole number'} of 32 bits, ${highFirst ? 'high' : 'low'} word first ` +
  `(${Math.round(100 * sure)} % sure)`;

interface Candidate {
  readonly first: number;
  readonly second: number;
  readonly type: WordType;
  readonly strength: number;
}

const isWord = (column: Float64Array, from: number): boolean => {
  let known = 0;
  for (let i = from; i < column.length; i++) {
    const x = column[i]!;
    if (Number.isNaN(x)) continue;
    if (!Number.isInteger(x) || x < -32_768 || x > 65_535) return false;
    known++;
  }
  return known >= LEAST_ROWS;
};

/** The type that the high words allow; undefined where they are no number that a plant has. */
const typeOf = (high: Float64Array, low: Float64Array, from: number): WordType | undefined => {
  let floats = 0;
  let small = 0;
  let known = 0;
  for (let i = from; i < high.length; i++) {
    if (Number.isNaN(high[i]!) || Number.isNaN(low[i]!)) continue;
    known++;
    const h = wordOf(high[i]!);
    if (h === 0 && low[i] === 0) continue;
    const size = h & 0x7fff;
    if (size >= LEAST_HIGH && size <= MOST_HIGH) floats++;
    else if (size < 0x0200 || h >= 0xfe00) small++;
    else return undefined;
  }
  if (known < LEAST_ROWS || (floats > 0 && small > 0)) return undefined;
  return floats > 0 ? 'float' : small > 0 ? 'int32' : undefined;
};

/** How strongly a high and a low word speak for being one number: below 0 against it, above about 1 beyond doubt. */
const strengthOf = (high: Float64Array, low: Float64Array, from: number, type: WordType): number => {
  let steps = 0;
  let on = 0;
  let moves = 0;
  let moved = 0;
  const bins = new Float64Array(BINS);
  let highMoves = 0;
  for (let i = Math.max(1, from); i < high.length; i++) {
    const dh = wordOf(high[i]!) - wordOf(high[i - 1]!);
    const dl = wordOf(low[i]!) - wordOf(low[i - 1]!);
    if (Number.isNaN(dh) || Number.isNaN(dl)) continue;
    if (dl !== 0) {
      moves++;
      moved += Math.abs(dl);
      bins[wordOf(low[i]!) >> 12]!++;
    }
    if (dh === 0) continue;
    highMoves++;
    if (Math.abs(dh) > SMALL_STEP) continue;
    steps++;
    // Of a negative real number the size goes the other way, with both words alike.
    if (Math.abs(dh * 65_536 + dl) < Math.abs(dh) * 32_768) on++;
  }
  let strength = 0;
  if (steps >= LEAST_STEPS) {
    const enough = Math.min(1, steps / (2 * LEAST_STEPS));
    if (on / steps > GOES_ON) strength += 4 * (on / steps - GOES_ON) * enough;
    else if (steps > MOSTLY * highMoves) strength += AGAINST * enough;
  }
  // A counter carries seldom, and exactly then.
  else if (type === 'int32' && steps >= 2 && steps === highMoves && on === steps) strength += 1.5;
  const isNoise =
    moves >= 2 * LEAST_ROWS && moved / moves > LEAST_MOVE && bins.every((n) => n > (LEAST_BIN * moves) / BINS);
  if (isNoise && type === 'float') strength += 1;
  return strength === 0 && type === 'float' ? WEAK : strength;
};

/** Chains of candidates that follow each other word by word. */
const chainsOf = (candidates: readonly Candidate[]): Candidate[][] => {
  const byFirst = new Map(candidates.map((c) => [c.first, c]));
  const seconds = new Set(candidates.map((c) => c.second));
  return candidates
    .filter((c) => !seconds.has(c.first))
    .map((head) => {
      const chain: Candidate[] = [];
      for (
        let c: Candidate | undefined = head;
        c !== undefined && chain.length <= candidates.length;
        c = byFirst.get(c.second)
      )
        chain.push(c);
      return chain;
    });
};

/** The pairs of a chain that stand beside each other and not in each other's way, with the greatest strength together. */
const bestOf = (chain: readonly Candidate[]): Candidate[] => {
  // best[k]: of the first k candidates.
  const best: { readonly total: number; readonly taken: readonly Candidate[] }[] = [{ total: 0, taken: [] }];
  chain.forEach((c, k) => {
    const without = best[k]!;
    const before = best[Math.max(0, k - 1)]!;
    const total = before.total + c.strength;
    best.push(c.strength > 0 && total > without.total ? { total, taken: [...before.taken, c] } : without);
  });
  return [...best.at(-1)!.taken];
};

const sumOf = (list: readonly Candidate[]): number => list.reduce((sum, c) => sum + c.strength, 0);

/**
 * Pairs of columns that are one number. `neighbours`: columns of one device whose registers follow each other, the lower
 * address first; `deviceOf`: device of a column, since word order is a matter of the device.
 */
export const findPairs = (
  table: RowTable,
  neighbours: readonly (readonly [number, number])[],
  deviceOf: (column: number) => number,
): WordPair[] => {
  const from = Math.max(0, table.count - MAX_ROWS);
  const columns = table.columns.map((c) => c.subarray(0, table.count));
  const words = new Map<number, boolean>();
  const isOne = (c: number): boolean => {
    const known = words.get(c) ?? isWord(columns[c]!, from);
    words.set(c, known);
    return known;
  };
  const devices = [...new Set(neighbours.map(([a]) => deviceOf(a)))];
  return devices.flatMap((device) => {
    const own = neighbours.filter(([a, b]) => deviceOf(a) === device && isOne(a) && isOne(b));
    const orders = [true, false].map((highFirst) => {
      const candidates = own.flatMap(([first, second]): Candidate[] => {
        const high = columns[highFirst ? first : second]!;
        const low = columns[highFirst ? second : first]!;
        const type = typeOf(high, low, from);
        return type === undefined ? [] : [{ first, second, type, strength: strengthOf(high, low, from, type) }];
      });
      const taken = chainsOf(candidates).flatMap(bestOf);
      const sure = taken.filter((c) => c.strength >= STANDS);
      return { highFirst, taken, sure, total: sumOf(sure) };
    });
    const best = orders[0]!.total >= orders[1]!.total ? orders[0]! : orders[1]!;
    // Weak ones are real numbers that hardly moved: believed where sure ones of the device stand by the same rule.
    const believed = best.sure.filter((c) => c.type === 'float').length >= SPEAKERS ? best.taken : best.sure;
    return believed.map(
      ({ first, second, type, strength }): WordPair => ({
        first,
        second,
        type,
        highFirst: best.highFirst,
        sure: strength >= STANDS ? 1 - Math.exp(-2 * strength) : 0.6,
      }),
    );
  });
};
