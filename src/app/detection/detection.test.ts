/**
 * The process side of detection from values on the wire to an alert with its chart: cells form, learn by frame time, judge;
 * a restart goes on; a person accepts; the same input gives the same findings. The real learner; physics made by a seed.
 */
import { describe, expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import type { SiteModel } from '../../core/site-model.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { seededRandom } from '../../lib/random.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { createCache, type SiteView } from '../query/view.ts';
import { tryAccept } from './acceptance.ts';
import { type FitRequest, type Fitter, inPlaceFitter } from './fitting.ts';
import { createSiteDetection, learnedParts, loadLearned, NOTHING_STANDING } from './keep.ts';
import { LEARNER } from './learner.ts';
import { relationId } from './relations.ts';
import { CellRows } from './rows.ts';
import type { SiteDetection } from './site-detection.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;
const HOURS = 6;
const settings = { ...NOTHING_STANDING.settings, learningHours: HOURS };

interface Plant {
  readonly model: SiteModel;
  readonly detection: SiteDetection;
  readonly endpoints: FakeEndpoints;
}

const build = (from?: Plant, fitter?: Fitter): Plant => {
  const endpoints = from?.endpoints ?? new FakeEndpoints();
  if (from === undefined) {
    endpoints.add({ ip: '10.0.0.1', mac: '00:00:00:00:00:01' });
    endpoints.add({ ip: '10.0.0.2', mac: '00:00:00:00:00:02' });
  }
  const model = createSiteModel({ endpoints });
  const detection = createSiteDetection(model, endpoints, { ...NOTHING_STANDING, settings }, fitter && { fitter });
  detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
  return { model, detection, endpoints };
};

/** A tank: level follows inflow less outflow, the pump switches at 20 and 80; registers read every 10 seconds. */
const run = (plant: Plant, fromS: number, toS: number, falsify: (s: number, level: number) => number = (_, x) => x) => {
  const random = seededRandom(42);
  let level = 50;
  let pump = 1;
  for (let s = 0; s < toS; s += 10) {
    level += (pump === 1 ? 0.9 : -0.6) + random.normal() * 0.05;
    if (level > 80) pump = 0;
    if (level < 20) pump = 1;
    const flow = (pump === 1 ? 15 : 0) + random.normal() * 0.2;
    const values = [Math.round(falsify(s, level) * 100), Math.round(flow * 100) + 500, pump, 700];
    if (s < fromS) continue;
    const tsUs = T0 + s * SECOND;
    plant.endpoints.says(1, tsUs / SECOND);
    plant.endpoints.says(2, tsUs / SECOND);
    const at: At = {
      frame: s + 2,
      requestFrame: s + 1,
      firstFrame: s + 1,
      tsUs,
      requestTsUs: tsUs,
      flow: 1,
      client: 1,
      server: 2,
      sender: 2,
      receiver: 1,
      protocol: 'modbus',
    };
    plant.detection.sink.values(at, { target: 2, area: 'holding', start: 0, values, count: 4, access: 'read' });
    for (let tick = 0; tick < 10; tick += 2) plant.detection.sink.tick(tsUs + tick * SECOND);
  }
};

const H = 3600;
const processFindings = (plant: Plant) =>
  plant.detection.triage.findings().filter((finding) => finding.detector === 'process');

describe('a cell', () => {
  const plant = build();
  it('forms of the points of one controller and says how far it has learned', () => {
    run(plant, 0, 1 * H);
    const [cell, ...others] = plant.detection.feed.cells;
    expect(others).toEqual([]);
    expect(cell!.plan).toMatchObject({ id: 'c2', controller: 2, points: [1, 2, 3, 4], stepUs: 10 * SECOND });
    expect(cell!.isArmed).toBe(false);
    const share = plant.detection.feed.shareOf(cell!);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.2);
  });
  it('judges after the learning time, is silent on normal work, and tells a falsified level with its chart', () => {
    run(plant, 1 * H, (HOURS + 2) * H);
    expect(plant.detection.feed.cells[0]!.isArmed).toBe(true);
    expect(processFindings(plant)).toEqual([]);
    run(plant, (HOURS + 2) * H, (HOURS + 3) * H, (s, level) => (s > (HOURS + 2.5) * H ? 137 : level));
    const found = processFindings(plant);
    expect(found.length).toBeGreaterThan(0);
    // The first names the level first, as a point of its own or as what makes the cell move oddly.
    expect(found[0]!.points[0]).toBe(1);
    expect(found[0]!.proof?.point).toBe(1);
    expect(found[0]!.target).toBe(2);
    expect(found.some((f) => f.point === 1 && f.protocol === 'modbus')).toBe(true);
    expect(found[0]!.firstUs).toBeGreaterThan(T0 + (HOURS + 2.5) * H * SECOND - 1);
    expect(found[0]!.firstUs).toBeLessThan(T0 + (HOURS + 2.6) * H * SECOND);
    const { proof } = found[0]!;
    expect(proof!.tsUs.length).toBeGreaterThan(100);
    expect(new Set([proof!.observed, proof!.expected, proof!.low, proof!.high].map((c) => c.length)).size).toBe(1);
    // Its model is on trial, and nothing else is odd here.
    expect(plant.detection.triage.picture().alerts).toEqual([]);
  });
  it('makes one alert of all of it once its model is not on trial any more', () => {
    const later = build();
    run(later, 0, (2 * HOURS + 2) * H, (s, level) => (s > (2 * HOURS + 1.5) * H ? 137 : level));
    const { alerts } = later.detection.triage.picture();
    expect(alerts.filter((a) => a.lead.detector === 'process')).toHaveLength(1);
    expect(alerts[0]!.lead.point).toBe(1);
  });
  it('gives the same findings for the same input, and after a restart in between', () => {
    const falsify = (s: number, level: number): number => (s > (HOURS + 2.5) * H ? 137 : level);
    const whole = build();
    run(whole, 0, (HOURS + 3) * H, falsify);
    const first = build();
    run(first, 0, (HOURS + 1) * H, falsify);
    // What the store does with the site's rows.
    const { rows } = first.model.takeDirty(100_000);
    const parts = learnedParts(first.detection, true);
    const second = build(first);
    second.model.load(rows);
    const before = process.cpuUsage();
    loadLearned(second.detection, parts);
    // Of the processor: the clock runs on while others have it.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(second.detection.feed.cells[0]!.isArmed).toBe(true);
    expect(second.detection.nowUs).toBe(first.detection.nowUs);
    expect(second.detection.nowUs).toBeGreaterThan(T0);
    run(second, (HOURS + 1) * H, (HOURS + 3) * H, falsify);
    const key = (p: Plant) => processFindings(p).map((f) => [f.id, f.firstUs, f.lastUs, f.count, f.surprise]);
    expect(key(whole).length).toBeGreaterThan(0);
    expect(key(second)).toEqual(key(whole));
    // With the limits that it learned, not those of what came since.
    const limits = (p: Plant) => processFindings(p).map((f) => [f.parts.low, f.parts.high, f.proof?.low.at(-1)]);
    expect(limits(second)).toEqual(limits(whole));
    expect(key(plant)).toEqual(key(whole));
  });
  it('judges late what came while its model was made, as if it had been made at once', async () => {
    const asked: FitRequest[] = [];
    const inPlace = inPlaceFitter(LEARNER);
    const late = build(undefined, {
      ...inPlace,
      request: (request) => {
        asked.push(request);
        return { before: 0, withdraw: () => undefined };
      },
    });
    const falsify = (s: number, level: number): number => (s > (HOURS + 2.5) * H ? 137 : level);
    run(late, 0, (HOURS + 2.8) * H, falsify);
    const [cell] = late.detection.feed.cells;
    expect(asked).toHaveLength(1);
    expect(cell!.isArmed).toBe(false);
    expect(cell!.fitting).toMatchObject({ before: 0 });
    expect(processFindings(late)).toEqual([]);
    const settled = late.detection.feed.settled();
    inPlace.request(asked[0]!);
    await settled;
    expect(cell!.fitting).toBeUndefined();
    run(late, (HOURS + 2.8) * H, (HOURS + 3) * H, falsify);
    const key = (p: Plant) => processFindings(p).map((f) => [f.id, f.firstUs, f.lastUs, f.count, f.surprise]);
    expect(key(late)).toEqual(key(plant));
  });
  it('learns anew what a person accepts as normal, and mutes a relation that a person rejected', () => {
    const [finding] = processFindings(plant);
    expect(plant.detection.accept([finding!])).toMatchObject([{ learned: true }]);
    expect(plant.detection.triage.finding(finding!.id)!.state).toBe('ended');
    const cell = plant.detection.feed.cells[0]!;
    cell.setDecided([
      {
        site_id: 's',
        relation_id: relationId('c2', 'x'),
        cell_id: 'c2',
        text: '"holding 0" > 5000 when "holding 2" = 1',
        state: 'approved',
        origin: 'manual',
        held: 0,
        rows: 0,
        user_id: 'u',
        ts: 1,
      },
    ]);
    // The tank passes below 50.00 while the pump runs: the relation that was written does not hold.
    run(plant, (HOURS + 3) * H, (HOURS + 5) * H);
    expect(processFindings(plant).some((f) => f.kind === 'relation' && f.point === 1)).toBe(true);
  });
});

