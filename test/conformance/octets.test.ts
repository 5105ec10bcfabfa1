/** That the count of octets nobody read sees what is planted, and what it says of protocols that no peer here speaks. */
import { describe, expect, it } from 'vitest';
import type { Decoder } from '../../src/core/decoder.ts';
import { contextOf } from '../decoding.ts';
import { describeShared, sharedCapture } from '../shared.ts';
import { OctetReader, unreadOctets } from './octets.ts';

/** Type, reserved, value of two octets, a sum over all before. */
const planted = (reads: (b: Uint8Array, at: number) => unknown, reseals: boolean): Decoder => ({
  name: 'planted',
  title: 'Planted',
  family: 'ot',
  attach: [],
  probe: () => 'sure',
  open: () => ({}),
  decode(b, start, end) {
    if (b[start] !== 7) return { kind: 'foreign' };
    let sum = 0;
    for (let i = start; i < end - 1; i++) sum = (sum + b[i]!) & 255;
    if (reseals && sum !== b[end - 1])
      return { kind: 'malformed', code: 'planted.sum', detail: 'sum', consumed: end - start };
    return { kind: 'message', message: { type: 'planted', value: reads(b, start) } as never, consumed: end - start };
  },
  observe: () => undefined,
  ...(reseals && {
    reseal: (b: Uint8Array, start: number, end: number) => {
      b[end - 1] = 0;
      for (let i = start; i < end - 1; i++) b[end - 1] = (b[end - 1]! + b[i]!) & 255;
    },
  }),
});
const MESSAGE = Uint8Array.from([7, 0, 1, 2, 10]);
const unread = (d: Decoder): readonly number[] | undefined =>
  unreadOctets(d, MESSAGE, contextOf(), d.decode(MESSAGE, 0, MESSAGE.length, contextOf(), d.open()));

describe('octets that nobody read', () => {
  it('are those with which neither a field nor the outcome changes', () => {
    expect(unread(planted((b, at) => [b[at + 2], b[at + 3]], false))).toEqual([1, 4]);
    expect(unread(planted((b, at) => b[at + 3]! & 1, false))).toEqual([1, 2, 4]);
  });
  it('are not those of a checksum that the decoder puts right', () => {
    expect(unread(planted((b, at) => [b[at + 1], b[at + 2], b[at + 3]], true))).toEqual([]);
  });
  it('are not those of a length of -1 whose sign was read', () => {
    const length = (b: Uint8Array, at: number): number =>
      b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24);
    const none: Decoder = {
      ...planted(() => 0, false),
      decode: (b, start, end) => ({
        kind: 'message',
        message: { type: 'planted', none: length(b, start) < 0 } as never,
        consumed: end - start,
      }),
    };
    const octets = Uint8Array.from([255, 255, 255, 255, 7]);
    const first = none.decode(octets, 0, 5, contextOf(), none.open());
    expect(unreadOctets(none, octets, contextOf(), first)).toEqual([4]);
  });
  it('are judged with what came before where an answer needs its request', () => {
    const answer: Decoder<never, { asked: boolean }> = {
      ...(planted(() => 0, false) as Decoder<never, never>),
      open: () => ({ asked: false }),
      observe: () => undefined,
      decode(b, start, end, _context, state) {
        if (b[start] === 1) state.asked = true;
        return {
          kind: 'message',
          message: { type: 'planted', value: state.asked ? b[start + 1] : 0 } as never,
          consumed: end - start,
        };
      },
    };
    const state = answer.open();
    const question = { octets: Uint8Array.from([1, 0]), context: contextOf() };
    answer.decode(question.octets, 0, 2, contextOf(), state);
    const octets = Uint8Array.from([2, 9]);
    const first = answer.decode(octets, 0, 2, contextOf(), state);
    expect(unreadOctets(answer as Decoder, octets, contextOf(), first, [question])).toEqual([0]);
    expect(unreadOctets(answer as Decoder, octets, contextOf(), first)).toEqual([0, 1]);
  });
  it('are not judged where a message reads differently alone', () => {
    const alone: Decoder = { ...planted(() => 0, false), decode: () => ({ kind: 'foreign' }) };
    expect(
      unreadOctets(alone, MESSAGE, contextOf(), {
        kind: 'message',
        message: { type: 'planted' },
        consumed: MESSAGE.length,
      }),
    ).toBeUndefined();
  });
});

describeShared('octets of captures', () => {
  it.each([
    ['genisys/icsnpp.genisys', 'genisys', 100],
    ['fox/iti.fox_info', 'fox', 94],
    ['cclink-tsn-slmp/nttcom-CCLinkTSNSLMP.Traces', 'slmp', 91],
    ['s7comm-plus/iti.S7-1511_db2_var1_HMI', 's7comm-plus', 80],
  ] as const)(
    '%s: of a hundred octets of %s at least %d are read, and nothing is malformed',
    async (capture, protocol, least) => {
      const reader = new OctetReader(3, protocol);
      await reader.capture(sharedCapture(capture));
      const o = reader.byProtocol.get(protocol)!;
      expect(o.malformed).toBe(0);
      expect(o.looked).toBeGreaterThan(0);
      expect(100 * (1 - o.unread / o.octets)).toBeGreaterThanOrEqual(least);
    },
  );
});
