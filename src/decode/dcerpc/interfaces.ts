/**
 * Interfaces of DCE/RPC over TCP that matter on plants and in attacks on them, with their operations by number. Operation
 * numbers of DCOM interfaces begin behind IUnknown's three. Sources: [MS-RPCE], [MS-SCMR], [MS-TSCH], [MS-RRP], [MS-SAMR],
 * [MS-NRPC], [MS-DRSR], [MS-SRVS], [MS-WKST], [MS-EVEN], [MS-RPRN], [MS-DCOM], [MS-WMI]; The Open Group C706 appendix O;
 * OPC Foundation: Data Access 2.05a, Historical Data Access 1.20, Alarms and Events 1.10 (custom interfaces).
 */
import type { Verb } from '../../core/observation.ts';

export interface Operation {
  /** `svcctl RCreateServiceW`. */
  readonly name: string;
  readonly verb: Verb;
}
export interface Interface {
  /** Its published name: `svcctl`, `IOPCSyncIO`. */
  readonly name: string;
  /** What it is for, for people. */
  readonly title: string;
  /** An interface of OPC Classic: its server is an OPC server. */
  readonly opc: boolean;
  readonly operations: ReadonlyMap<number, Operation>;
}

type Line = readonly [opnum: number, name: string, verb?: Verb];
const known = new Map<string, Interface>();
const add = (uuid: string, name: string, title: string, lines: readonly Line[] = [], opc = false): void => {
  const operations = new Map(
    lines.map(([opnum, operation, verb]) => [opnum, { name: `${name} ${operation}`, verb: verb ?? 'invoke' }]),
  );
  known.set(uuid, { name, title, opc, operations });
};

