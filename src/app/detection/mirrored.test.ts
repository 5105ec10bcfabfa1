/** What explains a value at its controller explains it where a server shows it again, and both are one alert. */
import { expect, it } from 'vitest';
import type { At } from '../../core/observation.ts';
import { PROCESS_KINDS } from '../../detect/index.ts';
import { seededRandom } from '../../lib/random.ts';
import { createSiteModel } from '../../observe/index.ts';
import { FakeEndpoints } from '../../observe/testing.ts';
import { createSiteDetection, learnedParts, loadLearned, NOTHING_STANDING } from './keep.ts';

const SECOND = 1_000_000;
const PERIOD_S = 1200;
const START = 1_770_000_000 * SECOND;
const [CLIENT, CONTROLLER, SERVER, OTHER] = [1, 2, 3, 4];

it('knows a copy at a server, its controller, its announced work and its writes', () => {
  const endpoints = new FakeEndpoints();
  for (const n of [1, 2, 3, 4]) endpoints.add({ ip: `10.0.0.${n}`, mac: `00:00:00:00:00:0${n}` });
  const model = createSiteModel({ endpoints });
  const make = () => createSiteDetection(model, endpoints, NOTHING_STANDING);
  const detection = make();
  detection.sink.setSource({ id: 'wire', offsetOf: () => -1 });
  const random = seededRandom(7);
  const values: Record<string, number> = { 'LT-1': 4250, 'FT-2': 9250 };
  const at = (server: number, protocol: string, tsUs: number): At => ({
    ...{ frame: 2, requestFrame: 1, firstFrame: 1, tsUs, requestTsUs: tsUs, flow: 1, client: CLIENT, server },
    ...{ sender: server, receiver: CLIENT, protocol },
  });
  let nowUs = START;
  for (let s = 0; s < 8 * PERIOD_S; s += 2) {
    nowUs = START + s * SECOND;
    for (const n of [1, 2, 3, 4]) endpoints.says(n, nowUs / SECOND);
    for (const [device, name] of [
      [CONTROLLER, 'LT-1'],
      [OTHER, 'FT-2'],
    ] as const) {
      const value = Math.abs(values[name]! + random.integer(-90, 90));
      values[name] = value;
      const block = { target: device, area: 'holding', start: 0, values: [value], count: 1, access: 'read' as const };
      detection.sink.values(at(device, 'modbus', nowUs), block);
      const copy = { target: SERVER, path: name, type: 'Float', value: Math.fround(value / 100) };
      detection.sink.value(at(SERVER, 'opcua', nowUs + SECOND), { ...copy, access: 'read' });
    }
    detection.sink.tick(nowUs + SECOND);
  }
  const source = model.pointOf(CONTROLLER, 'modbus', 'holding', 0);
  const copy = model.pointOf(SERVER, 'opcua', '', 'LT-1');
  expect([detection.mirrors.sourceOf(copy), detection.mirrors.sourceOf(source)]).toEqual([source, 0]);

  detection.triage.setWindows([
    {
      ...{ id: 'w', text: 'download', assets: [model.assetOf(CONTROLLER)!], cells: [], vendor: '', workOrder: '' },
      ...{ fromUs: nowUs, toUs: nowUs + 600 * SECOND, cancelled: false, userId: '', createdUs: 0 },
    },
  ]);
  const odd = (target: number, point: number, key: string, afterS = 10): void => {
    const common = { certainty: 'likely' as const, parts: {}, tsUs: nowUs + afterS * SECOND, surprise: 0.8 };
    detection.detection.state('process', { ...common, kind: PROCESS_KINDS.junk, key, target, point, points: [point] });
  };
  detection.devices.renew();
  odd(SERVER, copy, 'copy');
  odd(CONTROLLER, source, 'source');
  odd(SERVER, 0, 'its own', 60);
  detection.collect();
  const { alerts, hits } = detection.triage.picture();
  expect(alerts.map((a) => [a.findings.length, a.hit?.window.id]).sort()).toEqual([
    [1, undefined],
    [2, 'w'],
  ]);
  expect(hits.size).toBe(2);

  const again = make();
  loadLearned(again, learnedParts(detection, true));
  expect(again.mirrors.sourceOf(copy)).toBe(source);
});
