/**
 * Segments that a sensor may believe and a controller drops, or the other way round: what the controller takes is read, or
 * it is told that two stories went by. Source: Ptacek, Newsham, Insertion, evasion and denial of service (1998); RFC 9293
 * sections 3.10.7.4 and 3.5.3.
 */
import { describe, expect, it } from 'vitest';
import { ACK, Connection, checksum, FIN, type Host, ipv4, PSH, RST, SYN, tcp, Wire } from '../../plant/net.ts';
import { decodeFrames } from '../../test/drive.ts';
import { encodeAdu, FUNCTION, request, response } from './modbus/wire.ts';

const client: Host = { mac: '02:00:00:00:00:01', ip: '10.0.0.1' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const T0 = 1_700_000_000_000_000;
const PORT = 40_000;
const MODBUS = 502;

const writeOf = (n: number) =>
  request(FUNCTION.WRITE_SINGLE_REGISTER, { unitId: 1, address: 7, transactionId: n, values: [900 + n] });
const readOf = (n: number): Uint8Array =>
  encodeAdu(request(FUNCTION.READ_HOLDING_REGISTERS, { unitId: 1, address: 7, transactionId: n, quantity: 1 }));

/** The first octet of the TCP header in a frame of Ethernet and IPv4 without options. */
const L4 = 34;
type Decoy = (c: Connection, wire: Wire, tsUs: number, decoy: Uint8Array, write: Uint8Array) => void;

/** A handshake, a read, then three times the decoy and behind it the write, which the controller answers. */
const play = (decoy: Decoy) => {
  const wire = new Wire();
  const c = new Connection(wire, client, server, PORT, MODBUS);
  c.open(T0);
  const asked = request(FUNCTION.READ_HOLDING_REGISTERS, { unitId: 1, address: 7, transactionId: 99, quantity: 1 });
  c.send(T0 + 5_000, true, encodeAdu(asked));
  c.send(T0 + 6_000, false, encodeAdu(response(asked, { values: [900] })));
  for (let n = 1; n <= 3; n++) {
    const t = T0 + n * 100_000;
    const write = writeOf(n);
    const octets = encodeAdu(write);
    decoy(c, wire, t, readOf(n), octets);
    c.send(t + 2_000, true, octets);
    c.send(t + 4_000, false, encodeAdu(response(write, { address: 7, values: [900 + n] })));
  }
  c.close(T0 + 900_000);
  const r = decodeFrames(wire.sorted());
  return {
    writes: r.of('command').filter((s) => s.what.verb === 'write').length,
    weird: [...new Set(r.of('weird').map((w) => w.what.code))],
  };
};
/** The decoy under the sequence numbers of the write, with other flags or with the frame changed. */
const under =
  (flags: number, change: (frame: Uint8Array) => void = () => undefined, ahead = 0): Decoy =>
  (c, wire, t, decoy) => {
    wire.packet(
      t,
      client,
      server,
      6,
      tcp(client, server, PORT, MODBUS, c.clientSeq + ahead, c.serverSeq, flags, decoy),
    );
    change(wire.frames.at(-1)!.bytes);
  };
/** The sum that a network card is left with: that of the pseudo header. */
const leftToCard = (frame: Uint8Array): void => {
  const length = (frame[16]! << 8) + frame[17]! - 20;
  const pseudo = [...frame.subarray(26, 34), 0, 6, length >> 8, length & 255];
  const sum = ~checksum(pseudo) & 0xffff;
  frame[L4 + 16] = sum >> 8;
  frame[L4 + 17] = sum & 255;
};
const damage = (frame: Uint8Array): void => {
  frame[L4 + 16]! ^= 0x5a;
};
const noHeaderSum = (frame: Uint8Array): void => void frame.fill(0, 24, 26);

describe('a decoy that the controller drops', () => {
  it.each<readonly [string, Decoy]>([
    ['no acknowledgement flag', under(PSH)],
    ['no flag at all', under(0)],
    ['a wrong sum', under(PSH | ACK, damage)],
    ['a reset far ahead', under(RST, undefined, 90_000)],
    ['an end far ahead', under(FIN | ACK, undefined, 90_000)],
    ['a beginning far ahead', under(SYN, undefined, 90_000)],
    ['a beginning far behind', under(SYN, undefined, -90_000)],
  ])('with %s hides no write', (_, decoy) => {
    expect(play(decoy).writes).toBe(3);
  });

  it.each<readonly [string, Decoy]>([
    ['for a reason that cannot be seen', under(PSH | ACK)],
    ['for the sum of the pseudo header only', under(PSH | ACK, leftToCard)],
    ['for no sum in the IP header', under(PSH | ACK, noHeaderSum)],
  ])('%s is told, where the two differ', (_, decoy) => {
    expect(play(decoy).weird).toContain('tcp.overlap-differs');
  });

  it('in overlapping fragments of equal sums is told', () => {
    // The decoy is the write with two of its words changed over: no sum tells them apart.
    const wire = new Wire();
    const c = new Connection(wire, client, server, PORT, MODBUS);
    c.open(T0);
    const octets = encodeAdu(writeOf(1));
    const swapped = octets.slice();
    swapped.set(octets.subarray(10, 12), 8);
    swapped.set(octets.subarray(8, 10), 10);
    const of = (payload: Uint8Array): Uint8Array =>
      tcp(client, server, PORT, MODBUS, c.clientSeq, c.serverSeq, PSH | ACK, payload);
    const fragment = (t: number, body: Uint8Array, offset: number, more: boolean): void => {
      const packet = ipv4(client, server, 6, body, 0x77);
      packet[6] = (more ? 0x20 : 0) | (offset >> 11);
      packet[7] = (offset >> 3) & 255;
      packet.fill(0, 10, 12);
      const sum = checksum(packet.subarray(0, 20));
      packet[10] = sum >> 8;
      packet[11] = sum & 255;
      wire.frame(t, server.mac, client.mac, 0x0800, packet);
    };
    fragment(T0 + 50_000, of(swapped).subarray(24), 24, false);
    fragment(T0 + 50_100, of(octets).subarray(24), 24, false);
    fragment(T0 + 50_200, of(octets).subarray(0, 24), 0, true);
    const r = decodeFrames(wire.sorted());
    expect(r.of('weird').map((w) => w.what.code)).toContain('ip.fragments-differ');
  });

  it('is not told of a segment that is sent again as it was', () => {
    const again: Decoy = (c, wire, t, _, write) =>
      wire.packet(t, client, server, 6, tcp(client, server, PORT, MODBUS, c.clientSeq, c.serverSeq, PSH | ACK, write));
    expect(play(again)).toEqual({ writes: 3, weird: [] });
  });

  it('is not told of a keep-alive, which carries one octet of anything', () => {
    const keep: Decoy = (c, wire, t) =>
      wire.packet(t, client, server, 6, tcp(client, server, PORT, MODBUS, c.clientSeq - 1, c.serverSeq, ACK, [0xaa]));
    expect(play(keep)).toEqual({ writes: 3, weird: [] });
  });
});
