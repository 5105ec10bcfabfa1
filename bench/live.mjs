/**
 * `npm run bench:live`: the built product on a made plant of thousands of controllers, in real time: real frames come on its
 * standard input as from a mirror port, a console listens, and values that the process does not make are put in at
 * moments that the seed chooses. Prints one JSON line: samples a second that were held, processor time by thread (a
 * share of one core), from the frame's time to the finding as a console hears of it, memory, and how long the state
 * takes to be saved and restored; after the second start frames come as soon as the program listens, and what is wrong in
 * their first second is told when its cell judges (`fromTheStart`). Everything in one machine: the sender takes its own share beside the product.
 *
 * Options: --devices N (5000), --registers N (20), --seconds N (120), --seed N, --learning-hours H and --every S (what the site
 * learned from, and at what pace; steps of rows follow from them), --data DIR (a folder that was prepared is used again,
 * a new one is kept), --ahead N (times faster than real time; 0: as fast as it is read).
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureAll, root } from '../tools/project.mjs';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '5000' },
    registers: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    'learning-hours': { type: 'string', default: '0.06' },
    every: { type: 'string', default: '1' },
    data: { type: 'string', default: '' },
    pulse: { type: 'string', default: '' },
  },
});
const [devices, registers, seconds, seed] = ['devices', 'registers', 'seconds', 'seed'].map((name) =>
  Number(values[name]),
);
const SECOND_US = 1_000_000;
/** Frames are handed over in such portions, milliseconds; what was sent last was on the wire so long before. */
const PORTION_MS = 20;
/** An acknowledgement comes 43 ms after its question: the portion is sent when all of it was on the wire. */
const WIRE_US = 45_000;
const CLOCK_TICKS = 100;
const SITE = 'bench';
const USER = { name: 'bench', password: 'a password of the bench' };
const SETTLE_S = 10;
const QUIET_S = 12;
const FORCED_S = 4;
/** Values that are wrong in the first second after a start; frames go on for so long, and what is told is waited for as long again. */
const AT_ONCE = 25;
const AT_ONCE_S = 20;

await ensureAll();
const { MadeSite, natureOf } = await import(pathToFileURL(join(root, 'dist', 'bench', 'made-site.js')).href);
const { seededRandom } = await import(pathToFileURL(join(root, 'dist', 'src', 'lib', 'random.js')).href);

const round = (x, digits = 2) => Math.round(x * 10 ** digits) / 10 ** digits;
const nowUs = () => (performance.timeOrigin + performance.now()) * 1000;
const note = (text) => process.stderr.write(`${text}\n`);

/* ---------------------------------------------------------------- what was learned */

