import { beforeAll, describe, expect, it } from 'vitest';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import { type At, type Command, SILENT } from '../../src/core/observation.ts';
import type { SiteSink } from '../../src/core/site-model.ts';
import type { EndpointTable } from '../../src/decode/index.ts';
import { PLANT_DEFAULTS, plantFrames } from '../network/index.ts';
import type { Labels } from '../world.ts';

const SEED = 3;
/** Seventy minutes from ten o'clock: the whole noisy chain in a hurry. */
const options = {
  seed: SEED,
  days: 70 / 1440,
  startUs: PLANT_DEFAULTS.startUs + 10 * 3600e6,
  attack: 'noisy',
  effects: false,
} as const;

describe(`the noisy attacker, seed ${SEED}`, () => {
  let labels: Labels;
  const said: { tsUs: number; client: string; server: string; verb: string; operation: string; object: string }[] = [];
  const weirds: string[] = [];
  let missing = 0;

  beforeAll(() => {
    let table: EndpointTable;
    const site = createSiteRuntime((endpoints): SiteSink => {
      table = endpoints;
      return {
        ...SILENT,
        alias: () => undefined,
        command: (at: At, c: Command) => {
          if (c.verb === 'read') return;
          said.push({
            tsUs: at.tsUs,
            client: table.get(at.client).ip ?? '',
            server: table.get(at.server).ip ?? '',
            verb: c.verb,
            operation: c.operation,
            object: c.object ?? '',
          });
        },
        weird: (_: At, w: { readonly code: string }) => void weirds.push(w.code),
      };
    });
    const run = plantFrames(options);
    const pipeline = new Pipeline({ source: 'plant', site });
    for (const b of run.frames) pipeline.handle(b);
    pipeline.finish();
    missing = pipeline.health().missingBytes;
    labels = run.labels;
  }, 120_000);

  it('goes the whole way in order, every touch after the way in, nothing after the end', () => {
    const { moves } = labels;
    expect(moves.map((m) => m.startUs)).toEqual(moves.map((m) => m.startUs).sort((a, b) => a - b));
    const techniques = moves.map((m) => m.technique);
    const way = [
      'T1566.002',
      'T1071.001',
      'T1046',
      'T1558.003',
      'T1110.003',
      'T1021.001',
      'T0886',
      'T0866',
      'T0846',
      'T0888',
    ];
    expect(techniques.slice(0, way.length)).toEqual(way);
    expect(new Set(techniques.slice(way.length))).toEqual(
      new Set(['T0836', 'T0843', 'T0856', 'T0831', 'T0858', 'T0837', 'T0857', 'T0848', 'T1490', 'T1486']),
    );
    expect(moves.filter((m) => m.isCommand)).toHaveLength(1);
    for (const m of moves) {
      expect(m.endUs, m.name).toBeGreaterThan(m.startUs);
      expect(m.endUs, m.name).toBeLessThanOrEqual(labels.endUs);
    }
  });

  it('is on the wire as what it is: each move that commands is a command of its verb in its time', () => {
    const verbs: Readonly<Record<string, readonly string[]>> = {
      T0836: ['write'],
      T0831: ['write'],
      T0837: ['write'],
      T0848: ['write'],
      T0843: ['program-download'],
      T0858: ['mode-change'],
      T0857: ['firmware-update'],
      T1490: ['delete'],
      T1486: ['write'],
    };
    for (const m of labels.moves) {
      const wanted = verbs[m.technique];
      if (wanted === undefined) continue;
      const found = said.filter(
        (c) =>
          c.client === m.actorIp &&
          c.server === m.targetIp &&
          wanted.includes(c.verb) &&
          c.tsUs >= m.startUs &&
          c.tsUs <= m.endUs + 1e6,
      );
      expect(found.length, `${m.technique} ${m.name}`).toBeGreaterThan(0);
    }
    expect(said.filter((c) => c.operation === 'SMB rename').length).toBeGreaterThan(300);
  });

  it('is well-formed traffic', () => {
    // A sweep is forbidden by nothing but sense: it is the scan itself.
    expect(weirds.filter((code) => code !== 'arp.sweep')).toEqual([]);
    expect(missing).toBe(0);
  });
});

it('the patient one waits for working hours', () => {
  // A run from five to nine: the mail comes before seven, and nothing follows it before eight.
  const startUs = PLANT_DEFAULTS.startUs + 5 * 3600e6;
  const run = plantFrames({ seed: 5, days: 4 / 24, startUs, attack: 'patient', effects: false });
  for (const _ of run.frames);
  const [first, second, ...rest] = run.labels.moves;
  expect(first?.technique).toBe('T1566.002');
  for (const m of [second!, ...rest]) expect((m.startUs % 86_400e6) / 3600e6, m.name).toBeGreaterThanOrEqual(8);
}, 120_000);
