/**
 * The maker of a network card by the first 24, 28 or 36 bits of its MAC address (IEEE registries MA-L, MA-M, MA-S, by way
 * of the package `oui-data`). Read on first use; kept as sorted prefixes and an index into distinct names, about 2 MB.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { macKind } from '../lib/ip-scope.ts';

interface Registry {
  /** Sorted, one per prefix length in hexadecimal digits (9, 7, 6): the longest match wins. */
  readonly tables: readonly { readonly digits: number; readonly prefixes: Float64Array; readonly names: Uint16Array }[];
  readonly names: readonly string[];
}

let registry: Registry | undefined;

const read = (): Registry => {
  const path = createRequire(import.meta.url).resolve('oui-data');
  const raw = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const names: string[] = [];
  const ids = new Map<string, number>();
  const rows = new Map<number, [number, number][]>([9, 7, 6].map((digits) => [digits, []]));
  for (const [prefix, text] of Object.entries(raw)) {
    // The first line is the organisation, the others its address. Copied, or it would keep the whole text alive.
    const name = Buffer.from(
      text.slice(0, Math.max(0, text.indexOf('\n')) || undefined).replace(/,\s*$/, ''),
    ).toString();
    let id = ids.get(name);
    if (id === undefined) {
      id = names.length;
      names.push(name);
      ids.set(name, id);
    }
    rows.get(prefix.length)?.push([Number.parseInt(prefix, 16), id]);
  }
  const tables = [...rows].map(([digits, list]) => {
    list.sort((a, b) => a[0] - b[0]);
    return { digits, prefixes: Float64Array.from(list, (r) => r[0]), names: Uint16Array.from(list, (r) => r[1]) };
  });
  return { tables, names };
};

/** Organisation that holds the prefix; '' where it is not known or the address was made up (local, virtual, group). */
export const macVendor = (mac: string): string => {
  if (macKind(mac) !== 'device') return '';
  registry ??= read();
  const digits = mac.replaceAll(':', '');
  for (const table of registry.tables) {
    const wanted = Number.parseInt(digits.slice(0, table.digits), 16);
    let low = 0;
    let high = table.prefixes.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = table.prefixes[middle]!;
      if (at === wanted) return registry.names[table.names[middle]!]!;
      if (at < wanted) low = middle + 1;
      else high = middle - 1;
    }
  }
  return '';
};
