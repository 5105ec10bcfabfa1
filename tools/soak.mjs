/**
 * `npm run soak -- [--seconds 600] [--pps 50000] [--file capture.pcap] [--no-harm]`: a live run under load, measured.
 *
 * In a network namespace of its own (root, iproute2 and tcpreplay needed) a pair of virtual interfaces stands for the
 * mirror port; tcpreplay sends frames into one end, the product listens on the other, with its data folder on a small
 * file system. In the first third it only runs; then it is killed with SIGKILL and started again; then its disk is filled
 * to the last octet and freed. Prints memory and counters every ten seconds and one JSON line at the end; exit code 1 when
 * frames were lost unreported, memory grew, what was acknowledged is gone, or nobody was told of the full disk.
 *
 * Memory is judged for each life of the process by itself, once it has run for WARM_UP_S and has taken in as many frames as
 * the capture holds (until then it meets hosts and connections for the first time, and has to keep them): the mean of the
 * second half of its samples against that of the first. A life with too few samples after that is said to be not judged;
 * MOST_MIB holds for all.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureAll, root } from './project.mjs';

/** A word that is not known is told: ten minutes of something else would be lost. */
const options = () => {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '600' },
        pps: { type: 'string', default: '50000' },
        file: { type: 'string' },
        'no-harm': { type: 'boolean', default: false },
        inside: { type: 'string' },
      },
    });
    if (Number(values.seconds) > 0 && Number(values.pps) > 0) return values;
    process.stderr.write('--seconds and --pps are numbers above 0.\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
  }
  process.stderr.write('Usage: npm run soak -- [--seconds 600] [--pps 50000] [--file capture.pcap] [--no-harm]\n');
  process.exit(2);
};
const { file: given, inside: disk, 'no-harm': noHarm, ...numbers } = options();
const seconds = Number(numbers.seconds);
const pps = Number(numbers.pps);
const harm = !noHarm;
const DISK = '512m';
/** Seconds in which caches and compiled code come to their size. */
const WARM_UP_S = 60;
/** Samples of a life after that from which on its memory is judged. */
const LEAST_SAMPLES = 6;
/** What the second half of a life may have more than the first: this part of it, and so many MiB. */
const GROWTH = 0.08;
const GROWTH_MIB = 10;
/** What no sample may reach, MiB. */
const MOST_MIB = 700;
const USER = { name: 'soak', password: 'a long password for the soak 7' };

const must = (command, args) => {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  process.stderr.write(`${command} ${args.join(' ')}: ${done.stderr || done.error?.message}\n`);
  process.exit(4);
};
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Outside: makes the namespace, runs this file again inside it, cleans up. */
const outside = async () => {
  await ensureAll();
  const space = `gatehouse-soak-${process.pid}`;
  const made = mkdtempSync(join(tmpdir(), 'gatehouse-soak-'));
  must('ip', ['netns', 'add', space]);
  let code = 1;
  try {
    must('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', made]);
    const inside = (...args) => must('ip', ['netns', 'exec', space, ...args]);
    inside('ip', 'link', 'set', 'lo', 'up');
    inside('ip', 'link', 'add', 'line0', 'type', 'veth', 'peer', 'name', 'mirror');
    for (const link of ['line0', 'mirror']) {
      // A mirror port has no address, and speaks no IPv6 either.
      inside('sh', '-c', `echo 1 > /proc/sys/net/ipv6/conf/${link}/disable_ipv6`);
      inside('ip', 'link', 'set', link, 'up');
    }
    const child = spawn(
      'ip',
      [
        'netns',
        'exec',
        space,
        process.execPath,
        fileURLToPath(import.meta.url),
        '--inside',
        made,
        ...process.argv.slice(2),
      ],
      { stdio: 'inherit' },
    );
    // Cut short: what runs inside ends, and what was made here is taken away all the same.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'));
    code = await new Promise((resolve) => child.on('exit', (c) => resolve(c ?? 1)));
  } finally {
    spawnSync('umount', ['-l', made]);
    spawnSync('ip', ['netns', 'del', space]);
    rmSync(made, { recursive: true, force: true });
  }
  process.exit(code);
};

const rssMiB = (pid) => {
  const m = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return m ? Math.round(Number(m[1]) / 1024) : 0;
};

