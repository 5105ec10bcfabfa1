/** Floods from the frames on: few endpoints, everything left out counted, a finding that names it. Seed 7. */
import { describe, expect, it } from 'vitest';
import { type FloodKind, floodCapture } from '../bench/flood-capture.ts';
import { createSiteDetection, NOTHING_STANDING } from '../src/app/detection/keep.ts';
import type { SiteDetection } from '../src/app/detection/site-detection.ts';
import { createSiteModel, readCapture } from '../src/app/parts.ts';
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import type { SiteModel } from '../src/core/site-model.ts';

const seen = async (kind: FloodKind, packets: number) => {
  let model: SiteModel | undefined;
  let detection: SiteDetection | undefined;
  const runtime = createSiteRuntime((endpoints) => {
    model = createSiteModel({ endpoints });
    detection = createSiteDetection(model, endpoints, NOTHING_STANDING);
    return detection.sink;
  });
  const pipeline = new Pipeline({ source: 'flood', site: runtime });
  for await (const event of readCapture(floodCapture({ kind, packets, seed: 7, rate: 200 }), { name: 'flood' }))
    pipeline.handle(event);
  pipeline.finish();
  detection!.collect();
  return {
    codes: [...new Set(detection!.triage.findings().map((f) => f.kind))].sort(),
    endpoints: runtime.endpoints.count,
    health: pipeline.health(),
    limits: Object.fromEntries([...pipeline.health().limits, ...model!.limits()].map((l) => [l.limit, l.dropped])),
  };
};

describe('a flood', () => {
  it('of connections from forged addresses is the card they came through, named and counted', async () => {
    const { codes, endpoints, health, limits } = await seen('syn', 20_000);
    expect(codes).toEqual(['flood.connections']);
    expect(endpoints).toBe(514);
    expect(health.frames).toBe(20_000);
    expect(limits).toMatchObject({ 'addresses-of-one-card': 20_000 - 512, flowsOfForged: 20_000 - 512 });
  });
  it('of single datagrams is no scan', async () => {
    const { codes, endpoints } = await seen('udp', 80_000);
    expect(codes).toContain('flood.datagrams');
    expect(codes).not.toContain('scan.ports');
    expect(endpoints).toBe(514);
  });
  it('of fragments and of cards is named', async () => {
    expect((await seen('fragments', 20_000)).codes).toEqual(['flood.fragments']);
    const { codes, endpoints } = await seen('arp', 20_000);
    expect(codes).toContain('flood.cards');
    expect(endpoints).toBeLessThan(2100);
  });
});
