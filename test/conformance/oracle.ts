/**
 * `npx tsx test/conformance/oracle.ts DIR OUT [--protocol P] [--frames 400] [--seed N [--fields]]`: makes captures that nobody has read before, and
 * asks the installed tshark what is in them, in the columns that the mappings compare. Then `npm run conformance -- OUT` judges our
 * decoders on them. With `--seed` frames are changed (an octet or two of a payload, checksums repaired; with `--fields` one field that tshark names, each in its turn, and
 * `changed.tsv` says which); without, all columns are asked of
 * the captures as they are. A difference is a question, not a fault: damaged frames are where dissectors may rightly differ.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pcapHeader, pcapRecord } from '../../src/capture/writer.ts';
import { readFrames, seeded, type TestFrame } from '../drive.ts';
import { type FieldPlace, refielded, retouched } from '../mutate.ts';
import { given } from '../usage.ts';
import { MAPS } from './maps/list.ts';
import type { FrameMap } from './types.ts';

const COMMON = [
  'frame.number',
  'frame.time_epoch',
  'frame.len',
  'frame.protocols',
  'eth.src',
  'eth.dst',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  '_ws.malformed',
];

const { values, positionals } = given(import.meta.url, {
  allowPositionals: true,
  options: {
    protocol: { type: 'string' },
    capture: { type: 'string' },
    frames: { type: 'string', default: '400' },
    seed: { type: 'string' },
    fields: { type: 'boolean', default: false },
  },
});
const [dir, out] = positionals;
if (dir === undefined || out === undefined) {
  process.stderr.write('oracle: name a folder of captures and a folder to write to\n');
  process.exit(2);
}
if (spawnSync('tshark', ['--version']).status !== 0) {
  process.stderr.write('oracle: tshark is not installed\n');
  process.exit(2);
}
const known = new Set(
  execFileSync('tshark', ['-G', 'fields'], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .split('\n')
    .map((line) => line.split('\t')[2] ?? ''),
);
const columns = [
  ...COMMON,
  ...new Set(
    (MAPS.filter((m) => m.shape === 'frames') as unknown as FrameMap[]).flatMap((m) => [
      ...Object.keys(m.columns),
      ...Object.keys(m.framed ?? {}),
    ]),
  ),
].filter((c) => known.has(c));
const limit = Number(values.frames);
const seed = values.seed === undefined ? undefined : Number(values.seed);

/** Frames of one link type, those with a payload first of all: what a reader of a small capture would look at. */
const chosen = (frames: readonly TestFrame[]): readonly TestFrame[] =>
  frames.filter((f) => (f.linkType ?? 1) === (frames[0]!.linkType ?? 1)).slice(0, limit);

/** What tshark names in each frame, and where it stands. */
const fieldsOf = (file: string): FieldPlace[][] => {
  const frames: FieldPlace[][] = [];
  const text = execFileSync('tshark', ['-n', '-r', file, '-T', 'pdml'], {
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for (const line of text.toString('latin1').split('\n')) {
    if (line.startsWith('<packet>')) frames.push([]);
    const [, name, size, at, value] =
      /^\s+<field name="([^"]*)".* size="(\d+)" pos="(\d+)".*? value="([0-9a-f]*)"/.exec(line) ?? [];
    if (value === undefined || value.length !== 2 * Number(size)) continue;
    frames.at(-1)?.push({ name: name!, at: Number(at), octets: Uint8Array.from(Buffer.from(value, 'hex')) });
  }
  return frames;
};

const seen = new Map<string, number>();
let made = 0;
for (const protocol of readdirSync(dir)) {
  if (values.protocol !== undefined && protocol !== values.protocol) continue;
  if (!statSync(join(dir, protocol)).isDirectory()) continue;
  for (const entry of readdirSync(join(dir, protocol), { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isDirectory()) continue;
    if (values.capture !== undefined && !name.includes(values.capture)) continue;
    const path = ['capture.pcap', 'capture.pcapng']
      .map((f) => join(dir, protocol, name, f))
      .find((p) => statSync(p, { throwIfNoEntry: false }));
    if (path === undefined) continue;
    const frames = chosen(await readFrames(path));
    if (frames.length === 0) continue;
    const linkType = frames[0]!.linkType ?? 1;
    const folder = join(out, protocol, name);
    mkdirSync(join(folder, 'expected'), { recursive: true });
    const file = join(folder, 'capture.pcap');
    const write = (made: readonly TestFrame[]): void =>
      writeFileSync(file, Buffer.concat([pcapHeader({ linkType }), ...made.map((f) => pcapRecord(f, { linkType }))]));
    write(frames);
    if (seed !== undefined && values.fields) {
      const told: string[] = [];
      const random = seeded(seed + made);
      write(refielded(frames, fieldsOf(file), random, seen, (frame, what) => told.push(`${frame}\t${what}\n`)));
      writeFileSync(join(folder, 'changed.tsv'), told.join(''));
    } else if (seed !== undefined) write(retouched(frames, seeded(seed + made)));
    const table = execFileSync(
      'tshark',
      [
        ...['-n', '-o', 'tcp.reassemble_out_of_order:TRUE', '-r', file, '-T', 'fields', '-E', 'header=y'],
        ...columns.flatMap((c) => ['-e', c]),
      ],
      { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    writeFileSync(join(folder, 'expected', 'tshark-here.fields.tsv'), table);
    made++;
  }
}
process.stderr.write(`${made} captures with ${columns.length} columns in ${out}\n`);
