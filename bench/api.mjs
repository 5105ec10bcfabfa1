/**
 * `npm run bench:api -- [CAPTURE]`: the built product with 50 users for 20 seconds, while it reads the capture and after.
 * Prints one JSON line: for each call how often, p50, p99 and most (milliseconds, as a client sees them), and the CPU
 * seconds and peak resident memory of the server (Linux). Without a capture the sample plant is read.
 *
 * Options: --users N, --seconds N, --think MS (pause between two calls of a user), --settled (begin when reading is done).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureAll, root } from '../tools/project.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    think: { type: 'string', default: '250' },
    settled: { type: 'boolean', default: false },
  },
});
const users = Number(values.users);
const thinkMs = Number(values.think);
const PAGES = ['now', 'map', 'coverage', 'assets', 'flows', 'commands', 'points', 'sources'];
const PASSWORD = 'a password of the bench';
const SESSIONS = 8;
const CLOCK_TICKS = 100;

await ensureAll();
const data = mkdtempSync(join(tmpdir(), 'gatehouse-api-'));
const args = [join(root, 'bin', 'gatehouse.mjs'), 'start', '--data', data, '--port', '0', '--no-open', ...positionals];
const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });

const figures = () => {
  if (!existsSync(`/proc/${child.pid}/stat`)) return { cpu: 0, peakMiB: 0 };
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '0';
  return { cpu: (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS, peakMiB: Math.round(Number(peak) / 1024) };
};

/** CPU seconds of the server's own thread, which answers; the engine has one of its own (Linux). */
const mainCpu = () => {
  const path = `/proc/${child.pid}/task/${child.pid}/schedstat`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) / 1e9 : 0;
};

const agent = new Agent({ keepAlive: true, maxSockets: users });
const ask = (base, method, path, { cookie = '', body } = {}) =>
  new Promise((resolve, reject) => {
    const headers = { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json', origin: base }) };
    const sent = request(`${base}${path}`, { method, agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        const given = (answer.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
        if (answer.statusCode < 300) resolve({ text, cookie: given });
        else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const round = (ms) => Math.round(ms * 10) / 10;
const summary = (times) => {
  const sorted = Float64Array.from(times).sort();
  return {
    calls: sorted.length,
    p50: round(percentile(sorted, 0.5)),
    p99: round(percentile(sorted, 0.99)),
    most: round(sorted.at(-1) ?? 0),
  };
};

const bench = async () => {
  const link = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (part) => {
      out += part;
      const found = /(http\S+)\/setup#(\S+)/.exec(out);
      if (found) resolve({ base: found[1], token: found[2] });
    });
    child.on('exit', (code) => reject(new Error(`gatehouse ended with code ${code}`)));
  });
  const { base } = link;
  const setup = { token: link.token, name: 'bench', password: PASSWORD };
  const cookies = [(await ask(base, 'POST', '/api/v1/setup', { body: setup })).cookie];
  // Log-ins are limited, so users share a few sessions; each stays below the limit of requests a minute.
  while (cookies.length < Math.min(users, SESSIONS)) {
    const login = { name: 'bench', password: PASSWORD };
    cookies.push((await ask(base, 'POST', '/api/v1/login', { body: login })).cookie);
  }
  const [cookie] = cookies;
  const sites = async () => JSON.parse((await ask(base, 'GET', '/api/v1/sites', { cookie })).text).items;
  let [site] = await sites();
  while (site === undefined || (values.settled && (site.busy || site.assets === 0))) {
    await wait(200);
    [site] = await sites();
  }
  const times = new Map(PAGES.map((page) => [page, []]));
  const before = figures().cpu;
  const mainBefore = mainCpu();
  const end = performance.now() + Number(values.seconds) * 1000;
  const user = async (index) => {
    for (let n = index; performance.now() < end; n++) {
      const page = PAGES[n % PAGES.length];
      const since = performance.now();
      await ask(base, 'GET', `/api/v1/sites/${site.id}/${page}`, { cookie: cookies[index % cookies.length] });
      times.get(page).push(performance.now() - since);
      await wait(thinkMs);
    }
  };
  await Promise.all(Array.from({ length: users }, (_, index) => user(index)));
  const { cpu, peakMiB } = figures();
  const mainMs = (mainCpu() - mainBefore) * 1000;
  const asked = [...times.values()].flat().length;
  const calls = Object.fromEntries([...times].map(([page, list]) => [page, summary(list)]));
  const [last] = await sites();
  return {
    users,
    thinkMs,
    busyAtEnd: last.busy,
    cpuSeconds: round(cpu - before),
    mainMsPerCall: Math.round((100 * mainMs) / Math.max(1, asked)) / 100,
    peakMiB,
    all: summary([...times.values()].flat()),
    ...calls,
  };
};

try {
  process.stdout.write(`${JSON.stringify(await bench())}\n`);
} finally {
  const ended = new Promise((resolve) => child.on('exit', resolve));
  agent.destroy();
  child.kill('SIGTERM');
  await ended;
  rmSync(data, { recursive: true, force: true });
}
