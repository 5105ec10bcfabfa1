/** What an attacker who knows the plant would touch: real points and programs of the controllers, to draw from. */

/** Programs that do harm: controller and its prepared variant (plant/physics/units). */
export const PROGRAMS = [
  ['plc-filler', 'underfill'],
  ['plc-blend', 'thin-batches'],
  ['plc-pasteur', 'no-divert'],
  ['plc-dosing', 'overdose'],
  ['plc-distribution', 'pressure-swing'],
  ['plc-conveyor', 'surge'],
  ['plc-steam', 'pressure-up'],
  ['plc-filter', 'flow-high'],
  ['plc-cip', 'short-rinse'],
  ['plc-cooling', 'head-pressure'],
] as const;

/** Controllers that stand still without anybody being hurt at once. */
export const STOPPABLE = ['plc-filter', 'plc-conveyor', 'plc-cip', 'plc-blend', 'plc-distribution', 'plc-air'] as const;

/** A loop taken to manual and its output held: automatic switch, output, part of its range. */
export const FORCED = [
  ['plc-filter', 'FIC-201.AUTO', 'FIC-201.OUT', 0.85],
  ['plc-distribution', 'PIC-401.AUTO', 'PIC-401.OUT', 0.8],
  ['plc-dosing', 'AIC-301.AUTO', 'AIC-301.OUT', 0.7],
  ['plc-steam', 'PIC-701.AUTO', 'PIC-701.OUT', 0.75],
  ['plc-cooling', 'TIC-801.AUTO', 'TIC-801.OUT', 0.2],
] as const;

export const SET_POINTS = [
  ['plc-dosing', 'AIC-301.SP'],
  ['plc-distribution', 'PIC-401.SP'],
  ['plc-distribution', 'LIC-401.SP'],
  ['plc-steam', 'PIC-701.SP'],
  ['plc-pasteur', 'TIC-601.SP'],
  ['plc-filler', 'FILL.SP'],
  ['plc-cooling', 'TIC-801.SP'],
  ['plc-blend', 'AIC-501.SP'],
] as const;

/** Measured points with a calibration in the controller (`.GAIN`). */
export const CALIBRATIONS = [
  ['plc-intake', 'LT-101'],
  ['plc-filter', 'FT-201'],
  ['plc-dosing', 'AT-301'],
  ['plc-distribution', 'LT-401'],
  ['plc-distribution', 'PT-401'],
  ['plc-pasteur', 'TT-603'],
  ['plc-steam', 'PT-701'],
  ['plc-cooling', 'TT-801'],
  ['plc-air', 'PT-1401'],
] as const;

/** Signals worth falsifying. */
export const SENSORS = [
  ['plc-intake', 'LT-101'],
  ['plc-dosing', 'AT-301'],
  ['plc-dosing', 'AT-302'],
  ['plc-distribution', 'LT-401'],
  ['plc-distribution', 'PT-401'],
  ['plc-distribution', 'FT-401'],
  ['plc-pasteur', 'TT-603'],
  ['plc-steam', 'PT-701'],
  ['plc-cooling', 'TT-801'],
  ['plc-filter', 'FT-201'],
  ['plc-air', 'PT-1401'],
] as const;

/** Safety functions with a bypass (`.BYP`). */
export const SAFETY = ['PSHH-701', 'LSHH-101', 'ASHH-309', 'TSHH-603'] as const;
