/** Streams whose person or connection is gone: nothing more is said to them, nothing is kept for them, nothing breaks. */
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangeEvent, UserRole } from '../api/index.ts';
import { EventHub, MAX_CLIENT_BYTES } from './events.ts';
import { createTestEngine, type TestEngine } from './test-engine.ts';

let http: Server;
let hub: EventHub;
let engine: TestEngine;
let role: UserRole | undefined;
let raw: ServerResponse | undefined;
let opened: Promise<void> | undefined;

beforeEach(async () => {
  engine = createTestEngine();
  // No heartbeat comes within these tests: what ends a stream is the next notice.
  hub = new EventHub(engine, 3_600_000);
  role = 'admin';
  raw = undefined;
  http = createServer((incoming, response) => {
    raw = response;
    const reply = { raw: response, hijack: () => undefined } as unknown as FastifyReply;
    opened = hub.open({ headers: incoming.headers } as unknown as FastifyRequest, reply, () => role);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  hub.close();
  http.closeAllConnections();
  http.close();
});

const connect = () => {
  const sent = request({ port: (http.address() as AddressInfo).port, host: '127.0.0.1' });
  sent.on('error', () => undefined);
  sent.end();
  return sent;
};
const change = (topic: ChangeEvent['topic'], version: number): void =>
  engine.emit({ kind: 'change', data: { site: 's1', topic, version } });

it('a person who was logged out hears nothing more, and a connection that does not read breaks nothing', async () => {
  connect().on('response', (response) => response.pause());
  await expect.poll(() => hub.clients).toBe(1);
  const answer = raw!;
  const failures: Error[] = [];
  answer.on('error', (error) => failures.push(error));
  // Until the socket is full and octets wait here.
  await expect
    .poll(
      () => {
        for (let i = 0; i < 1000 && answer.writableLength < 100_000; i++) change('assets', i);
        return answer.writableLength;
      },
      { timeout: 90_000, interval: 1 },
    )
    .toBeGreaterThan(99_999);
  role = undefined;
  for (let i = 0; i < 3; i++) change('assets', i);
  await expect.poll(() => answer.destroyed).toBe(true);
  expect(hub.clients).toBe(0);
  expect(failures).toEqual([]);
});

it('a client that does not read is cut off before much waits for it; others hear on', async () => {
  let heard = '';
  connect().on('response', (response) => response.setEncoding('utf8').on('data', (part: string) => (heard = part)));
  await expect.poll(() => hub.clients).toBe(1);
  connect().on('response', (response) => response.pause());
  await expect.poll(() => hub.clients).toBe(2);
  const slow = raw!;
  let most = 0;
  // What the system takes into its own buffers ends too; the one that reads gets its turn in between.
  await expect
    .poll(
      () => {
        for (let i = 0; i < 200 && !slow.destroyed; i++) {
          change('assets', i);
          most = Math.max(most, slow.writableLength);
        }
        return hub.clients;
      },
      { timeout: 90_000, interval: 1 },
    )
    .toBe(1);
  expect(slow.destroyed).toBe(true);
  // One notice more than may wait.
  expect(most).toBeLessThan(MAX_CLIENT_BYTES + 1000);
  change('assets', 4711);
  await expect.poll(() => heard).toContain('"version":4711');
});

it('a role that was taken away is no longer told about its topics', async () => {
  let text = '';
  connect().on('response', (response) => response.setEncoding('utf8').on('data', (part: string) => (text += part)));
  await expect.poll(() => text).toContain('"topic":"users","version":1');
  role = 'viewer';
  change('users', 2);
  change('assets', 7);
  await expect.poll(() => text).toContain('"version":7');
  expect(text).not.toContain('"topic":"users","version":2');
});

it('a client that left while the state was asked for is not counted for ever', async () => {
  let give: (state: readonly ChangeEvent[]) => void = () => undefined;
  Object.assign(engine, { versions: () => new Promise<readonly ChangeEvent[]>((resolve) => (give = resolve)) });
  const sent = connect();
  await expect.poll(() => raw).toBeDefined();
  sent.destroy();
  await expect.poll(() => raw!.destroyed).toBe(true);
  give([]);
  await opened;
  expect(hub.clients).toBe(0);
});
