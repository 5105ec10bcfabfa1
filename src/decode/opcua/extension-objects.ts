/**
 * Structures that extension objects may hold, by the number of their binary encoding in namespace 0 (OPC 10000-6 annex A.3):
 * those of services and the ones that are read from the Server object, from variables and from histories.
 */
import { localizedText, nodeId, qualifiedName, registerStructure, variant } from './builtin.ts';
import {
  arrayOf,
  boolean,
  byte,
  byteString,
  dateTime,
  double,
  float,
  int16,
  int32,
  int64,
  string,
  structure,
  uint32,
} from './codec.ts';
import {
  aggregateConfiguration,
  aggregateFilter,
  aggregateFilterResult,
  anonymousIdentityToken,
  applicationDescription,
  attributeOperand,
  buildInfo,
  contentFilter,
  dataChangeFilter,
  dataChangeNotification,
  deleteAtTimeDetails,
  deleteEventDetails,
  deleteRawModifiedDetails,
  elementOperand,
  endpointDescription,
  eventFilter,
  eventFilterResult,
  eventNotificationList,
  historyData,
  historyEventFields,
  historyModifiedData,
  issuedIdentityToken,
  literalOperand,
  modificationInfo,
  registeredServer,
  serverOnNetwork,
  serverStatus,
  signatureData,
  signedSoftwareCertificate,
  simpleAttributeOperand,
  statusChangeNotification,
  updateDataDetails,
  updateEventDetails,
  updateStructureDataDetails,
  userNameIdentityToken,
  userTokenPolicy,
  x509IdentityToken,
} from './structures.ts';

const strings = arrayOf(string);
const serviceCounter = structure('ServiceCounterDataType', { totalCount: uint32, errorCount: uint32 });
const sessionDiagnostics = structure('SessionDiagnosticsDataType', {
  sessionId: nodeId,
  sessionName: string,
  clientDescription: applicationDescription,
  serverUri: string,
  endpointUrl: string,
  localeIds: strings,
  actualSessionTimeout: double,
  maxResponseMessageSize: uint32,
  clientConnectionTime: dateTime,
  clientLastContactTime: dateTime,
  currentSubscriptionsCount: uint32,
  currentMonitoredItemsCount: uint32,
  currentPublishRequestsInQueue: uint32,
  totalRequestCount: serviceCounter,
  unauthorizedRequestCount: uint32,
  readCount: serviceCounter,
  historyReadCount: serviceCounter,
  writeCount: serviceCounter,
  historyUpdateCount: serviceCounter,
  callCount: serviceCounter,
  createMonitoredItemsCount: serviceCounter,
  modifyMonitoredItemsCount: serviceCounter,
  setMonitoringModeCount: serviceCounter,
  setTriggeringCount: serviceCounter,
  deleteMonitoredItemsCount: serviceCounter,
  createSubscriptionCount: serviceCounter,
  modifySubscriptionCount: serviceCounter,
  setPublishingModeCount: serviceCounter,
  publishCount: serviceCounter,
  republishCount: serviceCounter,
  transferSubscriptionsCount: serviceCounter,
  deleteSubscriptionsCount: serviceCounter,
  addNodesCount: serviceCounter,
  addReferencesCount: serviceCounter,
  deleteNodesCount: serviceCounter,
  deleteReferencesCount: serviceCounter,
  browseCount: serviceCounter,
  browseNextCount: serviceCounter,
  translateBrowsePathsToNodeIdsCount: serviceCounter,
  queryFirstCount: serviceCounter,
  queryNextCount: serviceCounter,
  registerNodesCount: serviceCounter,
  unregisterNodesCount: serviceCounter,
});
const range = structure('Range', { low: double, high: double });
const euInformation = structure('EUInformation', {
  namespaceUri: string,
  unitId: int32,
  displayName: localizedText,
  description: localizedText,
});
// Attributes of nodes that are added (OPC 10000-4 section 7.24): the mask says which fields mean anything.
const nodeAttributes = {
  specifiedAttributes: uint32,
  displayName: localizedText,
  description: localizedText,
  writeMask: uint32,
  userWriteMask: uint32,
};
const dims = arrayOf(uint32);

