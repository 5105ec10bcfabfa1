/** How the ICSNPP plug-in for HART-IP writes codes. */
import { DEVICE_PROFILES, manufacturerName } from '../../../../src/decode/hart-ip/tables.ts';

/** Names of commands where they are not those of the specification. */
// biome-ignore format: a table
export const COMMAND_NAMES: Readonly<Record<number, string>> = {
  2: 'Read Loop Current', 3: 'Read Dynamic Variable', 9: 'Read Device Variable', 11: 'Read Unique Identifier Tag', 13: 'Read Tag', 18: 'Write Tag Descriptor Date',
  21: 'Read Unique Identifier Long Tag', 41: 'Perform Self-Test', 56: 'Write Device Variable Transducer Serial No.', 58: 'Read Unit Tag, Descriptor, Date',
  59: 'Write Number of Response Preambles', 60: 'Read Analog Channel and Percent of Range', 61: 'Read Dynamic Variables and Primary Variable Analog Channel',
  68: 'Trim Analog Channel GAIN', 75: 'Pull Sub-Device', 77: 'Send Command to Sub-Device', 83: 'Write Device Variable Trim Point',
};
/** Beginning of the columns of a command. */
// biome-ignore format: a table
export const PREFIXES: Readonly<Record<number, string>> = {
  0: 'read_unique_identifier', 1: 'read_primary_variable', 2: 'read_loop_current', 3: 'read_dynamic_variable', 6: 'write_polling_address', 7: 'read_loop_configuration',
  8: 'read_dynamic_variable_classifications', 9: 'read_device_variable', 11: 'read_unique_identifier_tag', 12: 'read_message', 13: 'read_tag',
  14: 'read_primary_variable_transducer_information', 15: 'read_device_information', 16: 'read_final_assembly_number', 17: 'write_message', 18: 'write_tag_descriptor_date',
  19: 'write_final_assembly_number', 20: 'read_long_tag', 21: 'read_unique_identifier_long_tag', 22: 'write_long_tag', 33: 'read_device_variables',
  34: 'write_primary_variable_damping_value', 35: 'write_primary_variable_range_values', 38: 'reset_configuration_changed_flag', 39: 'eeprom_control',
  40: 'enter_exit_fixed_current_mode', 44: 'write_primary_variable_units', 45: 'trim_loop_current_zero', 46: 'trim_loop_current_gain',
  47: 'write_primary_variable_transfer_function', 48: 'read_additional_device_status_contents', 49: 'write_primary_variable_transducer_serial_number',
  50: 'read_dynamic_variable_assignments', 51: 'write_dynamic_variable_assignments', 52: 'set_device_variable_zero', 53: 'write_device_variable_units',
  54: 'read_device_variable_information', 55: 'write_device_variable_damping_value', 56: 'write_device_variable_transducer_serial_no', 57: 'read_unit_tag_descriptor_date',
  58: 'write_unit_tag_descriptor_date', 59: 'write_number_of_response_preambles', 60: 'read_analog_channel_and_percent_of_range',
  61: 'read_dynamic_variables_and_primary_variable_analog_channel', 62: 'read_analog_channels', 63: 'read_analog_channel_information',
  64: 'write_analog_channel_additional_damping_value', 65: 'write_analog_channel_range_values', 66: 'enter_exit_fixed_analog_channel_mode', 67: 'trim_analog_channel_zero',
  68: 'trim_analog_channel_gain', 69: 'write_analog_channel_transfer_function', 70: 'read_analog_channel_endpoint_values', 71: 'lock_device', 72: 'squawk', 73: 'find_device',
  74: 'read_io_system_capabilities', 75: 'poll_sub_device', 76: 'read_lock_device_state', 79: 'write_device_variable', 80: 'read_device_variable_trim_points',
  81: 'read_device_variable_trim_guidelines', 82: 'write_device_variable_trim_point', 83: 'reset_device_variable_trim', 84: 'read_sub_device_identity_summary',
  85: 'read_io_channel_statistics', 86: 'read_sub_device_statistics', 87: 'write_io_system_master_mode', 88: 'write_io_system_retry_count', 89: 'set_real_time_clock',
};

const unknown = (n: number): string => `unknown-0x${n.toString(16)}`;
const from =
  (table: Readonly<Record<number, string>>) =>
  (n: number): string =>
    table[n] ?? unknown(n);

const RESERVED = (first: number, last: number): Record<number, string> =>
  Object.fromEntries(Array.from({ length: last - first + 1 }, (_, i) => [first + i, `${first + i} RESERVED`]));
/** `Manufacturer Specific Value (240)`, of `first`..`last`. */
const SPECIFIC = (what: string, first: number, last: number): Record<number, string> =>
  Object.fromEntries(
    Array.from({ length: last - first + 1 }, (_, i) => [first + i, `Manufacturer Specific ${what} (${first + i})`]),
  );