add('e1af8308-5d1f-11c9-91a4-08002b14a0fa', 'epm', 'endpoint mapper', [
  [0, 'ept_insert', 'configure'],
  [1, 'ept_delete', 'delete'],
  [2, 'ept_lookup', 'discover'],
  [3, 'ept_map', 'discover'],
]);
add('afa8bd80-7d8a-11c9-bef4-08002b102989', 'mgmt', 'remote management of an RPC server', [
  [0, 'inq_if_ids', 'discover'],
  [3, 'stop_server_listening', 'mode-change'],
]);
add('367abb81-9844-35f1-ad32-98f038001003', 'svcctl', 'Windows services', [
  [0, 'RCloseServiceHandle'],
  [1, 'RControlService', 'control'],
  [2, 'RDeleteService', 'delete'],
  [6, 'RQueryServiceStatus', 'read'],
  [11, 'RChangeServiceConfigW', 'configure'],
  [12, 'RCreateServiceW', 'configure'],
  [14, 'REnumServicesStatusW', 'read'],
  [15, 'ROpenSCManagerW'],
  [16, 'ROpenServiceW'],
  [19, 'RStartServiceW', 'control'],
  [23, 'RChangeServiceConfigA', 'configure'],
  [24, 'RCreateServiceA', 'configure'],
  [27, 'ROpenSCManagerA'],
  [28, 'ROpenServiceA'],
  [31, 'RStartServiceA', 'control'],
  [44, 'RCreateServiceWOW64A', 'configure'],
  [45, 'RCreateServiceWOW64W', 'configure'],
]);
add('1ff70682-0a51-30e8-076d-740be8cee98b', 'atsvc', 'scheduled tasks', [
  [0, 'NetrJobAdd', 'configure'],
  [1, 'NetrJobDel', 'delete'],
  [2, 'NetrJobEnum', 'read'],
]);
add('86d35949-83c9-4044-b424-db363231fd0c', 'ITaskSchedulerService', 'scheduled tasks', [
  [1, 'SchRpcRegisterTask', 'configure'],
  [12, 'SchRpcRun', 'control'],
  [13, 'SchRpcDelete', 'delete'],
]);
add('338cd001-2244-31f1-aaaa-900038001003', 'winreg', 'Windows registry', [
  [6, 'BaseRegCreateKey', 'configure'],
  [7, 'BaseRegDeleteKey', 'delete'],
  [8, 'BaseRegDeleteValue', 'delete'],
  [17, 'BaseRegQueryValue', 'read'],
  [20, 'BaseRegSaveKey', 'read'],
  [22, 'BaseRegSetValue', 'configure'],
]);
add('12345778-1234-abcd-ef00-0123456789ac', 'samr', 'accounts', [
  [0, 'SamrConnect'],
  [1, 'SamrCloseHandle'],
  [5, 'SamrLookupDomainInSamServer', 'read'],
  [6, 'SamrEnumerateDomainsInSamServer', 'read'],
  [7, 'SamrOpenDomain'],
  [8, 'SamrQueryInformationDomain', 'read'],
  [11, 'SamrEnumerateGroupsInDomain', 'read'],
  [12, 'SamrCreateUserInDomain', 'configure'],
  [13, 'SamrEnumerateUsersInDomain', 'read'],
  [15, 'SamrEnumerateAliasesInDomain', 'read'],
  [17, 'SamrLookupNamesInDomain', 'read'],
  [18, 'SamrLookupIdsInDomain', 'read'],
  [22, 'SamrAddMemberToGroup', 'configure'],
  [25, 'SamrGetMembersInGroup', 'read'],
  [31, 'SamrAddMemberToAlias', 'configure'],
  [33, 'SamrGetMembersInAlias', 'read'],
  [34, 'SamrOpenUser'],
  [35, 'SamrDeleteUser', 'delete'],
  [36, 'SamrQueryInformationUser', 'read'],
  [37, 'SamrSetInformationUser', 'configure'],
  [38, 'SamrChangePasswordUser', 'configure'],
  [40, 'SamrQueryDisplayInformation', 'read'],
  [50, 'SamrCreateUser2InDomain', 'configure'],
  [55, 'SamrUnicodeChangePasswordUser2', 'configure'],
  [57, 'SamrConnect2'],
  [58, 'SamrSetInformationUser2', 'configure'],
  [62, 'SamrConnect4'],
  [64, 'SamrConnect5'],
]);
add('12345778-1234-abcd-ef00-0123456789ab', 'lsarpc', 'security policy', [
  [0, 'LsarClose'],
  [2, 'LsarEnumeratePrivileges', 'read'],
  [6, 'LsarOpenPolicy'],
  [7, 'LsarQueryInformationPolicy', 'read'],
  [11, 'LsarEnumerateAccounts', 'read'],
  [14, 'LsarLookupNames', 'read'],
  [15, 'LsarLookupSids', 'read'],
  [29, 'LsarSetSecret', 'configure'],
  [30, 'LsarQuerySecret', 'read'],
  [42, 'LsarStorePrivateData', 'configure'],
  [43, 'LsarRetrievePrivateData', 'read'],
  [44, 'LsarOpenPolicy2'],
  [46, 'LsarQueryInformationPolicy2', 'read'],
  [57, 'LsarLookupSids2', 'read'],
  [58, 'LsarLookupNames2', 'read'],
  [68, 'LsarLookupNames3', 'read'],
  [76, 'LsarLookupSids3', 'read'],
  [77, 'LsarLookupNames4', 'read'],
]);
add('12345678-1234-abcd-ef00-01234567cffb', 'netlogon', 'logons of the domain', [
  [4, 'NetrServerReqChallenge', 'authenticate'],
  [26, 'NetrServerAuthenticate3', 'authenticate'],
  [30, 'NetrServerPasswordSet2', 'configure'],
]);
add('e3514235-4b06-11d1-ab04-00c04fc2dcd2', 'drsuapi', 'directory replication', [
  [0, 'IDL_DRSBind'],
  [3, 'IDL_DRSGetNCChanges', 'read'],
]);
add('4b324fc8-1670-01d3-1278-5a47bf6ee188', 'srvsvc', 'shares and sessions of a server', [
  [8, 'NetrConnectionEnum', 'read'],
  [9, 'NetrFileEnum', 'read'],
  [12, 'NetrSessionEnum', 'read'],
  [13, 'NetrSessionDel', 'delete'],
  [14, 'NetrShareAdd', 'configure'],
  [15, 'NetrShareEnum', 'read'],
  [16, 'NetrShareGetInfo', 'read'],
  [17, 'NetrShareSetInfo', 'configure'],
  [18, 'NetrShareDel', 'delete'],
  [21, 'NetrServerGetInfo', 'read'],
  [23, 'NetrServerDiskEnum', 'read'],
  [28, 'NetrRemoteTOD', 'read'],
  [36, 'NetrShareEnumSticky', 'read'],
]);
add('6bffd098-a112-3610-9833-46c3f87e345a', 'wkssvc', 'workstation', [
  [0, 'NetrWkstaGetInfo', 'read'],
  [2, 'NetrWkstaUserEnum', 'read'],
]);
add('82273fdc-e32a-18c3-3f78-827929dc23ea', 'eventlog', 'Windows event log', [
  [0, 'ElfrClearELFW', 'delete'],
  [10, 'ElfrReadELW', 'read'],
]);
add('12345678-1234-abcd-ef00-0123456789ab', 'spoolss', 'print spooler', [[89, 'RpcAddPrinterDriverEx', 'configure']]);
add('c681d488-d850-11d0-8c52-00c04fd90f7e', 'efsrpc', 'encrypting file system');
add('50abc2a4-574d-40b3-9d66-ee4fd5fba076', 'dnsserver', 'DNS server management');

