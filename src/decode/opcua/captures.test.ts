import { describe, expect, it } from 'vitest';
import { Connection, Wire } from '../../../plant/net.ts';
import type { Part } from '../../../test/decoding.ts';
import { up } from '../../../test/decoding.ts';
import { decodeCapture, decodeFrames } from '../../../test/drive.ts';
import { describeShared, sharedCapture } from '../../../test/shared.ts';
import { Channel, readItem, SECURE_OPEN, standard } from './fixtures.ts';
import type { OpcuaMessage } from './index.ts';
import { encodeChunk } from './wire.ts';

const read = (name: string) => decodeCapture(sharedCapture(`opcua/icsnpp.open62541_${name}`), {});
const types = (messages: readonly { readonly decoder: string; readonly message: unknown }[]) => {
  const count: Record<string, number> = {};
  for (const { decoder, message } of messages) {
    if (decoder !== 'opcua') continue;
    const { type } = message as OpcuaMessage;
    count[type] = (count[type] ?? 0) + 1;
  }
  return count;
};

describeShared('OPC UA captures', () => {
  it('reads values of all built-in types with their nodes', async () => {
    const run = await read('read_service_test_data');
    const values = new Map(run.of('value').map((s) => [s.what.path, s.what.value]));
    // What open62541's test server puts into its variables; the names say the types.
    expect(values.get('ns=1;s=UInt64.Variable')).toBe(18446744073709551615n);
    expect(values.get('ns=1;s=UInt64.Matrix.Variable[0,1]')).toBe(4294967295n);
    expect(values.get('ns=1;s=String.Array.Variable[2]')).toBe('String 2');
    expect(values.get('ns=1;s=DateTime.Variable')).toBe('2022-10-06T16:39:39.221Z');
    expect(values.get('ns=1;s=Guid.Array.Variable[0]')).toBe('7b63a741-5036-678a-1051-95b9bddbad9a');
    expect(values.get('ns=1;s=Guid.NodeId.Variable')).toBe('ns=100;g=7eea9d0e-6249-b7ae-eb1e-b1fb2ca27ac7');
    expect(run.health.protocols.find((p) => p.protocol === 'opcua')?.malformed).toBe(0);
    expect(run.of('weird')).toEqual([]);
  });

  it('finds all services of a client program, with their refusals', async () => {
    const run = await read('client-server_mainloop');
    expect(types(run.messages)).toMatchObject({
      Hello: 2,
      GetEndpointsRequest: 2,
      PublishResponse: 11,
      AddNodesRequest: 4,
      CallRequest: 1,
      WriteResponse: 2,
      CloseSecureChannelRequest: 2,
    });
    const said = run
      .of('command')
      .filter((s) => s.at.protocol === 'opcua')
      .map((s) => `${s.what.verb} ${s.what.operation} ${s.what.outcome}`);
    expect(said.slice(2, 9)).toEqual([
      'authenticate ActivateSession accepted',
      'discover Browse accepted',
      'discover Browse accepted',
      'subscribe CreateSubscription accepted',
      'subscribe CreateMonitoredItems refused',
      'read Read refused',
      'write Write refused',
    ]);
    const login = run.of('session').find((s) => s.what.phase === 'authenticate')!;
    expect(login.what).toMatchObject({ user: 'user1', clearCredential: true, outcome: 'accepted' });
    expect(run.flows.every((f) => !f.encrypted)).toBe(true);
  });

  it('joins a conversation in the middle', async () => {
    const run = await read('client-server_mainloop-no-handshake');
    expect(types(run.messages)).toMatchObject({
      GetEndpointsResponse: 1,
      CreateSessionRequest: 1,
      PublishResponse: 11,
    });
  });

  it('follows nested diagnostics', async () => {
    const run = await read('client-server_mainloop-4-InnerDiagInfo');
    const nested = run.messages.filter((m) => JSON.stringify(m.message).includes('"innerDiagnosticInfo":{'));
    expect(nested.length).toBeGreaterThan(0);
    expect(run.health.protocols.find((p) => p.protocol === 'opcua')?.malformed).toBe(0);
  });
});

describe('OPC UA on the wire', () => {
  const client = { ip: '10.0.0.9', mac: '02:00:00:00:00:09' };
  const server = { ip: '10.0.0.1', mac: '02:00:00:00:00:01' };
  const flowOf = (port: number, parts: readonly Part[]) => {
    const wire = new Wire();
    const connection = new Connection(wire, client, server, 50_000, port);
    connection.open(1e15);
    parts.forEach((part, i) => {
      connection.send(1e15 + 10_000 * (i + 1), part.toServer, part.bytes);
    });
    return decodeFrames(wire.sorted());
  };
  const read = new Channel().ask(
    'ReadRequest',
    { maxAge: 0, timestampsToReturn: 2, nodesToRead: [readItem(standard(2258))] },
    'ReadResponse',
    { results: [], diagnosticInfos: null },
  );

  it('is known by its content on any port', () => {
    expect(flowOf(12_345, new Channel().open()).flows[0]).toMatchObject({ service: 'opcua', encrypted: false });
    expect(flowOf(12_345, read).flows[0]).toMatchObject({ service: 'opcua', encrypted: false });
  });

  it('is encrypted when the conversation is', () => {
    const chunk = up(
      encodeChunk({ channel: 7, token: 3, sequence: 0x51a2b3c4, request: 9 }, new Uint8Array(64).fill(0xe7)),
    );
    const secure = flowOf(4840, [up(SECURE_OPEN), chunk, chunk]);
    expect(secure.flows[0]).toMatchObject({ service: 'opcua', encrypted: true });
    expect(secure.health.encryptedBytes).toBe(SECURE_OPEN.length + 2 * chunk.bytes.length);
    // Behind the beginning: only the port says what it is, and nothing can be read.
    expect(flowOf(4840, [chunk, chunk, chunk]).flows[0]).toMatchObject({ service: 'opcua', encrypted: true });
  });
});
