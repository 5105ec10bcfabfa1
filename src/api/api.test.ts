/** The contract holds together: every path has a schema whose parameters are those of the path, and schemas validate. */
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { AssetChange, FILTER_FIELDS, ListQuery, PATHS, Party, ROUTES } from './index.ts';

describe('paths and routes', () => {
  it('name the same calls', () => {
    expect(Object.keys(ROUTES).sort()).toEqual(Object.keys(PATHS).sort());
  });
  it.each(Object.entries(PATHS))('%s declares exactly the parameters of its path', (name, path) => {
    const inPath = [...path.matchAll(/:([a-z]+)/g)].map((m) => m[1]).sort();
    const route = ROUTES[name as keyof typeof ROUTES] as { params?: { properties?: object } };
    expect(Object.keys(route.params?.properties ?? {}).sort()).toEqual(inPath);
  });
  it('no two calls share method and path', () => {
    expect(new Set(Object.values(PATHS)).size).toBe(Object.values(PATHS).length);
  });
});

describe('schemas', () => {
  it('accept what they describe', () => {
    const party = { kind: 'asset', id: 'a1', name: 'PLC_1', address: '192.168.0.1', role: 'plc', level: 1 };
    expect(Value.Check(Party, party)).toBe(true);
    expect(Value.Check(Party, { ...party, level: null })).toBe(true);
    expect(Value.Check(Party, { ...party, role: 'plcs' })).toBe(false);
    expect(Value.Check(Party, { ...party, more: 1 })).toBe(false);
  });
  it('bound what comes in', () => {
    expect(Value.Check(ListQuery, { q: 'role:plc', limit: 1000 })).toBe(true);
    expect(Value.Check(ListQuery, { limit: 1001 })).toBe(false);
    expect(Value.Check(ListQuery, { q: 'x'.repeat(501) })).toBe(false);
    expect(Value.Check(AssetChange, { role: '' })).toBe(true);
  });
  it('name each filter field once', () => {
    for (const fields of Object.values(FILTER_FIELDS)) {
      expect(new Set(fields.map((x) => x.name)).size).toBe(fields.length);
    }
  });
});