add('99fcfec4-5260-101b-bbcb-00aa0021347a', 'IObjectExporter', 'DCOM: where objects live', [
  [0, 'ResolveOxid', 'discover'],
  [1, 'SimplePing', 'discover'],
  [2, 'ComplexPing', 'discover'],
  [3, 'ServerAlive', 'discover'],
  [4, 'ResolveOxid2', 'discover'],
  [5, 'ServerAlive2', 'discover'],
]);
add('4d9f4ab8-7d1c-11cf-861e-0020af6e7c57', 'IActivation', 'DCOM: makes objects', [[0, 'RemoteActivation']]);
add('000001a0-0000-0000-c000-000000000046', 'IRemoteSCMActivator', 'DCOM: makes objects', [
  [3, 'RemoteGetClassObject'],
  [4, 'RemoteCreateInstance'],
]);
add('00000131-0000-0000-c000-000000000046', 'IRemUnknown', 'DCOM: references to objects');
add('00000143-0000-0000-c000-000000000046', 'IRemUnknown2', 'DCOM: references to objects');
add('00020400-0000-0000-c000-000000000046', 'IDispatch', 'DCOM automation', [[6, 'Invoke']]);
add('f309ad18-d86a-11d0-a075-00c04fb68820', 'IWbemLevel1Login', 'WMI', [[6, 'NTLMLogin', 'authenticate']]);
add('9556dc99-828c-11cf-a37e-00aa003240c7', 'IWbemServices', 'WMI', [
  [6, 'GetObject', 'read'],
  [14, 'PutInstance', 'configure'],
  [16, 'DeleteInstance', 'delete'],
  [20, 'ExecQuery', 'read'],
  [24, 'ExecMethod'],
]);

const OPC_DA = '-011e-11d0-9675-0020afd8adb3';
const opc = (uuid: string, name: string, title: string, lines: readonly Line[]): void =>
  add(uuid, name, title, lines, true);
