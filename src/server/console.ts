/** The console's files: immutable ones by their hashed name, and index.html for every address that is a page of it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const MISSING = `<!doctype html><meta charset="utf-8"><title>Gatehouse</title><p>The console is not built: run <code>npm run build</code>. The API answers at <a href="/api/docs">/api/docs</a>.</p>`;

/**
 * Everything is looked up when it is asked for, not when the server starts: a console that is built anew under a running
 * server is served whole, and never as a page that names scripts which are gone. `folder`: '' where there is no console.
 */
export const registerConsole = async (server: FastifyInstance, folder: string): Promise<void> => {
  const path = join(folder, 'index.html');
  const indexNow = (): string | undefined => {
    if (folder === '') return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  if (folder !== '') {
    await server.register(fastifyStatic, {
      root: resolve(folder),
      index: false,
      // `name.js.gz` lies beside `name.js` where the build made it.
      preCompressed: true,
      decorateReply: false,
      // The plug-in's own `max-age=0` would overwrite ours.
      cacheControl: false,
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
      .send(indexNow() ?? MISSING),
  );
  server.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === 'GET' && !request.url.startsWith('/api/') && !/\.[a-z0-9]+($|\?)/i.test(request.url);
    const index = wantsPage ? indexNow() : undefined;
    if (index !== undefined) {
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
