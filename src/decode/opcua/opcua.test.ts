import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf, down, drive, hostile, join, type Part, sameInPieces, up } from '../../../test/decoding.ts';
import { bodyOf } from './builtin.ts';
import {
  Channel,
  data,
  list,
  NONE,
  named,
  object,
  POLICY,
  readItem,
  SECURE_OPEN,
  scalar,
  standard,
  TIME,
  VALUE,
} from './fixtures.ts';
import { opcua } from './index.ts';
import type { OpcuaState } from './state.ts';
import { userNameIdentityToken } from './structures.ts';
import { encodeChunk, encodeError, encodeReverseHello, type OpcuaMessage } from './wire.ts';

const run = (parts: readonly Part[]) => drive(opcua, parts);
const bodies = (messages: readonly OpcuaMessage[], type: OpcuaMessage['type']) =>
  messages.filter((m) => m.type === type).map((m) => ('body' in m ? m.body : m));

const SPEED = named(2, 'Motor.Speed');
const BAD_NOT_WRITABLE = 0x803b0000;

const session = (channel: Channel): Part[] => [
  ...channel.ask(
    'CreateSessionRequest',
    {
      clientDescription: {
        applicationUri: 'urn:ews:uaexpert',
        productUri: null,
        applicationName: { mask: 2, locale: null, text: 'UaExpert' },
        applicationType: 1,
        gatewayServerUri: null,
        discoveryProfileUri: null,
        discoveryUrls: null,
      },
      serverUri: null,
      endpointUrl: 'opc.tcp://plc1:4840',
      sessionName: 'urn:ews:session1',
      clientNonce: Uint8Array.of(1, 2),
      clientCertificate: null,
      requestedSessionTimeout: 1_200_000,
      maxResponseMessageSize: 0,
    },
    'CreateSessionResponse',
    {
      sessionId: named(1, 's1'),
      authenticationToken: named(1, 'secret'),
      revisedSessionTimeout: 1_200_000,
      serverNonce: null,
      serverCertificate: null,
      serverEndpoints: [
        {
          endpointUrl: 'opc.tcp://plc1:4840',
          server: {
            applicationUri: 'urn:plc1:server',
            productUri: 'urn:acme:server',
            applicationName: { mask: 3, locale: 'en', text: 'Acme PLC server' },
            applicationType: 0,
            gatewayServerUri: null,
            discoveryProfileUri: null,
            discoveryUrls: ['opc.tcp://192.168.0.5:4840'],
          },
          serverCertificate: null,
          securityMode: 1,
          securityPolicyUri: `${POLICY}None`,
          userIdentityTokens: [
            { policyId: 'a', tokenType: 0, issuedTokenType: null, issuerEndpointUrl: null, securityPolicyUri: null },
            { policyId: 'u', tokenType: 1, issuedTokenType: null, issuerEndpointUrl: null, securityPolicyUri: null },
          ],
          transportProfileUri: null,
          securityLevel: 0,
        },
      ],
      serverSoftwareCertificates: null,
      serverSignature: { algorithm: null, signature: null },
      maxRequestMessageSize: 0,
    },
  ),
  ...channel.ask(
    'ActivateSessionRequest',
    {
      clientSignature: { algorithm: null, signature: null },
      clientSoftwareCertificates: null,
      localeIds: ['en'],
      userIdentityToken: object(324, 'UserNameIdentityToken', {
        policyId: 'u',
        userName: 'operator',
        password: 'hunter2',
        encryptionAlgorithm: null,
      }),
      userTokenSignature: { algorithm: null, signature: null },
    },
    'ActivateSessionResponse',
    { serverNonce: null, results: null, diagnosticInfos: null },
  ),
];

const read = (channel: Channel, ...items: readonly [ReturnType<typeof readItem>, ReturnType<typeof data>][]) =>
  channel.ask(
    'ReadRequest',
    { maxAge: 0, timestampsToReturn: 2, nodesToRead: items.map(([item]) => item) },
    'ReadResponse',
    { results: items.map(([, value]) => value), diagnosticInfos: null },
  );

