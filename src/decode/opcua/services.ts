/**
 * Requests and responses of all services of OPC 10000-4 section 5, by the number of their binary encoding (OPC 10000-6 annex
 * A.3), in the order of the wire.
 */
import {
  dataValue,
  diagnosticInfo,
  type ExtensionObject,
  extensionObject,
  nodeId,
  qualifiedName,
  standardId,
  statusCode,
  type Variant,
  variant,
} from './builtin.ts';
import {
  arrayOf,
  boolean,
  byte,
  byteString,
  type Codec,
  dateTime,
  double,
  type StructureCodec,
  string,
  structure,
  uint32,
  type ValueOf,
} from './codec.ts';
import './extension-objects.ts';
import { MASKED } from '../../lib/masked.ts';
import { isSecretName } from '../../lib/secret-names.ts';
import { SERVICE_ID } from './service-ids.ts';
import * as T from './structures.ts';

const { requestHeader, responseHeader } = T;
const strings = arrayOf(string);
const statusCodes = arrayOf(statusCode);
const diagnostics = arrayOf(diagnosticInfo);
const uint32s = arrayOf(uint32);

/** The token of ActivateSession: a body that cannot be read may hold a credential, and is not kept. */
const identityToken: Codec<ExtensionObject> = {
  read(r) {
    const object = extensionObject.read(r);
    return object.typeName === '' && object.body !== null ? { ...object, body: MASKED } : object;
  },
  write: (w, v) => extensionObject.write(w, v),
};

/**
 * Methods of namespace 0 whose arguments are credentials: Add User, Modify User and Change Password (OPC 10000-18 section
 * 5.2), Update Certificate with its private key and Update Credential (OPC 10000-12 sections 7.10.5 and 8.6.5), Set Security
 * Keys (OPC 10000-14 section 8.4.2); those of the type and of the instance.
 */
const SECRET_METHODS = new Set([12616, 13737, 17296, 17364, 18006, 24269, 24271, 24275, 24304, 24306, 24310]);
const MASKED_ARGUMENT: Variant = { type: 12, array: false, values: [MASKED], dimensions: undefined };
const callMethod = structure('CallMethodRequest', {
  objectId: nodeId,
  methodId: nodeId,
  inputArguments: arrayOf(variant),
});
type CallMethod = ValueOf<typeof callMethod>;
const callMethodRequest: Codec<CallMethod> = {
  read(r) {
    const call = callMethod.read(r);
    if (!SECRET_METHODS.has(standardId(call.methodId))) return call;
    return { ...call, inputArguments: call.inputArguments?.map(() => MASKED_ARGUMENT) ?? null };
  },
  write: (w, v) => callMethod.write(w, v),
};

const writtenValue = structure('WriteValue', { nodeId, attributeId: uint32, indexRange: string, value: dataValue });
type WrittenValue = ValueOf<typeof writtenValue>;
/** What is written to a node whose name says that it is a password is not kept. */
const writeValue: Codec<WrittenValue> = {
  read(r) {
    const write = writtenValue.read(r);
    const { id } = write.nodeId;
    if (typeof id !== 'string' || !isSecretName(id)) return write;
    return { ...write, value: { ...write.value, value: MASKED_ARGUMENT } };
  },
  write: (w, v) => writtenValue.write(w, v),
};

const readValueId = structure('ReadValueId', {
  nodeId,
  attributeId: uint32,
  indexRange: string,
  dataEncoding: qualifiedName,
});
export type ReadValueId = ValueOf<typeof readValueId>;
const monitoringParameters = structure('MonitoringParameters', {
  clientHandle: uint32,
  samplingInterval: double,
  filter: extensionObject,
  queueSize: uint32,
  discardOldest: boolean,
});
const notificationMessage = structure('NotificationMessage', {
  sequenceNumber: uint32,
  publishTime: dateTime,
  notificationData: arrayOf(extensionObject),
});
export type NotificationMessage = ValueOf<typeof notificationMessage>;
const subscriptionRevision = {
  revisedPublishingInterval: double,
  revisedLifetimeCount: uint32,
  revisedMaxKeepAliveCount: uint32,
};
const browseAnswer = { responseHeader, results: arrayOf(T.browseResult), diagnosticInfos: diagnostics };
/** The answer of services that say a status for each operation. */
const statusAnswer = { responseHeader, results: statusCodes, diagnosticInfos: diagnostics };
const queryDataSets = arrayOf(
  structure('QueryDataSet', { nodeId, typeDefinitionNode: nodeId, values: arrayOf(variant) }),
);

