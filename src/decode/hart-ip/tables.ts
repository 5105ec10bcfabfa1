/** Common Tables of HART (HCF_SPEC-183): engineering units, manufacturers, response codes, device profiles. */

/** Table 2 in short: the symbol as it stands on a display. Codes 170-219 depend on the variable's class and are not here. */
// biome-ignore format: a table
const UNITS: readonly (readonly [number, string, string])[] = [
  [1, 'inH2O (68 °F)', 'inches of water at 68 degrees f'], [2, 'inHg (0 °C)', 'inches of mercury at 0 degrees c'], [3, 'ftH2O (68 °F)', 'feet of water at 68 degrees f'],
  [4, 'mmH2O (68 °F)', 'millimeters of water at 68 degrees f'], [5, 'mmHg (0 °C)', 'millimeters of mercury at 0 degrees c'], [6, 'psi', 'pounds per square inch'],
  [7, 'bar', 'bars'], [8, 'mbar', 'millibars'], [9, 'g/cm²', 'grams per square centimeter'], [10, 'kg/cm²', 'kilograms per square centimeter'], [11, 'Pa', 'pascals'],
  [12, 'kPa', 'kilopascals'], [13, 'torr', 'torr'], [14, 'atm', 'atmospheres'], [15, 'ft³/min', 'cubic feet per minute'], [16, 'gal/min', 'gallons per minute'],
  [17, 'l/min', 'liters per minute'], [18, 'impgal/min', 'imperial gallons per minute'], [19, 'm³/h', 'cubic meter per hour'], [20, 'ft/s', 'feet per second'],
  [21, 'm/s', 'meters per second'], [22, 'gal/s', 'gallons per second'], [23, 'Mgal/d', 'million gallons per day'], [24, 'l/s', 'liters per second'],
  [25, 'Ml/d', 'million liters per day'], [26, 'ft³/s', 'cubic feet per second'], [27, 'ft³/d', 'cubic feet per day'], [28, 'm³/s', 'cubic meters per second'],
  [29, 'm³/d', 'cubic meters per day'], [30, 'impgal/h', 'imperial gallons per hour'], [31, 'impgal/d', 'imperial gallons per day'], [32, '°C', 'degrees celsius'],
  [33, '°F', 'degrees fahrenheit'], [34, '°R', 'degrees rankine'], [35, 'K', 'kelvin'], [36, 'mV', 'millivolts'], [37, 'Ω', 'ohms'], [38, 'Hz', 'hertz'], [39, 'mA', 'milliamperes'],
  [40, 'gal', 'gallons'], [41, 'l', 'liters'], [42, 'impgal', 'imperial gallons'], [43, 'm³', 'cubic meters'], [44, 'ft', 'feet'], [45, 'm', 'meters'], [46, 'bbl', 'barrels'],
  [47, 'in', 'inches'], [48, 'cm', 'centimeters'], [49, 'mm', 'millimeters'], [50, 'min', 'minutes'], [51, 's', 'seconds'], [52, 'h', 'hours'], [53, 'd', 'days'],
  [54, 'cSt', 'centistokes'], [55, 'cP', 'centipoise'], [56, 'µS', 'microsiemens'], [57, '%', 'percent'], [58, 'V', 'volts'], [59, 'pH', 'ph'], [60, 'g', 'grams'],
  [61, 'kg', 'kilograms'], [62, 't', 'metric tons'], [63, 'lb', 'pounds'], [64, 'short ton', 'short tons'], [65, 'long ton', 'long tons'],
  [66, 'mS/cm', 'millisiemens per centimeter'], [67, 'µS/cm', 'microsiemens per centimeter'], [68, 'N', 'newton'], [69, 'N·m', 'newton meter'],
  [70, 'g/s', 'grams per second'], [71, 'g/min', 'grams per minute'], [72, 'g/h', 'grams per hour'], [73, 'kg/s', 'kilograms per second'], [74, 'kg/min', 'kilograms per minute'],
  [75, 'kg/h', 'kilograms per hour'], [76, 'kg/d', 'kilograms per day'], [77, 't/min', 'metric tons per minute'], [78, 't/h', 'metric tons per hour'], [79, 't/d', 'metric tons per day'],
  [80, 'lb/s', 'pounds per second'], [81, 'lb/min', 'pounds per minute'], [82, 'lb/h', 'pounds per hour'], [83, 'lb/d', 'pounds per day'],
  [84, 'short ton/min', 'short tons per minute'], [85, 'short ton/h', 'short tons per hour'], [86, 'short ton/d', 'short tons per day'], [87, 'long ton/h', 'long tons per hour'],
  [88, 'long ton/d', 'long tons per day'], [89, 'dath', 'deka therm'], [90, 'SG', 'specific gravity units'], [91, 'g/cm³', 'grams per cubic centimeter'],
  [92, 'kg/m³', 'kilograms per cubic meter'], [93, 'lb/gal', 'pounds per gallon'], [94, 'lb/ft³', 'pounds per cubic foot'], [95, 'g/ml', 'grams per milliliter'],
  [96, 'kg/l', 'kilograms per liter'], [97, 'g/l', 'grams per liter'], [98, 'lb/in³', 'pounds per cubic inch'], [99, 'short ton/yd³', 'short tons per cubic yard'],
  [100, '°Tw', 'degrees twaddell'], [101, '°Bx', 'degrees brix'], [102, '°Bé heavy', 'degrees baume heavy'], [103, '°Bé light', 'degrees baume light'], [104, '°API', 'degrees api'],
  [105, '% solids w/w', 'percent solids per weight'], [106, '% solids v/v', 'percent solids per volume'], [107, '°Balling', 'degrees balling'], [108, 'proof/vol', 'proof per volume'],
  [109, 'proof/mass', 'proof per mass'], [110, 'bushel', 'bushels'], [111, 'yd³', 'cubic yards'], [112, 'ft³', 'cubic feet'], [113, 'in³', 'cubic inches'],
  [114, 'in/s', 'inches per second'], [115, 'in/min', 'inches per minute'], [116, 'ft/min', 'feet per minute'], [117, '°/s', 'degrees per second'],
  [118, 'r/s', 'revolutions per second'], [119, 'r/min', 'revolutions per minute'], [120, 'm/h', 'meters per hour'], [121, 'Nm³/h', 'normal cubic meter per hour'],
  [122, 'Nl/h', 'normal liter per hour'], [123, 'SCFM', 'standard cubic feet per minute'], [124, 'bbl liq', 'bbl liq'], [125, 'oz', 'ounce'], [126, 'ft·lbf', 'foot pound force'],
  [127, 'kW', 'kilo watt'], [128, 'kWh', 'kilo watt hour'], [129, 'hp', 'horsepower'], [130, 'ft³/h', 'cubic feet per hour'], [131, 'm³/min', 'cubic meters per minute'],
  [132, 'bbl/s', 'barrels per second'], [133, 'bbl/min', 'barrels per minute'], [134, 'bbl/h', 'barrels per hour'], [135, 'bbl/d', 'barrels per day'], [136, 'gal/h', 'gallons per hour'],
  [137, 'impgal/s', 'imperial gallons per second'], [138, 'l/h', 'liters per hour'], [139, 'ppm', 'parts per million'], [140, 'Mcal/h', 'mega calorie per hour'],
  [141, 'MJ/h', 'mega joule per hour'], [142, 'BTU/h', 'british thermal unit per hour'], [143, '°', 'degrees'], [144, 'rad', 'radian'], [145, 'inH2O (60 °F)', 'inches of water at 60 degrees f'],
  [146, 'µg/l', 'micrograms per liter'], [147, 'µg/m³', 'micrograms per cubic meter'], [148, '% consistency', 'percent consistency'], [149, 'vol %', 'volume percent'],
  [150, '% steam quality', 'percent steam quality'], [151, 'ft in sixteenths', 'feet in sixteenths'], [152, 'ft³/lb', 'cubic feet per pound'], [153, 'pF', 'picofarads'],
  [154, 'ml/l', 'mililiters per liter'], [155, 'µl/l', 'microliters per liter'], [160, '°Plato', 'percent plato'], [161, '% LEL', 'percent lower explosion level'],
  [162, 'Mcal', 'mega calorie'], [163, 'kΩ', 'kohms'], [164, 'MJ', 'mega joule'], [165, 'BTU', 'british thermal unit'], [166, 'Nm³', 'normal cubic meter'],
  [167, 'Nl', 'normal liter'], [168, 'SCF', 'standard cubic feet'], [169, 'ppb', 'parts per billion'], [235, 'gal/d', 'gallons per day'], [236, 'hl', 'hectoliters'],
  [237, 'MPa', 'megapascals'], [238, 'inH2O (4 °C)', 'inches of water at 4 degrees c'], [239, 'mmH2O (4 °C)', 'millimeters of water at 4 degrees c'],
];
const SYMBOLS: readonly (string | undefined)[] = UNITS.reduce<(string | undefined)[]>((all, [code, symbol]) => {
  all[code] = symbol;
  return all;
}, []);
const FLOAT_TYPES: readonly string[] = Array.from({ length: 256 }, (_, code) =>
  SYMBOLS[code] === undefined ? 'float' : `float ${SYMBOLS[code]}`,
);
const LONG_NAMES: ReadonlyMap<number, string> = new Map(UNITS.map(([code, , name]) => [code, name]));