describe('OPC UA octets', () => {
  it('reads HEL and ACK as OPC 10000-6 section 7.1.2 lays them out', () => {
    const hello = bytesOf(`
      48 45 4c 46  # HEL F
      38 00 00 00  # 56 octets
      00 00 00 00  # protocol version
      ff ff 00 00  # receive buffer 65535
      ff ff 00 00  # send buffer
      00 00 00 00  # message size without limit
      00 00 00 00  # chunks without limit
      18 00 00 00  # endpoint URL, 24 octets
      6f 70 63 2e 74 63 70 3a 2f 2f 6c 6f 63 61 6c 68 6f 73 74 3a 34 38 34 30
    `);
    const out = run([up(hello)]);
    expect(out.messages).toEqual([
      {
        type: 'Hello',
        chunk: 'F',
        messageSize: 56,
        protocolVersion: 0,
        receiveBufferSize: 65535,
        sendBufferSize: 65535,
        maxMessageSize: 0,
        maxChunkCount: 0,
        endpointUrl: 'opc.tcp://localhost:4840',
      },
    ]);
    expect(opcua.probe(hello, 0, hello.length, contextOf())).toBe('sure');
  });

  it('reads a Read request octet by octet', () => {
    const octets = bytesOf(`
      4d 53 47 46  # MSG F
      6c 00 00 00  # 108 octets
      07 00 00 00 03 00 00 00  # channel 7, token 3
      33 00 00 00 02 00 00 00  # sequence 51, request 2
      01 00 77 02              # type i=631, four-byte form
      04 01 00                 # authentication token: GUID in namespace 1
      91 2b 96 72 75 fa e6 4a 8d 28 b4 04 dc 7d af 63  # the example of section 5.2.2.6
      00 80 3e d5 de b1 9d 01  # timestamp 1970-01-01
      05 00 00 00              # request handle
      00 00 00 00              # no diagnostics
      ff ff ff ff              # no audit entry
      e8 03 00 00              # timeout hint
      00 00 00                 # no additional header
      00 00 00 00 00 40 8f 40  # max age 1000.0
      03 00 00 00              # timestamps: neither
      01 00 00 00              # one node
      01 00 d1 08              # i=2257
      0d 00 00 00              # attribute Value
      ff ff ff ff              # no index range
      00 00 ff ff ff ff        # default encoding
    `);
    const [message] = run([up(octets)]).messages;
    expect(message).toMatchObject({
      type: 'ReadRequest',
      header: { messageType: 'MSG', secureChannelId: 7, tokenId: 3, sequenceNumber: 51, requestId: 2 },
      trailing: 0,
      body: {
        requestHeader: {
          authenticationToken: { encoding: 4, namespace: 1, id: '72962b91-fa75-4ae6-8d28-b404dc7daf63' },
          timestamp: 0,
          requestHandle: 5,
          timeoutHint: 1000,
        },
        maxAge: 1000,
        nodesToRead: [{ nodeId: { encoding: 1, namespace: 0, id: 2257 }, attributeId: 13, indexRange: null }],
      },
    });
    expect(opcua.probe(octets, 0, octets.length, contextOf())).toBe('sure');
  });

  it('gives back what was written, whatever the service', () => {
    const channel = new Channel();
    const parts = [...channel.open(), ...session(channel)];
    const out = run(parts);
    expect(out.malformed).toEqual([]);
    expect(out.messages.map((m) => m.type)).toEqual([
      'Hello',
      'Acknowledge',
      'OpenSecureChannelRequest',
      'OpenSecureChannelResponse',
      'CreateSessionRequest',
      'CreateSessionResponse',
      'ActivateSessionRequest',
      'ActivateSessionResponse',
    ]);
    expect(bodies(out.messages, 'CreateSessionRequest')[0]).toMatchObject({
      clientDescription: { applicationName: { text: 'UaExpert' } },
      clientNonce: Uint8Array.of(1, 2),
      requestedSessionTimeout: 1_200_000,
    });
  });

  it('masks passwords before anything can keep them', () => {
    const channel = new Channel();
    const out = run([...channel.open(), ...session(channel)]);
    const message = out.messages.find((m) => m.type === 'ActivateSessionRequest')!;
    expect(bodyOf(message.body.userIdentityToken, userNameIdentityToken)).toEqual({
      policyId: 'u',
      userName: 'operator',
      password: '(masked)',
      encryptionAlgorithm: null,
    });
    expect(JSON.stringify(out)).not.toContain('hunter2');
    expect(out.sessions.find((s) => s.phase === 'authenticate')).toMatchObject({
      user: 'operator',
      clearCredential: true,
      outcome: 'accepted',
      detail: 'OPC UA UserName',
    });
  });

  it('masks a token whose structure it cannot read, and arguments of user management', () => {
    const channel = new Channel();
    const [request] = channel.ask(
      'ActivateSessionRequest',
      {
        clientSignature: { algorithm: null, signature: null },
        clientSoftwareCertificates: null,
        localeIds: null,
        userIdentityToken: {
          typeId: named(4, 'own token'),
          encoding: 1,
          typeName: '',
          body: new TextEncoder().encode('hunter2'),
        },
        userTokenSignature: { algorithm: null, signature: null },
      },
      'ActivateSessionResponse',
      { serverNonce: null, results: null, diagnosticInfos: null },
    );
    const [call] = channel.ask(
      'CallRequest',
      {
        methodsToCall: [
          {
            objectId: standard(24290),
            methodId: standard(24304),
            inputArguments: [scalar(12, 'eve'), scalar(12, 'pw9')],
          },
        ],
      },
      'CallResponse',
      { results: null, diagnosticInfos: null },
    );
    const out = run([...channel.open(), request, call]);
    expect(out.messages).toHaveLength(6);
    const text = JSON.stringify(out, (_, v) => (v instanceof Uint8Array ? new TextDecoder().decode(v) : v));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('pw9');
    expect(out.commands.at(-1)).toMatchObject({ verb: 'configure', object: 'i=24304 AddUser of i=24290' });
  });
});

