/** Every answer about findings is what the contract says, acts are journalled, and a restart and a second reading change nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type CallName, ROUTES } from '../../api/index.ts';
import { pcapHeader, pcapRecord } from '../../capture/writer.ts';
import { OperatingError } from '../../core/errors.ts';
import { DETECTORS } from '../../detect/index.ts';
import { openMemoryStore, type Store } from '../../store/index.ts';
import { LocalEngine } from '../engine.ts';
import type { CallInput, EngineCall } from '../engine-contract.ts';

const T0 = 1_741_010_400_000_000;
const HOUR_US = 3_600_000_000;
const hex = (text: string): Uint8Array => Uint8Array.from(text.trim().split(/\s+/), (x) => Number.parseInt(x, 16));
/** Write Single Register 40 = 1400 of unit 1 of 192.168.1.20 and its answer; see test/walk.test.ts for every octet. */
const WRITE = hex(`00 80 f4 00 00 02 00 1d 09 00 00 01 08 00 45 00 00 34 00 11 40 00 40 06 00 00 c0 a8 01 0a c0 a8 01 14
  c0 00 01 f6 00 00 00 65 00 00 00 c9 50 18 20 00 00 00 00 00 00 07 00 00 00 06 01 06 00 28 05 78`);
const REPLY = hex(`00 1d 09 00 00 01 00 80 f4 00 00 02 08 00 45 00 00 34 00 22 40 00 40 06 00 00 c0 a8 01 14 c0 a8 01 0a
  01 f6 c0 00 00 00 00 c9 00 00 00 71 50 18 20 00 00 00 00 00 00 07 00 00 00 06 01 06 00 28 05 78`);

/** `card`: the third octet of both MAC addresses. `server`: the last octet of its IP and MAC address. */
const written = (host: number, transaction: number, tsUs: number, card = 9, server = 20): Uint8Array[] =>
  [WRITE, REPLY].map((octets, i) => {
    const bytes = octets.slice();
    bytes[2] = card;
    bytes[8] = card;
    bytes[i === 0 ? 29 : 33] = host;
    bytes[i === 0 ? 11 : 5] = host;
    bytes[i === 0 ? 33 : 29] = server;
    if (server !== 20) bytes[i === 0 ? 5 : 11] = server;
    const view = new DataView(bytes.buffer);
    view.setUint32(38, (i === 0 ? 101 : 201) + transaction * 12);
    view.setUint32(42, (i === 0 ? 201 : 113) + transaction * 12);
    view.setUint16(54, transaction);
    return pcapRecord({ tsUs: tsUs + i * 1000, bytes }, { linkType: 1 });
  });

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-answers-'));
const file = join(folder, 'writes.pcap');
let store: Store;
let engine: LocalEngine;
let site = '';

const ask = async <C extends EngineCall & CallName>(call: C, input: object = {}): Promise<Answer<C>> => {
  const { params = {}, query = {}, body } = input as { params?: object; query?: object; body?: object };
  const text = await engine.call(call, {
    params: { site, ...params },
    query,
    body,
    userId: 'u1',
  } as unknown as CallInput<C>);
  const answer = JSON.parse(text) as Answer<C>;
  const { response } = ROUTES[call];
  const [wrong] = Value.Errors(response, answer);
  expect(wrong, `${call}: ${JSON.stringify(wrong)?.slice(0, 400)}`).toBeUndefined();
  return answer;
};
const start = async (from = store): Promise<LocalEngine> =>
  LocalEngine.start({
    store: from,
    nowUs: () => T0 + 30 * HOUR_US,
    nowMs: () => performance.now(),
    zone: 'UTC',
    timers: false,
  });

