/** An asset list through the whole product: uploaded over HTTP, previewed, applied, compared, kept over a restart, undone. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Applied,
  type AssetDetail,
  type Me,
  NamePreview,
  NameUpload,
  Reconciliation,
  type Static,
  type TSchema,
} from '../api/index.ts';
import { LocalEngine } from '../app/engine.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { openStore } from '../store/index.ts';
import { createServer, type GatehouseServer } from './index.ts';

const PASSWORD = 'correct horse battery';
let folder: string;
let engine: LocalEngine;
let server: GatehouseServer;
let cookies: Record<string, string>;
let csrf: string;
const nowUs = () => Date.now() * 1000;

const start = async (): Promise<void> => {
  engine = await LocalEngine.start({
    store: await openStore(join(folder, 'data'), { nowUs }),
    nowUs,
    nowMs: () => performance.now(),
    zone: 'UTC',
    timers: false,
  });
  server = await createServer({
    engine,
    version: '0.1.0',
    zone: 'UTC',
    nowUs,
    dataFolder: join(folder, 'data'),
    consoleFolder: join(folder, 'ui'),
    scryptN: 1024,
  });
};
const enter = async (url: string, payload: object): Promise<void> => {
  const response = await server.app.inject({ method: 'POST', url, payload });
  expect(response.statusCode, response.body).toBe(200);
  cookies = { [response.cookies[0]!.name]: response.cookies[0]!.value };
  csrf = response.json<Me>().csrf;
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lists-'));
  mkdirSync(join(folder, 'ui'));
  writeFileSync(join(folder, 'ui', 'index.html'), '<!doctype html>');
  await start();
  const token = await server.people.createSetupToken();
  await enter('/api/v1/setup', { token, name: 'Ada', password: PASSWORD });
});
afterEach(async () => {
  await server.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer of a call, in the shape of the contract. */
