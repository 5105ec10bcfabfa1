/**
 * Large pages compressed for browsers elsewhere (RFC 9110, gzip): the map of 10,000 devices is some MB. A page is compressed
 * once, however many ask for it; on this machine it would cost more than it saves. These pages hold no token of a session,
 * so that their length tells nothing about one (BREACH, 2013).
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Shorter answers are sent as they are, octets. */
export const COMPRESSED_FROM_BYTES = 16_384;
/** Most of the gain for a fraction of the time. */
const LEVEL = 3;
const pack = promisify(gzip);
const packed = new WeakMap<Uint8Array, Promise<Buffer>>();

/** Without an address: the asker hung up meanwhile. */
const isHere = (ip: string | undefined): boolean =>
  ip === undefined || ip === '::1' || ip.startsWith('127.') || ip.startsWith('::ffff:127.');

/** The octets to send, with their headers set; `page` is never written to. */
export const toSend = async (request: FastifyRequest, reply: FastifyReply, page: Uint8Array): Promise<Buffer> => {
  const accepts = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (page.length < COMPRESSED_FROM_BYTES || !accepts || isHere(request.ip))
    return Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  let octets = packed.get(page);
  if (octets === undefined) {
    octets = pack(page, { level: LEVEL });
    packed.set(page, octets);
  }
  const answer = await octets;
  reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding');
  return answer;
};
