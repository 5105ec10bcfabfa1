/**
 * A capture that is changed in a known way must change the picture of the site in a known way, and in no other: other
 * VLANs, doubled frames, one direction, cut short, read twice, other batches, other order.
 */
import { describe, expect, it } from 'vitest';
import { readCapture } from '../src/capture/reader.ts';
import { chunksOf } from '../src/capture/testing/collect.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import type { Evidence } from '../src/core/frame.ts';
import type { Asset } from '../src/core/site.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { DuplicateFilter } from '../src/decode/index.ts';
import { driveSite, Run, readFrames, seeded, type TestFrame, TestSite, textOfData } from './drive.ts';
import { describeShared, sharedCapture } from './shared.ts';

const CAPTURES = [
  's7comm/icsnpp.snap7',
  'enip-cip/iti.EIP-IPAddressChangeAttempt',
  'mixed-plant/malcolm.Advantech',
  'bacnet/malcolm.BACnet_device_control',
  'profinet/icsnpp.profinet_io_cm',
  'modbus/iti.ModbusTCP',
  's7comm/iti.s7comm_clean',
  'l2l3-discovery/zeek.dhcp_flood',
  'enip-cip/iti.EIP-FirmwareChange',
];

const loaded = new Map<string, Promise<TestFrame[]>>();
const framesOf = (name: string): Promise<TestFrame[]> => {
  let frames = loaded.get(name);
  if (frames === undefined) {
    frames = readFrames(sharedCapture(name));
    loaded.set(name, frames);
  }
  return frames;
};

/** What the site says of a capture, as text without anything that names how it was read. */
const pictureOf = (model: SiteModel): string =>
  textOfData(
    {
      assets: model.assets(),
      facts: model.assets().map((a) => model.facts(a.id)),
      mentioned: model.mentioned(),
      points: model.points({ limit: 1000 }),
      conversations: model.conversations(),
      commands: model.commands(),
      sessions: model.sessions(),
      weirds: model.weirds(),
      changes: model.changes(),
      networks: model.networks(),
      control: model.control(),
    },
    1,
  );

/** Another cell built alike: tagged with a VLAN, its devices have other MAC addresses and other TCP sequence numbers. */
const cell = (frames: readonly TestFrame[], vlan: number, other: number): TestFrame[] => {
  const senders = new Set<string>();
  for (const f of frames) senders.add(Buffer.from(f.bytes.subarray(6, 12)).toString('latin1'));
  const starts = new Set([...senders].map((mac) => mac.charCodeAt(0)));
  return frames.map((f) => {
    const old = Buffer.from(f.bytes);
    // Addresses stand in ARP, DHCP and discovery protocols too.
    for (let o = 0; o + 6 <= old.length; o++) {
      if (!starts.has(old[o]!) || (old[o]! & 1) === 1 || !senders.has(old.toString('latin1', o, o + 6))) continue;
      old[o + 2] = old[o + 2]! ^ other;
      o += 5;
    }
    if (old[12] === 8 && old[13] === 0 && old[23] === 6 && old.length >= 54) {
      const tcp = 14 + (old[14]! & 15) * 4;
      if (tcp + 12 <= old.length)
        for (const at of [tcp + 4, tcp + 8]) old.writeUInt32BE((old.readUInt32BE(at) + other * 65_537) >>> 0, at);
    }
    const bytes = Buffer.concat([
      old.subarray(0, 12),
      Uint8Array.of(0x81, 0x00, vlan >> 8, vlan & 255),
      old.subarray(12),
    ]);
    return { ...f, bytes: new Uint8Array(bytes), wire: (f.wire ?? old.length) + 4 };
  });
};

