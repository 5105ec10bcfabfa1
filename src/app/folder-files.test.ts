/** Files of a watched folder that grow, stand still or are begun anew: no frame is counted twice, none is left out. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame, Source as SourceAnswer } from '../api/index.ts';
import { openCaptureFile } from '../capture/file.ts';
import { readCapture } from '../capture/reader.ts';
import { collect } from '../capture/testing/collect.ts';
import { pcapHeader, pcapRecord } from '../capture/writer.ts';
import type { Source } from '../core/site.ts';
import { openStore } from '../store/index.ts';
import { LocalEngine } from './engine.ts';
import { framesBefore, nextPart } from './folder-files.ts';
import { framesAfter } from './frames-after.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-folder-'));
  mkdirSync(join(folder, 'recorder'));
  path = join(folder, 'recorder', '00001.pcap');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START_US = 1_700_000_000_000_000;
/** Frames `from`..`to`: three hosts announce their address in turn (ARP, RFC 826). */
const records = (from: number, to: number, startUs = START_US): Buffer => {
  const parts: Uint8Array[] = [];
  for (let i = from; i <= to; i++) {
    const mac = [2, 0, 0, 0, 1, i % 3];
    const bytes = new Uint8Array(60);
    bytes.set([255, 255, 255, 255, 255, 255, ...mac, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, ...mac, 10, 0, 1, i % 3]);
    parts.push(pcapRecord({ tsUs: startUs + i * 1000, bytes, wire: 60 }, { linkType: 1 }));
  }
  return Buffer.concat(parts);
};
const write = (to: number, startUs = START_US): void =>
  writeFileSync(path, Buffer.concat([pcapHeader({ linkType: 1 }), records(1, to, startUs)]));
const append = (from: number, to: number): void => writeFileSync(path, records(from, to), { flag: 'a' });

/** A source that read `frames` frames of the file after `before`. */
const read = (id: string, before: number, frames: number): Source =>
  ({
    id,
    kind: 'folder',
    path,
    state: 'failed',
    error: '',
    endedUs: 0,
    health: { frames, firstUs: START_US + (before + 1) * 1000, lastUs: START_US + (before + frames) * 1000 },
  }) as unknown as Source;

describe('what is read of a file', () => {
  it('all of one that was never seen', async () => {
    write(5);
    expect(await nextPart([], path)).toMatchObject({
      kind: 'read',
      skip: 0,
      id: expect.stringMatching(/^d-[0-9a-f]{16}$/),
    });
  });

  it('nothing of one that stands still, and the rest of one that has grown, however often', async () => {
    write(1000);
    const first = read('d-0123456789abcdef', 0, 1000);
    expect(await nextPart([first], path)).toEqual({ kind: 'known', source: first });
    append(1001, 1600);
    expect(await nextPart([first], path)).toEqual({
      kind: 'read',
      id: 'd-0123456789abcdef-1000',
      skip: 1000,
      after: first,
    });
    const second = read('d-0123456789abcdef-1000', 1000, 600);
    expect(framesBefore(second)).toBe(1000);
    expect(await nextPart([first, second], path)).toEqual({ kind: 'known', source: second });
    append(1601, 1602);
    expect(await nextPart([first, second], path)).toMatchObject({ id: 'd-0123456789abcdef-1600', skip: 1600 });
  });

  it('all of one that was begun anew under its name, as a source of its own', async () => {
    const first = read('d-0123456789abcdef', 0, 1000);
    for (const to of [3, 1000, 2000]) {
      write(to, START_US + 7);
      const next = await nextPart([first], path);
      expect(next).toMatchObject({ kind: 'read', skip: 0 });
      expect(next.kind === 'read' && next.id).not.toBe(first.id);
    }
  });

  describe('under another name', () => {
    const first = (): Source => ({ ...read('d-0123456789abcdef', 0, 1000), state: 'complete' });
    const packed = (to: number, startUs = START_US): string => {
      const capture = Buffer.concat([pcapHeader({ linkType: 1 }), records(1, to, startUs)]);
      writeFileSync(`${path}.gz`, gzipSync(capture));
      return `${path}.gz`;
    };

    it('nothing of what the recorder packs, while the old file is there and after', async () => {
      write(1000);
      const gz = packed(1000);
      expect(await nextPart([first()], gz)).toEqual({ kind: 'known', source: first() });
      rmSync(path);
      expect(await nextPart([first()], gz)).toEqual({ kind: 'known', source: first(), moved: [first()] });
      // The packer is still writing.
      expect(await nextPart([first()], packed(700))).toEqual({ kind: 'known', source: first() });
    });

    it('the rest of what was packed before all of it was read', async () => {
      const second = read('d-0123456789abcdef-1000', 1000, 600);
      expect(await nextPart([first(), second], packed(1700))).toEqual({
        kind: 'read',
        id: 'd-0123456789abcdef-1600',
        skip: 1600,
        after: second,
        moved: [first(), second],
      });
    });

    it('what cannot be read, so that its source says so', async () => {
      writeFileSync(`${path}.gz`, gzipSync(Buffer.from('no capture')));
      expect(await nextPart([first()], `${path}.gz`)).toMatchObject({ kind: 'read', skip: 0 });
    });

    it('all of what another recorder began at the same moment, or what is not the same', async () => {
      write(1000);
      const other = join(folder, 'recorder', 'other.pcap');
      copyFileSync(path, other);
      expect(await nextPart([first()], other)).toMatchObject({ kind: 'read', skip: 0 });
      rmSync(path);
      expect(await nextPart([first()], other)).toMatchObject({ kind: 'known' });
      const health = { ...first().health, lastUs: START_US + 999_500 };
      expect(await nextPart([{ ...first(), health }], other)).toMatchObject({ kind: 'read', skip: 0 });
      expect(await nextPart([first()], packed(1000, START_US + 7))).toMatchObject({ kind: 'read', skip: 0 });
    });
  });

  it('is not asked of one that was not written since it was read to its end', async () => {
    write(10);
    utimesSync(path, 100, 100);
    const whole: Source = { ...read('d-0123456789abcdef', 0, 5), state: 'complete', endedUs: 200_000_000 };
    expect(await nextPart([whole], path)).toEqual({ kind: 'known', source: whole });
    expect(await nextPart([whole], path, true)).toMatchObject({ kind: 'read', skip: 5 });
    expect(await nextPart([{ ...whole, endedUs: 50_000_000 }], path)).toMatchObject({ kind: 'read', skip: 5 });
  });

  it('begins in the middle of a batch with the same frames under the same numbers', async () => {
    write(1500);
    const all = (await collect((await openCaptureFile(path)).chunks())).frames;
    const seen: string[] = [];
    for await (const event of readCapture((await openCaptureFile(path)).chunks())) {
      const batch = event.kind === 'frames' ? framesAfter(event, 700) : undefined;
      for (let i = 0; i < (batch?.count ?? 0); i++) {
        const { bytes, start, captured, tsUs, offset, firstFrame } = batch!;
        const data = Buffer.from(bytes.subarray(start[i]!, start[i]! + captured[i]!)).toString('hex');
        seen.push(`${firstFrame + i} ${tsUs[i]} ${offset[i]} ${data}`);
      }
    }
    expect(seen).toEqual(all.slice(700).map((f, i) => `${701 + i} ${f.tsUs} ${f.offset} ${f.data}`));
  });
});

