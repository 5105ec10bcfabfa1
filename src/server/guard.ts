/**
 * Stands before every route: sessions in an http-only same-site cookie, CSRF (a token in a header, and the Origin), host
 * names (against DNS rebinding), permissions. Everything is refused unless its call is in the permission table.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { UserRole } from '../api/index.ts';
import { RequestError, type SessionRecord, type UserRecord } from '../app/engine-contract.ts';
import type { People } from './people.ts';
import { CALL_PERMISSIONS, type CallPath, mayDo } from './permissions.ts';

export const COOKIE = 'gatehouse';

declare module 'fastify' {
  interface FastifyRequest {
    person: { readonly user: UserRecord; readonly session: SessionRecord } | undefined;
  }
  interface FastifyContextConfig {
    /** Name of the call, its key in the permission table. */
    call?: CallPath;
    /** Pages, scripts, the description of the API: no session, GET only. */
    open?: boolean;
  }
}

export const cookieOptions = (secure: boolean) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge: 7 * 24 * 3600 }) as const;

/** Throws 401 when nobody is logged in (which the guard has excluded for calls that need a session). */
export const personOf = (request: FastifyRequest): { readonly user: UserRecord; readonly session: SessionRecord } => {
  if (request.person === undefined) throw loginNeeded();
  return request.person;
};

const loginNeeded = (): RequestError =>
  new RequestError(401, 'login-needed', 'Nobody is logged in.', 'Log in and try again.');

export interface GuardOptions {
  readonly people: People;
  /** Host names under which the server may be addressed; undefined: any (TLS names the host). */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly secure: boolean;
}

const hostName = (header: string): string => header.replace(/:\d+$/, '').toLowerCase();

export const guard = (server: FastifyInstance, options: GuardOptions): void => {
  server.decorateRequest('person', undefined);

  // A route that forgot to say who may use it stops the server from starting.
  const routes: {
    readonly url: string;
    readonly method: unknown;
    readonly config?: { call?: unknown; open?: unknown };
  }[] = [];
  server.addHook('onRoute', (route) => void routes.push(route));
  server.addHook('onReady', async () => {
    const reads = (method: unknown): boolean => [method].flat().every((name) => name === 'GET' || name === 'HEAD');
    for (const { url, method, config } of routes) {
      if (config?.call !== undefined || (config?.open === true && reads(method))) continue;
      throw new Error(`route ${String(method)} ${url} does not say which permission it needs`);
    }
  });

  server.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const host = request.headers.host ?? '';
    if (options.hosts !== undefined && !options.hosts.has(hostName(host))) {
      throw new RequestError(
        403,
        'wrong-host',
        'This server does not answer under that name.',
        'Use the address that Gatehouse printed when it started.',
      );
    }
    const { call, open } = request.routeOptions.config;
    if (call === undefined) {
      // Without a route (404) nothing is given away; of our own routes, only those that say so are open.
      if (open === true || request.is404) return;
      throw loginNeeded();
    }
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    const { origin } = request.headers;
    if (changes && origin !== undefined && origin !== `${options.secure ? 'https' : 'http'}://${host}`) {
      throw new RequestError(403, 'wrong-origin', 'The request comes from another site.', 'Use the console itself.');
    }
    const token = request.cookies[COOKIE];
    if (token !== undefined) request.person = options.people.session(token);
    if (CALL_PERMISSIONS[call] === 'public') return;
    const person = personOf(request);
    if (changes && request.headers['x-csrf-token'] !== person.session.csrf) {
      throw new RequestError(403, 'csrf', 'The request carries no valid x-csrf-token.', 'Load the page again.');
    }
    if (!mayDo(person.user.role as UserRole, call)) {
      throw new RequestError(
        403,
        'not-allowed',
        `The role ${person.user.role} may not do this.`,
        'Ask an administrator for another role.',
      );
    }
  });
};
