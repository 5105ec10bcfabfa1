/** The same frames at two interfaces are told; what differs, what is broadcast and what comes at another moment is not. */
import { expect, it } from 'vitest';
import { readCapture } from '../capture/reader.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import { SameFrames } from './same-frames.ts';

const T0 = 1_700_000_000_000_000;
/** 60 octets: to a device or to all, EtherType of IEEE for experiments, a number. */
const frame = (n: number, to = 2): Uint8Array => {
  const bytes = new Uint8Array(60);
  bytes.set([to, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, n >> 8, n & 255]);
  return bytes;
};

interface Given {
  readonly bytes: Uint8Array;
  readonly tsUs: number;
}

const note = async (same: SameFrames, source: string, frames: readonly Given[]): Promise<void> => {
  const capture = Buffer.concat([
    pcapHeader({ linkType: 1 }),
    ...frames.map((given) => pcapRecord(given, { linkType: 1 })),
  ]);
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield capture;
  };
  for await (const event of readCapture(chunks(), { name: 'x' })) if (event.kind === 'frames') same.note(source, event);
};

const look = async (one: readonly Given[], other: readonly Given[]): Promise<string | undefined> => {
  const same = new SameFrames();
  same.begin('a', 'eth1');
  same.begin('b', 'eth2');
  await note(same, 'a', one);
  await note(same, 'b', other);
  return same.verdict()?.detail;
};
/** Frames at the beginning of as many seconds. */
const frames = (count: number, of = (n: number) => frame(n), lateUs = 0): Given[] =>
  Array.from({ length: count }, (_, n) => ({ bytes: of(n), tsUs: T0 + n * 1_000_000 + lateUs }));

it('tells two interfaces that bring in the same frames, by how much', async () => {
  expect(await look(frames(60), frames(60, undefined, 3000))).toContain('eth1 and eth2 (100 % of what one');
  // The second sees four times as much, a quarter of it what the first sees.
  const more = Array.from({ length: 3 }, (_, k) => frames(60, (n) => frame(n + (k + 1) * 1000))).flat();
  expect(await look(frames(60), [...frames(60), ...more])).toContain('eth1 and eth2 (100 %');
});

it('tells nothing of few copies, of other frames, of broadcasts, of the same at another moment', async () => {
  expect(await look(frames(40), frames(40))).toBeUndefined();
  expect(
    await look(
      frames(60),
      frames(60, (n) => frame(n + 1000)),
    ),
  ).toBeUndefined();
  expect(
    await look(
      frames(60, (n) => frame(n, 255)),
      frames(60, (n) => frame(n, 255)),
    ),
  ).toBeUndefined();
  expect(await look(frames(60), frames(60, undefined, 50_000))).toBeUndefined();
});

it('looks at the first tenth of a second only, and not at an interface that ended', async () => {
  expect(await look(frames(60, undefined, 500_000), frames(60, undefined, 500_000))).toBeUndefined();
  const same = new SameFrames();
  same.begin('a', 'eth1');
  same.begin('b', 'eth2');
  await note(same, 'a', frames(60));
  await note(same, 'b', frames(60));
  expect(same.verdict()).toBeDefined();
  same.end('a');
  expect(same.verdict()).toBeUndefined();
});

it('an interface that repeats its own frames is not two', async () => {
  const same = new SameFrames();
  same.begin('a', 'eth1');
  same.begin('b', 'eth2');
  await note(same, 'a', frames(100));
  await note(same, 'a', frames(100));
  expect(same.verdict()).toBeUndefined();
});

it('is idle, and may be forgotten, once no interface is listened to', () => {
  const same = new SameFrames();
  expect(same.isIdle).toBe(true);
  same.begin('a', 'eth1');
  same.begin('b', 'eth2');
  same.end('a');
  expect(same.isIdle).toBe(false);
  same.end('b');
  expect(same.isIdle).toBe(true);
});
