/**
 * Passwords that were on the wire stand nowhere but in the raw frames: each of `logins.ts` is looked for in every answer of the
 * API, in the exports of the command line, and in every table of the store, as text, as base64, in hexadecimal and as numbers.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTS, type MessageRow, PATHS } from '../src/api/index.ts';
import { LocalEngine } from '../src/app/engine.ts';
import type { EngineCall } from '../src/app/engine-contract.ts';
import { inspectCaptures } from '../src/app/inspect.ts';
import { pcapHeader, pcapRecord } from '../src/capture/writer.ts';
import { openStore, TABLES } from '../src/store/index.ts';
import { join as joined } from './decoding.ts';
import { LOGINS, type Login, Wire } from './logins.ts';

const T0 = 1_772_366_400_000_000;
const logins: readonly (readonly [string, Login])[] = Object.entries(LOGINS);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A text as it was written, and what the numbers and the hexadecimal digits in it run together to. */
interface Text {
  readonly text: string;
  readonly hex: string;
  readonly numbers: string;
}
const textOf = (text: string): Text => ({
  text,
  hex: text.toLowerCase().replaceAll(/[^0-9a-z+/]/g, ''),
  // Octets in JSON: `{"0":12,"1":13}` or `[12,13]`.
  numbers: `,${text.replaceAll(/"\d+":/g, '').replaceAll(/[^0-9]+/g, ',')},`,
});
/** Whether a secret stands in a text, in clear or in a usual disguise. */
const holds = ({ text, hex, numbers }: Text, secret: string): boolean => {
  const octets = Buffer.from(secret);
  if (octets.length === 2)
    // A number: by itself it may stand in any text, so that only the sixteen bits as a whole are looked for.
    return [octets.readUInt16LE(), octets.readUInt16BE()].some((number) => numbers.includes(`,${number},`));
  if (octets.length === 4)
    for (const number of [octets.readUInt32LE(), octets.readUInt32BE()])
      if (numbers.includes(`,${number},`)) return true;
  // The middle of a base64 text does not depend on what stands before it only every third octet: all three are tried.
  const disguises =
    octets.length < 6
      ? []
      : [0, 1, 2].map((shift) => base64('x'.repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4));
  return (
    text.includes(secret) ||
    hex.includes(octets.toString('hex')) ||
    numbers.includes(`,${octets.join(',')},`) ||
    disguises.some((part) => text.includes(part) || hex.includes(Buffer.from(part).toString('hex')))
  );
};

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
const path = join(folder, 'logins.pcap');
/** By the place in which it stands: a list, a table, a frame. */
const places = new Map<string, Text>();
const keep = (place: string, text: string): void => void places.set(place, textOf(text));
/** First frame and the one behind the last, by login. */
const framesOf = new Map<string, readonly [number, number]>();
const rows: MessageRow[] = [];
/** Frames of their messages, by flow. */
const flows = new Map<string, readonly number[]>();
const wire = new Wire();
let engine: LocalEngine;
let site = '';

const ask = (call: EngineCall, params: object = {}, query: object = {}): Promise<string> =>
  engine.call(call, { params: { site, ...params }, query, body: undefined, userId: 'u1' } as never);
const items = async <Row = { id: string }>(call: EngineCall): Promise<Row[]> =>
  (JSON.parse(await ask(call, {}, { limit: 1000 })) as { items: Row[] }).items;

