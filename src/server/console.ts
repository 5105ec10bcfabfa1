/** The console's files: immutable ones by their hashed name, and index.html for every address that is a page of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const MISSING = `<!doctype html><meta charset="utf-8"><title>Gatehouse</title><p>The console is not built: run <code>npm run build</code>. The API answers at <a href="/api/docs">/api/docs</a>.</p>`;

export const registerConsole = async (server: FastifyInstance, folder: string): Promise<void> => {
  const path = join(folder, 'index.html');
  const index = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  if (index !== undefined) {
    await server.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      decorateReply: false,
      globIgnore: ['index.html'],
      // Names of built files carry a hash of their content.
      setHeaders: (reply, path) => {
        const hashed = /[\\/]assets[\\/]/.test(path);
        reply.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  const page = { config: { open: true }, schema: { hide: true } };
  server.get('/', page, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(index ?? MISSING),
  );
  server.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === 'GET' && !request.url.startsWith('/api/') && !/\.[a-z0-9]+($|\?)/i.test(request.url);
    if (wantsPage && index !== undefined) {
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index);
    }
    const body = {
      code: 'not-found',
      message: 'There is nothing at this address.',
      whatToDo: 'Start at / or see /api/docs.',
    };
    return reply.code(404).type('application/json; charset=utf-8').send(JSON.stringify(body));
  });
};