const ask = async <S extends TSchema>(
  schema: S | undefined,
  method: 'GET' | 'POST',
  url: string,
  payload: object | Buffer | undefined,
  type = 'application/json',
): Promise<Static<S>> => {
  const headers = { 'x-csrf-token': csrf, ...(payload === undefined ? {} : { 'content-type': type }) };
  const response = await server.app.inject({
    method,
    url: `/api/v1/sites/${url}`,
    cookies,
    headers,
    ...(payload !== undefined && { payload }),
  });
  expect(response.statusCode, response.body).toBe(200);
  const answer = response.json<Static<S>>();
  if (schema !== undefined) expect([...Value.Errors(schema, answer)].slice(0, 3)).toEqual([]);
  return answer;
};
const upload = (site: string, file: string, bytes: Buffer): Promise<NameUpload> => {
  const head = `--x\r\ncontent-disposition: form-data; name="file"; filename="${file}"\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')]);
  return ask(NameUpload, 'POST', `${site}/names/imports`, body, 'multipart/form-data; boundary=x');
};

/** Host `n` (MAC of Siemens, 00:1b:1b:00:00:0n) announces 10.0.0.n (ARP, RFC 826). */
const announcement = (n: number): Uint8Array => {
  const mac = [0, 0x1b, 0x1b, 0, 0, n];
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...mac, 10, 0, 0, n, 0, 0, 0, 0, 0, 0, 10, 0, 0, n];
  return Uint8Array.from([255, 255, 255, 255, 255, 255, ...mac, 8, 6, ...arp, ...new Array<number>(18).fill(0)]);
};

const LIST = [
  'Anlagenliste Halle 3;;;;;;;',
  'Bezeichnung;IP-Adresse;MAC-Adresse;Hersteller;Standort;Geräteart;Ebene;Bemerkung',
  'Presse 4;10.0.0.1;00-1B-1B-00-00-01;Siemens AG;Halle 3;SPS;1;läuft seit 2009',
  'Leitwarte;10.0.0.2;;Dell;Leitwarte;Bediengerät;2;',
  'Pumpe;10.0.0.99;;;;;;',
  '',
].join('\r\n');

describe('an asset list', () => {
  it('is uploaded, previewed, applied, compared with the wire, kept and taken back', async () => {
    const path = join(folder, 'hosts.pcap');
    const records = [1, 2, 3].map((n) => {
      const bytes = announcement(n);
      return pcapRecord({ tsUs: 1_700_000_000_000_000 + n, bytes, wire: bytes.length }, { linkType: 1 });
    });
    writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), ...records]));
    const { site } = await engine.open({ kind: 'file', path }, 'u1');
    await engine.settled();

    // As a spreadsheet in Germany writes it: Windows-1252, semicolons, a title above the headings.
    const uploaded = await upload(site, 'halle3.csv', Buffer.from(LIST, 'latin1'));
    expect(uploaded).toMatchObject({
      file: 'halle3.csv',
      rows: 3,
      suggested: { name: 0, ip: 1, mac: 2, vendor: 3, location: 4, role: 5, level: 6, description: 7 },
    });
    const body = { mapping: uploaded.suggested };
    const preview = await ask(NamePreview, 'POST', `${site}/names/imports/${uploaded.id}/preview`, body);
    expect(preview.counts).toEqual({ matched: 2, conflicts: 1, ambiguous: 0, notSeen: 1, invalid: 0, notListed: 1 });
    expect(preview.matched[0]).toMatchObject({ line: 3, label: 'Presse 4', by: 'mac' });
    expect(preview.matched[0]!.adds).toContain('description läuft seit 2009');
    expect(preview.conflicts).toMatchObject([{ line: 4, attribute: 'vendor', listed: 'Dell' }]);
    expect((await ask(Reconciliation, 'GET', `${site}/names/reconciliation`, undefined)).file).toBe('');

    const applied = await ask(Applied, 'POST', `${site}/names/imports/${uploaded.id}/apply`, body);
    expect(applied.facts).toBe(6 + 5);
    const report = await ask(Reconciliation, 'GET', `${site}/names/reconciliation`, undefined);
    expect(report).toMatchObject({
      file: 'halle3.csv',
      correction: applied.correction,
      who: 'Ada',
      listed: 3,
      matched: 2,
    });
    expect(report.notSeen).toEqual([{ line: 5, label: 'Pumpe', address: '10.0.0.99' }]);
    expect(report.notListed).toMatchObject([{ address: '10.0.0.3' }]);
    expect(report.conflicts).toEqual(preview.conflicts.map((c) => ({ ...c, assetName: 'Leitwarte' })));

    await server.close();
    await engine.close();
    await start();
    await enter('/api/v1/login', { name: 'Ada', password: PASSWORD });
    expect(await ask(Reconciliation, 'GET', `${site}/names/reconciliation`, undefined)).toEqual(report);
    const second = await ask<TSchema>(undefined, 'GET', `${site}/assets/${preview.conflicts[0]!.asset}`, undefined);
    const detail = second as AssetDetail;
    // What was observed stands; what the list says stands beside it.
    expect(detail).toMatchObject({ name: 'Leitwarte', role: { value: 'hmi' }, level: { value: 2 } });
    expect(detail.vendor).toContain('Siemens');
    const vendor = detail.attributes.find((attribute) => attribute.attribute === 'vendor')!;
    expect(vendor.facts.map((fact) => [fact.origin, fact.value])).toContainEqual(['imported', 'Dell']);

    await ask(undefined, 'POST', `${site}/corrections/${applied.correction}/undo`, {});
    expect(await ask(Reconciliation, 'GET', `${site}/names/reconciliation`, undefined)).toMatchObject({
      file: '',
      correction: null,
      listed: 0,
    });
    const after = (await ask<TSchema>(undefined, 'GET', `${site}/assets/${detail.id}`, undefined)) as AssetDetail;
    expect(after.name).not.toBe('Leitwarte');
    expect(JSON.stringify(after)).not.toContain('Dell');
    const journal = await server.app.inject({ url: '/api/v1/journal', cookies });
    expect(journal.json<{ items: { what: string }[] }>().items.map((row) => row.what)).toEqual(
      expect.arrayContaining(['names.apply', 'correction.undo']),
    );
  });
});