registerStructure(
  298,
  structure('Argument', {
    name: string,
    dataType: nodeId,
    valueRank: int32,
    arrayDimensions: dims,
    description: localizedText,
  }),
);
registerStructure(306, userTokenPolicy);
registerStructure(310, applicationDescription);
registerStructure(314, endpointDescription);
registerStructure(321, anonymousIdentityToken);
registerStructure(324, userNameIdentityToken);
registerStructure(327, x509IdentityToken);
registerStructure(340, buildInfo);
registerStructure(346, signedSoftwareCertificate);
registerStructure(354, structure('ObjectAttributes', { ...nodeAttributes, eventNotifier: byte }));
registerStructure(
  357,
  structure('VariableAttributes', {
    ...nodeAttributes,
    value: variant,
    dataType: nodeId,
    valueRank: int32,
    arrayDimensions: dims,
    accessLevel: byte,
    userAccessLevel: byte,
    minimumSamplingInterval: double,
    historizing: boolean,
  }),
);
registerStructure(
  360,
  structure('MethodAttributes', { ...nodeAttributes, executable: boolean, userExecutable: boolean }),
);
registerStructure(363, structure('ObjectTypeAttributes', { ...nodeAttributes, isAbstract: boolean }));
registerStructure(
  366,
  structure('VariableTypeAttributes', {
    ...nodeAttributes,
    value: variant,
    dataType: nodeId,
    valueRank: int32,
    arrayDimensions: dims,
    isAbstract: boolean,
  }),
);
registerStructure(
  369,
  structure('ReferenceTypeAttributes', {
    ...nodeAttributes,
    isAbstract: boolean,
    symmetric: boolean,
    inverseName: localizedText,
  }),
);
registerStructure(372, structure('DataTypeAttributes', { ...nodeAttributes, isAbstract: boolean }));
registerStructure(
  375,
  structure('ViewAttributes', { ...nodeAttributes, containsNoLoops: boolean, eventNotifier: byte }),
);
registerStructure(594, elementOperand);
registerStructure(597, literalOperand);
registerStructure(600, attributeOperand);
registerStructure(603, simpleAttributeOperand);
registerStructure(
  646,
  structure('ReadEventDetails', {
    numValuesPerNode: uint32,
    startTime: dateTime,
    endTime: dateTime,
    filter: eventFilter,
  }),
);
registerStructure(
  649,
  structure('ReadRawModifiedDetails', {
    isReadModified: boolean,
    startTime: dateTime,
    endTime: dateTime,
    numValuesPerNode: uint32,
    returnBounds: boolean,
  }),
);
registerStructure(
  652,
  structure('ReadProcessedDetails', {
    startTime: dateTime,
    endTime: dateTime,
    processingInterval: double,
    aggregateType: arrayOf(nodeId),
    aggregateConfiguration,
  }),
);
registerStructure(655, structure('ReadAtTimeDetails', { reqTimes: arrayOf(dateTime), useSimpleBounds: boolean }));
registerStructure(658, historyData);
registerStructure(661, structure('HistoryEvent', { events: historyEventFields }));
registerStructure(682, updateDataDetails);
registerStructure(685, updateEventDetails);
registerStructure(688, deleteRawModifiedDetails);
registerStructure(691, deleteAtTimeDetails);
registerStructure(694, deleteEventDetails);
registerStructure(724, dataChangeFilter);
registerStructure(727, eventFilter);
registerStructure(730, aggregateFilter);
registerStructure(736, eventFilterResult);
registerStructure(739, aggregateFilterResult);
registerStructure(811, dataChangeNotification);
registerStructure(820, statusChangeNotification);
registerStructure(
  855,
  structure('RedundantServerDataType', { serverId: string, serviceLevel: byte, serverState: uint32 }),
);
registerStructure(
  858,
  structure('SamplingIntervalDiagnosticsDataType', {
    samplingInterval: double,
    monitoredItemCount: uint32,
    maxMonitoredItemCount: uint32,
    disabledMonitoredItemCount: uint32,
  }),
);
registerStructure(
  861,
  structure('ServerDiagnosticsSummaryDataType', {
    serverViewCount: uint32,
    currentSessionCount: uint32,
    cumulatedSessionCount: uint32,
    securityRejectedSessionCount: uint32,
    rejectedSessionCount: uint32,
    sessionTimeoutCount: uint32,
    sessionAbortCount: uint32,
    currentSubscriptionCount: uint32,
    cumulatedSubscriptionCount: uint32,
    publishingIntervalCount: uint32,
    securityRejectedRequestsCount: uint32,
    rejectedRequestsCount: uint32,
  }),
);
registerStructure(864, serverStatus);
registerStructure(867, sessionDiagnostics);
registerStructure(
  870,
  structure('SessionSecurityDiagnosticsDataType', {
    sessionId: nodeId,
    clientUserIdOfSession: string,
    clientUserIdHistory: strings,
    authenticationMechanism: string,
    encoding: string,
    transportProtocol: string,
    securityMode: uint32,
    securityPolicyUri: string,
    clientCertificate: byteString,
  }),
);
registerStructure(873, serviceCounter);
registerStructure(
  876,
  structure('SubscriptionDiagnosticsDataType', {
    sessionId: nodeId,
    subscriptionId: uint32,
    priority: byte,
    publishingInterval: double,
    maxKeepAliveCount: uint32,
    maxLifetimeCount: uint32,
    maxNotificationsPerPublish: uint32,
    publishingEnabled: boolean,
    modifyCount: uint32,
    enableCount: uint32,
    disableCount: uint32,
    republishRequestCount: uint32,
    republishMessageRequestCount: uint32,
    republishMessageCount: uint32,
    transferRequestCount: uint32,
    transferredToAltClientCount: uint32,
    transferredToSameClientCount: uint32,
    publishRequestCount: uint32,
    dataChangeNotificationsCount: uint32,
    eventNotificationsCount: uint32,
    notificationsCount: uint32,
    latePublishRequestCount: uint32,
    currentKeepAliveCount: uint32,
    currentLifetimeCount: uint32,
    unacknowledgedMessageCount: uint32,
    discardedMessageCount: uint32,
    monitoredItemCount: uint32,
    disabledMonitoredItemCount: uint32,
    monitoringQueueOverflowCount: uint32,
    nextSequenceNumber: uint32,
    eventQueueOverFlowCount: uint32,
  }),
);
registerStructure(
  879,
  structure('ModelChangeStructureDataType', { affected: nodeId, affectedType: nodeId, verb: byte }),
);
registerStructure(886, range);
registerStructure(889, euInformation);
registerStructure(893, structure('Annotation', { message: string, userName: string, annotationTime: dateTime }));
registerStructure(899, structure('SemanticChangeStructureDataType', { affected: nodeId, affectedType: nodeId }));
registerStructure(916, eventNotificationList);
registerStructure(940, issuedIdentityToken);
registerStructure(
  8251,
  structure('EnumValueType', { value: int64, displayName: localizedText, description: localizedText }),
);
registerStructure(8917, structure('TimeZoneDataType', { offset: int16, daylightSavingInOffset: boolean }));
registerStructure(11226, modificationInfo);
registerStructure(11227, historyModifiedData);
registerStructure(11300, updateStructureDataDetails);
registerStructure(
  12089,
  structure('AxisInformation', {
    engineeringUnits: euInformation,
    eURange: range,
    title: localizedText,
    axisScaleType: uint32,
    axisSteps: arrayOf(double),
  }),
);
registerStructure(
  12901,
  structure('MdnsDiscoveryConfiguration', { mdnsServerName: string, serverCapabilities: strings }),
);

