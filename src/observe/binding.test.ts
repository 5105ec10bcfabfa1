/** Which endpoints are one device: each rule on a synthetic sequence. */
import { describe, expect, it } from 'vitest';
import { World } from './testing.ts';

const PLC = '00:1b:1b:00:00:01';
const PC = '00:0c:29:00:00:02';
const ROUTER = '00:00:0c:00:00:03';

describe('binding', () => {
  it('makes one asset of a MAC with and without IP, and none of an address that never spoke', () => {
    const w = new World();
    const bare = w.host(PLC, undefined);
    const withIp = w.host(PLC, '192.168.0.1', 2);
    w.endpoints.add({ ip: '192.168.0.77' });
    expect(w.model.assets()).toHaveLength(1);
    expect(w.model.assetOf(bare)).toBe(w.model.assetOf(withIp));
    expect(w.model.assets()[0]).toMatchObject({ id: 'a1', ips: ['192.168.0.1'], macs: [PLC], name: '192.168.0.1' });
    expect(w.model.mentioned().map((m) => m.ip)).toEqual(['192.168.0.77']);
  });

  it('never merges by IP alone: one IP on four MACs is four assets with a note on each', () => {
    const w = new World();
    for (let i = 1; i <= 4; i++) w.host(`00:1b:1b:00:00:0${i}`, '192.168.0.1', i);
    const assets = w.model.assets();
    expect(assets).toHaveLength(4);
    for (const a of assets) expect(a.notes).toContain('192.168.0.1 is also used by 3 other devices');
  });

  it('keeps the asset when a MAC moves to another IP, with time ranges and a change', () => {
    const w = new World();
    const old = w.host('00:00:bc:3e:eb:e4', '192.168.10.125', 10);
    w.endpoints.says(old, 190);
    const now = w.host('00:00:bc:3e:eb:e4', '192.168.10.120', 193);
    w.endpoints.says(now, 300);
    const [a] = w.model.assets();
    expect(w.model.assets()).toHaveLength(1);
    expect(a!.endpoints).toEqual([
      { endpoint: old, fromUs: 10e6, toUs: 193e6 },
      { endpoint: now, fromUs: 193e6, toUs: 0 },
    ]);
    expect(a!.notes).toContain('moved from 192.168.10.125 to 192.168.10.120');
    expect(w.model.changes()).toContainEqual(
      expect.objectContaining({ what: 'ip', before: '192.168.10.125', after: '192.168.10.120', tsUs: 193e6 }),
    );
  });

  it('does not call two addresses in use at the same time a move', () => {
    const w = new World();
    const one = w.host(PC, '10.0.0.1', 1);
    w.host(PC, '10.0.0.2', 5);
    w.endpoints.says(one, 9);
    expect(w.model.assets()).toHaveLength(1);
    expect(w.model.changes().filter((c) => c.what === 'ip')).toEqual([]);
  });

  it('takes hosts behind a router for assets of their own, and public ones for external', () => {
    const w = new World();
    w.host(PC, '192.168.1.10', 1, 128);
    const remote = w.host(ROUTER, '10.9.0.5', 2, 63);
    const web = w.host(ROUTER, '8.8.8.8', 3, 57);
    const own = w.host(ROUTER, '192.168.1.1', 4, 64);
    w.holds(own, '192.168.1.1');
    const assets = w.model.assets();
    expect(assets).toHaveLength(4);
    const router = w.model.asset(w.model.assetOf(own)!)!;
    expect(router.role.value).toBe('router');
    expect(router.ips).toEqual(['192.168.1.1']);
    expect(w.model.asset(w.model.assetOf(web)!)).toMatchObject({
      role: { value: 'external' },
      behind: router.id,
      macs: [],
    });
    expect(w.model.asset(w.model.assetOf(remote)!)!.role.value).toBe('unknown');
  });

  it('does not take a public address on a local MAC for a peer on the internet', () => {
    const w = new World();
    w.host('00:05:5d:00:00:09', '208.73.217.142', 1, 64);
    w.host('00:05:5d:00:00:09', '192.168.10.105', 2, 64);
    const [a] = w.model.assets();
    expect(w.model.assets()).toHaveLength(1);
    expect(a!.role.value).not.toBe('external');
  });

  it('gives the host behind the router a name of its own when its frame founded the router', () => {
    const w = new World();
    const first = w.host(ROUTER, '10.9.0.5', 1, 63);
    expect(w.model.assetOf(first)).toBe('a1');
    w.host(ROUTER, '10.9.0.6', 2, 62);
    expect(w.model.assets().map((a) => a.id)).toEqual(['a1', 'a1b', 'a2']);
    expect(w.model.assetOf(first)).toBe('a1b');
    expect(w.model.asset('a1')!.macs).toEqual([ROUTER]);
  });

  it('understands a NAT firewall: client with alias, one firewall with two MACs, server', () => {
    const w = new World();
    const [A, B] = ['00:1c:7f:00:00:0a', '00:1c:7f:00:00:0b'];
    const client = w.host('00:50:56:00:00:01', '10.200.1.124', 1, 128);
    const serverFar = w.host(A, '10.50.1.50', 1, 63);
    const alias = w.host(B, '10.50.1.253', 1, 127);
    const server = w.host('00:d0:c9:00:00:01', '10.50.1.50', 1, 64);
    w.model.alias(w.at(alias, server, 'modbus'), {
      flow: 1,
      ofFlow: 0,
      client: alias,
      server,
      ofClient: client,
      ofServer: serverFar,
    });
    const assets = w.model.assets();
    expect(assets).toHaveLength(3);
    const c = w.model.asset(w.model.assetOf(client)!)!;
    expect(c).toMatchObject({ ips: ['10.200.1.124'], aliases: ['10.50.1.253'] });
    expect(w.model.assetOf(alias)).toBe(c.id);
    expect(w.model.assetOf(serverFar)).toBe(w.model.assetOf(server));
    const firewall = assets.find((a) => a.role.value === 'firewall')!;
    expect(firewall.macs).toEqual([A, B]);
    expect(firewall.firstUs).toBe(1e6);
  });

  it('says of a conversation that it is another one seen again behind a translator, and of no other', () => {
    const w = new World();
    const client = w.host('00:50:56:00:00:01', '10.200.1.124', 1, 128);
    const serverFar = w.host('00:1c:7f:00:00:0a', '10.50.1.50', 1, 63);
    const alias = w.host('00:1c:7f:00:00:0b', '10.50.1.253', 1, 127);
    const server = w.host('00:d0:c9:00:00:01', '10.50.1.50', 1, 64);
    const nothing = { decodedBytes: 0, undecodedBytes: 0 };
    w.flow(client, serverFar, 'modbus');
    w.flow(alias, server, '', nothing);
    w.flow(client, server, '', nothing);
    expect(w.model.conversations().map((c) => c.isCopy === true)).toEqual([false, false, false]);
    w.model.alias(w.at(alias, server, 'modbus'), {
      flow: 2,
      ofFlow: 1,
      client: alias,
      server,
      ofClient: client,
      ofServer: serverFar,
    });
    expect(w.model.conversations().map((c) => [c.protocol, c.isCopy === true])).toEqual([
      ['modbus', false],
      ['', true],
      ['', false],
    ]);
  });

  it('merges two MACs of one chassis by serial number and vendor, not by a trivial serial', () => {
    const w = new World();
    const one = w.host('00:00:bc:00:00:01', '10.0.0.1');
    const two = w.host('00:00:bc:00:00:02', '10.0.0.2');
    const three = w.host('00:00:bc:00:00:03', '10.0.0.3');
    const four = w.host('00:00:bc:00:00:04', '10.0.0.4');
    for (const id of [one, two]) {
      w.is(id, 'vendor', 'Rockwell');
      w.is(id, 'serial', '0x0051823f');
    }
    for (const id of [three, four]) {
      w.is(id, 'vendor', 'Rockwell');
      w.is(id, 'serial', '0x00000000');
    }
    expect(w.model.assets()).toHaveLength(3);
    expect(w.model.assetOf(one)).toBe(w.model.assetOf(two));
    expect(w.model.asset(w.model.assetOf(one)!)!.notes.join()).toContain('same serial number 0x0051823f');
  });

  it('takes a single answering unit for the device, two for children of a gateway, and silent ones for silent', () => {
    const w = new World();
    const server = w.host(PLC, '10.0.0.1');
    const one = w.child(server, 'modbus-unit', '1', true);
    expect(w.model.assets()).toHaveLength(1);
    expect(w.model.assetOf(one)).toBe('a1');
    const nine = w.child(server, 'modbus-unit', '9', false);
    expect(w.model.asset(w.model.assetOf(nine)!)).toMatchObject({ kind: 'silent-child', parent: 'a1' });
    const two = w.child(server, 'modbus-unit', '2', true);
    const zero = w.child(server, 'modbus-unit', '255', true);
    expect(w.model.assetOf(zero)).toBe('a1');
    expect(w.model.asset(w.model.assetOf(one)!)).toMatchObject({
      kind: 'child',
      parent: 'a1',
      name: '10.0.0.1 unit 1',
    });
    expect(w.model.assetOf(two)).not.toBe(w.model.assetOf(one));
    expect(w.model.asset('a1')!.role.value).toBe('field-gateway');
  });

  it('takes backplane slots for modules and routes over a network for children', () => {
    const w = new World();
    const chassis = w.host('00:00:bc:00:00:01', '10.0.0.1');
    const slot = w.child(chassis, 'cip-path', '1/0', true);
    const far = w.child(chassis, 'cip-path', '1/2,2/192.168.5.9', true);
    expect(w.model.assetOf(slot)).toBe('a1');
    expect(w.model.asset(w.model.assetOf(far)!)!.kind).toBe('child');
  });

  it('binds by IP where the link has no MAC addresses', () => {
    const w = new World();
    w.host(undefined, '10.0.0.1');
    w.host('00:00:00:00:00:00', '10.0.0.2');
    expect(w.model.assets().map((a) => a.ips)).toEqual([['10.0.0.1'], ['10.0.0.2']]);
  });

  it('gives the same numbers whether or not somebody looked in between', () => {
    const play = (look: boolean) => {
      const w = new World();
      const early = w.endpoints.add({ mac: PLC, ip: '10.0.0.1' });
      w.host(PLC, '10.0.0.2', 3);
      if (look) w.model.assets();
      w.endpoints.says(early, 4);
      if (look) w.model.assets();
      w.host(ROUTER, '8.8.4.4', 5, 50);
      if (look) w.model.assets();
      w.host(ROUTER, '8.8.8.8', 6, 51);
      return JSON.stringify(w.model.assets());
    };
    expect(play(true)).toBe(play(false));
  });

  it('takes a child that was merged with its gateway by hand for the gateway', () => {
    const w = new World();
    const server = w.host(PLC, '10.0.0.1');
    const one = w.child(server, 'modbus-unit', '1', true);
    const two = w.child(server, 'modbus-unit', '2', true);
    const child = w.model.assetOf(one)!;
    expect(w.model.merge([child, 'a1'])).toMatchObject({ kind: 'done' });
    const of = w.model.assetOf(one)!;
    expect(w.model.assetOf(server)).toBe(of);
    expect(w.model.asset(of)).toMatchObject({ kind: 'device', name: '10.0.0.1' });
    expect(w.model.asset(of)!.parent).toBeUndefined();
    expect(w.model.asset(w.model.assetOf(two)!)).toMatchObject({ parent: of, name: '10.0.0.1 unit 2' });
  });

  it('merges and splits by hand, and undoes both', () => {
    const w = new World();
    const one = w.host(PLC, '10.0.0.1');
    const two = w.host(PC, '10.0.0.2');
    const merged = w.model.merge(['a1', 'a2']);
    expect(w.model.assetOf(two)).toBe('a1');
    if (merged.kind !== 'done') throw new Error(merged.reason);
    w.model.undo(merged.undo);
    expect(w.model.assetOf(two)).toBe('a2');
    const three = w.host(PLC, '10.0.0.3', 1);
    const split = w.model.split('a1', [three]);
    if (split.kind !== 'done') throw new Error(split.reason);
    expect(w.model.assetOf(three)).toBe('a3');
    w.model.undo(split.undo);
    expect(w.model.assetOf(three)).toBe(w.model.assetOf(one));
    expect(w.model.merge(['a1'])).toMatchObject({ kind: 'refused' });
    expect(w.model.split('a1', [one, three])).toMatchObject({ kind: 'refused' });
  });
});
