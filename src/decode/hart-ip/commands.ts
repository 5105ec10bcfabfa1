/**
 * The commands of HART and what stands in them: one line per command, fields in the order of the wire. Names of fields are
 * those of the specification in camel case. Sources: Universal Command Specification HCF_SPEC-127 (commands 0-31, 38, 48),
 * Common Practice Command Specification HCF_SPEC-151 (32-121, 512-767 in part), Wireless Command Specification HCF_SPEC-155 (768-1023,
 * by name), Common Tables HCF_SPEC-183.
 */
import type { Verb } from '../../core/observation.ts';
import { tableOf } from '../../lib/table.ts';

/**
 * `unit` is Common Table 2; `packed` is 6-bit ASCII (n octets of the wire); `latin` ISO Latin-1; `date` day, month, year
 * since 1900; `time` 1/32 ms; `octets` raw.
 */
export type FieldKind = 'u8' | 'u16' | 'u24' | 'u32' | 'f32' | 'unit' | 'date' | 'time' | 'packed' | 'latin' | 'octets';
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Octets on the wire. */
  readonly size: number;
}

export interface CommandInfo {
  readonly number: number;
  readonly name: string;
  /** `Read Primary Variable request` and `response`: made once, so that a message costs no text. */
  readonly verb: Verb;
  readonly request: readonly Field[];
  readonly response: readonly Field[];
}

const SIZES = tableOf<number>({ u8: 1, u16: 2, u24: 3, u32: 4, f32: 4, unit: 1, date: 3, time: 4 });
/** `name:kind` or `name:kind*octets`, separated by blanks. */
const fields = (text: string): readonly Field[] =>
  text === ''
    ? []
    : text.split(' ').map((part) => {
        const [name, type] = part.split(':') as [string, string];
        const [kind, octets] = type.split('*') as [FieldKind, string | undefined];
        return { name, kind, size: octets === undefined ? SIZES[kind]! : Number(octets) };
      });

/** Response of commands 0, 11, 21, 73 and 75 (HCF_SPEC-127, 6.1); devices before HART 7 end earlier. */
const IDENTITY =
  '_254:u8 expandedDeviceType:u16 minimumPreamblesMasterSlave:u8 hartProtocolMajorRevision:u8 deviceRevisionLevel:u8 ' +
  'softwareRevisionLevel:u8 hardwareRevisionLevelAndPhysicalSignalingCodes:u8 flags:u8 deviceId:u24 ' +
  'numberPreamblesSlaveMaster:u8 lastDeviceVariableThis:u8 configurationChangeCounter:u16 extendedFieldDeviceStatus:u8 ' +
  'manufacturerIdentificationCode:u16 privateLabelDistributorCode:u16 deviceProfile:u8';
const slots = (n: number, each: string): string =>
  Array.from({ length: n }, (_, i) => each.replaceAll('#', `slot${i}`)).join(' ');
const STATUS =
  'deviceSpecificStatus_0:octets*6 extendedFieldDeviceStatus:u8 deviceOperatingMode:u8 standardizedStatus0:u8 ' +
  'standardizedStatus1:u8 analogChannelSaturated:u8 standardizedStatus2:u8 standardizedStatus3:u8 ' +
  'analogChannel:u8 deviceSpecificStatus_1:octets*11';
const CHANNEL_LEVEL = 'analogChannelNumberCode:u8 analogChannelUnitsCode:unit analogChannelLevel:f32';
const BURST_MESSAGE = 'burstMessage:u8';