// biome-ignore format: a table
const CLASSES = from({
  0: 'DEVICE VARIABLE NOT CLASSIFIED', ...RESERVED(1, 63), 64: 'TEMPERATURE', 65: 'PRESSURE', 66: 'VOLUMETRIC FLOW', 67: 'VELOCITY', 68: 'VOLUME', 69: 'LENGTH', 70: 'TIME', 71: 'MASS',
  72: 'MASS FLOW', 73: 'MASS PER VOLUME', 74: 'VISCOSITY', 75: 'ANGULAR VELOCITY', 76: 'AREA', 77: 'ENERGY WORK', 78: 'FORCE', 79: 'POWER', 80: 'FREQUENCY', 81: 'ANALYTICAL',
  82: 'CAPACITANCE', 83: 'ELECTROMOTIVE FORCE ELECTRIC POTENTIAL', 84: 'CURRENT', 85: 'RESISTANCE', 86: 'ANGLE', 87: 'CONDUCTANCE', 88: 'VOLUME PER VOLUME', 89: 'VOLUME PER MASS',
  90: 'CONCENTRATION', ...RESERVED(91, 95), 96: 'ACCELERATION', 97: 'TURBIDITY', 98: 'TEMPERATURE DIFFERENCE', 99: 'VOLUMETRIC GAS FLOW PER SECOND', 100: 'VOLUMETRIC GAS FLOW PER MINUTE',
  101: 'VOLUMETRIC GAS FLOW PER HOUR', 102: 'VOLUMETRIC GAS FLOW PER DAY', 103: 'VOLUMETRIC LIQUID FLOW PER SECOND', 104: 'VOLUMETRIC LIQUID FLOW PER MINUTE',
  105: 'VOLUMETRIC LIQUID FLOW PER HOUR', 106: 'VOLUMETRIC LIQUID FLOW PER DAY', 107: 'THERMAL EXPANSION', 108: 'VOLUMETRIC ENERGY DENSITY', 109: 'MASS ENERGY DENSITY', 110: 'TORQUE',
  111: 'MISCELLANEOUS', 112: 'TORSIONAL STIFFNESS', 113: 'LINEAR STIFFNESS',
});
// biome-ignore format: a table
const ALARMS = from({
  0: 'High', 1: 'Low', 239: 'Hold Last Output Value', ...SPECIFIC('Value', 240, 249), 250: 'Not Used', 251: 'None', 252: 'Unknown', 253: 'Special',
});
// biome-ignore format: a table
const TRANSFER = from({
  0: 'Linear', 1: 'Square Root', 2: 'Square Root Third Power', 3: 'Square Root Fifth Power', 4: 'Special Curve', 5: 'Square',
  6: 'SQUARE ROOT WITH CUTOFF BASED ON DIFERENTIAL PRESSURE ORFICE PLATE', 10: 'EQUAL PERCENTAGE 125', 11: 'EQUAL PERCENTAGE 133', 12: 'EQUAL PERCENTAGE 150', 15: 'QUICK OPEN 125',
  16: 'QUICK OPEN 133', 17: 'QUICK OPEN 150', 30: 'HYPERBOLIC SHAPE FACTOR  010', 31: 'HYPERBOLIC SHAPE FACTOR  020', 32: 'HYPERBOLIC SHAPE FACTOR  030',
  34: 'HYPERBOLIC SHAPE FACTOR  050', 37: 'HYPERBOLIC SHAPE FACTOR  070', 40: 'HYPERBOLIC SHAPE FACTOR  100', 41: 'HYPERBOLIC SHAPE FACTOR  150', 42: 'HYPERBOLIC SHAPE FACTOR  200', 43: 'HYPERBOLIC SHAPE FACTOR  300', 44: 'HYPERBOLIC SHAPE FACTOR  400', 45: 'HYPERBOLIC SHAPE FACTOR  500',
  100: 'FLAT BOTTOM TANK', 101: 'CONICAL OR PYRAMIDAL BOTTOM TANK', 102: 'PARABOLIC BOTTOM TANK', 103: 'SPHERICAL BOTTOM TANK', 104: 'ANGLED BOTTOM TANK', 105: 'FLAT END CYLINDER TANK',
  106: 'PARABOLIC END CYLINDER TANK', 107: 'SPHERICAL TANK', ...SPECIFIC('Definition', 210, 229), 230: 'DISCRETE SWITCH', 231: 'SQUARE ROOT PLUS SPECIAL CURVE',
  232: 'SQUARE ROOT THIRD POWER PLUS SPECIAL CURVE', 233: 'SQUARE ROOT FIFTH POWER PLUS SPECIAL CURVE', ...SPECIFIC('Definition', 234, 249), 250: 'NOTUSED', 251: 'NONE', 252: 'UNKNOWN',
  253: 'SPECIAL',
});
const TRIM = from({
  0: 'No Trim Point Supported',
  1: 'Lower Trim Point Supported',
  2: 'Upper Trim Point Supported',
  3: 'Lower and Upper Trim Point Supported',
});
const FAMILIES = from({
  ...Object.fromEntries([0, 1, 2, 3].map((n) => [n, 'Reserved'])),
  4: 'Temperature',
  5: 'Pressure',
  6: 'Valve / Actuator',
  7: 'Simple PID Controle',
  8: 'pH',
  9: 'Conductivity',
  10: 'Totalizer',
  11: 'Level',
  12: 'Vortex Flow',
  13: 'Mag Flow',
  14: 'Coriolis Flow',
  15: 'Modulating Final Control',
  250: 'Not Used',
});
/** Of some four hundred types the plug-in lists those seen so far stand here. */
const DEVICE_TYPES = from({ 9806: 'WIRELESSGATEWAY ROSEMOUNT', 63997: 'FieldComm Group HART-IP FlowDevice' });
/** Common Table 8, in capitals and without what is no letter. */
const MAKERS = (n: number): string =>
  manufacturerName(n)
    ?.toUpperCase()
    .replace(/[^A-Z0-9]/g, '') ?? unknown(n);
