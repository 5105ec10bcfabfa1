/** The engine on real captures: answers have the shape of the contract, survive a restart, and evidence opens. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeShared, sharedCapture } from '../../test/shared.ts';
import { type CaptureList, ROUTES, type Uploaded } from '../api/index.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { holdsWords } from '../core/message-words.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import type { CallAnswer, CallInput, EngineCall, EngineEvent } from './engine-contract.ts';

const CAPTURE = 's7comm/iti.snap7_s300_stop';
/** Of one site. */
const THREE = [CAPTURE, 'modbus/iti.modbus_test', 'modbus/zeek.modbusSmall'];
let folder: string;
let engine: LocalEngine;
const nowUs = () => Date.now() * 1000;

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
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-engine-'));
  engine = await start();
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async <C extends EngineCall>(call: C, input: Partial<CallInput<C>>): Promise<CallAnswer<C>> => {
  const text = await engine.call(call, {
    params: {},
    query: {},
    body: undefined,
    userId: 'u1',
    ...input,
  } as CallInput<C>);
  const answer = JSON.parse(text) as CallAnswer<C>;
  const errors = [...Value.Errors(ROUTES[call].response, answer)];
  expect(errors.slice(0, 3), `${call} has the shape of the contract`).toEqual([]);
  return answer;
};

const openCapture = async (path = sharedCapture(CAPTURE)) => {
  const opened = await engine.open({ kind: 'file', path }, 'u1');
  await engine.settled();
  return opened;
};

/** Everything a console shows of a site, without what the clock says. */
const picture = async (site: string) => {
  const params = { site };
  const query = { limit: 1000 };
  const list = async (call: 'assets' | 'flows' | 'commands' | 'points' | 'sessions' | 'changes' | 'weirds') =>
    (await ask(call, { params, query })).items;
  const assets = await list('assets');
  const details = [];
  for (const { id } of assets) details.push(await ask('asset', { params: { site, asset: String(id) } }));
  const { nodes, edges } = await ask('map', { params });
  return {
    assets,
    details,
    nodes,
    edges,
    flows: await list('flows'),
    commands: await list('commands'),
    points: await list('points'),
    sessions: await list('sessions'),
    changes: await list('changes'),
    weirds: await list('weirds'),
  };
};