/** `degrees celsius`, as Table 2 spells it, in lower case. */
export const unitName = (code: number): string | undefined => LONG_NAMES.get(code);
/** Type of a value with its unit, `float °C`: constant strings. */
export const floatType = (unit: number): string => FLOAT_TYPES[unit & 255]!;

/** Table 8, the manufacturers of devices that plants have. */
// biome-ignore format: a table
const MANUFACTURERS: Readonly<Record<number, string>> = {
  1: 'Acromag', 2: 'Allen-Bradley', 3: 'Ametek', 4: 'Analog Devices', 5: 'ABB', 6: 'Beckman', 9: 'Bristol Babcock', 10: 'Brooks Instrument', 12: 'Combustion Engineering',
  13: 'Daniel Industries', 17: 'Endress+Hauser', 18: 'ABB', 19: 'Fisher Controls', 20: 'Foxboro', 21: 'Fuji', 22: 'ABB', 23: 'Honeywell', 24: 'ITT Barton', 26: 'ABB',
  27: 'Leeds & Northrup', 29: 'M-System', 31: 'Micro Motion', 32: 'Moore Industries', 34: 'Ohkura Electric', 35: 'Paine', 36: 'Rochester Instrument Systems', 37: 'Ronan',
  38: 'Rosemount', 42: 'Siemens', 43: 'Weed', 44: 'Toshiba', 46: 'Rosemount Analytical', 47: 'Metso Automation', 48: 'Flowserve', 49: 'Varec', 50: 'Viatran', 52: 'Westinghouse',
  53: 'Xomox', 54: 'Yamatake', 55: 'Yokogawa', 56: 'Nuovo Pignone', 57: 'Promac', 59: 'Mobrey', 62: 'Smar', 63: 'Foxboro Eckardt', 64: 'Measurement Technology', 66: 'Samson',
  69: 'Krohne', 71: 'Druck', 72: 'SOR', 73: 'Elcon Instruments', 76: 'VAF Instruments', 78: 'Drexelbrook', 79: 'Saab Tank Control', 80: 'K-TEK', 82: 'Draeger', 83: 'Raytek',
  86: 'Magnetrol', 88: 'Milltronics', 92: 'Robertshaw Controls', 93: 'Pepperl+Fuchs', 97: 'Knick', 98: 'VEGA', 99: 'MTS Systems', 101: 'Masoneilan', 103: 'Ohmart', 107: 'WIKA',
  109: 'PR Electronics', 249: 'FieldComm Group',
};
/** Below HART 7 and for codes up to 0xE0 the code stands in one octet; later ones have 16 bits. */
export const manufacturerName = (code: number): string | undefined => MANUFACTURERS[code];