type Row = readonly [number, string, Verb, request: string, response: string];
// biome-ignore format: a table
const ROWS: readonly Row[] = [
  [0, 'Read Unique Identifier', 'discover', '', IDENTITY],
  [1, 'Read Primary Variable', 'read', '', 'primaryVariableUnits:unit primaryVariable:f32'],
  [2, 'Read Loop Current And Percent Of Range', 'read', '', 'primaryVariableLoopCurrent:f32 primaryVariablePercentRange:f32'],
  [3, 'Read Dynamic Variables And Loop Current', 'read', '',
    'primaryVariableLoopCurrent:f32 primaryVariableUnits:unit primaryVariable:f32 secondaryVariableUnits:unit secondaryVariable:f32 ' +
    'tertiaryVariableUnits:unit tertiaryVariable:f32 quaternaryVariableUnits:unit quaternaryVariable:f32'],
  [6, 'Write Polling Address', 'configure', 'pollingAddressDevice:u8 loopCurrentMode:u8', 'pollingAddressDevice:u8 loopCurrentMode:u8'],
  [7, 'Read Loop Configuration', 'read', '', 'pollingAddressDevice:u8 loopCurrentMode:u8'],
  [8, 'Read Dynamic Variable Classifications', 'read', '',
    'primaryVariableClassification:u8 secondaryVariableClassification:u8 tertiaryVariableClassification:u8 quaternaryVariableClassification:u8'],
  // The time stamp stands behind the last slot: see `decodeDeviceVariables`.
  [9, 'Read Device Variables With Status', 'read', slots(8, '#DeviceVariableCode:u8'),
    `extendedFieldDeviceStatus:u8 ${slots(8, '#DeviceVariableCode:u8 #DeviceVariableClass:u8 #UnitsCode:unit #DeviceVariable:f32 #DeviceVariableStatus:u8')}`],
  [11, 'Read Unique Identifier Associated With Tag', 'discover', 'tag:packed*6', IDENTITY],
  [12, 'Read Message', 'read', '', 'message:packed*24'],
  [13, 'Read Tag, Descriptor, Date', 'read', '', 'tag:packed*6 descriptor:packed*12 dateCode:date'],
  [14, 'Read Primary Variable Transducer Information', 'read', '',
    'pvTransducerSerialNumber:u24 pvTransducerLimitsUnits:unit pvUpperTransducerLimit:f32 pvLowerTransducerLimit:f32 pvMinimumSpan:f32'],
  [15, 'Read Device Information', 'read', '',
    'pvAlarmSelectionCode:u8 pvTransferFunctionCode:u8 pvUpperLowerRange:unit pvUpperRangeValue:f32 pvLowerRangeValue:f32 ' +
    'pvDampingValue:f32 writeProtectCode:u8 _250:u8 pvAnalogChannelFlags:u8'],
  [16, 'Read Final Assembly Number', 'read', '', 'finalAssemblyNumber:u24'],
  [17, 'Write Message', 'configure', 'messageString:packed*24', 'messageString:packed*24'],
  [18, 'Write Tag, Descriptor, Date', 'configure', 'tag:packed*6 recordKeepingDescriptor:packed*12 dateCode:date',
    'tag:packed*6 recordKeepingDescriptor:packed*12 dateCode:date'],
  [19, 'Write Final Assembly Number', 'configure', 'finalAssemblyNumber:u24', 'finalAssemblyNumber:u24'],
  [20, 'Read Long Tag', 'read', '', 'longTag:latin*32'],
  [21, 'Read Unique Identifier Associated With Long Tag', 'discover', 'longTag:latin*32', IDENTITY],
  [22, 'Write Long Tag', 'configure', 'longTag:latin*32', 'longTag:latin*32'],
  [33, 'Read Device Variables', 'read', slots(4, '#DeviceVariableCode:u8'), slots(4, '#DeviceVariableCode:u8 #UnitsCode:unit #DeviceVariable:f32')],
  [34, 'Write Primary Variable Damping Value', 'configure', 'pvDampingValue:f32', 'pvDampingValue:f32'],
  [35, 'Write Primary Variable Range Values', 'configure', 'pvUpperAndLowerRangeValuesUnitsCode:unit pvUpperRangeValue:f32 pvLowerRangeValue:f32',
    'pvUpperAndLowerRangeValuesUnitsCode:unit pvUpperRangeValue:f32 pvLowerRangeValue:f32'],
  [36, 'Set Primary Variable Upper Range Value', 'configure', '', ''],
  [37, 'Set Primary Variable Lower Range Value', 'configure', '', ''],
  [38, 'Reset Configuration Changed Flag', 'configure', 'configurationChangeCounter:u16', 'configurationChangeCounter:u16'],
  [39, 'EEPROM Control', 'configure', 'eepromControlCode:u8', 'eepromControlCode:u8'],
  [40, 'Enter/Exit Fixed Current Mode', 'force', 'pvFixedCurrentLevel:f32', 'pvFixedCurrentLevel:f32'],
  [41, 'Perform Self Test', 'invoke', '', ''],
  [42, 'Perform Device Reset', 'restart', '', ''],
  [43, 'Set Primary Variable Zero', 'configure', '', ''],
  [44, 'Write Primary Variable Units', 'configure', 'pvUnitCodes:unit', 'pvUnitCodes:unit'],
  [45, 'Trim Loop Current Zero', 'configure', 'measuredPvLoopCurrentLevel:f32', 'measuredPvLoopCurrentLevel:f32'],
  [46, 'Trim Loop Current Gain', 'configure', 'measuredPvLoopCurrentLevel:f32', 'measuredPvLoopCurrentLevel:f32'],
  [47, 'Write Primary Variable Transfer Function', 'configure', 'pvTransferFunctionCode:u8', 'pvTransferFunctionCode:u8'],
  [48, 'Read Additional Device Status', 'read', STATUS, STATUS],
  [49, 'Write Primary Variable Transducer Serial Number', 'configure', 'pvTransducerSerialNumber:u24', 'pvTransducerSerialNumber:u24'],
  [50, 'Read Dynamic Variable Assignments', 'read', '',
    'deviceVariableAssignedToPrimaryVariable:u8 deviceVariableAssignedToSecondaryVariable:u8 deviceVariableAssignedToTertiaryVariable:u8 deviceVariableAssignedToQuaternaryVariable:u8'],
  [51, 'Write Dynamic Variable Assignments', 'configure',
    'deviceVariableAssignedToPrimaryVariable:u8 deviceVariableAssignedToSecondaryVariable:u8 deviceVariableAssignedToTertiaryVariable:u8 deviceVariableAssignedToQuaternaryVariable:u8',
    'deviceVariableAssignedToPrimaryVariable:u8 deviceVariableAssignedToSecondaryVariable:u8 deviceVariableAssignedToTertiaryVariable:u8 deviceVariableAssignedToQuaternaryVariable:u8'],
  [52, 'Set Device Variable Zero', 'configure', 'deviceVariableZeroed:u8', 'deviceVariableZeroed:u8'],
  [53, 'Write Device Variable Units', 'configure', 'deviceVariableCode:u8 deviceVariableUnitsCode:unit', 'deviceVariableCode:u8 deviceVariableUnitsCode:unit'],
  [54, 'Read Device Variable Information', 'read', 'deviceVariableCode:u8',
    'deviceVariableCode:u8 deviceVariableTransducerSerialNumber:u24 deviceVariableLimitsMinimumSpanUnitsCode:unit deviceVariableUpperTransducerLimit:f32 ' +
    'deviceVariableLowerTransducerLimit:f32 deviceVariableDampingValue:f32 deviceVariableMinimumSpan:f32 deviceVariableClassification:u8 deviceVariableFamily:u8 ' +
    'acquisitionPeriod:time deviceVariableProperties:u8'],
  [55, 'Write Device Variable Damping Value', 'configure', 'deviceVariableCode:u8 deviceVariableDampingValue:f32', 'deviceVariableCode:u8 deviceVariableDampingValue:f32'],
  [56, 'Write Device Variable Transducer Serial Number', 'configure', 'deviceVariableCode:u8 deviceVariableTransducerSerialNumber:u24',
    'deviceVariableCode:u8 deviceVariableTransducerSerialNumber:u24'],
  [57, 'Read Unit Tag, Descriptor, Date', 'read', '', 'unitTag:packed*6 unitDescriptor:packed*12 unitDate:date'],
  [58, 'Write Unit Tag, Descriptor, Date', 'configure', 'unitTag:packed*6 unitDescriptor:packed*12 unitDate:date', 'unitTag:packed*6 unitDescriptor:packed*12 unitDate:date'],
  [59, 'Write Number Of Response Preambles', 'configure', 'numberOfPreambles:u8', 'numberOfPreambles:u8'],
  [60, 'Read Analog Channel And Percent Of Range', 'read', 'analogChannelNumberCode:u8', `${CHANNEL_LEVEL} analogChannelPercentOfRange:f32`],
  [61, 'Read Dynamic Variables And Primary Variable Analog Channel', 'read', '',
    'primaryVariableAnalogChannelUnitsCode:unit primaryVariableAnalogLevel:f32 primaryVariableUnitsCode:unit primaryVariable:f32 secondaryVariableUnitsCode:unit secondaryVariable:f32 ' +
    'tertiaryVariableUnitsCode:unit tertiaryVariable:f32 quaternaryVariableUnitsCode:unit quaternaryVariable:f32'],
  [62, 'Read Analog Channels', 'read', slots(4, 'analogChannelNumberCode#:u8'), slots(4, 'analogChannelNumberCode#:u8 analogChannelUnitsCode#:unit analogChannelLevel#:f32')],
  [63, 'Read Analog Channel Information', 'read', 'analogChannelNumberCode:u8',
    'analogChannelNumberCode:u8 analogChannelAlarmSelectionCode:u8 analogChannelTransferFunctionCode:u8 analogChannelUpperAndLowerRangeValuesUnitsCode:unit ' +
    'analogChannelUpperRangeValue:f32 analogChannelLowerRangeValue:f32 analogChannelDampingValue:f32 analogChannelFlags:u8'],
  [64, 'Write Analog Channel Additional Damping Value', 'configure', 'analogChannelNumberCode:u8 analogChannelDampingValue:f32', 'analogChannelNumberCode:u8 analogChannelDampingValue:f32'],
  [65, 'Write Analog Channel Range Values', 'configure',
    'analogChannelNumberCode:u8 analogChannelUpperAndLowerRangeValuesUnitsCode:unit analogChannelUpperRangeValue:f32 analogChannelLowerRangeValue:f32',
    'analogChannelNumberCode:u8 analogChannelUpperAndLowerRangeValuesUnitsCode:unit analogChannelUpperRangeValue:f32 analogChannelLowerRangeValue:f32'],
  [66, 'Enter/Exit Fixed Analog Channel Mode', 'force', 'analogChannelNumberCode:u8 analogChannelUnitsCode:unit fixedAnalogChannelLevel:f32',
    'analogChannelNumberCode:u8 analogChannelUnitsCode:unit fixedAnalogChannelLevel:f32'],
  [67, 'Trim Analog Channel Zero', 'configure', CHANNEL_LEVEL, CHANNEL_LEVEL],
  [68, 'Trim Analog Channel Gain', 'configure', CHANNEL_LEVEL, CHANNEL_LEVEL],
  [69, 'Write Analog Channel Transfer Function', 'configure', 'analogChannelNumberCode:u8 analogChannelTransferFunctionCode:u8', 'analogChannelNumberCode:u8 analogChannelTransferFunctionCode:u8'],
  [70, 'Read Analog Channel Endpoint Values', 'read', 'analogChannelNumberCode:u8',
    'analogChannelNumberCode:u8 analogChannelUpperAndLowerEndpointValuesUnitsCode:unit analogChannelUpperEndpointValue:f32 analogChannelLowerEndpointValue:f32 ' +
    'analogChannelUpperLimitValue:f32 analogChannelLowerLimitValue:f32'],
  [71, 'Lock Device', 'configure', 'lockCode:u8', 'lockCode:u8'],
  [72, 'Squawk', 'control', 'squawkControl:u8', 'squawkControl:u8'],
  [73, 'Find Device', 'discover', '', IDENTITY],
  [74, 'Read I/O System Capabilities', 'discover', '',
    'maxIoCards:u8 maxChannelsPerIoCard:u8 maxSubDevicesPerChannel:u8 numberOfDevicesDetected:u16 maxDelayedResponsesSupported:u8 masterMode:u8 retryCount:u8'],
  [75, 'Poll Sub-Device', 'discover', 'ioCard:u8 channel:u8 subDevicePollingAddress:u8', IDENTITY],
  [76, 'Read Lock Device State', 'read', '', 'lockStatus:u8'],
  [77, 'Send Command To Sub-Device', 'invoke', '', ''],
  [78, 'Read Aggregated Commands', 'read', '', ''],
  [79, 'Write Device Variable', 'force', 'deviceVariableCode:u8 writeDeviceVariableCommandCode:u8 unitsCode:unit deviceVariableValue:f32 deviceVariableStatus:u8',
    'deviceVariableCode:u8 writeDeviceVariableCommandCode:u8 unitsCode:unit deviceVariableValue:f32 deviceVariableStatus:u8'],
  [80, 'Read Device Variable Trim Points', 'read', 'deviceVariableCode:u8', 'deviceVariableCode:u8 trimPointsUnitsCode:unit lowerOrSingleTrimPoint:f32 upperTrimPoint:f32'],
  [81, 'Read Device Variable Trim Guidelines', 'read', 'deviceVariableGuidelines:u8',
    'deviceVariableGuidelines:u8 trimPointsSupported:u8 trimPointsUnitsCode:unit minimumLowerTrimPointValue:f32 maximumLowerTrimPointValue:f32 ' +
    'minimumUpperTrimPointValue:f32 maximumUpperTrimPointValue:f32 minimumDifferential:f32'],
  [82, 'Write Device Variable Trim Point', 'configure', 'deviceVariableToTrim:u8 trimPoint:u8 trimPointsUnitsCode:unit trimPointValue:f32',
    'deviceVariableToTrim:u8 trimPoint:u8 trimPointsUnitsCode:unit trimPointValue:f32'],
  [83, 'Reset Device Variable Trim', 'configure', 'deviceVariableTrimToReset:u8', 'deviceVariableTrimToReset:u8'],
  [84, 'Read Sub-Device Identity Summary', 'discover', 'subDeviceIndex:u16',
    'subDeviceIndex:u16 ioCard:u8 channel:u8 manufacturerIdentificationCode:u16 expandedDeviceType:u16 deviceId:u24 universalCommandRevisionLevel:u8 ' +
    'longTag:latin*32 deviceRevision:u8 deviceProfile:u8 privateLabelDistributorCode:u16'],
  [85, 'Read I/O Channel Statistics', 'read', 'ioCard:u8 channel:u8', 'ioCard:u8 channel:u8 stxCount:u16 ackCount:u16 ostxCount:u16 oackCount:u16 backCount:u16'],
  [86, 'Read Sub-Device Statistics', 'read', 'subDeviceIndex:u16', 'subDeviceIndex:u16 stxCount:u16 ackCount:u16 backCount:u16'],
  [87, 'Write I/O System Master Mode', 'configure', 'masterMode:u8', 'masterMode:u8'],
  [88, 'Write I/O System Retry Count', 'configure', 'retryCount:u8', 'retryCount:u8'],
  [89, 'Set Real-Time Clock', 'configure', 'timeSetCode:u8 date:date timeOfDay:time nullBytes:u16', 'timeSetCode:u8 date:date timeOfDay:time'],
  [90, 'Read Real-Time Clock', 'read', '', 'currentDate:date currentTimeOfDay:time lastClockDate:date lastClockTimeOfDay:time rtcFlags:u8'],
  [95, 'Read Device Communications Statistics', 'read', '', 'stxCount:u16 ackCount:u16 backCount:u16'],
  [103, 'Write Burst Period', 'configure', `${BURST_MESSAGE} updatePeriod:time maximumUpdatePeriod:time`, `${BURST_MESSAGE} updatePeriod:time maximumUpdatePeriod:time`],
  [104, 'Write Burst Trigger', 'configure', `${BURST_MESSAGE} triggerModeSelection:u8 deviceVariableClassification:u8 unitsCode:unit triggerLevel:f32`,
    `${BURST_MESSAGE} triggerModeSelection:u8 deviceVariableClassification:u8 unitsCode:unit triggerLevel:f32`],
  [105, 'Read Burst Mode Configuration', 'read', BURST_MESSAGE,
    `burstModeControlCode:u8 commandNumber:u8 ${slots(8, '#DeviceVariableCode:u8')} burstMessage:u8 maximumBurstMessages:u8 extendedCommandNumber:u16 updatePeriod:time ` +
    'maximumUpdatePeriod:time burstTriggerMode:u8 deviceVariableClassification:u8 unitsCode:unit triggerLevel:f32'],
  [106, 'Flush Delayed Responses', 'invoke', '', ''],
  [107, 'Write Burst Device Variables', 'configure', `${slots(8, '#DeviceVariableCode:u8')} burstMessage:u8`, `${slots(8, '#DeviceVariableCode:u8')} burstMessage:u8`],
  [108, 'Write Burst Mode Command Number', 'configure', 'burstCommandNumber:u16 burstMessage:u8', 'burstCommandNumber:u16 burstMessage:u8'],
  [109, 'Burst Mode Control', 'configure', 'burstModeControlCode:u8 burstMessage:u8', 'burstModeControlCode:u8 burstMessage:u8'],
  [512, 'Read Country Code', 'read', '', 'countryCode:u16 siUnitsControlCode:u8'],
  [513, 'Write Country Code', 'configure', 'countryCode:u16 siUnitsControlCode:u8', 'countryCode:u16 siUnitsControlCode:u8'],
  [520, 'Read Process Unit Tag', 'read', '', 'processUnitTag:latin*32'],
  [521, 'Write Process Unit Tag', 'configure', 'processUnitTag:latin*32', 'processUnitTag:latin*32'],
  [523, 'Read Condensed Status Mapping Array', 'read', '', ''],
  [524, 'Write Condensed Status Mapping', 'configure', '', ''],
  [525, 'Reset Condensed Status Map', 'configure', '', ''],
  [526, 'Write Status Simulation Mode', 'force', 'statusSimulationMode:u8', 'statusSimulationMode:u8'],
  [527, 'Simulate Status Bit', 'force', 'statusIndex:u8 value:u8', 'statusIndex:u8 value:u8'],
  [532, 'Read Condensed Status Bit', 'read', '', ''],
  [533, 'Write Condensed Status Bit', 'configure', '', ''],
  [534, 'Read Device Variable Command Code', 'read', 'deviceVariableCode:u8', 'deviceVariableCode:u8 writeDeviceVariableCommandCode:u8 unitsCode:unit deviceVariableValue:f32 deviceVariableStatus:u8'],
  [91, 'Read Trend Configuration', 'read', '', ''],
  [92, 'Write Trend Configuration', 'configure', '', ''],
  [93, 'Read Trend', 'read', '', ''],
  [94, 'Read I/O System Client-Side Communication Statistics', 'read', '', ''],
  [96, 'Read Synchronous Action', 'read', '', ''],
  [97, 'Configure Synchronous Action', 'configure', '', ''],
  [98, 'Read Command Action', 'read', '', ''],
  [99, 'Configure Command Action', 'configure', '', ''],
  [101, 'Read Sub-Device To Burst Message Map', 'read', '', ''],
  [102, 'Map Sub-Device To Burst Message', 'configure', '', ''],
  [111, 'Transfer Service Control', 'invoke', '', ''],
  [112, 'Transfer Service', 'invoke', '', ''],
  [113, 'Catch Device Variable', 'configure', '', ''],
  [114, 'Read Caught Device Variable', 'read', '', ''],
  [115, 'Read Event Notification Summary', 'read', '', ''],
  [116, 'Write Event Notification Bit Mask', 'configure', '', ''],
  [117, 'Write Event Notification Timing', 'configure', '', ''],
  [118, 'Event Notification Control', 'configure', '', ''],
  [119, 'Acknowledge Event Notification', 'control', '', ''],
  [516, 'Read Device Location', 'read', '', ''],
  [517, 'Write Device Location', 'configure', '', ''],
  [518, 'Read Location Description', 'read', '', 'locationDescription:latin*32'],
  [519, 'Write Location Description', 'configure', 'locationDescription:latin*32', 'locationDescription:latin*32'],
  [538, 'Read HART-IP Server Ports', 'read', '', ''],
  [539, 'Write HART-IP UDP Port', 'configure', 'port:u16', 'port:u16'],
  [540, 'Write HART-IP TCP Port', 'configure', 'port:u16', 'port:u16'],
  [541, 'Write Client PAKE Password', 'authenticate', '', ''],
  [542, 'Write Client Pre-Shared Key', 'authenticate', '', ''],
  [543, 'Read Syslog Server Hostname And Port', 'read', '', ''],
  [544, 'Write Syslog Port', 'configure', 'port:u16', 'port:u16'],
  [545, 'Write Syslog Server Hostname', 'configure', '', ''],
  [546, 'Write Syslog Server Pre-Shared Key', 'authenticate', '', ''],
  [547, 'Write Syslog Server PAKE Password', 'authenticate', '', ''],
  [768, 'Write Join Key', 'authenticate', '', ''],
  [769, 'Read Join Status', 'read', '', ''],
  [770, 'Request Active Advertising', 'invoke', '', ''],
  [771, 'Force Join Mode', 'control', '', ''],
  [772, 'Read Join Mode Configuration', 'read', '', ''],
  [773, 'Write Network Id', 'configure', 'networkId:u16', 'networkId:u16'],
  [774, 'Read Network Id', 'read', '', 'networkId:u16'],
  [775, 'Write Network Tag', 'configure', 'networkTag:latin*32', 'networkTag:latin*32'],
  [776, 'Read Network Tag', 'read', '', 'networkTag:latin*32'],
  [777, 'Read Wireless Device Information', 'read', '', ''],
  [778, 'Read Battery Life', 'read', '', ''],
  [779, 'Report Device Health', 'read', '', ''],
  [780, 'Report Neighbor Health List', 'read', '', ''],
  [781, 'Read Device Nickname Address', 'read', '', 'nickname:u16'],
  [782, 'Read Session List', 'read', '', ''],
  [783, 'Read Superframe List', 'read', '', ''],
  [784, 'Read Link List', 'read', '', ''],
  [785, 'Read Graph List', 'read', '', ''],
  [786, 'Read Neighbor Property Flag', 'read', '', ''],
  [787, 'Report Neighbor Signal Levels', 'read', '', ''],
  [788, 'Alarm Path Down', 'read', '', ''],
  [789, 'Alarm Source Route Failed', 'read', '', ''],
  [790, 'Alarm Graph Route Failed', 'read', '', ''],
  [791, 'Alarm Transport Layer Failed', 'read', '', ''],
  [793, 'Write UTC Time Mapping', 'configure', '', ''],
  [794, 'Read UTC Time Mapping', 'read', '', ''],
  [795, 'Write Timer Interval', 'configure', '', ''],
  [796, 'Read Timer Interval', 'read', '', ''],
  [797, 'Write Radio Power Output', 'configure', '', ''],
  [798, 'Read Radio Power Output', 'read', '', ''],
  [799, 'Request Service', 'invoke', '', ''],
  [800, 'Read Service List', 'read', '', ''],
  [801, 'Delete Service', 'delete', '', ''],
  [802, 'Read Route List', 'read', '', ''],
  [803, 'Read Source Route', 'read', '', ''],
  [833, 'Read Device Neighbor Health', 'read', '', ''],
  [834, 'Read Network Topology Information', 'read', '', ''],
  [961, 'Write Network Key', 'authenticate', '', ''],
  [962, 'Write Device Nickname Address', 'configure', 'nickname:u16', 'nickname:u16'],
  [963, 'Write Session', 'authenticate', '', ''],
  [964, 'Delete Session', 'delete', '', ''],
  [965, 'Write Superframe', 'configure', '', ''],
  [966, 'Delete Superframe', 'delete', '', ''],
  [967, 'Write Link', 'configure', '', ''],
  [968, 'Delete Link', 'delete', '', ''],
  [969, 'Write Graph Neighbor Edge', 'configure', '', ''],
  [970, 'Delete Graph Neighbor Edge', 'delete', '', ''],
  [971, 'Write Neighbor Property Flag', 'configure', '', ''],
  [972, 'Suspend Devices', 'control', '', ''],
  [974, 'Write Route', 'configure', '', ''],
  [975, 'Delete Route', 'delete', '', ''],
  [976, 'Write Source Route', 'configure', '', ''],
  [977, 'Delete Source Route', 'delete', '', ''],
];

