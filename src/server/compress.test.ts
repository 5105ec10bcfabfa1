/** Pages for browsers elsewhere are compressed, once for each page; on this machine and when short they are not. */
import { gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { COMPRESSED_FROM_BYTES, toSend } from './compress.ts';

const send = async (page: Uint8Array, ip: string | undefined, accepts = 'gzip, br') => {
  const headers: Record<string, string> = {};
  const reply = {
    header: (name: string, value: string) => {
      headers[name] = value;
      return reply;
    },
  } as unknown as FastifyReply;
  const request = { ip, headers: { 'accept-encoding': accepts } } as unknown as FastifyRequest;
  return { headers, body: await toSend(request, reply, page) };
};

it('compresses large pages for browsers elsewhere, each once', async () => {
  const page = new TextEncoder().encode('{"name":"pump"}'.repeat(COMPRESSED_FROM_BYTES));
  const { headers, body } = await send(page, '10.0.0.9');
  expect(headers).toEqual({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(body.length).toBeLessThan(page.length / 10);
  expect(gunzipSync(body).equals(page)).toBe(true);
  expect((await send(page, '10.0.0.10')).body).toBe(body);
  for (const [ip, accepts] of [
    ['127.0.0.1', 'gzip'],
    ['::1', 'gzip'],
    // Hung up before the answer was made: nobody to pack for, and no fault.
    [undefined, 'gzip'],
    ['10.0.0.9', ''],
  ] as const) {
    const plain = await send(page, ip, accepts);
    expect(plain.headers).toEqual({});
    expect(plain.body.equals(page)).toBe(true);
  }
  expect((await send(page.subarray(0, 100), '10.0.0.9')).headers).toEqual({});
});