beforeAll(async () => {
  const records = Array.from({ length: 26 * 60 }, (_, i) => written(10, i, T0 + i * 60_000_000)).flat();
  records.push(...written(66, 0, T0 + 26 * HOUR_US), ...written(66, 1, T0 + 26 * HOUR_US + 5_000_000));
  records.push(...written(10, 26 * 60, T0 + 26 * HOUR_US + 60_000_000));
  writeFileSync(file, Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
  store = await openMemoryStore({ nowUs: () => T0 + 30 * HOUR_US });
  engine = await start();
  site = (await engine.open({ kind: 'file', path: file }, 'u1')).site;
  await engine.settled();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

it('an alert of one who does the same to several devices says that there are more', async () => {
  const path = join(folder, 'two.pcap');
  const records = Array.from({ length: 26 * 60 }, (_, i) => {
    const tsUs = T0 + i * 60_000_000;
    return [...written(10, i, tsUs), ...written(10, i, tsUs + 2_000_000, 9, 21)];
  }).flat();
  records.push(...written(66, 0, T0 + 26 * HOUR_US), ...written(66, 1, T0 + 26 * HOUR_US + 5_000_000, 9, 21));
  writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
  const other = await engine.open({ kind: 'file', path }, 'u1');
  await engine.settled();
  const { items } = await ask('alerts', { params: { site: other.site }, query: { q: 'kind:new-writer' } });
  expect(items).toMatchObject([
    // With the conversation in which it wrote: that is said of the same two.
    { findings: 3, title: '192.168.1.66 writes to 192.168.1.20 for the first time (and 1 more device)' },
  ]);
});

const writer = async () => (await ask('alerts', { query: { q: 'kind:new-writer' } })).items[0]!;

describe('the answers about findings', () => {
  it('hold to the contract, call by call', async () => {
    const alert = await writer();
    expect(alert).toMatchObject({ state: 'new', actor: { address: '192.168.1.66' } });
    const detail = await ask('alert', { params: { alert: alert.id } });
    expect(detail.finding.evidence[0]).toMatchObject({ frame: 26 * 60 * 2 + 1 });
    expect(JSON.stringify(detail.finding)).not.toContain('not known');
    await ask('finding', { params: { finding: detail.finding.id } });
    expect((await ask('findings')).total).toBeGreaterThan(0);
    await ask('incidents');
    expect((await ask('now')).alerts.length).toBeGreaterThan(0);
    expect(await ask('learning')).toMatchObject({ phase: 'watching', share: 1 });
    expect((await ask('detection')).detectors.length).toBeGreaterThan(3);
    expect((await ask('alertRates')).hours).toBeGreaterThan(25);
    const { items } = await ask('cells');
    for (const { id } of items) await ask('cell', { params: { cell: id } });
    await ask('band', { params: { point: 1 } });
    expect((await ask('windows')).items).toEqual([]);
    expect((await ask('baselines')).items).toEqual([]);
  });

  it('say whom to call about the device that it is about, then about who did it, for as long as a person says so', async () => {
    const { id, actor, target } = await writer();
    const contacts = async () => (await ask('alert', { params: { alert: id } })).contacts;
    expect(await contacts()).toEqual([]);
    const say = (asset: string, contact: string) => ask('changeAsset', { params: { asset }, body: { contact } });
    const said = [await say(target.id, ' Anna Berger, 4711 '), await say(actor!.id, 'IT, 100')];
    expect(await contacts()).toMatchObject([
      { contact: 'Anna Berger, 4711', assets: [{ id: target.id }] },
      { contact: 'IT, 100', assets: [{ id: actor!.id }] },
    ]);
    said.push(await say(actor!.id, 'Anna Berger, 4711'));
    expect(await contacts()).toMatchObject([
      { contact: 'Anna Berger, 4711', assets: [{ id: target.id }, { id: actor!.id }] },
    ]);
    expect((await ask('asset', { params: { asset: target.id } })).contact).toBe('Anna Berger, 4711');
    for (const { correction } of said.reverse()) await ask('undoCorrection', { params: { correction } });
    expect(await contacts()).toEqual([]);
  });

  it('the last day stands on one line: its last 24 hours, who asked a person in it and whether that is done', async () => {
    const at = (us: number): string => new Date(us / 1000).toISOString().replace('Z', '000Z');
    const lastUs = T0 + 26 * HOUR_US + 60_001_000;
    const shown = await ask('day');
    expect(shown).toMatchObject({
      fromAt: at(lastUs - 24 * HOUR_US),
      toAt: at(lastUs),
      watched: [{ fromAt: at(lastUs - 24 * HOUR_US), toAt: at(lastUs) }],
      askedMore: 0,
      engineering: [],
      windows: [],
    });
    const alert = await writer();
    const mark = shown.asked.find(({ id }) => id === alert.id || id === alert.incident);
    expect(mark).toMatchObject({ closed: false, fromAt: alert.firstAt });
    // What is below an alert is counted by the half hour, and what began before the day is not.
    const { items } = await ask('findings', { query: { limit: 500 } });
    const isIn = (us: number): boolean => us >= lastUs - 24 * HOUR_US;
    const below = items.filter((f) => f.alert === '' && isIn(Date.parse(f.firstAt ?? '') * 1000)).length;
    expect(shown.kept.reduce((sum, { count }) => sum + count, 0)).toBe(below);
  });

  it('a trial says what a threshold would have given and changes nothing', async () => {
    const off = (codes: readonly string[]) => codes.map((code) => ({ code, enabled: false }));
    const trial = await ask('tryTuning', { body: { kinds: off(['new-writer', 'new-conversation']) } });
    // The conversation in which it wrote is an alert still.
    const half = await ask('tryTuning', { body: { kinds: off(['new-writer']) } });
    expect(half.alertsAfter).toBe(half.alertsBefore);
    expect(trial.alertsAfter).toBeLessThan(trial.alertsBefore);
    expect((await writer()).state).toBe('new');
    await expect(ask('applyTuning', { body: { kinds: [] } })).rejects.toMatchObject({ status: 422 });
  });

  it('two acts at the same time are both kept', async () => {
    const change = (body: object) => ask('applyTuning', { body: { kinds: [], reason: 'a test', ...body } });
    const { settings } = await ask('detection');
    await Promise.all([change({ alertsPerDay: 7 }), change({ kinds: [{ code: 'beacon', enabled: false }] })]);
    const both = await ask('detection');
    expect(both.settings.alertsPerDay).toBe(7);
    expect(both.detectors.flatMap((d) => d.kinds).find(({ code }) => code === 'beacon')!.threshold.enabled).toBe(false);
    await change({ alertsPerDay: settings.alertsPerDay, kinds: [{ code: 'beacon', enabled: true }] });
  });

  it('announced work labels, a review closes, each in the journal', async () => {
    const body = { text: 'pump', assets: [], cells: [], from: '2025-03-04T15:30:00Z', to: '2025-03-04T17:00:00Z' };
    const window = await ask('addWindow', { body });
    expect((await writer()).window).toMatchObject({ text: 'pump', overrun: false });
    await ask('changeWindow', { params: { window: window.id }, body: { cancelled: true } });
    expect((await writer()).window).toBeNull();
    const { id } = await writer();
    await expect(ask('reviewAlert', { params: { alert: id }, body: { verdict: 'benign' } })).rejects.toMatchObject({
      status: 422,
    });
    await ask('changeAlert', {
      params: { alert: id },
      body: { state: 'acknowledged', assignee: 'u1', note: 'looking' },
    });
    // Somebody else decided on what stood there before: he is told, and undoes nothing.
    const seen = { state: 'new', assignee: '' };
    await expect(ask('changeAlert', { params: { alert: id }, body: { assignee: 'u2', seen } })).rejects.toMatchObject({
      status: 409,
      code: 'changed-meanwhile',
      message: 'Somebody changed it meanwhile: it is acknowledged, and u1 takes care of it.',
    });
    expect((await writer()).assignee).toBe('u1');
    const asItIs = { state: 'acknowledged', assignee: 'u1' };
    await ask('changeAlert', { params: { alert: id }, body: { assignee: 'u1', seen: asItIs } });
    await ask('reviewAlert', { params: { alert: id }, body: { verdict: 'true', reason: 'nobody knew', close: true } });
    expect(await writer()).toMatchObject({ state: 'closed', review: 'true', assignee: 'u1', rank: null });
    const detail = await ask('alert', { params: { alert: id } });
    expect(detail.history.map((line) => line.what)).toEqual(['alert.review', 'alert.change', 'alert.change']);
    expect(detail.reviews).toHaveLength(1);
    const actions = (await ask('journal', { params: {} })).items.map((line) => line.what);
    expect(actions).toEqual(expect.arrayContaining(['window.add', 'window.change', 'alert.change', 'alert.review']));
    expect(
      (await ask('changeAlerts', { body: { alerts: [id, 'x'], change: { state: 'acknowledged' } } })).missing,
    ).toEqual(['x']);
  });

  it('one act about many leaves what somebody changed meanwhile, and gives each its own review', async () => {
    const { id } = await writer();
    const open = { state: 'acknowledged', assignee: '' };
    await ask('changeAlert', { params: { alert: id }, body: open });
    const review = { verdict: 'benign', reason: 'order 7' };
    const body = (stood: object, more: object = {}) => ({
      alerts: [id],
      change: { state: 'closed' },
      review,
      seen: { [id]: stood },
      ...more,
    });
    await expect(ask('changeAlerts', { body: body(open, { review: { verdict: 'benign' } }) })).rejects.toMatchObject({
      status: 422,
    });
    const before = (await ask('alert', { params: { alert: id } })).reviews.length;
    const late = await ask('changeAlerts', { body: body({ state: 'new', assignee: '' }) });
    expect(late).toEqual({ changed: 0, missing: [], unseen: [id] });
    expect(await writer()).toMatchObject({ state: 'acknowledged' });
    expect(await ask('changeAlerts', { body: body(open) })).toEqual({ changed: 1, missing: [], unseen: [] });
    expect(await writer()).toMatchObject({ state: 'closed', review: 'benign' });
    const detail = await ask('alert', { params: { alert: id } });
    expect(detail.reviews).toHaveLength(before + 1);
    expect(detail.reviews).toContainEqual(expect.objectContaining({ verdict: 'benign', reason: 'order 7' }));
    expect(detail.history.slice(0, 2).map((line) => line.what)).toEqual(['alert.review', 'alert.change']);
    // Whoever reviews what a colleague closed meanwhile is told so first.
    await expect(
      ask('reviewAlert', { params: { alert: id }, body: { verdict: 'true', seen: open } }),
    ).rejects.toMatchObject({ status: 409, code: 'changed-meanwhile' });
    await ask('changeAlerts', { body: { ...body({}), seen: {}, change: {}, review: { verdict: 'true' } } });
    expect(await writer()).toMatchObject({ state: 'closed', review: 'true' });
    await ask('changeAlerts', { body: { alerts: [id], change: { state: 'acknowledged' } } });
  });

  it('points are found by words and state, and only those are handed out', async () => {
    const all = await ask('cells');
    const [cell] = all.items;
    expect(cell).toMatchObject({ fits: cell!.points });
    const found = await ask('cells', { query: { q: 'HOLDING 40' } });
    expect(found.items.map((c) => c.fits)).toEqual([1]);
    const none = await ask('cells', { query: { q: 'holding 40 pump' } });
    expect(none).toMatchObject({ items: [], total: 0, fits: 0, cells: 1, points: cell!.points, armed: all.armed });
    const odd = await ask('cells', { query: { look: 'odd' } });
    expect(odd.items).toEqual([]);
    const params = { cell: cell!.id };
    expect((await ask('cell', { params, query: { q: 'holding', samples: 5 } })).points).toHaveLength(cell!.points);
    expect((await ask('cell', { params, query: { q: 'pump' } })).points).toEqual([]);
  });

  it('a unit by hand stands at the point everywhere, in the journal, and is found by it', async () => {
    const [cell] = (await ask('cells')).items;
    const { id } = (await ask('cell', { params: { cell: cell!.id } })).points[0]!;
    expect(await ask('setUnits', { body: { points: [id, 999], unit: ' m³/h ' } })).toEqual({
      changed: 1,
      missing: [999],
    });
    expect((await ask('cell', { params: { cell: cell!.id } })).points[0]!.unit).toBe('m³/h');
    expect((await ask('point', { params: { point: id } })).unit).toBe('m³/h');
    expect((await ask('band', { params: { point: id } })).unit).toBe('m³/h');
    expect((await ask('cells', { query: { q: 'm³/h' } })).items[0]!.fits).toBe(1);
    const [line] = (await ask('journal', { params: {} })).items;
    expect(line).toMatchObject({ what: 'point.unit', who: 'u1' });
    expect(line!.detail).toContain('holding 40');
    await ask('setUnits', { body: { points: [id], unit: '' } });
    expect((await ask('point', { params: { point: id } })).unit).toBe('');
  });

  it('a baseline is kept, compared with now and restored', async () => {
    const kept = await ask('saveBaseline', { body: { name: 'after the first day' } });
    expect((await ask('baselines')).items).toEqual([kept]);
    expect(kept.bytes).toBe((await engine.baselineFile(site, kept.id)).length);
    const comparison = await ask('compareBaseline', { params: { baseline: kept.id } });
    expect(comparison.sentences[0]).toBe('The addresses are the same.');
    expect(comparison.sentences[2]).toMatch(/process cells? goe?s? on with what was learned\.$/);
    const restored = await ask('restoreBaseline', { params: { baseline: kept.id }, body: { reason: 'a test' } });
    expect(restored.missing).toEqual([]);
    expect(restored.detectors).toBe(DETECTORS.length);
    const carried = JSON.parse(await engine.importBaseline(site, await engine.baselineFile(site, kept.id), 'u1')) as {
      origin: string;
    };
    expect(carried.origin).toBe('carried');
    await expect(engine.importBaseline(site, new Uint8Array([1, 2, 3]), 'u1')).rejects.toMatchObject({ status: 422 });
    expect((await ask('baselines')).items).toHaveLength(3);
  });

  it('a file that is no baseline all through is refused before anything is kept of it', async () => {
    const [kept] = (await ask('baselines')).items;
    const content = JSON.parse(gunzipSync(await engine.baselineFile(site, kept!.id)).toString()) as {
      summary: object;
      numbered: { endpoints: object[]; points: object[] };
    };
    const { endpoints, points } = content.numbered;
    const others = endpoints.slice(1);
    const changes: object[] = [
      { summary: undefined },
      { summary: { ...content.summary, watchedHours: 'many' } },
      { note: 5 },
      { madeAt: null },
      { numbered: { endpoints: 'x'.repeat(endpoints.length), points } },
      { numbered: { endpoints: [null, ...others], points } },
      { numbered: { endpoints: [{ ...endpoints[0], id: 2 }, ...others], points } },
      { numbered: { endpoints: [{ ...endpoints[0], ip: 7 }, ...others], points } },
      { numbered: { endpoints: [{ ...endpoints[0], vlan: 1e9 }, ...others], points } },
      { numbered: { endpoints: [{ ...endpoints[0], parent: 9e9 }, ...others], points } },
      { numbered: { endpoints, points: points.map((point) => ({ ...point, target: endpoints.length + 1 })) } },
      { numbered: { endpoints, points: points.map((point) => ({ ...point, path: undefined })) } },
    ];
    const before = (await ask('baselines')).items.length;
    for (const [i, change] of changes.entries()) {
      const bytes = gzipSync(JSON.stringify({ ...content, ...change }));
      const what = JSON.stringify(change).slice(0, 60);
      await expect(engine.importBaseline(site, bytes, 'u1'), what).rejects.toMatchObject({ status: 422 });
      await expect(engine.begin(`new ${i}`, bytes, 'u1'), what).rejects.toMatchObject({ status: 422 });
    }
    expect((await ask('baselines')).items).toHaveLength(before);
    expect((await ask('sites')).items.map(({ name }: { name: string }) => name)).not.toContain('new 0');
  });

  it('a baseline that cannot be read, or that speaks of other devices, changes nothing', async () => {
    const [kept] = (await ask('baselines')).items;
    const content = JSON.parse(gunzipSync(await engine.baselineFile(site, kept!.id)).toString()) as {
      points: string[];
      parts: Record<string, string>;
    };
    const findings = (await ask('findings')).items;
    const given = async (change: object): Promise<unknown> => {
      const bytes = gzipSync(JSON.stringify({ ...content, ...change }));
      const { id } = JSON.parse(await engine.importBaseline(site, bytes, 'u1')) as { id: string };
      return ask('restoreBaseline', { params: { baseline: id }, body: { reason: 'a test' } });
    };
    const feed = Buffer.from('no JSON').toString('base64');
    await expect(given({ parts: { ...content.parts, feed } })).rejects.toMatchObject({ status: 422 });
    await expect(given({ points: content.points.map((name) => `${name}x`) })).rejects.toMatchObject({ status: 409 });
    await expect(
      given({ points: [...content.points, 'x'], numbered: { endpoints: [], points: [] } }),
    ).rejects.toMatchObject({ status: 409, whatToDo: expect.stringContaining('--baseline') });
    expect((await ask('findings')).items).toEqual(findings);
    expect(await ask('learning')).toMatchObject({ phase: 'watching', share: 1 });
    // One that was kept before they could be carried.
    expect(await given({ numbered: undefined })).toMatchObject({ missing: [] });
  });

  it('a baseline goes on at a twin machine, whose devices have other network cards and come in another order', async () => {
    // A time that is not the usual one, and is set by a person: with the usual 24 hours the twin would have to learn on.
    await ask('applyTuning', { body: { kinds: [], learningHours: 3, reason: 'a test' } });
    const kept = await ask('saveBaseline', { body: { name: 'to the second press' } });
    const bytes = await engine.baselineFile(site, kept.id);
    const other = join(folder, 'twin.pcap');
    const records = [...written(77, 0, T0 + 29 * HOUR_US, 0x44)];
    for (let i = 0; i < 30; i++) records.push(...written(10, i, T0 + 29 * HOUR_US + i * 60_000_000, 0x44));
    writeFileSync(other, Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
    const twinStore = await openMemoryStore({ nowUs: () => T0 + 30 * HOUR_US });
    const [first, home] = [engine, site];
    engine = await start(twinStore);
    try {
      await expect(engine.begin('press 2', bytes.subarray(0, 100), 'u1')).rejects.toMatchObject({ status: 422 });
      // What could not be read left no site behind that would be in the way of the right file.
      await engine.begin('press 2', bytes, 'u1');
      site = 'press-2';
      expect(await ask('learning')).toMatchObject({ phase: 'watching' });
      expect((await ask('detection')).settings.learningHours).toBe(3);
      expect((await ask('assets')).total).toBe(0);
      expect((await ask('points')).total).toBe(0);
      expect((await ask('findings')).total).toBe(0);
      await engine.open({ kind: 'file', path: other, site: 'press 2' }, 'u1');
      await engine.settled();
      expect((await ask('assets')).total).toBe(3);
      expect((await ask('points')).total).toBe(1);
      const alerts = (await ask('alerts', { query: { q: 'kind:new-writer' } })).items;
      expect(alerts.map(({ actor }) => actor?.address)).toEqual(['192.168.1.77']);
      await expect(engine.begin('press 2', bytes, 'u1')).rejects.toMatchObject({ status: 409 });
    } finally {
      await engine.close();
      [engine, site] = [first, home];
    }
  });

  it('a restart learns nothing again: the same findings, the same state, in less than two seconds', async () => {
    const before = await ask('findings', { query: { sort: 'id' } }).catch(() => ask('findings'));
    const alert = await writer();
    await engine.pulse();
    const again = await start();
    const first = engine;
    engine = again;
    // Of this process, whatever else the machine does meanwhile.
    const since = process.cpuUsage();
    const after = await ask('findings', { query: { sort: 'id' } }).catch(() => ask('findings'));
    const { user, system } = process.cpuUsage(since);
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(after.items).toEqual(before.items);
    expect(await writer()).toMatchObject({ id: alert.id, state: alert.state, review: alert.review });
    expect(await ask('learning')).toMatchObject({ phase: 'watching', share: 1 });
    engine = first;
  });

  it('what a person accepts is normal from then on', async () => {
    const { id } = await writer();
    const trial = await ask('tryAccept', { params: { alert: id } });
    // The write, and the conversation in which it was made.
    expect(trial).toMatchObject({ learns: true, quiet: 2 });
    expect(trial.text).toContain('192.168.1.66');
    expect(trial.examples[0]).toMatchObject({ effect: 'quiet' });
    // The review of an earlier test said that it is true: whoever accepts it must know.
    expect(trial.doubts.join(' ')).toMatch(/reviewed 1 alert of this kind as true/);
    expect((await writer()).state).toBe('acknowledged');
    // Nothing is learned of what somebody else has taken meanwhile.
    const body = { reason: 'the new panel', seen: { state: 'new', assignee: 'u2' } };
    await expect(ask('acceptAlert', { params: { alert: id }, body })).rejects.toMatchObject({
      status: 409,
      code: 'changed-meanwhile',
    });
    expect(await writer()).toMatchObject({ state: 'acknowledged', review: 'true' });
    const accepted = await ask('acceptAlert', { params: { alert: id }, body: { reason: 'the new panel' } });
    expect(accepted.learned).toBe(true);
    expect(await writer()).toMatchObject({ state: 'closed', review: 'benign' });
    const { items } = await ask('journal', { query: { limit: 2 } });
    expect(items.map(({ what }) => what)).toEqual(['baseline.accepted', 'baseline.accept']);
  });

  it('what was learned while the disk became full is written later, and told as what it is', async () => {
    const { items } = await ask('alerts', { query: { limit: 50 } });
    const open = items.find(({ state }) => state !== 'closed')!;
    const submit = store.writer.submit.bind(store.writer);
    let commits = 0;
    const full = new OperatingError('store.full-disk', { path: 'data' });
    store.writer.submit = (batch, options) =>
      options?.background !== true && ++commits === 2 ? Promise.reject(full) : submit(batch, options);
    await expect(ask('acceptAlert', { params: { alert: open.id }, body: { reason: 'planned' } })).rejects.toBe(full);
    store.writer.submit = submit;
    await store.writer.idle();
    expect((await ask('alert', { params: { alert: open.id } })).alert).toMatchObject({
      state: 'closed',
      review: 'benign',
    });
    const journal = await ask('journal', { query: { limit: 1 } });
    expect(journal.items[0]).toMatchObject({ what: 'baseline.accepted' });
  });
});
