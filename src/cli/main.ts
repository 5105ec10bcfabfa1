/** The command line. Each command is a file, loaded when it is asked for; this one names them, their options and how they end. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { startThread } from '../app/engine-thread.ts';
import { tuneHeap } from '../app/heap.ts';
import { EXIT, OperatingError } from '../core/errors.ts';
import { EXIT_CODES_HELP, report, writing } from './fail.ts';
import type { InspectFlags } from './inspect.ts';
import { FORMATS, LISTS } from './inspect-lists.ts';
import type { PlantFlags } from './plant.ts';
import { complain } from './say.ts';
import type { StartFlags } from './start.ts';
import { version } from './version.ts';

const DEFAULT_DATA = process.env.GATEHOUSE_DATA ?? join(process.cwd(), '.gatehouse');
const DEFAULT_PORT = '8470';

/** Of `plant`. */
const ATTACKS = ['none', 'patient', 'noisy'] as const;

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export const program = (finish: (code: number) => void): Command => {
  const root = new Command('gatehouse')
    .description('Watches IT and OT of a plant passively and shows a truthful, live picture of it.')
    .version(version, '-V, --version')
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride();

  root
    .command('start')
    .description('open captures or an interface and serve the console')
    .argument(
      '[captures...]',
      'capture files, folders that a recorder writes into, or - for standard input; none: the simulated plant, live',
    )
    .option(
      '-i, --interface <name>',
      'listen on an interface (several times for more); eth1,eth2 is one source: the two sides of a tap, two mirrors',
      several,
    )
    .option('--site <name>', 'gather all sources in one site of this name')
    .option('--baseline <file>', 'go on from a baseline that was saved elsewhere; with the name of a new site')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .option('--port <number>', 'port of the console', DEFAULT_PORT)
    .option('--host <address>', 'address to listen on; other than this machine only with TLS', '127.0.0.1')
    .option('--tls-key <file>', 'private key (PEM)')
    .option('--tls-cert <file>', 'certificate (PEM)')
    .option(
      '--plant-history <hours>',
      'of the simulated plant, played before it goes live; 0: live at once, nothing learned',
    )
    .option('--no-open', 'do not open the browser')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (captures: string[], flags: StartFlags) => {
      // What is kept is for this user alone, whatever the rights of the folder that was named.
      process.umask(0o077);
      const thread = import.meta.url.endsWith('.js') ? startThread() : undefined;
      const { start } = await import('./start.ts');
      finish(await start(captures, flags, thread));
    });

  root
    .command('inspect')
    .description('read captures and print what is in them; nothing is kept')
    .argument('<captures...>', 'capture files, or - for standard input')
    .addOption(new Option('--emit <list>', 'print this list instead of the summary').choices(LISTS))
    .addOption(new Option('--format <format>', 'of --emit; table unless told otherwise').choices(FORMATS))
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (captures: string[], flags: Partial<InspectFlags>) => {
      if (flags.format !== undefined && flags.emit === undefined)
        throw new OperatingError('usage', {
          detail: `--format ${flags.format} is the form of a list: name one with --emit`,
        });
      const { inspect } = await import('./inspect.ts');
      finish(await inspect(captures, { format: 'table', ...flags }));
    });

  root
    .command('doctor')
    .description('say whether this machine can capture')
    .argument('[interface]', 'interface to look at')
    .option('--data <folder>', 'data folder', DEFAULT_DATA)
    .action(async (name: string | undefined, flags: { data: string }) => {
      const { runDoctor, thisMachine } = await import('../app/doctor.ts');
      const checks = await runDoctor(
        { ...(name === undefined ? {} : { interface: name }), dataFolder: flags.data },
        thisMachine,
      );
      for (const check of checks) {
        process.stdout.write(`${check.state.padEnd(8)}${check.name}: ${check.text}\n`);
        if (check.whatToDo !== undefined) process.stdout.write(`        ${check.whatToDo}\n`);
      }
      finish(checks.some((check) => check.state === 'fail') ? EXIT.rights : EXIT.ok);
    });

  root
    .command('sample')
    .description('write the sample plant as a capture, to try other tools on it')
    .argument('<file>', 'pcapng file to write')
    .action(async (file: string) => {
      const { writeSample } = await import('../app/sample.ts');
      await writing(file, () => writeSample(file));
      process.stdout.write(`${file}\n`);
      finish(EXIT.ok);
    });

  root
    .command('plant')
    .description('write days of the simulated plant as a capture, with labels.json beside it')
    .argument('[file]', 'pcapng file to write')
    .option(
      '--live',
      'instead of a file: third-party stacks on the loopback interface, driven by the physics (Linux, root)',
    )
    .option('--seed <number>', 'the same seed gives the same octets', '1')
    .option('--days <number>', 'length; parts of a day are allowed', '1')
    .addOption(new Option('--attack <variant>', 'an attacker goes the whole way').choices(ATTACKS).default('none'))
    .option('--hosts <number>', 'devices; 100 is the plant as it is drawn', '100')
    .addOption(
      new Option('--variant <name>', 'the plant, or another one kept for tests').choices(['a', 'b']).default('a'),
    )
    .option('--no-disturbances', 'nothing breaks, is repaired or announced from the second day on')
    .option('--start <time>', 'first moment, RFC 3339; the plant lives in UTC (default: Monday 2026-03-02T00:00:00Z)')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (file: string | undefined, flags: PlantFlags & { readonly live?: boolean }) => {
      if (flags.live === true) {
        const { plantLive } = await import('./plant-live.ts');
        finish(await plantLive());
        return;
      }
      const { plant } = await import('./plant.ts');
      finish(await plant(file, flags));
    });

  root
    .command('plant-day', { hidden: true })
    .description('make the day of the simulated plant that first starts begin with (part of the build)')
    .argument('<folder>', 'folder to make')
    .requiredOption('--stamp <text>', 'which build makes it')
    .option('--hours <number>', 'of the plant', '24')
    .action(async (folder: string, flags: { readonly stamp: string; readonly hours: string }) => {
      const { makePlantDay } = await import('../app/plant-day.ts');
      await makePlantDay({
        folder,
        stamp: flags.stamp,
        historyUs: Number(flags.hours) * 3_600_000_000,
        nowUs: () => Date.now() * 1000,
        nowMs: () => performance.now(),
      });
      finish(EXIT.ok);
    });

  root
    .command('version')
    .description('print the version')
    .action(() => {
      process.stdout.write(`${version}\n`);
      finish(EXIT.ok);
    });
  return root;
};

