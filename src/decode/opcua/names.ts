/** Names of the specification for numbers on the wire: attributes, enumerations, and well-known nodes of namespace 0. */
import { type NodeId, nodeIdText, standardId } from './builtin.ts';

/** Attribute ids (OPC 10000-6 annex A.1). */
const ATTRIBUTES: readonly string[] =
  ' NodeId NodeClass BrowseName DisplayName Description WriteMask UserWriteMask IsAbstract Symmetric InverseName ContainsNoLoops EventNotifier Value DataType ValueRank ArrayDimensions AccessLevel UserAccessLevel MinimumSamplingInterval Historizing Executable UserExecutable DataTypeDefinition RolePermissions UserRolePermissions AccessRestrictions AccessLevelEx'.split(
    ' ',
  );
export const ATTRIBUTE_VALUE = 13;
export const attributeName = (id: number): string => ATTRIBUTES[id] ?? `attribute ${id}`;

/** OPC 10000-5 section 12.6. */
const SERVER_STATES: readonly string[] = [
  'Running',
  'Failed',
  'NoConfiguration',
  'Suspended',
  'Shutdown',
  'Test',
  'CommunicationFault',
  'Unknown',
];
export const serverStateName = (state: number): string => SERVER_STATES[state] ?? `state ${state}`;

/** OPC 10000-4 section 7.4. */
const APPLICATION_TYPES: readonly string[] = [
  'OPC UA server',
  'OPC UA client',
  'OPC UA client and server',
  'OPC UA discovery server',
];
export const applicationTypeName = (type: number): string | undefined => APPLICATION_TYPES[type];

const SECURITY_MODES: readonly string[] = ['Invalid', 'None', 'Sign', 'SignAndEncrypt'];
export const securityModeName = (mode: number): string => SECURITY_MODES[mode] ?? `mode ${mode}`;
const TOKEN_TYPES: readonly string[] = ['Anonymous', 'UserName', 'Certificate', 'IssuedToken'];
export const tokenTypeName = (type: number): string => TOKEN_TYPES[type] ?? `token ${type}`;

/** Nodes of the Server object (OPC 10000-5 section 8.3) that are read to learn about a server. */
export const NODE = {
  SERVER_ARRAY: 2254,
  NAMESPACE_ARRAY: 2255,
  SERVER_STATUS: 2256,
  STATE: 2259,
  BUILD_INFO: 2260,
  PRODUCT_NAME: 2261,
  PRODUCT_URI: 2262,
  MANUFACTURER_NAME: 2263,
  SOFTWARE_VERSION: 2264,
  BUILD_NUMBER: 2265,
} as const;
const STANDARD: ReadonlyMap<number, string> = new Map([
  [84, 'Root'],
  [85, 'Objects'],
  [86, 'Types'],
  [87, 'Views'],
  [2253, 'Server'],
  [2254, 'ServerArray'],
  [2255, 'NamespaceArray'],
  [2256, 'ServerStatus'],
  [2257, 'StartTime'],
  [2258, 'CurrentTime'],
  [2259, 'State'],
  [2260, 'BuildInfo'],
  [2261, 'ProductName'],
  [2262, 'ProductUri'],
  [2263, 'ManufacturerName'],
  [2264, 'SoftwareVersion'],
  [2265, 'BuildNumber'],
  [2266, 'BuildDate'],
  [2267, 'ServiceLevel'],
  [2992, 'SecondsTillShutdown'],
  [2993, 'ShutdownReason'],
  [2994, 'Auditing'],
  [11492, 'GetMonitoredItems'],
  [12873, 'ResendData'],
  [12886, 'RequestServerStateChange'],
  [12637, 'ServerConfiguration'],
  [12737, 'CreateSigningRequest'],
  [12740, 'ApplyChanges'],
  [12749, 'SetSubscriptionDurable'],
  [12777, 'GetRejectedList'],
  [13737, 'UpdateCertificate'],
  [2426, 'Start'],
  [2427, 'Suspend'],
  [2428, 'Resume'],
  [2429, 'Halt'],
  [2430, 'Reset'],
  [3875, 'ConditionRefresh'],
  [9027, 'Enable'],
  [9028, 'Disable'],
  [9029, 'AddComment'],
  [9069, 'Respond'],
  [9111, 'Acknowledge'],
  [9113, 'Confirm'],
  [11580, 'Open'],
  [11583, 'Close'],
  [11585, 'Read'],
  [11588, 'Write'],
  [12543, 'OpenWithMasks'],
  [12546, 'CloseAndUpdate'],
  [12548, 'AddCertificate'],
  [12550, 'RemoveCertificate'],
  [16301, 'AddRole'],
  [16304, 'RemoveRole'],
  [24304, 'AddUser'],
  [24306, 'ModifyUser'],
  [24308, 'RemoveUser'],
  [24310, 'ChangePassword'],
  [25709, 'ResetToServerDefaults'],
]);

/** A node as people read it: `ns=2;s=Motor.Speed`, `i=2258 CurrentTime`. */
export const nodeName = (node: NodeId): string => {
  const known = STANDARD.get(standardId(node));
  return known === undefined ? nodeIdText(node) : `${nodeIdText(node)} ${known}`;
};

/** Properties of the nameplate (OPC 10000-100 section 5.2, IVendorNameplateType) by browse name. */
export const NAMEPLATE = new Set([
  'Manufacturer',
  'Model',
  'SerialNumber',
  'ProductCode',
  'HardwareRevision',
  'SoftwareRevision',
  'DeviceRevision',
  'OrderNumber',
]);