opc(`39c13a4d${OPC_DA}`, 'IOPCServer', 'OPC Data Access', [
  [3, 'AddGroup', 'subscribe'],
  [5, 'GetGroupByName', 'read'],
  [6, 'GetStatus', 'read'],
  [7, 'RemoveGroup', 'subscribe'],
]);
opc(`39c13a4f${OPC_DA}`, 'IOPCBrowseServerAddressSpace', 'OPC Data Access', [
  [4, 'ChangeBrowsePosition', 'discover'],
  [5, 'BrowseOPCItemIDs', 'discover'],
  [6, 'GetItemID', 'discover'],
]);
opc(`39c13a50${OPC_DA}`, 'IOPCGroupStateMgt', 'OPC Data Access', [
  [3, 'GetState', 'read'],
  [4, 'SetState', 'subscribe'],
]);
opc(`39c13a52${OPC_DA}`, 'IOPCSyncIO', 'OPC Data Access', [
  [3, 'Read', 'read'],
  [4, 'Write', 'write'],
]);
opc(`39c13a53${OPC_DA}`, 'IOPCAsyncIO', 'OPC Data Access', [
  [3, 'Read', 'read'],
  [4, 'Write', 'write'],
]);
opc(`39c13a54${OPC_DA}`, 'IOPCItemMgt', 'OPC Data Access', [
  [3, 'AddItems', 'subscribe'],
  [4, 'ValidateItems', 'discover'],
  [5, 'RemoveItems', 'subscribe'],
  [6, 'SetActiveState', 'subscribe'],
]);
opc(`39c13a70${OPC_DA}`, 'IOPCDataCallback', 'OPC Data Access', [
  [3, 'OnDataChange', 'read'],
  [4, 'OnReadComplete', 'read'],
  [5, 'OnWriteComplete', 'write'],
]);
opc(`39c13a71${OPC_DA}`, 'IOPCAsyncIO2', 'OPC Data Access', [
  [3, 'Read', 'read'],
  [4, 'Write', 'write'],
  [5, 'Refresh2', 'read'],
]);
opc(`39c13a72${OPC_DA}`, 'IOPCItemProperties', 'OPC Data Access', [
  [3, 'QueryAvailableProperties', 'discover'],
  [4, 'GetItemProperties', 'read'],
]);
opc('f31dfde2-07b6-11d2-b2d8-0060083ba1fb', 'IOPCCommon', 'OPC Classic', [[7, 'SetClientName', 'configure']]);
opc('f31dfde1-07b6-11d2-b2d8-0060083ba1fb', 'IOPCShutdown', 'OPC Classic', [[3, 'ShutdownRequest', 'mode-change']]);
opc('13486d50-4821-11d2-a494-3cb306c10000', 'IOPCServerList', 'OPC Classic: which servers there are', [
  [3, 'EnumClassesOfCategories', 'discover'],
  [4, 'GetClassDetails', 'discover'],
  [5, 'CLSIDFromProgID', 'discover'],
]);
opc('9dd0b56c-ad9e-43ee-8305-487f3188bf7a', 'IOPCServerList2', 'OPC Classic: which servers there are', [
  [3, 'EnumClassesOfCategories', 'discover'],
  [4, 'GetClassDetails', 'discover'],
  [5, 'CLSIDFromProgID', 'discover'],
]);
const OPC_HDA = '-dee0-11d2-a5e5-000086339399';
opc(`1f1217b0${OPC_HDA}`, 'IOPCHDA_Server', 'OPC Historical Data Access', [[5, 'GetHistorianStatus', 'read']]);
opc(`1f1217b2${OPC_HDA}`, 'IOPCHDA_SyncRead', 'OPC Historical Data Access', [
  [3, 'ReadRaw', 'read'],
  [4, 'ReadProcessed', 'read'],
]);
opc(`1f1217b3${OPC_HDA}`, 'IOPCHDA_SyncUpdate', 'OPC Historical Data Access', [
  [4, 'Insert', 'write'],
  [5, 'Replace', 'write'],
  [6, 'InsertReplace', 'write'],
  [7, 'DeleteRaw', 'delete'],
]);
const OPC_AE = '-5783-11d1-84a0-00608cb8a7e9';
opc(`65168851${OPC_AE}`, 'IOPCEventServer', 'OPC Alarms and Events', [
  [4, 'CreateEventSubscription', 'subscribe'],
  [16, 'AckCondition', 'control'],
]);
opc(`65168855${OPC_AE}`, 'IOPCEventSubscriptionMgt', 'OPC Alarms and Events', [[3, 'SetFilter', 'subscribe']]);
opc(`6516885f${OPC_AE}`, 'IOPCEventSink', 'OPC Alarms and Events', [[3, 'OnEvent', 'read']]);

export const INTERFACES: ReadonlyMap<string, Interface> = known;

/** [MS-RPCE] 2.2.4.12: NDR, and NDR64; [MS-RPCE] 3.3.1.5.3: bind time features begin with these eight digits. */
export const NDR = '8a885d04-1ceb-11c9-9fe8-08002b104860';
export const NDR64 = '71710533-beba-4937-8319-b5dbef9ccc36';
