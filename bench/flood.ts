/**
 * What a flood costs: `flood KIND PACKETS [SEED] [PACKETS_A_SECOND]` reads a made flood (`flood-capture.ts`) through decoding,
 * inventory and detection, as `gatehouse inspect` does, and prints a JSON line for each tenth and one of what came of it.
 */
import { createSiteDetection, NOTHING_STANDING } from '../src/app/detection/keep.ts';
import type { SiteDetection } from '../src/app/detection/site-detection.ts';
import { createSiteModel, readCapture } from '../src/app/parts.ts';
import { createSiteRuntime, Pipeline } from '../src/app/pipeline.ts';
import type { SiteModel } from '../src/core/site-model.ts';
import { FLOODS, floodCapture } from './flood-capture.ts';

const [name = '', packetsText = '', seedText = '1', rateText = '10000'] = process.argv.slice(2);
const kind = FLOODS.find((known) => known === name);
const [packets, seed, rate] = [Number(packetsText), Number(seedText), Number(rateText)];
if (kind === undefined || !(packets > 0) || !(rate > 0) || !Number.isInteger(seed)) {
  process.stderr.write(`Usage: flood ${FLOODS.join('|')} PACKETS [SEED] [PACKETS_A_SECOND]\n`);
  process.exit(2);
}

const said = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const cost = (): { readonly cpuSeconds: number; readonly rssMiB: number } => {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: Math.round((user + system) / 1e4) / 100,
    rssMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
};

let model: SiteModel | undefined;
let detection: SiteDetection | undefined;
const runtime = createSiteRuntime((endpoints) => {
  model = createSiteModel({ endpoints });
  detection = createSiteDetection(model, endpoints, NOTHING_STANDING);
  return detection.sink;
});
const pipeline = new Pipeline({ source: 'flood', site: runtime });
let tenth = 1;
for await (const event of readCapture(floodCapture({ kind, packets, seed, rate }), { name: 'flood' })) {
  pipeline.handle(event);
  if (pipeline.decoding.health.frames >= (packets / 10) * tenth) {
    tenth++;
    said({ packets: pipeline.decoding.health.frames, ...cost(), endpoints: runtime.endpoints.count });
  }
}
pipeline.finish();
detection!.collect();
const before = cost();
const assets = model!.assets().length;
const found = detection!.triage.findings();
const { limits } = pipeline.health();
said({
  kind,
  packets,
  seed,
  rate,
  ...cost(),
  pictureCpuSeconds: Math.round((cost().cpuSeconds - before.cpuSeconds) * 100) / 100,
  peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  usAPacket: Math.round((cost().cpuSeconds / packets) * 1e8) / 100,
  assets,
  endpoints: runtime.endpoints.count,
  conversations: model!.conversations().length,
  limits: [...limits, ...model!.limits()],
  findings: found.map(({ kind: code, count }) => `${code} ${count}`).slice(0, 20),
});
