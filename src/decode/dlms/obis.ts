/** What an OBIS code stands for, in words: IEC 62056-6-1 (value groups A to E), as far as meters of electricity and all meters share it. */

/** Value group C of electricity (table 3), of all phases together; one phase is 20, 40 or 60 more. */
const QUANTITIES: readonly string[] = [
  '', 'active power import', 'active power export', 'reactive power import', 'reactive power export', 'reactive power quadrant I',
  'reactive power quadrant II', 'reactive power quadrant III', 'reactive power quadrant IV', 'apparent power import',
  'apparent power export', 'current', 'voltage', 'power factor', 'frequency', 'active power, sum of amounts', 'active power, net',
]; // biome-ignore format: a table
/** Value group D (table 6): what is made of the quantity. */
const PROCESSING: Readonly<Record<number, string>> = {
  2: 'cumulative maximum', 4: 'running average', 5: 'last average', 6: 'maximum', 7: 'instantaneous', 9: 'since the last reset', 29: 'of an interval',
}; // biome-ignore format: a table
const ENERGY = 8;
/** Abstract objects and profiles, by A.C.D and where it tells more by A.C.D.E (tables 4 and 21). */
const OBJECTS: ReadonlyMap<string, string> = new Map([
  ['0.1.0', 'clock'],
  ['0.17.0', 'limiter'],
  ['0.24.1', 'M-Bus client'],
  ['0.24.2', 'M-Bus value'],
  ['0.25.9', 'push setup'],
  ['0.40.0', 'association'],
  ['0.42.0', 'name of the logical device'],
  ['0.43.0', 'security setup'],
  ['0.44.0', 'image transfer'],
  ['0.96.1', 'device identification'],
  ['0.96.3.10', 'disconnect control'],
  ['0.96.7', 'power failures'],
  ['0.96.8', 'time of operation'],
  ['0.96.11', 'event code'],
  ['0.96.14', 'tariff in force'],
  ['0.97.97', 'error register'],
  ['0.99.98', 'event log'],
  ['1.0.2', 'firmware'],
  ['1.99.1', 'load profile'],
  ['1.99.2', 'load profile'],
]);

const PHASES: readonly string[] = ['', ', L1', ', L2', ', L3'];

/** `active energy import, rate 2`; '' for what is not in the tables. */
export const obisMeaning = (a: number, c: number, d: number, e: number): string => {
  const object = OBJECTS.get(`${a}.${c}.${d}.${e}`) ?? OBJECTS.get(`${a}.${c}.${d}`);
  if (object !== undefined) return object;
  const phase = c > 20 && c < 80 ? Math.floor(c / 20) : 0;
  const quantity = a === 1 ? QUANTITIES[c - 20 * phase] : undefined;
  if (quantity === undefined || quantity === '') return '';
  const made = d === ENERGY ? '' : PROCESSING[d];
  if (made === undefined) return '';
  const what = d === ENERGY || d === 9 || d === 29 ? quantity.replace('power', 'energy') : quantity;
  return `${what}${PHASES[phase]}${made === '' ? '' : `, ${made}`}${d !== 7 && e > 0 && e < 64 ? `, rate ${e}` : ''}`;
};