/** The product under test: started, set up or logged in, asked for its numbers. */
class Product {
  constructor(disk) {
    this.data = join(disk, 'data');
    this.port = 18_470;
    this.known = false;
  }
  async start() {
    const began = Date.now();
    this.log = '';
    this.child = spawn(process.execPath, [
      join(root, 'bin', 'gatehouse.mjs'),
      'start',
      '--interface',
      'mirror',
      '--site',
      'soak',
      '--data',
      this.data,
      '--port',
      String(this.port),
      '--no-open',
    ]);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (d) => {
        this.log += d;
      });
    while (!/http:\/\//.test(this.log)) {
      if (this.child.exitCode !== null) throw new Error(`it did not start: ${this.log}`);
      await wait(50);
    }
    this.startedMs = Date.now() - began;
    if (!this.known) {
      const token = /setup#(\S+)/.exec(this.log)?.[1];
      await this.enter('/api/v1/setup', { token, ...USER });
      this.known = true;
    } else await this.enter('/api/v1/login', USER);
  }
  async enter(path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${this.port}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    this.cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0];
  }
  async get(path) {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, { headers: { cookie: this.cookie } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    const value = await answer.json();
    this.answerMs = performance.now() - began;
    return value;
  }
  async site() {
    const { items } = await this.get('/sites');
    return items.find((s) => s.name === 'soak') ?? items[0];
  }
  async source() {
    const site = await this.site();
    const path = `/sites/${site.id}/sources`;
    await this.get(path);
    const { answerMs } = this;
    // While frames come the page at hand may be seconds old; being asked for, it is made anew.
    await wait(1500);
    const { items } = await this.get(path);
    this.answerMs = Math.max(answerMs, this.answerMs);
    return items[items.length - 1];
  }
  kill(signal) {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    return gone;
  }
}

const countFrames = async (path) => {
  const from = (name) => import(pathToFileURL(join(root, 'dist', 'src', 'capture', name)).href);
  const [{ openCaptureFile }, { readCapture }] = await Promise.all([from('file.js'), from('reader.js')]);
  const capture = await openCaptureFile(path);
  let frames = 0;
  for await (const event of readCapture(capture.chunks(), { name: path }))
    if (event.kind === 'frames') frames += event.count;
  return frames;
};

