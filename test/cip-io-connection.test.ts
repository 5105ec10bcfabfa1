/**
 * A Forward Open on TCP gives meaning to I/O on UDP between the same two hosts: through the product's dispatcher, on
 * frames as a wire would carry them.
 */
import { expect, it } from 'vitest';
import { Connection, type Host, Wire } from '../plant/net.ts';
import { encodeIo } from '../src/decode/cip-io/wire.ts';
import {
  encodeEpath,
  encodeForwardOpen,
  encodeForwardOpened,
  encodeRegisterSession,
  encodeRequest,
  encodeResponse,
  encodeUnconnected,
} from '../src/decode/enip/wire.ts';
import { DECODERS } from '../src/decode/list.ts';
import { decodeFrames } from './drive.ts';

const T0 = 1_700_000_000_000_000;
const scanner: Host = { mac: '02:00:00:00:00:09', ip: '10.0.0.9' };
const adapter: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const forward = {
  otId: 0,
  toId: 0x2002,
  serial: 7,
  vendor: 1,
  originator: 0x1234,
  otRpiUs: 10_000,
  toRpiUs: 10_000,
  otSize: 8,
  toSize: 6,
  transportClass: 1,
};

it.each([
  [scanner, adapter],
  [adapter, scanner],
])('joins I/O with its Forward Open whichever address is the higher', (client, server) => {
  const wire = new Wire();
  const c = new Connection(wire, client, server, 40000, 44818);
  c.open(T0);
  c.send(T0 + 1_000, true, encodeRegisterSession());
  c.send(T0 + 2_000, false, encodeRegisterSession({ session: 5 }));
  const path = encodeEpath({ route: [{ port: 1, link: 3 }], cls: 4, instance: 102, connectionPoints: [100, 101] });
  const context = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const request = encodeRequest(0x54, encodeEpath({ cls: 6, instance: 1 }), encodeForwardOpen(forward, path));
  c.send(T0 + 3_000, true, encodeUnconnected(request, { session: 5, context }));
  const answer = encodeResponse(0x54, 0, encodeForwardOpened({ ...forward, otId: 0x1001 }));
  c.send(T0 + 4_000, false, encodeUnconnected(answer, { session: 5, context }));
  for (let i = 0; i < 5; i++) {
    const t = T0 + 10_000 + i * 10_000;
    // T->O first: sequence count, one word; then O->T: sequence count, run header, one word
    wire.udp(t, server, client, 2222, 2222, encodeIo(0x2002, i, Uint8Array.of(i, 0, 21 + (i >> 1), 0)));
    wire.udp(t + 500, client, server, 2222, 2222, encodeIo(0x1001, i, Uint8Array.of(i, 0, 1, 0, 0, 0, 55, 0)));
  }
  const r = decodeFrames(wire.sorted(), DECODERS);
  expect(r.of('session').map((s) => s.what.detail)).toContain('I/O connection to 1/3 Assembly 102 point 100 point 101');
  const said = r.of('values').map((s) => {
    const e = r.endpoints.get(s.what.target);
    const holder = r.endpoints.get(e.parent ?? 0).ip;
    return `${holder} ${e.sub?.address} ${s.what.area} ${s.what.access} ${s.what.values[0]}`;
  });
  expect(said).toEqual([
    `${server.ip} 1/3 assembly 101 read 21`,
    `${server.ip} 1/3 assembly 100 write 55`,
    `${server.ip} 1/3 assembly 101 read 22`,
    `${server.ip} 1/3 assembly 101 read 23`,
  ]);
  const io = r.messages.filter((m) => m.decoder === 'cip-io').map((m) => m.message as unknown as { direction: string });
  expect(io.map((m) => m.direction)).toEqual(Array.from({ length: 5 }, () => ['T->O', 'O->T']).flat());
});