describeShared('a capture that is changed', () => {
  describe.each(CAPTURES)('%s', (name) => {
    it('in two VLANs with other addresses gives every device twice, and says that addresses repeat', async () => {
      const frames = await framesOf(name);
      const first = cell(frames, 10, 0);
      const second = cell(frames, 20, 0x5a);
      const both = first.flatMap((f, i) => [f, second[i]!]);
      const once = (await driveSite(first, { each: () => undefined })).model;
      const { model, endpoints } = await driveSite(both, { each: () => undefined });
      const devices = (m: SiteModel) => m.assets().filter((a) => a.kind === 'device');
      expect(devices(model)).toHaveLength(2 * devices(once).length);
      const speaksIn = (a: Asset, vlan: number) =>
        a.endpoints.some((m) => endpoints.spoke(m.endpoint) && endpoints.get(m.endpoint).vlan === vlan);
      for (const a of devices(model)) {
        expect(speaksIn(a, 10) && speaksIn(a, 20), a.name).toBe(false);
        if (a.ips.length > 0 && a.behind === undefined) expect(a.notes.join('\n'), a.name).toMatch(/is also used by/);
      }
    });

    it('with every frame doubled is the same picture, half of it duplicates', async () => {
      const frames = await framesOf(name);
      const once = await driveSite(frames, { each: () => undefined });
      const twice = await driveSite(
        frames.flatMap((f) => [f, f]),
        { each: () => undefined },
      );
      expect(twice.health.frames).toBe(2 * frames.length);
      expect(twice.health.duplicates).toBe(frames.length + 2 * once.health.duplicates - once.health.duplicates);
      const counts = (h: typeof once.health) => [
        h.protocols,
        h.conversations,
        h.oneWay,
        h.retransmissions,
        h.missingBytes,
        h.decodedBytes,
        h.undecodedBytes,
        h.routedCopies,
        h.damagedFrames,
      ];
      expect(counts(twice.health)).toEqual(counts(once.health));
      expect(withoutFrames(twice.model)).toBe(withoutFrames(once.model));
    });

    it('with one direction only shows the blind spot and calls nothing unanswered', async () => {
      const frames = await framesOf(name);
      const whole = await driveSite(frames, { each: () => undefined });
      for (const kept of [0, 1] as const) {
        const half = frames.filter((f) => direction(f.bytes) !== 1 - kept);
        const { model, health } = await driveSite(half, { each: () => undefined });
        const both = whole.model.conversations().filter((c) => c.clientPackets > 0 && c.serverPackets > 0);
        if (both.length === 0) continue;
        // Only unicast IP has a direction that can be missing.
        expect(health.oneWay, `kept ${kept}`).toBe(health.conversations);
        expect(model.commands().filter((c) => c.outcome === 'unanswered' && isIp(frames, c.evidence))).toEqual([]);
      }
    });

    it('cut anywhere says nothing that rests on a frame after the cut', async () => {
      const frames = await framesOf(name);
      const seed = 20_261_122;
      const random = seeded(seed);
      for (let k = 0; k < 50; k++) {
        const cut = k === 0 ? 1 : 1 + Math.floor(random() * Math.min(frames.length, 1500));
        const { model } = await driveSite(frames.slice(0, cut), { each: () => undefined });
        for (const e of evidenceOf(model))
          if (!(e.frame >= 1 && e.frame <= cut)) throw new Error(`seed ${seed}: cut after ${cut}, evidence ${e.frame}`);
      }
    });

    it('read twice as the same source leaves the site as it was', async () => {
      const frames = await framesOf(name);
      const site = new TestSite();
      await driveSite(frames, { each: () => undefined, source: 'same' }, site);
      // Traffic is counted again here: that a source with the same content is not read again is the engine's work.
      const known = () =>
        textOfData(
          {
            assets: site.model
              .assets()
              .map(({ endpoints: _, spoken: __, ...a }) => ({ ...a, facts: factsWithoutCounts(site.model, a.id) })),
            changes: site.model.changes().map((c) => [c.asset, c.what, c.before, c.after, c.tsUs]),
            mentioned: site.model.mentioned().map((m) => [m.ip, m.mac]),
            commands: site.model.commands().map((c) => [c.verb, c.operation, c.client, c.target, c.object, c.outcome]),
            points: site.model.points({ limit: 1000 }).rows.map((p) => [p.target, p.path, p.value, p.min, p.max]),
          },
          1,
        );
      const before = known();
      await driveSite(frames, { each: () => undefined, source: 'same', duplicates: new DuplicateFilter() }, site);
      expect(known()).toBe(before);
    });

    it('gives the same observations whatever the batches and chunks', async () => {
      const frames = await framesOf(name);
      const expected = textOfData(new Run({}).frames(frames, 1000).said.map(plain));
      for (const size of [1, 7, frames.length]) {
        const said = textOfData(new Run({}).frames(frames, size).said.map(plain));
        expect(said === expected, `batches of ${size}`).toBe(true);
      }
      const linkType = frames[0]!.linkType ?? 1;
      const file = Buffer.concat([
        pcapHeader({ linkType }),
        ...frames.map((f) => pcapRecord({ wire: f.bytes.length, ...f }, { linkType })),
      ]);
      for (const sizes of [[65_536], [24, 5, 999], [7_001]]) {
        const run = await new Run({}).events(readCapture(chunksOf(new Uint8Array(file), sizes)));
        expect(textOfData(run.said.map(plain)) === expected, `chunks of ${sizes}`).toBe(true);
      }
    });

    it('shuffled within a millisecond has the same devices', async () => {
      const frames = await framesOf(name);
      const seed = 7;
      const random = seeded(seed);
      const keyed = frames.map((f, i) => ({ f, epoch: 0, key: Math.floor(f.tsUs / 1000), random: random(), i }));
      // Only neighbours change places: a file that steps backwards keeps its steps.
      for (let i = 1; i < keyed.length; i++)
        keyed[i]!.epoch = keyed[i - 1]!.epoch + (keyed[i]!.key === keyed[i - 1]!.key ? 0 : 1);
      keyed.sort((a, b) => a.epoch - b.epoch || a.random - b.random);
      const times = frames.map((f) => f.tsUs);
      const shuffled = keyed.map(({ f }, i) => ({ ...f, tsUs: times[i]! }));
      const macs = async (x: readonly TestFrame[]) =>
        (await driveSite(x, { each: () => undefined })).model
          .assets()
          .filter((a) => a.kind === 'device')
          .map((a) => `${a.macs.join(' ')} ${a.ips.join(' ')}`)
          .sort();
      expect(await macs(shuffled), `seed ${seed}`).toEqual(await macs(frames));
    });
  });
});