describe('accepting what a cell said', () => {
  it('asks for one model however many findings it has, and ends them when the model is there, not when it fails', () => {
    const asked: FitRequest[] = [];
    const inPlace = inPlaceFitter(LEARNER);
    let isHeld = false;
    const plant = build(undefined, {
      ...inPlace,
      request: (request) => {
        if (!isHeld) return inPlace.request(request);
        asked.push(request);
        return { before: 0, withdraw: () => undefined };
      },
    });
    run(plant, 0, (HOURS + 1) * H, (s, level) => (s > (HOURS + 0.5) * H ? 137 : level));
    const open = processFindings(plant).filter(({ state }) => state === 'open');
    expect(open.length).toBeGreaterThan(0);
    isHeld = true;
    expect(plant.detection.accept([...open, ...open])).toMatchObject([{ learned: true }]);
    expect(asked).toHaveLength(1);
    asked[0]!.done({ kind: 'failed', why: 'no memory' });
    const state = () => plant.detection.triage.finding(open[0]!.id)!.state;
    expect(state()).toBe('open');
    // What is left of the odd rows is normal already; without any there is nothing to learn.
    expect(plant.detection.accept(open)).toMatchObject([{ learned: false }]);
    run(plant, (HOURS + 1) * H, (HOURS + 1.1) * H, () => 137);
    expect(plant.detection.accept(open)).toMatchObject([{ learned: true }]);
    inPlace.request(asked.at(-1)!);
    expect(state()).toBe('ended');
  });
});

