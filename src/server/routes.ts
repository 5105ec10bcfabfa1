/** Every JSON call of the contract: those about people are answered here, all others by the engine. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiError,
  type Frame,
  type LoginRequest,
  type Me,
  type NewUser,
  PATHS,
  ROUTES,
  type SetupRequest,
  type Status,
  type UserChange,
  type UserRole,
} from '../api/index.ts';
import { type Engine, type EngineCall, SERVER_CALLS, type ServerCall } from '../app/engine-contract.ts';
import { toSend } from './compress.ts';
import { withoutPayload } from './frame-mask.ts';
import { COOKIE, cookieOptions, personOf } from './guard.ts';
import { type Opened, type People, toUser } from './people.ts';
import { CALL_PERMISSIONS, mayDo } from './permissions.ts';

export interface RouteOptions {
  readonly engine: Engine;
  readonly people: People;
  readonly secure: boolean;
  readonly status: () => Status;
}

/** Set-up and login: so many requests a minute and address, before lock-outs count. */
const LOGIN_PER_MINUTE = 20;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

const serverHandlers = ({ people, secure, status }: RouteOptions): Record<ServerCall, Handler> => {
  const me = ({ user, session }: Pick<Opened, 'user' | 'session'>): Me => ({
    id: user.id,
    name: user.name,
    role: user.role as UserRole,
    csrf: session.csrf,
  });
  const enter = (reply: FastifyReply, opened: Opened): Me => {
    reply.setCookie(COOKIE, opened.token, cookieOptions(secure));
    return me(opened);
  };
  return {
    status: async () => status(),
    setup: async (request, reply) => {
      const { token, name, password } = request.body as SetupRequest;
      return enter(reply, await people.setup(token, name, password));
    },
    login: async (request, reply) => {
      const { name, password } = request.body as LoginRequest;
      return enter(reply, await people.login(name, password, request.ip));
    },
    logout: async (request, reply) => {
      await people.logout(personOf(request).session);
      reply.clearCookie(COOKIE, { path: '/' });
      return {};
    },
    me: async (request) => me(personOf(request)),
    changePassword: async (request) => {
      const { user, session } = personOf(request);
      const { current, next } = request.body as { current: string; next: string };
      await people.changePassword(user, session, current, next);
      return {};
    },
    users: async () => ({ items: people.users().map(toUser) }),
    addUser: async (request) => {
      const { name, password, role } = request.body as NewUser;
      return toUser(await people.add(personOf(request).user.id, name, password, role));
    },
    changeUser: async (request) => {
      const { user: id } = request.params as { user: string };
      const { user, session } = personOf(request);
      return toUser(await people.changeUser(user.id, session, id, request.body as UserChange));
    },
  };
};

const isServerCall = (call: string): call is ServerCall => (SERVER_CALLS as readonly string[]).includes(call);

export const registerCalls = (server: FastifyInstance, options: RouteOptions): void => {
  const own = serverHandlers(options);
  for (const call of Object.keys(PATHS) as (keyof typeof PATHS)[]) {
    const [method, url] = PATHS[call].split(' ') as ['GET' | 'POST' | 'PATCH', string];
    const schema: { params?: object; query?: object; body?: object; response: object; summary: string } = ROUTES[call];
    const open = CALL_PERMISSIONS[call] === 'public';
    server.route({
      method,
      url,
      config: {
        call,
        ...(open && method === 'POST' ? { rateLimit: { max: LOGIN_PER_MINUTE, timeWindow: 60_000 } } : {}),
      },
      schema: {
        summary: schema.summary,
        operationId: call,
        tags: [url.split('/')[3] === 'sites' ? (url.split('/')[5] ?? 'sites') : (url.split('/')[3] ?? '')],
        ...(open ? { security: [] } : {}),
        ...(schema.params === undefined ? {} : { params: schema.params }),
        ...(schema.query === undefined ? {} : { querystring: schema.query }),
        ...(schema.body === undefined ? {} : { body: schema.body }),
        response: { 200: schema.response, '4xx': ApiError },
      },
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        reply.type('application/json; charset=utf-8');
        if (isServerCall(call)) return JSON.stringify(await own[call](request, reply));
        const { user } = personOf(request);
        const input = {
          params: request.params as never,
          query: request.query as never,
          body: request.body as never,
          userId: user.id,
        };
        // Who may not take the frames away sees what the decoders say of them, and no bare octets.
        if (!mayDo(user.role as UserRole, 'framePcap')) {
          if (call === 'frame')
            return JSON.stringify(withoutPayload(JSON.parse(await options.engine.call(call, input)) as Frame));
          if (call === 'messages') input.query = { ...(request.query as object), octets: false } as never;
        }
        return toSend(request, reply, await options.engine.bytes(call as EngineCall, input));
      },
    });
  }
};
