/** Sources for people: progress, health, and plain verdicts on whether a source can be believed. */
import { dirname } from 'node:path';
import { PRIORITIES, type Source as SourceAnswer, type Verdict } from '../../api/index.ts';
import type { Source } from '../../core/site.ts';
import { GOES_ON } from '../interrupted.ts';
import { linkText } from '../link-names.ts';
import { RECENT_US } from '../source-run.ts';
import { maybeTime, share, timeText } from './view.ts';

export interface Pace {
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Of a hash or an id: enough to tell a few files apart. */
const MARK_LENGTH = 12;

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;
const count = (n: number): string => n.toLocaleString('en-US');
/** `1 frame is`, `12 frames are`: the number with its noun, and the verb that goes with it. */
const counted = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;

/**
 * The sources with names that tell them apart: those of one name get as much of their folder as it takes, those that were
 * handed over without one the beginning of their content's hash. What was listened to again and again is counted, in
 * the order of its starts: its times stand beside it.
 */
export const namedApart = (sources: readonly Source[]): readonly Source[] => {
  const byName = new Map<string, Source[]>();
  for (const source of sources) {
    const same = byName.get(source.name);
    if (same === undefined) byName.set(source.name, [source]);
    else same.push(source);
  }
  if (byName.size === sources.length) return sources;
  return sources.map((source) => {
    const same = byName.get(source.name)!;
    if (same.length === 1) return source;
    const folders = same.map(({ path, name }) => {
      const parts = path.split(/[\\/]/);
      return parts.at(-1) === name ? parts : [];
    });
    const own = folders[same.indexOf(source)]!;
    for (let n = 2; n <= own.length; n++) {
      const tail = own.slice(-n).join('/');
      if (folders.filter((other) => other.slice(-n).join('/') === tail).length === 1) return { ...source, name: tail };
    }
    if (source.sha256 === '') {
      const runs = same.filter(({ sha256 }) => sha256 === '').sort((a, b) => a.startedUs - b.startedUs);
      return { ...source, name: `${source.name} (${runs.indexOf(source) + 1})` };
    }
    const mark = source.sha256;
    return { ...source, name: `${source.name} (${mark.slice(0, MARK_LENGTH)})` };
  });
};

/** Thresholds of the verdicts. */
const MIN_FRAMES = 200;
const MIN_CONVERSATIONS = 5;
/** A port that is no mirror sees broadcasts and its own talk only. */
const BROADCAST_SHARE = 0.95;
const ONE_WAY_SHARE = 0.3;
const DUPLICATE_SHARE = 0.05;
const LOSS_SHARE = 0.005;
/** One wrong checksum in a hundred is no accident. */
const CHECKSUM_SHARE = 0.01;
const UNDECODED_SHARE = 0.3;

type Draft = Verdict | false;

/** A stream that failed while its frames were of now. */
const wasFed = ({ kind, endedUs, health }: Source): boolean =>
  kind === 'stream' && health.frames > 0 && endedUs - health.lastUs < RECENT_US;

/** Nothing is seen where something should be: a live source is silent beyond its rhythm, or its capture has ended by itself. */
export const isBlind = (source: Source): boolean =>
  source.state === 'blind' || (source.state === 'failed' && (source.kind === 'live' || wasFed(source)));

/** What is wrong with one source, most pressing first. */
export const sourceVerdicts = (source: Source): Verdict[] => {
  const { health: h, name, behindUs = 0 } = source;
  const payload = h.decodedBytes + h.undecodedBytes;
  const drafts: Draft[] = [
    source.state === 'blind' && {
      code: 'blind',
      priority: 'urgent',
      title: `We are blind here: ${name} is silent`,
      detail:
        h.lastUs > 0
          ? `No frame came for much longer than usual; the last one is of ${timeText(h.lastUs)}.`
          : 'No frame came since it is listened to.',
      whatToDo: 'Check the cable, the mirror session of the switch and the capturing program.',
    },
    isBlind(source) &&
      source.state === 'failed' && {
        code: 'blind',
        priority: 'urgent',
        title: `We are blind here: the capture on ${name} has ended`,
        detail: source.error,
        whatToDo:
          source.kind === 'live'
            ? 'It is tried again by itself while Gatehouse runs with this interface. Check the interface with "gatehouse doctor".'
            : 'See why the capturing program, or the connection to it, ended; then start both again.',
      },
    source.state === 'failed' &&
      !isBlind(source) && {
        code: 'failed',
        priority: 'high',
        title: `${name} could not be read to its end`,
        detail: source.error,
        whatToDo:
          source.error === GOES_ON
            ? `Start Gatehouse with ${dirname(source.path)} again.`
            : h.frames === 0
              ? 'See what the message says; nothing could be read of it.'
              : 'See what the message says; everything before was read.',
      },
    h.ownFrames > 0 && {
      code: 'own-frames',
      priority: 'high',
      title: 'The capture interface sends frames itself',
      detail: `${counted(h.ownFrames, 'frame comes', 'frames come')} from the interface that should only listen.`,
      whatToDo: 'Remove its IP address and stop what uses it; "gatehouse doctor" names what is wrong.',
    },
    h.frames >= MIN_FRAMES &&
      h.broadcastFrames / h.frames > BROADCAST_SHARE && {
        code: 'not-a-mirror',
        priority: 'high',
        title: 'This is not a mirror port',
        detail: `${percent(h.broadcastFrames, h.frames)} of the frames are broadcast or multicast: the talk between devices is not seen.`,
        whatToDo: 'Connect to a mirror (SPAN) port or a tap, and let it mirror both directions.',
      },
    h.conversations >= MIN_CONVERSATIONS &&
      h.oneWay / h.conversations > ONE_WAY_SHARE && {
        code: 'one-direction',
        priority: 'high',
        title: 'Only one direction is visible of many connections',
        detail: `${count(h.oneWay)} of ${count(h.conversations)} connections (${percent(h.oneWay, h.conversations)}) show one direction only: answers, refusals and values read are missing there.`,
        whatToDo: 'Let the switch mirror both directions (rx and tx) of the ports.',
      },
    source.state === 'live' &&
      behindUs > 0 && {
        code: 'behind',
        priority: 'high',
        title: `What is shown of ${name} is ${count(Math.round(behindUs / 1e6))} s old`,
        detail: `Frames come faster than this machine reads them: those that are read now came ${count(Math.round(behindUs / 1e6))} s ago. What waits is not lost; once the buffer is full, frames are lost and counted.`,
        whatToDo: 'Mirror fewer ports, or watch on a faster machine. After a short flood it catches up by itself.',
      },
    h.dropped > 0 && {
      code: 'loss',
      priority: 'high',
      title: 'Frames were lost before they reached the capture',
      detail: `The capturing program reports ${counted(h.dropped, 'lost frame', 'lost frames')}.`,
      whatToDo: 'Mirror fewer ports, or capture on a faster machine.',
    },
    h.dropped <= 0 &&
      payload > 0 &&
      h.missingBytes / (payload + h.missingBytes) > LOSS_SHARE && {
        code: 'loss',
        priority: 'medium',
        title: 'Parts of conversations are missing',
        detail: `${counted(h.missingBytes, 'octet that was', 'octets that were')} acknowledged on the wire ${h.missingBytes === 1 ? 'is' : 'are'} not in the capture.`,
        whatToDo: 'The mirror port may be overloaded: mirror fewer ports, or use a tap.',
      },
    h.frames >= MIN_FRAMES &&
      h.duplicates / h.frames > DUPLICATE_SHARE && {
        code: 'duplicates',
        priority: 'low',
        title: 'Frames are seen several times',
        detail: `${percent(h.duplicates, h.frames)} of the frames are copies; each is counted once.`,
        whatToDo: 'Nothing is wrong with the picture; mirroring each port in one direction only would halve the load.',
      },
    h.cutFrames > 0 && {
      code: 'cut-frames',
      priority: 'medium',
      title: 'Frames were cut when they were recorded',
      detail: `${counted(h.cutFrames, 'frame is', 'frames are')} shorter in the capture than on the wire; values in the missing part cannot be seen.`,
      whatToDo: 'Record with full length (tcpdump -s 0).',
    },
    h.offloadFrames > 0 && {
      code: 'offload',
      priority: 'low',
      title: 'The capturing host joined segments',
      detail: `${counted(h.offloadFrames, 'frame is', 'frames are')} longer than the wire allows.`,
      whatToDo: 'Turn off GRO, LRO and TSO on the capture interface (ethtool -K).',
    },
    h.checksumsWrong > 0 &&
      h.checksumsWrong / h.checksumsChecked > CHECKSUM_SHARE && {
        code: 'checksums',
        priority: 'low',
        title: 'Checksums are wrong as recorded',
        detail: `${percent(h.checksumsWrong, h.checksumsChecked)} of the TCP and UDP checksums that were computed do not fit.`,
        whatToDo:
          'The frames are decoded all the same. If the recording host itself sends them, its network card fills the checksums in later: nothing is wrong. If not, look for a faulty link or mirror, or for somebody who sends packets that their receiver throws away.',
      },
    h.gapCount > 0 && {
      code: 'gaps',
      priority: 'low',
      title: 'The recording has pauses',
      detail: `${counted(h.gapCount, 'pause', 'pauses')} of more than an hour; rates are not computed across them.`,
      whatToDo: '',
    },
    h.backwardSteps > 0 && {
      code: 'clock',
      priority: 'low',
      title: 'The clock of the recording steps backwards',
      detail: `${counted(h.backwardSteps, 'step', 'steps')}; recordings may have been joined or a clock was set.`,
      whatToDo: 'Check the time synchronisation of the recording machine.',
    },
    payload > 0 &&
      h.undecodedBytes / payload > UNDECODED_SHARE && {
        code: 'undecoded',
        priority: 'medium',
        title: 'Much of the payload is not understood',
        detail: `${percent(h.undecodedBytes, payload)} of the payload octets are in protocols that are not decoded.`,
        whatToDo: 'See the list of undecoded ports; the flows and devices are known all the same.',
      },
    h.unknownLinkTypes.length > 0 && {
      code: 'link-type',
      priority: 'medium',
      title: 'Frames of a kind that is not understood',
      detail: h.unknownLinkTypes
        .map(
          ({ linkType, frames }) => `${counted(frames, 'frame is', 'frames are')} of link type ${linkText([linkType])}`,
        )
        .join('; ')
        .concat(': only counted, and in no figure of what is visible.'),
      whatToDo: 'Record on an Ethernet interface: the mirror port of a switch, or a tap.',
    },
    source.warnings.some(({ code }) => code.startsWith('capture.cut') || code.startsWith('capture.corrupt')) && {
      code: 'cut-file',
      priority: 'medium',
      title: `${name} is not complete`,
      detail: source.warnings.map(({ text }) => text).join(' '),
      // What was cut says so itself.
      whatToDo: source.warnings.some(({ code }) => code.startsWith('capture.cut'))
        ? ''
        : 'Copy the file again if the original is longer.',
    },
    h.limits.length > 0 && {
      code: 'limit',
      priority: 'medium',
      title: 'A limit was reached',
      detail: h.limits.map(({ limit, dropped }) => `${limit}: ${count(dropped)} not kept`).join('; '),
      whatToDo: 'Watch fewer networks with one instance.',
    },
  ];
  return drafts.filter((draft): draft is Verdict => draft !== false);
};

/**
 * What hinders the site and its sources, at least one verdict, the most pressing first: each code once, a line for each
 * source of several; `most` lines, then how many more there are.
 */
export const verdictsOf = (
  sources: readonly Source[],
  troubles: readonly Verdict[] = [],
  most = Number.POSITIVE_INFINITY,
): Verdict[] => {
  const found: Verdict[] = [];
  const lines = new Map<string, number>();
  /** Titles that name their source, by code: they are true of one only. */
  const others = new Map<string, number>();
  for (const trouble of troubles) {
    const same = found.find((other) => other.code === trouble.code);
    if (same === undefined) found.push({ ...trouble });
    else same.detail = `${same.detail} ${trouble.title}. ${trouble.detail}`;
  }
  for (const source of sources) {
    for (const verdict of sourceVerdicts(source)) {
      const detail = sources.length > 1 ? `${source.name}: ${verdict.detail}` : verdict.detail;
      const same = found.find((other) => other.code === verdict.code);
      if (same === undefined) found.push({ ...verdict, detail });
      else {
        const line = (lines.get(verdict.code) ?? 1) + 1;
        lines.set(verdict.code, line);
        if (verdict.title !== same.title) others.set(verdict.code, (others.get(verdict.code) ?? 0) + 1);
        if (line <= most) same.detail = `${same.detail}\n${detail}`;
      }
    }
  }
  for (const verdict of found) {
    const beside = others.get(verdict.code) ?? 0;
    if (beside > 0) verdict.title = `${verdict.title}, and ${counted(beside, 'other source', 'other sources')} too`;
    const more = (lines.get(verdict.code) ?? 0) - most;
    if (more > 0) verdict.detail = `${verdict.detail}\nand ${more} more ${more === 1 ? 'source' : 'sources'}`;
  }
  found.sort((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority));
  if (found.length === 0 && sources.some((source) => source.health.frames > 0)) {
    found.push({
      code: 'nothing-wrong-seen',
      priority: 'low',
      title: 'Nothing wrong was seen with the capture',
      detail: sources.some((source) => source.health.oneWay > 0)
        ? 'Nothing points to loss, and most conversations show both directions. What the mirror does not carry cannot be seen from here.'
        : 'Both directions are visible and nothing points to loss. What the mirror does not carry cannot be seen from here.',
      whatToDo: '',
    });
  }
  return found;
};

const URGENCY: readonly Source['state'][] = ['blind', 'failed', 'reading', 'live', 'waiting', 'complete'];

/** The first `most` by what needs a person: nothing comes in, broken off, being read, then something found, then the latest. */
export const mostTelling = (sources: readonly Source[], most: number): readonly Source[] =>
  sources
    .map((source, at) => ({
      source,
      at,
      urgency: URGENCY.indexOf(source.state),
      verdicts: sourceVerdicts(source).length,
    }))
    .sort((a, b) => a.urgency - b.urgency || b.verdicts - a.verdicts || b.at - a.at)
    .slice(0, most)
    .map(({ source }) => source);

const drop = <T>(list: readonly T[]): T[] => [...list];

export const toSource = (source: Source, pace: Pace): SourceAnswer => {
  const { health: h } = source;
  return {
    id: source.id,
    site: source.site,
    kind: source.kind,
    name: source.name,
    state: source.state,
    error: source.error,
    progress: Number.isNaN(source.progress) ? null : share(source.progress),
    bytesPerSecond: pace.bytesPerSecond,
    secondsLeft: pace.secondsLeft,
    startedAt: maybeTime(source.startedUs),
    endedAt: maybeTime(source.endedUs),
    firstAt: maybeTime(h.firstUs),
    lastAt: maybeTime(h.lastUs),
    sha256: source.sha256,
    warnings: source.warnings.map(({ code, text }) => ({ code, text })),
    verdicts: sourceVerdicts(source),
    health: {
      frames: h.frames,
      bytes: h.bytes,
      duplicates: h.duplicates,
      cutFrames: h.cutFrames,
      offloadFrames: h.offloadFrames,
      // Absent in what earlier versions stored.
      checksumsChecked: h.checksumsChecked ?? 0,
      checksumsWrong: h.checksumsWrong ?? 0,
      ownFrames: h.ownFrames,
      broadcastFrames: h.broadcastFrames,
      unicastFrames: h.unicastFrames,
      conversations: h.conversations,
      oneWay: h.oneWay,
      ackUnseen: h.ackUnseen,
      missingBytes: h.missingBytes,
      retransmissions: h.retransmissions,
      dropped: h.dropped < 0 ? null : h.dropped,
      gaps: h.gaps
        .filter(({ fromUs }) => fromUs > 0)
        .map(({ fromUs, toUs }) => ({ from: timeText(fromUs), to: timeText(Math.max(0, toUs)) })),
      gapCount: h.gapCount,
      backwardSteps: h.backwardSteps,
      decodedBytes: h.decodedBytes,
      undecodedBytes: h.undecodedBytes,
      encryptedBytes: h.encryptedBytes,
      unknownLinkTypes: drop(h.unknownLinkTypes),
      limits: drop(h.limits),
    },
  };
};