describe('trying what accepting would do', () => {
  it('finds the cell of a finding that is about the whole of it', () => {
    const plant = build();
    run(plant, 0, (HOURS + 1) * H, (s, level) => (s > (HOURS + 0.9) * H ? 137 : level));
    const { detection } = plant;
    expect(detection.triage.picture().alerts).toEqual([]);
    detection.detection.state('process', {
      kind: PROCESS_KINDS.dynamics,
      key: 'c2 whole',
      target: 2,
      tsUs: detection.nowUs,
      sinceUs: T0 + (HOURS + 0.9) * H * SECOND,
      surprise: 0.9,
      certainty: 'likely',
      parts: { cell: { kind: 'text', text: 'c2' } },
    });
    detection.collect();
    const [alert] = detection.triage.picture().alerts;
    expect(alert!.lead.point).toBe(0);
    const view: SiteView = {
      id: 's',
      zone: 'UTC',
      model: plant.model,
      detection,
      endpoints: plant.endpoints,
      sources: () => [],
      troubles: [],
      playsHistory: false,
      nowUs: detection.nowUs,
      units: new Map(),
      version: () => 1,
      cache: createCache(),
    };
    const trial = tryAccept(view, alert!.id);
    expect(trial).toMatchObject({ learns: true });
    expect(trial.text).toMatch(/^The whole cell \(4 points\) is learned anew with the \d+ odd rows/);
    expect(detection.accept(alert!.findings)).toMatchObject([{ learned: true }]);
  });
});

describe('the rows of a cell', () => {
  const row = (x: number): Float64Array => Float64Array.of(x, -x);
  it('are a ring that comes back from its blocks, odd rows left out of learning', () => {
    const rows = new CellRows(2, 512);
    for (let i = 0; i < 1300; i++) rows.add(1000 + i, row(i), i % 10 === 0);
    const again = new CellRows(2, 512);
    again.load(rows.taken, new Map(rows.takeBlocks(true).map(({ block, bytes }) => [block, bytes])));
    const table = again.table(['a', 'b']);
    expect(table).toEqual(rows.table(['a', 'b']));
    expect(table.count).toBe(512 - 51);
    expect(table.tsUs[0]).toBe(1000 + 788);
    expect(again.before(1, 2000, 3)).toEqual({
      tsUs: Float64Array.of(1997, 1998, 1999),
      values: Float64Array.of(-997, -998, -999),
    });
    expect(rows.makeNormal(0, 5000)).toBe(51);
    expect(rows.table(['a', 'b']).count).toBe(512);
    // Only what changed is handed out again.
    rows.takeBlocks();
    rows.add(9000, row(1), false);
    expect(rows.takeBlocks()).toHaveLength(1);
  });
});