describeShared('the engine', () => {
  it('opens a capture as a site of its own; a second time nothing is done', async () => {
    const events: EngineEvent[] = [];
    engine.onEvent((event) => events.push(event));
    const opened = await openCapture();
    expect(opened.known).toBe(false);
    const { items } = await ask('sources', { params: { site: opened.site } });
    expect(items).toMatchObject([{ state: 'complete', progress: 1, error: '' }]);
    expect(items[0]!.health.frames).toBeGreaterThan(0);
    expect(events.some((event) => event.kind === 'progress' && event.data.state === 'complete')).toBe(true);
    const before = await picture(opened.site);
    expect(before.assets.length).toBeGreaterThan(1);
    // Peers of an asset and the list of flows say the same of what carried nothing.
    const carried = before.details.flatMap(({ peers }) => peers.map((p) => p.hasPayload));
    expect([...new Set(carried)].sort()).toEqual(
      [...new Set(before.flows.map((f) => 'decoded' in f && f.decoded !== null))].sort(),
    );
    // The same content under another name is the same capture.
    const copy = join(folder, 'other.pcap');
    copyFileSync(sharedCapture(CAPTURE), copy);
    expect(await openCapture(copy)).toEqual({ ...opened, known: true, as: expect.stringMatching(/./) });
    expect(await picture(opened.site)).toEqual(before);
  });

  it('answers every call of a site in the shape of the contract', async () => {
    const { site } = await openCapture();
    await ask('sites', {});
    await ask('now', { params: { site } });
    await ask('coverage', { params: { site } });
    await ask('settings', {});
    await ask('reconciliation', { params: { site } });
    const [newest] = (await ask('journal', { query: {} })).items;
    // People know a file by its name, not by the hash of its content.
    expect(newest).toMatchObject({ what: 'source.open', subjectName: expect.stringMatching(/^source .*\.pcap(ng)?$/) });
    const head = { row: newest!.id, hash: newest!.hash };
    expect(await ask('checkJournal', { query: {} })).toEqual({ state: 'intact', ...head, reason: '' });
    expect(await ask('checkJournal', { query: head })).toMatchObject({ state: 'intact' });
    const cut = { ...head, row: head.row + 1 };
    expect(await ask('checkJournal', { query: cut })).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('cut off'),
    });
    await expect(ask('checkJournal', { query: { row: 1 } })).rejects.toThrow(/row and a hash/);
    await picture(site);
    const points = await ask('points', { params: { site }, query: { limit: 1 } });
    for (const { id } of points.items) {
      await ask('point', { params: { site, point: id } });
      await ask('series', { params: { site, point: id }, query: {} });
    }
  });

  it('shows the same after a restart', async () => {
    const { site } = await openCapture();
    const before = await picture(site);
    await engine.close();
    engine = await start();
    expect(await picture(site)).toEqual(before);
  });

  it('reads a file again whose reading was interrupted, with the same result and what people decided', async () => {
    const { site, source } = await openCapture();
    const [first, second] = (await ask('assets', { params: { site }, query: {} })).items;
    const params = { site, asset: first!.id };
    await ask('changeAsset', { params, body: { name: 'Press 3', role: 'plc' } });
    const renamed = await ask('changeAsset', { params, body: { name: 'Press 4' } });
    await ask('changeAsset', { params, body: { name: 'Press 5' } });
    const last = await ask('asset', { params });
    await ask('undoCorrection', { params: { site, correction: last.corrections[0]!.id } });
    expect((await ask('asset', { params })).corrections.map((c) => c.id)).toContain(renamed.correction);
    const assets = [first!.id, second!.id];
    const merged = await ask('mergeAssets', { params: { site }, body: { assets, reason: '' } });
    await ask('undoCorrection', { params: { site, correction: merged.correction } });
    await ask('mergeAssets', { params: { site }, body: { assets, reason: 'one device' } });
    const before = await picture(site);
    await engine.close();
    const store = await openStore(join(folder, 'data'), { nowUs });
    await store.writer.exclusively((sql) =>
      sql.write(({ db }) =>
        db.updateTable('source').set({ state: 'reading' }).where('source_id', '=', source).execute(),
      ),
    );
    await store.close();
    engine = await start();
    await engine.settled();
    expect(await picture(site)).toEqual(before);
    expect((await ask('assets', { params: { site }, query: {} })).items.map((a) => a.name)).toContain('Press 4');
  });

  /** The program ended while the last of three files was read. */
  const interruptedAmongThree = async () => {
    const names = ['one.pcap', 'two.pcap', 'three.pcap'];
    const paths = names.map((name) => join(folder, name));
    for (const [i, path] of paths.entries()) copyFileSync(sharedCapture(THREE[i]!), path);
    const opened: Uploaded[] = [];
    for (const path of paths) opened.push(await engine.open({ kind: 'file', path, site: 'works' }, 'u1'));
    await engine.settled();
    const { site } = opened[0]!;
    const before = await picture(site);
    await engine.close();
    const store = await openStore(join(folder, 'data'), { nowUs });
    await store.writer.exclusively((sql) =>
      sql.write(({ db }) =>
        db.updateTable('source').set({ state: 'reading' }).where('source_id', '=', opened[2]!.source).execute(),
      ),
    );
    await store.close();
    return { site, paths, before, last: opened[2]!.source };
  };
  const state = async (site: string, source: string) =>
    (await ask('sources', { params: { site } })).items.find(({ id }) => id === source);

  it('reads all files of a site again where one of them was interrupted', { timeout: 60_000 }, async () => {
    const { site, before, last } = await interruptedAmongThree();
    engine = await start();
    await engine.settled();
    expect(await picture(site)).toEqual(before);
    expect(await state(site, last)).toMatchObject({ state: 'complete', error: '' });
    const { items } = await ask('sources', { params: { site } });
    expect(items.map(({ state, health }) => [state, health.frames > 0])).toEqual(Array(3).fill(['complete', true]));
  });

  it('says what is missing where one of the files is gone', { timeout: 60_000 }, async () => {
    const { site, paths, before, last } = await interruptedAmongThree();
    rmSync(paths[0]!);
    engine = await start();
    await engine.settled();
    expect(await state(site, last)).toMatchObject({ state: 'failed', error: expect.stringContaining('interrupted') });
    expect(await picture(site)).toEqual(before);
  });

  it('does not say that a file of a folder was read to its end when it was not', { timeout: 60_000 }, async () => {
    const watched = join(folder, 'recorder');
    mkdirSync(watched);
    copyFileSync(sharedCapture(CAPTURE), join(watched, 'one.pcap'));
    const { site } = await engine.open({ kind: 'folder', path: watched }, 'u1');
    const sources = async () => (await ask('sources', { params: { site } })).items;
    // It is followed for as long as it may grow.
    await expect.poll(async () => (await sources())[0]?.health.frames ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
    const { frames } = (await sources())[0]!.health;
    await engine.close();
    engine = await start();
    expect(await sources()).toMatchObject([
      { state: 'failed', health: { frames }, error: expect.stringContaining('The rest') },
    ]);
    // Nor is its beginning counted twice; nothing of it was missing.
    await engine.open({ kind: 'folder', path: watched }, 'u1');
    copyFileSync(sharedCapture(CAPTURE), join(watched, 'two.pcap'));
    await expect.poll(async () => (await sources())[1]?.health.frames ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
    expect((await sources())[0]).toMatchObject({ state: 'complete', health: { frames }, error: '' });
  });

  it('filters, sorts and pages', async () => {
    const { site } = await openCapture();
    const params = { site };
    const all = await ask('assets', { params, query: { sort: 'name' } });
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask('assets', {
        params,
        query: { sort: 'name', limit: 1, ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.total).toBe(all.total);
      paged.push(...page.items.map((item) => item.id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all.items.map((item) => item.id));
    await expect(ask('assets', { params, query: { q: 'colour:red' } })).rejects.toMatchObject({
      status: 422,
      code: 'filter-invalid',
    });
    await expect(ask('assets', { params, query: { sort: 'colour' } })).rejects.toMatchObject({ code: 'sort-invalid' });
    await expect(ask('assets', { params: { site: 'none' } })).rejects.toMatchObject({ status: 404 });
  });

  it('opens evidence from the file, and pinned frames when the file is gone', async () => {
    const path = join(folder, 'copy.pcap');
    copyFileSync(sharedCapture(CAPTURE), path);
    const { site, source } = await openCapture(path);
    const commands = await ask('commands', { params: { site }, query: { limit: 1000 } });
    const pinned = commands.items.find((command) => command.evidence.length > 0)!.evidence[0]!.frame;
    const whole = await ask('frame', { params: { site, source, frame: pinned } });
    expect(whole).toMatchObject({
      available: true,
      layers: [{ name: 'eth' }, { name: 'ip' }, { name: 'tcp' }, expect.anything()],
    });
    expect(whole.supports.length).toBeGreaterThan(0);
    rmSync(path);
    expect(await ask('frame', { params: { site, source, frame: pinned } })).toEqual(whole);
    const pcap = await engine.framePcap(site, source, pinned, 0);
    expect(Buffer.from(pcap).readUInt32LE(0)).toBe(0xa1b2c3d4);
    const missing = await ask('frame', { params: { site, source, frame: 999_999 } });
    expect(missing.available).toBe(false);
    expect(missing.reason).not.toBe('');
  });

  it('reads the messages of a conversation again, and writes its frames as a capture', async () => {
    const { site } = await openCapture();
    const params = { site };
    const [flow] = (await ask('flows', { params, query: { q: 'protocol:=s7comm' } })).items;
    const all = await ask('messages', { params: { site, flow: flow!.id }, query: { limit: 1000 } });
    expect(all.items.map((m) => m.protocol)).toContain('s7comm');
    expect(all).toMatchObject({ next: null, missing: [] });
    // Each answer has the number of a request before it, and what it says of its request is right.
    const asked = new Map(all.items.filter((m) => m.role === 'request').map((m) => [m.exchange, m]));
    const answers = all.items.filter((m) => m.role === 'answer');
    expect(answers.length).toBeGreaterThan(0);
    for (const m of answers) {
      const request = asked.get(m.exchange);
      expect([request?.toServer, m.toServer, request?.type.split(' ')[0]]).toEqual([true, false, m.type.split(' ')[0]]);
      expect(m.tookMs).toBeCloseTo((Date.parse(m.at!) - Date.parse(request!.at!)) / 1, -1);
    }
    const paged: typeof all.items = [];
    let next: typeof all.next = { source: all.items[0]!.source, after: 0 };
    do {
      const page: typeof all = await ask('messages', {
        params: { site, flow: flow!.id },
        query: { limit: 7, ...next },
      });
      paged.push(...page.items);
      next = page.next;
    } while (next !== null);
    expect(paged).toEqual(all.items);

    const { bytes, isCut } = await engine.capture(site, 'flows', { row: flow!.id });
    expect(isCut).toBe(false);
    const copy = join(folder, 'selection.pcapng');
    writeFileSync(copy, bytes);
    const again = await openCapture(copy);
    const seen = (await ask('flows', { params: { site: again.site }, query: { q: 'protocol:=s7comm' } })).items;
    expect(seen).toMatchObject([{ clientPackets: flow!.clientPackets, serverPackets: flow!.serverPackets }]);

    const framesIn = async (list: CaptureList, row: string): Promise<number> => {
      const { bytes: proof } = await engine.capture(site, list, { row });
      const view = new DataView(proof.buffer, proof.byteOffset, proof.byteLength);
      let frames = 0;
      for (let o = 0; o < proof.length; o += view.getUint32(o + 4, true)) if (view.getUint32(o, true) === 6) frames++;
      return frames;
    };
    const stop = (await ask('commands', { params, query: { q: 'verb:mode-change' } })).items[0]!;
    expect(await framesIn('commands', String(stop.id))).toBe(
      new Set([...stop.evidence, ...stop.lastEvidence].map((e) => e.frame)).size,
    );
    // What a finding states, and the alert that shows it, go out with the frames that prove it.
    const [alert] = (await ask('alerts', { params, query: {} })).items;
    const { finding } = await ask('alert', { params: { site, alert: alert!.id } });
    expect(finding.evidence.length).toBeGreaterThan(0);
    const proofs = new Set(finding.evidence.map((e) => e.frame)).size;
    expect(await framesIn('findings', finding.id)).toBe(proofs);
    expect(await framesIn('alerts', alert!.id)).toBeGreaterThanOrEqual(proofs);
    expect(await framesIn('incidents', 'i-none')).toBe(0);
  });

  it('looks for words in all messages, and tells an exchange whole of which one message holds them', async () => {
    const { site } = await openCapture(sharedCapture('s7comm/iti.s7comm_clean'));
    const [flow] = (await ask('flows', { params: { site }, query: { q: 'protocol:=s7comm', sort: '-packets' } })).items;
    const params = { site, flow: flow!.id };
    const all = (await ask('messages', { params, query: { limit: 400 } })).items;
    const holding = (word: string): typeof all => {
      const holds = new Set(all.filter((m) => holdsWords(m, word)).map((m) => m.exchange || m));
      return all.filter((m) => holds.has(m.exchange || m));
    };
    // What some answers carry and none of their requests, and not all answers.
    const values = new Set(all.filter((m) => m.role === 'answer').flatMap((m) => m.fields.map((f) => f.value)));
    values.delete('');
    const isSome = (value: string): boolean => {
      const held = holding(value);
      return held.length > 3 && held.length < all.length - 4 && held.some((m) => !holdsWords(m, value));
    };
    const word = [...values].find(isSome);
    const found = holding(word ?? '');
    const last = Math.max(...all.map((m) => m.frame));
    for (const limit of [20, 1000]) {
      const pages: typeof all = [];
      let from: { source: string; after: number } | null | undefined;
      do {
        const page = await ask('messages', { params, query: { limit, words: word!, ...from } });
        pages.push(...page.items.filter((m) => m.frame <= last));
        from = page.next !== null && page.next.after <= last ? page.next : null;
      } while (from !== null);
      const told = pages.toSorted((a, b) => a.frame - b.frame);
      expect(told.map((m) => [m.frame, m.type])).toEqual(found.map((m) => [m.frame, m.type]));
    }
  });

  it('keeps corrections by people with their undo, over a restart', async () => {
    const { site } = await openCapture();
    const [first, second] = (await ask('assets', { params: { site }, query: {} })).items;
    const named = await ask('changeAsset', {
      params: { site, asset: first!.id },
      body: { name: 'Press 4', role: 'plc', level: 1 },
    });
    await engine.close();
    engine = await start();
    const detail = await ask('asset', { params: { site, asset: first!.id } });
    expect(detail).toMatchObject({
      name: 'Press 4',
      role: { value: 'plc' },
      level: { value: 1 },
      corrections: [{ id: named.correction }],
    });
    await ask('undoCorrection', { params: { site, correction: named.correction } });
    expect((await ask('asset', { params: { site, asset: first!.id } })).name).toBe(first!.name);
    const merged = await ask('mergeAssets', {
      params: { site },
      body: { assets: [first!.id, second!.id], reason: 'one device' },
    });
    const after = await ask('assets', { params: { site }, query: {} });
    expect(after.items.some((item) => item.id === merged.asset)).toBe(true);
    await ask('undoCorrection', { params: { site, correction: merged.correction } });
    expect((await ask('assets', { params: { site }, query: {} })).total).toBe(after.total + 1);
    const journal = await ask('journal', { query: { limit: 1000 } });
    expect(journal.items.map((row) => row.what)).toEqual(
      expect.arrayContaining(['asset.change', 'asset.merge', 'correction.undo']),
    );
  });

  it('refuses what is no capture at once, and creates nothing', async () => {
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'not a capture');
    await expect(engine.open({ kind: 'file', path }, 'u1')).rejects.toMatchObject({ code: 'input.not-a-capture' });
    await expect(engine.open({ kind: 'file', path: join(folder, 'none') }, 'u1')).rejects.toMatchObject({
      code: 'input.not-found',
    });
    expect((await ask('sites', {})).items).toEqual([]);
  });

  it('gathers sources in a named site', async () => {
    await engine.open({ kind: 'file', path: sharedCapture(CAPTURE), site: 'Hall 3' }, 'u1');
    await engine.open({ kind: 'file', path: sharedCapture('modbus/iti.modicon_test'), site: 'Hall 3' }, 'u1');
    await engine.settled();
    const { items } = await ask('sites', {});
    expect(items).toMatchObject([{ id: 'hall-3', name: 'Hall 3', sources: 2 }]);
  });
});

const ETHERNET = { linkType: 1 };
it('reads ahead the site that was followed last, and none where nothing was', async () => {
  expect(await engine.openAhead()).toBeUndefined();
  for (const site of ['first', 'second']) {
    const path = join(folder, site);
    mkdirSync(path);
    writeFileSync(
      join(path, 'a.pcap'),
      Buffer.concat([pcapHeader(ETHERNET), pcapRecord({ tsUs: 1_000_000, bytes: new Uint8Array(60) }, ETHERNET)]),
    );
    const opened = await engine.open({ kind: 'folder', path, site }, 'u1');
    // A folder is opened before its first file is a source.
    await expect.poll(async () => (await ask('sources', { params: { site: opened.site } })).items.length).toBe(1);
  }
  await engine.close();
  engine = await start();
  expect(await engine.openAhead()).toBe('second');
});