/** What to do where a capture or folder stands in the place of the command; undefined where none does. */
export const misplaced = (root: Command, word: string | undefined): string | undefined => {
  if (word === undefined || word.startsWith('-') || root.commands.some((command) => command.name() === word))
    return undefined;
  if (!existsSync(word)) return undefined;
  const isFolder = statSync(word).isDirectory();
  const more = isFolder ? '' : `, or print what is in it with "gatehouse inspect ${word}"`;
  return `${word} is a ${isFolder ? 'folder' : 'file'}, not a command. Open it with "gatehouse start ${word}"${more}.`;
};

/** Runs a command line and ends the process with its code. */
export const run = async (argv: readonly string[]): Promise<void> => {
  tuneHeap();
  // `gatehouse inspect ... | head` is no error, a list that is cut by a full disk is one.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    process.exit(report(new OperatingError('output.unwritable', { path: 'standard output', detail: error.message })));
  });
  let code: number = EXIT.ok;
  const root = program((result) => {
    code = result;
  });
  const wrong = misplaced(root, argv[2]);
  try {
    if (wrong === undefined) await root.parseAsync([...argv]);
    else {
      complain(wrong);
      code = EXIT.usage;
    }
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else code = report(error);
  }
  // What was written to a pipe must reach it before the process ends.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  process.exit(code);
};