beforeAll(async () => {
  for (const [name, login] of logins) {
    const from = wire.packets.length + 1;
    login.record(wire, login.secret);
    framesOf.set(name, [from, wire.packets.length + 1]);
  }
  const body = wire.packets.map((bytes, i) => pcapRecord({ bytes, tsUs: T0 + i * 1000 }, { linkType: 1 }));
  writeFileSync(path, joined(pcapHeader({ linkType: 1 }), ...body));
  const nowUs = () => T0 + 60_000_000;
  const store = await openStore(join(folder, 'data'), { nowUs });
  engine = await LocalEngine.start({ store, nowUs, nowMs: () => 0, zone: 'UTC', timers: false });
  ({ site } = await engine.open({ kind: 'file', path }, 'u1'));
  await engine.settled();

  const plain = Object.keys(PATHS).filter((call) =>
    /^GET [^:]*\/sites\/:site\/[^:]*$/.test(PATHS[call as keyof typeof PATHS]),
  ) as EngineCall[];
  for (const call of plain)
    keep(call, await ask(call, {}, (LISTS as readonly string[]).includes(call) ? { limit: 1000 } : {}));
  for (const { id } of await items('assets')) keep(`asset ${id}`, await ask('asset', { asset: id }));
  for (const { id } of await items('findings')) keep(`finding ${id}`, await ask('finding', { finding: id }));
  for (const { id } of await items('alerts')) keep(`alert ${id}`, await ask('alert', { alert: id }));
  for (const { id } of await items('flows')) {
    const answer = await ask('messages', { flow: id });
    keep(`messages ${id}`, answer);
    const told = (JSON.parse(answer) as { items: MessageRow[] }).items;
    flows.set(
      id,
      told.map((row) => row.frame),
    );
    rows.push(...told);
  }
  const source = (await items('sources'))[0]!.id;
  for (let frame = 1; frame <= wire.packets.length; frame++)
    keep(`frame ${frame}`, await ask('frame', { source, frame }));
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
    if (table === 'pinned_frame') continue;
    const all = await store.db.selectFrom(table).selectAll().execute();
    const values = all.flatMap((row) => Object.values(row as Record<string, unknown>));
    const text = values.map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
    );
    keep(`table ${table}`, text.join('\n'));
  }
  for (const list of ['messages', 'observations', 'flows', 'assets', 'findings'] as const) {
    const out: string[] = [];
    const take = (row: unknown): void =>
      void out.push(JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    await inspectCaptures([path], list, take, async () => undefined);
    keep(`inspect ${list}`, out.join('\n'));
  }
}, 120_000);
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

it('finds what it looks for', () => {
  const secrets = logins.map(([, { secret }]) => secret);
  const found = (text: string): string[] => secrets.filter((secret) => holds(textOf(text), secret));
  for (const secret of secrets) {
    const octets = Buffer.from(secret);
    expect(found(JSON.stringify(octets.length === 2 ? [octets.readUInt16LE()] : [...octets]))).toEqual([secret]);
    if (octets.length === 2) continue;
    expect(found(`a ${secret} b`)).toEqual([secret]);
    expect(found(JSON.stringify({ ...octets }))).toEqual([secret]);
    expect(found(Buffer.from(`PASS ${secret}`).toString('hex').replaceAll(/../g, '$& '))).toEqual([secret]);
    for (const before of octets.length < 6 ? [] : ['', 'b', 'bo', 'bob'])
      expect(found(base64(`${before}:${secret} and more`))).toEqual([secret]);
  }
});

it('looks everywhere', () => {
  const kinds = new Set([...places.keys()].map((place) => place.replace(/ \S+$/, '')));
  for (const kind of ['asset', 'finding', 'messages', 'frame', 'table', 'inspect', 'commands', 'points'])
    expect([...kinds]).toContain(kind);
  for (const list of ['messages', 'observations', 'flows', 'assets'])
    expect(places.get(`inspect ${list}`)!.text.length, list).toBeGreaterThan(1000);
});

describe.each(logins)('%s', (name, { protocol, secret, says }) => {
  // Of what no decoder understands nothing is read.
  if (protocol !== '' && says !== '')
    it('is read, not left out', () => {
      const [from, to] = framesOf.get(name)!;
      const here = rows.filter((row) => row.protocol === protocol && row.frame >= from && row.frame < to);
      expect(JSON.stringify(here).toLowerCase()).toContain(says.toLowerCase());
    });
  it('stands nowhere', () => {
    expect([...places].filter(([, text]) => holds(text, secret)).map(([place]) => place)).toEqual([]);
  });
  // It would be guessed letter by letter.
  it('cannot be searched for, nor its beginning', async () => {
    const [from, to] = framesOf.get(name)!;
    const own = [...flows].filter(([, frames]) => frames.some((frame) => frame >= from && frame < to));
    for (const [flow] of own)
      for (const words of secret.length < 4 ? [] : [secret, secret.slice(0, -1)])
        expect(JSON.parse(await ask('messages', { flow }, { words })).items, flow).toEqual([]);
  });
});
