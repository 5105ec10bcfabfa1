/** The server as a browser and as an attacker meet it: who gets in, who may do what, what comes back. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fastify from 'fastify';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, FILE_PATHS, type Me, PATHS, USER_ROLES, type UserRole } from '../api/index.ts';
import { OperatingError } from '../core/errors.ts';
import { csvCell } from './export.ts';
import { MAX_UPLOADS, safeName } from './files.ts';
import { guard } from './guard.ts';
import { createServer, type GatehouseServer, type ServerOptions } from './index.ts';
import { FREE_FAILURES, Lockout, MAX_REMEMBERED, MAX_WAIT_MS } from './lockout.ts';
import { checkPassword, hashPassword, NOBODY } from './password.ts';
import { MAX_SESSIONS_PER_USER, SESSION_IDLE_US, SETUP_US } from './people.ts';
import { CALL_PERMISSIONS, type CallPath, mayDo, type Permission, ROLE_PERMISSIONS } from './permissions.ts';
import { createTestEngine, type TestEngine } from './test-engine.ts';

const PASSWORD = 'correct horse battery';
let folder: string;
let engine: TestEngine;
let server: GatehouseServer;
let nowUs: number;

const start = async (more: Partial<ServerOptions> = {}): Promise<GatehouseServer> => {
  mkdirSync(join(folder, 'ui', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'ui', 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(folder, 'ui', 'assets', 'app-1234.js'), 'export {};');
  return createServer({
    engine,
    version: '0.1.0',
    zone: 'Europe/Berlin',
    nowUs: () => nowUs,
    dataFolder: folder,
    consoleFolder: join(folder, 'ui'),
    scryptN: 1024,
    ...more,
  });
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-server-'));
  nowUs = 1_700_000_000_000_000;
  engine = createTestEngine();
  server = await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Login {
  readonly cookies: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly me: Me;
}
const loginFrom = (response: Awaited<ReturnType<GatehouseServer['app']['inject']>>): Login => {
  expect(response.statusCode, response.body).toBe(200);
  const cookie = response.cookies[0]!;
  const me = response.json<Me>();
  return { cookies: { [cookie.name]: cookie.value }, headers: { 'x-csrf-token': me.csrf }, me };
};
const post = (url: string, payload: object, login?: Partial<Login>) =>
  server.app.inject({
    method: 'POST',
    url,
    payload,
    ...(login?.cookies && { cookies: login.cookies }),
    ...(login?.headers && { headers: login.headers }),
  });
const get = (url: string, login?: Login) => server.app.inject({ url, ...(login && { cookies: login.cookies }) });
const setup = async (): Promise<Login> => {
  const token = await server.people.createSetupToken();
  return loginFrom(await post('/api/v1/setup', { token, name: 'Ada', password: PASSWORD }));
};
const filled = (url: string): string =>
  url
    .replaceAll(/:(list)\.:(format)/g, 'assets.csv')
    .replace('journal.:format', 'journal.csv')
    .replaceAll(/:(point|frame)\b/g, '1')
    .replaceAll(/:[a-z]+/g, 'x');
const allCalls = Object.entries({ ...PATHS, ...FILE_PATHS }).map(([call, path]) => {
  const [method, url] = path.split(' ') as ['GET' | 'POST' | 'PATCH', string];
  return [call as CallPath, method, filled(url)] as const;
});

describe('the first start', () => {
  it('makes one administrator by the one-time link and never again', async () => {
    expect((await get('/api/v1/status')).json()).toMatchObject({
      setupNeeded: true,
      version: '0.1.0',
      zone: 'Europe/Berlin',
    });
    const old = await server.people.createSetupToken();
    const token = await server.people.createSetupToken();
    expect(JSON.stringify(engine.stored())).not.toContain(token);
    const body = { token, name: 'Ada', password: PASSWORD };
    expect((await post('/api/v1/setup', { ...body, token: old })).statusCode).toBe(403);
    expect((await post('/api/v1/setup', { ...body, password: 'short' })).statusCode).toBe(422);
    const [one, two] = await Promise.all([
      post('/api/v1/setup', body),
      post('/api/v1/setup', { ...body, name: 'Eve' }),
    ]);
    expect([one.statusCode, two.statusCode].sort()).toEqual([200, 409]);
    expect(engine.stored().users).toHaveLength(1);
    expect((await get('/api/v1/status')).json()).toMatchObject({ setupNeeded: false });
  });

  it('refuses a link that is a day old', async () => {
    const token = await server.people.createSetupToken();
    nowUs += SETUP_US;
    expect((await post('/api/v1/setup', { token, name: 'Ada', password: PASSWORD })).statusCode).toBe(403);
  });
});

describe('without a session', () => {
  it.each(allCalls)('%s answers only where it says so', async (call, method, url) => {
    const response = await server.app.inject({ method, url, ...(method === 'GET' ? {} : { payload: {} }) });
    if (CALL_PERMISSIONS[call] === 'public') expect(response.statusCode).not.toBe(401);
    else expect(response.statusCode).toBe(401);
    if (response.statusCode >= 400) expect(Value.Check(ApiError, response.json())).toBe(true);
  });

  it('a route that does not say who may use it stops the server from starting', async () => {
    for (const config of [{}, { open: true }]) {
      const app = fastify();
      guard(app, { people: server.people, hosts: undefined, secure: false });
      app.post('/api/v1/forgotten', { config }, async () => 'secret');
      await expect(app.ready()).rejects.toThrow('/api/v1/forgotten');
    }
  });

  it('unknown addresses of the API give nothing away', async () => {
    for (const url of ['/api/v1/nothing', '/api/v2/assets', '/api/v1/sites/../users']) {
      expect([401, 404]).toContain((await get(url)).statusCode);
    }
  });

  it('gives a console that was built anew under it, and nothing of the one before', async () => {
    const built = (hash: string) => {
      rmSync(join(folder, 'ui'), { recursive: true, force: true });
      mkdirSync(join(folder, 'ui', 'assets'), { recursive: true });
      writeFileSync(join(folder, 'ui', 'index.html'), `<script src="/assets/app-${hash}.js"></script>`);
      writeFileSync(join(folder, 'ui', 'assets', `app-${hash}.js`), 'export {};');
    };
    expect((await get('/assets/app-1234.js')).statusCode).toBe(200);
    built('5678');
    for (const url of ['/', '/s/plant/now']) expect((await get(url)).body, url).toContain('app-5678.js');
    const script = await get('/assets/app-5678.js');
    expect(script.statusCode).toBe(200);
    expect(script.headers['cache-control']).toContain('immutable');
    const old = await get('/assets/app-1234.js');
    expect(old.statusCode).toBe(404);
    expect(old.headers['cache-control'] ?? '').not.toContain('immutable');
  });

  it('sends a script packed to who takes it so, where the build packed it', async () => {
    const script = 'export const lines = [];\n'.repeat(500);
    const path = join(folder, 'ui', 'assets', 'app-9.js');
    writeFileSync(path, script);
    writeFileSync(`${path}.gz`, gzipSync(script));
    const ask = (accept: string) =>
      server.app.inject({ url: '/assets/app-9.js', headers: { 'accept-encoding': accept } });
    const packed = await ask('gzip, deflate, br');
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-type']).toContain('javascript');
    expect(packed.headers['cache-control']).toContain('immutable');
    expect(packed.rawPayload.length).toBeLessThan(script.length / 10);
    expect(gunzipSync(packed.rawPayload).toString()).toBe(script);
    const plain = await ask('identity');
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, script]);
  });

  it('says that there is no console until one is built', async () => {
    await server.close();
    server = await start({ consoleFolder: join(folder, 'later') });
    expect((await get('/')).body).toContain('not built');
    expect((await get('/s/plant/now')).statusCode).toBe(404);
    mkdirSync(join(folder, 'later', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'later', 'index.html'), '<title>built</title>');
    writeFileSync(join(folder, 'later', 'assets', 'a-1.js'), 'export {};');
    expect((await get('/')).body).toContain('built');
    expect((await get('/assets/a-1.js')).statusCode).toBe(200);
  });

  it('gives the console, its files and the description of the API, each with a strict policy', async () => {
    for (const url of ['/', '/assets/app-1234.js', '/sites/s1/assets', '/api/openapi.json', '/api/docs/']) {
      const response = await get(url);
      expect(response.statusCode, url).toBe(200);
      expect(response.headers['content-security-policy'], url).toContain("default-src 'none'".slice(0, 11));
      expect(response.headers['content-security-policy'], url).not.toContain("script-src 'self' 'unsafe-inline'");
      expect(response.headers['x-content-type-options']).toBe('nosniff');
    }
    expect((await get('/assets/none.js')).statusCode).toBe(404);
    expect((await get('/..%2f..%2fetc/passwd')).body).not.toContain('root:');
    const document = (await get('/api/openapi.json')).json<{ openapi: string; paths: Record<string, object> }>();
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/api/v1/sites/{site}/assets/{asset}']).toMatchObject({ get: { operationId: 'asset' } });
    for (const path of Object.values(PATHS)) {
      expect(document.paths).toHaveProperty([path.split(' ')[1]!.replaceAll(/:([a-z]+)/g, '{$1}')]);
    }
  });
});

describe('a session', () => {
  it('lives in a cookie that scripts and other sites cannot use, and only its hash is stored', async () => {
    const token = await server.people.createSetupToken();
    const response = await post('/api/v1/setup', { token, name: 'Ada', password: PASSWORD });
    expect(response.cookies[0]).toMatchObject({ name: 'gatehouse', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(JSON.stringify(engine.stored())).not.toContain(response.cookies[0]!.value);
    expect(JSON.stringify(engine.stored())).not.toContain(PASSWORD);
    const login = loginFrom(response);
    expect((await get('/api/v1/me', login)).json()).toEqual(login.me);
  });

  it('outlives a restart, ends when unused, on logout, and when the user is disabled', async () => {
    const admin = await setup();
    await server.close();
    server = await start();
    expect((await get('/api/v1/me', admin)).statusCode).toBe(200);
    const user = await post('/api/v1/users', { name: 'Bob', password: PASSWORD, role: 'viewer' }, admin);
    const bob = loginFrom(await post('/api/v1/login', { name: 'bob', password: PASSWORD }));
    const { id } = user.json<{ id: string }>();
    await server.app.inject({ method: 'PATCH', url: `/api/v1/users/${id}`, payload: { disabled: true }, ...admin });
    expect((await get('/api/v1/me', bob)).statusCode).toBe(401);
    expect((await post('/api/v1/login', { name: 'bob', password: PASSWORD })).statusCode).toBe(401);
    const second = loginFrom(await post('/api/v1/login', { name: 'Ada', password: PASSWORD }));
    expect((await post('/api/v1/logout', {}, second)).statusCode).toBe(200);
    expect((await get('/api/v1/me', second)).statusCode).toBe(401);
    nowUs += SESSION_IDLE_US;
    expect((await get('/api/v1/me', admin)).statusCode).toBe(401);
  });

  it('of one person are so many at most: with one more the one that was not used for longest ends', async () => {
    await setup();
    const logins: Login[] = [];
    for (let i = 0; i < MAX_SESSIONS_PER_USER; i++) {
      nowUs += 1_000_000;
      // From as many places: twenty logins a minute of one address are a guess.
      const { token, session } = await server.people.login('Ada', PASSWORD, `10.0.0.${i}`);
      logins.push({ cookies: { gatehouse: token }, headers: { 'x-csrf-token': session.csrf }, me: {} as Me });
    }
    const open = async () =>
      Promise.all(logins.map(async (login) => (await get('/api/v1/me', login)).statusCode === 200));
    // The one of the set-up has ended.
    expect(await open()).toEqual(logins.map(() => true));
    expect(engine.stored().sessions).toHaveLength(MAX_SESSIONS_PER_USER);
    nowUs += 1_000_000;
    await server.people.login('Ada', PASSWORD, '10.0.1.1');
    expect(await open()).toEqual(logins.map((_, i) => i > 0));
  });

  it('is not given for a password that was taken away while it was checked', async () => {
    const admin = await setup();
    const { people } = server;
    const mine = people.session(Object.values(admin.cookies)[0]!)!.session;
    const bob = await people.add(admin.me.id, 'Bob', PASSWORD, 'viewer');
    for (const change of [{ password: `${PASSWORD} 2` }, { disabled: true }] as const) {
      const login = people.login('Bob', PASSWORD, '10.0.0.9').catch((error: unknown) => error);
      await people.changeUser(admin.me.id, mine, bob.id, change);
      expect(await login).toMatchObject({ code: 'login-failed' });
    }
    expect(engine.stored().sessions.filter(({ userId }) => userId === bob.id)).toEqual([]);
  });

  it('that was taken away does not come back because it was used in that moment', async () => {
    const admin = await setup();
    const bob = await server.people.add(admin.me.id, 'Bob', PASSWORD, 'viewer');
    const login = loginFrom(await post('/api/v1/login', { name: 'Bob', password: PASSWORD }));
    const mine = server.people.session(Object.values(admin.cookies)[0]!)!.session;
    // An hour later a use is worth writing down.
    nowUs += 3_600_000_000;
    const { changeAccounts } = engine;
    engine.changeAccounts = async (change) => {
      await changeAccounts(change);
      // The commit stands, and whoever waits for it does not know yet.
      if (change.removeSessions?.length === 1) server.people.session(Object.values(login.cookies)[0]!);
    };
    await server.people.changeUser(admin.me.id, mine, bob.id, { password: `${PASSWORD} 2` });
    await server.close();
    expect(engine.stored().sessions.filter(({ userId }) => userId === bob.id)).toEqual([]);
    server = await start();
    expect((await get('/api/v1/me', login)).statusCode).toBe(401);
  });

  it('ends when an administrator gives himself another password elsewhere', async () => {
    const admin = await setup();
    const stolen = loginFrom(await post('/api/v1/login', { name: 'Ada', password: PASSWORD }));
    await server.app.inject({
      method: 'PATCH',
      url: `/api/v1/users/${admin.me.id}`,
      payload: { password: `${PASSWORD} 2` },
      ...admin,
    });
    expect((await get('/api/v1/me', stolen)).statusCode).toBe(401);
    expect((await get('/api/v1/me', admin)).statusCode).toBe(200);
  });

  it('is needed with its token for every change (CSRF), and from our own origin only', async () => {
    const admin = await setup();
    const body = { name: 'Bob', password: PASSWORD, role: 'viewer' };
    expect((await post('/api/v1/users', body, { cookies: admin.cookies })).json()).toMatchObject({ code: 'csrf' });
    expect(
      (await post('/api/v1/users', body, { cookies: admin.cookies, headers: { 'x-csrf-token': 'x' } })).statusCode,
    ).toBe(403);
    const from = (origin: string) =>
      post('/api/v1/users', body, { cookies: admin.cookies, headers: { ...admin.headers, origin } });
    expect((await from('https://evil.example')).json()).toMatchObject({ code: 'wrong-origin' });
    expect((await from('null')).statusCode).toBe(403);
    expect((await from('http://localhost:80')).statusCode).toBe(200);
    // A form of another site cannot send JSON; anything else is refused.
    const form = await server.app.inject({
      method: 'POST',
      url: '/api/v1/login',
      payload: 'name=Ada',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.statusCode).toBe(415);
  });

  it('changes nothing by any route without its token, and by none from another site', async () => {
    const admin = await setup();
    const changing = allCalls.filter(([call, method]) => method !== 'GET' && CALL_PERMISSIONS[call] !== 'public');
    expect(changing.length).toBeGreaterThan(20);
    for (const [call, method, url] of changing) {
      const send = (headers: Record<string, string>) =>
        server.app.inject({ method, url, payload: {}, cookies: admin.cookies, headers });
      expect((await send({})).json(), call).toMatchObject({ code: 'csrf' });
      expect((await send({ ...admin.headers, origin: 'https://evil.example' })).json(), call).toMatchObject({
        code: 'wrong-origin',
      });
    }
    // None of them came through, not even the one that would have ended the session.
    expect((await get('/api/v1/me', admin)).statusCode).toBe(200);
  });

  it('is not given to another host name (DNS rebinding)', async () => {
    const admin = await setup();
    const response = await server.app.inject({
      url: '/api/v1/me',
      cookies: admin.cookies,
      headers: { host: 'evil.example:8470' },
    });
    expect(response.json()).toMatchObject({ code: 'wrong-host' });
  });

  it('is not believed in when its commit failed', async () => {
    const token = await server.people.createSetupToken();
    engine.failWith = new OperatingError('store.full-disk', { path: '/data' });
    const failed = await post('/api/v1/setup', { token, name: 'Ada', password: PASSWORD });
    expect(failed.statusCode).toBe(507);
    expect(failed.json()).toMatchObject({ code: 'store.full-disk' });
    expect(server.people.setupNeeded).toBe(true);
    expect((await post('/api/v1/setup', { token, name: 'Ada', password: PASSWORD })).statusCode).toBe(200);
  });
});

describe('a name', () => {
  it('is the same however it is typed: with blanks around it, its letters composed or not', async () => {
    const admin = await setup();
    const name = '\u0041\u030asa';
    await post('/api/v1/users', { name: ` ${name} `, password: PASSWORD, role: 'viewer' }, admin);
    for (const typed of ['\u00c5sa', name, ' \u00e5sa'])
      expect((await post('/api/v1/login', { name: typed, password: PASSWORD })).statusCode, typed).toBe(200);
    // Nor is another spelling another free try.
    for (let i = 0; i < FREE_FAILURES; i++)
      await expect(server.people.login(i % 2 === 0 ? name : ' \u00c5sa', 'wrong', `10.0.0.${i}`)).rejects.toThrow();
    await expect(server.people.login('\u00e5sa', PASSWORD, '10.0.0.99')).rejects.toMatchObject({ code: 'locked-out' });
  });
});

describe('guessing', () => {
  it('is slowed down by name, and the right password does not help meanwhile', async () => {
    await setup();
    const guess = (password: string) => post('/api/v1/login', { name: 'ada', password });
    for (let i = 0; i < FREE_FAILURES; i++) expect((await guess('wrong')).statusCode).toBe(401);
    expect((await guess(PASSWORD)).json()).toMatchObject({ code: 'locked-out' });
    nowUs += MAX_WAIT_MS * 1000;
    expect((await guess(PASSWORD)).statusCode).toBe(200);
    expect(engine.journal.filter((entry) => entry.action === 'login.failed')).toHaveLength(FREE_FAILURES);
  });

  it('does not keep a person out where he has logged in before', async () => {
    await setup();
    const login = (address: string, password = PASSWORD) => server.people.login('Ada', password, address);
    await login('10.0.0.1');
    for (let i = 0; i < FREE_FAILURES; i++)
      await expect(login('10.0.0.9', 'wrong')).rejects.toMatchObject({ status: 401 });
    await expect(login('10.0.0.2')).rejects.toMatchObject({ code: 'locked-out' });
    await login('10.0.0.1');
    for (let i = 0; i < FREE_FAILURES; i++)
      await expect(login('10.0.0.1', 'wrong')).rejects.toMatchObject({ status: 401 });
    await expect(login('10.0.0.1')).rejects.toMatchObject({ code: 'locked-out' });
  });

  it('does not last longer because the clock was set back', () => {
    const lockout = new Lockout();
    const day = 86_400_000;
    for (let i = 0; i < 50; i++) lockout.failed('a', 2 * day);
    expect(lockout.waitMs('a', 2 * day)).toBe(MAX_WAIT_MS);
    expect(lockout.waitMs('a', day)).toBe(0);
  });

  it('does not tell whether a name exists', async () => {
    await setup();
    const known = (await post('/api/v1/login', { name: 'Ada', password: 'wrong' })).json();
    const unknown = (await post('/api/v1/login', { name: 'Nobody', password: 'wrong' })).json();
    expect(known).toEqual(unknown);
  });

  it('waits longer each time up to a limit, forgets after success, and remembers a bounded number', () => {
    const lockout = new Lockout();
    for (let i = 0; i < 50; i++) lockout.failed('a', 0);
    expect(lockout.waitMs('a', 0)).toBe(MAX_WAIT_MS);
    lockout.succeeded('a');
    expect(lockout.waitMs('a', 0)).toBe(0);
    for (let i = 0; i < FREE_FAILURES; i++) lockout.failed('first', 0);
    for (let i = 0; i < MAX_REMEMBERED; i++) lockout.failed(`n${i}`, 0);
    expect(lockout.waitMs('first', 0)).toBe(0);
  });

  it('is rate-limited beside that', async () => {
    await server.close();
    server = await start({ requestsPerMinute: 10 });
    const codes: number[] = [];
    for (let i = 0; i < 12; i++) codes.push((await get('/api/v1/status')).statusCode);
    expect(codes.filter((code) => code === 429)).toHaveLength(2);
  });
});

describe('passwords', () => {
  it('are kept as scrypt with their parameters and a salt of their own', async () => {
    const [one, two] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$/);
    expect(one).not.toBe(two);
    expect(await checkPassword(PASSWORD, one)).toBe(true);
    expect(await checkPassword(`${PASSWORD} `, one)).toBe(false);
    expect(await checkPassword('', NOBODY)).toBe(false);
    expect(await checkPassword(PASSWORD, 'plain')).toBe(false);
  });
});

describe('roles', () => {
  it.each(USER_ROLES)(
    '%s may do what the table says, and nothing else',
    { timeout: 60_000 },
    async (role: UserRole) => {
      const admin = await setup();
      await post('/api/v1/users', { name: 'Bob', password: PASSWORD, role }, admin);
      const bob = loginFrom(await post('/api/v1/login', { name: 'Bob', password: PASSWORD }));
      for (const [call, method, url] of allCalls) {
        if (call === 'events' || call === 'logout' || CALL_PERMISSIONS[call] === 'public') continue;
        const response = await server.app.inject({ method, url, ...bob, ...(method === 'GET' ? {} : { payload: {} }) });
        const refused = response.statusCode === 403 && response.json<ApiError>().code === 'not-allowed';
        expect(refused, `${role} ${call}`).toBe(!mayDo(role, call));
      }
    },
  );

  it('the description of the API names every call and no other address', async () => {
    const document = (await get('/api/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = Object.values({ ...PATHS, ...FILE_PATHS }).map((path) => path.replaceAll(/:([a-z]+)/g, '{$1}'));
    expect(described.filter((path) => !path.startsWith('HEAD ')).sort()).toEqual([...known].sort());
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, call] of Object.entries(methods)) {
        const { summary, responses } = call as { summary?: string; responses: Record<string, { content?: object }> };
        expect(summary, `${method} ${path}`).toMatch(/\w{3}/);
        expect(responses['200']!.content, `${method} ${path}`).toBeDefined();
      }
    expect(document.paths['/api/v1/captures']).toMatchObject({
      post: {
        operationId: 'upload',
        requestBody: { content: { 'multipart/form-data': { schema: { required: ['file'] } } } },
        parameters: [{ in: 'query', name: 'site' }],
      },
    });
  });

  it.each<[Permission, readonly UserRole[]]>([
    ['users', ['admin']],
    ['settings', ['admin']],
    ['teach', ['engineer', 'admin']],
    ['triage', ['analyst', 'engineer', 'admin']],
    ['correct', ['analyst', 'engineer', 'admin']],
    ['capture', ['analyst', 'engineer', 'admin']],
    ['window', ['engineer', 'manager', 'admin']],
    ['evidence', ['analyst', 'engineer', 'admin', 'auditor']],
    ['journal', ['analyst', 'engineer', 'manager', 'admin', 'auditor']],
  ])('%s is for %j only', (permission, roles) => {
    expect(USER_ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission))).toEqual(roles);
  });

  it('who may only look changes nothing but his own session and password', () => {
    const own: readonly CallPath[] = ['logout', 'changePassword', 'login', 'setup'];
    for (const role of ['viewer', 'auditor'] as const) {
      const may = allCalls.filter(([call, method]) => method !== 'GET' && mayDo(role, call)).map(([call]) => call);
      expect(
        may.filter((call) => !own.includes(call)),
        role,
      ).toEqual([]);
    }
    // Octets as they were on the wire may hold passwords.
    for (const call of ['framePcap', 'listPcapng'] as const) expect(CALL_PERMISSIONS[call]).toBe('evidence');
  });

  /** Written down once more: a call that is given to somebody else by a slip in the table is seen here. */
  it('may do exactly this, call by call', () => {
    const own: readonly CallPath[] = ['setup', 'login', 'logout', 'changePassword'];
    const correct: readonly CallPath[] = [
      ...(['changeAsset', 'splitAsset', 'mergeAssets', 'undoCorrection', 'setUnits'] as const),
      ...(['uploadNames', 'previewNames', 'applyNames'] as const),
    ];
    const analyst: readonly CallPath[] = [
      ...correct,
      ...(['upload', 'stageAttack'] as const),
      ...(['changeAlert', 'changeAlerts', 'reviewAlert', 'changeIncident'] as const),
    ];
    const window: readonly CallPath[] = ['addWindow', 'changeWindow'];
    const engineer: readonly CallPath[] = [
      ...analyst,
      ...window,
      ...(['acceptAlert', 'addRelation', 'changeRelation', 'tryTuning', 'applyTuning'] as const),
      ...(['saveBaseline', 'restoreBaseline', 'importBaseline'] as const),
    ];
    const changes: Readonly<Record<UserRole, readonly CallPath[]>> = {
      viewer: [],
      auditor: [],
      manager: ['changeSite', ...window],
      analyst,
      engineer,
      admin: [...engineer, 'changeSite', 'changeSettings', 'addUser', 'changeUser'],
    };
    const octets: readonly CallPath[] = ['framePcap', 'listPcapng', 'baselineFile'];
    const journal: readonly CallPath[] = ['journal', 'checkJournal', 'exportJournal'];
    const hidden: Readonly<Record<UserRole, readonly CallPath[]>> = {
      viewer: ['users', 'tryAccept', ...octets, ...journal],
      auditor: ['users', 'tryAccept'],
      manager: ['users', 'tryAccept', ...octets],
      analyst: ['users', 'tryAccept'],
      engineer: ['users'],
      admin: [],
    };
    for (const role of USER_ROLES) {
      const calls = (is: (method: string) => boolean, may: boolean) =>
        allCalls.filter(([call, method]) => is(method) && mayDo(role, call) === may).map(([call]) => call);
      expect(calls((method) => method !== 'GET', true).sort(), role).toEqual([...own, ...changes[role]].sort());
      expect(calls((method) => method === 'GET', false).sort(), role).toEqual([...hidden[role]].sort());
    }
    const open = allCalls.map(([call]) => call).filter((call) => CALL_PERMISSIONS[call] === 'public');
    expect(open.sort()).toEqual(['login', 'setup', 'status']);
  });

  it('keep their meaning', () => {
    expect(mayDo('viewer', 'changeAsset')).toBe(false);
    expect(mayDo('viewer', 'journal')).toBe(false);
    expect(mayDo('viewer', 'framePcap')).toBe(false);
    expect(mayDo('auditor', 'journal')).toBe(true);
    expect(mayDo('auditor', 'mergeAssets')).toBe(false);
    expect(mayDo('engineer', 'users')).toBe(false);
    expect(mayDo('manager', 'upload')).toBe(false);
  });

  it('always leave one administrator', async () => {
    const admin = await setup();
    const change = (payload: object) =>
      server.app.inject({ method: 'PATCH', url: `/api/v1/users/${admin.me.id}`, payload, ...admin });
    expect((await change({ role: 'viewer' })).json()).toMatchObject({ code: 'last-admin' });
    expect((await change({ disabled: true })).json()).toMatchObject({ code: 'last-admin' });
  });
});

