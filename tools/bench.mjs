/**
 * `npm run bench -- FILE.pcap [LONGER.pcap] [--json] [--peers] [--only PHASE,...] [--runs N]`: prints one JSON line with
 * what reading, decoding and the whole pipeline cost, each in a process of its own on built JavaScript. With two files it
 * prints the slope between them: the steady state, without start-up. `--peers` measures tshark and ndpiReader (which names
 * protocols and decodes nothing) in the same run, where they are installed. `--only handover` measures what it costs to
 * hand observations to another thread.
 * `--runs N` takes the cheapest of N runs of each phase. Everything else that is said goes to standard error.
 */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ARENAS } from '../bin/arenas.mjs';
import { ensureAll, root } from './project.mjs';

const PHASES = ['reading', 'decode', 'pipeline'];

const options = { peers: false, json: false, only: PHASES, runs: 1 };
const files = [];
const words = process.argv.slice(2);
for (let i = 0; i < words.length; i++) {
  if (words[i] === '--peers') options.peers = true;
  else if (words[i] === '--json') options.json = true;
  else if (words[i] === '--only') options.only = (words[++i] ?? '').split(',');
  else if (words[i] === '--runs') options.runs = Number(words[++i]);
  else files.push(words[i]);
}
if (files.length < 1 || files.length > 2 || !(options.runs >= 1)) {
  process.stderr.write(
    'Usage: npm run bench -- FILE.pcap [LONGER.pcap] [--json] [--peers] [--only PHASE,...] [--runs N]\n',
  );
  process.exit(2);
}

await ensureAll();
const { HEAP_FLAGS } = await import(pathToFileURL(join(root, 'dist', 'src', 'app', 'heap.js')).href);
const round = (x) => Math.round(x * 1000) / 1000;

const once = (phase, file) => {
  const program = join(root, 'dist', 'bench', 'bench.js');
  const done = spawnSync(process.execPath, [...HEAP_FLAGS, program, phase, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...ARENAS, ...process.env },
  });
  if (done.status !== 0) {
    process.stderr.write(
      `The phase ${phase} of ${file} failed (${done.error?.message ?? `exit code ${done.status}`}).\n`,
    );
    process.exit(1);
  }
  return JSON.parse(done.stdout);
};

const measure = (phase, file) => {
  let best;
  for (let i = 0; i < options.runs; i++) {
    const result = once(phase, file);
    if (best !== undefined && best.checksum !== result.checksum) {
      process.stderr.write(
        `Two runs of ${phase} on ${file} said different things: ${best.checksum}, ${result.checksum}.\n`,
      );
      process.exit(1);
    }
    if (best === undefined || result.cpuSeconds < best.cpuSeconds) best = result;
  }
  if (!options.json)
    process.stderr.write(
      `${phase.padEnd(9)} ${best.packets} packets, ${best.cpuSeconds} s CPU = ${best.usPerPacket} us a packet, ` +
        `${best.packetsPerSecond} packets/s, ${best.peakRssMib} MiB at most, start-up ${best.startCpuSeconds} s  ${file}\n`,
    );
  return best;
};

/** Programs that read the same file; how each is told to, saying as little as it can. */
const PEERS = {
  tshark: (file) => ['-q', '-z', 'io,phs', '-r', file],
  ndpiReader: (file) => ['-q', '-i', file],
};

/** CPU of a peer, by the shell-free way: the CPU of this process's children before and after. */
const peer = (name, file, packets) => {
  const script =
    "const { spawnSync } = require('node:child_process');" +
    'const [name, ...args] = process.argv.slice(1);' +
    "const d = spawnSync(name, args, { stdio: 'ignore' });" +
    "const fs = require('node:fs');" +
    // proc(5): fields 16 and 17 of /proc/self/stat, after the name in brackets: CPU of children waited for, in ticks of 10 ms.
    "const f = fs.readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');" +
    'console.log(JSON.stringify({ status: d.status, cpuSeconds: (Number(f[13]) + Number(f[14])) / 100 }));';
  if (process.platform !== 'linux') return { skipped: 'the CPU of a peer is read from /proc' };
  const done = spawnSync(process.execPath, ['-e', script, '--', name, ...PEERS[name](file)], { encoding: 'utf8' });
  const said = done.status === 0 ? JSON.parse(done.stdout) : undefined;
  if (said?.status !== 0) return { skipped: `${name} is not installed, or could not read the file` };
  return { cpuSeconds: said.cpuSeconds, usPerPacket: round((said.cpuSeconds / packets) * 1e6) };
};

const result = {
  node: process.version,
  cpu: cpus()[0]?.model ?? '',
  flags: HEAP_FLAGS,
  environment: ARENAS,
  files: [],
};
for (const file of files) {
  const phases = Object.fromEntries(options.only.map((phase) => [phase, measure(phase, file)]));
  const first = Object.values(phases)[0];
  const entry = { file, packets: first.packets, phases };
  for (const name of options.peers ? Object.keys(PEERS) : []) {
    entry[name] = peer(name, file, first.packets);
    if (entry[name].cpuSeconds !== undefined && phases.pipeline !== undefined)
      entry[name].ratio = round(entry[name].cpuSeconds / phases.pipeline.cpuSeconds);
  }
  result.files.push(entry);
}
if (files.length === 2) {
  const [a, b] = result.files;
  const slope = (of) => round(((of(b) - of(a)) / (b.packets - a.packets)) * 1e6);
  const slopes = Object.fromEntries(
    options.only.map((phase) => [phase, slope((entry) => entry.phases[phase].cpuSeconds)]),
  );
  for (const name of Object.keys(PEERS)) {
    if (a[name]?.cpuSeconds === undefined || b[name]?.cpuSeconds === undefined) continue;
    slopes[name] = slope((entry) => entry[name].cpuSeconds);
    if (slopes.pipeline > 0) slopes[`${name}Ratio`] = round(slopes[name] / slopes.pipeline);
  }
  result.usPerPacketSlope = slopes;
}
console.log(JSON.stringify(result));
