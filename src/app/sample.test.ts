import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_DEFAULTS, SAMPLE_STORY } from '../../plant/index.ts';
import { readCapture } from '../capture/reader.ts';
import type { CommandRecord, SourceHealth } from '../core/site.ts';
import type { SiteModel } from '../core/site-model.ts';
import { createSiteModel } from '../observe/index.ts';
import { createSiteRuntime, Pipeline } from './pipeline.ts';
import { sampleChunks, writeSample } from './sample.ts';

describe('the sample plant, through the whole pipeline', () => {
  let model: SiteModel;
  let health: SourceHealth;
  const warnings: string[] = [];

  beforeAll(async () => {
    let site: SiteModel | undefined;
    const runtime = createSiteRuntime((endpoints) => {
      site = createSiteModel({ endpoints });
      return site;
    });
    const pipeline = new Pipeline({ source: 'sample', site: runtime });
    const chunks = async function* () {
      yield* sampleChunks();
    };
    for await (const event of readCapture(chunks(), { name: 'sample' })) pipeline.handle(event);
    pipeline.finish();
    model = site!;
    health = pipeline.health();
    warnings.push(...pipeline.warnings.map((w) => w.text));
  });

  it('is ten minutes of 30 to 60 frames a second without damage, loss or copies', () => {
    expect(health.frames / 600).toBeGreaterThan(30);
    expect(health.frames / 600).toBeLessThan(60);
    expect(warnings).toEqual([]);
    const { damagedFrames, duplicates, routedCopies, missingBytes, ackUnseen, retransmissions, undecodedBytes } =
      health;
    expect({
      damagedFrames,
      duplicates,
      routedCopies,
      missingBytes,
      ackUnseen,
      retransmissions,
      undecodedBytes,
    }).toEqual({
      damagedFrames: 0,
      duplicates: 0,
      routedCopies: 0,
      missingBytes: 0,
      ackUnseen: 0,
      retransmissions: 0,
      undecodedBytes: 0,
    });
    expect(health.limits.filter((l) => l.dropped > 0)).toEqual([]);
  });

  it('is decoded as all the protocols it speaks, nothing malformed, nothing strange', () => {
    const spoken = new Map(health.protocols.map((p) => [p.protocol, p]));
    const named = 'modbus cotp s7comm enip profinet-dcp arp lldp dhcp dns mdns ntp http smb'.split(' ');
    for (const name of named) {
      expect(spoken.get(name)?.messages, name).toBeGreaterThan(0);
      expect(spoken.get(name)?.malformed, name).toBe(0);
    }
    expect([...spoken.keys()].sort()).toEqual([...named].sort());
    expect(model.weirds()).toEqual([]);
  });

  // VLAN and IP, role, vendor, model, firmware.
  it.each([
    ['0 10.20.0.1', 'router', /Cisco/, '', ''],
    ['0 10.20.0.2', 'switch', /Hirschmann/, '', ''],
    ['0 10.20.0.3', 'switch', /Hirschmann/, '', ''],
    ['0 10.20.0.11', 'plc', /^Schneider Electric$/, 'BMX P34 2020', 'v2.70'],
    ['0 10.20.0.12', 'plc', /^WAGO$/, '750-881', '01.09.22'],
    ['0 10.20.0.21', 'plc', /Siemens/, 'CPU 315-2 PN/DP', 'V3.2.7'],
    ['0 10.20.0.22', 'plc', /Siemens/, 'CPU 1214C DC/DC/DC', 'V4.2.1'],
    ['0 10.20.0.31', 'field-gateway', /^Moxa Inc.$/, 'MGate MB3170', 'V3.4'],
    ['0 10.20.0.41', 'hmi', /Siemens/, '', ''],
    ['0 10.20.0.42', 'engineering-station', /Dell/, '', ''],
    ['0 10.20.0.43', 'historian', /VMware/, '', ''],
    ['0 10.20.0.51', 'remote-io', /Siemens/, '', ''],
    ['0 10.20.0.52', 'drive', /Siemens/, '', ''],
    ['0 10.20.0.53', 'remote-io', /Festo/, '', ''],
    ['11 192.168.0.10', 'plc', /Rockwell/, '1756-L71/B LOGIX5571', '20.11'],
    ['11 192.168.0.20', 'hmi', /Rockwell/, '', ''],
    ['12 192.168.0.10', 'plc', /Rockwell/, '1769-L33ER/A LOGIX5333ER', '20.14'],
    ['12 192.168.0.20', 'hmi', /Rockwell/, '', ''],
    ['50 10.10.5.10', 'server', /VMware/, '', ''],
    ['50 10.10.5.57', 'workstation', /Hewlett/, '', ''],
    ['50 9.9.9.9', 'external', /^$/, '', ''],
    ['0 10.10.6.23', 'workstation', /^$/, '', ''],
  ])('finds %s: %s', (place, role, vendor, productModel, firmware) => {
    const [vlan, ip] = place.split(' ') as [string, string];
    const found = model.assets().filter((a) => a.ips.includes(ip) && a.vlans.includes(Number(vlan)));
    expect(found).toHaveLength(1);
    const asset = found[0]!;
    expect({ role: asset.role.value, model: asset.model, firmware: asset.firmware }).toEqual({
      role,
      model: productModel,
      firmware,
    });
    expect(asset.vendor).toMatch(vendor);
  });

  it('finds no other device, three units behind the gateway of which one never answered, and the racks', () => {
    const byKind = (kind: string) => model.assets().filter((a) => a.kind === kind);
    expect(byKind('device')).toHaveLength(22);
    expect(byKind('child').map((a) => a.sub?.address)).toEqual(['1', '2']);
    expect(byKind('silent-child').map((a) => a.sub?.address)).toEqual(['3']);
    const rack = (vlan: number) =>
      model
        .assets()
        .find((a) => a.ips.includes('192.168.0.10') && a.vlans.includes(vlan))!
        .modules.filter((m) => m.present)
        .map((m) => `${m.slot} ${m.model}`);
    expect(rack(11)).toEqual([
      '0 1756-L71/B LOGIX5571',
      '1 1756-EN2T/D',
      '2 1756-IB16/A DCIN',
      '3 1756-OF8/A ANALOG OUT',
    ]);
    expect(rack(12)).toEqual(['0 1769-L33ER/A LOGIX5333ER']);
  });

  it('tells apart the devices of the two cells, which have the same addresses, and who is behind the router', () => {
    const same = model.assets().filter((a) => a.ips.some((ip) => ip.startsWith('192.168.0.')));
    expect(same.map((a) => a.vlans[0])).toEqual(expect.arrayContaining([11, 12]));
    for (const a of same) expect(a.notes.join()).toContain('is also used by 1 other device');
    const named = same.filter((a) => a.ips.includes('192.168.0.20')).map((a) => `${a.vlans[0]} ${a.name}`);
    expect(named.sort()).toEqual(['11 panel-filler.local', '12 panel-packer.local']);
    const router = model.assets().find((a) => a.ips.includes('10.20.0.1'))!;
    expect(router.ips).toContain('10.10.5.1');
    for (const ip of ['9.9.9.9', '10.10.6.23'])
      expect(model.assets().find((a) => a.ips.includes(ip))!.behind).toBe(router.id);
  });

  it('shows what people did: upload, set point, stop and start after hours, and the write that was refused', () => {
    const ipOf = (endpoint: number) => model.asset(model.assetOf(endpoint) ?? '')?.ips[0] ?? '';
    const secondsOf = (c: CommandRecord) => Math.floor((c.firstUs - SAMPLE_DEFAULTS.startUs) / 1e6);
    const done = model
      .commands()
      .filter((c) => !['read', 'subscribe', 'discover'].includes(c.verb))
      .map(
        (c) =>
          `${secondsOf(c)} s ${ipOf(c.client)} > ${ipOf(c.target)} ${c.verb} ${c.object} ${c.value ?? ''} ${c.outcome}`,
      );
    const { setPoint, refusedWrite, programUpload, stop, start } = SAMPLE_STORY;
    expect(done).toEqual([
      `${setPoint} s 10.20.0.41 > 10.20.0.21 write DB10.DBD4 REAL 74 accepted`,
      `${refusedWrite} s 10.20.0.41 > 10.20.0.12 write holding registers 0 1500 refused`,
      `${setPoint + 90} s 192.168.0.20 > 192.168.0.10 write tag Filler_Rejects 0 accepted`,
      `${programUpload} s 10.20.0.42 > 10.20.0.21 program-upload OB1  accepted`,
      `${programUpload} s 10.20.0.42 > 10.20.0.21 program-upload FC10  accepted`,
      `${stop} s 10.20.0.42 > 10.20.0.21 mode-change   accepted`,
      `${start} s 10.20.0.42 > 10.20.0.21 mode-change   accepted`,
    ]);
  });

  it('has a process in its values: the temperature follows its set point and falls while the controller stands', () => {
    const temperature = model.points({ text: 'DB10.DBD0' }).rows;
    expect(temperature).toHaveLength(1);
    const series: { s: number; value: number }[] = [];
    for (const chunk of model.takeSamples())
      for (let i = 0; i < chunk.count; i++)
        if (chunk.point[i] === temperature[0]!.id)
          series.push({ s: (chunk.tsUs[i]! - SAMPLE_DEFAULTS.startUs) / 1e6, value: chunk.value[i]! });
    const mean = (from: number, to: number) => {
      const part = series.filter((x) => x.s >= from && x.s < to);
      expect(part.length, `samples from ${from} s`).toBeGreaterThan(5);
      return part.reduce((sum, x) => sum + x.value, 0) / part.length;
    };
    expect(Math.abs(mean(90, 120) - 72)).toBeLessThan(0.3);
    expect(Math.abs(mean(420, 480) - 74)).toBeLessThan(0.3);
    expect(mean(510, 525)).toBeLessThan(70);
    expect(mean(585, 600)).toBeGreaterThan(mean(510, 525) + 2);
  });
});

describe('writeSample', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-sample-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes the octets of the chunks, and leaves nothing behind when it cannot', async () => {
    const options = { ...SAMPLE_DEFAULTS, durationS: 30 };
    await writeSample(join(folder, 'a.pcapng'), options);
    const hash = createHash('sha256');
    for (const chunk of sampleChunks(options)) hash.update(chunk);
    const written = createHash('sha256').update(await readFile(join(folder, 'a.pcapng')));
    expect(written.digest('hex')).toBe(hash.digest('hex'));
    await expect(writeSample(join(folder, 'no', 'such.pcapng'), options)).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual(['a.pcapng']);
  });
});