describe('calls', () => {
  it('reach the engine with validated, converted input and the id of who asks', async () => {
    const admin = await setup();
    const answer = await get('/api/v1/sites/s1/points/7/series?samples=10', admin);
    expect(answer.json()).toEqual({
      call: 'series',
      params: { site: 's1', point: 7 },
      query: { samples: 10 },
      userId: admin.me.id,
    });
    expect((await get('/api/v1/sites/s1/assets?limit=100000', admin)).json()).toMatchObject({ code: 'input-invalid' });
    const windows = await post('/api/v1/sites/s1/windows', { name: 'x' }, admin);
    const { message } = windows.json<{ message: string }>();
    expect(message).toContain('body/name is no field of it');
    expect(message).toContain('required properties');
    expect(message).not.toMatch(/schema|additional/);
    expect((await get('/api/v1/sites/s1/assets?nonsense=1', admin)).statusCode).toBe(422);
    // 2^63: more than the store can be asked for.
    for (const path of ['points/N', 'points/N/series', 'sources/f1/frames/N', 'flows/c1/messages?source=f1&after=N'])
      expect((await get(`/api/v1/sites/s1/${path.replace('N', '9223372036854775808')}`, admin)).statusCode, path).toBe(
        422,
      );
    const bad = await server.app.inject({
      method: 'POST',
      url: '/api/v1/login',
      payload: '{"__proto__":{"x":1}}',
      headers: { 'content-type': 'application/json' },
    });
    expect(bad.statusCode).toBeGreaterThanOrEqual(400);
  });

  it('export lists page by page, safe for spreadsheets', async () => {
    const admin = await setup();
    const csv = await get('/api/v1/sites/s1/exports/assets.csv', admin);
    expect(csv.headers['content-disposition']).toContain('assets.csv');
    expect(csv.body).toBe('id,name,ips,party\r\na1,\'=cmd|x,1; 2,n (a)\r\na2,"say ""hi""",,\r\n');
    expect(JSON.parse((await get('/api/v1/sites/s1/exports/assets.json', admin)).body)).toHaveLength(2);
    // A list without rows is a header line, not an empty file.
    const empty = await get('/api/v1/sites/s1/exports/assets.csv?q=nothing', admin);
    expect(empty.body).toMatch(/^id,kind,name,[\w,]+\r\n$/);
    expect(JSON.parse((await get('/api/v1/sites/s1/exports/assets.json?q=nothing', admin)).body)).toEqual([]);
    expect((await get('/api/v1/sites/s1/exports/users.csv', admin)).statusCode).toBe(404);
    expect((await get('/api/v1/sites/s1/exports/journal.csv', admin)).statusCode).toBe(404);
    expect(csvCell(-1)).toBe('-1');
    expect(csvCell('-1')).toBe("'-1");
    for (const begin of ['=', '+', '-', '@', '\t', '\r', '\n', '\uff1d', '\uff0b', '\uff0d', '\uff20'])
      expect(csvCell(`${begin}cmd|x`), JSON.stringify(begin)).toMatch(/^"?'/);
    // A spreadsheet set to a language that writes 1,5 takes the semicolon for the end of a cell, quoted or not.
    expect(csvCell('a;=cmd|x')).toBe("a;'=cmd|x");
    expect(csvCell('a";\t@cmd|x,1')).toBe('"a"";\'\t\'@cmd|x,1"');
    expect(csvCell(['1', '2'])).toBe('1; 2');
    expect(csvCell('10:00-11:00; a=b')).toBe('10:00-11:00; a=b');
  });
});

describe('raw octets', () => {
  it('leave with an entry in the journal that says who took which, and not without', async () => {
    const admin = await setup();
    await get('/api/v1/sites/s1/sources/f1/frames/7/pcap?around=2', admin);
    await get('/api/v1/sites/s1/captures/flows.pcapng?q=protocol:ftp', admin);
    const entries = engine.journal.filter((entry) => entry.action === 'evidence.download');
    expect(entries).toEqual([
      expect.objectContaining({
        userId: admin.me.id,
        subject: 'frame 7',
        detail: { site: 's1', source: 'f1', around: 2 },
      }),
      expect.objectContaining({ subject: 'frames of flows', detail: { site: 's1', q: 'protocol:ftp' } }),
    ]);
    engine.failWith = new OperatingError('store.full-disk', { path: '/data' });
    expect((await get('/api/v1/sites/s1/sources/f1/frames/7/pcap', admin)).statusCode).toBe(507);
  });

  it('of a payload are not in the picture of a frame for those who may not see evidence', async () => {
    const said = (name: string, value: string) => ({ name, value, meaning: '', start: 4, end: 6 });
    const layer = (name: string, start: number, end: number) => ({
      name,
      title: '',
      start,
      end,
      summary: '',
      fields: [],
    });
    const frame = {
      available: true,
      captured: 6,
      hex: '0102030405ff',
      masked: [],
      layers: [
        layer('eth', 0, 2),
        layer('tcp', 2, 4),
        { ...layer('smtp', 4, 6), fields: [said('verb', 'AUTH'), said('data', '05 ff'), said('levels', '10, 20')] },
      ],
    };
    const asked: unknown[] = [];
    engine.call = async () => JSON.stringify(frame);
    engine.bytes = async (call, input) => {
      if (call === 'frame') return Buffer.from(JSON.stringify(frame));
      asked.push((input as { query: unknown }).query);
      return Buffer.from('{"items":[],"next":null,"missing":[]}');
    };
    const admin = await setup();
    await post('/api/v1/users', { name: 'Bob', password: PASSWORD, role: 'viewer' }, admin);
    const bob = loginFrom(await post('/api/v1/login', { name: 'Bob', password: PASSWORD }));
    const url = '/api/v1/sites/s1/sources/f1/frames/7';
    expect((await get(url, admin)).json()).toEqual(frame);
    const [eth, ip, smtp] = frame.layers;
    const fields = [said('verb', 'AUTH'), said('data', '(octets, not shown)'), said('levels', '10, 20')];
    expect((await get(url, bob)).json()).toEqual({
      ...frame,
      hex: '010203040000',
      masked: [{ start: 4, end: 6 }],
      layers: [eth, ip, { ...smtp, fields }],
    });
    // The same rule for messages, kept by Gatehouse itself: a search among hidden octets would tell them.
    for (const who of [admin, bob]) await get('/api/v1/sites/s1/flows/c1/messages?octets=true', who);
    expect(asked).toMatchObject([{ octets: true }, { octets: false }]);
  });
});

const multipartBody = (name: string, content: Buffer) => {
  const boundary = 'xxBOUNDARYxx';
  return {
    payload: Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
      ),
      content,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
};

describe('a dropped capture', () => {
  const drop = (login: Login, name: string, content: Buffer) => {
    const { payload, type } = multipartBody(name, content);
    return server.app.inject({
      method: 'POST',
      url: '/api/v1/captures',
      payload,
      cookies: login.cookies,
      headers: { ...login.headers, 'content-type': type },
    });
  };
  const left = () => readdirSync(join(folder, 'uploads'));

  it('is streamed to the data folder under a harmless name and opened', async () => {
    const admin = await setup();
    const response = await drop(admin, '../../etc/pässwd;rm.pcap', Buffer.from('content'));
    expect(response.json()).toEqual({ site: 's1', source: 'f1', known: false, as: '' });
    const { request, userId } = engine.opened[0]!;
    expect(userId).toBe(admin.me.id);
    expect(request).toMatchObject({ kind: 'file', name: 'pässwd_rm.pcap' });
    expect(left()).toHaveLength(1);
    expect(readFileSync(join(folder, 'uploads', left()[0]!), 'utf8')).toBe('content');
  });

  it('leaves nothing behind when it is known, too large, or no capture', async () => {
    const admin = await setup();
    engine.openWith = async () => ({ site: 's1', source: 'f1', known: true, as: 'b.pcap' });
    expect((await drop(admin, 'a.pcap', Buffer.from('x'))).json()).toMatchObject({ known: true });
    expect(left()).toEqual([]);
    engine.openWith = async (request) => {
      throw new OperatingError('input.not-a-capture', { path: (request as { path: string }).path, magic: '78' });
    };
    const bad = await drop(admin, 'notes.txt', Buffer.from('x'));
    expect(bad.statusCode).toBe(422);
    expect(bad.json<ApiError>().message).toBe('notes.txt is not a capture: it begins with 78.');
    expect(left()).toEqual([]);
    await server.close();
    server = await start({ maxUploadBytes: 10 });
    expect((await drop(admin, 'big.pcap', Buffer.alloc(100))).statusCode).toBe(413);
    expect(left()).toEqual([]);
  });

  it('waits its turn: of files of any kind only a few come in at a time', async () => {
    const admin = await setup();
    const opened = { site: 's1', source: 'f1', known: false, as: '' };
    const release: (() => void)[] = [];
    engine.openWith = () => new Promise((resolve) => release.push(() => resolve(opened)));
    const first = Array.from({ length: MAX_UPLOADS }, (_, i) => drop(admin, `${i}.pcap`, Buffer.from('x')));
    await vi.waitFor(() => expect(release).toHaveLength(MAX_UPLOADS), { timeout: 20_000 });
    const { payload, type } = multipartBody('list.csv', Buffer.from('a;b'));
    const headers = { ...admin.headers, 'content-type': type };
    for (const kind of ['names/imports', 'baseline-imports']) {
      const url = `/api/v1/sites/s1/${kind}`;
      const refused = await server.app.inject({ method: 'POST', url, payload, cookies: admin.cookies, headers });
      expect(refused.statusCode, kind).toBe(429);
    }
    for (const one of release) one();
    for (const response of await Promise.all(first)) expect(response.json()).toEqual(opened);
    const url = '/api/v1/sites/s1/names/imports';
    const after = await server.app.inject({ method: 'POST', url, payload, cookies: admin.cookies, headers });
    expect(after.statusCode).toBe(200);
  });

  it('that a sudden end of the program cut short is gone after the next start; what was opened stays', async () => {
    await server.close();
    mkdirSync(join(folder, 'uploads'), { recursive: true });
    for (const name of ['0123456789abcdef.part', '0123456789abcdef-a.part', 'mine.pcap'])
      writeFileSync(join(folder, 'uploads', name), 'x');
    server = await start();
    expect(left().sort()).toEqual(['0123456789abcdef-a.part', 'mine.pcap']);
  });

  it.each([
    ['../../x', 'x'],
    ['C:\\temp\\a b.pcap', 'a b.pcap'],
    ['..', 'capture'],
    ['', 'capture'],
    ['a\u0000b\n.pcap', 'a_b_.pcap'],
  ])('names: %j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('names: what is too long for a file system is cut, and no letter in two', () => {
    for (const letter of ['a', '\u6f22', '\u{20bb7}']) {
      const safe = safeName(`a${letter.repeat(300)}`);
      // NAME_MAX is 255 octets; seventeen are ours.
      expect(Buffer.byteLength(safe), letter).toBeLessThanOrEqual(200);
      expect(safe).toMatch(new RegExp(`^a(${letter}){30,}$`, 'u'));
    }
  });
});

