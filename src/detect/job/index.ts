/**
 * Jobs that ran each day, or each week, at the same time and did not: backups, exports, reports. A job is a transfer of some
 * size between two hosts whose connection ends. Source: ISO/IEC 27001:2022 control 8.13 (backups are to be checked to run);
 * daily and weekly periods as in Hyndman and Athanasopoulos, Forecasting (2021), section 2.1 (seasonal naive).
 */
import type { Detector, DetectorContext, RunningDetector } from '../../core/detector.ts';
import type { EndpointId } from '../../core/endpoint.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { FlowSummary } from '../../core/observation.ts';
import { LastFrames } from '../shared/last-frames.ts';
import { isBetween, isPlant, siteLearning } from '../shared/learning.ts';
import { amount, byProtocol, howLong, often, when, who, whoAll } from '../shared/parts.ts';
import { fromText, toText } from '../shared/text.ts';

export const JOB_MISSED: FindingKind = {
  code: 'job-missed',
  family: 'operational',
  title: 'The usual job between {clients} and {server} did not run',
  what: 'At about {due} {clients} and {server} usually exchange {usual} ({service}). {late} later there was nothing of it.',
  comparedWith: 'It ran {runs} in the {days} before, last at {last}.',
  innocent: 'A holiday, a job that was moved or retired, or a host that was switched off.',
  check: [
    'What does the program that runs the job say of it (backup, export, report)?',
    'If it is a backup: how old is the newest one, and can it be read?',
    'Is {server} up, and has it room?',
  ],
  severity: 'regulatory',
  techniques: [],
  needsLearning: true,
};

/** Pairs that are followed; of more those that ran last. */
export const MAX_JOBS = 5_000;
/** Runs kept of each. */
export const MAX_RUNS = 40;
/** Pauses of the capture that are remembered. */
const MAX_PAUSES = 32;
const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;
const WEEK_US = 7 * DAY_US;
/** Two weeks and what a run may be early or late. */
const KEPT_US = 2 * WEEK_US + DAY_US;
/** Octets that make a transfer a run, and the longest one: what is open for hours is somebody at work. */
const LEAST_OCTETS = 1_000_000;
const LONGEST_US = 4 * HOUR_US;
/** Transfers that begin within so long are one run. */
const JOINED_US = HOUR_US;
/** A run begins at its usual time give or take this: summer time is an hour. */
const NEAR_US = 70 * MINUTE_US;
/** So long after its time a run is missed. */
const LATE_US = 3 * HOUR_US;
/** Days in a row that make it daily. */
const DAYS = 3;
/** What runs more often within a day has no time of its own. */
const MOST_A_DAY = 2;
/** Runs of one job are alike: none is so many times as large as another. */
const ALIKE = 10;
/** Nothing heard for so long is a pause of the capture: what would have run in it is not judged. */
const PAUSE_US = 10 * MINUTE_US;
const LOOK_US = 10 * MINUTE_US;

interface Run {
  readonly startUs: number;
  octets: number;
}
interface Job {
  readonly client: EndpointId;
  readonly server: EndpointId;
  readonly port: number;
  service: string;
  /** In order of time. */
  runs: Run[];
  /** Judged up to here; when it was missed last. */
  judgedUs: number;
  missedUs: number;
}
interface Saved {
  readonly jobs: readonly Job[];
  readonly pauses: readonly (readonly [number, number])[];
  readonly lastUs: number;
}

const runAt = (job: Job, us: number): Run | undefined =>
  job.runs.find(({ startUs }) => Math.abs(startUs - us) <= NEAR_US);

