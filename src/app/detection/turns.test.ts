/** Models of many cells: while frames come as they happen the next is asked for when one is there, not with the next tick. */
import { expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import type { Cell } from './cell.ts';
import type { FitRequest, Fitter } from './fitting.ts';
import { createSiteDetection, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const T0 = 1_770_000_000 * SECOND;
const LEARNING_S = 3600;
const CONTROLLERS = 5;

/** A site whose cells have seen enough, with what was asked of the fitter and not answered yet. */
const due = () => {
  const asked: FitRequest[] = [];
  const fitter: Fitter = {
    request: (request) => {
      asked.push(request);
      return { before: asked.length - 1, withdraw: () => undefined };
    },
    restore: () => {
      throw new Error('nothing was saved');
    },
    close: async () => undefined,
  };
  const endpoints = new FakeEndpoints();
  for (let n = 1; n <= CONTROLLERS + 1; n++) endpoints.add({ ip: `10.0.0.${n}`, mac: `00:00:00:00:00:0${n}` });
  const settings = { ...NOTHING_STANDING.settings, learningHours: LEARNING_S / 3600 };
  const standing = { ...NOTHING_STANDING, settings };
  const detection = createSiteDetection(createSiteModel({ endpoints }), endpoints, standing, { fitter });
  const { feed } = detection;
  detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
  let s = 0;
  /** Each controller is read once in ten seconds. */
  const step = (): void => {
    s += 10;
    for (let server = 2; server <= CONTROLLERS + 1; server++) {
      const tsUs = T0 + s * SECOND;
      endpoints.says(1, tsUs / SECOND);
      endpoints.says(server, tsUs / SECOND);
      const at: At = {
        frame: s,
        requestFrame: s,
        firstFrame: s,
        tsUs,
        requestTsUs: tsUs,
        flow: server,
        client: 1,
        server,
        sender: server,
        receiver: 1,
        protocol: 'modbus',
      };
      const values = [Math.round(100 * Math.sin(s / 100)), (s / 10) % 7];
      detection.sink.values(at, { target: server, area: 'holding', start: 0, values, count: 2, access: 'read' });
    }
    detection.sink.tick(T0 + s * SECOND);
  };
  while (asked.length === 0 && s < 4 * LEARNING_S) step();
  return { feed, asked, step };
};
const fails = (request: FitRequest): void => request.done({ kind: 'failed', why: 'not of interest here' });
const waiting = (cells: readonly Cell[]): number => cells.filter(({ fitting }) => fitting !== undefined).length;

it('asks for the next model when one is there', () => {
  const { feed, asked } = due();
  expect(feed.cells).toHaveLength(CONTROLLERS);
  expect(asked).toHaveLength(1);
  for (let n = 1; n <= CONTROLLERS; n++) {
    expect(waiting(feed.cells)).toBe(1);
    fails(asked[n - 1]!);
    expect(asked).toHaveLength(Math.min(CONTROLLERS, n + 1));
  }
  expect(waiting(feed.cells)).toBe(0);
});

it('asks once a tick where what is read faster than it happened waits for it, as where models are made in place', async () => {
  const { feed, asked, step } = due();
  for (let n = 1; n <= CONTROLLERS; n++) {
    const settled = feed.settled();
    fails(asked[n - 1]!);
    await settled;
    expect(asked).toHaveLength(n);
    step();
  }
  expect(asked).toHaveLength(CONTROLLERS);
});