/** Table 57. */
// biome-ignore format: a table
export const DEVICE_PROFILES: Readonly<Record<number, string>> = {
  1: 'HART process automation device', 2: 'HART discrete device', 3: 'HART hybrid device', 4: 'HART I/O system', 65: 'HART-IP process automation device', 66: 'HART-IP discrete device',
  67: 'HART-IP hybrid device', 68: 'HART-IP I/O system', 129: 'WirelessHART process automation device', 130: 'WirelessHART discrete device', 131: 'WirelessHART hybrid device',
  132: 'WirelessHART gateway', 133: 'WirelessHART access point', 134: 'WirelessHART process adapter', 135: 'WirelessHART discrete adapter',
};

/** Single-definition response codes and the communication errors (Command Response Code Specification HCF_SPEC-307). */
// biome-ignore format: a table
const RESPONSE_CODES: Readonly<Record<number, string>> = {
  0: 'success', 1: 'undefined (1)', 2: 'invalid selection (2)', 3: 'passed parameter too large (3)', 4: 'passed parameter too small (4)', 5: 'too few data bytes received (5)',
  6: 'device-specific command error (6)', 7: 'in write protect mode (7)', 8: 'warning (8)', 9: 'error (9)', 10: 'error (10)', 11: 'error (11)', 12: 'error (12)', 13: 'error (13)',
  14: 'warning (14)', 15: 'error (15)', 16: 'access restricted (16)', 17: 'invalid device variable index (17)', 18: 'invalid units code (18)', 19: 'device variable index not allowed (19)',
  20: 'invalid extended command number (20)', 21: 'invalid I/O card number (21)', 22: 'invalid channel number (22)', 23: 'sub-device response too long (23)', 28: 'error (28)',
  29: 'error (29)', 30: 'command response truncated (30)', 32: 'busy (32)', 33: 'delayed response initiated (33)', 34: 'delayed response running (34)', 35: 'delayed response dead (35)',
  36: 'delayed response conflict (36)', 60: 'payload too long (60)', 61: 'no buffers available (61)', 62: 'no alarm buffers (62)', 63: 'priority too low (63)',
  64: 'command not implemented (64)',
};
const COMMUNICATION_BITS: readonly string[] = [
  '',
  'buffer overflow',
  '',
  'longitudinal parity error',
  'framing error',
  'overrun error',
  'vertical parity error',
];