const BY_NUMBER: ReadonlyMap<number, CommandInfo> = new Map(
  ROWS.map(([number, name, verb, request, response]) => [
    number,
    { number, name, verb, request: fields(request), response: fields(response) },
  ]),
);

/** Commands 128..253 and 64768 and more belong to the device type (HCF_SPEC-099, 7.2). */
const DEVICE_SPECIFIC: CommandInfo = {
  number: -1,
  name: 'Device-Specific Command',
  verb: 'invoke',
  request: [],
  response: [],
};
const OTHER: CommandInfo = { number: -1, name: 'Unnamed Command', verb: 'invoke', request: [], response: [] };

/** What is known of a command number; never undefined. */
export const commandInfo = (number: number): CommandInfo =>
  BY_NUMBER.get(number) ?? ((number >= 128 && number <= 253) || number >= 64768 ? DEVICE_SPECIFIC : OTHER);

/** Commands that carry keys or passwords: their octets are not kept, nor those of a command that carries them. */
const SECRETS: ReadonlySet<number> = new Set([541, 542, 546, 547, 768, 961, 963]);
export const carriesKeys = (number: number): boolean => SECRETS.has(number);

export const CMD_SUB_DEVICE = 77;
export const CMD_AGGREGATED = 78;
export const CMD_DEVICE_VARIABLES = 9;
