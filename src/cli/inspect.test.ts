/** `gatehouse inspect` tells programs by its exit code that a capture was not whole, and prints what was read all the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { enhancedPacket, interfaceDescription, pcapHeader, pcapRecord, sectionHeader } from '../capture/writer.ts';
import { EXIT } from '../core/errors.ts';
import { inspect } from './inspect.ts';
import { FORMATS, LISTS } from './inspect-lists.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-inspect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let out = '';
let said = '';
beforeEach(() => {
  out = said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const frame = pcapRecord({ bytes: new Uint8Array(60).fill(1), tsUs: 1_700_000_000_000_000 }, { linkType: 1 });
const whole = Buffer.concat([pcapHeader({ linkType: 1 }), frame, frame]);
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

// An ARP answer (RFC 826): 02:..:0n says that it has 10.0.0.n.
const arp = (n: number) =>
  `02000000000202000000000${n}0806000108000604000202000000000${n}0a00000${n}0200000000020a000002`;
const capture = (n: number): Buffer => {
  const bytes = Buffer.concat([Buffer.from(arp(n), 'hex'), Buffer.alloc(18)]);
  return Buffer.concat([
    pcapHeader({ linkType: 1 }),
    pcapRecord({ bytes, tsUs: 1_700_000_000_000_000 }, { linkType: 1 }),
  ]);
};

it('is 0 for a whole capture and 3 for one that ends early', async () => {
  expect(await inspect([write('whole.pcap', whole)], { format: 'table' })).toBe(EXIT.ok);
  expect([out.includes('2 frames'), said]).toEqual([true, '']);
  expect(await inspect([write('cut.pcap', whole.subarray(0, -7))], { format: 'table' })).toBe(EXIT.input);
  expect(out).toContain(': 1 frame, 60 octets, 0 s from 2023-');
  expect(said).toMatch(
    /^gatehouse: .*cut\.pcap: The capture ends in the middle of its last packet record .*\[capture\.cut\]\n$/,
  );
});

it('tells devices with the same address apart by their network card', async () => {
  const [header, first, second, third] = [
    pcapHeader({ linkType: 1 }),
    ...[[1], [3], [1, 4]].map(([n, card = n]) => {
      const bytes = Buffer.from(arp(n!), 'hex');
      bytes[11] = card!;
      bytes[27] = card!;
      return pcapRecord({ bytes, tsUs: 1_700_000_000_000_000 + card! * 1000 }, { linkType: 1 });
    }),
  ];
  const path = write('twice.pcap', Buffer.concat([header!, first!, second!, third!]));
  expect(await inspect([path], { format: 'table' })).toBe(EXIT.ok);
  for (const mac of ['02:00:00:00:00:01', '02:00:00:00:00:04']) expect(out).toContain(`  10.0.0.1 at ${mac}`);
  expect(out).not.toContain('10.0.0.3 at');
});

it('says of frames of a link type that is not understood that they were only counted', async () => {
  // LINKTYPE_NFLOG, 239; the other interface is Ethernet.
  const one = { bytes: new Uint8Array(60).fill(1), tsUs: 1_700_000_000_000_000 };
  const both = Buffer.concat([
    sectionHeader(),
    interfaceDescription({ linkType: 1 }),
    interfaceDescription({ linkType: 239 }),
    enhancedPacket(one),
    enhancedPacket(one, { interfaceId: 1 }),
    enhancedPacket(one, { interfaceId: 1 }),
  ]);
  expect(await inspect([write('both.pcapng', both)], { format: 'table' })).toBe(EXIT.ok);
  expect(out).toContain('2 frames are of link type 239 (NFLOG): only counted');
  expect(said).toMatch(
    /link type 239 \(NFLOG\) are not understood and were only counted \(2\).* \[capture\.link-type\]/,
  );
});

it('tells no span of time where the clock steps backwards', async () => {
  const record = (s: number) => pcapRecord({ bytes: new Uint8Array(60).fill(s), tsUs: s * 1_000_000 }, { linkType: 1 });
  const back = Buffer.concat([pcapHeader({ linkType: 1 }), ...[30, 20, 10].map(record)]);
  expect(await inspect([write('back.pcap', back)], { format: 'table' })).toBe(EXIT.ok);
  expect(out).toContain('3 frames, 180 octets, from 1970-01-01T00:00:30');
});

it('says of each observation which capture it is from', async () => {
  const paths = [write('one.pcap', capture(1)), write('two.pcap', capture(3))];
  expect(await inspect(paths, { emit: 'observations', format: 'ndjson' })).toBe(EXIT.ok);
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { source: string; frame: number });
  expect(rows.length).toBeGreaterThan(1);
  expect([...new Set(rows.map(({ source }) => source))]).toEqual(paths);
});

it.each(LISTS.flatMap((list) => FORMATS.map((format) => [list, format] as const)))(
  '--emit %s --format %s has a row for each thing, of the same columns',
  async (list, format) => {
    const path = write(`${list}.pcap`, capture(1));
    expect(await inspect([path], { emit: list, format })).toBe(EXIT.ok);
    const lines = out.split('\n').filter((line) => line !== '');
    if (format === 'ndjson') for (const line of lines) expect(typeof JSON.parse(line)).toBe('object');
    else expect(lines.length, 'the names of the columns').toBeGreaterThan(0);
    // Nothing was found in one ARP answer; all other lists have a row.
    if (list !== 'findings') expect(lines.length).toBeGreaterThanOrEqual(format === 'ndjson' ? 1 : 2);
    if (format === 'csv') for (const line of lines) expect(csvFields(line)).toBe(csvFields(lines[0]!));
  },
);

/** Fields of a line of CSV (RFC 4180) without line breaks in them. */
const csvFields = (line: string): number => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(',').length;
