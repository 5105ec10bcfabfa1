/**
 * The HTTP server: the contract of src/api over an engine, with people, permissions and the console. Listens on loopback
 * unless told otherwise, and on other addresses only with TLS.
 */
import { isIP } from 'node:net';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyInstance } from 'fastify';
import { FILE_PATHS, type UserRole } from '../api/index.ts';
import type { Engine } from '../app/engine-contract.ts';
import { OperatingError } from '../core/errors.ts';
import { registerConsole } from './console.ts';
import { registerDocs, registerDocsPage } from './docs.ts';
import { BODY_MS, handleErrors, limitBodies } from './errors.ts';
import { EventHub } from './events.ts';
import { registerExports } from './export.ts';
import { registerFiles } from './files.ts';
import { COOKIE, guard, personOf } from './guard.ts';
import { checkHost, LOOPBACK } from './host.ts';
import { People } from './people.ts';
import { registerCalls } from './routes.ts';

export { toAnswer } from './errors.ts';
export { csvCell } from './export.ts';

/** Requests a minute of one session or address; a console with all its pages stays far below. */
export const REQUESTS_PER_MINUTE = 3000;
/** Connections at a time; more are refused, so that files of the store can always be opened. */
export const MAX_CONNECTIONS = 1000;
/** JSON bodies. */
const MAX_BODY_BYTES = 256 * 1024;

export interface ServerOptions {
  readonly engine: Engine;
  readonly version: string;
  /** IANA name of the plant's zone. */
  readonly zone: string;
  /** Wall clock, microseconds. */
  readonly nowUs: () => number;
  /** The data folder; dropped captures go to `uploads` in it. */
  readonly dataFolder: string;
  /** Built console; where it is missing a page says so. */
  readonly consoleFolder: string;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** Address that will be listened on; loopback when absent. */
  readonly host?: string;
  readonly maxUploadBytes?: number;
  readonly requestsPerMinute?: number;
  readonly heartbeatMs?: number;
  /** For tests; see BODY_MS. */
  readonly bodyMs?: number;
  readonly logger?: boolean;
  /** Cost of new password hashes; for tests of other things. */
  readonly scryptN?: number;
}

export interface GatehouseServer {
  readonly app: FastifyInstance;
  readonly people: People;
  /** Returns the address to open in a browser. Throws `port-in-use`. */
  listen(port: number): Promise<string>;
  close(): Promise<void>;
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

export const createServer = async (options: ServerOptions): Promise<GatehouseServer> => {
  const host = options.host ?? '127.0.0.1';
  const secure = options.tls !== undefined;
  checkHost(host, secure);
  const { engine } = options;
  const app: FastifyInstance = fastify({
    bodyLimit: MAX_BODY_BYTES,
    logger:
      options.logger === true
        ? { level: 'warn', redact: ['req.headers.cookie', 'req.headers["x-csrf-token"]'] }
        : false,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    ...(options.tls === undefined ? {} : { https: { ...options.tls, minVersion: 'TLSv1.2' as const } }),
  } as object);
  const people = new People(engine, options.nowUs, options.scryptN);
  await people.load();

  app.setValidatorCompiler(TypeBoxValidatorCompiler as never);
  // Answers are made by our own code and checked by tests: they are sent as they are.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body, done);
  });
  handleErrors(app);
  limitBodies(app, options.bodyMs ?? BODY_MS);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // The component library sets styles on elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(cookie);
  await app.register(rateLimit, {
    max: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    keyGenerator: (request) => {
      const token = request.cookies[COOKIE];
      const person = token === undefined ? undefined : people.session(token);
      return person === undefined ? `address ${request.ip}` : `session ${person.session.tokenHash}`;
    },
  });
  await app.register(multipart, { limits: { fields: 4, files: 1, parts: 6, headerPairs: 50 } });
  const hosts = new Set([...LOOPBACK, '[::1]', host.toLowerCase(), bracketed(host.toLowerCase())]);
  guard(app, { people, hosts: secure ? undefined : hosts, secure });
  await registerDocs(app, options.version);

  const startedAt = new Date(options.nowUs() / 1000).toISOString();
  const hub = new EventHub(engine, options.heartbeatMs);
  registerCalls(app, {
    engine,
    people,
    secure,
    status: () => ({ version: options.version, setupNeeded: people.setupNeeded, zone: options.zone, startedAt }),
  });
  registerFiles(app, {
    engine,
    uploads: join(options.dataFolder, 'uploads'),
    ...(options.maxUploadBytes === undefined ? {} : { maxUploadBytes: options.maxUploadBytes }),
  });
  registerExports(app, engine);
  app.get(FILE_PATHS.events.split(' ')[1]!, { config: { call: 'events' } }, (request, reply) => {
    const token = request.cookies[COOKIE] ?? '';
    personOf(request);
    return hub.open(request, reply, () => people.session(token, false)?.user.role as UserRole | undefined);
  });
  await registerDocsPage(app);
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await registerConsole(app, options.consoleFolder);
  });
  await app.ready();
  app.server.maxConnections = MAX_CONNECTIONS;

  return {
    app,
    people,
    listen: async (port) => {
      try {
        await app.listen({ host, port });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EADDRINUSE') throw new OperatingError('port-in-use', { port, host }, { cause: error });
        if (code === 'EACCES') {
          throw new OperatingError('usage', {
            detail: `Port ${port} needs administrator's rights; choose one above 1023 with --port`,
          });
        }
        if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
          throw new OperatingError('usage', { detail: `${host} is not an address of this machine` });
        }
        throw error;
      }
      const address = app.server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      return `${secure ? 'https' : 'http'}://${bracketed(host)}:${actual}`;
    },
    close: async () => {
      hub.close();
      await app.close();
    },
  };
};
