/**
 * The maker of a network card by the first 24, 28 or 36 bits of its MAC address (IEEE registries MA-L, MA-M, MA-S, by way
 * of the package `oui-data`). Its file has one prefix a line, shorter ones first, each length in order. Of 5.6 MB only where
 * each prefix stands is kept (0.6 MB); names of which a plant needs some dozens are read from the file.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { macKind } from '../lib/ip-scope.ts';

const QUOTE = 0x22;
const NEW_LINE = 0x0a;
/** Hexadecimal digits of a prefix; the longest match wins. */
const LENGTHS = [9, 7, 6] as const;
/** Octets that are read for a name; the longest of the registry has 110. */
const NAME_BYTES = 1024;
/** A text of JSON up to its first line break. */
const FIRST_LINE = /^(?:[^"\\]|\\[^n])*/;

interface Registry {
  readonly path: string;
  /** Prefixes as `keyOf` numbers them, ascending as the file is. */
  readonly keys: Float64Array;
  /** Where the text of each begins in the file, behind its quotation mark. */
  readonly at: Uint32Array;
}

let registry: Registry | undefined;
/** Names that were asked for, by their place among the keys. */
const names = new Map<number, string>();

/** Ascending by length, then by value: 36 bits at most. */
const keyOf = (prefix: string): number => prefix.length * 2 ** 36 + Number.parseInt(prefix, 16);

const indexed = (): Registry => {
  const path = createRequire(import.meta.url).resolve('oui-data');
  const json = readFileSync(path);
  const keys: number[] = [];
  const at: number[] = [];
  for (let line = 0; line < json.length; ) {
    const end = json.indexOf(NEW_LINE, line);
    const from = json.indexOf(QUOTE, line) + 1;
    const to = json.indexOf(QUOTE, from);
    if (from > 0 && to >= 0) {
      keys.push(keyOf(json.toString('latin1', from, to)));
      at.push(json.indexOf(QUOTE, to + 1) + 1);
    }
    line = end < 0 ? json.length : end + 1;
  }
  return { path, keys: Float64Array.from(keys), at: Uint32Array.from(at) };
};

/** The organisation: the first line of the text; its address follows. */
const nameAt = (path: string, position: number): string => {
  const octets = Buffer.alloc(NAME_BYTES);
  const file = openSync(path, 'r');
  try {
    const count = readSync(file, octets, 0, NAME_BYTES, position);
    const [line = ''] = FIRST_LINE.exec(octets.toString('utf8', 0, count)) ?? [];
    return (JSON.parse(`"${line}"`) as string).replace(/,\s*$/, '');
  } finally {
    closeSync(file);
  }
};

const search = ({ path, keys, at }: Registry, prefix: string): string | undefined => {
  const wanted = keyOf(prefix);
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  if (keys[low] !== wanted) return undefined;
  let name = names.get(low);
  if (name === undefined) {
    name = nameAt(path, at[low]!);
    names.set(low, name);
  }
  return name;
};

/** Organisation that holds the prefix; '' where it is not known or the address was made up (local, virtual, group). */
export const macVendor = (mac: string): string => {
  if (macKind(mac) !== 'device') return '';
  registry ??= indexed();
  const digits = mac.replaceAll(':', '').slice(0, LENGTHS[0]);
  for (const length of LENGTHS) {
    const found = search(registry, digits.slice(0, length));
    if (found !== undefined) return found;
  }
  return '';
};
