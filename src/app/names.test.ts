/** Asset lists in the engine: a list is replaced and comes back, reaches devices seen later, and survives a reading anew. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NameUpload, ROUTES } from '../api/index.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import type { CallAnswer, CallInput, EngineCall } from './engine-contract.ts';
import { MAX_PENDING_LISTS } from './names.ts';

let folder: string;
let engine: LocalEngine;
let clockUs = 1_700_000_000_000_000;
const nowUs = () => ++clockUs;
const start = async (): Promise<LocalEngine> =>
  LocalEngine.start({
    store: await openStore(join(folder, 'data'), { nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
    timers: false,
    onError: (error) => {
      throw error;
    },
  });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-names-'));
  engine = await start();
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async <C extends EngineCall>(call: C, input: Partial<CallInput<C>>): Promise<CallAnswer<C>> => {
  const given = { params: {}, query: {}, body: undefined, userId: 'u1', ...input } as CallInput<C>;
  const answer = JSON.parse(await engine.call(call, given)) as CallAnswer<C>;
  expect([...Value.Errors(ROUTES[call].response, answer)].slice(0, 3)).toEqual([]);
  return answer;
};

/** An announcement (ARP request for itself, RFC 826) of host `n`: 02:00:00:00:00:0n has 10.0.0.n. */
const announcement = (n: number): Uint8Array => {
  const mac = [2, 0, 0, 0, 0, n];
  const ip = [10, 0, 0, n];
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...mac, ...ip, 0, 0, 0, 0, 0, 0, ...ip];
  return Uint8Array.from([255, 255, 255, 255, 255, 255, ...mac, 8, 6, ...arp, ...new Array<number>(18).fill(0)]);
};
const openHosts = async (name: string, hosts: readonly number[]): Promise<string> => {
  const records = hosts.map((n, i) => {
    const bytes = announcement(n);
    return pcapRecord({ tsUs: 1_700_000_000_000_000 + i, bytes, wire: bytes.length }, { linkType: 1 });
  });
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
  const { site } = await engine.open({ kind: 'file', path, site: 'plant' }, 'u1');
  await engine.settled();
  return site;
};
const upload = async (site: string, file: string, text: string): Promise<NameUpload> =>
  JSON.parse(await engine.uploadNames(site, file, new TextEncoder().encode(text))) as NameUpload;
const apply = async (site: string, file: string, text: string) => {
  const { id, suggested } = await upload(site, file, text);
  return ask('applyNames', { params: { site, id }, body: { mapping: suggested } });
};
const named = async (site: string): Promise<string[]> =>
  (await ask('assets', { params: { site }, query: { sort: 'ip' } })).items.map((a) => `${a.ips[0]} ${a.name}`).sort();

describe('asset lists', () => {
  it('takes the place of an older list of that name; undone, the older one is back; others stand beside', async () => {
    const site = await openHosts('a.pcap', [1, 2, 3]);
    const old = await apply(site, 'plant.csv', 'Name;IP\nPress;10.0.0.1\nMill;10.0.0.2\nSaw;10.0.0.50\n');
    const fresh = await apply(site, 'plant.csv', 'Name;IP\nPress 4;10.0.0.1\n');
    await apply(site, 'office.csv', 'Name;IP\nPrinter;10.0.0.3\nPhone;10.0.0.60\n');
    expect(await named(site)).toEqual(['10.0.0.1 Press 4', expect.not.stringContaining('Mill'), '10.0.0.3 Printer']);
    expect(await ask('reconciliation', { params: { site } })).toMatchObject({
      file: 'plant.csv, office.csv',
      listed: 3,
      matched: 2,
      notListed: [{ address: '10.0.0.2' }],
      notSeen: [{ line: 3, label: 'office.csv: Phone', address: '10.0.0.60' }],
    });
    const undo = (correction: string) => ask('undoCorrection', { params: { site, correction } });
    await expect(undo(old.correction!)).rejects.toMatchObject({ status: 409 });
    await undo(fresh.correction!);
    expect(await named(site)).toEqual(['10.0.0.1 Press', '10.0.0.2 Mill', '10.0.0.3 Printer']);
    await undo(old.correction!);
    await expect(undo(old.correction!)).rejects.toMatchObject({ status: 409 });
    expect((await named(site)).filter((name) => /Press|Mill/.test(name))).toEqual([]);
    const journal = await ask('journal', { query: { limit: 100 } });
    expect(journal.items.map((row) => `${row.what} ${row.subject}`).slice(0, 5)).toEqual([
      'correction.undo asset list plant.csv',
      'correction.undo asset list plant.csv',
      'names.apply asset list office.csv',
      'names.apply asset list plant.csv',
      'names.apply asset list plant.csv',
    ]);
  });

  it('tells what was left out of a list, and between which devices or lines nobody decided', async () => {
    const site = await openHosts('a.pcap', [1, 2]);
    await apply(site, 'plant.csv', 'Name;IP\nPress;10.0.0.1\nMill;10.0.0.1\nSaw;10.0.0.2\nPhone;10.0.0.60\n');
    const report = await ask('reconciliation', { params: { site } });
    expect(report.ambiguous.map(({ line, label }) => [line, label])).toEqual([
      [2, 'Press'],
      [3, 'Mill'],
    ]);
    for (const { assets, reason } of report.ambiguous)
      expect([assets.length, reason]).toEqual([1, expect.stringMatching(/./)]);
    // Every line of the list is in the report, once.
    expect(report.matched + report.ambiguous.length + report.notSeen.length).toBe(report.listed);
  });

  it('names a device that is seen later, also after a restart', async () => {
    const site = await openHosts('a.pcap', [1]);
    await apply(site, 'plant.csv', 'Name;IP\nPress;10.0.0.1\nMill;10.0.0.2\n');
    await engine.close();
    engine = await start();
    await openHosts('b.pcap', [2]);
    expect(await named(site)).toEqual(['10.0.0.1 Press', '10.0.0.2 Mill']);
    await engine.close();
    engine = await start();
    expect(await named(site)).toEqual(['10.0.0.1 Press', '10.0.0.2 Mill']);
    expect(await ask('reconciliation', { params: { site } })).toMatchObject({ matched: 2, notSeen: [], notListed: [] });
  });

  it('refuses what is no list, columns that are not there, uploads of others and too many', async () => {
    const site = await openHosts('a.pcap', [1]);
    const status = async (work: Promise<unknown>) => work.then(() => 200).catch((e: { status: number }) => e.status);
    expect(await status(engine.uploadNames(site, 'x', Uint8Array.of(1, 0, 2)))).toBe(422);
    expect(await status(engine.uploadNames('nowhere', 'x', Uint8Array.of(65)))).toBe(404);
    const first = await upload(site, 'a.csv', 'Name;IP\nPress;10.0.0.1\n');
    const preview = (id: string, mapping: object) =>
      status(ask('previewNames', { params: { site, id }, body: { mapping } }));
    expect(await preview(first.id, { ip: 7 })).toBe(422);
    expect(await preview(first.id, { vendor: 0 })).toBe(422);
    expect(await preview(first.id, first.suggested)).toBe(200);
    for (let i = 0; i < MAX_PENDING_LISTS; i++) await upload(site, 'b.csv', 'Name;IP\nPress;10.0.0.1\n');
    expect(await preview(first.id, first.suggested)).toBe(404);
    expect((await ask('reconciliation', { params: { site } })).file).toBe('');
  });
});
