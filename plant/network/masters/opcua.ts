/**
 * An OPC UA client and server on one connection: secure channel without security, session, one subscription over all points,
 * notifications at its publishing interval, Write. Source: OPC 10000-4 and 10000-6 (1.05). A point is the node
 * `ns=2;s=<name>`. A poll is one publishing cycle.
 */
import { encodeAcknowledge, encodeBody, encodeChunk, encodeHello, encodeOpen } from '../../../src/decode/opcua/wire.ts';
import type { Controller, PointDefinition } from '../../world.ts';
import type { Stream } from '../stream.ts';
import { type Latency, type Master, octetsOf, rawOf, Slot, type Written } from './master.ts';

const POLICY_NONE = 'http://opcfoundation.org/UA/SecurityPolicy#None';
/** Built-in types (OPC 10000-6 table 1). */
const VARIANT = { bool: 1, int16: 4, uint16: 5, int32: 6, uint32: 7, real: 10 } as const;
const BYTE_STRING = 15;
const VALUE_ATTRIBUTE = 13;
/** Milliseconds from 1601 to 1970: DateTime counts 100 ns from there. */
const EPOCH_1601_US = 11_644_473_600_000_000;

type Body<K extends Parameters<typeof encodeBody>[0]> = Parameters<typeof encodeBody<K>>[1];
const node = (encoding: number, namespace: number, id: number | string) => ({
  encoding,
  namespace,
  id,
  namespaceUri: undefined,
  serverIndex: undefined,
});
const standard = (id: number) => node(id < 256 ? 0 : 1, 0, id);
const named = (id: string) => node(3, 2, id);
const NONE = { typeId: standard(0), encoding: 0, typeName: '', body: null };
export const opcuaPath = (p: PointDefinition): string => `ns=2;s=${p.name}`;

const requestHeader = (tsUs: number, handle: number, token = standard(0)) => ({
  authenticationToken: token,
  timestamp: tsUs,
  requestHandle: handle,
  returnDiagnostics: 0,
  auditEntryId: null,
  timeoutHint: 10_000,
  additionalHeader: NONE,
});
const responseHeader = (tsUs: number, handle: number) => ({
  timestamp: tsUs,
  requestHandle: handle,
  serviceResult: 0,
  serviceDiagnostics: {
    mask: 0,
    symbolicId: undefined,
    namespaceUri: undefined,
    locale: undefined,
    localizedText: undefined,
    additionalInfo: undefined,
    innerStatusCode: undefined,
    innerDiagnosticInfo: undefined,
  },
  stringTable: null,
  additionalHeader: NONE,
});
const dataValue = (p: PointDefinition, raw: number) => ({
  mask: 1,
  value: { type: VARIANT[p.type], array: false, values: [p.type === 'bool' ? raw !== 0 : raw], dimensions: undefined },
  status: undefined,
  sourceTimestamp: undefined,
  sourcePicoseconds: undefined,
  serverTimestamp: undefined,
  serverPicoseconds: undefined,
});
const application = (uri: string, product: string, name: string, type: number, urls: readonly string[] | null) => ({
  applicationUri: uri,
  productUri: product,
  applicationName: { mask: 2, locale: null, text: name },
  applicationType: type,
  gatewayServerUri: null,
  discoveryProfileUri: null,
  discoveryUrls: urls === null ? null : [...urls],
});

/** What a client and a server say about themselves. */
export interface OpcuaParties {
  readonly client: { readonly uri: string; readonly product: string; readonly name: string };
  readonly server: { readonly uri: string; readonly product: string; readonly name: string };
}

// Offsets in a chunk: header (8), channel and token (8), sequence and request id (8), type id (4); then the header's
// token (of 2 octets in requests), time (8), handle (4).
const SEQUENCE_AT = 16;
const REQUEST_AT = 20;
const RESPONSE_TIME_AT = 28;
const RESPONSE_HANDLE_AT = 36;

const view = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.length);
const putTime = (v: DataView, at: number, tsUs: number): void => {
  // Ten times the microseconds in two halves, without big integers: 2^32 divides exactly in doubles here.
  const us = tsUs + EPOCH_1601_US;
  const low = (us % 4_294_967_296) * 10;
  const high = Math.floor(us / 4_294_967_296) * 10 + Math.floor(low / 4_294_967_296);
  v.setUint32(at, low % 4_294_967_296, true);
  v.setUint32(at + 4, high, true);
};

