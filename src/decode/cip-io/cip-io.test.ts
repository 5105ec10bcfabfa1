import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, costUs, drive, hostile, recorder, up } from '../../../test/decoding.ts';
import { announceIo, readIoAnnouncement } from '../shared/cip-io-announcement.ts';
import { cipIo } from './index.ts';
import { MAX_IO_CONNECTIONS } from './state.ts';
import { encodeIo } from './wire.ts';

const UDP = { carrier: 'udp', clientPort: 2222, serverPort: 2222 };
const first = bytesOf(`
  0200 # two items
  0280 0800 # sequenced address, 8 octets
  03064b00 # connection id 0x004b0603
  db943f00 # sequence number 4166875
  b100 0600 # connected data, 6 octets
  a587 e80f 0300`);
const opened = (transportClass: number) =>
  announceIo({
    otId: 0x1001,
    toId: 0x2002,
    transportClass,
    path: {
      route: '1/3',
      segments: [
        { kind: 'instance', value: 102 },
        { kind: 'connection-point', value: 100 },
        { kind: 'connection-point', value: 101 },
      ],
    },
  });

/** Runs datagrams behind an announcement of the same two hosts and records the blocks. */
const behind = (announcement: Uint8Array, datagrams: readonly { toServer: boolean; bytes: Uint8Array }[]) => {
  const state = cipIo.open();
  const blocks: { target: number; area: string; access: string; values: number[] }[] = [];
  const messages: unknown[] = [];
  const sink = {
    ...recorder().sink,
    values: (
      _: unknown,
      b: { target: number; area: string; access: 'read' | 'write'; values: ArrayLike<number>; count: number },
    ) =>
      void blocks.push({
        target: b.target,
        area: b.area,
        access: b.access,
        values: Array.from(b.values).slice(0, b.count),
      }),
  };
  const told = cipIo.decode(announcement, 0, announcement.length, contextOf({ carrier: 'enip' }), state);
  expect(told.kind).toBe('skip');
  for (const { toServer, bytes } of datagrams) {
    const context = contextOf({ ...UDP, toServer, sender: toServer ? 1 : 2 });
    const d = cipIo.decode(bytes, 0, bytes.length, context, state);
    if (d.kind !== 'message') throw new Error(d.kind);
    messages.push(d.message);
    cipIo.observe({ request: d.message, response: undefined, state: 'single', at: context }, sink, state);
  }
  return { blocks, messages };
};

describe('CIP I/O', () => {
  it('reads ids, sequence and data, and speaks only of changes', () => {
    const again = first.slice();
    again[10] = 0xdc;
    const changed = again.slice();
    changed[10] = 0xdd;
    changed[20] = 0xe9;
    const r = drive(cipIo, [up(first), up(again), up(changed)], UDP);
    expect(r.messages[0]).toMatchObject({
      connectionId: 0x004b0603,
      sequence: 4166875,
      length: 6,
      direction: 'unknown',
      changed: true,
    });
    expect(r.messages.map((m) => m.changed)).toEqual([true, false, true]);
    expect(r.messages[1]!.data).toBe(r.messages[0]!.data);
  });

  it('knows direction, assembly and counts from the Forward Open of another flow', () => {
    const { blocks, messages } = behind(opened(1), [
      { toServer: true, bytes: encodeIo(0x1001, 1, bytesOf('0100 01000000 3412')) }, // count, run header, data
      { toServer: false, bytes: encodeIo(0x2002, 1, bytesOf('0700 0500 0600')) }, // count, data
      { toServer: false, bytes: encodeIo(0x2002, 2, bytesOf('0800 0500 0600')) }, // only the count moved
      { toServer: true, bytes: encodeIo(0x1001, 2, bytesOf('0200 00000000 3412')) }, // idle
    ]);
    expect(blocks).toEqual([
      { target: 99, area: 'assembly 100', access: 'write', values: [0x1234] },
      { target: 99, area: 'assembly 101', access: 'read', values: [5, 6] },
    ]);
    expect(messages).toMatchObject([
      { direction: 'O->T', count: 1, run: 1 },
      { direction: 'T->O', count: 7, run: -1 },
      { count: 8, changed: false },
      { run: 0, changed: false },
    ]);
  });

  it('finds the sequence count of a connection whose Forward Open was not seen', () => {
    const packets = Array.from({ length: 12 }, (_, i) => up(encodeIo(5, i, Uint8Array.of(i, 0, 9, 0))));
    const { messages } = drive(cipIo, packets, UDP);
    expect(messages.map((m) => m.count)).toEqual([-1, -1, -1, -1, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(messages.slice(5).every((m) => !m.changed)).toBe(true);
  });

  it('takes an announcement only from its own kind', () => {
    const bytes = opened(1);
    const state = cipIo.open();
    expect(cipIo.decode(bytes, 0, bytes.length, contextOf(UDP), state).kind).toBe('malformed');
    for (let n = 0; n < bytes.length; n++) expect(readIoAnnouncement(bytes, 0, n)).toBeUndefined();
    expect(readIoAnnouncement(bytes, 0, bytes.length)).toEqual({
      otId: 0x1001,
      toId: 0x2002,
      transportClass: 1,
      otPoint: 100,
      toPoint: 101,
      route: '1/3',
    });
  });

  it('is bounded', () => {
    const packets = Array.from({ length: 3 * MAX_IO_CONNECTIONS }, (_, i) => up(encodeIo(i, 0, Uint8Array.of(1, 2))));
    const { weirds } = drive(cipIo, packets, UDP);
    expect(weirds.some((x) => x.code === 'cip-io.connection-limit')).toBe(true);
  });

  it('survives every truncation and 20,000 mutations', () => {
    hostile(cipIo, [[up(first), up(encodeIo(7, 1, bytesOf('0100 01000000 3412')))]], UDP);
  }, 60_000);

  it('costs little', () => {
    expect(costUs(cipIo, first, UDP)).toBeLessThan(5);
  });
});
