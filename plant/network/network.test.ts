import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import { pcapngChunks } from '../../src/app/plant.ts';
import { type At, SILENT, type ValueBlock, type ValueItem } from '../../src/core/observation.ts';
import type { SiteSink } from '../../src/core/site-model.ts';
import type { EndpointTable } from '../../src/decode/index.ts';
import { createWorld } from '../physics/index.ts';
import type { PointDefinition } from '../world.ts';
import { layout } from './hosts.ts';
import { openPlant, PLANT_DEFAULTS, type PlantOptions, plantFrames } from './index.ts';
import { tagOf } from './masters/cip.ts';
import { octetsOf, rawOf } from './masters/master.ts';
import { modbusPlace } from './masters/modbus.ts';
import { opcuaPath } from './masters/opcua.ts';
import { s7Path } from './masters/s7.ts';

const MINUTES = 3;
const short: Partial<PlantOptions> = { seed: 7, days: MINUTES / 1440 };

const digest = (options: Partial<PlantOptions>): string => {
  const hash = createHash('sha256');
  for (const b of plantFrames(options).frames)
    for (let i = 0; i < b.count; i++)
      hash.update(`${b.tsUs[i]} `).update(b.bytes.subarray(b.start[i]!, b.start[i]! + b.captured[i]!));
  return hash.digest('hex');
};

/** A sink that hears nothing, to be filled in. */
const deaf = (): SiteSink => ({ ...SILENT, alias: () => undefined });

it('gives the same octets for the same seed, others for another, and another plant as variant b', () => {
  const first = digest(short);
  expect(digest(short)).toBe(first);
  expect(digest({ ...short, seed: 8 })).not.toBe(first);
  expect(digest({ ...short, variant: 'b' })).not.toBe(first);
});

it('yields frames in the order of time, within the time asked for, numbered from 1', () => {
  let before = PLANT_DEFAULTS.startUs;
  let next = 1;
  for (const b of plantFrames(short).frames) {
    expect(b.firstFrame).toBe(next);
    next += b.count;
    for (let i = 0; i < b.count; i++) {
      expect(b.tsUs[i]).toBeGreaterThanOrEqual(before);
      before = b.tsUs[i]!;
    }
  }
  expect(before).toBeLessThan(PLANT_DEFAULTS.startUs + MINUTES * 60e6);
  // About 30 packets a second at reference size.
  expect(next / (MINUTES * 60)).toBeGreaterThan(20);
  expect(next / (MINUTES * 60)).toBeLessThan(45);
});

