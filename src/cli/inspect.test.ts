/** `gatehouse inspect` tells programs by its exit code that a capture was not whole, and prints what was read all the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { EXIT } from '../core/errors.ts';
import { inspect } from './inspect.ts';

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

it('is 0 for a whole capture and 3 for one that ends early', async () => {
  expect(await inspect([write('whole.pcap', whole)], { format: 'table' })).toBe(EXIT.ok);
  expect([out.includes('2 frames'), said]).toEqual([true, '']);
  expect(await inspect([write('cut.pcap', whole.subarray(0, -7))], { format: 'table' })).toBe(EXIT.input);
  expect(out).toContain('1 frames');
  expect(said).toMatch(
    /^gatehouse: .*cut\.pcap: The capture ends in the middle of its last packet record .*\[capture\.cut\]\n$/,
  );
});
