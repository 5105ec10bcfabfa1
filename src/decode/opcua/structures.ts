/**
 * Structures of OPC 10000-4 section 7 and OPC 10000-5 section 12 that stand in services or travel as extension objects, in
 * the order of the wire (OPC 10000-6 annex C). Names of fields are those of the specification.
 */
import {
  dataValue,
  diagnosticInfo,
  extensionObject,
  localizedText,
  nodeId,
  qualifiedName,
  statusCode,
  variant,
} from './builtin.ts';
import {
  arrayOf,
  boolean,
  byte,
  byteString,
  dateTime,
  double,
  secret,
  string,
  structure,
  uint32,
  type ValueOf,
} from './codec.ts';

const strings = arrayOf(string);
const statusCodes = arrayOf(statusCode);
const diagnostics = arrayOf(diagnosticInfo);

/** OPC 10000-4 section 7.33. The authentication token names the session; it is of no use outside of its channel. */
export const requestHeader = structure('RequestHeader', {
  authenticationToken: nodeId,
  timestamp: dateTime,
  requestHandle: uint32,
  returnDiagnostics: uint32,
  auditEntryId: string,
  timeoutHint: uint32,
  additionalHeader: extensionObject,
});
/** Section 7.34. */
export const responseHeader = structure('ResponseHeader', {
  timestamp: dateTime,
  requestHandle: uint32,
  serviceResult: statusCode,
  serviceDiagnostics: diagnosticInfo,
  stringTable: strings,
  additionalHeader: extensionObject,
});
export type RequestHeader = ValueOf<typeof requestHeader>;
export type ResponseHeader = ValueOf<typeof responseHeader>;

/** Section 7.2; type 0 server, 1 client, 2 both, 3 discovery server. */
export const applicationDescription = structure('ApplicationDescription', {
  applicationUri: string,
  productUri: string,
  applicationName: localizedText,
  applicationType: uint32,
  gatewayServerUri: string,
  discoveryProfileUri: string,
  discoveryUrls: strings,
});
export type ApplicationDescription = ValueOf<typeof applicationDescription>;
/** Section 7.42; type 0 anonymous, 1 user name, 2 certificate, 3 issued token. */
export const userTokenPolicy = structure('UserTokenPolicy', {
  policyId: string,
  tokenType: uint32,
  issuedTokenType: string,
  issuerEndpointUrl: string,
  securityPolicyUri: string,
});
/** Section 7.14; mode 1 none, 2 sign, 3 sign and encrypt. */
export const endpointDescription = structure('EndpointDescription', {
  endpointUrl: string,
  server: applicationDescription,
  serverCertificate: byteString,
  securityMode: uint32,
  securityPolicyUri: string,
  userIdentityTokens: arrayOf(userTokenPolicy),
  transportProfileUri: string,
  securityLevel: byte,
});
export type EndpointDescription = ValueOf<typeof endpointDescription>;
export const registeredServer = structure('RegisteredServer', {
  serverUri: string,
  productUri: string,
  serverNames: arrayOf(localizedText),
  serverType: uint32,
  gatewayServerUri: string,
  discoveryUrls: strings,
  semaphoreFilePath: string,
  isOnline: boolean,
});
export type RegisteredServer = ValueOf<typeof registeredServer>;
export const serverOnNetwork = structure('ServerOnNetwork', {
  recordId: uint32,
  serverName: string,
  discoveryUrl: string,
  serverCapabilities: strings,
});
export type ServerOnNetwork = ValueOf<typeof serverOnNetwork>;
export const channelSecurityToken = structure('ChannelSecurityToken', {
  channelId: uint32,
  tokenId: uint32,
  createdAt: dateTime,
  revisedLifetime: uint32,
});
export const signatureData = structure('SignatureData', { algorithm: string, signature: byteString });
export const signedSoftwareCertificate = structure('SignedSoftwareCertificate', {
  certificateData: byteString,
  signature: byteString,
});

// User identity tokens (section 7.41)
export const anonymousIdentityToken = structure('AnonymousIdentityToken', { policyId: string });
export const userNameIdentityToken = structure('UserNameIdentityToken', {
  policyId: string,
  userName: string,
  password: secret,
  encryptionAlgorithm: string,
});
export const x509IdentityToken = structure('X509IdentityToken', { policyId: string, certificateData: byteString });
export const issuedIdentityToken = structure('IssuedIdentityToken', {
  policyId: string,
  tokenData: secret,
  encryptionAlgorithm: string,
});

// Views and references
export const viewDescription = structure('ViewDescription', {
  viewId: nodeId,
  timestamp: dateTime,
  viewVersion: uint32,
});
export const browseDescription = structure('BrowseDescription', {
  nodeId,
  browseDirection: uint32,
  referenceTypeId: nodeId,
  includeSubtypes: boolean,
  nodeClassMask: uint32,
  resultMask: uint32,
});
const referenceDescription = structure('ReferenceDescription', {
  referenceTypeId: nodeId,
  isForward: boolean,
  nodeId,
  browseName: qualifiedName,
  displayName: localizedText,
  nodeClass: uint32,
  typeDefinition: nodeId,
});
export const browseResult = structure('BrowseResult', {
  statusCode,
  continuationPoint: byteString,
  references: arrayOf(referenceDescription),
});
export const relativePath = structure('RelativePath', {
  elements: arrayOf(
    structure('RelativePathElement', {
      referenceTypeId: nodeId,
      isInverse: boolean,
      includeSubtypes: boolean,
      targetName: qualifiedName,
    }),
  ),
});
export const browsePath = structure('BrowsePath', { startingNode: nodeId, relativePath });
export const browsePathResult = structure('BrowsePathResult', {
  statusCode,
  targets: arrayOf(structure('BrowsePathTarget', { targetId: nodeId, remainingPathIndex: uint32 })),
});