/** Runs that let one be expected at this time; undefined where none is. `isSure`: the day of the week speaks for it too. */
const expectedAt = (job: Job, us: number, sinceUs: number): { runs: readonly Run[]; isSure: boolean } | undefined => {
  const runs = (...agoUs: readonly number[]): Run[] =>
    agoUs.map((ago) => runAt(job, us - ago)).filter((r) => r !== undefined);
  const days = runs(...Array.from({ length: DAYS }, (_, i) => (i + 1) * DAY_US));
  const weeks = runs(WEEK_US, 2 * WEEK_US);
  const hadWeek = sinceUs <= us - WEEK_US - NEAR_US;
  if (weeks.length === 2) return { runs: weeks, isSure: true };
  // Three days in a row say nothing of the fourth where a week ago this day was none of them.
  return days.length === DAYS && (!hadWeek || weeks.length > 0) ? { runs: days, isSure: hadWeek } : undefined;
};

const create = (context: DetectorContext): RunningDetector => {
  /** In order of the latest run. */
  const jobs = new Map<string, Job>();
  let pauses: (readonly [number, number])[] = [];
  let lastUs = 0;
  let lookedUs = 0;
  const served = new LastFrames(context);
  const keyOf = (client: EndpointId, server: EndpointId, port: number): string => `${client} ${server} ${port}`;

  const ran = (f: FlowSummary): void => {
    const client = context.host(f.client);
    const server = context.host(f.server);
    const key = keyOf(client, server, f.serverPort);
    const octets = f.clientBytes + f.serverBytes;
    served.note(server, f.firstFrame);
    const job: Job = jobs.get(key) ?? {
      client,
      server,
      port: f.serverPort,
      service: f.service,
      runs: [],
      judgedUs: 0,
      missedUs: 0,
    };
    jobs.delete(key);
    if (jobs.size >= MAX_JOBS) jobs.delete(jobs.keys().next().value!);
    jobs.set(key, job);
    job.service = f.service;
    const same = job.runs.find(({ startUs }) => Math.abs(startUs - f.firstUs) <= JOINED_US);
    if (same !== undefined) same.octets += octets;
    else {
      job.runs.push({ startUs: f.firstUs, octets });
      job.runs.sort((a, b) => a.startUs - b.startUs);
      job.runs = job.runs.filter(({ startUs }) => startUs >= f.firstUs - KEPT_US).slice(-MAX_RUNS);
    }
  };

  /** The same job as it is seen from another side of a router. */
  const ranElsewhere = (job: Job, us: number): boolean =>
    context.sides(job.client).some((c) =>
      context.sides(job.server).some((s) => {
        const other = jobs.get(keyOf(c, s, job.port));
        return other !== undefined && runAt(other, us) !== undefined;
      }),
    );
  const isDark = (us: number): boolean =>
    pauses.some(([from, to]) => from <= us + LATE_US && to >= us - NEAR_US) || context.sinceUs > us;

  /** The latest time at which it was expected and did not run; judged once. */
  const missedOf = (job: Job, nowUs: number) => {
    const until = nowUs - LATE_US;
    const times = job.runs
      .flatMap(({ startUs }) => [startUs + DAY_US, startUs + WEEK_US])
      .filter((us) => us > job.judgedUs && us <= until)
      .sort((a, b) => b - a);
    job.judgedUs = Math.max(job.judgedUs, until);
    for (const us of times) {
      const expected = expectedAt(job, us, context.sinceUs);
      if (expected === undefined || runAt(job, us) !== undefined || isDark(us)) continue;
      const sizes = expected.runs.map(({ octets }) => octets);
      if (Math.max(...sizes) > ALIKE * Math.min(...sizes)) continue;
      const ofDay = job.runs.filter(({ startUs }) => Math.abs(startUs - (us - DAY_US)) <= DAY_US / 2).length;
      if (ofDay > MOST_A_DAY || ranElsewhere(job, us)) continue;
      return { us, ...expected };
    }
    return undefined;
  };

  const look = (nowUs: number): void => {
    for (const job of jobs.values()) {
      if (job.runs.length < 2) continue;
      const missed = missedOf(job, nowUs);
      if (missed === undefined || context.phase !== 'watching') continue;
      job.missedUs = missed.us;
      // Whoever hands its backup to one server fails to together, one after the other through the night.
      const together = [...jobs.values()].filter(
        (j) => j.server === job.server && j.missedUs > missed.us - DAY_US / 2 && j.port === job.port,
      );
      const clients = [...new Set(together.map(({ client }) => client))];
      const concerns = [job.server, ...clients].some((e) => isPlant(context, e) || isBetween(context, e));
      const octets = missed.runs.reduce((sum, run) => sum + run.octets, 0) / missed.runs.length;
      context.state({
        kind: JOB_MISSED,
        key: `${job.server} ${job.port}`,
        target: job.server,
        protocol: job.service,
        tsUs: nowUs,
        sinceUs: Math.min(...together.map(({ missedUs }) => missedUs)),
        surprise: missed.isSure && concerns ? 0.6 : 0.4,
        certainty: 'likely',
        quietUs: DAY_US / 2,
        parts: {
          clients: whoAll(clients),
          server: who(job.server),
          service: byProtocol(job.service),
          due: when(missed.us),
          late: howLong(LATE_US),
          usual: amount(Math.round(octets / 1e5) / 10, 'MB'),
          runs: often(job.runs.filter(({ startUs }) => startUs < missed.us).length),
          days: howLong(Math.min(KEPT_US, missed.us - context.sinceUs)),
          last: when(job.runs.findLast(({ startUs }) => startUs < missed.us)!.startUs),
        },
        frames: served.of([job.server]),
      });
    }
  };

  return {
    flow(_at, f) {
      if (!f.final || f.client <= 0 || f.server <= 0 || context.isGroup(f.server)) return;
      if (f.clientBytes + f.serverBytes < LEAST_OCTETS || f.lastUs - f.firstUs > LONGEST_US) return;
      if (context.isOutside(f.client) || context.isOutside(f.server)) return;
      ran(f);
    },
    tick(tsUs) {
      if (lastUs > 0 && tsUs - lastUs > PAUSE_US) {
        pauses.push([lastUs, tsUs]);
        pauses = pauses.filter(([, to]) => to >= tsUs - DAY_US).slice(-MAX_PAUSES);
      }
      lastUs = tsUs;
      if (tsUs - lookedUs < LOOK_US && tsUs >= lookedUs) return;
      lookedUs = tsUs;
      look(tsUs);
    },
    learning: () => siteLearning(context),
    accept(finding) {
      if (finding.kind !== JOB_MISSED.code || finding.parts.clients?.kind !== 'endpoints') return false;
      const clients = new Set(finding.parts.clients.endpoints);
      const server = context.host(finding.target);
      // Nothing is expected any more, until it has run often enough again.
      const left = [...jobs].filter(([, job]) => job.server === server && clients.has(job.client));
      for (const [key] of left) jobs.delete(key);
      return left.length > 0;
    },
    save: () => toText({ jobs: [...jobs.values()], pauses, lastUs } satisfies Saved),
    load(text) {
      const saved = fromText(text) as Saved;
      for (const job of saved.jobs) jobs.set(keyOf(job.client, job.server, job.port), job);
      pauses = [...saved.pauses];
      lastUs = saved.lastUs;
    },
  };
};

export const job: Detector = {
  name: 'job',
  card: {
    notices: 'A transfer between two hosts that ran at the same time each day or week, such as a backup, and did not.',
    worksWhen:
      'It moves a megabyte or more within four hours over a connection that ends, and begins within seventy minutes of its usual time; the link is mirrored.',
    failsWhen:
      'Until it was seen on three days in a row; below an alert until a week was watched, because a weekend is not known before, and where no device of the plant has part in it. ' +
      'A run that begins but fails after a megabyte, a job inside of a session that stays open, monthly jobs and jobs that run more than twice a day are not judged. It is told three hours late.',
    cost: 'Constant per connection that ends; a look each ten minutes; at most 5,000 jobs of 40 runs.',
    source: 'ISO/IEC 27001:2022 control 8.13; Hyndman and Athanasopoulos, Forecasting (2021), section 2.1',
  },
  kinds: [JOB_MISSED],
  create,
};
