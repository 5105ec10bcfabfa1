/** What is said of segments that are missing, come again or come too early. Sequence arithmetic itself: decoding.test.ts. */
import { describe, expect, it } from 'vitest';
import { ACK, Connection, type Host, PSH, SYN, tcp, Wire } from '../../plant/net.ts';
import { batchOf, decodeFrames, Run, type TestFrame } from '../../test/drive.ts';
import { u32be } from '../lib/bytes.ts';
import { MAX_REMEMBERED } from './duplicates.ts';

const client: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const T0 = 1_700_000_000_000_000;
const SECOND = 1_000_000;

/** A Modbus poll every second: request and answer of one register, `n` times. */
const poll = (n: number): TestFrame[] => {
  const wire = new Wire();
  const c = new Connection(wire, client, server, 40000, 502);
  c.open(T0);
  for (let i = 1; i <= n; i++) {
    c.send(T0 + i * SECOND, true, Uint8Array.of(0, i, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1));
    c.send(T0 + i * SECOND + 2000, false, Uint8Array.of(0, i, 0, 0, 0, 5, 1, 3, 2, 0, i));
  }
  return [...wire.sorted()];
};
/** Frames with a payload of that sender, in order. */
const from = (frames: readonly TestFrame[], host: Host): TestFrame[] =>
  frames.filter((f) => f.bytes[29] === Number(host.ip.at(-1)) && f.bytes[17]! > 40);
const weirds = (r: Run): string[] => r.of('weird').map((w) => `${w.at.frame} ${w.what.code} ${w.what.detail}`);
const isPaired = (r: Run): boolean[] => r.of('command').map((c) => c.at.requestFrame > 0);
const values = (r: Run): number[] => r.of('values').flatMap((v) => v.what.values as number[]);