/** Reason of a refusal; codes with the high bit set say which communication error the device saw. */
export const responseReason = (code: number): string => {
  if (code < 128) return RESPONSE_CODES[code] ?? `response code ${code}`;
  const bits: string[] = [];
  for (let i = 0; i < 7; i++)
    if ((code & (1 << i)) !== 0 && COMMUNICATION_BITS[i] !== '') bits.push(COMMUNICATION_BITS[i]!);
  return `communication error${bits.length > 0 ? `: ${bits.join(', ')}` : ''} (${code})`;
};

/** Codes that tell of a success with a remark: 8, 14 and 24-27, 30, 31, 96-127 are warnings (HCF_SPEC-307, 5). */
export const isRefusal = (code: number): boolean =>
  !(
    code === 0 ||
    code === 8 ||
    code === 14 ||
    (code >= 24 && code <= 27) ||
    code === 30 ||
    code === 31 ||
    (code >= 96 && code <= 127)
  );

/** Status of the HART-IP header (HCF_SPEC-085, 10.3.2): the meaning of warnings depends on the message. */
// biome-ignore format: a table
export const HEADER_STATUS: Readonly<Record<number, string>> = {
  0: 'success', 2: 'invalid selection (2)', 3: 'passed parameter too large (3)', 4: 'passed parameter too small (4)', 5: 'too few data bytes received (5)',
  6: 'device-specific error (6)', 8: 'set to nearest possible value (8)', 9: 'security not initialized (9)', 14: 'version not supported (14)', 15: 'all available sessions in use (15)',
  16: 'access restricted (16)',
};
