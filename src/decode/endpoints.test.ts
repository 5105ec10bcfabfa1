/** Addresses are told apart by what they are, and come back as they were. */
import { describe, expect, it } from 'vitest';
import { EndpointTable } from './endpoints.ts';

describe('endpoints', () => {
  it('ignores MAC addresses of earlier frames on a link that has none', () => {
    const table = new EndpointTable();
    const one = table.intern(0, 0, false, 0x001122, 0x334455, 4, 0x0a000001, 1);
    expect(table.intern(0, 0, false, 0xaabbcc, 0xddeeff, 4, 0x0a000001, 2)).toBe(one);
    const back = new EndpointTable();
    back.restore({ ...table.get(one), spoke: false, traffic: table.traffic(one) });
    expect(back.get(one)).toEqual(table.get(one));
  });

  it('says when something changed', () => {
    const table = new EndpointTable();
    const id = table.intern(0, 0, false, 0, 0, 4, 1, 1);
    const before = table.changes;
    table.get(id);
    expect(table.changes).toBe(before);
    table.add(id, id, 1, 60, 2);
    expect(table.changes).toBeGreaterThan(before);
  });
});
