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

interface Cyclic {
  readonly id: number;
  readonly fromUs: number;
  readonly number: number;
  readonly data: readonly number[];
  readonly everyUs?: number;
  readonly sequence?: number;
}
/** Packets of one connection at a fixed pace. */
const cyclic = ({ id, fromUs, number, data, everyUs = 10_000, sequence = 0 }: Cyclic) =>
  Array.from({ length: number }, (_, i) => ({
    tsUs: 1e15 + fromUs + i * everyUs,
    id,
    bytes: encodeIo(id, sequence + i, Uint8Array.from(data)),
  }));
/** The area under which the values of each connection were told, in order of time; of several the last. */
const areasOf = (packets: ReturnType<typeof cyclic>, state = cipIo.open()) => {
  const areas: Record<number, string> = {};
  for (const { tsUs, id, bytes } of [...packets].sort((a, b) => a.tsUs - b.tsUs)) {
    const at = contextOf({ ...UDP, tsUs, toServer: true, sender: 1, receiver: 2 });
    const d = cipIo.decode(bytes, 0, bytes.length, at, state);
    if (d.kind !== 'message') throw new Error(d.kind);
    const values = (_: unknown, b: { readonly area: string }): void => {
      areas[id] = b.area;
    };
    const sink = { ...recorder().sink, values };
    cipIo.observe({ request: d.message, response: undefined, state: 'single', at }, sink, state);
  }
  return areas;
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

  it('goes on with the same points when a connection is opened anew', () => {
    const packets = [
      ...cyclic({ id: 0x10, fromUs: 0, number: 20, data: [1, 2, 3, 4, 5, 6] }),
      ...cyclic({ id: 0x11, fromUs: 3_000, number: 20, data: [9, 9, 9, 9, 9, 9] }),
      ...cyclic({ id: 0x12, fromUs: 5_000, number: 20, data: [7, 7] }),
      // Both of six octets come back, the other one first, and one value of it moved.
      ...cyclic({ id: 0x21, fromUs: 250_000, number: 20, data: [9, 9, 9, 9, 9, 8] }),
      ...cyclic({ id: 0x20, fromUs: 257_000, number: 20, data: [1, 2, 3, 4, 5, 6] }),
    ];
    expect(areasOf(packets)).toEqual({
      16: '6 octets to host 2 #1 (not seen open)',
      17: '6 octets to host 2 #2 (not seen open)',
      18: '2 octets to host 2 #1 (not seen open)',
      32: '6 octets to host 2 #1 (not seen open)',
      33: '6 octets to host 2 #2 (not seen open)',
    });
  });

  it('does not take a slow connection for one that is over', () => {
    const packets = [
      ...cyclic({ id: 0x10, fromUs: 0, number: 15, data: [1, 2], everyUs: 1_000_000 }),
      ...cyclic({ id: 0x11, fromUs: 14_000_500, number: 200, data: [1, 2] }),
      ...cyclic({ id: 0x10, fromUs: 15_000_000, number: 2, data: [1, 3], everyUs: 1_000_000, sequence: 15 }),
    ];
    expect(areasOf(packets)).toEqual({
      16: '2 octets to host 2 #1 (not seen open)',
      17: '2 octets to host 2 #2 (not seen open)',
    });
  });

  it('names both ends of a connection to no connection point', () => {
    const state = cipIo.open();
    const announcement = announceIo({
      otId: 0x10,
      toId: 0x20,
      transportClass: 1,
      path: { route: '', segments: [{ kind: 'instance', value: 102 }] },
    });
    cipIo.decode(announcement, 0, announcement.length, contextOf({ carrier: 'enip' }), state);
    expect(areasOf(cyclic({ id: 0x10, fromUs: 0, number: 2, data: [0, 0, 1, 2] }), state)).toEqual({
      16: '2 octets from host 1 #1',
    });
  });

  it('forgets the place that was silent longest, and counts it', () => {
    const packets = Array.from({ length: MAX_IO_CONNECTIONS + 1 }, (_, i) =>
      cyclic({ id: 7, fromUs: i * 1e6, number: 20, data: Array.from({ length: i + 1 }, () => 1) }),
    );
    const state = cipIo.open();
    for (const p of packets) {
      areasOf(p, state);
      state.announce({ otId: 7, toId: 8, transportClass: -1, otPoint: -1, toPoint: -1, route: '' }, 0);
    }
    expect(state.forgotten).toBe(1);
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
