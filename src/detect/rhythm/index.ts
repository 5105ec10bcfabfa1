/**
 * Polling that stops, slows down or hastens, per client and device. Source: Barbosa, Sadre, Pras, Exploiting traffic
 * periodicity in industrial control networks, IJCIP 13 (2016).
 */
import type { Detector, DetectorContext, Learning, RunningDetector } from '../../core/detector.ts';
import type { FindingKind } from '../../core/finding.ts';
import type { At } from '../../core/observation.ts';
import { NEEDED_MINUTES, Rhythms, type SavedRhythms } from '../../learn/network/rhythm.ts';
import { PairCache } from '../../lib/pair-cache.ts';
import { LastFrames } from '../shared/last-frames.ts';
import { isControl, siteLearning } from '../shared/learning.ts';
import { amount, count, howLong, who, whoAll, words } from '../shared/parts.ts';
import { rowFromElsewhere } from '../shared/sides.ts';
import { fromText, toText } from '../shared/text.ts';

export const POLL_LOST: FindingKind = {
  code: 'poll-lost',
  family: 'operational',
  title: 'Polling of {server} by {client} has stopped',
  what: 'No request from {client} to {server} was seen for {silence}. {side}',
  comparedWith: 'Usually there are {usual} requests a minute, and the longest pause was {pause}.',
  innocent: 'A device was switched off or restarted, its program was changed, or a cable was pulled.',
  check: [
    'Are the devices on, and do they still talk to others?',
    'Do operators still see live values of what {client} asked for?',
    'Was {client}, or the way between, worked on at that time?',
  ],
  severity: 'uptime',
  techniques: ['T0814', 'T0815'],
  needsLearning: true,
};

export const POLLS_LOST: FindingKind = {
  code: 'poll-lost.many',
  family: 'operational',
  title: '{number} polled conversations stopped together',
  what: '{number} of {known} steady conversations stopped within the same time, the first between {client} and {server}.',
  comparedWith: 'Each was silent for more than five times its longest usual pause ({pause} for the first).',
  innocent: 'A switch, a server or the mirror port failed, or the line was switched off.',
  check: [
    'Does the sensor still get frames of this network?',
    'Which client or switch do these conversations share?',
    'Do operators still see live values?',
  ],
  severity: 'uptime',
  techniques: ['T0814', 'T0815'],
  needsLearning: true,
};

export const POLL_CHANGED: FindingKind = {
  code: 'poll-changed',
  family: 'anomaly',
  title: '{client} polls {server} in another rhythm',
  what: '{client} asked {server} {now} times a minute, for three minutes or longer.',
  comparedWith: 'Usually it asks {usual} times a minute, give or take {spread}.',
  innocent: 'Another page is open at the panel, the update rate was changed, or the device answers more slowly.',
  check: [
    'Was the polling rate or the program of {client} changed?',
    'Is {server} busy (long answers), or is somebody between the two?',
    'Does a second program on {client} talk to {server}?',
  ],
  severity: 'quality',
  techniques: ['T0830', 'T0814'],
  needsLearning: true,
};

/** Polled pairs; beyond it further ones are not followed, and learning says so. */
export const MAX_POLLED = 50_000;
/** Odd minutes in a row before a changed rhythm is told. */
const MINUTES = 3;
/** Times its longest usual pause, and at least this long. */
const LOST_FACTOR = 5;
const LOST_US = 30_000_000;
/**
 * So long without a tick nobody watched (a restart, a gap in the capture), or nobody spoke at all. Longer than the pauses of
 * the slowest steady polling, which may be all that a quiet recording has.
 */
const UNWATCHED_US = 20_000_000;
/** A client that asked somebody so long after its last request to a device is alive. */
const ASKS_US = 20_000_000;
/** So many at once, and this part of all steady ones, are one finding. */
const TOGETHER = 5;
const TOGETHER_PART = 0.3;
/** The episode of those. */
const ALL = 'site';

const membersOf = (rows: readonly number[], of: (row: number) => number): number[] =>
  [...new Set(rows.map(of))].sort((a, b) => a - b);

