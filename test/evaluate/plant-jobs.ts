/**
 * Runs of many seeds, a process each and a few at a time. What a run came to is appended to `runs.jsonl` of a directory as
 * it ends, so that a call that was interrupted goes on where it was; its text and findings stand beside it by seed.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlantRow } from './plant-report.ts';

export interface PlantJob {
  readonly seed: number;
  /** Arguments of the run, without those of many: what tells this run from others in the directory. */
  readonly words: readonly string[];
}

/** What a directory holds, by the arguments of the run. A line that was not written to its end is as if it were not there. */
export const kept = (text: string): Map<string, PlantRow> => {
  const out = new Map<string, PlantRow>();
  for (const line of text.split('\n')) {
    try {
      const { run, row } = JSON.parse(line) as { run: string; row: PlantRow };
      out.set(run, row);
    } catch {
      // Cut off when the call was interrupted: that seed is run again.
    }
  }
  return out;
};

const nameOf = (job: PlantJob): string => job.words.join(' ');

/** One run in a process of its own; rejects with its last words. */
const runOne = (program: string, job: PlantJob, into: string): Promise<PlantRow> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...process.execArgv, program, ...job.words, '--json', '--findings'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const said: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => void out.push(part));
    child.stderr.on('data', (part: Buffer) => void said.push(part));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = Buffer.concat(said).toString();
      if (code !== 0) return reject(new Error(`ended by ${signal ?? `exit code ${code}`}: ${text.slice(-2_000)}`));
      const { cases } = JSON.parse(Buffer.concat(out).toString()) as { cases: PlantRow[] };
      writeFileSync(join(into, `${cases[0]!.case.replaceAll('/', '-')}.txt`), text);
      resolve(cases[0]!);
    });
  });

/** All rows in the order of the jobs; `tell` hears of each as it ends. Throws the first failure after all others ended. */
export const runJobs = async (
  program: string,
  jobs: readonly PlantJob[],
  atOnce: number,
  into: string,
  tell: (text: string) => void,
): Promise<PlantRow[]> => {
  mkdirSync(into, { recursive: true });
  const file = join(into, 'runs.jsonl');
  const done = kept(existsSync(file) ? readFileSync(file, 'utf8') : '');
  const waiting = jobs.filter((job) => !done.has(nameOf(job)));
  if (waiting.length < jobs.length) tell(`${jobs.length - waiting.length} of ${jobs.length} runs stand in ${file}`);
  const failed: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        const row = await runOne(program, job, into);
        // A line of its own also behind one that was cut off.
        appendFileSync(file, `\n${JSON.stringify({ run: nameOf(job), row })}\n`);
        done.set(nameOf(job), row);
        tell(
          `${row.case}: moves ${row.detected} of ${row.expected}, ${row.falseEpisodes} false alerts, ${row.cpuSeconds} s of the processor; ${waiting.length} wait`,
        );
      } catch (error) {
        failed.push(error);
        tell(`seed ${job.seed} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failed.length > 0) throw failed[0];
  return jobs.map((job) => done.get(nameOf(job))!);
};
