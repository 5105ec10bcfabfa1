/** A message of a conversation's opening that came in chunks is kept whole, and read whole by who begins in the middle. */
import { expect, it } from 'vitest';
import { Connection, type Host, Wire } from '../plant/net.ts';
import { Pipeline } from '../src/app/pipeline.ts';
import { SILENT } from '../src/core/observation.ts';
import { DuplicateFilter, EndpointTable, Openings } from '../src/decode/index.ts';
import { Channel, named, readItem } from '../src/decode/opcua/fixtures.ts';
import { batchOf } from './drive.ts';

const T0 = 1_700_000_000_000_000;
const client: Host = { mac: '02:00:00:00:00:09', ip: '10.0.0.9' };
const server: Host = { mac: '02:00:00:00:00:02', ip: '10.0.0.2' };
const nodes = Array.from({ length: 8 }, (_, n) => named(2, `Line.Tag${n}`));

const kept = () => {
  const channel = new Channel();
  const parts = [
    ...channel.open(),
    // Pieces of a message that is none of the opening are let go with it.
    ...channel.chunked(
      'ReadRequest',
      { maxAge: 0, timestampsToReturn: 2, nodesToRead: nodes.map((n) => readItem(n)) },
      120,
    ),
    ...channel.chunked('RegisterNodesRequest', { nodesToRegister: nodes }, 60),
  ];
  const wire = new Wire();
  const c = new Connection(wire, client, server, 40000, 4840);
  c.open(T0);
  parts.forEach((p, i) => void c.send(T0 + 1000 * (i + 1), p.toServer, p.bytes));
  const openings = new Openings();
  const pipeline = new Pipeline({
    source: 'capture',
    site: {
      endpoints: new EndpointTable(),
      duplicates: new DuplicateFilter(),
      sink: { ...SILENT, alias: () => undefined },
      openings,
    },
  });
  pipeline.handle(batchOf(wire.sorted()));
  const chunks = parts.filter((p) => p.toServer).map((p) => String.fromCharCode(...p.bytes.slice(0, 4)));
  const opening = openings.of('opcua', { client: client.ip, clientPort: 40000, server: server.ip, serverPort: 4840 });
  return { sent: chunks, said: opening?.said.filter((s) => s.toServer) ?? [], parts };
};

it('keeps every chunk of it, and none of other messages', () => {
  const { said, parts } = kept();
  const register = parts.slice(-said.length + 1);
  expect(said.length).toBeGreaterThan(3);
  // The channel's request, then the chunks of RegisterNodes in their order.
  expect(said.map(({ bytes }) => String.fromCharCode(...bytes.slice(0, 4)))).toEqual([
    'OPNF',
    ...register.slice(0, -1).map(() => 'MSGC'),
    'MSGF',
  ]);
  expect(said.slice(1).map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual(
    register.map(({ bytes }) => Buffer.from(bytes).toString('hex')),
  );
});