/** Common Table 57, in capitals. */
const PROFILES = (n: number): string =>
  DEVICE_PROFILES[n]?.toUpperCase().replaceAll('-', ' ').replaceAll('/', '') ?? unknown(n);

/** By field: text of a code. */
// biome-ignore format: a table
export const CODES: Readonly<Record<string, (n: number) => string>> = {
  expandedDeviceType: DEVICE_TYPES, manufacturerIdentificationCode: MAKERS, privateLabelDistributorCode: MAKERS,
  deviceProfile: PROFILES,
  loopCurrentMode: from({ 0: 'Disabled', 1: 'Enabled' }), primaryVariableClassification: CLASSES, secondaryVariableClassification: CLASSES, tertiaryVariableClassification: CLASSES,
  quaternaryVariableClassification: CLASSES, deviceVariableClassification: CLASSES, pvAlarmSelectionCode: ALARMS, analogChannelAlarmSelectionCode: ALARMS,
  pvTransferFunctionCode: TRANSFER, analogChannelTransferFunctionCode: TRANSFER, writeProtectCode: from({ 0: 'No', 1: 'Yes', 250: 'Not Used', 251: 'None', 252: 'Unknown', 253: 'Special' }),
  deviceOperatingMode: from({ 0: 'Reserved' }), writeDeviceVariableCommandCode: from({ 0: 'Normal', 1: 'Fixed Value' }), deviceVariableFamily: FAMILIES,
  eepromControlCode: from({ 0: 'Burn EEPROM', 1: 'Restore Shadow RAM' }), masterMode: from({ 0: 'Secondary', 1: 'Primary' }),
  lockCode: from({ 0: 'Unlock', 1: 'Lock - Temporary', 2: 'Lock - Permanent', 3: 'Lock All' }), squawkControl: from({ 0: 'Off', 1: 'On', 2: 'Squawk Once' }),
  trimPoint: TRIM, trimPointsSupported: TRIM, timeSetCode: from({ 0: 'Read Receive Time', 1: 'Write Date and Time' }),
  // The plug-in looks these units up in the table of classes.
  deviceVariableUnitsCode: CLASSES,
};
for (let i = 0; i < 8; i++) (CODES as Record<string, (n: number) => string>)[`slot${i}DeviceVariableClass`] = CLASSES;
export const SIGNALING = from({
  0: 'BELL 202 CURRENT',
  1: 'BELL 202 VOLTAGE',
  2: 'RS 485',
  3: 'RS 232',
  4: 'WIRELESS',
  6: 'SPECIAL',
});

