/**
 * A short look at the traffic of an interface, for the doctor: how many frames, between how many pairs of stations, seen
 * one way or both, how many dropped, how many sent by this machine itself.
 */
import { readCapture } from '../capture/reader.ts';
import { type FrameBatch, LINK } from '../core/frame.ts';
import { i32be, u16be } from '../lib/bytes.ts';
import { type LiveOptions, startLiveCapture } from './live-capture.ts';

export const LOOK_MS = 5000;
/** Pairs of stations that are remembered; further ones are not looked at. */
const MAX_PAIRS = 10_000;

export interface LookResult {
  readonly seconds: number;
  readonly frames: number;
  /** Pairs of stations between which a unicast frame went, at most MAX_PAIRS. */
  readonly pairs: number;
  readonly pairsBothWays: number;
  /** Frames whose source address is that of an interface looked at. */
  readonly ownFrames: number;
  /** Absent when the tool did not tell. */
  readonly dropped: number | undefined;
}

export interface LookTimer {
  /** Calls `then` after `ms`; gives a function that calls it off. */
  after(ms: number, then: () => void): () => void;
}

const realTimer: LookTimer = {
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

const FORWARD = 1;
const BACKWARD = 2;
const BOTH = 3;

/** Counts frames and directions by MAC address. Ethernet frames only; of others the number. */
const createLook = (ownMacs: readonly string[]) => {
  const own = new Set(ownMacs.map((mac) => Number.parseInt(mac.replaceAll(':', ''), 16)));
  const pairs = new Map<string, number>();
  let frames = 0;
  let ownFrames = 0;
  return {
    add(batch: FrameBatch): void {
      frames += batch.count;
      const { bytes } = batch;
      for (let i = 0; i < batch.count; i++) {
        const at = batch.start[i]!;
        if (batch.linkType[i] !== LINK.ETHERNET || batch.captured[i]! < 14) continue;
        const to = u16be(bytes, at) * 4_294_967_296 + (i32be(bytes, at + 2) >>> 0);
        const from = u16be(bytes, at + 6) * 4_294_967_296 + (i32be(bytes, at + 8) >>> 0);
        if (own.has(from)) ownFrames++;
        // IEEE 802: the lowest bit of the first octet marks a group address. Loopback has zeros on both sides.
        if ((bytes[at]! & 1) === 1 || from === to) continue;
        const key = from < to ? `${from}-${to}` : `${to}-${from}`;
        const before = pairs.get(key);
        if (before === undefined && pairs.size >= MAX_PAIRS) continue;
        pairs.set(key, (before ?? 0) | (from < to ? FORWARD : BACKWARD));
      }
    },
    result(seconds: number, dropped: number | undefined): LookResult {
      let pairsBothWays = 0;
      for (const seen of pairs.values()) if (seen === BOTH) pairsBothWays++;
      return { seconds, frames, pairs: pairs.size, pairsBothWays, ownFrames, dropped };
    },
  };
};

/** Captures for LOOK_MS, from one interface or from several joined (`eth1,eth2`). Throws as `startLiveCapture` does. */
export const lookAtTraffic = async (
  name: string,
  ownMacs: readonly string[],
  options: Omit<LiveOptions, 'interface'> = {},
  timer: LookTimer = realTimer,
): Promise<LookResult> => {
  const capture = await startLiveCapture({ ...options, interface: name });
  const look = createLook(ownMacs);
  const cancel = timer.after(LOOK_MS, () => void capture.stop());
  try {
    for await (const event of readCapture(capture.chunks(), { name })) if (event.kind === 'frames') look.add(event);
  } finally {
    cancel();
    await capture.stop();
  }
  return look.result(LOOK_MS / 1000, capture.dropped);
};