describe('OPC UA statements', () => {
  it('joins values with the nodes of the request', () => {
    const channel = new Channel();
    const out = run([
      ...channel.open(),
      ...read(
        channel,
        [readItem(SPEED), data(scalar(10, 1.5))],
        [readItem(named(2, 'Tags')), data(list(6, [7, 8]))],
        [readItem(SPEED, 4), data(scalar(21, { mask: 2, locale: null, text: 'Speed' }))],
        [readItem(named(2, 'Gone')), data(scalar(12, 'old'), 0x80340000)],
      ),
    ]);
    expect(out.values.map((v) => [v.path, v.type, v.value, v.quality, v.access])).toEqual([
      ['ns=2;s=Motor.Speed', 'Float', 1.5, 'good', 'read'],
      ['ns=2;s=Tags[0]', 'Int32', 7, 'good', 'read'],
      ['ns=2;s=Tags[1]', 'Int32', 8, 'good', 'read'],
      ['ns=2;s=Gone', 'String', 'old', 'bad', 'read'],
    ]);
    expect(out.commands.at(-1)).toMatchObject({
      verb: 'read',
      operation: 'Read',
      object: 'ns=2;s=Motor.Speed (+3 more)',
      outcome: 'accepted',
    });
  });

  it('says each write with its own status, and the URI of the namespace once it is known', () => {
    const channel = new Channel();
    const out = run([
      ...channel.open(),
      ...read(channel, [
        readItem(standard(2255)),
        data(list(12, ['http://opcfoundation.org/UA/', 'urn:plc1', 'urn:acme:motor'])),
      ]),
      ...channel.ask(
        'WriteRequest',
        {
          nodesToWrite: [
            { nodeId: SPEED, attributeId: VALUE, indexRange: null, value: data(scalar(10, 2)) },
            { nodeId: named(2, 'Locked'), attributeId: VALUE, indexRange: '1:2', value: data(list(4, [5, 6])) },
          ],
        },
        'WriteResponse',
        { results: [0, BAD_NOT_WRITABLE], diagnosticInfos: null },
      ),
    ]);
    const writes = out.commands.filter((c) => c.verb === 'write');
    expect(writes).toMatchObject([
      { object: 'ns=2;s=Motor.Speed', value: 2, outcome: 'accepted', native: { namespaceUri: 'urn:acme:motor' } },
      {
        object: 'ns=2;s=Locked[1:2]',
        value: '[5, 6]',
        outcome: 'refused',
        reason: 'BadNotWritable (0x803b0000)',
      },
    ]);
    expect(out.values.filter((v) => v.access === 'write').map((v) => [v.path, v.value])).toEqual([
      ['ns=2;s=Motor.Speed', 2],
    ]);
    expect(out.values.find((v) => v.path === 'i=2255 NamespaceArray[2]')?.value).toBe('urn:acme:motor');
  });

  const subscribe = (channel: Channel): Part[] => [
    ...channel.ask(
      'CreateMonitoredItemsRequest',
      {
        subscriptionId: 9,
        timestampsToReturn: 2,
        itemsToCreate: [
          {
            itemToMonitor: readItem(SPEED),
            monitoringMode: 2,
            requestedParameters: {
              clientHandle: 77,
              samplingInterval: 100,
              filter: object(724, 'DataChangeFilter', { trigger: 1, deadbandType: 1, deadbandValue: 0.5 }),
              queueSize: 1,
              discardOldest: true,
            },
          },
        ],
      },
      'CreateMonitoredItemsResponse',
      {
        results: [
          { statusCode: 0, monitoredItemId: 1, revisedSamplingInterval: 100, revisedQueueSize: 1, filterResult: NONE },
        ],
        diagnosticInfos: null,
      },
    ),
  ];
  const publish = (channel: Channel, handle: number, value: number): Part =>
    channel.say('PublishResponse', {
      subscriptionId: 9,
      availableSequenceNumbers: [1],
      moreNotifications: false,
      notificationMessage: {
        sequenceNumber: 1,
        publishTime: TIME,
        notificationData: [
          object(811, 'DataChangeNotification', {
            monitoredItems: [{ clientHandle: handle, value: data(scalar(11, value)) }],
            diagnosticInfos: null,
          }),
        ],
      },
      results: null,
      diagnosticInfos: null,
    });

  it('joins notifications with their nodes by the client handle, also after it was changed', () => {
    const channel = new Channel();
    const modify = channel.ask(
      'ModifyMonitoredItemsRequest',
      {
        subscriptionId: 9,
        timestampsToReturn: 2,
        itemsToModify: [
          {
            monitoredItemId: 1,
            requestedParameters: {
              clientHandle: 78,
              samplingInterval: 50,
              filter: NONE,
              queueSize: 1,
              discardOldest: true,
            },
          },
        ],
      },
      'ModifyMonitoredItemsResponse',
      {
        results: [{ statusCode: 0, revisedSamplingInterval: 50, revisedQueueSize: 1, filterResult: NONE }],
        diagnosticInfos: null,
      },
    );
    const remove = channel.ask(
      'DeleteMonitoredItemsRequest',
      { subscriptionId: 9, monitoredItemIds: [1] },
      'DeleteMonitoredItemsResponse',
      { results: [0], diagnosticInfos: null },
    );
    const out = run([
      ...channel.open(),
      ...subscribe(channel),
      publish(channel, 77, 3.25),
      ...modify,
      publish(channel, 78, 3.5),
      ...remove,
      publish(channel, 78, 4),
    ]);
    expect(out.values.map((v) => [v.path, v.value])).toEqual([
      ['ns=2;s=Motor.Speed', 3.25],
      ['ns=2;s=Motor.Speed', 3.5],
      ['subscription 9 item 78', 4],
    ]);
    expect(out.commands.map((c) => [c.verb, c.operation])).toEqual([
      ['subscribe', 'CreateMonitoredItems'],
      ['subscribe', 'ModifyMonitoredItems'],
      ['subscribe', 'DeleteMonitoredItems'],
    ]);
  });

  it('says who the server and the client are', () => {
    const channel = new Channel();
    const out = run([
      ...channel.open(),
      ...session(channel),
      ...read(
        channel,
        [
          readItem(standard(2256)),
          data(
            scalar(
              22,
              object(864, 'ServerStatusDataType', {
                startTime: TIME,
                currentTime: TIME,
                state: 0,
                buildInfo: {
                  productUri: 'urn:acme',
                  manufacturerName: 'Acme',
                  productName: 'PLC 1500',
                  softwareVersion: 'V2.9.4',
                  buildNumber: '1701',
                  buildDate: TIME,
                },
                secondsTillShutdown: 0,
                shutdownReason: { mask: 0, locale: null, text: null },
              }),
            ),
          ),
        ],
        [readItem(standard(2261)), data(scalar(12, 'PLC 1500'))],
      ),
    ]);
    const said = out.identities.map((i) => `${i.endpoint} ${i.attribute}=${i.value}`);
    expect(said).toEqual([
      '1 software=UaExpert',
      '1 role=OPC UA client',
      '1 description=urn:ews:uaexpert',
      '2 software=Acme PLC server',
      '2 role=OPC UA server',
      '2 description=urn:plc1:server, urn:acme:server',
      '2 protection=None None Anonymous/UserName',
      '2 mode=Running',
      '2 vendor=Acme',
      '2 model=PLC 1500',
      '2 firmware=V2.9.4',
      '2 description=build 1701',
    ]);
    expect(out.names).toContainEqual({ endpoint: 2, kind: 'dns', name: 'plc1', via: 'OPC UA CreateSession' });
  });

  it('reads the nameplate of a device behind the server', () => {
    const channel = new Channel();
    const serial = named(3, 'Drive7.SerialNumber');
    const out = run([
      ...channel.open(),
      ...channel.ask(
        'BrowseRequest',
        {
          view: { viewId: standard(0), timestamp: TIME, viewVersion: 0 },
          requestedMaxReferencesPerNode: 0,
          nodesToBrowse: [
            {
              nodeId: named(3, 'Drive7'),
              browseDirection: 0,
              referenceTypeId: standard(46),
              includeSubtypes: true,
              nodeClassMask: 0,
              resultMask: 63,
            },
          ],
        },
        'BrowseResponse',
        {
          results: [
            {
              statusCode: 0,
              continuationPoint: null,
              references: [
                {
                  referenceTypeId: standard(46),
                  isForward: true,
                  nodeId: serial,
                  browseName: { namespaceIndex: 4, name: 'SerialNumber' },
                  displayName: { mask: 0, locale: null, text: null },
                  nodeClass: 2,
                  typeDefinition: standard(68),
                },
              ],
            },
          ],
          diagnosticInfos: null,
        },
      ),
      ...read(channel, [readItem(serial), data(scalar(12, 'A-4711'))]),
    ]);
    // 99 is the endpoint that the test's sink gives to sub-addresses.
    expect(out.identities).toMatchObject([{ endpoint: 99, attribute: 'serial', value: 'A-4711' }]);
    expect(out.commands[0]).toMatchObject({ verb: 'discover', operation: 'Browse', object: 'ns=3;s=Drive7' });
  });

  it('knows registered nodes by the name they had', () => {
    const channel = new Channel();
    const alias = { ...standard(4711), namespace: 3 };
    const register = channel.ask('RegisterNodesRequest', { nodesToRegister: [SPEED] }, 'RegisterNodesResponse', {
      registeredNodeIds: [alias],
    });
    const out = run([...channel.open(), ...register, ...read(channel, [readItem(alias), data(scalar(6, 1))])]);
    expect(out.values[0]!.path).toBe('ns=2;s=Motor.Speed');
    expect(out.commands.map((c) => [c.operation, c.object])).toEqual([
      ['RegisterNodes', 'ns=2;s=Motor.Speed'],
      ['Read', 'ns=2;s=Motor.Speed'],
    ]);
  });

  it('tells what changes the address space and the program from what only looks', () => {
    const channel = new Channel();
    const out = run([
      ...channel.open(),
      ...channel.ask(
        'DeleteNodesRequest',
        { nodesToDelete: [{ nodeId: SPEED, deleteTargetReferences: true }] },
        'DeleteNodesResponse',
        { results: [0], diagnosticInfos: null },
      ),
      ...channel.ask(
        'CallRequest',
        {
          methodsToCall: [
            { objectId: standard(2253), methodId: standard(12886), inputArguments: [scalar(6, 4)] },
            { objectId: named(2, 'Motor'), methodId: named(2, 'Motor.Start'), inputArguments: null },
          ],
        },
        'ServiceFault',
        {},
        0x801f0000,
      ),
      ...channel.ask(
        'HistoryUpdateRequest',
        {
          historyUpdateDetails: [
            object(688, 'DeleteRawModifiedDetails', {
              nodeId: SPEED,
              isDeleteModified: false,
              startTime: TIME,
              endTime: TIME,
            }),
          ],
        },
        'HistoryUpdateResponse',
        { results: [{ statusCode: 0, operationResults: null, diagnosticInfos: null }], diagnosticInfos: null },
      ),
    ]);
    expect(out.commands.map((c) => [c.verb, c.operation, c.object, c.outcome, c.reason])).toEqual([
      ['delete', 'DeleteNodes', 'ns=2;s=Motor.Speed', 'accepted', undefined],
      [
        'mode-change',
        'Call',
        'i=12886 RequestServerStateChange of i=2253 Server',
        'refused',
        'BadUserAccessDenied (0x801f0000)',
      ],
      ['invoke', 'Call', 'ns=2;s=Motor.Start of ns=2;s=Motor', 'refused', 'BadUserAccessDenied (0x801f0000)'],
      ['delete', 'HistoryUpdate (delete)', 'ns=2;s=Motor.Speed', 'accepted', undefined],
    ]);
  });

  it('says errors of the connection', () => {
    const out = run([
      up(encodeReverseHello('urn:plc1', 'opc.tcp://plc1:4840')),
      down(encodeError(0x80830000, 'no such endpoint')),
    ]);
    expect(out.sessions).toMatchObject([{ phase: 'open', outcome: 'unconfirmed' }]);
    expect(out.weirds).toEqual([
      { code: 'opcua.error', detail: 'BadTcpEndpointUrlInvalid (0x80830000) no such endpoint' },
    ]);
  });
});