describe('TCP of a controller', () => {
  it('says nothing where nothing is odd', () => {
    expect(weirds(decodeFrames(poll(5), undefined))).toEqual([]);
  });

  it('says where octets are missing, at the frame behind them', () => {
    const frames = poll(5);
    const gone = from(frames, server)[2]!;
    const left = frames.filter((f) => f !== gone);
    const next = left.indexOf(from(frames, server)[3]!) + 1;
    const r = decodeFrames(left, undefined);
    expect(weirds(r)).toEqual([`${next} tcp.octets-missing 11 octets before it were not captured`]);
    expect(r.flows[0]!.missingBytes).toBe(11);
    const [weird] = r.of('weird');
    expect(r.textOf(weird!.at.sender)).toBe(server.ip);
    expect(r.textOf(weird!.at.client)).toBe(client.ip);
  });

  it('takes what comes with the SYN from its first octet on where it is acknowledged (RFC 7413)', () => {
    const wire = new Wire();
    const seq = 0x1000;
    const of = (
      t: number,
      isClient: boolean,
      own: number,
      other: number,
      flags: number,
      payload?: Uint8Array,
    ): void => {
      const [from, to] = isClient ? [client, server] : [server, client];
      const [port, peer] = isClient ? [40000, 502] : [502, 40000];
      wire.packet(T0 + t, from, to, 6, tcp(from, to, port, peer, own, other, flags, payload ?? []));
    };
    const request = (n: number) => Uint8Array.of(0, n, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1);
    const answer = (n: number) => Uint8Array.of(0, n, 0, 0, 0, 5, 1, 3, 2, 0, n);
    of(0, true, seq, 0, SYN, request(1));
    of(1000, false, 0x9000, seq + 13, SYN | ACK);
    of(2000, true, seq + 13, 0x9001, ACK);
    of(3000, false, 0x9001, seq + 13, PSH | ACK, answer(1));
    of(4000, true, seq + 13, 0x900c, PSH | ACK, request(2));
    of(5000, false, 0x900c, seq + 25, PSH | ACK, answer(2));
    const r = decodeFrames([...wire.sorted()], undefined);
    expect(values(r)).toEqual([1, 2]);
    expect(isPaired(r)).toEqual([true, true]);
    expect(weirds(r)).toEqual([]);
    expect(r.flows[0]!.missingBytes).toBe(0);
  });

  it('does not take it where it is not, and is sent again as something else', () => {
    const wire = new Wire();
    const c = new Connection(wire, client, server, 40000, 502);
    c.open(T0);
    c.send(T0 + 5000, true, Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1));
    c.send(T0 + 6000, false, Uint8Array.of(0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 7));
    const [syn, ...others] = wire.sorted();
    const decoy = Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 6, 0, 9, 0, 9);
    const decoyed = new Wire();
    decoyed.packet(T0, client, server, 6, tcp(client, server, 40000, 502, u32be(syn!.bytes, 38), 0, SYN, decoy));
    const r = decodeFrames([...decoyed.frames, ...others], undefined);
    expect(r.of('command').map(({ what }) => what.verb)).toEqual(['read']);
    expect(values(r)).toEqual([7]);
    expect(r.flows[0]!.missingBytes).toBe(0);
  });

  it('says at the end what was acknowledged and never came', () => {
    const frames = poll(5);
    const lastRequest = from(frames, client)[4]!;
    const r = decodeFrames(
      frames.filter((f) => f !== lastRequest),
      undefined,
    );
    expect(weirds(r).map((w) => w.slice(w.indexOf(' ') + 1))).toEqual([
      'tcp.octets-missing 12 octets before it were not captured',
    ]);
  });

  it('waits for the request where a mirror delivers its answer first', () => {
    const frames = poll(5);
    const [request, answer] = [from(frames, client)[2]!, from(frames, server)[2]!];
    const swapped = frames.map((f) => (f === request ? answer : f === answer ? request : f));
    expect(swapped).not.toEqual(frames);
    const outcomes = (r: Run) => r.of('command').map((c) => `${c.what.outcome} ${c.what.object}`);
    const r = decodeFrames(swapped, undefined);
    expect(outcomes(r)).toEqual(outcomes(decodeFrames(frames, undefined)));
    expect(isPaired(r)).toEqual([true, true, true, true, true]);
    expect(values(r)).toEqual([1, 2, 3, 4, 5]);
    expect(weirds(r)).toEqual([]);
    expect(r.flows[0]!.missingBytes).toBe(0);
  });

  it('waits no longer for a request that was lost than until the answer is acknowledged', () => {
    const frames = poll(5);
    const gone = from(frames, client)[2]!;
    const left = frames.filter((f) => f !== gone);
    const r = decodeFrames(left, undefined);
    expect(isPaired(r)).toEqual([true, true, false, true, true]);
    // The value stands at the frame that carried it, before those of the next poll.
    expect(r.messages.map((m) => m.frame)).toEqual([...r.messages.map((m) => m.frame)].sort((a, b) => a - b));
    expect(r.flows[0]!.missingBytes).toBe(12);
  });

  it('delivers what nobody acknowledges any more when the connection ends', () => {
    const frames = poll(3);
    const [gone, last] = [from(frames, client)[2]!, from(frames, server)[2]!];
    const left = frames.slice(0, frames.indexOf(last) + 1).filter((f) => f !== gone);
    expect(isPaired(decodeFrames(left, undefined))).toEqual([true, true, false]);
  });

  it('calls a connection closed that both ended, also when one was reset meanwhile', () => {
    const [FIN, RST] = [0x11, 0x04];
    const state = (...ends: (readonly [toServer: boolean, flags: number])[]): string => {
      const wire = new Wire();
      const c = new Connection(wire, client, server, 40000, 502);
      c.open(T0);
      ends.forEach(([toServer, flags], i) => {
        c.segment(T0 + (i + 1) * SECOND, toServer, flags);
      });
      return decodeFrames([...wire.sorted()], undefined).flows[0]!.tcpState;
    };
    expect(state([true, FIN], [true, RST])).toBe('reset');
    expect(state([true, FIN], [true, RST], [false, FIN])).toBe('closed');
    expect(state([true, FIN], [false, FIN], [false, RST])).toBe('closed');
    expect(state([true, RST], [false, FIN])).toBe('reset');
  });

  it('tells a frame that comes again long after, and decodes it once', () => {
    const frames = poll(5);
    const again = { ...from(frames, server)[0]!, tsUs: T0 + 4 * SECOND + 500_000 };
    const at = frames.findIndex((f) => f.tsUs > again.tsUs);
    const r = decodeFrames([...frames.slice(0, at), again, ...frames.slice(at)], undefined);
    expect(weirds(r)).toEqual([`${at + 1} tcp.frame-repeated the same frame with 11 octets again`]);
    expect(values(r)).toEqual([1, 2, 3, 4, 5]);
  });

  it('remembers frames beyond the first table', () => {
    const frames = poll(2);
    const first = from(frames, client)[0]!;
    // Other frames in between: more than the first table has slots, fewer than are remembered.
    const filler = Array.from({ length: MAX_REMEMBERED / 4 }, (_, i) => {
      const bytes = first.bytes.slice();
      bytes.set([10, 9, i >> 8, i & 255], 26);
      bytes[18] = i >> 16;
      return { tsUs: T0 + 3 * SECOND, bytes };
    });
    const told: number[] = [];
    const run = new Run({
      each: (kind, at, what) => {
        if (kind === 'weird' && (what as { code: string }).code === 'tcp.frame-repeated') told.push(at.frame);
      },
    });
    const all = [...frames, ...filler, { ...first, tsUs: T0 + 4 * SECOND }];
    run.pipeline.handle(batchOf(all));
    run.pipeline.finish();
    expect(told).toEqual([all.length]);
  });

  it('waits for what comes in order while a segment lies ahead of its time', () => {
    const frames = poll(12);
    const ahead = from(frames, server)[9]!;
    const early = { ...ahead, tsUs: T0 + 2 * SECOND + 500_000 };
    const at = frames.findIndex((f) => f.tsUs > early.tsUs);
    const r = decodeFrames([...frames.slice(0, at), early, ...frames.slice(at)], undefined);
    expect(r.health.missingBytes).toBe(0);
    expect(values(r)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(weirds(r).map((w) => w.split(' ').slice(0, 2))).toEqual([
      [String(frames.indexOf(ahead) + 2), 'tcp.frame-repeated'],
      [String(at + 1), 'tcp.out-of-sequence'],
    ]);
  });

  it('takes a copy with the time of its original for no step of the clock', () => {
    const frames = poll(8);
    const copy = from(frames, server)[0]!;
    const r = decodeFrames([...frames.slice(0, 14), copy, ...frames.slice(14)], undefined);
    expect(r.health.backwardSteps).toBe(0);
    expect(r.flows).toHaveLength(1);
    expect(weirds(r)).toEqual(['15 tcp.frame-repeated the same frame with 11 octets again']);
  });
});
