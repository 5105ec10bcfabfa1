/**
 * Words of 16 bits that are signed numbers. Nothing on the wire says so: a temperature that falls below zero reads 65,535 after
 * 0, which no process does. What goes on at the other end of the range without a jump, and is never in the middle of it, is a number
 * in two's complement; so is what went up and down all the time within the last part of a word: a frost that lasts.
 * Source: Modicon Modbus Protocol Reference Guide PI-MBUS-300 Rev. J, 1996 (a register is 16 bits; its sign is the user's matter).
 * Fails for a number that jumps from far above zero to far below it before it has once crept through zero: that stays what it
 * reads, and is told as nonsense.
 */
import type { RowTable } from '../../core/process.ts';

const WORDS = 65_536;
/** Signed values are in this part at either end of the range, so that a count that goes all the way round is none. */
const END = WORDS / 4;
/** A number that stays so near to the end of a word is a small negative one. */
const NEAR_END = WORDS / 16;
/** Part of what was seen of it that it may move by from one row to the next where it passes zero. */
const GENTLE = 0.25;

/** The number that a word means where it is signed. */
export const signedValue = (word: number): number => (word >= WORDS / 2 ? word - WORDS : word);

const isWord = (x: number): boolean => Number.isInteger(x) && x >= 0 && x < WORDS;

/** Whether a word that was `before` (signed or not below half) passes zero downwards to `now`. `span`: what was seen of it, high less low. */
export const passesZero = (before: number, now: number, span: number): boolean =>
  isWord(now) && now >= WORDS - END && before < END && before - (now - WORDS) <= Math.max(1, GENTLE * span);

const isSigned = (column: Float64Array, count: number): boolean => {
  let low = END;
  let high = -END;
  let crossings = 0;
  let largest = 0;
  let last = Number.NaN;
  let ups = 0;
  let downs = 0;
  for (let i = 0; i < count; i++) {
    const x = column[i]!;
    if (Number.isNaN(x)) continue;
    if (!isWord(x) || (x >= END && x < WORDS - END)) return false;
    const value = signedValue(x);
    if (value < low) low = value;
    if (value > high) high = value;
    if (value < 0 !== last < 0 && !Number.isNaN(last)) {
      crossings++;
      largest = Math.max(largest, Math.abs(value - last));
    }
    if (value > last) ups++;
    if (value < last) downs++;
    last = value;
  }
  // 0 and 65,535 alone are no and yes.
  if (crossings === 0) return high < 0 && low >= -NEAR_END && high - low > 1 && ups > 0 && downs > 0;
  return high - low > 1 && largest <= Math.max(1, GENTLE * (high - low));
};

/** Columns of a table that are signed words. */
export const findSigned = (table: RowTable): number[] =>
  table.columns.flatMap((column, p) => (isSigned(column, table.count) ? [p] : []));