describe('OPC UA chunks', () => {
  const items = Array.from({ length: 40 }, (_, i) => readItem(named(2, `Tag${i}`)));
  const request = { maxAge: 0, timestampsToReturn: 2, nodesToRead: items };

  it('joins chunks and gives up at an abort', () => {
    const channel = new Channel();
    const parts = [...channel.open(), ...channel.chunked('ReadRequest', request, 300)];
    const out = run(parts);
    const [message] = out.messages.filter((m) => m.type === 'ReadRequest');
    expect(message).toMatchObject({ chunks: 4, trailing: 0 });
    expect(message?.body.nodesToRead).toHaveLength(40);
    expect(out.messages.filter((m) => m.type === 'Message chunk')).toHaveLength(3);
    const pieces = channel.chunked('ReadRequest', request, 300).slice(0, 2);
    const abort = up(
      encodeChunk({ chunk: 'A', channel: 7, token: 3, sequence: 9, request: 3 }, bytesOf('00 00 80 80 ff ff ff ff')),
    );
    const given = run([...channel.open(), ...pieces, abort]);
    expect(given.messages.at(-1)).toMatchObject({ type: 'Abort', error: 0x80800000 });
    expect(given.malformed).toEqual([]);
  });

  it('is the same however TCP cuts it', () => {
    const channel = new Channel();
    sameInPieces(opcua, [...channel.open(), ...session(channel), ...channel.chunked('ReadRequest', request, 300)]);
  });

  it('finds the next header behind a hole', () => {
    const channel = new Channel();
    const [question, answer] = read(channel, [readItem(SPEED), data(scalar(6, 1))]);
    const cut = { toServer: true, bytes: join(question.bytes.slice(30), question.bytes), gap: true };
    const out = run([...channel.open(), cut, answer]);
    expect(out.messages.slice(4).map((m) => m.type)).toEqual(['ReadRequest', 'ReadResponse']);
    expect(out.values).toHaveLength(1);
  });

  it('passes over a chunk that is longer than anyone sends', () => {
    const big = bytesOf('4d 53 47 46 00 00 10 00 07 00 00 00 03 00 00 00 01 00 00 00 01 00 00 00');
    const out = run([up(big), up(new Uint8Array((1 << 20) - 24)), up(encodeError(0, ''))]);
    expect(out.malformed.map((m) => m.code)).toEqual(['opcua.chunk-limit']);
    expect(out.messages.map((m) => m.type)).toEqual(['Error']);
  });

  it('reads polls from memory and yet says every value', () => {
    const channel = new Channel();
    const out = run([
      ...channel.open(),
      ...read(channel, [readItem(SPEED), data(scalar(6, 1))]),
      ...read(channel, [readItem(SPEED), data(scalar(6, 2))]),
    ]);
    expect(out.values.map((v) => v.value)).toEqual([1, 2]);
    const [first, second] = out.messages.filter((m) => m.type === 'ReadRequest');
    expect(second!.body.nodesToRead).toBe(first!.body.nodesToRead);
    expect(second!.header.requestId).not.toBe(first!.header.requestId);
  });
});