export class OpcuaMaster implements Master {
  readonly controller: Controller;
  readonly stream: Stream;
  readonly intervalMs: number;
  readonly #latency: Latency;
  readonly #parties: OpcuaParties;
  readonly #url: string;
  readonly #channel: number;
  readonly #token = standard(4711);
  readonly #slots: readonly Slot[];
  readonly #question: Uint8Array;
  readonly #answer: Uint8Array;
  readonly #answerView: DataView;
  readonly #numberAt: number;
  readonly #acknowledgedAt: number;
  #sent = 0;
  #answered = 0;
  #request = 0;
  #notification = 0;
  /** Request id of the Publish that the server holds. */
  #held = 0;

  /** `points`: those of the controller that are subscribed; all unless said otherwise. */
  constructor(
    stream: Stream,
    controller: Controller,
    parties: OpcuaParties,
    latency: Latency,
    intervalMs: number,
    points: readonly PointDefinition[] = controller.points,
  ) {
    this.stream = stream;
    this.controller = controller;
    this.intervalMs = intervalMs;
    this.#latency = latency;
    this.#parties = parties;
    this.#url = `opc.tcp://${stream.server.ip}:${stream.serverPort}`;
    this.#channel = 1 + (stream.server.ipBytes[3]! << 8) + stream.client.ipBytes[3]!;
    this.#question = this.#chunk(
      'PublishRequest',
      { subscriptionAcknowledgements: [{ subscriptionId: 1, sequenceNumber: 0 }] },
      0,
      true,
      0,
      0,
    );
    this.#acknowledgedAt = this.#question.length - 4;
    this.#answer = this.#chunk(
      'PublishResponse',
      {
        subscriptionId: 1,
        availableSequenceNumbers: null,
        moreNotifications: false,
        notificationMessage: {
          sequenceNumber: 0,
          publishTime: 0,
          notificationData: [
            {
              typeId: node(1, 0, 811),
              encoding: 1,
              typeName: 'DataChangeNotification',
              body: {
                monitoredItems: points.map((p, i) => ({ clientHandle: i + 1, value: dataValue(p, 0) })),
                diagnosticInfos: null,
              },
            },
          ],
        },
        results: null,
        diagnosticInfos: null,
      },
      0,
      false,
      0,
      0,
    );
    this.#answerView = view(this.#answer);
    // From the end: two empty arrays (8), diagnostics of the notification (4), then the items backwards: client handle (4),
    // mask and type (2), value.
    const slots: Slot[] = [];
    let at = this.#answer.length - 12;
    for (let i = points.length - 1; i >= 0; i--) {
      at -= octetsOf(points[i]!);
      slots.push(new Slot(controller, points[i]!, at, true));
      at -= 6;
    }
    // Before the items: count (4), length (4), encoding (1), type id (4), count of notifications (4), publish time (8).
    this.#numberAt = at - 4 - 4 - 1 - 4 - 4 - 8 - 4;
    this.#slots = slots.reverse();
    this.points = points;
  }
  readonly points: readonly PointDefinition[];

  #chunk<K extends Parameters<typeof encodeBody>[0]>(
    name: K,
    rest: Omit<Body<K>, 'requestHeader' | 'responseHeader'>,
    tsUs: number,
    toServer: boolean,
    sequence: number,
    request: number,
    token = this.#token,
  ): Uint8Array {
    return encodeChunk(
      { channel: this.#channel, token: 1, sequence, request },
      this.#body(name, rest, tsUs, toServer, request, token),
    );
  }
  #body<K extends Parameters<typeof encodeBody>[0]>(
    name: K,
    rest: Omit<Body<K>, 'requestHeader' | 'responseHeader'>,
    tsUs: number,
    toServer: boolean,
    request: number,
    token = this.#token,
  ): Uint8Array {
    return encodeBody(name, {
      ...(toServer
        ? { requestHeader: requestHeader(tsUs, request, token) }
        : { responseHeader: responseHeader(tsUs, request) }),
      ...rest,
    } as unknown as Body<K>);
  }

  #ask<Q extends Parameters<typeof encodeBody>[0], A extends Parameters<typeof encodeBody>[0]>(
    tsUs: number,
    question: Q,
    q: Omit<Body<Q>, 'requestHeader' | 'responseHeader'>,
    answer: A,
    a: Omit<Body<A>, 'requestHeader' | 'responseHeader'>,
    token = this.#token,
  ): number {
    const request = ++this.#request;
    return this.stream.exchange(
      tsUs,
      this.#chunk(question, q, tsUs, true, ++this.#sent, request, token),
      this.#chunk(answer, a, tsUs + 900, false, ++this.#answered, request),
      this.#latency(),
    );
  }

  open(tsUs: number): number {
    this.stream.open(tsUs);
    this.#sent = 1;
    this.#answered = 1;
    this.#request = 1;
    this.#notification = 0;
    let t = this.stream.exchange(tsUs + 1_000, encodeHello(this.#url), encodeAcknowledge(), this.#latency());
    const none = standard(0);
    const open = {
      clientProtocolVersion: 0,
      requestType: 0,
      securityMode: 1,
      clientNonce: null,
      requestedLifetime: 3_600_000,
    };
    const opened = {
      serverProtocolVersion: 0,
      securityToken: { channelId: this.#channel, tokenId: 1, createdAt: t, revisedLifetime: 3_600_000 },
      serverNonce: null,
    };
    t = this.stream.exchange(
      t,
      encodeOpen(
        { channel: 0, sequence: 1, request: 1 },
        POLICY_NONE,
        this.#body('OpenSecureChannelRequest', open, t, true, 1, none),
      ),
      encodeOpen(
        { channel: this.#channel, sequence: 1, request: 1 },
        POLICY_NONE,
        this.#body('OpenSecureChannelResponse', opened, t, false, 1),
      ),
      this.#latency(),
    );
    t = this.#session(t);
    return this.#subscribe(t);
  }

  #session(tsUs: number): number {
    const { client, server } = this.#parties;
    const t = this.#ask(
      tsUs,
      'CreateSessionRequest',
      {
        clientDescription: application(client.uri, client.product, client.name, 1, null),
        serverUri: null,
        endpointUrl: this.#url,
        sessionName: `${client.name} session`,
        clientNonce: null,
        clientCertificate: null,
        requestedSessionTimeout: 1_200_000,
        maxResponseMessageSize: 0,
      },
      'CreateSessionResponse',
      {
        sessionId: node(1, 1, 900 + (this.#channel & 255)),
        authenticationToken: this.#token,
        revisedSessionTimeout: 1_200_000,
        serverNonce: null,
        serverCertificate: null,
        serverEndpoints: [
          {
            endpointUrl: this.#url,
            server: application(server.uri, server.product, server.name, 0, [this.#url]),
            serverCertificate: null,
            securityMode: 1,
            securityPolicyUri: POLICY_NONE,
            userIdentityTokens: [
              {
                policyId: 'anonymous',
                tokenType: 0,
                issuedTokenType: null,
                issuerEndpointUrl: null,
                securityPolicyUri: null,
              },
            ],
            transportProfileUri: 'http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary',
            securityLevel: 0,
          },
        ],
        serverSoftwareCertificates: null,
        serverSignature: { algorithm: null, signature: null },
        maxRequestMessageSize: 0,
      },
      standard(0),
    );
    return this.#ask(
      t,
      'ActivateSessionRequest',
      {
        clientSignature: { algorithm: null, signature: null },
        clientSoftwareCertificates: null,
        localeIds: ['en'],
        userIdentityToken: {
          typeId: node(1, 0, 321),
          encoding: 1,
          typeName: 'AnonymousIdentityToken',
          body: { policyId: 'anonymous' },
        },
        userTokenSignature: { algorithm: null, signature: null },
      },
      'ActivateSessionResponse',
      { serverNonce: null, results: null, diagnosticInfos: null },
    );
  }

  #subscribe(tsUs: number): number {
    const interval = this.intervalMs;
    let t = this.#ask(
      tsUs,
      'CreateSubscriptionRequest',
      {
        requestedPublishingInterval: interval,
        requestedLifetimeCount: 600,
        requestedMaxKeepAliveCount: 20,
        maxNotificationsPerPublish: 0,
        publishingEnabled: true,
        priority: 0,
      },
      'CreateSubscriptionResponse',
      {
        subscriptionId: 1,
        revisedPublishingInterval: interval,
        revisedLifetimeCount: 600,
        revisedMaxKeepAliveCount: 20,
      },
    );
    t = this.#ask(
      t,
      'CreateMonitoredItemsRequest',
      {
        subscriptionId: 1,
        timestampsToReturn: 0,
        itemsToCreate: this.points.map((p, i) => ({
          itemToMonitor: {
            nodeId: named(p.name),
            attributeId: VALUE_ATTRIBUTE,
            indexRange: null,
            dataEncoding: { namespaceIndex: 0, name: null },
          },
          monitoringMode: 2,
          requestedParameters: {
            clientHandle: i + 1,
            samplingInterval: interval,
            filter: NONE,
            queueSize: 1,
            discardOldest: true,
          },
        })),
      },
      'CreateMonitoredItemsResponse',
      {
        results: this.points.map((_, i) => ({
          statusCode: 0,
          monitoredItemId: 100 + i,
          revisedSamplingInterval: interval,
          revisedQueueSize: 1,
          filterResult: NONE,
        })),
        diagnosticInfos: null,
      },
    );
    this.#publish(t);
    return t + 1_000;
  }

  /** The client's next Publish, which the server holds until it has something to say. */
  #publish(tsUs: number): number {
    const q = view(this.#question);
    this.#held = ++this.#request;
    q.setUint32(SEQUENCE_AT, ++this.#sent, true);
    q.setUint32(REQUEST_AT, this.#held, true);
    // Request header: authentication token of four octets, then the time and the handle.
    putTime(q, 32, tsUs);
    q.setUint32(40, this.#held, true);
    q.setUint32(this.#acknowledgedAt, this.#notification, true);
    return this.stream.say(tsUs, true, this.#question);
  }

  question(): Uint8Array {
    return this.#question;
  }

  poll(tsUs: number): number {
    const v = this.#answerView;
    v.setUint32(SEQUENCE_AT, ++this.#answered, true);
    v.setUint32(REQUEST_AT, this.#held, true);
    putTime(v, RESPONSE_TIME_AT, tsUs);
    v.setUint32(RESPONSE_HANDLE_AT, this.#held, true);
    v.setUint32(this.#numberAt, ++this.#notification, true);
    putTime(v, this.#numberAt + 4, tsUs);
    for (const slot of this.#slots) slot.put(this.#answer);
    const said = this.stream.say(tsUs, false, this.#answer);
    const asked = this.#publish(said + 600);
    this.stream.acknowledge(asked + 21_000, false);
    return asked + 22_000;
  }

  /** Calls a standard method of the server object with one byte string; for what engineering tools do. */
  call(tsUs: number, method: number, argument: Uint8Array): number {
    return this.#ask(
      tsUs,
      'CallRequest',
      {
        methodsToCall: [
          {
            objectId: named('Program'),
            methodId: standard(method),
            inputArguments: [{ type: BYTE_STRING, array: false, values: [argument], dimensions: undefined }],
          },
        ],
      },
      'CallResponse',
      {
        results: [
          { statusCode: 0, inputArgumentResults: null, inputArgumentDiagnosticInfos: null, outputArguments: null },
        ],
        diagnosticInfos: null,
      },
    );
  }

  write(tsUs: number, name: string, value: number): Written {
    const point = this.controller.points.find((p) => p.name === name)!;
    const outcome = this.controller.write(name, value);
    // OPC 10000-6 annex A.2: Bad_OutOfRange, Bad_NotWritable, Bad_InvalidState
    const status = {
      accepted: 0,
      'out-of-range': 0x803c_0000,
      'not-writable': 0x803b_0000,
      'not-running': 0x80af_0000,
    }[outcome];
    const endUs = this.#ask(
      tsUs,
      'WriteRequest',
      {
        nodesToWrite: [
          {
            nodeId: named(name),
            attributeId: VALUE_ATTRIBUTE,
            indexRange: null,
            value: dataValue(point, rawOf(point, value)),
          },
        ],
      },
      'WriteResponse',
      { results: [status], diagnosticInfos: null },
    );
    return { outcome, endUs };
  }
}