describe('read back by our decoders', () => {
  /** By `ip address`: values seen with their second. */
  const seen = new Map<string, { second: number; value: number }[]>();
  const weirds: string[] = [];
  let pipeline: Pipeline;

  beforeAll(() => {
    let table: EndpointTable;
    const note = (at: At, path: string, value: unknown): void => {
      const key = `${table.get(at.server).ip} ${path}`;
      const list = seen.get(key) ?? [];
      list.push({ second: Math.floor((at.tsUs - PLANT_DEFAULTS.startUs) / 1e6), value: Number(value) });
      seen.set(key, list);
    };
    const site = createSiteRuntime((endpoints) => {
      table = endpoints;
      return {
        ...deaf(),
        value: (at: At, item: ValueItem) => note(at, item.path, item.value),
        values: (at: At, block: ValueBlock) => {
          for (let i = 0; i < block.count; i++) note(at, `${block.area} ${block.start + i}`, block.values[i]);
        },
        weird: (_: At, w: { readonly code: string }) => void weirds.push(w.code),
      };
    });
    pipeline = new Pipeline({ source: 'plant', site });
    for (const b of plantFrames(short).frames) pipeline.handle(b);
    pipeline.finish();
  });

  it('decodes everything, with nothing strange, damaged or missing', () => {
    const health = pipeline.health();
    expect(weirds).toEqual([]);
    expect(health.protocols.filter((p) => p.malformed > 0)).toEqual([]);
    expect(health).toMatchObject({ damagedFrames: 0, missingBytes: 0, duplicates: 0 });
    // What crosses the core switch is seen twice; the first octets of a second copy pass before it is known to be one.
    expect(health.undecodedBytes).toBeLessThan(500);
  });

  it('shows every point of every controller with the value that its memory had', () => {
    const world = createWorld({ seed: 7, startS: PLANT_DEFAULTS.startUs / 1e6, people: false });
    const at = layout('a', world.controllers).controllers;
    const addressOf = (family: string, p: PointDefinition): string =>
      family === 'modbus'
        ? `${modbusPlace(p).area} ${modbusPlace(p).address}`
        : family === 'cip'
          ? tagOf(p.name)
          : family === 'opcua'
            ? opcuaPath(p)
            : s7Path(p);
    /** Raw values of each point at each second. */
    const truth = new Map<string, number[]>();
    for (let s = 0; s < MINUTES * 60; s++) {
      world.advance(s);
      for (const c of world.controllers)
        for (const p of c.points) {
          const raw = rawOf(p, c.read(p.name));
          const { ip } = at.get(c.id)!;
          const add = (address: string, value: number): void => {
            const list = truth.get(`${ip} ${address}`) ?? [];
            list.push(value);
            truth.set(`${ip} ${address}`, list);
          };
          if (c.family === 'modbus' && octetsOf(p) === 4) {
            // The high word first.
            add(`holding ${modbusPlace(p).address}`, (raw >>> 16) & 0xffff);
            add(`holding ${modbusPlace(p).address + 1}`, raw & 0xffff);
          } else
            add(
              addressOf(c.family, p),
              p.type === 'real' ? Math.fround(raw) : c.family === 'modbus' ? raw & 0xffff : raw,
            );
        }
    }
    expect(truth.size).toBeGreaterThan(300);
    for (const [key, values] of truth) {
      const found = seen.get(key);
      expect(found?.length, key).toBeGreaterThan(MINUTES * 10);
      // Memory is read when the poll begins, which may lie in the second before.
      for (const { second, value } of found!)
        expect([values[second], values[Math.max(0, second - 1)]], `${key} at ${second} s`).toContain(value);
    }
  });
});

const tshark = spawnSync('tshark', ['--version']).status === 0;
describe.skipIf(!tshark)('read by tshark (skipped where it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-plant-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has right checksums and nothing malformed', () => {
    const path = join(folder, 'plant.pcapng');
    writeFileSync(path, Buffer.concat([...pcapngChunks(plantFrames(short).frames, 'test')].map((c) => c.slice())));
    const filter = '_ws.malformed || tcp.checksum.status==0 || ip.checksum.status==0 || udp.checksum.status==0';
    const checked = ['tcp', 'udp', 'ip'].flatMap((p) => ['-o', `${p}.check_checksum:TRUE`]);
    const out = spawnSync('tshark', ['-r', path, '-Y', filter, ...checked], { encoding: 'utf8' });
    expect(out.status).toBe(0);
    expect(out.stdout).toBe('');
  }, 60_000);
});

it('takes an attack that is staged between two stretches, at the time that was reached', () => {
  const plant = openPlant({ ...short, disturbances: false });
  const middleUs = PLANT_DEFAULTS.startUs + 60e6;
  for (const batch of plant.run(middleUs)) expect(batch.count).toBeGreaterThan(0);
  expect(plant.stage(2)).toBe(true);
  expect(plant.stage(2)).toBe(false);
  let frames = 0;
  for (const batch of plant.run(middleUs + 60e6)) frames += batch.count;
  expect(frames).toBeGreaterThan(1000);
  expect(plant.labels.moves[0]!.startUs).toBe(middleUs);
});

it.each([2, 8, 30])('goes the whole way to the panels in about the %i minutes that were asked for', (minutes) => {
  const plant = openPlant({ ...short, disturbances: false });
  const fromUs = PLANT_DEFAULTS.startUs + 60e6;
  for (const batch of plant.run(fromUs)) expect(batch.count).toBeGreaterThan(0);
  plant.stage(minutes);
  for (const batch of plant.run(fromUs + 2 * minutes * 60e6)) expect(batch.count).toBeGreaterThan(0);
  const { moves } = plant.labels;
  expect(new Set(moves.map((m) => m.technique)).size).toBeGreaterThan(15);
  const partUs = Math.max(...moves.map((m) => m.endUs)) - fromUs;
  expect(partUs / (minutes * 60e6)).toBeGreaterThan(0.6);
  expect(partUs / (minutes * 60e6)).toBeLessThan(1.4);
});