const factsWithoutCounts = (model: SiteModel, asset: string) =>
  model.facts(asset).map((f) => [f.endpoint, f.attribute, f.value, f.confidence, f.via, f.evidence[0]?.frame]);

const plain = (s: { kind: string; at: object; what: unknown }) => [s.kind, s.at, s.what];

/** The picture with numbers of frames and their offsets taken out. */
const withoutFrames = (model: SiteModel): string => pictureOf(model).replace(/"(frame|offset)": -?\d+/g, '"$1": 0');

/** 0: from the lower to the higher address of the IP header, 1: the other way, -1: neither (no unicast IP). */
const direction = (b: Uint8Array): number => {
  let o = 12;
  while ((b[o] === 0x81 && b[o + 1] === 0) || (b[o] === 0x88 && b[o + 1] === 0xa8)) o += 4;
  if ((b[0]! & 1) === 1) return -1;
  const at = b[o] === 8 && b[o + 1] === 0 ? [o + 14, 4] : b[o] === 0x86 && b[o + 1] === 0xdd ? [o + 10, 16] : undefined;
  if (at === undefined) return -1;
  const [from, size] = at as [number, number];
  const d = Buffer.compare(b.subarray(from, from + size), b.subarray(from + size, from + 2 * size));
  return d === 0 ? -1 : d < 0 ? 0 : 1;
};

const isIp = (frames: readonly TestFrame[], evidence: readonly Evidence[]): boolean =>
  evidence.some((e) => direction(frames[e.frame - 1]?.bytes ?? new Uint8Array(14)) >= 0);

function* evidenceOf(model: SiteModel): Generator<Evidence> {
  for (const a of model.assets()) {
    for (const f of model.facts(a.id)) yield* f.evidence;
    for (const m of a.modules) yield* m.evidence;
  }
  for (const m of model.mentioned()) for (const f of m.facts) yield* f.evidence;
  for (const list of [model.commands(), model.sessions(), model.weirds(), model.changes()])
    for (const row of list) yield* row.evidence;
}
