import { describe, expect, it } from 'vitest';
import { OperatingError } from '../core/errors.ts';
import { type JoinClock, type Joined, joinCaptures, MAX_WAIT_MS, MAX_WAITING_BYTES } from './join.ts';
import { readCapture } from './reader.ts';
import { pcapHeader, pcapRecord } from './writer.ts';

const ETHERNET = { linkType: 1 };
const START_US = 1_700_000_000_000_000;

/** A capture that is written by hand: a frame of one octet at a time, microseconds after the start. */
const tap = (name: string) => {
  const ready: (Uint8Array | Error | undefined)[] = [pcapHeader(ETHERNET)];
  let wake: () => void = () => undefined;
  let isClosed = false;
  const put = (what: Uint8Array | Error | undefined): void => {
    ready.push(what);
    wake();
  };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        while (ready.length > 0) {
          const next = ready.shift();
          if (next === undefined) return;
          if (next instanceof Error) throw next;
          yield next;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      isClosed = true;
    }
  };
  return {
    capture: { name, chunks: chunks() } satisfies Joined,
    frame: (us: number, mark: number, bytes = 1) =>
      put(pcapRecord({ tsUs: START_US + us, bytes: new Uint8Array(bytes).fill(mark), wire: 1500 }, ETHERNET)),
    end: (error?: Error) => put(error),
    get left() {
      return ready.length;
    },
    get isClosed() {
      return isClosed;
    },
  };
};

/** A clock that is set by hand. */
const handClock = () => {
  let nowMs = 0;
  const waiting = new Map<() => void, number>();
  const clock: JoinClock = {
    nowMs: () => nowMs,
    after: (ms) => {
      let end: () => void = () => undefined;
      const done = new Promise<void>((resolve) => {
        end = resolve;
      });
      waiting.set(end, nowMs + ms);
      return { done, cancel: () => waiting.delete(end) };
    },
  };
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const [end, at] of waiting) if (at <= nowMs) end();
  };
  return { clock, pass, waiting };
};

/** What comes out so far: marks of frames as they come, and the interfaces by name. */
const listen = (captures: readonly Joined[], clock: JoinClock = handClock().clock) => {
  const marks: number[] = [];
  const names: (string | undefined)[] = [];
  const from: number[] = [];
  const wire: number[] = [];
  const chunks = joinCaptures(captures, clock);
  const read = async (): Promise<void> => {
    for await (const event of readCapture(chunks, { name: 'joined' })) {
      if (event.kind === 'interface') names.push(event.name);
      if (event.kind !== 'frames') continue;
      for (let i = 0; i < event.count; i++) {
        marks.push(event.bytes[event.start[i]!]!);
        from.push(event.interfaceIndex[i]!);
        wire.push(event.wire[i]!);
      }
    }
  };
  return { marks, names, from, wire, done: read(), chunks };
};

describe('captures that run at the same time', () => {
  it('are one in the order of time, and each frame says where it came in', async () => {
    const [a, b] = [tap('eth1'), tap('eth2')];
    const out = listen([a.capture, b.capture]);
    a.frame(10, 1);
    a.frame(30, 3);
    b.frame(20, 2);
    b.frame(40, 4);
    a.end();
    b.end();
    await out.done;
    expect(out.marks).toEqual([1, 2, 3, 4]);
    expect([...out.names].sort()).toEqual(['eth1', 'eth2']);
    expect(out.from.map((i) => out.names[i])).toEqual(['eth1', 'eth2', 'eth1', 'eth2']);
    expect(out.wire).toEqual([1500, 1500, 1500, 1500]);
  });

  it('wait for one that may have earlier frames, and no longer than that', async () => {
    const { clock, pass, waiting } = handClock();
    const [a, b] = [tap('eth1'), tap('eth2')];
    const out = listen([a.capture, b.capture], clock);
    a.frame(20, 2);
    await expect.poll(() => waiting.size).toBe(1);
    pass(MAX_WAIT_MS - 1);
    b.frame(10, 1);
    await expect.poll(() => out.marks).toEqual([1]);
    await expect.poll(() => waiting.size).toBe(1);
    pass(1);
    await expect.poll(() => out.marks).toEqual([1, 2]);
    a.end();
    b.end();
    await out.done;
  });

  it('are not read on while the others say nothing and much waits; then the oldest go', async () => {
    const { clock } = handClock();
    const [a, b] = [tap('eth1'), tap('eth2')];
    const out = listen([a.capture, b.capture], clock);
    const half = MAX_WAITING_BYTES / 64;
    for (let i = 0; i < 80; i++) a.frame(i, i + 1, half);
    // Without the clock: 64 and some of 80 fill what may wait.
    await expect.poll(() => out.marks.length).toBeGreaterThan(10);
    await expect.poll(() => a.left).toBe(0);
    expect(out.marks.length).toBeLessThan(80);
    b.end();
    a.end();
    await out.done;
    expect(out.marks).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  });

  it('end with the error of one of them, after the frames that came before it', async () => {
    const [a, b] = [tap('eth1'), tap('eth2')];
    const out = listen([a.capture, b.capture], handClock().clock);
    a.frame(20, 2);
    b.frame(10, 1);
    b.end(new OperatingError('capture.interface-gone', { interface: 'eth2' }));
    await expect(out.done).rejects.toMatchObject({ code: 'capture.interface-gone' });
    expect(out.marks).toEqual([1, 2]);
  });

  it('are let go when nobody listens any more', async () => {
    const [a, b] = [tap('eth1'), tap('eth2')];
    const out = joinCaptures([a.capture, b.capture], handClock().clock);
    a.frame(10, 1);
    b.frame(20, 2);
    for await (const _ of out) break;
    a.frame(30, 3);
    b.frame(40, 4);
    await expect.poll(() => a.isClosed && b.isClosed).toBe(true);
  });
});
