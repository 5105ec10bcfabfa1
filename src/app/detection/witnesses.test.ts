/**
 * Two controllers, one pipe: the flow out of the first is the flow into the second. Frames of a master that polls both, the
 * real learner, seed 7. What the two have no witness of stays unpaired.
 */
import { expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import { seededRandom } from '../../lib/random.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { createSiteDetection, learnedParts, loadLearned, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;
const POLL_S = 10;
const LEARN_H = 8;

class Pipe {
  readonly endpoints = new FakeEndpoints();
  readonly model = createSiteModel({ endpoints: this.endpoints });
  /** The first hears the frames, the others live on the same points. */
  readonly sites: ReturnType<Pipe['site']>[] = [];
  readonly #random = seededRandom(7);
  #flow = 20;
  #aim = 20;
  readonly #own = [0, 0];
  s = 0;

  constructor() {
    for (const n of [1, 2, 3]) this.endpoints.add({ ip: `10.0.0.${n}`, mac: `00:00:00:00:00:0${n}` });
    this.sites.push(this.site());
  }
  site() {
    const settings = { ...NOTHING_STANDING.settings, learningHours: LEARN_H };
    const site = createSiteDetection(this.model, this.endpoints, { ...NOTHING_STANDING, settings });
    site.sink.setSource({ id: 'wire', offsetOf: () => -1 });
    return site;
  }

  /** `drawnPerHour`: the first instrument reads more and more; its controller holds what it reads, so that the flow falls. */
  run(hours: number, drawnPerHour = 0): void {
    const random = this.#random;
    for (let poll = 0; poll < (hours * 3600) / POLL_S; poll++) {
      if (poll % 90 === 0) this.#aim = 12 + 16 * random.uniform();
      const off = (drawnPerHour * poll * POLL_S) / 3600;
      this.#flow += 0.05 * (this.#aim - off - this.#flow) + 0.02 * random.normal();
      const own = this.#own.map((x, i) => (this.#own[i] = 0.99 * x + 0.3 * random.normal()));
      const seen = [this.#flow + off, this.#flow].map((x) => x + 0.04 * random.normal());
      const tsUs = T0 + this.s * SECOND;
      for (const server of [2, 3]) {
        const values = [Math.round(100 * seen[server - 2]!), Math.round(2000 + 100 * own[server - 2]!)];
        this.#poll(tsUs, server, values);
      }
      for (const { sink } of this.sites) for (let tick = 0; tick < POLL_S; tick++) sink.tick(tsUs + tick * SECOND);
      this.s += POLL_S;
    }
  }
  #poll(tsUs: number, server: number, values: readonly number[]): void {
    this.endpoints.says(1, tsUs / SECOND);
    this.endpoints.says(server, tsUs / SECOND);
    const frame = this.s + 1;
    const ends = { client: 1, server, sender: server, receiver: 1, flow: server };
    const at: At = {
      frame,
      requestFrame: frame,
      firstFrame: frame,
      tsUs,
      requestTsUs: tsUs,
      protocol: 'modbus',
      ...ends,
    };
    const count = values.length;
    this.sites[0]!.sink.values(at, { target: server, area: 'holding', start: 0, values, count, access: 'read' });
  }
}

it('pairs the two flow meters and no others, tells when one is drawn away, also after a restart', () => {
  const pipe = new Pipe();
  const [site] = pipe.sites as [ReturnType<Pipe['site']>];
  const drifts = (of: typeof site) => of.triage.findings().filter(({ kind }) => kind === 'drift');
  pipe.run(LEARN_H + 1);
  expect(site.feed.cells.map((cell) => [cell.isArmed, cell.plan.points.length])).toEqual([
    [true, 2],
    [true, 2],
  ]);
  const flows = site.feed.cells.map((cell) => cell.plan.points[0]!);
  expect(site.feed.witnesses).toEqual([flows]);
  pipe.run(1);
  expect(drifts(site)).toEqual([]);

  const again = pipe.site();
  loadLearned(again, learnedParts(site, true));
  expect(again.feed.witnesses).toEqual([flows]);
  pipe.sites.push(again);
  pipe.run(0.4, 4);
  const told = drifts(site).filter(({ points }) => flows.every((flow) => points.includes(flow)));
  expect(told).toHaveLength(1);
  const { also } = told[0]!.parts;
  expect(also?.kind === 'text' && also.text).toContain('of another device measures the same');
  const essence = (of: typeof site) =>
    drifts(of).map(({ firstUs, lastUs, points, count }) => [firstUs, lastUs, points, count]);
  expect(essence(again)).toEqual(essence(site));
});