describe('OPC UA security', () => {
  const openSecure = up(SECURE_OPEN);
  const sightOf = (parts: readonly Part[]) => {
    const state: OpcuaState = opcua.open();
    for (const part of parts)
      opcua.decode(part.bytes, 0, part.bytes.length, contextOf({ toServer: part.toServer }), state);
    return state;
  };

  it('marks a flow as encrypted when no service can be seen in it', () => {
    const chunk = up(
      encodeChunk({ channel: 7, token: 3, sequence: 0x51a2b3c4, request: 0x99887766 }, new Uint8Array(64).fill(0xe7)),
    );
    const out = run([openSecure, chunk, chunk]);
    expect(out.messages.map((m) => m.type)).toEqual(['Encrypted chunk', 'Encrypted chunk', 'Encrypted chunk']);
    expect(out.messages[1]).toMatchObject({
      ciphertext: [0x51a2b3c4, 0x99887766],
      header: { messageType: 'MSG', messageSize: 88, secureChannelId: 7, sequenceNumber: -1, requestId: -1 },
    });
    expect(opcua.isEncrypted?.(sightOf([openSecure]))).toBe(false);
    expect(opcua.isEncrypted?.(sightOf([openSecure, chunk]))).toBe(true);
  });

  it('reads a channel that only signs, without its signatures', () => {
    const channel = new Channel('Basic256Sha256');
    const parts = channel.chunked(
      'ReadRequest',
      { maxAge: 0, timestampsToReturn: 2, nodesToRead: [readItem(SPEED), readItem(named(2, 'b'))] },
      50,
      32,
    );
    const out = run([openSecure, ...parts]);
    expect(out.messages.at(-1)).toMatchObject({ type: 'ReadRequest', trailing: 0 });
    expect(out.weirds).toEqual([]);
    expect(sightOf([openSecure, ...parts]).sight).toBe('signed');
  });

  it('does not take other protocols for its own', () => {
    const probe = (text: string) => {
      const b = bytesOf(text);
      return opcua.probe(b, 0, b.length, contextOf());
    };
    expect(probe('48 45 41 44 20 2f 20 48 54 54 50')).toBe('no'); // HEAD / HTTP
    expect(probe('45 52 52 46 05 00 00 00 00 00 00 00')).toBe('no'); // a size that cannot be
    expect(probe('03 00 00 16 11 e0 00 00')).toBe('no');
    expect(probe('4d 53 47')).toBe('more');
    expect(probe('48 45 4c 46 38 00 00 00')).toBe('more');
  });
});

