/** Floods from the frames on: few endpoints, everything left out counted, a finding that names it. Seed 7. */
import { describe, expect, it } from 'vitest';
import type { FloodKind } from '../bench/flood-capture.ts';
import { readFlood } from '../bench/flood-read.ts';

const seen = async (kind: FloodKind, packets: number) => {
  const { runtime, pipeline, model, detection } = await readFlood({ kind, packets, seed: 7, rate: 200 });
  return {
    sweeps: detection.triage
      .findings()
      .filter((f) => f.kind === 'scan.sweep')
      .map((f) => f.parts.number),
    codes: [...new Set(detection.triage.findings().map((f) => f.kind))].sort(),
    endpoints: runtime.endpoints.count,
    health: pipeline.health(),
    limits: Object.fromEntries([...pipeline.health().limits, ...model.limits()].map((l) => [l.limit, l.dropped])),
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
  it('of ARP requests for random addresses is a sweep with its count, and few endpoints', async () => {
    const { codes, endpoints, limits, sweeps } = await seen('sweep', 20_000);
    expect(codes).toEqual(['scan.sweep']);
    // Its own card and the broadcast, those told apart, and who stands for the others.
    expect(endpoints).toBe(2 + 4096 + 1);
    expect(limits['addresses-only-mentioned']).toBe(20_000 - 4096);
    // At 200 a second: those of the second minute, in steps of 32.
    expect(sweeps).toEqual([{ kind: 'count', value: 7968 }]);
  });
  it('of fragments and of cards is named', async () => {
    expect((await seen('fragments', 20_000)).codes).toEqual(['flood.fragments']);
    const { codes, endpoints } = await seen('arp', 20_000);
    expect(codes).toContain('flood.cards');
    expect(endpoints).toBeLessThan(2100);
  });
});