/** Reads events from a real socket until `count` have come. */
const readEvents = (
  url: string,
  headers: Record<string, string>,
  count: number,
): Promise<{ response: IncomingMessage; events: string[]; close: () => void }> =>
  new Promise((resolve, reject) => {
    const events: string[] = [];
    let rest = '';
    const sent = httpRequest(url, { headers }, (response) => {
      response.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n\n');
        rest = parts.pop()!;
        events.push(...parts);
        if (events.length >= count) resolve({ response, events, close: () => sent.destroy() });
      });
      response.on('error', () => undefined);
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the event stream', () => {
  const change = (version: number) => engine.emit({ kind: 'change', data: { site: 's1', topic: 'assets', version } });
  const cookieOf = (login: Login) => `gatehouse=${login.cookies.gatehouse}`;

  it('gives the state, then changes, and to those who come back what they missed', async () => {
    const admin = await setup();
    const url = `${await server.listen(0)}/api/v1/events`;
    const first = await readEvents(url, { cookie: cookieOf(admin) }, 3);
    expect(first.response.headers['content-type']).toContain('text/event-stream');
    expect(first.events[1]).toContain('"topic":"assets","version":3');
    const id = /id: (\S+)/.exec(first.events[0]!)![1]!;
    first.close();
    change(4);
    change(5);
    const second = await readEvents(url, { cookie: cookieOf(admin), 'last-event-id': id }, 3);
    expect(second.events.slice(1).map((text) => /"version":(\d+)/.exec(text)![1])).toEqual(['4', '5']);
    second.close();
    // An id of another run of the server: the state again.
    const third = await readEvents(url, { cookie: cookieOf(admin), 'last-event-id': 'dead-1' }, 3);
    expect(third.events[1]).toContain('"version":3');
    third.close();
  });

  it('tells nobody about what he may not see', async () => {
    const admin = await setup();
    await post('/api/v1/users', { name: 'Bob', password: PASSWORD, role: 'viewer' }, admin);
    const bob = loginFrom(await post('/api/v1/login', { name: 'Bob', password: PASSWORD }));
    const url = `${await server.listen(0)}/api/v1/events`;
    const stream = readEvents(url, { cookie: cookieOf(bob) }, 3);
    // The third event can only be this one: `users` of the state was left out.
    await expect.poll(() => server.app.server.connections ?? 1).toBeGreaterThan(0);
    const emit = setInterval(() => change(9), 20);
    const { events, close } = await stream;
    clearInterval(emit);
    expect(events.join()).not.toContain('users');
    close();
  });

  it('keeps nobody logged in by itself: it ends when the session was not used for its idle time', async () => {
    await server.close();
    server = await start({ heartbeatMs: 20 });
    const admin = await setup();
    const url = `${await server.listen(0)}/api/v1/events`;
    const { response } = await readEvents(url, { cookie: cookieOf(admin) }, 1);
    const ended = new Promise((resolve) => response.on('end', resolve));
    // Notices and heartbeats until nearly then; each asks who listens.
    nowUs += SESSION_IDLE_US / 2;
    change(7);
    nowUs += SESSION_IDLE_US / 2 - 1;
    change(8);
    expect(engine.stored().sessions).toHaveLength(1);
    nowUs += 1;
    await ended;
    expect((await get('/api/v1/me', admin)).statusCode).toBe(401);
  });

  it('ends when the person is logged out', async () => {
    await server.close();
    server = await start({ heartbeatMs: 20 });
    const admin = await setup();
    const url = `${await server.listen(0)}/api/v1/events`;
    const { response } = await readEvents(url, { cookie: cookieOf(admin) }, 1);
    const ended = new Promise((resolve) => response.on('end', resolve));
    await post('/api/v1/logout', {}, admin);
    await ended;
  });
});

describe('listening', () => {
  it('is for this machine only unless there is TLS', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  });
  it('says clearly that a port is taken', async () => {
    const url = new URL(await server.listen(0));
    const other = await start();
    await expect(other.listen(Number(url.port))).rejects.toMatchObject({ code: 'port-in-use', exitCode: 5 });
    await other.close();
  });
});