type Bit = readonly [suffix: string, of: (octet: number) => string | number | boolean];
const bit = (suffix: string, n: number): Bit => [suffix, (x) => (x & (1 << n)) !== 0];
const rest = (suffix: string, low: number, width: number): Bit => [suffix, (x) => (x >> low) & ((1 << width) - 1)];
// biome-ignore format: a table
const FLAGS: readonly Bit[] = [
  bit('c8_psk_in_multi_drop_only', 7), bit('c8_psk_capable_field_device', 6), bit('undefined_5', 5), bit('safehart_capable_field_device', 4),
  bit('ieee_802_15_4_dsss_o_qpsk_modulation', 3), bit('protocol_bridge_device', 2), bit('eeprom_control', 1), bit('mutli_sensor_field_device', 0),
];
// biome-ignore format: a table
export const EXTENDED: readonly Bit[] = [
  rest('undefined_bits', 6, 2), bit('function_check', 5), bit('out_of_specification', 4), bit('failure', 3), bit('critical_power_failure', 2), bit('device_variable_alert', 1),
  bit('maintenance_required', 0),
];
// biome-ignore format: a table
export const DEVICE_STATUS: readonly Bit[] = [
  bit('device_malfunction', 7), bit('configuration_changed', 6), bit('cold_start', 5), bit('more_status_available', 4), bit('loop_current_fixed', 3),
  bit('loop_current_saturated', 2), bit('non_primary_variable_out_of_limits', 1), bit('primary_variable_out_of_limits', 0),
];
const PROCESS = ['Bad', 'Poor Accuracy', 'Manual/Fixed', 'Good'];
const LIMIT = ['Not Limited', 'Low Limited', 'High Limited', 'Constant'];
const VARIABLE_STATUS: readonly Bit[] = [
  ['process_data_status', (x) => PROCESS[x >> 6]!],
  ['limit_status', (x) => LIMIT[(x >> 4) & 3]!],
  bit('more_device_variable_status_available', 3),
  rest('device_family_specific_status', 0, 3),
];
const SIMULATED: readonly Bit[] = [bit('is_simulated', 7), rest('undefined_bits_1_6', 1, 6), bit('is_input', 0)];
/** By field: the columns of an octet of bits. */
// biome-ignore format: a table
export const BITS: Readonly<Record<string, readonly Bit[]>> = {
  flags: FLAGS, extendedFieldDeviceStatus: EXTENDED, deviceVariableStatus: VARIABLE_STATUS, deviceVariableProperties: SIMULATED, analogChannelFlags: SIMULATED,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`slot${i}DeviceVariableStatus`, VARIABLE_STATUS])),
  hardwareRevisionLevelAndPhysicalSignalingCodes: [rest('hardware_revision_level', 3, 5), ['physical_signaling_code', (x) => SIGNALING(x & 7)]],
  pvAnalogChannelFlags: [rest('undefined_bits', 1, 7), bit('analog_channel', 0)],
  lockStatus: [rest('undefined_bits', 5, 3), bit('lock_gateway', 4), bit('configuration_locked', 3), bit('lock_primary', 2), bit('lock_permanent', 1), bit('device_locked', 0)],
  standardizedStatus0: [
    bit('device_configuration_lock', 7), bit('electronic_defect', 6), bit('environmental_conditions_out_of_range', 5), bit('power_supply_conditions_out_of_range', 4),
    bit('watchdog_reset_executed', 3), bit('volatile_memory_defect', 2), bit('non_volatile_memory_defect', 1), bit('device_variable_simulation_active', 0),
  ],
  standardizedStatus1: [
    rest('undefined_bits', 5, 3), bit('reserved', 4), bit('battery_or_power_supply_needs_maintenance', 3), bit('event_notification_overflow', 2),
    bit('discrete_variable_simulation_active', 1), bit('status_simulation_active', 0),
  ],
  analogChannelSaturated: [rest('undefined_bits', 4, 4), bit('quinary_analog', 3), bit('quaternary_analog', 2), bit('tertiary_analog', 1), bit('secondary_analog', 0)],
  standardizedStatus2: [
    rest('undefined_bits', 5, 3), bit('stale_data_notice', 4), bit('sub_device_with_duplicate_id', 3), bit('sub_device_mismatch', 2), bit('duplicate_master_detected', 1),
    bit('sub_device_list_changed', 0),
  ],
  standardizedStatus3: [
    rest('undefined_bits', 5, 3), bit('radio_failure', 4), bit('block_transfer_pending', 3), bit('bandwith_allocation_pending', 2), bit('resereved', 1), bit('capacity_denied', 0),
  ],
  analogChannel: [rest('undefined_bits', 1, 7), bit('analog_channel', 0)],
};

// biome-ignore format: a table
export const STATUS_NAMES = from({
  0: 'Success', 2: 'Invalid Selection Error', 5: 'Too Few Data Bytes Received Error', 6: 'Device-specific Command Error', 8: 'Set to Nearest Possible Value Warning',
  9: 'Security Not Initialized Error', 14: 'Protocol Version Not Supported Warning', 15: 'All Available Sessions in Use Error', 16: 'Access Restricted Error',
  30: 'Insecure Session Already Exists Warning',
});
export const MESSAGE_TYPES = from({ 0: 'Request', 1: 'Response', 2: 'Publish', 15: 'Negative Acknowledgement' });
export const MESSAGE_IDS = from({
  0: 'Session Initiate',
  1: 'Session Close',
  2: 'Keep Alive',
  3: 'Token Passing PDU',
  4: 'Direct PDU',
  5: 'Read Audit Log',
});
export const FRAME_TYPES = from({
  1: 'Back Burst Frame',
  2: 'STX Master to Field',
  6: 'Acknowledgement Field to Master',
});
