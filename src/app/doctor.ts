/**
 * Can this machine capture? Looks at the tools, the interface, a few seconds of traffic, the clock and the disk, and says
 * for each what to do. It sends nothing: law 1 holds for the doctor too, so an interface with an address is a failure.
 */
import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { OperatingError } from '../core/errors.ts';
import { HEAD_FILE, parseHeadFile } from '../store/head-file.ts';
import { type LookResult, lookAtTraffic } from './doctor-look.ts';
import { lossError } from './journal-loss.ts';
import { interfacesOf } from './live-capture.ts';
import { timeText } from './query/view.ts';

export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'unknown';
  readonly text: string;
  /** Absent when there is nothing to do. */
  readonly whatToDo?: string;
}

/** The machine as the doctor sees it; injected in tests. */
export interface Machine {
  readonly platform: string;
  readonly nodeVersion: string;
  /** Runs a program; `undefined` when it is not there. Standard output and error together. */
  run(file: string, args: readonly string[]): Promise<string | undefined>;
  /** Addresses by interface (only interfaces that have some need to be listed). */
  addresses(): ReadonlyMap<string, readonly string[]>;
  /** A small text file, `undefined` when it cannot be read. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder, `undefined` when it cannot be read. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** Free octets for this user on the disk that holds `folder`, or will when it is made. */
  freeBytes(folder: string): Promise<number>;
  /** May this user write into the folder, or make it where it is not there yet? */
  mayWrite(folder: string): Promise<boolean>;
  look(name: string, ownMacs: readonly string[]): Promise<LookResult>;
}

const MIN_NODE = [20, 19] as const;
const MIN_FREE_BYTES = 1024 ** 3;
const GOOD_FREE_BYTES = 5 * 1024 ** 3;
const RUN_TIMEOUT_MS = 5000;
/** IFF_UP of linux/if.h. */
const IFF_UP = 1;
const INTERFACE_NAME = /^[\w.:@-]{1,64}$/;

/** Before the first start there is no folder yet: what is asked of it is asked of the nearest one above. */
const nearest = async <T>(folder: string, ask: (at: string) => Promise<T>): Promise<T> => {
  let at = resolve(folder);
  for (;;) {
    try {
      return await ask(at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(at) === at) throw error;
      at = dirname(at);
    }
  }
};

export const thisMachine: Machine = {
  platform: process.platform,
  nodeVersion: process.versions.node,
  run: (file, args) =>
    new Promise((resolve) => {
      execFile(file, [...args], { timeout: RUN_TIMEOUT_MS, windowsHide: true }, (error, stdout, stderr) =>
        resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? undefined : `${stdout}${stderr}`),
      );
    }),
  addresses: () =>
    new Map(Object.entries(networkInterfaces()).map(([name, list]) => [name, (list ?? []).map((a) => a.address)])),
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (path) => readdir(path).catch(() => undefined),
  freeBytes: async (folder) => {
    const disk = await nearest(folder, (at) => statfs(at));
    return disk.bavail * disk.bsize;
  },
  mayWrite: (folder) =>
    nearest(folder, (at) => access(at, constants.W_OK | constants.X_OK)).then(
      () => true,
      () => false,
    ),
  look: lookAtTraffic,
};

const check = (name: string, state: Check['state'], text: string, whatToDo?: string): Check =>
  whatToDo === undefined ? { name, state, text } : { name, state, text, whatToDo };

const checkNode = (machine: Machine): Check => {
  const [major = 0, minor = 0] = machine.nodeVersion.split('.').map(Number);
  const good = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const text = `Node.js ${machine.nodeVersion}`;
  return good
    ? check('node', 'ok', `${text}.`)
    : check('node', 'fail', `${text} is too old.`, `Install Node.js ${MIN_NODE.join('.')} or later.`);
};

const checkTools = async (machine: Machine): Promise<Check> => {
  const versions: string[] = [];
  for (const tool of ['tcpdump', 'dumpcap']) {
    const said = await machine.run(tool, ['--version']);
    if (said !== undefined) versions.push(said.split('\n', 1)[0]!.trim().replace(/\.$/, '') || tool);
  }
  if (versions.length > 0) return check('tools', 'ok', `${versions.join('; ')}.`);
  const missing = new OperatingError('capture.tool-missing', { tool: 'tcpdump, dumpcap' });
  return check('tools', 'fail', missing.message, missing.whatToDo);
};