const inside = async () => {
  const product = new Product(disk);
  await product.start();
  const file = given ?? join(disk, 'sample.pcapng');
  if (given === undefined) {
    const { writeSample } = await import(pathToFileURL(join(root, 'dist', 'src', 'app', 'sample.js')).href);
    await writeSample(file);
  }
  const framesInFile = await countFrames(file);
  const sender = spawn('tcpreplay', ['-q', '-K', '--loop', '0', '--pps', String(pps), '-i', 'line0', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let sent = '';
  let stopping = false;
  for (const stream of [sender.stdout, sender.stderr])
    stream.on('data', (d) => {
      sent += d;
    });
  sender.on('exit', (code) => {
    if (!stopping) process.stderr.write(`tcpreplay ended by itself (${code}): ${sent}\n`);
  });
  const cutShort = () => {
    sender.kill('SIGKILL');
    product.child.kill('SIGKILL');
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, cutShort);
  // Nobody reads what is said: neither is anything sent any more.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', cutShort);
  const began = Date.now();
  const samples = [];
  const events = [];
  let life = 1;
  let bornMs = began;
  let framesBefore = 0;
  let droppedBefore = 0;
  let failed = '';
  const note = (text) => {
    events.push(`${Math.round((Date.now() - began) / 1000)} s: ${text}`);
    process.stderr.write(`${events.at(-1)}\n`);
  };
  const measure = async () => {
    const s = await product.source();
    const row = {
      s: Math.round((Date.now() - began) / 1000),
      life,
      ageS: Math.round((Date.now() - bornMs) / 1000),
      passes: Number((s.health.frames / framesInFile).toFixed(2)),
      frames: framesBefore + s.health.frames,
      dropped: s.health.dropped,
      rssMiB: rssMiB(product.child.pid),
      answerMs: Math.round(product.answerMs),
      state: s.state,
    };
    samples.push(row);
    process.stderr.write(`${JSON.stringify(row)}\n`);
    return { row, source: s };
  };
  const until = async (share) => {
    while ((Date.now() - began) / 1000 < seconds * share) {
      await wait(Math.min(10_000, Math.max(200, seconds * 50)));
      await measure();
    }
  };
  /** What people are told of the store and of the evidence, in the words of the console; '' while there is nothing to tell. */
  const told = async () => {
    const { unstored } = await product.get('/sites');
    const { verdicts } = await product.get(`/sites/${(await product.site()).id}/coverage`);
    const evidence = verdicts.filter(({ code }) => code.startsWith('evidence-')).map(({ title }) => title);
    return [...(unstored ? [unstored.text] : []), ...evidence].join('; ');
  };
  await until(harm ? 1 / 3 : 1);
  if (harm) {
    const site = await product.site();
    const renamed = `soak ${began}`;
    const me = await product.get('/me');
    const patch = await fetch(`http://127.0.0.1:${product.port}/api/v1/sites/${site.id}`, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/json',
        cookie: product.cookie,
        'x-csrf-token': me.csrf,
        origin: `http://127.0.0.1:${product.port}`,
      },
      body: JSON.stringify({ name: renamed }),
    });
    if (!patch.ok) note(`rename: ${patch.status} ${await patch.text()}`);
    const { row } = await measure();
    framesBefore = row.frames;
    droppedBefore += Math.max(0, row.dropped);
    await product.kill('SIGKILL');
    life++;
    bornMs = Date.now();
    await product.start();
    const { items } = await product.get('/sites');
    const kept = items.some((s) => s.name === renamed);
    note(
      `killed and started again in ${product.startedMs} ms; the rename acknowledged just before is ${kept ? 'there' : 'LOST'}`,
    );
    if (!kept) failed = 'an acknowledged change was lost by SIGKILL';
    await until(2 / 3);
    const toldBefore = await told();
    const filler = join(disk, 'filler');
    mkdirSync(filler);
    let n = 0;
    for (;;) {
      const { bavail, bsize } = statfsSync(disk);
      const room = bavail * bsize;
      if (room < bsize) break;
      try {
        writeFileSync(join(filler, String(n++)), Buffer.alloc(Math.min(room, 1 << 24)));
      } catch {
        break;
      }
    }
    note('the disk is full');
    const fullMs = Date.now();
    let heard = '';
    while (Date.now() - fullMs < Math.max(20_000, Math.min(30_000, seconds * 60))) {
      await wait(1000);
      const now = await told();
      if (now === '' || now === toldBefore || heard !== '') continue;
      heard = now;
      note(`told ${Math.round((Date.now() - fullMs) / 1000)} s after the disk was full: ${now}`);
    }
    const full = await measure();
    note(`with a full disk: ${full.source.state}`);
    if (heard === '') failed ||= 'nobody was told that the disk was full';
    rmSync(filler, { recursive: true });
    note('the disk has room again');
    await until(1);
  }
  await measure();
  stopping = true;
  if (sender.exitCode === null) {
    const gone = new Promise((resolve) => sender.once('exit', resolve));
    sender.kill('SIGINT');
    await gone;
  }
  await wait(2000);
  const end = await measure();
  const packets = Number(/Actual: (\d+)/.exec(sent)?.[1] ?? 0);
  const mean = (xs) => Math.round(xs.reduce((sum, x) => sum + x.rssMiB, 0) / xs.length);
  const memory = Array.from({ length: life }, (_, i) => {
    const all = samples.filter((x) => x.life === i + 1);
    const peak = Math.max(...all.map((x) => x.rssMiB));
    const steady = all.filter((x) => x.ageS >= WARM_UP_S && x.passes >= 1);
    if (steady.length < LEAST_SAMPLES)
      return { peak, notJudged: `${steady.length} samples after ${WARM_UP_S} s and one pass` };
    const half = Math.floor(steady.length / 2);
    return { peak, first: mean(steady.slice(0, half)), second: mean(steady.slice(-half)) };
  });
  const droppedAtStart = Math.max(
    0,
    ...samples.filter((x) => x.life === life && x.ageS <= 30).map((x) => x.dropped ?? 0),
  );
  const dropped = droppedBefore + Math.max(0, end.row.dropped);
  if (!harm && packets > 0 && end.row.frames + dropped < packets)
    failed ||= `${packets - end.row.frames - dropped} frames were lost unreported`;
  for (const { first, second, peak } of memory) {
    if (second > first * (1 + GROWTH) + GROWTH_MIB) failed ||= `memory grew from ${first} to ${second} MiB`;
    if (peak >= MOST_MIB) failed ||= `memory reached ${peak} MiB`;
  }
  const result = {
    seconds,
    pps,
    sent: packets,
    frames: end.row.frames,
    dropped,
    droppedAtStart,
    memoryMiB: memory,
    slowestAnswerMs: Math.max(...samples.map((x) => x.answerMs)),
    events,
    ...(failed && { failed }),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await product.kill('SIGTERM');
  process.exit(failed ? 1 : 0);
};

if (disk === undefined) await outside();
else await inside();
