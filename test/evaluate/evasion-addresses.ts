/** More forged addresses on the wire than the table of addresses holds, then a write from an address that never was. */

import { Mirror } from '../../plant/network/mirror.ts';
import { type Segment, STACK, Station, Topology } from '../../plant/network/station.ts';
import { Packets, Stream } from '../../plant/network/stream.ts';
import { createSiteRuntime, Pipeline } from '../../src/app/pipeline.ts';
import type { Finding } from '../../src/core/finding.ts';
import { MAX_ENDPOINTS } from '../../src/decode/endpoints.ts';
import { encodeAdu, FUNCTION, request, response } from '../../src/decode/modbus/wire.ts';
import { createDetection, type Detection } from '../../src/detect/index.ts';
import type { EvasionResult } from './evasion.ts';

const START_US = 1_772_409_600e6;
const HOUR_US = 3_600e6;
const CONTROL: Segment = { zone: 'control', vlan: 10, prefix: '10.20.10' };
/** Frames handed on at a time. */
const BATCH = 8192;
const PROBE = Uint8Array.of(1, 2, 3, 4);

/** Through frames, decoding and the detectors; the site model is left out, because it does not judge. */
export const floodAddresses = (): EvasionResult => {
  let detection: Detection | undefined;
  const runtime = createSiteRuntime((endpoints) => {
    detection = createDetection({ endpoints, learningTimeUs: HOUR_US, family: (p) => (p === 'modbus' ? 'ot' : '') });
    return detection;
  });
  const pipeline = new Pipeline({ source: 'flood', site: runtime });
  const mirror = new Mirror();
  mirror.nowUs = START_US;
  const packets = new Packets(mirror, new Topology([]), () => 1);
  const found = new Map<string, Finding>();
  const handOn = (untilUs: number): void => {
    const batch = mirror.take(untilUs);
    if (batch !== undefined) pipeline.handle(batch);
    mirror.release();
    pipeline.tick(untilUs);
    for (const f of detection!.takeFindings()) found.set(f.id, f);
  };
  const plc = new Station('plc', '00:80:f4:00:00:01', '10.20.10.11', CONTROL, STACK.controller);
  const panel = new Station('hmi', '28:63:36:00:00:02', '10.20.10.81', CONTROL, STACK.windows);
  const writing = (from: Station, tsUs: number, value: number): void => {
    const stream = new Stream(packets, from, plc, 502, value + 7);
    stream.open(tsUs);
    const asked = request(FUNCTION.WRITE_SINGLE_REGISTER, { unitId: 1, address: 4, values: [value] });
    stream.exchange(tsUs + 1_000, encodeAdu(asked), encodeAdu(response(asked, { address: 4, values: [value] })), 900);
    stream.close(tsUs + 100_000);
  };
  let now = START_US;
  for (let n = 0; n < 70; n++) {
    writing(panel, now + 1_000, 100 + (n % 5));
    now += 60e6;
    handOn(now);
  }
  const forged = MAX_ENDPOINTS + 100;
  for (let n = 0; n < forged; n++) {
    const [a, b, c] = [(n >> 16) & 255, (n >> 8) & 255, n & 255];
    const hex = [a, b, c].map((x) => x.toString(16).padStart(2, '0')).join(':');
    const from = new Station('forged', `02:11:22:${hex}`, `10.${100 + a}.${b}.${c}`, CONTROL, STACK.linux);
    packets.udp(now + (n % BATCH) * 20, from, plc, 40_000, 9, PROBE);
    if (n % BATCH === BATCH - 1) {
      now += 1e6;
      handOn(now);
    }
  }
  now += 60e6;
  handOn(now);
  const rogue = new Station('rogue', 'b8:27:eb:00:00:66', '10.20.10.199', CONTROL, STACK.linux);
  const startUs = now;
  let told = 0;
  const acts = 10;
  for (let n = 1; n <= acts; n++) {
    writing(rogue, now + 1_000, 60_000 + n);
    now += 20e6;
    handOn(now);
    if (told === 0 && [...found.values()].some((f) => f.kind === 'new-writer' && f.lastUs >= startUs)) told = n;
  }
  return {
    name: 'table-of-addresses-full',
    through: 'frames',
    how: 'sends from more forged addresses than the table of addresses holds, then writes from one more',
    past: ['writer', 'device', 'conversation'],
    isReference: false,
    outcome: told === 0 ? 'missed' : 'alert',
    by: told === 0 ? [] : ['new-writer'],
    delayS: told === 0 ? Number.NaN : (told - 1) * 20,
    reached: told === 0 ? acts : told,
    total: acts,
    unit: 'acts',
  };
};