const checkClock = async (machine: Machine): Promise<Check> => {
  const said = machine.platform === 'linux' ? await machine.run('timedatectl', ['show']) : undefined;
  const state = /^NTPSynchronized=(yes|no)$/m.exec(said ?? '')?.[1];
  if (state === 'yes') return check('clock', 'ok', 'The clock is synchronised.');
  const advice = 'Turn on time synchronisation (chrony, systemd-timesyncd, w32time) on a management interface.';
  if (state === 'no')
    return check('clock', 'warn', 'The clock is not synchronised; times of sensors cannot be compared.', advice);
  return check('clock', 'unknown', 'Whether the clock is synchronised cannot be seen here.', advice);
};

const checkDisk = async (machine: Machine, folder: string): Promise<Check> => {
  let free: number;
  try {
    free = await machine.freeBytes(folder);
  } catch (error) {
    const detail = (error as NodeJS.ErrnoException).code ?? String(error);
    return check('disk', 'unknown', `The disk of ${folder} cannot be looked at (${detail}).`, 'Create the folder.');
  }
  if (!(await machine.mayWrite(folder)))
    return check(
      'disk',
      'fail',
      `This user may not write to ${folder}.`,
      'Give this user the folder, or choose another with --data.',
    );
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${folder}`;
  if (free < MIN_FREE_BYTES) return check('disk', 'fail', `Only ${text}.`, 'Free at least 1 GiB, better 5.');
  if (free < GOOD_FREE_BYTES) return check('disk', 'warn', `Only ${text}.`, 'Free 5 GiB, or make the ring smaller.');
  return check('disk', 'ok', `${text}.`);
};

/** What is known of the journal without opening its database; undefined where nothing was acknowledged in this folder yet. */
const checkJournal = async (machine: Machine, folder: string): Promise<Check | undefined> => {
  const text = await machine.read(join(folder, HEAD_FILE));
  if (text === undefined) return undefined;
  const { head, loss } = parseHeadFile(text);
  if (loss !== undefined) {
    const { message, whatToDo } = lossError(loss);
    return check('journal', 'warn', message, whatToDo);
  }
  if (head === undefined) return check('journal', 'unknown', 'No row of the journal was acknowledged here yet.');
  const last = `row ${head.seq} of ${timeText(head.tsUs)}`;
  return check(
    'journal',
    'ok',
    `Acknowledged up to ${last}; whether all of it is there is looked at when Gatehouse starts.`,
  );
};

/** Exists, has no address, is up. The later checks are left out where the first fails. */
const checkInterface = async (machine: Machine, name: string): Promise<Check[]> => {
  const unknown = new OperatingError('capture.unknown-interface', { interface: name });
  const absent = check('interface', 'fail', unknown.message, unknown.whatToDo);
  if (!INTERFACE_NAME.test(name) && machine.platform !== 'win32') return [absent];
  const own = machine.addresses().get(name) ?? [];
  const linux = machine.platform === 'linux';
  if (linux) {
    if (!((await machine.list('/sys/class/net')) ?? []).includes(name)) return [absent];
  } else if (own.length === 0) {
    const said = (await machine.run('tcpdump', ['-D'])) ?? (await machine.run('dumpcap', ['-D'])) ?? '';
    if (!said.includes(name)) return [absent];
  }
  const checks = [check('interface', 'ok', `${name} exists.`)];
  checks.push(
    own.length === 0
      ? check('silent', 'ok', `${name} has no address: nothing can be sent from it by accident.`)
      : check(
          'silent',
          'fail',
          `${name} has the address ${own.join(', ')}. An interface that watches must be silent.`,
          `Use a port of its own for watching, and remove its addresses (Linux: ip addr flush dev ${name}; sysctl -w net.ipv6.conf.${name}.disable_ipv6=1).`,
        ),
  );
  if (!linux) return checks;
  const flags = Number(await machine.read(`/sys/class/net/${name}/flags`));
  const carrier = (await machine.read(`/sys/class/net/${name}/carrier`))?.trim();
  const down = new OperatingError('capture.interface-down', { interface: name });
  if ((flags & IFF_UP) === 0) checks.push(check('up', 'fail', down.message, down.whatToDo));
  else if (carrier === '0')
    checks.push(check('up', 'fail', `${name} has no link.`, 'Plug in the cable of the mirror port or tap.'));
  else checks.push(check('up', 'ok', `${name} is up.`));
  return checks;
};

/** What a few seconds of traffic say, of several interfaces together, as their frames are read together: rights, frames, both directions, drops, own frames. */
const checkTraffic = async (machine: Machine, names: readonly string[]): Promise<Check[]> => {
  const name = names.join(',');
  const macs = await Promise.all(names.map((one) => machine.read(`/sys/class/net/${one}/address`)));
  let seen: LookResult;
  try {
    seen = await machine.look(
      name,
      macs.filter((mac) => mac !== undefined).map((mac) => mac.trim()),
    );
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    return [check('rights', 'fail', error.message, error.whatToDo)];
  }
  const checks = [check('rights', 'ok', `This user may capture on ${name}.`)];
  const seconds = seen.seconds;
  if (seen.frames === 0) {
    const advice = 'Check the mirror port or tap, and that something talks at the moment.';
    return [...checks, check('traffic', 'warn', `No frame came in ${seconds} s.`, advice)];
  }
  checks.push(check('traffic', 'ok', `${seen.frames} frames in ${seconds} s.`));
  if (seen.pairs === 0)
    checks.push(check('directions', 'unknown', 'No unicast frame was seen, so directions cannot be told.'));
  else if (seen.pairsBothWays === 0)
    checks.push(
      check(
        'directions',
        'fail',
        `${seen.pairs} pair(s) of stations were seen in one direction only.`,
        'Set the mirror port to copy both directions (rx and tx), or connect both outputs of the tap.',
      ),
    );
  else
    checks.push(check('directions', 'ok', `${seen.pairsBothWays} of ${seen.pairs} pairs of stations seen both ways.`));
  if (seen.dropped === undefined)
    checks.push(check('drops', 'unknown', 'The tool did not tell whether frames were dropped.'));
  else if (seen.dropped > 0)
    checks.push(
      check(
        'drops',
        'warn',
        `${seen.dropped} frames were dropped in ${seconds} s.`,
        'Use a faster machine, a capture filter, or mirror less.',
      ),
    );
  else checks.push(check('drops', 'ok', `No frame was dropped in ${seconds} s.`));
  if (seen.ownFrames > 0)
    checks.push(
      check(
        'own-frames',
        'fail',
        `${seen.ownFrames} frames were sent by ${name} itself.`,
        'Find the program that sends (DHCP, LLDP, IPv6 autoconfiguration) and turn it off on this interface.',
      ),
    );
  else checks.push(check('own-frames', 'ok', `${name} sent nothing.`));
  return checks;
};

/**
 * All checks, in the order a person would go through them. What needs an interface is not known without one. Takes up to
 * 15 s; never throws for a sick machine.
 */
export const runDoctor = async (
  options: { readonly interface?: string; readonly dataFolder: string },
  machine: Machine = thisMachine,
): Promise<Check[]> => {
  const checks = [checkNode(machine), await checkTools(machine)];
  const { interface: name, dataFolder } = options;
  if (name === undefined)
    checks.push(
      check(
        'interface',
        'unknown',
        'None was named, so that rights, traffic and drops were not looked at.',
        'Name the one at the mirror port: gatehouse doctor eth1. "tcpdump -D" lists them.',
      ),
    );
  else {
    const names = interfacesOf(name);
    const found = (await Promise.all(names.map((one) => checkInterface(machine, one)))).flat();
    checks.push(...found);
    const usable = found.every((c) => c.name === 'silent' || c.state !== 'fail');
    if (usable && checks[1]!.state === 'ok') checks.push(...(await checkTraffic(machine, names)));
  }
  checks.push(await checkClock(machine), await checkDisk(machine, dataFolder));
  const journal = await checkJournal(machine, dataFolder);
  if (journal !== undefined) checks.push(journal);
  return checks;
};