describe('OPC UA hostile input', () => {
  it('survives truncation and mutation', () => {
    const channel = new Channel();
    const parts = [...channel.open(), ...session(channel)];
    const values = [
      ...channel.open(),
      ...read(
        channel,
        [readItem(SPEED), data(list(22, [object(886, 'Range', { low: 0, high: 1 })]))],
        [readItem(SPEED), data(list(24, [scalar(8, 1n), list(15, [null])]))],
      ),
      ...channel.chunked(
        'CallRequest',
        { methodsToCall: [{ objectId: SPEED, methodId: SPEED, inputArguments: [scalar(12, 'x')] }] },
        40,
      ),
    ];
    hostile(opcua, [parts, values, [up(SECURE_OPEN)]]);
  }, 120_000);

  it('ends nested variants and diagnostics', () => {
    // Variant in variant in variant, 60,000 times: an array of one variant each.
    const deep = new Uint8Array(60_000);
    for (let i = 0; i < deep.length; i += 5) deep.set([0x98, 1, 0, 0, 0], i);
    const channel = new Channel();
    const [, answer] = read(channel, [readItem(SPEED), data(scalar(6, 1))]);
    // The value begins behind headers, type and response header: mask 01, variant 06 ...
    const at = answer.bytes.length - 9;
    const body = join(answer.bytes.slice(24, at), deep);
    const out = run([...channel.open(), down(encodeChunk({ channel: 7, token: 3, sequence: 2, request: 2 }, body))]);
    expect(out.weirds).toEqual([{ code: 'opcua.body', detail: 'ReadResponse is cut' }]);
    expect(out.malformed).toEqual([]);
  });

  it('reads a damaged message up to its damage, and makes nothing up behind it', () => {
    const channel = new Channel();
    const [asked] = read(channel, [readItem(SPEED), data(scalar(6, 1))], [readItem(SPEED), data(scalar(6, 2))]);
    // Cut within the second node of the list: the header says less too, so that the chunk is whole and its body is not.
    const body = asked.bytes.slice(24, asked.bytes.length - 9);
    const out = run([...channel.open(), up(encodeChunk({ channel: 7, token: 3, sequence: 2, request: 2 }, body))]);
    const damaged = out.messages.at(-1);
    expect(damaged).toMatchObject({ type: 'Damaged message', service: 'ReadRequest', octets: body.length });
    const part = (damaged as { part: { nodesToRead: unknown[] } }).part;
    expect(Object.keys(part)).toEqual(['requestHeader', 'maxAge', 'timestampsToReturn', 'nodesToRead']);
    expect(part.nodesToRead).toMatchObject([{ nodeId: SPEED, attributeId: 13 }, { nodeId: SPEED }]);
    expect(part.nodesToRead[1]).not.toHaveProperty('dataEncoding');
    expect(out.weirds).toEqual([{ code: 'opcua.body', detail: 'ReadRequest is cut' }]);
    // Nothing was asked that was not said: no command of it.
    expect(out.commands.filter((c) => c.operation === 'Read')).toEqual([]);
  });
});
