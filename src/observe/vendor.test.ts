import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { macVendor } from './vendor.ts';

const registry = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('oui-data'), 'utf8')) as Record<
  string,
  string
>;
/** An address under the prefix, and whether it is one that a maker gave (neither group nor set by hand). */
const under = (prefix: string): string =>
  prefix
    .toLowerCase()
    .padEnd(12, '0')
    .replace(/..(?=.)/g, '$&:');

describe('macVendor', () => {
  it('knows makers by 24, 28 and 36 bits', () => {
    expect(macVendor('00:0e:8c:01:02:03')).toBe('Siemens AG');
    expect(macVendor('00:00:bc:01:02:03')).toBe('Rockwell Automation');
  });

  it('does not name addresses that were made up', () => {
    expect(macVendor('02:00:00:00:00:01')).toBe('');
    expect(macVendor('ff:ff:ff:ff:ff:ff')).toBe('');
  });

  it('finds every prefix of the registry, so the order it searches by holds', () => {
    // Of each length, every 37th and both ends; a shorter prefix may be parted among longer ones with the same beginning.
    const wrong: string[] = [];
    for (const length of [6, 7, 9]) {
      const all = Object.keys(registry).filter((prefix) => prefix.length === length);
      expect(all.length).toBeGreaterThan(1000);
      for (const [i, prefix] of all.entries()) {
        if (i % 37 !== 0 && i !== all.length - 1) continue;
        const mac = under(prefix);
        const longer = [9, 7].find((n) => n > length && mac.replaceAll(':', '').slice(0, n).toUpperCase() in registry);
        const name = (
          registry[
            mac
              .replaceAll(':', '')
              .slice(0, longer ?? length)
              .toUpperCase()
          ] ?? ''
        ).split('\n')[0]!;
        const said = macVendor(mac);
        if (said !== '' && said !== name.replace(/,\s*$/, '')) wrong.push(`${mac}: ${said}, not ${name}`);
        if (said === '' && (Number.parseInt(prefix.slice(0, 2), 16) & 3) === 0) wrong.push(`${mac}: not found`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