const create = (context: DetectorContext): RunningDetector => {
  const rhythms = new Rhythms(MAX_POLLED);
  const asked = new LastFrames(context);
  let lastUs = 0;
  const key = (row: number): string => `${rhythms.client(row)} ${rhythms.target(row)}`;
  /** Episode of each row that is lost. */
  const lostIn = new Map<number, string>();
  const rows = new PairCache(12);
  const elsewhere = (client: number, target: number): number =>
    rowFromElsewhere(context, client, target, (c, t) => rhythms.find(c, t));
  /** As it is seen now, or from the side of a router from which it was learned. */
  const rowOf = (client: number, target: number, tsUs: number): number => {
    const known = rhythms.find(client, target) >= 0 ? -1 : elsewhere(client, target);
    if (known < 0) return rhythms.beat(client, target, tsUs);
    rhythms.beatRow(known, tsUs);
    return known;
  };
  const beat = (at: At, target: number): void => {
    let row = rows.get(at.client, target);
    if (row >= 0) rhythms.beatRow(row, at.tsUs);
    else {
      if (at.client <= 0 || target <= 0 || !isControl(context, at.protocol)) return;
      row = rowOf(context.host(at.client), context.host(target), at.tsUs);
      if (row >= 0) rows.set(at.client, target, row);
    }
    if (row >= 0) asked.note(row, at.requestFrame || at.frame);
    if (row >= 0 && rhythms.isLost(row)) {
      rhythms.setLost(row, false);
      const episode = lostIn.get(row);
      lostIn.delete(row);
      if (episode !== undefined && ![...lostIn.values()].includes(episode))
        context.end(episode === ALL ? POLLS_LOST : POLL_LOST, episode, at.tsUs);
    }
  };
  const lost = (tsUs: number): void => {
    const fresh: number[] = [];
    let steady = 0;
    for (let row = 0; row < rhythms.size; row++) {
      if (!rhythms.isSteady(row)) continue;
      steady++;
      const silence = tsUs - rhythms.lastUs(row);
      if (silence < LOST_US || rhythms.isLost(row) || silence < rhythms.longestUs(row) * LOST_FACTOR) continue;
      // It goes on, and is seen from another side of a router by now.
      const other = elsewhere(rhythms.client(row), rhythms.target(row));
      if (other >= 0 && tsUs - rhythms.lastUs(other) < LOST_US) continue;
      rhythms.setLost(row, true);
      fresh.push(row);
    }
    const first = fresh[0];
    if (first === undefined || context.phase !== 'watching') return;
    const common = { tsUs, certainty: 'certain' as const, quietUs: 8 * 3_600_000_000 };
    if (fresh.length >= TOGETHER && fresh.length >= steady * TOGETHER_PART) {
      for (const row of fresh) lostIn.set(row, ALL);
      context.state({
        ...common,
        kind: POLLS_LOST,
        key: ALL,
        target: rhythms.target(first),
        sinceUs: rhythms.lastUs(first),
        surprise: 0.7,
        parts: {
          number: count(fresh.length),
          known: count(steady),
          client: who(rhythms.client(first)),
          server: who(rhythms.target(first)),
          pause: howLong(rhythms.longestUs(first)),
        },
        frames: asked.of(fresh),
      });
    } else tellApart(fresh, tsUs);
  };
  /** A client that asks nobody any more is one finding, and so is a device that nobody gets an answer from. */
  const tellApart = (fresh: readonly number[], tsUs: number): void => {
    /** When a client last asked anybody. */
    const askedUs = new Map<number, number>();
    for (let row = 0; row < rhythms.size; row++) {
      const client = rhythms.client(row);
      askedUs.set(client, Math.max(askedUs.get(client) ?? 0, rhythms.lastUs(row)));
    }
    const episodes = new Set<string>();
    for (const row of fresh) {
      const client = rhythms.client(row);
      const asksOthers = askedUs.get(client)! - rhythms.lastUs(row) > ASKS_US;
      const episode = asksOthers ? `of ${rhythms.target(row)}` : `by ${client}`;
      lostIn.set(row, episode);
      episodes.add(episode);
    }
    for (const episode of episodes) {
      const list = [...lostIn].filter(([, e]) => e === episode).map(([row]) => row);
      const first = list.reduce((a, b) => (rhythms.lastUs(b) < rhythms.lastUs(a) ? b : a));
      const byClient = episode.startsWith('by');
      context.state({
        kind: POLL_LOST,
        key: episode,
        target: byClient ? rhythms.client(first) : rhythms.target(first),
        tsUs,
        sinceUs: rhythms.lastUs(first),
        surprise: 0.6,
        certainty: 'certain',
        quietUs: 8 * 3_600_000_000,
        parts: {
          client: whoAll(membersOf(list, rhythms.client.bind(rhythms))),
          server: whoAll(membersOf(list, rhythms.target.bind(rhythms))),
          silence: howLong(tsUs - rhythms.lastUs(first)),
          side: words(byClient ? 'It asks nobody any more.' : 'Others are still asked.'),
          usual: amount(Math.round(rhythms.mean(first)), ''),
          pause: howLong(rhythms.longestUs(first)),
        },
        frames: asked.of(list),
      });
    }
  };
  return {
    poll: (at, c) => beat(at, c.target),
    tick(tsUs) {
      // Neither silence nor rate can be told.
      if (tsUs - lastUs > UNWATCHED_US || tsUs < lastUs) {
        lastUs = tsUs;
        rhythms.restart(tsUs);
        return;
      }
      lastUs = tsUs;
      rhythms.minute(
        tsUs,
        (row) => !context.isSuspect(rhythms.client(row)) && !rhythms.isLost(row),
        (row, beats, minutes) => {
          if (minutes < MINUTES || beats === 0 || context.phase !== 'watching') return;
          context.state({
            kind: POLL_CHANGED,
            key: key(row),
            actor: rhythms.client(row),
            target: rhythms.target(row),
            tsUs,
            sinceUs: tsUs - minutes * 60_000_000,
            surprise: beats > rhythms.mean(row) * 3 ? 0.6 : 0.45,
            certainty: 'certain',
            parts: {
              client: who(rhythms.client(row)),
              server: who(rhythms.target(row)),
              now: amount(Math.round(beats)),
              usual: amount(Math.round(rhythms.mean(row))),
              spread: amount(Math.max(1, Math.round(rhythms.deviation(row)))),
            },
            frames: asked.of([row]),
          });
        },
        (row) => context.end(POLL_CHANGED, key(row), tsUs),
      );
      lost(tsUs);
    },
    learning() {
      const out: Learning[] = siteLearning(
        context,
        rhythms.overflow > 0 ? `the table of ${MAX_POLLED} polled devices is full` : '',
      );
      for (let row = 0; row < rhythms.size && out.length < 64; row++)
        if (!rhythms.isSteady(row))
          out.push({
            of: {
              kind: 'conversation',
              client: rhythms.client(row),
              server: rhythms.target(row),
              protocol: '',
            },
            seen: Math.min(NEEDED_MINUTES, rhythms.minutes(row)),
            needed: NEEDED_MINUTES,
            unit: 'minutes',
            unarmed: rhythms.minutes(row) >= NEEDED_MINUTES ? 'has no steady rhythm' : '',
          });
      return out;
    },
    accept(finding) {
      if (finding.kind !== POLL_CHANGED.code && finding.kind !== POLL_LOST.code) return false;
      if (finding.kind === POLL_LOST.code) {
        const host = context.host(finding.target);
        const own = [...lostIn].filter(([, e]) => e === `of ${host}` || e === `by ${host}`);
        for (const [row] of own) {
          rhythms.forget(row);
          lostIn.delete(row);
        }
        return own.length > 0;
      }
      const client = finding.parts.client;
      if (client?.kind !== 'endpoint') return false;
      const row = rhythms.find(context.host(client.endpoint), context.host(finding.target));
      if (row < 0) return false;
      rhythms.forget(row);
      return true;
    },
    save: () => toText({ rhythms: rhythms.save(), lastUs, lostIn: [...lostIn] }),
    load(text) {
      const saved = fromText(text) as {
        readonly rhythms: SavedRhythms;
        readonly lastUs: number;
        readonly lostIn: readonly (readonly [number, string])[];
      };
      for (const [row, episode] of saved.lostIn) lostIn.set(row, episode);
      rhythms.load(saved.rhythms);
      lastUs = saved.lastUs;
    },
  };
};

export const rhythm: Detector = {
  name: 'rhythm',
  card: {
    notices: 'A client that stops polling a device, or polls it clearly more or less often than it does.',
    worksWhen:
      'The polling is steady: minutes alike within a fifth, at least four requests a minute, no minute without one.',
    failsWhen:
      'Event-driven and irregular traffic is not judged (learning says "has no steady rhythm"). A delay that leaves the ' +
      'number of requests alone is not seen. Several jobs of one client at one device are judged together.',
    cost: 'A table look-up per poll (about 25 ns); once a minute a look at every pair; 72 octets per pair, at most 50,000.',
    source: 'Barbosa, Sadre, Pras: Exploiting traffic periodicity in industrial control networks, IJCIP 13 (2016)',
  },
  kinds: [POLL_LOST, POLLS_LOST, POLL_CHANGED],
  create,
};