const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-live-'));
const kept = values.data === '' ? join(scratch, 'prepared') : values.data;
const data = join(scratch, 'data');
let prepared;
if (!existsSync(kept)) {
  note(`A site of ${devices} controllers learns ...`);
  const done = spawnSync(
    process.execPath,
    [
      '--heap-growing-percent=30',
      '--max-semi-space-size=8',
      join(root, 'dist', 'bench', 'live-prepare.js'),
      kept,
      ...[devices, registers, seed, values['learning-hours'], values.every].map(String),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (done.status !== 0) process.exit(1);
  prepared = JSON.parse(done.stdout);
  note(JSON.stringify(prepared));
}
cpSync(kept, data, { recursive: true });

/* ---------------------------------------------------------------- the product, seen from outside */

class Product {
  async start() {
    const began = performance.now();
    let log = '';
    this.child = spawn(
      process.execPath,
      [join(root, 'bin', 'gatehouse.mjs'), 'start', '--data', data, '--port', '0', '--no-open', '--site', SITE, '-'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.child.stdin.on('error', () => undefined);
    this.child.stdin.write(MadeSite.header());
    const address = await new Promise((resolve, reject) => {
      this.child.stdout.on('data', (part) => {
        log += part;
        const found = /(http:\/\/[^\s/]+)/.exec(log);
        if (found) resolve(found[1]);
      });
      this.child.on('exit', (code) => reject(new Error(`gatehouse ended with code ${code}: ${log}`)));
    });
    this.base = address;
    this.startS = (performance.now() - began) / 1000;
    const token = /setup#(\S+)/.exec(log)?.[1];
    await this.enter(...(token === undefined ? ['/api/v1/login', USER] : ['/api/v1/setup', { token, ...USER }]));
    return began;
  }
  ask(method, path, body) {
    return new Promise((resolve, reject) => {
      const headers = {
        ...(this.cookie && { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json', origin: this.base }),
      };
      const sent = request(`${this.base}${path}`, { method, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part) => {
          text += part;
        });
        answer.on('end', () => {
          if (answer.statusCode < 300) resolve({ text, answer });
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`));
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  async enter(path, body) {
    const { answer } = await this.ask('POST', path, body);
    this.cookie = (answer.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
  }
  async get(path) {
    return JSON.parse((await this.ask('GET', `/api/v1/sites/${SITE}/${path}`)).text);
  }
  /** Hears every notice of a changed topic. */
  listen(each) {
    const sent = request(`${this.base}/api/v1/events`, { headers: { cookie: this.cookie } }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        const lines = (rest + part).split('\n');
        rest = lines.pop();
        for (const line of lines) if (line.startsWith('data:')) each(JSON.parse(line.slice(5)));
      });
    });
    sent.on('error', () => undefined);
    sent.end();
    return () => sent.destroy();
  }
  /** CPU seconds of each thread, by its id. */
  threads() {
    const folder = `/proc/${this.child.pid}/task`;
    const used = new Map();
    try {
      for (const id of readdirSync(folder)) {
        const fields = readFileSync(join(folder, id, 'stat'), 'utf8')
          .split(') ')[1]
          .split(' ');
        used.set(Number(id), (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS);
      }
    } catch {
      // The program, or one of its threads, ended between two looks.
    }
    return used;
  }
  memory() {
    const path = `/proc/${this.child.pid}/status`;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const mib = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024);
    return { rssMiB: mib('VmRSS'), peakMiB: mib('VmHWM') };
  }
  async stop() {
    const began = performance.now();
    let isOver = false;
    const ended = new Promise((resolve) => this.child.on('exit', resolve)).then(() => {
      isOver = true;
    });
    const usedS = () => [...this.threads().values()].reduce((sum, s) => sum + s, 0);
    const beforeS = usedS();
    let cpuS = 0;
    this.child.stdin.end();
    this.child.kill('SIGTERM');
    // Threads that end take their figures along: the most that was seen.
    while (!isOver) {
      cpuS = Math.max(cpuS, usedS() - beforeS);
      await Promise.race([ended, wait(20)]);
    }
    return { wallS: round((performance.now() - began) / 1000), cpuS: round(cpuS) };
  }
}

const product = new Product();
/** Seconds from the start of the process until the site answers, and until all that it learned is back. */
const untilLearned = async (began) => {
  const sinceS = () => round((performance.now() - began) / 1000);
  // Pages, and frames, are first; what cells learned is brought back behind them.
  await product.get('now');
  const answersS = sinceS();
  let cells;
  do {
    if (cells !== undefined) await wait(200);
    cells = await product.get('cells');
  } while (cells.returning > 0);
  return {
    startS: round(product.startS),
    answersS,
    cellsBackS: sinceS(),
    armed: cells.armed,
  };
};

/* ---------------------------------------------------------------- the plant, with the clock */

const random = seededRandom(seed);
const site = new MadeSite({ devices, registers, seed });
const injected = [];
const untouched = new Set(Array.from({ length: devices }, (_, d) => d));
const heard = new Map();

/** Any finding of the process counts for a value, of any detector for a write; under what name stands in the result. */
const PROCESS = /^(point\.|soft-sensor|dynamics|drift|relation|set-point|replay)/;
const KINDS = {
  junk: { expects: PROCESS, value: () => 65_535, of: 'measured' },
  level: { expects: PROCESS, value: (v) => v + 12_000, of: 'measured' },
  state: { expects: PROCESS, value: () => 9, of: 'state' },
  write: { expects: /./, value: () => 1234, of: 'set' },
};

/** The second of a time, and the first of the devices that are read in it from then on. */
const place = (us) => {
  const s = Math.floor(us / SECOND_US);
  return { s, d: Math.ceil(((us - s * SECOND_US) * devices) / SECOND_US) };
};

const inject = (tsUs) => {
  const free = [...untouched];
  const device = free[random.integer(0, free.length - 1)];
  untouched.delete(device);
  const name = Object.keys(KINDS)[injected.length % 4];
  const { value, of } = KINDS[name];
  const of_ = Array.from({ length: registers }, (_, r) => r).filter((r) => natureOf(r) === of);
  const register = of_[random.integer(0, of_.length - 1)];
  // The first frame that shows it: the device's next reading, in this second where it was not read yet.
  const offsetUs = Math.floor((device * SECOND_US) / devices);
  const at = place(tsUs);
  const second = device < at.d ? at.s + 1 : at.s;
  const shownUs = name === 'write' ? tsUs : second * SECOND_US + offsetUs + 2300;
  const it = { name, device, register, address: site.address(device), shownUs, toldUs: Number.NaN, kind: '' };
  injected.push(it);
  if (name === 'write') return site.intrusion(tsUs, device, register, 1234);
  site.force(device, register, value(site.valueAt(device, register, second)));
  it.untilS = second + FORCED_S;
  return undefined;
};

/** Sends what is on the wire between two times. */
const send = (fromUs, untilUs) => {
  const from = place(fromUs);
  const to = place(untilUs);
  for (let s = from.s; s <= to.s; s++) {
    const first = s === from.s ? from.d : 0;
    const last = s === to.s ? to.d : devices;
    if (last > first) product.child.stdin.write(site.polls(s * SECOND_US, first, last));
    for (const it of injected) if (it.untilS === s && first === 0) site.force(it.device, it.register, Number.NaN);
  }
};

/** Sends what was on the wire since the last portion, until the time is over. */
const run = async () => {
  const { stdin } = product.child;
  const beginUs = Math.ceil(nowUs() / SECOND_US) * SECOND_US + SECOND_US;
  const endUs = beginUs + (SETTLE_S + seconds + QUIET_S) * SECOND_US;
  let sentUs = beginUs;
  let sentPackets = 0;
  let mostWaiting = 0;
  let nextUs = beginUs + SETTLE_S * SECOND_US;
  let marks;
  const stopInjecting = endUs - QUIET_S * SECOND_US;
  const perSecond = Math.max(0.2, Math.min(4, 100 / seconds));
  while (sentUs < endUs) {
    const untilUs = Math.min(endUs, Math.floor(nowUs() - WIRE_US));
    if (untilUs <= sentUs) {
      await wait(PORTION_MS);
      continue;
    }
    send(sentUs, untilUs);
    sentUs = untilUs;
    if (sentUs >= nextUs && sentUs < stopInjecting) {
      const octets = inject(sentUs);
      if (octets) stdin.write(octets);
      nextUs += (SECOND_US / perSecond) * (0.5 + random.uniform());
    }
    mostWaiting = Math.max(mostWaiting, stdin.writableLength);
    if (marks === undefined && sentUs >= beginUs + SETTLE_S * SECOND_US)
      marks = { at: performance.now(), threads: product.threads(), packets: site.packets };
    sentPackets = site.packets;
    await wait(PORTION_MS);
  }
  const wallS = (performance.now() - marks.at) / 1000;
  const after = product.threads();
  const used = [...after].map(([id, s]) => [id, s - (marks.threads.get(id) ?? 0)]);
  const main = used.find(([id]) => id === product.child.pid)?.[1] ?? 0;
  const others = used.filter(([id]) => id !== product.child.pid).sort((a, b) => b[1] - a[1]);
  return {
    wallS: round(wallS),
    packetsPerSecond: Math.round((sentPackets - marks.packets) / wallS),
    samplesPerSecond: Math.round(devices * registers),
    packets: sentPackets,
    mostWaitingKiB: Math.round(mostWaiting / 1024),
    waitingAtEndKiB: Math.round(stdin.writableLength / 1024),
    share: {
      engine: round((others[0]?.[1] ?? 0) / wallS),
      server: round(main / wallS),
      otherThreads: round(others.slice(1).reduce((sum, [, s]) => sum + s, 0) / wallS),
    },
  };
};

/** Units behind an address are its matter. */
const addressOf = ({ target }) => target.address.split(' ')[0];

/** Looks at the findings whenever the engine says that there are others. */
const watching = () => {
  let isAsking = false;
  let again = false;
  const look = async () => {
    if (isAsking) {
      again = true;
      return;
    }
    isAsking = true;
    // With a filter the engine is asked itself, not the pages at hand.
    const { items } = await product
      .get(`findings?limit=200&sort=-first&q=${encodeURIComponent('-kind:nothing-of-the-kind')}`)
      .catch(() => ({ items: [] }));
    const atUs = nowUs();
    for (const finding of items) {
      if (!heard.has(finding.id)) heard.set(finding.id, { ...finding, atUs });
      const it = injected.find((x) => x.address === addressOf(finding));
      if (it === undefined || !Number.isNaN(it.toldUs) || !KINDS[it.name].expects.test(finding.kind)) continue;
      if (Date.parse(finding.firstAt) * 1000 < it.shownUs - 2 * SECOND_US) continue;
      it.toldUs = atUs;
      it.kind = finding.kind;
    }
    isAsking = false;
    if (again) {
      again = false;
      void look();
    }
  };
  return product.listen(({ site: of, topic }) => {
    if (of === SITE && topic === 'alerts') void look();
  });
};

const delays = (list) => {
  const sorted = list
    .map((it) => (it.toldUs - it.shownUs) / SECOND_US)
    .filter((s) => !Number.isNaN(s))
    .sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
  return { injected: list.length, found: sorted.length, p50S: at(0.5), p99S: at(0.99), mostS: at(1) };
};

/** A second start, with frames from when the program listens: what is wrong at once is told when its cell judges. */
const fromTheStart = async () => {
  const began = await product.start();
  const stopWatching = watching();
  const beginUs = Math.ceil(nowUs() / SECOND_US) * SECOND_US;
  const wrong = injected.length;
  const measured = Array.from({ length: registers }, (_, r) => r).filter((r) => natureOf(r) === 'measured');
  for (let i = 0; i < AT_ONCE; i++) {
    const device = [...untouched][random.integer(0, untouched.size - 1)];
    untouched.delete(device);
    const register = measured[random.integer(0, measured.length - 1)];
    site.force(device, register, KINDS.junk.value());
    const shownUs = beginUs + Math.floor((device * SECOND_US) / devices) + 2300;
    injected.push({
      name: 'junk',
      device,
      register,
      address: site.address(device),
      shownUs,
      toldUs: Number.NaN,
      kind: '',
    });
  }
  const learned = untilLearned(began);
  const endUs = beginUs + AT_ONCE_S * SECOND_US;
  const isTold = () => injected.slice(wrong).every(({ toldUs }) => !Number.isNaN(toldUs));
  for (let sentUs = beginUs; !isTold() && nowUs() < endUs + AT_ONCE_S * SECOND_US; ) {
    const untilUs = Math.min(endUs, Math.floor(nowUs() - WIRE_US));
    if (untilUs > sentUs) {
      send(sentUs, untilUs);
      sentUs = untilUs;
    }
    await wait(PORTION_MS);
  }
  const result = { ...(await learned), frameToFinding: delays(injected.slice(wrong)) };
  stopWatching();
  return result;
};

try {
  const first = await untilLearned(await product.start());
  note(`started: ${JSON.stringify(first)}`);
  const idle = product.memory();
  const stopWatching = watching();
  const sent = await run();
  await wait(3000);
  stopWatching();
  const coverage = await product.get('sources');
  const { health } = coverage.items.at(-1);
  const memory = product.memory();
  const pages = {};
  for (const page of [
    'now',
    'map',
    'coverage',
    'assets',
    'flows',
    'commands',
    'points',
    'cells',
    'learning',
    'alerts',
    'incidents',
  ]) {
    const since = performance.now();
    const { text } = await product.ask('GET', `/api/v1/sites/${SITE}/${page}`);
    pages[page] = { ms: Math.round(performance.now() - since), kB: Math.round(text.length / 1000) };
  }
  const touched = new Set(injected.map((it) => it.address));
  const wrong = [...heard.values()].filter((f) => !touched.has(addressOf(f)));
  const count = (list, of) =>
    Object.fromEntries([...new Set(list.map(of))].map((k) => [k, list.filter((x) => of(x) === k).length]));
  const stop = await product.stop();
  const frameToFinding = {
    all: delays(injected),
    ...Object.fromEntries(Object.keys(KINDS).map((name) => [name, delays(injected.filter((it) => it.name === name))])),
    as: count(injected, (it) => `${it.name}: ${it.kind || 'not found'}`),
  };
  const again = await fromTheStart();
  await product.stop();
  const result = {
    devices,
    registers,
    seed,
    ...(prepared && { prepared }),
    first,
    idle,
    ...sent,
    framesRead: health.frames,
    dropped: health.dropped,
    memory,
    octetsPerPoint: Math.round((memory.rssMiB * 2 ** 20) / (devices * registers)),
    frameToFinding,
    pages,
    findingsElsewhere: count(wrong, (f) => f.kind),
    stop,
    again,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  product.child?.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
}
