/** `gatehouse start`: opens the data folder, starts engine and console, reads what was named, prints where to look. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Worker } from 'node:worker_threads';
import type { SiteList, Uploaded } from '../api/index.ts';
import { startEngine } from '../app/engine-client.ts';
import { type Engine, RequestError } from '../app/engine-contract.ts';
import { beginWithPlantDay } from '../app/first-day.ts';
import { hasCapture, kindOf, refuseUnheard, refuseUseless } from '../app/inputs.ts';
import { PLANT_SITE } from '../app/site-id.ts';
import { EXIT, OperatingError } from '../core/errors.ts';
import { checkHost } from '../server/host.ts';
import { report } from './fail.ts';
import { complain } from './say.ts';
import { packageFolder, version } from './version.ts';

export interface StartFlags {
  readonly interface?: readonly string[];
  readonly site?: string;
  readonly baseline?: string;
  readonly data: string;
  readonly port: string;
  readonly host: string;
  readonly open: boolean;
  readonly plantHistory?: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
}

const portOf = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OperatingError('usage', { detail: `${text} is no port (0 to 65535)` });
  }
  return port;
};

const HOUR_US = 3_600_000_000;
/** A week is more than anybody waits for. */
const MAX_PLANT_HOURS = 168;
const plantOf = (text: string | undefined): { kind: 'plant'; historyUs?: number } => {
  if (text === undefined) return { kind: 'plant' };
  const hours = Number(text);
  if (text.trim() === '' || !(hours >= 0 && hours <= MAX_PLANT_HOURS))
    throw new OperatingError('usage', { detail: `--plant-history takes 0 to ${MAX_PLANT_HOURS} hours, not ${text}` });
  return { kind: 'plant', historyUs: hours * HOUR_US };
};

const readGiven = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new OperatingError('input.not-found', { path }, { cause: error });
    throw new OperatingError('input.unreadable', { path, detail: (error as Error).message }, { cause: error });
  }
};

const tlsOf = (flags: StartFlags): { key: Buffer; cert: Buffer } | undefined => {
  const { tlsKey, tlsCert } = flags;
  if (tlsKey === undefined && tlsCert === undefined) return undefined;
  if (tlsKey === undefined || tlsCert === undefined) {
    throw new OperatingError('usage', { detail: '--tls-key and --tls-cert belong together' });
  }
  const given = { key: readGiven(tlsKey), cert: readGiven(tlsCert) };
  try {
    createSecureContext(given);
  } catch (error) {
    throw new OperatingError(
      'usage',
      {
        detail: `${tlsKey} and ${tlsCert} are not a private key without passphrase and its certificate, both as PEM (${(error as Error).message})`,
      },
      { cause: error },
    );
  }
  return given;
};

const SYSTEM = 'system';
const OWN_SITES =
  'It shows what was read before. The simulated plant plays in a folder of its own: npx gatehouse start --data demo\n\n';

const baselineOf = ({ baseline, site }: StartFlags): { site: string; bytes: Buffer } | undefined => {
  if (baseline === undefined) return undefined;
  if (site === undefined)
    throw new OperatingError('usage', { detail: '--baseline needs the name of a new site: add --site <name>' });
  return { site, bytes: readGiven(baseline) };
};

interface Opened {
  /** Sources that are being read. */
  readonly count: number;
  /** Exit code of the last one that could not be opened; 0 without any. */
  readonly code: number;
}

/**
 * A slip of the pen is told before a console is started for nothing: exit code where none of what was named can be used,
 * 0 where something can (what cannot is told when it is opened). An interface is listened to twice only where that spares an
 * empty data folder.
 */
const refuseAll = async (inputs: readonly string[], flags: StartFlags): Promise<number> => {
  const { interface: wires = [], data } = flags;
  if (inputs.includes('-') || (wires.length > 0 && existsSync(resolve(data)))) return 0;
  const looks = [
    ...wires.map((name) => () => refuseUnheard(name)),
    ...inputs.map((input) => async () => {
      const path = resolve(input);
      if ((await kindOf(path, input)) === 'file') await refuseUseless(path, input);
      // One that was read before is waited for.
      else if (!existsSync(resolve(data))) await hasCapture(path);
    }),
  ];
  const errors: unknown[] = [];
  for (const look of looks) {
    try {
      await look();
      return 0;
    } catch (error) {
      errors.push(error);
    }
  }
  return errors.reduce<number>((_, error) => report(error), 0);
};