it('a file that grows while nobody looks is read on from there, and its frames open as evidence', async () => {
  const nowUs = () => Date.now() * 1000;
  let engine: LocalEngine | undefined;
  const begin = async (): Promise<string> => {
    await engine?.close();
    const store = await openStore(join(folder, 'data'), { nowUs });
    const onError = (error: unknown) => {
      throw error;
    };
    engine = await LocalEngine.start({ store, nowUs, nowMs: () => performance.now(), zone: 'UTC', onError });
    return (await engine.open({ kind: 'folder', path: join(folder, 'recorder') }, 'u1')).site;
  };
  const ask = async <T>(call: 'sources' | 'frame', params: object): Promise<T> =>
    JSON.parse(await engine!.call(call, { params, query: {}, body: undefined, userId: 'u1' } as never)) as T;
  const settled = async (site: string, expected: readonly object[]): Promise<readonly SourceAnswer[]> => {
    const list = async () => (await ask<{ items: SourceAnswer[] }>('sources', { site })).items;
    await expect.poll(list, { timeout: 20_000 }).toMatchObject(expected);
    return list();
  };
  try {
    write(30);
    const site = await begin();
    await settled(site, [{ name: '00001.pcap', health: { frames: 30 } }]);
    await engine!.close();
    engine = undefined;
    append(31, 50);
    await begin();
    const [, rest] = await settled(site, [
      { name: '00001.pcap', state: 'complete', error: '', health: { frames: 30 } },
      { name: '00001.pcap from frame 31', health: { frames: 20 } },
    ]);
    for (const [frame, available] of [
      [30, false],
      [31, true],
      [50, true],
      [51, false],
    ] as const)
      expect(await ask<Frame>('frame', { site, source: rest!.id, frame })).toMatchObject({ available });
    // Begun anew under the same name: a recording of its own, and no frame of it stands for one of the old.
    await engine!.close();
    engine = undefined;
    write(8, START_US + 500);
    await begin();
    const three = await settled(site, [
      { state: 'complete' },
      { state: 'failed', error: expect.stringContaining('the rest is gone') },
      { health: { frames: 8 } },
    ]);
    expect(await ask<Frame>('frame', { site, source: rest!.id, frame: 31 })).toMatchObject({ available: false });
    expect(await ask<Frame>('frame', { site, source: three[2]!.id, frame: 8 })).toMatchObject({ available: true });
  } finally {
    await engine?.close();
  }
}, 90_000);
