/** Flat blocks of PROFINET IO as tables of their fields. Source: IEC 61158-6-10 section 5.2. */

export type Layout = readonly (readonly [kind: string, name: string])[];

const layout = (text: string): Layout =>
  text
    .trim()
    .split(/\s+/)
    .map((x) => x.split(':') as unknown as readonly [string, string]);

/**
 * Flat blocks: `kind:name` in order behind the version. `pad2` and such are skipped; `text` has the length of the number
 * before it; `ascii20` is padded text of 20 octets; `blocks` are blocks up to the end; `data` the octets up to the end.
 */
export const LAYOUTS: ReadonlyMap<number, Layout> = new Map(
  Object.entries({
    8: 'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength uuid:targetArUuid',
    9: 'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength uuid:targetArUuid',
    32776:
      'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength u16:additionalValue1 u16:additionalValue2 u32:pnioStatus',
    32777:
      'u16:seqNumber uuid:arUuid u32:api u16:slotNumber u16:subslotNumber pad2: u16:index u32:recordDataLength u16:additionalValue1 u16:additionalValue2',
    20: 'u16:substitutionMode data:data',
    27: 'u16:redundancyInfo',
    32: 'u16:vendorId ascii20:orderId ascii16:serialNumber u16:hardwareRevision ascii1:softwareRevisionPrefix u8:softwareMajor u8:softwareMinor u8:softwareBugfix u16:revisionCounter u16:profileId u16:profileSpecificType u8:imVersionMajor u8:imVersionMinor u16:imSupported',
    33: 'ascii32:tagFunction ascii22:tagLocation',
    34: 'ascii16:date',
    35: 'ascii54:descriptor',
    36: 'data:signature',
    37: 'u16:numberOfEntries blocks:',
    52: 'ascii64:annotation ascii64:orderId u16:vendorId ascii16:serialNumber u16:hardwareRevision ascii1:softwareRevisionPrefix u8:softwareMajor u8:softwareMinor u8:softwareBugfix',
    257: 'u16:arType uuid:arUuid u16:sessionKey mac:cmInitiatorMac uuid:cmInitiatorObject u32:arProperties u16:cmInitiatorActivityTimeoutFactor u16:cmInitiatorUdpRtPort u16:stationNameLength text:cmInitiatorStationName',
    33025: 'u16:arType uuid:arUuid u16:sessionKey mac:cmResponderMac u16:cmResponderUdpRtPort',
    33026: 'u16:iocrType u16:iocrReference u16:frameId',
    259: 'u16:alarmCrType u16:lt u32:alarmCrProperties u16:rtaTimeoutFactor u16:rtaRetries u16:localAlarmReference u16:maxAlarmDataLength u16:alarmCrTagHeaderHigh u16:alarmCrTagHeaderLow',
    33027: 'u16:alarmCrType u16:localAlarmReference u16:maxAlarmDataLength',
    261: 'uuid:parameterServerObject u32:parameterServerProperties u16:cmInitiatorActivityTimeoutFactor u16:stationNameLength text:parameterServerStationName',
    33029: 'uuid:parameterServerObject',
    262: 'u16:iocrReference u32:addressResolutionProperties u16:mciTimeoutFactor u16:stationNameLength text:providerStationName',
    33030: 'u16:stationNameLength text:cmResponderStationName',
    263: 'u16:initiatorRpcServerPort',
    33031: 'u16:responderRpcServerPort',
    264: 'u16:apStructureIdentifier u32:api data:data',
    33032: 'u16:apStructureIdentifier u32:api data:data',
    266: 'u16:redundancyDataHoldFactor u32:srProperties',
    267: 'pad2: blocks:',
    268: 'pad2: u32:rsProperties',
    512: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    513: 'pad2: blocks:',
    514: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    515: 'pad2: uuid:ptcpSubdomainId u32:reservedIntervalBegin u32:reservedIntervalEnd u32:pllWindow u32:syncSendFactor u16:sendClockFactor u16:ptcpTimeoutFactor u16:ptcpTakeoverTimeoutFactor u16:ptcpMasterStartupTime u16:syncProperties u8:ptcpMasterPriority1 u8:ptcpMasterPriority2 u8:ptcpLengthSubdomainName text:ptcpSubdomainName',
    516: 'pad2: u16:slotNumber u16:subslotNumber u16:controllerApplicationCycleFactor u16:timeDataCycle u32:timeIoInput u32:timeIoOutput u32:timeIoInputValid u32:timeIoOutputValid',
    517: 'pad2: u16:slotNumber u16:subslotNumber blocks:',
    518: 'pad2: uuid:irDataId u32:maxBridgeDelay u32:numberOfPorts data:ports',
    521: 'pad2: u32:domainBoundaryIngress u32:domainBoundaryEgress u16:adjustProperties',
    523: 'pad2: u32:lineDelayMin u32:lineDelayMax',
    524: 'u16:mauType',
    526: 'pad2: u16:mauType u16:adjustProperties',
    528: 'pad2: u32:multicastBoundary u16:adjustProperties',
    534: 'u16:mrpPriority u16:mrpTopChangeInterval u16:mrpTopChangeRepeat u16:mrpTestShortInterval u16:mrpTestDefaultInterval u16:mrpTestMonitoringCount',
    535: 'u16:mrpLinkDownInterval u16:mrpLinkUpInterval u16:mrpLinkChangeCount',
    537: 'u16:mrpRingState',
    539: 'pad2: u16:portState u16:adjustProperties',
    540: 'u16:portState',
    542: 'u16:checkSyncMode',
    543: 'u16:mauTypeMode',
    532: 'pad2: uuid:mrpDomainUuid',
    533: 'pad2: uuid:mrpDomainUuid',
    546: 'pad2: u32:fiberOpticType u32:fiberOpticCableType',
    547: 'pad2: u32:maintenanceRequiredPowerBudget u32:maintenanceDemandedPowerBudget u32:errorPowerBudget',
    548: 'pad2: u32:peerToPeerBoundary u16:adjustProperties',
    549: 'pad2: u32:dcpBoundary u16:adjustProperties',
    550: 'pad2: u16:preambleLength u16:adjustProperties',
    560: 'pad2: u32:maintenanceRequiredDropBudget u32:maintenanceDemandedDropBudget u32:errorDropBudget',
    592: 'pad2: u32:multipleInterfaceMode',
    593: 'u16:counterStatus u32:ifInOctets u32:ifOutOctets u32:ifInDiscards u32:ifOutDiscards u32:ifInErrors u32:ifOutErrors',
    1024: 'pad2: u32:api u16:slotNumber u16:subslotNumber blocks:',
    1025: 'pad2: u32:api u16:slotNumber u16:subslotNumber pad2: u16:index record:data',
    1536: 'pad2: u32:fsHelloMode u32:fsHelloInterval u32:fsHelloRetry u32:fsHelloDelay',
    1537: 'pad2: u32:fsParameterMode uuid:fsParameterUuid',
    1544: 'pad2: blocks:',
    1545: 'pad2: blocks:',
  }).map(([type, text]) => [Number(type), layout(text)] as const),
);
/** Blocks whose fields are observed: record headers, I&M, application relations and their frames, the names of stations. */
const OBSERVED = new Set([0x0008, 0x0009, 0x8008, 0x8009, 0x0020, 0x0021, 0x0023, 0x0101, 0x8101, 0x8102, 0x8106]);
const UNOBSERVED = new Set(
  [...LAYOUTS]
    .filter(([type, fields]) => !OBSERVED.has(type) && !fields.some(([kind]) => kind === 'blocks' || kind === 'record'))
    .map(([type]) => type),
);
/** A flat block of which nothing is observed. */
export const isUnobserved = (type: number): boolean => UNOBSERVED.has(type);

/** PrmEnd, ApplicationReady, Release and their kin share one layout (5.2.4.1). */
export const CONTROL = layout(
  'pad2: uuid:arUuid u16:sessionKey u16:alarmSequenceNumber u16:controlCommand u16:controlBlockProperties',
);
