/** Addresses are told apart by what they are, and come back as they were. */
import { describe, expect, it } from 'vitest';
import { EndpointTable, MAX_ENDPOINTS } from './endpoints.ts';

describe('endpoints', () => {
  it('ignores MAC addresses of earlier frames on a link that has none', () => {
    const table = new EndpointTable();
    const one = table.intern(0, 0, false, 0x001122, 0x334455, 4, 0x0a000001, 1);
    expect(table.intern(0, 0, false, 0xaabbcc, 0xddeeff, 4, 0x0a000001, 2)).toBe(one);
    const back = new EndpointTable();
    back.restore({ ...table.get(one), spoke: false, traffic: table.traffic(one) });
    expect(back.get(one)).toEqual(table.get(one));
  });

  it('goes on hearing addresses when it is full, as one that stands for all of them', () => {
    const table = new EndpointTable();
    for (let ip = 1; ip < MAX_ENDPOINTS; ip++) expect(table.intern(0, 0, true, 1, ip, 4, ip, 1, true)).toBe(ip);
    const rest = table.intern(0, 0, true, 2, 2, 4, 0x0a000001, 1);
    expect(rest).toBe(MAX_ENDPOINTS);
    expect(table.intern(0, 0, true, 3, 3, 4, 0x0a000002, 1)).toBe(rest);
    expect(table.child(7, 'modbus-unit', '1', true, 2)).toBe(rest);
    expect(table.get(rest)).toEqual({ id: rest, segment: 0, vlan: 0, innerVlan: 0 });
    expect(table.intern(0, 0, true, 1, 5, 4, 5, 1)).toBe(5);
    expect([table.count, table.overflow]).toEqual([MAX_ENDPOINTS, 3]);
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

describe('a table that was carried from a twin plant', () => {
  const mac = (text: string) => Number.parseInt(text.replaceAll(':', ''), 16);
  const seen = (table: EndpointTable, address: string, ip: string): number => {
    const m = mac(address);
    const { version, key } = table.address(ip);
    const id = table.intern(0, 0, true, Math.floor(m / 0x1000000), m % 0x1000000, version, key, 5);
    table.markSpoken(id, 5);
    return id;
  };
  const carried = (...hosts: (readonly [string, string])[]): EndpointTable => {
    const table = new EndpointTable();
    const traffic = { framesSent: 0, bytesSent: 0, framesReceived: 0, bytesReceived: 0, firstUs: 0, lastUs: 0 };
    hosts.forEach(([address, ip], i) => {
      const place = { segment: 0, vlan: 0, innerVlan: 0, spoke: false };
      table.restore({ id: i + 1, mac: address, ip, ...place, traffic: { ...traffic, minTtl: 0, maxTtl: 0 } });
    });
    return table;
  };
  it('gives a device with another network card the number of its twin, once', () => {
    const table = carried(['00:00:00:00:00:01', '10.0.0.1'], ['00:00:00:00:00:02', '10.0.0.2']);
    // Asked for before: what is remembered of it is not its card any more.
    expect(table.get(2).mac).toBe('00:00:00:00:00:02');
    expect(seen(table, '00:00:00:00:00:99', '10.0.0.2')).toBe(2);
    expect(table.get(2).mac).toBe('00:00:00:00:00:99');
    expect(seen(table, '00:00:00:00:00:99', '10.0.0.2')).toBe(2);
    expect(seen(table, '00:00:00:00:00:98', '10.0.0.2')).toBe(3);
    expect(seen(table, '00:00:00:00:00:01', '10.0.0.1')).toBe(1);
    expect(seen(table, '00:00:00:00:00:97', '10.0.0.1')).toBe(4);
    expect(table.spoke(1)).toBe(true);
  });
  it('leaves to each of two cards of one address its own', () => {
    const table = carried(['00:00:00:00:00:01', '10.0.0.1'], ['00:00:00:00:00:02', '10.0.0.1']);
    expect(seen(table, '00:00:00:00:00:02', '10.0.0.1')).toBe(2);
    expect(seen(table, '00:00:00:00:00:99', '10.0.0.1')).toBe(1);
    expect(seen(table, '00:00:00:00:00:98', '10.0.0.1')).toBe(3);
  });
  it('is not taken over by what only speaks about it, and holds more than its first slots', () => {
    const hosts = Array.from({ length: 5000 }, (_, i) => {
      const ip = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
      return [
        `00:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
        ip,
      ] as const;
    });
    const table = carried(...hosts);
    expect(table.mention(0, 0, undefined, '10.0.0.7', 5, 'arp')).toBe(5001);
    for (const [i, [, ip]] of hosts.entries())
      expect(seen(table, `02:00:00:00:${(i >> 8).toString(16)}:${(i & 255).toString(16).padStart(2, '0')}`, ip)).toBe(
        i + 1,
      );
  });
});