/** Opens everything that was named; a bad one is told and does not stop the others. */
const openAll = async (engine: Engine, inputs: readonly string[], flags: StartFlags): Promise<Opened> => {
  let code = 0;
  let count = 0;
  const site = flags.site === undefined ? {} : { site: flags.site };
  const one = async (work: () => Promise<Uploaded>, input = ''): Promise<void> => {
    try {
      const { known, as } = await work();
      if (known && input !== '' && basename(input) !== as)
        complain(`${input} is a recording that is here already, as ${as}. Nothing was read again.`);
      count++;
    } catch (error) {
      code = report(error);
    }
  };
  for (const name of flags.interface ?? [])
    await one(() => engine.open({ kind: 'live', interface: name, ...site }, SYSTEM));
  for (const input of inputs) {
    await one(async () => {
      if (input === '-') return engine.open({ kind: 'stream', name: 'standard input', fd: 0, ...site }, SYSTEM);
      const path = resolve(input);
      const kind = await kindOf(path, input);
      if (kind === 'folder' && !(await hasCapture(path)))
        complain(`${input} holds no capture yet. What a recorder writes there is read as it comes.`);
      return engine.open({ kind, path, ...site }, SYSTEM);
    }, input);
  }
  return { count, code };
};

/**
 * A source that fails while it is read is told here too: not everybody looks at the console. `onNothing` hears of one that
 * failed before its first frame. `wires`: interfaces, whose end the engine tells by itself, with when it is tried again.
 */
const tellFailures = (engine: Engine, wires: readonly string[], onNothing: () => void): void => {
  const told = new Set<string>();
  engine.onEvent((event) => {
    if (event.kind !== 'progress' || event.data.state !== 'failed') return;
    const { source, name, error, frames } = event.data;
    if (told.has(source) || wires.includes(name)) return;
    told.add(source);
    complain(`${name}: ${error}`);
    if (frames === 0) onNothing();
  });
};

/** A new site goes on from a baseline; one that is there goes on from what it learned, so that the same command starts again. */
const beginFrom = async (engine: Engine, { site, bytes }: { site: string; bytes: Buffer }): Promise<void> => {
  try {
    await engine.begin(site, bytes, SYSTEM);
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'site-exists') throw error;
    complain(`${error.message} It goes on with what it learned; the baseline was not used.`);
  }
};

