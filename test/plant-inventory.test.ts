/**
 * The inventory of a working morning of the simulated plant, both variants, against what the plant truly is: each device is
 * one asset, under its own name, with its own role and level. The plant is generated without looking at how we conclude.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { layout, type Plant } from '../plant/network/hosts.ts';
import { PLANT_DEFAULTS, plantFrames } from '../plant/network/index.ts';
import type { Station } from '../plant/network/station.ts';
import { createWorld } from '../plant/physics/index.ts';
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import type { Asset, PurdueLevel, Role } from '../src/core/site.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { createSiteModel } from '../src/observe/index.ts';

const HOURS = 4;
const START_HOUR = 6;

interface Truth {
  readonly name: string;
  readonly role: Role;
  readonly level: PurdueLevel | undefined;
  readonly stations: readonly Station[];
}

/** What stands in the plant. */
const truthOf = (plant: Plant, safety: ReadonlySet<string>): Truth[] => {
  const list: Truth[] = [];
  const add = (role: Role, level: PurdueLevel | undefined, ...stations: Station[]): void =>
    void list.push({ name: stations[0]!.name, role, level, stations });
  for (const [id, s] of plant.controllers) add(safety.has(id) ? 'safety-controller' : 'plc', 1, s);
  for (const d of plant.fieldDevices) add(d.isDrive ? 'drive' : 'remote-io', d.isDrive ? 0 : 1, d.station);
  for (const s of plant.hmis) add('hmi', 2, s);
  for (const s of plant.meters) add('field-device', 0, s);
  add('scada-server', 2, plant.scada);
  add('engineering-station', 2, plant.engineering);
  add('historian', 3, plant.historian);
  add('historian', 3.5, plant.mirror);
  add('iiot-gateway', 3, plant.gateway);
  add('jump-host', 3.5, plant.jumpHost);
  for (const s of [plant.patchServer, plant.broker]) add('server', 3.5, s);
  add('server', 3, plant.backup);
  for (const s of [plant.domainController, plant.fileServer]) add('server', 4, s);
  add('firewall', undefined, ...Object.values(plant.firewall));
  add('router', undefined, ...Object.values(plant.core));
  for (const s of plant.switches) add('switch', undefined, s);
  for (const s of plant.printers) add('printer', 4, s);
  for (const s of plant.office) add('workstation', 4, s);
  return list;
};

describe.each(['a', 'b'] as const)('variant %s', (variant) => {
  let model: SiteModel;
  let truths: Truth[];
  /** Assets by truth: those that hold one of its MAC addresses. */
  const found = new Map<Truth, Asset[]>();

  beforeAll(() => {
    const startUs = PLANT_DEFAULTS.startUs + START_HOUR * 3_600_000_000;
    const options = { ...PLANT_DEFAULTS, variant, seed: 7, days: HOURS / 24, startUs };
    const site = createSiteRuntime((endpoints) => (model = createSiteModel({ endpoints })));
    const pipeline = new Pipeline({ source: 'plant', site });
    for (const b of plantFrames(options).frames) pipeline.handle(b);
    pipeline.finish();
    const { controllers } = createWorld({ seed: 7, startS: startUs / 1e6, people: false });
    const safety = new Set(controllers.filter((c) => c.safety).map((c) => c.id));
    truths = truthOf(layout(variant, controllers), safety);
    const assets = model.assets();
    for (const t of truths) {
      const macs = new Set(t.stations.map((s) => s.mac));
      const at = assets.filter((a) => a.macs.some((m) => macs.has(m)));
      if (at.length > 0) found.set(t, at);
    }
  }, 120_000);

  it('is one asset for each device, and none for what is not there', () => {
    const owner = new Map<Asset, string>();
    const wrong: string[] = [];
    for (const t of truths) {
      const at = found.get(t) ?? [];
      if (at.length !== 1) wrong.push(`${t.name} is ${at.length} assets`);
      for (const a of at) {
        if (owner.has(a)) wrong.push(`${t.name} and ${owner.get(a)} are one asset`);
        owner.set(a, t.name);
      }
    }
    expect(wrong).toEqual([]);
    // Beside them: what lies outside, and the edge node that the broker speaks for.
    const others = model.assets().filter((a) => !owner.has(a) && a.role.value !== 'external');
    expect(others.map((a) => `${a.name} ${a.kind} ${a.role.value}`)).toEqual(['Works/iiot-gw-01 child iiot-gateway']);
  });

  it('calls nothing by the name of another', () => {
    const names = new Set(truths.map((t) => t.name));
    for (const [t, [a]] of found)
      if (a!.name.toLowerCase() !== t.name) {
        expect(names.has(a!.name.toLowerCase())).toBe(false);
        // The file server's own name is never on the wire; the name that people look it up by is.
        expect(a!.ips.includes(a!.name) || (t.name === 'files-01' && a!.name.startsWith('intranet.'))).toBe(true);
      }
  });

  it('tells what each is for', () => {
    const wrong = [...found]
      .filter(([t, [a]]) => a!.role.value !== t.role)
      .map(([t, [a]]) => `${t.name}: ${a!.role.value}`);
    expect(wrong).toEqual([
      // Nobody asked the controller of the safety functions for its order number that morning.
      'plc-safety: plc',
      // Nobody came to it in these hours.
      'jump-01: server',
      // Nothing on the wire tells what it is for before it hands out updates.
      'wsus-01: unknown',
    ]);
  });

  it('tells a level only where the role has one, and the right one', () => {
    const told = [...found].filter(([, [a]]) => a!.level.value !== undefined);
    const wrong = told
      .filter(([t, [a]]) => a!.level.value !== t.level)
      .map(([t, [a]]) => `${t.name}: ${a!.level.value}`);
    // A historian in the industrial DMZ looks like any other.
    expect(wrong).toEqual(['historian-dmz: 3']);
    expect(told.length).toBeGreaterThanOrEqual(truths.length * 0.85);
  });
});
