/**
 * Devices of MELSEC controllers: code in binary and ASCII frames, kind, and base of their numbers (X, Y, B, W and their
 * kin count in hexadecimal). Source: SH-080008 appendix and SH-080956 section 5.2.
 */
export interface Device {
  readonly name: string;
  readonly bit: boolean;
  readonly hexadecimal: boolean;
  /** 32-bit current values (long timers, long index registers). */
  readonly long: boolean;
}
const add = (name: string, bit: boolean, hexadecimal = false, long = false): Device => ({
  name,
  bit,
  hexadecimal,
  long,
});

const D = add('D', false);
const BINARY: ReadonlyMap<number, Device> = new Map([
  [0x91, add('SM', true)],
  [0xa9, add('SD', false)],
  [0x9c, add('X', true, true)],
  [0x9d, add('Y', true, true)],
  [0x90, add('M', true)],
  [0x92, add('L', true)],
  [0x93, add('F', true)],
  [0x94, add('V', true)],
  [0xa0, add('B', true, true)],
  [0xa8, D],
  [0xb4, add('W', false, true)],
  [0xc1, add('TS', true)],
  [0xc0, add('TC', true)],
  [0xc2, add('TN', false)],
  [0x51, add('LTS', true)],
  [0x50, add('LTC', true)],
  [0x52, add('LTN', false, false, true)],
  [0xc7, add('STS', true)],
  [0xc6, add('STC', true)],
  [0xc8, add('STN', false)],
  [0x59, add('LSTS', true)],
  [0x58, add('LSTC', true)],
  [0x5a, add('LSTN', false, false, true)],
  [0xc4, add('CS', true)],
  [0xc3, add('CC', true)],
  [0xc5, add('CN', false)],
  [0x55, add('LCS', true)],
  [0x54, add('LCC', true)],
  [0x56, add('LCN', false, false, true)],
  [0xa1, add('SB', true, true)],
  [0xb5, add('SW', false, true)],
  [0x98, add('S', true)],
  [0xa2, add('DX', true, true)],
  [0xa3, add('DY', true, true)],
  [0xcc, add('Z', false)],
  [0x62, add('LZ', false, false, true)],
  [0xaf, add('R', false)],
  [0xb0, add('ZR', false)],
  [0x2c, add('RD', false)],
  [0xab, add('G', false)],
]);
const BY_NAME: ReadonlyMap<string, number> = new Map([...BINARY].map(([code, device]) => [device.name, code]));

/** 1E frames name devices by two characters (SH-080008 section 5.1): `D `, `M `, `X `. */
const CODES_1E: Readonly<Record<number, string>> = {
  17440: 'D',
  22304: 'W',
  21024: 'R',
  21582: 'TN',
  21587: 'TS',
  21571: 'TC',
  17230: 'CN',
  17235: 'CS',
  17219: 'CC',
  22560: 'X',
  22816: 'Y',
  19744: 'M',
  19488: 'L',
  21280: 'S',
  16928: 'B',
  17952: 'F',
};
/** Device code of 3E for a 1E one; -1 when there is none. */
export const codeOf1E = (code: number): number => {
  const name = CODES_1E[code];
  return name === undefined ? -1 : (BY_NAME.get(name) ?? -1);
};
/** ASCII frames: `D*`, `TS`, on iQ-R `D***`; timers that accumulate are `SS`, `SC`, `SN`. -1 when there is none. */
export const codeOfAscii = (text: string): number => {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '*' || text[end - 1] === ' ')) end--;
  const name = text.slice(0, end);
  const short = name === 'SS' ? 'STS' : name === 'SC' ? 'STC' : name === 'SN' ? 'STN' : name;
  return BY_NAME.get(short) ?? -1;
};
export const deviceOf = (code: number): Device | undefined => BINARY.get(code);
/** `D100`, `X1F`, `device 0x33 12`. */
export const deviceText = (code: number, number: number): string => {
  const device = BINARY.get(code);
  if (device === undefined) return `device 0x${code.toString(16)} ${number}`;
  return device.name + (device.hexadecimal ? number.toString(16).toUpperCase() : String(number));
};