/** Opens the address in the user's browser, if there is one; failing is no error. */
const openBrowser = (url: string): void => {
  const [file, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(file as string, args as string[], { stdio: 'ignore', detached: true, shell: false });
  child.on('error', () => undefined);
  child.unref();
};

/** A first start without captures begins with the day that was made when this was built, where there is one. */
const beginAhead = (folder: string): void => {
  const built = join(packageFolder, 'dist', '.server');
  if (!existsSync(built)) return;
  try {
    beginWithPlantDay(join(packageFolder, 'dist', 'plant-day'), readFileSync(built, 'utf8'), folder);
  } catch (error) {
    // The plant plays its day then.
    complain(`the day made at build time cannot be used: ${(error as Error).message}`);
  }
};

/**
 * Whether the data folder has sites of people, and not the simulated plant: who starts without saying what to read wants to see those.
 */
const hasOwnSites = async (engine: Engine): Promise<boolean> => {
  const input = { params: undefined, query: undefined, body: undefined, userId: SYSTEM };
  const { items } = JSON.parse(await engine.call('sites', input)) as SiteList;
  return items.length > 0 && items.every(({ id }) => id !== PLANT_SITE);
};

/** `thread`: the engine's, where it was started already. */
export const start = async (inputs: readonly string[], flags: StartFlags, thread?: Worker): Promise<number> => {
  const folder = resolve(flags.data);
  const port = portOf(flags.port);
  const tls = tlsOf(flags);
  const baseline = baselineOf(flags);
  const plant = plantOf(flags.plantHistory);
  checkHost(flags.host, tls !== undefined);
  const refused = await refuseAll(inputs, flags);
  if (refused !== EXIT.ok) return refused;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  let engineGone: (error: Error) => void = () => undefined;
  let failed = 0;
  const live = inputs.length > 0 || (flags.interface ?? []).length > 0;
  if (!live && flags.plantHistory === undefined) beginAhead(folder);
  // The engine opens its store in its own thread while this one loads the server.
  const serverModule = import('../server/index.ts');
  serverModule.catch(() => undefined);
  /** What the engine's thread told already, with its exit code. */
  const told = new Map<string, number>();
  const engine = await startEngine({
    folder,
    zone,
    onError: (error) => void told.set((error as Error).message, report(error)),
    onExit: (error) => engineGone(error),
    ...(thread && { thread }),
  });
  if (baseline !== undefined) {
    await beginFrom(engine, baseline).catch(async (error: unknown) => {
      await engine.close();
      throw error;
    });
  }
  // A wire that cannot be heard is told before a console is offered; captures are looked at above and may be long.
  let listening: Opened | undefined;
  if (live && inputs.length === 0) {
    listening = await openAll(engine, inputs, flags);
    if (listening.count === 0) {
      await engine.close();
      return listening.code;
    }
  }
  // What came in at standard input, and nothing else, is known to be of no use only now.
  let useless: (code: number) => void = () => undefined;
  const nothing = new Promise<number>((resolve) => {
    useless = resolve;
  });
  const isStreamOnly = inputs.length === 1 && inputs[0] === '-' && flags.interface === undefined;
  tellFailures(engine, flags.interface ?? [], () => isStreamOnly && useless(EXIT.input));
  const { createServer } = await serverModule;
  const server = await createServer({
    engine,
    version,
    zone,
    nowUs: () => Date.now() * 1000,
    dataFolder: folder,
    consoleFolder: join(packageFolder, 'dist', 'ui'),
    host: flags.host,
    ...(tls === undefined ? {} : { tls }),
    logger: true,
  }).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  let url: string;
  let link: string;
  const { setupNeeded } = server.people;
  try {
    url = await server.listen(port);
    await engine.announce(url);
    link = setupNeeded ? `${url}/setup#${await server.people.createSetupToken()}` : url;
  } catch (error) {
    await server.close();
    await engine.close().catch(() => undefined);
    const code = told.get((error as Error).message);
    if (code === undefined) throw error;
    return code;
  }
  // Heard before it says that it is ready: who starts it may end it at once.
  const ended = new Promise<number>((resolve) => {
    engineGone = (error) => {
      complain(`the engine stopped: ${error.message}`);
      resolve(1);
    };
    let stopping = false;
    const stop = (): void => {
      // A second signal does not wait.
      if (stopping) process.exit(130);
      stopping = true;
      resolve(failed);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    // Windows: the window was closed; the process has some seconds. Elsewhere `nohup` must be able to refuse this one.
    if (process.platform === 'win32') process.on('SIGHUP', stop);
  });

  process.stdout.write(
    setupNeeded
      ? `Gatehouse is ready. Set it up with this link (valid once, for a day):\n\n  ${link}\n\n`
      : `Gatehouse is ready: ${url}\n`,
  );
  if (flags.open && process.stdout.isTTY) openBrowser(link);

  const showsOwn = !live && flags.plantHistory === undefined && (await hasOwnSites(engine));
  if (showsOwn) process.stdout.write(OWN_SITES);
  const opened = live
    ? Promise.resolve(listening ?? openAll(engine, inputs, flags)).then(({ count, code }) => {
        failed = code;
        // Nothing that was asked for can be shown: nobody looks for that in a console that is empty.
        return count === 0 ? code : ended;
      })
    : showsOwn
      ? ended
      : engine.open(plant, SYSTEM).then(() => ended);
  const failure = opened.catch((error: unknown) => report(error));
  const code = await Promise.race([ended, failure, nothing]);
  await server.close();
  await engine.close().catch(() => undefined);
  return code;
};
