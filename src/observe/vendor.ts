/**
 * The maker of a network card by the first 24, 28 or 36 bits of its MAC address (IEEE registries MA-L, MA-M, MA-S, by way
 * of the package `oui-data`). Its file has one prefix a line, shorter ones first, each length in order: it is searched as
 * it is. Parsing it whole takes 0.3 s and leaves 50,000 texts behind, of which a plant needs some dozens.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { macKind } from '../lib/ip-scope.ts';

const QUOTE = 0x22;
const NEW_LINE = 0x0a;
/** Hexadecimal digits of a prefix; the longest match wins. */
const LENGTHS = [9, 7, 6] as const;
/** Answers kept; beyond, all are forgotten and looked up again. */
const MAX_KEPT = 1 << 16;

let file: Buffer | undefined;
const kept = new Map<string, string>();

/** Where the prefix of the line stands that holds `at`, and where it ends; undefined before the first and after the last. */
const keyAt = (json: Buffer, at: number): { readonly from: number; readonly to: number } | undefined => {
  const line = at === 0 ? 0 : json.lastIndexOf(NEW_LINE, at - 1) + 1;
  const from = json.indexOf(QUOTE, line) + 1;
  const to = json.indexOf(QUOTE, from);
  return from === 0 || to < 0 ? undefined : { from, to };
};

/** Below 0 where the prefix in the file comes before the wanted one. */
const compare = (json: Buffer, { from, to }: { from: number; to: number }, wanted: Buffer): number =>
  to - from - wanted.length || json.compare(wanted, 0, wanted.length, from, to);

/** The first line of the text after the prefix: the organisation; its address follows. */
const nameAfter = (json: Buffer, key: number): string => {
  const from = json.indexOf(QUOTE, key + 1);
  const line = json.toString('utf8', from, json.indexOf(NEW_LINE, from)).replace(/,?\s*$/, '');
  const [name = ''] = (JSON.parse(line) as string).split('\n');
  return name.replace(/,\s*$/, '');
};

const search = (json: Buffer, prefix: string): string | undefined => {
  const wanted = Buffer.from(prefix, 'latin1');
  let low = 0;
  let high = json.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = keyAt(json, middle);
    const order = key === undefined ? 1 : compare(json, key, wanted);
    if (order === 0) return nameAfter(json, key!.to);
    if (order > 0) high = middle;
    else {
      const next = json.indexOf(NEW_LINE, middle);
      low = next < 0 ? high : next + 1;
    }
  }
  return undefined;
};

/** Organisation that holds the prefix; '' where it is not known or the address was made up (local, virtual, group). */
export const macVendor = (mac: string): string => {
  if (macKind(mac) !== 'device') return '';
  const digits = mac.replaceAll(':', '').slice(0, LENGTHS[0]).toUpperCase();
  let name = kept.get(digits);
  if (name === undefined) {
    file ??= readFileSync(createRequire(import.meta.url).resolve('oui-data'));
    name = '';
    for (const length of LENGTHS) {
      const found = search(file, digits.slice(0, length));
      if (found === undefined) continue;
      name = found;
      break;
    }
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(digits, name);
  }
  return name;
};
