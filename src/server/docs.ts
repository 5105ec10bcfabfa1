/** The description of the API at /api/openapi.json, and a readable page of it at /api/docs, from local files only. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { fileShape } from './file-docs.ts';
import { COOKIE } from './guard.ts';

export const registerDocs = async (server: FastifyInstance, version: string): Promise<void> => {
  await server.register(swagger, {
    transform: ({ schema, url, route }) => ({ schema: { ...schema, ...fileShape(route.config?.call) }, url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version,
        description:
          'Everything the console can do. Log in first; calls other than GET carry `x-csrf-token` as `me` gave it. Answers that are not 2xx have the shape {code, message, whatToDo}.',
      },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: COOKIE } } },
      security: [{ session: [] }],
    },
  });
};

export const registerDocsPage = async (server: FastifyInstance): Promise<void> => {
  server.get('/api/openapi.json', { config: { open: true }, schema: { hide: true } }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(server.swagger())),
  );
  await server.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await scope.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: true,
      uiConfig: { docExpansion: 'none', deepLinking: false },
    });
  });
};
