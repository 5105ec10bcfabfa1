/** Packets that the capture shows twice because of where it was made, and checksums. */
import { describe, expect, it } from 'vitest';
import { Connection, checksum, ethernet, type Host, ipv4, udp, Wire } from '../../plant/net.ts';
import { decodeFrames, type TestFrame } from '../../test/drive.ts';

const client: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const T0 = 1_700_000_000_000_000;

/** Ten requests of Modbus close to each other, then ten answers. */
const burst = (): TestFrame[] => {
  const wire = new Wire();
  const c = new Connection(wire, client, server, 40000, 502);
  c.open(T0);
  for (let i = 1; i <= 10; i++) c.send(T0 + 10_000 + i * 100, true, Uint8Array.of(0, i, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1));
  for (let i = 1; i <= 10; i++) c.send(T0 + 50_000 + i * 100, false, Uint8Array.of(0, i, 0, 0, 0, 5, 1, 3, 2, 0, i));
  return [...wire.sorted()];
};
/** The same frames behind a router: its MAC address, one hop less, 2 ms later, so that they lie between each other. */
const routed = (frames: readonly TestFrame[]): TestFrame[] =>
  frames.map((f) => {
    const bytes = f.bytes.slice();
    bytes[5] = 0x77;
    bytes[11] = 0x78;
    bytes[22]!--;
    return { tsUs: f.tsUs + 2000, bytes };
  });
const inTime = (frames: readonly TestFrame[]): TestFrame[] => [...frames].sort((a, b) => a.tsUs - b.tsUs);

describe('a packet on both sides of a router', () => {
  it('is decoded once and is no retransmission, whatever lies between', () => {
    const frames = burst();
    const r = decodeFrames(inTime([...frames, ...routed(frames)]), undefined);
    expect(r.of('values').flatMap((v) => v.what.values)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(r.health).toMatchObject({ routedCopies: frames.length, retransmissions: 0, undecodedBytes: 0 });
    expect(r.flows.map((f) => f.retransmissions)).toEqual([0]);
  });

  it('is decoded once on UDP too', () => {
    const question = (id: number): Uint8Array =>
      Uint8Array.of(id, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x61, 0, 0, 1, 0, 1);
    const frames = [1, 2, 3].map((id) => ({
      tsUs: T0 + id * 100,
      bytes: ethernet(
        server.mac,
        client.mac,
        0x0800,
        ipv4(client, server, 17, udp(client, server, 40000, 53, question(id)), id),
      ),
    }));
    const r = decodeFrames(inTime([...frames, ...routed(frames)]), undefined);
    expect(r.messages).toHaveLength(3);
    expect(r.health.routedCopies).toBe(3);
  });

  it('leaves a retransmission one', () => {
    const frames = burst();
    const again = { ...frames[3]!, tsUs: frames[3]!.tsUs + 30_000, bytes: frames[3]!.bytes.slice() };
    again.bytes[19]! ^= 0x40; // another number of the packet
    again.bytes.fill(0, 24, 26);
    new DataView(again.bytes.buffer).setUint16(24, checksum(again.bytes.subarray(14, 34)));
    const r = decodeFrames(inTime([...frames, again]), undefined);
    expect(r.health).toMatchObject({ routedCopies: 0, retransmissions: 1, undecodedBytes: 0 });
  });
});

describe('checksums', () => {
  it('are right as the plant sends them', () => {
    const { health } = decodeFrames(burst(), undefined);
    expect(health.checksumsChecked).toBeGreaterThan(20);
    expect(health.checksumsWrong).toBe(0);
  });

  it('that are wrong are counted, and the frames decoded all the same', () => {
    const frames = burst().map((f) => {
      const bytes = f.bytes.slice();
      if (bytes[29] === 1) bytes[50]! ^= 0xff; // TCP checksum of what the client sends
      return { ...f, bytes };
    });
    const r = decodeFrames(frames, undefined);
    expect(r.health.checksumsWrong).toBe(frames.filter((f) => f.bytes[29] === 1).length);
    expect(r.of('values')).toHaveLength(10);
  });
});
