/**
 * What a flood costs: `flood KIND PACKETS [SEED] [PACKETS_A_SECOND]` reads a made flood (`flood-capture.ts`) through decoding,
 * inventory and detection, as `gatehouse inspect` does, and prints a JSON line for each tenth and one of what came of it.
 */
import { FLOODS } from './flood-capture.ts';
import { readFlood } from './flood-read.ts';

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

let tenth = 1;
const { runtime, pipeline, model, detection } = await readFlood({ kind, packets, seed, rate }, (so) => {
  const { frames } = so.pipeline.decoding.health;
  if (frames < (packets / 10) * tenth) return;
  tenth++;
  said({ packets: frames, ...cost(), endpoints: so.runtime.endpoints.count });
});
const before = cost();
const assets = model.assets().length;
const found = detection.triage.findings();
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
  conversations: model.conversations().length,
  limits: [...limits, ...model.limits()],
  findings: found.map(({ kind: code, count }) => `${code} ${count}`).slice(0, 20),
});
