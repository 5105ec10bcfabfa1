/**
 * What people read by hand in captures of real plants must come out of the whole pipeline as the picture of the site:
 * devices, what they are, who did what to them. The captures are not part of the repository.
 */
import { describe, expect, it } from 'vitest';
import type { Asset } from '../src/core/site.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { driveSite } from './drive.ts';
import { describeShared, sharedCapture } from './shared.ts';

const byMac = (model: SiteModel, mac: string): Asset => {
  const asset = model.assets().find((a) => a.macs.includes(mac));
  if (asset === undefined) throw new Error(`no asset with ${mac}`);
  return asset;
};

describeShared('the site of real captures', () => {
  describe('s7comm/icsnpp.snap7', () => {
    it('is two devices: a CPU 315-2 PN/DP, and who uploaded from it, set its clock and stopped it', async () => {
      const { model } = await driveSite(sharedCapture('s7comm/icsnpp.snap7'));
      expect(model.assets().map((a) => a.ips)).toEqual([['134.217.61.131'], ['134.217.61.211']]);
      const plc = model.assets()[1]!;
      expect(plc).toMatchObject({
        name: 'S7300/ET200M station_1',
        model: 'CPU 315-2 PN/DP',
        firmware: 'V3.2.7',
        serial: 'S C-B1U393142011',
        role: { value: 'plc' },
        level: { value: 1 },
      });
      const said = Object.fromEntries(model.facts(plc.id).map((f) => [f.attribute, f.value]));
      expect(said['order-number']).toBe('6ES7 315-2EH14-0AB0');
      expect(said['module-name']).toBe('PLC_1');
      const station = model.assets()[0]!;
      expect(station).toMatchObject({ role: { value: 'engineering-station' } });
      expect(station.vendor).toContain('VMware');
      expect(model.control()).toEqual([expect.objectContaining({ client: station.id, target: plc.id })]);
      const rows = model.commands();
      const of = (verb: string, outcome: string) => rows.filter((c) => c.verb === verb && c.outcome === outcome);
      expect(of('program-upload', 'accepted').map((c) => [c.object, c.count])).toEqual([['SDB0', 4]]);
      expect(of('program-upload', 'refused')).toHaveLength(1);
      const stop = rows.find((c) => c.operation === 'PLC Stop')!;
      expect(stop.evidence[0]!.frame).toBe(57);
      expect(
        model.changes().some((c) => c.what === 'mode-change' && c.after === 'PLC Stop' && c.asset === plc.id),
      ).toBe(true);
    });
  });

  describe('enip-cip/iti.EIP-IPAddressChangeAttempt', () => {
    it('is eleven devices; one chassis moved by BOOTP with its modules; an address was only asked for', async () => {
      const { model } = await driveSite(sharedCapture('enip-cip/iti.EIP-IPAddressChangeAttempt'));
      expect(model.assets().flatMap((a) => a.macs)).toHaveLength(11);
      expect(model.assets().filter((a) => a.kind === 'device')).toHaveLength(11);
      expect(model.mentioned().map((m) => m.ip)).toContain('192.168.10.200');
      expect(model.assets().flatMap((a) => a.ips)).not.toContain('192.168.10.200');
      const chassis = byMac(model, '00:00:bc:3e:eb:e4');
      expect(chassis.role.value).toBe('plc');
      expect(chassis.ips).toEqual(['192.168.10.120', '192.168.10.125']);
      const present = chassis.modules.filter((m) => m.present);
      expect(present.map((m) => m.slot)).toEqual(['0', '1', '2', '3']);
      expect(present[0]!.model).toContain('1756-L61/B');
      expect(present[1]!.model).toContain('1756-ENBT/A');
      expect(present[2]!.model).toContain('MVI56');
      expect(present.map((m) => m.firmware)).toEqual(['16.20', '4.7', '1.2', '1.2']);
      expect(present.map((m) => Number(m.serial))).toEqual([0x51823f, 0x51aec3, 0xad77, 0xad5e]);
      expect(chassis.modules.filter((m) => !m.present).map((m) => m.slot)).toEqual(['4', '5', '6']);
      const moves = model.changes().filter((c) => c.what === 'ip');
      // Frame 580 announces .136, frames 2948 (DHCP ACK) and 3482 (announcement) .131: the Koyo moved that way round.
      expect(moves.map((c) => [c.asset, c.before, c.after])).toEqual([
        [byMac(model, '00:e0:62:60:35:d0').id, '192.168.10.136', '192.168.10.131'],
        [chassis.id, '192.168.10.125', '192.168.10.120'],
      ]);
      for (const c of moves) expect(c.evidence.length).toBeGreaterThan(0);
      const dlink = model.assets().find((a) => a.ips.includes('208.73.217.142'))!;
      expect(dlink.vendor).toContain('D-Link');
      expect(dlink.role.value).not.toBe('external');
      const blind = model.conversations().filter((c) => (c.oneWayFlows ?? 0) > 0 && c.serverPackets > 1000);
      // .106 answers port 443 of .200 in 1,959 frames; nothing of the other direction is in the capture.
      expect(blind).toEqual([expect.objectContaining({ serverPackets: 1959, clientPackets: 0, serverPort: 443 })]);
      expect(model.assetOf(blind[0]!.server)).toBe(model.assets().find((a) => a.ips.includes('192.168.10.106'))!.id);
    });
  });

  describe('mixed-plant/malcolm.Advantech', () => {
    it('is three devices: the NAT address is an alias of the client, the firewall has two MACs', async () => {
      const { model } = await driveSite(sharedCapture('mixed-plant/malcolm.Advantech'));
      expect(model.assets()).toHaveLength(3);
      const client = model.assets().find((a) => a.ips.includes('10.200.1.124'))!;
      expect(client.aliases).toEqual(['10.50.1.253']);
      const firewall = model.assets().find((a) => a.role.value === 'firewall')!;
      expect(firewall.macs).toHaveLength(2);
      expect(firewall.vendor).toContain('Check Point');
      const server = model.assets().find((a) => a.ips.includes('10.50.1.50'))!;
      expect(server.served).toEqual(['modbus']);
      // 50 and 50 requests were captured on the two sides, 54 different ones; no writes.
      const asked = model.conversations().reduce((sum, c) => sum + (c.verbs.read ?? 0), 0);
      expect(asked).toBe(54);
      expect(new Set(model.commands().map((c) => c.verb))).toEqual(new Set(['read']));
      expect(model.control()).toEqual([]);
      for (const c of model.commands())
        expect([c.client, c.target].map((e) => model.assetOf(e))).toEqual([client.id, server.id]);
    });
  });

  describe('bacnet/malcolm.BACnet_device_control', () => {
    it('is a client, a router and a controller behind it', async () => {
      const { model } = await driveSite(sharedCapture('bacnet/malcolm.BACnet_device_control'));
      const router = model.assets().find((a) => a.ips.includes('172.16.86.1'))!;
      expect([router.name, router.vendor, router.model].join(' ')).toMatch(/PolarSoft|FreeRange/);
      const children = model.assets().filter((a) => a.kind === 'child');
      expect(children).toHaveLength(1);
      expect(children[0]).toMatchObject({ parent: router.id, model: 'LMBC-300', firmware: '04.22' });
      expect(children[0]!.sub!.address).toMatch(/8601.*63/);
    });
  });

  describe('profinet/icsnpp.profinet_io_cm', () => {
    it('is 39 devices; repeated addresses of machine cells are never merged', async () => {
      const { model } = await driveSite(sharedCapture('profinet/icsnpp.profinet_io_cm'));
      expect(model.assets()).toHaveLength(39);
      const holders = (ip: string) => model.assets().filter((a) => a.ips.includes(ip));
      expect(['192.168.0.1', '192.168.0.2', '192.168.0.3'].map((ip) => holders(ip).length)).toEqual([4, 5, 3]);
      for (const a of holders('192.168.0.1')) expect(a.notes).toContain('192.168.0.1 is also used by 3 other devices');
    });
  });
});