// Filters (section 7.7, 7.22)
export const contentFilter = structure('ContentFilter', {
  elements: arrayOf(
    structure('ContentFilterElement', { filterOperator: uint32, filterOperands: arrayOf(extensionObject) }),
  ),
});
export const contentFilterResult = structure('ContentFilterResult', {
  elementResults: arrayOf(
    structure('ContentFilterElementResult', {
      statusCode,
      operandStatusCodes: statusCodes,
      operandDiagnosticInfos: diagnostics,
    }),
  ),
  elementDiagnosticInfos: diagnostics,
});
export const elementOperand = structure('ElementOperand', { index: uint32 });
export const literalOperand = structure('LiteralOperand', { value: variant });
export const attributeOperand = structure('AttributeOperand', {
  nodeId,
  alias: string,
  browsePath: relativePath,
  attributeId: uint32,
  indexRange: string,
});
export const simpleAttributeOperand = structure('SimpleAttributeOperand', {
  typeDefinitionId: nodeId,
  browsePath: arrayOf(qualifiedName),
  attributeId: uint32,
  indexRange: string,
});
export const dataChangeFilter = structure('DataChangeFilter', {
  trigger: uint32,
  deadbandType: uint32,
  deadbandValue: double,
});
export const eventFilter = structure('EventFilter', {
  selectClauses: arrayOf(simpleAttributeOperand),
  whereClause: contentFilter,
});
export const aggregateConfiguration = structure('AggregateConfiguration', {
  useServerCapabilitiesDefaults: boolean,
  treatUncertainAsBad: boolean,
  percentDataBad: byte,
  percentDataGood: byte,
  useSlopedExtrapolation: boolean,
});
export const aggregateFilter = structure('AggregateFilter', {
  startTime: dateTime,
  aggregateType: nodeId,
  processingInterval: double,
  aggregateConfiguration,
});
export const eventFilterResult = structure('EventFilterResult', {
  selectClauseResults: statusCodes,
  selectClauseDiagnosticInfos: diagnostics,
  whereClauseResult: contentFilterResult,
});
export const aggregateFilterResult = structure('AggregateFilterResult', {
  revisedStartTime: dateTime,
  revisedProcessingInterval: double,
  revisedAggregateConfiguration: aggregateConfiguration,
});

// Notifications (section 7.25)
const monitoredItemNotification = structure('MonitoredItemNotification', {
  clientHandle: uint32,
  value: dataValue,
});
export const dataChangeNotification = structure('DataChangeNotification', {
  monitoredItems: arrayOf(monitoredItemNotification),
  diagnosticInfos: diagnostics,
});
export const eventNotificationList = structure('EventNotificationList', {
  events: arrayOf(structure('EventFieldList', { clientHandle: uint32, eventFields: arrayOf(variant) })),
});
export const statusChangeNotification = structure('StatusChangeNotification', {
  status: statusCode,
  diagnosticInfo,
});

// History (OPC 10000-11 section 6)
export const historyEventFields = arrayOf(structure('HistoryEventFieldList', { eventFields: arrayOf(variant) }));
export const modificationInfo = structure('ModificationInfo', {
  modificationTime: dateTime,
  updateType: uint32,
  userName: string,
});
export const historyData = structure('HistoryData', { dataValues: arrayOf(dataValue) });
export const historyModifiedData = structure('HistoryModifiedData', {
  dataValues: arrayOf(dataValue),
  modificationInfos: arrayOf(modificationInfo),
});
export const updateDataDetails = structure('UpdateDataDetails', {
  nodeId,
  performInsertReplace: uint32,
  updateValues: arrayOf(dataValue),
});
export const updateStructureDataDetails = structure('UpdateStructureDataDetails', {
  nodeId,
  performInsertReplace: uint32,
  updateValues: arrayOf(dataValue),
});
export const updateEventDetails = structure('UpdateEventDetails', {
  nodeId,
  performInsertReplace: uint32,
  filter: eventFilter,
  eventData: historyEventFields,
});
export const deleteRawModifiedDetails = structure('DeleteRawModifiedDetails', {
  nodeId,
  isDeleteModified: boolean,
  startTime: dateTime,
  endTime: dateTime,
});
export const deleteAtTimeDetails = structure('DeleteAtTimeDetails', { nodeId, reqTimes: arrayOf(dateTime) });
export const deleteEventDetails = structure('DeleteEventDetails', { nodeId, eventIds: arrayOf(byteString) });

// What servers say about themselves (OPC 10000-5 section 12)
export const buildInfo = structure('BuildInfo', {
  productUri: string,
  manufacturerName: string,
  productName: string,
  softwareVersion: string,
  buildNumber: string,
  buildDate: dateTime,
});
export const serverStatus = structure('ServerStatusDataType', {
  startTime: dateTime,
  currentTime: dateTime,
  state: uint32,
  buildInfo,
  secondsTillShutdown: uint32,
  shutdownReason: localizedText,
});