// Definitions of types, as clients read them to understand structures (OPC 10000-3 section 8.48)
registerStructure(
  122,
  structure('StructureDefinition', {
    defaultEncodingId: nodeId,
    baseDataType: nodeId,
    structureType: uint32,
    fields: arrayOf(
      structure('StructureField', {
        name: string,
        description: localizedText,
        dataType: nodeId,
        valueRank: int32,
        arrayDimensions: dims,
        maxStringLength: uint32,
        isOptional: boolean,
      }),
    ),
  }),
);
registerStructure(
  123,
  structure('EnumDefinition', {
    fields: arrayOf(
      structure('EnumField', { value: int64, displayName: localizedText, description: localizedText, name: string }),
    ),
  }),
);
registerStructure(128, structure('RolePermissionType', { roleId: nodeId, permissions: uint32 }));
registerStructure(434, registeredServer);
registerStructure(458, signatureData);
registerStructure(588, contentFilter);
const endpointUrlList = structure('EndpointUrlListDataType', { endpointUrlList: strings });
registerStructure(11957, endpointUrlList);
registerStructure(
  11958,
  structure('NetworkGroupDataType', { serverUri: string, networkPaths: arrayOf(endpointUrlList) }),
);
registerStructure(12090, structure('XVType', { x: double, value: float }));
registerStructure(12181, structure('ComplexNumberType', { real: float, imaginary: float }));
registerStructure(12182, structure('DoubleComplexNumberType', { real: double, imaginary: double }));
registerStructure(12207, serverOnNetwork);
const octetStrings = arrayOf(byteString);
registerStructure(
  12680,
  structure('TrustListDataType', {
    specifiedLists: uint32,
    trustedCertificates: octetStrings,
    trustedCrls: octetStrings,
    issuerCertificates: octetStrings,
    issuerCrls: octetStrings,
  }),
);
registerStructure(12765, structure('OptionSet', { value: byteString, validBits: byteString }));
const keyValuePair = structure('KeyValuePair', { key: qualifiedName, value: variant });
registerStructure(14846, keyValuePair);
registerStructure(
  15671,
  structure('EndpointType', {
    endpointUrl: string,
    securityMode: uint32,
    securityPolicyUri: string,
    transportProfileUri: string,
  }),
);
registerStructure(15736, structure('IdentityMappingRuleType', { criteriaType: uint32, criteria: string }));
// Additional headers of sessions with elliptic curves (OPC 10000-4 section 7.1, OPC 10000-6 section 6.8)
registerStructure(17537, structure('AdditionalParametersType', { parameters: arrayOf(keyValuePair) }));
registerStructure(17549, structure('EphemeralKeyType', { publicKey: byteString, signature: byteString }));
registerStructure(
  17611,
  structure('GenericAttributes', {
    ...nodeAttributes,
    attributeValues: arrayOf(structure('GenericAttributeValue', { attributeId: uint32, value: variant })),
  }),
);
registerStructure(18815, structure('RationalNumber', { numerator: int32, denominator: uint32 }));
registerStructure(18817, structure('ThreeDVector', { x: double, y: double, z: double }));
const coordinates = structure('ThreeDCartesianCoordinates', { x: double, y: double, z: double });
const orientation = structure('ThreeDOrientation', { a: double, b: double, c: double });
registerStructure(18819, coordinates);
registerStructure(18821, orientation);
registerStructure(18823, structure('ThreeDFrame', { cartesianCoordinates: coordinates, orientation }));
