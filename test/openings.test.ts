/**
 * Watching begins anew in the middle of every conversation, as after a restart: with what was said at their start, which is
 * kept with the site, each point is called what it was called before.
 */
import { expect, it } from 'vitest';
import { PLANT_DEFAULTS, plantFrames } from '../plant/network/index.ts';
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import type { FrameBatch } from '../src/core/frame.ts';
import { type At, SILENT } from '../src/core/observation.ts';
import type { SiteSink } from '../src/core/site-model.ts';
import { type EndpointTable, Openings } from '../src/decode/index.ts';

const MINUTE_US = 60_000_000;
const SPLIT_US = PLANT_DEFAULTS.startUs + 4 * MINUTE_US;
const PROTOCOLS = ['cip-io', 'enip', 'modbus', 'mqtt', 'opcua', 's7comm'];

const batchesOf = (): FrameBatch[] => {
  const out: FrameBatch[] = [];
  // Batches are used again by who makes them: what is kept is copied.
  for (const batch of plantFrames({ seed: 7, days: 8 / 1440, disturbances: false }).frames)
    out.push(structuredClone(batch));
  return out;
};

/** What was said after the split: which points, read or written, with how many values. */
const watch = (batches: readonly FrameBatch[], restart: 'none' | 'kept' | 'forgotten') => {
  const before = new Set<string>();
  const seen = new Set<string>();
  const weirds: string[] = [];
  let table: EndpointTable;
  const note = (at: At, target: number, what: string): void => {
    // What was asked just before is answered, and what is kept open is known.
    if (!PROTOCOLS.includes(at.protocol)) return;
    const e = table.get(target);
    const where = e.parent === undefined ? e.ip : `${table.get(e.parent).ip} ${e.sub?.address}`;
    const key = `${at.protocol} ${where} ${what}`;
    if (at.tsUs < SPLIT_US) before.add(key);
    else if (at.tsUs > SPLIT_US + 5_000_000) seen.add(key);
  };
  const site = createSiteRuntime((endpoints): SiteSink => {
    table = endpoints;
    return {
      ...SILENT,
      command: (at, c) => note(at, c.target ?? at.server, `${c.verb} ${c.operation} ${c.object ?? ''} ${c.outcome}`),
      values: (at, v) => note(at, v.target, `${v.area} ${v.start} ${v.count} ${v.access}`),
      value: (at, v) => note(at, v.target, `${v.path} ${v.type} ${v.access}`),
      weird: (at, w) => void (at.tsUs > SPLIT_US && weirds.push(w.code)),
      alias: () => undefined,
    };
  });
  let pipeline = new Pipeline({ source: 'plant', site });
  let again = restart === 'none';
  for (const batch of batches) {
    if (!again && batch.tsUs[0]! >= SPLIT_US) {
      again = true;
      const kept = new Openings();
      // Through the octets that stand in the database.
      const octets = site.openings!.save();
      expect(Buffer.from(octets).includes('edge-secret'), 'a password is kept').toBe(false);
      if (restart === 'kept') kept.load(octets);
      pipeline = new Pipeline({ source: 'plant', site: { ...site, openings: kept } });
    }
    pipeline.handle(batch);
  }
  return { before, seen, weirds };
};

it('calls every point what it was called before', () => {
  const batches = batchesOf();
  const whole = watch(batches, 'none');
  const known = new Set([...whole.before, ...whole.seen]);
  for (const protocol of PROTOCOLS)
    expect([...whole.seen].filter((key) => key.startsWith(`${protocol} `)).length, protocol).toBeGreaterThan(0);
  const kept = watch(batches, 'kept');
  expect(kept.weirds).toEqual(whole.weirds);
  expect([...whole.seen].filter((key) => !kept.seen.has(key))).toEqual([]);
  // I/O that does not change is said once by who begins to watch: under the name that it had.
  expect([...kept.seen].filter((key) => !known.has(key))).toEqual([]);
  // What it would be without: another point for every tag of a rack and for every node.
  const lost = [...watch(batches, 'forgotten').seen].filter((key) => !known.has(key));
  for (const protocol of ['enip', 'opcua'])
    expect(lost.filter((key) => key.startsWith(`${protocol} `)).length, protocol).toBeGreaterThan(0);
}, 120_000);