/** Field lists by the name of the structure. */
const FIELDS = {
  ServiceFault: { responseHeader },

  FindServersRequest: { requestHeader, endpointUrl: string, localeIds: strings, serverUris: strings },
  FindServersResponse: { responseHeader, servers: arrayOf(T.applicationDescription) },
  FindServersOnNetworkRequest: {
    requestHeader,
    startingRecordId: uint32,
    maxRecordsToReturn: uint32,
    serverCapabilityFilter: strings,
  },
  FindServersOnNetworkResponse: { responseHeader, lastCounterResetTime: dateTime, servers: arrayOf(T.serverOnNetwork) },
  GetEndpointsRequest: { requestHeader, endpointUrl: string, localeIds: strings, profileUris: strings },
  GetEndpointsResponse: { responseHeader, endpoints: arrayOf(T.endpointDescription) },
  RegisterServerRequest: { requestHeader, server: T.registeredServer },
  RegisterServerResponse: { responseHeader },
  RegisterServer2Request: {
    requestHeader,
    server: T.registeredServer,
    discoveryConfiguration: arrayOf(extensionObject),
  },
  RegisterServer2Response: { responseHeader, configurationResults: statusCodes, diagnosticInfos: diagnostics },

  OpenSecureChannelRequest: {
    requestHeader,
    clientProtocolVersion: uint32,
    requestType: uint32,
    securityMode: uint32,
    clientNonce: byteString,
    requestedLifetime: uint32,
  },
  OpenSecureChannelResponse: {
    responseHeader,
    serverProtocolVersion: uint32,
    securityToken: T.channelSecurityToken,
    serverNonce: byteString,
  },
  CloseSecureChannelRequest: { requestHeader },
  CloseSecureChannelResponse: { responseHeader },

  CreateSessionRequest: {
    requestHeader,
    clientDescription: T.applicationDescription,
    serverUri: string,
    endpointUrl: string,
    sessionName: string,
    clientNonce: byteString,
    clientCertificate: byteString,
    requestedSessionTimeout: double,
    maxResponseMessageSize: uint32,
  },
  CreateSessionResponse: {
    responseHeader,
    sessionId: nodeId,
    authenticationToken: nodeId,
    revisedSessionTimeout: double,
    serverNonce: byteString,
    serverCertificate: byteString,
    serverEndpoints: arrayOf(T.endpointDescription),
    serverSoftwareCertificates: arrayOf(T.signedSoftwareCertificate),
    serverSignature: T.signatureData,
    maxRequestMessageSize: uint32,
  },
  ActivateSessionRequest: {
    requestHeader,
    clientSignature: T.signatureData,
    clientSoftwareCertificates: arrayOf(T.signedSoftwareCertificate),
    localeIds: strings,
    userIdentityToken: identityToken,
    userTokenSignature: T.signatureData,
  },
  ActivateSessionResponse: {
    responseHeader,
    serverNonce: byteString,
    results: statusCodes,
    diagnosticInfos: diagnostics,
  },
  CloseSessionRequest: { requestHeader, deleteSubscriptions: boolean },
  CloseSessionResponse: { responseHeader },
  CancelRequest: { requestHeader, requestHandle: uint32 },
  CancelResponse: { responseHeader, cancelCount: uint32 },

  AddNodesRequest: {
    requestHeader,
    nodesToAdd: arrayOf(
      structure('AddNodesItem', {
        parentNodeId: nodeId,
        referenceTypeId: nodeId,
        requestedNewNodeId: nodeId,
        browseName: qualifiedName,
        nodeClass: uint32,
        nodeAttributes: extensionObject,
        typeDefinition: nodeId,
      }),
    ),
  },
  AddNodesResponse: {
    responseHeader,
    results: arrayOf(structure('AddNodesResult', { statusCode, addedNodeId: nodeId })),
    diagnosticInfos: diagnostics,
  },
  AddReferencesRequest: {
    requestHeader,
    referencesToAdd: arrayOf(
      structure('AddReferencesItem', {
        sourceNodeId: nodeId,
        referenceTypeId: nodeId,
        isForward: boolean,
        targetServerUri: string,
        targetNodeId: nodeId,
        targetNodeClass: uint32,
      }),
    ),
  },
  AddReferencesResponse: statusAnswer,
  DeleteNodesRequest: {
    requestHeader,
    nodesToDelete: arrayOf(structure('DeleteNodesItem', { nodeId, deleteTargetReferences: boolean })),
  },
  DeleteNodesResponse: statusAnswer,
  DeleteReferencesRequest: {
    requestHeader,
    referencesToDelete: arrayOf(
      structure('DeleteReferencesItem', {
        sourceNodeId: nodeId,
        referenceTypeId: nodeId,
        isForward: boolean,
        targetNodeId: nodeId,
        deleteBidirectional: boolean,
      }),
    ),
  },
  DeleteReferencesResponse: statusAnswer,

  BrowseRequest: {
    requestHeader,
    view: T.viewDescription,
    requestedMaxReferencesPerNode: uint32,
    nodesToBrowse: arrayOf(T.browseDescription),
  },
  BrowseResponse: browseAnswer,
  BrowseNextRequest: { requestHeader, releaseContinuationPoints: boolean, continuationPoints: arrayOf(byteString) },
  BrowseNextResponse: browseAnswer,
  TranslateBrowsePathsToNodeIdsRequest: { requestHeader, browsePaths: arrayOf(T.browsePath) },
  TranslateBrowsePathsToNodeIdsResponse: {
    responseHeader,
    results: arrayOf(T.browsePathResult),
    diagnosticInfos: diagnostics,
  },
  RegisterNodesRequest: { requestHeader, nodesToRegister: arrayOf(nodeId) },
  RegisterNodesResponse: { responseHeader, registeredNodeIds: arrayOf(nodeId) },
  UnregisterNodesRequest: { requestHeader, nodesToUnregister: arrayOf(nodeId) },
  UnregisterNodesResponse: { responseHeader },

  QueryFirstRequest: {
    requestHeader,
    view: T.viewDescription,
    nodeTypes: arrayOf(
      structure('NodeTypeDescription', {
        typeDefinitionNode: nodeId,
        includeSubTypes: boolean,
        dataToReturn: arrayOf(
          structure('QueryDataDescription', {
            relativePath: T.relativePath,
            attributeId: uint32,
            indexRange: string,
          }),
        ),
      }),
    ),
    filter: T.contentFilter,
    maxDataSetsToReturn: uint32,
    maxReferencesToReturn: uint32,
  },
  QueryFirstResponse: {
    responseHeader,
    queryDataSets,
    continuationPoint: byteString,
    parsingResults: arrayOf(
      structure('ParsingResult', {
        statusCode,
        dataStatusCodes: statusCodes,
        dataDiagnosticInfos: diagnostics,
      }),
    ),
    diagnosticInfos: diagnostics,
    filterResult: T.contentFilterResult,
  },
  QueryNextRequest: { requestHeader, releaseContinuationPoint: boolean, continuationPoint: byteString },
  QueryNextResponse: { responseHeader, queryDataSets, revisedContinuationPoint: byteString },

  ReadRequest: {
    requestHeader,
    maxAge: double,
    timestampsToReturn: uint32,
    nodesToRead: arrayOf(readValueId),
  },
  ReadResponse: { responseHeader, results: arrayOf(dataValue), diagnosticInfos: diagnostics },
  HistoryReadRequest: {
    requestHeader,
    historyReadDetails: extensionObject,
    timestampsToReturn: uint32,
    releaseContinuationPoints: boolean,
    nodesToRead: arrayOf(
      structure('HistoryReadValueId', {
        nodeId,
        indexRange: string,
        dataEncoding: qualifiedName,
        continuationPoint: byteString,
      }),
    ),
  },
  HistoryReadResponse: {
    responseHeader,
    results: arrayOf(
      structure('HistoryReadResult', { statusCode, continuationPoint: byteString, historyData: extensionObject }),
    ),
    diagnosticInfos: diagnostics,
  },
  WriteRequest: {
    requestHeader,
    nodesToWrite: arrayOf(writeValue),
  },
  WriteResponse: statusAnswer,
  HistoryUpdateRequest: { requestHeader, historyUpdateDetails: arrayOf(extensionObject) },
  HistoryUpdateResponse: {
    responseHeader,
    results: arrayOf(
      structure('HistoryUpdateResult', { statusCode, operationResults: statusCodes, diagnosticInfos: diagnostics }),
    ),
    diagnosticInfos: diagnostics,
  },
  CallRequest: { requestHeader, methodsToCall: arrayOf(callMethodRequest) },
  CallResponse: {
    responseHeader,
    results: arrayOf(
      structure('CallMethodResult', {
        statusCode,
        inputArgumentResults: statusCodes,
        inputArgumentDiagnosticInfos: diagnostics,
        outputArguments: arrayOf(variant),
      }),
    ),
    diagnosticInfos: diagnostics,
  },

  CreateMonitoredItemsRequest: {
    requestHeader,
    subscriptionId: uint32,
    timestampsToReturn: uint32,
    itemsToCreate: arrayOf(
      structure('MonitoredItemCreateRequest', {
        itemToMonitor: readValueId,
        monitoringMode: uint32,
        requestedParameters: monitoringParameters,
      }),
    ),
  },
  CreateMonitoredItemsResponse: {
    responseHeader,
    results: arrayOf(
      structure('MonitoredItemCreateResult', {
        statusCode,
        monitoredItemId: uint32,
        revisedSamplingInterval: double,
        revisedQueueSize: uint32,
        filterResult: extensionObject,
      }),
    ),
    diagnosticInfos: diagnostics,
  },
  ModifyMonitoredItemsRequest: {
    requestHeader,
    subscriptionId: uint32,
    timestampsToReturn: uint32,
    itemsToModify: arrayOf(
      structure('MonitoredItemModifyRequest', {
        monitoredItemId: uint32,
        requestedParameters: monitoringParameters,
      }),
    ),
  },
  ModifyMonitoredItemsResponse: {
    responseHeader,
    results: arrayOf(
      structure('MonitoredItemModifyResult', {
        statusCode,
        revisedSamplingInterval: double,
        revisedQueueSize: uint32,
        filterResult: extensionObject,
      }),
    ),
    diagnosticInfos: diagnostics,
  },
  SetMonitoringModeRequest: {
    requestHeader,
    subscriptionId: uint32,
    monitoringMode: uint32,
    monitoredItemIds: uint32s,
  },
  SetMonitoringModeResponse: statusAnswer,
  SetTriggeringRequest: {
    requestHeader,
    subscriptionId: uint32,
    triggeringItemId: uint32,
    linksToAdd: uint32s,
    linksToRemove: uint32s,
  },
  SetTriggeringResponse: {
    responseHeader,
    addResults: statusCodes,
    addDiagnosticInfos: diagnostics,
    removeResults: statusCodes,
    removeDiagnosticInfos: diagnostics,
  },
  DeleteMonitoredItemsRequest: { requestHeader, subscriptionId: uint32, monitoredItemIds: uint32s },
  DeleteMonitoredItemsResponse: statusAnswer,

  CreateSubscriptionRequest: {
    requestHeader,
    requestedPublishingInterval: double,
    requestedLifetimeCount: uint32,
    requestedMaxKeepAliveCount: uint32,
    maxNotificationsPerPublish: uint32,
    publishingEnabled: boolean,
    priority: byte,
  },
  CreateSubscriptionResponse: { responseHeader, subscriptionId: uint32, ...subscriptionRevision },
  ModifySubscriptionRequest: {
    requestHeader,
    subscriptionId: uint32,
    requestedPublishingInterval: double,
    requestedLifetimeCount: uint32,
    requestedMaxKeepAliveCount: uint32,
    maxNotificationsPerPublish: uint32,
    priority: byte,
  },
  ModifySubscriptionResponse: { responseHeader, ...subscriptionRevision },
  SetPublishingModeRequest: { requestHeader, publishingEnabled: boolean, subscriptionIds: uint32s },
  SetPublishingModeResponse: statusAnswer,
  PublishRequest: {
    requestHeader,
    subscriptionAcknowledgements: arrayOf(
      structure('SubscriptionAcknowledgement', { subscriptionId: uint32, sequenceNumber: uint32 }),
    ),
  },
  PublishResponse: {
    responseHeader,
    subscriptionId: uint32,
    availableSequenceNumbers: uint32s,
    moreNotifications: boolean,
    notificationMessage,
    results: statusCodes,
    diagnosticInfos: diagnostics,
  },
  RepublishRequest: { requestHeader, subscriptionId: uint32, retransmitSequenceNumber: uint32 },
  RepublishResponse: { responseHeader, notificationMessage },
  TransferSubscriptionsRequest: { requestHeader, subscriptionIds: uint32s, sendInitialValues: boolean },
  TransferSubscriptionsResponse: {
    responseHeader,
    results: arrayOf(structure('TransferResult', { statusCode, availableSequenceNumbers: uint32s })),
    diagnosticInfos: diagnostics,
  },
  DeleteSubscriptionsRequest: { requestHeader, subscriptionIds: uint32s },
  DeleteSubscriptionsResponse: statusAnswer,
} as const;

type FieldsOf = typeof FIELDS;
export type ServiceName = keyof FieldsOf;
/** What stands in each message, by its name. */
export type Bodies = { readonly [K in ServiceName]: { readonly [F in keyof FieldsOf[K]]: ValueOf<FieldsOf[K][F]> } };

export interface Service {
  readonly id: number;
  readonly name: ServiceName;
  readonly body: StructureCodec<Bodies[ServiceName]>;
}

const SERVICES: readonly Service[] = (Object.keys(FIELDS) as ServiceName[]).map((name) => ({
  id: SERVICE_ID[name],
  name,
  body: structure(name, FIELDS[name]) as unknown as StructureCodec<Bodies[ServiceName]>,
}));
const BY_ID = new Map(SERVICES.map((s) => [s.id, s]));
const BY_NAME = new Map(SERVICES.map((s) => [s.name, s]));

/** The service message with this encoding id in namespace 0. */
export const serviceById = (id: number): Service | undefined => BY_ID.get(id);
export const serviceByName = (name: ServiceName): Service => BY_NAME.get(name)!;
